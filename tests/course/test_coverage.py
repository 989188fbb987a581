"""What is taught, practised, tested and left out, told of a small course whose every gap is known."""

import csv
import io
import shutil
from pathlib import Path

import pytest

from kitbag.course.coverage import Coverage, coverage
from kitbag.course.load import Loaded, load_course

GAPS = Path(__file__).parents[1] / "projects" / "gaps"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    found = load_course(GAPS)
    assert found.course, found.findings
    return found


@pytest.fixture(scope="module")
def covered(loaded: Loaded) -> Coverage:
    assert loaded.course
    return coverage(loaded.course)


def test_a_fact_is_taught_by_what_a_trainee_reads_and_by_nothing_else(covered: Coverage) -> None:
    facts = {fact.id: (fact.state, fact.lessons) for fact in covered.passages[0].facts}
    assert facts == {
        "T1.1": ("taught", ("m1/water",)),
        "T1.2": ("left-out", ()),
        "T1.3": ("taught", ("m1/water",)),
        "T1.4": ("not-taught", ()),  # an instructor's note teaches no trainee
    }


def test_a_question_about_a_passage_does_not_teach_it(covered: Coverage) -> None:
    # The checkpoint in m1/water asks about T2, which m1/tasting teaches.
    assert covered.passages[1].lessons == ("m1/tasting",)


def test_items_are_counted_by_passage_and_objective(covered: Coverage) -> None:
    first, second, third = covered.passages
    assert (first.practice, first.test) == (("w1", "w2"), ("w3",))
    assert (first.by_objective, second.by_objective, third.by_objective) == ({"1.1": 3}, {"1.2": 1}, {})
    assert [(fact.practice, fact.test) for fact in first.facts[:3]] == [
        (("w1", "w2"), ()),
        ((), ()),
        (("w1",), ("w3",)),
    ]


def test_every_gap_is_told_with_its_place_and_nothing_else_is(loaded: Loaded, covered: Coverage) -> None:
    assert [str(finding) for finding in covered.findings(loaded.places)] == [
        (
            "course/course.yaml:19:16: warning: No form can be drawn: final: 2 items in all (the pool has 1). "
            "Write more items, or ask for fewer."
        ),
        "course/course.yaml:27:5: warning: T1.3 is left out on purpose, and taught in m1/water. Delete one of the two.",
        "course/m1.yaml:8:5: warning: 1.2: This objective has one practice item. Write at least 2.",
        "course/m1.yaml:8:5: warning: 1.2: No lesson works towards this objective. Name it in a lesson.",
        "course/m1.yaml:8:5: warning: 1.2: This objective has no test item. Write one.",
        (
            "course/sources.yaml:18:13: warning: T1.4: No lesson teaches this fact. "
            'Cite it where it is taught, or name it under "left_out" in course.yaml with the reason.'
        ),
        (
            "course/sources.yaml:23:9: warning: T3: No lesson teaches this passage. "
            'Cite it where it is taught, or name it under "left_out" in course.yaml with the reason.'
        ),
    ]


def changed(tmp_path: Path, *changes: tuple[str, str, str]) -> tuple[Coverage, list[str]]:
    """Return the coverage of a copy in which texts of files were replaced, and what it says of passages and facts."""
    folder = shutil.copytree(GAPS, tmp_path / "gaps")
    for file, old, new in changes:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), "utf-8")
    loaded = load_course(folder)
    assert loaded.course, loaded.findings
    covered = coverage(loaded.course)
    codes = ("passage-not-taught", "fact-not-taught", "left-out-taught")
    return covered, [finding.message for finding in covered.findings(loaded.places) if finding.code in codes]


def states(covered: Coverage) -> dict[str, str]:
    return {fact.id: fact.state for passage in covered.passages for fact in passage.facts}


def test_citing_a_whole_passage_teaches_its_facts_but_those_left_out(tmp_path: Path) -> None:
    covered, said = changed(
        tmp_path,
        ("course/m1.yaml", "cites: [T1.1]", "cites: [T1]"),
        ("course/course.yaml", "  - {fact: T1.3, reason: It is said elsewhere.}\n", ""),
    )
    assert states(covered) == {"T1.1": "taught", "T1.2": "left-out", "T1.3": "taught", "T1.4": "taught"}
    assert said == ["T3: No lesson teaches this passage."]


def test_leaving_out_a_passage_leaves_out_all_of_it(tmp_path: Path) -> None:
    covered, said = changed(
        tmp_path, ("course/course.yaml", "  - {fact: T1.3,", "  - {fact: T3, reason: Others do.}\n  - {fact: T1.3,")
    )
    assert said == ["T1.3 is left out on purpose, and taught in m1/water.", "T1.4: No lesson teaches this fact."]
    rows = {row["passage"]: row for row in csv.DictReader(io.StringIO(covered.as_csv()))}
    assert (rows["T3"]["state"], rows["T3"]["reason"]) == ("left-out", "Others do.")


def test_a_passage_that_is_left_out_and_taught_is_one_finding(tmp_path: Path) -> None:
    _, said = changed(tmp_path, ("course/course.yaml", "{fact: T1.2, ", "{fact: T1, "))
    assert said == ["T1 is left out on purpose, and taught in m1/water.", "T3: No lesson teaches this passage."]


def test_a_fact_that_is_not_written_yet_is_no_gap(tmp_path: Path) -> None:
    covered, said = changed(tmp_path, ("course/sources.yaml", "White tea takes five minutes.", "TO BE WRITTEN"))
    assert "T1.4" not in states(covered)
    assert not any("T1.4" in message for message in said)


def test_forms_are_met_or_short_one_by_one(covered: Coverage) -> None:
    assert [(form.test, form.attempt, form.met) for form in covered.forms] == [
        ("final", 1, False),
        ("final", 2, False),
        ("entry", 1, True),
    ]
    assert [(demand.text, demand.supply) for demand in covered.forms[0].demands] == [
        ("final: 2 items in all", 1),
        ("final: 1 item of objective 1.1", 1),
    ]


def test_the_csv_has_a_row_for_each_fact_and_defuses_formulas(covered: Coverage) -> None:
    rows = list(csv.DictReader(io.StringIO(covered.as_csv())))
    assert [row["fact"] or row["passage"] for row in rows] == ["T1.1", "T1.2", "T1.3", "T1.4", "T2", "T3"]
    assert rows[1]["text"] == "'=The tin holds 100 grams."
    assert rows[1]["reason"] == "Nobody needs it by heart."
    assert rows[0]["practice_items"] == "w1 w2"
    assert [row["state"] for row in rows] == ["taught", "left-out", "taught", "not-taught", "taught", "not-taught"]


def test_tables_for_a_terminal_are_as_wide_as_their_headers(covered: Coverage) -> None:
    passages, objectives, forms = covered.tables()
    assert all(len(row) == len(table.header) for table in covered.tables() for row in table.rows)
    assert passages.rows[0] == ("T1", "How tea is made", "4", "2", "1", "1", "2", "1")
    assert objectives.rows[1] == ("1.2", "Name who tastes tea.", "0", "1", "0")
    assert forms.rows[2] == ("entry", "1", "met")
