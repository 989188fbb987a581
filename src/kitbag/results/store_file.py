"""The file in which the results of a course come together: read whole, replaced whole, and never opened by name.

SQLite opens a file by its path, follows the links on the way, and believes what lies beside it: a journal that came
with a folder can name any file of this user, and SQLite deletes that file once it has rolled the journal back. So
SQLite works on a copy in a folder of our own, and the file itself goes through the gate (`kitbag.inside`).
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kitbag.files import Unreadable, is_leftover, locked, read_within, write_within
from kitbag.inside import folder_inside, stands_inside
from kitbag.seals import sealed, unsealed

LARGEST_STORE: Final = 512 * 1024 * 1024
"""Bytes in the file, enough for some 75,000 records."""
LARGEST_VALUE: Final = 64 * 1024 * 1024
"""Bytes in one record, or in any other value of the file."""
WAIT: Final = 60
"""Seconds to wait for another Kitbag that is writing into the same store."""
WITHOUT_NOTICE: Final = 0.5
"""Seconds of waiting before the user is told why."""
_PAUSE: Final = 0.05
_GUARDS: Final = (
    # The file may come from anyone: nothing in its schema runs, and nothing in it is taken to be well-formed.
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "mmap_size = 0",
    # The copy need not outlive this process, and nobody else looks at it.
    "locking_mode = EXCLUSIVE",
    "journal_mode = MEMORY",
    "synchronous = OFF",
)
_BESIDE: Final = ("-journal", "-wal")
"""What SQLite puts beside a file while it writes; Kitbag lets it write nowhere but in a copy."""


class NotAStore(Exception):
    """The file cannot be used as a store of results; the message says why, on one line."""


@dataclass(frozen=True)
class Content:
    """What a store's file held at one moment."""

    data: bytes
    """Empty where there was no file."""
    ours: bool
    """Whether this user's Kitbag wrote it, on this machine. Where there was no file, nobody else did."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the data."""
        return sha256(self.data).digest()


@dataclass(frozen=True)
class StoreFile:
    """The file of a store: where it lies, and the one way to it."""

    root: Path
    """The folder that a user named; no link below it leads out."""
    name: str
    """The path from there, with forward slashes."""

    def read(self) -> Content:
        """Return what the file holds.

        Raises:
            Unreadable: it can't be read, leads out of the folder, or is too large.
            NotAStore: another program stopped while it was writing into the file.
        """
        for ending in _BESIDE:
            if stands_inside(self.root, f"{self.name}{ending}"):
                message = (
                    f'"{self.name}{ending}" lies beside it, so another program was stopped while it wrote into it. '
                    "Move both away, and add the records again to a new one"
                )
                raise NotAStore(message)
        try:
            data = read_within(self.root, self.name, largest=LARGEST_STORE)
        except Unreadable as error:
            if error.code != "missing-file":
                raise
            data = b""
        return Content(data, not data or self._sealed() == sha256(data).digest())

    def write(self, data: bytes) -> None:
        """Put other content in the file's place, and seal it. Raises OSError."""
        write_within(self.root, self.name, data, private=True)
        with suppress(OSError):  # Without a seal it is scored again next time.
            seal = sealed(sha256(data).digest(), self._folder, self._base)
            if seal is not None:
                write_within(self.root, self._seal, seal, private=True)

    @contextmanager
    def held(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the store for this process alone; call `on_wait` once if another one holds it for long.

        Raises:
            NotAStore: another process held it for `WAIT` seconds.
            OSError: its folder can't be written.
        """
        above = self.name.rpartition("/")[0]
        with ExitStack() as held:
            folder = held.enter_context(folder_inside(self.root, above, create=True))
            begun, told = time.monotonic(), False
            while True:
                try:
                    held.enter_context(locked(folder, f".{self._base}.lock"))
                    break
                except BlockingIOError:
                    waited = time.monotonic() - begun
                    if waited > WAIT:
                        raise NotAStore(
                            f"Another Kitbag has been writing into these results for {WAIT} seconds. Try again later."
                        ) from None
                    if waited > WITHOUT_NOTICE and not told:
                        told = True
                        on_wait()
                    time.sleep(_PAUSE)
            self._tidy(folder)
            yield

    def _tidy(self, folder: Path) -> None:
        """Remove what a killed process left of its writing: it is about people, too."""
        ours = (f".{self._base}.", f"..{self._base}.seal.")
        for name in os.listdir(folder):  # noqa: PTH208 - names alone are wanted
            if is_leftover(name) and name.startswith(ours):
                with suppress(OSError):
                    (folder / name).unlink()

    def _sealed(self) -> bytes | None:
        try:
            return unsealed(read_within(self.root, self._seal), self._folder, self._base)
        except Unreadable:
            return None

    @property
    def _folder(self) -> Path:
        return (self.root / self.name).parent

    @property
    def _base(self) -> str:
        return self.name.rpartition("/")[2]

    @property
    def _seal(self) -> str:
        above, slash, base = self.name.rpartition("/")
        return f"{above}{slash}.{base}.seal"


class Copy:
    """A copy of a store in a folder of our own, which SQLite works on."""

    def __init__(self, content: Content) -> None:
        """Make the copy. Raises sqlite3.Error or OSError."""
        self._held = ExitStack()
        self.content = content
        """What the store's file held when the copy was made."""
        folder = Path(tempfile.mkdtemp(prefix="kitbag-results-"))
        self._held.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            (folder / "copy").write_bytes(content.data)
            self._file = self._held.enter_context((folder / "copy").open("rb"))
            self.connection = sqlite3.connect(folder / "copy", isolation_level=None)
            """SQLite's view of the copy."""
            self._held.callback(self.connection.close)
            for pragma in _GUARDS:
                self.connection.execute(f"PRAGMA {pragma}")
            (page_size,) = self.connection.execute("PRAGMA page_size").fetchone()
            self.connection.execute(f"PRAGMA max_page_count = {LARGEST_STORE // page_size}")
            self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
            if os.name == "posix":
                shutil.rmtree(folder, ignore_errors=True)  # Open files go on without a name; a kill leaves none.
        except BaseException:
            self._held.close()
            raise

    def data(self) -> bytes:
        """Return what the copy holds; no transaction may be open."""
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        """Remove the copy."""
        self._held.close()
