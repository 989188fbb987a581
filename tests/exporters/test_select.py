"""Choosing what to export, and the one clear error where it cannot be written."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kitbag.course.model import Course
from kitbag.exporters.base import select
from kitbag.exporters.registry import EXPORTERS
from kitbag.findings import Place
from kitbag.questions.model import Use

SHORT = {"id": "s", "type": "short-answer", "accept": ["x"]}


def test_filters_keep_bank_order(every_type: Course) -> None:
    chosen, findings = select(every_type, objectives=["T2"], use=Use.PRACTICE)
    assert findings == []
    assert chosen is not None
    assert [item.id for item in chosen.items] == ["ordering", "sorting", "essay"]
    assert chosen.tests == ()


def test_a_use_keeps_the_tests_that_draw_from_it(every_type: Course) -> None:
    tests, _ = select(every_type, use=Use.TEST)
    practice, _ = select(every_type, use=Use.PRACTICE)
    assert tests is not None
    assert practice is not None
    assert [test.id for test in tests.tests] == ["pretest", "final"]
    assert practice.tests == ()


def test_an_unknown_objective_is_named(every_type: Course) -> None:
    chosen, findings = select(every_type, objectives=["T22"])
    assert chosen is None
    assert [str(finding) for finding in findings] == [
        'course: There is no learning objective "T22". Did you mean "T2"?'
    ]


def test_an_empty_bank_is_one_error(make_course: Any) -> None:
    chosen, findings = select(make_course([]))
    assert chosen is None
    assert [str(finding) for finding in findings] == [
        "questions: There is no item to export. Write items into questions/ first."
    ]


def test_filters_that_leave_nothing_are_one_error(make_course: Any) -> None:
    chosen, findings = select(make_course([SHORT]), objectives=["o1"], use=Use.TEST)
    assert chosen is None
    assert [str(finding) for finding in findings] == [
        "questions: There is no item of objective o1 for test to export. Ask for other objectives or another use."
    ]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_control_character_is_one_error_that_names_the_item(make_course: Any, character: str) -> None:
    course = make_course([SHORT, SHORT | {"id": "bad", "stem": f"What{character}?"}])
    chosen, findings = select(course, lambda _: Place("questions/m1.yaml", 7, 3))
    assert chosen is None
    (finding,) = findings
    assert str(finding) == (
        f"questions/m1.yaml:7:3: bad: a text holds the control character U+{ord(character):04X}, "
        "which no format can carry. Delete it."
    )


def test_line_breaks_tabs_and_backslashes_are_no_control_characters(make_course: Any) -> None:
    chosen, findings = select(make_course([SHORT | {"stem": "One\n\ttwo \\u0001 \\b three"}]))
    assert findings == []
    assert chosen is not None


def test_a_missing_picture_is_one_error_that_names_the_item(make_course: Any) -> None:
    course = make_course([SHORT, SHORT | {"id": "t", "picture": {"src": "gone.png", "alt": "Gone."}}])
    chosen, findings = select(course)
    assert chosen is None
    assert [str(finding) for finding in findings] == ['questions/m1.yaml: t: There is no file "course/media/gone.png".']


def test_a_picture_outside_the_course_is_never_read(make_course: Any, tmp_path: Path) -> None:
    (tmp_path / "course" / "media").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    inside = make_course([SHORT | {"picture": {"src": "../../../secret.txt", "alt": "No."}}])
    (tmp_path / "inner").mkdir()
    chosen, findings = select(replace(inside, folder=tmp_path / "inner"))
    assert chosen is None
    assert [finding.code for finding in findings] in (["outside-folder"], ["missing-file"])


def test_two_hundred_options_are_right_everywhere_or_refused_by_name(make_course: Any) -> None:
    options = [{"id": f"o{n}", "text": f"Option {n}"} for n in range(200)]
    single = {"id": "one", "type": "single-choice", "options": options, "key": "o7"}
    several = {"id": "many", "type": "multiple-response", "options": options, "key": ["o7", "o8"]}
    chosen, _ = select(make_course([single, several]))
    assert chosen is not None
    for name, exporter in EXPORTERS.items():
        package = exporter.export(chosen)
        written = b"".join(b"".join(file.chunks()) for file in package.files)
        assert b"Option 199" in written
        rungs = [row.rung.value for row in package.rows]
        assert rungs == (["native", "refused"] if name in {"moodle", "gift"} else ["native", "native"]), name
