"""`kitbag results` as its user meets it: what it prints, what it keeps, and its exit code."""

import shutil
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.questions.assembly import Assembly
from kitbag.questions.scoring import score
from kitbag.results.attempt import Attempt, ItemResult
from kitbag.results.record import write_record
from kitbag.results.sheet import key_response

PROJECT = Path(__file__).parents[1] / "projects/every-item-type"


def kitbag(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "tea course")


def record(number: int, person: str, *, test: str = "final", right: int = 4, attempt: int = 1) -> bytes:
    """Return the record of somebody who had so many items right, and left the others out."""
    course = load_course(PROJECT).course
    assert course is not None
    form = Assembly(course.banks, course.info.tests).draw(test, seed="s", attempt=attempt)
    items = []
    for place, drawn in enumerate(form.items):
        response = key_response(drawn.item) if place < right else None
        earned = score(drawn.item, response, rule=form.test.scoring, default=course.info.scoring)
        items.append(
            ItemResult(
                item=drawn.item.id,
                order=drawn.order,
                response=response,
                marks=str(earned.marks),
                possible=str(earned.possible),
            )
        )
    marks = sum((Fraction(item.marks or 0) for item in items), Fraction(0))
    return write_record(
        Attempt(
            schema_="attempt/1",
            id=str(UUID(int=number, version=4)),
            course=course.info.id,
            edition=course.info.edition,
            test=test,
            form=form.id,
            attempt=attempt,
            channel="browser",
            person=person,
            started=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
            submitted=datetime(2026, 11, 23, 9, number, tzinfo=UTC),
            items=tuple(items),
            marks=str(marks),
            possible=str(len(items)),
            passed=marks * 5 >= len(items) * 4 if test == "final" else None,
        )
    )


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    stick.mkdir()
    people = [("=Ada", "pretest", 1, 1), ("=Ada", "final", 4, 1), ("Bo", "final", 1, 1), ("Bo", "final", 4, 2)]
    people += [("Cy <b>", "pretest", 0, 1), ("Cy <b>", "final", 2, 1)]
    for number, (person, test, right, attempt) in enumerate(people, 1):
        (stick / f"{number}.json").write_bytes(record(number, person, test=test, right=right, attempt=attempt))
    return stick


def test_add_tells_of_each_record_that_is_refused_and_keeps_the_others(folder: Path, stick: Path) -> None:
    (stick / "bad\x1b[2J.json").write_text("<script>", "utf-8")
    result = kitbag("results", "add", "-C", folder, stick)
    assert result.stderr == (f"{stick}/bad\ufffd[2J.json: not-a-record: It is cut short, or is no record at all.\n")
    assert result.stdout == "Added 6, refused 1; waiting for their edition: 0.\n"
    assert result.exit_code == 1
    assert (folder / "results" / "results.sqlite").is_file()
    assert (folder / "results" / ".gitignore").read_text("utf-8").endswith("*\n")
    again = kitbag("results", "add", "-C", folder, stick / "1.json")
    assert again.stdout == "Added 0, refused 1; waiting for their edition: 0.\n"
    assert again.exit_code == 1


def test_a_build_leaves_the_results_alone(folder: Path, stick: Path) -> None:
    assert kitbag("results", "add", "-C", folder, stick).exit_code == 0
    before = (folder / "results" / "results.sqlite").read_bytes()
    assert kitbag("build", "-C", folder, "--only", "reports").exit_code == 0
    assert (folder / "results" / "results.sqlite").read_bytes() == before


def test_results_that_cannot_be_written_are_one_sentence(folder: Path, stick: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.sqlite").write_text("dear diary " * 99, "utf-8")
    result = kitbag("results", "add", "-C", folder, "--store", tmp_path / "diary.sqlite", stick)
    assert result.stderr == (f"{tmp_path}/diary.sqlite cannot be used as a store of results: file is not a database.\n")
    assert result.exit_code == 3
