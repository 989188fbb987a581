"""What every kind of document becomes: blocks in reading order, and of them passages that can be cited."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from kitbag.characters import readable

Kind: TypeAlias = Literal["heading", "paragraph", "point"]

MOST_PASSAGES: Final = 5_000
"""More passages than this in one document, and nobody will ever label them."""
_LONGEST_HEADING: Final = 100
_MOST_HEADING_WORDS: Final = 14
_LOCATOR_WORDS: Final = 7
_LOCATOR_LETTERS: Final = 200
"""A heading may be one word without an end."""

_POINT = re.compile(
    r"[ \t]*(?:[\u2022\u2023\u25e6\u25aa\u25ab\u25cf\u25cb\u25a0\u25a1\u25c6\u25c7\u2043\u2219\u27a2\u27a4\uf0b7\uf0a7]"
    r"|[-*+\u2013\u2014](?=[ \t]))[ \t]*"
)
_NUMBER = re.compile(
    r"[ \t]*(?P<number>\(?(?:[0-9]{1,3}(?:\.[0-9]{1,3})*|[a-z]|[ivx]{1,5})[.)]|[0-9]{1,3}(?:\.[0-9]{1,3})+)[ \t]+(?=\S)"
)


class DocumentError(Exception):
    """A document cannot be read as passages; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or one point of a list."""

    kind: Kind
    text: str
    number: str = ""
    """The number the document gives it, as printed: `12.`, `(a)`."""
    page: int = 0
    """The page it begins on, counted from 1; 0 where the document has no pages."""
    seams: tuple[int, ...] = ()
    """Where in the text another paragraph may begin: a page ended there, and its setting leaves the question open."""


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage as it stands in a document that was just read. Its text is never stored."""

    text: str
    locator: str
    """Where it is: `page 3, under “Scope”, paragraph 2`."""
    seams: tuple[int, ...] = ()
    """Where in the text another passage may begin; what is recorded of the document decides."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that was just read."""

    name: str
    """The file's name."""
    passages: tuple[ReadPassage, ...]
    headings: tuple[str, ...]
    """The lines that were taken as headings; they are no passages."""
    silent_pages: tuple[int, ...] = ()
    """Pages of a PDF on which there is no text to read: pictures, perhaps scans."""


def marked(line: str) -> Block:
    """Return a line as a point of a list, without its bullet or number, where it has one; else as a paragraph."""
    if bullet := _POINT.match(line):
        return Block("point", line[bullet.end() :].strip())
    if numbered := _NUMBER.match(line):
        # "1.5 million people" begins with a number of its own: only a capital after an unclosed number makes it a mark.
        number, rest = numbered["number"], line[numbered.end() :]
        if number.endswith((".", ")")) or rest[0].isupper():
            return Block("point", rest.strip(), number)
    return Block("paragraph", line.strip())


def looks_like_heading(text: str) -> bool:
    """Tell whether plain text that stands alone between blank lines is a heading: short, and no sentence."""
    return (
        len(text) <= _LONGEST_HEADING
        and len(text.split()) <= _MOST_HEADING_WORDS
        and not text.endswith((".", ",", ";", ":", "!", "?", ")", "\u2026"))
        and any(character.isalpha() for character in text)
        and not text[:1].islower()
    )


def passages_of(name: str, blocks: Iterable[Block], silent_pages: tuple[int, ...] = ()) -> ReadDocument:
    """Return the document with its passages: every block that is no heading and has a letter or digit.

    Raises DocumentError where there is none, or more than a person could ever label.
    """
    passages: list[ReadPassage] = []
    headings: list[str] = []
    heading = ""
    under = 0
    for block in blocks:
        words = readable(block.text)
        text = " ".join(words.split())
        if not any(character.isalnum() for character in text):
            continue
        if block.kind == "heading":
            headings.append(text)
            heading = _shortened(text)
            under = 0
            continue
        under += 1
        locator = _locator(block, heading, under)
        passages.append(ReadPassage(words.strip(), locator, block.seams))
    if not passages:
        raise DocumentError(f"{name} has no text in passages: nothing there can be cited.")
    if len(passages) > MOST_PASSAGES:
        raise DocumentError(
            f"{name} has {len(passages)} passages, more than {MOST_PASSAGES}. "
            "Keep the part that the course rests on in a file of its own."
        )
    return ReadDocument(name, tuple(passages), tuple(headings), silent_pages)


def _shortened(heading: str) -> str:
    """Return the first words of a heading: a page may put a megabyte into one, above thousands of passages."""
    short = " ".join(heading.split()[:_LOCATOR_WORDS])[:_LOCATOR_LETTERS]
    return short + (" \u2026" if short != heading else "")


def _locator(block: Block, heading: str, under: int) -> str:
    parts = [f"page {block.page}"] if block.page else []
    if heading:
        parts.append(f"under \u201c{heading}\u201d")
    parts.append(f"number {block.number.strip('().')}" if block.number else f"paragraph {under}")
    return ", ".join(parts)
