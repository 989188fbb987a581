"""What the forms of a course must hold, as demands an author can recognise, each with its counting rules.

Tests that share no item are drawn together, with all attempts of each: a *group*. Its columns are (item, form) pairs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Item, ItemBank
from kitbag.questions.solver import ANY, Row


class Entry(NamedTuple):
    """An item with the module it belongs to."""

    item: Item
    module: str


class Slot(NamedTuple):
    """A form to be drawn: one attempt at one test."""

    test: Assessment
    attempt: int
    """From 1."""


@dataclass(frozen=True)
class Demand:
    """One thing an author asks for."""

    test: str
    """The test it belongs to."""
    path: tuple[str, ...]
    """Where it stands in the test: `("blueprint", "objectives", "4.1")`."""
    text: str
    """The demand in words: `final: 3 items of objective 4.1`."""
    rows: tuple[Row, ...]
    """What it means in columns of its group."""
    supply: int | None = None
    """Items in the pool that it can be met from; none for demands about sharing."""


KINDS: Final[Mapping[str, tuple[str, Callable[[Entry], str]]]] = {
    "modules": ("of module {}", lambda entry: entry.module),
    "objectives": ("of objective {}", lambda entry: entry.item.objective),
    "levels": ("at level {}", lambda entry: entry.item.level.value),
    "types": ("of type {}", lambda entry: entry.item.type),
}
"""The parts of a blueprint that count items by a property."""
ALL: Final = ("items", "")
SCENARIOS: Final = ("scenarios", "")


def entries_of(banks: Iterable[ItemBank]) -> list[Entry]:
    """Return every item with its module, in bank order."""
    return [Entry(item, bank.module) for bank in banks for item in bank.items]


def groups_of(tests: Sequence[Assessment]) -> list[list[Assessment]]:
    """Return the tests that have to be drawn together, in the order of the course."""
    parent = {test.id: test.id for test in tests}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for test in tests:
        for other in test.shares_no_item_with:
            if other in parent:
                parent[root(other)] = root(test.id)
    groups: defaultdict[str, list[Assessment]] = defaultdict(list)
    for test in tests:
        groups[root(test.id)].append(test)
    return list(groups.values())


def enemies_of(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """Return the enemies of each item that has any; being enemies is mutual."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for enemy in entry.item.enemies:
            found[entry.item.id].add(enemy)
            found[enemy].add(entry.item.id)
    return found


@dataclass(frozen=True)
class Group:
    """Tests drawn together, and the items that matter for it."""

    slots: tuple[Slot, ...]
    columns: tuple[tuple[Entry, int], ...]
    """Each a candidate: an item, and the position of the form in `slots`."""
    demands: tuple[Demand, ...]


def group_for(
    tests: Sequence[Assessment], ranked: Sequence[Entry], enemies: Mapping[str, set[str]], *, for_parts: bool = False
) -> Group:
    """Return the columns and demands of tests drawn together.

    Args:
        tests: the tests.
        ranked: all items, those to be preferred first.
        enemies: the enemies of each item that has any.
        for_parts: whether some of the demands will be left out, as in the search for a conflict. Then more items
            matter than all demands together leave room for.
    """
    slots = tuple(Slot(test, attempt) for test in tests for attempt in range(1, test.attempts + 1))
    kept = list(_worth_keeping(slots, ranked, enemies, for_parts=for_parts))
    columns = tuple(
        (entry, form) for form, slot in enumerate(slots) for entry in kept if entry.item.use is slot.test.blueprint.use
    )
    where: dict[tuple[str, int], int] = {(entry.item.id, form): n for n, (entry, form) in enumerate(columns)}
    demands: list[Demand] = []
    for test in tests:
        forms = [form for form, slot in enumerate(slots) if slot.test is test]
        pool = [entry for entry in ranked if entry.item.use is test.blueprint.use]
        demands += _of_blueprint(test, forms, columns, pool)
    demands += _of_sharing(tests, slots, kept, where)
    demands += _of_enemies(slots, kept, where, enemies)
    return Group(slots, columns, tuple(demands))


def _worth_keeping(
    slots: Sequence[Slot], ranked: Sequence[Entry], enemies: Mapping[str, set[str]], *, for_parts: bool
) -> Iterator[Entry]:
    """Leave out items that no first solution uses.

    Items that count alike and have no enemies are interchangeable, so the first solution takes the best ranked of them:
    of each kind no more are needed than all forms together can hold.
    """
    taken: Counter[tuple[object, ...]] = Counter()
    limits: dict[tuple[object, ...], int] = {}
    for entry in ranked:
        kind = (entry.item.use, entry.item.scenario, *(value(entry) for _, value in KINDS.values()))
        if kind not in limits:
            limits[kind] = sum(_most(slot.test.blueprint, entry, for_parts=for_parts) for slot in slots)
        if enemies.get(entry.item.id):
            yield entry
        elif taken[kind] < limits[kind]:
            taken[kind] += 1
            yield entry


def _most(plan: Blueprint, entry: Entry, *, for_parts: bool) -> int:
    """Return how many items that count like this one a form can hold."""
    if entry.item.use is not plan.use:
        return 0
    if for_parts:  # Any one demand may be the only one left to bound them.
        return max(plan.items, plan.scenarios, *(count for kind in KINDS for count in _counts(plan, kind).values()))
    counts = [_counts(plan, kind).get(value(entry)) for kind, (_, value) in KINDS.items()]
    return min([plan.items, *(count for count in counts if count is not None)])


def _counts(blueprint: Blueprint, kind: str) -> dict[str, int]:
    return {str(name): count for name, count in getattr(blueprint, kind).items()}


def _of_blueprint(
    test: Assessment, forms: Sequence[int], columns: Sequence[tuple[Entry, int]], pool: Sequence[Entry]
) -> Iterator[Demand]:
    plan = test.blueprint
    # The columns of each form by every property that a blueprint can count: ("levels", "apply").
    having: dict[int, defaultdict[tuple[str, str], list[int]]] = {form: defaultdict(list) for form in forms}
    for number, (entry, form) in enumerate(columns):
        if form in having:
            for trait in _traits(entry):
                having[form][trait].append(number)
    supply = Counter(trait for entry in pool for trait in _traits(entry))

    def demand(trait: tuple[str, str], low: int, what: str, *, or_more: bool = False) -> Demand:
        rows = tuple(Row(tuple(having[form][trait]), low, ANY if or_more else low) for form in forms)
        text = f"{test.id}: {'at least ' if or_more else ''}{low} item{'s' * (low != 1)} {what}"
        path = tuple(part for part in trait if part)
        return Demand(test.id, ("blueprint", *path), text, rows, supply[trait])

    yield demand(ALL, plan.items, "in all")
    for kind, (words, _) in KINDS.items():
        for name, count in _counts(plan, kind).items():
            yield demand((kind, name), count, words.format(name))
    if plan.scenarios:
        yield demand(SCENARIOS, plan.scenarios, "that tell a scenario", or_more=True)


def _traits(entry: Entry) -> Iterator[tuple[str, str]]:
    yield ALL
    for kind, (_, value) in KINDS.items():
        yield kind, value(entry)
    if entry.item.scenario:
        yield SCENARIOS


def _of_sharing(
    tests: Sequence[Assessment], slots: Sequence[Slot], kept: Sequence[Entry], where: Mapping[tuple[str, int], int]
) -> Iterator[Demand]:
    def apart(sets: Sequence[Sequence[int]]) -> tuple[Row, ...]:
        names = [entry.item.id for entry in kept]
        found = (
            tuple(where[name, form] for form in forms if (name, form) in where) for name in names for forms in sets
        )
        return tuple(Row(columns, 0, 1) for columns in found if len(columns) > 1)

    forms = {test.id: [form for form, slot in enumerate(slots) if slot.test is test] for test in tests}
    for test in tests:
        if test.attempts > 1:
            text = f"{test.id}: its {test.attempts} attempts share no item"
            yield Demand(test.id, ("attempts",), text, apart([forms[test.id]]))
    told = set()
    for test in tests:
        for other in test.shares_no_item_with:
            pair = frozenset((test.id, other))
            if len(pair) == 2 and other in forms and pair not in told:
                told.add(pair)
                rows = apart([(one, two) for one in forms[test.id] for two in forms[other]])
                yield Demand(test.id, ("shares_no_item_with",), f"{test.id} shares no item with {other}", rows)


def _of_enemies(
    slots: Sequence[Slot], kept: Sequence[Entry], where: Mapping[tuple[str, int], int], enemies: Mapping[str, set[str]]
) -> Iterator[Demand]:
    done = set()
    for entry in kept:
        one = entry.item.id
        done.add(one)
        for other in sorted(enemies.get(one, set()) - done):
            pairs = [(where.get((one, form)), where.get((other, form))) for form in range(len(slots))]
            rows = tuple(Row((a, b), 0, 1) for a, b in pairs if a is not None and b is not None)
            if rows:
                yield Demand(slots[0].test.id, (), f"{one} and {other} are enemies", rows)
