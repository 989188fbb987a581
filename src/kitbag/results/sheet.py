"""How each item is answered on paper: letters to tick or write, numbers, words; and how those become a response.

The question paper, the answer sheet, the key and the marking grid all go by this one description, so that a letter
means the same option everywhere. Nothing here depends on what the right answer is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.scoring import trim
from kitbag.results.attempt import Response

LATIN: Final = 26
"""Letters in the alphabet; more choices than this take two letters each, and spaces between them."""
BETWEEN_GAPS: Final = "|"
"""Stands between the words of a cloze in one cell of the grid."""
BLANK: Final = "-"
"""Stands in a cell for one place that was left empty among others that were not."""
LITERAL: Final = "\\"
"""Before a sign of its own (these two, and itself) in a cell of several gaps, it says that the sign was written."""
ON_PAPER: Final = "(on paper)"
"""The response recorded for an essay, whose words stay on paper."""


class Answer(StrEnum):
    """What the trainee does with the pen."""

    ONE = "one"
    """Fill one bubble."""
    SEVERAL = "several"
    """Fill any number of bubbles."""
    LETTERS = "letters"
    """Write a letter for each place (matching, categorise)."""
    ORDER = "order"
    """Write a number for each place: its rank."""
    NUMBER = "number"
    """Write one number."""
    WORDS = "words"
    """Write a few words."""
    GAPS = "gaps"
    """Write a few words for each place (cloze)."""
    ESSAY = "essay"
    """Write at length."""


@dataclass(frozen=True)
class SheetEntry:
    """One item on an answer sheet."""

    item: Item
    answer: Answer
    choices: tuple[str, ...] = ()
    """Ids of what can be chosen, in printed order: the first is A."""
    places: tuple[str, ...] = ()
    """Ids of what waits for a letter, a number or words, in printed order: the first is 1."""
    order: tuple[str, ...] = ()
    """What was shuffled, as shown: the form's own order, which the attempt record keeps."""

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of the choices."""
        return tuple(letter(number) for number in range(len(self.choices)))


class UnclearMark(ValueError):
    """What the trainee marked cannot count: two ticks where one may be, one rank given twice. It earns nothing."""


class WrongCell(ValueError):
    """A cell of the grid that cannot come from the sheet: a mistake in keying it in."""


def letter(number: int) -> str:
    """Return A for 0, Z for 25, AA for 26, and so on."""
    return (letter(number // LATIN - 1) if number >= LATIN else "") + chr(ord("A") + number % LATIN)


def sheet_entry(item: Item, order: tuple[str, ...]) -> SheetEntry:
    """Return how an item is answered on paper; `order` holds the ids as the form shows them (see `shown_order`)."""
    match item:
        case SingleChoice():
            return SheetEntry(item, Answer.ONE, choices=order, order=order)
        case MultipleResponse():
            return SheetEntry(item, Answer.SEVERAL, choices=order, order=order)
        case TrueFalse():
            return SheetEntry(item, Answer.ONE, choices=("true", "false"))
        case Matching():
            return SheetEntry(item, Answer.LETTERS, order, tuple(premise.id for premise in item.premises), order)
        case Categorise():
            return SheetEntry(item, Answer.LETTERS, tuple(category.id for category in item.categories), order, order)
        case Ordering():
            return SheetEntry(item, Answer.ORDER, places=order, order=order)
        case Numeric():
            return SheetEntry(item, Answer.NUMBER)
        case ShortAnswer():
            return SheetEntry(item, Answer.WORDS)
        case Cloze():
            return SheetEntry(item, Answer.GAPS, places=tuple(gap.id for gap in item.gaps))
        case Essay():
            return SheetEntry(item, Answer.ESSAY)
        case _:
            assert_never(item)


def key_response(item: Item) -> Response:
    """Return the response that earns full marks; `None` for an essay, which has none."""
    match item:
        case SingleChoice() | MultipleResponse():
            return item.key
        case TrueFalse():
            return "true" if item.key else "false"
        case Matching():
            return {premise.id: premise.match for premise in item.premises}
        case Categorise():
            return {element.id: element.category for element in item.elements}
        case Ordering():
            return tuple(element.id for element in item.elements)
        case Numeric():
            return str(item.key)
        case ShortAnswer():
            return item.accept[0]
        case Cloze():
            return {gap.id: gap.accept[0] for gap in item.gaps}
        case Essay():
            return None
        case _:
            assert_never(item)


# --- One cell of the marking grid --------------------------------------------------------------------------------


def as_written(entry: SheetEntry, response: Response) -> str:
    """Return a response as it stands on the sheet and in a cell of the grid: `B`, `AC`, `C A`, `2 1 3`, words."""
    if response is None:
        return ""
    letters = dict(zip(entry.choices, entry.letters, strict=True))
    if isinstance(response, dict):
        if entry.answer is Answer.GAPS:
            return join_gaps([response.get(place, "") for place in entry.places])
        return " ".join(letters[response[place]] if place in response else BLANK for place in entry.places)
    if isinstance(response, str):
        return letters[response] if entry.answer is Answer.ONE else response
    if entry.answer is Answer.ORDER:
        ranks = {place: str(rank) for rank, place in enumerate(response, 1)}
        return " ".join(ranks[place] for place in entry.places)
    chosen = [letters[choice] for choice in entry.choices if choice in response]
    return ("" if len(letters) <= LATIN else " ").join(chosen)


def read_cell(entry: SheetEntry, cell: str) -> Response:
    """Return the response that a cell of the grid stands for; `None` where nothing was answered.

    An essay's cell holds the marks a person gave, not a response: `read_marks` reads it.

    Raises:
        UnclearMark: the trainee's marks cannot count.
        WrongCell: the cell cannot come from this sheet; the message says what it can hold.
    """
    cell = trim(cell)
    typed = entry.answer in (Answer.NUMBER, Answer.WORDS, Answer.GAPS)
    if not cell or (not typed and not cell.strip(f"{BLANK}{BETWEEN_GAPS} ")):
        return None
    match entry.answer:
        case Answer.ONE:
            chosen = _chosen(entry, cell)
            if len(chosen) > 1:
                raise UnclearMark(f"{len(chosen)} choices are marked where one may be")
            return chosen[0] if chosen else None
        case Answer.SEVERAL:
            chosen = _chosen(entry, cell)
            return tuple(choice for choice in entry.choices if choice in chosen) or None
        case Answer.LETTERS:
            marks = _marks(entry, cell)
            pairs = zip(entry.places, marks, strict=True)
            return {place: _choice(entry, mark) for place, mark in pairs if mark != BLANK}
        case Answer.ORDER:
            return _order(entry, cell)
        case Answer.NUMBER | Answer.WORDS:
            return cell
        case Answer.GAPS:
            if cell == BLANK and len(entry.places) > 1:
                return None
            words = split_gaps(cell) if len(entry.places) > 1 else [cell]
            if len(words) != len(entry.places):
                held = (
                    f"; write {LITERAL}{BETWEEN_GAPS} for one within an answer"
                    if len(words) > len(entry.places)
                    else ""
                )
                raise WrongCell(f"expected {len(entry.places)} answers with {BETWEEN_GAPS} between them{held}")
            return {place: word for place, word in zip(entry.places, words, strict=True) if word} or None
        case Answer.ESSAY:
            return ON_PAPER
        case _:
            assert_never(entry.answer)


def split_gaps(cell: str) -> list[str]:
    """Return the answers of a cell with several gaps; a gap that was left empty gives an empty text."""
    return [gap_word(part) for part in gap_parts(cell)]


def gap_parts(cell: str) -> list[str]:
    """Return the parts between the signs that part gaps, each as it was keyed."""
    parts = [""]
    for piece in re.findall(r"\\.|[^\\]", cell + " ", re.DOTALL):
        if piece == BETWEEN_GAPS:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def gap_word(part: str) -> str:
    """Return the answer that one part stands for; empty for a gap that was left empty."""
    word = trim(part)
    return "" if word == BLANK else re.sub(r"\\([\\|-])", r"\1", word)


def join_gaps(words: Sequence[str]) -> str:
    """Return the cell that stands for these answers; the inverse of `split_gaps`, apart from spaces around them."""
    if len(words) == 1:
        return trim(words[0])
    return trim(f" {BETWEEN_GAPS} ".join(gap_keyed(word) for word in words))


def gap_keyed(word: str) -> str:
    """Return an answer as it is keyed among others: what would be taken for a sign gets a backslash before it."""
    word = trim(word)
    return LITERAL + word if word == BLANK else re.sub(r"[\\|]", r"\\\g<0>", word)


def read_marks(entry: SheetEntry, cell: str) -> int | None:
    """Return the marks that a person gave an essay; `None` where it was not attempted or not yet marked.

    Raises WrongCell where they are no whole number from 0 to the item's points.
    """
    cell = trim(cell)
    if cell in ("", BLANK):
        return None
    if re.fullmatch("[0-9]{1,3}", cell) is None or int(cell) > entry.item.points:
        raise WrongCell(f"expected marks from 0 to {entry.item.points}")
    return int(cell)


def _chosen(entry: SheetEntry, cell: str) -> list[str]:
    marks = re.findall("[A-Z]" if len(entry.choices) <= LATIN else "[A-Z]+", cell.upper())
    if re.sub(r"[A-Z\s,;.+/]", "", cell.upper()):
        raise WrongCell(f"expected {_range(entry)}")
    return list(dict.fromkeys(_choice(entry, mark) for mark in marks))


def _choice(entry: SheetEntry, mark: str) -> str:
    try:
        return entry.choices[entry.letters.index(mark)]
    except ValueError:
        raise WrongCell(f"expected {_range(entry)}") from None


def _marks(entry: SheetEntry, cell: str) -> list[str]:
    """Return a mark for each place, from `CAB` as well as `C A B` or `C, A, B`."""
    marks = re.split(r"[\s,;/]+", cell.upper())
    if len(marks) == 1:
        marks = list(marks[0])
    if len(marks) != len(entry.places):
        raise WrongCell(f"expected {len(entry.places)} marks, one for each line, {BLANK} for an empty one")
    return marks


def _order(entry: SheetEntry, cell: str) -> tuple[str, ...]:
    marks = _marks(entry, cell)
    count = len(entry.places)
    if not all(mark == BLANK or (re.fullmatch("[0-9]{1,2}", mark) and 1 <= int(mark) <= count) for mark in marks):
        raise WrongCell(f"expected the numbers 1 to {count}, one for each line, {BLANK} for an empty one")
    ranks = [int(mark) for mark in marks if mark != BLANK]
    if len(set(ranks)) < len(ranks):
        raise UnclearMark("one number stands on two lines")
    if len(ranks) < count:
        raise UnclearMark("a line has no number, so there is no order")
    return tuple(place for _, place in sorted(zip(ranks, entry.places, strict=True)))


def _range(entry: SheetEntry) -> str:
    return f"letters from A to {entry.letters[-1]}"
