"""What `kitbag init` lays down: the course that comes with Kitbag, or a small complete one to write over."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from kitbag.files import Unwritable, new_folder, write_tree

PACKAGE: Final = Path(__file__).parent
PARTS: Final = ("course", "documents", "questions", "templates")
"""The folders an author writes; an example need not have them all."""


class CannotStart(Exception):
    """A course cannot be started; the message says why, on one line."""


def shipped_course() -> Path:
    """Return the folder of the course that comes with Kitbag.

    Raises:
        CannotStart: this installation carries none.
    """
    # A wheel carries the course inside the package; in a checkout it lies where its authors write it, at the root.
    for folder in (PACKAGE / "shipped", PACKAGE.parent.parent):
        if (folder / "course" / "course.yaml").is_file():
            return folder
    raise CannotStart("This installation of Kitbag came without its course. Install Kitbag again.")


def start(folder: Path, *, skeleton: bool) -> list[Path]:
    """Start a course in `folder`, which is new or holds nothing but hidden files, and return the files written.

    The files are the shipped course, or with `skeleton` a small complete one. They appear all together or not at all.

    Raises:
        CannotStart: files are there already, or the folder cannot be written.
    """
    origin = PACKAGE / "templates" / "skeleton" if skeleton else shipped_course()
    parts = {part: files for part in PARTS if (files := _files(origin / part))}
    try:
        _refuse_to_overwrite(folder)
        is_new = not folder.exists()
        try:
            with ExitStack() as folders:
                for part, files in parts.items():
                    fresh = folders.enter_context(new_folder(folder / part))
                    write_tree(fresh, ((name, (origin / part / name).read_bytes()) for name in files))
        except BaseException:
            for part in parts:
                shutil.rmtree(folder / part, ignore_errors=True)
            if is_new:
                shutil.rmtree(folder, ignore_errors=True)
            raise
    except (OSError, Unwritable) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotStart(f"{folder} cannot be written: {reason}.") from error
    return [folder / part / name for part, files in parts.items() for name in files]


def _files(folder: Path) -> list[str]:
    """Return the files below a folder, sorted, hidden ones apart; relative, with forward slashes."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts))


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CannotStart(f"{folder} is a file. Name a new folder, or an empty one.")
    there = sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.exists() else []
    if there:
        raise CannotStart(f'{folder} is not empty: it holds "{there[0]}". Name a new folder, or an empty one.')
