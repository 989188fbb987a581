"""Notes that several formats share."""

from collections.abc import Iterator

from kitbag.exporters.base import Scoring
from kitbag.exporters.fidelity import Note, change, loss
from kitbag.questions.model import Categorise, Item, Matching, Numeric, Ordering, ScoringRule
from kitbag.questions.scoring import read_numbers


def everywhere(item: Item) -> Iterator[Note]:
    """Yield what holds for any item in any format: none shares a stimulus, and none keeps items apart."""
    if item.stimulus:
        yield change("stimulus-copied")
    if item.enemies:
        yield loss("enemies")


def shares_only(scoring: Scoring) -> Iterator[Note]:
    """Yield the loss where a format gives each right part its share, and the item wants all or nothing."""
    if scoring.rule is ScoringRule.EXACT:
        yield loss("exact-as-share")


def has_part_feedback(item: Matching | Categorise | Ordering) -> bool:
    """Tell whether an item has feedback on single parts, or on a wrong order."""
    match item:
        case Matching():
            return any(premise.feedback for premise in item.premises)
        case Categorise():
            return any(element.feedback for element in item.elements)
        case Ordering():
            return item.feedback is not None


def numbers_only(item: Numeric) -> Iterator[Note]:
    """Yield what changes where the platform reads the number, and a loss for each known wrong answer that is none."""
    yield change("number-by-platform")
    for mistake in item.mistakes:
        for answer in mistake.answers:
            if not read_numbers(answer):
                yield loss("mistake-no-number", answer=answer)
