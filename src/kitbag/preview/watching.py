"""Sees when the files of a course change, by looking: it works on every file system, shared and mounted ones too."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Final

from kitbag.inside import file_inside, files_inside

WATCHED: Final = ("course", "questions", "templates")
"""The folders of a course that its author writes in."""
PAUSE: Final = 0.2
"""Seconds between two looks."""
PATIENCE: Final = 5
"""Looks at files that go on changing, before what is there is taken as it is."""
DEEPEST: Final = 16
"""Levels of folders that are looked into."""

Snapshot = Mapping[str, tuple[int, int, int]]
"""When a file was written, how long it is and which file it is, by its path from the course folder."""


def snapshot(folder: Path) -> Snapshot:
    """Return what the watched folders hold now; one that is missing or cannot be read holds nothing."""
    found: dict[str, tuple[int, int, int]] = {}
    for part in WATCHED:
        for name, entry in files_inside(folder, part):
            # Folders with a dot are those of editors and version control.
            if not any(step.startswith(".") for step in name.split("/")[:-1]) and name.count("/") <= DEEPEST:
                found[name] = _state(folder, name, entry)
    return found


def _state(folder: Path, name: str, entry: os.DirEntry[str]) -> tuple[int, int, int]:
    try:
        if entry.is_symlink():
            with file_inside(folder, name) as file:
                status = file.lstat()
        else:
            status = entry.stat(follow_symlinks=False)
    except OSError:  # gone between the two looks, or a link that leads out or nowhere
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def changes(folder: Path, stop: Event, *, pause: float = PAUSE) -> Iterator[Snapshot]:
    """Give the state of the files now, and again each time it has changed and come to rest, until told to stop.

    Editors write a file in several steps, and many files at once; a state counts when the next look finds the same.
    """
    known = snapshot(folder)
    yield known
    while not stop.wait(pause):
        now = snapshot(folder)
        if now == known:
            continue
        for _ in range(PATIENCE):
            before, now = now, _after(pause / 2, folder, stop)
            if now == before:
                break
        known = now
        yield known


def _after(pause: float, folder: Path, stop: Event) -> Snapshot:
    stop.wait(pause)
    return snapshot(folder)
