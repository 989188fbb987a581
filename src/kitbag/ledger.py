"""What was built from what, so that a build makes again only what its inputs changed.

The ledger lies beside the outputs as JSON. It says of each output which inputs it was made from, by content, and how
its files stood when they were written. A course folder may come from anywhere, its build/ included, so the ledger is
believed only where it can be checked: inputs are hashed anew each time, and an output counts as untouched while size,
inode and times of change of all its files are as they were. No archive can bring those along; what was copied or
unpacked is built anew.
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
from kitbag.files import Unreadable, read_within, write_atomically
from kitbag.findings import Finding, Place, Severity

LEDGER: Final = ".built.json"
"""The ledger's name, in the folder that holds the outputs."""
DETAILS: Final = ".outlines.json"
"""What a build wants to know the next time of the course it read; a file of its own, for few builds look at it."""
_FORMAT: Final = 1
"""Changes with the shape of the ledger; one of another shape counts for nothing."""

_SEVERITIES: Final = {str(severity): severity for severity in Severity}

Inputs = Mapping[str, str]
"""SHA-256 of each input file in hexadecimal, by its path from the course folder."""
Standing = Mapping[str, Sequence[int]]
"""Size, inode and times of change of each file of an output, by its path from the output's folder."""


class Ledger:
    """The ledger of the outputs in one folder, and the inputs of the course as they are now."""

    def __init__(self, folder: Path, into: Path, *, templates: bool, settings: str = "") -> None:
        """Look at the inputs and read the ledger; one that cannot be read is empty.

        Args:
            folder: the course folder.
            into: the folder that holds the outputs.
            templates: whether the course's own templates are used.
            settings: all else that an output depends on, the size of paper for one.
        """
        self._folder = folder
        self._into = into
        self.inputs = look(folder)
        """The inputs as they are now."""
        used = {name: digest for name, digest in self.inputs.items() if templates or not name.startswith("templates/")}
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        self._engine = engine()
        self._means = _digest([self._engine, settings, templates, epoch])
        self._reading = self._read_from(self.inputs)
        self._making = _digest([self._means, used])
        self._kept = _read(into)
        self._details: bytes | None = None

    def _read_from(self, inputs: Inputs) -> str:
        return _digest([self._engine, {name: inputs[name] for name in inputs if not name.startswith("templates/")}])

    def findings(self) -> list[Finding] | None:
        """Return what reading this very course told, or `None` where that is not known."""
        read = self._kept["read"]
        return _findings(read["said"]) if read["of"] == self._reading else None

    def said_of(self, output: str) -> list[Finding] | None:
        """Return what making an output told, or `None` where it must be made: anew, or for the first time."""
        made = self._kept["outputs"].get(output)
        if made is None or made["of"] != self._making or made["files"] != standing(self._into / output):
            return None
        return _findings(made["said"])

    def keep(self, details: Mapping[str, Any]) -> None:
        """Keep what is known of the course with the outputs that are made next."""
        self._details = json.dumps({"inputs": self.inputs, **details}, ensure_ascii=False).encode()

    def details_of(self, output: str) -> tuple[dict[str, Any], list[Finding]] | None:
        """Return what was kept of the course that an output was made from, and what reading that course told.

        `None` where nothing was, where the output does not stand as it was made, or where anything but the inputs has
        changed. Besides what was kept, `inputs` has the inputs as they were.
        """
        made, read = self._kept["outputs"].get(output), self._kept["read"]
        if made is None or made.get("by") != self._means or made["files"] != standing(self._into / output):
            return None
        try:
            data = read_within(self._into, DETAILS)
            kept = json.loads(data) if sha256(data).hexdigest() == made["details"] else {"inputs": {}}
        except (Unreadable, ValueError, KeyError, RecursionError):
            return None
        said = _findings(read["said"])
        return None if said is None or read["of"] != self._read_from(kept["inputs"]) else (kept, said)

    def read(self, findings: Iterable[Finding]) -> None:
        """Note what reading the course told."""
        self._kept["read"] = {"of": self._reading, "said": _plain(findings)}

    def made(self, output: str, findings: Iterable[Finding]) -> None:
        """Note that an output was made and now stands.

        Where the inputs changed meanwhile, nobody can say what the output was made from, and it will be made again.
        """
        self._kept["outputs"].pop(output, None)
        if look(self._folder) == self.inputs:
            self._kept["outputs"][output] = {
                "of": self._making,
                "by": self._means,
                "files": standing(self._into / output),
                "said": _plain(findings),
                "details": sha256(self._details).hexdigest() if self._details else "",
            }

    def save(self) -> None:
        """Write the ledger, as a whole or not at all."""
        # A ledger that cannot be written is an old one, which fits the outputs no longer: they will be made again.
        with contextlib.suppress(OSError):
            if self._details:
                write_atomically(self._into / DETAILS, self._details)
            write_atomically(self._into / LEDGER, json.dumps(self._kept, ensure_ascii=False).encode())


def look(folder: Path) -> dict[str, str]:
    """Return every file that a build of this course may read, with the digest of what it holds."""
    found = {}
    for part, deep in (("course", False), ("course/media", True), ("questions", False), ("templates", True)):
        for name in sorted(_names(folder, part, deep=deep)):
            # Editors leave files of their own beside those they edit.
            if deep or name.endswith((".yaml", ".yml")):
                found[name] = _content(folder, name)
    return found


def _names(folder: Path, part: str, *, deep: bool) -> Iterator[str]:
    """Give the path of every file in a part of the course, as they are read: links that stay inside are followed."""
    root = folder.resolve()
    waiting, seen = [part], set()
    while waiting:
        at = waiting.pop()
        try:
            resolved = (folder / at).resolve()
            entries = list(os.scandir(resolved)) if resolved.is_relative_to(root) and resolved not in seen else []
        except (OSError, RuntimeError):
            continue
        seen.add(resolved)
        for entry in entries:
            if entry.is_dir():
                waiting += [f"{at}/{entry.name}"] if deep else []
            else:
                yield f"{at}/{entry.name}"


def _content(folder: Path, name: str) -> str:
    try:
        return sha256(read_within(folder, name)).hexdigest()
    except Unreadable as error:
        return error.code


def standing(folder: Path) -> dict[str, list[int]]:
    """Return how every file below an output's folder stands; nothing where there is no such folder."""
    found = {}
    waiting = [""]
    while waiting:
        at = waiting.pop()
        try:
            entries = list(os.scandir(folder / at))
        except OSError:
            return {}
        for entry in entries:
            name = f"{at}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")
                continue
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                return {}  # Nothing that we wrote.
            found[name] = [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]
    return found


def engine() -> str:
    """Return what outputs depend on besides their inputs: Kitbag, its theme, Python, and the libraries installed."""
    package = Path(__file__).parent
    parts: list[Any] = [__version__, sys.version]
    for at, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            status = (Path(at) / name).stat()
            parts.append([at, name, status.st_size, status.st_mtime_ns])
    libraries: set[str] = set()
    for place in sys.path:
        with contextlib.suppress(OSError):
            # The name of a library's folder holds its version.
            libraries.update(name for name in os.listdir(place) if name.endswith(".dist-info"))  # noqa: PTH208 - names alone are wanted, and quickly
    return _digest([*parts, sorted(libraries)])


def _digest(parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _read(into: Path) -> dict[str, Any]:
    """Return the ledger as it was saved; an empty one where there is none, or one that nobody of ours wrote."""
    try:
        kept: dict[str, Any] = json.loads(read_within(into, LEDGER))
        parts = [kept["read"], *kept["outputs"].values()]
        if kept["format"] == _FORMAT and all(part.keys() >= {"of", "said"} for part in parts):
            return kept
    except (Unreadable, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return {"format": _FORMAT, "read": {"of": "", "said": []}, "outputs": {}}


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
