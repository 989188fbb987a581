"""cmi5: the site, a page that opens each assignable unit, and the course structure (cmi5, first edition, 13 and 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from kitbag.course.model import Course, LearningObjective
from kitbag.exporters.base import Package
from kitbag.exporters.learner import Part, RenderedCourse, page_file
from kitbag.exporters.units import Unit, iri_of, unit_files, units_of
from kitbag.exporters.xml import Element, document
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.markdown import plain

_SPACE: Final = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
_ACTIVITIES: Final = "http://adlnet.gov/expapi/activities/"


@dataclass(frozen=True)
class Cmi5:
    """cmi5."""

    name: str = "cmi5"
    title: str = "cmi5"

    def export(self, rendered: RenderedCourse) -> Sequence[Part]:
        """Return one package with a unit for each module and test, or one for the course; its structure comes first.

        Raises:
            kitbag.exporters.learner.Undrawn: the bank has no form of a test.
        """
        units = units_of(rendered)
        shared, launches = unit_files(rendered, units, self.name, "cmi5.js")
        made = shared | launches
        # cmi5 14.1: at the root of the zip, under this name.
        structure = page_file("cmi5.xml", lambda: _structure(rendered.course, rendered.catalogue, units))
        return (Part(Package(".zip", (structure, *(page_file(path, made[path]) for path in sorted(made))), rows=())),)


CMI5: Final = Cmi5()


def _structure(course: Course, catalogue: Catalogue, units: Sequence[Unit]) -> bytes:
    writer = _Writer(course.info.language)
    prefixes: Any = {None: _SPACE}
    root = etree.Element(f"{{{_SPACE}}}courseStructure", nsmap=prefixes)
    top = writer.add(root, "course", id=iri_of(course))
    writer.words(top, "title", course.info.title)
    # The structure has no fields of its own for edition, length and licence.
    about = catalogue.text(
        "packages.about",
        summary=plain(course.info.summary),
        edition=course.info.edition,
        minutes=sum(module.minutes for module in course.modules),
        licence=course.info.licence,
        accessibility=catalogue.text("packages.accessibility"),
    )
    writer.words(top, "description", about)
    named = {objective.id: objective for unit in units for objective in unit.objectives}
    objectives = writer.add(root, "objectives")
    for objective in (one for one in course.objectives.values() if one.id in named):
        entry = writer.add(objectives, "objective", id=_objective(course, objective))
        writer.words(entry, "title", objective.id)
        writer.words(entry, "description", objective.text)
    for unit in units:
        writer.unit(root, course, unit)
    return document(root, pretty=True)


def _objective(course: Course, objective: LearningObjective) -> str:
    return iri_of(course, "objectives", objective.id)


class _Writer:
    """Makes elements of the course structure."""

    def __init__(self, language: str) -> None:
        self._language = language

    def add(self, parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
        element = etree.SubElement(parent, f"{{{_SPACE}}}{tag}", attributes)
        element.text = text or None
        return element

    def words(self, parent: Element, tag: str, text: str) -> None:
        self.add(self.add(parent, tag), "langstring", text, lang=self._language)

    def unit(self, root: Element, course: Course, unit: Unit) -> None:
        au = self.add(root, "au", id=iri_of(course, "units", unit.id), **_rule(unit))
        self.words(au, "title", unit.title)
        self.words(au, "description", plain(unit.summary))
        references = self.add(au, "objectives")  # every module has objectives, and so has every item
        for objective in unit.objectives:
            self.add(references, "objective", idref=_objective(course, objective))
        self.add(au, "url", unit.launch)


def _rule(unit: Unit) -> Mapping[str, str]:
    """Return what satisfies a unit (cmi5 13.1.4)."""
    kind = "module" if unit.lessons else "assessment"
    rule = {
        "activityType": f"{_ACTIVITIES}{'course' if unit.id == 'course' else kind}",
        "moveOn": "CompletedAndPassed" if unit.measures else "Completed",
    }
    return rule if unit.cut is None else rule | {"masteryScore": str(Decimal(unit.cut) / 100)}
