"""The author's rule as every platform is told of it: exact at the cut, and never better than what was earned."""

import json
from collections.abc import Callable
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEMPLATES = Path(__file__).parents[2] / "src/kitbag/templates"
SCRIPTS: Final = ("quiz/scoring", "packages/rule")
Node = Callable[..., str]
Json = dict[str, Any]


def judged(node: Node, *cases: Json) -> list[Json]:
    usual: Json = {"lessonsCount": "", "done": [], "opened": [], "cut": None, "other": result("0")}
    given = {
        "scripts": [str(TEMPLATES / f"{name}.js") for name in SCRIPTS],
        "cases": [usual | case for case in cases],
    }
    found: list[Json] = json.loads(node(Path(__file__).with_name("rule.js"), stdin=json.dumps(given)))
    return found


def result(score: str, possible: str = "25", waiting: str = "0", *, last: bool = True) -> Json:
    return {"score": score, "possible": possible, "waiting": waiting, "last": last}


def one(best: Any, **more: Any) -> Json:
    """Return a case with a final test of 25 points and a cut score of 80 per cent."""
    quizzes = [{"id": "final", "possible": "25", "needed": True}]
    measures = [{"quizzes": ["final"], "cut": 80}]
    return {"quizzes": quizzes, "best": [best], "measures": measures, "scored": ["final"]} | more


def test_nineteen_of_twenty_five_fails_and_twenty_passes(node: Node) -> None:
    cases: list[tuple[Any, bool | None, int | None]] = [
        (None, None, None),
        (result("19"), False, 7600),
        (result("20"), True, 8000),
        (result("59999/3000"), False, 7999),
        (result("-3"), False, 0),
        (result("19", waiting="1"), None, 7600),
        (result("18", waiting="1"), False, 7200),
        (result("16", possible="20"), True, 8000),
    ]
    found = judged(node, *(one(best) for best, _, _ in cases))
    assert [(each["passed"], each["score"]) for each in found] == [(passed, score) for _, passed, score in cases]


def test_what_a_platform_is_told_of_each_standing(node: Node) -> None:
    """Platforms show a unit that has failed or is completed for review only: neither is said while it can be passed."""
    lessons = {"lessonsCount": "finished", "done": [True, False]}
    both = [{"quizzes": ["final"], "cut": 80}, {"quizzes": ["oral"], "cut": 50}]
    two = [{"id": name, "possible": "25", "needed": True} for name in ("final", "oral")]
    cases: list[tuple[Json, bool, bool | None]] = [
        (one(None), False, None),
        (one(result("19", last=False)), False, None),
        (one(result("19")), True, False),
        (one(result("20", last=False)), True, True),
        (one(result("19", waiting="1", last=False)), False, None),
        (one(result("19", waiting="1")), True, None),
        (one(result("20"), **lessons), False, True),
        (one(result("19"), **lessons), False, False),
        (one(result("0", last=False), measures=[]), True, None),
        (one(result("25"), quizzes=two, measures=both) | {"best": [result("25"), None]}, False, None),
        (one(result("19"), quizzes=two, measures=both) | {"best": [result("19"), None]}, False, False),
        (one(None, quizzes=two, measures=both) | {"best": [result("25"), result("9", last=False)]}, False, None),
    ]
    found = judged(node, *(case for case, _, _ in cases))
    assert [(each["complete"], each["passed"]) for each in found] == [(done, passed) for _, done, passed in cases]


def test_a_platform_may_set_another_cut_and_nothing_is_passed_without_a_measure(node: Node) -> None:
    [less, more, none] = judged(
        node, one(result("19"), cut=76), one(result("20"), cut=80.5), one(result("25"), measures=[], cut=50)
    )
    assert (less["passed"], more["passed"], none["passed"]) == (True, False, None)


def test_what_is_needed_counts_and_nothing_else(node: Node) -> None:
    quizzes = [{"id": "m1", "possible": "3", "needed": False}, {"id": "m2", "possible": "3", "needed": True}]
    case = {"quizzes": quizzes, "best": [None, result("1", "3")], "measures": [], "scored": ["m1", "m2"]}
    flags = {"done": [True, False], "opened": [True, True]}
    opened, finished, neither = judged(
        node, *(case | flags | {"lessonsCount": how} for how in ("opened", "finished", ""))
    )
    assert (opened["steps"], finished["steps"], neither["steps"]) == ([True, True, True], [True, False, True], [True])
    assert opened["score"] == 1666, "a third of a half"


fractions = st.builds(Fraction, st.integers(0, 400), st.integers(1, 12))


@st.composite
def practices(draw: st.DrawFn) -> tuple[Json, bool | None, int | None]:
    """Several quizzes that decide together, some of them not handed in, and what is to come out."""
    count = draw(st.integers(1, 6))
    possible = [draw(st.integers(1, 40)) for _ in range(count)]
    earned = [draw(st.none() | fractions.map(lambda marks, most=most: min(marks, Fraction(most)))) for most in possible]
    cut = draw(st.integers(0, 100))
    names = [f"m{n}" for n in range(count)]
    case = {
        "quizzes": [
            {"id": name, "possible": str(most), "needed": True} for name, most in zip(names, possible, strict=True)
        ],
        "best": [
            None if marks is None else result(str(marks), str(most))
            for marks, most in zip(earned, possible, strict=True)
        ],
        "measures": [{"quizzes": names, "cut": cut}],
        "scored": names,
    }
    total = sum((marks for marks in earned if marks is not None), Fraction())
    share = total / sum(possible)
    passed = None if None in earned else share * 100 >= cut
    return case, passed, None if all(marks is None for marks in earned) else floor(share * 10000)


def test_the_points_of_all_quizzes_together_decide_to_the_last_digit(node: Node) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(practices(), min_size=1, max_size=25))
    def holds(cases: list[tuple[Json, bool | None, int | None]]) -> None:
        found = judged(node, *(case for case, _, _ in cases))
        assert [(each["passed"], each["score"]) for each in found] == [(passed, score) for _, passed, score in cases]

    holds()


def test_the_better_attempt_counts_by_its_share(node: Node) -> None:
    pairs = [
        (None, result("1"), result("1")),
        (result("10"), result("9"), result("10")),
        (result("10", "25"), result("9", "20"), result("9", "20")),
        (result("4", "8"), result("5", "10"), result("4", "8")),
        (result("10", last=False), result("9"), result("10")),
        (result("9", last=False), result("10", last=False), result("10", last=False)),
    ]
    found = judged(node, *(one(before, other=after) for before, after, _ in pairs))
    assert [each["better"] for each in found] == [better for _, _, better in pairs]
