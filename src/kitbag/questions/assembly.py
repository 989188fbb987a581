"""Draws forms by blueprint: every demand met together, the same form from the same seed everywhere, items used evenly.

The search is complete: a form is found wherever one exists. What is drawn is the first solution in a seeded order of
the items, so it follows from seed and bank alone and from no solver's whims. The order puts items that earlier draws
of the same seed used less before the others, and items equal in that by the SHA-256 of seed, draw and item id.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kitbag.questions.blueprint import Assessment
from kitbag.questions.conflict import smallest_conflict
from kitbag.questions.demands import Demand, Group, enemies_of, entries_of, group_for, groups_of
from kitbag.questions.form_id import MOST, FormId, NoFormId, read_form_id, seed_of
from kitbag.questions.model import Item, ItemBank
from kitbag.questions.search import found_quickly
from kitbag.questions.shuffle import shown_order, shuffled
from kitbag.questions.solver import Choices, Row


class DrawnItem(NamedTuple):
    """An item as it stands on a form."""

    item: Item
    order: tuple[str, ...]
    """The ids of its options, elements or responses as they are shown; empty where nothing is shuffled."""


@dataclass(frozen=True)
class Form:
    """One drawn form of a test."""

    id: str
    """With the edition of the course, it rebuilds the form, its order and its key: `7KQX-3M2R`."""
    test: Assessment
    attempt: int
    """The attempt it is meant for, from 1."""
    draw: int
    """Which of the seed's draws it belongs to, from 1; the forms of one draw share no item where the course says so."""
    items: tuple[DrawnItem, ...]
    """The items in the order shown."""


@dataclass(frozen=True)
class Conflict:
    """Why no form can be drawn."""

    tests: tuple[str, ...]
    """The tests that are drawn together."""
    demands: tuple[Demand, ...]
    """A smallest set of demands that cannot be met together."""
    message: str
    """The same as a whole sentence."""


class NoForm(Exception):
    """The bank has no form that meets the blueprint; `conflict` tells why."""

    def __init__(self, conflict: Conflict) -> None:
        """Take the reason."""
        super().__init__(conflict.message)
        self.conflict = conflict


class Assembly:
    """Draws the forms of a course's tests from its banks."""

    def __init__(self, banks: Sequence[ItemBank], tests: Sequence[Assessment]) -> None:
        """Take the banks and all tests of the course, in their order."""
        self._entries = entries_of(banks)
        self._enemies = enemies_of(self._entries)
        self._tests = {test.id: test for test in tests}
        self._groups = groups_of(tests)
        self._slots = [(test.id, attempt) for test in tests for attempt in range(1, test.attempts + 1)]
        self._draws: dict[tuple[str, int], list[tuple[Form, ...]]] = {}
        self._used: dict[tuple[str, int], Counter[str]] = {}
        self._conflicts: dict[int, Conflict | None] = {}
        self._plain: dict[int, Group] = {}

    @property
    def most_draws(self) -> int:
        """How many draws one seed can number."""
        return MOST // max(1, len(self._slots))

    def draw(self, test: str, *, seed: str, draw: int = 1, attempt: int = 1) -> Form:
        """Return the form of a test for one attempt.

        Args:
            test: the id of the test.
            seed: any text; the same text gives the same forms.
            draw: 1 for the first form of this seed, 2 for another that uses the items evenly with it, and so on. Each
                takes as long as all before it together, which are kept.
            attempt: the attempt, from 1.

        Raises:
            NoForm: the bank cannot meet the demands.
            Undecided: the search took too long.
        """
        return self._form(seed_of(seed), test, draw, attempt)

    def rebuild(self, form_id: str) -> Form:
        """Return the form with this id. Raises NoFormId, NoForm or Undecided."""
        seed, number = read_form_id(form_id)
        if not self._slots or number >= self.most_draws * len(self._slots):
            raise NoFormId(f'This course has no form "{form_id}".')
        before, slot = divmod(number, len(self._slots))
        return self._form(seed, self._slots[slot][0], before + 1, self._slots[slot][1])

    def blueprint_demands(self, test: str) -> tuple[Demand, ...]:
        """Return what the blueprint of a test asks for, each demand with the items it can be met from."""
        demands = self._unranked(self._group_of(test)).demands
        return tuple(demand for demand in demands if demand.test == test and demand.supply is not None)

    def conflict(self, test: str) -> Conflict | None:
        """Return why no form of a test can be drawn, or None where one can. Raises Undecided."""
        number = self._group_of(test)
        if number not in self._conflicts:
            group = self._unranked(number)
            columns, rows = len(group.columns), _rows(group.demands)
            found = found_quickly(columns, rows)
            if found is None:
                found = Choices(columns, rows).solve()
            self._conflicts[number] = self._conflict(number) if found is None else None
        return self._conflicts[number]

    def _unranked(self, number: int) -> Group:
        """Return a group whose items are in bank order: enough to tell whether it can be drawn."""
        if number not in self._plain:
            self._plain[number] = group_for(self._groups[number], self._entries, self._enemies)
        return self._plain[number]

    def _conflict(self, number: int) -> Conflict:
        group = group_for(self._groups[number], self._entries, self._enemies, for_parts=True)
        demands = smallest_conflict(len(group.columns), group.demands)
        return Conflict(tuple(test.id for test in self._groups[number]), demands, _told(demands))

    def _form(self, seed: str, test: str, draw: int, attempt: int) -> Form:
        if not 1 <= draw <= self.most_draws or not 1 <= attempt <= self._tests[test].attempts:
            raise ValueError(f"{test} has no draw {draw} of attempt {attempt}")
        key = (seed, self._group_of(test))
        draws = self._draws.setdefault(key, [])
        while len(draws) < draw:
            draws.append(self._next_draw(*key, len(draws) + 1))
        return next(form for form in draws[draw - 1] if form.test.id == test and form.attempt == attempt)

    def _group_of(self, test: str) -> int:
        return next(number for number, group in enumerate(self._groups) if self._tests[test] in group)

    def _next_draw(self, seed: str, number: int, draw: int) -> tuple[Form, ...]:
        used = self._used.setdefault((seed, number), Counter())
        names = [entry.item.id for entry in self._entries]
        by_chance = {name: place for place, name in enumerate(shuffled(seed, str(draw), names))}
        ranked = sorted(self._entries, key=lambda entry: (used[entry.item.id], by_chance[entry.item.id]))
        group = group_for(self._groups[number], ranked, self._enemies)
        # Columns come form by form, each in ranked order: the first form is the first that leaves room for the others.
        chosen = Choices(len(group.columns), _rows(group.demands)).first(range(len(group.columns)))
        if chosen is None:
            raise NoForm(self._conflict(number))
        forms = []
        for position, slot in enumerate(group.slots):
            items = [group.columns[column][0].item for column in sorted(chosen) if group.columns[column][1] == position]
            used.update(item.id for item in items)
            name = str(FormId(seed, (draw - 1) * len(self._slots) + self._slots.index((slot.test.id, slot.attempt))))
            forms.append(Form(name, slot.test, slot.attempt, draw, _in_shown_order(items, name)))
        return tuple(forms)


def _in_shown_order(items: Sequence[Item], form: str) -> tuple[DrawnItem, ...]:
    """Shuffle items and options; items under one stimulus stay together, at the place of the first of them."""
    by_id = {item.id: item for item in items}
    order = shuffled(form, "", by_id)
    place: dict[str, int] = {}
    for number, name in enumerate(order):
        place.setdefault(by_id[name].stimulus or name, number)
    together = sorted(order, key=lambda name: (place[by_id[name].stimulus or name], order.index(name)))
    return tuple(DrawnItem(by_id[name], shown_order(by_id[name], form)) for name in together)


def _rows(demands: Sequence[Demand]) -> list[Row]:
    return [row for demand in demands for row in demand.rows]


def _told(demands: Sequence[Demand]) -> str:
    parts = [d.text if d.supply is None else f"{d.text} (the pool has {d.supply})" for d in demands]
    if len(parts) == 1:
        return f"No form can be drawn: {parts[0]}."
    return f"No form can be drawn, because these {len(parts)} demands exclude one another: {'; '.join(parts)}."
