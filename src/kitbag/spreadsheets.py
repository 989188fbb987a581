"""Tables for spreadsheets, and tables from any spreadsheet: CSV in which nothing that somebody wrote is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

LARGEST_TABLE: Final = 8 * 1024 * 1024
"""Bytes of a table that someone filled in; a grid of 500 sheets with 100 answers each has some 300,000."""
MOST_CELLS: Final = 200_000
"""Cells of such a table."""
DELIMITERS: Final = ",;\t"
"""What parts cells: spreadsheets write semicolons where the comma is a decimal sign."""

_SAVE: Final = 'Save it from the spreadsheet as "CSV UTF-8".'
_FORMULA: Final = re.compile('(^|[;\\t\\r\\n])(?=["\\s]*[=+\\-@\uff1d\uff0b\uff0d\uff20])')
"""Where a formula may begin: at the head of a cell, and after what parts cells in a spreadsheet that goes by
semicolons or tabs, as in much of Europe. The last four signs are full-width, as some spreadsheets take them, too."""


class NotATable(Exception):
    """The data are no table that can be read; the message says why, as a whole sentence, and `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        """Keep message and hint."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Table:
    """What a table holds."""

    delimiter: str
    """What parts its cells."""
    rows: tuple[tuple[int, list[str]], ...]
    """The rows that are not empty, each with the line in which it ends."""


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it.

    A whole number or a `Decimal` stays a number, below zero too.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    match value:
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case _:
            return _FORMULA.sub(r"\1'", str(value))


def read_table(data: bytes) -> Table:
    """Return a table from any spreadsheet: commas, semicolons or tabs, in UTF-8 or UTF-16, with a mark or without.

    Raises:
        NotATable: it is too large, no text, or no CSV.
    """
    if len(data) > LARGEST_TABLE:
        raise NotATable(f"It is larger than {LARGEST_TABLE // 1024**2} MiB.", "Split it.")
    try:
        # Excel's "Unicode text" is UTF-16 with tabs, and begins with a byte order mark too.
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise NotATable("It isn't text in UTF-8.", _SAVE) from None
    first = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=(first if any(sign in first for sign in DELIMITERS) else text).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    cells = 0
    try:
        for row in reader:
            cells += len(row)
            if cells > MOST_CELLS:
                raise NotATable(f"It has more than {MOST_CELLS:,} cells.", "Split it.")
            if any(row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise NotATable(f"It isn't CSV: line {reader.line_num}: {error}.", _SAVE) from None
    return Table(delimiter, tuple(rows))
