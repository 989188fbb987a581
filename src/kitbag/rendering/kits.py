"""Tests to take in a browser, without a network: kits, each a folder that stands alone, to hand out seat by seat.

A kit holds one form for each attempt that the test allows, drawn here and nowhere else, and the keys of these forms
alone. Neighbours get different kits, so that their questions differ as much as the bank allows. A kit's folder can be
copied anywhere; where the site lies beside it, its result links to the lessons.

Kits are drawn from another seed than printed papers: anyone who can open a kit can read its keys, so no paper that is
still to be written should hold the same form. The same holds for the tests inside a package for learning platforms,
which are one kit each, on a page of the site.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from kitbag.course.audience import trainee_view
from kitbag.course.model import Course
from kitbag.course.parts import MEDIA
from kitbag.files import read_within
from kitbag.findings import Finding, Place
from kitbag.questions.assembly import Assembly, Form, NoForm
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Item
from kitbag.questions.solver import Undecided
from kitbag.rendering.branding import brand_css
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import QUIZ_STYLES, LessonLink, QuizContext, as_script, render_questions
from kitbag.rendering.markdown import MarkdownRenderer
from kitbag.rendering.pages import digest_of
from kitbag.rendering.policy import guarded, nonce_of, page_policy
from kitbag.rendering.quiz_data import Json, scoring_data
from kitbag.rendering.scripts import lean
from kitbag.rendering.styles import lean_style
from kitbag.rendering.template_data import show
from kitbag.results.allowances import allowances_for

KITS: Final = 6
"""Kits of each test: enough that nobody beside, before or behind a seat has the same one."""

SCRIPTS: Final = (
    "quiz/shuffle.js",
    "quiz/scoring.js",
    "quiz/sitting.js",
    "quiz/controls.js",
    "quiz/report.js",
    "quiz/objectives.js",
    "tests/clock.js",
    "tests/keep.js",
    "tests/record.js",
    "tests/state.js",
    "tests/result.js",
    "tests/test.js",
)
"""Classic scripts of a kit under `kitbag/templates`, in loading order; `site/static/theme.js` comes before them all."""

STYLES: Final = ("site/static/site.css", *QUIZ_STYLES, "tests/test.css")
"""Style sheets of a kit, in loading order."""

_SITES: Final = ("../../../site/", "../../site/", "../site/")
"""Where the site may lie, seen from a kit: as it is built, or as it was copied."""

INSTRUCTORS: Final = "for-instructors.html"
"""The page that tells an instructor what there is to hand out, with the codes."""

Files = Iterator[tuple[str, Callable[[], bytes]]]


@dataclass(frozen=True)
class Kit:
    """What one trainee gets: a form for each attempt."""

    letter: str
    """A, B, C and so on."""
    test: Assessment
    forms: tuple[Form, ...]
    """One for each attempt, in their order."""

    @property
    def folder(self) -> str:
        """Where it lies below the folder of tests: `final/kit-a`."""
        return f"{self.test.id}/kit-{self.letter.lower()}"


show(Kit, "letter", "test", "forms", "folder")


def draw_kits(
    course: Course, *, kits: int = KITS, seed: str = "browser"
) -> tuple[tuple[Kit, ...], tuple[Finding, ...]]:
    """Draw so many kits of every test of the course; a test without forms is a finding instead.

    The same course, edition and `seed` give the same kits. `kits` is at most 26.
    """
    assembly = Assembly(course.banks, course.info.tests)
    drawn: list[Kit] = []
    findings: list[Finding] = []
    for test in course.info.tests:
        try:
            for draw in range(1, kits + 1):
                forms = (
                    assembly.draw(test.id, seed=f"{seed} {course.info.edition}", draw=draw, attempt=attempt)
                    for attempt in range(1, test.attempts + 1)
                )
                drawn.append(Kit("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[draw - 1], test, tuple(forms)))
        except (NoForm, Undecided) as error:
            drawn = [kit for kit in drawn if kit.test is not test]
            findings.append(Finding("no-form", Place("course/course.yaml"), f"{test.id}: {error}"))
    return tuple(drawn), tuple(findings)


def render_tests(course: Course, kits: Sequence[Kit], *, templates: Path | None, digest: str = "") -> Files:
    """Return every file of the kits, sorted by path; what is drawn is not drawn again.

    Args:
        course: the checked course.
        kits: as `draw_kits` gives them.
        templates: the course folder whose `templates/` may change the theme; `None` ignores it.
        digest: of the course's content. Each page carries a digest of what it shows itself; empty: no page carries one.
    """
    tests = _Tests(course, templates, digest)
    return iter(sorted(tests.files(kits), key=lambda file: file[0]))


def cut_score_of(course: Course, test: Assessment) -> int | None:
    """Return the percentage that passes, or None where nothing is to be passed."""
    if test.purpose == "pretest":
        return None
    return course.info.cut_score if test.cut_score is None else test.cut_score


def page_of(test: Assessment) -> str:
    """Return where a test lies in a package that holds the site."""
    return f"tests/{test.id}.html"


def render_pages(
    course: Course,
    kits: Sequence[Kit],
    *,
    templates: Path | None,
    digest: str = "",
    scripts: Sequence[str] = (),
    home: bool = False,
) -> Files:
    """Return kits as pages of the site, with the assets and pictures they need beside the site's.

    Args:
        course: the checked course.
        kits: one of each test.
        templates: the course folder whose `templates/` may change the theme; `None` ignores it.
        digest: of the course's content, printed on every page.
        scripts: further classic scripts, from `assets/`, that come before those of the test; the caller adds them.
        home: whether the page leads back to the start of the site.
    """
    return _Tests(course, templates, digest).pages(kits, scripts, home="../index.html" if home else "")


class _Tests:
    """What all kits share."""

    def __init__(self, course: Course, templates: Path | None, digest: str) -> None:
        self.course = trainee_view(course)
        language = course.info.language
        self._catalogue = catalogue_of(course)
        self._environment = make_environment(folder=templates, catalogue=self._catalogue, language=language)
        self._brand = brand_css(course.info.branding, templates)
        self._markdown = MarkdownRenderer(top_heading=3, table_label=self._catalogue.text("site.table"))
        self._environment.share(
            course=self.course.info,
            digest=digest,
            brand=self._brand is not None,
            digest_of=partial(digest_of, media=course.media),
            nonce_of=nonce_of,
            page_policy=page_policy,
        )

    # --- Files ---------------------------------------------------------------------------------------------------

    def files(self, kits: Sequence[Kit]) -> Files:
        styles, scripts = tuple(map(_last, STYLES)), tuple(map(_last, SCRIPTS))
        for kit in kits:
            page = partial(self._page, kit, root="", sites=_SITES, styles=styles, scripts=scripts)
            yield f"{kit.folder}/index.html", page
            for name in sorted(self._media(kit)):
                yield f"{kit.folder}/media/{name}", partial(read_within, self.course.folder, f"{MEDIA}/{name}")
            yield from self._assets(f"{kit.folder}/assets")
        if kits:
            yield INSTRUCTORS, partial(self._instructors, kits)
            yield from self._assets("assets", scripts=())

    def pages(self, kits: Sequence[Kit], scripts: Sequence[str], *, home: str) -> Files:
        theme = files("kitbag") / "templates"
        for kit in kits:
            page = partial(
                self._page,
                kit,
                root="../",
                home=home,
                sites=("../",),
                styles=tuple(map(_in_assets, STYLES)),
                scripts=(*scripts, *map(_in_assets, SCRIPTS)),
            )
            yield page_of(kit.test), page
            for name in sorted(self._media(kit)):
                yield f"media/{name}", partial(read_within, self.course.folder, f"{MEDIA}/{name}")
        for name in SCRIPTS if kits else ():
            yield f"assets/{_in_assets(name)}", partial(_lean, lean, theme / name)
        for name in STYLES if kits else ():
            yield f"assets/{_in_assets(name)}", partial(_lean, lean_style, theme / name)

    def _assets(self, folder: str, scripts: Sequence[str] = SCRIPTS) -> Files:
        theme = files("kitbag") / "templates"
        yield f"{folder}/icon.svg", (theme / "site/static/icon.svg").read_bytes
        for name in ("site/static/theme.js", *scripts):
            yield f"{folder}/{_last(name)}", partial(_lean, lean, theme / name)
        for name in STYLES:
            yield f"{folder}/{_last(name)}", partial(_lean, lean_style, theme / name)
        if self._brand is not None:
            yield f"{folder}/brand.css", partial(bytes, self._brand)

    def _media(self, kit: Kit) -> set[str]:
        """Return the pictures of a kit's items, by their name under course/media."""
        items = [drawn.item for form in kit.forms for drawn in form.items]
        stimuli = [self.course.stimuli[item.stimulus] for item in items if item.stimulus]
        logo = self.course.info.branding.logo
        return {shown.picture.src for shown in (*items, *stimuli) if shown.picture} | ({logo.src} if logo else set())

    # --- Pages ---------------------------------------------------------------------------------------------------

    def _page(
        self,
        kit: Kit,
        *,
        root: str,
        home: str = "",
        sites: Sequence[str],
        styles: Sequence[str],
        scripts: Sequence[str],
    ) -> bytes:
        context = QuizContext(
            course=self.course,
            environment=self._environment,
            markdown=self._markdown,
            catalogue=self._catalogue.for_pages,
            passage_href=lambda citation: f"#{citation}",
            lessons_of=self._lessons,
            media_href=lambda name: f"{root}media/{name}",
        )
        questions = {
            form.id: render_questions(
                [drawn.item for drawn in form.items], context, name=f"test:{form.id}", seed=form.id
            )
            for form in kit.forms
        }
        page = self._environment.get_template("tests/test.html").render(
            root=root,
            home=home,
            kit=kit,
            test=kit.test,
            md=self._markdown,
            cut_score=cut_score_of(self.course, kit.test),
            count=len(kit.forms[0].items),
            questions=questions,
            island=as_script(self._island(kit, sites)),
            styles=styles,
            scripts=scripts,
        )
        return guarded(page).encode()

    def _instructors(self, kits: Sequence[Kit]) -> bytes:
        info = self.course.info
        tests = {kit.test.id: kit.test for kit in kits}
        allowed = {
            test.id: allowances_for(info.id, info.edition, test.id, limited=test.minutes is not None)
            for test in tests.values()
        }
        page = self._environment.get_template("tests/instructors.html").render(
            root="",
            home="",
            tests=tuple(tests.values()),
            kits={name: [kit for kit in kits if kit.test.id == name] for name in tests},
            allowed=allowed,
            cut_scores={test.id: cut_score_of(self.course, test) for test in tests.values()},
            styles=tuple(map(_last, STYLES)),
            scripts=(),
        )
        return guarded(page).encode()

    def _lessons(self, objective: str) -> list[LessonLink]:
        """Return the lessons that work towards an objective, as links from the root of the site."""
        return [
            LessonLink(lesson.title, f"lessons/{module.id}/{lesson.id}.html")
            for module in self.course.modules
            for lesson in module.lessons
            if objective in lesson.objectives
        ]

    # --- Data ----------------------------------------------------------------------------------------------------

    def _island(self, kit: Kit, sites: Sequence[str]) -> Json:
        """Return what the scripts need to know: the keys of this kit's forms, and nothing that explains them."""
        info, test = self.course.info, kit.test
        forms = [self._form(form) for form in kit.forms]
        return {
            "kind": "test",
            "quiz": test.id,
            "kit": kit.letter,
            "course": info.id,
            "edition": info.edition,
            "language": info.language,
            "scoring": info.scoring,
            "rule": test.scoring,
            "minutes": test.minutes,
            "attempts": test.attempts,
            "cut_score": cut_score_of(self.course, test),
            # Answers saved under other questions are no answers to these.
            "version": sha256(json.dumps(forms, sort_keys=True).encode()).hexdigest()[:16],
            "forms": forms,
            "sites": list(sites),
            "strings": dict(self._catalogue.area("quiz")) | dict(self._catalogue.area("test")),
        }

    def _form(self, form: Form) -> Json:
        items = [drawn.item for drawn in form.items]
        known = self.course.objectives
        return {
            "form": form.id,
            "items": [self._item(item, drawn.order) for item, drawn in zip(items, form.items, strict=True)],
            "objectives": [
                {
                    "id": objective,
                    "text": known[objective].text,
                    "lessons": [lesson._asdict() for lesson in self._lessons(objective)],
                }
                for objective in known
                if any(item.objective == objective for item in items)
            ],
        }

    @staticmethod
    def _item(item: Item, order: Sequence[str]) -> dict[str, Any]:
        return scoring_data(item) | {"objective": item.objective, "order": list(order)}


def _lean(make: Callable[[str], str], file: Traversable) -> bytes:
    return make(file.read_text("utf-8")).encode()


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _in_assets(name: str) -> str:
    """Return where the site keeps a file of the theme, under `assets/`."""
    return name.removeprefix("site/static/")
