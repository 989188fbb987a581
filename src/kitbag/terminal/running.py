"""A sitting in the terminal: shows a question, does what is typed, and saves an answer before it is shown as taken."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from kitbag.console import NO_BREAK, Console, Gone
from kitbag.questions.scoring import BadResponse
from kitbag.rendering.markdown import plain as words_of
from kitbag.results.answering import WrongAnswer, feedback, read_line, written
from kitbag.results.session import Quiz, Sitting, TimeUp
from kitbag.results.sheet import Answer, SheetEntry, key_response, sheet_entry
from kitbag.results.sittings import Desk
from kitbag.results.visible import visible
from kitbag.terminal.question import choices, how, tell_stimulus
from kitbag.terminal.result import show_result

NOT_KEPT: Final = 3
"""Exit code where something could not be written."""


class Runner:
    """Asks until the quiz is handed in or left."""

    def __init__(self, console: Console, desk: Desk, sitting: Sitting, now: Callable[[], datetime]) -> None:
        """Take what to write on, where the sitting is kept, the sitting, and the clock."""
        self._console = console
        self._t = console.t
        self._desk = desk
        self._sitting = sitting
        self._now = now
        self._notes: list[tuple[str, str]] = []
        self._unsaved = ""
        """Why the latest change could not be saved; empty where it was."""

    @property
    def _quiz(self) -> Quiz:
        return self._sitting.quiz

    def run(self, *, resumed: bool) -> int:
        """Ask until the end; return the exit code: 0, or `NOT_KEPT`."""
        self._introduce(resumed=resumed)
        try:
            while self._sitting.state.submitted is None:
                try:
                    self._show()
                    self._obey(self._console.ask(self._t(self._prompt)))
                except TimeUp:
                    self._console.say(self._t("terminal.time_up"), "bad")
                    self._keep(self._sitting.handed_in(self._now()))
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
        left = self._sitting.remaining(self._now())
        parts += [self._t("terminal.minutes_left", minutes=-(-left // 60))] if left is not None else []
        console.say()
        # No line ends between a number and what it counts.
        console.wrapped(" - ".join([self._title, *(part.replace(" ", NO_BREAK) for part in parts)]), "strong")
        if not console.plain:
            console.wrapped(self._palette(), "quiet")
        console.say()
        tell_stimulus(item, self._quiz.course, console)
        console.wrapped(words_of(item.stem), "strong")
        if item.picture:
            console.wrapped(self._t("terminal.picture", alt=item.picture.alt))
        console.say()
        for line in choices(entry, self._sitting.answer.response, console):
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
        console.wrapped(how(entry, self._t), "quiet")

    @property
    def _title(self) -> str:
        if self._quiz.test:
            return self._quiz.test.title
        return next(module.title for module in self._quiz.course.modules if module.id == self._quiz.name)

    @property
    def _entry(self) -> SheetEntry:
        drawn = self._quiz.questions[self._sitting.state.place]
        return sheet_entry(drawn.item, drawn.order)

    @property
    def _prompt(self) -> str:
        """What is asked for, and what Enter alone does: nothing but a line in an essay."""
        if self._entry.answer is Answer.ESSAY:
            return "terminal.prompt"
        last = self._sitting.state.place + 1 == len(self._sitting.state.answers)
        return "terminal.prompt_last" if last else "terminal.prompt_next"

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
            line = "/next"
        if line.startswith("//") or not line.startswith("/"):
            self._answer(line.removeprefix("/") if line.startswith("//") else line)
            return
        word = line[1:].strip().lower()
        moves = {"next": place + 1, "previous": place - 1}
        commands = commands_meant(word)
        command = commands[0] if len(commands) == 1 else ""
        if command in moves and moves[command] == len(self._sitting.state.answers):
            self._review()
        elif command in moves or (word.isdecimal() and len(word) < 6):
            self._keep(self._sitting.at(moves[command] if command else int(word) - 1, self._now()))
        elif command:
            _COMMANDS[command](self)
        elif commands:
            meant = ", ".join(f"/{one}" for one in commands)
            self._note(self._t("terminal.ambiguous", command=visible(line)[:20], commands=meant), "bad")
        else:
            self._note(self._t("terminal.unknown", command=visible(line)[:20]), "bad")

    def _answer(self, line: str) -> None:
        try:
            response = read_line(self._entry, line, self._sitting.answer.response)
            after = self._sitting.answered(response, self._now())
        except (WrongAnswer, BadResponse) as error:
            self._note(self._t("terminal.wrong_answer", reason=error), "bad")
            return
        self._keep(after)
        if self._quiz.test is None:
            self._tell()

    def _clear_answer(self) -> None:
        self._keep(self._sitting.answered(None, self._now()))

    def _flag(self) -> None:
        self._keep(self._sitting.flagged(self._now()))

    def _undo(self) -> None:
        some = bool(self._sitting.state.steps)
        self._keep(self._sitting.undone(self._now()))
        self._note(self._t("terminal.undone" if some else "terminal.nothing_to_undo"))

    def _help(self) -> None:
        self._note(self._t("terminal.help"))

    def _time(self) -> None:
        left = self._sitting.remaining(self._now())
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
            self._keep(self._sitting.handed_in(self._now()))

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


_TASKS: Final = frozenset(
    {"single-choice", "multiple-response", "true-false", "matching", "categorise", "ordering", "cloze"}
)

_COMMANDS: Final[dict[str, Callable[[Runner], None]]] = {
    "flag": Runner._flag,  # noqa: SLF001 - of this very module
    "undo": Runner._undo,  # noqa: SLF001
    "clear": Runner._clear_answer,  # noqa: SLF001
    "list": Runner._review,  # noqa: SLF001
    "submit": Runner._submit,  # noqa: SLF001
    "quit": Runner._leave,  # noqa: SLF001
    "time": Runner._time,  # noqa: SLF001
    "help": Runner._help,  # noqa: SLF001
}

_WORDS: Final[dict[str, str]] = {
    **{name: name for name in ("next", "previous", *_COMMANDS)},
    "back": "previous",
    "review": "list",
    "exit": "quit",
    "hand-in": "submit",
}
"""What can be typed after the slash, and the command it stands for."""

_LETTERS: Final[dict[str, str]] = {
    "n": "next",
    "p": "previous",
    "f": "flag",
    "u": "undo",
    "c": "clear",
    "r": "list",
    "l": "list",
    "s": "submit",
    "q": "quit",
    "t": "time",
    "h": "help",
    "?": "help",
}


def commands_meant(typed: str) -> list[str]:
    """Return the commands that a word after the slash can mean: a letter, a whole word, or how one begins."""
    if typed in _LETTERS:
        return [_LETTERS[typed]]
    if typed in _WORDS:
        return [_WORDS[typed]]
    return sorted({name for word, name in _WORDS.items() if typed and word.startswith(typed)})
