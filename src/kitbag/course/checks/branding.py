"""Branding: its colours can be read."""

from collections.abc import Iterator

from kitbag.course.checks.common import COURSE
from kitbag.course.colours import LEAST_CONTRAST, PAGE, colour, contrast, readable
from kitbag.course.parts import Parts, Places
from kitbag.findings import Finding


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
