"""What the packages for learners share: the rendered course they carry, and the protocol their formats meet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Literal, Protocol

from kitbag.course.model import Course, Module
from kitbag.exporters.base import COMPRESSED_MEDIA, Package, PackageFile
from kitbag.findings import Finding, Place, did_you_mean, listed
from kitbag.rendering.catalogue import Catalogue, catalogue_of
from kitbag.rendering.kits import Kit, draw_kits, render_pages
from kitbag.rendering.pages import Tests, render_site

Units = Literal["module", "course"]
"""What a platform tracks as one: each module, or the whole course."""


class Undrawn(Exception):
    """The banks have no form of a test; `findings` say which and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Take a finding for each such test."""
        super().__init__(" ".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class RenderedCourse:
    """A course whose pages can be made, one at a time."""

    course: Course
    templates: Path | None = None
    """The course folder whose `templates/` may change the theme; `None` ignores it."""
    units: Units = "module"
    """What a platform tracks as one."""

    @property
    def catalogue(self) -> Catalogue:
        """The strings of the course's language."""
        return catalogue_of(self.course)

    @cached_property
    def name(self) -> str:
        """Begins the name of each file made of this course: `tea-2.1`."""
        return f"{self.course.info.id}-{self.course.info.edition}"

    def pages(self, scripts: Sequence[str] = (), tests: Tests | None = None) -> dict[str, Callable[[], bytes]]:
        """Return the files of the site by path, each with what makes its bytes.

        `scripts` are loaded by every page; `tests` tells where the tests are, if no instructor hands them out.
        """
        course = self.course
        return dict(
            render_site(course, templates=self.templates, digest=course.digest, scripts=tuple(scripts), tests=tests)
        )

    @cached_property
    def kits(self) -> tuple[Kit, ...]:
        """A form of each test for each attempt, for packages that run tests; no kit and no paper holds the same.

        Raises:
            Undrawn: the banks have no form of a test.
        """
        kits, findings = draw_kits(self.course, kits=1, seed="package")
        if findings:
            raise Undrawn(findings)
        return kits

    def test_pages(self, scripts: Sequence[str]) -> dict[str, Callable[[], bytes]]:
        """Return the page of each test by path, with what it needs beside the site. Raises Undrawn."""
        course, home = self.course, self.units == "course"
        pages = render_pages(
            course, self.kits, templates=self.templates, digest=course.digest, scripts=tuple(scripts), home=home
        )
        return dict(pages)

    def of(self, module: Module) -> "RenderedCourse":
        """Return the same with one module alone."""
        return replace(self, course=part_of(self.course, (module.id,)))


@dataclass(frozen=True)
class Part:
    """One file of an export; a format may make several."""

    package: Package
    name: str = ""
    """What sets its file apart from the format's others: the module's id."""


class LearnerFormat(Protocol):
    """A format that learners or their platform open. Its file opens with these facts."""

    @property
    def name(self) -> str:
        """What an author types: `kitbag export scorm12`."""

    @property
    def title(self) -> str:
        """What people call it."""

    def export(self, rendered: RenderedCourse) -> Sequence[Part]:
        """Return the packages of a course. Nothing is written, and no page made yet."""


def choose(course: Course, modules: Sequence[str]) -> tuple[Course, list[Finding]]:
    """Return the course with only these modules, or all where none is named, and a finding for each unknown one."""
    known = [module.id for module in course.modules]
    findings = [
        Finding(
            code="unknown-module",
            place=Place("course/course.yaml"),
            message=f'There is no module "{wanted}".',
            hint=did_you_mean(wanted, known) or f"There are: {listed(known)}.",
        )
        for wanted in modules
        if wanted not in known
    ]
    return (course if findings or not modules else part_of(course, modules)), findings


def part_of(course: Course, modules: Sequence[str]) -> Course:
    """Return the course with only these modules, in teaching order.

    A path keeps its steps of other modules as titles. Tests draw from all modules, so a part has none.
    """
    kept = tuple(module for module in course.modules if module.id in modules)
    if len(kept) == len(course.modules):
        return course
    known = {objective.id for module in kept for objective in module.objectives}
    info = course.info.model_copy(update={"modules": tuple(module.id for module in kept), "tests": ()})
    banks = tuple(bank for bank in course.banks if bank.module in modules)
    return replace(course, info=info, modules=tuple(_within(module, known) for module in kept), banks=banks)


def _within(module: Module, objectives: set[str]) -> Module:
    """Return a module whose lessons name none but these objectives."""
    lessons = [
        lesson.model_copy(update={"objectives": tuple(one for one in lesson.objectives if one in objectives)})
        for lesson in module.lessons
    ]
    return module.model_copy(update={"lessons": tuple(lessons)})


def page_file(path: str, make: Callable[[], bytes]) -> PackageFile:
    """Return a file of the site as a file of a package; its bytes are made when it is written."""
    return PackageFile(path, partial(_chunks, make), stored=Path(path).suffix.lower() in COMPRESSED_MEDIA)


def _chunks(make: Callable[[], bytes]) -> Iterator[bytes]:
    yield make()
