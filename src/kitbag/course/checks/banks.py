"""Item banks, as far as they point at each other and at the course."""

from collections.abc import Iterator

from kitbag.course.checks.common import unknown
from kitbag.course.parts import Parts, Places
from kitbag.findings import Finding, Place
from kitbag.questions.checks import check_bank


def items(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check item banks: ids, objectives, stimuli, enemies."""
    first: dict[str, tuple[str, str, int]] = {}
    objectives = parts.objectives
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
                    message = f'The id "{thing.id}" is taken already, at {places.at(*first[thing.id], "id")}.'
                    hint = "Give each item and stimulus its own."
                    yield Finding("duplicate-id", at(kind, number, "id"), message, hint)
                first.setdefault(thing.id, (file, kind, number))
        known = set(objectives)
        for number, item in enumerate(bank.items):
            if item.objective not in known and parts.all_modules_read:
                place = at("items", number, "objective")
                yield from unknown(item.objective, objectives, place, "objective", f"{item.id}: ")
            if item.stimulus and item.stimulus not in stimuli:
                place = at("items", number, "stimulus")
                hint = 'Write it under "stimuli" in this file.'
                yield from unknown(item.stimulus, stimuli, place, "stimulus", f"{item.id}: ", hint)
            for position, enemy in enumerate(item.enemies):
                if enemy not in parts.items and parts.all_banks_read:
                    place = at("items", number, "enemies", position)
                    yield from unknown(enemy, parts.items, place, "item", f"{item.id}: ")
