"""Reading and writing files: nothing outside the folder is read, and nothing is ever half written."""

import contextlib
import ctypes
import errno
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from kitbag.characters import DIRECTION_CONTROLS
from kitbag.inside import InCircles, LeadsOut, NotAFile, file_inside, folder_inside, open_inside

AS_IT_IS: Final = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""How a file is opened that no link may stand for, and at which nobody waits."""

LARGEST_FILE: Final = 64 * 1024 * 1024
"""Bytes in one input file; a larger one is refused before it is read."""


class Unreadable(Exception):
    """An input file that cannot or must not be read; the message says why, and `hint` what to do."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep the finding's code, message and hint."""
        super().__init__(message)
        self.code = code
        self.hint = hint


def read_within(folder: Path, name: str, *, largest: int = LARGEST_FILE) -> bytes:
    """Return the bytes of the regular file `name` below `folder`.

    Raises:
        Unreadable: it is missing, leaves the folder by `..` or a link, is no regular file, or is too large.
    """
    try:
        with os.fdopen(open_inside(folder, name), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > largest:
                limit = f"{largest // 1024 // 1024} MiB"
                raise Unreadable("too-large", f'"{name}" is larger than {limit}.', "Split it or make it smaller.")
            return file.read(size)
    except LeadsOut:
        message = f'"{name}" leads out of the course folder.'
        raise Unreadable("outside-folder", message, "Copy the file into the folder.") from None
    except InCircles:
        message = f'"{name}" can\'t be read: the links on the way to it lead in a circle, or there are too many.'
        raise Unreadable("unreadable", message, "Delete the links, and put the file itself there.") from None
    except NotAFile as error:
        what = {"pipe": "a named pipe", "socket": "a socket", "device": "a device", "folder": "a folder"}[error.kind]
        message = f'"{name}" is not a file but {what}.'
        raise Unreadable("not-a-file", message, "Put the file itself there.") from None
    except FileNotFoundError:
        raise Unreadable("missing-file", f'There is no file "{name}".') from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name can't be used"
        raise Unreadable("unreadable", f'"{name}" cannot be read: {reason}.') from None


def write_within(folder: Path, name: str, data: bytes, *, private: bool = False) -> None:
    """Write the file `name` below `folder` as `write_atomically` does; no link leads it out of the folder.

    Raises:
        OSError: the file can't be written, a link on the way leads out, or something other than a file stands there.
    """
    with file_inside(folder, name, create=True) as path:
        write_atomically(path, data, private=private)


def names_within(folder: Path, name: str = ".") -> list[str]:
    """Return the names in the folder `name` below `folder`, in order; none where it can't be read or leads out."""
    try:
        with folder_inside(folder, name) as here:
            return sorted(os.listdir(here))  # noqa: PTH208 - names alone are wanted
    except (OSError, ValueError):
        return []


LONGEST_NAME: Final = 255
"""Bytes in the name of one file or folder; the common file systems keep no more."""

# Windows keeps these for devices, whatever the extension and however many spaces stand before it. It reads the
# superscript digits as digits.
_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\ *(\.|$)", re.IGNORECASE
)
_NOT_IN_NAMES: Final = re.compile(
    '[\x00-\x1f\x7f-\x9f\\\\:*?"<>|\u2028\u2029\ufffe\uffff' + "".join(sorted(DIRECTION_CONTROLS)) + "\ud800-\udfff]"
)


def is_safe_name(name: str) -> bool:
    """Tell whether `name` is a relative path that stays inside its folder and can be written on every platform.

    So no part of it is a name that Windows keeps for a device, none ends in a dot or a space, which Windows drops, and
    none holds what a file system refuses or nobody can see.
    """
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and not name.startswith("/")
        and _NOT_IN_NAMES.search(name) is None
        and all(not part.endswith((".", " ")) and _DEVICE.match(part) is None for part in parts)
        and all(len(part.encode()) <= LONGEST_NAME for part in parts)
    )


def is_leftover(name: str) -> bool:
    """Tell whether a file of this name is what a killed `write_atomically` left: nobody wrote it to be read."""
    return name.startswith(".") and name.endswith(".tmp")


def write_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `data` to `path` as a whole or not at all: into a temporary file beside it, which then takes its name.

    A `private` file can be read by its owner only, where the system knows owners; others get the usual rights. It is
    about people, so it also survives a power cut from the moment this returns.

    Raises:
        OSError: the file cannot be written; what stood there before still stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not private:  # mkstemp made it its owner's alone.
            with contextlib.suppress(OSError):
                Path(temporary).chmod(_mode_of(path))
        Path(temporary).replace(path)
        if private:
            _flush_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _flush_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder, where the system can do that."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _mode_of(path: Path) -> int:
    """Return the rights a file has that stands there, or those of a new one."""
    with contextlib.suppress(FileNotFoundError):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            return status.st_mode & 0o777
    return 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of `target` when the block ends well.

    Until that moment `target` stays as it was; when the block raises, the new folder is removed. On Linux the two
    folders change places in one step; elsewhere the old one is moved aside first, and `recover` puts it back if the
    process dies between the two steps.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _refuse_link(target)
    recover(target)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))
    try:
        fresh.chmod(0o777 & ~_umask())
        yield fresh
        _take_the_place(fresh, target)
    except BaseException:
        _remove(fresh)
        raise


def recover(target: Path) -> None:
    """Tidy up after a process that died while it replaced `target`, or files in it.

    Put the last good folder back, end a change that was begun, drop the rest.
    """
    old = _aside(target)
    if _is_folder(old) and not os.path.lexists(target):
        old.rename(target)
    if (change := _change(target)).is_symlink() or change.exists():
        _take_places(change, target)
    for leftover in [*target.parent.glob(f".{target.name}.new-*"), old]:
        _remove(leftover)
    for leftover in target.parent.glob(f".{target.name}.*.tmp"):
        _remove(leftover)


@contextlib.contextmanager
def new_files(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill, whose files take their places in `target` one after the other, once all are there.

    Until then `target` stays as it was, and so it does when the block raises. What kills the process while they take
    their places leaves the rest of that for `recover`.

    Raises:
        OSError: the disk is full, or the folder cannot be written or does not hold such files.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))
    try:
        yield fresh
        _refuse_link(target)
        target.mkdir(exist_ok=True)
        if not _fits(fresh, target):
            raise OSError(errno.EACCES, "files in it cannot be replaced")
        fresh.rename(_change(target))
    finally:
        _remove(fresh)
    try:
        _take_places(_change(target), target)
    except KeyboardInterrupt:
        _take_places(_change(target), target)  # What was begun takes no time to end.
        raise


def replace_files(target: Path, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Let files take the places of those that a folder holds under the same names; return the names of what is new.

    Raises:
        Unwritable: as `new_files`.
    """
    try:
        with new_files(target) as fresh:
            changed = [(name, data) for name, data in files if not _holds(target / name, data)]
            write_tree(fresh, changed)
    except OSError as error:
        raise Unwritable(target, error) from error
    return [name for name, _ in changed]


def _take_places(change: Path, target: Path) -> None:
    """Move the files of a change to their places; one that does not fit, as no change of ours would, is dropped."""
    if not _is_folder(change):
        _remove(change)
        return
    if _fits(change, target):
        for file in _files_in(change):
            (change / file).replace(target / file)
    _remove(change)


def _fits(change: Path, target: Path) -> bool:
    """Tell whether each file of a change has a place in a folder, to which no link leads, and which can be written."""
    root = target.resolve()
    places = {file.parent for file in _files_in(change)}
    return not target.is_symlink() and all(
        (target / place).resolve() == root / place and os.access(target / place, os.W_OK) for place in places
    )


def _files_in(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def _change(target: Path) -> Path:
    return target.with_name(f".{target.name}.change")


def _refuse_link(target: Path) -> None:
    """Refuse an output that is a link: it would be replaced, and what it leads to would not."""
    if target.is_symlink():
        raise OSError(errno.ELOOP, "it is a link. Delete the link", str(target))


def _remove(path: Path) -> None:
    """Remove whatever stands here, as far as that can be done; no link is followed."""
    if _is_folder(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        # Not with rmtree, which would wait at a named pipe for someone to write into it.
        with contextlib.suppress(OSError):
            path.unlink()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _take_the_place(fresh: Path, target: Path) -> None:
    if not os.path.lexists(target):
        fresh.rename(target)
        return
    _refuse_link(target)
    if _exchange(fresh, target):
        _remove(fresh)
        return
    old = _aside(target)
    target.rename(old)
    fresh.rename(target)
    _remove(old)


def _exchange(one: Path, other: Path) -> bool:
    """Let two paths change places in one step (renameat2 with RENAME_EXCHANGE); False where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    rename = getattr(library, "renameat2", None)
    if rename is None:
        return False
    at_current_folder, exchange = -100, 2
    if rename(at_current_folder, os.fsencode(one), at_current_folder, os.fsencode(other), exchange) == 0:
        return True
    if ctypes.get_errno() in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


class Unwritable(Exception):
    """Output that cannot be written; the message says why in a few words."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Keep the path that was to be written."""
        super().__init__(error.strerror or str(error))
        self.path = path


def write_tree(folder: Path, files: Iterable[tuple[str, bytes]], *, before: Path | None = None) -> int:
    """Write files into a folder made by `new_folder` and return how many. Names are relative, with forward slashes.

    Args:
        folder: the new folder.
        files: the files, by name.
        before: the folder that the new one will replace. A file that holds the same there is kept, not written again.

    Raises:
        ValueError: a name would leave the folder.
        Unwritable: the disk is full or the folder cannot be written.
    """
    made: set[Path] = set()
    count = 0
    for name, data in files:
        if not is_safe_name(name):
            raise ValueError(f"unsafe name for an output file: {name!r}")
        path = folder / name
        try:
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            if before is not None and _holds(before / name, data):
                _keep(before / name, path)
            else:
                path.write_bytes(data)
        except OSError as error:
            raise Unwritable(path, error) from error
        count += 1
    return count


def keep_same(folder: Path, *, before: Path) -> None:
    """Let files of the folder that will be replaced stand in the new one, where the new one holds the same.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    for path in sorted(folder.rglob("*")):
        old = before / path.relative_to(folder)
        if path.is_file() and _holds(old, path.read_bytes()):
            path.unlink()
            _keep(old, path)


def _holds(path: Path, data: bytes) -> bool:
    """Tell whether a regular file, and no link to one, holds these bytes."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(data):
            return False
        with os.fdopen(os.open(path, AS_IT_IS), "rb", buffering=0) as file:
            return file.read(len(data) + 1) == data
    except OSError:
        return False


def _keep(old: Path | str, new: Path | str) -> None:
    """Let a file of the old folder stand in the new one too, with its times; copied where there are no hard links."""
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        return  # A process that went before got so far.
    except (OSError, NotImplementedError):
        shutil.copy2(old, new, follow_symlinks=False)


@contextlib.contextmanager
def locked(folder: Path, name: str = ".lock") -> Iterator[None]:
    """Hold `folder` for one writer; a second one waits for nothing and is refused. The lock dies with its process.

    Args:
        folder: the folder.
        name: the file in it that stands for the lock.

    Raises:
        BlockingIOError: another process holds it.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Windows lets nobody cut a file short that another holds: so nothing is cut. Nobody waits at a pipe of this name.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    lock = folder / name
    _refuse_link(lock)
    with os.fdopen(os.open(lock, flags, 0o666), "r+b", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, f"its {name} is not a file. Delete it", str(lock))
        if sys.platform == "win32":
            import msvcrt

            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError as error:
                raise BlockingIOError from error
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
