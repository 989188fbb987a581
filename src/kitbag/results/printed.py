"""What was printed of a course's tests: a marking grid for each draw, and a list of the draws.

Both are kept in `results/`, where no build removes anything. Whatever someone has typed into a grid stays there.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from kitbag.files import read_within, write_within
from kitbag.inside import stands_inside
from kitbag.questions.form_id import read_form_id
from kitbag.results.grid import FormsChanged, Variant, blank_grid, extended_grid, read_grid
from kitbag.results.place import FOLDER, results_folder

GRIDS: Final = f"{FOLDER}/grids"
PRINTED: Final = f"{FOLDER}/printed.csv"
_HEADINGS: Final = [
    *("draw", "printed", "test", "attempt", "form", "variant", "fingerprint", "edition", "digest", "folder"),
]


def draw_name(variants: Sequence[Variant]) -> str:
    """Return the name of a draw: the test, a later attempt, and the characters that its form codes share."""
    form = variants[0].form
    attempt = f"-{form.attempt}" if form.attempt > 1 else ""
    return f"{form.test.id}{attempt}-{read_form_id(form.id).seed}"


def grid_name(draw: str) -> str:
    """Return where the grid of a draw is, from the course folder."""
    return f"{GRIDS}/{draw}.csv"


def grid_of(folder: Path, draw: str) -> bytes | None:
    """Return the grid of a draw, or None where there is none yet. Raises Unreadable."""
    return read_within(folder, grid_name(draw)) if stands_inside(folder, grid_name(draw)) else None


def printed_variants(folder: Path, draw: str) -> int:
    """Return how many variants of a draw have been printed. Raises Unreadable and NotAGrid."""
    grid = grid_of(folder, draw)
    return len(read_grid(grid, file=grid_name(draw)).forms) if grid else 0


def has_other_items(folder: Path, variants: Sequence[Variant]) -> bool:
    """Whether the grid of a draw holds the same form codes with other items, because the bank has changed since.

    Raises Unreadable and NotAGrid.
    """
    draw = draw_name(variants)
    grid = grid_of(folder, draw)
    try:
        return grid is not None and not extended_grid(grid, variants, file=grid_name(draw))
    except FormsChanged:
        return True


def keep_grid(folder: Path, variants: Sequence[Variant], *, seats: int) -> str:
    """Make the grid of a draw, or add the variants it lacks; return where it is, from the course folder.

    Raises:
        NotAGrid: there is a file of this name that isn't a grid; it is left as it is.
        FormsChanged: the grid holds the same form codes with other items.
        Unreadable, OSError: the grid can't be read or written.
    """
    name = grid_name(draw_name(variants))
    before = grid_of(folder, draw_name(variants))
    if before is None:
        # Without a byte order mark, Excel would take UTF-8 for another encoding.
        after = blank_grid(variants[0].form.test, variants, seats=seats).encode("utf-8-sig")
    else:
        after = extended_grid(before, variants, file=name)
    if after != before:
        results_folder(folder)
        write_within(folder, name, after, private=True)
    return name


def list_printed(
    folder: Path, variants: Sequence[Variant], *, edition: str, digest: str, into: str, today: date
) -> None:
    """Add the forms of a draw to the list of what was printed, unless they are there.

    Raises:
        Unreadable, OSError: the list can't be read or written.
    """
    before = read_within(folder, PRINTED) if stands_inside(folder, PRINTED) else b""
    rows = list(csv.reader(io.StringIO(before.decode("utf-8-sig", "replace"), newline="")))
    listed = {(row[4], row[6]) for row in rows if len(row) >= len(_HEADINGS)}
    draw, day = draw_name(variants), today.isoformat()
    added = [
        [
            *(draw, day, one.form.test.id, str(one.form.attempt), one.form.id, one.letter, one.fingerprint),
            *(edition, digest, into),
        ]
        for one in variants
        if (one.form.id, one.fingerprint) not in listed
    ]
    if added:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows([*(rows or [_HEADINGS]), *added])
        results_folder(folder)
        write_within(folder, PRINTED, text.getvalue().encode("utf-8-sig"))
