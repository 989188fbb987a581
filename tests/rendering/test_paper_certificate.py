"""The certificate: what it says, for any name that people have."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import page as judge
import pypdf
import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.rendering.paper_certificate import (
    LONGEST_NAME,
    Completion,
    certificate,
    certificate_code,
    certified,
    clean_name,
    completion_of,
)
from kitbag.rendering.paper_pdf import print_documents
from kitbag.results.attempt import Attempt

TEA = Path(__file__).parents[1] / "projects/every-item-type"
DONE = Completion("Ada Doe", date(2026, 11, 23), "22 / 25", 38, 1, "7KQX-3M2R", "Capt. Example")


@pytest.fixture(scope="module")
def course() -> Course:
    course = load_course(TEA).course
    assert course is not None
    return course


def attempt(**changes: Any) -> Attempt:
    fields: dict[str, Any] = {
        "schema": "attempt/1",
        "id": "0b5c7c6e-6f1e-4a43-9a3e-6f2f3c1d7e10",
        "course": "tea",
        "edition": "2.1",
        "test": "final",
        "form": "7KQX-3M2R",
        "channel": "paper",
        "person": "Ada Doe",
        "started": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        "submitted": datetime(2026, 11, 23, 9, 38, tzinfo=UTC),
        "items": (),
        "marks": "22",
        "possible": "25",
        "cut_score": 80,
        "passed": True,
    }
    return Attempt.model_validate(fields | changes)


def test_it_says_all_that_an_auditor_asks_for(course: Course) -> None:
    html = certificate(course, DONE, size="a4", templates=None, path="c.pdf").html()
    for word in (
        "Certificate of completion",
        "Ada Doe",
        "Making tea",
        "2.1",
        course.digest[:12],
        "31 January 2024",
        "23 November 2026",
        "22 / 25",
        "38 minutes",
        "7KQX-3M2R",
        "Capt. Example",
        certificate_code(course, DONE),
    ):
        assert word in html, word


def test_an_attempt_that_was_passed_fills_it_in() -> None:
    assert completion_of(attempt(), instructor="Capt. Example") == DONE
    with pytest.raises(ValueError, match="this attempt was not passed"):
        completion_of(attempt(passed=False))


def test_the_code_changes_with_everything_the_certificate_says(course: Course) -> None:
    changes: list[dict[str, Any]] = [
        {"name": "Ada Roe"},
        {"day": date(2026, 11, 24)},
        {"score": "23 / 25"},
        {"minutes": 37},
        {"attempt": 2},
        {"form": "7KQX-3M2T"},
    ]
    codes = {certificate_code(course, DONE), *(certificate_code(course, replace(DONE, **change)) for change in changes)}
    assert len(codes) == len(changes) + 1
    assert certificate_code(course, DONE) == certificate_code(course, replace(DONE, name=" Ada  Doe\n"))


def test_a_name_is_composed_and_cannot_turn_the_line_round() -> None:
    assert clean_name("  Zoe\u0308\tDoe\u202e\u2066\n") == "Zoë Doe"


def test_a_longer_name_than_any_page_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="a name has at most 200 characters, this one has 201"):
        Completion(name="a" * 201)


NAMES = {
    "apostrophes": "Siobhán O'Connor-d'Árcy",
    "arabic": "محمد عبد الله بن الخطيب",
    "hebrew": "שרה כהן-לוי",
    "markup": '<b>Doe</b> & "Sons"',
    "one-word": "W" * 200,
    "many-words": ("Wolfeschlegelsteinhausen " * 8)[:200],
    "nobody": "",
}


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_any_name_fits_on_one_page_and_passes_the_judge(course: Course, size: Any) -> None:
    made = [
        certificate(course, replace(DONE, name=name) if name else None, size=size, templates=None, path=path)
        for path, name in NAMES.items()
    ]
    for result in print_documents([(one, one.html()) for one in made], processes=1):
        assert (result.findings, result.pages) == ((), 1), result.path
        assert result.pdf is not None
        assert judge.validate_pdf_bytes(result.pdf, profile="ua1").failures == [], result.path


def test_the_words_of_a_name_are_in_the_pdf(course: Course) -> None:
    one = certificate(course, replace(DONE, name=NAMES["markup"]), size="a4", templates=None, path="c.pdf")
    (result,) = print_documents([(one, one.html())], processes=1)
    assert result.pdf is not None
    assert "<b>Doe</b> & “Sons”" in pypdf.PdfReader(io.BytesIO(result.pdf)).pages[0].extract_text()


def test_a_code_is_found_among_attempts_of_any_name(course: Course) -> None:
    """A record comes from anywhere: its name may be too long for a certificate, or no text that UTF-8 can hold."""
    odd = [attempt(person="x" * (LONGEST_NAME + 1)), attempt(person="\ud800"), attempt(person="Ada")]
    code = certificate_code(course, completion_of(odd[-1]))
    found = certified(course, odd, code.lower().replace("-", "\N{EN DASH}"))
    assert found is not None
    assert found == (completion_of(odd[-1]), odd[-1])
    assert certified(course, odd, code, name="x" * (LONGEST_NAME + 1)) is None
