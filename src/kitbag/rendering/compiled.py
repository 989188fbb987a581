"""What it takes long to make of a file of the theme, kept beside that file where Python keeps its compiled modules.

A folder that Kitbag's own code is loaded from is as safe as that code: who can write there needs no cache to do harm.
Nothing from a course folder comes here. Where Python may write no bytecode (PYTHONDONTWRITEBYTECODE, a folder of the
system), nothing is written either, and all is made anew each time.
"""

import contextlib
import marshal
import sys
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Final

from kitbag.files import write_atomically

_DIGEST: Final = 32


def kept(source: Path, kind: str, made_of: str) -> Any:
    """Return what was kept of a file of the theme, or `None`.

    Args:
        source: the file.
        kind: what was made of it; a part of a file's name.
        made_of: all that it was made of. What was made of anything else counts for nothing.
    """
    try:
        data = _place(source, kind).read_bytes()
        whole = data[:_DIGEST] == _seal(made_of, data[_DIGEST:])
        return marshal.loads(data[_DIGEST:]) if whole else None  # noqa: S302 - from beside our own code
    except (OSError, ValueError, EOFError, TypeError, NotImplementedError):
        return None


def keep(source: Path, kind: str, made_of: str, value: Any) -> None:
    """Keep what was made of a file of the theme, if that can be: code, text, and dictionaries of them."""
    if sys.dont_write_bytecode:
        return
    with contextlib.suppress(OSError, NotImplementedError):
        data = marshal.dumps(value)
        place = _place(source, kind)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, _seal(made_of, data) + data)


def _place(source: Path, kind: str) -> Path:
    return Path(cache_from_source(str(source))).with_name(f"{source.name}.{kind}.{sys.implementation.cache_tag}")


def _seal(made_of: str, data: bytes) -> bytes:
    return sha256(sha256(f"{sys.version}\0{made_of}".encode()).digest() + data).digest()
