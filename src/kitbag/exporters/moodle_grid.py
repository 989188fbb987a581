"""What Moodle XML and GIFT share, since Moodle reads both: the fractions it knows, and how it shows plain words.

An answer is worth one of these percentages, or nothing.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Final

from kitbag.exporters.base import Scoring
from kitbag.exporters.credits import AnyChoice, Credits, credits_of, nearest_credits
from kitbag.exporters.fidelity import Note, Rung, change, loss
from kitbag.exporters.texts import words
from kitbag.questions.model import TrueFalse

_PERCENTAGES: Final = (
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667",
    "14.28571", "12.5", "11.11111", "10", "5",
)  # fmt: skip
_EXACT: Final = [Fraction(n, d) for n, d in (
    (1, 1), (9, 10), (5, 6), (4, 5), (3, 4), (7, 10), (2, 3), (3, 5), (1, 2), (2, 5), (1, 3), (3, 10), (1, 4), (1, 5),
    (1, 6), (1, 7), (1, 8), (1, 9), (1, 10), (1, 20),
)]  # fmt: skip

GRID: Final[Mapping[Fraction, str]] = {
    Fraction(0): "0",
    **dict(zip(_EXACT, _PERCENTAGES, strict=True)),
    **{-exact: f"-{text}" for exact, text in zip(_EXACT, _PERCENTAGES, strict=True)},
}
"""The percentage as Moodle writes it, by the exact share it stands for."""


def percentages(item: AnyChoice, scoring: Scoring) -> Mapping[str, str]:
    """Return what each option is worth, as Moodle writes it. Raises KeyError for one that `weigh_choice` refuses."""
    return _percentages(nearest_credits(item, scoring))


@lru_cache(maxsize=4096)
def _percentages(worth_of: Credits) -> Mapping[str, str]:
    return {name: GRID[worth] for name, worth in worth_of.of.items()}


def shown_words(text: str) -> str:
    """Return what a premise goes with, as a line. Moodle shows it after taking out what looks like a tag."""
    return escape(words(text), quote=False)


def weigh_choice(item: AnyChoice, scoring: Scoring, native: Rung) -> tuple[Rung, list[Note]]:
    """Return how Moodle carries a choice item, and what of it is told or lost.

    An option's worth that Moodle does not know is never rounded: the item is refused. Several options that count
    together or not at all are a rule that Moodle does not have, and its true/false type never takes marks off.
    """
    worth_of = nearest_credits(item, scoring)
    try:
        _percentages(worth_of)
    except KeyError as unknown:
        return Rung.REFUSED, [loss("off-grid", credit=unknown.args[0])]
    notes = [] if credits_of(item, scoring) else [loss("exact-as-any-wrong")]
    if isinstance(item, TrueFalse) and not worth_of.floored:
        return Rung.EQUIVALENT, [*notes, change("true-false-as-choice")]
    return native, notes
