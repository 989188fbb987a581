"""What trainees may see of a course."""

from pathlib import Path

import pytest

from kitbag.course.audience import trainee_view
from kitbag.course.blocks import Activity, Block, InstructorNote, Scenario
from kitbag.course.load import load_course
from kitbag.course.model import Course, Lesson

TEA = Path(__file__).parents[1] / "projects/every-item-type"


@pytest.fixture(scope="module")
def course() -> Course:
    course = load_course(TEA).course
    assert course is not None
    return course


def blocks(course: Course) -> list[Block]:
    return [block for module in course.modules for lesson in module.lessons for block in lesson.blocks]


def test_the_project_holds_what_the_view_takes_away(course: Course) -> None:
    assert any(module.instructor for module in course.modules)
    assert any(isinstance(block, InstructorNote) for block in blocks(course))
    assert any(isinstance(block, Activity) and block.cards for block in blocks(course))
    assert any(isinstance(block, Scenario) for block in blocks(course))
    assert course.info.left_out


def test_nothing_of_the_instructors_part_is_left(course: Course) -> None:
    view = trainee_view(course)

    assert not any(module.instructor for module in view.modules)
    assert not any(isinstance(block, InstructorNote) for block in blocks(view))
    for block in blocks(view):
        if isinstance(block, Activity):
            assert block.guidance is None
            assert all(card.answer == "" and card.cites == () for card in block.cards)
        if isinstance(block, Scenario):
            assert block.guidance is None
    assert not any(document.errata for document in view.sources.documents)
    assert not view.info.left_out


def test_all_else_stays_as_it_was(course: Course) -> None:
    view = trainee_view(course)
    kept = [block for block in blocks(course) if not isinstance(block, InstructorNote | Activity | Scenario)]

    assert [block for block in blocks(view) if not isinstance(block, Activity | Scenario)] == kept
    assert (view.items, view.digest, view.folder) == (course.items, course.digest, course.folder)
    assert course.info.left_out, "the course itself was changed"


def test_a_lesson_of_notes_alone_is_gone(course: Course) -> None:
    module = course.modules[0]
    note = InstructorNote(type="instructor", text="Be kind.", uncited="Advice")
    lesson = Lesson(id="notes", title="Notes", summary="Notes.", minutes=1, objectives=("T1",), blocks=(note,))
    longer = module.model_copy(update={"lessons": (*module.lessons, lesson)})
    with_notes = Course(
        folder=course.folder,
        info=course.info,
        sources=course.sources,
        glossary=course.glossary,
        modules=(longer,),
        banks=course.banks,
    )

    assert [lesson.id for lesson in trainee_view(with_notes).modules[0].lessons] == [one.id for one in module.lessons]
