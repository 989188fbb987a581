"""EPUB 3: the course as an accessible book.

It is complete without scripts: every question stands there, and its key can be opened. Where a reading system runs
scripts, the checkpoints and practice quizzes take answers and mark them, as on the site.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from mimetypes import guess_type
from posixpath import dirname, join, normpath, relpath
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from kitbag.exporters.archive import source_date
from kitbag.exporters.base import Package, PackageFile
from kitbag.exporters.learner import Part, RenderedCourse, page_file
from kitbag.exporters.markup import drop, drop_dangling, has_class, map_links, parse_page, with_addresses
from kitbag.exporters.xml import Element, document
from kitbag.rendering.catalogue import direction
from kitbag.rendering.items import QUIZ_SCRIPTS, QUIZ_STYLES
from kitbag.rendering.markdown import plain
from kitbag.rendering.policy import policy
from kitbag.rendering.styles import lean_style

_XHTML: Final = "http://www.w3.org/1999/xhtml"
_OPF: Final = "http://www.idpf.org/2007/opf"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_EPUB: Final = "http://www.idpf.org/2007/ops"
_CONTAINER: Final = "urn:oasis:names:tc:opendocument:xmlns:container"
_STYLES: Final = ("assets/site.css", "assets/pages.css", *(f"assets/{name}" for name in QUIZ_STYLES))
_SCRIPTS: Final = tuple(f"assets/{name}" for name in QUIZ_SCRIPTS)
_POLICY: Final = policy(
    scripts=["'self'", "blob:"], styles=["'self'", "blob:", "'unsafe-inline'"], images="'self' blob: data:"
)
"""Readers serve the files of a book from addresses of their own, blob: among them, and set styles on its pages."""

_BRAND: Final = "assets/brand.css"
_OWN_STYLE: Final = "assets/book.css"
# Named here where the tables of machines differ.
_TYPES: Final = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".js": "text/javascript",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}

_LEFT_OUT: Final = (
    f".//nav[{has_class('breadcrumbs')} or {has_class('around')}]",
    f".//*[{has_class('finish')} or {has_class('progress')} or {has_class('device')}]",
    ".//dialog",
    ".//script[not(@data-part='island')]",
    ".//*[@role='status' and not(@data-part)]",
)

# What the book says of its own accessibility (EPUB Accessibility 1.1, 3.2, with schema.org's words).
_ACCESS: Final = (
    ("schema:accessMode", "textual"),
    ("schema:accessMode", "visual"),
    ("schema:accessModeSufficient", "textual"),
    ("schema:accessibilityFeature", "alternativeText"),
    ("schema:accessibilityFeature", "longDescription"),
    ("schema:accessibilityFeature", "readingOrder"),
    ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "tableOfContents"),
    ("schema:accessibilityHazard", "none"),
    # What every page of ours is judged by.
    ("dcterms:conformsTo", "EPUB Accessibility 1.1 - WCAG 2.1 Level AA"),
    ("a11y:certifiedBy", "Kitbag"),
)


@dataclass(frozen=True)
class Epub:
    """EPUB 3."""

    name: str = "epub"
    title: str = "EPUB 3"

    def export(self, rendered: RenderedCourse) -> Sequence[Part]:
        """Return the book."""
        return (Part(Package(".epub", tuple(_Book(rendered).files()), rows=())),)


class _Book:
    """The book while its files are made."""

    def __init__(self, rendered: RenderedCourse) -> None:
        self._rendered = rendered
        self._course = rendered.course
        self._pages = rendered.pages()
        self._chapters = [path for path, _, _ in self._contents() if f"{path}.html" in self._pages]
        brand = [_BRAND] if _BRAND in self._pages else []
        self._styles = [*_STYLES, _OWN_STYLE, *brand]
        self._pages = {**self._pages, _OWN_STYLE: _own_style}
        self._media = sorted(path for path in self._pages if path.startswith("media/"))
        self._properties: dict[str, str] = {}

    def files(self) -> Iterator[PackageFile]:
        # OCF 3.3, 4.2.2: mimetype is the first entry, stored uncompressed.
        yield PackageFile("mimetype", lambda: (b"application/epub+zip",), stored=True)
        yield page_file("META-INF/container.xml", _container)
        yield page_file("EPUB/nav.xhtml", self._nav)
        for path in self._chapters:
            yield page_file(f"EPUB/{path}.xhtml", partial(self._chapter, path))
        for path in (*self._styles, *_SCRIPTS, *self._media):
            yield page_file(f"EPUB/{path}", self._pages[path])
        # Last, since it tells what the chapters hold: none is made twice.
        yield page_file("EPUB/package.opf", self._package)

    def _contents(self) -> Iterator[tuple[str, str, int]]:
        """Give each chapter with its title and its depth in the table of contents."""
        text = self._rendered.catalogue.text
        yield "index", self._course.info.title, 0
        for number, module in enumerate(self._course.modules, 1):
            yield f"modules/{module.id}", text("site.module_named", number=number, title=module.title), 0
            for lesson in module.lessons:
                yield f"lessons/{module.id}/{lesson.id}", lesson.title, 1
            yield f"practice/{module.id}", text("site.practice"), 1
        for name in ("glossary", "sources", "about"):
            yield name, text(f"site.{name}"), 0

    def _html(self, path: str, title: str) -> tuple[Element, Element]:
        """Return a page without content, and its body."""
        language = self._course.info.language
        root = etree.Element("html", {"xmlns": _XHTML, "lang": language, "dir": direction(language)})
        root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
        head = etree.SubElement(root, "head")
        etree.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
        etree.SubElement(head, "title").text = title
        for style in self._styles:
            etree.SubElement(head, "link", rel="stylesheet", type="text/css", href=_way(path, style))
        return root, etree.SubElement(root, "body")

    def _chapter(self, path: str) -> bytes:
        page = parse_page(self._pages[f"{path}.html"]())
        main = page.find(".//main")
        if main is None:
            raise ValueError(f"{path}.html has no main element")
        drop(main, *_LEFT_OUT)
        drop_dangling(main)
        change = partial(self._address, path)
        map_links(main, change)
        islands = main.findall(".//script")
        for island in islands:
            island.text = with_addresses(island.text or "{}", change)
        for element in main.iter():
            if element.tag == "svg":
                element.set("xmlns", "http://www.w3.org/2000/svg")
            if element.tag == "details":
                element.attrib.pop("name", "")  # younger than what books may hold
            if element.tag == "a" and not element.get("href"):
                element.attrib.pop("href", "")
        root, body = self._html(path, page.findtext("head/title") or path)
        found = {"scripted": bool(islands), "svg": main.find(".//svg") is not None}
        self._properties[path] = " ".join(name for name, holds in found.items() if holds)
        main.attrib.clear()
        main.tail = None
        body.append(main)
        # At the end: in XHTML a browser runs scripts where they stand, whatever `defer` says.
        for script in _SCRIPTS if islands else ():
            etree.SubElement(body, "script", src=_way(path, script))
        return _xhtml(root)

    def _address(self, page: str, address: str) -> str:
        """Return an address on a page of the site as one in the book; nothing where the book lacks its target."""
        path, mark, fragment = address.partition("#")
        if ":" in path or not path:
            return address
        target = normpath(join(dirname(page), path))
        if target in self._pages and target.startswith("media/"):
            return address
        chapter = target.removesuffix(".html")
        return f"{_way(page, chapter)}.xhtml{mark}{fragment}" if chapter in self._chapters else ""

    def _nav(self) -> bytes:
        text = self._rendered.catalogue.text
        root, body = self._html("nav", text("site.contents"))
        root.set("xmlns-ops", _EPUB)
        nav = etree.SubElement(body, "nav", {"ops-type": "toc", "role": "doc-toc", "aria-labelledby": "contents"})
        etree.SubElement(nav, "h1", id="contents").text = text("site.contents")
        outer = etree.SubElement(nav, "ol")
        last, inner = outer, None
        for path, title, depth in self._contents():
            if path not in self._chapters:
                continue
            if depth and inner is None:
                inner = etree.SubElement(last, "ol")
            item = etree.SubElement(inner if depth and inner is not None else outer, "li")
            etree.SubElement(item, "a", href=f"{path}.xhtml").text = title
            if not depth:
                last, inner = item, None
        self._landmarks(body)
        # The trees have no namespaces of their own; here one prefix is needed.
        return _xhtml(root).replace(b"xmlns-ops=", b"xmlns:epub=", 1).replace(b"ops-type=", b"epub:type=")

    def _landmarks(self, body: Element) -> None:
        """Add where reading systems find the parts of the book (EPUB 3.3, 5.4.2.3); readers see the contents only."""
        text = self._rendered.catalogue.text
        landmarks = etree.SubElement(body, "nav", {"ops-type": "landmarks", "aria-labelledby": "parts", "hidden": ""})
        etree.SubElement(landmarks, "h2", id="parts").text = text("packages.parts")
        places = etree.SubElement(landmarks, "ol")
        for kind, href, title in (
            ("bodymatter", "index.xhtml", self._course.info.title),
            ("glossary", "glossary.xhtml", text("site.glossary")),
            ("bibliography", "sources.xhtml", text("site.sources")),
        ):
            if href.removesuffix(".xhtml") in self._chapters:
                place = etree.SubElement(places, "li")
                etree.SubElement(place, "a", {"ops-type": kind, "href": href}).text = title

    def _package(self) -> bytes:
        info = self._course.info
        spaces: Any = {None: _OPF, "dc": _DC}
        root = etree.Element(f"{{{_OPF}}}package", nsmap=spaces)
        for name, value in (
            ("version", "3.0"),
            ("unique-identifier", "book"),
            ("prefix", "schema: http://schema.org/"),
        ):
            root.set(name, value)
        root.set("{http://www.w3.org/XML/1998/namespace}lang", info.language)
        metadata = etree.SubElement(root, f"{{{_OPF}}}metadata")
        # The same edition is the same book, no matter who makes it.
        identity = uuid5(NAMESPACE_URL, f"kitbag:{info.id}:{info.edition}:{','.join(info.modules)}")
        described = (
            ("identifier", f"urn:uuid:{identity}"),
            ("title", info.title),
            ("language", info.language),
            ("creator", info.author),
            ("rights", info.licence),
            ("description", plain(info.summary)),
        )
        for tag, value in described:
            element = etree.SubElement(metadata, f"{{{_DC}}}{tag}")
            element.text = value
            if tag == "identifier":
                element.set("id", "book")
        summary = self._rendered.catalogue.text("packages.accessibility")
        modified = f"{source_date():%Y-%m-%dT%H:%M:%SZ}"
        minutes = sum(module.minutes for module in self._course.modules)
        said = (
            *_ACCESS,
            ("schema:accessibilitySummary", summary),
            ("schema:bookEdition", info.edition),
            ("schema:license", info.licence),
            ("schema:timeRequired", f"PT{minutes // 60}H{minutes % 60}M"),
            *(("schema:teaches", objective.text) for objective in self._course.objectives.values()),
            ("dcterms:modified", modified),
        )
        for name, value in said:
            etree.SubElement(metadata, f"{{{_OPF}}}meta", property=name).text = value
        manifest = etree.SubElement(root, f"{{{_OPF}}}manifest")
        spine = etree.SubElement(root, f"{{{_OPF}}}spine")
        _item(manifest, "nav", "nav.xhtml", "nav")
        for number, path in enumerate(self._chapters, 1):
            if path not in self._properties:
                self._chapter(path)
            _item(manifest, f"c{number}", f"{path}.xhtml", self._properties[path])
            etree.SubElement(spine, f"{{{_OPF}}}itemref", idref=f"c{number}")
        for number, path in enumerate((*self._styles, *_SCRIPTS, *self._media), 1):
            _item(manifest, f"f{number}", path, "")
        return document(root, pretty=True)


def _own_style() -> bytes:
    text = (files("kitbag") / "templates" / "packages" / "book.css").read_text("utf-8")
    return lean_style(text).encode()


def _item(manifest: Element, name: str, path: str, properties: str) -> None:
    suffix = path[path.rfind(".") :].lower()
    kind = _TYPES.get(suffix) or guess_type(path)[0] or "application/octet-stream"
    attributes = {"id": name, "href": path, "media-type": kind}
    if properties:
        attributes["properties"] = properties
    etree.SubElement(manifest, f"{{{_OPF}}}item", attributes)


def _container() -> bytes:
    spaces: Any = {None: _CONTAINER}
    root = etree.Element(f"{{{_CONTAINER}}}container", nsmap=spaces)
    root.set("version", "1.0")
    files = etree.SubElement(root, f"{{{_CONTAINER}}}rootfiles")
    file: Mapping[str, str] = {"full-path": "EPUB/package.opf", "media-type": "application/oebps-package+xml"}
    etree.SubElement(files, f"{{{_CONTAINER}}}rootfile", dict(file))
    return document(root)


def _xhtml(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n' + etree.tostring(root, encoding="utf-8") + b"\n"


def _way(page: str, target: str) -> str:
    """Return the way from a page to a file of the book."""
    return relpath(target, dirname(page) or ".")
