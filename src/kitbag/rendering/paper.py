"""The documents of a course on paper: for trainees handouts, slides, cards, a book, a job aid; for instructors guides.

A trainee's document is made from `trainee_view` of the course, less the items that tests draw from: what it must not
say does not exist where it is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeVar, assert_never

from kitbag.course.audience import trainee_view
from kitbag.course.blocks import Activity, Checkpoint, Figure, KeyPoint, KeyPoints, RolesChart, Scenario, Timeline
from kitbag.course.model import Course, JobAid, JobAidPoint, Module
from kitbag.course.sources import Fact, Passage
from kitbag.questions.model import Item, ItemBank, Use
from kitbag.rendering.markdown import plain
from kitbag.rendering.paper_certificate import certificate
from kitbag.rendering.paper_items import Labelled, PrintedItem
from kitbag.rendering.paper_pdf import PaperDocument
from kitbag.rendering.paper_press import Press, Size, dealt
from kitbag.rendering.template_data import show
from kitbag.rendering.terms import in_order

TRAINEE: Final = "handouts/trainee"
INSTRUCTOR: Final = "handouts/instructor"
SHEET: Final = 2
"""Pages on one sheet."""
FRONT: Final = 36
"""Lines of text below the head of a handout, on the shorter of the two sizes of paper."""
SEATS: Final = 24
"""The largest group a course is made for: lines on the attendance sheet, and empty rows on a new marking grid."""

PANELS: Final = 8
"""Panels on one side of a sheet that is folded three times."""
PANEL_LINES: Final = 15
"""Lines of text below the heading of a panel, on the shorter of the two sizes of paper."""

B = TypeVar("B")
Shown: TypeAlias = Timeline | RolesChart | Figure
"""What a handout can show beside words."""


@dataclass(frozen=True)
class Answered:
    """A practice item with its answer."""

    item: Item
    question: PrintedItem
    key: tuple[Labelled, ...]


@dataclass(frozen=True)
class Panel:
    """One of the eight parts of a folded sheet."""

    kind: Literal["cover", "points", "contacts", "notes", "status"]
    title: str = ""
    lines: tuple[JobAidPoint, ...] | tuple[str, ...] = ()


show(Answered, "item", "question", "key")
show(Panel, "kind", "title", "lines")


def documents(course: Course, *, size: Size, templates: Path | None) -> list[PaperDocument]:
    """Return every handout of a course, trainees' first. Exam papers are made in `paper_exams`.

    `templates` is the course folder whose own templates come first; `None` leaves only the theme.
    """
    return [
        *trainee_documents(course, size=size, templates=templates),
        *instructor_documents(course, size=size, templates=templates),
    ]


def trainee_documents(course: Course, *, size: Size, templates: Path | None) -> list[PaperDocument]:
    """Return what trainees get: handout, slides and cards a module, the course book, the job aid."""
    view = practice_only(trainee_view(course))
    press = Press(view, size=size, templates=templates)
    title = press.catalogue.text
    made = []
    for number, module in enumerate(view.modules, 1):
        this: dict[str, Any] = {"module": module, "number": number}
        figure = _figure(module)
        made.append(
            press.document(
                f"{TRAINEE}/handout-{module.id}.pdf",
                "handout.html",
                title("paper.title.handout", module=module.title),
                pages=SHEET,
                points=_key_points(module),
                figure=figure,
                early=_lines(module, figure) < FRONT * 3 / 4,
                checks=[
                    press.items.question(press.practice(view.items[item]), count)
                    for count, item in enumerate(module.self_checks, 1)
                ],
                **this,
            )
        )
        made.append(
            press.document(
                f"{TRAINEE}/slides-{module.id}.pdf",
                "slides.html",
                title("paper.title.slides", module=module.title),
                **this,
            )
        )
        activities = [activity for activity in _blocks(module, Activity) if activity.cards]
        if activities:
            made.append(
                press.document(
                    f"{TRAINEE}/cards-{module.id}.pdf",
                    "cards.html",
                    title("paper.title.cards", module=module.title),
                    activities=activities,
                    **this,
                )
            )
    book = {module.id: _answered(press, view, module, every=False) for module in view.modules}
    made.append(
        press.document(
            f"{TRAINEE}/course-book.pdf", "book.html", view.info.title, practised=book, terms=in_order(view.glossary)
        )
    )
    if view.info.job_aid:
        aid = view.info.job_aid
        leaves = _folded(aid, status=plain(view.info.status))
        made.append(press.document(f"{TRAINEE}/job-aid.pdf", "job-aid.html", aid.title, pages=SHEET, leaves=leaves))
    return made


def instructor_documents(course: Course, *, size: Size, templates: Path | None) -> list[PaperDocument]:
    """Return what only instructors get: the course guide, and a guide and the answers a module."""
    press = Press(course, size=size, templates=templates)
    title = press.catalogue.text
    made = [
        press.document(
            f"{INSTRUCTOR}/course-guide.pdf",
            "course-guide.html",
            title("paper.title.course_guide", course=course.info.title),
            rechecks=list(_rechecks(course)),
            seats=SEATS,
        ),
        certificate(course, None, size=size, templates=templates, path=f"{INSTRUCTOR}/certificate.pdf"),
    ]
    for number, module in enumerate(course.modules, 1):
        this: dict[str, Any] = {
            "module": module,
            "number": number,
            "activities": list(_blocks(module, Activity)),
            "practised": _answered(press, course, module, every=True),
        }
        made.append(
            press.document(
                f"{INSTRUCTOR}/guide-{module.id}.pdf",
                "guide.html",
                title("paper.title.guide", module=module.title),
                scenarios=list(_blocks(module, Scenario)),
                **this,
            )
        )
        made.append(
            press.document(
                f"{INSTRUCTOR}/answers-{module.id}.pdf",
                "answers.html",
                title("paper.title.answers", module=module.title),
                **this,
            )
        )
    return made


def _folded(aid: JobAid, *, status: str) -> list[list[Panel]]:
    """Return the panels of a job aid, eight a side; a section too long for one panel goes on in the next."""
    panels = [Panel("cover")]
    for section in aid.sections:
        panels += [Panel("points", section.title, tuple(run)) for run in dealt(section.points, 29, PANEL_LINES)]
    panels += [Panel("contacts", "", tuple(run)) for run in dealt(aid.contacts, 20, PANEL_LINES)]
    left = -len(panels) % PANELS
    if left > 1:
        panels.append(Panel("notes"))
    if left and _wrapped(status, 31) <= PANEL_LINES:
        panels.append(Panel("status"))
    return [panels[start : start + PANELS] for start in range(0, len(panels), PANELS)]


def practice_only(course: Course) -> Course:
    """Return the course without the items that tests draw from, and without the stimuli only those have."""
    return replace(course, banks=tuple(_practice_bank(bank) for bank in course.banks))


def _practice_bank(bank: ItemBank) -> ItemBank:
    items = tuple(item for item in bank.items if item.use is Use.PRACTICE)
    used = {item.stimulus for item in items}
    stimuli = tuple(stimulus for stimulus in bank.stimuli if stimulus.id in used)
    return bank.model_copy(update={"items": items, "stimuli": stimuli})


def _answered(press: Press, course: Course, module: Module, *, every: bool) -> dict[str, Answered]:
    """Return a module's practice items by id: those of its checkpoints as a reader meets them, then the rest."""
    bank = course.bank_of[module.id]
    met = [item for checkpoint in _blocks(module, Checkpoint) for item in checkpoint.items]
    rest = [item.id for item in bank.items if item.use is Use.PRACTICE]
    made = {}
    for count, name in enumerate(dict.fromkeys([*met, *rest]), 1):
        entry = press.practice(course.items[name])
        question = press.items.question(entry, f"{course.modules.index(module) + 1}.{count}")
        made[name] = Answered(entry.item, question, press.items.key(entry, every=every))
    return made


def _key_points(module: Module) -> list[KeyPoint]:
    return [point for block in _blocks(module, KeyPoints) for point in block.points]


def _figure(module: Module) -> Shown | None:
    blocks = (block for lesson in module.lessons for block in lesson.blocks)
    return next((block for block in blocks if isinstance(block, Timeline | RolesChart | Figure)), None)


def _lines(module: Module, figure: Shown | None) -> float:
    """Return about how many lines the front of a handout takes.

    Where that is little, the self-checks start on the back; where it is much, the text runs on as it comes. A chart or
    a picture stands after the self-checks, and so on the back.
    """
    texts = [objective.text for objective in module.objectives] + [point.text for point in _key_points(module)]
    lines = 4 + sum(_wrapped(text, 78) + 0.4 for text in texts)
    match figure:
        case Timeline():
            events = [event.text for moment in figure.moments for event in moment.events]
            lines += 2 + (len(figure.moments) * 1.4 + sum(_wrapped(text, 34) for text in events)) / 2
        case RolesChart() | Figure():
            lines += FRONT
        case None:
            pass
        case _:
            assert_never(figure)
    return lines


def _wrapped(text: str, width: int) -> int:
    return -(-len(text) // width)


def _blocks(module: Module, kind: type[B]) -> Iterator[B]:
    return (block for lesson in module.lessons for block in lesson.blocks if isinstance(block, kind))


def _rechecks(course: Course) -> Iterator[tuple[Passage, Fact]]:
    """Give each fact that must be checked again before teaching, with its passage."""
    for passage in course.passages.values():
        for fact in passage.facts:
            if fact.recheck:
                yield passage, fact
