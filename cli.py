"""Run Kitbag from its own folder with nothing but Python: `python3 cli.py build` does what `kitbag build` does.

The first run makes .venv beside this file and installs Kitbag and the pinned packages into it; later runs find that in
place and start at once. It shares .venv, and the stamps that say what is in it, with the Makefile.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent
OLDEST: Final = (3, 11)
PINS: Final = ("pyproject.toml", "constraints.txt", ".ci/packages")
"""The files that say what is installed."""
LOG: Final = "install.log"
"""What pip said, inside .venv."""
FAILED: Final = 3

_NO_NETWORK: Final = (
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "getaddrinfo failed",
    "nodename nor servname",
)
_LEADS_ASTRAY: Final = ("PYTHONHOME", "__PYVENV_LAUNCHER__")
"""Settings of this Python by which the one in .venv would look for its modules in the wrong place."""


class CannotStart(Exception):
    """Kitbag can't be started; the message says why, and what to do."""


def main(arguments: list[str]) -> int:
    """Run Kitbag with these arguments, after installing it where that is needed; return its exit code."""
    try:
        if reason := too_old(sys.version_info[:2], windows=os.name == "nt"):
            raise CannotStart(reason)
        prepare(ROOT)
    except CannotStart as error:
        say(str(error))
        return FAILED
    except OSError as error:
        say(f"{error.filename or ROOT}: {error.strerror or error}. Kitbag installs itself into {ROOT / '.venv'}.")
        return FAILED
    except KeyboardInterrupt:
        say("\nInterrupted. The next run takes up the installation again.")
        return 130
    return start(command(ROOT, arguments, windows=os.name == "nt"), windows=os.name == "nt")


def too_old(version: tuple[int, ...], *, windows: bool) -> str:
    """Return why this version of Python can't run Kitbag, or an empty string."""
    if version >= OLDEST:
        return ""
    other = "py -3 cli.py" if windows else "python3.12 cli.py"
    wanted, this = (".".join(map(str, one)) for one in (OLDEST, version))
    return f"Kitbag needs Python {wanted} or later, and this is Python {this}. Run it with another one: {other}"


def python_in(venv: Path, *, windows: bool) -> Path:
    """Return the Python of a virtual environment."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def command(root: Path, arguments: list[str], *, windows: bool) -> list[str]:
    """Return the command that runs Kitbag. No module is taken from the folder it runs in, which may be anyone's."""
    return [str(python_in(root / ".venv", windows=windows)), "-P", "-m", "kitbag", *arguments]


def stamps(root: Path) -> tuple[Path, Path]:
    """Return the empty files that say that .venv was made here by this Python, and what was installed into it."""
    made = hashlib.sha256(f"{root}\n{sys.version_info}\n".encode(errors="surrogateescape")).hexdigest()
    pins = hashlib.sha256(b"".join((root / name).read_bytes() for name in PINS)).hexdigest()
    return root / ".venv" / f"made-{made}", root / ".venv" / f"course-{pins}"


def prepare(root: Path) -> None:
    """Make .venv and install Kitbag into it, as far as that wasn't done yet.

    Raises:
        CannotStart: it can't be done here and now.
        OSError: the folder can't be read or written.
    """
    made, installed = stamps(root)
    python = python_in(root / ".venv", windows=os.name == "nt")
    if not (made.exists() and python.exists()):
        _make(root / ".venv")
        made.touch()
    if not installed.exists():
        _install(root, python)
        for old in [*(root / ".venv").glob("course-*"), *(root / ".venv").glob("test-*")]:
            old.unlink()
        installed.touch()


def _make(venv: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotStart(without_ensurepip(sys.version_info[:2]))
    say("Making .venv")
    # From within a virtual environment, the Python that it was made from.
    python = getattr(sys, "_base_executable", sys.executable)
    done = _run([python, "-m", "venv", "--clear", str(venv)], venv.parent)
    if done.returncode:
        raise CannotStart(f"{venv} can't be made: {_last_line(done.stdout)}")


def without_ensurepip(version: tuple[int, ...]) -> str:
    """Return what to do where Python came without the part that makes virtual environments, as on Debian."""
    package = f"python{version[0]}.{version[1]}-venv"
    return (
        "This Python can't make virtual environments. Install what is missing, then run this again:\n"
        f"    sudo apt-get install {package}"
    )


def _install(root: Path, python: Path) -> None:
    say("Installing Kitbag into .venv. This happens once and takes a few minutes.")
    # By environment, so that the pins also hold for what builds the package. Relative, since a space would part them.
    pins = {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    done = _run([*pip, "--quiet", "--retries", "2", "--editable", "."], root, pins)
    log = root / ".venv" / LOG
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode:
        raise CannotStart(not_installed(done.stdout, log))
    log.unlink()


def not_installed(output: str, log: Path) -> str:
    """Return why pip could not install the packages, in a line or two."""
    if any(sign in output for sign in _NO_NETWORK):
        return "Kitbag's packages can't be fetched without a network. Connect this machine, then run this again."
    return f"Kitbag can't be installed: {_last_line(output)}\n{log} holds all that pip said."


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no reason was given"])[-1].removeprefix("ERROR:").strip()


def _run(words: list[str], folder: Path, settings: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env={**_environment(), **(settings or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def start(words: list[str], *, windows: bool) -> int:
    """Run a command in place of this one where the system can do that, or else wait for it; return its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not windows:
        os.execve(words[0], words, _environment())
    # A Ctrl-C reaches both, and the command that runs decides what it means.
    for name in ("SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    return subprocess.run(words, env=_environment(), check=False).returncode


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _LEADS_ASTRAY}


def say(message: str) -> None:
    """Tell what is being done, or why it can't be."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
