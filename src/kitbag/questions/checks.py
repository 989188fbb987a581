"""Checks within one item bank: what an item says about itself must fit together.

Whether the items are well written is the business of `kitbag.questions.lint`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, assert_never

from kitbag.findings import Finding, Place, did_you_mean, listed
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    ItemBank,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.text import gaps_in

At = Callable[..., Place]
"""`at("options", 1, "id")`: the place of a value of the item."""

_SHARE_RULES = (ScoringRule.PARTIAL, ScoringRule.EXACT)


def check_bank(bank: ItemBank, at: At) -> Iterator[Finding]:
    """Check each item of a bank on its own.

    Args:
        bank: the bank.
        at: gives the place of a value by its path in the bank's file.
    """
    for number, item in enumerate(bank.items):

        def here(*path: str | int, _number: int = number) -> Place:
            return at("items", _number, *path)

        for finding in check_item(item, here):
            yield Finding(finding.code, finding.place, f"{item.id}: {finding.message}", finding.hint, finding.severity)


def check_item(item: Item, at: At) -> Iterator[Finding]:
    """Check that keys name options, gaps stand in the text, marks add up, and the scoring rule fits the type."""
    match item:
        case SingleChoice():
            yield from unique([option.id for option in item.options], "option", at, "options")
            yield from _known(item.key, [option.id for option in item.options], "option", at, "key")
        case MultipleResponse():
            ids = [option.id for option in item.options]
            yield from unique(ids, "option", at, "options")
            for number, key in enumerate(item.key):
                yield from _known(key, ids, "option", at, "key", number)
                if key in item.key[:number]:
                    yield Finding("duplicate-id", at("key", number), f'key "{key}" is listed twice.', "Delete one.")
        case TrueFalse() | Numeric():
            pass
        case Matching():
            yield from unique([premise.id for premise in item.premises], "premise", at, "premises")
            yield from unique([response.id for response in item.responses], "response", at, "responses")
            known = [response.id for response in item.responses]
            for number, premise in enumerate(item.premises):
                yield from _known(premise.match, known, "response", at, "premises", number, "match")
        case Ordering():
            yield from unique([element.id for element in item.elements], "element", at, "elements")
        case ShortAnswer():
            pass
        case Cloze():
            yield from unique([gap.id for gap in item.gaps], "gap", at, "gaps")
            yield from _gaps(item, at)
        case Categorise():
            yield from unique([category.id for category in item.categories], "category", at, "categories")
            yield from unique([element.id for element in item.elements], "element", at, "elements")
            known = [category.id for category in item.categories]
            for number, element in enumerate(item.elements):
                yield from _known(element.category, known, "category", at, "elements", number, "category")
        case Essay():
            yield from _rubric(item, at)
        case _:
            assert_never(item)
    if isinstance(item, (Matching, Ordering, Cloze, Categorise)) and item.scoring not in (None, *_SHARE_RULES):
        message = f'The scoring rule "{item.scoring}" is for choices; this type has partial and exact.'
        yield Finding("scoring-rule", at("scoring"), message)
    if item.id in item.enemies:
        yield Finding(
            "own-enemy", at("enemies", item.enemies.index(item.id)), "An item cannot be its own enemy.", "Delete it."
        )


def unique_files(ids: Sequence[str], what: str, at: At, *path: str | int) -> Iterator[Finding]:
    """Find ids that stand twice in a list of things that each have an `id` and a file of that name.

    On Windows and macOS, names that differ only in case are the same file.
    """
    yield from unique(ids, what, at, *path)
    first: dict[str, int] = {}
    for number, name in enumerate(ids):
        earlier = first.setdefault(name.lower(), number)
        if ids[earlier] != name:
            line = at(*path, earlier, "id").line
            message = f'The {what} id "{name}" differs only in case from "{ids[earlier]}" in line {line}.'
            hint = "Rename one: Windows and macOS would keep one file for both."
            yield Finding("reserved-name", at(*path, number, "id"), message, hint)


def unique(ids: Sequence[Any], what: str, at: At, *path: str | int) -> Iterator[Finding]:
    """Find ids that stand twice in a list of things that each have an `id`."""
    first: dict[Any, int] = {}
    for number, name in enumerate(ids):
        if name in first:
            line = at(*path, first[name], "id").line
            message = f'The {what} id "{name}" is taken already, in line {line}.'
            yield Finding("duplicate-id", at(*path, number, "id"), message, "Give each its own.")
        first.setdefault(name, number)


def _rubric(item: Essay, at: At) -> Iterator[Finding]:
    yield from unique([criterion.id for criterion in item.rubric], "criterion", at, "rubric")
    total = sum(criterion.points for criterion in item.rubric)
    if total != item.points:
        message = f"The rubric adds up to {total} points and the item has {item.points}."
        yield Finding("rubric-sum", at("points" if item.points > 1 else "rubric"), message, f'Write "points: {total}".')


def _known(name: str, known: Sequence[str], what: str, at: At, *path: str | int) -> Iterator[Finding]:
    if name not in known:
        subject = f'key "{name}" is not an' if what == "option" else f'"{name}" is not a'
        message = f"{subject} {what} ({listed(known, 12)})."
        yield Finding("unknown-id", at(*path), message, did_you_mean(name, known))


def _gaps(item: Cloze, at: At) -> Iterator[Finding]:
    in_text = gaps_in(item.text)
    defined = [gap.id for gap in item.gaps]
    for name in dict.fromkeys(in_text):
        if name not in defined:
            message = f"The text has a gap [[{name}]] that is not among the gaps ({listed(defined, 12)})."
            yield Finding("unknown-id", at("text"), message, did_you_mean(name, defined))
        elif in_text.count(name) > 1:
            yield Finding(
                "duplicate-id", at("text"), f"The gap [[{name}]] stands in the text twice.", "Give each its own id."
            )
    for number, name in enumerate(defined):
        if name not in in_text:
            message = f'The gap "{name}" does not stand in the text.'
            yield Finding("unused-gap", at("gaps", number, "id"), message, f"Write [[{name}]] where it belongs.")
    if not any(name not in in_text for name in defined) and in_text != defined and sorted(in_text) == sorted(defined):
        yield Finding(
            "gap-order",
            at("gaps"),
            "The gaps are listed in another order than in the text.",
            "List them in reading order.",
        )
