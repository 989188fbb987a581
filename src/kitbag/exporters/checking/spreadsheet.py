"""Our CSV of an item bank: a row for each item, then a row for each of its parts."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Final

from kitbag.exporters.checking.hints import Hints
from kitbag.exporters.csv_ import COLUMNS
from kitbag.findings import Finding, Place, listed
from kitbag.questions.model import ItemType

TITLE: Final = "CSV"
NOT_CHECKED: Final = "whether the items are sound; kitbag check tells that of a course"
_PARTS: Final = (
    "item", "option", "premise", "response", "element", "wrong-order", "tolerance", "unit", "mistake", "accepted",
    "text", "category", "criterion", "model-answer", "words", "stimulus",
)  # fmt: skip
_WIDEST: Final = 1 << 20
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def check(data: bytes, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with a table of items."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = place._replace(line=data.count(b"\n", 0, error.start) + 1)
        yield Finding("encoding", at, "The file is not in UTF-8.", "Save it as UTF-8.")
        return
    csv.field_size_limit(_WIDEST)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from _row_faults(reader, lambda: place._replace(line=reader.line_num))
    except csv.Error as error:
        at = place._replace(line=reader.line_num)
        yield Finding("csv", at, f"This is no CSV: {error}.", "Save it as CSV, with commas and double quotes.")


def _row_faults(reader: Iterator[list[str]], here: Callable[[], Place]) -> Iterator[Finding]:
    header = next(reader, [])
    lacking = [column for column in COLUMNS[:6] if column not in header]
    if lacking:
        message = f"The first row lacks these columns: {listed(lacking)}."
        yield Finding("columns", here(), message, f"The first row must name: {listed(COLUMNS, most=30)}.")
        return
    items: set[str] = set()
    hints = Hints()
    current = ""
    for row in reader:
        cell = dict(zip(header, row, strict=False))
        part, name = cell.get("part", ""), cell.get("item", "")
        if len(row) > len(header):
            message = f"The row has {len(row)} cells, and there are {len(header)} columns."
            yield Finding("cells", here(), message, "Quote a cell that holds a comma.")
        if part not in _PARTS:
            hint = hints.near(part, _PARTS) or f"There are: {listed(_PARTS, most=20)}."
            yield Finding("part", here(), f'"{part}" is no part of an item.', hint)
        elif part == "item":
            current = name
            if name in items:
                message = f'The item "{name}" stands there twice.'
                yield Finding("repeated-identifier", here(), message, "Give each its own id.")
            items.add(name)
            if (kind := cell.get("type", "")) not in set(ItemType):
                hint = hints.near(kind, ItemType) or f"There are: {listed(ItemType, most=20)}."
                yield Finding("type", here(), f'"{kind}" is no type of item.', hint)
        elif part != "stimulus" and name != current:
            message = f'This part belongs to "{name}", and stands under "{current}".'
            yield Finding("strayed-part", here(), message, "Put it under its item.")
        for column, value in cell.items():
            if value.startswith(_FORMULA) and not _is_number(value):
                message = f'The cell under "{column}" begins with "{value[0]!s}", so a spreadsheet would run it.'
                yield Finding("formula", here(), message.replace("\t", "a tab"), "Begin it with an apostrophe.")
    if not items:
        yield Finding("no-item", here()._replace(line=0), "There is no item in it.", "Export some.")


def _is_number(text: str) -> bool:
    return text[1:].replace(",", "").replace(".", "").isdecimal()
