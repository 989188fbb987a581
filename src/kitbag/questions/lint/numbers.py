"""Options that are numbers or ranges of numbers."""

import re
from typing import Final, NamedTuple

INFINITE: Final = float("inf")

_DIGIT: Final = re.compile(r"\d")
_NUMBER: Final = r"(\d{1,9}(?:[.,]\d{1,6})?)"
_UNIT: Final = r"\s*([^\d\s][^\d]{0,30})?"
_DASH: Final = "[-\u2013\u2014]"
_ANY_CASE: Final = re.IGNORECASE
_TO: Final = re.compile(
    rf"^(?:(?:from )?{_NUMBER}{_UNIT}?\s*(?:{_DASH}|to|until|up to)|between {_NUMBER}{_UNIT}?\s*and)"
    rf"\s*{_NUMBER}{_UNIT}$",
    _ANY_CASE,
)
_ABOVE: Final = re.compile(
    r"^(?:(more than|over|above|greater than|longer than|later than|after|>)"
    r"|at least|not less than|no less than|from|≥|>=)"
    rf"\s*{_NUMBER}{_UNIT}$",
    _ANY_CASE,
)
_BELOW: Final = re.compile(
    r"^(?:(less than|fewer than|under|below|shorter than|before|<)|at most|up to|not more than|no more than|≤|<=)"
    rf"\s*{_NUMBER}{_UNIT}$",
    _ANY_CASE,
)
_OR_MORE: Final = re.compile(
    rf"^{_NUMBER}\s*([^\d]{{0,20}}?)\s*(?:or|and) "
    r"(?:(more|over|above|later|longer)|less|fewer|under|below|earlier)(?:\s+([^\d]{1,20}))?$",
    _ANY_CASE,
)
_ONE: Final = re.compile(rf"^{_NUMBER}{_UNIT}$")


class Interval(NamedTuple):
    """Numbers from `low` to `high`."""

    low: float
    high: float
    unit: str = ""
    low_open: bool = False
    """Whether `low` itself is left out."""
    high_open: bool = False

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
    if not _DIGIT.search(text):
        return None
    text = text.strip().rstrip(".")
    if match := _TO.match(text):
        low, high = _value(match[1] or match[3]), _value(match[5])
        return Interval(low, high, _unit(match[6] or match[2] or match[4])) if low < high else None
    if match := _ABOVE.match(text):
        return Interval(_value(match[2]), INFINITE, _unit(match[3]), low_open=bool(match[1]))
    if match := _BELOW.match(text):
        return Interval(-INFINITE, _value(match[2]), _unit(match[3]), high_open=bool(match[1]))
    if match := _OR_MORE.match(text):
        value, unit = _value(match[1]), _unit(match[2] or match[4])
        return Interval(value, INFINITE, unit) if match[3] else Interval(-INFINITE, value, unit)
    if match := _ONE.match(text):
        return Interval(_value(match[1]), _value(match[1]), _unit(match[2]))
    return None


def _value(digits: str) -> float:
    if re.fullmatch(r"\d+,\d{3}", digits):  # a comma before three digits groups thousands
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))


def _unit(unit: str | None) -> str:
    return (unit or "").strip(" .").lower().removesuffix("s")
