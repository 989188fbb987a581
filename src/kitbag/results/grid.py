"""The marking grid: answer sheets of a test taken on paper, keyed into a spreadsheet.

The grid is a CSV file that says which forms it is for:

    kitbag-grid/1
    test,final
    variant,A,7KQX-3M2R,5f0c92a1d3be
    no,variant,name,1,2,3
    1,A,Doe,B,AC,C A B

A row is an answer sheet, a column a question. A cell holds what stands on the sheet (see `kitbag.results.sheet`). After
the form id stands a fingerprint of items and order: where the bank has changed since the papers were printed, the form
can no longer be rebuilt from its id, and that must not pass unseen.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kitbag.files import LARGEST_FILE
from kitbag.findings import Finding, Place
from kitbag.questions.assembly import Form
from kitbag.questions.blueprint import Assessment
from kitbag.results.sheet import (
    SheetEntry,
    letter,
    sheet_entry,
)

FORMAT: Final = "kitbag-grid/1"
FIXED: Final = ("no", "variant", "name")
"""The columns before the questions."""
_DELIMITERS: Final = ",;\t"


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
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180, 2.1
    writer.writerow([FORMAT])
    writer.writerow(["test", test.id])
    writer.writerows(["variant", one.letter, one.form.id, one.fingerprint] for one in variants)
    writer.writerow([*FIXED, *range(1, questions + 1)])
    writer.writerows([seat, *[""] * (len(FIXED) - 1 + questions)] for seat in range(1, seats + 1))
    return text.getvalue()


@dataclass(frozen=True)
class Grid:
    """A grid that was keyed in, not yet marked."""

    file: str
    test: str
    """The test's id."""
    forms: Mapping[str, tuple[int, str, str]]
    """Line, form id and fingerprint of each variant, by its letter."""
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The line in the file and the cells of each sheet."""


class NotAGrid(Exception):
    """The file is no marking grid; `finding` says what it should be."""

    def __init__(self, finding: Finding) -> None:
        """Keep the finding."""
        super().__init__(str(finding))
        self.finding = finding


def read_grid(data: bytes, *, file: str) -> Grid:
    """Return what a grid holds, from any spreadsheet: commas, semicolons or tabs, with a byte order mark or without.

    Raises NotAGrid.
    """
    lines = _lines(data, file)
    if not lines or lines[0][1][0] != FORMAT:
        raise NotAGrid(
            Finding(
                "not-a-grid",
                Place(file, 1, 1),
                f"This is no marking grid: its first cell is not {FORMAT}.",
                "Key the answers into the grid that was made with the papers, and keep its first lines.",
            )
        )
    test = ""
    forms: dict[str, tuple[int, str, str]] = {}
    for position, (line, cells) in enumerate(lines[1:], 1):
        match cells:
            case ["test", name, *_]:
                test = name
            case ["variant", name, form, fingerprint, *_]:
                forms[name.upper()] = (line, form, fingerprint)
            case ["no", "variant", "name", *_]:
                return Grid(file, test, forms, tuple((n, tuple(row)) for n, row in lines[position + 1 :]))
            case _:
                raise NotAGrid(
                    Finding(
                        "not-a-grid",
                        Place(file, line, 1),
                        f'A line that begins with "{cells[0][:40]}" does not belong here.',
                        "Above the sheets stand only the lines test, variant, and the headings no, variant, name.",
                    )
                )
    raise NotAGrid(
        Finding(
            "not-a-grid",
            Place(file),
            "The line with the headings no, variant, name is missing.",
            "Keep the first lines of the grid that was made with the papers.",
        )
    )


def _lines(data: bytes, file: str) -> list[tuple[int, list[str]]]:
    """Return the lines that hold anything, with their numbers, each cell without the spaces around it."""
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError(data)
        # Excel's "Unicode text" is UTF-16 with tabs, and begins with a byte order mark too.
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        start = text.lstrip().removeprefix('"').removeprefix(FORMAT).removeprefix('"')[:1]
        delimiter = start if start in _DELIMITERS and start else _commonest(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (ValueError, csv.Error):
        raise NotAGrid(
            Finding(
                "unreadable",
                Place(file),
                "The grid cannot be read as a CSV file in UTF-8.",
                'Save it from the spreadsheet as "CSV UTF-8".',
            )
        ) from None
    return [(line, row) for line, row in rows if any(row)]


def _commonest(text: str) -> str:
    return max(_DELIMITERS, key=text.count)
