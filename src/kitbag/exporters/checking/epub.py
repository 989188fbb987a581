"""EPUB 3.3: the container, the package document, the pages, and what the book says of its own accessibility."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from zipfile import ZIP_STORED

from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.checking.documents import (
    child,
    children,
    document,
    line_of,
    local,
    missing,
    resolve,
    text_in,
    text_of,
)
from kitbag.exporters.checking.pages import XHTML, Pages
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Severity, listed

TITLE: Final = "EPUB 3"
NOT_CHECKED: Final = "the schemas of XHTML and SVG, style sheets; epubcheck does that"
_MIMETYPE: Final = b"application/epub+zip"
_CONTAINER: Final = "META-INF/container.xml"
_OPF_TYPE: Final = "application/oebps-package+xml"
_XHTML_TYPE: Final = "application/xhtml+xml"
_EPUB: Final = "{http://www.idpf.org/2007/ops}"
_MODIFIED: Final = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")
# EPUB Accessibility 1.1, 3.2: a book must say these of itself, and should say the others.
_MUST_SAY: Final = ("accessMode", "accessibilityFeature", "accessibilityHazard")
_SHOULD_SAY: Final = ("accessModeSufficient", "accessibilitySummary")
# EPUB 3.3, 3.2: what every reader can show.
_CORE: Final = frozenset(
    "image/gif image/jpeg image/png image/svg+xml image/webp audio/mpeg audio/mp4 audio/ogg text/css font/ttf "
    "font/otf font/woff font/woff2 application/font-sfnt application/vnd.ms-opentype application/font-woff "
    "application/javascript application/ecmascript text/javascript application/xhtml+xml application/x-dtbncx+xml "
    "application/smil+xml video/mp4 video/webm".split()
)


class Item(NamedTuple):
    """A file of the book as its manifest has it."""

    element: Element
    path: str
    type: str
    properties: frozenset[str]


def check(archive: Archive) -> Iterator[Finding]:
    """Yield what is wrong with a book."""
    yield from _mimetype_faults(archive)
    root, findings = document(archive, _CONTAINER)
    yield from findings
    if root is None:
        if _CONTAINER not in archive.files:
            hint = "It must name the package document (OCF 3.3, 4.2.6.3)."
            yield Finding("no-container", archive.at(), f"There is no {_CONTAINER}.", hint)
        return
    if "META-INF/encryption.xml" in archive.files:
        message = "Parts of the book are encrypted, so they were not looked into."
        yield Finding("encrypted", archive.at("META-INF/encryption.xml"), message, severity=Severity.WARNING)
    files = [one for outer in children(root, "rootfiles") for one in children(outer, "rootfile")]
    path = next((one.get("full-path", "") for one in files if one.get("media-type") == _OPF_TYPE), "")
    if path not in archive.files:
        message = f'It names the package document "{path}", which is not there.' if path else "It names none."
        hint = f'Name it in a rootfile with media-type="{_OPF_TYPE}".'
        yield Finding("no-package-document", archive.at(_CONTAINER), message, hint)
        return
    package, findings = document(archive, path)
    yield from findings
    if package is not None:
        pages = Pages(archive)
        yield from _package_faults(archive, path, package, pages)
        yield from pages.faults(web_is=Severity.ERROR)


def _mimetype_faults(archive: Archive) -> Iterator[Finding]:
    # OCF 3.3, 4.2.2: mimetype is the first entry, stored uncompressed, with no extra field.
    first = next(iter(archive.files.values()), None)
    place, hint = archive.at("mimetype"), "Pack it first, without compression: zip -X0 book.epub mimetype"
    if "mimetype" not in archive.files:
        message = "There is no file mimetype, so readers do not know that this is a book."
        yield Finding("mimetype", archive.at(), message, hint)
        return
    entry = archive.files["mimetype"]
    if first is not entry or entry.header_offset:
        yield Finding("mimetype", place, "It is not the first file in the package.", hint)
    if entry.compress_type != ZIP_STORED or entry.extra:
        yield Finding("mimetype", place, "It is compressed or has an extra field.", hint)
    if (archive.read("mimetype") or _MIMETYPE) != _MIMETYPE:
        message = f'It must hold "{_MIMETYPE.decode()}" and nothing else, no line break either.'
        yield Finding("mimetype", place, message, "Write it again.")


def _package_faults(archive: Archive, path: str, package: Element, pages: Pages) -> Iterator[Finding]:
    place = archive.at(path, line_of(package))
    version = package.get("version", "")
    if not version.startswith("3."):
        message = f'The version of the package document is "{version}".'
        yield Finding("version", place, message, "This check knows EPUB 3, whose version is 3.0.")
    yield from _metadata_faults(archive, path, package)
    items, findings = _items(archive, path, package)
    yield from findings
    for item in items.values():
        yield from _item_faults(archive, path, item, items, pages)
    yield from _spine_faults(archive, path, package, items)
    yield from _nav_faults(archive, path, items)
    listed_paths = {item.path for item in items.values()} | {path, "mimetype"}
    left = [f'"{name}"' for name in archive.files if name not in listed_paths and not name.startswith("META-INF/")]
    if left:
        message = f"These files are in the book and not in its manifest: {listed(left, most=5)}."
        yield Finding("unlisted", archive.at(path), message, "List them, or take them out.", Severity.WARNING)


def _metadata_faults(archive: Archive, path: str, package: Element) -> Iterator[Finding]:
    metadata = child(package, "metadata")
    place = archive.at(path, line_of(metadata if metadata is not None else package))
    for name in ("identifier", "title", "language"):
        if not text_in(metadata, name):
            yield Finding("no-metadata", place, f"The book has no dc:{name}.", "Add it: readers need it.")
    named = package.get("unique-identifier", "")
    identifiers = [one.get("id") for one in children(metadata, "identifier")] if metadata is not None else []
    if named not in identifiers:
        message = f'unique-identifier names "{named}", and no dc:identifier has that id.'
        yield Finding("unknown-identifier", archive.at(path, line_of(package)), message, "Give it that id.")
    said: dict[str, list[str]] = {}
    for meta in children(metadata, "meta") if metadata is not None else []:
        if not meta.get("refines"):
            name = meta.get("property", "").removeprefix("schema:")
            said.setdefault(name, []).append(text_of(meta))
    modified = said.get("dcterms:modified", [])
    if len(modified) != 1 or not _MODIFIED.fullmatch(modified[0]):
        message = "The book must say once when it was modified."
        yield Finding("modified", place, message, "Write dcterms:modified as 2024-05-01T00:00:00Z.")
    for names, severity in ((_MUST_SAY, Severity.ERROR), (_SHOULD_SAY, Severity.WARNING)):
        lacking = [f"schema:{name}" for name in names if not any(said.get(name, []))]
        if lacking:
            message = f"The book does not say of its accessibility: {listed(lacking)}."
            yield Finding("accessibility", place, message, "Add these to the metadata.", severity)


def _items(archive: Archive, path: str, package: Element) -> tuple[dict[str, Item], list[Finding]]:
    found: dict[str, Item] = {}
    findings: list[Finding] = []
    seen: set[str] = set()
    for element in (one for outer in children(package, "manifest") for one in children(outer, "item")):
        place = archive.at(path, line_of(element))
        name, href = element.get("id", ""), element.get("href", "")
        target = resolve(path, href)
        if not name or name in found:
            message = f'The id "{name}" is used more than once.' if name else "An item has no id."
            findings.append(Finding("repeated-identifier", place, message, "Each item needs an id of its own."))
        if target.outside or target.wrong or not href:
            message = f'The address "{href}" {target.wrong or "does not lead into the book"}.'
            findings.append(Finding("bad-address", place, message, "Write a relative address within the book."))
        elif target.path in seen:
            message = f'"{target.path}" stands in the manifest more than once.'
            findings.append(Finding("repeated-file", place, message, "List it once."))
        else:
            findings += missing(archive, "missing-file", place, target.path, "The manifest lists")
        seen.add(target.path)
        properties = frozenset(element.get("properties", "").split())
        found[name] = Item(element, target.path, element.get("media-type", "").partition(";")[0].strip(), properties)
    return found, findings


def _item_faults(archive: Archive, path: str, item: Item, items: Mapping[str, Item], pages: Pages) -> Iterator[Finding]:
    place = archive.at(path, line_of(item.element))
    if not item.type:
        yield Finding("no-type", place, f'"{item.path}" has no media-type.', "Say what kind of file it is.")
    elif item.type not in _CORE and item.element.get("fallback") not in items:
        message = f'"{item.path}" is of the kind {item.type}, which readers need not know, and has no fallback.'
        yield Finding("foreign-type", place, message, "Use a kind that every reader knows.", Severity.WARNING)
    if item.type != _XHTML_TYPE or item.path not in archive.files:
        return
    if not item.path.endswith(XHTML):
        message = f'"{item.path}" should end in .xhtml: some readers go by that.'
        yield Finding("suffix", place, message, severity=Severity.WARNING)
    facts = pages.facts(item.path)
    if facts is None:
        return
    needed = {
        "scripted": bool(facts.elements & {"script", "form"}) or facts.handlers,
        "svg": "svg" in facts.elements,
        "mathml": "math" in facts.elements,
    }
    for name, needs in needed.items():
        if needs != (name in item.properties):
            message = (
                f'"{item.path}" needs the property "{name}" in the manifest, which it lacks.'
                if needs
                else f'"{item.path}" has the property "{name}" in the manifest, and nothing in it needs that.'
            )
            yield Finding("properties", place, message, "Mend its properties.")
    if not facts.titled:
        yield Finding("no-title", archive.at(item.path), "The page has no title.", "Give it one.", Severity.WARNING)


def _spine_faults(archive: Archive, path: str, package: Element, items: Mapping[str, Item]) -> Iterator[Finding]:
    spine = child(package, "spine")
    references = children(spine, "itemref") if spine is not None else []
    if not references:
        message = "The spine is empty, so there is nothing to read."
        yield Finding("empty-spine", archive.at(path), message, "List the pages in reading order.")
    seen: set[str] = set()
    for reference in references:
        wanted, place = reference.get("idref", ""), archive.at(path, line_of(reference))
        if wanted not in items:
            message = f'The spine names "{wanted}", which is not in the manifest.'
            hint = archive.near(wanted, items) or "Add it to the manifest."
            yield Finding("unknown-item", place, message, hint)
        elif wanted in seen:
            yield Finding("repeated-page", place, f'The spine names "{wanted}" more than once.', "Name it once.")
        seen.add(wanted)
    outside = [
        f'"{item.path}"'
        for name, item in items.items()
        if item.type == _XHTML_TYPE and name not in seen and "nav" not in item.properties
    ]
    if outside:
        message = f"These pages are not in the spine: {listed(outside, most=5)}."
        yield Finding("not-in-spine", archive.at(path), message, "Add them, so that links to them work.")


def _nav_faults(archive: Archive, path: str, items: Mapping[str, Item]) -> Iterator[Finding]:
    navs = [item for item in items.values() if "nav" in item.properties]
    if len(navs) != 1:
        message = f"The manifest has {len(navs)} items with the property nav; there must be one."
        yield Finding("no-nav", archive.at(path), message, "A book needs one table of contents.")
        return
    root, _ = document(archive, navs[0].path)
    if root is None:
        return
    found = [one for one in root.iter("{*}nav") if "toc" in one.get(f"{_EPUB}type", "").split()]
    if len(found) != 1 or not any(local(one) == "ol" for one in found[0].iter()):
        message = 'The table of contents must be one nav with epub:type="toc" that holds an ol.'
        yield Finding("no-toc", archive.at(navs[0].path), message, "Write it so.")
        return
    pages = {item.path for item in items.values()}
    for link in found[0].iter("{*}a"):
        target = resolve(navs[0].path, link.get("href", ""))
        if target.path not in pages:
            message = f'The table of contents leads to "{link.get("href", "")}", which is no page of the book.'
            yield Finding("dangling-link", archive.at(navs[0].path, line_of(link)), message, "Mend the link.")
