"""The results of a course in one SQLite file: every record that came in, once, with what became of it.

A record is kept as the bytes that came, so that nothing is lost by reading it. Each batch of records is one
transaction, after which the file as a whole is replaced (`store_file`): a power cut loses no record that was reported
as kept, and none is counted twice. The table of items holds what item statistics need: who chose what, what it earned,
and how long it took.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from kitbag.files import Unreadable
from kitbag.questions.scoring import marks_text
from kitbag.results.attempt import Attempt, Response
from kitbag.results.gather import Found
from kitbag.results.judging import Judge, Judged, Unfit, completes
from kitbag.results.record import BadRecord, read_record, write_record
from kitbag.results.record import sealed as sealed_record
from kitbag.results.roster import same_person
from kitbag.results.store_file import Content, Copy, NotAStore, StoreFile
from kitbag.results.visible import visible

VERSION: Final = 1
"""Of the tables below; SQLite keeps it as `user_version`."""
APPLICATION: Final = 0x4B544247
"""Tells a store of ours from any other SQLite file (`application_id`): "KTBG"."""
BATCH: Final = 500
"""Records in one transaction, at least."""

_encode: Final = json.JSONEncoder(ensure_ascii=False).encode
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS attempt (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    course TEXT NOT NULL,
    edition TEXT NOT NULL,
    test TEXT NOT NULL,
    form TEXT NOT NULL,
    number INTEGER NOT NULL,
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    started TEXT NOT NULL,
    submitted TEXT NOT NULL,
    counts INTEGER NOT NULL,  -- 1 judged; 0 waits for its edition
    marks TEXT,               -- exact: 17/2
    possible TEXT,
    passed INTEGER,
    pending INTEGER,
    record BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS item (
    attempt TEXT NOT NULL REFERENCES attempt (id),
    place INTEGER NOT NULL,
    item TEXT NOT NULL,
    objective TEXT NOT NULL,
    response TEXT,            -- JSON, as the record has it
    marks TEXT,
    possible TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    PRIMARY KEY (attempt, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attempt_by_test ON attempt (course, test, person);
"""


@contextmanager
def _undamaged() -> Iterator[None]:
    """Tell of a file in which another hand, or a broken disk, left what no store of ours holds. Raises NotAStore."""
    try:
        yield
    except (sqlite3.Error, BadRecord, ValueError, TypeError, ArithmeticError) as error:
        raise NotAStore(
            "The file of results is damaged. Put back a copy of it that is whole, "
            "or bring the records together again in a new one."
        ) from error


@dataclass(frozen=True)
class Outcome:
    """What became of one record."""

    name: str
    """Where it came from."""
    kept: bool
    """Whether it came into the store; False for what was refused."""
    code: str
    """`new`, `marked`, `waiting`, or why it was refused: `known`, `altered`, `foreign`, `twin`, …"""
    message: str
    """For a person, as a whole sentence."""


@dataclass(frozen=True)
class Taken:
    """One attempt that counts, without its items."""

    id: str
    edition: str
    test: str
    form: str
    number: int
    """1 for the first attempt of this person at this test."""
    channel: str
    person: str
    started: datetime
    submitted: datetime
    marks: Fraction
    possible: Fraction
    passed: bool | None
    pending: int
    """Essays that wait for marks."""


@dataclass(frozen=True)
class ItemTotal:
    """What all attempts that count earned at one item of one test."""

    test: str
    item: str
    objective: str
    shown: int
    """Attempts that showed it, those apart whose essay waits for marks."""
    attempted: int
    """Attempts that answered it."""
    right: int
    """Attempts that earned all its marks."""
    marks: Fraction
    possible: Fraction


class Twins(StrEnum):
    """What to do with a record of a sitting or sheet of which another record, with other content, is there."""

    REFUSE = "refuse"
    """Keep the earlier one, and let a person decide."""
    REPLACE = "replace"
    """Take the new one in its place."""
    BOTH = "both"
    """Count both: they are of two people, or of two sittings."""


class Store:
    """The results of one course."""

    def __init__(self, file: StoreFile, copy: Copy) -> None:
        """Take a copy of a store's file; `open_store` makes one."""
        self._file = file
        self._copy = copy
        self.trusted = copy.content.ours
        """Whether this user's Kitbag wrote all of it, on this machine. If not, `rescore` it before you read it."""

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._copy.connection

    def close(self) -> None:
        """Let go of the file; it can't be used any more."""
        self._copy.close()

    @contextmanager
    def _writing(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the store for this process, and keep what is changed in it when the block ends well: all or nothing.

        Raises:
            NotAStore: the disk is full, the file is damaged, or another process doesn't let go of it.
        """
        try:
            with self._file.held(on_wait):
                self._catch_up()
                before = self._connection.total_changes
                self._connection.execute("BEGIN")
                try:
                    yield
                except BaseException:
                    self._connection.rollback()
                    raise
                self._connection.commit()
                if self._connection.total_changes != before:
                    self._keep()
        except (sqlite3.Error, OSError, Unreadable) as error:
            reason = getattr(error, "strerror", None) or str(error).removesuffix(".")
            raise NotAStore(f"The results cannot be written: {reason}.") from error

    def _keep(self) -> None:
        """Put the copy in the file's place; the caller holds the store. Raises OSError."""
        data = self._copy.data()
        self._file.write(data)
        self._copy.content = Content(data, ours=True)

    def _catch_up(self) -> None:
        """Take over what another process has written since; the caller holds the store. Raises NotAStore."""
        now = self._file.read()
        if now.digest == self._copy.content.digest:
            return
        if self.trusted and not now.ours:
            raise NotAStore("Another program has changed these results meanwhile. Run the same command again.")
        fresh = _prepared(now)
        self._copy.close()
        self._copy = fresh

    @property
    def size(self) -> int:
        """How many records it holds. Raises NotAStore."""
        with _undamaged():
            return int(self._connection.execute("SELECT count(*) FROM attempt").fetchone()[0])

    def rescore(self, judge: Judge) -> Iterator[Outcome]:
        """Judge every record again, and believe nothing else that the file says; yield what no longer counts.

        Raises:
            NotAStore: as `add`.
        """
        with _undamaged():
            self._connection.execute("BEGIN")
            outcomes = list(self._judged_again(judge))
            self._connection.commit()
        self.trusted = True
        # Where the file can only be read, or is another one by now, what is right in the copy serves this command.
        with suppress(NotAStore, OSError, Unreadable), self._file.held():
            if self._file.read().digest == self._copy.content.digest:
                self._keep()
        yield from outcomes

    def _judged_again(self, judge: Judge) -> Iterator[Outcome]:
        for name, data in self._connection.execute("SELECT id, record FROM attempt ORDER BY id").fetchall():
            try:
                attempt = read_record(data)
                if attempt.id != name:
                    raise BadRecord("altered", f"It stands where the record {name} should be.")
                self._replace(attempt, data, judge.judge(attempt), known=True)
            except (BadRecord, Unfit, TypeError) as error:
                self._connection.execute("DELETE FROM item WHERE attempt = ?", (name,))
                self._connection.execute("UPDATE attempt SET counts = 0 WHERE id = ?", (name,))
                code = getattr(error, "code", "altered")
                if code != "other-edition":
                    yield Outcome(str(name), kept=False, code=code, message=f"{error} It doesn't count.")
        self._connection.execute("DELETE FROM item WHERE attempt NOT IN (SELECT id FROM attempt WHERE counts = 1)")

    def add(
        self,
        files: Iterable[Found],
        judge: Judge,
        *,
        twins: Twins = Twins.REFUSE,
        on_wait: Callable[[], None] = lambda: None,
    ) -> Iterator[Outcome]:
        """Judge records and keep the good ones, a batch to a transaction; yield what became of each, once it is safe.

        Args:
            files: the records.
            judge: of the course.
            twins: what to do with a record of a sitting or sheet that is there with other content.
            on_wait: called when another process is writing into the store; after `WAIT` seconds it is given up.

        Raises:
            NotAStore: the disk is full or the file is damaged; what was yielded before is safe.
        """
        waiting = iter(files)
        known, copy = None, None
        while True:
            batch: list[Outcome] = []
            with self._writing(on_wait):
                # What is known is looked up under the same lock under which records are kept.
                if known is None or copy is not self._copy:
                    known, copy = _Known(self._connection), self._copy
                # Each batch writes the whole file, so batches grow with it.
                most = max(BATCH, self.size // 4)
                batch.extend(self._take(file, judge, known, twins) for file in islice(waiting, most))
            yield from batch
            if len(batch) < most:
                return

    def judge_waiting(self, judge: Judge) -> Iterator[Outcome]:
        """Judge again the records that wait for an edition; yield those whose edition the judge knows.

        Raises:
            NotAStore: as `add`.
        """
        outcomes = []
        with self._writing():
            rows = self._connection.execute("SELECT id, record FROM attempt WHERE counts = 0 ORDER BY id").fetchall()
            for name, data in rows:
                with _undamaged():
                    attempt = read_record(data)
                try:
                    judged = judge.judge(attempt)
                except Unfit as error:
                    if error.code != "other-edition":
                        outcomes.append(
                            Outcome(name, kept=False, code=error.code, message=f"{error} It goes on waiting.")
                        )
                    continue
                self._replace(attempt, data, judged, known=True)
                outcomes.append(Outcome(name, kept=True, code="new", message="Its edition is here now; it counts."))
        yield from outcomes

    def attempts(self) -> Iterator[Taken]:
        """Give every attempt that counts, in the order in which they were handed in. Raises NotAStore."""
        query = """SELECT id, edition, test, form, number, channel, person, started, submitted,
            marks, possible, passed, pending FROM attempt WHERE counts = 1"""
        with _undamaged():
            taken = [_taken(row) for row in self._connection.execute(query)]
            # By the moment: the text of a time does not sort across offsets from UTC.
            taken.sort(key=lambda one: (one.submitted, one.id))
        yield from taken

    def record(self, name: str) -> Attempt | None:
        """Return the whole record of an attempt that counts, by its id. Raises NotAStore."""
        with _undamaged():
            row = self._connection.execute("SELECT record FROM attempt WHERE id = ? AND counts = 1", (name,)).fetchone()
            return read_record(row[0]) if row else None

    def passed(self) -> Iterator[Attempt]:
        """Give the record of each person's first passed attempt at each test; without a name, of each attempt.

        A record's own `passed` is absent where it was passed whatever an essay earns: here it is always true.
        """
        seen = set()
        for taken in [one for one in self.attempts() if one.passed]:
            key = (taken.test, same_person(taken.person) or taken.id)
            attempt = self.record(taken.id)
            if key not in seen and attempt is not None:
                seen.add(key)
                yield attempt.model_copy(update={"passed": True})

    def item_totals(self) -> list[ItemTotal]:
        """Return what was earned at each item, test by test. Raises NotAStore."""
        # One row for each different mark of an item: marks are exact fractions, which SQLite cannot add.
        query = """SELECT attempt.test, item.item, item.objective, item.marks, item.possible, count(*), count(response)
            FROM item JOIN attempt ON attempt.id = item.attempt WHERE item.marks IS NOT NULL
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3, 2"""
        totals: dict[tuple[str, str], ItemTotal] = {}
        with _undamaged():
            rows = [(*row[:3], Fraction(row[3]), Fraction(row[4]), *row[5:]) for row in self._connection.execute(query)]
        for test, item, objective, earned, most, count, attempted in rows:
            before = totals.get((test, item), ItemTotal(test, item, objective, 0, 0, 0, Fraction(0), Fraction(0)))
            totals[test, item] = ItemTotal(
                test,
                item,
                objective,
                before.shown + count,
                before.attempted + attempted,
                before.right + (count if earned == most else 0),
                before.marks + earned * count,
                before.possible + most * count,
            )
        return list(totals.values())

    def waiting(self) -> list[tuple[str, str]]:
        """Return id and edition of each record that waits for its edition. Raises NotAStore."""
        query = "SELECT id, edition FROM attempt WHERE counts = 0 ORDER BY edition, id"
        with _undamaged():
            return [(str(name), str(edition)) for name, edition in self._connection.execute(query)]

    def _take(self, file: Found, judge: Judge, known: "_Known", twins: Twins) -> Outcome:
        data = file.data
        if isinstance(data, BadRecord):
            return Outcome(file.name, kept=False, code=data.code, message=str(data))
        code, message = "new", "It counts."
        try:
            attempt = read_record(data)
            earlier = known.like(attempt, both=twins is Twins.BOTH)
            if earlier is not None:
                code, message = _compare(earlier, attempt, twins)
            judged = judge.judge(attempt)
        except BadRecord as error:
            return Outcome(file.name, kept=False, code=error.code, message=str(error))
        except Unfit as error:
            if error.code != "other-edition":
                return Outcome(file.name, kept=False, code=error.code, message=str(error))
            code, message, judged = "waiting", f"{error} It is kept until then.", None
        if twins is Twins.BOTH and known.has(attempt.id):
            attempt = sealed_record(attempt.model_copy(update={"id": _id_beside(attempt)}))
            data = write_record(attempt)
        if earlier is not None:
            self._connection.execute("DELETE FROM item WHERE attempt = ?", (earlier.id,))
            self._connection.execute("DELETE FROM attempt WHERE id = ?", (earlier.id,))
            known.forget(earlier)
        self._replace(attempt, data, judged, known=False)
        known.learn(attempt)
        if judged and judged.remarks:
            message = " ".join([message, *judged.remarks])
            code = "remark" if code == "new" else code
        return Outcome(file.name, kept=True, code=code, message=message)

    def _replace(self, attempt: Attempt, data: bytes, judged: Judged | None, *, known: bool) -> None:
        """Keep a record, in the place of an earlier state of it where one is `known`."""
        if known:
            self._connection.execute("DELETE FROM item WHERE attempt = ?", (attempt.id,))
        passed = None if judged is None or judged.passed is None else int(judged.passed)
        self._connection.execute(
            "INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                attempt.id,
                attempt.digest,
                attempt.course,
                attempt.edition,
                attempt.test,
                attempt.form,
                attempt.attempt,
                attempt.channel,
                attempt.person,
                attempt.started.isoformat(),
                attempt.submitted.isoformat(),
                int(judged is not None),
                str(judged.marks) if judged else None,
                str(judged.possible) if judged else None,
                passed,
                judged.pending if judged else None,
                data,
            ),
        )
        if judged is None:
            return
        rows = [
            (
                attempt.id,
                place,
                result.item,
                objective,
                None if result.response is None else _encode(result.response),
                result.marks,
                result.possible,
                result.seconds,
                int(result.flagged),
            )
            for place, (result, objective) in enumerate(zip(attempt.items, judged.objectives, strict=True))
        ]
        self._connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _taken(row: tuple[Any, ...]) -> Taken:
    name, edition, test, form, number, channel, person, started, submitted, marks, possible, passed, pending = row
    return Taken(
        id=name,
        edition=edition,
        test=test,
        form=form,
        number=number,
        channel=channel,
        person=person,
        started=datetime.fromisoformat(started),
        submitted=datetime.fromisoformat(submitted),
        marks=Fraction(marks),
        possible=Fraction(possible),
        passed=None if passed is None else bool(passed),
        pending=pending,
    )


class _Known:
    """The records of a store by what tells one sitting or answer sheet from another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Look them up; the caller holds the lock. Raises NotAStore."""
        self._connection = connection
        self._ids: set[str] = set()
        self._by_person: dict[tuple[str, ...], str] = {}
        self._by_sitting: dict[tuple[str, ...], str] = {}
        with _undamaged():
            seconds = {
                name: [count for _, count in rows]
                for name, rows in groupby(
                    connection.execute("SELECT attempt, seconds FROM item ORDER BY attempt, place"), lambda row: row[0]
                )
            }
            columns = "id, form, number, channel, person, started, submitted"
            for name, form, number, channel, person, started, submitted in connection.execute(
                f"SELECT {columns} FROM attempt WHERE counts = 1 ORDER BY rowid"  # noqa: S608 - columns of ours
            ):
                sitting = _sitting(form, number, channel, started, submitted, seconds.get(name, []))
                self._note(name, (form, str(number), same_person(person)), sitting)
            for (data,) in connection.execute("SELECT record FROM attempt WHERE counts = 0 ORDER BY rowid").fetchall():
                with suppress(BadRecord):  # what another hand put there doesn't count
                    self.learn(read_record(data))

    def _note(self, name: str, person: tuple[str, str, str], sitting: tuple[str, ...] | None) -> None:
        self._ids.add(name)
        if person[-1]:
            self._by_person.setdefault(person, name)
        if sitting:
            self._by_sitting.setdefault(sitting, name)

    def has(self, name: str) -> bool:
        """Tell whether a record of this id is kept."""
        return name in self._ids

    def learn(self, attempt: Attempt) -> None:
        """Note a record that was kept."""
        person = (attempt.form, str(attempt.attempt), same_person(attempt.person))
        self._note(attempt.id, person, _sitting_of(attempt))

    def forget(self, attempt: Attempt) -> None:
        """Forget a record that was replaced."""
        self._ids.discard(attempt.id)
        for known in (self._by_person, self._by_sitting):
            for key in [key for key, name in known.items() if name == attempt.id]:
                del known[key]

    def like(self, attempt: Attempt, *, both: bool) -> Attempt | None:
        """Return the record of the same sitting or answer sheet, if there is one. Raises NotAStore.

        It has the same id, or the one under which it was kept beside another; or it is of the same person on the same
        form; or it began and ended at the same moments, and took as long at each question. `both` looks for the same id
        alone.
        """
        beside = _id_beside(attempt)
        name = next((known for known in (beside, attempt.id) if known in self._ids), None)
        if both and name != beside:
            return None
        if name is None:
            person = same_person(attempt.person)
            name = self._by_person.get((attempt.form, str(attempt.attempt), person)) if person else None
            if name is None and (sitting := _sitting_of(attempt)):
                name = self._by_sitting.get(sitting)
        if name is None:
            return None
        with _undamaged():
            (data,) = self._connection.execute("SELECT record FROM attempt WHERE id = ?", (name,)).fetchone()
            return read_record(data)


def _moment(text: str) -> str:
    """Return a time as one text whatever its offset from UTC; what is no time stays as it is."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text


def _id_beside(attempt: Attempt) -> str:
    """Return the id under which a record is kept beside another one that has its id: it follows from its content."""
    return str(UUID(bytes=sha256(f"{attempt.id} {attempt.digest}".encode()).digest()[:16], version=4))


def _sitting_of(attempt: Attempt) -> tuple[str, ...] | None:
    times = attempt.started.isoformat(), attempt.submitted.isoformat()
    seconds = [result.seconds for result in attempt.items]
    return _sitting(attempt.form, attempt.attempt, attempt.channel, *times, seconds)


def _sitting(
    form: str, number: int, channel: str, started: str, submitted: str, seconds: list[int]
) -> tuple[str, ...] | None:
    """Return what tells a sitting from every other one, whatever its id and the name on it say.

    Two people may well begin and end in the same second, and a class whose time is up does. None of them takes as many
    seconds as another at every question. Where no time was counted (on paper, or for responses that were given all at
    once), nothing tells.
    """
    if channel == "paper" or not any(seconds):
        return None
    return (form, str(number), _moment(started), _moment(submitted), " ".join(map(str, seconds)))


def _compare(earlier: Attempt, attempt: Attempt, twins: Twins) -> tuple[str, str]:
    """Return in a word and a sentence why a record takes the place of an earlier one of the same sitting or sheet.

    Raises:
        BadRecord: it adds nothing, or a person has to decide which of the two counts.
    """
    same_name = same_person(earlier.person) == same_person(attempt.person)
    moved = earlier.id != attempt.id and same_name and _answers(earlier) == _answers(attempt)
    if earlier.digest == attempt.digest or moved:
        raise BadRecord("known", "It was added before, and is counted once.")
    if earlier.id == attempt.id and completes(earlier, attempt):
        raise BadRecord("known", "It was added before, and its essays have been marked since.")
    if earlier.id == attempt.id and completes(attempt, earlier):
        return "marked", "It brings marks for essays that waited."
    if attempt.channel == earlier.channel == "paper" and earlier.id == attempt.id and same_name:
        if _answers(earlier) == _answers(attempt):
            raise BadRecord("known", "It was added before, and is counted once.")
        was = f"{marks_text(earlier.marks)} of {marks_text(earlier.possible)}"
        return "corrected", f"It corrects the answer sheet that was added before, with {was} marks."
    if twins is Twins.REPLACE:
        return "replaced", "It takes the place of the record that was added before."
    kind = "answer sheet" if attempt.channel == "paper" else "sitting"
    marks = f"{marks_text(earlier.marks)} of {marks_text(earlier.possible)} marks"
    before = (
        f"{visible(earlier.person)[:60] or 'no name'}, form {earlier.form}, {marks} on {earlier.submitted:%Y-%m-%d}"
    )
    if same_name:
        message = (
            f"A record of the same {kind} with other content was added before: {before}. "
            "Add it with --twins replace to count this one instead, or with --twins both if it is another person."
        )
    else:
        message = (
            f"The same {kind} was added before under another name: {before}. "
            "Add it with --twins replace if this name is the right one, or with --twins both if it is another person."
        )
    raise BadRecord("twin", message)


def _answers(attempt: Attempt) -> list[tuple[str, Response, str | None]]:
    return [(result.item, result.response, result.marks) for result in attempt.items]


@contextmanager
def open_store(path: Path, *, within: Path | None = None) -> Iterator[Store]:
    """Open the results of a course. Where there is no file, the first record that is kept makes it.

    Args:
        path: the file.
        within: a folder on the way to it that a stranger may have filled: no link below it leads out. Without one, the
            links on the way are the user's own.

    Raises:
        NotAStore: the file is no store, of a newer Kitbag, or cannot be opened.
    """
    try:
        real = path if within else path.resolve()
        root = within or real.parent
        file = StoreFile(root, real.relative_to(root).as_posix())
        store = Store(file, _opened(file))
    except (sqlite3.Error, UnicodeDecodeError, Unreadable, NotAStore, OSError, RuntimeError, ValueError) as error:
        reason = str(error).removesuffix(".")  # SQLite may quote what is no text
        raise NotAStore(f"{path} cannot be used as a store of results: {reason}.") from error
    with closing(store):
        yield store


def _opened(file: StoreFile) -> Copy:
    """Return a copy of a store to work on."""
    content = file.read()
    if not content.ours:
        # Another process may have replaced the file, and not yet sealed it.
        with suppress(OSError), file.held():
            content = file.read()
    return _prepared(content)


def _prepared(content: Content) -> Copy:
    copy = Copy(content)
    try:
        _prepare(copy.connection)
    except BaseException:
        copy.close()
        raise
    return copy


def _prepare(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (version, application, tables) == (0, 0, 0):
        connection.execute("BEGIN")
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.commit()
    elif application != APPLICATION:
        raise sqlite3.DatabaseError("it holds something else")
    elif version != VERSION:
        raise sqlite3.DatabaseError("it was made by a newer Kitbag")
    strange = sorted(_schema_of(connection) - _own_schema())
    if strange or len(_schema_of(connection)) < len(_own_schema()):
        what = f'holds "{visible(strange[0][1])[:60]}", which no store of Kitbag has' if strange else "lacks a table"
        message = f"it {what}. Move it away, and add the records again to a new one"
        raise sqlite3.DatabaseError(message)


@cache
def _own_schema() -> frozenset[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_TABLES)
        return frozenset(_schema_of(connection))


def _schema_of(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Return kind, name and definition of everything in a file: tables and indexes, triggers and views if any."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    return {(str(kind), str(name), " ".join(str(sql or "").split())) for kind, name, sql in rows}
