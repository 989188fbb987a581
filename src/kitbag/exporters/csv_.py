"""CSV (RFC 4180) for spreadsheets and scripts: a row for each item, then a row for each of its parts.

Facts that decide what is written here:
- texts stay Markdown, as the author wrote them; nothing of an item is left out;
- a spreadsheet runs a cell that begins with `= + - @`, a tab or a carriage return, so such a cell gets an apostrophe,
  as does one that already has apostrophes there: taking one away always gives the text; plain numbers do not need it;
- the byte order mark tells Excel that the file is UTF-8.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from kitbag.exporters.base import Package, PackageFile, Selection, as_json
from kitbag.exporters.fidelity import Row, Rung, change
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    ExpectedError,
    Item,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    Stimulus,
    TrueFalse,
)

COLUMNS: Final = (
    "item", "part", "id", "text", "value", "feedback", "type", "module", "objective", "level", "use", "points",
    "scoring", "floor", "shuffle", "scenario", "rationale", "stimulus", "picture", "alt", "cites", "enemies",
)  # fmt: skip
"""The columns. A part fills the first six; `value` is its key: whether it is right, or what it goes with."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_SUSPECT: Final = re.compile(r"""\"'*(?:[=+\-@]|\\[tr])""")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_PIECE: Final = 1 << 16

Part = tuple[str, str, str, str, str]
"""Kind of part, id, text, value, feedback."""


class Csv:
    """The exporter."""

    name = "csv"
    title = "CSV"
    interactions: Final = dict.fromkeys(ItemType, Rung.NATIVE)

    def export(self, selection: Selection) -> Package:
        """Return one table of all items."""
        quoted = frozenset(item.id for item in selection.items if _has_formula(item, selection))
        note = (change("quoted-cells"),)
        rows = [Row(item.id, item.type, Rung.NATIVE, note if item.id in quoted else ()) for item in selection.items]
        return Package(
            suffix=".csv",
            files=(PackageFile("questions.csv", lambda: _table(selection, quoted)),),
            rows=tuple(rows),
            archived=False,
        )


def _table(selection: Selection, quoted: frozenset[str]) -> Iterator[bytes]:
    """Yield the table; `quoted` are the items of which some cell needs an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(COLUMNS)
    shown: set[str] = set()
    for item in selection.items:
        rows = _rows(item, selection, shown)
        writer.writerows([map(_cell, row) for row in rows] if item.id in quoted else rows)
        if buffer.tell() >= _PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _rows(item: Item, selection: Selection, shown: set[str]) -> Iterator[Sequence[str]]:
    """Yield the item's rows, after its stimulus where that has not been written yet."""
    stimulus = selection.stimulus_of(item)
    if stimulus and stimulus.id not in shown:
        shown.add(stimulus.id)
        yield _stimulus(stimulus)
    yield (
        item.id, "item", item.id, item.stem, _key(item), "", item.type, selection.module_of[item.id].id,
        item.objective, item.level, item.use, str(item.points), selection.scoring(item).rule,
        item.floor if isinstance(item, SingleChoice | TrueFalse) else "",
        _flag(holds=item.shuffle) if isinstance(item, SingleChoice | MultipleResponse) else "",
        _flag(holds=item.scenario), item.rationale, item.stimulus or "", item.picture.src if item.picture else "",
        item.picture.alt if item.picture else "", " ".join(item.cites), " ".join(item.enemies),
    )  # fmt: skip
    for part in _parts(item):
        yield (item.id, *part)


def _stimulus(stimulus: Stimulus) -> Sequence[str]:
    title = [("title", "", stimulus.title)] if stimulus.title else []
    picture = stimulus.picture
    text = "\n\n".join([*(f"**{words}**" for _, _, words in title), stimulus.text])
    filled = {
        "item": stimulus.id,
        "part": "stimulus",
        "id": stimulus.id,
        "text": text,
        "picture": picture.src if picture else "",
        "alt": picture.alt if picture else "",
        "cites": " ".join(stimulus.cites),
    }
    return [filled.get(column, "") for column in COLUMNS]


def _key(item: Item) -> str:
    match item:
        case SingleChoice():
            return item.key
        case MultipleResponse():
            return " ".join(item.key)
        case TrueFalse():
            return _flag(holds=item.key)
        case Ordering():
            return " ".join(element.id for element in item.elements)
        case Numeric():
            return format(item.key, "f")
        case ShortAnswer():
            return item.accept[0]
        case Matching() | Cloze() | Categorise() | Essay():
            return ""
        case _:
            assert_never(item)


def _parts(item: Item) -> Iterator[Part]:
    match item:
        case SingleChoice():
            for option in item.options:
                right = "true" if option.id == item.key else "false"
                yield "option", option.id, option.text, right, option.feedback or ""
        case MultipleResponse():
            for option in item.options:
                yield "option", option.id, option.text, _flag(holds=option.id in item.key), option.feedback or ""
        case TrueFalse():
            yield "option", "true", "true", _flag(holds=item.key), item.feedback.true or ""
            yield "option", "false", "false", _flag(holds=not item.key), item.feedback.false or ""
        case Matching():
            yield from (("premise", p.id, p.text, p.match, p.feedback or "") for p in item.premises)
            yield from (("response", r.id, r.text, "", "") for r in item.responses)
        case Ordering():
            yield from (("element", e.id, e.text, str(place), "") for place, e in enumerate(item.elements, start=1))
            yield from _optional(("wrong-order", "", "", "", item.feedback))
        case Numeric():
            yield "tolerance", "", "", format(item.tolerance, "f"), ""
            yield from _optional(("unit", "", item.unit, "", ""))
            yield from _mistakes("", item.mistakes)
        case ShortAnswer():
            yield from (("accepted", "", answer, "true", "") for answer in item.accept)
            yield from _mistakes("", item.mistakes)
        case Cloze():
            yield "text", "", item.text, "", ""
            for gap in item.gaps:
                yield from (("accepted", gap.id, answer, "true", "") for answer in gap.accept)
                yield from _mistakes(gap.id, gap.mistakes)
        case Categorise():
            yield from (("category", c.id, c.text, "", "") for c in item.categories)
            yield from (("element", e.id, e.text, e.category, e.feedback or "") for e in item.elements)
        case Essay():
            yield from (("criterion", c.id, c.text, str(c.points), "") for c in item.rubric)
            yield from _optional(("model-answer", "", item.model_answer, "", ""))
            yield from _optional(("words", "", "", item.words, ""))
        case _:
            assert_never(item)


def _optional(part: tuple[str, str, str | None, str | int | None, str | None]) -> Iterator[Part]:
    """Yield a part that is not always there: none of its texts is missing."""
    kind, name, text, value, feedback = part
    if text is not None and value is not None and feedback is not None:
        yield kind, name, text, str(value), feedback


def _mistakes(name: str, mistakes: Sequence[ExpectedError]) -> Iterator[Part]:
    for mistake in mistakes:
        for answer in mistake.answers:
            yield "mistake", name, answer, "false", mistake.feedback


def _flag(*, holds: bool) -> str:
    return "true" if holds else "false"


def _cell(text: str) -> str:
    """Return a text as it stands in a cell."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _has_formula(item: Item, selection: Selection) -> bool:
    """Tell whether a spreadsheet might run a text of the item, or of its stimulus."""
    # Every text of an item follows a quotation mark in its JSON; only where one begins so are its cells made.
    stimulus = selection.stimulus_of(item)
    if not (_SUSPECT.search(as_json(item)) or (stimulus and _SUSPECT.search(as_json(stimulus)))):
        return False
    return any(_cell(text) is not text for row in _rows(item, selection, set()) for text in row)
