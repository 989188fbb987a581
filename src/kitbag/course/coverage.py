"""What of the sources is taught, practised and tested, and where the course has gaps.

A passage or fact is *taught* where something a trainee reads in a lesson cites it; questions and the instructor's part
do not count. A citation of a whole passage teaches the passage, not each of its facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kitbag.course.audience import trainee_view
from kitbag.course.model import Course
from kitbag.course.parts import Places
from kitbag.course.provenance import PassageUse, UseKind, usage
from kitbag.course.sources import TO_WRITE, Passage
from kitbag.findings import Finding, Severity, in_order, listed
from kitbag.questions.assembly import Assembly
from kitbag.questions.model import Item, Use
from kitbag.questions.solver import Undecided
from kitbag.spreadsheets import as_csv

FEWEST_PRACTICE_ITEMS: Final = 2
"""Practice items that each objective needs."""
COLUMNS: Final = (
    "document", "passage", "fact", "text", "state", "reason", "lessons", "practice_items", "test_items"
)  # fmt: skip
"""The columns of the CSV report; lists in a cell part at spaces."""
SOURCES: Final = "course/sources.yaml"
COURSE: Final = "course/course.yaml"


@dataclass(frozen=True)
class FactCoverage:
    """Where one fact of a passage is used."""

    id: str
    """As it is cited: `P2.4`."""
    text: str
    """The fact."""
    lessons: tuple[str, ...]
    """The lessons that teach it: `m1/origins`."""
    practice: tuple[str, ...]
    """Practice items that rest on it."""
    test: tuple[str, ...]
    """Test items that rest on it."""
    left_out: str = ""
    """Why it is left out on purpose; empty where it is not."""

    @property
    def state(self) -> str:
        """`taught`, `left-out`, or `not-taught`."""
        return "taught" if self.lessons else "left-out" if self.left_out else "not-taught"


@dataclass(frozen=True)
class PassageCoverage:
    """Where one passage is used."""

    document: str
    """The id of its document."""
    id: str
    label: str
    lessons: tuple[str, ...]
    """The lessons that teach it or a fact of it."""
    practice: tuple[str, ...]
    """Practice items that rest on it."""
    test: tuple[str, ...]
    """Test items that rest on it."""
    by_objective: Mapping[str, int]
    """How many items of each objective rest on it; objectives without any are absent."""
    facts: tuple[FactCoverage, ...]
    left_out: str = ""
    """Why all of it is left out on purpose; empty where it is not."""

    @property
    def taught_facts(self) -> int:
        """How many of its facts are taught."""
        return sum(fact.state == "taught" for fact in self.facts)

    @property
    def left_out_facts(self) -> int:
        """How many of its facts are left out on purpose."""
        return sum(fact.state == "left-out" for fact in self.facts)

    @property
    def taught(self) -> bool:
        """Whether a lesson teaches it, or leaves all of it out on purpose."""
        all_left_out = bool(self.facts) and self.left_out_facts == len(self.facts)
        return bool(self.lessons) or bool(self.left_out) or all_left_out


@dataclass(frozen=True)
class ObjectiveCoverage:
    """What works towards one learning objective."""

    module: str
    id: str
    text: str
    lessons: tuple[str, ...]
    """The lessons that work towards it."""
    practice: tuple[str, ...]
    """Its practice items."""
    test: tuple[str, ...]
    """Its test items."""


@dataclass(frozen=True)
class DemandCoverage:
    """One line of a blueprint."""

    text: str
    """The demand in words: `final: 3 items of objective 4.1`."""
    supply: int
    """Items in the pool that can meet it."""


@dataclass(frozen=True)
class FormCoverage:
    """Whether a form can be drawn."""

    test: str
    attempt: int
    """From 1."""
    demands: tuple[DemandCoverage, ...]
    """What the blueprint asks of it."""
    short: str = ""
    """Why it cannot be drawn; empty where it can."""

    @property
    def met(self) -> bool:
        """Whether a form can be drawn."""
        return not self.short


@dataclass(frozen=True)
class Gap:
    """Something that is missing, with the place of the thing it is missing for."""

    code: str
    file: str
    path: tuple[str | int, ...]
    message: str
    """What is missing, as a whole sentence."""
    hint: str
    """What to do about it, as a whole sentence."""
    severity: Severity = Severity.WARNING


@dataclass(frozen=True)
class Table:
    """Rows ready to print, each as long as the header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Coverage:
    """Passages, objectives, lessons, items and forms of a course, each seen from the others."""

    passages: tuple[PassageCoverage, ...]
    objectives: tuple[ObjectiveCoverage, ...]
    forms: tuple[FormCoverage, ...]
    gaps: tuple[Gap, ...]

    def findings(self, places: Places) -> list[Finding]:
        """Return the gaps as findings, with file, line and column."""
        return in_order(
            Finding(gap.code, places.at(gap.file, *gap.path), gap.message, gap.hint, gap.severity) for gap in self.gaps
        )

    def tables(self) -> tuple[Table, ...]:
        """Return passages, objectives and forms as tables for a terminal."""
        return (
            Table(
                "Passages",
                ("Passage", "Label", "Facts", "Taught", "Left out", "Lessons", "Practice", "Test"),
                tuple(_passage_row(passage) for passage in self.passages),
            ),
            Table(
                "Objectives",
                ("Objective", "Text", "Lessons", "Practice", "Test"),
                tuple(
                    (one.id, one.text, str(len(one.lessons)), str(len(one.practice)), str(len(one.test)))
                    for one in self.objectives
                ),
            ),
            Table(
                "Forms",
                ("Test", "Attempt", "Blueprint"),
                tuple((form.test, str(form.attempt), form.short or "met") for form in self.forms),
            ),
        )

    def as_csv(self) -> str:
        """Return a row for each fact, and for each passage without facts, as CSV with a header; none is a formula."""
        return as_csv([COLUMNS, *(row for passage in self.passages for row in _csv_rows(passage))])


def coverage(course: Course) -> Coverage:
    """Return what of the course's sources is taught, practised and tested, and its gaps."""
    uses = usage(trainee_view(course), forms={})
    left_out = {one.fact: one.reason for one in course.info.left_out}
    passages = tuple(
        _passage(document.id, passage, uses[passage.id], left_out, course.items)
        for document in course.sources.documents
        for passage in document.passages
    )
    objectives = tuple(_objectives(course))
    forms = tuple(_forms(course))
    gaps = (*_source_gaps(course, passages), *_objective_gaps(course, objectives), *_form_gaps(course, forms))
    return Coverage(passages, objectives, forms, gaps)


def _passage(
    document: str,
    passage: Passage,
    uses: Sequence[PassageUse],
    left_out: Mapping[str, str],
    items: Mapping[str, Item],
) -> PassageCoverage:
    blocks = [use for use in uses if use.kind is UseKind.BLOCK and not use.through]
    practice = [use for use in uses if use.kind is UseKind.PRACTICE_ITEM]
    test = [use for use in uses if use.kind is UseKind.TEST_ITEM]
    by_objective: dict[str, int] = {}
    for item in _names((*practice, *test)):
        by_objective[items[item].objective] = by_objective.get(items[item].objective, 0) + 1
    all_of_it = left_out.get(passage.id, "")
    facts = []
    for fact in passage.facts:
        if fact.text == TO_WRITE:
            continue  # `kitbag check` reports it as such; nothing can be taught of it yet.
        name = f"{passage.id}.{fact.id}"
        reason = left_out.get(name, "") or all_of_it
        # A lesson that cites the whole passage teaches all of it but what is left out on purpose.
        taught = [use for use in blocks if name in use.citations or (passage.id in use.citations and not reason)]
        found = [[use for use in kind if name in use.citations] for kind in (practice, test)]
        facts.append(FactCoverage(name, fact.text, _lessons(taught), _names(found[0]), _names(found[1]), reason))
    used = (_lessons(blocks), _names(practice), _names(test))
    return PassageCoverage(document, passage.id, passage.label, *used, by_objective, tuple(facts), all_of_it)


def _names(uses: Iterable[PassageUse]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.name for use in uses))


def _lessons(blocks: Iterable[PassageUse]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.name.partition("#")[0] for use in blocks))


def _objectives(course: Course) -> Iterator[ObjectiveCoverage]:
    items: dict[str, dict[Use, list[str]]] = {name: {use: [] for use in Use} for name in course.objectives}
    for item in course.items.values():
        if item.objective in items:
            items[item.objective][item.use].append(item.id)
    for module in course.modules:
        for objective in module.objectives:
            lessons = tuple(f"{module.id}/{one.id}" for one in module.lessons if objective.id in one.objectives)
            practice, test = items[objective.id][Use.PRACTICE], items[objective.id][Use.TEST]
            yield ObjectiveCoverage(module.id, objective.id, objective.text, lessons, tuple(practice), tuple(test))


def _forms(course: Course) -> Iterator[FormCoverage]:
    assembly = Assembly(course.banks, course.info.tests)
    for test in course.info.tests:
        try:
            conflict = assembly.conflict(test.id)
            short = conflict.message if conflict else ""
        except Undecided:
            short = "Whether a form can be drawn could not be found out in time."
        demands = tuple(DemandCoverage(one.text, one.supply or 0) for one in assembly.blueprint_demands(test.id))
        for attempt in range(1, test.attempts + 1):
            yield FormCoverage(test.id, attempt, demands, short)


# --- Gaps ------------------------------------------------------------------------------------------------------------


def _source_gaps(course: Course, passages: Iterable[PassageCoverage]) -> Iterator[Gap]:
    by_id = {passage.id: passage for passage in passages}
    left_out_at = {one.fact: number for number, one in enumerate(course.info.left_out)}
    for place, document in enumerate(course.sources.documents):
        for number, passage in enumerate(document.passages):
            covered = by_id[passage.id]
            where = ("documents", place, "passages", number)
            if not covered.taught:
                message = f"{passage.id}: No lesson teaches this passage."
                yield Gap("passage-not-taught", SOURCES, where, message, _TEACH_IT)
                continue
            if covered.left_out and covered.lessons:
                yield _left_out_and_taught(passage.id, covered.lessons, left_out_at[passage.id])
                continue
            for position, fact in enumerate(covered.facts):
                if fact.state == "not-taught":
                    message = f"{fact.id}: No lesson teaches this fact."
                    yield Gap("fact-not-taught", SOURCES, (*where, "facts", position), message, _TEACH_IT)
                elif fact.lessons and fact.left_out:
                    yield _left_out_and_taught(fact.id, fact.lessons, left_out_at[fact.id])


_TEACH_IT: Final = 'Cite it where it is taught, or name it under "left_out" in course.yaml with the reason.'


def _left_out_and_taught(name: str, lessons: Iterable[str], number: int) -> Gap:
    message = f"{name} is left out on purpose, and taught in {listed(lessons)}."
    return Gap("left-out-taught", COURSE, ("left_out", number), message, "Delete one of the two.")


def _objective_gaps(course: Course, objectives: Iterable[ObjectiveCoverage]) -> Iterator[Gap]:
    at = {one.id: (module.id, n) for module in course.modules for n, one in enumerate(module.objectives)}
    for objective in objectives:
        module, number = at[objective.id]
        file, path = f"course/{module}.yaml", ("objectives", number)
        if not objective.lessons:
            message = f"{objective.id}: No lesson works towards this objective."
            yield Gap("objective-not-taught", file, path, message, "Name it in a lesson.")
        if len(objective.practice) < FEWEST_PRACTICE_ITEMS:
            have = "one practice item" if objective.practice else "no practice item"
            message = f"{objective.id}: This objective has {have}."
            yield Gap("objective-not-practised", file, path, message, f"Write at least {FEWEST_PRACTICE_ITEMS}.")
        if course.info.tests and not objective.test:
            message = f"{objective.id}: This objective has no test item."
            yield Gap("objective-not-tested", file, path, message, "Write one.")


def _form_gaps(course: Course, forms: Iterable[FormCoverage]) -> Iterator[Gap]:
    at = {test.id: number for number, test in enumerate(course.info.tests)}
    told = set()
    for form in forms:
        # Tests drawn together fall short together: say so once.
        if form.short and form.short not in told:
            told.add(form.short)
            hint = "Write more items, or ask for fewer."
            yield Gap("blueprint-short", COURSE, ("tests", at[form.test], "blueprint"), form.short, hint)


# --- Rows ------------------------------------------------------------------------------------------------------------


def _passage_row(one: PassageCoverage) -> tuple[str, ...]:
    counts = (one.facts, range(one.taught_facts), range(one.left_out_facts), one.lessons, one.practice, one.test)
    return (one.id, one.label, *(str(len(count)) for count in counts))


def _csv_rows(one: PassageCoverage) -> Iterator[list[str]]:
    for fact in one.facts:
        used = (" ".join(names) for names in (fact.lessons, fact.practice, fact.test))
        yield [one.document, one.id, fact.id, fact.text, fact.state, fact.left_out, *used]
    if not one.facts:
        used = (" ".join(names) for names in (one.lessons, one.practice, one.test))
        state = "taught" if one.lessons else "left-out" if one.left_out else "not-taught"
        yield [one.document, one.id, "", one.label, state, one.left_out, *used]
