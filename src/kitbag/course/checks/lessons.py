"""Modules, their objectives, lessons and blocks."""

from collections.abc import Iterator
from itertools import pairwise

from kitbag.course.blocks import Activity, Checkpoint, Moment, RolesChart, Table, Timeline
from kitbag.course.checks.common import COURSE, RESERVED, unknown
from kitbag.course.model import Module
from kitbag.course.parts import Parts, Path_, Places, walk
from kitbag.findings import Finding, Place, Severity, counted
from kitbag.questions.checks import At, unique, unique_files
from kitbag.questions.model import Use


def modules(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that modules, files and minute plans agree."""
    if parts.info:
        for number, name in enumerate(parts.info.modules):
            place = places.at(COURSE, "modules", number)
            if name in parts.info.modules[:number]:
                yield Finding("duplicate-id", place, f'The module "{name}" is listed twice.', "Delete one.")
            elif name.lower() in map(str.lower, parts.info.modules[:number]):
                message = f'The module "{name}" differs only in case from another one.'
                hint = "Rename one: Windows and macOS would keep one file for both."
                yield Finding("reserved-name", place, message, hint)
            if name.lower() in RESERVED:
                yield Finding("reserved-name", place, f'A module cannot be called "{name}".', "Rename it and its file.")
    for name, module in parts.modules.items():
        file = f"course/{name}.yaml"
        if module and module.id != name:
            message = f'The module is called "{module.id}" and its file "{name}.yaml".'
            yield Finding("name-differs", places.at(file, "id"), message, f'Write "id: {name}", or rename the file.')
        if module and module.instructor:
            plan = sum(step.minutes for step in module.instructor.plan)
            if plan != module.minutes:
                message = f"The minute plan adds up to {plan} minutes and the module takes {module.minutes}."
                yield Finding("minutes", places.at(file, "instructor", "plan"), message, "Make them agree.")
    for name, bank in parts.banks.items():
        if bank and bank.module != name:
            message = f'The bank belongs to module "{bank.module}" and its file is "{name}.yaml".'
            hint = f'Write "module: {name}", or rename the file.'
            yield Finding("name-differs", places.at(f"questions/{name}.yaml", "module"), message, hint)


def objectives(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that objectives have ids of their own and begin with their verbs."""
    first: dict[str, tuple[str, str, int]] = {}
    for name, module in parts.modules.items():
        for number, objective in enumerate(module.objectives if module else ()):
            here = (f"course/{name}.yaml", "objectives", number)
            if objective.id in first:
                message = (
                    f'The objective id "{objective.id}" is taken already, at {places.at(*first[objective.id], "id")}.'
                )
                yield Finding("duplicate-id", places.at(*here, "id"), message, "Give each its own.")
            first.setdefault(objective.id, here)
            if not objective.text.lower().startswith(objective.verb.lower()):
                place = places.at(*here, "text")
                message = f'{objective.id}: The objective does not begin with its verb "{objective.verb}".'
                yield Finding("objective-verb", place, message, "Begin with the verb.", Severity.WARNING)


def lessons(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check lessons and their blocks."""
    for name, module in parts.modules.items():
        if not module:
            continue
        file = f"course/{name}.yaml"

        def at(*path: str | int, _file: str = file) -> Place:
            return places.at(_file, *path)

        yield from unique_files([lesson.id for lesson in module.lessons], "lesson", at, "lessons")
        own = [objective.id for objective in module.objectives]
        for number, lesson in enumerate(module.lessons):
            for position, objective in enumerate(lesson.objectives):
                if objective not in own:
                    place = at("lessons", number, "objectives", position)
                    yield from unknown(objective, own, place, "objective", f"{lesson.id}: ", where=" in this module")
        taught = sum(lesson.minutes for lesson in module.lessons)
        if taught > module.minutes:
            message = f"The lessons add up to {taught} minutes and the module takes {module.minutes}."
            yield Finding("minutes", at("minutes"), message, "Make them agree.")
        if module.instructor:
            lessons = [lesson.id for lesson in module.lessons]
            for number, step in enumerate(module.instructor.plan):
                if step.lesson:
                    yield from unknown(
                        step.lesson,
                        lessons,
                        at("instructor", "plan", number, "lesson"),
                        "lesson",
                        where=" in this module",
                    )
        yield from _blocks(parts, module, at)


def _blocks(parts: Parts, module: Module, at: At) -> Iterator[Finding]:
    bank = parts.banks.get(module.id)
    count = sum(item.use is Use.PRACTICE for item in bank.items) if bank else 0
    if bank and module.practice_draw is not None and module.practice_draw > count:
        message = f"It draws {counted(module.practice_draw, 'item')}, and the module has {count} to practise with."
        yield Finding("practice-draw", at("practice_draw"), message, "Every try asks all of them.", Severity.WARNING)
    for number, item in enumerate(module.self_checks):
        yield from _practice_item(parts, item, at, ("self_checks", number))
    for path, block in walk(module.lessons, ("lessons",)):
        match block:
            case Checkpoint():
                for number, item in enumerate(block.items):
                    yield from _practice_item(parts, item, at, (*path, "items", number))
            case Table():
                for number, row in enumerate(block.rows):
                    if len(row) != len(block.header):
                        message = f"The row has {len(row)} cells and the header has {len(block.header)}."
                        yield Finding("table-row", at(*path, "rows", number), message, "Add or delete cells.")
            case Timeline():
                yield from _timeline(block, path, at)
            case RolesChart():
                yield from _chart(block, path, at)
            case Activity():
                yield from unique([card.id for card in block.cards], "card", at, *path, "cards")
            case _:
                pass  # Nothing in it points elsewhere.


def _timeline(block: Timeline, path: Path_, at: At) -> Iterator[Finding]:
    """Check that each moment has one time, that all are times of one kind, and that the earliest comes first."""
    sound = True
    for number, moment in enumerate(block.moments):
        here = (*path, "moments", number)
        if moment.year is None and moment.at is None:
            sound = False
            hint = 'Add a line such as "at: 2024-07-11", "at: 10:05" or "year: 2024".'
            yield Finding("missing-key", at(*here), "This moment does not say when it was.", hint)
        elif moment.year is not None and moment.at is not None:
            sound = False
            message = 'This moment has both "year" and "at".'
            yield Finding("two-times", at(*here, "year"), message, "Keep the more exact one.")
    if not sound:
        return
    instants = [moment.instant for moment in block.moments]
    dated = [instant.day is not None for instant in instants]
    for number, (before, instant) in enumerate(pairwise(instants), start=1):
        place = at(*path, "moments", number, "year" if block.moments[number].year else "at")
        if dated[number] != dated[number - 1]:
            message = "This moment is a time of day, and the one before it has a date, or the other way round."
            yield Finding("timeline-mixed", place, message, 'Write day and time together: "2024-07-11 10:05".')
            return
        if instant.position < before.position:
            this, other = (_name(block.moments[one]) for one in (number, number - 1))
            message = f"{this} comes after {other} in the list and before it in time."
            yield Finding("timeline-order", place, message, "List the earliest first.")


def _name(moment: Moment) -> str:
    return moment.when or moment.at or str(moment.year)


def _practice_item(parts: Parts, name: str, at: At, path: Path_) -> Iterator[Finding]:
    item = parts.items.get(name)
    if item is None:
        if parts.all_banks_read:
            yield from unknown(name, parts.items, at(*path), "item")
    elif item.use is not Use.PRACTICE:
        hint = "Use a practice item: what stands in a lesson cannot be tested again."
        yield Finding("test-item-shown", at(*path), f'The item "{name}" is for tests.', hint)


def _chart(chart: RolesChart, path: Path_, at: At) -> Iterator[Finding]:
    boxes: dict[str, Place] = {}
    for group, column in enumerate(chart.groups):
        for number, box in enumerate(column.boxes):
            place = at(*path, "groups", group, "boxes", number, "id")
            if box.id in boxes:
                message = f'The box id "{box.id}" is taken already, in line {boxes[box.id].line}.'
                yield Finding("duplicate-id", place, message, "Give each its own.")
            boxes.setdefault(box.id, place)
    for number, link in enumerate(chart.links):
        yield from unknown(link.source, boxes, at(*path, "links", number, "from"), "box")
        yield from unknown(link.target, boxes, at(*path, "links", number, "to"), "box")
