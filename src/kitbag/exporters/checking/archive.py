"""A zip that somebody hands in, opened without trust: looked through before anything in it is believed.

Nothing is unpacked to disk. What is refused here would harm anyone who unpacks the package or checks it.
"""

import stat
import struct
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from posixpath import dirname
from typing import IO, Final

from kitbag.exporters.checking.hints import Hints
from kitbag.files import is_safe_name
from kitbag.findings import Finding, Place, Severity, listed

MOST_ENTRIES: Final = 20_000
"""Files in a package; platforms give up long before."""
LARGEST_TOTAL: Final = 2 * 1024**3
"""Bytes of all files together, unpacked."""
LARGEST_DOCUMENT: Final = 32 * 1024**2
"""Bytes of one file that is read as a whole."""
MOST_READ: Final = 32 * 1024**2
"""Bytes of all pages and documents that are looked into, each as often as it is; the rest is passed over, and told."""
_BOMB_RATIO: Final = 250
_BOMB_SIZE: Final = 8 * 1024**2
"""A file that grows by more than the ratio to more than the size is no honest content."""
_LARGEST_DIRECTORY: Final = 16 * 1024**2
_PIECE: Final = 1 << 18

# APPNOTE 4.3.16, 4.3.15 and 4.3.14: how an archive ends.
_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR: Final = struct.Struct("<4sLQL")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT: Final = 0xFFFF
_LOCAL_HEADER: Final = 30
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, NotImplementedError, RuntimeError,
    ValueError, IndexError,
)  # fmt: skip
"""What Python's zip reader raises on damaged archives."""


class Refused(Exception):
    """A package that cannot be looked into at all; carries what to tell."""

    def __init__(self, *findings: Finding) -> None:
        """Keep what to tell."""
        super().__init__(str(findings[0]))
        self.findings = findings


class Archive:
    """A zip that may be looked into."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        """Take the name to call it by in findings, and the opened zip, which `faults` must have judged."""
        self.name = name
        self._archive = archive
        self._entries = archive.infolist()
        self.files: Mapping[str, zipfile.ZipInfo] = {
            entry.filename: entry for entry in self._entries if not entry.is_dir()
        }
        """The files by path, in the order of the archive."""
        self.by_folded: Mapping[str, str] = {path.casefold(): path for path in self.files}
        """The path of each file by its path in one case."""
        self._left = MOST_READ
        self._hints = Hints()
        self._passed_over: list[str] = []

    def at(self, path: str = "", line: int = 0) -> Place:
        """Return the place of a file in the package, or of the package."""
        return Place(f"{self.name}/{path}" if path else self.name, line)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there, damaged, too large or too much: others report that."""
        entry = self.files.get(path)
        if entry is None or entry.file_size > LARGEST_DOCUMENT:
            return None
        if entry.file_size > self._left:
            self._left = 0
            self._passed_over.append(path)
            return None
        self._left -= entry.file_size
        try:
            return self._archive.read(entry)
        except BROKEN:
            return None

    def passed_over(self) -> Iterator[Finding]:
        """Yield what was not read because everything before it was enough, after all else was checked."""
        if self._passed_over:
            others = sorted(set(self._passed_over))
            yield Finding(
                "not-looked",
                self.at(),
                f"After {MOST_READ // 1024**2} MiB of pages and documents, the rest was not looked into: "
                f"{_shown(others)}.",
                "Check the package in parts.",
                Severity.WARNING,
            )

    def near(self, name: str, known: Iterable[str]) -> str:
        """Return `Did you mean "…"?` where one of the first known names is near; nothing once there were too many."""
        return self._hints.near(name, known)

    def near_path(self, path: str) -> str:
        """Return `Did you mean "…"?` where a file in the same folder has a path near to this one."""
        beside = self._in_folder.get(dirname(path), ()) if self._hints.left else ()
        return self.near(path, (other for other in beside if abs(len(other) - len(path)) < _NEAR))

    @cached_property
    def _in_folder(self) -> Mapping[str, Sequence[str]]:
        folders: dict[str, list[str]] = defaultdict(list)
        for path in self.files:
            folders[dirname(path)].append(path)
        return folders

    def starts_with(self, path: str, size: int) -> bytes:
        """Return the first bytes of a file, or nothing where it cannot be read."""
        try:
            with self._archive.open(path) as file:
                return file.read(size)
        except (*BROKEN, KeyError):
            return b""

    def faults(self) -> Iterator[Finding]:
        """Yield what would harm anyone who unpacks this, judged by the table of contents alone; nothing is opened."""
        bad = [entry.orig_filename for entry in self._entries if not _is_safe(entry)]
        if bad:
            yield Finding(
                "unsafe-name",
                self.at(),
                "Names in this package lead out of the folder it is unpacked in, or can't be written on every system: "
                f"{_shown(bad)}.",
                'Do not unpack it. Names must be relative, without "..", backslashes, drive letters, device names of '
                "Windows (con, nul), a dot or space at the end, and characters that can't be seen.",
            )
        links = [entry.filename for entry in self._entries if stat.S_ISLNK(entry.external_attr >> 16)]
        if links:
            yield Finding(
                "link-in-package",
                self.at(),
                f"These are links, not files: {_shown(links)}.",
                "Put the files themselves into the package.",
            )
        locked = [entry.filename for entry in self._entries if entry.flag_bits & _ENCRYPTED]
        if locked:
            yield Finding(
                "encrypted", self.at(), f"These files are locked by a password: {_shown(locked)}.", "Pack them without."
            )
        folded = Counter(entry.filename.casefold().rstrip("/") for entry in self._entries)
        twice = [name for name, count in folded.items() if count > 1]
        if twice:
            yield Finding(
                "repeated-name",
                self.at(),
                f"These names stand in the package more than once, or differ only in case: {_shown(twice)}.",
                "Keep one file of each name: platforms differ in which they would take.",
            )
        yield from self._size_faults()
        other = [entry.filename for entry in self._entries if entry.compress_type not in _METHODS]
        if other:
            yield Finding(
                "compression",
                self.at(),
                f"These files are packed in a way that most platforms cannot read: {_shown(other)}.",
                'Pack them again with the usual method, "deflate".',
            )

    def _size_faults(self) -> Iterator[Finding]:
        total = sum(entry.file_size for entry in self._entries)
        if total > LARGEST_TOTAL:
            yield Finding(
                "too-large-unpacked",
                self.at(),
                f"Unpacked, it would take {total / 1024**3:.1f} GiB; {LARGEST_TOTAL // 1024**3} GiB is the most.",
                "If that is not a trap, make the media smaller.",
            )
        bombs = [
            entry.filename
            for entry in self._entries
            if entry.file_size > _BOMB_SIZE and entry.file_size > _BOMB_RATIO * max(1, entry.compress_size)
        ]
        if bombs:
            yield Finding(
                "zip-bomb",
                self.at(),
                f"These files grow to more than {_BOMB_RATIO} times their size, as in a trap: {_shown(bombs)}.",
                "Do not unpack it.",
            )
        inside = sorted((entry.header_offset, entry.compress_size, entry.filename) for entry in self._entries)
        overlapping = [
            later[2] for earlier, later in pairwise(inside) if earlier[0] + _LOCAL_HEADER + earlier[1] > later[0]
        ]
        if overlapping:
            yield Finding(
                "overlap",
                self.at(),
                f"Files in it share the same bytes, as in a trap: {_shown(overlapping)}.",
                "Do not unpack it.",
            )

    def damage(self) -> Iterator[Finding]:
        """Yield each file whose bytes are not those that were packed, and each that is too large to look into."""
        for path, entry in self.files.items():
            try:
                with self._archive.open(entry) as file:
                    while file.read(_PIECE):
                        pass
            except BROKEN:
                yield Finding("damaged", self.at(path), "This file is damaged: its bytes are not those packed.", AGAIN)
            if entry.file_size > LARGEST_DOCUMENT and path.endswith((".xml", ".opf", ".html", ".xhtml", ".htm")):
                yield Finding(
                    "too-large",
                    self.at(path),
                    f"This file is larger than {LARGEST_DOCUMENT // 1024**2} MiB, so it was not looked into.",
                    severity=Severity.WARNING,
                )


AGAIN: Final = "Fetch or make the package again."


def open_archive(file: IO[bytes], name: str) -> Archive:
    """Return a zip that may be looked into.

    Raises:
        Refused: it is no whole zip, holds too many files, or something in it would do harm.
    """
    entries, directory = _counts(file, name)
    if entries > MOST_ENTRIES or directory > _LARGEST_DIRECTORY:
        message = f"It says it holds {entries:,} files; {MOST_ENTRIES:,} is the most."
        raise Refused(Finding("too-many-files", Place(name), message, "If that is not a trap, split the package."))
    try:
        archive = Archive(name, zipfile.ZipFile(file))
    except BROKEN:
        raise Refused(_cut(name)) from None
    if faults := tuple(archive.faults()):
        raise Refused(*faults)
    return archive


def _counts(file: IO[bytes], name: str) -> tuple[int, int]:
    """Return how many entries the archive says it has, and how long its table of contents is, before it is read."""
    size = file.seek(0, 2)
    start = max(0, size - _LONGEST_COMMENT - _END.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Refused(_cut(name))
    _, _, _, _, entries, directory, _, _ = _END.unpack_from(tail, at)
    place = start + at - _LOCATOR.size
    if place >= 0:
        file.seek(place)
        mark, _, where, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if mark == b"PK\x06\x07":
            if where > size - _END_64.size:
                raise Refused(_cut(name))
            file.seek(where)
            fields = _END_64.unpack(file.read(_END_64.size))
            entries, directory = fields[7], fields[8]
    # The count can lie; an entry takes 46 bytes at least (APPNOTE 4.3.12).
    return max(entries, directory // 46 if directory > _LARGEST_DIRECTORY else entries), directory


def _cut(name: str) -> Finding:
    return Finding("not-whole", Place(name), "This is a zip that is cut short or damaged.", AGAIN)


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    # The reader cuts a name at a NUL, which hides what an unpacker in C would see.
    name = entry.orig_filename.removesuffix("/")
    return entry.orig_filename == entry.filename and is_safe_name(name) and len(name) <= _LONGEST_NAME


_LONGEST_NAME: Final = 1000
_NEAR: Final = 4
"""Letters by which the length of a misspelled path differs at most."""


def _shown(names: Collection[str]) -> str:
    """Return names as they can be printed: no character of them acts on a terminal."""
    return listed((f'"{name[:80]}"' if name.isprintable() else ascii(name[:80]) for name in names), most=3)
