"""When something happened, in the words of the course's language, and the scale on which a timeline shows it."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from kitbag.course.blocks import Moment
from kitbag.course.instants import MINUTES_A_DAY, Instant
from kitbag.rendering.catalogue import Catalogue

_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
_DAYS: Final = (1, 2, 7, 14)
_MONTHS: Final = (1, 2, 3, 6)
_YEARS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)
_MOST_TICKS: Final = 40
"""More of them do not fit on any page."""


class Tick(NamedTuple):
    """A mark on the scale."""

    position: int
    """In minutes, as an instant's."""
    label: str


def when_of(moment: Moment, catalogue: Catalogue) -> str:
    """Return when a moment was: in the author's words, or else its date and time in the course's language."""
    return moment.when or label_of(moment.instant, catalogue)


def label_of(instant: Instant, catalogue: Catalogue) -> str:
    """Return a date, a time of day or both in the course's language: `11 July 2024, 10:05`."""
    time = _time(instant.minutes, catalogue)
    if instant.day is None:
        return time
    match instant.precision:
        case "year":
            return str(instant.day.year)
        case "month":
            return _month(instant.day, catalogue)
        case "day":
            return catalogue.day(instant.day)
        case "minute":
            return catalogue.text("common.day_and_time", day=catalogue.day(instant.day), time=time)


def ticks(first: Instant, last: Instant, fits: Callable[[list[Tick]], bool], catalogue: Catalogue) -> list[Tick]:
    """Return round points between two instants, as close together as fits, or else the two."""
    for some in _scales(first, last, catalogue):
        if len(some) > 1 and fits(some):
            return some
    return [Tick(end.position, label_of(end, catalogue)) for end in (first, last)]


def _scales(first: Instant, last: Instant, catalogue: Catalogue) -> Iterator[list[Tick]]:
    """Give scales from the finest to the coarsest."""
    start, end = first.position, last.position
    for step in _MINUTES:
        if end - start <= step * _MOST_TICKS:
            at = range(-(-start // step) * step, end + 1, step)
            yield [Tick(position, _time_or_day(position, first, catalogue)) for position in at]
    if first.day is None or last.day is None:
        return
    for step in _DAYS:
        if end - start <= step * MINUTES_A_DAY * _MOST_TICKS:
            days = range(-(-start // MINUTES_A_DAY), end // MINUTES_A_DAY + 1, step)
            yield [Tick(day * MINUTES_A_DAY, _day(date.fromordinal(day), catalogue)) for day in days]
    for step in _MONTHS:
        if end - start <= step * 31 * MINUTES_A_DAY * _MOST_TICKS:
            yield [
                Tick(month.toordinal() * MINUTES_A_DAY, _month(month, catalogue))
                for month in _months(first.day, last.day, step)
                if start <= month.toordinal() * MINUTES_A_DAY <= end
            ]
    for step in _YEARS:
        years = range(-(-first.day.year // step) * step, last.day.year + 1, step)
        yield [
            Tick(position, str(year))
            for year in years
            if year and start <= (position := date(year, 1, 1).toordinal() * MINUTES_A_DAY) <= end
        ]


def _months(first: date, last: date, step: int) -> Iterator[date]:
    for number in range(first.year * 12, last.year * 12 + 12, step):
        yield date(number // 12, number % 12 + 1, 1)


def _time_or_day(position: int, first: Instant, catalogue: Catalogue) -> str:
    """Return the time of a position, or at midnight between two days which one begins."""
    day, minutes = divmod(position, MINUTES_A_DAY)
    if first.day is None:
        return _time(position, catalogue)
    return _time(minutes, catalogue) if minutes else _day(date.fromordinal(day), catalogue)


def _time(minutes: int, catalogue: Catalogue) -> str:
    return catalogue.text("common.time", hour=f"{minutes // 60:02}", minute=f"{minutes % 60:02}")


def _day(day: date, catalogue: Catalogue) -> str:
    return catalogue.text("common.day_of_year", day=day.day, month=_name(day, catalogue))


def _month(day: date, catalogue: Catalogue) -> str:
    return catalogue.text("common.month_of_year", month=_name(day, catalogue), year=f"{day.year:04}")


def _name(day: date, catalogue: Catalogue) -> str:
    return catalogue.text(f"common.months.{day.month:02}")


def far_enough(some: list[Tick], widths: list[float], unit: float) -> bool:
    """Tell whether labels of these widths stand clear of each other where a minute takes `unit` of the width."""
    pairs = zip(pairwise(some), pairwise(widths), strict=True)
    return all((b.position - a.position) * unit >= (left + right) / 2 + 10 for (a, b), (left, right) in pairs)
