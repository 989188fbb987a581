"""The fractions that Moodle knows, in its XML and in GIFT: an answer is worth one of these percentages, or nothing."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from kitbag.exporters.base import Scoring
from kitbag.exporters.credits import AnyChoice, credits_of, nearest_credits
from kitbag.exporters.fidelity import Note, loss

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


def percentages(item: AnyChoice, scoring: Scoring) -> dict[str, str]:
    """Return what each option is worth, as Moodle writes it. Raises KeyError for an item that `off_grid` refuses."""
    return {name: GRID[worth] for name, worth in nearest_credits(item, scoring).of.items()}


def off_grid(item: AnyChoice, scoring: Scoring) -> Note | None:
    """Return why an item is refused: an option's worth that Moodle does not know. It is never rounded."""
    unknown = [worth for worth in nearest_credits(item, scoring).of.values() if worth not in GRID]
    return loss("off-grid", credit=unknown[0]) if unknown else None


def all_or_nothing(item: AnyChoice, scoring: Scoring) -> list[Note]:
    """Return the loss of a rule that Moodle does not have: several options that count together or not at all."""
    return [] if credits_of(item, scoring) else [loss("exact-as-any-wrong")]
