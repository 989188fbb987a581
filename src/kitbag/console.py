"""What a quiz in the terminal writes on and reads from: any terminal, a Windows console, a pipe, a screen reader.

It reads lines and no single keys, so that the system's own line editing works everywhere. Where a terminal can do no
more, or `plain` asks for it, nothing is cleared, coloured or drawn.
"""

import codecs
import os
import platform
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import click

from kitbag.results.visible import visible

WIDEST: Final = 88
"""Characters in a line of text; longer lines are hard to read."""
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
"""A space at which no line ends."""
NEAREST: Final = "kitbag.nearest"
"""How text is written in an encoding that lacks some of it (`codecs.register_error`)."""

_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
        "\u2026": "...",
        "\u2022": "*",
        "\u00d7": "x",
        "\u2192": "->",
        "\u2044": "/",
    }
)
_KEYS: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|.)?|[\x00-\x08\x0b-\x1f\x7f]")
"""Keys that type nothing, such as arrows, where no line editor takes them."""


class Gone(Exception):
    """Nobody types any more: the end of a pipe, or Ctrl-D."""


class Console:
    """What there is to write on, and what it can show."""

    def __init__(self, text: Callable[..., str], *, plain: bool) -> None:
        """Take the words of the course's language; `plain` asks for lines alone."""
        self.t = text
        windows = platform.system() == "Windows"
        # A console of Windows has no TERM, and needs none.
        dumb = os.environ.get("TERM", "" if windows else "dumb") in ("dumb", "unknown")
        self.plain = plain or dumb or not (sys.stdin.isatty() and sys.stdout.isatty())
        self._colour = not self.plain and not os.environ.get("NO_COLOR")
        with suppress(AttributeError, ValueError):  # a byte that is no text must not end a test
            sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        degrade()
        # The fonts of the old Windows console lack the signs; those of the terminal that followed it do not.
        self.unicode = speaks("✓⚑·█●○") and not (windows and "WT_SESSION" not in os.environ)
        with suppress(ImportError):
            import readline  # noqa: F401 - it gives `input` a line that can be edited

    @property
    def width(self) -> int:
        """Characters in a line."""
        return min(WIDEST, max(20, shutil.get_terminal_size((80, 24)).columns - 1))

    def say(self, text: str = "", style: str = "") -> None:
        """Write lines; every character of them is harmless by now, or made here."""
        styles = {"strong": {"bold": True}, "quiet": {"dim": True}, "good": {"fg": "green"}, "bad": {"fg": "red"}}
        chosen = styles.get(style, {}) if self._colour else {}
        for line in text.split("\n"):
            shown = click.style(line, **chosen) if chosen else line  # type: ignore[arg-type]
            # The stream is named, since for ASCII click would take another, in UTF-8.
            click.echo(shown, file=sys.stdout, color=self._colour)

    def wrapped(self, text: str, style: str = "", *, first: str = "", rest: str | None = None) -> None:
        """Write course text or what a trainee typed, in lines that fit, with nothing in it that a terminal obeys."""
        after = " " * len(first) if rest is None else rest
        for place, line in enumerate(visible(text, lines=True).split("\n")):
            start = first if place == 0 else after
            shown = start + line
            if not self.plain:
                filled = textwrap.fill(line, max(20, self.width), initial_indent=start, subsequent_indent=after)
                shown = filled or start.rstrip()
            self.say(shown.replace(NO_BREAK, " ").rstrip(), style)

    def clear(self) -> None:
        """Begin a new screen, where there are screens."""
        if not self.plain:
            click.clear()

    def ask(self, prompt: str) -> str:
        """Return a line. Keys that type nothing are left out. Raises Gone at the end of input."""
        self.say(prompt, "quiet")
        sys.stdout.flush()
        try:
            line = input("> " if not self.plain else "")
        except EOFError:
            raise Gone from None
        return _KEYS.sub("", line)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Return the nearest ASCII for what an encoding lacks: quotation marks, dashes, letters without their accents."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    shown = (unicodedata.normalize("NFKD", character).translate(_ASCII) for character in lacking)
    return "".join(text.encode("ascii", "ignore").decode() or "?" for text in shown), error.end


codecs.register_error(NEAREST, _nearest)


def degrade() -> None:
    """Let what is printed be the nearest that its encoding has: an old code page must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors=NEAREST)  # type: ignore[union-attr]


def speaks(text: str) -> bool:
    """Tell whether standard output can show a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
