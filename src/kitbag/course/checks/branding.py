"""Branding: its colours can be read, and its style sheet loads nothing."""

from collections.abc import Iterator
from typing import Final

from kitbag.course.checks.common import COURSE
from kitbag.course.colours import LEAST_CONTRAST, PAGE, colour, contrast, readable
from kitbag.course.embedded import Embedded
from kitbag.course.parts import Parts, Places
from kitbag.course.safe_css import unsafe_css
from kitbag.course.safe_svg import unsafe_svg
from kitbag.files import Unreadable, read_within
from kitbag.findings import Finding, Place, Severity

STYLE_SHEET: Final = "templates/brand.css"


def style_sheet(parts: Parts) -> Iterator[Finding]:
    """Report the rules of the course's own style sheet that are left out of every page, and why."""
    try:
        sheet = read_within(parts.folder, STYLE_SHEET).decode("utf-8", "replace")
    except Unreadable as error:
        if error.code == "too-large":  # a link that leads out has a finding of its own
            yield Finding(error.code, Place(STYLE_SHEET), str(error), error.hint, Severity.WARNING)
        return
    for line, column, what in unsafe_css(sheet, Embedded(unsafe_svg)):
        yield Finding(
            "unsafe-style",
            Place(STYLE_SHEET, line, column),
            f"This rule isn't used: {what}.",
            "A style sheet can set looks, with pictures only as data: addresses; it can't load anything.",
            Severity.WARNING,
        )


def branding(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that links and headings in the accent colour can be read on the page."""
    accent = parts.info.branding.accent if parts.info else None
    if accent is None:
        return
    ratio = contrast(colour(accent), PAGE)
    if ratio < LEAST_CONTRAST:
        yield Finding(
            "contrast",
            places.at(COURSE, "branding", "accent"),
            f"{accent} has a contrast of {ratio:.1f} to 1 with the page; links and headings need {LEAST_CONTRAST}.",
            f"Choose a darker colour, such as {readable(colour(accent), PAGE)}.",
        )
