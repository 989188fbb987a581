"""The one way into a folder that a stranger may have filled: no link in it leads out of it.

A user names a folder, on the command line for instance, and links on the way to it are the user's own choice. Whatever
lies below that folder is looked up here, name by name, from an open descriptor of the folder (openat with O_NOFOLLOW).
A link is read and followed step by step as long as it stays inside; one that leads out is refused. What was looked up
is held open, so swapping a folder for a link afterwards changes nothing.

Where the system can't open relative to a descriptor (Windows), the whole path is resolved, junctions included, compared
with the folder, and compared again once the file is open. Between the comparison and a write, someone who can write to
the same folder at the same moment could still swap a folder for a link there.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

MOST_LINKS: Final = 40
"""Links that are followed on the way to one file; Linux follows no more either."""
RELATIVE: Final = {os.open, os.stat, os.mkdir, os.readlink} <= os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether this system opens files relative to a descriptor."""

_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
# Nobody waits at a named pipe, and no terminal becomes ours.
_FILE: Final = sum(getattr(os, flag, 0) for flag in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_REPARSE_POINT: Final = 0x400

Kind = Literal["file", "folder", "link", "pipe", "socket", "device"]


class LeadsOut(OSError):
    """A link, or `..`, leads out of the folder."""

    def __init__(self, path: Path) -> None:
        """Name the path that was looked up."""
        super().__init__(errno.EXDEV, "a link in it leads out of the course folder. Delete that link", str(path))


class InCircles(OSError):
    """Links lead to one another, or there are too many of them on the way."""

    def __init__(self, path: Path) -> None:
        """Name the path that was looked up."""
        super().__init__(errno.ELOOP, "the links on the way to it lead in a circle, or there are too many", str(path))


class NotAFile(OSError):
    """A folder, a named pipe, a socket or a device stands where a file should."""

    def __init__(self, path: Path, kind: str) -> None:
        """Name the path, and what stands there."""
        what = "named pipe" if kind == "pipe" else kind
        super().__init__(errno.EINVAL, f"it is a {what}, not a file", str(path))
        self.kind = kind


def kind_of(mode: int) -> Kind:
    """Return what a status says a name stands for."""
    kinds: list[tuple[bool, Kind]] = [
        (stat.S_ISREG(mode), "file"),
        (stat.S_ISDIR(mode), "folder"),
        (stat.S_ISLNK(mode), "link"),
        (stat.S_ISFIFO(mode), "pipe"),
        (stat.S_ISSOCK(mode), "socket"),
    ]
    return next((kind for holds, kind in kinds if holds), "device")


def open_inside(root: Path, name: str) -> int:
    """Open the file `name` below `root` for reading, and return its descriptor. It never waits.

    Raises:
        LeadsOut, InCircles, NotAFile: as their names say.
        OSError: it is missing, or can't be read.
    """
    if not RELATIVE:
        return _open_compared(root, name)
    with _looked_up(root, name, create=False) as (folder, last):
        # Opening a device may already do something, so its kind comes first.
        _must_be_file(os.stat(last, dir_fd=folder, follow_symlinks=False), root / name)
        descriptor = os.open(last, os.O_RDONLY | _FILE | _NO_LINK, dir_fd=folder)
    return _still_a_file(descriptor, root / name)


def kind_inside(root: Path, name: str) -> Kind | None:
    """Return what `name` below `root` is, links inside followed; `None` where it is missing or not to be had.

    What leads out or in a circle is a "link".
    """
    try:
        if not RELATIVE:
            return kind_of(_compared(root, name).stat().st_mode)
        with _looked_up(root, name, create=False) as (folder, last):
            return kind_of(os.stat(last, dir_fd=folder, follow_symlinks=False).st_mode)
    except (LeadsOut, InCircles):
        return "link"
    except (OSError, ValueError):
        return None


@contextmanager
def folder_inside(root: Path, name: str = ".", *, create: bool = False) -> Iterator[Path]:
    """Hold the folder `name` below `root` open, and give a path to it.

    On Linux that path goes through the descriptor and leads to this very folder, whatever its name stands for by now.
    Elsewhere it is the folder's real path at that moment.

    Args:
        root: the folder that a user named; links to it are followed.
        name: a relative path with forward slashes.
        create: whether folders that are missing are made.

    Raises:
        LeadsOut, InCircles: as their names say.
        OSError: it is missing or no folder, or can't be made.
    """
    if create:
        root.mkdir(parents=True, exist_ok=True)
    if not RELATIVE:
        path = _compared(root, name)
        if create:
            path.mkdir(parents=True, exist_ok=True)
            path = _compared(root, name)
        yield path
        return
    with ExitStack() as held:
        with _looked_up(root, name, create=create) as (folder, last):
            if create:
                with suppress(FileExistsError):
                    os.mkdir(last, dir_fd=folder)
            descriptor = os.open(last, _FOLDER | _NO_LINK, dir_fd=folder)
        held.callback(os.close, descriptor)
        yield _path_of(descriptor, Path(os.path.realpath(root / name)))


@contextmanager
def file_inside(root: Path, name: str, *, create: bool = False) -> Iterator[Path]:
    """Hold the folder of the file `name` below `root` open, and give a path to the file, which may be missing.

    No link stands at that path: those inside the folder were followed to where they lead.

    Args:
        root: the folder that a user named; links to it are followed.
        name: a relative path with forward slashes.
        create: whether folders that are missing are made.

    Raises:
        LeadsOut, InCircles, NotAFile: as their names say.
        OSError: its folder is missing or no folder, or can't be made.
    """
    if create:
        root.mkdir(parents=True, exist_ok=True)
    if not RELATIVE:
        path = _compared(root, name)
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
            path = _compared(root, name)
        with suppress(FileNotFoundError):
            _must_be_file(path.lstat(), root / name)
        yield path
        return
    with _looked_up(root, name, create=create) as (folder, last):
        with suppress(FileNotFoundError):
            _must_be_file(os.stat(last, dir_fd=folder, follow_symlinks=False), root / name)
        yield _path_of(folder, Path(os.path.realpath(root / name)).parent) / last


def stands_inside(root: Path, name: str) -> bool:
    """Return whether anything has this name below `root`: a link that leads nowhere, or out, is something."""
    above, _, last = name.rpartition("/")
    try:
        with folder_inside(root, above) as folder:
            return os.path.lexists(folder / last)
    except (LeadsOut, InCircles):
        return True
    except (OSError, ValueError):
        return False


def files_inside(
    root: Path, name: str, *, deep: bool = True, follow: bool = True
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Give all that is in a folder below `root` and is no folder, in no order, by its path from `root`.

    With `follow`, links to folders that stay inside are followed; each folder is looked into once. With `deep`, folders
    in it are, too. An entry can be used until the next one is asked for.
    """
    waiting, seen = [name], set()
    while waiting:
        at = waiting.pop()
        with suppress(OSError), folder_inside(root, at) as here:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            for entry in list(os.scandir(here)):
                path = f"{at}/{entry.name}"
                link = follow and entry.is_symlink()
                if kind_inside(root, path) == "folder" if link else entry.is_dir(follow_symlinks=False):
                    waiting += [path] if deep else []
                else:
                    yield path, entry


@contextmanager
def _looked_up(root: Path, name: str, *, create: bool) -> Iterator[tuple[int, str]]:
    """Give a descriptor of the folder that holds `name` and the name in it, which no link stands for."""
    with ExitStack() as held:
        folders = [_opened(held, os.fspath(root), _FOLDER)]
        waiting = _steps(name)
        links = 0
        while waiting:
            step = waiting.pop()
            if step == "..":
                if len(folders) == 1:
                    raise LeadsOut(root / name)
                folders.pop()
                continue
            here = folders[-1]
            try:
                mode = os.stat(step, dir_fd=here, follow_symlinks=False).st_mode
            except FileNotFoundError:
                if not waiting:
                    yield here, step
                    return
                if not create:
                    raise
                with suppress(FileExistsError):
                    os.mkdir(step, dir_fd=here)
                waiting.append(step)
                continue
            if stat.S_ISLNK(mode):
                links += 1
                if links > MOST_LINKS:
                    raise InCircles(root / name)
                target = os.readlink(step, dir_fd=here)
                if target.startswith("/"):
                    target = _below(root, target, root / name)
                    del folders[1:]
                waiting += _steps(target)
            elif waiting:
                folders.append(_opened(held, step, _FOLDER | _NO_LINK, here))
            else:
                yield here, step
                return
        yield folders[-1], "."


def _opened(held: ExitStack, name: str, flags: int, folder: int | None = None) -> int:
    descriptor = os.open(name, flags, dir_fd=folder)
    held.callback(os.close, descriptor)
    return descriptor


def _steps(name: str) -> list[str]:
    """Return the parts of a path, the last one first."""
    return [part for part in reversed(name.split("/")) if part not in ("", ".")]


def _below(root: Path, target: str, path: Path) -> str:
    """Return the path from a folder to what an absolute link names below it."""
    for above in (os.path.realpath(root), os.fspath(root.absolute())):
        if target == above or target.startswith(f"{above.rstrip('/')}/"):
            return target[len(above.rstrip("/")) :]
    raise LeadsOut(path)


def _path_of(descriptor: int, real: Path) -> Path:
    """Return a path to an open folder: through its descriptor where the system has such paths, else its real path."""
    for path in (Path(f"/proc/self/fd/{descriptor}"), real):
        with suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return path
    raise LeadsOut(real)


def _must_be_file(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFile(path, kind_of(status.st_mode))


def _still_a_file(descriptor: int, path: Path) -> int:
    try:
        _must_be_file(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


# --- Systems that open nothing relative to a descriptor -----------------------------------------------------------


def _compared(root: Path, name: str) -> Path:
    """Return the real path of `name` below `root`, all links and junctions resolved."""
    path = root / name
    try:
        resolved = path.resolve()
    except RuntimeError:
        raise InCircles(path) from None
    except OSError as error:
        raise InCircles(path) if error.errno == errno.ELOOP else error from None
    if not resolved.is_relative_to(root.resolve()):
        raise LeadsOut(path)
    with suppress(FileNotFoundError):
        status = resolved.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise InCircles(path)  # What is resolved is still a link only where links lead to one another.
        if getattr(status, "st_file_attributes", 0) & _REPARSE_POINT and not stat.S_ISREG(status.st_mode):
            raise LeadsOut(path)
    return resolved


def _open_compared(root: Path, name: str) -> int:
    resolved = _compared(root, name)
    _must_be_file(resolved.lstat(), root / name)
    descriptor = _still_a_file(os.open(resolved, os.O_RDONLY | _FILE | _NO_LINK), root / name)
    try:
        again = _compared(root, name)
        if not os.path.samestat(again.lstat(), os.fstat(descriptor)):
            raise LeadsOut(root / name)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
