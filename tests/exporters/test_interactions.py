"""How SCORM 1.2 and 2004 are told of an answer to each item type; cmi5 uses the words of the latter."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

TEMPLATES = Path(__file__).parents[2] / "src/kitbag/templates"
SCRIPTS: Final = ("quiz/scoring", "packages/responses", "packages/scorm")
TWELVE: Final = [{"id": f"option-{n}"} for n in range(12)]
PAIRS: Final = [{"id": "p1", "match": "r2"}, {"id": "p2", "match": "r1"}]
SORTED: Final = [{"id": "e1", "category": "c2"}, {"id": "e2", "category": "c1"}]
NAMED: Final = [{"id": "r1"}, {"id": "r2"}]

# An item, a response, and of each version: the type, the response, and the first right pattern.
CASES: Final[list[tuple[dict[str, Any], Any, tuple[str, str, str], tuple[str, str, str]]]] = [
    (
        {"type": "single-choice", "options": TWELVE, "key": "option-11"},
        "option-10",
        ("choice", "k", "l"),
        ("choice", "option-10", "option-11"),
    ),
    (
        {"type": "multiple-response", "options": TWELVE, "key": ["option-0", "option-11"]},
        ["option-9", "option-11"],
        ("choice", "j,l", "a,l"),
        ("choice", "option-9[,]option-11", "option-0[,]option-11"),
    ),
    ({"type": "true-false", "key": True}, "false", ("true-false", "f", "t"), ("true-false", "false", "true")),
    (
        {"type": "matching", "premises": PAIRS, "responses": NAMED},
        {"p1": "r1"},
        ("matching", "a.a", "a.b,b.a"),
        ("matching", "p1[.]r1", "p1[.]r2[,]p2[.]r1"),
    ),
    (
        {"type": "categorise", "elements": SORTED, "categories": [{"id": "c1"}, {"id": "c2"}]},
        {"e1": "c2", "e2": "c2"},
        ("matching", "a.b,b.b", "a.b,b.a"),
        ("matching", "e1[.]c2[,]e2[.]c2", "e1[.]c2[,]e2[.]c1"),
    ),
    (
        {"type": "ordering", "elements": NAMED},
        ["r2", "r1"],
        ("sequencing", "b,a", "a,b"),
        ("sequencing", "r2[,]r1", "r1[,]r2"),
    ),
    (
        {"type": "numeric", "key": "80", "tolerance": "2.5"},
        "77,5",
        ("numeric", "77.5", "80"),
        ("numeric", "77.5", "77.5[:]82.5"),
    ),
    (
        {"type": "numeric", "key": "-0.05", "tolerance": "0"},
        "\u22121",
        ("numeric", "-1", "-0.05"),
        ("numeric", "-1", "-0.05[:]-0.05"),
    ),
    (
        {"type": "short-answer", "accept": ["tea", "a tea"]},
        "A tea",
        ("fill-in", "A tea", "tea"),
        ("fill-in", "A tea", "tea"),
    ),
    (
        {"type": "cloze", "gaps": [{"id": "g1", "accept": ["four"]}, {"id": "g2", "accept": ["hot"]}]},
        {"g2": "hot"},
        ("fill-in", "[,]hot", "four[,]hot"),
        ("fill-in", "[,]hot", "four[,]hot"),
    ),
]


@pytest.fixture
def tell(node: Callable[..., str]) -> Callable[..., list[list[dict[str, str]]]]:
    """Tell both versions of answers; returns what each was told, by the end of the element's name."""

    def run(*cases: dict[str, Any]) -> list[list[dict[str, str]]]:
        given = {"scripts": [str(TEMPLATES / f"{name}.js") for name in SCRIPTS], "cases": list(cases)}
        script = Path(__file__).with_name("interactions.js")
        found: list[list[dict[str, str]]] = json.loads(node(script, stdin=json.dumps(given)))
        return found

    return run


def test_every_item_type_is_told_in_the_words_of_each_version(tell: Any) -> None:
    answers = [
        {"item": item | {"id": f"item-{n}"}, "answer": {"response": response, "marks": "1/2", "possible": "2"}}
        for n, (item, response, _, _) in enumerate(CASES)
    ]
    for (_, _, *expected), said in zip(CASES, tell(*answers), strict=True):
        names = ("student_response", "learner_response")
        found = [
            (one["type"], one[name], one["correct_responses.0.pattern"]) for one, name in zip(said, names, strict=True)
        ]
        assert found == expected


def test_weight_result_latency_time_and_objective_are_told(tell: Any) -> None:
    item = {"id": "one", "type": "true-false", "key": True}
    marks = ["2", "0", "1/2", None]
    cases = [{"response": "true", "marks": earned, "possible": "2"} for earned in marks]
    blank = {"response": None, "marks": "0", "possible": "2"}
    essay = {"item": {"id": "two", "type": "essay"}, "answer": {"response": "Words.", "possible": "4"}}
    *found, pending = tell(*({"item": item, "answer": answer} for answer in (*cases[:3], blank)), essay)
    old = {"weighting": "2", "latency": "0000:01:01", "time": "10:20:30", "objectives.0.id": "o"}
    new = {"weighting": "2", "latency": "PT0H1M1S", "timestamp": "2026-01-02T10:20:30", "description": "Text"}
    for said, wanted in zip(found[0], (old, new), strict=True):
        assert wanted.items() <= said.items()
    assert [one["result"] for one, _ in found] == ["correct", "wrong", "0.2500", "neutral"]
    assert [two["result"] for _, two in found] == ["correct", "incorrect", "0.2500", "neutral"]
    assert "student_response" not in found[3][0]
    assert [(said["type"], said["result"]) for said in pending] == [("fill-in", "neutral"), ("long-fill-in", "neutral")]


def test_the_thirty_seventh_option_has_no_letter_in_scorm_12_and_is_left_out(tell: Any) -> None:
    options = [{"id": f"option-{n}"} for n in range(40)]
    item = {"id": "one", "type": "single-choice", "options": options, "key": "option-35"}
    answers = [{"response": f"option-{n}", "marks": "0", "possible": "1"} for n in (35, 36)]
    found = tell(*({"item": item, "answer": answer} for answer in answers))
    assert [old.get("student_response") for old, _ in found] == ["9", None]
    assert [new["learner_response"] for _, new in found] == ["option-35", "option-36"]
    assert {old["correct_responses.0.pattern"] for old, _ in found} == {"9"}
