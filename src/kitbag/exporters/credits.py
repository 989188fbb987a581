"""What each option of an item is worth on its own, read off `kitbag.questions.scoring`, which alone defines the marks.

Every rule but `exact` adds up: a response earns the sum of its options' credits, held between 0 and 1 unless a wrong
choice may cost marks. That is what QTI's mapResponse and Moodle's fractions can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from kitbag.exporters.base import Scoring
from kitbag.questions.model import MultipleResponse, ScoringRule, SingleChoice, TrueFalse
from kitbag.questions.scoring import score

AnyChoice: TypeAlias = SingleChoice | MultipleResponse | TrueFalse
"""The types answered by choosing options."""


@dataclass(frozen=True, slots=True, eq=False)
class Credits:
    """The worth of each option, as a share of the item's points. Items with the same options and key share one."""

    of: dict[str, Fraction]
    """By option id, in the order of the options."""
    floored: bool
    """True where a response never earns less than nothing."""


_MOST_KNOWN: Final = 4096
_known: dict[tuple[object, ...], Credits | None] = {}
"""Options are called a, b, c in most items, so what they are worth is worked out once."""


def option_ids(item: AnyChoice) -> tuple[str, ...]:
    """Return the ids of what can be chosen, in the author's order."""
    return ("true", "false") if isinstance(item, TrueFalse) else tuple([option.id for option in item.options])


def right_ids(item: AnyChoice) -> tuple[str, ...]:
    """Return the ids of what is to be chosen, in the author's order."""
    match item:
        case SingleChoice():
            return (item.key,)
        case TrueFalse():
            return ("true" if item.key else "false",)
        case MultipleResponse():
            return tuple(option.id for option in item.options if option.id in item.key)


def credits_of(item: AnyChoice, scoring: Scoring) -> Credits | None:
    """Return the options' credits under a rule, or None where only the exact set of options earns anything."""
    ids, right = option_ids(item), right_ids(item)
    floor = "" if isinstance(item, MultipleResponse) else item.floor
    key = (item.type, floor, scoring, right, *ids)
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = _credits(item, ids, right, scoring)
    return _known[key]


def _credits(item: AnyChoice, ids: Sequence[str], right: tuple[str, ...], scoring: Scoring) -> Credits | None:
    wrong = next((name for name in ids if name not in right), None)
    if not isinstance(item, MultipleResponse):
        cost = _share(item, wrong, scoring)
        return Credits({name: Fraction(1) if name in right else cost for name in ids}, floored=cost >= 0)
    if scoring.rule is ScoringRule.EXACT and len(right) > 1:
        return None
    # A wrong option's cost shows where it is chosen beside every right one: there no floor hides it.
    cost = _share(item, (*right, wrong), scoring) - 1 if wrong else Fraction(0)
    gain = _share(item, right[:1], scoring)
    return Credits({name: gain if name in right else cost for name in ids}, floored=True)


def nearest_credits(item: AnyChoice, scoring: Scoring) -> Credits:
    """Return the options' credits, taking `any-wrong` for `exact` where options can only add up."""
    found = credits_of(item, scoring) or credits_of(item, Scoring(ScoringRule.ANY_WRONG, of_test=True))
    assert found is not None  # noqa: S101 - any-wrong adds up
    return found


def credits_floored(item: AnyChoice, scoring: Scoring) -> bool:
    """Tell whether a response to an item never earns less than nothing."""
    return nearest_credits(item, scoring).floored


def _share(item: AnyChoice, response: object, scoring: Scoring) -> Fraction:
    earned = score(item, response, rule=scoring.rule if scoring.of_test else None, default=scoring.rule)
    return earned.marks / earned.possible
