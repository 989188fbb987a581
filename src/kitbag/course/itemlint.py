"""Item-writing lint of a whole course: its banks, its language, its glossary."""

from collections.abc import Sequence

from kitbag.course.model import Course, CourseInfo, Glossary
from kitbag.course.parts import Places
from kitbag.findings import Finding
from kitbag.questions.lint import lint
from kitbag.questions.lint.sketch import Sketch
from kitbag.questions.model import ItemBank


def lint_course(course: Course, places: Places, sketches: dict[str, Sketch] | None = None) -> list[Finding]:
    """Return what the item-writing rules find in the course's banks; see `kitbag.questions.lint`."""
    return lint_banks(course.banks, course.info, course.glossary, places, sketches)


def lint_banks(
    banks: Sequence[ItemBank],
    info: CourseInfo,
    glossary: Glossary,
    places: Places,
    sketches: dict[str, Sketch] | None = None,
) -> list[Finding]:
    """Return what the rules find in some banks of a course, as if it had no others."""
    terms = [word for term in glossary.terms for word in (term.term, term.expansion or "", *term.forms)]
    return lint(banks, places, language=info.language, terms=terms, seed=info.edition, sketches=sketches)
