"""Citations both ways: from a statement to its passage, and from a passage to everything that rests on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from kitbag.course.model import Course, Lesson, Module
from kitbag.course.parts import walk
from kitbag.course.sources import Passage
from kitbag.fields import Cited
from kitbag.questions.model import Item, Use
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.template_data import show


def passage_of(citation: str) -> str:
    """Return the passage a citation names: `P2` for `P2.4`."""
    return citation.partition(".")[0]


def anchor(citation: str) -> str:
    """Return the id of a passage or fact on the sources page."""
    return f"fact-{citation}" if "." in citation else f"passage-{citation}"


class CitationLinks:
    """Makes the small links that follow a statement."""

    def __init__(self, passages: dict[str, Passage], catalogue: Catalogue, root: str) -> None:
        """Take the passages, and the way from the page to the site's root (`../../`)."""
        self._passages = passages
        self._catalogue = catalogue
        self._root = root
        self._links = lru_cache(maxsize=None)(self._made)

    def href(self, citation: str) -> str:
        """Return where a citation leads, from the page."""
        return f"{self._root}sources.html#{anchor(citation)}"

    def __call__(self, citations: Sequence[str]) -> Markup:
        """Return the links, in the author's order; empty where nothing is cited."""
        if not citations:
            return Markup()
        return self._links(tuple(citations))

    def _made(self, citations: Sequence[str]) -> Markup:
        # The first of several facts of one passage names the passage; the others would only say it again.
        last = ("", *map(passage_of, citations))
        links = Markup(" ").join(
            self._make(citation, labelled=passage_of(citation) != before)
            for citation, before in zip(citations, last, strict=False)
        )
        return Markup('<span class="cites">{}</span>').format(links)

    def _make(self, citation: str, *, labelled: bool) -> Markup:
        if labelled:
            # The passage's label is part of the link's name, so that a list of links makes sense when read aloud.
            label = self._passages[passage_of(citation)].label
            name = self._catalogue.text("common.source", passage=citation, label=label)
        else:
            name = self._catalogue.text("common.source_again", passage=citation)
        return Markup('<a href="{}" aria-label="{}">{}</a>').format(self.href(citation), name, citation)


@dataclass(frozen=True)
class LessonUse:
    """A lesson that rests on a passage."""

    module: Module
    lesson: Lesson
    block: int
    """The number of the first block that does, counted from 1."""
    citations: tuple[str, ...]
    """What the lesson cites of the passage, in its order."""


@dataclass(frozen=True)
class PracticeUse:
    """A module's practice items that rest on a passage."""

    module: Module
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Uses:
    """What rests on one passage, in teaching order."""

    lessons: tuple[LessonUse, ...]
    practice: tuple[PracticeUse, ...]


show(LessonUse, "module", "lesson", "block", "citations")
show(PracticeUse, "module", "items")
show(Uses, "lessons", "practice")


def uses_of_passages(course: Course) -> dict[str, Uses]:
    """Return for each passage, cited or not, where trainees meet it. Items of tests stay unnamed."""
    lessons: dict[str, list[LessonUse]] = {passage: [] for passage in course.passages}
    practice: dict[str, list[PracticeUse]] = {passage: [] for passage in course.passages}
    for module in course.modules:
        for lesson in module.lessons:
            first: dict[str, int] = {}
            cited: list[str] = []
            for number, block in enumerate(lesson.blocks, 1):
                here = list(_citations(block))
                cited += here
                for citation in here:
                    first.setdefault(passage_of(citation), number)
            for passage, citations in _by_passage(cited).items():
                lessons[passage].append(LessonUse(module, lesson, first[passage], citations))
        items: dict[str, list[Item]] = {}
        for item in practice_items(course, module):
            for passage in _by_passage(item.cites):
                items.setdefault(passage, []).append(item)
        for passage, found in items.items():
            practice[passage].append(PracticeUse(module, tuple(found)))
    return {passage: Uses(tuple(lessons[passage]), tuple(practice[passage])) for passage in course.passages}


def practice_items(course: Course, module: Module) -> tuple[Item, ...]:
    """Return the items of a module's practice quiz, in bank order."""
    return tuple(item for item in course.bank_of[module.id].items if item.use is Use.PRACTICE)


def _citations(block: object) -> Iterator[str]:
    for _, part in walk(block):
        if isinstance(part, Cited):
            yield from part.cites


def _by_passage(citations: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for citation in citations:
        found.setdefault(passage_of(citation), {})[citation] = None
    return {passage: tuple(names) for passage, names in found.items()}
