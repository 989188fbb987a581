"""`kitbag results` as its user meets it: what it prints, what it keeps, and its exit code."""

import csv
import io
import json
import os
import pty
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from subprocess import PIPE
from uuid import UUID

import lxml.html
import page as judge
import pikepdf
import pytest
from children import KITBAG, run
from click.testing import CliRunner, Result
from playwright.sync_api import Page

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.questions.assembly import Assembly
from kitbag.questions.scoring import score
from kitbag.rendering.paper_certificate import certificate_code, completion_of
from kitbag.rendering.results_report import results_csv
from kitbag.results.attempt import Attempt, ItemResult
from kitbag.results.record import canonical, read_record, write_record
from kitbag.results.report import Report, Tally
from kitbag.results.sheet import key_response

PROJECT = Path(__file__).parents[1] / "projects/every-item-type"


def kitbag(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "tea course")


@cache
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
    assert result.stdout == "Added 6, already there 0, refused 1; waiting for their edition: 0.\n"
    assert result.exit_code == 1
    assert (folder / "results" / "results.sqlite").is_file()
    assert (folder / "results" / ".gitignore").read_text("utf-8").endswith("*\n")
    again = kitbag("results", "add", "-C", folder, stick / "1.json")
    assert again.stdout == "Added 0, already there 1, refused 0; waiting for their edition: 0.\n"
    assert again.exit_code == 0, "a stick that was added before is no mistake"


def test_results_from_another_machine_are_scored_again_once(folder: Path, stick: Path) -> None:
    assert kitbag("results", "add", "-C", folder, stick).exit_code == 0
    with closing(sqlite3.connect(folder / "results/results.sqlite")) as connection:
        connection.execute("UPDATE attempt SET passed = 1, marks = '4', possible = '4'")
        connection.commit()
    first, second = kitbag("results", "report", "-C", folder), kitbag("results", "report", "-C", folder)
    assert first.stderr == "These results were last written elsewhere, so 6 records will be scored again.\n"
    assert second.stderr == ""
    assert first.stdout == second.stdout
    assert "passed: 2, not passed: 1" in second.stdout


def test_no_certificate_for_a_record_that_would_not_be_added(folder: Path, stick: Path) -> None:
    forged = json.loads((stick / "2.json").read_text("utf-8"))
    attempt = Attempt.model_validate(forged | {"items": [], "marks": "25", "possible": "25"})
    (stick / "2.json").write_bytes(write_record(attempt))
    refused = kitbag("certificate", "-C", folder, stick / "2.json")
    added = kitbag("results", "add", "-C", folder, stick / "2.json")
    assert refused.exit_code == added.exit_code == 1
    reason = (
        f'Its items are not those of form "{attempt.form}": it was edited, or the course was, and kept its edition.'
    )
    assert refused.stderr == f"{stick}/2.json: {reason}\nNo certificate was printed.\n"
    assert added.stderr == f"{stick}/2.json: altered: {reason}\n"
    assert not (folder / "build/certificates").exists()


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


# --- Report ------------------------------------------------------------------------------------------------------


@pytest.fixture
def merged(folder: Path, stick: Path) -> Path:
    """The course folder with the results of the stick in it."""
    assert kitbag("results", "add", "-C", folder, stick).exit_code == 0
    return folder


def test_report_tells_who_passed_who_failed_and_who_is_missing(merged: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_bytes("\ufeffunit;Name\r\n1;BO \r\n2;Dee\r\n3;=ada\r\n4;bo\r\n".encode())
    result = kitbag("results", "report", "-C", merged, "--roster", roster)
    final = result.output.partition("Final test\n==========\n")[2].partition("\n\nFinal test")[0]
    assert final == (
        "passed: 2, not passed: 1, missing: 1\n"
        "\n"
        "Person  Result      Marks  Percent  Attempts  Remarks\n"
        "------  ----------  -----  -------  --------  -----------------\n"
        "BO      passed      4 / 4  100 %    2\n"
        "Dee     missing                     0\n"
        "=ada    passed      4 / 4  100 %    1\n"
        "Cy <b>  not passed  2 / 4  50 %     1         not on the roster"
    )
    pairs = result.output.partition("Before and after\n================\n")[2]
    assert pairs == (
        "Person  Before  After\n"
        "------  ------  -----  --------------------\n"
        "=Ada    50 %    100 %  ████████████████████\n"
        "Cy <b>  0 %     50 %   ██████████··········\n"
        "\n"
        "Too few for a statistic: 2 pairs, and it takes 30.\n"
    )


def test_nobody_is_missing_from_a_test_that_was_never_given(folder: Path, stick: Path, tmp_path: Path) -> None:
    assert kitbag("results", "add", "-C", folder, stick / "2.json").exit_code == 0
    roster = tmp_path / "roster.csv"
    roster.write_text("name\nDee\n=Ada\n", "utf-8")
    result = kitbag("results", "report", "-C", folder, "--roster", roster)
    assert result.output.count("missing: 1") == 1
    assert "Final test\n==========\npassed: 1, missing: 1\n" in result.output


def test_a_report_without_results_says_what_to_do(folder: Path) -> None:
    result = kitbag("results", "report", "-C", folder)
    assert result.exit_code == 0
    assert result.stderr == (
        "There are no results yet. Add attempt records first: kitbag results add FILE, a folder or a stick.\n"
    )


def test_a_page_is_not_written_into_a_terminal(folder: Path) -> None:
    master, slave = pty.openpty()
    try:
        result = run([*KITBAG, "results", "report", "-C", folder, "--format", "html"], stdout=slave, stderr=PIPE)
    finally:
        os.close(slave)
        os.close(master)
    assert result.returncode == 2
    assert "A page of HTML is for a browser. Write it into a file with --output FILE." in " ".join(
        result.stderr.split()
    )


def test_report_adds_up_objectives_over_attempts(merged: Path) -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(kitbag("results", "report", "-C", merged, "--format", "csv", "--table", "objectives").output)
        )
    )
    assert [(row["test"], row["objective"], row["marks"], row["possible"], row["percent"]) for row in rows] == [
        ("pretest", "T1", "1", "4", "25"),
        ("final", "T1", "8", "12", "66"),
        ("final", "T2", "3", "4", "75"),
    ]


def test_csv_has_marks_as_numbers_of_a_spreadsheet() -> None:
    tallies = [
        Tally("final", name, 3, 3, 1, Fraction(marks), Fraction(3))
        for name, marks in (("=a", "25/12"), ("b", "-1/2"), ("c", "1/3"), ("d", "2"), ("e", "-1/1000"))
    ]
    course = load_course(PROJECT).course
    assert course is not None
    report = Report(course, (), (), tuple(tallies), (), ())
    rows = [line.split(",")[1::4] for line in results_csv(report, "items").splitlines()]
    assert rows == [["item", "marks"], ["'=a", "2.08"], ["b", "-0.5"], ["c", "0.33"], ["d", "2"], ["e", "0"]]


def test_csv_holds_no_formula(merged: Path) -> None:
    shown = kitbag("results", "report", "-C", merged, "--format", "csv").output
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert [row["person"] for row in rows] == ["'=Ada", "Cy <b>", "'=Ada", "Bo", "Bo", "Cy <b>"]
    assert [row["standing"] for row in rows] == ["taken", "taken", "passed", "passed", "passed", "failed"]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row.values())


def test_page_shows_the_same_and_no_markup_of_a_name(merged: Path) -> None:
    shown = kitbag("results", "report", "-C", merged, "--format", "html").output
    page = lxml.html.fromstring(shown)
    assert "<b>" not in shown.replace("<b>1</b>", "").replace("<b>2</b>", "")
    names = [
        row.text_content().strip() for row in page.xpath("//h2[text()='Final test']/following::table[1]//tbody//th")
    ]
    assert names == ["=Ada", "Bo", "Cy <b>"]
    (plot,) = page.xpath("//h2[text()='Final test']/following::h3[text()='Scores'][1]/following::svg[1]")
    assert plot.findtext("title") == (
        "People: 50–59 %: 1, 60–69 %: 0, 70–79 %: 0, 80–89 %: 0, 90–100 %: 2"  # noqa: RUF001 - it is a range
    )
    assert [text.text for text in plot.findall("text")][-1] == "80 % passes"
    bars = page.xpath("//h2[text()='Final test']/following::h3[text()='By objective'][1]/following::table[1]//svg")
    assert [(bar.get("role"), bar.findtext("title")) for bar in bars] == [
        ("img", "66 % of the marks"),
        ("img", "75 % of the marks"),
    ]


def shown_with(page: Page, selector: str, prop: str) -> float:
    """Return how far a colour of an element stands out from the page (WCAG 2.2, contrast ratio)."""
    colours = page.evaluate(
        "([selector, prop]) => [[document.querySelector(selector), prop], [document.body, 'backgroundColor']]"
        ".map(([element, name]) => getComputedStyle(element)[name].match(/[0-9.]+/g).slice(0, 3).map(Number))",
        [selector, prop],
    )
    light, dark = sorted(
        (
            sum(
                weight * (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
                for weight, value in zip((0.2126, 0.7152, 0.0722), (part / 255 for part in colour), strict=True)
            )
            for colour in colours
        ),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_readable_by_day_and_by_night(
    merged: Path, tmp_path: Path, open_page: Callable[..., Page], axe: Callable[[Page], list[str]], scheme: str
) -> None:
    kitbag("results", "report", "-C", merged, "--format", "html", "--output", tmp_path / "report.html")
    page = open_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.goto((tmp_path / "report.html").as_uri())
    assert axe(page) == []
    black = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert black is (scheme == "dark")
    # What is drawn tells something, too (1.4.11); its words are text (1.4.3).
    drawn = [(".part", "fill"), (".whole", "stroke"), (".axis", "stroke"), (".cut", "stroke"), ("td", "borderTopColor")]
    drawn += [(".failed", "borderInlineStartColor"), (".passed", "borderInlineStartColor")]
    assert {name: round(ratio, 1) for name, prop in drawn if (ratio := shown_with(page, name, prop)) < 3} == {}
    assert shown_with(page, ".spread text", "fill") >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_report_is_printed(merged: Path, tmp_path: Path) -> None:
    target = tmp_path / "r.pdf"
    assert kitbag("results", "report", "-C", merged, "--format", "pdf").exit_code == 2
    assert kitbag("results", "report", "-C", merged, "--format", "pdf", "--output", target).exit_code == 0
    with pikepdf.open(target) as pdf:
        assert pdf.docinfo["/Title"] == "Results: Making tea"
    assert judge.validate_pdf_bytes(target.read_bytes(), profile="ua1").failures == []


def test_text_shows_how_the_scores_lie(merged: Path) -> None:
    shown = kitbag("results", "report", "-C", merged).output
    assert shown.partition("Final test: Scores\n==================\n")[2].partition("\n\n")[0] == (
        "Percent   People\n"
        "--------  ------  --------------------\n"
        "50-59 %   1       ██████████\n"
        "60-69 %   0\n"
        "70-79 %   0\n"
        "80-89 %   0\n"
        "90-100 %  2       ████████████████████"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The roster names nobody.\n"),
        (b"name\n\n", "The roster names nobody.\n"),
        (
            b"n\xff",
            "The roster can't be read. It isn't text in UTF-8. Save it from the spreadsheet as \"CSV UTF-8\".\n",
        ),
    ],
)
def test_a_roster_that_names_nobody_is_one_sentence(merged: Path, tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "roster.csv").write_bytes(data)
    result = kitbag("results", "report", "-C", merged, "--roster", tmp_path / "roster.csv")
    assert (result.stderr, result.exit_code) == (reason, 1)


def test_half_an_emoji_in_a_record_is_a_character_that_was_lost(folder: Path, tmp_path: Path) -> None:
    """A box that is full may cut an emoji in two; no text in a database can hold such a half."""
    whole = json.loads(record(1, "Ada"))
    whole["person"] = "Ada \ud83d"
    del whole["digest"]
    whole["digest"] = sha256(canonical(whole)).hexdigest()
    (tmp_path / "a.json").write_text(json.dumps(whole))
    added = kitbag("results", "add", "-C", folder, tmp_path / "a.json")
    assert (added.stderr, added.exit_code) == ("", 0)
    assert "Ada \ufffd" in kitbag("results", "report", "-C", folder).output


# --- Certificates and statements ---------------------------------------------------------------------------------


def test_a_certificates_code_finds_its_attempt(merged: Path) -> None:
    course = load_course(merged).course
    assert course is not None
    code = certificate_code(course, completion_of(read_record(record(4, "Bo", attempt=2))))
    result = kitbag("results", "verify", "-C", merged, code.lower().replace("-", " "))
    assert (
        result.output
        == f"Bo passed final on 2026-11-23 with 4 / 4, form {read_record(record(4, 'Bo', attempt=2)).form}.\n"
    )
    unknown = kitbag("results", "verify", "-C", merged, "7KQX-3M2R-9HFW")
    assert (unknown.exit_code, unknown.stderr) == (
        1,
        (
            'No certificate of these results has the code "7KQX-3M2R-9HFW". '
            "If it was printed with --name, give the same name here.\n"
        ),
    )


def test_certificates_are_for_those_who_passed(merged: Path) -> None:
    assert kitbag("certificate", "-C", merged, "--passed").exit_code == 0
    made = sorted(path.name for path in (merged / "build/certificates").glob("*.pdf"))
    first, second = (read_record(record(n, "", right=4, attempt=a)).form for n, a in ((2, 1), (4, 2)))
    assert made == sorted(["all-certificates.pdf", f"Ada-{first}.pdf", f"Bo-{second}.pdf"])


def test_statements_tell_of_every_attempt_and_answer(merged: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    assert kitbag("results", "export", "-C", merged, "--xapi", target).output == f"Wrote 18 statements into {target}.\n"
    made = json.loads(target.read_text("utf-8"))
    verbs = [one["verb"]["id"].rpartition("/")[2] for one in made]
    assert {verb: verbs.count(verb) for verb in verbs} == {"completed": 2, "answered": 12, "passed": 2, "failed": 2}
    assert len({one["id"] for one in made}) == 18
    bo = next(one for one in made if one["verb"]["id"].endswith("/failed"))
    assert bo["actor"]["account"] == {"homePage": "https://kitbag.invalid/", "name": "Bo"}
    assert bo["result"] == {
        "completion": True,
        "success": False,
        "duration": "PT180S",
        "score": {"scaled": 0.25, "raw": 1.0, "max": 4.0, "min": 0},
    }
    assert "correctResponsesPattern" not in target.read_text("utf-8")
