"""Runs what is measured in processes of its own, as Kitbag runs where it is installed."""

import compileall
import os
import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path

import kitbag


def compile_kitbag() -> None:
    """Compile Kitbag to bytecode, as pip does, and let it keep what it compiles, whatever the environment says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(kitbag.__file__).parent, quiet=1)


def spend(command: Sequence[object], folder: Path | None = None) -> tuple[float, str]:
    """Run a command; return the processor seconds that it and its children took, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = list(map(str, command))
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)[:200]}\n{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def met(value: bool) -> str:  # noqa: FBT001 - a word for yes and no
    """Return how a bar is said to stand."""
    return "met" if value else "NOT MET"
