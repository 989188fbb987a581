"""Whether the course still stands on its sources today, and what to look up before it is taught.

Nothing here looks at a clock: the day is given, so that one input makes one output.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from kitbag.course.model import Course
from kitbag.course.parts import Places
from kitbag.course.provenance import PassageUse, usage
from kitbag.course.sources import TO_WRITE, Document, Fact, Observation, Passage
from kitbag.findings import Finding, Severity, listed

FILE: Final = "course/sources.yaml"


@dataclass(frozen=True, slots=True)
class FactToCheck:
    """A fact that may have changed since it was recorded."""

    document: Document
    passage: Passage
    fact: Fact
    by: date
    """When it must be checked again at the latest."""
    due: bool
    """That day is past."""
    uses: tuple[PassageUse, ...]
    """What cites the fact itself, or its passage as a whole."""

    @property
    def citation(self) -> str:
        """How the fact is cited: `P2.6`."""
        return f"{self.passage.id}.{self.fact.id}"


@dataclass(frozen=True, slots=True)
class ChangedPassage:
    """A passage that a newer copy has otherwise, and that nobody has pinned again."""

    document: Document
    passage: Passage
    observed: Observation
    uses: tuple[PassageUse, ...]
    """What rests on it."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """What an instructor looks up before teaching."""

    review_by: date
    """When the course must be looked through as a whole."""
    review_due: bool
    """That day is past."""
    changed: tuple[ChangedPassage, ...]
    """Changes that wait for a person."""
    facts: tuple[FactToCheck, ...]
    """The facts to check again, those that are due first."""


def before_you_teach(course: Course, *, today: date) -> Checklist:
    """Return what has to be looked up before the course is taught on this day."""
    passages = [passage for document in course.sources.documents for passage in document.passages]
    asked = any(passage.observed or any(fact.recheck for fact in passage.facts) for passage in passages)
    uses = usage(course) if asked else {}
    facts = [
        FactToCheck(
            document=document,
            passage=passage,
            fact=fact,
            by=(by := fact.recheck_by or course.info.review_by),
            due=by < today,
            uses=tuple(use for use in uses[passage.id] if {passage.id, f"{passage.id}.{fact.id}"} & set(use.citations)),
        )
        for document in course.sources.documents
        for passage in document.passages
        for fact in passage.facts
        if fact.recheck
    ]
    changed = [
        ChangedPassage(document, passage, passage.observed, uses[passage.id])
        for document in course.sources.documents
        for passage in document.passages
        if passage.observed
    ]
    return Checklist(
        review_by=course.info.review_by,
        review_due=course.info.review_by < today,
        changed=tuple(changed),
        facts=tuple(sorted(facts, key=lambda check: not check.due)),
    )


def currency(course: Course, places: Places, *, today: date) -> Iterator[Finding]:
    """Give a finding for everything in sources.yaml that waits for a person, and for every day that is past."""
    checklist = before_you_teach(course, today=today)
    where = {
        passage.id: ("documents", number, "passages", position)
        for number, document in enumerate(course.sources.documents)
        for position, passage in enumerate(document.passages)
    }
    yield from _to_write(course, places)
    for change in checklist.changed:
        passage, observed = change.passage, change.observed
        yield Finding(
            "changed-passage",
            places.key_at(FILE, *where[passage.id], "observed"),
            f"{passage.id} is {observed.change} in the copy of {observed.day}; {_resting(change.uses)}.",
            f'Settle what rests on it, then run: kitbag sources pin {passage.id} --reason "…"',
            Severity.WARNING,
        )
    if checklist.review_due:
        yield Finding(
            "review-due",
            places.at("course/course.yaml", "review_by"),
            f"The course had to be looked through by {checklist.review_by}.",
            "Look it through, then set a later day.",
            Severity.WARNING,
        )
    for check in checklist.facts:
        if check.due:
            facts = check.passage.facts
            yield Finding(
                "recheck-due",
                places.at(FILE, *where[check.passage.id], "facts", facts.index(check.fact), "recheck"),
                f"{check.citation} had to be checked again by {check.by}: {check.fact.recheck}",
                'Check it, then set "recheck_by" to a later day.',
                Severity.WARNING,
            )


def _to_write(course: Course, places: Places) -> Iterator[Finding]:
    def unwritten(value: str, what: str, *path: str | int, hint: str = "") -> Iterator[Finding]:
        if value == TO_WRITE:
            place = places.at(FILE, "documents", *path)
            yield Finding("to-write", place, f"{what} is still to be written.", hint, Severity.WARNING)

    for number, document in enumerate(course.sources.documents):
        yield from unwritten(document.title, f"{document.id}: the title", number, "title")
        yield from unwritten(document.publisher, f"{document.id}: the publisher", number, "publisher")
        yield from unwritten(document.locator, f"{document.id}: the locator", number, "locator")
        for position, passage in enumerate(document.passages):
            here = (number, "passages", position)
            hint = "Say in a few words of your own what the passage is about."
            facts = [place for place, fact in enumerate(passage.facts) if fact.text == TO_WRITE]
            if passage.label == TO_WRITE and facts:
                place = places.at(FILE, "documents", *here, "label")
                message = f"{passage.id}: the label and the facts are still to be written."
                hint += ' Write what it states as facts, or delete "facts".'
                yield Finding("to-write", place, message, hint, Severity.WARNING)
                continue
            yield from unwritten(passage.label, f"{passage.id}: the label", *here, "label", hint=hint)
            for fact in facts:
                name = f"{passage.id}.{passage.facts[fact].id}: the fact"
                hint = "Say in a sentence of your own what the passage states, or delete the fact."
                yield from unwritten(TO_WRITE, name, *here, "facts", fact, "text", hint=hint)


def _resting(uses: tuple[PassageUse, ...]) -> str:
    if not uses:
        return "nothing in the course rests on it"
    names = list(dict.fromkeys(use.name for use in uses))
    return f"it is used by {listed(names, 5)}"
