"""What the quick search finds keeps to the rows; it finds nothing where there is nothing, and the same every time."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kitbag.questions.search import found_quickly
from kitbag.questions.solver import ANY, Row

COLUMNS = 8


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Draw rows over eight columns: exactly so many, at least so many, at most so many."""
    columns = st.lists(st.integers(0, COLUMNS - 1), min_size=1, max_size=COLUMNS, unique=True).map(tuple)
    counts = st.integers(0, 4).flatmap(lambda low: st.tuples(st.just(low), st.sampled_from((low, low + 1, ANY))))
    return [Row(draw(columns), *draw(counts)) for _ in range(draw(st.integers(0, 10)))]


@given(rows())
def test_in_a_small_problem_it_finds_a_choice_just_if_there_is_one(asked: list[Row]) -> None:
    every = (frozenset(n for n, bit in enumerate(bits) if bit) for bits in product((0, 1), repeat=COLUMNS))
    wanted = {chosen for chosen in every if all(row.holds(chosen) for row in asked)}
    found = found_quickly(COLUMNS, asked)
    assert found in wanted if wanted else found is None
    assert found == found_quickly(COLUMNS, asked)


def test_it_turns_back_from_dead_ends() -> None:
    # Eight queens: one in each row and column of the board, at most one on each diagonal.
    lines = [[[8 * n + m for m in range(8)], [8 * m + n for m in range(8)]] for n in range(8)]
    asked = [Row(tuple(line), 1, 1) for pair in lines for line in pair]
    for step in (-1, 1):
        for start in range(-7, 15):
            diagonal = tuple(8 * n + start + step * n for n in range(8) if 0 <= start + step * n < 8)
            asked.append(Row(diagonal, 0, 1))
    found = found_quickly(64, asked)
    assert found is not None
    assert len(found) == 8
    assert all(row.holds(found) for row in asked)


def test_it_gives_up_where_a_proof_would_take_long() -> None:
    # Ten pigeons in nine holes.
    pigeons = [Row(tuple(9 * pigeon + hole for hole in range(9)), 1, 1) for pigeon in range(10)]
    holes = [Row(tuple(9 * pigeon + hole for pigeon in range(10)), 0, 1) for hole in range(9)]
    assert found_quickly(90, [*pigeons, *holes]) is None
