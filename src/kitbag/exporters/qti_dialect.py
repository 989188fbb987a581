"""What sets the versions of QTI apart: namespaces, and how names are written.

Clauses are those of the QTI 2.1 and 3.0 Assessment, Section and Item information models.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from lxml import etree

from kitbag.exporters.xml import Element, declaration, parse_fragment

_PARAGRAPH: Final = re.compile(r"<p>([^<]*)</p>")
_ALIGNED: Final = re.compile(r"text-align:(left|right|center)")
# Attributes of HTML that some version of QTI does not know.
_UNKNOWN_ATTRIBUTES: Final = frozenset({"style", "start", "title", "dir"})
_CAPITAL: Final = re.compile("[A-Z]")
_HTML: Final = frozenset({"p", "div"})


@dataclass(frozen=True)
class Dialect:
    """What sets one version of QTI apart."""

    version: str
    """As resource types spell it: `v2p1`."""
    namespace: str
    schema: str
    """The address of its schema, for readers that look for one."""
    manifest_namespace: str
    manifest_schema: str
    metadata_namespace: str
    package_schema: str
    """What a manifest's `schema` says."""
    package_version: str
    kebab: bool
    """True where names are written `qti-map-entry`, not `mapEntry`."""
    wraps_flow: bool
    """True where feedback and rubrics hold their text in a content body."""
    _tags: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _attributes: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def tag(self, name: str) -> str:
        """Return an element's name in this version; the argument is its name in 2.1."""
        found = self._tags.get(name)
        if found is None:
            spelt = f"qti-{_kebab(name)}" if self.kebab and name not in _HTML else name
            found = self._tags[name] = spelt
        return found

    def attribute(self, name: str) -> str:
        """Return an attribute's name in this version."""
        found = self._attributes.get(name)
        if found is None:
            found = self._attributes[name] = _kebab(name) if self.kebab else name
        return found

    def make(self, name: str, *children: Element, **attributes: str) -> Element:
        """Return an element with children."""
        if self.kebab:
            attributes = {self.attribute(name): value for name, value in attributes.items()}
        element = etree.Element(self.tag(name), attributes)
        for child in children:
            element.append(child)
        return element

    def root(self, name: str, **attributes: str) -> Element:
        """Return the root element of a document of this version."""
        root = self.make(name, **attributes)
        for attribute, value in declaration(self.namespace, self.schema).items():
            root.set(attribute, value)
        return root

    def value(self, kind: str, text: str) -> Element:
        """Return a constant."""
        element = self.make("baseValue", baseType=kind)
        element.text = text
        return element

    def variable(self, name: str) -> Element:
        """Return a reference to a variable."""
        return self.make("variable", identifier=name)

    def set_outcome(self, name: str, expression: Element) -> Element:
        """Return an assignment."""
        return self.make("setOutcomeValue", expression, identifier=name)

    def when(self, test: Element, *then: Element, otherwise: Sequence[Element] = ()) -> Element:
        """Return a condition."""
        branches = [self.make("responseIf", test, *then)]
        if otherwise:
            branches.append(self.make("responseElse", *otherwise))
        return self.make("responseCondition", *branches)

    def put(self, parent: Element, html: str) -> None:
        """Put HTML into an element of this version. Most of it is one line or one paragraph, which needs no parser."""
        if "<" not in html:
            parent.text = unescape(html)
            return
        paragraph = _PARAGRAPH.fullmatch(html)
        if paragraph:
            child = etree.SubElement(parent, self.tag("p"))
            child.text = unescape(paragraph[1])
            return
        fragment = parse_fragment(html)
        _simplify(fragment)
        parent.text = fragment.text
        parent.extend(fragment)

    def flow(self, name: str, html: str, **attributes: str) -> Element:
        """Return an element that holds running text."""
        element = self.make(name, **attributes)
        inner = etree.SubElement(element, self.tag("contentBody")) if self.wraps_flow else element
        self.put(inner, html)
        return element


def _kebab(name: str) -> str:
    return _CAPITAL.sub(lambda capital: f"-{capital[0].lower()}", name)


def _simplify(fragment: Element) -> None:
    """Keep the attributes that every version of QTI knows; `losses_of_markup` has told of the others."""
    for element in fragment.iter():
        attributes = element.attrib
        if not attributes:
            continue
        aligned = _ALIGNED.search(element.get("style", ""))
        if aligned:
            element.set("class", f"qti-align-{aligned[1]}")
        for name in _UNKNOWN_ATTRIBUTES & set(attributes):
            del attributes[name]


def identifier(name: str) -> str:
    """Return an id as QTI accepts it: it begins with a letter or an underscore (QTI 2.1, identifier)."""
    return f"_{name}" if name[0].isdigit() else name


def add_default(d: Dialect, declared: Element, text: str) -> None:
    """Give a declaration its default value."""
    default = etree.SubElement(declared, d.tag("defaultValue"))
    etree.SubElement(default, d.tag("value")).text = text
