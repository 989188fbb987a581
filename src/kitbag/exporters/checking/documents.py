"""XML that somebody hands in, parsed without trust, and the addresses in it resolved within a package."""

from posixpath import dirname, join, normpath
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from lxml import etree

from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Place

XML: Final = "{http://www.w3.org/XML/1998/namespace}"


CARTRIDGE_ROOT: Final = "$IMS-CC-FILEBASE$"
"""Begins an address in a Common Cartridge that starts at the cartridge's root."""


class NotXml(Exception):
    """A document that cannot be used; the message is a finding's, `line` where it counts."""

    def __init__(self, message: str, hint: str, line: int = 0) -> None:
        """Keep message, hint and line."""
        super().__init__(message)
        self.hint = hint
        self.line = line


def parse(data: bytes) -> Element:
    """Return the root of a document. No entity is expanded, nothing is fetched, and depth and size have bounds.

    Raises:
        NotXml: it is not well-formed, or declares entities of its own.
    """
    # In any encoding of Unicode; zeros are all that sets these apart here.
    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise NotXml("This document declares entities of its own, which platforms refuse.", "Take the DOCTYPE out.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(error).partition(", line ")[0] or "it is empty"
        line = error.lineno or 0 if isinstance(error, etree.XMLSyntaxError) else 0
        raise NotXml(f"This is not well-formed XML: {reason}.", "Write it again, or mend it there.", line) from None


def document(archive: Archive, path: str) -> tuple[Element | None, list[Finding]]:
    """Return the root of a document in a package, or a finding that says why it cannot be used."""
    data = archive.read(path)
    if data is None:
        return None, []  # told as damaged, as too large, or as missing where it is named
    try:
        return parse(data), []
    except NotXml as error:
        return None, [Finding("not-xml", archive.at(path, error.line), str(error), error.hint)]


def line_of(element: Element) -> int:
    """Return the line an element begins in; 0 where that is unknown."""
    line: object = element.sourceline  # the stubs do not know its type
    return line if isinstance(line, int) else 0


def local(element: Element) -> str:
    """Return an element's name without its namespace; nothing for a comment."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def space_of(element: Element) -> str:
    """Return an element's namespace."""
    return etree.QName(element).namespace or ""


def children(element: Element, *names: str) -> list[Element]:
    """Return the children of these names, in any namespace."""
    return [child for child in element if local(child) in names]


def child(element: Element, name: str) -> Element | None:
    """Return the first child of a name, in any namespace."""
    return next(iter(children(element, name)), None)


def text_in(element: Element | None, *names: str) -> str:
    """Return the text at the end of a way of children, without space around it; nothing where the way ends."""
    for name in names:
        element = child(element, name) if element is not None else None
    return text_of(element) if element is not None else ""


def text_of(element: Element) -> str:
    """Return all text within an element, without space around it."""
    return "".join(map(str, element.itertext())).strip()


class Target(NamedTuple):
    """Where an address leads."""

    path: str = ""
    """In the package; empty where it leads out of it."""
    fragment: str = ""
    outside: bool = False
    """An address on the web, or another that a package cannot hold."""
    wrong: str = ""
    """Why it leads nowhere."""


def resolve(base: str, address: str) -> Target:
    """Return where an address leads that stands in the file `base` of a package."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return Target(wrong="is no address")
    if parts.scheme or parts.netloc:
        if parts.scheme == "file" or len(parts.scheme) == 1:
            return Target(wrong="leads to a disk, not into the package")
        return Target(outside=True)
    path = unquote(parts.path)
    if path.startswith(CARTRIDGE_ROOT):
        return Target(outside=True)  # the check of cartridges follows these
    if not path:
        return Target(base, unquote(parts.fragment))
    if "\\" in path:
        return Target(wrong="has a backslash; write / instead")
    if path.startswith("/"):
        return Target(wrong="begins with /, so it leads out of the package")
    target = normpath(join(dirname(base), path))
    if target == ".." or target.startswith("../"):
        return Target(wrong="leads out of the package")
    return Target(target, unquote(parts.fragment))


def missing(archive: Archive, code: str, place: Place, path: str, named_by: str) -> list[Finding]:
    """Return a finding where a file is not in the package: who names it, and what it may be called."""
    if path in archive.files:
        return []
    found = archive.by_folded.get(path.casefold())
    if found:
        hint = f'It is called "{found}" there: upper and lower case must agree.'
    else:
        hint = archive.near_path(path) or "Put the file in, or take its name out."
    return [Finding(code, place, f'{named_by} "{path}", which is not in the package.', hint)]
