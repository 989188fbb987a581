"""What a platform tracks as one, and by which rule: the same for every platform."""

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kitbag.course.model import Course, Tracking
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse, Undrawn, Units
from kitbag.exporters.units import Measure, Unit, units_of
from kitbag.questions.assembly import Assembly
from kitbag.questions.model import ItemType, Use
from kitbag.rendering.kits import draw_kits

PLATFORMS = ("scorm12", "scorm2004", "cmi5")


def units(course: Course, kind: Units = "module", **info: Any) -> dict[str, Unit]:
    changed = replace(course, info=course.info.model_copy(update=info))
    return {unit.id: unit for unit in units_of(RenderedCourse(changed, units=kind))}


def test_each_module_and_each_test_is_a_unit_pretests_first_and_finals_last(every_type: Course) -> None:
    found = units(every_type)
    assert list(found) == ["test-pretest", "unit-m1", "unit-m2", "test-final"]
    assert [unit.start for unit in found.values()] == [
        "tests/pretest.html", "modules/m1.html", "modules/m2.html", "tests/final.html",
    ]  # fmt: skip
    assert found["unit-m1"].measures == (Measure(("m1",), 80),)
    assert found["test-final"].measures == (Measure(("final",), 80),)
    assert found["test-pretest"].measures == ()
    assert found["test-pretest"].scored == (), "a low mark before the course is no result"
    assert [unit.judged_by_score for unit in found.values()] == [False] * 4


def test_a_platform_judges_by_the_score_only_where_no_second_attempt_could_change_it(every_type: Course) -> None:
    once = tuple(test.model_copy(update={"attempts": 1}) for test in every_type.info.tests)
    judged = {name for name, unit in units(every_type, tests=once).items() if unit.judged_by_score}
    assert judged == {"test-final"}


def test_the_whole_course_is_one_unit_decided_by_its_final_test(every_type: Course) -> None:
    [unit] = units(every_type, "course").values()
    assert (unit.measures, unit.scored, unit.cut) == ((Measure(("final",), 80),), ("final",), 80)
    assert unit.needed == ("m1", "pretest", "final")
    assert (len(unit.lessons), unit.lessons_count) == (3, "finished")
    assert not unit.judged_by_score


@pytest.mark.parametrize(
    ("completed", "module", "test"),
    [
        (("lessons-opened",), ("opened", ()), ("", ("final",))),
        (("practice",), ("", ("m1",)), ("", ("final",))),
        (("tests",), ("finished", ("m1",)), ("", ("final",))),
        (("lessons-finished", "tests"), ("finished", ()), ("", ("final",))),
    ],
)
def test_a_unit_is_completed_by_what_it_has_of_the_rule_or_else_by_all_of_it(
    completed: Any, module: Any, test: Any, every_type: Course
) -> None:
    found = units(every_type, tracking=Tracking(completed=completed))
    rules = {name: (unit.lessons_count, unit.needed) for name, unit in found.items()}
    assert rules["unit-m1"] == module
    assert rules["test-final"] == test


def test_a_test_with_an_essay_is_not_left_to_the_score(every_type: Course) -> None:
    final = every_type.info.tests[1]
    plan = final.blueprint.model_copy(
        update={"items": 1, "objectives": {}, "levels": {}, "types": {ItemType.ESSAY: 1}, "use": Use.PRACTICE}
    )
    changed = final.model_copy(update={"blueprint": plan, "attempts": 1})
    unit = units(every_type, tests=(changed,))["test-final"]
    assert (unit.cut, unit.judged_by_score) == (80, False)


def test_a_package_holds_forms_of_its_own_for_each_attempt_and_no_other_items(
    every_type: Course, tmp_path: Path
) -> None:
    kits = RenderedCourse(every_type).kits
    forms = {form.id for kit in kits for form in kit.forms}
    assert len(forms) == 3
    handed_out, _ = draw_kits(every_type)
    assembly = Assembly(every_type.banks, every_type.info.tests)
    assert not forms & {form.id for kit in handed_out for form in kit.forms}
    assert all(assembly.rebuild(form.id) == form for kit in kits for form in kit.forms), "a record can be scored again"
    for name in PLATFORMS:
        [path] = deliver(name, RenderedCourse(every_type), tmp_path)
        with zipfile.ZipFile(path) as archive:
            pages = {one: archive.read(one).decode() for one in archive.namelist() if one.endswith(".html")}
        shown = {one: set(re.findall(r'data-item="([^"]+)"', text)) for one, text in pages.items()}
        for kit in kits:
            own = {drawn.item.id for form in kit.forms for drawn in form.items}
            assert shown.pop(f"tests/{kit.test.id}.html") == own
        secret = {item.id for item in every_type.items.values() if item.use is Use.TEST}
        assert not any(items & secret for items in shown.values())


def test_every_platform_is_given_the_same_rule(every_type: Course, tmp_path: Path) -> None:
    islands = []
    for name in PLATFORMS:
        [path] = deliver(name, RenderedCourse(every_type), tmp_path)
        with zipfile.ZipFile(path) as archive:
            pages = {one: archive.read(one).decode() for one in archive.namelist() if one.startswith("launch-")}
        found = {}
        for page, text in pages.items():
            [island] = re.findall(r'id="unit">(.*?)</script>', text, flags=re.DOTALL)
            found[page] = json.loads(island) | {"platform": ""}
        islands.append(found)
    assert islands[0] == islands[1] == islands[2]
    assert islands[0]["launch-test-final.html"]["quizzes"] == [
        {"id": "final", "possible": "4", "test": True, "needed": True}
    ]


def test_packages_without_tests_say_where_the_tests_are(every_type: Course, tmp_path: Path) -> None:
    words = {
        ("zip", "module"): "Your instructor hands the tests out",
        ("scorm12", "module"): "Each test is a part of its own on your learning platform.",
        ("scorm12", "course"): "Each test has a page of its own.",
    }
    for (name, kind), said in words.items():
        [path] = deliver(name, RenderedCourse(every_type, units=kind), tmp_path)
        with zipfile.ZipFile(path) as archive:
            [index] = [one for one in archive.namelist() if one.rpartition("/")[2] == "index.html"]
            text = archive.read(index).decode()
            assert said in text
            assert ('href="tests/final.html"' in text) == (kind == "course")
            assert any("tests/" in one for one in archive.namelist()) == (name != "zip")
    [whole, *_] = deliver("html", RenderedCourse(every_type), tmp_path)
    assert "Your instructor hands the tests out" in whole.read_text("utf-8")
    [book] = deliver("epub", RenderedCourse(every_type), tmp_path)
    with zipfile.ZipFile(book) as archive:
        assert "Your instructor hands the tests out" in archive.read("EPUB/index.xhtml").decode()


def test_a_test_that_cannot_be_drawn_stops_the_package(every_type: Course, tmp_path: Path) -> None:
    final = every_type.info.tests[1]
    greedy = final.model_copy(update={"blueprint": final.blueprint.model_copy(update={"items": 500})})
    changed = replace(every_type, info=every_type.info.model_copy(update={"tests": (greedy,)}))
    with pytest.raises(Undrawn, match="final: No form can be drawn"):
        list(deliver("cmi5", RenderedCourse(changed), tmp_path))
    assert list(tmp_path.iterdir()) == []
