"""Programs that tests start: they take signals as at a terminal, and none outlives its test or makes it wait for ever.

Someone may run the tests in the background or under nohup, where SIGINT or SIGHUP is ignored. Every program started
from there inherits that, and a test which sends the signal would wait for an end that never comes.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

KITBAG: Final = (sys.executable, "-c", "from kitbag.cli import main; main()")
"""The words that run Kitbag as a program of its own."""
Child: TypeAlias = "subprocess.Popen[Any]"
Done: TypeAlias = "subprocess.CompletedProcess[Any]"
LONGEST: Final = 300
"""Seconds after which a program counts as hanging, on a machine that is busy with other tests."""


@contextmanager
def started(arguments: Sequence[Any], **how: Any) -> Iterator[Child]:
    """Start a program, and at the end of the block kill whatever still runs of it and of what it started itself.

    Args:
        arguments: the program and its arguments.
        **how: as `subprocess.Popen` takes it; by default the program reads nothing, and its streams carry text.
    """
    with _usual_signals():
        child = subprocess.Popen(
            [str(word) if isinstance(word, os.PathLike) else word for word in arguments],
            **({"stdin": subprocess.DEVNULL, "text": "encoding" not in how, "process_group": 0} | how),
        )
    try:
        yield child
    finally:
        _kill(child)
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                with suppress(OSError):  # what it never read can't be delivered any more
                    pipe.close()


def run(
    arguments: Sequence[Any], *, check: bool = False, given: Any = None, longest: float = LONGEST, **how: Any
) -> Done:
    """Run a program to its end and return its exit code and what it printed.

    Args:
        arguments: the program and its arguments.
        check: whether any exit code but 0 fails the test.
        given: what it reads from its standard input.
        longest: seconds after which it is killed and fails the test.
        **how: as `subprocess.Popen` takes it; by default what it prints is kept.
    """
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    if given is not None:
        how["stdin"] = subprocess.PIPE
    with started(arguments, **how) as child:
        try:
            out, err = child.communicate(given, longest)
        except subprocess.TimeoutExpired:
            _kill(child)
            out, err = child.communicate(timeout=10)
            pytest.fail(f"{arguments} still ran after {longest} s.\n{out}\n{err}")
    if check and child.returncode != 0:
        pytest.fail(f"{arguments} ended with {child.returncode}.\n{out}\n{err}")
    return subprocess.CompletedProcess(list(arguments), child.returncode, out, err)


@contextmanager
def _usual_signals() -> Iterator[None]:
    """Go on ignoring what is ignored here, but in a way that a new program does not inherit: by a handler."""
    ignored = []
    if threading.current_thread() is threading.main_thread():
        names = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM)
        ignored = [name for name in names if signal.getsignal(name) is signal.SIG_IGN]
    for name in ignored:
        signal.signal(name, lambda *_: None)
    try:
        yield
    finally:
        for name in ignored:
            signal.signal(name, signal.SIG_IGN)


def still_runs(process: int) -> bool:
    """Tell whether a process runs; one that nobody waits for any more may stay in the table as a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except FileNotFoundError:
        return False


def _kill(child: Child) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(10)
