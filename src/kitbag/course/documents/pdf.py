"""PDF documents: text with its place on the page, made into lines, and lines into paragraphs and headings.

A PDF knows no paragraphs. What tells them apart is what tells them apart on paper: a gap, an indent, a bullet, another
size of type, a last line that is short. What every page repeats at its head or foot is furniture and is left out.
"""

import io
import logging
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from kitbag.course.documents.blocks import Block, DocumentError, looks_like_heading, marked
from kitbag.course.documents.pdf_budget import Budget

MOST_PAGES: Final = 1_000

_FURNITURE_LINES: Final = 3
"""Lines at the head and at the foot of a page that may be furniture."""
_REPEATED: Final = 0.5
"""Furniture stands on at least this share of the pages."""
_SAME_LINE: Final = 0.4
"""Of the type size: text less far apart, up or down, is on one line."""
_GAP: Final = 1.2
"""Of the usual distance between lines: a larger one parts paragraphs."""
_INDENT: Final = 0.7
"""Of the type size: a line that begins so far to the right of the one above begins a paragraph."""
_COLUMN: Final = 6.0
"""Of the type size: what begins farther to the right than this is another column, and no indent."""
_OTHER_SIZE: Final = 1.07
_HEADING_LINES: Final = 8
"""Lines of a heading at most; more are a paragraph, whatever their type."""
_FULL: Final = 0.8
"""Of the longest line: a line as long as this went on to the edge of its column."""

_SENTENCE_ENDS: Final = (".", "!", "?", ":", ";", ".\u201d", ".)")
_PAGE_NUMBER: Final = re.compile(
    r"(?:page\s*)?[-\u2013\u2014|\s]*(?:[0-9]{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*[0-9]{1,4})?[-\u2013\u2014|\s]*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Line:
    """One line of text on a page, as measured in points from the lower left corner."""

    text: str
    page: int
    left: float
    words: float
    """Where its words begin, after a bullet that was drawn apart."""
    base: float
    size: float
    bold: bool


def pdf_blocks(data: bytes, name: str) -> tuple[list[Block], tuple[int, ...]]:
    """Return the blocks of a PDF in order, and the numbers of the pages on which there is no text to read.

    Raises DocumentError where the file is broken, protected by a password, too large, or has no text at all.
    """
    pages = _pages(data, name)
    silent = tuple(number for number, lines in enumerate(pages, 1) if not lines)
    if len(silent) == len(pages):
        raise DocumentError(
            f"{name} has {len(pages)} pages and no text: it is most likely a scan. "
            "Have its text recognised (OCR) and give the result, or look for the publisher's text version."
        )
    # Where everything repeats, as in a leaflet printed three times to a file, that is no furniture but the text.
    lines = list(_without_furniture(pages)) or [line for page in pages for line in page]
    return list(_blocks(lines)), silent


def _pages(data: bytes, name: str) -> list[list[_Line]]:
    # Imported here: only PDF documents need it, and every command would pay for it.
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, LimitReachedError

    protected = (
        f"{name} is protected by a password or by an encryption that cannot be undone here. "
        "Save a copy without protection and give that."
    )
    budget = Budget(name, len(data))
    with _silence("pypdf"):
        try:
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentError(protected)
            if len(reader.pages) > MOST_PAGES:
                raise DocumentError(
                    f"{name} has {len(reader.pages)} pages, more than {MOST_PAGES}. "
                    "Keep the part that the course rests on in a file of its own."
                )
            pages = list(reader.pages)
            forms = [
                budget.begin(page) for page in pages
            ]  # Before anything is drawn: what costs too much costs nothing.
            return [
                _lines(page, number, costs, budget)
                for number, (page, costs) in enumerate(zip(pages, forms, strict=True), 1)
            ]
        except DependencyError:
            raise DocumentError(protected) from None
        except LimitReachedError:
            raise budget.exceeded() from None
        except DocumentError:
            raise
        # A broken file breaks the library in ways without number.
        except Exception as error:
            raise DocumentError(f"{name} is not a PDF that can be read: it is damaged or cut short.") from error


@contextmanager
def _silence(logger_name: str) -> Iterator[None]:
    """Keep a library's own remarks from the terminal: one message about a broken file is enough."""
    logger = logging.getLogger(logger_name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _lines(page: Any, number: int, forms: Mapping[str, int], budget: Budget) -> list[_Line]:
    """Return the lines of a page in the order in which the page draws them; that is the order of its columns.

    `forms` holds what each drawing of a form costs.
    """
    fragments: list[_Line] = []

    def count(operator: bytes, operands: Sequence[Any], *_: Any) -> None:
        if operator == b"Do" and operands:
            budget.spend(forms.get(str(operands[0]), 0))

    def take(text: str, cm: Sequence[float], tm: Sequence[float], font: dict[str, Any] | None, size: float) -> None:
        if text.strip():
            left = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            base = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[1]) or 1.0
            bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
            fragments.append(_Line(text, number, left, left, base, size * scale, bold))

    page.extract_text(visitor_operand_before=count, visitor_text=take)
    budget.check()
    return _joined(fragments, budget)


def _joined(fragments: list[_Line], budget: Budget) -> list[_Line]:
    """Join the fragments of one line; a bullet may have been drawn long before or after its words."""
    lines: list[_Line] = []
    parts: list[list[str]] = []
    """The text of each line, in the pieces it was drawn in."""
    loose: list[_Line] = []
    for fragment in fragments:
        if marked(fragment.text.strip() + " x").text == "x":
            loose.append(fragment)
            continue
        last = lines[-1] if lines else None
        if last and _level(last, fragment) and fragment.left >= last.left and not parts[-1][-1].endswith("\n"):
            parts[-1].append(fragment.text)
        else:
            lines.append(replace(fragment))
            parts.append([fragment.text])
    for line, pieces in zip(lines, parts, strict=True):
        line.text = "".join(pieces)
    for mark in loose:
        budget.compare(len(lines))
        beside = [line for line in lines if _level(line, mark) and line.left > mark.left]
        if beside:
            line = min(beside, key=lambda line: line.left)
            line.text = f"{mark.text.strip()} {line.text.lstrip()}"
            line.left = mark.left
    for line in lines:
        line.text = " ".join(line.text.split())
    return lines


def _level(one: _Line, other: _Line) -> bool:
    return abs(one.base - other.base) < _SAME_LINE * max(one.size, other.size)


def _without_furniture(pages: list[list[_Line]]) -> Iterator[_Line]:
    """Yield the lines of all pages but those that pages repeat at head or foot, numbers apart, and page numbers."""

    def edges(lines: list[_Line]) -> set[int]:
        by_height = sorted(range(len(lines)), key=lambda at: lines[at].base)
        return {*by_height[:_FURNITURE_LINES], *by_height[-_FURNITURE_LINES:]}

    def shape(line: _Line) -> str:
        return re.sub(r"[0-9]+|\b[ivxlc]+\b", "#", line.text.casefold())

    repeated = Counter(text for lines in pages for text in {shape(lines[at]) for at in edges(lines)})
    least = max(2, _REPEATED * len(pages))
    for lines in pages:
        outer = edges(lines)
        for at, line in enumerate(lines):
            if at in outer and (repeated[shape(line)] >= least or _PAGE_NUMBER.fullmatch(line.text)):
                continue
            yield line


def _blocks(lines: list[_Line]) -> Iterator[Block]:
    setting = _Setting.of(lines)
    group: list[_Line] = []
    seams: list[int] = []
    for line in lines:
        parts = setting.parts(group, line) if group else False
        if parts:
            yield setting.block(group, seams)
            group, seams = [], []
        elif parts is None:
            seams.append(len(group))
        group.append(line)
    if group:
        yield setting.block(group, seams)


@dataclass(frozen=True)
class _Setting:
    """How the document is set: what is usual, and so what stands out."""

    size: float
    """Type size of most of the text."""
    distance: dict[float, float]
    """From line to line, by type size."""
    longest: int
    """Characters in a full line: nearly the longest, so that one odd line does not count."""
    edges: dict[int, tuple[float, ...]]
    """Where many lines of a page begin: the edges of its columns, and perhaps where first lines are indented to."""

    @classmethod
    def of(cls, lines: list[_Line]) -> "_Setting":
        sizes = Counter[float]()
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
        size = _most_frequent(sizes)
        lengths = sorted(len(line.text) for line in lines if round(line.size, 1) == size)
        distances: dict[float, Counter[float]] = defaultdict(Counter)
        for above, line in pairwise(lines):
            distance = above.base - line.base
            if above.page == line.page and 0 < distance < 3 * line.size and _same_type(above, line):
                distances[round(line.size, 1)][round(distance, 1)] += 1
        edges: dict[int, Counter[float]] = defaultdict(Counter)
        for line in lines:
            edges[line.page][round(line.left)] += 1
        return cls(
            size,
            {size: _most_frequent(counted) for size, counted in distances.items()},
            lengths[int(0.95 * (len(lengths) - 1))],
            {page: _frequent(counted) for page, counted in edges.items()},
        )

    def parts(self, group: list[_Line], line: _Line) -> bool | None:
        """Tell whether a new paragraph begins with `line`, after the lines of the group; None where nobody can."""
        last = group[-1]
        if not _same_type(last, line) or marked(line.text).kind == "point":
            return True
        may_be_heading = not line.bold and len(group) <= _HEADING_LINES and all(one.bold for one in group)
        if may_be_heading and looks_like_heading(_text(group)):
            return True
        full = len(last.text) >= _FULL * self.longest
        finished = last.text.endswith(_SENTENCE_ENDS)
        indented = self._is_indented(group, line)
        if last.page != line.page or line.base > last.base:  # the next page or column
            if indented:
                return True
            if finished and full:
                return None
            return finished or not (full or line.text[:1].islower())
        usual = self.distance.get(round(line.size, 1), 0.0)
        if usual and last.base - line.base > _GAP * usual:
            return True
        if indented and (not full or line.left > last.words + _INDENT * line.size):
            return True
        # A list ends where a line begins as far to the left as its bullets.
        return marked(group[0].text).kind == "point" and not full and line.left <= group[0].left and len(group) > 1

    def _is_indented(self, group: list[_Line], line: _Line) -> bool:
        edges = self.edges[line.page]
        nearest = bisect_left(edges, line.left - _COLUMN * line.size)
        margin = edges[nearest] if nearest < len(edges) and edges[nearest] <= line.left else line.left
        if marked(group[0].text).kind == "point":
            last = group[-1]
            if len(group) == 1 and last.words == last.left:
                # Under a bullet that was drawn with its words the first line does not tell where they hang.
                return False
            margin = max(last.words, margin) if last.page == line.page else line.left
        return line.left > margin + _INDENT * line.size

    def block(self, group: list[_Line], seams: list[int]) -> Block:
        """Make one block of its lines; seams are numbers of lines that may begin another paragraph."""
        first = group[0]
        block = marked(first.text)
        lines = [block.text, *(line.text for line in group[1:])]
        text = "\n".join(lines)
        stands_out = first.size > _OTHER_SIZE * self.size or all(line.bold for line in group)
        heading = stands_out and looks_like_heading(" ".join(lines))
        return replace(
            block,
            kind="heading" if heading else block.kind,
            text=text,
            page=first.page,
            seams=tuple(len("\n".join(lines[:seam])) + 1 for seam in seams),
        )


def _text(lines: list[_Line]) -> str:
    return " ".join(line.text for line in lines)


def _frequent(counted: Counter[float]) -> tuple[float, ...]:
    """Return the values that are no rarity, the most frequent one at any rate."""
    least = min(max(2.0, 0.08 * counted.total()), max(counted.values()))
    return tuple(sorted(value for value, times in counted.items() if times >= least))


def _most_frequent(counted: Counter[float]) -> float:
    return min(counted, key=lambda value: (-counted[value], value))


def _same_type(one: _Line, other: _Line) -> bool:
    return max(one.size, other.size) < _OTHER_SIZE * min(one.size, other.size)
