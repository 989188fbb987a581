"""Paths through the course, its tests, and what a platform counts of them."""

from collections.abc import Iterator

from kitbag.course.checks.common import COURSE, unknown
from kitbag.course.parts import Parts, Places
from kitbag.findings import Finding, Place
from kitbag.questions.checks import unique, unique_files


def paths(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that paths name what exists and that their minutes add up."""
    info = parts.info
    if not info:
        return

    def at(*path: str | int) -> Place:
        return places.at(COURSE, *path)

    yield from unique([path.id for path in info.paths], "path", at, "paths")
    tests = [test.id for test in info.tests]
    for number, path in enumerate(info.paths):
        total = sum(step.minutes for step in path.steps)
        if total != path.minutes:
            message = f"{path.id}: The steps add up to {total} minutes and the path takes {path.minutes}."
            yield Finding("minutes", at("paths", number, "minutes"), message, "Make them agree.")
        for position, step in enumerate(path.steps):
            here = ("paths", number, "steps", position)
            if step.test:
                yield from unknown(step.test, tests, at(*here, "test"), "test")
            if step.module:
                yield from unknown(step.module, info.modules, at(*here, "module"), "module")
            elif step.lessons:
                yield Finding("missing-key", at(*here), '"module" is missing.', "Name the module of these lessons.")
            module = parts.modules.get(step.module or "")
            for place, lesson in enumerate(step.lessons if module else ()):
                known = [one.id for one in module.lessons] if module else []
                yield from unknown(
                    lesson, known, at(*here, "lessons", place), "lesson", where=f" in module {step.module}"
                )


def tests(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that tests name what exists and ask for no more items than they hold."""
    info = parts.info
    if not info:
        return

    def at(*path: str | int) -> Place:
        return places.at(COURSE, *path)

    yield from unique_files([test.id for test in info.tests], "test", at, "tests")
    objectives = parts.objectives
    for number, test in enumerate(info.tests):
        here = ("tests", number)
        if test.id in info.modules:
            message = f'"{test.id}" is a module already.'
            yield Finding("duplicate-id", at(*here, "id"), message, "A test needs a name of its own.")
        if test.purpose == "pretest" and test.cut_score is not None:
            message = f"{test.id}: A pre-test has no cut score: nobody passes or fails it."
            yield Finding("pretest-cut", at(*here, "cut_score"), message, "Delete the line.")
        for position, other in enumerate(test.shares_no_item_with):
            known = [one.id for one in info.tests if one.id != test.id]
            yield from unknown(other, known, at(*here, "shares_no_item_with", position), "other test")
        plan = test.blueprint
        for name in plan.modules:
            yield from unknown(name, info.modules, places.key_at(COURSE, *here, "blueprint", "modules", name), "module")
        if parts.all_modules_read:
            for name in plan.objectives:
                place = places.key_at(COURSE, *here, "blueprint", "objectives", name)
                yield from unknown(name, objectives, place, "objective")
        for demand in ("modules", "objectives", "levels", "types"):
            total = sum(getattr(plan, demand).values())
            if total > plan.items:
                message = f"{test.id}: The {demand} add up to {total} items and the form has {plan.items}."
                yield Finding("blueprint-sum", at(*here, "blueprint", demand), message, "Make them agree.")


def tracking(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that what a platform counts is there and does not say the same twice."""
    info = parts.info
    if not info:
        return
    both = ("lessons-opened", "lessons-finished")
    if set(both) <= set(info.tracking.completed):
        message = "A lesson that is finished has been opened."
        place = places.at(COURSE, "tracking", "completed")
        yield Finding("tracking-twice", place, message, f'Keep one of "{both[0]}" and "{both[1]}".')
    if info.tracking.passed == "final" and all(test.purpose != "final" for test in info.tests):
        place = places.at(COURSE, "tracking", "passed")
        yield Finding("tracking-final", place, "The course has no final test.", 'Add one, or write "practice".')
