"""A quiz or test while it is taken: what was asked and answered so far, and the attempt record made of it.

Nothing here reads, writes or asks for the time: the state is one frozen value, and each step gives the next. A
caller that keeps the state (`kitbag.results.sittings`) before showing it loses nothing that a trainee sees as saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from kitbag.course.model import Course
from kitbag.fields import Model
from kitbag.questions.assembly import DrawnItem
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Item, ScoringRule
from kitbag.questions.scoring import BadResponse, Score, passes, score
from kitbag.results.attempt import Attempt, AttemptId, ItemResult, Response
from kitbag.results.record import sealed

MOST_UNDONE: Final = 200
"""Steps that can be taken back."""

LARGEST: Final = 1_000_000_000
"""The largest number in a sitting; of seconds, some thirty years, which only a clock that was set can count."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]


class Answer(Model):
    """What was done with one question so far."""

    response: Response = None
    flagged: bool = False
    seconds: Count = 0


class Step(Model):
    """What a question was before it was changed."""

    place: Count
    response: Response
    flagged: bool


class State(Model):
    """All that a sitting is, as it is kept in a file."""

    schema_: Annotated[Literal["sitting/1"], Field(alias="schema")]
    id: AttemptId
    """The id that the attempt record will have."""
    course: str
    edition: str
    test: str
    form: str
    items: tuple[str, ...]
    """The items asked; where the course no longer asks the same, the sitting cannot go on."""
    person: str
    limit: Count | None
    """Seconds allowed in all; `None` without a limit."""
    started: AwareDatetime
    seen: AwareDatetime
    """The latest time that is known to have been: a clock that is set back gains nothing."""
    submitted: AwareDatetime | None = None
    place: Count = 0
    answers: tuple[Answer, ...]
    steps: tuple[Step, ...] = ()
    """What can be taken back, the latest last."""


@dataclass(frozen=True)
class Quiz:
    """What is asked: a form of a test, or the practice items of a module."""

    course: Course
    test: Assessment | None
    """The test; `None` for practice."""
    name: str
    """The test's or the module's id."""
    form: str
    attempt: int
    questions: tuple[DrawnItem, ...]

    @property
    def rule(self) -> ScoringRule | None:
        """The rule that scores every item, where the test sets one."""
        return self.test.scoring if self.test else None

    @property
    def cut_score(self) -> int | None:
        """Percentage that passes; `None` where nothing is to be passed."""
        if self.test is None or self.test.purpose == "pretest":
            return None
        return self.course.info.cut_score if self.test.cut_score is None else self.test.cut_score

    def score(self, item: Item, response: Response) -> Score:
        """Return what a response earns. Raises BadResponse."""
        return score(item, response, rule=self.rule, default=self.course.info.scoring)


class TimeUp(Exception):
    """The time is over: nothing more is taken, and what was saved is handed in."""


@dataclass(frozen=True)
class Sitting:
    """One person in front of one quiz."""

    quiz: Quiz
    state: State

    @property
    def item(self) -> Item:
        """The item on the screen."""
        return self.quiz.questions[self.state.place].item

    @property
    def answer(self) -> Answer:
        """What was done with it."""
        return self.state.answers[self.state.place]

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The places without an answer."""
        return tuple(place for place, answer in enumerate(self.state.answers) if answer.response is None)

    def remaining(self, now: datetime) -> int | None:
        """Return the seconds that are left; `None` without a limit."""
        if self.state.limit is None:
            return None
        spent = (max(now, self.state.seen) - self.state.started).total_seconds()
        return max(0, int(self.state.limit - spent))

    def answered(self, response: Response, now: datetime) -> "Sitting":
        """Return the sitting with this response to the question on the screen; blank ones become `None`.

        Raises:
            BadResponse: the item cannot have such a response.
            TimeUp: the time is over.
        """
        kept = response if self.quiz.score(self.item, response).attempted else None
        return self._changed(self.answer.model_copy(update={"response": kept}), now)

    def flagged(self, now: datetime) -> "Sitting":
        """Return the sitting with the question flagged, or no longer so. Raises TimeUp."""
        return self._changed(self.answer.model_copy(update={"flagged": not self.answer.flagged}), now)

    def undone(self, now: datetime) -> "Sitting":
        """Return the sitting with the last change taken back, at its question; the same where there is none.

        Raises TimeUp.
        """
        self._in_time(now)
        if not self.state.steps:
            return self
        step = self.state.steps[-1]
        before = self.state.answers[step.place].model_copy(update={"response": step.response, "flagged": step.flagged})
        answers = _with(self.state.answers, step.place, before)
        return self._now(now, answers=answers, place=step.place, steps=self.state.steps[:-1])

    def at(self, place: int, now: datetime) -> "Sitting":
        """Return the sitting at another question, counted from 0; a place outside is the nearest inside."""
        return self._now(now, place=min(max(place, 0), len(self.state.answers) - 1))

    def handed_in(self, now: datetime) -> "Sitting":
        """Return the sitting handed in, at its deadline where that has passed; the same where it was so before."""
        if self.state.submitted is not None:
            return self
        late = self.state.limit is not None and self.remaining(now) == 0
        end = self.state.started + timedelta(seconds=self.state.limit or 0) if late else max(now, self.state.seen)
        return self._now(now, submitted=end)

    def attempt(self) -> Attempt:
        """Return the record of a sitting that was handed in, sealed: the same each time."""
        state, quiz = self.state, self.quiz
        results = []
        for drawn, answer in zip(quiz.questions, state.answers, strict=True):
            earned = quiz.score(drawn.item, answer.response)
            results.append(
                ItemResult(
                    item=drawn.item.id,
                    order=drawn.order,
                    response=answer.response,
                    marks=None if earned.pending else str(earned.marks),
                    possible=str(earned.possible),
                    seconds=answer.seconds,
                    flagged=answer.flagged,
                )
            )
        marks = sum((Fraction(one.marks) for one in results if one.marks is not None), Fraction(0))
        possible = sum((Fraction(one.possible) for one in results), Fraction(0))
        pending = any(one.marks is None for one in results)
        cut = quiz.cut_score
        return sealed(
            Attempt(
                schema_="attempt/1",
                id=state.id,
                course=state.course,
                edition=state.edition,
                test=state.test,
                form=state.form,
                attempt=quiz.attempt,
                channel="terminal",
                person=state.person,
                started=state.started,
                submitted=state.submitted or state.seen,
                scoring=quiz.rule,
                items=tuple(results),
                marks=str(marks),
                possible=str(possible),
                cut_score=cut,
                passed=None if cut is None or pending else passes(marks, possible, cut),
            )
        )

    def _changed(self, answer: Answer, now: datetime) -> "Sitting":
        self._in_time(now)
        place, before = self.state.place, self.answer
        if (answer.response, answer.flagged) == (before.response, before.flagged):
            return self._now(now)
        step = Step(place=place, response=before.response, flagged=before.flagged)
        steps = (*self.state.steps, step)[-MOST_UNDONE:]
        return self._now(now, answers=_with(self.state.answers, place, answer), steps=steps)

    def _in_time(self, now: datetime) -> None:
        if self.state.submitted is not None or self.remaining(now) == 0:
            raise TimeUp

    def _now(self, now: datetime, **changes: object) -> "Sitting":
        """Return the sitting at this time; what has passed was spent on the question on the screen."""
        seen = max(now, self.state.seen)
        answers = changes.pop("answers", self.state.answers)
        assert isinstance(answers, tuple)  # noqa: S101 - for the type checker
        spent = int((seen - self.state.started).total_seconds()) - sum(one.seconds for one in self.state.answers)
        here: Answer = answers[self.state.place]
        timed = here.model_copy(update={"seconds": min(here.seconds + max(0, spent), LARGEST)})
        updates = {"seen": seen, "answers": _with(answers, self.state.place, timed)} | changes
        return replace(self, state=self.state.model_copy(update=updates))


def begin(quiz: Quiz, *, name: str, person: str, limit: int | None, now: datetime) -> Sitting:
    """Return a new sitting. `name` is a random UUID; `limit` is in seconds."""
    questions = tuple(drawn.item.id for drawn in quiz.questions)
    state = State(
        schema_="sitting/1",
        id=name,
        course=quiz.course.info.id,
        edition=quiz.course.info.edition,
        test=quiz.name,
        form=quiz.form,
        items=questions,
        person=person,
        limit=limit,
        started=now,
        seen=now,
        answers=tuple(Answer() for _ in questions),
    )
    return Sitting(quiz, state)


def resumed(quiz: Quiz, state: State) -> Sitting | None:
    """Return a sitting that goes on where it stopped; `None` where the course no longer asks the same."""
    asked = (quiz.course.info.id, quiz.course.info.edition, quiz.name, quiz.form)
    items = tuple(drawn.item.id for drawn in quiz.questions)
    if asked != (state.course, state.edition, state.test, state.form) or items != state.items:
        return None
    if len(state.answers) != len(items) or max([state.place, *(step.place for step in state.steps)]) >= len(items):
        return None
    try:
        for drawn, answer in zip(quiz.questions, state.answers, strict=True):
            quiz.score(drawn.item, answer.response)
        for step in state.steps:
            quiz.score(quiz.questions[step.place].item, step.response)
        _ = state.started + timedelta(seconds=state.limit or 0)  # the end, where the calendar has such a day
    except (BadResponse, OverflowError):
        return None
    return Sitting(quiz, state)


def scored(quiz: Quiz, responses: Mapping[str, Response], *, name: str, person: str, now: datetime) -> Attempt:
    """Return the record of responses that were given all at once, by item id; what is not named is left out.

    Raises:
        BadResponse: an item is not asked, or cannot have its response.
    """
    known = {drawn.item.id for drawn in quiz.questions}
    if strange := [item for item in responses if item not in known]:
        raise BadResponse(f'the form {quiz.form} does not ask "{strange[0]}"')
    sitting = begin(quiz, name=name, person=person, limit=None, now=now)
    for place, drawn in enumerate(quiz.questions):
        sitting = sitting.at(place, now).answered(responses.get(drawn.item.id), now)
    return sitting.handed_in(now).attempt()


def _with(answers: tuple[Answer, ...], place: int, answer: Answer) -> tuple[Answer, ...]:
    return (*answers[:place], answer, *answers[place + 1 :])
