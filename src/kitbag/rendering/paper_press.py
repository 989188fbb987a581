"""What all printed documents share: the templates, the running heads, the pictures, and the items in printed form."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeVar
from urllib.parse import quote

from markupsafe import Markup

from kitbag.course.blocks import Moment, RolesChart
from kitbag.course.model import Course, JobAidPoint
from kitbag.questions.model import Item
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.branding import brand_css, own_css
from kitbag.rendering.catalogue import Catalogue, catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.figures import roles_chart_svg
from kitbag.rendering.markdown import MarkdownRenderer, plain
from kitbag.rendering.paper_items import ItemPrinter
from kitbag.rendering.paper_pdf import PaperDocument
from kitbag.rendering.paper_quotes import curved
from kitbag.rendering.pictures import embedded
from kitbag.results.sheet import SheetEntry, sheet_entry

T = TypeVar("T")
Size: TypeAlias = Literal["a4", "letter"]
"""The paper: ISO A4 or US Letter."""

DIGEST_SHOWN: Final = 12
"""Hexadecimal digits of the content digest on a page: enough to tell two states of a document apart."""

_DIGEST_HERE: Final = "\ue000digest\ue000"
"""Stands where a document's digest goes until the rest is written; private-use letters, which no font has."""

SLIDE_LINES: Final = 9
"""Lines of text below the heading of a slide."""

_ROOT: Final = re.compile(r":root\s*\{([^{}]*)\}")
_PROPERTY: Final = re.compile(r"--[\w-]+\s*:[^;{}<>\"']*;")

# The chart's classes in print: pale areas and dark lines, which grey keeps apart.
_CHART_STYLE: Final = (
    "<style>.frame{fill:#edf1f3;stroke:#8b979f}.actor{fill:#fff;stroke:#16202b}.group{fill:#0b4a63}"
    ".label-back{fill:#fff}.link{stroke-width:1.8}</style>"
)


class Press:
    """Makes documents of one course, in its language and with its own templates, for one size of paper."""

    def __init__(self, course: Course, *, size: Size, templates: Path | None) -> None:
        """Take the course as the readers of these documents may see it (see `trainee_view`).

        `templates` is the course folder whose own templates come first; `None` leaves only the theme.
        """
        self.course = course
        self.size = size
        self._templates = templates
        self.catalogue: Catalogue = catalogue_of(course)
        self._markdown = MarkdownRenderer()
        self.items = ItemPrinter(self.catalogue.for_pages, self._markdown, course.stimuli)

    def document(
        self, path: str, template: str, title: str, *, pages: int | None = None, **context: Any
    ) -> PaperDocument:
        """Return a document whose HTML is made when it is asked for, from a template under `handouts/`."""
        return PaperDocument(path, title, partial(self._page, template, title, context), pages)

    def practice(self, item: Item) -> SheetEntry:
        """Return how a practice item is printed: in an order that stays the same through an edition."""
        return sheet_entry(item, shown_order(item, f"{self.course.info.id} {self.course.info.edition} paper"))

    @cached_property
    def _environment(self) -> Any:
        environment = make_environment(
            folder=self._templates, catalogue=self.catalogue, language=self.course.info.language
        )
        environment.share(chart=self._chart, picture=partial(embedded, self.course))
        environment.offer_filters(dealt=dealt)
        return environment

    @cached_property
    def _brand(self) -> Markup:
        """Return the custom properties of the branding and of brand.css: colours hold on paper too, rules do not."""
        sheets = (brand_css(self.course.info.branding, None), own_css(self._templates))
        roots = (_ROOT.search((sheet or b"").decode("utf-8", "replace")) for sheet in sheets)
        return Markup("".join(part for root in roots if root for part in _PROPERTY.findall(root[1])))

    def _page(self, template: str, title: str, context: dict[str, Any]) -> str:
        course = self.course
        html = str(
            self._environment.select_template([template, f"handouts/{template}"]).render(
                course=course,
                info=course.info,
                title=title,
                size=self.size,
                as_of=date.fromisoformat(course.as_of) if course.as_of else None,
                digest=_DIGEST_HERE,
                brand=self._brand,
                **context,
            )
        )
        html = curved(html, course.info.language)
        # Of what the document says, so that a paper changes when that changes and not before.
        return html.replace(_DIGEST_HERE, sha256(html.encode()).hexdigest()[:DIGEST_SHOWN])

    def _chart(self, chart: RolesChart, width: float) -> Markup:
        """Return the who-does-what chart as an image whose alternative text says all that it shows."""
        drawing = str(roles_chart_svg(chart, self.catalogue, width=width, name="chart"))
        drawing = drawing.replace("<svg ", '<svg font-family="Source Sans 3" color="#16202b" ', 1)
        drawing = drawing.replace("</desc>", f"</desc>{_CHART_STYLE}", 1)
        return Markup('<img class="chart" src="data:image/svg+xml,{}" alt="{}">').format(
            quote(drawing), chart_text(chart)
        )


def dealt(things: Sequence[T], width: int, room: float = SLIDE_LINES) -> list[list[T]]:
    """Return things in runs that each fill a slide or a panel, by about how many lines of so many letters they take."""
    runs: list[list[T]] = []
    left = 0.0
    for thing in things:
        lines = 0.5 + sum(-(-len(text) // width) for text in _texts(thing))
        if lines > left:
            runs.append([])
            left = room
        runs[-1].append(thing)
        left -= lines
    return runs


def _texts(thing: object) -> list[str]:
    if isinstance(thing, Moment):
        return [f"{plain(event.text)} [{', '.join(event.cites)}]" for event in thing.events]
    if isinstance(thing, JobAidPoint):
        return [f"{plain(thing.text)} [{', '.join(thing.cites)}]"]
    return [plain(str(getattr(thing, "text", thing)))]


def chart_text(chart: RolesChart) -> str:
    """Return all that a who-does-what chart shows, as sentences."""
    names = {box.id: box.title for group in chart.groups for box in group.boxes}
    groups = []
    for group in chart.groups:
        boxes = [f"{box.title} ({plain(box.text)})" if box.text else box.title for box in group.boxes]
        groups.append(f"{group.title}: {'; '.join(boxes)}.")
    links = [f"{names[link.source]} {link.label} {names[link.target]}." for link in chart.links]
    return " ".join([f"{chart.title}.", *groups, *links])
