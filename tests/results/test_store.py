"""Records come in from anyone and anywhere: the good ones are kept, once, and each other one is told why not."""

import csv
import errno
import io
import json
import os
import sqlite3
import struct
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly, Form
from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Essay, Use
from kitbag.questions.scoring import passes, score
from kitbag.results.attempt import Attempt, ItemResult, Response
from kitbag.results.essays import WrongSheet, marked, sheet
from kitbag.results.gather import Found, gather
from kitbag.results.judging import Judge, Unfit
from kitbag.results.record import BadRecord, read_record, sealed, write_record
from kitbag.results.sheet import key_response
from kitbag.results.store import Outcome, Store, Twins, open_store
from kitbag.results.store_file import LARGEST_STORE, NotAStore, StoreFile

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROJECT = Path(__file__).parents[1] / "projects/every-item-type"
ESSAY = "Too hot, and too long."


@pytest.fixture(scope="module")
def course() -> Course:
    """A pre-test, and a final test that holds every item type."""
    loaded = load_course(PROJECT).course
    assert loaded is not None
    banks = tuple(
        bank.model_copy(update={"items": tuple(item.model_copy(update={"use": Use.TEST}) for item in bank.items)})
        for bank in loaded.banks
    )
    count = sum(len(bank.items) for bank in banks)
    tests = (
        Assessment(id="before", title="Before", purpose="pretest", instructions="Go.", blueprint=Blueprint(items=5)),
        Assessment(id="all", title="All", purpose="final", instructions="Go.", blueprint=Blueprint(items=count)),
    )
    return replace(loaded, info=loaded.info.model_copy(update={"tests": tests}), banks=banks)


@pytest.fixture(scope="module")
def judge(course: Course) -> Judge:
    return Judge(course)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "results.sqlite") as opened:
        yield opened


Make = Callable[..., Attempt]


@pytest.fixture(scope="module")
def make(course: Course) -> Make:
    """Makes the record of an attempt, right in all unless told otherwise."""
    assembly = Assembly(course.banks, course.info.tests)
    forms: dict[str, Form] = {}

    def record(number: int = 1, test: str = "all", person: str = "Doe", **changes: Any) -> Attempt:
        form = forms.setdefault(test, assembly.draw(test, seed="x"))
        responses: dict[str, Response] = changes.pop("responses", {})
        essays: int | None = changes.pop("essays", None)
        items = []
        for drawn in form.items:
            response = responses.get(drawn.item.id, key_response(drawn.item))
            if isinstance(drawn.item, Essay) and drawn.item.id not in responses:
                response = ESSAY
            earned = score(drawn.item, response, rule=form.test.scoring, default=course.info.scoring)
            marks = essays if earned.pending else earned.marks
            possible = str(earned.possible)
            result = ItemResult(
                item=drawn.item.id,
                order=drawn.order,
                response=response,
                marks=None if marks is None else str(marks),
                possible=possible,
            )
            items.append(result)
        total = sum((Fraction(one.marks) for one in items if one.marks is not None), Fraction(0))
        possible_in_all = sum((Fraction(one.possible) for one in items), Fraction(0))
        decided = form.test.purpose == "final" and all(one.marks is not None for one in items)
        values: dict[str, Any] = {
            "schema_": "attempt/1",
            "id": str(UUID(int=number, version=4)),
            "course": course.info.id,
            "edition": course.info.edition,
            "test": test,
            "form": form.id,
            "channel": "browser",
            "person": person,
            "started": WHEN,
            "submitted": WHEN + timedelta(minutes=10 + number),
            "items": tuple(items),
            "marks": str(total),
            "possible": str(possible_in_all),
            "passed": passes(total, possible_in_all, course.info.cut_score) if decided else None,
        }
        return sealed(Attempt(**(values | changes)))

    return record


def add(store: Store, judge: Judge, *attempts: Attempt | bytes) -> list[Outcome]:
    data = [one if isinstance(one, bytes) else write_record(one) for one in attempts]
    return list(store.add([Found(f"{number}.json", one) for number, one in enumerate(data, 1)], judge))


def codes(outcomes: list[Outcome]) -> list[str]:
    return [one.code for one in outcomes]


# --- What counts -------------------------------------------------------------------------------------------------


def test_a_sound_record_counts_and_comes_back_byte_for_byte(store: Store, judge: Judge, make: Make) -> None:
    assert add(store, judge, make(essays=4)) == [Outcome("1.json", kept=True, code="new", message="It counts.")]
    (taken,) = store.attempts()
    assert (taken.person, taken.passed, taken.pending, taken.marks) == ("Doe", True, 0, taken.possible)
    assert store.record(taken.id) == make(essays=4)


def test_the_same_record_twice_is_counted_once(store: Store, judge: Judge, make: Make) -> None:
    assert codes(add(store, judge, make(), make())) == ["new", "known"]
    assert codes(add(store, judge, make())) == ["known"]
    assert len(list(store.attempts())) == 1


def test_another_record_of_the_same_attempt_is_refused(store: Store, judge: Judge, make: Make) -> None:
    assert codes(add(store, judge, make(), make(person="Roe"))) == ["new", "twin"]
    assert [taken.person for taken in store.attempts()] == ["Doe"]


def test_a_record_of_another_edition_is_kept_until_its_edition_is_here(
    store: Store, judge: Judge, make: Make, course: Course
) -> None:
    (outcome,) = add(store, judge, make(edition="9"))
    expected = "It needs edition 9; this course is edition 2.1. It is kept until then."
    assert outcome == Outcome("1.json", kept=True, code="waiting", message=expected)
    assert (list(store.attempts()), [edition for _, edition in store.waiting()]) == ([], ["9"])
    other = Judge(replace(course, info=course.info.model_copy(update={"edition": "9"})))
    assert codes(list(store.judge_waiting(judge))) == []
    assert codes(list(store.judge_waiting(other))) == ["new"]
    assert (len(list(store.attempts())), store.waiting()) == (1, [])


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"course": "coffee"}, "foreign", 'It is of the course "coffee", not of "tea".'),
        ({"course": "\x1b[2J"}, "foreign", 'It is of the course "\ufffd[2J", not of "tea".'),
        ({"test": "none"}, "unknown-form", 'The course has no test "none".'),
        ({"form": "7KQX-3M2R"}, "unknown-form", 'There is no form "7KQX-3M2R" of the test "all".'),
        ({"form": "practice-1234"}, "practice", "It is of a practice quiz, which nobody gathers."),
        ({"passed": True}, "altered", "What it says of passing is not what its marks and the course say."),
        ({"cut_score": 10}, "altered", "What it says of passing is not what its marks and the course say."),
    ],
)
def test_a_record_that_says_what_cannot_be_is_refused(
    store: Store, judge: Judge, make: Make, changes: dict[str, Any], code: str, message: str
) -> None:
    responses = {"single": "b", "test1": "b", "test2": "b", "test3": "b", "sorting": None, "multiple": None}
    record = make(essays=0, responses=responses | {"ordering": None, "matching": None, "cloze": None})
    assert add(store, judge, sealed(record.model_copy(update=changes))) == [
        Outcome("1.json", kept=False, code=code, message=message)
    ]
    assert list(store.attempts()) == []


def test_marks_that_the_responses_do_not_earn_are_refused_though_the_digest_fits(
    store: Store, judge: Judge, make: Make
) -> None:
    record = make(responses={"single": "b"})
    items = tuple(one.model_copy(update={"marks": "1"}) if one.item == "single" else one for one in record.items)
    forged = sealed(record.model_copy(update={"items": items}))
    (outcome,) = add(store, judge, forged)
    assert outcome == Outcome("1.json", False, "altered", "single: it says 1 marks; the response earns 0.")  # noqa: FBT003


def test_marks_are_written_as_everywhere_when_a_record_is_refused(store: Store, judge: Judge, make: Make) -> None:
    record = make(responses={"single": "b"})
    for said, words in (("25/12", "2.08"), ("-1/2", "\u22120.5")):
        items = tuple(one.model_copy(update={"marks": said}) if one.item == "single" else one for one in record.items)
        (of_item,) = add(store, judge, sealed(record.model_copy(update={"items": items})))
        assert of_item.message == f"single: it says {words} marks; the response earns 0."
        (of_all,) = add(store, judge, sealed(record.model_copy(update={"marks": said})))
        whole = f"its responses earn {record.marks} of {record.possible}."
        assert of_all.message == f"It says {words} of {record.possible} marks; {whole}"


def test_a_form_of_a_far_draw_is_refused_without_drawing_it(judge: Judge, make: Make) -> None:
    from kitbag.questions.form_id import FormId

    with pytest.raises(Unfit, match="There is no form"):
        judge.judge(make(form=str(FormId("7KQX", 5000))))


def test_every_item_type_is_scored_again(store: Store, judge: Judge, make: Make, course: Course) -> None:
    add(store, judge, make(essays=3))
    totals = {total.item: total for total in store.item_totals()}
    assert set(totals) == set(course.items)
    assert all(total.marks == total.possible for name, total in totals.items() if name != "essay")
    assert (totals["essay"].marks, totals["essay"].right, totals["essay"].shown) == (3, 0, 1)


# --- Essays ------------------------------------------------------------------------------------------------------


def test_marks_for_an_essay_take_the_place_of_the_record_that_waited(store: Store, judge: Judge, make: Make) -> None:
    waits = make()
    add(store, judge, waits)
    assert [taken.pending for taken in store.attempts()] == [1]
    marked = judge.with_marks(waits, {"essay": 4})
    assert read_record(write_record(marked)) == marked
    assert codes(add(store, judge, marked, waits, marked)) == ["marked", "known", "known"]
    (taken,) = store.attempts()
    assert (taken.pending, taken.passed, taken.marks) == (0, True, taken.possible)
    assert codes(add(store, judge, make(essays=1))) == ["twin"]


@pytest.mark.parametrize("marks", [{"essay": 5}, {"essay": -1}, {"single": 1}, {"none": 1}])
def test_no_marks_can_be_given_that_the_item_does_not_have(judge: Judge, make: Make, marks: dict[str, int]) -> None:
    with pytest.raises(Unfit):
        judge.with_marks(make(), marks)


def test_a_sheet_of_essays_is_filled_in_and_read_back(store: Store, judge: Judge, make: Make, course: Course) -> None:
    add(store, judge, make(responses={"essay": "=1+1"}), make(2, person="Roe"))
    rows = list(csv.DictReader(io.StringIO(sheet(course, store))))
    assert [(row["criterion"], row["points"], row["marks"], row["response"]) for row in rows] == [
        ("cause", "2", "", "'=1+1"),
        ("cure", "2", "", "'=1+1"),
        ("cause", "2", "", ESSAY),
        ("cure", "2", "", ESSAY),
    ]
    filled = "record;item;criterion;marks\r\n"
    filled += "".join(f"{make().id};essay;{name};{given}\r\n" for name, given in (("cause", 2), ("cure", 1)))
    filled += f"{make(2).id};essay;cause;2\r\n"
    (record,) = marked(filled.encode("utf-8-sig"), course, store, judge)
    assert codes(add(store, judge, record)) == ["marked"]
    assert [(taken.pending, taken.possible - taken.marks) for taken in store.attempts()] == [(0, 1), (1, 4)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{id},essay,cause,3", "Line 2: expected marks from 0 to 2."),
        ("{id},essay,cause,-1", "Line 2: expected marks from 0 to 2."),
        ("{id},essay,style,1", 'Line 2: there is no criterion "style" of an essay here.'),
        ("{id},single,a,1", 'Line 2: there is no criterion "a" of an essay here.'),
        ("nobody,essay,cause,1", 'No record "nobody" waits for marks here.'),
    ],
)
def test_a_line_that_cannot_be_marks_is_told(
    store: Store, judge: Judge, make: Make, course: Course, line: str, reason: str
) -> None:
    add(store, judge, make())
    data = f"record,item,criterion,marks\n{line.format(id=make().id)}\n".encode()
    with pytest.raises(WrongSheet) as caught:
        marked(data, course, store, judge)
    assert str(caught.value) == reason


# --- What comes on a stick ---------------------------------------------------------------------------------------


def test_a_stick_of_all_sorts(tmp_path: Path, store: Store, judge: Judge, make: Make) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    good = write_record(make())
    value = json.loads(good)
    (stick / "a.json").write_bytes(good)
    (stick / "b renamed.txt").write_bytes(write_record(make(2, person="Roe")))
    (stick / "c twice.json").write_bytes(good)
    (stick / "d half.json").write_bytes(good[: len(good) // 2])
    (stick / "e edited.json").write_bytes(good.replace(b'"Doe"', b'"Roe"'))
    (stick / "f newer.json").write_text(json.dumps(value | {"schema": "attempt/2\x1b[1m"}), "utf-8")
    (stick / "g utf16.json").write_bytes(good.decode().encode("utf-16"))
    (stick / "h bom.json").write_bytes(b"\xef\xbb\xbf" + write_record(make(3, person="Zoë <script>alert(1)</script>")))
    with (stick / "i huge.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (stick / "j script.json").write_text("<script>alert(1)</script>", "utf-8")
    (stick / "k deep.json").write_text("[" * 100_000, "utf-8")
    (stick / "l folder.json").mkdir()
    (stick / "l folder.json" / "m.json").write_bytes(write_record(make(4, person="Poe")))
    (stick / "n link.json").symlink_to("a.json")
    (stick / "o empty.json").touch()
    (stick / "p number.json").write_text(json.dumps(value | {"attempt": 2**80}), "utf-8")
    (stick / "q float.json").write_bytes(good.replace(b'"attempt":1', b'"attempt":1.0'))
    (stick / "r pipe.json").unlink(missing_ok=True)
    os.mkfifo(stick / "r pipe.json")
    (stick / "holiday.jpg").write_bytes(b"\xff\xd8 no record")
    (stick / "s long.json").write_bytes(write_record(make(5, person="x" * 5_000_000)))
    reasons = {Path(one.name).name: (one.code, one.message) for one in store.add(gather([stick]), judge)}
    assert reasons == {
        "a.json": ("new", "It counts."),
        "b renamed.txt": ("new", "It counts."),
        "c twice.json": ("known", "It was added before, and is counted once."),
        "d half.json": ("not-a-record", "It is cut short, or is no record at all."),
        "e edited.json": ("altered", "It was changed after it was saved: its digest does not fit."),
        "f newer.json": ("newer", 'A newer Kitbag wrote it ("attempt/2\ufffd[1m"); this one reads "attempt/1".'),
        "g utf16.json": ("not-a-record", "It is no text in UTF-8, as every record is."),
        "h bom.json": ("new", "It counts."),
        "i huge.json": ("too-large", '"i huge.json" is larger than 4 MiB.'),
        "j script.json": ("not-a-record", "It is cut short, or is no record at all."),
        "k deep.json": ("not-a-record", "It is cut short, or is no record at all."),
        "m.json": ("new", "It counts."),
        "n link.json": ("link", "It is a link, and no link is followed."),
        "o empty.json": ("not-a-record", "It is cut short, or is no record at all."),
        "p number.json": ("not-a-record", 'It is no sound record: look at "attempt".'),
        "q float.json": ("not-a-record", "It is cut short, or is no record at all."),
        "r pipe.json": ("not-a-file", '"r pipe.json" is not a file but a named pipe.'),
        "s long.json": ("too-large", '"s long.json" is larger than 4 MiB.'),
    }
    assert len(list(store.attempts())) == 4


def test_a_file_that_is_named_is_told_about_even_where_it_is_missing(tmp_path: Path) -> None:
    (found,) = gather([tmp_path / "gone.json"])
    assert isinstance(found.data, BadRecord)
    assert str(found.data) == 'There is no file "gone.json".'


def test_a_time_without_its_offset_is_no_time(make: Make) -> None:
    value = json.loads(write_record(make()))
    value["started"] = "2026-11-23T09:00:00"
    with pytest.raises(BadRecord, match="started"):
        read_record(json.dumps(value).encode())


# --- The file ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("CREATE TABLE other (x)", "it holds something else"),
        ("PRAGMA user_version = 1", "it holds something else"),
    ],
)
def test_a_database_of_something_else_is_left_alone(tmp_path: Path, statement: str, reason: str) -> None:
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NotAStore, match=reason), open_store(path):
        pass
    assert path.read_bytes() == before


def test_a_store_of_a_newer_kitbag_is_left_alone(tmp_path: Path, judge: Judge, make: Make) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make())
    spoil(path, "PRAGMA user_version = 2")
    with pytest.raises(NotAStore, match="it was made by a newer Kitbag"), open_store(path):
        pass


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    path.write_text("my diary " * 100, "utf-8")
    with pytest.raises(NotAStore, match="file is not a database"), open_store(path):
        pass
    assert path.read_text("utf-8").startswith("my diary")


@pytest.mark.parametrize(
    ("statement", "reading"),
    [
        ("UPDATE attempt SET submitted = 'soon'", lambda store: list(store.attempts())),
        ("UPDATE attempt SET marks = '1/0'", lambda store: list(store.attempts())),
        ("UPDATE attempt SET record = substr(record, 2)", lambda store: list(store.passed())),
        ("UPDATE item SET marks = 'all'", lambda store: store.item_totals()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_of_results_that_is_damaged_is_told_in_one_line(
    tmp_path: Path, judge: Judge, make: Make, statement: str, reading: Callable[[Store], object]
) -> None:
    path = tmp_path / "results.sqlite"
    with open_store(path) as store:
        add(store, judge, make(essays=4))
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    message = (
        "^The file of results is damaged. Put back a copy of it that is whole, "
        "or bring the records together again in a new one.$"
    )
    with open_store(path) as store, pytest.raises(NotAStore, match=message):
        reading(store)


def test_a_merge_that_stops_half_way_keeps_what_it_reported(
    tmp_path: Path, judge: Judge, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitbag.results.store.BATCH", 2)
    path = tmp_path / "results.sqlite"
    files = (Found(str(number), write_record(make(number, person=f"Doe {number}"))) for number in range(1, 8))
    with open_store(path) as store:
        outcomes = store.add(files, judge)
        reported = [next(outcomes) for _ in range(3)]
        outcomes.close()  # type: ignore[attr-defined]
    with open_store(path) as store:
        kept = {taken.id for taken in store.attempts()}
    assert {make(int(one.name)).id for one in reported} <= kept
    assert len(kept) == 4


# --- The same sitting twice ----------------------------------------------------------------------------------------


def timed(attempt: Attempt, *seconds: int) -> Attempt:
    """Return a record with the time taken at each question."""
    given = (*seconds, *range(10, 10 + len(attempt.items)))
    items = [one.model_copy(update={"seconds": count}) for one, count in zip(attempt.items, given, strict=False)]
    return sealed(attempt.model_copy(update={"items": tuple(items)}))


@pytest.mark.parametrize("channel", ["browser", "terminal", "platform"])
def test_the_same_sitting_under_another_id_counts_once(store: Store, judge: Judge, make: Make, channel: str) -> None:
    same = {"submitted": make().submitted, "channel": channel}
    one, again, renamed = timed(make(**same)), timed(make(2, **same)), timed(make(3, person="Roe", **same))
    outcomes = add(store, judge, one, again, renamed, timed(make(4, person="", **same)))
    assert codes(outcomes) == ["new", "known", "twin", "twin"]
    assert outcomes[2].message == (
        f"The same sitting was added before under another name: Doe, form {one.form}, "
        f"{one.marks} of {one.possible} marks on 2026-11-23. "
        "Add it with --twins replace if this name is the right one, or with --twins both if it is another person."
    )
    assert len(list(store.attempts())) == 1
    assert all(total.shown == 1 for total in store.item_totals())
    found = [Found("c", write_record(renamed))]
    assert codes(list(store.add(found, judge, twins=Twins.REPLACE))) == ["replaced"]
    assert [taken.person for taken in store.attempts()] == ["Roe"]
    assert codes(add(store, judge, again)) == ["twin"]
    assert codes(list(store.add([Found("a", write_record(one))], judge, twins=Twins.BOTH))) == ["new"]
    assert sorted(taken.person for taken in store.attempts()) == ["Doe", "Roe"]


def test_a_sitting_is_known_again_when_the_store_is_opened_anew(tmp_path: Path, judge: Judge, make: Make) -> None:
    path = tmp_path / "results.sqlite"
    waits = {"edition": "next", "submitted": make().submitted}
    filled(path, judge, timed(make()), timed(make(5, person="Poe", **waits), 7))
    with open_store(path) as opened:
        twins = timed(make(2, person="Roe", submitted=make().submitted)), timed(make(6, person="Roe", **waits), 7)
        assert codes(add(opened, judge, *twins)) == ["twin", "twin"]


def test_a_class_that_begins_and_ends_together_is_told_apart(store: Store, judge: Judge, make: Make) -> None:
    same = {"person": "", "submitted": make().submitted}
    assert codes(add(store, judge, *(timed(make(number, **same), number) for number in range(1, 4)))) == ["new"] * 3
    at_once = [make(number, person=f"p{number}", submitted=WHEN) for number in range(4, 7)]
    assert codes(add(store, judge, *at_once)) == ["new"] * 3


def test_another_record_of_the_same_person_on_the_same_form_waits_for_a_decision(
    store: Store, judge: Judge, make: Make
) -> None:
    other = make(2, person=" DOE ", responses={"single": "b"})
    (_, twin) = add(store, judge, make(essays=4), other)
    assert (twin.code, twin.kept) == ("twin", False)
    assert twin.message == (
        f"A record of the same sitting with other content was added before: Doe, form {other.form}, "
        f"{make(essays=4).marks} of {other.possible} marks on 2026-11-23. "
        "Add it with --twins replace to count this one instead, or with --twins both if it is another person."
    )
    found = [Found("b", write_record(other))]
    assert codes(list(store.add(found, judge, twins=Twins.REPLACE))) == ["replaced"]
    assert [taken.id for taken in store.attempts()] == [other.id]
    found = [Found("a", write_record(make(essays=4)))]
    assert codes(list(store.add(found, judge, twins=Twins.BOTH))) == ["new"]
    assert len(list(store.attempts())) == 2


def test_moments_are_the_same_in_every_time_zone(store: Store, judge: Judge, make: Make) -> None:
    east = timezone(timedelta(hours=3))
    one = timed(make(person=""))
    moved = make(2, person="", started=one.started.astimezone(east), submitted=one.submitted.astimezone(east))
    assert codes(add(store, judge, one, timed(moved))) == ["new", "known"]


def test_two_people_whose_sheets_have_one_number_can_both_count(store: Store, judge: Judge, make: Make) -> None:
    paper = {"channel": "paper", "submitted": WHEN}
    other = make(person="Roe", responses={"single": "b"}, **paper)
    assert codes(add(store, judge, make(**paper), other)) == ["new", "twin"]
    assert codes(list(store.add([Found("b", write_record(other))], judge, twins=Twins.BOTH))) == ["new"]
    assert sorted(taken.person for taken in store.attempts()) == ["Doe", "Roe"]
    for twins in Twins:
        assert codes(list(store.add([Found("b", write_record(other))], judge, twins=twins))) == ["known"]


def test_people_without_a_name_on_one_form_are_told_apart(store: Store, judge: Judge, make: Make) -> None:
    assert codes(add(store, judge, *(make(number, person="") for number in (1, 2, 3)))) == ["new"] * 3


def test_a_sheet_that_was_corrected_takes_its_own_place(store: Store, judge: Judge, make: Make) -> None:
    paper = {"channel": "paper", "submitted": WHEN}
    next_day = paper | {"started": WHEN + timedelta(days=1), "submitted": WHEN + timedelta(days=1)}
    outcomes = add(
        store,
        judge,
        make(**paper),
        make(**next_day),
        make(**next_day, responses={"single": "b"}),
        make(person="Roe", **paper),
    )
    assert codes(outcomes) == ["new", "known", "corrected", "twin"]
    assert (
        outcomes[2].message
        == f"It corrects the answer sheet that was added before, with {make().marks} of {make().possible} marks."
    )
    corrected = make(**next_day, responses={"single": "b"})
    assert outcomes[3].message == (
        f"The same answer sheet was added before under another name: Doe, form {corrected.form}, "
        f"{corrected.marks} of {corrected.possible} marks on 2026-11-24. "
        "Add it with --twins replace if this name is the right one, or with --twins both if it is another person."
    )
    assert len(list(store.attempts())) == 1


# --- Times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"submitted": WHEN - timedelta(minutes=1)}, "It was handed in before it was started."),
        ({"submitted": datetime(9999, 1, 1, tzinfo=UTC)}, "It was handed in on 9999-01-01, which is yet to come."),
        (
            {"started": datetime(1, 1, 2, tzinfo=UTC), "submitted": datetime(1, 1, 2, tzinfo=UTC)},
            "It was handed in on 0001-01-02, before the course was written.",
        ),
    ],
)
def test_times_that_cannot_be_are_refused_unless_a_person_knows_better(
    store: Store, course: Course, judge: Judge, make: Make, changes: dict[str, Any], reason: str
) -> None:
    (outcome,) = add(store, judge, make(**changes))
    assert (outcome.code, outcome.kept) == ("odd-time", False)
    assert outcome.message.startswith(reason.replace("0001", "1")) or outcome.message.startswith(reason)
    assert outcome.message.endswith("Was the clock of the device wrong? --any-time takes it all the same.")
    assert codes(add(store, Judge(course, any_time=True), make(**changes))) == ["new"]


def test_a_test_that_took_a_month_is_remarked_on(store: Store, course: Course, make: Make) -> None:
    (test,) = [test for test in course.info.tests if test.id == "all"]
    others = [one for one in course.info.tests if one.id != "all"]
    tests = (*others, test.model_copy(update={"minutes": 5}))
    limited = replace(course, info=course.info.model_copy(update={"tests": tests}))
    (outcome,) = add(store, Judge(limited), make(started=WHEN - timedelta(days=30)))
    assert (outcome.code, outcome.kept) == ("remark", True)
    assert outcome.message == "It counts. It took 43211 minutes; the test has 5."


def test_an_attempt_that_its_form_is_not_for_is_refused(store: Store, judge: Judge, make: Make) -> None:
    (outcome,) = add(store, judge, make(attempt=3))
    assert (outcome.code, outcome.message) == ("altered", "It says it is attempt 3; its form is for attempt 1.")


# --- Stores from elsewhere -----------------------------------------------------------------------------------------


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def filled(path: Path, judge: Judge, *records: Attempt) -> None:
    with open_store(path) as opened:
        list(opened.rescore(judge))
        add(opened, judge, *records)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON attempt BEGIN UPDATE attempt SET passed = 1; END",
        "CREATE VIEW results AS SELECT * FROM attempt",
        "CREATE INDEX i ON attempt (upper(person))",
        "CREATE TABLE more (x)",
        "ALTER TABLE attempt ADD COLUMN x TEXT",
        "DROP INDEX attempt_by_test",
    ],
)
def test_a_file_with_another_schema_is_refused(tmp_path: Path, judge: Judge, make: Make, statement: str) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make())
    spoil(path, statement)
    with pytest.raises(NotAStore, match="Move it away, and add the records again to a new one"), open_store(path):
        pass


def test_what_is_stored_of_marks_is_not_believed_when_the_file_came_from_elsewhere(
    tmp_path: Path, judge: Judge, make: Make
) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make(essays=4), make(2, person="Roe", responses={"single": "b"}, essays=4))
    with open_store(path) as opened:
        assert opened.trusted
        before = list(opened.attempts())
    spoil(path, "UPDATE attempt SET marks = '99', possible = '99', passed = 1", "UPDATE item SET marks = '1'")
    with open_store(path) as opened:
        assert not opened.trusted
        assert list(opened.rescore(judge)) == []
        assert list(opened.attempts()) == before
    with open_store(path) as opened:
        assert opened.trusted


def test_a_forged_record_put_into_the_file_does_not_count(tmp_path: Path, judge: Judge, make: Make) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make(essays=4))
    forged = make(items=(), marks="25", possible="25", passed=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE attempt SET record = ?", (write_record(forged),))
        connection.commit()
    with open_store(path) as opened:
        (outcome,) = opened.rescore(judge)
        assert (outcome.code, outcome.kept) == ("altered", False)
        assert list(opened.passed()) == []
        assert opened.item_totals() == []


def test_a_file_that_can_only_be_read_is_scored_again_in_memory(
    tmp_path: Path, judge: Judge, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make(essays=4))
    spoil(path, "UPDATE attempt SET marks = '0'")
    before = path.read_bytes()

    def refused(*_: object, **__: object) -> None:  # root may write everywhere
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("kitbag.results.store_file.write_within", refused)
    with open_store(path) as opened:
        assert list(opened.rescore(judge)) == []
        assert [taken.marks for taken in opened.attempts()] == [Fraction(make(essays=4).marks)]
        with pytest.raises(NotAStore, match=r"^The results cannot be written: Permission denied\.$"):
            add(opened, judge, make(2, person="Roe"))
    assert path.read_bytes() == before


def test_results_are_their_owners_alone(tmp_path: Path, judge: Judge, make: Make) -> None:
    path = tmp_path / "results.sqlite"
    path.touch(mode=0o644)
    filled(path, judge, make())
    assert path.stat().st_mode & 0o777 == 0o600


def test_merges_at_the_same_moment_wait_for_each_other(tmp_path: Path, judge: Judge, make: Make) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make())
    with open_store(path) as one, open_store(path) as other, ExitStack() as lock:
        assert codes(add(one, judge, make(2, person="Roe"))) == ["new"]
        lock.enter_context(StoreFile(tmp_path, "results.sqlite").held())  # another process is writing
        waited: list[str] = []

        def end() -> None:
            waited.append("reported")
            lock.close()

        found = [Found("b", write_record(make(2, person="Roe"))), Found("c", write_record(make(3, person="Poe")))]
        assert codes(list(other.add(found, judge, on_wait=end))) == ["known", "new"]
    assert waited == ["reported"]
    with open_store(path) as opened:
        assert (opened.trusted, opened.size) == (True, 3)


def test_a_process_that_waits_too_long_gives_up(
    tmp_path: Path, judge: Judge, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitbag.results.store_file.WAIT", 0)
    with open_store(tmp_path / "r.sqlite") as opened, StoreFile(tmp_path, "r.sqlite").held():
        message = r"^Another Kitbag has been writing into these results for 0 seconds\. Try again later\.$"
        with pytest.raises(NotAStore, match=message):
            add(opened, judge, make())


def test_results_that_another_program_changes_meanwhile_are_left_alone(
    tmp_path: Path, judge: Judge, make: Make
) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make())
    with open_store(path) as opened:
        spoil(path, "UPDATE attempt SET marks = '0'")
        before = path.read_bytes()
        message = r"^Another program has changed these results meanwhile\. Run the same command again\.$"
        with pytest.raises(NotAStore, match=message):
            add(opened, judge, make(2, person="Roe"))
    assert path.read_bytes() == before


# --- What lies beside a store, and what takes its place ------------------------------------------------------------


def hostile_journal(database: bytes, victim: Path) -> bytes:
    """Return a journal that SQLite rolls back, and that names another file as the journal above it.

    SQLite deletes that file, whatever it is: https://www.sqlite.org/fileformat.html#the_rollback_journal.
    """
    magic, nonce, sector, size = bytes.fromhex("d9d505f920a163d7"), 7, 512, int.from_bytes(database[16:18], "big")
    header = magic + struct.pack(">IIIII", 1, nonce, len(database) // size, sector, size)
    page = database[:size]
    checksum = (nonce + sum(page[place] for place in range(size - 200, 0, -200))) & 0xFFFFFFFF
    name = os.fsencode(victim)
    above = struct.pack(">I", 0x40000000 // size + 1) + name + struct.pack(">II", len(name), sum(name)) + magic
    return header.ljust(sector, b"\0") + struct.pack(">I", 1) + page + struct.pack(">I", checksum) + above


def test_a_journal_that_came_with_a_store_deletes_nothing(tmp_path: Path, judge: Judge, make: Make) -> None:
    (tmp_path / "theirs").mkdir()
    path, diary = tmp_path / "theirs/results.sqlite", tmp_path / "diary.txt"
    filled(path, judge, make())
    diary.write_text("my diary", "utf-8")
    (tmp_path / "theirs/results.sqlite-journal").write_bytes(hostile_journal(path.read_bytes(), diary))
    reason = (
        '"results.sqlite-journal" lies beside it, so another program was stopped while it wrote into it. '
        "Move both away, and add the records again to a new one."
    )
    with pytest.raises(NotAStore) as raised, open_store(path):
        pass
    assert str(raised.value) == f"{path} cannot be used as a store of results: {reason}"
    assert diary.exists()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT count(*) FROM attempt").fetchone()
    assert not diary.exists(), "SQLite itself deletes it: the test shows what it should"


def test_a_folder_that_becomes_a_link_while_results_are_added_is_not_followed(
    tmp_path: Path, judge: Judge, make: Make
) -> None:
    course, other = tmp_path / "course", tmp_path / "other"
    course.mkdir()
    other.mkdir()
    with open_store(course / "results/results.sqlite", within=course) as opened:
        assert codes(add(opened, judge, make())) == ["new"]
        (course / "results").rename(course / "before")
        (course / "results").symlink_to(other)
        message = r"^The results cannot be written: a link in it leads out of the course folder\. Delete that link\.$"
        with pytest.raises(NotAStore, match=message):
            add(opened, judge, make(2, person="Roe"))
    assert list(other.iterdir()) == []


def test_a_link_put_in_the_place_of_a_store_is_not_followed(tmp_path: Path, judge: Judge, make: Make) -> None:
    course, other = tmp_path / "course", tmp_path / "other.sqlite"
    filled(course / "results/results.sqlite", judge, make())
    (course / "results/results.sqlite").rename(other)
    before = other.read_bytes()
    (course / "results/results.sqlite").symlink_to(other)
    with pytest.raises(NotAStore, match="leads out of the course folder"):  # noqa: SIM117 - opening is what raises
        with open_store(course / "results/results.sqlite", within=course):
            pass
    assert other.read_bytes() == before


def test_a_store_larger_than_any_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with path.open("wb") as file:
        file.truncate(LARGEST_STORE + 1)
    with pytest.raises(NotAStore, match=r'"results.sqlite" is larger than 512 MiB\.$'), open_store(path):
        pass


def test_a_killed_writer_leaves_nothing_for_long(tmp_path: Path, judge: Judge, make: Make) -> None:
    for left in (".results.sqlite.abc.tmp", "..results.sqlite.seal.abc.tmp"):
        (tmp_path / left).write_bytes(b"half a store")
    (tmp_path / ".other.tmp").touch()
    filled(tmp_path / "results.sqlite", judge, make())
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {".other.tmp", "results.sqlite", ".results.sqlite.lock", ".results.sqlite.seal"}


def test_a_store_in_another_mode_of_sqlite_is_read(tmp_path: Path, judge: Judge, make: Make) -> None:
    path = tmp_path / "results.sqlite"
    filled(path, judge, make())
    spoil(path, "PRAGMA journal_mode = WAL")
    assert path.read_bytes()[18:20] == b"\2\2"
    with open_store(path) as opened:
        assert not opened.trusted
        assert list(opened.rescore(judge)) == []
        assert opened.size == 1


def test_batches_grow_with_the_store(tmp_path: Path, judge: Judge, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitbag.results.store.BATCH", 2)
    written: list[int] = []
    write = StoreFile.write
    monkeypatch.setattr(StoreFile, "write", lambda file, data: (written.append(1), write(file, data)))
    files = (Found(str(number), write_record(make(number, person=f"Doe {number}"))) for number in range(1, 31))
    with open_store(tmp_path / "results.sqlite") as opened:
        assert codes(list(opened.add(files, judge))) == ["new"] * 30
    assert len(written) == 11  # 2 at a time up to 12, then 3, 3, 4, 5 and 3
