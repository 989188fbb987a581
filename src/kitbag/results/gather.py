"""Finds attempt records in files and folders, as they come on a stick from anyone."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kitbag.files import Unreadable, is_leftover, read_within
from kitbag.inside import files_inside, open_inside
from kitbag.results.record import LARGEST_RECORD, BadRecord

_OF_MACOS: Final = "._"
"""Begins the files that macOS puts beside others on a stick."""
_BEGINNING: Final = 64
"""Bytes that tell whether a file in a folder may be a record."""
_LINK: Final = BadRecord("link", "It is a link, and no link is followed.")


@dataclass(frozen=True)
class Found:
    """One file that is, or should be, a record."""

    name: str
    """Where it was found."""
    data: bytes | BadRecord
    """What it holds, or why it cannot be read."""


def gather(paths: Iterable[Path]) -> Iterator[Found]:
    """Give each file named, and of each folder named every file below it that is called .json or begins like a record.

    A link inside a folder is not followed. No file is read that is larger than a record can be.
    """
    for path in paths:
        if path.is_dir():
            yield from gather_below(path)
        else:
            yield _named(path)


def gather_below(root: Path, name: str = "") -> Iterator[Found]:
    """Give the records in the folder `name` below `root`, to which no link leads from outside, as `gather` does."""
    files = ((path.removeprefix("/"), entry.is_symlink()) for path, entry in files_inside(root, name, follow=False))
    for file, link in sorted(files, key=lambda one: _in_order(one[0])):
        last = file.rpartition("/")[2]
        if is_leftover(last) or last.startswith(_OF_MACOS):
            continue
        if last.lower().endswith(".json") or (not link and _begins_like_a_record(root, file)):
            shown = str(root / file)
            yield Found(shown, _LINK) if link else replace(_read(root, file), name=shown)


def _in_order(file: str) -> tuple[tuple[bool, str], ...]:
    """Order files as a person lists them: those of a folder before those of the folders in it."""
    *folders, last = file.split("/")
    return (*((True, folder) for folder in folders), (False, last))


def _begins_like_a_record(root: Path, file: str) -> bool:
    """Tell whether a file without the name of a record may be one: people rename files."""
    try:
        with os.fdopen(open_inside(root, file), "rb") as opened:
            start = opened.read(_BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return False
    return start.startswith(b"{") and b'"' in start


def _named(path: Path) -> Found:
    """Read a file that somebody named: a link that is named is meant; one that lies in a folder may not be."""
    try:
        real = path.resolve()
        return replace(_read(real.parent, real.name), name=str(path))
    except (OSError, RuntimeError, ValueError):
        return Found(str(path), BadRecord("unreadable", "It cannot be read: its name or the links to it are broken."))


def _read(root: Path, file: str) -> Found:
    try:
        return Found(file, read_within(root, file, largest=LARGEST_RECORD))
    except Unreadable as error:
        return Found(file, BadRecord(error.code, str(error)))
