"""The command line: arguments in, messages and exit codes out. Each group of commands has a file in commands/.

Exit codes: 0 all is well; 1 the course has mistakes, and nothing was written; 2 the command was called wrongly;
3 part of the work could not be done (a full disk, a missing library), and the messages say which part; 130 interrupted.
"""

import atexit
import contextlib
import errno
import gc
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from kitbag import __version__
from kitbag.commands.doctor import doctor
from kitbag.commands.editors import completion, schema
from kitbag.commands.exporting import export
from kitbag.commands.lessons import build, check, coverage, init, preview
from kitbag.commands.results import results
from kitbag.commands.sources import sources
from kitbag.commands.templates import templates
from kitbag.commands.testing import certificate, mark, paper, quiz
from kitbag.commands.usage import Group, helped

TASKS: Final = {
    "Write a course": (init, check, preview, build, coverage, sources, templates),
    "Teach and test": (paper, quiz, mark, certificate),
    "Bring results together": (results,),
    "Make packages for platforms and devices": (export,),
    "About this installation": (doctor, schema, completion, helped),
}

INTERRUPTED: Final = 130
IN_PART: Final = 3


class _Kitbag(Group):
    """All commands, and what is the same for each of them when it cannot go on."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Begin with three open streams: where one was closed, the next file opened would take its place."""
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open to the end
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an interruption and what the system refuses end it with one line and the right exit code."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "0")
        if not re.fullmatch(r"[0-9]{1,11}", epoch):
            raise click.UsageError("SOURCE_DATE_EPOCH must be whole seconds since 1970, such as 1767225600.", ctx)
        try:
            with _interruptible():
                try:
                    return super().invoke(ctx)
                finally:
                    # Here, where a full disk or a closed pipe can still be told; Python would fail at its very end.
                    sys.stdout.flush()
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on: `kitbag check | head -1`
                raise
            with contextlib.suppress(OSError):  # what could not be written is not tried again at the very end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"{where}{error.strerror or error}.", err=True)
            ctx.exit(IN_PART)
        except UnicodeEncodeError as error:
            # Python hands bytes that are no UTF-8 on as lone surrogates: right for the name of a file, wrong in a text.
            if not any("\ud800" <= character <= "\udfff" for character in error.object):
                raise
            raise click.UsageError("An argument isn't valid UTF-8.", ctx) from None


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let a command that is told to end, or whose terminal goes away, tidy up as after Ctrl-C.

    Raises:
        KeyboardInterrupt: the command was told to end, and did not do so in its own way.
    """
    told = False

    def interrupt(*_: object) -> NoReturn:
        nonlocal told
        told = True
        raise KeyboardInterrupt

    signals = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        signals = []
    # What the caller ignores (nohup) stays ignored.
    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {one: signal.signal(one, interrupt) for one in signals if signal.getsignal(one) in usual}
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, OSError):
        raise
    except Exception as error:
        # A library in C may give an exception of its own the place of ours: pydantic, while it builds a model.
        if told:
            raise KeyboardInterrupt from error
        raise
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@click.group(
    "kitbag",
    cls=_Kitbag,
    tasks=TASKS,
    examples=("kitbag init my-course --skeleton", "kitbag build -C my-course", "kitbag help paper"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="kitbag")
def main() -> None:
    """Turn one folder of YAML into lessons, scored quizzes, handouts, exam papers and course packages."""
    from kitbag.console import degrade

    # What is left at the end goes with the process; of a large course, Python takes long to look through it first.
    atexit.register(gc.freeze)
    # No plugin of the validator's has a say in what a course is; looking for some takes a while, too.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    degrade()
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False
