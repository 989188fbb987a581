"""The roster: who was meant to take a test, from any spreadsheet saved as CSV."""

import csv
import io
from typing import Final

from kitbag.questions.scoring import fold_text, trim

HEADINGS: Final = frozenset({"name", "person", "trainee", "pseudonym"})
"""Headings of the column that names people; without one, the first column does, from its first line on."""


class NotARoster(Exception):
    """The file names nobody; the message says why."""


def same_person(name: str) -> str:
    """Return a name as it is compared: letter case and spaces make no other person."""
    return fold_text(name)


def read_roster(data: bytes) -> tuple[str, ...]:
    """Return the names of a roster in its order, each once. Commas, semicolons or tabs part its columns.

    Raises:
        NotARoster: it is no text, or names nobody.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotARoster("The roster is no text in UTF-8. Save it as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(trim, row))]
    except csv.Error as error:
        raise NotARoster(f"The roster is no CSV file: {error}.") from None
    column = 0
    if rows and (named := [place for place, cell in enumerate(rows[0]) if same_person(cell) in HEADINGS]):
        column = named[0]
        rows = rows[1:]
    names: dict[str, str] = {}
    for row in rows:
        if len(row) > column:
            names.setdefault(same_person(row[column]), trim(row[column]))
    names.pop("", None)
    if not names:
        raise NotARoster("The roster names nobody.")
    return tuple(names.values())
