"""Checks the interface strings of a course: those it brings itself, and those its language lacks."""

from collections.abc import Iterator

from kitbag.course.checks.common import COURSE, STRINGS
from kitbag.course.model import Course
from kitbag.course.parts import Places
from kitbag.findings import Finding, Severity
from kitbag.rendering.catalogue import has_strings, untranslated, wrong_strings


def check_strings(course: Course, places: Places) -> Iterator[Finding]:
    """Report strings of course/strings.yaml that can't be used, and a language that would be shown in English."""
    for key, message, hint in wrong_strings(course.strings):
        yield Finding("unknown-string", places.key_at(STRINGS, "strings", *key.split(".")), message, hint)
    language = course.info.language
    if has_strings(language):
        return
    missing = untranslated(course.strings)
    if missing:
        lacking = f"{len(missing)} of its texts" if course.strings else "its texts"
        yield Finding(
            "untranslated",
            places.at(COURSE, "language"),
            f'Kitbag has no interface in "{language}": buttons, headings and {lacking} will be in English.',
            "Translate them in course/strings.yaml; the author guide shows how.",
            Severity.WARNING,
        )
