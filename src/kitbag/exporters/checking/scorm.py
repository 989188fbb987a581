"""SCORM 1.2 and 2004: what a platform looks for before it takes the package."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kitbag.exporters.checking.content import Content, Resource
from kitbag.exporters.checking.documents import child, children, space_of, text_in
from kitbag.exporters.checking.pages import Pages
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Severity, listed

OLD_SPACE: Final = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
NEW_SPACE: Final = "http://www.imsglobal.org/xsd/imscp_v1p1"
_ADL: Final = {"1.2": "http://www.adlnet.org/xsd/adlcp_rootv1p2", "2004": "http://www.adlnet.org/xsd/adlcp_v1p3"}
_TYPE: Final = {"1.2": "scormtype", "2004": "scormType"}
_SEQUENCING: Final = "{http://www.imsglobal.org/xsd/imsss}"
_VERSIONS: Final = {
    "1.2": "1.2",
    "CAM 1.3": "2004",
    "2004 2nd Edition": "2004",
    "2004 3rd Edition": "2004",
    "2004 4th Edition": "2004",
}
_TIME_LIMIT_ACTIONS: Final = ("exit,message", "exit,no message", "continue,message", "continue,no message")
_MOST_MASTERY: Final = 100

NOT_CHECKED: Final = "the standard's own schemas, and how the scripts talk to a platform"


def title(content: Content) -> str:
    """Return what to call the package."""
    family = _family(content)
    return "SCORM 1.2" if family == "1.2" else f"SCORM {content.schema_version.removeprefix('CAM 1.3') or '2004'}"


def check(content: Content) -> Iterator[Finding]:
    """Yield what is wrong with a SCORM package."""
    yield from _version_faults(content)
    yield from content.faults()
    yield from _organization_faults(content)
    family = _family(content)
    launched = {item.get("identifierref", "") for item in content.items}
    for resource in content.resources:
        yield from _resource_faults(content, resource, family, launched=resource.id in launched)
    if content.resources and not any(_kind(resource, family) == "sco" for resource in content.resources):
        message = "No resource is a SCO, so the platform will track nothing: no completion, no score."
        hint = f'Give what learners open the attribute adlcp:{_TYPE[family]}="sco".'
        yield Finding("no-sco", content.at(), message, hint, Severity.WARNING)
    for item in content.items:
        yield from (_old_item_faults if family == "1.2" else _new_item_faults)(content, item)
    yield from Pages(content.archive).faults()


def _family(content: Content) -> str:
    """Return `1.2` or `2004`: what the package says, else what its namespace says."""
    return _VERSIONS.get(content.schema_version) or ("1.2" if space_of(content.root) == OLD_SPACE else "2004")


def _version_faults(content: Content) -> Iterator[Finding]:
    place = content.at(child(content.root, "metadata"))
    if content.schema.casefold() != "adl scorm":
        message = f'The schema of this package is "{content.schema}".' if content.schema else "It names no schema."
        yield Finding("schema", place, message, "Write <schema>ADL SCORM</schema> into the metadata.")
    version = content.schema_version
    if version not in _VERSIONS:
        message = f'"{version}" is no version of SCORM.' if version else "It names no version of SCORM."
        yield Finding("schema-version", place, message, f"Write one of: {listed(_VERSIONS)}.")
    elif (space_of(content.root) == OLD_SPACE) != (version == "1.2"):
        message = f"The package says it is SCORM {version}, and its namespace is that of another version."
        expected = OLD_SPACE if version == "1.2" else NEW_SPACE
        yield Finding("namespace", content.at(content.root), message, f'The manifest needs xmlns="{expected}".')


def _organization_faults(content: Content) -> Iterator[Finding]:
    if not content.organizations:
        message = "There is no organization, so the platform has nothing to show."
        yield Finding("no-organization", content.at(), message, "Add one, with an item for each unit.")
    for organization in content.organizations:
        if not text_in(organization, "title"):
            message = "The organization has no title: the platform names the course by it."
            yield Finding("no-title", content.at(organization), message, "Give it a title.")
        if not children(organization, "item"):
            message = "The organization has no item, so learners have nothing to open."
            yield Finding("no-item", content.at(organization), message, "Add an item for each unit.")
    for item in content.items:
        if not item.get("identifierref") and not children(item, "item"):
            message = "This item opens nothing and holds no other item."
            hint = "Name a resource in identifierref, or take the item out."
            yield Finding("empty-item", content.at(item), message, hint)


def _kind(resource: Resource, family: str) -> str:
    return resource.element.get(f"{{{_ADL[family]}}}{_TYPE[family]}", "")


def _resource_faults(content: Content, resource: Resource, family: str, *, launched: bool) -> Iterator[Finding]:
    place, kind = content.at(resource.element), _kind(resource, family)
    if kind not in ("sco", "asset"):
        near = [value for key, value in resource.element.attrib.items() if str(key).lower().endswith("scormtype")]
        if near and not kind:
            message = f'The resource "{resource.id}" spells the attribute of its kind as another version of SCORM does.'
        elif kind:
            message = f'The resource "{resource.id}" is of the kind "{kind}".'
        else:
            message = f'The resource "{resource.id}" does not say whether it is a SCO or an asset.'
        yield Finding("kind", place, message, f'Write adlcp:{_TYPE[family]}="sco" or "asset".')
    if launched and not resource.href:
        message = f'The resource "{resource.id}" is to be opened and has no address.'
        yield Finding("no-launch", place, message, "Name its page in href.")


def _old_item_faults(content: Content, item: Element) -> Iterator[Finding]:
    """SCORM 1.2, CAM 2.3.5: what an item may ask of the platform."""
    mastery = text_in(item, "masteryscore")
    if mastery and not _is_number(mastery, 0, _MOST_MASTERY):
        message = f'The mastery score is "{mastery}".'
        yield Finding("mastery", content.at(item), message, "It must be a number from 0 to 100.")
    action = text_in(item, "timelimitaction")
    if action and action not in _TIME_LIMIT_ACTIONS:
        quoted = listed(f'"{one}"' for one in _TIME_LIMIT_ACTIONS)
        message = f'The time limit action is "{action}".'
        yield Finding("time-limit", content.at(item), message, f"Write one of: {quoted}.")


def _new_item_faults(content: Content, item: Element) -> Iterator[Finding]:
    """SCORM 2004, CAM 5.1: what an item asks of the platform."""
    for measure in item.iterfind(f"{_SEQUENCING}sequencing//{_SEQUENCING}minNormalizedMeasure"):
        value = (measure.text or "").strip()
        if not _is_number(value, -1, 1):
            message = f'The least measure to pass is "{value}".'
            yield Finding("mastery", content.at(measure), message, "It must be a number from -1 to 1.")
    for sequencing in children(item, "sequencing"):
        objectives = [one.get("objectiveID", "") for one in sequencing.iter(f"{_SEQUENCING}objective")]
        twice = sorted(name for name, count in Counter(objectives).items() if name and count > 1)
        if twice:
            message = f'The objective "{twice[0]}" stands twice in this item.'
            yield Finding("repeated-objective", content.at(sequencing), message, "Each must be unique in an item.")


def _is_number(text: str, least: float, most: float) -> bool:
    try:
        return least <= float(text) <= most
    except ValueError:
        return False
