"""Item-writing lint of a whole course: its banks, its language, its glossary."""

from kitbag.course.model import Course
from kitbag.course.parts import Places
from kitbag.findings import Finding
from kitbag.questions.lint import lint


def lint_course(course: Course, places: Places) -> list[Finding]:
    """Return what the item-writing rules find in the course's banks; see `kitbag.questions.lint`."""
    terms = [word for term in course.glossary.terms for word in (term.term, term.expansion or "", *term.forms)]
    return lint(course.banks, places, language=course.info.language, terms=terms, seed=course.info.edition)
