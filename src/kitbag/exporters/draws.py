"""A test's draw from the bank, as far as platforms can repeat it: so many items out of each of several pools.

A blueprint may count by module, objective, level and item type at once. Pools can follow one of these; what the others
ask for is told as a loss.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kitbag.exporters.base import Selection
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Essay, Item, Numeric, ShortAnswer, SingleChoice, TrueFalse, Use


@dataclass(frozen=True, slots=True)
class Pool:
    """Items of which some are drawn."""

    name: str
    """What they share: the text of an objective, the title of a module, a level, an item type."""
    count: int
    """How many are drawn."""
    items: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """How a platform draws a form."""

    pools: tuple[Pool, ...]
    row: Row


def draw_of(test: Assessment, selection: Selection, carried: frozenset[str]) -> Draw:
    """Return the pools for a test, and what its row in the fidelity report says.

    `carried` are the ids of the items that the export holds. Without enough of them the row is refused.
    """
    blueprint = test.blueprint
    candidates = [item for item in selection.items if item.use is blueprint.use and item.id in carried]
    margins = _margins(blueprint, selection)
    name, counts, key, title = next(
        (margin for margin in margins if sum(margin[1].values()) == blueprint.items),
        next((margin for margin in margins if margin[1]), ("", {}, lambda _: "", str)),
    )
    pools = [
        Pool(title(value), count, tuple(item.id for item in candidates if key(item) == value))
        for value, count in counts.items()
        if count
    ]
    rest = blueprint.items - sum(counts.values())
    if rest > 0:
        pools.append(Pool(test.title, rest, tuple(item.id for item in candidates if key(item) not in counts)))
    notes = [*_losses(test, blueprint, name, selection, candidates)]
    rung = Rung.NATIVE
    for pool in pools:
        if len(pool.items) < pool.count:
            rung = Rung.REFUSED
            notes.append(loss("pool-too-small", pool=pool.name, count=pool.count, items=len(pool.items)))
    return Draw(tuple(pools), Row(test.id, "test", rung, tuple(notes)))


Margin = tuple[str, Mapping[str, int], Callable[[Item], str], Callable[[str], str]]


def _margins(blueprint: Blueprint, selection: Selection) -> list[Margin]:
    """Return the ways a blueprint counts, the finest first: name, counts, an item's share in it, a pool's title."""
    course = selection.course
    modules = {module.id: module.title for module in course.modules}
    return [
        ("objectives", blueprint.objectives, lambda item: item.objective, lambda name: course.objectives[name].text),
        ("modules", blueprint.modules, lambda item: selection.module_of[item.id].id, lambda name: modules[name]),
        (
            "levels",
            {level.value: count for level, count in blueprint.levels.items()},
            lambda item: item.level.value,
            str,
        ),
        ("types", {kind.value: count for kind, count in blueprint.types.items()}, lambda item: item.type, str),
    ]


def _losses(
    test: Assessment, blueprint: Blueprint, followed: str, selection: Selection, candidates: list[Item]
) -> list[Note]:
    notes = []
    unmet = [
        name for name in ("objectives", "modules", "levels", "types") if name != followed and getattr(blueprint, name)
    ]
    if blueprint.scenarios:
        unmet.append("scenarios")
    if unmet:
        notes.append(loss("draw-unmet", what=", ".join(unmet)))
    if test.shares_no_item_with:
        notes.append(loss("draw-shares", tests=", ".join(test.shares_no_item_with)))
    if any(item.enemies for item in candidates):
        notes.append(loss("draw-enemies"))
    if test.attempts > 1:
        notes.append(change("draw-attempts", count=test.attempts))
    if test.purpose == "final":
        cut = selection.course.info.cut_score if test.cut_score is None else test.cut_score
        notes.append(change("draw-cut-score", cut=cut))
    if any(_scored_apart(item, test, selection) for item in candidates):
        rule = test.scoring or selection.course.info.scoring
        notes.append(loss("draw-scoring", rule=rule.value))
    return notes


def _scored_apart(item: Item, test: Assessment, selection: Selection) -> bool:
    """Tell whether the test scores an item by another rule than the one exported, where rules make a difference."""
    if isinstance(item, Numeric | ShortAnswer | Essay):
        return False
    if isinstance(item, SingleChoice | TrueFalse) and item.floor == "zero":
        return False
    return selection.scoring(item, test) != selection.scoring(item)


def draws_of_practice(selection: Selection, *, asks_all: bool) -> Iterator[Row]:
    """Give a row for each practice quiz that draws some of its items, which no platform is told to repeat.

    `asks_all` says that the format carries practice quizzes; the others carry the items alone.
    """
    for module, chosen in selection.by_module:
        items = [item for item in chosen if item.use is Use.PRACTICE]
        if module.practice_draw is not None and module.practice_draw < len(items):
            code = "practice-asks-all" if asks_all else "practice-by-hand"
            note = loss(code, draw=module.practice_draw, count=len(items))
            yield Row(module.id, "practice", Rung.EQUIVALENT if asks_all else Rung.REFUSED, (note,))
