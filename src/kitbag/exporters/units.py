"""What a learning platform tracks as one, and by which rule it counts: the same for SCORM and cmi5.

A unit is a module, a test, or the whole course. Its page shows the pages of the site in a frame and talks to the
platform; what it counts follows from the course's `tracking`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Final, NamedTuple
from urllib.parse import quote

from kitbag.course.audience import trainee_view
from kitbag.course.model import Course, LearningObjective, Module
from kitbag.exporters.learner import RenderedCourse
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Essay
from kitbag.rendering.citations import practice_items
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import as_script
from kitbag.rendering.kits import Kit, cut_score_of, page_of
from kitbag.rendering.pages import Tests
from kitbag.rendering.policy import policy
from kitbag.rendering.quiz_data import Json
from kitbag.rendering.scripts import lean
from kitbag.rendering.styles import lean_style
from kitbag.results.xapi import HOME

FOLDER: Final = "assets/packages"
"""Where the scripts that talk to the platform lie in a package."""

_PAGE_SCRIPTS: Final = ("responses.js", "packing.js", "page.js")
_LAUNCH_SCRIPTS: Final = ("unit.js", "rule.js", "launch.js")
_QUIZ_SCRIPTS: Final = ("assets/quiz/shuffle.js", "assets/quiz/scoring.js", "assets/quiz/sitting.js")
_STYLE: Final = "unit.css"


Made = dict[str, Callable[[], bytes]]
"""Files by path, each with what makes its bytes."""


class Quiz(NamedTuple):
    """A practice quiz or a test that counts."""

    id: str
    possible: Fraction
    """The points of one sitting; those of an essay only in a test, where a person may still give them."""
    test: bool
    essays: bool = False
    """True where a person marks a part of it."""
    attempts: int | None = None
    """How often it may be taken; None where nothing limits it."""
    scored: bool = True
    """False for a pre-test: it shows where a trainee stands, and a low mark there is no result."""


class Measure(NamedTuple):
    """Quizzes whose points together must reach a cut score."""

    quizzes: tuple[str, ...]
    cut: int
    """In percent."""


@dataclass(frozen=True)
class Unit:
    """What a platform tracks as one, and how it is counted."""

    id: str
    title: str
    summary: str
    start: str
    """The page it opens with."""
    objectives: tuple[LearningObjective, ...]
    lessons: tuple[str, ...] = ()
    """Each as `module/lesson`, in teaching order."""
    lessons_count: str = ""
    """When a lesson counts: `opened` or `finished`; empty where lessons count for nothing."""
    quizzes: tuple[Quiz, ...] = ()
    needed: tuple[str, ...] = ()
    """Quizzes that must be handed in to complete the unit."""
    measures: tuple[Measure, ...] = ()
    """All of them must be reached to pass it; where there is none, nobody passes or fails."""
    scored: tuple[str, ...] = ()
    """Quizzes whose points are the score of the unit."""

    @property
    def launch(self) -> str:
        """The page a platform opens."""
        return f"launch-{self.id}.html"

    @property
    def cut(self) -> int | None:
        """The one cut score that decides, in percent; None where nothing does, or several together."""
        return self.measures[0].cut if len(self.measures) == 1 else None

    @property
    def judged_by_score(self) -> bool:
        """True where the score alone says at every moment whether it is passed, so that a platform may judge it.

        A platform that knows the cut score fails a unit after the first attempt, and lets nobody take the second.
        """
        decisive = self.measures[0].quizzes if len(self.measures) == 1 else ()
        only = len(decisive) == 1 and tuple(quiz.id for quiz in self.quizzes) == decisive
        return only and not self.lessons and not self.quizzes[0].essays and self.quizzes[0].attempts == 1


def units_of(rendered: RenderedCourse) -> list[Unit]:
    """Return the units of a course: pre-tests, modules and final tests, or the whole course as one.

    Raises:
        kitbag.exporters.learner.Undrawn: the bank has no form of a test.
    """
    course = trainee_view(rendered.course)
    kits = rendered.kits
    if rendered.units == "course":
        parts = course.modules
        return [_unit(course, "course", course.info.title, course.info.summary, "index.html", parts, kits)]
    modules = [
        _unit(course, f"unit-{module.id}", module.title, module.summary, f"modules/{module.id}.html", (module,), ())
        for module in course.modules
    ]
    tests = {
        purpose: [
            _unit(course, f"test-{test.id}", test.title, test.instructions, page_of(test), (), (kit,))
            for kit in kits
            if (test := kit.test).purpose == purpose
        ]
        for purpose in ("pretest", "final")
    }
    return [*tests["pretest"], *modules, *tests["final"]]


def _unit(
    course: Course,
    name: str,
    title: str,
    summary: str,
    start: str,
    modules: Sequence[Module],
    kits: Sequence[Kit],
) -> Unit:
    practice = _practice(course, modules)
    tests = tuple(map(_test, kits))
    lessons = tuple(f"{module.id}/{lesson.id}" for module in modules for lesson in module.lessons)
    wanted = course.info.tracking.completed
    held = {"lessons-opened": lessons, "lessons-finished": lessons, "practice": practice, "tests": tests}
    if not any(held[what] for what in wanted):
        wanted = ("lessons-finished", "practice", "tests")
    how = next((what.removeprefix("lessons-") for what in wanted if what.startswith("lessons-")), "")
    measures = _measures(course, practice, [kit.test for kit in kits])
    decisive = [quiz for measure in measures for quiz in measure.quizzes]
    return Unit(
        id=name,
        title=title,
        summary=summary,
        start=start,
        objectives=_objectives(course, modules, kits),
        lessons=lessons,
        lessons_count=how if lessons else "",
        quizzes=(*practice, *tests),
        needed=tuple(quiz.id for quiz in (*practice, *tests) if ("tests" if quiz.test else "practice") in wanted),
        measures=measures,
        scored=tuple(decisive or [quiz.id for quiz in practice or tests if quiz.scored]),
    )


def _practice(course: Course, modules: Sequence[Module]) -> tuple[Quiz, ...]:
    quizzes = []
    for module in modules:
        # An essay is marked by a person; it is no part of a score that a machine gives.
        practice = practice_items(course, module)
        items = [item for item in practice if not isinstance(item, Essay)]
        if items:
            points = Fraction(sum(item.points for item in items))
            if (
                module.practice_draw is not None
            ):  # What a try is worth on average; its own points count once it is over.
                points *= Fraction(min(module.practice_draw, len(practice)), len(practice))
            quizzes.append(Quiz(module.id, points, test=False))
    return tuple(quizzes)


def _test(kit: Kit) -> Quiz:
    """Return a test that counts; where the points of its forms differ, it has those of the first."""
    items = [drawn.item for drawn in kit.forms[0].items]
    essays = any(isinstance(drawn.item, Essay) for form in kit.forms for drawn in form.items)
    points = Fraction(sum(item.points for item in items))
    scored = kit.test.purpose != "pretest"
    return Quiz(kit.test.id, points, test=True, essays=essays, attempts=kit.test.attempts, scored=scored)


def _measures(course: Course, practice: Sequence[Quiz], tests: Sequence[Assessment]) -> tuple[Measure, ...]:
    finals = [Measure((test.id,), cut) for test in tests if (cut := cut_score_of(course, test)) is not None]
    passed = course.info.tracking.passed
    if passed == "nothing":
        return ()
    if passed == "final" or (passed is None and finals):
        return tuple(finals)
    return (Measure(tuple(quiz.id for quiz in practice), course.info.cut_score),) if practice else ()


def _objectives(course: Course, modules: Sequence[Module], kits: Sequence[Kit]) -> tuple[LearningObjective, ...]:
    names = {objective.id for module in modules for objective in module.objectives}
    names |= {drawn.item.objective for kit in kits for form in kit.forms for drawn in form.items}
    return tuple(objective for name, objective in course.objectives.items() if name in names)


# --- Files -----------------------------------------------------------------------------------------------------------


def iri_of(course: Course, *parts: str) -> str:
    """Return the address (IRI) that names the course, or something in it, in records: `…/courses/tea/tests/final`."""
    return HOME + "/".join(["courses", *(quote(part, safe="") for part in (course.info.id, *parts))])


def unit_files(rendered: RenderedCourse, units: Sequence[Unit], platform: str, script: str) -> tuple[Made, Made]:
    """Return the files all units share, and the page that opens each, by path.

    Args:
        rendered: the course.
        units: its units.
        platform: what the script looks up: `scorm12`, `scorm2004` or `cmi5`.
        script: the name of the script that talks to such platforms.
    """
    hrefs = {kit.test.id: page_of(kit.test) for kit in rendered.kits} if rendered.units == "course" else {}
    tests = Tests("here" if hrefs else "as_units", hrefs)
    own: Made = {f"{FOLDER}/{name}": partial(_own, name) for name in (*_PAGE_SCRIPTS, script, *_LAUNCH_SCRIPTS, _STYLE)}
    shared = {**rendered.pages([f"{FOLDER}/{name}" for name in _PAGE_SCRIPTS], tests), **own}
    shared |= rendered.test_pages([f"packages/{name}" for name in _PAGE_SCRIPTS])
    return shared, {unit.launch: partial(_launch, rendered, unit, platform, script) for unit in units}


def _own(name: str) -> bytes:
    text = (files("kitbag") / "templates" / "packages" / name).read_text("utf-8")
    return (lean(text) if name.endswith(".js") else lean_style(text)).encode()


def _launch(rendered: RenderedCourse, unit: Unit, platform: str, script: str) -> bytes:
    info = rendered.course.info
    environment = make_environment(folder=None, catalogue=rendered.catalogue, language=info.language)
    scripts = [*_QUIZ_SCRIPTS, *(f"{FOLDER}/{name}" for name in ("responses.js", script, *_LAUNCH_SCRIPTS))]
    island = _island(rendered, unit, platform)
    return (
        environment.get_template("packages/launch.html")
        .render(
            title=unit.title,
            folder=FOLDER,
            scripts=scripts,
            start=unit.start,
            island=as_script(island),
            # cmi5 9.0: the platform names the address of its record store when it launches the unit.
            policy=policy(
                scripts=["'self'"],
                styles=["'self'"],
                more="frame-src 'self'" + ("; connect-src http: https:" if platform == "cmi5" else ""),
            ),
        )
        .encode()
    )


def _island(rendered: RenderedCourse, unit: Unit, platform: str) -> Json:
    info = rendered.course.info
    names = [unit.lessons, [quiz.id for quiz in unit.quizzes]]
    return {
        "unit": unit.id,
        "course": iri_of(rendered.course),
        "language": info.language,
        "platform": platform,
        # The state names lessons and quizzes by their places: under others it would say something else.
        "version": sha256(json.dumps(names).encode()).hexdigest()[:8],
        "start": unit.start,
        "lessons": list(unit.lessons),
        "lessonsCount": unit.lessons_count,
        "quizzes": [
            {"id": quiz.id, "possible": str(quiz.possible), "test": quiz.test, "needed": quiz.id in unit.needed}
            for quiz in unit.quizzes
        ],
        "measures": [measure._asdict() for measure in unit.measures],
        "scored": list(unit.scored),
        "cut": info.cut_score,
        "strings": dict(rendered.catalogue.area("packages.said")),
    }
