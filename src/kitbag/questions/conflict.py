"""Why demands cannot be met: a smallest set of them that excludes one another."""

from collections.abc import Collection, Sequence
from typing import Final

from kitbag.questions.demands import Demand
from kitbag.questions.solver import ANY, Choices, Row

PATIENCE: Final = 300
"""Rounds in search of a smallest set; after that, one that no demand can be taken from has to do."""


def smallest_conflict(columns: int, demands: Sequence[Demand], patience: int = PATIENCE) -> tuple[Demand, ...]:
    """Return a set of demands that cannot be met together and has no fewer members than any other such set.

    The demands together must be impossible. A set of demands is in conflict just if it has a member in common with
    every *correction*: demands that, left out, let all others be met. So a smallest set that meets all known
    corrections is guessed, tried, and, where it can be met, teaches one more correction (the method of implicit
    hitting sets: Ignatiev and others, CP 2015).
    """
    corrections: list[frozenset[int]] = []
    guess: frozenset[int] = frozenset()
    for _ in range(patience):
        guess = _smallest_meeting(corrections, len(demands), at_least=len(guess))
        met = _met_with(columns, demands, guess)
        if met is None:
            return tuple(demands[n] for n in sorted(guess))
        for n in range(len(demands)):
            if n not in met and (more := _met_with(columns, demands, met | {n})) is not None:
                met = more
        corrections.append(frozenset(range(len(demands))) - met)
    return _irreducible(columns, demands)


def _met_with(columns: int, demands: Sequence[Demand], wanted: Collection[int]) -> frozenset[int] | None:
    """Return the demands that are met where all wanted ones are, or None where they cannot be."""
    chosen = Choices(columns, [row for n in sorted(wanted) for row in demands[n].rows]).solve()
    if chosen is None:
        return None
    return frozenset(n for n, demand in enumerate(demands) if all(row.holds(chosen) for row in demand.rows))


def _smallest_meeting(sets: Sequence[frozenset[int]], size: int, at_least: int) -> frozenset[int]:
    """Return a smallest set of numbers below `size` that has a member in common with each of the sets.

    No such set has fewer members than `at_least`.
    """
    rows = [Row(tuple(sorted(one)), 1, ANY) for one in sets]
    for most in range(at_least, size + 1):
        found = Choices(size, [*rows, Row(tuple(range(size)), 0, most)]).solve()
        if found is not None:
            return found
    raise RuntimeError("an empty set has no member in common with any")


def _irreducible(columns: int, demands: Sequence[Demand]) -> tuple[Demand, ...]:
    """Return demands in conflict, each of which is needed for that."""
    kept = list(range(len(demands)))
    for n in range(len(demands)):
        without = [one for one in kept if one != n]
        if _met_with(columns, demands, without) is None:
            kept = without
    return tuple(demands[n] for n in kept)
