"""The Markdown that authors write most, without the parser: sentences with bold and italic words, headings, lists.

A text that holds anything else is left to the parser. A property test holds what comes out of here to what the parser
makes of the same text.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

# Opens a construct of CommonMark other than emphasis; control characters and unusual spaces are left to the parser too.
_BUSY: Final = re.compile(
    r"[\\`_\[<&\x00-\x09\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
# No line that begins so begins anything but a paragraph.
_SENTENCE: Final = re.compile(r"[^\W\d_]|[\"'(\u201c\u2018]|\*\*?[^\W_]")
_HEADING: Final = re.compile(r"(#{1,6}) ([^\W\d_].*[^\s#]|[^\W\d_])")
# Delimiters with a letter inside and none outside: they can only open, or only close (CommonMark 6.2).
_STRESSED: Final = re.compile(r"(?<![^\s(])(\*\*?)([^\W_](?:[^*\n]*[^\W_])?)\1(?![^\s.,;:?!)])")

_LATER: Final = "\x00"
"""Stands for a text that is still to be escaped; a text that holds one itself is left to the parser."""

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_MEANS_MARKUP: Final = re.compile('[&<>"]')

FIRST_AUTHOR_HEADING: Final = 3
"""The level at which an author's headings begin: `###`."""

Escape = Callable[[str], str]


def as_html(text: str) -> str:
    """Return a text as HTML, as the parser writes it. Most are that already."""
    return text.translate(_ENTITIES) if _MEANS_MARKUP.search(text) else text


def quick_line(text: str, escape: Escape) -> str | None:
    """Return a line of inline Markdown as HTML, or None where it takes the parser."""
    if "\n" in text or text != text.strip() or _BUSY.search(text):
        return None
    return _stressed(text, escape)


def quick_blocks(text: str, escape: Escape, level: Callable[[int], int]) -> str | None:
    """Return blocks of Markdown as HTML, or None where they take the parser.

    `escape` makes HTML of plain text; `level` says where a heading of an author's level lands on the page.
    """
    if not text or text != text.strip() or _BUSY.search(text) or " \n" in text or "\n " in text or "\n\n\n" in text:
        return None
    texts: list[str] = []

    def later(plain: str) -> str:
        """Keep a text for when it is known that no parser is needed: `escape` may remember what it has seen."""
        texts.append(plain)
        return _LATER

    parts: list[str] = []
    after_list = False
    for chunk in text.split("\n\n"):
        is_list = chunk.startswith("- ")
        if is_list and after_list:
            return None  # one list with space between its items
        after_list = is_list
        html = _list(chunk, later) if is_list else _heading(chunk, level) or _paragraph(chunk, later)
        if html is None:
            return None
        parts.append(html)
    first, *rest = "".join(parts).split(_LATER)
    return first + "".join(escape(plain) + html for plain, html in zip(texts, rest, strict=True))


def _heading(chunk: str, level: Callable[[int], int]) -> str | None:
    heading = _HEADING.fullmatch(chunk)
    words = _stressed(heading[2], as_html) if heading else None
    if heading is None or words is None:
        return None
    tag = f"h{level(len(heading[1]))}"
    return f"<{tag}>{words}</{tag}>\n"


def _list(chunk: str, escape: Escape) -> str | None:
    items = list(_items(chunk, escape))
    return None if None in items else "<ul>\n" + "".join(f"<li>{item}</li>\n" for item in items) + "</ul>\n"


def _items(chunk: str, escape: Escape) -> Iterator[str | None]:
    for line in chunk.split("\n"):
        starts = line.startswith("- ") and _SENTENCE.match(line, 2)
        yield _stressed(line[2:], escape) if starts else None


def _paragraph(chunk: str, escape: Escape) -> str | None:
    if not all(_SENTENCE.match(line) for line in chunk.split("\n")):
        return None
    words = _stressed(chunk, escape)
    return None if words is None else f"<p>{words}</p>\n"


def _stressed(text: str, escape: Escape) -> str | None:
    if "*" not in text:
        return escape(text)
    # Plain text, then a delimiter and what it stresses, and so on.
    plain, *rest = _STRESSED.split(text)
    if "*" in plain or any("*" in after for after in rest[2::3]):
        return None
    parts = [escape(plain)] if plain else []
    for mark, inner, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        tag = "strong" if mark == "**" else "em"
        parts.append(f"<{tag}>{escape(inner)}</{tag}>")
        if after:
            parts.append(escape(after))
    return "".join(parts)


class Headings:
    """Finds the author's headings their place on the page; a skipped level would break its outline."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._deepest = top

    def place(self, level: int) -> int:
        """Return where the next heading lands, from the level its author gave it."""
        placed = min(self._top + max(level - FIRST_AUTHOR_HEADING, 0), self._deepest, 6)
        self._deepest = placed + 1
        return placed
