"""SCORM packages: the site, a page that opens each unit, and the manifest. The versions differ by a table each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any, Final

from lxml import etree

from kitbag.course.audience import trainee_view
from kitbag.course.model import Course, Module
from kitbag.exporters.base import Package
from kitbag.exporters.learner import Part, RenderedCourse, page_file
from kitbag.exporters.xml import PREFIXES, Element, document
from kitbag.questions.model import Essay
from kitbag.rendering.citations import practice_items
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import as_script
from kitbag.rendering.markdown import plain
from kitbag.rendering.scripts import lean
from kitbag.rendering.styles import lean_style

FOLDER: Final = "assets/packages"
"""Where the scripts that talk to the platform lie in a package."""

_PAGE_SCRIPTS: Final = (f"{FOLDER}/responses.js", f"{FOLDER}/page.js")
_LAUNCH_SCRIPTS: Final = ("assets/quiz/scoring.js", f"{FOLDER}/scorm.js", f"{FOLDER}/unit.js", f"{FOLDER}/launch.js")
_OWN: Final = ("responses.js", "page.js", "scorm.js", "unit.js", "launch.js", "unit.css")
_XSI: Final = PREFIXES["xsi"]


@dataclass(frozen=True)
class Version:
    """What one version of SCORM writes differently from the other."""

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
    sequencing: bool
    """True where the manifest says who reports completion, and lists objectives."""


@dataclass(frozen=True)
class Unit:
    """What a platform tracks as one."""

    id: str
    title: str
    modules: tuple[Module, ...]

    @property
    def launch(self) -> str:
        """The page a platform opens."""
        return f"launch-{self.id}.html"


def units_of(rendered: RenderedCourse) -> list[Unit]:
    """Return the units of a course: its modules, or itself."""
    course = trainee_view(rendered.course)
    if rendered.units == "course":
        return [Unit("course", course.info.title, course.modules)]
    return [Unit(f"unit-{module.id}", module.title, (module,)) for module in course.modules]


def export(version: Version, rendered: RenderedCourse) -> Sequence[Part]:
    """Return one package, its manifest first: platforms look there before they unpack the rest."""
    units = units_of(rendered)
    pages = rendered.pages(_PAGE_SCRIPTS)
    own = {f"{FOLDER}/{name}": partial(_own, name) for name in _OWN}
    launches = {unit.launch: partial(_launch, version, rendered, unit) for unit in units}
    made: dict[str, Callable[[], bytes]] = {**pages, **own, **launches}
    manifest = page_file("imsmanifest.xml", lambda: _manifest(version, rendered.course, units, sorted(pages | own)))
    return (Part(Package(".zip", (manifest, *(page_file(path, made[path]) for path in sorted(made))), rows=())),)


def _own(name: str) -> bytes:
    text = (files("kitbag") / "templates" / "packages" / name).read_text("utf-8")
    return (lean(text) if name.endswith(".js") else lean_style(text)).encode()


def _launch(version: Version, rendered: RenderedCourse, unit: Unit) -> bytes:
    info = rendered.course.info
    quizzes = []
    for module in unit.modules:
        items = practice_items(rendered.course, module)
        # An essay is marked by a person; it is no part of a score that a machine gives.
        points = sum(item.points for item in items if not isinstance(item, Essay))
        if points:
            quizzes.append({"id": module.id, "possible": str(points)})
    start = "index.html" if rendered.units == "course" else f"modules/{unit.modules[0].id}.html"
    island = {
        "unit": unit.id,
        "platform": version.name,
        "start": start,
        "lessons": [f"{module.id}/{lesson.id}" for module in unit.modules for lesson in module.lessons],
        "quizzes": quizzes,
        "cut": info.cut_score,
        "strings": dict(rendered.catalogue.area("packages.said")),
    }
    environment = make_environment(folder=None, catalogue=rendered.catalogue, language=info.language)
    return (
        environment.get_template("packages/launch.html")
        .render(
            title=unit.title,
            folder=FOLDER,
            scripts=_LAUNCH_SCRIPTS,
            start=start,
            island=as_script(island),
        )
        .encode()
    )


# --- The manifest --------------------------------------------------------------------------------------------------


def _manifest(version: Version, course: Course, units: Sequence[Unit], shared: Sequence[str]) -> bytes:
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

    def __init__(self, version: Version) -> None:
        self._space = version.namespaces["cp"]

    def name(self, tag: str) -> str:
        return f"{{{self._space}}}{tag}"

    def add(self, parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
        element = etree.SubElement(parent, self.name(tag), attributes)
        element.text = text or None
        return element


def _sequencing(version: Version, unit: Unit) -> Element:
    """Return what SCORM 2004 needs to know of a unit: its objectives, and that the unit itself reports completion."""
    space = version.namespaces["imsss"]
    sequencing = etree.Element(f"{{{space}}}sequencing")
    objectives = etree.SubElement(sequencing, f"{{{space}}}objectives")
    etree.SubElement(objectives, f"{{{space}}}primaryObjective", objectiveID=f"primary-{unit.id}")
    for module in unit.modules:
        for objective in module.objectives:
            etree.SubElement(objectives, f"{{{space}}}objective", objectiveID=objective.id)
    etree.SubElement(
        sequencing, f"{{{space}}}deliveryControls", completionSetByContent="true", objectiveSetByContent="true"
    )
    return sequencing


def _lom(version: Version, course: Course) -> Element:
    """Return what a platform may show of the course (IEEE LOM): title, edition, length, licence, objectives."""
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
