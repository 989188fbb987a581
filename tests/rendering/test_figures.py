from datetime import datetime
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kitbag.course.blocks import RolesChart, Timeline
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.drawing import text_width, wrap
from kitbag.rendering.figures import NARROW, WIDE, roles_chart_svg, timeline_svg
from kitbag.rendering.timescale import when_of

SVG = "{http://www.w3.org/2000/svg}"
ENGLISH = catalogue_for("en")


def moment(when: str, year: int, *events: str) -> dict[str, object]:
    return {"when": when, "year": str(year), "events": [{"text": text} for text in events]}


TIMELINE = Timeline.model_validate(
    {
        "type": "timeline",
        "title": "Tables <old & new>",
        "moments": [
            moment("March 1924", 1924, "The **first** table."),
            moment("1950", 1950, "A second table.", "A new pilot."),
            moment("Early 2024", 2024, "The newest table, with a good many words that take more than one line."),
            moment("2024", 2024, "The office moves."),
        ],
    }
)
CHART = RolesChart.model_validate(
    {
        "type": "roles-chart",
        "title": "Who does what",
        "groups": [
            {"title": "On land", "boxes": [{"id": "hm", "title": "Harbour master", "text": "Publishes the *table*."}]},
            {"title": "On water", "boxes": [{"id": "pilot", "title": "Pilot"}, {"id": "mate", "title": "Mate"}]},
        ],
        "links": [{"from": "pilot", "to": "hm", "label": "helps"}],
    }
)


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in etree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_timeline_holds_every_moment_in_order(width: float) -> None:
    found = " ".join(
        " ".join(line.itertext()) for line in etree.fromstring(timeline_svg(TIMELINE, ENGLISH, width=width))
    )
    order = ["March 1924", "The first table.", "1950", "A second table.", "A new pilot.", "Early 2024", "The newest"]
    places = [found.index(word, found.index("March 1924")) for word in order]
    assert places == sorted(places)


def test_a_timeline_has_a_name_and_a_description() -> None:
    root = etree.fromstring(timeline_svg(TIMELINE, ENGLISH, name="x"))
    assert (root.get("role"), root.get("aria-labelledby"), root.get("aria-describedby")) == ("img", "x-title", "x-desc")
    assert root.find(f"{SVG}title").text == "Tables <old & new>"
    assert root.find(f"{SVG}desc").text == "Timeline from March 1924 to 2024. The same events follow as a list."


def test_marks_of_one_year_stand_over_one_another() -> None:
    groups = etree.fromstring(timeline_svg(TIMELINE, ENGLISH)).findall(f"{SVG}g")
    scale = [(circle.get("cx"), circle.get("cy")) for circle in groups[0]]
    assert len(scale) == 4
    assert scale[2][0] == scale[3][0]
    assert scale[2][1] != scale[3][1]
    first, second, last = (float(scale[place][0]) for place in (0, 1, 2))
    assert (second - first) / (last - first) == pytest.approx(26 / 100, abs=0.001)


def timed(*moments: str | dict[str, Any]) -> Timeline:
    event = {"text": "It happens.", "uncited": "A test."}
    made = [{"events": [event], **({"at": one} if isinstance(one, str) else one)} for one in moments]
    return Timeline.model_validate({"type": "timeline", "title": "Times", "moments": made})


def marks(svg: str) -> list[tuple[float, float]]:
    """Return the marks on the scale."""
    return [(float(one.get("cx")), float(one.get("cy"))) for one in etree.fromstring(svg).findall(f"{SVG}g")[0]]


@pytest.mark.parametrize(
    ("moments", "shares"),
    [
        (("10:00", "10:15", "11:00"), [0, 0.25, 1]),
        (("00:00", "06:00", "24:00"), [0, 0.25, 1]),
        (("2024-07-11 23:00", "2024-07-11 23:30", "2024-07-12 01:00"), [0, 0.25, 1]),
        (("2024-07-01", "2024-07-11", "2024-08-10"), [0, 0.25, 1]),
        (("2023-01", "2023-01-02 12:00", "2023-01-07"), [0, 0.25, 1]),
        (({"year": 2001}, "2002-01-01", "2005-01-01"), [0, 0.25, 1]),
    ],
)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_days_and_times_stand_to_scale(moments: tuple[Any, ...], shares: list[float], width: float) -> None:
    places = [x for x, _ in marks(timeline_svg(timed(*moments), ENGLISH, width=width))]
    assert [(x - places[0]) / (places[-1] - places[0]) for x in places] == pytest.approx(shares, abs=0.001)


def test_marks_that_would_touch_stand_over_one_another() -> None:
    places = marks(timeline_svg(timed("10:00", "10:00", "10:01", "12:00"), ENGLISH))
    assert len({y for _, y in places}) == 3
    assert places[0][1] == places[3][1]


def test_without_words_of_the_author_a_moment_is_said_in_the_language_of_the_course() -> None:
    french = catalogue_for("fr", (("common.months.07", "juillet"), ("common.time", "{hour} h {minute}")))
    line = timed("2024", "2024-07", "2024-07-11", "2024-07-11 14:05")
    said = ["2024", "juillet 2024", "11 juillet 2024", "11 juillet 2024, 14 h 05"]
    assert [when_of(moment, french) for moment in line.moments] == said
    assert [when_of(moment, french) for moment in timed("9:05", {"at": "10:00", "when": "à dix heures"}).moments] == [
        "09 h 05",
        "à dix heures",
    ]
    assert set(said[:3]) <= set(texts(timeline_svg(line, french)))


@pytest.mark.parametrize(
    ("moments", "scale"),
    [
        (("10:00", "11:00"), [f"10:{minute:02}" for minute in range(0, 60, 5)] + ["11:00"]),
        (("08:00", "20:00"), [f"{hour:02}:00" for hour in range(8, 21)]),
        (("2024-07-11 08:00", "2024-07-12 09:00"), ["09:00", "12:00", "15:00", "18:00", "21:00", "12 July"]),
        (("2022-02-01", "2023-01-31"), ["April 2022", "July 2022", "October 2022", "January 2023"]),
        (("1990-05-01", "2024-01-01"), ["1995", "2000", "2005", "2010", "2015", "2020"]),
    ],
)
def test_the_scale_has_round_points_as_close_as_fits(moments: tuple[str, ...], scale: list[str]) -> None:
    shown = texts(timeline_svg(timed(*moments), ENGLISH))
    assert shown[: len(scale)] == scale


@given(
    st.lists(st.datetimes(), min_size=2, max_size=8),
    st.sampled_from([slice(10), slice(16), slice(11, 16), slice(7), slice(4)]),
)
def test_any_moments_make_a_drawing(moments: list[datetime], part: slice) -> None:
    """Also those of the first and the last year there is."""
    written = sorted(one.isoformat(sep=" ")[part] for one in moments)
    for width in (WIDE, NARROW):
        root = etree.fromstring(timeline_svg(timed(*written), ENGLISH, width=width))
        assert all(0 <= float(circle.get("cx")) <= width for circle in root.iter(f"{SVG}circle"))


def test_a_chart_draws_the_given_links_and_no_other() -> None:
    root = etree.fromstring(roles_chart_svg(CHART, ENGLISH))
    assert len(root.findall(f"{SVG}polyline")) == len(root.findall(f"{SVG}polygon")) == 1
    assert "helps" in texts(roles_chart_svg(CHART, ENGLISH))
    alone = CHART.model_copy(update={"links": ()})
    assert etree.fromstring(roles_chart_svg(alone, ENGLISH)).findall(f"{SVG}polyline") == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_link_leaves_its_actor_and_points_at_the_other(width: float) -> None:
    root = etree.fromstring(roles_chart_svg(CHART, ENGLISH, width=width))
    boxes = [
        tuple(float(box.get(side)) for side in ("x", "y", "width", "height"))
        for box in root.findall(f"{SVG}rect")
        if box.get("class") == "actor"
    ]

    def touches(point: tuple[float, ...], box: tuple[float, ...]) -> bool:
        x, y, wide, tall = box
        return x - 3 <= point[0] <= x + wide + 3 and y <= point[1] <= y + tall

    line = [tuple(map(float, point.split(","))) for point in root.find(f"{SVG}polyline").get("points").split()]
    tip = tuple(map(float, root.find(f"{SVG}polygon").get("points").split()[0].split(",")))
    assert [touches(line[0], box) for box in boxes] == [False, True, False]
    assert [touches(tip, box) for box in boxes] == [True, False, False]


CALLS = RolesChart.model_validate(
    {
        "type": "roles-chart",
        "title": "Who calls whom",
        "groups": [
            {
                "title": "Inside",
                "boxes": [{"id": "desk", "title": "Desk", "text": "Calls."}, {"id": "w", "title": "Warden"}],
            },
            {
                "title": "Outside",
                "boxes": [
                    {"id": "fire", "title": "Fire service", "text": "Puts it out."},
                    {"id": "crew", "title": "Crew"},
                    {"id": "police", "title": "Police"},
                ],
            },
        ],
        "links": [
            {"from": "desk", "to": "fire", "label": "calls at once"},
            {"from": "fire", "to": "crew", "label": "sends the nearest"},
            {"from": "crew", "to": "police", "label": "asks for help"},
            {"from": "desk", "to": "w", "label": "tells"},
        ],
    }
)
Spot = tuple[float, float]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("chart", [CHART, CALLS], ids=["one", "four"])
def test_a_label_covers_no_other_link_and_leaves_its_own_to_be_seen(
    chart: RolesChart, width: float, language: str
) -> None:
    root = etree.fromstring(roles_chart_svg(chart, catalogue_for(language), width=width))
    lines: list[list[Spot]] = [
        [(float(x), float(y)) for x, y in (point.split(",") for point in line.get("points").split())]
        for line in root.findall(f"{SVG}polyline")
    ]
    labels = [
        (float(box.get("x")), float(box.get("y")), float(box.get("width")), float(box.get("height")))
        for box in root.findall(f"{SVG}rect")
        if box.get("class") == "label-back"
    ]
    assert len(lines) == len(labels) == len(chart.links)

    def covered(label: tuple[float, ...], here: Spot, there: Spot) -> float:
        """Return how much of a straight line is under a label."""
        (x, y, wide, tall), spans = label, [sorted(pair) for pair in zip(here, there, strict=True)]
        shared = [
            min(end, at + size) - max(start, at)
            for (start, end), at, size in zip(spans, (x, y), (wide, tall), strict=True)
        ]
        return max(shared) if min(shared) >= 0 else 0.0

    for number, label in enumerate(labels):
        for other, line in enumerate(lines):
            hidden = [covered(label, *part) for part in pairwise(line)]
            if other != number:
                assert hidden == [0, 0, 0], (chart.links[number].label, chart.links[other].label)
            else:
                way = abs(line[2][1] - line[1][1])
                assert hidden[1] == 0 or way < 1 or way - hidden[1] >= 12, chart.links[number].label
    for one, other in combinations(labels, 2):
        apart = [
            one[side] + one[side + 2] <= other[side] or other[side] + other[side + 2] <= one[side] for side in (0, 1)
        ]
        assert any(apart)
    # No two lines end at one point, so that no arrow looks like the end of another line.
    ends = [spot for line in lines for spot in (line[0], line[-1])]
    for one_end, other_end in combinations(ends, 2):
        assert abs(one_end[0] - other_end[0]) >= 15 or abs(one_end[1] - other_end[1]) >= 5


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_everything_lies_inside_the_drawing(width: float, language: str) -> None:
    catalogue = catalogue_for(language)
    charts = [roles_chart_svg(chart, catalogue, width=width) for chart in (CHART, CALLS)]
    for svg in (timeline_svg(TIMELINE, catalogue, width=width), *charts):
        root = etree.fromstring(svg)
        _, _, wide, tall = map(float, root.get("viewBox").split())
        assert wide == width
        for element in root.iter(f"{SVG}rect", f"{SVG}circle"):
            x = float(element.get("x") or element.get("cx"))
            y = float(element.get("y") or element.get("cy"))
            assert 0 <= x + float(element.get("width") or 0) <= wide
            assert x >= 0
            assert 0 <= y + float(element.get("height") or 0) <= tall


def test_a_page_read_from_the_right_has_its_drawing_mirrored() -> None:
    left = etree.fromstring(timeline_svg(TIMELINE, ENGLISH))
    right = etree.fromstring(timeline_svg(TIMELINE, catalogue_for("ar")))
    assert right.get("direction") == "rtl"
    for one, other in zip(left.iter(f"{SVG}circle"), right.iter(f"{SVG}circle"), strict=True):
        assert float(one.get("cx")) + float(other.get("cx")) == pytest.approx(WIDE, abs=0.2)


def test_lines_are_never_wider_than_their_room() -> None:
    words = "Unforeseeableconsequences of a table with rather many words"
    lines = wrap(words, 90, 15)
    assert all(text_width(line, 15) <= 90 for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
