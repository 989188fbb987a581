"""Checks over a whole course: ids are known and unique, minutes add up, everything says what it rests on.

Each check is a generator of findings over `Parts`. What a file that could not be read may have defined is not called
unknown.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from kitbag.course.model import Activity, Checkpoint, Module, RolesChart, Table, Timeline
from kitbag.course.parts import MEDIA, Parts, Path_, Places, pictures_in, walk
from kitbag.fields import Cited
from kitbag.files import Unreadable, is_safe_name, read_within
from kitbag.findings import Finding, Place, Severity, did_you_mean, listed
from kitbag.questions.checks import check_bank, unique
from kitbag.questions.model import Use

PICTURE_KINDS: Final = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".gif": b"GIF8",
    ".webp": b"RIFF",
    ".svg": b"<",
}
"""Kinds of picture a course may show, with the first bytes of each."""
LARGEST_PICTURE: Final = 16 * 1024 * 1024
RESERVED: Final = ("course", "sources", "glossary")
"""Names of files under course/ that no module can have."""

COURSE, SOURCES, GLOSSARY = (f"course/{name}.yaml" for name in RESERVED)


def check(parts: Parts, places: Places) -> Iterator[Finding]:
    """Give every finding of every check."""
    for one in (_modules, _objectives, _lessons, _items, _paths, _tests, _sources, _glossary, _citations, _pictures):
        yield from one(parts, places)


def _unknown(
    name: str, known: Collection[str], place: Place, what: str, who: str = "", hint: str = ""
) -> Iterator[Finding]:
    if name not in known:
        hint = did_you_mean(name, known) or hint or (f"Known: {listed(known)}." if known else "")
        yield Finding("unknown-id", place, f'{who}There is no {what} "{name}".', hint)


# --- Modules, objectives, lessons ----------------------------------------------------------------------------------


def _modules(parts: Parts, places: Places) -> Iterator[Finding]:
    if parts.info:
        for number, name in enumerate(parts.info.modules):
            place = places.at(COURSE, "modules", number)
            if name in parts.info.modules[:number]:
                yield Finding("duplicate-id", place, f'The module "{name}" is listed twice.', "Delete one.")
            if name in RESERVED:
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


def _objectives(parts: Parts, places: Places) -> Iterator[Finding]:
    first: dict[str, Place] = {}
    for name, module in parts.modules.items():
        for number, objective in enumerate(module.objectives if module else ()):
            place = places.at(f"course/{name}.yaml", "objectives", number, "id")
            if objective.id in first:
                message = f'The objective id "{objective.id}" is taken already, at {first[objective.id]}.'
                yield Finding("duplicate-id", place, message, "Give each its own.")
            first.setdefault(objective.id, place)
            if not objective.text.lower().startswith(objective.verb.lower()):
                place = places.at(f"course/{name}.yaml", "objectives", number, "text")
                message = f'{objective.id}: The objective does not begin with its verb "{objective.verb}".'
                yield Finding("objective-verb", place, message, "Begin with the verb.", Severity.WARNING)


def _known_objectives(parts: Parts) -> list[str]:
    return [objective.id for module in parts.modules.values() if module for objective in module.objectives]


def _lessons(parts: Parts, places: Places) -> Iterator[Finding]:
    for name, module in parts.modules.items():
        if not module:
            continue
        file = f"course/{name}.yaml"

        def at(*path: str | int, _file: str = file) -> Place:
            return places.at(_file, *path)

        yield from unique([lesson.id for lesson in module.lessons], "lesson", at, "lessons")
        own = [objective.id for objective in module.objectives]
        for number, lesson in enumerate(module.lessons):
            for position, objective in enumerate(lesson.objectives):
                place = at("lessons", number, "objectives", position)
                yield from _unknown(objective, own, place, "objective of this module", f"{lesson.id}: ")
        taught = sum(lesson.minutes for lesson in module.lessons)
        if taught > module.minutes:
            message = f"The lessons add up to {taught} minutes and the module takes {module.minutes}."
            yield Finding("minutes", at("minutes"), message, "Make them agree.")
        if module.instructor:
            lessons = [lesson.id for lesson in module.lessons]
            for number, step in enumerate(module.instructor.plan):
                if step.lesson:
                    yield from _unknown(
                        step.lesson, lessons, at("instructor", "plan", number, "lesson"), "lesson of this module"
                    )
        yield from _blocks(parts, module, at)


def _blocks(parts: Parts, module: Module, at: Callable[..., Place]) -> Iterator[Finding]:
    for number, item in enumerate(module.self_checks):
        yield from _practice_item(parts, item, at("self_checks", number))
    for path, block in walk(module.lessons, ("lessons",)):
        match block:
            case Checkpoint():
                for number, item in enumerate(block.items):
                    yield from _practice_item(parts, item, at(*path, "items", number))
            case Table():
                for number, row in enumerate(block.rows):
                    if len(row) != len(block.header):
                        message = f"The row has {len(row)} cells and the header has {len(block.header)}."
                        yield Finding("table-row", at(*path, "rows", number), message, "Add or delete cells.")
            case Timeline():
                for number, (before, moment) in enumerate(zip(block.moments, block.moments[1:], strict=False), start=1):
                    if moment.year < before.year:
                        message = f"{moment.when} comes after {before.when} in the list and before it in time."
                        yield Finding(
                            "timeline-order", at(*path, "moments", number, "year"), message, "List the earliest first."
                        )
            case RolesChart():
                yield from _chart(block, path, at)
            case Activity():
                yield from unique([card.id for card in block.cards], "card", at, *path, "cards")
            case _:
                pass  # Nothing in it points elsewhere.


def _practice_item(parts: Parts, name: str, place: Place) -> Iterator[Finding]:
    item = parts.items.get(name)
    if item is None:
        if parts.all_banks_read:
            yield from _unknown(name, parts.items, place, "item")
    elif item.use is not Use.PRACTICE:
        hint = "Use a practice item: what stands in a lesson cannot be tested again."
        yield Finding("test-item-shown", place, f'The item "{name}" is for tests.', hint)


def _chart(chart: RolesChart, path: Path_, at: Callable[..., Place]) -> Iterator[Finding]:
    boxes: dict[str, Place] = {}
    for group, column in enumerate(chart.groups):
        for number, box in enumerate(column.boxes):
            place = at(*path, "groups", group, "boxes", number, "id")
            if box.id in boxes:
                message = f'The box id "{box.id}" is taken already, in line {boxes[box.id].line}.'
                yield Finding("duplicate-id", place, message, "Give each its own.")
            boxes.setdefault(box.id, place)
    for number, link in enumerate(chart.links):
        yield from _unknown(link.source, boxes, at(*path, "links", number, "from"), "box")
        yield from _unknown(link.target, boxes, at(*path, "links", number, "to"), "box")


# --- Items -----------------------------------------------------------------------------------------------------------


def _items(parts: Parts, places: Places) -> Iterator[Finding]:
    first: dict[str, Place] = {}
    objectives = _known_objectives(parts)
    for name, bank in parts.banks.items():
        if not bank:
            continue
        file = f"questions/{name}.yaml"

        def at(*path: str | int, _file: str = file) -> Place:
            return places.at(_file, *path)

        yield from check_bank(bank, at)
        stimuli = [stimulus.id for stimulus in bank.stimuli]
        for kind, things in (("stimuli", bank.stimuli), ("items", bank.items)):
            for number, thing in enumerate(things):
                if thing.id in first:
                    message = f'The id "{thing.id}" is taken already, at {first[thing.id]}.'
                    yield Finding(
                        "duplicate-id", at(kind, number, "id"), message, "Give each item and stimulus its own."
                    )
                first.setdefault(thing.id, at(kind, number, "id") if thing.id not in first else first[thing.id])
        known = set(objectives)
        for number, item in enumerate(bank.items):
            if item.objective not in known and parts.all_modules_read:
                place = at("items", number, "objective")
                yield from _unknown(item.objective, objectives, place, "objective", f"{item.id}: ")
            if item.stimulus and item.stimulus not in stimuli:
                place = at("items", number, "stimulus")
                hint = 'Write it under "stimuli" in this file.'
                yield from _unknown(item.stimulus, stimuli, place, "stimulus", f"{item.id}: ", hint)
            for position, enemy in enumerate(item.enemies):
                if enemy not in parts.items and parts.all_banks_read:
                    place = at("items", number, "enemies", position)
                    yield from _unknown(enemy, parts.items, place, "item", f"{item.id}: ")


# --- Paths and tests -------------------------------------------------------------------------------------------------


def _paths(parts: Parts, places: Places) -> Iterator[Finding]:
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
                yield from _unknown(step.test, tests, at(*here, "test"), "test")
            if step.module:
                yield from _unknown(step.module, info.modules, at(*here, "module"), "module")
            elif step.lessons:
                yield Finding("missing-key", at(*here), '"module" is missing.', "Name the module of these lessons.")
            module = parts.modules.get(step.module or "")
            for place, lesson in enumerate(step.lessons if module else ()):
                known = [one.id for one in module.lessons] if module else []
                yield from _unknown(lesson, known, at(*here, "lessons", place), f"lesson in module {step.module}")


def _tests(parts: Parts, places: Places) -> Iterator[Finding]:
    info = parts.info
    if not info:
        return

    def at(*path: str | int) -> Place:
        return places.at(COURSE, *path)

    yield from unique([test.id for test in info.tests], "test", at, "tests")
    objectives = _known_objectives(parts)
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
            yield from _unknown(other, known, at(*here, "shares_no_item_with", position), "other test")
        plan = test.blueprint
        for name in plan.modules:
            yield from _unknown(
                name, info.modules, places.key_at(COURSE, *here, "blueprint", "modules", name), "module"
            )
        if parts.all_modules_read:
            for name in plan.objectives:
                place = places.key_at(COURSE, *here, "blueprint", "objectives", name)
                yield from _unknown(name, objectives, place, "objective")
        for demand in ("modules", "objectives", "levels", "types"):
            total = sum(getattr(plan, demand).values())
            if total > plan.items:
                message = f"{test.id}: The {demand} add up to {total} items and the form has {plan.items}."
                yield Finding("blueprint-sum", at(*here, "blueprint", demand), message, "Make them agree.")


# --- Sources and glossary --------------------------------------------------------------------------------------------


def _sources(parts: Parts, places: Places) -> Iterator[Finding]:
    if not parts.sources:
        return

    def at(*path: str | int) -> Place:
        return places.at(SOURCES, *path)

    documents = parts.sources.documents
    yield from unique([document.id for document in documents], "document", at, "documents")
    first: dict[str, Place] = {}
    for number, document in enumerate(documents):
        here = ("documents", number)
        for position, passage in enumerate(document.passages):
            place = at(*here, "passages", position, "id")
            if passage.id in first:
                message = f'The passage id "{passage.id}" is taken already, in line {first[passage.id].line}.'
                yield Finding("duplicate-id", place, message, "Give each its own.")
            first.setdefault(passage.id, place)
            yield from unique([fact.id for fact in passage.facts], "fact", at, *here, "passages", position, "facts")
        yield from unique([erratum.id for erratum in document.errata], "erratum", at, *here, "errata")


def _glossary(parts: Parts, places: Places) -> Iterator[Finding]:
    if not parts.glossary:
        return

    def at(*path: str | int) -> Place:
        return places.at(GLOSSARY, *path)

    terms = parts.glossary.terms
    ids = [term.id for term in terms]
    yield from unique(ids, "term", at, "terms")
    spelled: dict[str, int] = {}
    for number, term in enumerate(terms):
        for position, other in enumerate(term.see):
            yield from _unknown(other, ids, at("terms", number, "see", position), "term", f"{term.id}: ")
        for place, word in [(at("terms", number, "term"), term.term)] + [
            (at("terms", number, "forms", position), form) for position, form in enumerate(term.forms)
        ]:
            if spelled.setdefault(word, number) != number:
                message = f'{term.id}: "{word}" is the entry "{terms[spelled[word]].id}" already.'
                yield Finding("duplicate-term", place, message, "Make one entry of the two.")


# --- Citations and pictures ------------------------------------------------------------------------------------------


def _citations(parts: Parts, places: Places) -> Iterator[Finding]:
    if not parts.sources:
        return
    passages = {passage.id: passage for document in parts.sources.documents for passage in document.passages}
    facts = {f"{passage.id}.{fact.id}" for passage in passages.values() for fact in passage.facts}
    known = {*passages, *facts}

    def cited(citation: str, place: Place) -> Iterator[Finding]:
        if citation in known:
            return
        passage = passages.get(citation.partition(".")[0])
        hint = did_you_mean(citation, known)
        if passage and not passage.facts:
            hint = f'Cite "{passage.id}", or write down its facts in sources.yaml.'
        elif passage:
            hint = f"{passage.id} has the facts {listed([str(fact.id) for fact in passage.facts], 30)}."
        yield Finding("unknown-citation", place, f'No source has the passage "{citation}".', hint)

    for file, root in _files(parts):
        for path, value in walk(root):
            if not isinstance(value, Cited):
                continue
            for number, citation in enumerate(value.cites):
                yield from cited(citation, places.at(file, *path, "cites", number))
            if value.cites and value.uncited:
                message = "This cites passages and says why it cites none."
                yield Finding("cited-and-not", places.key_at(file, *path, "uncited"), message, "Delete one of the two.")
            if not value.cites and not value.uncited and not file.startswith("questions/"):
                hint = 'Add "cites: [P1]", or "uncited:" with the reason.'
                yield Finding("uncited", places.at(file, *path), "This does not say what it rests on.", hint)
    if parts.info:
        for number, left_out in enumerate(parts.info.left_out):
            yield from cited(left_out.fact, places.at(COURSE, "left_out", number, "fact"))
    for number, document in enumerate(parts.sources.documents):
        for position, erratum in enumerate(document.errata):
            yield from cited(erratum.passage, places.at(SOURCES, "documents", number, "errata", position, "passage"))


def _files(parts: Parts) -> Iterable[tuple[str, object]]:
    yield COURSE, parts.info
    yield GLOSSARY, parts.glossary
    for name, module in parts.modules.items():
        yield f"course/{name}.yaml", module
    for name, bank in parts.banks.items():
        yield f"questions/{name}.yaml", bank


def _pictures(parts: Parts, places: Places) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for file, path, src in pictures_in(parts):
        place = places.at(file, *path)
        if not is_safe_name(src):
            message = f'"{src}" is not the name of a file under {MEDIA}.'
            yield Finding("outside-folder", place, message, "Write the name only: picture.png.")
            continue
        kind = PICTURE_KINDS.get("." + src.rpartition(".")[2].lower())
        if kind is None:
            message = f'"{src}" is of a kind that browsers and paper do not share.'
            yield Finding("picture-kind", place, message, f"Use {listed(sorted({end[1:] for end in PICTURE_KINDS}))}.")
            continue
        seen[src] += 1
        if seen[src] > 1:
            continue
        try:
            data = read_within(parts.folder, f"{MEDIA}/{src}", largest=LARGEST_PICTURE)
        except Unreadable as error:
            folder = parts.folder / MEDIA
            names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
            yield Finding(error.code, place, str(error), error.hint or did_you_mean(src, names))
            continue
        if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(kind):
            message = f'"{src}" does not hold what its name says.'
            yield Finding("picture-kind", place, message, "Save the picture again in the right format.")
