"""What was built from what, so that a build makes again only what its inputs changed.

The ledger lies beside the outputs as JSON. It says of each output which inputs it was made from, by content, and how
its files stood when they were written. A course folder may come from anywhere, its build/ included, so the ledger
counts only under the seal of this user on this machine (see `kitbag.seals`), and only while it fits: inputs are hashed
anew each time, and an output counts as untouched while size, inode and times of change of all its files are as they
were. No archive can bring those along; what was copied or unpacked is built anew.
"""

import contextlib
import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kitbag import __version__
from kitbag.files import AS_IT_IS, LARGEST_FILE, Unreadable, read_within, write_atomically
from kitbag.findings import Finding, Place, Severity
from kitbag.inside import file_inside, files_inside, folder_inside
from kitbag.seals import sealed, unsealed

LEDGER: Final = ".built.json"
"""The ledger's name, in the folder that holds the outputs."""
OUTLINES: Final = ".outlines.json"
SKETCHES: Final = ".sketches.json"
"""What a build wants to know the next time of the course it read; files of their own, for few builds look at them."""
CONTENTS: Final = "index.html"
"""The page at the top of the outputs that says what is there (see `kitbag.rendering.contents`)."""
_FORMAT: Final = 2
"""Changes with the shape of the ledger; one of another shape counts for nothing."""

_SEVERITIES: Final = {str(severity): severity for severity in Severity}

Inputs = Mapping[str, str]
"""SHA-256 of each input file in hexadecimal, by its path from the course folder."""
Lines = Mapping[str, str]
"""Findings as they are printed, a line each, by the file that they are about; files in order."""
Standing = Mapping[str, Sequence[int]]
"""Size, inode and times of change of each file of an output, by its path from the output's folder."""


class Ledger:
    """The ledger of the outputs in one folder, and the inputs of the course as they are now."""

    def __init__(
        self, folder: Path, into: Path, *, templates: bool, settings: str = "", root: Path | None = None
    ) -> None:
        """Look at the inputs and read the ledger; one that cannot be read is empty.

        Args:
            folder: the course folder.
            into: the folder that holds the outputs.
            templates: whether the course's own templates are used.
            settings: all else that an output depends on, the size of paper for one.
            root: the folder that a user named, `into` or one above it; no link below it is followed out of it.
        """
        self._folder = folder
        self._into = into
        self._root = root or into
        self._name = into.relative_to(self._root).as_posix()
        self._stamps = _stamps(folder)
        self.inputs = look(folder)
        """The inputs as they are now."""
        self._templates = templates
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        self._engine = engine()
        self._means = _digest([self._engine, settings, templates, epoch])
        self._reading = self._read_from(self.inputs)
        self._making = _digest([self._means, self._used(self.inputs)])
        self._seen = self._stamp()
        self._kept = self._read()
        self._details: dict[str, bytes | None] = {}
        self._unsaved: dict[str, bytes | None] = {}
        self._standing: dict[str, Standing | None] = {}

    def _used(self, inputs: Inputs) -> dict[str, str]:
        return {name: inputs[name] for name in inputs if self._templates or not name.startswith("templates/")}

    def _read_from(self, inputs: Inputs) -> str:
        return _digest([self._engine, self._used(inputs)])

    def told(self) -> Lines | None:
        """Return what reading this very course told, or `None` where that is not known."""
        return self.told_of(self.inputs)

    def said_of(self, output: str) -> list[Finding] | None:
        """Return what making an output told, or `None` where it must be made: anew, or for the first time."""
        made = self._kept["outputs"].get(output)
        if made is None or made["of"] != self._making or not self._stands(output):
            return None
        return _findings(made["said"])

    def keep(self, details: Mapping[str, Any]) -> None:
        """Keep what is known of the course with the outputs that are made next, by the name of its file.

        `None` leaves a file as it is.
        """
        self._details = {
            name: None if value is None else json.dumps(value, ensure_ascii=False).encode()
            for name, value in details.items()
        }

    def detail_of(self, output: str, name: str) -> Any:
        """Return what was kept under a name when an output was made.

        `None` where nothing was, where the output does not stand as it was made, or where anything but the inputs has
        changed.
        """
        made = self._kept["outputs"].get(output)
        if made is None or made.get("by") != self._means or not self._stands(output):
            return None
        try:
            data = unsealed(read_within(self._root, f"{self._name}/{name}"), self._into, name)
            return json.loads(data) if data and sha256(data).hexdigest() == made["details"][name] else None
        except (Unreadable, ValueError, KeyError, TypeError, RecursionError):
            return None

    def told_of(self, inputs: Inputs) -> Lines | None:
        """Return what reading a course of these inputs told, or `None` where another was read last."""
        read = self._kept["read"]
        lines: object = read["said"]
        if read["of"] != self._read_from(inputs) or not isinstance(lines, dict):
            return None
        return lines if all(isinstance(text, str) for text in lines.values()) else None

    def _stands(self, output: str) -> bool:
        """Tell whether an output stands as it was made."""
        if output not in self._standing:
            self._standing[output] = self._look_at(output)
        files: object = self._kept["outputs"][output].get("files")
        return files is not None and files == self._standing[output]

    def read(self, told: Lines) -> None:
        """Note what reading the course told. There may be thousands of lines, and few builds look at one by itself."""
        self._kept["read"] = {"of": self._reading, "said": dict(told)}
        self._unsaved[LEDGER] = None

    def is_current(self) -> bool:
        """Tell whether no other build has made anything since this ledger was read."""
        return self._seen == self._stamp()

    def made(self, output: str, findings: Iterable[Finding], files: Iterable[str] | None = None) -> None:
        """Note that an output was made and now stands; with `files`, that these were made and the others left alone.

        Where the inputs changed meanwhile, nobody can say what the output was made from, and it will be made again.
        """
        earlier = self._kept["outputs"].pop(output, {}).get("details", {})
        self._standing[output] = self._standing_with(output, files)
        if _stamps(self._folder) == self._stamps:
            digests = {name: sha256(data).hexdigest() for name, data in self._details.items() if data}
            self._kept["outputs"][output] = {
                "of": self._making,
                "by": self._means,
                "files": self._standing[output],
                "said": _plain(findings),
                "details": {name: digests.get(name) or earlier.get(name, "") for name in self._details},
            }
            self._unsaved |= {name: data for name, data in self._details.items() if data}
        self._unsaved[LEDGER] = None

    def _standing_with(self, output: str, files: Iterable[str] | None) -> Standing | None:
        known = self._standing.get(output)
        if files is None or known is None:
            return self._look_at(output)
        with folder_inside(self._root, f"{self._name}/{output}") as folder:
            return {**known, **{name: list(_stamp((folder / name).lstat())) for name in files}}

    def _look_at(self, output: str) -> Standing | None:
        try:
            with folder_inside(self._root, f"{self._name}/{output}") as folder:
                return standing(folder)
        except OSError:
            return None

    def _stamp(self, name: str = LEDGER) -> tuple[int, ...]:
        """Return how a file beside the outputs stands, the ledger itself for one."""
        try:
            with file_inside(self._root, f"{self._name}/{name}") as file:
                return _stamp(file.lstat())
        except OSError:
            return ()

    def contents_stand(self, listed: object) -> bool:
        """Tell whether the page of contents stands as it was written from these inputs, and lists just this."""
        kept = self._kept.get("contents")
        return kept is not None and kept == self._contents(listed)

    def contents_made(self, listed: object) -> None:
        """Note that the page of contents was written, or stood as it would be, and what it lists."""
        self._kept["contents"] = self._contents(listed)
        self._unsaved[LEDGER] = None

    def _contents(self, listed: object) -> list[Any]:
        return [self._making, _digest(listed), list(self._stamp(CONTENTS))]

    def save(self) -> None:
        """Write what is new, each file as a whole or not at all."""
        # A ledger that cannot be written is an old one, which fits the outputs no longer: they will be made again.
        with contextlib.suppress(OSError):
            while self._unsaved:
                name, data = next(iter(self._unsaved.items()))
                whole = sealed(data or json.dumps(self._kept, ensure_ascii=False).encode(), self._into, name)
                if whole is None:
                    return  # Without a key, nothing that is kept would be believed.
                with folder_inside(self._root, self._name) as here:
                    write_atomically(here / name, whole)
                del self._unsaved[name]

    def _read(self) -> dict[str, Any]:
        """Return the ledger as it was saved; an empty one where there is none, or one that this user did not write."""
        try:
            data = unsealed(read_within(self._root, f"{self._name}/{LEDGER}"), self._into, LEDGER)
            kept: dict[str, Any] = json.loads(data or b"null")
            parts = [kept["read"], *kept["outputs"].values()]
            if kept["format"] == _FORMAT and all(part.keys() >= {"of", "said"} for part in parts):
                return kept
        except (Unreadable, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
        return {"format": _FORMAT, "read": {"of": "", "said": {}}, "outputs": {}}


def look(folder: Path) -> dict[str, str]:
    """Return every file that a build of this course may read, with the digest of what it holds."""
    return dict(sorted((name, _content(folder, name, entry)) for name, entry in _inputs(folder)))


def _stamps(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return how every input stands, to see whether one was written meanwhile."""
    found = {}
    for name, entry in _inputs(folder):
        with contextlib.suppress(OSError):
            if entry.is_symlink():
                with file_inside(folder, name) as file:
                    found[name] = _stamp(file.lstat())
            else:
                found[name] = _stamp(entry.stat(follow_symlinks=False))
    return found


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def _inputs(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Give the path of each input from the course folder, and where it is found, until the next is asked for."""
    for part, deep in (("course", False), ("course/media", True), ("questions", False), ("templates", True)):
        for name, entry in files_inside(folder, part, deep=deep):
            # Editors leave files of their own beside those they edit.
            if deep or name.endswith((".yaml", ".yml")):
                yield name, entry


def _content(folder: Path, name: str, entry: os.DirEntry[str]) -> str:
    try:
        # A file that is no link cannot lead out of the folder it was found in.
        if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size <= LARGEST_FILE:
            with open(entry.path, "rb", buffering=0, opener=_as_it_is) as file:
                return sha256(file.read()).hexdigest()
        return sha256(read_within(folder, name)).hexdigest()
    except Unreadable as error:
        return error.code
    except OSError as error:
        return str(error.errno)


def _as_it_is(path: str, _flags: int) -> int:
    return os.open(path, AS_IT_IS)


def standing(folder: Path) -> dict[str, list[int]] | None:
    """Return how every file below an output's folder stands; `None` where there is no folder such as we write."""
    found = {}
    waiting = [""]
    while waiting:
        at = waiting.pop()
        try:
            entries = list(os.scandir(folder / at))
        except OSError:
            return None
        for entry in entries:
            name = f"{at}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")
                continue
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                return None  # Nothing that we wrote.
            found[name] = list(_stamp(status))
    return found


def engine() -> str:
    """Return what outputs depend on besides their inputs: Kitbag, its theme, Python, and the libraries installed."""
    files = []
    waiting = [os.fspath(Path(__file__).parent)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if not entry.is_dir():
                    status = entry.stat()
                    files.append([entry.path, status.st_size, status.st_mtime_ns])
                elif entry.name != "__pycache__":
                    waiting.append(entry.path)
    parts = [__version__, sys.version, sorted(files)]
    libraries: set[str] = set()
    for place in sys.path:
        with contextlib.suppress(OSError):
            # The name of a library's folder holds its version.
            libraries.update(name for name in os.listdir(place) if name.endswith(".dist-info"))  # noqa: PTH208 - names alone are wanted, and quickly
    return _digest([*parts, sorted(libraries)])


def _digest(parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _plain(findings: Iterable[Finding]) -> list[list[Any]]:
    return [[one.code, list(one.place), one.message, one.hint, one.severity] for one in findings]


def _findings(rows: Any) -> list[Finding] | None:
    """Return findings as they were kept; `None` where that is not what was kept."""
    try:
        return [
            Finding(str(code), Place(str(file), int(line), int(column)), str(message), str(hint), _SEVERITIES[severity])
            for code, (file, line, column), message, hint, severity in rows
        ]
    except (ValueError, KeyError, TypeError):
        return None
