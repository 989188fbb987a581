"""XML by lxml: a stream of elements, and fragments of HTML put into a format's own namespace."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives its element type no public name
"""An element of lxml."""

_PIECE: Final = 1 << 16
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
PREFIXES: Final = {
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
"""The prefixes of the attributes that a root element has in other namespaces."""

_SCHEMA_LOCATION: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


class Sink:
    """Takes what lxml writes and hands it on in pieces."""

    def __init__(self) -> None:
        """Begin empty."""
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._parts.append(data)
        self._size += len(data)
        return len(data)

    def full(self) -> bool:
        """Tell whether it is worth handing on."""
        return self._size >= _PIECE

    def take(self) -> bytes:
        """Return everything taken so far, and begin anew."""
        data = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        return data


def declaration(namespace: str, schema: str) -> dict[str, str]:
    """Return the attributes of a root element that put a document into a namespace and say where its schema is.

    The elements themselves have no namespace: lxml takes three times as long to make one that has, and writes the same.
    """
    return {"xmlns": namespace, _SCHEMA_LOCATION: f"{namespace} {schema}"}


def stream(root: str, elements: Iterable[Element]) -> Iterator[bytes]:
    """Yield a document of many elements under one root, one element in memory at a time."""
    sink = Sink()
    with etree.xmlfile(sink, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element(root):
            for element in elements:
                file.write(element, pretty_print=True)
                if sink.full():
                    file.flush()
                    yield sink.take()
    yield sink.take()


def document(root: Element, *, pretty: bool = False) -> bytes:
    """Return a whole document. `pretty` is for data; it would add spaces to running text."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=pretty) + b"\n"


def parse_fragment(html: str) -> Element:
    """Return a `div` that holds the fragment, which must be well-formed XML.

    Raises:
        lxml.etree.XMLSyntaxError: it is not well-formed.
    """
    return etree.fromstring(b"<div>%b</div>" % html.encode(), _PARSER)
