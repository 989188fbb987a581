"""What a unit keeps on a platform: everything that counts comes back, in 4,096 characters, however long the course."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEMPLATES = Path(__file__).parents[2] / "src/kitbag/templates"
SCRIPTS: Final = (
    "quiz/shuffle", "quiz/scoring", "quiz/sitting", "tests/record", "packages/responses", "packages/packing",
    "packages/unit",
)  # fmt: skip
ROOM: Final = 4096
Node = Callable[..., str]
Json = dict[str, Any]


def packed(node: Node, *cases: Json) -> list[Json]:
    given = {"scripts": [str(TEMPLATES / f"{name}.js") for name in SCRIPTS], "cases": list(cases)}
    found: list[Json] = json.loads(node(Path(__file__).with_name("packing.js"), stdin=json.dumps(given)))
    return found


def case(items: list[Json], **more: Any) -> Json:
    usual = {"lessons": 1000, "practice": 200, "attempts": 2, "running": True, "room": ROOM}
    return usual | {"items": [{"id": f"an-item-with-a-long-name-{n}"} | item for n, item in enumerate(items)]} | more


# --- Items -------------------------------------------------------------------------------------------------------

identifiers = st.integers(2, 26).map(lambda count: [{"id": f"o{n}"} for n in range(count)])


def names(choices: list[Json]) -> list[str]:
    return [choice["id"] for choice in choices]


@st.composite
def choices(draw: st.DrawFn) -> Json:
    """An item that is answered by choosing, with an answer or none."""
    options = draw(identifiers)
    ids = names(options)
    kind = draw(
        st.sampled_from(["single-choice", "multiple-response", "true-false", "matching", "categorise", "ordering"])
    )
    key: Any = None
    parts: Json = {}
    answer: Any
    match kind:
        case "single-choice":
            parts, key, answer = {"options": options}, ids[0], draw(st.sampled_from(ids))
        case "multiple-response":
            chosen = draw(st.sets(st.sampled_from(ids), min_size=1))
            parts, key, answer = {"options": options}, ids[:1], [one for one in ids if one in chosen]
        case "true-false":
            key, answer = True, draw(st.sampled_from(["true", "false"]))
        case "matching":
            parts = {"premises": [choice | {"match": ids[0]} for choice in options], "responses": options}
            answer = {one: draw(st.sampled_from(ids)) for one in ids if draw(st.booleans())} or None
        case "categorise":
            parts = {"elements": [choice | {"category": ids[0]} for choice in options], "categories": options}
            answer = {one: draw(st.sampled_from(ids)) for one in ids if draw(st.booleans())} or None
        case _:
            parts, answer = {"elements": options}, draw(st.permutations(ids))
    blank = draw(st.booleans())
    return {"type": kind, "points": 1, "key": key, "answer": None if blank else answer} | parts


texts = st.text(min_size=1, max_size=40)


@st.composite
def writings(draw: st.DrawFn) -> Json:
    """An item that is answered in writing."""
    if draw(st.booleans()):
        return {"type": "short-answer", "points": 1, "accept": ["tea"], "answer": draw(texts)}
    gaps = [{"id": "g1", "accept": ["tea"]}, {"id": "g2", "accept": ["pot"]}]
    return {"type": "cloze", "points": 2, "gaps": gaps, "answer": {"g1": draw(texts)}}


def widest(count: int, written: int = 0) -> list[Json]:
    """Return items as wide as they may be, all answered, and some that are answered in writing."""
    options, many = ([{"id": f"o{n}"} for n in range(count)] for count in (26, 200))
    ids = names(options)
    kinds: list[Json] = [
        {"type": "multiple-response", "options": options, "key": ids[:13], "answer": ids[::2]},
        {
            "type": "matching",
            "premises": [option | {"match": "o0"} for option in options],
            "responses": options,
            "answer": dict(zip(ids, reversed(ids), strict=True)),
        },
        {"type": "ordering", "elements": options, "answer": ids[::-1]},
        {"type": "multiple-response", "options": many, "key": names(many)[:100], "answer": names(many)[::2]},
        {
            "type": "categorise",
            "elements": [one | {"category": "o0"} for one in many[:50]],
            "categories": options,
            "answer": dict.fromkeys(names(many)[:50], "o25"),
        },
    ]
    choosing = [{"points": 1} | kinds[n % len(kinds)] for n in range(count)]
    return [*choosing, *({"type": "essay", "points": 1, "answer": "é" * 30} for _ in range(written))]


# --- Properties --------------------------------------------------------------------------------------------------


forms = st.lists(choices() | writings(), min_size=1, max_size=12)


def test_what_is_kept_comes_back_the_same(node: Node) -> None:
    # Several at once: most of the time goes into starting Node.
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(forms, st.booleans()), min_size=1, max_size=10))
    def holds(cases: list[tuple[list[Json], bool]]) -> None:
        room = 64000
        for found in packed(node, *(case(items, running=running, room=room) for items, running in cases)):
            assert found["length"] <= room
            for what in ("counts", "results", "responses", "sitting", "practice", "foreign"):
                assert found[what], what

    holds()


def test_the_largest_form_resumes_within_4096_characters(node: Node) -> None:
    form = case(widest(50))
    [found] = packed(node, form)
    assert found["length"] <= ROOM
    assert found["kept"][0] == "final"
    assert found["counts"]
    assert found["sitting"]
    assert found["results"]


def test_five_hundred_items_in_two_hundred_modules_resume_within_4096_characters(node: Node) -> None:
    options = [{"id": name} for name in "abcd"]
    items = [
        {"type": "single-choice", "points": 1, "options": options, "key": "a", "answer": "abcd"[n % 4]}
        for n in range(500)
    ]
    running, over, often = packed(
        node, case(items, attempts=1), case(items, attempts=2, running=False), case(items[:100], attempts=20)
    )
    for found in (running, over, often):
        assert found["length"] <= ROOM
        assert found["kept"][0] == "final"
        assert found["counts"]
        assert found["results"]
        assert found["sitting"]


def test_answers_that_were_handed_in_give_way_to_those_that_still_count(node: Node) -> None:
    [found] = packed(node, case(widest(50), attempts=6))
    assert (found["length"] <= ROOM, found["kept"][0]) == (True, "final")
    assert (found["counts"], found["sitting"], found["results"], found["responses"]) == (True, True, True, False)


def test_what_was_written_and_does_not_fit_is_told_of_and_all_else_stays(node: Node) -> None:
    essay = {"type": "essay", "points": 1, "answer": "é" * 5000}
    [found] = packed(node, case([*widest(3), essay]))
    assert found["length"] <= ROOM
    assert "final" not in found["kept"]
    assert (found["counts"], found["results"], found["sitting"]) == (True, True, False)
    assert [response is None for response in found["written"]] == [False, False, False, True]
