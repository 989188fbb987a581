"""cmi5 (Quartz): the course structure, alone or in a package."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.checking.documents import child, line_of, local, missing, resolve, space_of, text_in
from kitbag.exporters.checking.pages import Pages
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Place, listed

STRUCTURE: Final = "cmi5.xml"
SPACE: Final = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
TITLE: Final = "cmi5"
NOT_CHECKED: Final = "the standard's own schema, and what the units report to a platform"
_MOVE_ON: Final = ("Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable")
_LAUNCH: Final = ("OwnWindow", "AnyWindow")
# cmi5, 8.1: the platform adds these to the address.
_RESERVED: Final = frozenset({"endpoint", "fetch", "actor", "registration", "activityid"})


def check(archive: Archive | None, root: Element, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with a course structure; with `archive`, also with the package around it."""
    if local(root) != "courseStructure" or space_of(root) != SPACE:
        message = "The root of the document is not a cmi5 course structure."
        yield Finding("namespace", _at(place, root), message, f'Write <courseStructure xmlns="{SPACE}">.')
        return
    yield from _head_faults(root, place)
    units = list(root.iter(f"{{{SPACE}}}au"))
    if not units:
        yield Finding("no-unit", place, "There is no unit (au), so learners have nothing to open.", "Add one.")
    yield from _identity_faults(root, place)
    objectives = {one.get("id", "") for one in root.iter(f"{{{SPACE}}}objective") if one.get("id")}
    for reference in root.iter(f"{{{SPACE}}}objective"):
        wanted = reference.get("idref")
        if wanted and wanted not in objectives:
            message = f'The objective "{wanted}" is not among the objectives of the course.'
            yield Finding("unknown-objective", _at(place, reference), message, "Add it there, or take it out here.")
    for unit in units:
        yield from _unit_faults(unit, place, archive)
    if archive:
        yield from Pages(archive).faults()


def _at(place: Place, element: Element) -> Place:
    return place._replace(line=line_of(element))


def _head_faults(root: Element, place: Place) -> Iterator[Finding]:
    course = child(root, "course")
    if course is None:
        yield Finding("no-course", place, "There is no course element.", "It must come first.")
    named = [root.iter(f"{{{SPACE}}}{name}") for name in ("course", "block", "au")]
    for element in (one for some in named for one in some):
        for part in ("title", "description"):
            if not text_in(element, part, "langstring"):
                message = f"This {local(element)} has no {part}."
                yield Finding("no-title", _at(place, element), message, f"Add a {part} with a langstring.")


def _identity_faults(root: Element, place: Place) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in root.iter(*(f"{{{SPACE}}}{name}" for name in ("course", "block", "au", "objective"))):
        name = element.get("id")
        if name is None and local(element) == "objective":
            continue
        if not _is_iri(name or ""):
            message = f'The id "{name or ""}" of this {local(element)} is no full address (IRI).'
            hint = "Begin it with a scheme, as https://example.org/course does."
            yield Finding("id", _at(place, element), message, hint)
        elif name in seen:
            message = f'The id "{name}" is used more than once.'
            yield Finding("repeated-identifier", _at(place, element), message, "Each must be unique in the course.")
        seen.add(name or "")


def _unit_faults(unit: Element, place: Place, archive: Archive | None) -> Iterator[Finding]:
    where = _at(place, unit)
    for attribute, known in (("moveOn", _MOVE_ON), ("launchMethod", _LAUNCH)):
        value = unit.get(attribute)
        if value is not None and value not in known:
            yield Finding("value", where, f'{attribute} is "{value}".', f"Write one of: {listed(known)}.")
    mastery = unit.get("masteryScore")
    if mastery is not None and not _is_share(mastery):
        message = f'masteryScore is "{mastery}".'
        yield Finding("mastery", where, message, "It must be a decimal from 0 to 1, with four decimals at most.")
    url = text_in(unit, "url")
    if not url:
        yield Finding("no-launch", where, "This unit has no url.", "Name its page.")
        return
    try:
        query = {name.lower() for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    except ValueError:
        query = set()
    if query & _RESERVED:
        message = f"The url has a parameter that the platform sets: {listed(sorted(query & _RESERVED))}."
        yield Finding("reserved-parameter", where, message, "Give it another name.")
    yield from _url_faults(url, where, archive)


def _url_faults(url: str, where: Place, archive: Archive | None) -> Iterator[Finding]:
    target = resolve(STRUCTURE, url)
    if target.outside:
        return
    if archive is None:
        message = f'The url "{url}" is relative, and a course structure alone has no files.'
        yield Finding("relative-url", where, message, "Write a full address, or pack the pages with it into a zip.")
    elif target.wrong:
        message = f'The address "{url}" {target.wrong}.'
        yield Finding("bad-address", where, message, "Write a relative address within the package.")
    else:
        yield from missing(archive, "missing-file", where, target.path, "A unit opens")


def _is_iri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not any(sign.isspace() for sign in text)


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1 and len(text.partition(".")[2]) <= 4
    except ValueError:
        return False
