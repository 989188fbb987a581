"""How much work one document may be to print: processor time and memory.

A course's drawing or template may ask for a gradient that repeats a billion times, or for as many columns. No list of
such requests would be whole, so the process looks at itself twice a second while it prints.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LEAST_SECONDS: Final = 120.0
"""Processor time that any document may take."""
LETTERS_A_SECOND: Final = 2_000
"""Letters of HTML, pictures apart, for which a document may take another second; ten times what is usual."""
MOST_MEMORY: Final = 2 * 1024 * 1024 * 1024
"""Bytes by which a document may make the process larger than it ever was."""
_LOOK: Final = 0.5


class TooMuchToPrint(Exception):
    """A document takes too long, or too much memory; the message says which."""


@contextmanager
def bounded(letters: int) -> Iterator[None]:
    """End what is done in this block where it goes beyond the limits.

    It can be ended where the system has timers of processor time (Linux, macOS), in the main thread of a process.
    WeasyPrint keeps an error in a drawing to itself, so it is raised again at each look, and at the end.

    Args:
        letters: how long the document is.

    Raises:
        TooMuchToPrint: it takes too long, or too much memory.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    seconds = LEAST_SECONDS + letters / LETTERS_A_SECOND
    begun, memory = time.process_time(), _peak()
    why = ""

    def look(*_: object) -> None:
        nonlocal why
        if time.process_time() - begun > seconds:
            why = f"it takes more than {seconds:.0f} seconds to print"
        elif _peak() - memory > MOST_MEMORY:
            why = f"it takes more than {MOST_MEMORY // 1024**3} GiB of memory to print"
        if why:
            raise TooMuchToPrint(f"{why}: its pictures or templates ask for too much")

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _LOOK, _LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if why:
        look()


def _peak() -> int:
    """Return the most bytes that this process has had in memory."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
