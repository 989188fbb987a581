"""The timeline and the who-does-what chart, drawn from their data.

Each is one inline SVG with a title and a description; the page, handout or slide gives the same content as text beside
it. Both are drawn for a given width, so that a phone gets a drawing of its own instead of a shrunken one.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from markupsafe import Markup

from kitbag.course.blocks import ChartBox, ChartGroup, RolesChart, Timeline
from kitbag.rendering.catalogue import Catalogue, direction
from kitbag.rendering.chart_links import LABEL_SIZE, Lanes, Link, Placed, lay, widest_word
from kitbag.rendering.drawing import LINE_HEIGHT, Drawing, Lettering, Rect, text_width, wrap
from kitbag.rendering.markdown import plain
from kitbag.rendering.timescale import Tick, far_enough, ticks, when_of

WIDE: Final = 640.0
"""A drawing for a page or a laptop."""
NARROW: Final = 300.0
"""A drawing for a phone."""

_YEAR: Final = Lettering("soft", size=13, anchor="middle")
_WHEN: Final = Lettering(bold=True)
_WORDS: Final = Lettering()
_GROUP: Final = Lettering(size=14, bold=True)
_WHO: Final = Lettering(bold=True)
_WHAT: Final = Lettering(size=14)
_LABEL: Final = Lettering("label", size=LABEL_SIZE, bold=True, anchor="middle")

_LANES: Final = {True: 0.45, False: 0.5}
"""The part of a chart's width that its lanes may take: between two columns, and at the end of one."""
_BESIDE: Final = {True: 24.0, False: 4.0}
"""Room beside the lanes, likewise."""

_MARK: Final = 11.0
"""Between the middles of two marks that do not touch."""
_STEPS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


# --- Timeline ----------------------------------------------------------------------------------------------------


def timeline_svg(timeline: Timeline, catalogue: Catalogue, *, width: float = WIDE, name: str = "timeline") -> Markup:
    """Return the timeline as inline SVG.

    A strip on top stands to scale: a mark for each moment over the years. Below it the moments follow one another with
    their events. The name sets the drawing's ids apart from others on the page.
    """
    first, last = timeline.moments[0], timeline.moments[-1]
    drawing = Drawing(
        name=name,
        title=timeline.title,
        description=catalogue.text("figures.timeline", first=when_of(first, catalogue), last=when_of(last, catalogue)),
        width=width,
        rtl=direction(catalogue.language) == "rtl",
    )
    years = [moment.year for moment in timeline.moments if moment.year]
    by_year = len(years) == len(timeline.moments)
    top = _years(drawing, years) if by_year else _times(drawing, timeline, catalogue)
    return drawing.finish(_moments(drawing, timeline, top, catalogue))


def _times(drawing: Drawing, timeline: Timeline, catalogue: Catalogue) -> float:
    """Draw the strip of days and times with a mark for each moment, and return where it ends."""
    instants = [moment.instant for moment in timeline.moments]
    first, last = instants[0], instants[-1]
    span = last.position - first.position
    if not span:
        return 0.0
    margin = 24.0
    some: list[Tick] = []
    for _ in range(2):  # A wide label at an end takes room from the scale.
        unit = (drawing.width - 2 * margin) / span
        fits = partial(_fit, unit=unit)
        some = ticks(first, last, fits, catalogue)
        margin = max(margin, *(_overhang(tick, first.position, last.position, unit) for tick in some))
    unit = (drawing.width - 2 * margin) / span
    marks = _stacked([margin + (instant.position - first.position) * unit for instant in instants])
    base = 12 + 13.0 * (1 + max(level for _, level in marks))
    drawing.line([(margin, base), (drawing.width - margin, base)], style="axis")
    for tick in some:
        x = margin + (tick.position - first.position) * unit
        drawing.line([(x, base), (x, base + 6)], style="axis")
        drawing.text(x, base + 8, [tick.label], _YEAR)
    drawing.dots([(x, base - 11 - 13 * level) for x, level in marks], 4.5, style="mark")
    return base + 44


def _fit(some: list[Tick], *, unit: float) -> bool:
    return far_enough(some, [text_width(tick.label, 13) for tick in some], unit)


def _overhang(tick: Tick, first: int, last: int, unit: float) -> float:
    """Return how far a label may reach beyond the nearer end of the scale."""
    return text_width(tick.label, 13) / 2 + 2 - min(tick.position - first, last - tick.position) * unit


def _stacked(places: list[float]) -> list[tuple[float, int]]:
    """Return each place with the lowest level at which its mark touches none before it."""
    reached: list[float] = []
    marks = []
    for x in places:
        level = next((level for level, end in enumerate(reached) if x - end >= _MARK), len(reached))
        if level == len(reached):
            reached.append(x)
        reached[level] = x
        marks.append((x, level))
    return marks


def _years(drawing: Drawing, years: list[int]) -> float:
    """Draw the strip of years with a mark for each moment, and return where it ends."""
    first, last = min(years), max(years)
    if first == last:
        return 0.0
    margin = 24.0
    unit = (drawing.width - 2 * margin) / (last - first)
    highest = max(years.count(year) for year in years)
    base = 12 + 13.0 * highest
    drawing.line([(margin, base), (drawing.width - margin, base)], style="axis")
    room = text_width("0000", 13) + 10
    step = next((step for step in _STEPS if step * unit >= room), last - first)
    for year in (*range(first, last - step // 2, step), last):
        x = margin + (year - first) * unit
        drawing.line([(x, base), (x, base + 6)], style="axis")
        drawing.text(x, base + 8, [str(year)], _YEAR)
    marks = [
        (margin + (year - first) * unit, base - 11 - 13 * place)
        for year in sorted(set(years))
        for place in range(years.count(year))
    ]
    drawing.dots(marks, 4.5, style="mark")
    return base + 44


def _moments(drawing: Drawing, timeline: Timeline, top: float, catalogue: Catalogue) -> float:
    """Draw each moment with its events along a line from top to bottom, and return where they end."""
    beside = drawing.width >= WIDE
    widest = max(text_width(when_of(moment, catalogue), 15, bold=True) for moment in timeline.moments)
    dates = min(widest, drawing.width * 0.3)
    axis = dates + 24 if beside else 8.0
    start = axis + 24
    y = top
    dots = []
    for moment in timeline.moments:
        dots.append(y + 0.5 * 15 * LINE_HEIGHT)
        if beside:
            when = wrap(when_of(moment, catalogue), dates, 15, bold=True)
            ends = drawing.text(axis - 24, y, when, _WHEN._replace(anchor="end"))
        else:
            when = wrap(when_of(moment, catalogue), drawing.width - start, 15, bold=True)
            ends = y = drawing.text(start, y, when, _WHEN)
        several = len(moment.events) > 1
        for event in moment.events:
            indent = 16 if several else 0
            if several:
                bullet = y + 0.5 * 15 * LINE_HEIGHT
                drawing.area(_square(start + 3, bullet, 3), style="bullet")
            lines = wrap(plain(event.text), drawing.width - start - indent, 15)
            y = drawing.text(start + indent, y, lines, _WORDS) + 4
        y = max(y, ends) + 20
    drawing.line([(axis, dots[0]), (axis, dots[-1])], style="axis")
    drawing.dots([(axis, dot) for dot in dots], 6, style="mark")
    return y - 16


def _square(x: float, y: float, half: float) -> list[tuple[float, float]]:
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


# --- Who does what -----------------------------------------------------------------------------------------------


def roles_chart_svg(chart: RolesChart, catalogue: Catalogue, *, width: float = WIDE, name: str = "chart") -> Markup:
    """Return the who-does-what chart as inline SVG.

    Groups are frames, actors are boxes; a line is drawn only for a link that the author gives, with its label on it.
    Lines run in lanes beside the boxes: between the two columns of a wide drawing, at the end of a narrow one.
    """
    links = [Link(link.source, link.target, link.label) for link in chart.links]
    two = width >= WIDE and len(chart.groups) > 1
    lane = widest_word(links) if links else 0.0
    # No wider than leaves the boxes their room, but for one lane.
    most = max(1, int((width * _LANES[two] - _BESIDE[two]) // lane)) if links else 0
    best: tuple[int, Markup] | None = None
    for count in range(1, min(most, len(links)) + 1) if links else (0,):
        drawing = Drawing(
            name=name,
            title=chart.title,
            description=catalogue.text("figures.roles_chart"),
            width=width,
            rtl=direction(catalogue.language) == "rtl",
        )
        clashes, drawn = _chart(drawing, chart, links, Lanes(0, count, lane), two=two)
        if best is None or clashes < best[0]:
            best = clashes, drawn
        if not clashes:
            break
    assert best is not None  # noqa: S101 - the loop runs at least once
    return best[1]


def _chart(
    drawing: Drawing, chart: RolesChart, links: Sequence[Link], lanes: Lanes, *, two: bool
) -> tuple[int, Markup]:
    """Draw the chart with so many lanes; return how often a label covers what is not its own, and the drawing."""
    # Between two columns a little more than the longest word, where there is room: labels then have fewer lines.
    wanted = lanes.count * lanes.width * (1.2 if two else 1) + _BESIDE[two]
    gutter = min(wanted, drawing.width * _LANES[two]) if links else 20.0 * two
    column = (drawing.width - gutter) / (2 if two else 1)
    placed: dict[str, Placed] = {}
    bottoms = []
    for number, groups in enumerate(_columns(chart.groups, column) if two else [list(chart.groups)]):
        y = 1.0
        for group in groups:
            frame = Rect(number * (column + gutter) + 0.5, y, column - 1, _group_height(group, column), radius=10)
            placed |= _group(drawing, group, frame, -1 if number else 1)
            y += frame.height + 18
        bottoms.append(y - 17)
    if not links:
        return 0, drawing.finish(max(bottoms))
    room = gutter - _BESIDE[two]
    lanes = Lanes(column + _BESIDE[two] / 2, lanes.count, room / lanes.count)
    ways, clashes = lay(links, placed, lanes)
    for way in ways:
        drawing.line(way.bends, style="link")
        back, y = way.bends[-1]
        drawing.area([(way.tip, y), (back, y - 5), (back, y + 5)], style="head")
    for way in ways:
        drawing.box(way.label, style="label-back", filled=True)
        drawing.text(way.label.x + way.label.width / 2, way.label.y + 2, list(way.lines), _LABEL)
    return clashes, drawing.finish(max(*bottoms, *(way.label.y + way.label.height for way in ways)))


def _columns(groups: tuple[ChartGroup, ...], width: float) -> list[list[ChartGroup]]:
    """Cut the groups, in their order, into two columns of about the same height."""
    heights = [_group_height(group, width) for group in groups]
    cut = min(range(1, len(groups)), key=lambda n: (max(sum(heights[:n]), sum(heights[n:])), n))
    return [list(groups[:cut]), list(groups[cut:])]


def _group_height(group: ChartGroup, width: float) -> float:
    title = len(wrap(group.title, width - 29, 14, bold=True)) * 14 * LINE_HEIGHT
    return 12 + title + 8 + sum(_box_height(box, width - 25) + 10 for box in group.boxes) + 2


def _box_height(box: ChartBox, width: float) -> float:
    lines = len(wrap(box.title, width - 24, 15, bold=True))
    text = len(wrap(plain(box.text), width - 24, 14)) if box.text else 0
    return 20 + lines * 15 * LINE_HEIGHT + (2 + text * 14 * LINE_HEIGHT if text else 0)


def _group(drawing: Drawing, group: ChartGroup, frame: Rect, faces: int) -> dict[str, Placed]:
    """Draw a group in its frame, and return where its boxes lie."""
    drawing.box(frame, style="frame-box")
    inner = frame.width - 24
    x = frame.x + 12
    y = drawing.text(x + 2, frame.y + 12, wrap(group.title, frame.width - 28, 14, bold=True), _GROUP) + 8
    placed = {}
    for box in group.boxes:
        tall = _box_height(box, inner)
        drawing.box(Rect(x, y, inner, tall), style="actor")
        below = drawing.text(x + 12, y + 10, wrap(box.title, inner - 24, 15, bold=True), _WHO)
        if box.text:
            drawing.text(x + 12, below + 2, wrap(plain(box.text), inner - 24, 14), _WHAT)
        placed[box.id] = Placed(x + inner if faces == 1 else x, y + tall / 2, tall, faces)
        y += tall + 10
    return placed
