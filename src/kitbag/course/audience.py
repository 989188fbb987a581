"""Who may read what: a course without the instructor's part.

Everything that goes to trainees is rendered from `trainee_view(course)`, in which the instructor's content does not
exist. So a template that asks for it by mistake finds nothing, or fails; it cannot leak.
"""

from dataclasses import replace
from typing import TypeVar

from kitbag.course.blocks import Activity, Block, Card, InstructorNote, Scenario
from kitbag.course.model import Course, Lesson, Module
from kitbag.course.sources import Document
from kitbag.fields import Model

M = TypeVar("M", bound=Model)


def trainee_view(course: Course) -> Course:
    """Return the course as trainees may see it.

    Gone are the instructor guides, instructor notes, guidance on scenarios and activities, what cards are answered
    with, the errata of the sources, and the passages' facts that were left out on purpose. The items keep their keys: a
    practice quiz needs them. A lesson that holds nothing but instructor notes is gone altogether.
    """
    return replace(
        course,
        info=_changed(course.info, left_out=()),
        sources=_changed(course.sources, documents=tuple(_document(document) for document in course.sources.documents)),
        modules=tuple(trainee_view_of(module) for module in course.modules),
    )


def trainee_view_of(module: Module) -> Module:
    """Return a module as trainees may see it."""
    lessons = tuple(lesson for lesson in map(_lesson, module.lessons) if lesson.blocks)
    return _changed(module, lessons=lessons, instructor=None)


def _lesson(lesson: Lesson) -> Lesson:
    blocks = tuple(_block(block) for block in lesson.blocks if not isinstance(block, InstructorNote))
    return _changed(lesson, blocks=blocks)


def _block(block: Block) -> Block:
    if isinstance(block, Activity):
        return _changed(block, guidance=None, cards=tuple(_card(card) for card in block.cards))
    if isinstance(block, Scenario):
        return _changed(block, guidance=None)
    return block


def _card(card: Card) -> Card:
    # A card's passages say where it belongs just as its answer does.
    return _changed(card, answer="", cites=(), uncited=None)


def _document(document: Document) -> Document:
    return _changed(document, errata=())


def _changed(model: M, **fields: object) -> M:
    """Return the model with other values, which need not satisfy what an author has to write."""
    has = model.__dict__
    if all(name in has and has[name] == value for name, value in fields.items()):
        return model  # as most are
    return model.model_copy(update=fields)
