"""The drift list as a page: what changed in a source document, how it reads now, and what to look at, worst first."""

from kitbag.course.drift import Drift, PassageDrift, readable
from kitbag.course.matching import Change
from kitbag.course.model import Course
from kitbag.course.parts import Places
from kitbag.course.provenance import PassageUse
from kitbag.rendering.catalogue import Catalogue, catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.policy import sealed


def drift_page(drift: Drift, course: Course, places: Places) -> str:
    """Return one HTML page that needs no other file.

    It quotes the changed passages of the newer copy, for the author's own eyes; it is no part of the course.
    """
    language = course.info.language
    catalogue = catalogue_of(course)
    environment = make_environment(folder=None, catalogue=catalogue, language=language)

    def place(use: PassageUse) -> str:
        return str(places.at(use.file, *use.path))

    def verdict(one: PassageDrift) -> str:
        return _verdict(one, catalogue)

    page = environment.get_template("reports/drift.html").render(
        drift=drift,
        course=course,
        counts=[*((change.value, drift.count(change)) for change in reversed(Change)), ("new", len(drift.new))],
        place=place,
        verdict=verdict,
        readable=readable,
    )
    return sealed(page)


def _verdict(one: PassageDrift, catalogue: Catalogue) -> str:
    percent = round(100 * one.fate.similarity)
    name = "retouched" if one.retouched else one.fate.change.value
    if one.fate.change is Change.MERGED and one.with_passages:
        name = "merged_with"
    said = catalogue.text(
        f"drift.changes.{name}", percent=percent, parts=len(one.now), passages=", ".join(one.with_passages)
    )
    moved = one.fate.moved and one.fate.change is not Change.MOVED
    return f"{said} {catalogue.text('drift.and_moved')}" if moved else said
