"""Item-writing lint of a whole course: its banks, its language, its glossary."""

from collections.abc import Mapping, Sequence

from kitbag.course.model import Course, CourseInfo, Glossary
from kitbag.course.parts import Places
from kitbag.findings import Finding
from kitbag.questions.lint import lint
from kitbag.questions.lint.sketch import Sketch, concerns_others
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
    language, terms, seed = what_rules_rest_on(info, glossary)
    return lint(banks, places, language=language, terms=terms, seed=seed, sketches=sketches)


def what_rules_rest_on(info: CourseInfo, glossary: Glossary) -> tuple[str, list[str], str]:
    """Return what the rules read of a course besides its banks: its language, the words of its glossary, its seed."""
    terms = [word for term in glossary.terms for word in (term.term, term.expansion or "", *term.forms)]
    return info.language, terms, info.edition


def lint_changed(
    banks: Sequence[ItemBank],
    info: CourseInfo,
    glossary: Glossary,
    places: Places,
    before: Mapping[str, Sketch],
) -> tuple[list[Finding], dict[str, Sketch]] | None:
    """Return what the rules find in banks that changed, where it cannot be felt in any other bank.

    Args:
        banks: the banks that changed.
        info: the course, as it was when all banks were looked at.
        glossary: its glossary, likewise.
        places: where each value of these banks stands.
        before: the sketches of all banks as they were, by their module.

    Returns:
        The findings, and the sketches of all banks as they are now; `None` where all banks have to be looked at.
    """
    found: list[Finding] = []
    now = dict(before)
    for bank in banks:
        new: dict[str, Sketch] = {}
        found += lint_banks([bank], info, glossary, places, new)
        if not new.keys() <= before.keys():
            return None  # A bank says that it belongs to another module.
        now |= new
    for bank in banks:
        name = bank.module
        # Those that changed as well may meet in what is new in both.
        others = {module: sketch for module, sketch in now.items() if module != name}
        if concerns_others(now[name], before[name], others):
            return None
    return found, now
