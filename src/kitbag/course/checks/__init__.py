"""Checks over a whole course: ids are known and unique, minutes add up, everything says what it rests on.

Each check is a generator of findings over `Parts`. What a file that could not be read may have defined is not called
unknown.
"""

from collections.abc import Iterator

from kitbag.course.checks.banks import items
from kitbag.course.checks.branding import branding, style_sheet
from kitbag.course.checks.lessons import lessons, modules, objectives
from kitbag.course.checks.pictures import pictures
from kitbag.course.checks.plans import paths, tests, tracking
from kitbag.course.checks.sources import citations, glossary, sources
from kitbag.course.parts import Parts, Places
from kitbag.findings import Finding


def check(parts: Parts, places: Places) -> Iterator[Finding]:
    """Give every finding of every check."""
    for one in (modules, objectives, lessons, items, paths, tests, tracking, sources, glossary, citations):
        yield from one(parts, places)
    yield from pictures(parts, places)
    yield from branding(parts, places)
    yield from style_sheet(parts)
