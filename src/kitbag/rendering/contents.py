"""The page that opens the outputs of a course: what there is, for whom, what to print, and what to open first.

It stands at the top of the folder of outputs, needs no other file, and lists what is there at that moment.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from kitbag.course.model import Course
from kitbag.rendering.branding import brand_css
from kitbag.rendering.catalogue import Catalogue, catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.pages import digest_of
from kitbag.rendering.pictures import picture_data
from kitbag.rendering.policy import sealed
from kitbag.rendering.styles import lean_style
from kitbag.rendering.template_data import show

MARK: Final = b"<!-- Made by Kitbag, which replaces this page. -->\n"
"""The end of the page, by which a later build knows that it may replace it."""

_STYLES: Final = ("site/static/site.css", "packages/guide.css")
_HANDOUTS: Final = ("handout", "slides", "cards", "course-book", "job-aid")
_GUIDES: Final = ("course-guide", "guide", "answers", "certificate")
_BOOK: Final = "handouts/trainee/course-book.pdf"
_TOGETHER: Final = "certificates/all-certificates.pdf"


@dataclass(frozen=True, slots=True)
class Printout:
    """A PDF among the outputs."""

    path: str
    """From the folder of outputs: `handouts/trainee/handout-m1.pdf`."""
    title: str
    pages: int
    paper: str
    """The size of its paper: `a4` or `letter`."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is in the folder of outputs."""

    screens: Mapping[str, str]
    """The page to open first in each output that is read on a screen: of the `site`, the `kits`, the `coverage` of the
    sources and the `packages`, as far as they are there."""
    printouts: tuple[Printout, ...]
    """Sorted by path."""
    missing: tuple[str, ...]
    """The names of outputs that haven't been built."""


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open or to print."""

    href: str
    title: str
    note: str
    """For whom it is, and how often to print it."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Links that belong together under a heading."""

    id: str
    title: str
    lead: str
    links: tuple[Link, ...]


show(Link, "href", "title", "note")
show(Shelf, "id", "title", "lead", "links")


def contents_page(course: Course, contents: Contents, *, templates: Path | None) -> bytes:
    """Return the page as one file of HTML.

    Args:
        course: the course; of its modules, only the ids are read.
        contents: what there is to list.
        templates: the course folder whose `templates/` may change the page; `None` ignores it.

    Raises:
        kitbag.files.Unreadable: the logo can't be read.
        Exception: a template of the course can't be used (see `kitbag.rendering.faults.own_templates`).
    """
    catalogue = catalogue_of(course)
    environment = make_environment(folder=templates, catalogue=catalogue, language=course.info.language)
    logo = course.info.branding.logo
    html = environment.get_template("instructor/index.html").render(
        course=course.info,
        digest_of=partial(digest_of, media=course.media),
        logo=picture_data(course, logo) if logo else "",
        missing=contents.missing,
        shelves=[shelf for shelf in _shelves(course, contents, catalogue) if shelf.links],
        style=_style(course, templates),
    )
    return sealed(html).encode() + MARK


def _style(course: Course, templates: Path | None) -> Markup:
    theme = files("kitbag") / "templates"
    styles = [lean_style(theme.joinpath(*name.split("/")).read_text("utf-8")) for name in _STYLES]
    brand = brand_css(course.info.branding, templates) or b""
    return Markup("\n".join([*styles, brand.decode()]))


# --- What to list ----------------------------------------------------------------------------------------------------


def _shelves(course: Course, contents: Contents, catalogue: Catalogue) -> Iterator[Shelf]:
    shelf = partial(_shelf, catalogue)
    site, kits, coverage, packages = (
        list(_screen(contents, name, catalogue)) for name in ("site", "kits", "coverage", "packages")
    )
    modules = [module.id for module in course.modules]
    handouts = _documents(contents, "handouts/trainee", _HANDOUTS, modules, catalogue)
    guides = _documents(contents, "handouts/instructor", _GUIDES, modules, catalogue)
    course_guide = [guide for guide in guides if guide.href.endswith("/course-guide.pdf")]

    yield shelf("first", [*course_guide, *site] or kits or packages or coverage)
    yield shelf("trainees", [*site, *handouts])
    yield shelf("instructors", [*guides, *kits, *coverage])
    for folder, printouts in groupby(contents.printouts, lambda one: one.path.partition("/")[0]):
        if folder == "exams" or folder.startswith("exams-"):
            papers = sorted(printouts, key=lambda one: ("/keys/" in one.path, one.path.removesuffix(".pdf")))
            links = [_printed(one, _kind_of_paper(one.path), catalogue) for one in papers]
            draw = folder.removeprefix("exams").removeprefix("-")
            yield shelf("draw", links, draw=draw) if draw else shelf("papers", links)
    certificates = [one for one in contents.printouts if one.path.startswith("certificates/")]
    together = [one for one in certificates if one.path == _TOGETHER]
    yield shelf("certificates", [_printed(one, "certified", catalogue) for one in together or certificates])
    yield shelf("exporters", packages)


def _shelf(catalogue: Catalogue, kind: str, links: Iterable[Link], *, draw: str = "") -> Shelf:
    title = catalogue.text(f"contents.shelves.{kind}.title", **({"draw": draw} if draw else {}))
    lead = catalogue.text(f"contents.shelves.{kind}.lead")
    return Shelf(f"{kind}-{draw}" if draw else kind, title, lead, tuple(links))


def _screen(contents: Contents, name: str, catalogue: Catalogue) -> Iterator[Link]:
    if name in contents.screens:
        title, note = (catalogue.text(f"contents.screens.{name}.{part}") for part in ("title", "note"))
        yield Link(contents.screens[name], title, note)


def _documents(
    contents: Contents, folder: str, kinds: Sequence[str], modules: Sequence[str], catalogue: Catalogue
) -> list[Link]:
    """Return the documents of a folder, those of one kind together and in the order of the modules."""
    order = {f"{folder}/{kind}{end}.pdf": kind for kind in kinds for end in ("", *(f"-{module}" for module in modules))}
    found = {one.path: one for one in contents.printouts}
    if (book := found.get(_BOOK)) is not None:  # The book's own title is the course's.
        found[_BOOK] = replace(book, title=f"{catalogue.text('paper.course_book')}: {book.title}")
    return [_printed(found[path], kind.replace("-", "_"), catalogue) for path, kind in order.items() if path in found]


def _kind_of_paper(path: str) -> str:
    ending = re.search(r"(-key|-answer-sheet-large|-answer-sheet|-large)?\.pdf$", path)
    return {"-key": "key", "-answer-sheet": "answer_sheet", None: "paper"}.get(ending and ending[1], "large")


def _printed(printout: Printout, kind: str, catalogue: Catalogue) -> Link:
    paper = catalogue.text(f"contents.paper.{printout.paper}")
    pages = catalogue.text("contents.pages", count=printout.pages, paper=paper)
    note = catalogue.text("contents.print", pages=pages, how=catalogue.text(f"contents.prints.{kind}"))
    return Link(quote(printout.path), printout.title, note)
