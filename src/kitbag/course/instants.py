"""Points in time as authors write them on a timeline: `2000`, `2000-10`, `2000-10-31`, `10:05`, `2000-10-31 10:05`."""

import re
from datetime import date
from typing import Final, Literal, NamedTuple

MINUTES_A_DAY: Final = 24 * 60
_TIME: Final = r"([0-9]{1,2}):([0-9]{2})"
_WRITTEN: Final = re.compile(rf"([0-9]{{4}})(?:-([0-9]{{2}})(?:-([0-9]{{2}})(?:[T ]{_TIME})?)?)?")
_OF_ANY_DAY: Final = re.compile(_TIME)


class Instant(NamedTuple):
    """A point in time, as exactly as it is known."""

    precision: Literal["year", "month", "day", "minute"]
    day: date | None
    """The day, or the first one of its month or year; absent where it is a time of any day."""
    minutes: int = 0
    """Since midnight."""

    @property
    def position(self) -> int:
        """Where it stands on a scale in minutes. Times of day and dates have scales of their own."""
        return (self.day.toordinal() * MINUTES_A_DAY if self.day else 0) + self.minutes


def read_instant(text: str) -> Instant:
    """Return the instant that a text means. Raises ValueError where it is none."""
    if time := _OF_ANY_DAY.fullmatch(text):
        return Instant("minute", None, _minutes(*time.groups()))
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute = found.groups()
    whole = date(int(year), int(month or 1), int(day or 1))
    if hour:
        return Instant("minute", whole, _minutes(hour, minute))
    return Instant("day" if day else "month" if month else "year", whole)


def _minutes(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    # 24:00 is the end of a day (ISO 8601-1:2019/Amd 1:2022, 5.3).
    if int(minute) > 59 or minutes > MINUTES_A_DAY:
        raise ValueError(f"{hour}:{minute}")
    return minutes
