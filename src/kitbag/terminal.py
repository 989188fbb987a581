"""The quiz in the terminal: a question at a time, answered by a line, saved before it is shown as taken.

It reads lines and nothing else, so that it works over a slow line, in a Windows console, with a screen reader and from
a pipe. Where the terminal can do no more, or `plain` asks for it, nothing is cleared, coloured or drawn.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final
from uuid import uuid4

from kitbag.console import NO_BREAK, Console, Gone
from kitbag.course.model import Course
from kitbag.questions.model import Categorise, Cloze, Essay, Item, Matching, Numeric, Ordering, TrueFalse
from kitbag.questions.scoring import BadResponse
from kitbag.questions.text import GAP
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.markdown import plain as words_of
from kitbag.rendering.results_report import number, percent
from kitbag.results.allowances import allowed
from kitbag.results.answering import WrongAnswer, feedback, order_letters, read_line, written
from kitbag.results.attempt import Attempt
from kitbag.results.session import Quiz, Sitting, TimeUp, begin, scored
from kitbag.results.sheet import Answer, SheetEntry, key_response, letter, sheet_entry
from kitbag.results.sittings import Desk, NoQuiz, desk_at, form_quiz, open_quiz, read_responses
from kitbag.results.visible import visible

NOT_KEPT: Final = 3
"""Exit code where something could not be written."""

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
    console = Console(catalogue_for(course.info.language).text, plain=settings.plain)
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
            return _Runner(console, desk, sitting).run(resumed=left is not None)
    except BlockingIOError:
        raise NoQuiz("It is open in another window. Go on there, or close that window first.") from None
    except (Gone, KeyboardInterrupt):
        return 0  # nobody gave a name
    except OSError as error:
        console.say(console.t("terminal.cannot_keep", reason=error.strerror or error))
        return NOT_KEPT


def score_file(course: Course, name: str, data: bytes, *, form: str | None, person: str | None) -> int:
    """Score a file of responses without asking, tell the result, and write the record of a test; return the exit code.

    Raises:
        NoQuiz: there is no such quiz, or the file is none of responses.
        BadResponse: an item is not asked, or cannot have its response.
        NoFormId, NoForm, Undecided: as `Assembly.rebuild`.
    """
    console = Console(catalogue_for(course.info.language).text, plain=True)
    try:
        named, who, responses = read_responses(data)
    except ValueError as error:
        raise NoQuiz(str(error)) from None
    quiz = form_quiz(course, name, form or named)
    attempt = scored(quiz, responses, name=str(uuid4()), person=who if person is None else person, now=_now())
    show_result(quiz, attempt, console.say)
    try:
        if quiz.test:
            path = desk_at(course, name, attempt.person).write(attempt)
            console.wrapped(console.t("terminal.record", path=path))
    except OSError as error:
        console.say(console.t("terminal.no_record", reason=error.strerror or error))
        return NOT_KEPT
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


class _Runner:
    """Asks until the quiz is handed in or left."""

    def __init__(self, console: Console, desk: Desk, sitting: Sitting) -> None:
        self._console = console
        self._t = console.t
        self._desk = desk
        self._sitting = sitting
        self._notes: list[tuple[str, str]] = []
        self._unsaved = ""
        """Why the latest change could not be saved; empty where it was."""

    @property
    def _quiz(self) -> Quiz:
        return self._sitting.quiz

    def run(self, *, resumed: bool) -> int:
        self._introduce(resumed=resumed)
        try:
            while self._sitting.state.submitted is None:
                try:
                    self._show()
                    self._obey(self._console.ask(self._t("terminal.prompt")))
                except TimeUp:
                    self._console.say(self._t("terminal.time_up"), "bad")
                    self._keep(self._sitting.handed_in(_now()))
            self._finish()
        except (Gone, KeyboardInterrupt):
            if self._unsaved:
                self._keep(self._sitting)
            self._console.say()
            if self._unsaved:
                self._console.wrapped(self._t("terminal.stopped_unsaved", reason=self._unsaved), "bad")
                return NOT_KEPT
            self._console.wrapped(self._t("terminal.stopped"))
        return 0

    def _introduce(self, *, resumed: bool) -> None:
        state, test = self._sitting.state, self._quiz.test
        if resumed:
            answered = len(state.answers) - len(self._sitting.unanswered)
            self._note(self._t("terminal.resumed", count=answered))
            return
        if test:
            self._note(words_of(test.instructions))
            self._note(self._t("terminal.not_signed"), "quiet")
        self._note(self._t("terminal.begins", count=len(state.answers)))
        if state.limit is not None:
            self._note(self._t("terminal.limit", count=state.limit // 60))

    def _note(self, text: str, style: str = "") -> None:
        """Say something with the next question."""
        self._notes.append((text, style))

    # --- A question ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        console, state = self._console, self._sitting.state
        console.clear()
        entry = self._entry
        item = entry.item
        parts = [self._t("terminal.question", number=state.place + 1, count=len(state.answers))]
        parts += [self._t("quiz.marks", count=item.points)]
        parts += [self._t("terminal.flagged")] if self._sitting.answer.flagged else []
        left = self._sitting.remaining(_now())
        parts += [self._t("terminal.minutes_left", minutes=-(-left // 60))] if left is not None else []
        console.say()
        # No line ends between a number and what it counts.
        console.wrapped(" - ".join([self._title, *(part.replace(" ", NO_BREAK) for part in parts)]), "strong")
        if not console.plain:
            console.wrapped(self._palette(), "quiet")
        console.say()
        self._stimulus(item)
        console.wrapped(words_of(item.stem), "strong")
        if item.picture:
            console.wrapped(self._t("terminal.picture", alt=item.picture.alt))
        console.say()
        for line in self._choices(entry):
            console.wrapped(line, first="  ", rest="     ")
        console.say()
        if self._unsaved:
            console.wrapped(self._t("terminal.not_saved", reason=self._unsaved), "bad")
            console.say()
        answer = written(entry, self._sitting.answer.response)
        console.wrapped(self._t("terminal.answer", answer=answer or self._t("terminal.no_answer")), "strong")
        for text, style in self._notes:
            console.say()
            console.wrapped(text, style)
        self._notes = []
        console.say()
        console.wrapped(f"{self._t(f'quiz.task.{item.type}')} " if f"{item.type}" in _TASKS else "", "quiet")
        console.wrapped(self._how(entry), "quiet")

    @property
    def _title(self) -> str:
        if self._quiz.test:
            return self._quiz.test.title
        return next(module.title for module in self._quiz.course.modules if module.id == self._quiz.name)

    @property
    def _entry(self) -> SheetEntry:
        drawn = self._quiz.questions[self._sitting.state.place]
        return sheet_entry(drawn.item, drawn.order)

    def _stimulus(self, item: Item) -> None:
        stimulus = self._quiz.course.stimuli.get(item.stimulus or "")
        if stimulus:
            if stimulus.title:
                self._console.wrapped(stimulus.title, "strong")
            self._console.wrapped(words_of(stimulus.text))
            if stimulus.picture:
                self._console.wrapped(self._t("terminal.picture", alt=stimulus.picture.alt))
            self._console.say()

    def _choices(self, entry: SheetEntry) -> Iterator[str]:
        """Give what there is to choose from, to order or to fill, a line each."""
        item = entry.item
        response = self._sitting.answer.response
        chosen = {response} if isinstance(response, str) else set(response or ())
        match item:
            case TrueFalse():
                texts = {"true": self._t("quiz.true"), "false": self._t("quiz.false")}
            case Matching():
                yield from (f"{place}. {words_of(one.text)}" for place, one in enumerate(item.premises, 1))
                yield ""
                texts = {one.id: one.text for one in item.responses}
            case Categorise():
                by_id = {one.id: one.text for one in item.elements}
                yield from (f"{place}. {words_of(by_id[name])}" for place, name in enumerate(entry.places, 1))
                yield ""
                texts = {one.id: one.text for one in item.categories}
            case Ordering():
                by_id = {one.id: one.text for one in item.elements}
                yield from (f"{name}. {words_of(by_id[place])}" for place, name in order_letters(entry).items())
                return
            case Cloze():
                numbers = {gap.id: place for place, gap in enumerate(item.gaps, 1)}
                yield words_of(GAP.sub(lambda gap: f"({numbers[gap[1]]}) ______", item.text))
                return
            case Numeric():
                if item.unit:
                    yield item.unit
                return
            case Essay():
                if item.words:
                    yield self._t("quiz.about_words", count=item.words)
                return
            case _:
                texts = {one.id: one.text for one in getattr(item, "options", ())}
        signs = ("● ", "○ ") if self._console.unicode else ("(*) ", "( ) ")
        for name, choice in zip(entry.letters, entry.choices, strict=True):
            sign = "" if self._console.plain or entry.places else signs[choice not in chosen]
            yield f"{sign}{name}. {words_of(texts[choice])}"

    def _how(self, entry: SheetEntry) -> str:
        last = entry.letters[-1] if entry.letters else ""
        examples = {
            Answer.ONE: "A",
            Answer.SEVERAL: "A C",
            Answer.LETTERS: " ".join(entry.letters[place % len(entry.letters)] for place in range(len(entry.places)))
            if entry.letters
            else "",
            Answer.ORDER: " ".join(letter(place) for place in reversed(range(len(entry.places)))),
        }
        return self._t(f"terminal.how.{entry.answer}", example=examples.get(entry.answer, ""), letter=last)

    @property
    def _signs(self) -> tuple[str, str, str]:
        """What stands for answered, blank and flagged."""
        return ("✓", "·", "⚑") if self._console.unicode else ("*", ".", "!")

    def _palette(self) -> str:
        done, blank, flag = self._signs
        parts = []
        for place, answer in enumerate(self._sitting.state.answers):
            sign = (blank if answer.response is None else done) + (flag if answer.flagged else "")
            text = f"{place + 1}{sign}"
            parts.append(f"[{text}]" if place == self._sitting.state.place else text)
        return " ".join(parts)

    # --- What is typed ---------------------------------------------------------------------------------------------

    def _obey(self, line: str) -> None:
        place = self._sitting.state.place
        if not line.strip() and self._entry.answer is not Answer.ESSAY:
            line = "/n"
        if line.startswith("//") or not line.startswith("/"):
            self._answer(line.removeprefix("/") if line.startswith("//") else line)
            return
        word = line[1:].strip().lower()
        moves = {"n": place + 1, "next": place + 1, "p": place - 1, "previous": place - 1}
        if word in moves and moves[word] == len(self._sitting.state.answers):
            self._review()
        elif word in moves or (word.isdecimal() and len(word) < 6):
            self._keep(self._sitting.at(moves[word] if word in moves else int(word) - 1, _now()))
        elif word in _COMMANDS:
            _COMMANDS[word](self)
        else:
            self._note(self._t("terminal.unknown", command=visible(line)[:20]), "bad")

    def _answer(self, line: str) -> None:
        try:
            response = read_line(self._entry, line, self._sitting.answer.response)
            after = self._sitting.answered(response, _now())
        except (WrongAnswer, BadResponse) as error:
            self._note(self._t("terminal.wrong_answer", reason=error), "bad")
            return
        self._keep(after)
        if self._quiz.test is None:
            self._tell()

    def _clear_answer(self) -> None:
        self._keep(self._sitting.answered(None, _now()))

    def _flag(self) -> None:
        self._keep(self._sitting.flagged(_now()))

    def _undo(self) -> None:
        some = bool(self._sitting.state.steps)
        self._keep(self._sitting.undone(_now()))
        self._note(self._t("terminal.undone" if some else "terminal.nothing_to_undo"))

    def _help(self) -> None:
        self._note(self._t("terminal.help"))

    def _time(self) -> None:
        left = self._sitting.remaining(_now())
        said = (
            self._t("terminal.no_limit") if left is None else self._t("terminal.minutes_left", minutes=-(-left // 60))
        )
        self._note(said)

    def _leave(self) -> None:
        raise Gone

    def _review(self) -> None:
        """Show all questions, and whether each is answered and flagged, with the next question."""
        if not self._console.plain:
            self._note(f"{self._t('terminal.review')}: {self._palette()}")
            done, blank, flag = self._signs
            self._note(self._t("terminal.legend", answered=done, blank=blank, flagged=flag), "quiet")
        else:
            lines = []
            for place, answer in enumerate(self._sitting.state.answers, 1):
                state = "terminal.states.blank" if answer.response is None else "terminal.states.answered"
                flag = f", {self._t('terminal.flagged')}" if answer.flagged else ""
                lines.append(f"{place}: {self._t(state)}{flag}")
            self._note("\n".join(lines))
        self._note(self._missing())

    def _missing(self) -> str:
        blank = self._sitting.unanswered
        places = ", ".join(str(place + 1) for place in blank)
        return self._t("terminal.unanswered", places=places) if blank else self._t("terminal.all_answered")

    def _submit(self) -> None:
        self._console.say()
        self._console.wrapped(self._missing())
        typed = self._console.ask(self._t("terminal.hand_in")).strip().lower()
        if typed in (self._t("terminal.yes"), "y"):
            self._keep(self._sitting.handed_in(_now()))

    def _keep(self, after: Sitting) -> None:
        """Save a sitting before it is shown; where that fails go on with it in this window, and say so until it works.

        Each save is of all there is, so that nothing is missing once the disk has room again.
        """
        self._sitting = after
        try:
            self._desk.save(after)
            self._unsaved = ""
        except OSError as error:
            self._unsaved = error.strerror or str(error)

    # --- What is told ----------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Tell a practising trainee how an answer was: never in a test."""
        entry = self._entry
        response = self._sitting.answer.response
        earned = self._quiz.score(entry.item, response)
        if not earned.attempted:
            return
        kind = "right" if earned.marks == earned.possible else "partly" if earned.marks > 0 else "wrong"
        if earned.pending:
            self._note(self._t("quiz.state.pending"), "strong")
        else:
            self._note(self._t(f"quiz.state.{kind}"), "good" if kind == "right" else "bad")
        for text in feedback(entry.item, response):
            self._note(words_of(text))
        if not earned.pending and kind != "right":
            self._note(self._t("terminal.right_answer", answer=written(entry, key_response(entry.item))))
        self._note(words_of(entry.item.rationale))

    def _finish(self) -> None:
        attempt = self._sitting.attempt()
        path = self._record() if self._quiz.test else None
        if path is None:
            self._desk.clear()
        self._console.clear()
        show_result(self._quiz, attempt, self._console.say)
        if path:
            self._console.wrapped(self._t("terminal.record", path=path))
        else:
            self._console.wrapped(self._t("terminal.practice_kept"))

    def _record(self) -> Path:
        """Write the record and return its file; where the disk is full ask for room, or for another place."""
        folder: Path | None = None
        while True:
            try:
                if folder:
                    path = self._desk.write(self._sitting.attempt(), folder.resolve(strict=True))
                    with contextlib.suppress(OSError):  # Where not even that can be noted, no sitting goes on either.
                        self._desk.close()
                    self._unsaved = ""
                    return path
                self._keep(self._sitting)
                return self._desk.record(self._sitting)
            except OSError as error:
                self._unsaved = error.strerror or str(error)
                self._console.say()
                self._console.wrapped(self._t("terminal.no_record", reason=self._unsaved), "bad")
            typed = self._console.ask(self._t("terminal.elsewhere")).strip()
            folder = Path(typed).expanduser() if typed else None


def show_result(quiz: Quiz, attempt: Attempt, say: Callable[[str], None]) -> None:
    """Tell what an attempt earned: in all, by objective, and what to read again."""
    t = catalogue_for(quiz.course.info.language).text
    marks, possible = Fraction(attempt.marks), Fraction(attempt.possible)
    share = marks / possible if possible else Fraction(0)
    say(t("terminal.result", marks=number(marks), possible=number(possible), percent=percent(share)))
    waiting = [Fraction(one.possible) for one in attempt.items if one.marks is None]
    if waiting:
        say(t("terminal.pending", count=len(waiting), marks=number(sum(waiting, Fraction(0)))))
    if attempt.passed is not None:
        say(t("terminal.passed" if attempt.passed else "terminal.failed", cut=attempt.cut_score))
    say("")
    say(t("terminal.by_objective"))
    totals: dict[str, list[Fraction]] = {}
    for one in attempt.items:
        total = totals.setdefault(quiz.course.items[one.item].objective, [Fraction(0), Fraction(0)])
        if one.marks is not None:
            total[0] += Fraction(one.marks)
            total[1] += Fraction(one.possible)
    for objective, (earned, most) in totals.items():
        say(visible(f"  {number(earned)} / {number(most)}  {quiz.course.objectives[objective].text}"))
        if earned < most:
            lessons = _lessons(quiz.course, objective)
            say(visible("      " + t("terminal.read_again", lessons="; ".join(lessons))) if lessons else "")
    say("")
    if attempt.passed is False and quiz.test and quiz.attempt < quiz.test.attempts:
        say(t("terminal.attempts_left", count=quiz.test.attempts - quiz.attempt))


def _lessons(course: Course, objective: str) -> list[str]:
    return [lesson.title for module in course.modules for lesson in module.lessons if objective in lesson.objectives]


_TASKS: Final = frozenset(
    {"single-choice", "multiple-response", "true-false", "matching", "categorise", "ordering", "cloze"}
)

_COMMANDS: Final[dict[str, Callable[[_Runner], None]]] = {
    "f": _Runner._flag,  # noqa: SLF001 - of this very module
    "u": _Runner._undo,  # noqa: SLF001
    "c": _Runner._clear_answer,  # noqa: SLF001
    "r": _Runner._review,  # noqa: SLF001
    "s": _Runner._submit,  # noqa: SLF001
    "q": _Runner._leave,  # noqa: SLF001
    "t": _Runner._time,  # noqa: SLF001
    "?": _Runner._help,  # noqa: SLF001
    "h": _Runner._help,  # noqa: SLF001
}
