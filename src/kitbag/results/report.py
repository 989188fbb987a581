"""What came of a course's tests: who passed, failed or is missing, and how each objective and item fared."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from kitbag.course.model import Course
from kitbag.questions.blueprint import Assessment
from kitbag.results.roster import same_person
from kitbag.results.store import ItemTotal, Store, Taken

FEW: Final = 30
"""Below so many attempts a statistic says more about chance than about the group, and "too few" is shown instead."""


class Standing(StrEnum):
    """Where somebody stands with a test."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    """An essay waits for marks that may decide."""
    TAKEN = "taken"
    """A pre-test, which nobody passes or fails."""
    MISSING = "missing"


@dataclass(frozen=True)
class Sitting:
    """One person and one test."""

    person: str
    """As first written; empty for a record without a name."""
    test: Assessment
    attempts: tuple[Taken, ...]
    """In the order handed in; empty where the person is missing."""
    standing: Standing
    on_roster: bool
    """True, too, where there is no roster."""

    @property
    def name(self) -> str:
        """The person, or the record's id where no name was written."""
        return self.person or self.attempts[0].id[:8]

    @property
    def too_many(self) -> bool:
        """Whether there are more attempts than the course allows, or one twice."""
        numbers = [taken.number for taken in self.attempts]
        return len(set(numbers)) < len(numbers) or max(numbers, default=0) > self.test.attempts

    @property
    def best(self) -> Taken | None:
        """The attempt that counts: the first that passed, else the one with the most marks."""
        passed = [taken for taken in self.attempts if taken.passed]
        return passed[0] if passed else max(self.attempts, key=share_of, default=None)


@dataclass(frozen=True)
class Tally:
    """What attempts earned at one objective or item of a test."""

    test: str
    name: str
    """The objective's or item's id."""
    shown: int
    """Answers that were asked for: of an objective, over all its items."""
    attempted: int
    right: int
    marks: Fraction
    possible: Fraction

    @property
    def share(self) -> Fraction:
        """Marks earned of marks possible; an item's difficulty p."""
        return self.marks / self.possible if self.possible else Fraction(0)


@dataclass(frozen=True)
class Pair:
    """Somebody's pre-test and final test."""

    name: str
    before: Fraction
    """Share of the marks in the first attempt at the pre-test."""
    after: Fraction
    """Share of the marks in the last attempt at the final test."""


@dataclass(frozen=True)
class Gain:
    """What a group gained between pre-test and final test."""

    hake: Fraction | None
    """Normalised gain of the class means (Hake): (post - pre) / (1 - pre)."""
    bao: Fraction | None
    """Mean of each person's normalised gain (Bao 2006), those apart who had everything right before."""


@dataclass(frozen=True)
class Report:
    """Everything a report shows."""

    course: Course
    sittings: tuple[Sitting, ...]
    objectives: tuple[Tally, ...]
    items: tuple[Tally, ...]
    pairs: tuple[Pair, ...]
    waiting: tuple[tuple[str, str], ...]
    """Id and edition of records that wait for their edition."""

    def of(self, test: Assessment, standing: Standing) -> int:
        """Return how many people stand so with a test."""
        return sum(one.test.id == test.id and one.standing is standing for one in self.sittings)

    def spread(self, test: Assessment) -> tuple[int, ...]:
        """Return how many people scored 0 to 9 %, 10 to 19 % and so on to 90 to 100 %, in the attempt that counts."""
        best = [one.best for one in self.sittings if one.test.id == test.id and one.best]
        tenths = Counter(min(9, max(0, int(share_of(taken) * 10 // 1))) for taken in best)
        return tuple(tenths[tenth] for tenth in range(10))

    @property
    def gain(self) -> Gain | None:
        """What the group gained; None where there are too few pairs to say."""
        if len(self.pairs) < FEW:
            return None
        before = Fraction(sum(pair.before for pair in self.pairs), len(self.pairs))
        after = Fraction(sum(pair.after for pair in self.pairs), len(self.pairs))
        each = [(pair.after - pair.before) / (1 - pair.before) for pair in self.pairs if pair.before < 1]
        hake = (after - before) / (1 - before) if before < 1 else None
        return Gain(hake, Fraction(sum(each), len(each)) if each else None)


def share_of(taken: Taken) -> Fraction:
    """Return the share of the marks that an attempt earned."""
    return taken.marks / taken.possible if taken.possible else Fraction(0)


def report(course: Course, store: Store, *, roster: Sequence[str] | None = None) -> Report:
    """Return the report over all attempts that count; with a roster it also tells who is missing."""
    taken: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for one in store.attempts():
        # Nobody knows whether two records without a name are of one person, so each stands alone.
        taken[one.test, same_person(one.person) or one.id].append(one)
    tests = {test.id: test for test in course.info.tests}
    # Nobody is missing from a test that was never given.
    given = [test for test in tests.values() if any(of == test.id for of, _ in taken)]
    sittings = [sitting for test in given for sitting in _sittings(test, _of_test(taken, test.id), roster)]
    totals = [total for total in store.item_totals() if total.test in tests]
    return Report(
        course=course,
        sittings=tuple(sittings),
        objectives=_tallies(course, totals),
        items=tuple(_tally(total.test, total.item, [total]) for total in totals),
        pairs=tuple(_pairs(course.info.tests, taken)),
        waiting=tuple(store.waiting()),
    )


def _of_test(taken: Mapping[tuple[str, str], list[Taken]], test: str) -> dict[str, list[Taken]]:
    return {person: attempts for (of, person), attempts in taken.items() if of == test}


def _sittings(test: Assessment, taken: dict[str, list[Taken]], roster: Sequence[str] | None) -> Iterable[Sitting]:
    """Give the people of the roster in its order, then everybody else by name."""
    for name in roster or ():
        attempts = taken.pop(same_person(name), [])
        yield Sitting(name, test, tuple(attempts), _standing(test, attempts), on_roster=True)
    for _, attempts in sorted(taken.items()):
        standing = _standing(test, attempts)
        yield Sitting(attempts[0].person, test, tuple(attempts), standing, on_roster=roster is None)


def _standing(test: Assessment, attempts: Sequence[Taken]) -> Standing:
    if not attempts:
        return Standing.MISSING
    if test.purpose == "pretest":
        return Standing.TAKEN
    if any(taken.passed for taken in attempts):
        return Standing.PASSED
    return Standing.PENDING if any(taken.passed is None for taken in attempts) else Standing.FAILED


def _tallies(course: Course, totals: Sequence[ItemTotal]) -> tuple[Tally, ...]:
    by_objective: dict[tuple[str, str], list[ItemTotal]] = defaultdict(list)
    for total in totals:
        by_objective[total.test, total.objective].append(total)
    place = {name: number for number, name in enumerate(course.objectives)}
    order = {test.id: number for number, test in enumerate(course.info.tests)}
    keys = sorted(by_objective, key=lambda key: (order[key[0]], place.get(key[1], len(place)), key[1]))
    return tuple(_tally(*key, by_objective[key]) for key in keys)


def _tally(test: str, name: str, totals: Sequence[ItemTotal]) -> Tally:
    return Tally(
        test=test,
        name=name,
        shown=sum(total.shown for total in totals),
        attempted=sum(total.attempted for total in totals),
        right=sum(total.right for total in totals),
        marks=sum((total.marks for total in totals), Fraction(0)),
        possible=sum((total.possible for total in totals), Fraction(0)),
    )


def _pairs(tests: Sequence[Assessment], taken: Mapping[tuple[str, str], list[Taken]]) -> Iterable[Pair]:
    before = next((test.id for test in tests if test.purpose == "pretest"), None)
    after = next((test.id for test in reversed(tests) if test.purpose == "final"), None)
    for (test, person), attempts in sorted(taken.items()):
        later = [one for one in taken.get((after or "", person), ()) if not one.pending]
        earlier = [one for one in attempts if not one.pending]
        if test == before and attempts[0].person and earlier and later:
            yield Pair(attempts[0].person, share_of(earlier[0]), share_of(later[-1]))
