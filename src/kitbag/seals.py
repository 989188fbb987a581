"""Marks what this user's Kitbag wrote beside the outputs, so that nothing which came with a folder is taken for it.

The key is random, and kept in the user's state folder. A seal holds for one name in one folder on this machine.
"""

import errno
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from kitbag.files import Unreadable, names_within, read_within, write_atomically
from kitbag.inside import folder_inside, kind_inside, open_inside
from kitbag.userdata import state_folder

MADE: Final = ".made.json"
"""Digests of files of the outputs, so that what came with a folder isn't taken for them."""
Noted: TypeAlias = Mapping[str, Sequence[str]]
"""What is noted of files, by name: digests of what each was made from and of its bytes, and perhaps more."""
_KEY: Final = "build.key"
_LENGTH: Final = 32


def sealed(data: bytes, folder: Path, name: str) -> bytes | None:
    """Return data with a seal before it, to be kept under a name in a folder; `None` where there is no key."""
    secret = key()
    return None if secret is None else _seal(secret, data, folder, name) + data


def unsealed(data: bytes, folder: Path, name: str) -> bytes | None:
    """Return what was sealed; `None` where this user did not seal it, or for another place."""
    secret, seal, rest = key(), data[:_LENGTH], data[_LENGTH:]
    whole = secret is not None and hmac.compare_digest(seal, _seal(secret, rest, folder, name))
    return rest if whole else None


def made_here(root: Path, into: str, output: str) -> Noted:
    """Return what this user's Kitbag noted of the files of an output, by name; nothing where it noted nothing.

    Args:
        root: the folder that a user named.
        into: the path from it to the folder that holds the outputs.
        output: the name of the output.
    """
    return all_made_here(root, into).get(output, {})


def note_made(root: Path, into: str, output: str, files: Noted) -> None:
    """Note digests of the files of an output, to know them again. Where that can't be done, none will be known."""
    stand = {name for name in names_within(root, into) if kind_inside(root, f"{into}/{name}") == "folder"}
    now = {name: before for name, before in all_made_here(root, into).items() if name in stand}
    data = sealed(json.dumps({**now, output: files}, sort_keys=True).encode(), root / into, MADE)
    if data is not None:
        with suppress(OSError), folder_inside(root, into) as here:
            write_atomically(here / MADE, data)


def all_made_here(root: Path, into: str) -> dict[str, Noted]:
    """Return what this user's Kitbag noted of the files of every output, by the output's name (see `made_here`)."""
    try:
        data = unsealed(read_within(root, f"{into}/{MADE}"), root / into, MADE)
        value = json.loads(data or b"{}")
    except (Unreadable, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def key() -> bytes | None:
    """Return this user's key, which the first call makes; `None` where it can be neither read nor kept."""
    try:
        return _key_in(state_folder())
    except OSError:
        return None


@cache
def _key_in(folder: Path) -> bytes:
    file = folder / _KEY
    if len(_read(file)) != _LENGTH:
        # Under its name only once it is whole: two commands may begin at the same moment.
        fresh = folder / f".{_KEY}.{secrets.token_hex(8)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(secrets.token_bytes(_LENGTH))
            fresh.replace(file)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    data = _read(file)
    if len(data) != _LENGTH:
        raise OSError(errno.EIO, "the key can't be read", str(file))
    return data


def _read(file: Path) -> bytes:
    try:
        with os.fdopen(open_inside(file.parent, file.name), "rb") as opened:
            return opened.read(_LENGTH + 1)
    except FileNotFoundError:
        return b""


def _seal(secret: bytes, data: bytes, folder: Path, name: str) -> bytes:
    place = f"{os.path.realpath(folder)}\0{name}\0".encode("utf-8", "surrogateescape")
    return hmac.digest(secret, place + data, "sha256")
