"""QTI 2.1 to 3.0 in a content package: items that can be shown, answered and scored."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from kitbag.exporters.checking.content import Content, Resource
from kitbag.exporters.checking.documents import document, line_of, local, missing, resolve, text_of
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Place, Severity, listed

NOT_CHECKED: Final = "the standard's own schemas, and the score that each response gets"
_ITEM_TYPE: Final = re.compile(r"imsqti_item_xmlv2p[0-2]|imsqti_item_xmlv3p0")
_TEST_TYPE: Final = re.compile(r"imsqti_(?:test|assessment)_xmlv[23]p[0-2]")
_SCHEMAS: Final = re.compile(r"(?i)(?:ims )?QTI.*")
_DIRECTED: Final = ("directedPair", "pair")
_CHOICES: Final = frozenset(
    "simpleChoice simpleAssociableChoice inlineChoice gapText gapImg gap hottext hotspotChoice "
    "associableHotspot".split()
)


def title(content: Content) -> str:
    """Return what to call the package."""
    return "QTI 3.0" if any("v3p0" in resource.type for resource in content.resources) else "QTI 2"


def check(content: Content) -> Iterator[Finding]:
    """Yield what is wrong with a package of items."""
    if not _SCHEMAS.fullmatch(content.schema):
        message = f'The schema of this package is "{content.schema}".' if content.schema else "It names no schema."
        hint = "Write QTIv2.1 Package or QTI Package, as its version has it."
        yield Finding("schema", content.at(), message, hint, Severity.WARNING)
    yield from content.faults()
    items = [resource for resource in content.resources if _ITEM_TYPE.fullmatch(resource.type)]
    if not items:
        message = "No resource is an item."
        hint = 'Give each item a resource of the type "imsqti_item_xmlv2p1" or "imsqti_item_xmlv3p0".'
        yield Finding("no-item", content.at(), message, hint)
    seen: dict[str, str] = {}
    for resource in items:
        yield from _document_faults(content, resource, "assessmentItem", seen)
    for resource in content.resources:
        if _TEST_TYPE.fullmatch(resource.type):
            yield from _document_faults(content, resource, "assessmentTest", seen)


def _plain(element: Element) -> str:
    """Return an element's name as QTI 2 has it: QTI 3 writes `qti-simple-choice` for `simpleChoice`."""
    name = local(element)
    first, *rest = name.removeprefix("qti-").split("-")
    return first + "".join(word.capitalize() for word in rest) if name.startswith("qti-") else name


def _value(element: Element, name: str) -> str:
    """Return an attribute by its name in QTI 2."""
    kebab = re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)
    return element.get(name) or element.get(kebab) or ""


def _document_faults(content: Content, resource: Resource, expected: str, seen: dict[str, str]) -> Iterator[Finding]:
    archive, path = content.archive, resource.target.path
    if not resource.href:
        message = f'The resource "{resource.id}" has no address.'
        yield Finding("no-launch", content.at(resource.element), message, "Name its file in href.")
        return
    root, findings = document(archive, path)
    yield from findings
    if root is None:
        return
    place = archive.at(path, line_of(root))
    if _plain(root) != expected:
        message = f'The manifest says this is a QTI {expected}, and its root is "{local(root)}".'
        yield Finding("wrong-root", place, message, "Mend the type of its resource, or the file.")
        return
    name = root.get("identifier", "")
    if not name:
        yield Finding("no-identifier", place, "It has no identifier.", "Give it one of its own.")
    elif name in seen:
        message = f'The identifier "{name}" is also that of "{seen[name]}".'
        yield Finding("repeated-identifier", place, message, "Platforms keep one of them: give each its own.")
    seen.setdefault(name, path)
    yield from _reference_faults(content, root, path, resource)
    if expected == "assessmentItem":
        yield from _Item(content, root, path).faults()


def _reference_faults(content: Content, root: Element, path: str, resource: Resource) -> Iterator[Finding]:
    depends_on = {one.get("identifierref", "") for one in resource.element.iter("{*}dependency")}
    comes_with = {resource.id, *depends_on}
    for element in root.iter():
        kind = _plain(element)
        address = element.get("src") or element.get("data") or (
            _value(element, "href") if kind in ("assessmentItemRef", "assessmentSectionRef", "stylesheet") else ""
        )  # fmt: skip
        if not address or not kind:
            continue
        target, place = resolve(path, address), content.archive.at(path, line_of(element))
        if target.outside:
            continue
        if target.wrong:
            message = f'The address "{address}" {target.wrong}.'
            yield Finding("bad-address", place, message, "Write a relative address within the package.")
            continue
        gone = missing(content.archive, "missing-file", place, target.path, "It shows")
        yield from gone
        if not gone and comes_with.isdisjoint(content.listed_by.get(target.path, ())) and kind != "assessmentItemRef":
            message = f'It shows "{target.path}", and its resource neither lists that nor depends on it.'
            yield Finding("unlisted", place, message, "List it there, so that it is imported too.", Severity.WARNING)


class _Item:
    """An item while it is judged."""

    def __init__(self, content: Content, root: Element, path: str) -> None:
        self._root = root
        self._archive = content.archive
        self._path = path
        self._declared = {one.get("identifier", ""): one for one in root if _plain(one) == "responseDeclaration"}
        self._outcomes = [one.get("identifier", "") for one in root if _plain(one) == "outcomeDeclaration"]

    def _place(self, element: Element) -> Place:
        return self._archive.at(self._path, line_of(element))

    def faults(self) -> Iterator[Finding]:
        if not any(_plain(one) == "itemBody" for one in self._root):
            yield Finding("no-body", self._place(self._root), "The item has no body.", "Write its question into one.")
        asked = [one for one in self._root.iter() if _plain(one).endswith("Interaction") and local(one)]
        answered: set[str] = set()
        for interaction in asked:
            name = _value(interaction, "responseIdentifier")
            answered.add(name)
            if name not in self._declared:
                message = f'This {_plain(interaction)} answers "{name}", which is not declared.'
                hint = self._archive.near(name, self._declared) or "Add a response declaration."
                yield Finding("undeclared", self._place(interaction), message, hint)
                continue
            yield from self._choice_faults(interaction, self._declared[name])
        for name, declared in self._declared.items():
            if name not in answered:
                message = f'The response "{name}" is declared, and nothing in the body asks for it.'
                hint = "Take it out, or ask for it."
                yield Finding("unasked", self._place(declared), message, hint, Severity.WARNING)
        yield from self._variable_faults()

    def _choice_faults(self, interaction: Element, declared: Element) -> Iterator[Finding]:
        counted = Counter(one.get("identifier", "") for one in interaction.iter() if _plain(one) in _CHOICES)
        twice = sorted(name for name, count in counted.items() if count > 1)
        if twice:
            message = f'The choice "{twice[0]}" stands twice in one question.'
            yield Finding("repeated-choice", self._place(interaction), message, "Give each its own identifier.")
        if not counted or _value(declared, "baseType") not in ("identifier", *_DIRECTED):
            return
        there_are = f"There are: {listed(counted)}."
        values = [(text_of(one), one) for one in declared.iter() if _plain(one) == "value"]
        values += [(_value(one, "mapKey"), one) for one in declared.iter() if _plain(one) == "mapEntry"]
        for value, element in values:
            for name in value.split():
                if name not in counted:
                    message = f'The key names the choice "{name}", which the question does not have.'
                    hint = self._archive.near(name, counted) or there_are
                    yield Finding("unknown-choice", self._place(element), message, hint)

    def _variable_faults(self) -> Iterator[Finding]:
        known = dict.fromkeys((*self._declared, *self._outcomes, "completionStatus", "duration", "numAttempts"))
        template = {one.get("identifier", "") for one in self._root if _plain(one) == "templateDeclaration"}
        for element in self._root.iter():
            kind = _plain(element)
            name = ""
            if kind in ("setOutcomeValue", "variable", "mapResponse", "correct", "isNull"):
                name = element.get("identifier", "")
            elif kind in ("modalFeedback", "feedbackBlock", "feedbackInline"):
                name = _value(element, "outcomeIdentifier")
            if name and name not in known and name not in template:
                message = f'It uses the variable "{name}", which is not declared.'
                hint = self._archive.near(name, known) or "Declare it."
                yield Finding("undeclared", self._place(element), message, hint)
        if self._declared and "SCORE" not in self._outcomes:
            message = "The item declares no outcome SCORE, so platforms give no points."
            yield Finding("no-score", self._place(self._root), message, "Declare it.", Severity.WARNING)
