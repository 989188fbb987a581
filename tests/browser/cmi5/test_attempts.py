"""cmi5 packages before a platform that checks every rule of cmi5: whole attempts, and what it is told of them.

The platform is ours, since no package has one, but not its only judge: a cmi5 library of other hands talks to it in the
same words, and an xAPI library judges every statement.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kitbag.course.model import Tracking

# --- Attempts --------------------------------------------------------------------------------------------------------


def test_a_final_test_is_completed_passed_and_terminated(classroom: Any, sit: Any, judge: Any) -> None:
    room = classroom()
    room.visit()
    taking = sit(room.inner)
    assert (room.lms.verbs(), list(room.lms.state)) == (["initialized"], ["LMS.LaunchData"]), "nothing before a deed"
    taking.take()
    room.wait("passed")
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    answers = room.lms.told("answered")
    assert len(answers) == 4
    for one in answers:
        definition = one["object"]["definition"]
        assert definition["type"] == "http://adlnet.gov/expapi/activities/cmi.interaction"
        assert one["result"]["response"] in definition["correctResponsesPattern"]
        assert one["result"]["success"] is True
        assert one["context"]["contextActivities"]["parent"][0]["id"] == room.lms.activity
        [objective] = one["context"]["contextActivities"]["other"]
        assert objective["id"] in {f"https://kitbag.invalid/courses/tea/objectives/{name}" for name in ("T1", "T2")}
    passed = room.lms.told("passed")[0]
    assert passed["result"]["score"] == {"scaled": 1, "raw": 100, "min": 0, "max": 100}
    assert judge(room.lms) == []


def test_a_test_that_was_not_passed_stays_open_and_a_pass_in_another_session_stands(
    classroom: Any, sit: Any, judge: Any
) -> None:
    room = classroom()
    room.visit()
    sit(room.inner).take(well=3)
    assert room.leave() == ["initialized", "terminated"]
    room.visit()
    taking = sit(room.inner)
    taking.go_on()
    taking.take()
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    room.visit()
    room.page.frame_locator("#page").locator("main").click()
    assert room.leave() == ["initialized", "terminated"]
    assert judge(room.lms) == []


def test_failed_is_told_at_the_end_of_the_last_attempt(classroom: Any, sit: Any, judge: Any) -> None:
    room = classroom()
    room.visit()
    taking = sit(room.inner)
    taking.take(well=3)
    taking.go_on()
    taking.take(well=1)
    assert room.leave() == ["initialized", "completed", "failed", "terminated"]
    failed = room.lms.told("failed")[0]
    assert failed["result"]["score"]["scaled"] == 0.75, "the better attempt counts"
    assert judge(room.lms) == []


@pytest.mark.slow
def test_who_fails_and_passes_in_one_session_has_passed(classroom: Any, sit: Any, judge: Any) -> None:
    room = classroom()
    room.visit()
    taking = sit(room.inner)
    taking.take(well=0)
    taking.go_on()
    taking.take()
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    assert judge(room.lms) == []


def test_a_test_that_is_closed_in_the_middle_goes_on_in_the_next_session(classroom: Any, sit: Any, judge: Any) -> None:
    room = classroom()
    room.visit()
    taking = sit(room.inner)
    taking.begin()
    form = taking.items()
    taking.answer(most=2)
    assert room.leave() == ["initialized", "terminated"]
    room.visit()
    expect(room.inner.locator("[data-part=back]")).to_contain_text("2 of 4 answered.")
    taking = sit(room.inner)
    assert taking.items() == form
    taking.answer()
    taking.hand_in()
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    assert judge(room.lms) == []


@pytest.mark.slow
def test_time_goes_on_between_sessions(classroom: Any, sit: Any, judge: Any) -> None:
    room = classroom()
    room.visit()
    taking = sit(room.inner)
    taking.begin()
    taking.answer(most=3)
    assert room.leave() == ["initialized", "terminated"]
    state = json.loads(room.lms.state["kitbag"])
    # The trainee comes back when the time is over: as if the attempt had begun 21 minutes earlier.
    [quiz, [*_, [[number, name, begun, *rest]]]] = json.loads(state["state"].split("|", 5)[5])[0]
    earlier = base36(int(begun, 36) - 21 * 60000)
    state["state"] = state["state"].replace(begun, earlier)
    assert (quiz, number, len(name), bool(rest)) == ("final", 1, 36, True)
    room.lms.state["kitbag"] = json.dumps(state).encode()
    room.visit()
    expect(room.inner.locator("[data-part=result]")).to_contain_text("The time is up.")
    room.page.frame_locator("#page").locator("main").click()
    assert room.leave() == ["initialized", "terminated"], "the second attempt is still there"
    assert judge(room.lms) == []


def base36(value: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (base36(value // 36) if value >= 36 else "") + digits[value % 36]


@pytest.mark.slow
def test_a_module_is_completed_by_its_lessons_and_passed_by_its_practice(classroom: Any, judge: Any) -> None:
    room = classroom("unit-m1")
    room.visit()
    room.read_lessons()
    room.go("practice/m1.html")
    room.inner.locator("[data-item=single] input[value=a]").check()
    room.inner.locator("[data-part=end] .quiz-foot .quiz-main").click()
    room.inner.locator(".quiz-warning .quiz-buttons button").last.click()
    assert room.leave() == ["initialized", "terminated"], "the practice may be repeated until it is passed"
    [answer] = room.lms.told("answered")
    assert answer["result"]["response"] == "a", "what was left blank was not answered"
    room.visit()
    assert "practice/m1.html" in room.inner.url
    expect(room.inner.locator("[data-item=single] input[value=a]")).to_be_checked()
    assert room.leave() == ["initialized", "terminated"]
    assert judge(room.lms) == []


@pytest.mark.parametrize("mode", ["Review", pytest.param("Browse", marks=pytest.mark.slow)])
def test_looking_back_tells_nothing_but_that_it_came_and_went(mode: str, classroom: Any, judge: Any) -> None:
    room = classroom()
    room.lms.mode = mode
    room.visit()
    expect(room.page.locator("#notice")).to_contain_text("looking back")
    expect(room.inner.locator("[data-part=closed]")).to_contain_text("cannot be taken in this visit")
    room.inner.locator("main").click()
    assert room.leave() == ["initialized", "terminated"]
    assert list(room.lms.state) == ["LMS.LaunchData"]
    assert judge(room.lms) == []


def test_a_platform_that_asks_for_less_is_the_one_that_decides(classroom: Any, sit: Any, judge: Any) -> None:
    room = classroom(mastery=0.5)
    room.visit()
    sit(room.inner).take(well=2)
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    assert judge(room.lms) == []


def test_what_was_told_is_not_told_again_when_the_platform_forgets_the_state(
    classroom: Any, sit: Any, judge: Any
) -> None:
    room = classroom("test-pretest")
    room.lms.forgets = True
    for visit in (1, 2):
        room.visit()
        sit(room.inner).take(well=0)
        room.wait("answered", 2 * visit)
        expect(room.page.locator("#notice")).to_be_hidden()
        room.leave()
    assert [room.lms.verbs(session) for session in (0, 1)] == [
        ["initialized", "completed", "terminated"],
        ["initialized", "terminated"],
    ]
    assert judge(room.lms) == []


@pytest.mark.parametrize("how", ["token", 500, pytest.param(401, marks=pytest.mark.slow)])
def test_a_platform_that_refuses_is_told_of_and_nothing_is_sent(how: str | int, classroom: Any, sit: Any) -> None:
    room = classroom()
    room.lms.sick = how if isinstance(how, int) else 0
    room.visit(no_token=how == "token")
    expect(room.page.locator("#notice")).to_contain_text("did not let this unit in")
    # The device keeps the test instead, and the trainee can save a record.
    sit(room.inner).begin()
    assert room.lms.statements() == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [500, "gone"])
def test_a_platform_that_is_away_for_a_while_hears_all_of_it_afterwards(
    how: str | int, classroom: Any, sit: Any, judge: Any
) -> None:
    room = classroom()
    room.visit()
    taking = sit(room.inner)
    taking.begin()
    if isinstance(how, int):
        room.lms.sick = how
    else:
        room.page.context.route(f"{room.platform}/**", lambda route: route.abort())
    taking.answer(most=2)
    expect(room.page.locator("#notice")).to_contain_text("The learning platform does not answer.")
    taking.answer()
    taking.hand_in()
    room.lms.sick = 0
    room.page.context.unroute_all()
    expect(room.page.locator("#notice")).to_be_hidden(timeout=30_000)
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    assert len(room.lms.told("answered")) == 4
    assert judge(room.lms) == []


def test_closing_the_unit_goes_back_to_where_the_platform_says(classroom: Any, judge: Any) -> None:
    room = classroom()
    room.lms.back = f"{room.content}/about.html"
    room.visit()
    room.page.get_by_role("button", name="Close the unit and go back").click()
    room.page.wait_for_url("**/about.html")
    assert room.lms.verbs() == ["initialized", "terminated"]
    assert judge(room.lms) == []


@pytest.mark.slow
def test_the_whole_course_is_completed_and_passed_by_the_rule_of_its_author(
    classroom: Any, sit: Any, judge: Any
) -> None:
    room = classroom("course", units="course", tracking=Tracking(completed=("lessons-opened", "tests"), passed="final"))
    room.visit()
    for lesson in ("m1/leaves", "m1/time", "m2/pouring"):
        room.go(f"lessons/{lesson}.html")
    for test in ("pretest", "final"):
        assert "completed" not in room.lms.verbs()
        room.go(f"tests/{test}.html")
        sit(room.inner).take()
    room.wait("completed")
    assert room.leave() == ["initialized", "passed", "completed", "terminated"] or room.lms.verbs() == [
        "initialized", "completed", "passed", "terminated",
    ]  # fmt: skip
    assert judge(room.lms) == []


# --- The judges --------------------------------------------------------------------------------------------------

PLAY = """async () => {
  const cmi5 = new (Cmi5.default || Cmi5)();
  await cmi5.initialize();
  await cmi5.complete();
  await cmi5.pass({ scaled: 0.9, raw: 90, min: 0, max: 100 });
  await cmi5.terminate();
}"""


def test_a_library_of_other_hands_says_the_same_to_this_platform(
    classroom: Any, sit: Any, judge: Any, npm: Callable[..., Path]
) -> None:
    room = classroom()
    room.visit()
    sit(room.inner).take()
    assert room.leave() == ["initialized", "completed", "passed", "terminated"]
    other = classroom()
    page = other.open(bypass_csp=True)
    page.goto(f"{other.content}/about.html?{other.lms.launch(other.platform)}")
    page.evaluate(npm("@xapi", "cmi5", "dist", "Cmi5.umd.js").read_text("utf-8"))
    page.evaluate(PLAY)
    other.wait("terminated")
    assert judge(other.lms) == []

    assert room.lms.shapes() == other.lms.shapes()


def change(verb: str, **result: Any) -> Callable[[list[dict[str, Any]]], None]:
    """Return what changes the result of the statement with this verb."""

    def act(told: list[dict[str, Any]]) -> None:
        for one in told:
            if one["verb"]["id"].endswith(verb):
                one["result"] = one.get("result", {}) | result

    return act


def double(verb: str) -> Callable[[list[dict[str, Any]]], None]:
    """Return what tells the statement with this verb a second time."""

    def act(told: list[dict[str, Any]]) -> None:
        told.extend([one | {"id": str(uuid4())} for one in told if one["verb"]["id"].endswith(verb)])

    return act


def forget(told: list[dict[str, Any]]) -> None:
    """Take the last statement away."""
    told.sort(key=lambda one: one["timestamp"])
    told.pop()


def mix(told: list[dict[str, Any]]) -> None:
    """Give one statement the context of another."""
    told[-1]["context"] = told[0]["context"] | {"registration": str(uuid4())}


BREACHES = [
    change("passed", score={"scaled": 0.7, "raw": 70, "min": 0, "max": 100}),
    change("passed", success=False),
    change("passed", duration=""),
    change("completed", score={"scaled": 1, "raw": 100, "min": 0, "max": 100}),
    change("initialized", completion=True),
    double("initialized"),
    double("completed"),
    forget,
    mix,
]


def test_this_platform_notices_what_breaks_a_rule(classroom: Any, sit: Any) -> None:
    room = classroom()
    room.visit()
    sit(room.inner).take()
    room.leave()
    good = json.dumps(room.lms.sessions[-1])
    assert room.lms.judged() == []
    for breach in BREACHES:
        room.lms.sessions[-1] = json.loads(good)
        breach(room.lms.sessions[-1])
        assert room.lms.judged() != [], breach
