"""The search index: one classic script a module, because `file://` can fetch nothing else."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from kitbag.course.blocks import Block, InstructorNote
from kitbag.course.model import Module

_MARGIN: Final = re.compile(r"(?m)^[ \t]*(?:[#>*+-]+|[0-9]+[.)])[ \t]+")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^)]{0,999}\)")
_STAR: Final = re.compile(r"(?<!\w)\*+|\*+(?!\w)")
_SIGNS: Final = str.maketrans(dict.fromkeys("`|\\"))
_NO_TEXT: Final = frozenset({"type", "id", "kind", "cites", "uncited", "items", "src", "source", "target", "credit"})


class Entry(NamedTuple):
    """One page, or one place on a page, that a search can find."""

    title: str
    place: str
    """Where it belongs: `Module 1: Why it matters`."""
    href: str
    """From the site's root."""
    text: str


def index_script(entries: list[Entry]) -> bytes:
    """Return a script that adds the entries to the page's index."""
    rows = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    # A script file knows no entities, and these two end a line of JavaScript before ES2019.
    rows = rows.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"(window.kitbagIndex = window.kitbagIndex || []).push(...{rows});\n".encode()


def lesson_entries(module: Module, place: str) -> list[Entry]:
    """Return an entry for each lesson of a module."""
    return [
        Entry(
            title=lesson.title,
            place=place,
            href=f"lessons/{module.id}/{lesson.id}.html",
            text=" ".join(
                [lesson.summary, *(without_markup(text) for block in lesson.blocks for text in texts_of(block))]
            ),
        )
        for lesson in module.lessons
    ]


def texts_of(block: Block) -> Iterator[str]:
    """Give the texts of a block. Practice items stay out: a search must not tell answers."""
    if not isinstance(block, InstructorNote):
        yield from _texts(block)


def without_markup(text: str) -> str:
    """Return a text on one line, its Markdown signs taken away. Quick and good enough to be searched."""
    words = _MARGIN.sub("", text).replace("**", "").translate(_SIGNS)
    if "](" in words:
        words = _LINK.sub(r"\1", words)
    if "*" in words:
        words = _STAR.sub("", words)
    words = " ".join(words.split())
    return html.unescape(words) if "&" in words else words


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for entry in value:
            yield from _texts(entry)
    elif hasattr(value, "__dict__"):  # a model; asking for its class is slow
        for name, inner in vars(value).items():
            if name not in _NO_TEXT:
                yield from _texts(inner)
