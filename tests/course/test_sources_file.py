"""sources.yaml is edited without losing a character of what its author wrote, and never half."""

import difflib
from datetime import date
from pathlib import Path

import pytest

from kitbag.course.documents.blocks import DocumentError
from kitbag.course.documents.read import read_bytes
from kitbag.course.drift import Drift, compare
from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.course.provenance import usage
from kitbag.course.sources import TO_WRITE, Sources
from kitbag.course.sources_file import (
    CannotEdit,
    Described,
    with_document,
    with_new_passages,
    with_observations,
    with_pin,
)
from kitbag.modelling import read_model

TESTS = Path(__file__).parent.parent
POLICY = (TESTS / "cases" / "policy.txt").read_text("utf-8")
HARBOUR = TESTS / "projects" / "harbour"
RECORDED = (HARBOUR / "course" / "sources.yaml").read_bytes()
TODAY = date(2025, 6, 1)
LATER = date(2025, 7, 1)
COUNCIL = POLICY[POLICY.index("The Quay Council") : POLICY.index("The Committee on Mooring")]
YEAR = POLICY.replace("most recently in 2024", "most recently in 2025")


def sources(data: bytes) -> Sources:
    read, _, findings = read_model(data, "course/sources.yaml", Sources)
    assert read is not None, [str(finding) for finding in findings]
    return read


def drift_of(data: bytes, text: str, today: date = TODAY) -> Drift:
    course = load_course(HARBOUR).course
    assert course is not None
    course = Course(course.folder, course.info, sources(data), course.glossary, course.modules, course.banks)
    return compare(course, read_bytes(text.encode(), "newer.txt"), today=today, uses=usage(course))


def changed(data: bytes, text: str) -> list[str]:
    return [f"{one.passage.id} {one.fate.change}" for one in drift_of(data, text).changed]


def lines_changed(before: bytes, after: bytes) -> list[str]:
    rows = difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), n=0, lineterm="")
    return [row for row in rows if row[:2] not in ("--", "++", "@@")]


def described(name: str = "note") -> Described:
    return Described(name, as_of=date(2025, 1, 31), language="en")


# --- Recording a document -------------------------------------------------------------------------------------------


def test_a_document_is_added_at_the_end_and_waits_for_its_author() -> None:
    copy = read_bytes(b"# Note\n\nOne sentence.\n\nAnother sentence.\n", "note.txt")
    after, added = with_document(RECORDED, copy, described())
    assert after.startswith(RECORDED.removesuffix(b"# The end.\n"))
    assert sources(after).documents[0] == sources(RECORDED).documents[0]
    assert sources(after).documents[1] == added
    assert [(p.id, p.locator, p.label) for p in added.passages] == [
        ("P20", "under “Note”, paragraph 1", TO_WRITE),
        ("P21", "under “Note”, paragraph 2", TO_WRITE),
    ]
    assert b"One sentence" not in after


@pytest.mark.parametrize(
    "empty",
    [
        b"schema: sources/1\n",
        b"schema: sources/1\ndocuments: []\n",
        b"schema: sources/1",
        b"# first\n\nschema: sources/1  # kind\n\n# last\n",
        b"\xef\xbb\xbfschema: sources/1\r\ndocuments: []\r\n",
    ],
)
def test_the_first_document_can_be_added_to_an_empty_file(empty: bytes) -> None:
    copy = read_bytes(POLICY.encode(), "policy.txt")
    after, added = with_document(empty, copy, described())
    assert sources(after).documents == (added,)
    assert len(added.passages) == 19
    for comment in (b"# first", b"# kind", b"# last"):
        assert (comment in after) == (comment in empty)
    assert (b"\r\n" in empty) == (b"\r\n" in after)
    assert after.count(b"\n") == after.count(b"\r\n") or b"\r\n" not in empty


def test_a_document_is_not_recorded_twice() -> None:
    copy = read_bytes(POLICY.encode(), "copy.txt")
    with pytest.raises(CannotEdit) as refused:
        with_document(RECORDED, copy, described())
    assert str(refused.value) == (
        'copy.txt is recorded already, as "policy": 19 of its 19 passages are. '
        'To see what changed, use "kitbag sources check".'
    )
    with pytest.raises(CannotEdit, match='The document "policy" is recorded already'):
        with_document(RECORDED, read_bytes(b"Other words.", "other.txt"), described("policy"))


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(CannotEdit, match='"id" of the document cannot be used'):
        with_document(RECORDED, read_bytes(b"Other words.", "other.txt"), described("a b: c"))


def test_a_hostile_title_stays_a_title() -> None:
    title = 'No" \\ : {x}: # y'
    with_title = Described("note", as_of=date(2025, 1, 31), language="en", title=title)
    after, _ = with_document(RECORDED, read_bytes(b"Other words.", "other.txt"), with_title)
    assert sources(after).documents[1].title == title


def test_new_passages_go_where_they_stand() -> None:
    text = POLICY.replace(COUNCIL, COUNCIL + "A fire boat lies at Quay 4.\n\nIts crew is six strong.\n\n")
    text = "This page replaces the leaflet of 1999.\n\n" + text
    after, added = with_new_passages(RECORDED, drift_of(RECORDED, text))
    assert [passage.id for passage in added] == ["P20", "P21", "P22"]
    ids = [passage.id for passage in sources(after).documents[0].passages]
    assert ids[:2] == ["P20", "P1"]
    assert ids[14:18] == ["P14", "P21", "P22", "P15"]
    assert changed(after, text) == []
    assert all(row.startswith("+") for row in lines_changed(RECORDED, after))


# --- Watching it ----------------------------------------------------------------------------------------------------


def test_an_observation_adds_its_lines_and_touches_no_other() -> None:
    after = with_observations(RECORDED, drift_of(RECORDED, YEAR))
    assert [row.split(":")[0] for row in lines_changed(RECORDED, after)] == [
        "+        observed",
        "+          day",
        "+          change",
        "+          locator",
        "+          fingerprint",
        "+            sha256",
        "+            sketch",
    ]
    assert changed(after, YEAR) == ["P9 reworded"]


def test_the_same_change_seen_again_keeps_its_day() -> None:
    after = with_observations(RECORDED, drift_of(RECORDED, YEAR))
    assert with_observations(after, drift_of(after, YEAR, LATER)) == after


def test_a_change_that_was_taken_back_is_forgotten() -> None:
    after = with_observations(RECORDED, drift_of(RECORDED, YEAR))
    assert with_observations(after, drift_of(after, POLICY)) == RECORDED


def test_what_did_not_change_leaves_the_file_as_it_was() -> None:
    assert with_observations(RECORDED, drift_of(RECORDED, POLICY)) == RECORDED


# --- Settling it ----------------------------------------------------------------------------------------------------


def test_a_pin_takes_the_new_wording_and_keeps_the_old_one_as_history() -> None:
    watched = with_observations(RECORDED, drift_of(RECORDED, YEAR))
    after = with_pin(watched, "P9", reason='Slide 4 says "2025" now: done.', today=LATER)
    before, passage = (sources(data).documents[0].passages[8] for data in (watched, after))
    assert passage.observed is None
    assert before.observed is not None
    assert passage.fingerprint == before.observed.fingerprint
    assert [(pin.day, pin.reason, pin.was) for pin in passage.history] == [
        (LATER, 'Slide 4 says "2025" now: done.', before.fingerprint)
    ]
    assert passage.facts == before.facts
    assert changed(after, YEAR) == []
    assert changed(after, POLICY) == ["P9 reworded"]
    for comment in ("Keep   the odd spacing.", "# The one that changes most.", "- id: P9  # signal book", "# The end."):
        assert comment in after.decode()


def test_history_grows() -> None:
    data = RECORDED
    for year, day in ((2025, TODAY), (2026, LATER)):
        text = POLICY.replace("most recently in 2024", f"most recently in {year}")
        data = with_pin(with_observations(data, drift_of(data, text)), "P9", reason=f"Read {year}.", today=day)
    assert [pin.reason for pin in sources(data).documents[0].passages[8].history] == ["Read 2025.", "Read 2026."]


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        (POLICY.replace(" The post was created", "\n\nThe post was created"), ["P11"]),
        (POLICY.replace("first day.\n\nThrough", "first day. Through"), ["P16", "P17"]),
        (POLICY.replace(COUNCIL, "") + "\n\n" + COUNCIL, ["P14"]),
        (COUNCIL + POLICY.replace(COUNCIL, ""), ["P14"]),
        (POLICY.replace(COUNCIL, ""), ["P14"]),
        (POLICY.replace(COUNCIL, "") + "\n\n" + COUNCIL.replace("obstacles", "setbacks"), ["P14"]),
    ],
    ids=["split", "merged", "moved to the end", "moved to the beginning", "gone", "moved and reworded"],
)
def test_what_is_pinned_is_settled(text: str, pins: list[str]) -> None:
    data = with_observations(RECORDED, drift_of(RECORDED, text))
    for passage in pins:
        data = with_pin(data, passage, reason="Looked at.", today=LATER)
    assert changed(data, text) == []
    # All that was there still is, apart from what was pinned.
    before, after = ({p.id: p for p in sources(each).documents[0].passages} for each in (RECORDED, data))
    assert set(before) == set(after)
    assert all(before[passage] == after[passage] for passage in before if passage not in pins)
    assert sources(data).documents[0].errata == sources(RECORDED).documents[0].errata


def test_a_passage_that_is_gone_is_marked_as_withdrawn() -> None:
    text = POLICY.replace(COUNCIL, "")
    data = with_observations(RECORDED, drift_of(RECORDED, text))
    data = with_pin(data, "P14", reason="Told in the past tense.", today=LATER)
    assert sources(data).documents[0].passages[13].withdrawn == LATER


def test_a_moved_passage_takes_its_comment_along() -> None:
    signal_book = POLICY[POLICY.index("The signal book has") : POLICY.index("The 2021-2025 working plan")]
    text = POLICY.replace(signal_book, "") + "\n\n" + signal_book
    data = with_pin(with_observations(RECORDED, drift_of(RECORDED, text)), "P9", reason="Moved.", today=LATER)
    passages = data.decode().split("      - id: ")
    assert [part[:3].strip() for part in passages[1:]][-3:] == ["P19", "P9", "qua"]
    assert passages[-3].endswith("      # The one that changes most.\n")


@pytest.mark.parametrize(
    ("passage", "message"),
    [
        ("P9", 'P9 has no change to pin. "kitbag sources check" compares a newer copy and records what changed.'),
        ("P99", 'No passage "P99" is recorded. Did you mean "P9"?'),
    ],
)
def test_what_cannot_be_pinned_is_said(passage: str, message: str) -> None:
    with pytest.raises(CannotEdit) as refused:
        with_pin(RECORDED, passage, reason="Why not.", today=LATER)
    assert str(refused.value) == message


@pytest.mark.parametrize("reason", [" ", "one\ntwo", "x" * 501])
def test_a_reason_is_one_line(reason: str) -> None:
    watched = with_observations(RECORDED, drift_of(RECORDED, YEAR))
    with pytest.raises(CannotEdit, match=r"^The reason must be one line of at most 500 characters\.$"):
        with_pin(watched, "P9", reason=reason, today=LATER)


# --- Files that are written in other ways ----------------------------------------------------------------------------


def test_windows_lines_stay() -> None:
    data = RECORDED.replace(b"\n", b"\r\n")
    after = with_observations(data, drift_of(data, YEAR))
    assert after.count(b"\r\n") == after.count(b"\n") > data.count(b"\n")


def test_a_fingerprint_in_braces_can_be_pinned() -> None:
    document = sources(RECORDED).documents[0]
    mark = document.passages[8].fingerprint
    data = RECORDED.replace(
        f'fingerprint:\n          sha256: "{mark.sha256}"\n          sketch: "{mark.sketch}"\n'.encode(),
        f"fingerprint: {{sha256: {mark.sha256}, sketch: {mark.sketch}}}  # as taken\n".encode(),
    )
    assert data != RECORDED
    after = with_pin(with_observations(data, drift_of(data, YEAR)), "P9", reason="Read.", today=LATER)
    assert changed(after, YEAR) == []
    assert b"}  # as taken\n" in after


def test_a_passage_in_braces_is_refused_and_nothing_changes() -> None:
    document = sources(RECORDED).documents[0]
    mark = document.passages[3].fingerprint
    start = RECORDED.index(b"      - id: P4\n")
    braces = (
        f"      - {{id: P4, locator: x, label: y, fingerprint: {{sha256: {mark.sha256}, sketch: {mark.sketch}}}}}\n"
    )
    data = RECORDED[:start] + braces.encode() + RECORDED[RECORDED.index(b"      - id: P5\n") :]
    text = POLICY.replace("is on call at all hours", "is on call")
    with pytest.raises(CannotEdit) as refused:
        with_observations(data, drift_of(data, text))
    assert str(refused.value) == (
        "course/sources.yaml is written in a way that cannot be edited safely; nothing was changed. "
        "Write its lists and mappings one value a line, without anchors or braces."
    )


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(CannotEdit, match=r"^Mend this first: course/sources.yaml:\d+:\d+: "):
        with_pin(RECORDED.replace(b"schema: sources/1", b"schema: sources/9"), "P9", reason="x", today=LATER)


def test_nothing_is_compared_before_a_document_is_recorded() -> None:
    with pytest.raises(DocumentError, match="No document is recorded yet"):
        drift_of(b"schema: sources/1\n", POLICY)
