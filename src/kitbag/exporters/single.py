"""One HTML file for each module and one for the course, with everything in it: what a phone's file manager can open.

Each page of the site becomes a section. Without the script they follow one another; with it, one is shown at a time.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.resources import files
from mimetypes import guess_type
from posixpath import dirname, join, normpath
from typing import Final

from lxml import etree

from kitbag.exporters.base import Package, PackageFile
from kitbag.exporters.learner import Part, RenderedCourse
from kitbag.exporters.markup import (
    drop,
    drop_dangling,
    has_class,
    map_links,
    parse_page,
    prefix_ids,
    shift_headings,
    with_addresses,
)
from kitbag.rendering.catalogue import direction
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import QUIZ_SCRIPTS, QUIZ_STYLES
from kitbag.rendering.policy import hash_of, policy
from kitbag.rendering.scripts import lean
from kitbag.rendering.styles import lean_style

_STYLES: Final = ("assets/site.css", "assets/pages.css", *(f"assets/{name}" for name in QUIZ_STYLES))
_BRAND: Final = "assets/brand.css"
_FIRST: Final = "assets/theme.js"
_SCRIPTS: Final = ("assets/site.js", "assets/device.js", *(f"assets/{name}" for name in QUIZ_SCRIPTS))
_SHARED: Final = ("glossary", "sources", "about")
"""Pages of which there is one; the ids on them are links' targets, and stay."""

_LEFT_OUT: Final = (
    f"//nav[{has_class('breadcrumbs')} or {has_class('contents')}]",
    f"//div[{has_class('finish')} or {has_class('progress')}]",
)


@dataclass(frozen=True)
class SingleFile:
    """Self-contained HTML."""

    name: str = "html"
    title: str = "One HTML file"

    def export(self, rendered: RenderedCourse) -> Sequence[Part]:
        """Return a file for each module, and where there are several, one for all of them."""
        modules, title = rendered.course.modules, rendered.course.info.title
        whole = [_part(rendered, title, "")] if len(modules) > 1 else []
        return [
            *whole,
            *(_part(rendered.of(module), f"{module.title} \u2013 {title}", module.id) for module in modules),
        ]


def _part(rendered: RenderedCourse, title: str, name: str) -> Part:
    file = PackageFile("index.html", lambda: _File(rendered, title).chunks())
    return Part(Package(".html", (file,), rows=(), archived=False), name)


class _File:
    """One file while it is written."""

    def __init__(self, rendered: RenderedCourse, title: str) -> None:
        self._rendered = rendered
        self._title = title
        self._pages = rendered.pages()
        self._sections = list(_in_reading_order(rendered, self._pages))

    def chunks(self) -> Iterator[bytes]:
        frame = self._frame
        head, _, foot = frame.partition("<!--pages-->")
        yield head.encode()
        for path in self._sections:
            yield self._section(path)
        yield foot.encode()

    @cached_property
    def _frame(self) -> str:
        rendered = self._rendered
        language = rendered.course.info.language
        brand = [_BRAND] if _BRAND in self._pages else []
        static = files("kitbag") / "templates" / "packages"
        styles = [self._asset(name) for name in (*_STYLES, *brand)]
        style = "\n".join([*styles, lean_style((static / "single.css").read_text("utf-8"))])
        script = "\n".join([*(self._asset(name) for name in _SCRIPTS), lean((static / "single.js").read_text("utf-8"))])
        first = self._asset(_FIRST)
        environment = make_environment(folder=None, catalogue=rendered.catalogue, language=language)
        return environment.get_template("packages/single.html").render(
            course=rendered.course.info,
            title=self._title,
            as_of=max((document.as_of for document in rendered.course.sources.documents), default=None),
            sections=[name for name in _SHARED if name in self._sections],
            style=style,
            first=first,
            script=script,
            policy=policy(scripts=[hash_of(first), hash_of(script)], styles=[hash_of(style)], images="data:"),
            direction=direction(language),
        )

    def _asset(self, name: str) -> str:
        return self._pages[name]().decode().replace("</", "<\\/" if name.endswith(".js") else "</")

    def _section(self, path: str) -> bytes:
        """Return a page of the site as a section of this file."""
        page = parse_page(self._pages[f"{path}.html"]())
        main = page.find(".//main")
        body = page.find("body")
        if main is None or body is None:
            raise ValueError(f"{path}.html has no main element")
        drop(main, *_LEFT_OUT)
        drop_dangling(main)
        change = partial(self._address, path)
        for island in main.iterfind(".//script"):
            island.text = with_addresses(island.text or "{}", change)
        map_links(main, change)
        if path not in _SHARED:
            prefix_ids(main, f"{_id(path)}:")
        kind = " ".join(name for name in (body.get("class") or "").split() if name != "with-contents")
        title = page.findtext("head/title") or ""
        shift_headings(main, 1)
        main.tag = "section"
        main.attrib.clear()
        main.set("class", f"page {kind}".strip())
        main.set("id", _id(path))
        main.set("data-title", title)
        main.tail = "\n"
        heading = main.find(".//h2")
        if heading is not None:
            heading.set("id", heading.get("id") or f"{_id(path)}:-title")
            main.set("aria-labelledby", heading.get("id", ""))
            heading.set("tabindex", "-1")
        return etree.tostring(main, encoding="utf-8", method="html")

    def _address(self, page: str, address: str) -> str:
        """Return an address on a page of the site as one in this file: a section, an element, or a picture's data."""
        path, _, fragment = address.partition("#")
        if ":" in path:
            return address
        target = normpath(join(dirname(page), path)) if path else f"{page}.html"
        if target.startswith("media/"):
            kind = guess_type(target)[0] or "application/octet-stream"
            return f"data:{kind};base64,{b64encode(self._pages[target]()).decode()}"
        section = target.removesuffix(".html")
        if section not in self._sections:
            return "#index"
        if not fragment or fragment == "content":
            return f"#{_id(section)}"
        return f"#{fragment}" if section in _SHARED else f"#{_id(section)}:{fragment}"


def _in_reading_order(rendered: RenderedCourse, pages: Mapping[str, object]) -> Iterator[str]:
    """Give the pages of the site that belong into the file, without their suffix; a device of its own searches it."""
    yield "index"
    for module in rendered.course.modules:
        lessons = (f"lessons/{module.id}/{lesson.id}" for lesson in module.lessons)
        for path in (f"modules/{module.id}", *lessons, f"practice/{module.id}"):
            if f"{path}.html" in pages:
                yield path
    yield from _SHARED


def _id(page: str) -> str:
    """Return the id of a page's section; no author's id holds a colon."""
    return page.replace("/", ":")
