"""The marking grid: answer sheets of a test taken on paper, keyed into a spreadsheet.

The grid is a CSV file that says which forms it is for:

    kitbag-grid/2
    test,final
    form,7KQX-3M2R,A,5f0c92a1d3be
    no,form,name,1,2,3
    1,7KQX-3M2R,Doe,B,AC,C A B

A row is an answer sheet, a column a question. A row names its form by the code printed on the sheet, because every draw
has a variant A. A cell holds what is on the sheet (see `kitbag.results.sheet`). The fingerprint after a form covers its
items and their order: once the bank has changed, the form can no longer be rebuilt from its code, and that must be
noticed. Grids made by earlier versions, whose rows name the letter of the variant, are still read.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kitbag.findings import Finding, Place
from kitbag.questions.assembly import Form
from kitbag.questions.blueprint import Assessment
from kitbag.questions.form_id import bare
from kitbag.questions.scoring import trim
from kitbag.results.sheet import (
    SheetEntry,
    letter,
    sheet_entry,
)
from kitbag.spreadsheets import NotATable, read_table

FORMAT: Final = "kitbag-grid/2"
BY_LETTER: Final = "kitbag-grid/1"
"""The format of earlier versions, in which a row names the letter of its variant."""
FIXED: Final = ("no", "form", "name")
"""The columns before the questions."""
_FIXED_BY_LETTER: Final = ("no", "variant", "name")
_SHORT: Final = 4
"""Characters at the end of a form code that suffice within one grid: the form's number and the check character."""


@dataclass(frozen=True)
class Variant:
    """A form of a test as it lies on the tables."""

    letter: str
    """A, B, C: printed large, and keyed in for each sheet."""
    form: Form
    """What was drawn."""
    entries: tuple[SheetEntry, ...]
    """Its items, in printed order."""

    @property
    def fingerprint(self) -> str:
        """Items and their order as 12 hexadecimal digits."""
        shown = "\n".join(" ".join([entry.item.id, *entry.order]) for entry in self.entries)
        return sha256(shown.encode()).hexdigest()[:12]


def variants_of(forms: Iterable[Form]) -> tuple[Variant, ...]:
    """Return forms as variants A, B, C, in their order."""
    return tuple(variant_of(letter(number), form) for number, form in enumerate(forms))


def variant_of(name: str, form: Form) -> Variant:
    """Return a form as the variant of this letter."""
    return Variant(name, form, tuple(sheet_entry(drawn.item, drawn.order) for drawn in form.items))


def blank_grid(test: Assessment, variants: Sequence[Variant], *, seats: int) -> str:
    """Return a grid with a numbered row for each seat and a column for each question of the longest variant."""
    questions = max((len(variant.entries) for variant in variants), default=0)
    head = [[FORMAT], ["test", test.id], *map(_form_line, variants), [*FIXED, *map(str, range(1, questions + 1))]]
    return _as_csv([*head, *([str(seat), *[""] * (len(FIXED) - 1 + questions)] for seat in range(1, seats + 1))])


def _form_line(variant: Variant) -> list[str]:
    return ["form", variant.form.id, variant.letter, variant.fingerprint]


def _as_csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)  # RFC 4180, 2.1
    return text.getvalue()


@dataclass(frozen=True)
class GridForm:
    """A form that the sheets of a grid may have."""

    line: int
    code: str
    """The form id, as printed."""
    letter: str
    fingerprint: str


@dataclass(frozen=True)
class Grid:
    """A grid that was keyed in, not yet marked."""

    file: str
    test: str
    """The test's id."""
    forms: Mapping[str, GridForm]
    """The forms, by what a row calls them: the code without its hyphen; the letter in a grid of an earlier version."""
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The line in the file and the cells of each sheet."""
    by_letter: bool = False
    """Rows name the letter of the variant, as in grids of earlier versions."""

    def form_of(self, cell: str) -> str | None:
        """Return the form that a row's second cell names, as a key of `forms`; `None` where it names none.

        The code counts in either case, with or without its hyphen; its last four characters are enough.
        """
        named = bare(cell)
        if named in self.forms:
            return named
        ends = [key for key in self.forms if not self.by_letter and len(named) == _SHORT and key.endswith(named)]
        return ends[0] if len(ends) == 1 else None

    @property
    def is_keyed(self) -> bool:
        """Whether anyone has typed anything into its rows."""
        return any(any(cells[1:]) for _, cells in self.rows)


class NotAGrid(Exception):
    """The file isn't a marking grid; `finding` says what it should be."""

    def __init__(self, finding: Finding) -> None:
        """Keep the finding."""
        super().__init__(str(finding))
        self.finding = finding


def read_grid(data: bytes, *, file: str) -> Grid:
    """Return what a grid holds, from any spreadsheet: commas, semicolons or tabs, with a byte order mark or without.

    Raises NotAGrid.
    """
    lines = [(line, [trim(cell) for cell in row]) for line, row in _lines(data, file)[1]]
    if not lines or lines[0][1][0] not in (FORMAT, BY_LETTER):
        raise _not_a_grid(
            Place(file, 1, 1),
            f"This isn't a marking grid: its first cell isn't {FORMAT}.",
            "Key the answers into the grid that was made with the papers, and keep its first lines.",
        )
    by_letter = lines[0][1][0] == BY_LETTER
    test = ""
    forms: dict[str, GridForm] = {}
    for position, (line, cells) in enumerate(lines[1:], 1):
        match cells:
            case ["test", name, *_]:
                test = name
            case ["variant", name, code, fingerprint, *_] if by_letter:
                forms[name.upper()] = GridForm(line, code, name.upper(), fingerprint)
            case ["form", code, name, fingerprint, *_] if not by_letter:
                forms[bare(code)] = GridForm(line, code, name, fingerprint)
            case ["no", "variant" | "form", "name", *_]:
                return Grid(file, test, forms, tuple((n, tuple(row)) for n, row in lines[position + 1 :]), by_letter)
            case _:
                raise _not_a_grid(
                    Place(file, line, 1),
                    f'A line that begins with "{cells[0][:40]}" does not belong here.',
                    f"Above the sheets there are only the lines test, {FIXED[1]}, and the headings {', '.join(FIXED)}.",
                )
    raise _not_a_grid(
        Place(file),
        f"The line with the headings {', '.join(_FIXED_BY_LETTER if by_letter else FIXED)} is missing.",
        "Keep the first lines of the grid that was made with the papers.",
    )


def extended_grid(data: bytes, variants: Sequence[Variant], *, file: str) -> bytes:
    """Return a grid with the forms of `variants` added that it lacks; every cell that someone typed stays as it is.

    A grid that has all of them is returned unchanged, byte for byte.

    Raises:
        NotAGrid: the file can't be read as a grid of this version.
        FormsChanged: it has a form of the same code with other items.
    """
    grid = read_grid(data, file=file)
    if grid.by_letter:
        raise _not_a_grid(Place(file, 1, 1), f"This grid is of an earlier version: its first cell isn't {FORMAT}.", "")
    known = {bare(variant.form.id): variant for variant in variants}
    if any(key in grid.forms and grid.forms[key].fingerprint != new.fingerprint for key, new in known.items()):
        raise FormsChanged(file)
    missing = [variant for key, variant in known.items() if key not in grid.forms]
    if not missing:
        return data
    delimiter, lines = _lines(data, file)
    rows = [row for _, row in lines]
    heading = next(number for number, row in enumerate(rows) if [trim(cell) for cell in row[:3]] == list(FIXED))
    questions = max(len(rows[heading]) - len(FIXED), *(len(variant.entries) for variant in missing))
    rows[heading] = [*FIXED, *map(str, range(1, questions + 1))]
    rows[heading:heading] = map(_form_line, missing)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


class FormsChanged(Exception):
    """The bank has changed: the same codes would now stand for other items than those of the grid."""


def _not_a_grid(place: Place, message: str, hint: str) -> NotAGrid:
    return NotAGrid(Finding("not-a-grid", place, message, hint))


def _lines(data: bytes, file: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the delimiter, and the lines that hold anything, with their numbers."""
    try:
        table = read_table(data)
    except NotATable as error:
        raise NotAGrid(Finding("unreadable", Place(file), f"This grid can't be read. {error}", error.hint)) from None
    return table.delimiter, [(line, row) for line, row in table.rows if any(trim(cell) for cell in row)]
