"""Lessons as pages that stand alone inside a package, without scripts: the same blocks as on the site."""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from kitbag.course.blocks import Block
from kitbag.course.model import Lesson, Module
from kitbag.exporters.base import Selection
from kitbag.rendering.blocks import BlockContext, BlockRenderer
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import QuizContext
from kitbag.rendering.markdown import MarkdownRenderer
from kitbag.rendering.policy import sealed


class LessonPages:
    """Renders the lessons of one package."""

    def __init__(self, selection: Selection, media_href: Callable[[str], str]) -> None:
        """Take what the address of a media file is, by its name under course/media, as seen from a lesson."""
        course, catalogue = selection.course, selection.catalogue
        self._course = course
        environment = make_environment(folder=None, catalogue=catalogue, language=course.info.language)
        markdown = MarkdownRenderer(top_heading=2)
        quiz = QuizContext(
            course=course,
            environment=environment,
            markdown=markdown,
            catalogue=catalogue,
            passage_href=lambda citation: f"#{citation}",
            lessons_of=lambda _: (),
            media_href=media_href,
        )
        context = BlockContext(
            environment=environment,
            catalogue=catalogue,
            markdown=markdown,
            items=course.items,
            quiz=quiz,
            cites=_cites,
            media_href=media_href,
            support=course.info.support,
        )
        self._blocks = BlockRenderer(context)
        self._template = environment.get_template("packages/lesson.html")

    def page(self, module: Module, lesson: Lesson, blocks: Sequence[Block]) -> bytes:
        """Return a lesson as a page. `blocks` are those to show: checkpoints are quizzes of the package."""
        page = self._template.render(
            course=self._course.info,
            lesson=lesson,
            body=self._blocks.lesson(blocks, _escaped, f"{module.id}.{lesson.id}"),
            objectives=[self._course.objectives[objective] for objective in lesson.objectives],
        )
        return sealed(page).encode()


def _cites(citations: Sequence[str]) -> Markup:
    """Return citations as plain words: a package has no page of sources to link to."""
    return Markup(" <small>[{}]</small>").format(", ".join(citations)) if citations else Markup()


def _escaped(text: str) -> str:
    return str(escape(text))
