"""What the rest of a course reads of a module and its bank: like the interface of a compiled file.

Where a module's outline is as it was, nothing outside the module can tell that it changed: no other file's findings, no
other module's pages. So one changed file can be built without reading the others (see `kitbag.course.partly`).
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final, TypeVar

from kitbag.course.audience import trainee_view
from kitbag.course.blocks import Checkpoint, Figure
from kitbag.course.model import Course, LearningObjective, Lesson, Module
from kitbag.course.parts import walk
from kitbag.fields import Cited, Model
from kitbag.questions.model import ItemBank, ItemBase, Use

M = TypeVar("M", bound=Model)
Outline = dict[str, Any]
"""An outline as JSON holds it, so that what was kept and what was just made compare equal.

`names`: ids that other files may point at. `face`: what other pages show. `shows`: the modules whose items, objectives
or lessons its own pages show. `asking`: the lessons with checkpoints. `texts`: a digest of each lesson as trainees see
it. `media`: the pictures it uses.
"""

_LESSON: Final = ("id", "title", "summary", "minutes")
_MODULE: Final = ("id", "title", "summary", "minutes")


def outlines_of(course: Course) -> dict[str, Outline]:
    """Return the outline of each module, by the module's id."""
    homes = homes_of(
        (module.id, [one.id for one in course.bank_of[module.id].items], [one.id for one in module.objectives])
        for module in course.modules
    )
    shown = trainee_view(course)
    return {
        module.id: outline_of(module, shown.modules[number], course.bank_of[module.id], course.items, homes)
        for number, module in enumerate(course.modules)
    }


Homes = tuple[dict[str, str], dict[str, str]]
"""The module of each item, and of each learning objective."""


def homes_of(modules: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> Homes:
    """Return where items and objectives belong, from each module's id, the ids of its items and of its objectives."""
    items: dict[str, str] = {}
    objectives: dict[str, str] = {}
    for module, own_items, own_objectives in modules:
        items |= dict.fromkeys(own_items, module)
        objectives |= dict.fromkeys(own_objectives, module)
    return items, objectives


def outline_of(module: Module, shown: Module, bank: ItemBank, items: Mapping[str, ItemBase], homes: Homes) -> Outline:
    """Return the outline of a module.

    Args:
        module: as the author wrote it.
        shown: as trainees see it.
        bank: its bank.
        items: at least those that the module's checkpoints show, by id.
        homes: the modules of all items and objectives.
    """
    practice = [item for item in bank.items if item.use is Use.PRACTICE]
    blocks = [block for lesson in shown.lessons for block in lesson.blocks]
    asked = [*practice, *(items[name] for block in blocks if isinstance(block, Checkpoint) for name in block.items)]
    return {
        "names": {
            "lessons": [lesson.id for lesson in module.lessons],
            "pages": [lesson.id for lesson in shown.lessons],
            "objectives": [objective.id for objective in module.objectives],
            "practice": [item.id for item in practice],
            "test": [item.id for item in bank.items if item.use is not Use.PRACTICE],
            "stimuli": [stimulus.id for stimulus in bank.stimuli],
        },
        "face": {
            **{name: getattr(shown, name) for name in _MODULE},
            "objectives": [objective.model_dump(mode="json") for objective in shown.objectives],
            "lessons": [
                {name: getattr(lesson, name) for name in _LESSON}
                | {"objectives": list(lesson.objectives), "cites": [_cites(block) for block in lesson.blocks]}
                for lesson in shown.lessons
            ],
            "practice": [[item.id, list(item.cites)] for item in practice],
        },
        "shows": sorted({homes[0][item.id] for item in asked} | {homes[1][item.objective] for item in asked}),
        "asking": [lesson.id for lesson in shown.lessons if any(isinstance(one, Checkpoint) for one in lesson.blocks)],
        "texts": {lesson.id: sha256(lesson.model_dump_json().encode()).hexdigest()[:16] for lesson in shown.lessons},
        "media": sorted(set(_media(module, bank))),
    }


def _cites(block: object) -> list[str]:
    return [citation for _, part in walk(block) if isinstance(part, Cited) for citation in part.cites]


def _media(module: Module, bank: ItemBank) -> Iterator[str]:
    for lesson in module.lessons:
        yield from (block.src for block in lesson.blocks if isinstance(block, Figure))
    yield from (holder.picture.src for holder in (*bank.items, *bank.stimuli) if holder.picture)


# --- Models that hold no more than an outline -----------------------------------------------------------------------


def stub_of(outline: Outline, *, cites: bool) -> tuple[Module, ItemBank]:
    """Return a module and its bank that hold what the outline holds; asked for anything else they raise AttributeError.

    With `cites`, a lesson's blocks and the bank's practice items have what each cites. Without, only whether there are
    any can be told.
    """
    face = outline["face"]
    unknown = (_stub(Cited),)
    lessons = tuple(
        _stub(
            Lesson,
            **{name: lesson[name] for name in _LESSON},
            objectives=tuple(lesson["objectives"]),
            blocks=tuple(_stub(Cited, cites=tuple(cited), uncited=None) for cited in lesson["cites"] if cites)
            or unknown,
        )
        for lesson in face["lessons"]
    )
    module = _stub(
        Module,
        **{name: face[name] for name in _MODULE},
        objectives=tuple(LearningObjective.model_validate(objective) for objective in face["objectives"]),
        lessons=lessons,
    )
    # Without its picture and its stimulus: what they add to the site's media is no page's business.
    practice = face["practice"] if cites else face["practice"][:1]
    items = tuple(
        _stub(ItemBase, id=name, use=Use.PRACTICE, picture=None, stimulus=None, cites=tuple(cited))
        for name, cited in practice
    )
    return module, _stub(ItemBank, module=face["id"], items=items, stimuli=())


def _stub(model: type[M], **fields: Any) -> M:
    """Return a model with some fields and nothing else, not even defaults."""
    made = model.__new__(model)
    # What pydantic's own `model_construct` sets, but for the defaults that it fills in.
    for name, value in {
        "__dict__": fields,
        "__pydantic_fields_set__": set(fields),
        "__pydantic_extra__": None,
        "__pydantic_private__": None,
    }.items():
        object.__setattr__(made, name, value)
    return made
