"""Work shared out among processes, where there is enough of it and the machine has processors to spare.

Linux alone forks, so that helpers begin with all that was read and rendered so far; elsewhere they would have to read
the course again, which takes longer than they save.
"""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Final, NoReturn, TypeVar

T = TypeVar("T")

FEWEST: Final = 150
"""Things that a process has to do before it is worth starting."""
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


def share_out(things: Sequence[T], do: Callable[[Sequence[T]], int]) -> int:
    """Do something to each of many things, a share of them in each process, and return the sum of what `do` returns.

    `do` must come to the same whichever process it runs in, and may be asked twice: a share whose helper failed is done
    again in this process, so that what goes wrong is told here. No helper outlives this call, however it ends.
    """
    count = min(processors(), len(things) // FEWEST)
    if count < 2 or not _can_fork():
        return do(things)
    shares = [things[number::count] for number in range(count)]
    gc.freeze()  # The collector would touch, and so copy, what the processes share.
    helpers = {_fork(share, do): share for share in shares[1:]}
    try:
        done = do(shares[0])
        for helper, share in list(helpers.items()):
            _, status = os.waitpid(helper, 0)
            del helpers[helper]
            done += len(share) if status == 0 else do(share)
    finally:
        for helper in helpers:
            os.kill(helper, signal.SIGKILL)
            os.waitpid(helper, 0)
        gc.unfreeze()
    return done


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _can_fork() -> bool:
    # A lock that another thread holds would stay locked in the helper.
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - their number alone is wanted


def _fork(share: Sequence[T], do: Callable[[Sequence[T]], int]) -> int:
    """Start a helper for a share and return its process id."""
    parent = os.getpid()
    helper = os.fork()
    if helper == 0:
        _help(parent, share, do)
    return helper


def _help(parent: int, share: Sequence[T], do: Callable[[Sequence[T]], int]) -> NoReturn:
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() == parent and do(share) == len(share):
            status = 0
    finally:
        os._exit(status)  # without cleaning up what belongs to the parent
