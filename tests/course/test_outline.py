"""An outline holds what others read of a module, and a stub made from it nothing more."""

import json
from pathlib import Path

import pytest

from kitbag.course.load import load_course
from kitbag.course.outline import outlines_of, stub_of

PROJECT = Path(__file__).parents[1] / "projects" / "every-item-type"


def test_an_outline_is_the_same_after_it_was_kept() -> None:
    course = load_course(PROJECT).course
    assert course
    outlines = outlines_of(course)
    assert json.loads(json.dumps(outlines)) == outlines
    assert outlines["m1"]["names"]["practice"] == [item.id for item in course.banks[0].items if item.use == "practice"]


def test_a_stub_raises_when_it_is_asked_for_more_than_its_outline() -> None:
    course = load_course(PROJECT).course
    assert course
    module, bank = stub_of(outlines_of(course)["m1"], cites=True)
    assert [lesson.title for lesson in module.lessons] == [lesson.title for lesson in course.modules[0].lessons]
    assert module.objectives == course.modules[0].objectives
    with pytest.raises(AttributeError):
        _ = module.instructor  # a field with a default
    with pytest.raises(AttributeError):
        _ = module.lessons[0].blocks[0].text  # type: ignore[union-attr]
    with pytest.raises(AttributeError):
        _ = bank.items[0].stem
    assert [item.cites for item in bank.items] == [
        item.cites for item in course.banks[0].items if item.use == "practice"
    ]
