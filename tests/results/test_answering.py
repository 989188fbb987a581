"""What is typed on a line is a response, or the reason why not."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly
from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Essay, Item, Use
from kitbag.questions.scoring import score
from kitbag.results.answering import WrongAnswer, read_line, written
from kitbag.results.attempt import Response
from kitbag.results.session import Quiz
from kitbag.results.sheet import Answer, as_written, read_cell, sheet_entry

PROJECT = Path(__file__).parents[1] / "projects/every-item-type"
WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORDS = ("four", "4", "boiling", "hot", "80", "82,5", "77.4", "infusion", "An  INFUSION", "soup", "x y")


@pytest.fixture(scope="module")
def course() -> Course:
    """Every item type in one test that may be taken often."""
    loaded = load_course(PROJECT).course
    assert loaded is not None
    banks = tuple(
        bank.model_copy(update={"items": tuple(item.model_copy(update={"use": Use.TEST}) for item in bank.items)})
        for bank in loaded.banks
    )
    count = sum(len(bank.items) for bank in banks)
    test = Assessment(id="all", title="All", purpose="final", instructions="Go.", blueprint=Blueprint(items=count))
    return replace(loaded, info=loaded.info.model_copy(update={"tests": (test,)}), banks=banks)


@pytest.fixture(scope="module")
def quizzes(course: Course) -> list[Quiz]:
    assembly = Assembly(course.banks, course.info.tests)
    forms = [assembly.draw("all", seed=str(seed)) for seed in range(5)]
    return [Quiz(course, form.test, "all", form.id, 1, form.items) for form in forms]


def response_to(item: Item, order: tuple[str, ...], draw: Random) -> Response:
    """Return anything that a trainee may answer, nothing included."""
    entry = sheet_entry(item, order)
    if draw.random() < 0.1:
        return None
    match entry.answer:
        case Answer.ONE:
            return draw.choice(entry.choices)
        case Answer.SEVERAL:
            return tuple(one for one in entry.choices if draw.random() < 0.5) or None
        case Answer.LETTERS:
            return {place: draw.choice(entry.choices) for place in entry.places if draw.random() < 0.8} or None
        case Answer.GAPS:
            return {place: draw.choice(WORDS) for place in entry.places if draw.random() < 0.8} or None
        case Answer.ORDER:
            return tuple(draw.sample(entry.places, len(entry.places)))
        case Answer.NUMBER:
            return draw.choice(["12", "-0,5", "1 000.25", "\u0661\u066b\u0665"])
        case _:
            return draw.choice(WORDS)


@given(seed=st.integers(0, 2**32), which=st.integers(0, 4))
def test_a_response_is_read_back_as_it_is_shown_on_screen_and_sheet(
    quizzes: list[Quiz], course: Course, seed: int, which: int
) -> None:
    draw = Random(seed)  # noqa: S311 - a test, and no secret
    for drawn in quizzes[which].questions:
        entry = sheet_entry(drawn.item, drawn.order)
        response = response_to(drawn.item, drawn.order, draw)
        line = written(entry, response)
        assert (read_line(entry, line, None) if line else None) == response
        if not isinstance(drawn.item, Essay):
            cell = read_cell(entry, as_written(entry, response))
            marks = [score(drawn.item, one, rule=None, default=course.info.scoring) for one in (response, cell)]
            assert marks[0] == marks[1]


@pytest.mark.parametrize(
    ("name", "line", "before", "expected"),
    [
        ("single", "b a", None, "2 choices are marked where one may be"),
        ("single", "d", None, "expected letters from A to C"),
        ("multiple", "a, c", None, ("a", "c")),
        ("truth", "TRUE", None, "true"),
        ("truth", "f", None, "false"),
        ("matching", "2=c", {"p1": "r1"}, {"p1": "r1", "p2": "r3"}),
        ("matching", "2 = -", {"p1": "r1", "p2": "r3"}, {"p1": "r1"}),
        ("matching", "3=A", None, "expected a number from 1 to 2 before the ="),
        ("matching", "2=z", None, "expected letters from A to C"),
        ("ordering", "c a b", None, ("e3", "e1", "e2")),
        ("ordering", "BA", None, "expected each of the letters A to C once"),
        ("ordering", "A A B", None, "expected each of the letters A to C once"),
        ("cloze", "four | hot", None, {"minutes": "four", "water": "hot"}),
        ("cloze", "2=hot water", {"minutes": "4"}, {"minutes": "4", "water": "hot water"}),
        ("cloze", "four", None, "expected 2 answers with | between them"),
        ("numeric", " 80 ", None, "80"),
        ("numeric", "1.000,5", None, "1.000,5"),
        ("numeric", "eighty", None, "expected a number such as 12 or 0.5, without a unit"),
        ("essay", "second", "first", "first\nsecond"),
    ],
)
def test_a_line_typed_is_a_response_or_the_reason_why_not(
    course: Course, name: str, line: str, before: Response, expected: object
) -> None:
    item = course.items[name]
    in_order = {
        "single": "a b c",
        "multiple": "a b c d e",
        "matching": "r1 r2 r3",
        "ordering": "e1 e2 e3",
    }
    entry = sheet_entry(item, tuple(in_order.get(name, "").split()))
    if isinstance(expected, str) and " " in expected:
        with pytest.raises(WrongAnswer) as caught:
            read_line(entry, line, before)
        assert str(caught.value) == expected
    else:
        assert read_line(entry, line, before) == expected
