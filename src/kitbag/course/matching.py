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
from difflib import SequenceMatcher
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
    shared = _shared(recorded, new, found, taken)
    for step in (_merged, _split, _reworded):
        found |= step(shared, recorded, new, found, taken)
        taken |= {position for fate in found.values() for position in fate.became}
    found |= _in_place(recorded, new, found, taken)
    taken |= {position for fate in found.values() for position in fate.became}
    _mark_moved(found)
    return (
        [found.get(old, Fate(Change.GONE)) for old in range(len(recorded))],
        [position for position in range(len(new)) if position not in taken],
    )


Shared = Mapping[int, Mapping[int, int]]
"""By recorded passage and new passage: the runs they share, for pairs that share any."""


def _same(recorded: Sequence[Wording], new: Sequence[Wording]) -> dict[int, Fate]:
    """Pair the passages whose hash is the same: in order first, then wherever they went."""
    pairs: dict[int, int] = {}
    matcher = SequenceMatcher(None, [w.sha256 for w in recorded], [w.sha256 for w in new], autojunk=False)
    for block in matcher.get_matching_blocks():
        pairs |= {block.a + step: block.b + step for step in range(block.size)}
    taken = set(pairs.values())
    by_hash: dict[str, list[int]] = defaultdict(list)
    for position, wording in enumerate(new):
        by_hash[wording.sha256].append(position)
    for old, wording in enumerate(recorded):
        if old not in pairs:
            free = [position for position in by_hash[wording.sha256] if position not in taken]
            if free or (wording.pinned and by_hash[wording.sha256]):
                pairs[old] = (free or by_hash[wording.sha256])[0]
                taken.add(pairs[old])
    return {old: Fate(Change.UNCHANGED, 1.0, (position,)) for old, position in pairs.items()}


def _shared(
    recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Counter[int]]:
    """Count the runs that the passages left over on both sides share, without comparing each with each."""
    holders: dict[int, list[int]] = defaultdict(list)
    for position, wording in enumerate(new):
        if position not in taken:
            for value in wording.sketch.values:
                holders[value].append(position)
    shared: dict[int, Counter[int]] = {}
    for old, wording in enumerate(recorded):
        if old not in found:
            shared[old] = Counter(
                position
                for value in wording.sketch.values
                if len(holders.get(value, ())) <= _COMMONPLACE
                for position in holders.get(value, ())
            )
    return shared


def _merged(
    shared: Shared, recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Fate]:
    """Find new passages that hold several old ones."""
    by_new: dict[int, list[int]] = defaultdict(list)
    for old, positions in shared.items():
        for position in positions:
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
    shared: Shared, recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Fate]:
    """Find old passages that several new ones hold."""
    split: dict[int, Fate] = {}
    used = set(taken)
    for old in sorted(shared):
        if old not in found:
            whole = recorded[old].sketch
            parts = _parts(whole, {position: new[position].sketch for position in shared[old] if position not in used})
            if parts:
                similarity = min(1.0, sum(whole.containment(new[part].sketch) for part in parts))
                split[old] = Fate(Change.SPLIT, similarity, tuple(parts))
                used |= set(parts)
    return split


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
    shared: Shared, recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Fate]:
    """Pair what shares enough wording, the most alike first."""
    rarity = _Rarity(recorded, new)
    candidates = []
    for old, positions in shared.items():
        if old in found:
            continue
        for position in positions:
            if position in taken:
                continue
            alike, held = rarity.compared(recorded[old].sketch, new[position].sketch)
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
    recorded: Sequence[Wording], new: Sequence[Wording], found: Mapping[int, Fate], taken: set[int]
) -> dict[int, Fate]:
    """Take a passage as reworded where another stands alone in its place, between the same neighbours.

    They must not be quite different; short ones may even be that.
    """
    rarity = _Rarity(recorded, new)
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

    def compared(self, one: Sketch, other: Sketch) -> tuple[float, float]:
        """Return the weighted share that both have of all their runs, and of the runs of the poorer one."""
        mine, theirs = one.comparable(other)
        common = self._weight(mine & theirs)
        poorer = min(self._weight(mine), self._weight(theirs))
        return common / (self._weight(mine | theirs) or 1), common / (poorer or 1)

    def _weight(self, values: Iterable[int]) -> float:
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
