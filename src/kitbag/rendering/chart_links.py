"""Where the links of a who-does-what chart run, and where their labels stand.

A link leaves a box sideways, follows a lane, and enters the other box. Each link has a point of its own on the sides of
its boxes, so that an arrow is not taken for the end of another line. Its label stands on the lane, or beside it where
the way along it is too short. Lanes are chosen so that no label covers the line or the label of another link.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Final

from kitbag.rendering.drawing import LINE_HEIGHT, Rect, text_width, wrap

LABEL_SIZE: Final = 13.0
_AIR: Final = 8.0
"""Room that a label leaves at the sides of its lane."""
_SHORT: Final = 14.0
"""A way along a lane that sticks out of its label by less than this in all has its label beside it."""
_PORT: Final = 13.0
"""From one line at the side of a box to the next, where the box is high enough."""
_TIP: Final = 11.0
"""Length of an arrow's head."""


_SHARES: Final = (0.5, 0.35, 0.65)
"""Where along its lane a label may stand."""


@dataclass(frozen=True)
class Placed:
    """A box as drawn."""

    edge: float
    """x of the side that faces the lanes."""
    middle: float
    """y of its middle."""
    tall: float
    faces: int
    """1 where the lanes lie further along the reading direction, -1 where they lie before the box."""


@dataclass(frozen=True)
class Link:
    """A link to be laid: from one box to another."""

    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Way:
    """A link as it is drawn."""

    bends: tuple[tuple[float, float], ...]
    """From the source to the arrow's head."""
    tip: float
    """x of the arrow's tip; its y is that of the last bend."""
    lines: tuple[str, ...]
    """The label."""
    label: Rect
    """What the label covers."""


@dataclass(frozen=True)
class Lanes:
    """The room between or beside the columns of boxes."""

    start: float
    count: int
    width: float
    """Of one lane."""


def widest_word(links: Sequence[Link]) -> float:
    """Return the least width of a lane in which no word of a label is broken."""
    words = [word for link in links for word in link.label.split()]
    return max(text_width(word, LABEL_SIZE, bold=True) for word in words) + _AIR


def lay(links: Sequence[Link], boxes: dict[str, Placed], lanes: Lanes) -> tuple[list[Way], int]:
    """Return the way of each link, and how often a label still covers what is not its own."""
    heights = _heights(links, boxes)
    laid: dict[int, Way] = {}
    # Twice, since the first links are laid before it is known where the others run.
    for number, link in [*enumerate(links)] * 2:
        laid.pop(number, None)
        source, target = boxes[link.source], boxes[link.target]
        tried = [
            _way(link, source, target, heights[number], lanes, lane, share)
            for lane, share in product(_order(source, target, lanes.count), _SHARES)
        ]
        laid[number] = min(tried, key=lambda way: sum(_clash(way, other) for other in laid.values()))
    ways = [laid[number] for number in range(len(links))]
    return ways, sum(_clash(one, other) for one, other in combinations(ways, 2))


def _heights(links: Sequence[Link], boxes: dict[str, Placed]) -> list[tuple[float, float]]:
    """Return y where each link leaves its source and enters its target: in the order of where they come from."""
    ends: dict[str, list[tuple[float, int, int]]] = {name: [] for name in boxes}
    for number, link in enumerate(links):
        ends[link.source].append((boxes[link.target].middle, number, 0))
        ends[link.target].append((boxes[link.source].middle, number, 1))
    heights = [[0.0, 0.0] for _ in links]
    for name, there in ends.items():
        box = boxes[name]
        step = min(_PORT, (box.tall - 12) / max(len(there) - 1, 1))
        for place, (_, number, end) in enumerate(sorted(there)):
            heights[number][end] = box.middle + (place - (len(there) - 1) / 2) * step
    return [(start, end) for start, end in heights]


def _order(source: Placed, target: Placed, count: int) -> list[int]:
    """Return the lanes to try: the nearest first for boxes of one column, from the middle out for others."""
    if source.edge == target.edge:
        return list(range(count)) if source.faces == 1 else list(range(count))[::-1]
    return sorted(range(count), key=lambda lane: (abs(lane - (count - 1) / 2), lane))


def _way(
    link: Link, source: Placed, target: Placed, ends: tuple[float, float], lanes: Lanes, lane: int, share: float
) -> Way:
    lines = tuple(wrap(link.label, lanes.width - _AIR, LABEL_SIZE, bold=True))
    tall = len(lines) * LABEL_SIZE * LINE_HEIGHT
    broad = max(text_width(line, LABEL_SIZE, bold=True) for line in lines) + 6
    start, end = ends
    x = middle = lanes.start + (lane + 0.5) * lanes.width
    if abs(end - start) < tall + _SHORT:
        if source.edge == target.edge:
            # The line runs at the side of its lane that is nearer to the boxes, and the label on the other side of it.
            share = 0.5
            x -= source.faces * (lanes.width / 2 - 4)
            middle = x + source.faces * (4 + broad / 2)
        else:
            # The label stands on the way to the lane.
            share = 0.0
            x += source.faces * (broad / 2 + 5)
    back = target.edge + _TIP * target.faces
    bends = ((source.edge, start), (x, start), (x, end), (back, end))
    label = Rect(middle - broad / 2, start + (end - start) * share - tall / 2 - 2, broad, tall + 4, 3)
    return Way(bends, target.edge + 1.5 * target.faces, lines, label)


def _clash(one: Way, other: Way) -> int:
    """Return how often two links are in each other's way."""
    labels = _meet(one.label, other.label)
    crossed = [_meet(a.label, part) for a, b in ((one, other), (other, one)) for part in _parts(b)]
    along = _meet(_part(*one.bends[1:3]), _part(*other.bends[1:3]))
    return labels + sum(crossed) + along


def _parts(way: Way) -> Iterator[Rect]:
    for here, there in pairwise(way.bends):
        yield _part(here, there)


def _part(here: tuple[float, float], there: tuple[float, float]) -> Rect:
    """Return what a straight part of a line takes, with some air around it."""
    (left, right), (top, bottom) = sorted((here[0], there[0])), sorted((here[1], there[1]))
    return Rect(left - 2, top - 2, right - left + 4, bottom - top + 4)


def _meet(one: Rect, other: Rect) -> bool:
    return all(
        start < other_start + other_size and other_start < start + size
        for start, size, other_start, other_size in (
            (one.x, one.width, other.x, other.width),
            (one.y, one.height, other.y, other.height),
        )
    )
