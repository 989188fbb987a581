"""One definition of a mark, for browser, terminal, paper and platform, in exact fractions.

`templates/quiz/scoring.js` is the twin of this file; tests/cases/scoring.json and a property test hold them together.

With c right and w wrong options, of which h and f are chosen, a rule gives this share of an item's points:

| rule | multiple response |
|---|---|
| `partial` | max(0, h/c - f/max(w, 2)) |
| `exact` | 1 if h = c and f = 0, else 0 |
| `1/w` | max(0, h/c - f/w) |
| `1/c` | max(0, h/c - f/c) |
| `any-wrong` | 0 if f > 0, else h/c |
| `no-penalty` | h/c |

Single choice and true/false earn 1 or 0 under every rule; with the floor `chance` a wrong choice among k options earns
-1/(k-1), unless a test scores every item `exact`, which is 1 or 0. Matching, categorise and cloze earn the share of
right pairs or gaps, ordering the share of elements in their absolute place; `exact` makes each of them all or nothing,
and every other rule means the share. Short answer and numeric earn 1 or 0. An essay waits for a person.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NoReturn, assert_never

from kitbag.characters import DIRECTION_CONTROLS
from kitbag.fields import LONGEST_TEXT
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

NOTHING: Final = Fraction(0)

# The spaces that are folded and trimmed: Unicode's White_Space, and U+FEFF, which editors leave at the start of a text.
# Spelt out because Python's `strip` takes U+001C and JavaScript's `trim` leaves U+0085.
_SPACE: Final = "[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
_SPACES: Final = re.compile(_SPACE)
_AROUND: Final = re.compile(rf"\A{_SPACE}|{_SPACE}\Z")

# The characters whose normal form and case are the same in every engine since Unicode 11: all but those that later
# versions gave a case, a compatibility form or a combining class, the lone surrogates, and what lies above U+FFFF apart
# from Deseret, mathematical letters, Adlam and compatibility ideographs. What stands outside is compared as typed.
_SETTLED: Final = re.compile(
    "[^\u0890-\u089f\u08ca-\u08d2\u0c3c\u0eba\u1abf-\u1aff\u1c89-\u1c8f\u1dfa\u2c2f\u2c5f\u32ff\ua7ba-\ua7f6\uab68-\uab6b"
    "\ud800-\udfff\U00010000-\U000103ff\U00010450-\U0001d3ff\U0001d800-\U0001e8ff\U0001e944-\U0002f7ff"
    "\U0002fa1e-\U0010ffff]+"
)

# The zero of each decimal system of the Basic Multilingual Plane, as of Unicode 11: Arabic-Indic, Persian, Devanagari
# and the others. Its digits follow it. NFKC has made plain digits of the full-width ones.
_ZEROS: Final = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20\u1040\u1090\u17e0\u1810"
    "\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0"
)
_DIGITS: Final = {ord(zero) + value: str(value) for zero in _ZEROS for value in range(10)}
_NOT_TYPED: Final = dict.fromkeys(map(ord, DIRECTION_CONTROLS))

_MINUS: Final = "\u2010\u2013\u2212-"
# Ample for any quantity, and short enough to be exact at no cost. U+066B and U+066C are the Arabic separators.
_DECIMAL: Final = re.compile(rf"[+{_MINUS}]?([0-9]{{1,40}}([.,\u066b][0-9]{{0,40}})?|[.,\u066b][0-9]{{1,40}})")
# Groups of three, in India of two before the last; a number in groups does not begin with 0.
_GROUPED: Final = re.compile(
    rf"[+{_MINUS}]?[1-9][0-9]{{0,2}}(?P<by>[.,\u066c '\u2019])([0-9]{{2,3}}(?P=by)){{0,12}}[0-9]{{3}}"
    rf"((?!(?P=by))[.,\u066b][0-9]{{0,40}})?"
)


class BadResponse(ValueError):
    """A response that no trainee could have given to the item: an unknown id, one given twice, the wrong shape."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a response earned."""

    marks: Fraction
    """Marks earned; 0 while a person has yet to mark it."""
    possible: Fraction
    """Marks for a fully right response."""
    attempted: bool
    """Whether anything was answered. Blank is not wrong, though it earns 0."""
    pending: bool = False
    """True where a person has yet to mark it."""


def score(item: Item, response: object, *, rule: ScoringRule | None, default: ScoringRule) -> Score:
    """Return what a response to an item earns.

    `response` has the shape that `kitbag.results.attempt.Response` lists, a list doing for a tuple. `rule` is the
    test's, which sets aside the item's own; `default` is the course's, for an item that has none. Raises `BadResponse`.
    """
    possible = Fraction(item.points)
    own = None if isinstance(item, Numeric | ShortAnswer | Essay) else item.scoring
    share = _share(item, response, rule or own or default, floored=rule is not ScoringRule.EXACT)
    if share is None:
        return Score(NOTHING, possible, attempted=False)
    if isinstance(item, Essay):
        return Score(NOTHING, possible, attempted=True, pending=True)
    return Score(share * possible, possible, attempted=True)


def passes(marks: Fraction, possible: Fraction, cut_score: int) -> bool:
    """Tell whether the marks reach `cut_score` percent of the possible marks, in exact arithmetic."""
    return marks * 100 >= possible * cut_score


def marks_text(marks: Fraction | str) -> str:
    """Return marks as people read them on every screen and paper: `8`, `8.5`, `8.33`, halves of a hundredth up.

    Only what is shown is rounded; a test is passed or failed by the exact number.
    """
    exact = Fraction(marks)
    hundredths = (200 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    whole, rest = divmod(hundredths, 100)
    digits = f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"\u2212{digits}" if exact < 0 and hundredths else digits


def marks_number(marks: Fraction | str) -> Decimal:
    """Return marks as a number for a spreadsheet, with the digits of `marks_text`."""
    return Decimal(marks_text(marks).replace("\u2212", "-"))


def fold_text(text: str) -> str:
    """Return a typed answer as it is compared: NFKC, upper case then lower case, spaces folded to one and trimmed.

    The Turkish letters, a capital I with a dot and a small i without, are compared as i, in every language.
    """
    return _SPACES.sub(" ", _SETTLED.sub(lambda stretch: _fold_stretch(stretch[0]), text)).strip(" ")


def trim(text: str) -> str:
    """Return a text without the spaces around it: those that a response may have around it on any channel."""
    return _AROUND.sub("", text)


def read_numbers(text: str) -> tuple[Fraction, ...]:
    """Return the numbers that a typed text can mean: none where it is no number, and two where it is 1,000 or 1.000.

    Digits of any decimal system count. The decimal sign is a point, a comma or U+066B. Thousands may be parted by
    points, commas, spaces, apostrophes or U+066C; where one point or comma before three digits may be either sign, both
    numbers are returned, and an answer is right if one of them is.
    """
    typed = fold_text(text.translate(_NOT_TYPED)).translate(_DIGITS)
    sign = -1 if typed[:1] in (*_MINUS,) else 1
    readings: dict[Fraction, None] = {}
    if _DECIMAL.fullmatch(typed):
        readings[sign * _decimal(typed.lstrip(f"+{_MINUS}"))] = None
    if grouped := _GROUPED.fullmatch(typed):
        readings[sign * _decimal(typed.lstrip(f"+{_MINUS}").replace(grouped["by"], ""))] = None
    return tuple(readings)


def _decimal(digits: str) -> Fraction:
    """Return the value of digits with at most one decimal sign."""
    whole, _, decimals = digits.replace(",", ".").replace("\u066b", ".").partition(".")
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def _fold_stretch(text: str) -> str:
    # The final sigma depends on its neighbours, which a stretch may not show. U+0130 becomes an i with a second dot.
    folded = unicodedata.normalize("NFKC", text).upper().lower()
    return folded.replace("\u03c2", "\u03c3").replace("i\u0307", "i")


def _share(item: Item, response: object, rule: ScoringRule, *, floored: bool) -> Fraction | None:
    """Return the share of the points earned, below zero for a floor; `None` where nothing was answered."""
    match item:
        case SingleChoice():
            ids = [option.id for option in item.options]
            chosen = _one_of(item, response, ids)
            floor = Fraction(-1, len(ids) - 1) if floored and item.floor == "chance" else NOTHING
            return None if chosen is None else Fraction(1) if chosen == item.key else floor
        case TrueFalse():
            chosen = _one_of(item, response, ["true", "false"])
            floor = Fraction(-1) if floored and item.floor == "chance" else NOTHING
            return None if chosen is None else Fraction(1) if (chosen == "true") == item.key else floor
        case MultipleResponse():
            return _choices(item, _ids(item, response, [option.id for option in item.options]), rule)
        case Matching():
            key = {premise.id: premise.match for premise in item.premises}
            return _right_places(key, _pairs(item, response, key, [choice.id for choice in item.responses]), rule)
        case Categorise():
            key = {element.id: element.category for element in item.elements}
            return _right_places(key, _pairs(item, response, key, [choice.id for choice in item.categories]), rule)
        case Ordering():
            right = [element.id for element in item.elements]
            given = _ids(item, response, right)
            if given and len(given) < len(right):
                _refuse(item, "an order names every element")
            in_place = sum(map(str.__eq__, given, right))
            return _out_of(in_place, len(right), rule) if given else None
        case Numeric():
            typed = _text(item, response)
            return None if typed is None else Fraction(_near(read_numbers(typed), item.key, item.tolerance))
        case ShortAnswer():
            text = _text(item, response)
            return None if text is None else Fraction(_accepted(text, item.accept))
        case Cloze():
            texts = _texts(item, response, [gap.id for gap in item.gaps])
            right_gaps = [gap.id in texts and _accepted(texts[gap.id], gap.accept) for gap in item.gaps]
            return _out_of(sum(right_gaps), len(item.gaps), rule) if texts else None
        case Essay():
            return None if _text(item, response) is None else NOTHING
        case _:
            assert_never(item)


def _choices(item: MultipleResponse, chosen: Sequence[str], rule: ScoringRule) -> Fraction | None:
    """Return the share that a set of chosen options earns: the table at the head of this file."""
    if not chosen:
        return None
    right = len(item.key)
    wrong = len(item.options) - right
    hits = len(set(chosen) & set(item.key))
    false_hits = len(chosen) - hits
    earned = Fraction(hits, right)
    match rule:
        case ScoringRule.PARTIAL:
            return max(NOTHING, earned - Fraction(false_hits, max(wrong, 2)))
        case ScoringRule.EXACT:
            return Fraction(hits == right and not false_hits)
        case ScoringRule.WRONG_SHARE:
            # Where no option is wrong, none can be chosen.
            return max(NOTHING, earned - Fraction(false_hits, max(wrong, 1)))
        case ScoringRule.RIGHT_SHARE:
            return max(NOTHING, earned - Fraction(false_hits, right))
        case ScoringRule.ANY_WRONG:
            return NOTHING if false_hits else earned
        case ScoringRule.NO_PENALTY:
            return earned
        case _:
            assert_never(rule)


def _right_places(key: Mapping[str, str], given: Mapping[str, str], rule: ScoringRule) -> Fraction | None:
    right = sum(given.get(place) == match for place, match in key.items())
    return _out_of(right, len(key), rule) if given else None


def _out_of(right: int, count: int, rule: ScoringRule) -> Fraction:
    return Fraction(right == count) if rule is ScoringRule.EXACT else Fraction(right, count)


def _near(numbers: Sequence[Fraction], key: Decimal, tolerance: Decimal) -> bool:
    return any(abs(number - Fraction(key)) <= Fraction(tolerance) for number in numbers)


def _accepted(text: str, accept: Sequence[str]) -> bool:
    return fold_text(text) in map(fold_text, accept)


# --- Reading a response, which may come from anyone -------------------------------------------------------------


def _one_of(item: Item, response: object, known: Sequence[str]) -> str | None:
    return None if response is None else _known(item, response, known)


def _ids(item: Item, response: object, known: Sequence[str]) -> list[str]:
    if response is None:
        return []
    if not isinstance(response, list | tuple):
        _refuse(item, "expected a list of ids")
    ids = [_known(item, entry, known) for entry in response]
    if len(set(ids)) < len(ids):
        _refuse(item, "an id is given twice")
    return ids


def _pairs(item: Item, response: object, left: Mapping[str, str], right: Sequence[str]) -> dict[str, str]:
    if response is None:
        return {}
    if not isinstance(response, Mapping):
        _refuse(item, "expected pairs of ids")
    return {_known(item, name, left): _known(item, value, right) for name, value in response.items()}


def _texts(item: Item, response: object, known: Sequence[str]) -> dict[str, str]:
    if response is None:
        return {}
    if not isinstance(response, Mapping):
        _refuse(item, "expected a text for each gap")
    texts = {_known(item, name, known): _text(item, value) for name, value in response.items()}
    return {name: text for name, text in texts.items() if text is not None}


def _text(item: Item, response: object) -> str | None:
    """Return the text; `None` where it holds nothing but spaces."""
    if response is None:
        return None
    if not isinstance(response, str):
        _refuse(item, "expected a text")
    if len(response) > LONGEST_TEXT:
        _refuse(item, f"a text is longer than {LONGEST_TEXT} characters")
    return response if _SPACES.sub("", response) else None


def _known(item: Item, name: object, known: Collection[str]) -> str:
    if not isinstance(name, str):
        _refuse(item, "expected an id")
    if name not in known:
        _refuse(item, "an id is unknown")
    return name


def _refuse(item: Item, reason: str) -> NoReturn:
    raise BadResponse(f"{item.id}: {reason}")
