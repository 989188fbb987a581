"""Rules about a bank as a whole: what a trainee could guess from it without reading."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from kitbag.questions.lint.chance import at_least, chi_square_of, chi_square_tail, uneven
from kitbag.questions.lint.subject import Subject
from kitbag.questions.model import TrueFalse

UNLIKELY: Final = 0.01
"""What happens by chance less often than this is reported."""
FEWEST_PER_POSITION: Final = 5
"""χ² wants at least so many keys expected in each position."""


def longest_key_often(subjects: Sequence[Subject]) -> Iterator[tuple[str, str]]:
    """Find a bank in which the key is uniquely the longest option more often than chance allows (H, N).

    Gives message and hint. Under chance the key is longest in one of k items with k options.
    """
    chances, longest = [], 0
    for subject in subjects:
        if subject.key is not None and subject.wrong:
            chances.append(1 / len(subject.options))
            longest += len(subject.options[subject.key].text) > subject.longest_wrong
    if longest > sum(chances) and at_least(longest, chances) < UNLIKELY:
        by_chance = round(sum(chances))
        message = (
            f"The key is the longest option in {longest} of {len(chances)} items; chance would make it {by_chance}."
        )
        yield message, "Shorten keys, or make wrong options as full."


def key_position(subjects: Sequence[Subject]) -> Iterator[tuple[str, str]]:
    """Find a bank whose keys, as they are shown, prefer one position (χ²)."""
    counts: defaultdict[int, list[int]] = defaultdict(list)
    for subject in subjects:
        if subject.shown is not None:
            size = len(subject.options)
            counts[size] = counts[size] or [0] * size
            counts[size][subject.shown] += 1
    total, freedom = 0.0, 0
    shown = []
    for size, positions in sorted(counts.items()):
        if sum(positions) >= FEWEST_PER_POSITION * size:
            value, degrees = chi_square_of(positions)
            total, freedom = total + value, freedom + degrees
            shown.append(f"{' '.join(map(str, positions))} in {size} options")
    if freedom and chi_square_tail(total, freedom) < UNLIKELY:
        message = f"As shown, the keys prefer a position: {', '.join(shown)}."
        yield message, "Let the options be shuffled."


def true_false_balance(subjects: Sequence[Subject]) -> Iterator[tuple[str, str]]:
    """Find a bank whose true/false items are mostly true, or mostly false (binomial)."""
    keys = [subject.item.key for subject in subjects if isinstance(subject.item, TrueFalse)]
    if uneven(sum(keys), len(keys)) < UNLIKELY:
        message = f"Of {len(keys)} true/false items {sum(keys)} are true."
        yield message, "Turn some statements round."
