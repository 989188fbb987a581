"""A lesson's blocks as HTML: one small template a block type, under `site/blocks/`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, assert_never

from jinja2 import Environment
from markupsafe import Markup

from kitbag.course.blocks import (
    Activity,
    Block,
    Checkpoint,
    Figure,
    InstructorNote,
    KeyPoints,
    Notice,
    Reflection,
    RolesChart,
    Scenario,
    Table,
    TextBlock,
    Timeline,
)
from kitbag.questions.model import Item
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.figures import NARROW, WIDE, roles_chart_svg, timeline_svg
from kitbag.rendering.items import QuizContext, render_checkpoint
from kitbag.rendering.markdown import Linker, MarkdownRenderer


@dataclass(frozen=True)
class BlockContext:
    """What the page around the blocks knows. Every href is relative to that page."""

    environment: Environment
    catalogue: Catalogue
    markdown: MarkdownRenderer
    items: Mapping[str, Item]
    quiz: QuizContext
    cites: Callable[[Sequence[str]], Markup]
    """The links that follow a statement."""
    media_href: Callable[[str], str]
    """From the name of a file under course/media."""
    support: str | None
    """What a sensitivity notice adds about stepping out and support."""


class BlockRenderer:
    """Renders the blocks of many lessons; `context` serves every page at the same depth."""

    def __init__(self, context: BlockContext) -> None:
        """Keep the context and the templates."""
        self._context = context
        self._template = cache(lambda kind: context.environment.get_template(f"site/blocks/{kind}.html"))

    def lesson(self, blocks: Sequence[Block], terms: Linker, quiz: str) -> Markup:
        """Return all blocks of a lesson in order. `quiz` begins the names of its checkpoints: `m1.origins`."""
        return Markup("").join(
            [self._block(block, f"b{number}", terms, f"{quiz}.{number}") for number, block in enumerate(blocks, 1)]
        )

    def _block(self, block: Block, name: str, terms: Linker, quiz: str) -> Markup:
        match block:
            case Timeline():
                return self._fill(block.type, block, name, terms, drawings=self._drawings(block, name))
            case RolesChart():
                actors = {box.id: box.title for group in block.groups for box in group.boxes}
                return self._fill(block.type, block, name, terms, actors=actors, drawings=self._drawings(block, name))
            case Figure():
                return self._fill(block.type, block, name, terms, src=self._context.media_href(block.src))
            case Notice():
                return self._fill(block.type, block, name, terms, support=self._context.support)
            case TextBlock() | KeyPoints() | Table() | Scenario() | Activity() | Reflection():
                return self._fill(block.type, block, name, terms)
            case Checkpoint():
                items = [self._context.items[item] for item in block.items]
                quiz_markup = render_checkpoint(items, self._context.quiz, name=name, quiz=quiz, title=block.title)
                return Markup('<div class="block" id="{}">{}</div>\n').format(name, quiz_markup)
            case InstructorNote():
                return Markup()
            case _:
                assert_never(block)

    def _fill(self, kind: str, block: Block, name: str, terms: Linker, **more: Any) -> Markup:
        markdown = self._context.markdown
        return Markup(
            self._template(kind).render(
                block=block,
                name=name,
                cites=self._context.cites,
                md=lambda text: markdown.block(text, terms),
                line=lambda text: markdown.inline(text, terms),
                **more,
            )
        )

    def _drawings(self, figure: Timeline | RolesChart, name: str) -> list[tuple[str, Markup]]:
        """Return the same drawing twice: the style sheet shows the one that fits the screen."""
        drawings = []
        for size, width in (("wide", WIDE), ("narrow", NARROW)):
            own = f"{name}-{size}"
            if isinstance(figure, Timeline):
                svg = timeline_svg(figure, self._context.catalogue, width=width, name=own)
            else:
                svg = roles_chart_svg(figure, self._context.catalogue, width=width, name=own)
            drawings.append((size, svg))
        return drawings
