"""The chain from what a course says to what it rests on, and back: every use of every passage.

A use is one statement with a citation of its own, such as a key point, an item, a glossary entry, or a paper that
prints such statements, such as a form or a handout. Where something rests on a passage only through something else,
the use says through what.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from pydantic import BaseModel

from kitbag.course.blocks import Checkpoint, Figure, KeyPoints, RolesChart, Table, Timeline
from kitbag.course.model import Course, Module
from kitbag.course.parts import walk
from kitbag.fields import Cited
from kitbag.questions.model import ItemBank, Use

Path_: TypeAlias = tuple[str | int, ...]

_ON_HANDOUTS = (KeyPoints, Figure, Table, Timeline, RolesChart)
"""The blocks that a trainee handout prints."""


class UseKind(StrEnum):
    """What rests on a passage; in the order in which a mistake there does harm."""

    TEST_ITEM = "test-item"
    FORM = "form"
    PRACTICE_ITEM = "practice-item"
    BLOCK = "block"
    TERM = "term"
    JOB_AID = "job-aid"
    TRAINEE_HANDOUT = "trainee-handout"
    INSTRUCTOR_GUIDE = "instructor-guide"
    GUIDANCE = "guidance"
    """A statement in the instructor's part of a module."""
    ERRATUM = "erratum"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class PassageUse:
    """One thing that rests on a passage."""

    kind: UseKind
    name: str
    """Its id; for a block `module/lesson#number`, for a handout or guide the module's id."""
    text: str
    """The statement itself, in Markdown; empty for papers."""
    file: str
    """Where it is written, from the course folder."""
    path: Path_
    """And where in that file."""
    citations: tuple[str, ...]
    """What it cites of the passage: `P2`, `P2.4`."""
    through: tuple[str, ...] = ()
    """The ids of the items or stimuli that cite the passage, where this one does not itself."""


def passage_of(citation: str) -> str:
    """Return the passage that a citation names: `P2` for `P2.4`."""
    return citation.partition(".")[0]


def usage(course: Course, forms: Mapping[str, Sequence[str]] | None = None) -> dict[str, tuple[PassageUse, ...]]:
    """Return for each passage, cited or not, what rests on it: in the order of `UseKind`, then of the course.

    Args:
        course: the course; with `trainee_view` of it, what only instructors read is left out.
        forms: the ids of the items on each form that was drawn, by the form's id. Where none are named, a test stands
            for every form that may be drawn for it.
    """
    found: dict[str, dict[tuple[UseKind, str, Path_], PassageUse]] = {passage: {} for passage in course.passages}
    for use, citations in _uses(course, _every_form(course) if forms is None else forms):
        by_passage: dict[str, dict[str, None]] = {}
        for citation in citations:
            by_passage.setdefault(passage_of(citation), {})[citation] = None
        for passage, cited in by_passage.items():
            if passage in found:
                key = (use.kind, use.name, use.path)
                found[passage][key] = _joined(found[passage].get(key), use, tuple(cited))
    order = {kind: number for number, kind in enumerate(UseKind)}
    return {passage: tuple(sorted(uses.values(), key=lambda use: order[use.kind])) for passage, uses in found.items()}


def _joined(earlier: PassageUse | None, use: PassageUse, citations: tuple[str, ...]) -> PassageUse:
    """Make one use of two at the same place, such as a paper that rests on a passage through several items."""
    if earlier is None:
        # Not `replace`, which takes ten times as long: a large course has many uses.
        return PassageUse(use.kind, use.name, use.text, use.file, use.path, citations, use.through)
    # What cites the passage itself needs no go-between.
    through = tuple(dict.fromkeys((*earlier.through, *use.through))) if earlier.through and use.through else ()
    return replace(earlier, citations=tuple(dict.fromkeys((*earlier.citations, *citations))), through=through)


def _every_form(course: Course) -> dict[str, tuple[str, ...]]:
    return {
        test.id: tuple(item.id for item in course.items.values() if item.use is test.blueprint.use)
        for test in course.info.tests
    }


def _uses(course: Course, forms: Mapping[str, Sequence[str]]) -> Iterator[tuple[PassageUse, Iterable[str]]]:
    """Give each use with everything it cites, of whatever passage."""
    cited_by_item = _citations_of_items(course)
    for bank in course.banks:
        yield from _bank_uses(bank, cited_by_item)
    for form, items in forms.items():
        for item in items:
            for through, cites in cited_by_item.get(item, {}).items():
                yield PassageUse(UseKind.FORM, form, "", "course/course.yaml", ("tests",), (), (through,)), cites
    for module in course.modules:
        yield from _module_uses(module, cited_by_item)
    for number, term in enumerate(course.glossary.terms):
        use = PassageUse(UseKind.TERM, term.id, term.definition, "course/glossary.yaml", ("terms", number), ())
        yield use, term.cites
    for path, part in walk(course.info):
        if isinstance(part, Cited):
            yield PassageUse(UseKind.JOB_AID, course.info.id, _text(part), "course/course.yaml", path, ()), part.cites
    for number, left_out in enumerate(course.info.left_out):
        path = ("left_out", number)
        yield (
            PassageUse(UseKind.LEFT_OUT, left_out.fact, left_out.reason, "course/course.yaml", path, ()),
            [left_out.fact],
        )
    for place, document in enumerate(course.sources.documents):
        for number, erratum in enumerate(document.errata):
            path = ("documents", place, "errata", number)
            use = PassageUse(UseKind.ERRATUM, erratum.id, erratum.should_say, "course/sources.yaml", path, ())
            yield use, [erratum.passage]


def _citations_of_items(course: Course) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for each item what it rests on, by the id of what cites it: the item itself, or its stimulus."""
    cited: dict[str, dict[str, tuple[str, ...]]] = {}
    for bank in course.banks:
        stimuli = {stimulus.id: stimulus for stimulus in bank.stimuli}
        for item in bank.items:
            cited[item.id] = {item.id: item.cites}
            if item.stimulus in stimuli:
                cited[item.id][item.stimulus] = stimuli[item.stimulus].cites
    return cited


def _bank_uses(
    bank: ItemBank, cited_by_item: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Iterator[tuple[PassageUse, Iterable[str]]]:
    for number, item in enumerate(bank.items):
        kind = UseKind.TEST_ITEM if item.use is Use.TEST else UseKind.PRACTICE_ITEM
        for through, cites in cited_by_item[item.id].items():
            named = () if through == item.id else (through,)
            file = f"questions/{bank.module}.yaml"
            yield PassageUse(kind, item.id, item.stem, file, ("items", number), (), named), cites


def _module_uses(
    module: Module, cited_by_item: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Iterator[tuple[PassageUse, Iterable[str]]]:
    file = f"course/{module.id}.yaml"

    def paper(kind: UseKind, *through: str) -> PassageUse:
        return PassageUse(kind, module.id, "", file, (), (), through)

    on_handout: dict[str, None] = {}
    in_guide: dict[str, None] = {}
    for position, lesson in enumerate(module.lessons):
        for number, block in enumerate(lesson.blocks):
            name = f"{module.id}/{lesson.id}#{number + 1}"
            path: Path_ = ("lessons", position, "blocks", number)
            for inner, part in walk(block, path):
                if isinstance(part, Cited):
                    yield PassageUse(UseKind.BLOCK, name, _text(part), file, inner, ()), part.cites
                    in_guide |= dict.fromkeys(part.cites)
                    if isinstance(block, _ON_HANDOUTS):
                        on_handout |= dict.fromkeys(part.cites)
            if isinstance(block, Checkpoint):
                for item in block.items:
                    for through, cites in cited_by_item.get(item, {}).items():
                        yield PassageUse(UseKind.BLOCK, name, "", file, path, (), (through,)), cites
    for inner, part in walk(module.instructor, ("instructor",)):
        if isinstance(part, Cited):
            yield PassageUse(UseKind.GUIDANCE, module.id, _text(part), file, inner, ()), part.cites
            in_guide |= dict.fromkeys(part.cites)
    yield paper(UseKind.TRAINEE_HANDOUT), on_handout
    for item in module.self_checks:
        for through, cites in cited_by_item.get(item, {}).items():
            yield paper(UseKind.TRAINEE_HANDOUT, through), cites
    if module.instructor:
        yield paper(UseKind.INSTRUCTOR_GUIDE), in_guide


def _text(part: BaseModel) -> str:
    """Return the words that make the statement, whatever its model calls them."""
    for name in ("text", "question", "caption", "aim", "alt", "title"):
        words = getattr(part, name, None)
        if isinstance(words, str):
            return words
    return ""
