"""SCORM packages: the site, a page that opens each unit, and the manifest. The versions differ by a table each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, assert_never

from lxml import etree

from kitbag.course.model import Course
from kitbag.exporters.base import Package
from kitbag.exporters.fidelity import Row, Rung, loss
from kitbag.exporters.learner import Part, RenderedCourse, page_file
from kitbag.exporters.units import Unit, unit_files, units_of
from kitbag.exporters.xml import PREFIXES, Element, document
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.citations import practice_items
from kitbag.rendering.markdown import plain

_XSI: Final = PREFIXES["xsi"]


@dataclass(frozen=True)
class Scorm:
    """A version of SCORM: what it writes differently from the other, and its packages."""

    name: str
    """What an author types, and what the scripts of the package look up."""
    title: str
    schema_version: str
    namespaces: Mapping[str, str]
    """By prefix; `cp`, `adlcp` and `lom` are used by every version, the rest where there is sequencing."""
    locations: Mapping[str, str]
    """The name of the schema of each prefix."""
    type_attribute: str
    """Tells a unit from an asset."""
    text_element: str
    """Holds a text in one language: LOM of 1.2 and of 1.3 name it differently."""
    language_attribute: str
    """Names the language of such a text."""
    duration: tuple[str, ...]
    """The elements that hold a duration, from the outside in."""
    vocabulary: tuple[str, str]
    """The source of the vocabulary, and the word for a purpose of objectives."""
    wrapped: bool
    """True where the two parts of a vocabulary entry hold texts in a language."""
    names: int | None
    """Choices of one item that have a name in what is reported of a response; `None` where all have."""
    sequencing: bool
    """True where the manifest says who reports completion, and lists objectives."""

    def export(self, rendered: RenderedCourse) -> Sequence[Part]:
        """Return one package, its manifest first: platforms look there before they unpack the rest.

        Raises:
            kitbag.exporters.learner.Undrawn: the bank has no form of a test.
        """
        units = units_of(rendered)
        shared, launches = unit_files(rendered, units, self.name, "scorm.js")
        made = shared | launches
        manifest = page_file("imsmanifest.xml", lambda: _manifest(self, rendered.course, units, sorted(shared)))
        files = (manifest, *(page_file(path, made[path]) for path in sorted(made)))
        return (Part(Package(".zip", files, rows=tuple(_unnamed(self, rendered)))),)


def _unnamed(version: Scorm, rendered: RenderedCourse) -> Iterator[Row]:
    """Give each item that has more choices than have a name: platforms learn its marks, and no response."""
    course = rendered.course
    items: dict[str, Item] = {item.id: item for module in course.modules for item in practice_items(course, module)}
    items |= {drawn.item.id: drawn.item for kit in rendered.kits for form in kit.forms for drawn in form.items}
    for item in items.values():
        count = _choices(item)
        if version.names is not None and count > version.names:
            yield Row(item.id, item.type, Rung.NATIVE, (loss("unnamed-choices", most=version.names, count=count),))


def _choices(item: Item) -> int:
    """Return how many things an item names in a response; where there are two kinds, the more."""
    match item:
        case SingleChoice() | MultipleResponse():
            return len(item.options)
        case Matching():
            return max(len(item.premises), len(item.responses))
        case Categorise():
            return max(len(item.elements), len(item.categories))
        case Ordering():
            return len(item.elements)
        case TrueFalse() | Numeric() | ShortAnswer() | Cloze() | Essay():
            return 0
        case _:
            assert_never(item)


# --- The manifest --------------------------------------------------------------------------------------------------


def _manifest(version: Scorm, course: Course, units: Sequence[Unit], shared: Sequence[str]) -> bytes:
    spaces = version.namespaces
    maker = _Maker(version)
    prefixes: Any = {None if key == "cp" else key: url for key, url in spaces.items()}
    root = etree.Element(maker.name("manifest"), nsmap=prefixes)
    root.set("identifier", f"kitbag-{course.info.id}")
    root.set("version", course.info.edition[:20])
    locations = " ".join(f"{spaces[key]} {file}" for key, file in version.locations.items())
    root.set(f"{{{_XSI}}}schemaLocation", locations)
    metadata = maker.add(root, "metadata")
    maker.add(metadata, "schema", "ADL SCORM")
    maker.add(metadata, "schemaversion", version.schema_version)
    metadata.append(_lom(version, course))
    organizations = maker.add(root, "organizations", default="all")
    organization = maker.add(organizations, "organization", identifier="all")
    maker.add(organization, "title", course.info.title)
    resources = maker.add(root, "resources")
    for unit in units:
        item = maker.add(organization, "item", identifier=f"item-{unit.id}", identifierref=f"open-{unit.id}")
        maker.add(item, "title", unit.title)
        if version.sequencing:
            item.append(_sequencing(version, unit))
        elif unit.judged_by_score:
            # Elsewhere a platform would pass or fail a unit by its score that is not completed.
            etree.SubElement(item, f"{{{spaces['adlcp']}}}masteryscore").text = str(unit.cut)
        resource = maker.add(resources, "resource", identifier=f"open-{unit.id}", type="webcontent", href=unit.launch)
        resource.set(f"{{{spaces['adlcp']}}}{version.type_attribute}", "sco")
        maker.add(resource, "file", href=unit.launch)
        maker.add(resource, "dependency", identifierref="site")
    if version.sequencing:
        # Trainees choose among the units, and go from one to the next.
        sequencing = etree.SubElement(organization, f"{{{spaces['imsss']}}}sequencing")
        etree.SubElement(sequencing, f"{{{spaces['imsss']}}}controlMode", choice="true", flow="true")
    site = maker.add(resources, "resource", identifier="site", type="webcontent")
    site.set(f"{{{spaces['adlcp']}}}{version.type_attribute}", "asset")
    for path in shared:
        maker.add(site, "file", href=path)
    return document(root, pretty=True)


class _Maker:
    """Makes elements of the packaging namespace."""

    def __init__(self, version: Scorm) -> None:
        self._space = version.namespaces["cp"]

    def name(self, tag: str) -> str:
        return f"{{{self._space}}}{tag}"

    def add(self, parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
        element = etree.SubElement(parent, self.name(tag), attributes)
        element.text = text or None
        return element


def _sequencing(version: Scorm, unit: Unit) -> Element:
    """Return what SCORM 2004 needs to know of a unit: its objectives, and that the unit itself reports completion."""
    space = version.namespaces["imsss"]
    sequencing = etree.Element(f"{{{space}}}sequencing")
    objectives = etree.SubElement(sequencing, f"{{{space}}}objectives")
    primary = etree.SubElement(objectives, f"{{{space}}}primaryObjective", objectiveID=f"primary-{unit.id}")
    if unit.judged_by_score and unit.cut is not None:
        primary.set("satisfiedByMeasure", "true")
        etree.SubElement(primary, f"{{{space}}}minNormalizedMeasure").text = str(Decimal(unit.cut) / 100)
    for objective in unit.objectives:
        etree.SubElement(objectives, f"{{{space}}}objective", objectiveID=objective.id)
    etree.SubElement(
        sequencing, f"{{{space}}}deliveryControls", completionSetByContent="true", objectiveSetByContent="true"
    )
    return sequencing


def _lom(version: Scorm, course: Course) -> Element:
    """Return what a platform may show of the course (IEEE LOM): title, edition, length, licence, objectives.

    It has no field for accessibility; how the course is to be used says it (LOM 5.10).
    """
    space, language = version.namespaces["lom"], course.info.language

    def add(parent: Element, tag: str, text: str = "") -> Element:
        element = etree.SubElement(parent, f"{{{space}}}{tag}")
        element.text = text or None
        return element

    def text_in(parent: Element, tag: str, text: str, spoken: str = language) -> None:
        told = add(add(parent, tag), version.text_element, text)
        told.set(version.language_attribute, spoken)

    def choice(parent: Element, tag: str, value: str) -> None:
        entry = add(parent, tag)
        for part, held in (("source", version.vocabulary[0]), ("value", value)):
            if version.wrapped:
                text_in(entry, part, held, "x-none")
            else:
                add(entry, part, held)

    lom = etree.Element(f"{{{space}}}lom")
    general = add(lom, "general")
    text_in(general, "title", course.info.title)
    add(general, "language", language)
    text_in(general, "description", plain(course.info.summary)[:1000])
    lifecycle = add(lom, "lifeCycle" if not version.wrapped else "lifecycle")
    text_in(lifecycle, "version", course.info.edition)
    educational = add(lom, "educational")
    minutes = sum(module.minutes for module in course.modules)
    inner = educational
    for tag in version.duration:
        inner = add(inner, tag)
    inner.text = f"PT{minutes // 60}H{minutes % 60}M"
    text_in(educational, "description", catalogue_of(course).text("packages.accessible"))
    rights = add(lom, "rights")
    choice(rights, "copyrightAndOtherRestrictions" if not version.wrapped else "copyrightandotherrestrictions", "yes")
    text_in(rights, "description", course.info.licence)
    for objective in _objectives(course):
        classification = add(lom, "classification")
        choice(classification, "purpose", version.vocabulary[1])
        text_in(classification, "description", objective)
    return lom


def _objectives(course: Course) -> Iterator[str]:
    for objective in course.objectives.values():
        yield f"{objective.id} {objective.text}"[:1000]
