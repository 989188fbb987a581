"""The coverage report as a page: a heat map of passages and objectives, then facts, objectives, forms and gaps."""

from collections.abc import Iterable, Mapping
from typing import Final

from kitbag.course.coverage import Coverage
from kitbag.course.model import Course
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.policy import sealed

SHADES: Final = 4
"""Steps of shade above the empty one; the number in the cell says the same."""


def coverage_page(coverage: Coverage, course: Course) -> str:
    """Return one HTML page that needs no other file; it names the gaps, for authors and not for trainees."""
    language = course.info.language
    environment = make_environment(folder=None, catalogue=catalogue_of(course), language=language)
    most = max((count for passage in coverage.passages for count in passage.by_objective.values()), default=0)
    page = environment.get_template("reports/coverage.html").render(
        coverage=coverage,
        course=course,
        shade=_shades(most),
        tests=_by_test(coverage),
    )
    return sealed(page)


def _shades(most: int) -> Mapping[int, int]:
    """Return a step of shade for each number of items: 0 for none, `SHADES` for the most."""
    return {count: -(-count * SHADES // most) if most else 0 for count in range(most + 1)}


def _by_test(coverage: Coverage) -> Iterable[tuple[str, list[object]]]:
    found: dict[str, list[object]] = {}
    for form in coverage.forms:
        found.setdefault(form.test, []).append(form)
    return found.items()
