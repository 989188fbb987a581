"""The quiz in the terminal: a question at a time, answered by a line, saved before it is shown as taken.

It reads lines and nothing else, so that it works over a slow line, in a Windows console, with a screen reader and from
a pipe. Where the terminal can do no more, or `plain` asks for it, nothing is cleared, coloured or drawn.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final
from uuid import uuid4

from kitbag.console import Console, Gone
from kitbag.course.model import Course
from kitbag.rendering.catalogue import catalogue_of
from kitbag.results.allowances import allowed
from kitbag.results.responses import read_responses
from kitbag.results.session import Quiz, begin, scored
from kitbag.results.sittings import NoQuiz, desk_at, form_quiz, open_quiz
from kitbag.terminal.result import show_result
from kitbag.terminal.running import NOT_KEPT, Runner

__all__ = ["NOT_KEPT", "Settings", "score_file", "take"]

_TIMES: Final = {"extra-25": Fraction(5, 4), "extra-50": Fraction(3, 2), "extra-100": Fraction(2)}


@dataclass(frozen=True)
class Settings:
    """How somebody wants to take a quiz."""

    form: str | None = None
    """The id of the form; drawn where absent."""
    person: str | None = None
    """A name or pseudonym; asked for where absent."""
    plain: bool = False
    code: str = ""
    """What an instructor allows: more time, or no limit."""


def take(course: Course, name: str, settings: Settings) -> int:
    """Let somebody take a test or practise a module; return the exit code: 0, or `NOT_KEPT`.

    Raises:
        NoQuiz: there is no such test or form, no attempt left, no such code, or another window holds it.
        NoFormId, NoForm, Undecided: as `Assembly.rebuild`.
    """
    console = Console(catalogue_of(course).text, plain=settings.plain)
    tests = {test.id: test for test in course.info.tests}
    try:
        person = settings.person
        if person is None:
            person = console.ask(console.t("terminal.your_name")).strip() if name in tests else ""
        desk = desk_at(course, name, person)
        with desk.held():
            quiz, left = open_quiz(desk, form=settings.form, seed=uuid4().hex)
            limit = _limit(quiz, settings.code)
            now = _now()
            sitting = left or begin(quiz, name=str(uuid4()), person=person, limit=limit, now=now)
            desk.save(sitting)
            return Runner(console, desk, sitting, _now).run(resumed=left is not None)
    except BlockingIOError:
        raise NoQuiz("It is open in another window. Go on there, or close that window first.") from None
    except (Gone, KeyboardInterrupt):
        return 0  # nobody gave a name
    except OSError as error:
        console.say(console.t("terminal.cannot_keep", reason=error.strerror or error))
        return NOT_KEPT


def score_file(course: Course, name: str, data: bytes, *, file: str, form: str | None, person: str | None) -> int:
    """Score a file of responses without asking, tell the result, and write the record of a test; return the exit code.

    Raises:
        NoQuiz: there is no such quiz.
        WrongResponses: the file, which messages call `file`, has mistakes.
        NoFormId, NoForm, Undecided: as `Assembly.rebuild`.
    """
    console = Console(catalogue_of(course).text, plain=True)
    given = read_responses(data, file=file)
    quiz = form_quiz(course, name, form or given.form)
    given.check(quiz)
    who = given.person if person is None else person
    attempt = scored(quiz, given.by_item, name=str(uuid4()), person=who, now=_now())
    try:
        # Before anything is shown: a reader that takes the first line and closes the pipe has the record all the same.
        path = desk_at(course, name, attempt.person).write(attempt) if quiz.test else None
    except OSError as error:
        show_result(quiz, attempt, console.say)
        console.say(console.t("terminal.no_record", reason=error.strerror or error))
        return NOT_KEPT
    show_result(quiz, attempt, console.say)
    if path:
        console.wrapped(console.t("terminal.record", path=path))
    return 0


def _limit(quiz: Quiz, code: str) -> int | None:
    """Return the seconds allowed. Raises NoQuiz where the code allows nothing here."""
    test = quiz.test
    minutes = test.minutes if test else None
    kind = None
    if code:
        info = quiz.course.info
        kind = allowed(info.id, info.edition, quiz.name, code, limited=minutes is not None) if test else None
        if kind is None:
            raise NoQuiz("This code allows nothing in this test.")
    if minutes is None or kind == "no-limit":
        return None
    return int(minutes * 60 * _TIMES.get(kind or "", Fraction(1)))


def _now() -> datetime:
    return datetime.now(UTC).astimezone().replace(microsecond=0)
