"""The site: every page of a course as HTML that opens from a folder, without a network and without a server.

`render_site` returns sorted relative paths, each with a function that makes the file's bytes. The functions are pure
and independent of one another: the same course gives the same bytes, in any order, in any process. A path tells what
its file shows: `lessons/m1/…`, `modules/m1.html`, `practice/m1.html` and `assets/search/m1.js` show module m1; every
other page shows the whole course.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from html import unescape
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from kitbag.course.audience import trainee_view
from kitbag.course.blocks import Figure
from kitbag.course.model import Course, Lesson, Module, Term
from kitbag.course.parts import MEDIA
from kitbag.files import read_within
from kitbag.rendering.blocks import BlockContext, BlockRenderer
from kitbag.rendering.branding import brand_css
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.citations import CitationLinks, anchor, practice_items, uses_of_passages
from kitbag.rendering.environment import course_file, make_environment
from kitbag.rendering.items import (
    NOT_IN_LESSONS,
    QUIZ_SCRIPTS,
    QUIZ_STYLES,
    LessonLink,
    QuizContext,
    render_practice_quiz,
)
from kitbag.rendering.markdown import MarkdownRenderer, plain
from kitbag.rendering.policy import guarded, nonce_of, page_policy
from kitbag.rendering.scripts import lean
from kitbag.rendering.search import Entry, index_script, lesson_entries, texts_of
from kitbag.rendering.styles import lean_style
from kitbag.rendering.template_data import show
from kitbag.rendering.terms import TermIndex, folded, in_order
from kitbag.rendering.theme_list import ABOUT

SCRIPTS: Final = ("theme.js", "site.js", "terms.js", "overview.js", "search.js", "device.js")
"""The site's own scripts, under `templates/site/static`."""

STYLES: Final = ("site.css", "pages.css")
"""The site's own style sheets: for every page, and for all but lessons and quizzes."""

_WORDS_A_MINUTE: Final = 180
"""How fast people read a text in their second language, with care."""

_DIGEST_SHOWN: Final = 12
"""Hexadecimal digits of a digest at the foot of a page: enough to tell two states of a page apart."""

_PICTURE: Final = re.compile(r'src="(?:\.\./)*media/([^"]+)"')

Files = Iterator[tuple[str, Callable[[], bytes]]]


class Tests(NamedTuple):
    """Where trainees find the tests of the course; every address is seen from the root of the site."""

    said: str = "by_instructor"
    """What the start page says of it: a string under `site.tests_are`."""
    hrefs: Mapping[str, str] = {}
    """The page of each test that is a part of the site, by the test's id."""


def render_site(
    course: Course,
    *,
    templates: Path | None,
    digest: str = "",
    scripts: Sequence[str] = (),
    tests: Tests | None = None,
) -> Files:
    """Return every file of the site, sorted by path.

    Args:
        course: the checked course.
        templates: the course folder whose `templates/` may change the theme; `None` ignores it.
        digest: of the course's content, for the page about this edition. At its foot each page then carries a digest of
            what it shows itself, so that it changes when that changes and not before. Empty: no page carries one.
        scripts: further classic scripts, from the site's root, that every page loads; the caller adds their files.
        tests: where they are; by default, the instructor hands them out.
    """
    site = _Site(course, templates, digest, scripts, tests or Tests())
    return iter(sorted(site.files(), key=lambda file: file[0]))


class _Neighbour(NamedTuple):
    """The page before or after a lesson."""

    title: str
    place: str
    href: str


show(Tests, "said", "hrefs")
show(_Neighbour, "title", "place", "href")


class _Site:
    """What all pages share."""

    def __init__(
        self, course: Course, templates: Path | None, digest: str, scripts: Sequence[str], tests: Tests
    ) -> None:
        self.course = trainee_view(course)
        self._documents = course.sources.documents  # with their errata: trainees may know what is wrong in a source
        self._templates = templates
        language = course.info.language
        self.catalogue = catalogue_of(course)
        self.environment = make_environment(folder=templates, catalogue=self.catalogue, language=language)
        self._text = self.catalogue.text
        self._brand = brand_css(course.info.branding, templates)
        self._numbers = {module.id: number for number, module in enumerate(self.course.modules, 1)}
        self._practice = {module.id: practice_items(self.course, module) for module in self.course.modules}
        self.environment.share(
            course=self.course.info,
            digest=digest,
            as_of=max((document.as_of for document in self._documents), default=None),
            numbers=self._numbers,
            practice=self._practice,
            brand=self._brand is not None,
            scripts=tuple(scripts),
            digest_of=partial(digest_of, media=self.course.media),
            tests_are=tests,
            nonce_of=nonce_of,
            page_policy=page_policy,
            anchor=anchor,
            # With the places for values left in them: scripts fill those.
            script_strings=self.catalogue.area("site"),
            search_strings=dict(self.catalogue.area("search")),
            progress_forms=json.dumps(dict(self.catalogue.area("site.progress")), ensure_ascii=False),
        )

    # --- Files ---------------------------------------------------------------------------------------------------

    def files(self) -> Files:
        yield "index.html", self._start
        yield "glossary.html", self._glossary
        yield "sources.html", self._sources
        yield "search.html", self._search
        yield "about.html", self._about
        yield "assets/search/course.js", self._course_index
        for module in self.course.modules:
            yield f"modules/{module.id}.html", partial(self._module, module)
            yield f"assets/search/{module.id}.module.js", partial(self._module_index, module)
            if self._practice[module.id]:
                yield f"practice/{module.id}.html", partial(self._practice_page, module)
            for number, lesson in enumerate(module.lessons):
                yield f"lessons/{module.id}/{lesson.id}.html", partial(self._lesson, module, number, lesson)
        yield from self._assets()

    def _assets(self) -> Files:
        theme = files("kitbag") / "templates"
        own = theme / "site" / "static"
        yield "assets/icon.svg", (own / "icon.svg").read_bytes
        for name in STYLES:
            yield f"assets/{name}", partial(_lean_style, own / name)
        for name in SCRIPTS:
            yield f"assets/{name}", partial(_lean_script, own / name)
        for name in QUIZ_STYLES:
            yield f"assets/{name}", partial(_lean_style, theme / name)
        for name in QUIZ_SCRIPTS:
            yield f"assets/{name}", partial(_lean_script, theme / name)
        if self._brand is not None:
            yield "assets/brand.css", partial(bytes, self._brand)
        for name in sorted(self._media()):
            yield f"media/{name}", partial(read_within, self.course.folder, f"{MEDIA}/{name}")

    def _media(self) -> set[str]:
        """Return the pictures that trainees see, by their name under course/media."""
        blocks = (block for module in self.course.modules for lesson in module.lessons for block in lesson.blocks)
        names = {block.src for block in blocks if isinstance(block, Figure)}
        items = [item for shown in self._practice.values() for item in shown]
        names |= {item.picture.src for item in items if item.picture}
        stimuli = [self.course.stimuli[item.stimulus] for item in items if item.stimulus]
        logo = self.course.info.branding.logo
        names |= {logo.src} if logo else set()
        return names | {stimulus.picture.src for stimulus in stimuli if stimulus.picture}

    # --- Pages ---------------------------------------------------------------------------------------------------

    def _page(
        self, name: str, root: str, /, scripts: Sequence[str] = (), *, quiz: bool = False, **values: Any
    ) -> bytes:
        """Fill a page's template; `scripts` are those it needs from assets/, besides those of every page."""
        left_out = NOT_IN_LESSONS if name == "lesson" else frozenset[str]()
        own_styles = QUIZ_STYLES if quiz else () if name == "lesson" else ("pages.css",)
        shared = {
            "root": root,
            "here": name,
            "styles": [style for style in own_styles if style not in left_out],
            "page_scripts": [*scripts, *(script for script in QUIZ_SCRIPTS if quiz and script not in left_out)],
        }
        return guarded(self.environment.get_template(f"site/{name}.html").render(shared | values)).encode()

    def _start(self) -> bytes:
        first = self.course.modules[0]
        return self._page(
            "start",
            "",
            ("overview.js",),
            modules=self.course.modules,
            by_id={module.id: module for module in self.course.modules},
            minutes=self.course.info.paths[0].minutes if self.course.info.paths else self._minutes,
            first=f"lessons/{first.id}/{first.lessons[0].id}.html" if first.lessons else f"modules/{first.id}.html",
            support=self.course.info.support,
        )

    @property
    def _minutes(self) -> int:
        return sum(module.minutes for module in self.course.modules)

    def _module(self, module: Module) -> bytes:
        number = self._numbers[module.id] - 1
        around = [
            self.course.modules[n] if 0 <= n < len(self.course.modules) else None for n in (number - 1, number + 1)
        ]
        return self._page(
            "module", "../", ("overview.js",), module=module, previous=around[0], next=around[1],
            cites=self._level(1).cites, passages=self._cited.get(module.id, ()),
        )  # fmt: skip

    def _lesson(self, module: Module, number: int, lesson: Lesson) -> bytes:
        level = self._level(2)
        terms = self._terms.page()
        body = level.blocks.lesson(lesson.blocks, terms, f"{module.id}.{lesson.id}")
        words = sum(len(text.split()) for block in lesson.blocks for text in texts_of(block))
        return self._page(
            "lesson",
            level.root,
            ("terms.js",) if terms.definitions else (),
            quiz=any(block.type == "checkpoint" for block in lesson.blocks),
            module=module,
            lesson=lesson,
            number=number + 1,
            body=body,
            definitions=terms.definitions,
            reading=max(1, round(words / _WORDS_A_MINUTE)),
            objectives=[self.course.objectives[objective] for objective in lesson.objectives],
            previous=self._around[module.id, lesson.id][0],
            next=self._around[module.id, lesson.id][1],
        )

    def _practice_page(self, module: Module) -> bytes:
        level = self._level(1)
        quiz = render_practice_quiz(module, self._practice[module.id], level.quiz)
        return self._page("practice", level.root, quiz=True, module=module, quiz_markup=quiz)

    def _glossary(self) -> bytes:
        terms = in_order(self.course.glossary)
        letters = [
            (letter, list(group)) for letter, group in groupby(terms, lambda term: folded(term.term)[:1].upper())
        ]
        return self._page(
            "glossary",
            "",
            letters=letters,
            names={term.id: term.term for term in terms},
            cites=self._level(0).cites,
        )

    def _sources(self) -> bytes:
        return self._page("sources", "", documents=self._documents, uses=self._uses, cites=self._level(0).cites)

    def _search(self) -> bytes:
        return self._page(
            "search",
            "",
            ("search/course.js", *(f"search/{module.id}.module.js" for module in self.course.modules), "search.js"),
        )

    def _about(self) -> bytes:
        return self._page("about", "", ("device.js",), own=self._own(ABOUT))

    def _own(self, name: str) -> str:
        """Return the name of a template of the course folder itself, or nothing where it has none."""
        found = self._templates is not None and course_file(self._templates / "templates", name) is not None
        return name if found else ""

    # --- Search index --------------------------------------------------------------------------------------------

    def _course_index(self) -> bytes:
        text = self._text
        glossary = text("site.glossary")
        entries = [self._term_entry(term, glossary) for term in self.course.glossary.terms]
        entries += [
            Entry(
                f"{passage.id}: {passage.label}",
                text("site.sources"),
                f"sources.html#{anchor(passage.id)}",
                " ".join(fact.text for fact in passage.facts),
            )
            for passage in self.course.passages.values()
        ]
        return index_script(entries)

    def _term_entry(self, term: Term, place: str) -> Entry:
        words = [f"{term.expansion}." if term.expansion else "", plain(term.definition), *term.forms]
        return Entry(term.term, place, f"glossary.html#term-{term.id}", " ".join(filter(None, words)))

    def _module_index(self, module: Module) -> bytes:
        number = self._text("site.module", number=self._numbers[module.id])
        place = self._text("site.module_named", number=self._numbers[module.id], title=module.title)
        objectives = " ".join(objective.text for objective in module.objectives)
        own = Entry(module.title, number, f"modules/{module.id}.html", f"{plain(module.summary)} {objectives}")
        return index_script([own, *lesson_entries(module, place)])

    # --- What pages share, made when first needed ----------------------------------------------------------------

    @cached_property
    def _uses(self) -> dict[str, Any]:
        return dict(uses_of_passages(self.course))

    @cached_property
    def _cited(self) -> dict[str, dict[str, None]]:
        """The passages that the lessons of each module rest on, in the order of the sources, by the module's id."""
        cited: dict[str, dict[str, None]] = {}
        for passage, uses in self._uses.items():
            for use in uses.lessons:
                cited.setdefault(use.module.id, {})[passage] = None
        return cited

    @cached_property
    def _terms(self) -> TermIndex:
        return TermIndex(self.course.glossary, lambda term: f"../../glossary.html#term-{term}")

    @cached_property
    def _levels(self) -> dict[int, "_Level"]:
        return {}

    def _level(self, depth: int) -> "_Level":
        if depth not in self._levels:
            self._levels[depth] = _Level(self, "../" * depth)
        return self._levels[depth]

    @cached_property
    def _around(self) -> dict[tuple[str, str], tuple[_Neighbour | None, _Neighbour | None]]:
        """The pages before and after each lesson: lessons in teaching order, practice at the end of a module."""
        pages: list[tuple[tuple[str, str] | None, _Neighbour]] = []
        for module in self.course.modules:
            place = self.catalogue.for_pages.text("site.module", number=self._numbers[module.id])
            for lesson in module.lessons:
                href = f"lessons/{module.id}/{lesson.id}.html"
                pages.append(((module.id, lesson.id), _Neighbour(lesson.title, place, href)))
            if self._practice[module.id]:
                title = self.catalogue.for_pages.text("site.practice")
                pages.append((None, _Neighbour(title, place, f"practice/{module.id}.html")))
        around = {}
        for number, (key, _) in enumerate(pages):
            if key is not None:
                before = pages[number - 1][1] if number else None
                after = pages[number + 1][1] if number + 1 < len(pages) else None
                around[key] = (before, after)
        return around


class _Level:
    """What pages at the same depth share: everything with an href in it."""

    def __init__(self, site: _Site, root: str) -> None:
        self.root = root
        course, environment, catalogue = site.course, site.environment, site.catalogue.for_pages
        markdown = MarkdownRenderer(top_heading=2, table_label=catalogue.text("site.table"))
        self.cites = CitationLinks(course.passages, catalogue, root)
        lessons: dict[str, list[LessonLink]] = {objective: [] for objective in course.objectives}
        for module in course.modules:
            for lesson in module.lessons:
                for objective in lesson.objectives:
                    lessons[objective].append(LessonLink(lesson.title, f"{root}lessons/{module.id}/{lesson.id}.html"))
        self.quiz = QuizContext(
            course=course,
            environment=environment,
            markdown=markdown,
            catalogue=catalogue,
            passage_href=self.cites.href,
            lessons_of=lessons.__getitem__,
            media_href=lambda name: f"{root}media/{name}",
        )
        self.blocks = BlockRenderer(
            BlockContext(
                environment=environment,
                catalogue=catalogue,
                markdown=markdown,
                items=course.items,
                quiz=self.quiz,
                cites=self.cites,
                media_href=self.quiz.media_href,
                support=course.info.support,
            )
        )


def _lean_script(file: Traversable) -> bytes:
    return lean(file.read_text("utf-8")).encode()


def _lean_style(file: Traversable) -> bytes:
    return lean_style(file.read_text("utf-8")).encode()


def digest_of(shown: str, media: Mapping[str, str]) -> str:
    """Return the digest at the foot of a page: of what the page shows, with the digests of its pictures by name."""
    seen = sha256(shown.encode())
    for name in sorted({unescape(name) for name in _PICTURE.findall(shown)}):
        seen.update(media.get(name, "").encode())
    return seen.hexdigest()[:_DIGEST_SHOWN]
