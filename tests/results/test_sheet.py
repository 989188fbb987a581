"""From a cell of the marking grid to a response, and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kitbag.course.load import load_course
from kitbag.questions.model import Cloze, Essay, Item, ScoringRule
from kitbag.questions.scoring import score, trim
from kitbag.questions.shuffle import shown_order
from kitbag.results.answering import read_line, written
from kitbag.results.sheet import (
    Answer,
    SheetEntry,
    UnclearMark,
    WrongCell,
    as_written,
    join_gaps,
    key_response,
    letter,
    read_cell,
    read_marks,
    sheet_entry,
    split_gaps,
)

COURSE = load_course(Path(__file__).parents[1] / "projects/every-item-type").course
assert COURSE is not None
ITEMS = list(COURSE.items.values())


def entry_for(answer: Answer) -> SheetEntry:
    return next(entry for entry in map(entry_of, ITEMS) if entry.answer is answer)


def entry_of(item: Item, seed: str = "seed") -> SheetEntry:
    return sheet_entry(item, shown_order(item, seed))


def test_every_way_to_answer_occurs_in_the_project() -> None:
    assert {entry_of(item).answer for item in ITEMS} == set(Answer)


@given(st.sampled_from(ITEMS), st.text(max_size=8))
def test_the_key_read_from_its_cell_earns_full_marks(item: Item, seed: str) -> None:
    entry = entry_of(item, seed)
    if isinstance(item, Essay):
        return
    response = read_cell(entry, as_written(entry, key_response(item)))
    assert response == key_response(item) or isinstance(response, tuple)
    assert COURSE is not None
    earned = score(item, response, rule=None, default=COURSE.info.scoring)
    assert earned.marks == earned.possible


@given(st.sampled_from(ITEMS))
def test_an_empty_cell_is_not_attempted(item: Item) -> None:
    entry = entry_of(item)
    assert read_cell(entry, "") is None
    assert read_cell(entry, " \u3000\u0085") is None
    if entry.answer not in (Answer.NUMBER, Answer.WORDS):
        assert read_cell(entry, "-") is None
        assert read_cell(entry, " - | - " if entry.answer is Answer.GAPS else " - - ") is None


@given(st.sampled_from(["-", "|", "\\", "\x1c", "\x1f 12", " - ", "\u0085-", "1,000", "\u0661"]) | st.text(max_size=8))
def test_words_and_numbers_mean_the_same_on_paper_and_on_the_screen(text: str) -> None:
    for answer in (Answer.WORDS, Answer.NUMBER):
        entry = entry_for(answer)
        keyed = read_cell(entry, as_written(entry, text))
        on_paper = score(entry.item, keyed, rule=None, default=ScoringRule.PARTIAL)
        assert on_paper == score(entry.item, text, rule=None, default=ScoringRule.PARTIAL)
        assert keyed in (None, trim(text))


@given(
    st.lists(
        st.sampled_from(["-", "|", "\\", "\\-", "a|b", "a\\", "", "\x1c"]) | st.text(max_size=6), min_size=2, max_size=2
    )
)
def test_any_words_of_gaps_can_be_keyed(words: list[str]) -> None:
    assert split_gaps(join_gaps(words)) == [trim(word) for word in words]
    entry = entry_for(Answer.GAPS)
    response = {place: trim(word) for place, word in zip(entry.places, words, strict=True) if trim(word)}
    assert read_cell(entry, as_written(entry, response)) == (response or None)
    assert read_line(entry, written(entry, response), None) == (response or None)


def test_what_is_keyed_for_a_bar_and_a_hyphen() -> None:
    entry = entry_for(Answer.GAPS)
    response = dict(zip(entry.places, ("-", "a|b"), strict=True))
    assert as_written(entry, response) == r"\- | a\|b"
    assert read_cell(entry, r"- | a\b") == {entry.places[1]: r"a\b"}


def test_a_single_gap_holds_anything() -> None:
    gap = {"id": "g", "accept": ["-", "a|b"]}
    item = TypeAdapter(Cloze).validate_python(
        {
            "id": "one", "type": "cloze", "stem": "Fill the gap.", "text": "[[g]]", "gaps": [gap], "rationale": ".",
            "objective": "1.1", "level": "remember", "use": "test", "uncited": "A test.",
        }
    )  # fmt: skip
    entry = entry_of(item)
    for text in ("-", "a|b", "\\|"):
        assert as_written(entry, {"g": text}) == text
        assert read_cell(entry, text) == {"g": text}


@pytest.mark.parametrize(("number", "expected"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_letters_go_on_after_z(number: int, expected: str) -> None:
    assert letter(number) == expected


def test_one_choice_is_read_in_either_case() -> None:
    entry = entry_for(Answer.ONE)
    assert read_cell(entry, " b ") == entry.choices[1]


def test_two_ticks_where_one_may_be_cannot_count() -> None:
    with pytest.raises(UnclearMark, match="2 choices are marked where one may be"):
        read_cell(entry_for(Answer.ONE), "AB")


@pytest.mark.parametrize("cell", ["AC", "CA", "a, c", "A C", "A+C", "AAC"])
def test_several_choices_are_read_however_they_are_set_apart(cell: str) -> None:
    entry = entry_for(Answer.SEVERAL)
    assert read_cell(entry, cell) == (entry.choices[0], entry.choices[2])


@pytest.mark.parametrize("cell", ["Z", "1", "?", "A1"])
def test_what_is_no_choice_is_refused_with_the_letters_there_are(cell: str) -> None:
    entry = entry_for(Answer.ONE)
    with pytest.raises(WrongCell, match=f"expected letters from A to {entry.letters[-1]}"):
        read_cell(entry, cell)


def test_a_place_left_empty_is_absent_from_the_pairs() -> None:
    entry = entry_for(Answer.LETTERS)
    blank = " ".join(["A", *["-"] * (len(entry.places) - 1)])
    assert read_cell(entry, blank) == {entry.places[0]: entry.choices[0]}


def test_ranks_make_an_order() -> None:
    entry = entry_for(Answer.ORDER)
    count = len(entry.places)
    ranks = [str(count - place) for place in range(count)]
    assert read_cell(entry, " ".join(ranks)) == tuple(reversed(entry.places))
    assert read_cell(entry, "".join(ranks)) == tuple(reversed(entry.places))


def test_an_order_with_a_gap_or_a_rank_twice_cannot_count() -> None:
    entry = entry_for(Answer.ORDER)
    rest = [str(rank) for rank in range(3, len(entry.places) + 1)]
    with pytest.raises(UnclearMark, match="one number stands on two lines"):
        read_cell(entry, " ".join(["1", "1", *rest]))
    with pytest.raises(UnclearMark, match="a line has no number"):
        read_cell(entry, " ".join(["1", "-", *rest]))


def test_a_rank_that_is_no_place_is_a_mistake_in_keying_in() -> None:
    entry = entry_for(Answer.ORDER)
    with pytest.raises(WrongCell, match=f"expected the numbers 1 to {len(entry.places)}"):
        read_cell(entry, " ".join(["9" * 2, *["1"] * (len(entry.places) - 1)]))


def test_the_words_of_gaps_stand_between_bars() -> None:
    entry = entry_for(Answer.GAPS)
    words = [f"word {number}" for number, _ in enumerate(entry.places)]
    assert read_cell(entry, "|".join(words)) == dict(zip(entry.places, words, strict=True))
    with pytest.raises(WrongCell, match=rf"^expected {len(entry.places)} answers with \| between them$"):
        read_cell(entry, words[0])
    with pytest.raises(WrongCell, match=r"between them; write \\\| for one within an answer$"):
        read_cell(entry, "|".join([*words, "one more"]))


def test_an_essay_takes_the_marks_a_person_gave() -> None:
    entry = entry_for(Answer.ESSAY)
    assert read_marks(entry, " 1 ") == 1
    assert read_marks(entry, "-") is None
    for cell in (str(entry.item.points + 1), "1.5", "good"):
        with pytest.raises(WrongCell, match=f"expected marks from 0 to {entry.item.points}"):
            read_marks(entry, cell)
