"""What waits for a person is a finding on the day it is due, and an entry on the checklist before teaching."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from kitbag.course.currency import before_you_teach, currency
from kitbag.course.documents.read import read_bytes
from kitbag.course.drift import compare
from kitbag.course.load import Loaded, load_course
from kitbag.course.provenance import usage
from kitbag.course.sources_file import Described, with_document, with_observations, with_pin

TESTS = Path(__file__).parent.parent
POLICY = (TESTS / "cases" / "policy.txt").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(TESTS / "projects" / "harbour", tmp_path / "harbour")


def findings(folder: Path, today: date) -> list[str]:
    loaded = loaded_from(folder)
    assert loaded.course is not None
    return [str(finding) for finding in currency(loaded.course, loaded.places, today=today)]


def loaded_from(folder: Path) -> Loaded:
    loaded = load_course(folder)
    assert loaded.course is not None, [str(finding) for finding in loaded.findings]
    return loaded


def edit(folder: Path, data: bytes) -> None:
    (folder / "course" / "sources.yaml").write_bytes(data)


def watch(folder: Path, text: str) -> bytes:
    course = loaded_from(folder).course
    assert course is not None
    copy = read_bytes(text.encode(), "newer.txt")
    drift = compare(course, copy, today=date(2025, 1, 10), uses=usage(course))
    return with_observations((folder / "course" / "sources.yaml").read_bytes(), drift)


def test_nothing_is_due_before_its_day(folder: Path) -> None:
    assert findings(folder, date(2025, 1, 31)) == []


def test_a_fact_is_due_after_its_own_day_else_after_the_review_of_the_course(folder: Path) -> None:
    post = (
        "course/sources.yaml:85:65: warning: P11.1 had to be checked again by 2025-01-31: Posts change hands. "
        'Check it, then set "recheck_by" to a later day.'
    )
    assert findings(folder, date(2025, 2, 1)) == [post]
    assert findings(folder, date(2026, 6, 30)) == [post]
    course = (
        "course/course.yaml:11:12: warning: The course had to be looked through by 2026-06-30. "
        "Look it through, then set a later day."
    )
    book = (
        "course/sources.yaml:70:68: warning: P9.1 had to be checked again by 2026-06-30: A newer edition may be out. "
        'Check it, then set "recheck_by" to a later day.'
    )
    assert findings(folder, date(2026, 7, 1)) == [course, book, post]


def test_a_change_stays_a_finding_until_it_is_pinned(folder: Path) -> None:
    edit(folder, watch(folder, POLICY.replace("most recently in 2024", "most recently in 2025")))
    changed = (
        "course/sources.yaml:69:9: warning: P9 is reworded in the copy of 2025-01-10; "
        "it is used by q2, final, m1/rules#1, m1/rules#3, m1. "
        'Settle what rests on it, then run: kitbag sources pin P9 --reason "…"'
    )
    for today in (date(2025, 1, 10), date(2025, 1, 31)):
        assert findings(folder, today) == [changed]
    data = (folder / "course" / "sources.yaml").read_bytes()
    edit(folder, with_pin(data, "P9", reason="Read again.", today=date(2025, 1, 31)))
    assert findings(folder, date(2025, 1, 31)) == []


def test_what_an_author_has_to_write_is_a_finding(folder: Path) -> None:
    copy = read_bytes(b"A sentence of its own.", "note.txt")
    described = Described("note", as_of=date(2025, 1, 1), language="en")
    data, _ = with_document((folder / "course" / "sources.yaml").read_bytes(), copy, described)
    edit(folder, data)
    assert [finding.split(": ", 1)[1] for finding in findings(folder, date(2025, 1, 31))] == [
        "warning: note: the title is still to be written.",
        "warning: note: the publisher is still to be written.",
        "warning: note: the locator is still to be written.",
        (
            "warning: P20: the label and the facts are still to be written. "
            "Say in a few words of your own what the passage is about. "
            'Write what it states as facts, or delete "facts".'
        ),
    ]
    edit(folder, data.replace(b'label: "TO BE WRITTEN"', b"label: A sentence"))
    assert [finding.split(": ", 1)[1] for finding in findings(folder, date(2025, 1, 31))][-1] == (
        "warning: P20.1: the fact is still to be written. "
        "Say in a sentence of your own what the passage states, or delete the fact."
    )


def test_the_checklist_puts_what_is_due_first(folder: Path) -> None:
    edit(folder, watch(folder, POLICY.replace("is on call at all hours", "is on call")))
    course = loaded_from(folder).course
    assert course is not None
    checklist = before_you_teach(course, today=date(2025, 2, 1))
    assert (checklist.review_by, checklist.review_due) == (date(2026, 6, 30), False)
    assert [(one.passage.id, one.observed.change) for one in checklist.changed] == [("P4", "reworded")]
    assert [(one.citation, one.due, one.by, [use.name for use in one.uses]) for one in checklist.facts] == [
        ("P11.1", True, date(2025, 1, 31), []),
        ("P9.1", False, date(2026, 6, 30), ["q2", "final", "m1/rules#1", "m1/rules#3", "m1"]),
    ]
