"""Answers typed on a line: how each item type is answered by keyboard alone, and what an answer is told in practice.

The letters are those of the printed sheet (`kitbag.results.sheet`). Two things differ from a cell of the grid: an
ordering is typed as the letters from first to last, and `2=B` answers one line of several.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    ExpectedError,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.scoring import fold_text, read_numbers, trim
from kitbag.results.attempt import Response
from kitbag.results.sheet import (
    BETWEEN_GAPS,
    BLANK,
    Answer,
    SheetEntry,
    UnclearMark,
    WrongCell,
    gap_keyed,
    gap_parts,
    gap_word,
    letter,
    read_cell,
)

_ONE_PLACE: Final = re.compile(r"\s*([0-9]{1,2})\s*=(.*)", re.DOTALL)
_EQUALS: Final = re.compile(r"\s*=\s*")
_BETWEEN: Final = re.compile(r"[\s,;/]+")


class WrongAnswer(ValueError):
    """The line is no answer to the item; the message says why in a few words."""


def read_line(entry: SheetEntry, line: str, before: Response) -> Response:
    """Return the response after a line was typed, given the one before. Raises WrongAnswer."""
    try:
        match entry.answer:
            case Answer.NUMBER:
                if trim(line) and not read_numbers(line):
                    raise WrongAnswer("expected a number such as 12 or 0.5, without a unit")
                return trim(line) or None
            case Answer.WORDS:
                return trim(line) or None
            case Answer.ESSAY:
                return f"{before}\n{line}" if isinstance(before, str) else line
            case Answer.ORDER:
                return _order(entry, line)
            case Answer.LETTERS | Answer.GAPS:
                return _places(entry, line, before)
            case Answer.ONE if entry.choices == ("true", "false") and line.strip().lower() in (
                "t",
                "true",
                "f",
                "false",
            ):
                return "true" if line.strip().lower().startswith("t") else "false"
            case Answer.ONE | Answer.SEVERAL:
                return read_cell(entry, line)
            case _:
                assert_never(entry.answer)
    except (UnclearMark, WrongCell) as error:
        raise WrongAnswer(str(error)) from None


def written(entry: SheetEntry, response: Response) -> str:
    """Return a response as it is typed and shown: `B`, `A C`, `1=B 2=A`, words; empty where there is none."""
    letters = dict(zip(entry.choices or entry.places, _letters(entry), strict=True))
    match response:
        case None:
            return ""
        case str():
            return letters[response] if entry.answer is Answer.ONE else response
        case dict():
            shown = [(number, response[place]) for number, place in enumerate(entry.places, 1) if place in response]
            if entry.answer is Answer.GAPS:
                return f" {BETWEEN_GAPS} ".join(f"{number}={gap_keyed(word)}" for number, word in shown)
            return " ".join(f"{number}={letters[value]}" for number, value in shown)
        case _ if entry.answer is Answer.ORDER:
            return " ".join(letters[one] for one in response)
        case _:
            return " ".join(letters[one] for one in entry.choices if one in response)


def order_letters(entry: SheetEntry) -> dict[str, str]:
    """Return the letter of each element of an ordering, as shown."""
    return dict(zip(entry.places, _letters(entry), strict=True))


def feedback(item: Item, response: Response) -> list[str]:
    """Return what an author has to say to a response, as Markdown; nothing where they wrote nothing."""
    return [text for text in _feedback(item, response) if text]


def _letters(entry: SheetEntry) -> list[str]:
    return [letter(number) for number in range(len(entry.choices or entry.places))]


def _order(entry: SheetEntry, line: str) -> Response:
    names = {name: place for place, name in order_letters(entry).items()}
    given = [mark for mark in _BETWEEN.split(line.strip().upper()) if mark]
    if len(given) == 1 and len(names) <= 26:
        given = list(given[0])
    if not given:
        return None
    if sorted(given) != sorted(names):
        raise WrongAnswer(f"expected each of the letters A to {letter(len(names) - 1)} once")
    return tuple(names[one] for one in given)


def _places(entry: SheetEntry, line: str, before: Response) -> Response:
    """Read an answer to all places at once, or to those it numbers."""
    parts = gap_parts(line) if entry.answer is Answer.GAPS else _EQUALS.sub("=", line).split()
    numbered = [_ONE_PLACE.fullmatch(part) for part in parts]
    if not parts or None in numbered:
        if entry.answer is Answer.GAPS and len(entry.places) == 1:
            return {entry.places[0]: trim(line)} if trim(line) else None
        return read_cell(entry, line)
    kept = dict(before) if isinstance(before, dict) else {}
    for one in numbered:
        number, text = int(one[1] if one else 0), trim(one[2]) if one else ""
        if not 1 <= number <= len(entry.places):
            raise WrongAnswer(f"expected a number from 1 to {len(entry.places)} before the =")
        kept.pop(entry.places[number - 1], None)
        if text and text != BLANK:
            kept[entry.places[number - 1]] = _choice(entry, text) if entry.answer is Answer.LETTERS else gap_word(text)
    return kept or None


def _choice(entry: SheetEntry, text: str) -> str:
    if text.upper() not in entry.letters:
        raise WrongAnswer(f"expected letters from A to {entry.letters[-1]}")
    return entry.choices[entry.letters.index(text.upper())]


def _feedback(item: Item, response: Response) -> Iterator[str | None]:
    pairs: Mapping[str, str] = response if isinstance(response, dict) else {}
    match item:
        case SingleChoice() | MultipleResponse():
            chosen = {response} if isinstance(response, str) else set(response or ())
            yield from (option.feedback for option in item.options if option.id in chosen)
        case TrueFalse():
            yield item.feedback.true if response == "true" else item.feedback.false if response == "false" else None
        case Matching():
            yield from (one.feedback for one in item.premises if pairs.get(one.id) not in (None, one.match))
        case Categorise():
            yield from (one.feedback for one in item.elements if pairs.get(one.id) not in (None, one.category))
        case Ordering():
            yield None if response == tuple(one.id for one in item.elements) else item.feedback
        case Numeric():
            numbers = set(read_numbers(response)) if isinstance(response, str) else set()
            for mistake in item.mistakes:
                if any(numbers & {*read_numbers(one)} or _same(response, one) for one in mistake.answers):
                    yield mistake.feedback
        case ShortAnswer():
            yield from _known_errors(item.mistakes, response)
        case Cloze():
            for gap in item.gaps:
                yield from _known_errors(gap.mistakes, pairs.get(gap.id))
        case Essay():
            yield None
        case _:
            assert_never(item)


def _known_errors(mistakes: tuple[ExpectedError, ...], response: Response) -> Iterator[str]:
    for mistake in mistakes:
        if any(_same(response, one) for one in mistake.answers):
            yield mistake.feedback


def _same(response: Response, answer: str) -> bool:
    return isinstance(response, str) and fold_text(response) == fold_text(answer)
