"""Options that are numbers or ranges of numbers."""

import re
from typing import Final, NamedTuple

INFINITE: Final = float("inf")

_NUMBER: Final = r"(\d{1,9}(?:[.,]\d{1,6})?)"
_UNIT: Final = r"\s*([^\d\s][^\d]{0,30})?"
_TO: Final = re.compile(
    rf"^(?:(?:from )?{_NUMBER}{_UNIT}?\s*(?:-|–|—|to|until|up to)|between {_NUMBER}{_UNIT}?\s*and)\s*{_NUMBER}{_UNIT}$",
    re.IGNORECASE,
)
_ABOVE: Final = re.compile(
    rf"^(?:(more than|over|above|greater than|longer than|later than|after|>)|at least|not less than|no less than|from|≥|>=)\s*{_NUMBER}{_UNIT}$",
    re.IGNORECASE,
)
_BELOW: Final = re.compile(
    rf"^(?:(less than|fewer than|under|below|shorter than|before|<)|at most|up to|not more than|no more than|≤|<=)\s*{_NUMBER}{_UNIT}$",
    re.IGNORECASE,
)
_OR_MORE: Final = re.compile(
    rf"^{_NUMBER}\s*([^\d]{{0,20}}?)\s*(?:or|and) (more|over|above|later|longer|less|fewer|under|below|earlier)(?:\s+([^\d]{{1,20}}))?$",
    re.IGNORECASE,
)
_ONE: Final = re.compile(rf"^{_NUMBER}{_UNIT}$")


class Interval(NamedTuple):
    """Numbers from `low` to `high`."""

    low: float
    high: float
    low_open: bool
    """Whether `low` itself is left out."""
    high_open: bool
    unit: str

    @property
    def is_range(self) -> bool:
        """Whether it holds more than one number."""
        return self.low != self.high

    def overlaps(self, other: "Interval") -> bool:
        """Tell whether two intervals have a number in common."""
        first, second = sorted((self, other))
        if first.low == second.low:
            return not (first.low_open and second.high == second.low) and not (
                second.low_open and first.high == first.low
            )
        return second.low < first.high or (second.low == first.high and not first.high_open and not second.low_open)


def interval_of(text: str) -> Interval | None:
    """Return the numbers an option stands for: `10 to 20 m`, `more than 5`; None where it is no such thing."""
    text = text.strip().rstrip(".")
    if match := _TO.match(text):
        low, high = _value(match[1] or match[3]), _value(match[5])
        return Interval(low, high, False, False, _unit(match[6] or match[2] or match[4])) if low < high else None  # noqa: FBT003
    if match := _ABOVE.match(text):
        return Interval(_value(match[2]), INFINITE, bool(match[1]), False, _unit(match[3]))  # noqa: FBT003
    if match := _BELOW.match(text):
        return Interval(-INFINITE, _value(match[2]), False, bool(match[1]), _unit(match[3]))  # noqa: FBT003
    if match := _OR_MORE.match(text):
        value, unit = _value(match[1]), _unit(match[2] or match[4])
        upwards = match[3].lower() in {"more", "over", "above", "later", "longer"}
        return (
            Interval(value, INFINITE, False, False, unit) if upwards else Interval(-INFINITE, value, False, False, unit)
        )
    if match := _ONE.match(text):
        value = _value(match[1])
        return Interval(value, value, False, False, _unit(match[2]))  # noqa: FBT003
    return None


def _value(digits: str) -> float:
    if re.fullmatch(r"\d+,\d{3}", digits):  # a comma before three digits groups thousands
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))


def _unit(unit: str | None) -> str:
    return (unit or "").strip(" .").lower().removesuffix("s")
