"""Kits: what a trainee's folder holds, and what it does not."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Use
from kitbag.rendering.kits import INSTRUCTORS, Kit, draw_kits, render_tests

TEA = Path(__file__).parents[1] / "projects/every-item-type"


@pytest.fixture(scope="module")
def course() -> Course:
    loaded = load_course(TEA).course
    assert loaded is not None
    return loaded


def files_of(course: Course, kits: tuple[Kit, ...]) -> dict[str, bytes]:
    return {name: make() for name, make in render_tests(course, kits, templates=None, digest="abc" * 30)}


def test_a_kit_for_each_seat_has_a_form_for_each_attempt(course: Course) -> None:
    kits, findings = draw_kits(course)
    assert findings == ()
    assert [kit.folder for kit in kits][:2] == ["pretest/kit-a", "pretest/kit-b"]
    assert [kit.letter for kit in kits if kit.test.id == "final"] == list("ABCDEF")
    finals = [kit for kit in kits if kit.test.id == "final"]
    assert all([form.attempt for form in kit.forms] == [1, 2] for kit in finals)
    assert len({form.id for kit in finals for form in kit.forms}) == 12
    for kit in finals:
        one, two = ({drawn.item.id for drawn in form.items} for form in kit.forms)
        assert one.isdisjoint(two)
    assert len({frozenset(drawn.item.id for drawn in kit.forms[0].items) for kit in finals}) > 1, "neighbours differ"


def test_forms_are_found_again_by_their_id_and_are_not_those_on_paper(course: Course) -> None:
    kits, _ = draw_kits(course, kits=2)
    assembly = Assembly(course.banks, course.info.tests)
    printed = {assembly.draw("final", seed=course.info.edition, draw=draw).id for draw in (1, 2)}
    for kit in kits:
        for form in kit.forms:
            assert assembly.rebuild(form.id) == form
            assert form.id not in printed


def test_a_folder_holds_the_items_of_its_own_forms_and_nothing_that_explains_them(course: Course) -> None:
    kits, _ = draw_kits(course)
    files = files_of(course, kits)
    for kit in kits:
        own = {drawn.item.id for form in kit.forms for drawn in form.items}
        text = "".join(data.decode() for name, data in files.items() if name.startswith(f"{kit.folder}/"))
        for item in course.items.values():
            if item.use is not Use.TEST:
                continue
            assert (f'data-item="{item.id}"' in text) is (item.id in own)
            assert (item.stem in text) is (item.id in own)
            assert item.rationale.rstrip(".") not in text.replace(item.stem, "")
        assert "Far too long." not in text, "no feedback"
        island = json.loads(text.partition('data-part="island">')[2].partition("</script>")[0])
        assert [form["form"] for form in island["forms"]] == [form.id for form in kit.forms]
    stems = [item.stem for item in course.items.values()]
    assert not any(stem in files[INSTRUCTORS].decode() for stem in stems)


def test_a_folder_stands_alone(course: Course) -> None:
    kits, _ = draw_kits(course, kits=1)
    files = files_of(course, kits)
    for kit in kits:
        page = files[f"{kit.folder}/index.html"].decode()
        assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in page
        for name in re.findall(r'(?:src|href)="([^"#][^"]*)"', page):
            assert f"{kit.folder}/{name}" in files
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page) == []
        assert re.findall(r"https?://", page) == []


def test_pictures_of_its_items_travel_with_it(course: Course) -> None:
    every = Assessment.model_validate(
        {
            "id": "all",
            "title": "All",
            "purpose": "final",
            "instructions": "Answer.",
            "blueprint": {"items": 10, "use": "practice"},
        }
    )
    changed = replace(course, info=course.info.model_copy(update={"tests": (*course.info.tests, every)}))
    files = files_of(changed, draw_kits(changed, kits=1)[0])
    assert [name for name in files if "/media/" in name] == ["all/kit-a/media/pot.svg"]


def test_the_same_course_gives_the_same_bytes_sorted_by_path(course: Course) -> None:
    kits, _ = draw_kits(course, kits=2)
    names = [name for name, _ in render_tests(course, kits, templates=None)]
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert files_of(course, kits) == files_of(course, draw_kits(course, kits=2)[0])


def test_a_test_that_cannot_be_drawn_is_told_and_the_others_are_made(course: Course) -> None:
    greedy = course.info.tests[1].model_copy(
        update={"id": "greedy", "blueprint": course.info.tests[1].blueprint.model_copy(update={"items": 500})}
    )
    changed = replace(course, info=course.info.model_copy(update={"tests": (*course.info.tests, greedy)}))
    kits, findings = draw_kits(changed, kits=1)
    assert [kit.test.id for kit in kits] == ["pretest", "final"]
    assert [finding.code for finding in findings] == ["no-form"]
    assert findings[0].message.startswith("greedy: No form can be drawn")


def test_a_course_without_tests_has_no_files(course: Course) -> None:
    changed = replace(course, info=course.info.model_copy(update={"tests": ()}))
    assert files_of(changed, draw_kits(changed)[0]) == {}
