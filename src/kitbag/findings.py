"""What Kitbag tells an author: where, what, and what to do next."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Nothing is built until it is mended."""
    WARNING = "warning"
    """Built all the same; most likely a mistake."""
    NOTE = "note"
    """Worth a look."""


class Place(NamedTuple):
    """A position in a file of the course folder; lines and columns count from 1, and 0 means the whole of it."""

    file: str
    """Path from the course folder, with forward slashes."""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `file:line:column`, as editors understand it."""
        numbers = (self.line, self.column) if self.column else (self.line,) if self.line else ()
        return ":".join((self.file, *map(str, numbers)))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an author should know, with the place and the way out."""

    code: str
    """Names the kind of finding: `unknown-key`. Waivers and JSON output use it."""
    place: Place
    message: str
    """What is wrong, as a whole sentence."""
    hint: str = ""
    """What to do about it, as a whole sentence; empty where the message says it all."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return the finding on one line, ready to print."""
        kind = "" if self.severity is Severity.ERROR else f"{self.severity}: "
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.place}: {kind}{self.message}{hint}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by file, line and column, each once."""
    return sorted(set(findings), key=_order)


def _order(finding: Finding) -> tuple[Place, Severity, str, str]:
    return finding.place, finding.severity, finding.code, finding.message


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any of the findings stops a build."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as a JSON array, one object a finding, with `file`, `line` and `column` apart."""
    rows = []
    for finding in findings:
        row = asdict(finding)
        place = row.pop("place")
        rows.append({"file": place[0], "line": place[1], "column": place[2], **row})
    return json.dumps(rows, indent=2, ensure_ascii=False)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean "…"?` where a known word is near, else an empty string."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""


def listed(words: Iterable[str], most: int = 8) -> str:
    """Return the words in a row, cut short after `most`: `a, b, c`."""
    words = list(words)
    rest = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + rest


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it needs one: `1 page`, `27 pages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
