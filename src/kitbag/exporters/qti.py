"""Question and Test Interoperability in any of its versions: what it carries of each item, and the package of all."""

import re
from collections.abc import Iterator
from typing import Final, assert_never

from kitbag.exporters.base import Package, Selection
from kitbag.exporters.draws import draw_of
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.exporters.notes import everywhere, numbers_only
from kitbag.exporters.qti_dialect import Dialect
from kitbag.exporters.qti_package import package_files
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

INTERACTIONS: Final = {
    ItemType.SINGLE_CHOICE: Rung.NATIVE,
    ItemType.MULTIPLE_RESPONSE: Rung.NATIVE,
    ItemType.TRUE_FALSE: Rung.EQUIVALENT,
    ItemType.MATCHING: Rung.NATIVE,
    ItemType.ORDERING: Rung.NATIVE,
    ItemType.NUMERIC: Rung.NATIVE,
    ItemType.SHORT_ANSWER: Rung.NATIVE,
    ItemType.CLOZE: Rung.NATIVE,
    ItemType.CATEGORISE: Rung.EQUIVALENT,
    ItemType.ESSAY: Rung.NATIVE,
}
"""How any version of QTI carries each item type."""

_RARE: Final = re.compile(r"^\s*(?!1[.)])[0-9]{1,9}[.)]\s|\]\([^)]*\s[\"'(]|^\s*\[[^\]]+\]:", re.MULTILINE)


def content_package(d: Dialect, selection: Selection) -> Package:
    """Return all items and tests of a selection as a content package of one version of QTI."""
    rows = [weigh(item, selection) for item in selection.items]
    carried = frozenset(row.subject for row in rows)
    draws = [(test, draw_of(test, selection, carried)) for test in selection.tests]
    kept = [(test, draw) for test, draw in draws if draw.row.rung is not Rung.REFUSED]
    return Package(
        suffix=".zip",
        files=package_files(d, selection, selection.items, kept),
        rows=(*rows, *(draw.row for _, draw in draws)),
    )


def weigh(item: Item, selection: Selection) -> Row:
    """Return how QTI carries an item."""
    notes: list[Note] = []
    match item:
        case SingleChoice() | MultipleResponse() | Essay():
            pass
        case TrueFalse():
            notes.append(change("true-false-as-choice"))
        case Matching():
            pass
        case Categorise():
            notes.append(change("categorise-as-matching"))
        case Ordering():
            notes.append(change("order-untouched"))
        case Numeric():
            notes += numbers_only(item)
        case ShortAnswer() | Cloze():
            notes.append(change("compared-by-platform"))
        case _:
            assert_never(item)
    notes += everywhere(item)
    if any(_has_rare_markup(text) for text in _texts_of(item, selection)):
        notes.append(loss("markup"))
    return Row(item.id, item.type, INTERACTIONS[ItemType(item.type)], tuple(notes))


def _has_rare_markup(text: str) -> bool:
    """Tell whether a text may hold a list that does not begin at 1, or a link with a title."""
    return ("\n" in text or "](" in text or text[0].isdigit()) and _RARE.search(text) is not None


def _texts_of(item: Item, selection: Selection) -> Iterator[str]:
    """Yield the texts long enough to hold a list or a titled link."""
    yield item.stem
    yield item.rationale
    stimulus = selection.stimulus_of(item)
    if stimulus:
        yield stimulus.text
    if isinstance(item, SingleChoice | MultipleResponse):
        for option in item.options:
            yield option.text
            if option.feedback:
                yield option.feedback
