"""Items and quizzes as accessible HTML that reads and takes answers before any script runs.

A page that shows a quiz calls one of

- `render_checkpoint(items, context, *, quiz, title=None) -> Markup`: practice items inside a lesson; the page's
  headings have reached level 1, the checkpoint opens with an `h2`;
- `render_practice_quiz(module, items, context) -> Markup`: a module's whole practice quiz, for a page whose `h1` the
  caller writes; its own headings begin at `h2`;

links every file of `QUIZ_STYLES` in its head and every file of `QUIZ_SCRIPTS`, in that order and with `defer`. The paths
are relative to `kitbag/templates`; the caller ships the files and decides where they lie. No inline script or style is
needed: the quiz's data is a JSON island, so `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'`
suffices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from kitbag.course.model import Course, Module
from kitbag.questions.model import Item
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.markdown import MarkdownRenderer

QUIZ_SCRIPTS: Final = ("quiz/shuffle.js", "quiz/scoring.js", "quiz/quiz.js")
"""Classic scripts, in loading order."""

QUIZ_STYLES: Final = ("quiz/quiz.css",)
"""Style sheets; they use the site's custom properties."""


class LessonLink(NamedTuple):
    """A lesson, as a link from the page that is being rendered."""

    title: str
    href: str


@dataclass(frozen=True)
class QuizContext:
    """What the page around a quiz knows. Every href is relative to that page."""

    course: Course
    environment: Environment
    """Made by `make_environment`; it finds `quiz/items.html`."""
    markdown: MarkdownRenderer
    catalogue: Catalogue
    passage_href: Callable[[str], str]
    """From a citation (`P2` or `P2.4`) to its place on the sources page."""
    lessons_of: Callable[[str], Sequence[LessonLink]]
    """From an objective's id to the lessons that work towards it."""
    media_href: Callable[[str], str]
    """From the name of a file under course/media."""


def render_checkpoint(
    items: Sequence[Item], context: QuizContext, *, quiz: str, title: str | None = None
) -> Markup:
    """Return practice items inside a lesson; `quiz` names the checkpoint within the course (`m1.origins.1`)."""
    raise NotImplementedError


def render_practice_quiz(module: Module, items: Sequence[Item], context: QuizContext) -> Markup:
    """Return the practice quiz of a module; `items` are its practice items, in the order to show."""
    raise NotImplementedError
