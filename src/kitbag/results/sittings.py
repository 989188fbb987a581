"""Where sittings are kept while they last, and their records afterwards: below `results/` of the course folder."""

import os
import random
import re
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from kitbag.course.model import Course
from kitbag.files import Unreadable, locked, names_within, read_within, write_atomically, write_within
from kitbag.inside import folder_inside
from kitbag.questions.assembly import Assembly, DrawnItem, Form
from kitbag.questions.form_id import FormId, read_form_id
from kitbag.questions.model import Use
from kitbag.questions.shuffle import drawn, shown_order
from kitbag.results.attempt import Attempt
from kitbag.results.judging import PRACTICE
from kitbag.results.place import RECORDS, SITTINGS, results_folder
from kitbag.results.record import LARGEST_RECORD, BadRecord, read_record, write_record
from kitbag.results.roster import same_person
from kitbag.results.session import Quiz, Sitting, State, resumed

DRAWS: Final = 6
"""Forms of each test that the terminal hands out, so that an instructor's machine need not draw one for each record."""


class NoQuiz(Exception):
    """There is nothing to take; the message says why."""


@dataclass(frozen=True)
class Desk:
    """The place of one person at one quiz: what is kept there, and where its records go."""

    course: Course
    folder: Path
    """The folder of the course's results."""
    name: str
    """The test's or module's id."""
    person: str

    @property
    def _file(self) -> Path:
        key = sha256(f"{self.name}\n{same_person(self.person)}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self.folder / SITTINGS / key / "sitting.json"

    def _place(self, *, create: bool = False) -> AbstractContextManager[Path]:
        """Hold the folder of this place, and give a path to it. Raises OSError."""
        return folder_inside(self._root, self._name(self._file.parent), create=create)

    @property
    def _root(self) -> Path:
        return self.folder.parent

    def _name(self, path: Path) -> str:
        """Return a path from the course folder, below which no link leads out of it."""
        return path.relative_to(self._root).as_posix()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the place, so that no second window fights over it. Raises BlockingIOError or OSError."""
        with self._place(create=True) as place, locked(place):
            yield

    def save(self, sitting: Sitting) -> None:
        """Keep a sitting; when this returns, it survives a power cut. Raises OSError."""
        write_within(
            self._root, self._name(self._file), sitting.state.model_dump_json(by_alias=True).encode(), private=True
        )

    def left(self) -> State | None:
        """Return the sitting that was left here; one that cannot be read is put aside. Raises OSError."""
        try:
            data = read_within(self._root, self._name(self._file), largest=LARGEST_RECORD)
            return State.model_validate_json(data)
        except Unreadable as error:
            if error.code != "missing-file":
                raise OSError(str(error)) from error
            return None
        except ValidationError:
            self.put_aside()
            return None

    def put_aside(self) -> None:
        """Keep what was left here out of the way: nothing a trainee wrote is thrown away. Raises OSError."""
        number = 1
        with self._place() as place:
            while os.path.lexists(aside := place / f"aside-{number}.json"):
                number += 1
            (place / self._file.name).rename(aside)

    def clear(self) -> None:
        """Forget the sitting that was left here: practice that is over. Raises OSError."""
        with suppress(FileNotFoundError), self._place() as place:
            (place / self._file.name).unlink()

    @property
    def _handed_in(self) -> Path:
        return self._file.with_name("handed-in.json")

    def close(self) -> None:
        """Note that the record of the sitting went to another place: to go on with it would make another record.

        The sitting takes another name, for which a full disk has room; what was saved of it stays. Raises OSError.
        """
        if self.person:
            with self._place() as place:
                (place / self._file.name).replace(place / self._handed_in.name)
        else:
            self.put_aside()  # Without a name, nothing of the person before is shown.

    def check_closed(self) -> None:
        """Let nobody begin again whose record went to another place and has not come back. Raises NoQuiz."""
        try:
            data = read_within(self._root, self._name(self._handed_in), largest=LARGEST_RECORD)
            state = State.model_validate_json(data)
        except (Unreadable, ValidationError):
            return
        records = self.folder / RECORDS
        names = names_within(self._root, self._name(records))
        if not any(name.endswith(f"-{state.id[:8]}.json") for name in names):
            raise NoQuiz(
                "You handed this in when the disk was full, and its record was saved in another place. "
                f"Copy that record into {records}. Then you can begin the next attempt. "
                f"If it is lost, rename {self._handed_in} to {self._file.name}, and go on from what was saved last."
            )

    def record(self, sitting: Sitting) -> Path:
        """Write the record of a sitting that was handed in, clear the place, and return the record's file.

        Done twice, after a power cut say, it writes the same file. Raises OSError.
        """
        path = self.write(sitting.attempt())
        self.clear()
        return path

    def write(self, attempt: Attempt, folder: Path | None = None) -> Path:
        """Write a record where the terminal's records lie, or into another folder. Raises OSError."""
        plain = unicodedata.normalize("NFKD", attempt.person)
        person = re.sub("[^A-Za-z0-9]+", "-", plain).strip("-")[:30] or f"attempt-{attempt.attempt}"
        path = (folder or self.folder / RECORDS) / f"{attempt.test}-{person}-{attempt.id[:8]}.json"
        if folder:
            write_atomically(path, write_record(attempt), private=True)
        else:
            write_within(self._root, self._name(path), write_record(attempt), private=True)
        return path

    def earlier(self) -> list[Attempt]:
        """Return this person's records of this test on this machine, by attempt; without a name, none is known."""
        found = []
        records = self._name(self.folder / RECORDS)
        for name in names_within(self._root, records) if self.person else ():
            if not name.endswith(".json"):
                continue
            try:
                attempt = read_record(read_within(self._root, f"{records}/{name}", largest=LARGEST_RECORD))
            except (BadRecord, Unreadable):
                continue
            ours = (attempt.course, attempt.test) == (self.course.info.id, self.name)
            if ours and same_person(attempt.person) == same_person(self.person):
                found.append(attempt)
        return sorted(found, key=lambda one: one.attempt)


def desk_at(course: Course, name: str, person: str) -> Desk:
    """Return the place of a person at a quiz. Raises OSError where results cannot be kept."""
    return Desk(course, results_folder(course.folder), name, person)


def open_quiz(desk: Desk, *, form: str | None, seed: str) -> tuple[Quiz, Sitting | None]:
    """Return what a person takes: the sitting that was left, or a quiz to begin.

    A second attempt is on the form that shares no item with the first. `seed` is random text.

    Raises:
        NoQuiz: there is no such test, no such form, no attempt left, or the record of the latest is in another place.
        OSError: the folder of results cannot be used.
        NoFormId, NoForm, Undecided: as `Assembly.rebuild`.
    """
    state = desk.left()
    if state is None:
        desk.check_closed()
    else:
        try:
            quiz = _quiz(desk.course, desk.name, state.form)
        except ValueError:
            quiz = None
        sitting = resumed(quiz, state) if quiz else None
        if quiz and sitting and form in (None, state.form):
            return quiz, sitting
        if sitting is None:
            desk.put_aside()
        else:
            raise NoQuiz(f"A sitting on form {state.form} is not handed in yet. Finish that first.")
    if desk.name in desk.course.bank_of and desk.name not in {test.id for test in desk.course.info.tests}:
        return _quiz(desk.course, desk.name, f"{PRACTICE}{seed[:8]}"), None
    return _quiz(desk.course, desk.name, form or _next_form(desk, seed).id, taken=desk.earlier()), None


def form_quiz(course: Course, name: str, form: str | None) -> Quiz:
    """Return a quiz by its form id, to score responses that were given elsewhere; without one, a module's practice.

    Raises:
        NoQuiz: there is no such quiz, or it takes a form id.
        NoFormId, NoForm, Undecided: as `Assembly.rebuild`.
    """
    if form is None and name in {test.id for test in course.info.tests}:
        raise NoQuiz(f'Responses to the test "{name}" need the id of its form.')
    return _quiz(course, name, form or f"{PRACTICE}0", every=form is None)


def _quiz(course: Course, name: str, form: str, taken: list[Attempt] | None = None, *, every: bool = False) -> Quiz:
    """Return a quiz by its form id; with `every`, practice asks all its items, whatever a sitting would draw."""
    tests = {test.id: test for test in course.info.tests}
    if name in tests:
        rebuilt = Assembly(course.banks, course.info.tests).rebuild(form)
        if rebuilt.test.id != name:
            raise NoQuiz(f"The form {form} is of {rebuilt.test.id}, not of {name}.")
        if any(one.attempt == rebuilt.attempt for one in taken or ()):
            raise NoQuiz(f"Attempt {rebuilt.attempt} was taken already.")
        return Quiz(course, rebuilt.test, name, rebuilt.id, rebuilt.attempt, rebuilt.items)
    items = [item for item in course.bank_of[name].items if item.use is Use.PRACTICE] if name in course.bank_of else []
    if not items:
        raise NoQuiz(f'There is no test "{name}", and no module of that name with questions to practise.')
    seed = form.removeprefix(PRACTICE)
    draw = next((module.practice_draw for module in course.modules if module.id == name), None)
    if draw is not None and not every:
        asked = drawn(seed, name, [item.id for item in items], draw)
        items = [item for item in items if item.id in asked]
    return Quiz(course, None, name, form, 1, tuple(DrawnItem(item, shown_order(item, seed)) for item in items))


def _next_form(desk: Desk, seed: str) -> Form:
    test = next((one for one in desk.course.info.tests if one.id == desk.name), None)
    if test is None:
        raise NoQuiz(f'There is no test "{desk.name}", and no module of that name with questions to practise.')
    earlier = desk.earlier()
    number = max((one.attempt for one in earlier), default=0) + 1
    if number > test.attempts:
        raise NoQuiz(f"There is no attempt left: the course allows {test.attempts}.")
    assembly = Assembly(desk.course.banks, desk.course.info.tests)
    if earlier and earlier[-1].edition == desk.course.info.edition:
        before = read_form_id(earlier[-1].form)
        # The forms of one draw are numbered attempt by attempt.
        return assembly.rebuild(str(FormId(before.seed, before.number + number - earlier[-1].attempt)))
    draw = random.Random(seed).randint(1, DRAWS)  # noqa: S311 - a choice among equals, and no secret
    return assembly.draw(test.id, seed=f"terminal {desk.course.info.edition}", draw=draw, attempt=number)
