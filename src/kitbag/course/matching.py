"""What became of each passage: recorded fingerprints on one side, the passages of a newer copy on the other.

First those whose hash is the same find each other, in order as far as possible. Of the rest, sketches tell which
passages share wording: several new ones that together hold an old one are its parts; an old one that a new one holds
beside another was merged; a single pair that shares enough was reworded. What is left on the recorded side is gone; on
the other side it is new. Short passages may share no run of words at all once a date in them changed: between the same
neighbours, alone on both sides, they are taken as reworded.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kitbag.course.fingerprints import Sketch

REWORDED: Final = 0.15
"""Share of runs in common (Jaccard, rare ones weighing more) from which one passage is a rewording of another. One word
in three changed, evenly spread, leaves some 0.17; passages about different things share less than 0.05."""
HELD: Final = 0.35
"""Share of the poorer one's runs in common, weighted alike, from which the longer is a rewording, grown or cut."""
IN_PLACE: Final = 0.02
"""What `REWORDED` asks for, where one passage stands exactly in the place of the other."""
PART: Final = 0.6
"""Share of a part's runs that come from the whole."""
WHOLE: Final = 0.6
"""Share of the whole's runs that its parts hold together."""
OVERLAP: Final = 0.5
"""Share of a part's runs that other parts hold too, at most: parts divide a text, copies repeat it."""
SHORT: Final = 12
"""Runs up to which a passage is too short for its wording to be told after a change."""
_COMMONPLACE: Final = 64
"""A run that more new passages than this share tells nothing."""


class Change(StrEnum):
    """What happened to a passage, worst first."""

    GONE = "gone"
    REWORDED = "reworded"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Wording:
    """What is known of a passage's wording."""

    sha256: str
    sketch: Sketch
    pinned: bool = False
    """A person has pinned it after a change; it may then share its text with another passage it was merged with."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one recorded passage."""

    change: Change
    similarity: float = 0.0
    """Share of three-word runs in common with what it became, from 0 to 1; 1 where the words are the same."""
    became: tuple[int, ...] = ()
    """Positions of the new passages, the most alike first."""
    moved: bool = False
    """It stands in another order among the others."""


def fates(recorded: Sequence[Wording], new: Sequence[Wording]) -> tuple[list[Fate], list[int]]:
    """Return the fate of each recorded passage, and the positions of new passages that none of them became."""
    found: dict[int, Fate] = _same(recorded, new)
    taken = {position for fate in found.values() for position in fate.became}
    rarity = _Rarity(recorded, new)
    shared = _shared(recorded, new, found, taken, rarity)
    for step in (_merged, _split):
        found |= step(shared, recorded, new, found, taken)
        taken |= {position for fate in found.values() for position in fate.became}
    found |= _reworded(shared, recorded, new, found, taken, rarity)
    taken |= {position for fate in found.values() for position in fate.became}
    found |= _in_place(recorded, new, found, taken, rarity)
    taken |= {position for fate in found.values() for position in fate.became}
    _mark_moved(found)
    return (
        [found.get(old, Fate(Change.GONE)) for old in range(len(recorded))],
        [position for position in range(len(new)) if position not in taken],
    )


def _same(recorded: Sequence[Wording], new: Sequence[Wording]) -> dict[int, Fate]:
    """Pair the passages whose hash is the same; twins by their neighbours first, then in order."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for reach in ((-1, 1), (-1,), (1,), ()):
        places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for position in range(len(new)):
            if position not in taken:
                places[_in_context(new, position, reach)].append(position)
        free = {context: iter(positions) for context, positions in places.items()}
        for old in range(len(recorded)):
            if old not in pairs:
                position = next(free.get(_in_context(recorded, old, reach), iter(())), -1)
                if position >= 0:
                    pairs[old] = position
                    taken.add(position)
    first = {wording.sha256: position for position, wording in reversed(list(enumerate(new)))}
    for old, wording in enumerate(recorded):
        if old not in pairs and wording.pinned and wording.sha256 in first:
            pairs[old] = first[wording.sha256]
    return {old: Fate(Change.UNCHANGED, 1.0, (position,)) for old, position in pairs.items()}


def _in_context(wordings: Sequence[Wording], at: int, reach: Iterable[int]) -> tuple[str, ...]:
    """Return the hash of a passage with those of its neighbours; beyond the ends there is nothing."""
    neighbours = (wordings[at + step].sha256 if 0 <= at + step < len(wordings) else "" for step in reach)
    return (wordings[at].sha256, *neighbours)


@dataclass(frozen=True)
class _Shared:
    """What the passages left over on both sides have in common, found without comparing each with each."""

    runs: dict[int, Counter[int]]
    """By recorded passage and new one: the runs both have. Pairs without any are left out."""
    weight: dict[int, dict[int, float]]
    """The same runs, weighed by their rarity."""


def _shared(
    recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int], rarity: "_Rarity"
) -> _Shared:
    holders: dict[int, list[int]] = defaultdict(list)
    for position, wording in enumerate(new):
        if position not in taken:
            for value in wording.sketch.values:
                holders[value].append(position)
    shared = _Shared({}, {})
    for old, wording in enumerate(recorded):
        if old in found:
            continue
        runs = shared.runs[old] = Counter[int]()
        weight: dict[int, float] = defaultdict(float)
        shared.weight[old] = weight
        for value in wording.sketch.values:
            positions = holders.get(value, ())
            if 0 < len(positions) <= _COMMONPLACE:
                runs.update(positions)
                rare = rarity.of(value)
                for position in positions:
                    weight[position] += rare
    return shared


def _merged(
    shared: _Shared, recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Fate]:
    """Find new passages that hold several old ones."""
    by_new: dict[int, list[int]] = defaultdict(list)
    for old, positions in shared.runs.items():
        for position, runs in positions.items():
            if _may_be_part(recorded[old].sketch, runs):
                by_new[position].append(old)
    merged: dict[int, Fate] = {}
    for position in sorted(by_new):
        free = [old for old in by_new[position] if old not in found and old not in merged]
        if position not in taken:
            for old in _parts(new[position].sketch, {old: recorded[old].sketch for old in free}):
                similarity = recorded[old].sketch.containment(new[position].sketch)
                merged[old] = Fate(Change.MERGED, similarity, (position,))
    return merged


def _split(
    shared: _Shared, recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Fate]:
    """Find old passages that several new ones hold."""
    split: dict[int, Fate] = {}
    used = set(taken)
    for old, positions in sorted(shared.runs.items()):
        if old not in found:
            whole = recorded[old].sketch
            free = [
                position
                for position, runs in positions.items()
                if position not in used and _may_be_part(new[position].sketch, runs)
            ]
            parts = _parts(whole, {position: new[position].sketch for position in free})
            if parts:
                similarity = min(1.0, sum(whole.containment(new[part].sketch) for part in parts))
                split[old] = Fate(Change.SPLIT, similarity, tuple(parts))
                used |= set(parts)
    return split


def _may_be_part(part: Sketch, shared_runs: int) -> bool:
    """Tell cheaply whether a passage may be a part of one with which it shares so many runs."""
    return 2 * shared_runs >= PART * len(part.values) or part.runs > len(part.values)


def _parts(whole: Sketch, candidates: Mapping[int, Sketch]) -> list[int]:
    """Return the candidates that divide the whole among them, the largest first; none where it is not divided."""
    parts: list[int] = []
    covered: set[int] = set()
    shares = {key: whole.values & sketch.values for key, sketch in candidates.items()}
    for key in sorted(candidates, key=lambda key: (-len(shares[key]), key)):
        share = shares[key]
        of_own = candidates[key].containment(whole)
        if len(share) >= 2 and of_own >= PART and len(share & covered) <= OVERLAP * len(share):
            parts.append(key)
            covered |= share
    enough = len(covered) >= WHOLE * len(whole.values)
    return parts if len(parts) > 1 and enough else []


def _reworded(
    shared: _Shared,
    recorded: Sequence[Wording],
    new: Sequence[Wording],
    found: Mapping[int, Fate],
    taken: set[int],
    rarity: "_Rarity",
) -> dict[int, Fate]:
    """Pair what shares enough wording, the most alike first."""
    candidates = []
    for old, positions in shared.weight.items():
        if old in found:
            continue
        for position, common in positions.items():
            if position in taken:
                continue
            alike, held = rarity.compared(recorded[old].sketch, new[position].sketch, common)
            if alike >= REWORDED or held >= HELD:
                candidates.append((-alike, abs(old - position), old, position))
    reworded: dict[int, Fate] = {}
    used = set(taken)
    for _, _, old, position in sorted(candidates):
        if old not in reworded and position not in used:
            similarity = recorded[old].sketch.resemblance(new[position].sketch)
            reworded[old] = Fate(Change.REWORDED, similarity, (position,))
            used.add(position)
    return reworded


def _in_place(
    recorded: Sequence[Wording],
    new: Sequence[Wording],
    found: Mapping[int, Fate],
    taken: set[int],
    rarity: "_Rarity",
) -> dict[int, Fate]:
    """Take a passage as reworded where another stands alone in its place, between the same neighbours.

    They must not be quite different; short ones may even be that.
    """
    placed: dict[int, Fate] = {}
    for old in range(len(recorded)):
        if old in found:
            continue
        before = found[old - 1].became[-1] if old - 1 in found else -1 if old == 0 else None
        after = found[old + 1].became[0] if old + 1 in found else len(new) if old + 1 == len(recorded) else None
        if before is None or after is None or after - before != 2 or before + 1 in taken:
            continue
        one, other = recorded[old].sketch, new[before + 1].sketch
        if rarity.compared(one, other)[0] >= IN_PLACE or max(one.runs, other.runs) <= SHORT:
            placed[old] = Fate(Change.REWORDED, one.resemblance(other), (before + 1,))
    return placed


class _Rarity:
    """Weighs runs: one that many passages share, a stock phrase, tells little about which passage became which."""

    def __init__(self, recorded: Sequence[Wording], new: Sequence[Wording]) -> None:
        self._often = Counter(value for wording in recorded for value in wording.sketch.values)
        self._often |= Counter(value for wording in new for value in wording.sketch.values)
        self._weights: dict[Sketch, float] = {}

    def of(self, value: int) -> float:
        """Return the weight of one run."""
        return 1 / self._often[value]

    def compared(self, one: Sketch, other: Sketch, common: float | None = None) -> tuple[float, float]:
        """Return the weighted share that both have of all their runs, and of the runs of the poorer one.

        What they have in common may be known, though not where one of them is a sample only.
        """
        if common is None or one.horizon != other.horizon:
            mine, theirs = one.comparable(other)
            common, weights = self._sum(mine & theirs), (self._sum(mine), self._sum(theirs))
        else:
            weights = self._weight(one), self._weight(other)
        return common / (sum(weights) - common or 1), common / (min(weights) or 1)

    def _weight(self, sketch: Sketch) -> float:
        if sketch not in self._weights:
            self._weights[sketch] = self._sum(sketch.values)
        return self._weights[sketch]

    def _sum(self, values: Iterable[int]) -> float:
        return sum(1 / self._often[value] for value in values)


def _mark_moved(found: dict[int, Fate]) -> None:
    """Mark the fewest passages whose moving explains the new order: those off the longest rising sequence."""
    olds = sorted(found)
    in_order = _rising([found[old].became[0] for old in olds])
    for index, old in enumerate(olds):
        if index not in in_order:
            fate = found[old]
            change = Change.MOVED if fate.change is Change.UNCHANGED else fate.change
            found[old] = replace(fate, change=change, moved=True)


def _rising(positions: Iterable[int]) -> set[int]:
    """Return the indexes of a longest sequence that never falls (patience sorting)."""
    tops: list[int] = []
    top_index: list[int] = []
    before: list[int] = []
    for index, position in enumerate(positions):
        pile = bisect_right(tops, position)
        tops[pile : pile + 1] = [position]
        top_index[pile : pile + 1] = [index]
        before.append(top_index[pile - 1] if pile else -1)
    kept: set[int] = set()
    index = top_index[-1] if top_index else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return kept
