"""Tables for spreadsheets: CSV in which nothing that somebody wrote is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = re.compile('(^|[;\\t\\r\\n])(?=["\\s]*[=+\\-@\uff1d\uff0b\uff0d\uff20])')
"""Where a formula may begin: at the head of a cell, and after what parts cells in a spreadsheet that goes by
semicolons or tabs, as in much of Europe. The last four signs are full-width, as some spreadsheets take them, too."""


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_FORMULA.sub(r"\1'", str(value)) for value in row] for row in rows)
    return out.getvalue()
