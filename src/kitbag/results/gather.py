"""Finds attempt records in files and folders, as they come on a stick from anyone."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kitbag.files import Unreadable, is_leftover, read_within
from kitbag.inside import open_inside
from kitbag.results.record import LARGEST_RECORD, BadRecord

_OF_MACOS: Final = "._"
"""Begins the files that macOS puts beside others on a stick."""
_BEGINNING: Final = 64
"""Bytes that tell whether a file in a folder may be a record."""


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
            yield from _below(path)
        else:
            yield _named(path)


def _below(folder: Path) -> Iterator[Found]:
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(where, name)
            if is_leftover(name) or name.startswith(_OF_MACOS):
                continue
            if path.suffix.lower() == ".json" or _begins_like_a_record(path):
                yield _link(path) if path.is_symlink() else _read(path)


def _begins_like_a_record(path: Path) -> bool:
    """Tell whether a file without the name of a record may be one: people rename files."""
    try:
        if path.is_symlink():
            return False
        with os.fdopen(open_inside(path.parent, path.name), "rb") as file:
            start = file.read(_BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return False
    return start.startswith(b"{") and b'"' in start


def _link(path: Path) -> Found:
    return Found(str(path), BadRecord("link", "It is a link, and no link is followed."))


def _named(path: Path) -> Found:
    """Read a file that somebody named: a link that is named is meant; one that lies in a folder may not be."""
    try:
        return replace(_read(path.resolve()), name=str(path))
    except (OSError, RuntimeError, ValueError):
        return Found(str(path), BadRecord("unreadable", "It cannot be read: its name or the links to it are broken."))


def _read(path: Path) -> Found:
    try:
        return Found(str(path), read_within(path.parent, path.name, largest=LARGEST_RECORD))
    except Unreadable as error:
        return Found(str(path), BadRecord(error.code, str(error)))
