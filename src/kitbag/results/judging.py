"""What a record is worth: whose it is, whether it fits the form it names, and its marks by the one scorer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly, NoForm
from kitbag.questions.blueprint import Assessment
from kitbag.questions.form_id import NoFormId, read_form_id
from kitbag.questions.model import Item, ScoringRule
from kitbag.questions.scoring import BadResponse, Score, marks_text, passes, score
from kitbag.questions.solver import Undecided
from kitbag.results.attempt import Attempt, ItemResult, Response
from kitbag.results.record import sealed
from kitbag.results.visible import visible

PRACTICE: Final = "practice-"
"""Form ids of practice quizzes begin so; they are drawn on the device and no test."""
MOST_DRAWS: Final = 26
"""No test is handed out in more variants. A form of a later draw takes as long as all before it, and is refused."""
MOST_KNOWN: Final = 20_000
"""Scores of different responses that are remembered; most people give one of the same few answers to an item."""
LONGEST_KNOWN: Final = 200
"""Characters of a response whose score is remembered."""

CLOCKS_DIFFER: Final = timedelta(days=1)
"""How far a device's clock may be ahead: more than any time zone that was set wrongly."""
MOST_EXTRA_TIME: Final = 3
"""The most that an allowance lengthens a test, with some room."""
PAUSE: Final = 60
"""Further minutes for which a test may have been left open."""

_Key: TypeAlias = tuple[ScoringRule | None, str, str | tuple[str, ...] | frozenset[tuple[str, str]] | None]


class Unfit(Exception):
    """A record that cannot count; the message says why, `code` in a word.

    `other-edition` is kept until somebody brings the edition; every other one is refused.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the reason in a word: `foreign`, `other-edition`, `practice`, `unknown-form`, `altered`, `odd-time`."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Judged:
    """A record that counts."""

    attempt: Attempt
    objectives: tuple[str, ...]
    """The learning objective of each item, in the record's order."""
    marks: Fraction
    """Marks earned, as far as marked."""
    possible: Fraction
    passed: bool | None
    """`None` for a pre-test, and while a person has yet to mark an essay that decides."""
    pending: int
    """Essays that a person has yet to mark."""
    remarks: tuple[str, ...] = ()
    """What a person should look at, each as a whole sentence. The record counts all the same."""


@dataclass(frozen=True)
class _Form:
    """A form as its records must have it."""

    test: str
    attempt: int
    shown: tuple[tuple[str, tuple[str, ...]], ...]
    """The id and the shown order of each item."""
    items: tuple[Item, ...]
    objectives: tuple[str, ...]
    possible: Fraction


class Judge:
    """Judges records of one course in one edition."""

    def __init__(self, course: Course, *, now: datetime | None = None, any_time: bool = False) -> None:
        """Take the course; its forms are drawn again as records name them.

        Args:
            course: the course.
            now: the time, with its offset from UTC; the clock's where not given.
            any_time: whether to take records whose times can't be right, as from a device with a wrong clock.
        """
        self._course = course
        self._now = now or datetime.now(UTC)
        self._any_time = any_time
        self._tests = {test.id: test for test in course.info.tests}
        self._assembly = Assembly(course.banks, course.info.tests)
        self._forms: dict[str, _Form | None] = {}
        self._earned: dict[_Key, Score] = {}

    def judge(self, attempt: Attempt) -> Judged:
        """Score a record again and return what it is worth.

        Raises:
            Unfit: it is of another course or edition, of a form that cannot be, or says what the responses do not earn.
        """
        info = self._course.info
        if attempt.course != info.id:
            raise Unfit("foreign", f'It is of the course "{_said(attempt.course)}", not of "{info.id}".')
        if attempt.edition != info.edition:
            raise Unfit(
                "other-edition", f"It needs edition {_said(attempt.edition)}; this course is edition {info.edition}."
            )
        if attempt.form.startswith(PRACTICE):
            raise Unfit("practice", "It is of a practice quiz, which nobody gathers.")
        test = self._tests.get(attempt.test)
        if test is None:
            raise Unfit("unknown-form", f'The course has no test "{_said(attempt.test)}".')
        form = self._form_of(attempt)
        if not self._any_time:
            self._check_times(attempt)
        return self._scored(attempt, test, form)

    def _check_times(self, attempt: Attempt) -> None:
        hint = "Was the clock of the device wrong? --any-time takes it all the same."
        if attempt.submitted < attempt.started:
            raise Unfit("odd-time", f"It was handed in before it was started. {hint}")
        if attempt.submitted > self._now + CLOCKS_DIFFER:
            raise Unfit("odd-time", f"It was handed in on {attempt.submitted:%Y-%m-%d}, which is yet to come. {hint}")
        if self._course.as_of and attempt.submitted.date().isoformat() < self._course.as_of:
            message = f"It was handed in on {attempt.submitted:%Y-%m-%d}, before the course was written."
            raise Unfit("odd-time", f"{message} {hint}")

    def _remarks(self, attempt: Attempt, test: Assessment) -> Iterator[str]:
        minutes = (attempt.submitted - attempt.started).total_seconds() / 60
        if test.minutes and attempt.channel != "paper" and minutes > MOST_EXTRA_TIME * test.minutes + PAUSE:
            yield f"It took {round(minutes)} minutes; the test has {test.minutes}."

    def _form_of(self, attempt: Attempt) -> _Form:
        if attempt.form not in self._forms:
            self._forms[attempt.form] = self._rebuilt(attempt.form)
        form = self._forms[attempt.form]
        if form is None or form.test != attempt.test:
            raise Unfit("unknown-form", f'There is no form "{_said(attempt.form)}" of the test "{attempt.test}".')
        if form.attempt != attempt.attempt:
            message = f"It says it is attempt {attempt.attempt}; its form is for attempt {form.attempt}."
            raise Unfit("altered", message)
        if tuple((result.item, result.order) for result in attempt.items) != form.shown:
            message = f'Its items are not those of form "{attempt.form}": it was edited, or the course was, and kept '
            raise Unfit("altered", f"{message}its edition.")
        return form

    def _rebuilt(self, name: str) -> _Form | None:
        slots = sum(test.attempts for test in self._tests.values())
        try:
            if read_form_id(name).number >= MOST_DRAWS * slots:
                return None
            form = self._assembly.rebuild(name)
        except (NoFormId, NoForm, Undecided):
            return None
        items = tuple(drawn.item for drawn in form.items)
        return _Form(
            test=form.test.id,
            attempt=form.attempt,
            shown=tuple((drawn.item.id, drawn.order) for drawn in form.items),
            items=items,
            objectives=tuple(item.objective for item in items),
            possible=Fraction(sum(item.points for item in items)),
        )

    def _scored(self, attempt: Attempt, test: Assessment, form: _Form) -> Judged:
        earned = [self._marks(result, item, test) for result, item in zip(attempt.items, form.items, strict=True)]
        marks = _sum(mark for mark in earned if mark is not None)
        if (marks, form.possible) != (_exact(attempt.marks), _exact(attempt.possible)):
            said = f"{marks_text(attempt.marks)} of {marks_text(attempt.possible)}"
            earn = f"{marks_text(marks)} of {marks_text(form.possible)}"
            raise Unfit("altered", f"It says {said} marks; its responses earn {earn}.")
        waiting = [item for mark, item in zip(earned, form.items, strict=True) if mark is None]
        passed = self._passed(test, marks, form.possible, waiting)
        cut = self._cut(test)
        if (attempt.passed is not None and passed is not attempt.passed) or attempt.cut_score not in (None, cut):
            raise Unfit("altered", "What it says of passing is not what its marks and the course say.")
        return Judged(
            attempt=attempt,
            objectives=form.objectives,
            marks=marks,
            possible=form.possible,
            passed=passed,
            pending=len(waiting),
            remarks=tuple(self._remarks(attempt, test)),
        )

    def _marks(self, result: ItemResult, item: Item, test: Assessment) -> Fraction | None:
        try:
            earned = self._score(item, result.response, test)
        except BadResponse as error:
            raise Unfit("altered", f"A response that cannot be: {error}.") from None
        said = None if result.marks is None else _exact(result.marks)
        if earned.pending and _exact(result.possible) == earned.possible:
            if said is not None and not 0 <= said <= item.points:
                raise Unfit("altered", f"{item.id}: {marks_text(said)} marks for an essay of {item.points}.")
            return said
        if said != earned.marks or _exact(result.possible) != earned.possible:
            words = "no" if result.marks is None else marks_text(result.marks)
            raise Unfit("altered", f"{item.id}: it says {words} marks; the response earns {marks_text(earned.marks)}.")
        return earned.marks

    def _score(self, item: Item, response: Response, test: Assessment) -> Score:
        """Return what a response earns, as worked out once: a score follows from item, response and rule alone."""
        rule = test.scoring or self._course.info.scoring
        parts = frozenset(response.items()) if isinstance(response, dict) else response
        key = (test.scoring, item.id, parts)
        known = self._earned.get(key)
        if known is None:
            known = score(item, response, rule=test.scoring, default=rule)
            if sum(map(len, _texts(response))) <= LONGEST_KNOWN and len(self._earned) < MOST_KNOWN:
                self._earned[key] = known
        return known

    def _passed(self, test: Assessment, marks: Fraction, possible: Fraction, waiting: Sequence[Item]) -> bool | None:
        if test.purpose == "pretest":
            return None
        cut = self._cut(test)
        # An essay that is still to be marked decides only where its marks could.
        best = marks + sum(item.points for item in waiting)
        if passes(marks, possible, cut):
            return True
        return None if passes(best, possible, cut) else False

    def _cut(self, test: Assessment) -> int:
        return self._course.info.cut_score if test.cut_score is None else test.cut_score

    def with_marks(self, attempt: Attempt, marks: Mapping[str, int]) -> Attempt:
        """Return a judged record with the marks that a person gave its essays, by item id, sealed anew.

        Raises:
            Unfit: an item is no essay that waits for marks, or has fewer points.
        """
        test = self._tests[attempt.test]
        waiting = {result.item for result in attempt.items if result.marks is None}
        for item, given in marks.items():
            if item not in waiting:
                raise Unfit("not-waiting", f'"{_said(item)}" does not wait for marks in this record.')
            if not 0 <= given <= self._course.items[item].points:
                raise Unfit("not-waiting", f"{item}: expected marks from 0 to {self._course.items[item].points}.")
        items = tuple(
            result.model_copy(update={"marks": str(marks[result.item])}) if result.item in marks else result
            for result in attempt.items
        )
        total = sum((Fraction(result.marks) for result in items if result.marks is not None), Fraction(0))
        decided = test.purpose == "final" and waiting <= marks.keys()
        passed = passes(total, Fraction(attempt.possible), self._cut(test)) if decided else None
        return sealed(attempt.model_copy(update={"items": items, "marks": str(total), "passed": passed}))


def completes(later: Attempt, earlier: Attempt) -> bool:
    """Tell whether a record is an earlier one with marks for essays that waited for them, and the same in all else."""
    given = {result.item: result.marks for result in earlier.items if result.marks is not None}
    kept = all(result.marks == given[result.item] for result in later.items if result.item in given)
    more = sum(result.marks is not None for result in later.items) > len(given)
    return kept and more and _unmarked(later) == _unmarked(earlier)


def _unmarked(attempt: Attempt) -> Attempt:
    items = tuple(result.model_copy(update={"marks": None}) for result in attempt.items)
    return attempt.model_copy(update={"items": items, "marks": "0", "passed": None, "digest": ""})


@lru_cache(maxsize=4096)
def _exact(text: str) -> Fraction:
    """Return a number of a record; most of them are the same few, and reading one takes longer than finding it."""
    return Fraction(text)


def _sum(marks: Iterable[Fraction]) -> Fraction:
    """Return a sum of fractions, most of which are whole: those are added as the integers they are."""
    parts = list(marks)
    whole = sum(part.numerator for part in parts if part.denominator == 1)
    return sum((part for part in parts if part.denominator != 1), Fraction(whole))


def _texts(response: Response) -> Iterable[str]:
    match response:
        case None:
            return ()
        case str():
            return (response,)
        case dict():
            return (*response, *response.values())
        case _:
            return response


def _said(text: str) -> str:
    return visible(text)[:60]
