"""What a drawing may hold: shapes and text, and nothing that runs or loads anything.

Drawings are refused rather than rewritten: no well-kept library for Python cleans SVG by an allow-list of its elements
*and* its styles, and an author can save a drawing again as "plain SVG". A browser shows these files as images, where
scripts don't run; a drawing that is opened by itself, or pasted into a page by a platform, has no such protection.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from lxml import etree

from kitbag.course.embedded import Embedded
from kitbag.course.safe_css import unsafe_css, unsafe_declarations

SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_NOTES: Final = (
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://www.serif.com/",
    "http://www.bohemiancoding.com/sketch/ns",
)
"""Namespaces in which drawing programs leave notes of their own; browsers give them no meaning.

HTML knows no namespaces, and a drawing may be pasted into a page: there `<script xmlns="…inkscape">` runs, and whatever
has the prefix `xlink` is a link. So notes have a prefix, and that prefix is what it says.
"""
_LICENCE: Final = frozenset({"Agent", "License", "Work", "permits", "prohibits", "requires"})
"""What old drawings say of their licence without a prefix."""
ELEMENTS: Final = frozenset(
    """
    svg g defs symbol use title desc metadata style switch
    path rect circle ellipse line polyline polygon text tspan textPath image marker
    linearGradient radialGradient stop pattern clipPath mask filter view
    feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
    feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology
    feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
    """.split()
)
"""Elements of SVG 2 that draw or describe."""
MOST_NODES: Final = 100_000
MOST_SHAPES: Final = 100_000
"""Elements that a drawing may come to when each `use` has drawn its copy."""
_DEEPEST_USE: Final = 20
_DECLARED: Final = re.compile(rb"<!(ATTLIST|ELEMENT|ENTITY|NOTATION)")
"""What a DOCTYPE can declare. A browser gives elements the attributes of an ATTLIST, and lxml doesn't show them."""
_AS_CSS: Final = re.compile(r"[(\\]")
"""Without a bracket or an escape, a value holds no address for CSS."""


class UnsafeDrawing(NamedTuple):
    """A place in a drawing that can't stay."""

    line: int
    what: str
    """What is there, in a few words."""


def unsafe_svg(data: bytes, pictures: Embedded | None = None) -> Iterator[UnsafeDrawing]:
    """Give each place of a drawing that runs or loads something, or that can't be read.

    Args:
        data: the drawing.
        pictures: judges the pictures inside it; no drawing may be there, since that could hold the next.
    """
    pictures = pictures or Embedded()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        yield UnsafeDrawing(line, f"it isn't well-formed XML: {reason}")
        return
    if not _is_utf8(data, root.getroottree().docinfo.encoding):
        # Of a name that a browser doesn't know it makes UTF-8, and reads something else than we did.
        yield UnsafeDrawing(1, "an encoding that isn't UTF-8")
        return
    if declared := _DECLARED.search(data):
        yield UnsafeDrawing(data.count(b"\n", 0, declared.start()) + 1, f"{declared[0].decode()} in its DOCTYPE")
    if root.tag != f"{{{SVG}}}svg":
        yield UnsafeDrawing(root.sourceline or 1, "its root isn't an svg element of the SVG namespace")
    for beside in (*root.itersiblings(preceding=True), *root.itersiblings()):
        if beside.tag is etree.ProcessingInstruction:
            yield UnsafeDrawing(beside.sourceline or 1, f"the instruction <?{beside.target}?>")
    for number, node in enumerate(root.iter()):
        if number >= MOST_NODES:
            yield UnsafeDrawing(node.sourceline or 1, f"more than {MOST_NODES:,} elements")
            return
        yield from _unsafe_node(node, pictures)
    if _shapes(root) > MOST_SHAPES:
        yield UnsafeDrawing(1, f"<use> elements that draw more than {MOST_SHAPES:,} shapes")


def _is_utf8(data: bytes, declared: str | None) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return (declared or "UTF-8").upper() in ("UTF-8", "US-ASCII", "ASCII")


def _shapes(root: Any) -> int:
    """Return how many elements are drawn, at most one more than `MOST_SHAPES`: each `use` draws a part again."""
    parts = {name: node for node in root.iter() if (name := node.get("id"))}
    drawn: dict[str, int] = {}

    def count(name: str, depth: int) -> int:
        if name not in parts:
            return 0
        if depth > _DEEPEST_USE:
            return MOST_SHAPES + 1
        if name not in drawn:
            drawn[name] = total(parts[name], depth)
        return drawn[name]

    def total(node: Any, depth: int) -> int:
        shapes = sum(1 for _ in node.iter())
        for use in node.iter(f"{{{SVG}}}use"):
            shapes += count(
                (use.get("href") or use.get(f"{{{_XLINK}}}href") or "").strip().removeprefix("#"), depth + 1
            )
            if shapes > MOST_SHAPES:
                return MOST_SHAPES + 1
        return shapes

    return total(root, 0)


def _unsafe_node(node: Any, pictures: Embedded) -> Iterator[UnsafeDrawing]:
    line = node.sourceline or 1
    if node.tag is etree.Comment:
        return
    if not isinstance(node.tag, str):
        yield UnsafeDrawing(line, "an entity or a processing instruction")
        return
    name = etree.QName(node)
    if node.nsmap.get("xlink", _XLINK) != _XLINK:
        yield UnsafeDrawing(line, 'the prefix "xlink" for something else')
        return
    if name.namespace in _NOTES and (node.prefix or name.localname in _LICENCE):
        return
    if name.namespace != SVG or name.localname not in ELEMENTS:
        yield UnsafeDrawing(line, f"the element <{name.localname}>")
        return
    if name.localname == "style":
        for place in unsafe_css(str(node.xpath("string()")), pictures):
            yield UnsafeDrawing(line + place.line - 1, f"{place.what} in its style sheet")
    for key, value in node.attrib.items():
        yield from _unsafe_attribute(line, etree.QName(key), str(value), pictures)


def _unsafe_attribute(line: int, key: etree.QName, value: str, pictures: Embedded) -> Iterator[UnsafeDrawing]:
    name = key.localname
    if key.namespace in _NOTES:
        return
    if name.lower().startswith("on"):
        yield UnsafeDrawing(line, f'the attribute "{name}"')
    elif name == "href" and key.namespace in (None, _XLINK):
        address = value.strip()
        if not address.lower().startswith("data:image/"):
            if not address.startswith("#"):
                yield UnsafeDrawing(line, f'a link to "{address[:60]}"')
        elif (fault := pictures.fault(address)) is not None:
            yield UnsafeDrawing(line, fault)
    elif name == "base" and key.namespace == _XML:
        yield UnsafeDrawing(line, 'the attribute "xml:base"')
    elif name == "style" or _AS_CSS.search(value):
        for place in unsafe_declarations(value, pictures):
            yield UnsafeDrawing(line, f'{place.what} in "{name}"')
