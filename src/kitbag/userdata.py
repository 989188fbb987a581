"""The folder where Kitbag remembers things for one user on one machine; nothing in it comes from a course folder."""

import errno
import os
import stat
import sys
from pathlib import Path


def state_folder() -> Path:
    """Return the folder, which this call creates if need be. Only its owner can read it or write in it.

    `KITBAG_STATE_HOME` names another folder. Otherwise it is `kitbag` in the place that the system has for such data:
    `LOCALAPPDATA` on Windows, `~/Library/Application Support` on macOS, and `XDG_STATE_HOME` (by default
    `~/.local/state`) elsewhere.

    Raises:
        OSError: the folder can't be created or written, or it isn't a folder of this user: a link, a file, or a folder
            that belongs to someone else.
    """
    folder = _location()
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "it isn't a folder", str(folder)) from None
        if sys.platform != "win32":
            if status.st_uid != os.geteuid():
                raise PermissionError(errno.EPERM, "it belongs to another user", str(folder)) from None
            if stat.S_IMODE(status.st_mode) != 0o700:
                folder.chmod(0o700)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    return folder


def _location() -> Path:
    if chosen := os.environ.get("KITBAG_STATE_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData/Local") / "kitbag"
    if sys.platform == "darwin":
        return _home() / "Library/Application Support/kitbag"
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    # A relative path is invalid and to be ignored (XDG Base Directory Specification 0.8).
    return (base if base.is_absolute() else _home() / ".local/state") / "kitbag"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder") from None
