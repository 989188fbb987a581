"""Common Cartridge 1.0 to 1.3: pages, links and quizzes in QTI 1.2."""

from collections.abc import Iterator
from posixpath import normpath
from typing import Final
from urllib.parse import unquote

from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.checking.content import Content, Resource
from kitbag.exporters.checking.documents import (
    CARTRIDGE_ROOT,
    children,
    document,
    line_of,
    local,
    missing,
    text_in,
    text_of,
)
from kitbag.exporters.checking.pages import HTML, Pages, html_facts
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Place, Severity, did_you_mean, listed

NOT_CHECKED: Final = "the standard's own schemas"
_VERSIONS: Final = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
_PROFILES: Final = (
    "cc.multiple_choice.v0p1",
    "cc.multiple_response.v0p1",
    "cc.true_false.v0p1",
    "cc.fib.v0p1",
    "cc.pattern_match.v0p1",
    "cc.essay.v0p1",
)
# The ends of the types; what comes before names the version.
_ASSESSMENT: Final = "/assessment"
_BANK: Final = "/question-bank"
_ROOTS: Final = {"imswl_xmlv": "webLink", "imsdt_xmlv": "topic", "imsbasiclti_xmlv": "cartridge_basiclti_link"}


def title(content: Content) -> str:
    """Return what to call the package."""
    return f"Common Cartridge {content.schema_version.removesuffix('.0')}".strip()


def check(content: Content) -> Iterator[Finding]:
    """Yield what is wrong with a cartridge."""
    version = content.schema_version
    if version not in _VERSIONS:
        message = f'"{version}" is no version of Common Cartridge.' if version else "It names no version."
        yield Finding("schema-version", content.at(), message, f"Write one of: {listed(_VERSIONS)}.")
    yield from content.faults()
    for organization in content.organizations:
        if organization.get("structure") != "rooted-hierarchy":
            message = 'The organization must say structure="rooted-hierarchy".'
            yield Finding("structure", content.at(organization), message, "Write it so.")
        if len(children(organization, "item")) > 1:
            message = "The organization must have one item, which holds all others."
            yield Finding("structure", content.at(organization), message, "Put them into one.")
    banks = [resource for resource in content.resources if resource.type.endswith(_BANK)]
    if len(banks) > 1:
        message = f"There are {len(banks)} question banks; a cartridge holds one at most."
        yield Finding("banks", content.at(banks[1].element), message, "Bring them together into one.")
    for resource in content.resources:
        yield from _resource_faults(content, resource)
    pages = Pages(content.archive)
    yield from pages.faults()
    yield from _base_faults(content, pages)


def _resource_faults(content: Content, resource: Resource) -> Iterator[Finding]:
    expected = next((root for begin, root in _ROOTS.items() if resource.type.startswith(begin)), "")
    quiz = resource.type.endswith((_ASSESSMENT, _BANK))
    if not expected and not quiz:
        return
    path = next((target.path for _, target, _ in resource.files), resource.target.path)
    root, findings = document(content.archive, path)
    yield from findings
    if root is None:
        return
    place = content.archive.at(path, line_of(root))
    wanted = expected or "questestinterop"
    if local(root) != wanted:
        message = f'The manifest says this is "{resource.type}", and its root is "{local(root)}".'
        yield Finding("wrong-root", place, message, f'Its root must be "{wanted}".')
        return
    if wanted == "webLink":
        urls = children(root, "url")
        if not urls or not urls[0].get("href"):
            yield Finding("no-address", place, "The link has no address.", "Name it in url.")
    seen: set[str] = set()
    for item in root.iter("{*}item") if quiz else ():
        yield from _item_faults(content.archive, item, place, seen)
    if quiz:
        yield from _picture_faults(content, root, place)


def _item_faults(archive: Archive, item: Element, place: Place, seen: set[str]) -> Iterator[Finding]:
    where = place._replace(line=line_of(item))
    name = item.get("ident", "")
    if not name or name in seen:
        message = f'The item "{name}" stands there twice.' if name else "An item has no ident."
        yield Finding("repeated-identifier", where, message, "Give each item its own.")
    seen.add(name)
    said = {text_in(one, "fieldlabel"): text_in(one, "fieldentry") for one in item.iter("{*}qtimetadatafield")}
    profile = said.get("cc_profile", "")
    if profile not in _PROFILES:
        message = f'The item "{name}" has the profile "{profile}".' if profile else f'The item "{name}" has no profile.'
        hint = did_you_mean(profile, _PROFILES) or f"Its cc_profile must be one of: {listed(_PROFILES)}."
        yield Finding("profile", where, message, hint)
    labels = dict.fromkeys(one.get("ident", "") for one in item.iter("{*}response_label"))
    responses = dict.fromkeys(one.get("ident", "") for one in item.iter("{*}response_lid", "{*}response_str"))
    there_are = f"There are: {listed(labels)}."
    for rule in item.iter("{*}varequal"):
        at = place._replace(line=line_of(rule))
        asked, value = rule.get("respident", ""), text_of(rule)
        if asked not in responses:
            message = f'A rule of the item "{name}" asks for the response "{asked}", which it does not have.'
            yield Finding("undeclared", at, message, archive.near(asked, responses) or "Mend the rule.")
        elif labels and value not in labels:
            message = f'A rule of the item "{name}" asks for the choice "{value}", which it does not have.'
            yield Finding("unknown-choice", at, message, archive.near(value, labels) or there_are)
    feedback = {one.get("ident", "") for one in item.iter("{*}itemfeedback")}
    for shown in item.iter("{*}displayfeedback"):
        wanted = shown.get("linkrefid", "")
        if wanted not in feedback:
            message = f'The item "{name}" shows the feedback "{wanted}", which it does not have.'
            yield Finding("no-feedback", place._replace(line=line_of(shown)), message, "Add it, or do not show it.")
    if profile and profile != "cc.essay.v0p1" and not any(True for _ in item.iter("{*}setvar")):
        message = f'Nothing earns a point in the item "{name}".'
        yield Finding("no-score", where, message, "Add a rule that sets SCORE.", Severity.WARNING)


def _picture_faults(content: Content, root: Element, place: Place) -> Iterator[Finding]:
    for text in root.iter("{*}mattext"):
        if text.get("texttype") == "text/html" and text.text and CARTRIDGE_ROOT in unquote(text.text):
            for address in html_facts(text.text).loads:
                yield from _from_base(content, address, place._replace(line=line_of(text)))


def _base_faults(content: Content, pages: Pages) -> Iterator[Finding]:
    """Yield the pages' addresses that begin at the root of the cartridge and lead nowhere."""
    for path in content.archive.files:
        facts = pages.facts(path) if path.endswith(HTML) else None
        if facts:
            for address in (*facts.loads, *facts.leads):
                yield from _from_base(content, address, content.archive.at(path))


def _from_base(content: Content, address: str, place: Place) -> list[Finding]:
    begin, _, rest = unquote(address).partition(CARTRIDGE_ROOT)
    if begin or not rest:
        return []
    path = normpath(rest.partition("?")[0].partition("#")[0].lstrip("/"))
    return missing(content.archive, "missing-target", place, path, "It refers to")
