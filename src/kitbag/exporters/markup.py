"""Our own pages as trees: taken apart to be put together again as one file, or as the XHTML of a book."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any, Final

from lxml import etree

from kitbag.exporters.xml import Element

_VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())
_BOOLEAN: Final = frozenset("hidden open checked disabled selected multiple defer required readonly reversed".split())
# HTML's parser folds the case of names, but SVG's names are in camel case (HTML 13.2.6.5 has the same list).
_SVG_NAMES: Final = {
    name.lower(): name
    for name in "viewBox preserveAspectRatio markerWidth markerHeight refX refY textLength lengthAdjust pathLength "
    "gradientUnits gradientTransform patternUnits clipPathUnits markerUnits linearGradient clipPath".split()
}
_REFERENCES: Final = (
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-details",
    "aria-owns",
    "headers",
    "list",
)


class _Builder(HTMLParser):
    """Builds a tree of a page in which every element that is not void is closed: what our templates write."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = etree.TreeBuilder()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)
        if tag in _VOID:
            self.builder.end(_SVG_NAMES.get(tag, tag))
        else:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)
        self.builder.end(_SVG_NAMES.get(tag, tag))

    def _start(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str | bytes, str | bytes] = {}
        for name, value in attrs:
            # A namespace that is declared in the text is an ordinary attribute to this tree, and is set when written.
            if name != "xmlns" and not name.startswith("xmlns:"):
                given.setdefault(
                    _SVG_NAMES.get(name, name), name if value is None and name in _BOOLEAN else value or ""
                )
        self.builder.start(_SVG_NAMES.get(tag, tag), given)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise ValueError(f"an element is not closed before </{tag}>")
        self.builder.end(_SVG_NAMES.get(tag, tag))

    def handle_data(self, data: str) -> None:
        if self._open:
            self.builder.data(data)


def parse_page(page: bytes) -> Element:
    """Return the `html` element of one of our own pages, without namespaces.

    Raises:
        ValueError: an element is left open, or a text holds a character that XML has no way to write.
    """
    parser = _Builder()
    parser.feed(page.decode())
    parser.close()
    return parser.builder.close()


def shift_headings(root: Element, by: int) -> None:
    """Lower every heading below `root`, to level 6 at most."""
    for heading in list(root.iter("h1", "h2", "h3", "h4", "h5")):
        heading.tag = f"h{min(6, int(heading.tag[1]) + by)}"


def prefix_ids(root: Element, prefix: str) -> None:
    """Begin every id below `root`, and what refers to it, with `prefix`; a group of radio buttons has its item's id."""
    known = {element.get("id") for element in root.iter()} - {None}
    for element in root.iter():
        for attribute in ("id", "name", *_REFERENCES):
            if value := element.get(attribute):
                words = (prefix + word if word in known else word for word in value.split())
                element.set(attribute, " ".join(words))


def drop_dangling(root: Element) -> None:
    """Take away each reference below `root` to an id that is not there."""
    known = {element.get("id") for element in root.iter()}
    for element in root.iter():
        for attribute in _REFERENCES:
            if value := element.get(attribute):
                words = [word for word in value.split() if word in known]
                if words:
                    element.set(attribute, " ".join(words))
                else:
                    del element.attrib[attribute]


def map_links(root: Element, change: Callable[[str], str]) -> None:
    """Put `change(address)` in the place of each address that a link or a picture below `root` has."""
    for element in root.iter("a", "img"):
        attribute = "href" if element.tag == "a" else "src"
        if element.get(attribute) is not None:
            element.set(attribute, change(element.get(attribute, "")))


def with_addresses(island: str, change: Callable[[str], str]) -> str:
    """Return a quiz's data with each address changed, as JSON that no text within can end early."""
    value = _with_addresses(json.loads(island), change)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _with_addresses(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            key: change(held) if key == "href" and isinstance(held, str) else _with_addresses(held, change)
            for key, held in value.items()
        }
    return [_with_addresses(held, change) for held in value] if isinstance(value, list) else value


def drop(root: Element, *paths: str) -> None:
    """Take out what these XPaths find; the text that follows each stays."""
    for path in paths:
        for element in found(root, path):
            parent = element.getparent()
            if parent is None:
                continue
            if element.tail:
                before = element.getprevious()
                if before is None:
                    parent.text = (parent.text or "") + element.tail
                else:
                    before.tail = (before.tail or "") + element.tail
            parent.remove(element)


def found(root: Element, path: str) -> list[Element]:
    """Return the elements that an XPath finds."""
    nodes = root.xpath(path)
    return [node for node in nodes if isinstance(node, etree._Element)] if isinstance(nodes, list) else []  # noqa: SLF001 - as in xml


def has_class(name: str) -> str:
    """Return the XPath condition of an element that has a class."""
    return f'contains(concat(" ", normalize-space(@class), " "), " {name} ")'
