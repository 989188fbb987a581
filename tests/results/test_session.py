"""A sitting that was left goes on as it was, or is put aside: one that was tampered with brings nothing down."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kitbag.course.load import load_course
from kitbag.results.session import LARGEST, Sitting, State, Step, begin, resumed
from kitbag.results.sittings import Desk, open_quiz

TEA = Path(__file__).parents[1] / "projects/every-item-type"
WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAME = "0b5c7c6e-6f1e-4a43-9a3e-6f2f3c1d7e10"


@pytest.fixture
def sitting(tmp_path: Path) -> Sitting:
    course = load_course(TEA).course
    assert course is not None
    quiz, _ = open_quiz(Desk(course, tmp_path, "final", "Ada"), form=None, seed="s")
    return begin(quiz, name=NAME, person="Ada", limit=600, now=WHEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"place": 99},
        {"steps": (Step(place=99, response=None, flagged=False),)},
        {"steps": (Step(place=0, response={"no": "option"}, flagged=False),)},
        {"started": datetime.max.replace(tzinfo=UTC), "seen": datetime.max.replace(tzinfo=UTC)},
        {"form": "7KQX-3M2R"},
        {"edition": "another"},
    ],
    ids=str,
)
def test_what_cannot_go_on_is_not_gone_on_with(sitting: Sitting, changes: dict[str, Any]) -> None:
    assert resumed(sitting.quiz, sitting.state)
    assert resumed(sitting.quiz, sitting.state.model_copy(update=changes)) is None


def test_an_id_that_would_lead_out_of_the_folder_is_none(sitting: Sitting) -> None:
    text = sitting.state.model_dump_json(by_alias=True)
    with pytest.raises(ValidationError, match="id\n  String should match pattern"):
        State.model_validate_json(text.replace(NAME, "../../.."))


def test_a_clock_that_was_set_after_the_sitting_began_breaks_nothing(sitting: Sitting) -> None:
    """A machine with an empty battery begins in 1970, and learns the time later."""
    begun = begin(sitting.quiz, name=NAME, person="Ada", limit=None, now=datetime(1970, 1, 1, tzinfo=UTC))
    after = begun.flagged(WHEN).flagged(WHEN + timedelta(seconds=5))
    assert after.answer.seconds == LARGEST
    assert State.model_validate_json(after.state.model_dump_json(by_alias=True)) == after.state
    assert after.handed_in(WHEN).attempt().items[0].seconds == LARGEST
