"""Reads one course folder again and again, and each time only what has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kitbag.course.itemlint import lint_changed, lint_course, what_rules_rest_on
from kitbag.course.load import Known, Loaded, load_course
from kitbag.course.model import Course
from kitbag.course.parts import Places
from kitbag.findings import Finding, in_order
from kitbag.questions.lint.sketch import Sketch

MOST: Final = 20
"""Changed banks to look at one by one, at most; with more of them, looking at all takes no longer."""


class Reader:
    """Reads a course as `load_course` does and judges its items as `lint_course` does, and gives what both would give.

    What a file held is known by its digest, so a file is never believed to be as it was because it looks so.
    """

    def __init__(self, folder: Path) -> None:
        """Take the course folder, which may be broken, or go and come back."""
        self._folder = folder
        self._known: Known = {}
        self._linted: _Linted | None = None

    def read(self) -> Loaded:
        """Read the course as it is now, and where it can be read judge how its items are written."""
        loaded = load_course(self._folder, self._known)
        if loaded.course is None:
            return loaded
        self._linted = _lint(loaded.course, loaded.places, self._linted)
        return replace(loaded, findings=in_order([*loaded.findings, *self._linted.findings]))


@dataclass(frozen=True)
class _Linted:
    """What the rules found in a course."""

    course: Course
    findings: Sequence[Finding]
    sketches: dict[str, Sketch]
    """By the module of each bank."""


def _lint(course: Course, places: Places, before: _Linted | None) -> _Linted:
    """Look at the banks that are not those of last time; at all of them where more has changed."""
    rest = what_rules_rest_on(course.info, course.glossary)
    if before and rest == what_rules_rest_on(before.course.info, before.course.glossary):
        # A file that was read again gives a bank that is another object, if only because its lines have moved.
        same = {id(bank) for bank in before.course.banks}
        changed = [bank for bank in course.banks if id(bank) not in same]
        few = len(changed) <= MOST
        linted = lint_changed(changed, course.info, course.glossary, places, before.sketches) if few else None
        if linted:
            files = {f"questions/{bank.module}.yaml" for bank in changed}
            others = [finding for finding in before.findings if finding.place.file not in files]
            return _Linted(course, [*others, *linted[0]], linted[1])
    sketches: dict[str, Sketch] = {}
    findings = lint_course(course, places, sketches)
    return _Linted(course, findings, sketches)
