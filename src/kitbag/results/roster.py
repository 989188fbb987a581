"""The roster: who was meant to take a test, from any spreadsheet saved as CSV."""

from typing import Final

from kitbag.questions.scoring import fold_text, trim
from kitbag.spreadsheets import NotATable, read_table

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
        rows = [row for _, row in read_table(data).rows if any(map(trim, row))]
    except NotATable as error:
        raise NotARoster(f"The roster can't be read. {error} {error.hint}") from None
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
