"""The results of a course in one SQLite file: every record that came in, once, with what became of it.

A record is kept as the bytes that came, so that nothing is lost by reading it. Each batch of records is one
transaction: whoever pulls the plug loses no record that was reported as kept, and none is counted twice. The table of
items holds what item statistics need: who chose what, what it earned, and how long it took.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from kitbag.results.attempt import Attempt
from kitbag.results.gather import Found
from kitbag.results.judging import Judge, Judged, Unfit, completes
from kitbag.results.record import BadRecord, read_record
from kitbag.results.roster import same_person

VERSION: Final = 1
"""Of the tables below; SQLite keeps it as `user_version`."""
APPLICATION: Final = 0x4B544247
"""Tells a store of ours from any other SQLite file (`application_id`): "KTBG"."""
BATCH: Final = 500
"""Records in one transaction."""
LONGEST_PATH: Final = 504
"""Bytes of the longest path that SQLite opens on Unix: 512 (`MAX_PATHNAME`), less what names the journal beside it."""

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


class NotAStore(Exception):
    """The file cannot be used as a store of results; the message says why, on one line."""


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


class Store:
    """The results of one course."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take an open connection; `open_store` makes one."""
        self._connection = connection

    def add(self, files: Iterable[Found], judge: Judge) -> Iterator[Outcome]:
        """Judge records and keep the good ones, a batch to a transaction; yield what became of each, once it is safe.

        Raises:
            NotAStore: the disk is full or the file is damaged; what was yielded before is safe.
        """
        batch: list[Outcome] = []
        try:
            for file in files:
                batch.append(self._take(file, judge))
                if len(batch) == BATCH:
                    self._connection.commit()
                    yield from batch
                    batch = []
            self._connection.commit()
        except sqlite3.Error as error:
            raise NotAStore(f"The results cannot be written: {error}.") from error
        finally:
            self._connection.rollback()
        yield from batch

    def judge_waiting(self, judge: Judge) -> Iterator[Outcome]:
        """Judge again the records that wait for an edition; yield those whose edition the judge knows.

        Raises:
            NotAStore: as `add`.
        """
        outcomes = []
        try:
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
            self._connection.commit()
        except sqlite3.Error as error:
            raise NotAStore(f"The results cannot be written: {error}.") from error
        finally:
            self._connection.rollback()
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

    def _take(self, file: Found, judge: Judge) -> Outcome:
        data = file.data
        if isinstance(data, BadRecord):
            return Outcome(file.name, kept=False, code=data.code, message=str(data))
        try:
            attempt = read_record(data)
            known = self._connection.execute("SELECT record FROM attempt WHERE id = ?", (attempt.id,)).fetchone()
            if known:
                with _undamaged():
                    earlier = read_record(known[0])
                _compare(earlier, attempt)
            judged = judge.judge(attempt)
        except BadRecord as error:
            return Outcome(file.name, kept=False, code=error.code, message=str(error))
        except Unfit as error:
            if error.code != "other-edition":
                return Outcome(file.name, kept=False, code=error.code, message=str(error))
            self._replace(attempt, data, None, known=bool(known))
            return Outcome(file.name, kept=True, code="waiting", message=f"{error} It is kept until then.")
        self._replace(attempt, data, judged, known=bool(known))
        if known:
            return Outcome(file.name, kept=True, code="marked", message="It brings marks for essays that waited.")
        return Outcome(file.name, kept=True, code="new", message="It counts.")

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


def _compare(earlier: Attempt, attempt: Attempt) -> None:
    """Raise BadRecord where a record adds nothing to an earlier state of it, or contradicts it."""
    if earlier.digest == attempt.digest:
        raise BadRecord("known", "It was added before, and is counted once.")
    if completes(earlier, attempt):
        raise BadRecord("known", "It was added before, and its essays have been marked since.")
    if not completes(attempt, earlier):
        raise BadRecord("twin", "Another record of the same attempt, with other content, was added before.")


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open the results of a course, and make the file where there is none.

    Raises:
        NotAStore: the file is no store, of a newer Kitbag, or cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level="IMMEDIATE", timeout=30)
    except (sqlite3.Error, OSError) as error:
        raise NotAStore(f"{path} cannot be used as a store of results: {_reason(path, error)}.") from error
    with closing(connection):
        try:
            _prepare(connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # SQLite may quote what is no text
            raise NotAStore(f"{path} cannot be used as a store of results: {_reason(path, error)}.") from error
        yield Store(connection)


def _reason(path: Path, error: Exception) -> str:
    """Return why SQLite cannot open a file; of a path that is too long for it, it says nothing itself."""
    if os.name == "posix" and len(os.fsencode(path.absolute())) > LONGEST_PATH:
        return f"SQLite opens no path longer than {LONGEST_PATH} bytes; name another with --store"
    return str(error)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (version, application, tables) == (0, 0, 0):
        connection.execute("BEGIN IMMEDIATE")
        # Where somebody else starts at the same moment, the tables are there by now.
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.commit()
    elif application != APPLICATION:
        raise sqlite3.DatabaseError("it holds something else")
    elif version != VERSION:
        raise sqlite3.DatabaseError("it was made by a newer Kitbag")
