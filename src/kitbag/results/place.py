"""Where the results of a course are kept: below `results/` of the course folder, which no build touches.

They are about people, so the folder is its owner's alone where the system knows owners, and git is told to leave it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kitbag.files import write_atomically
from kitbag.inside import file_inside, folder_inside, stands_inside
from kitbag.results.gather import Found, gather_below

FOLDER: Final = "results"
STORE: Final = "results.sqlite"
RECORDS: Final = "records"
"""Records of tests taken in this course folder's terminal."""
SITTINGS: Final = "sittings"
"""Tests that are being taken."""
MARKED: Final = "build/results"
"""Where `kitbag mark` leaves the records of a marked grid."""


def results_folder(course: Path) -> Path:
    """Return the folder of a course's results, and make it where there is none. Raises OSError."""
    with folder_inside(course, FOLDER, create=True) as folder:
        with contextlib.suppress(OSError):  # a stick knows no owners
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
        if not stands_inside(folder, ".gitignore"):
            write_atomically(folder / ".gitignore", b"# Results are about people: they stay out of git.\n*\n")
    return course / FOLDER


def store_path(course: Path) -> Path:
    """Return where the results of a course come together, and make the folder. Raises OSError."""
    path = results_folder(course) / STORE
    with file_inside(course, f"{FOLDER}/{STORE}"):
        return path


def own_records(course: Path) -> Iterator[Found]:
    """Give the records that arose on this machine: the terminal's, and those of marked grids."""
    for name in (f"{FOLDER}/{RECORDS}", MARKED):
        yield from gather_below(course, name)
