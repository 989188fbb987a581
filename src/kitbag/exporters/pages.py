"""Lessons as pages that stand alone inside a package, without scripts: the same blocks as on the site."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup

from kitbag.course.model import Block, Lesson, Module
from kitbag.exporters.base import Selection
from kitbag.rendering.blocks import BlockContext, BlockRenderer
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import QuizContext
from kitbag.rendering.markdown import MarkdownRenderer


def lesson_page(
    selection: Selection, module: Module, lesson: Lesson, blocks: Sequence[Block], media_href: Callable[[str], str]
) -> bytes:
    """Return a lesson as a page. `blocks` are those to show: checkpoints are quizzes of the package."""
    course = selection.course
    environment = _environment(course.info.language)
    markdown = MarkdownRenderer()
    quiz = QuizContext(
        course=course,
        environment=environment,
        markdown=markdown,
        catalogue=selection.catalogue,
        passage_href=lambda citation: f"#{citation}",
        lessons_of=lambda _: (),
        media_href=media_href,
    )
    context = BlockContext(
        environment=environment,
        catalogue=selection.catalogue,
        markdown=markdown,
        items=course.items,
        quiz=quiz,
        cites=_cites,
        media_href=media_href,
        support=course.info.support,
    )
    body = BlockRenderer(context).lesson(blocks, _escaped, f"{module.id}.{lesson.id}")
    page = environment.get_template("packages/lesson.html").render(
        course=course.info,
        module=module,
        lesson=lesson,
        body=body,
        objectives=[course.objectives[objective] for objective in lesson.objectives],
    )
    return page.encode()


@lru_cache(maxsize=4)
def _environment(language: str) -> Environment:
    from kitbag.rendering.catalogue import catalogue_for

    return make_environment(folder=None, catalogue=catalogue_for(language), language=language)


def _cites(citations: Sequence[str]) -> Markup:
    """Return citations as plain words: a package has no page of sources to link to."""
    return Markup(" <small>[{}]</small>").format(", ".join(citations)) if citations else Markup()


def _escaped(text: str) -> str:
    return str(Markup.escape(text))
