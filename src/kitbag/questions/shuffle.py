"""The order in which a trainee sees options: drawn from a seed, the same on every platform.

`templates/quiz/shuffle.js` is the twin of this file; the seed is stored with the attempt, so the order can always be
found again.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import assert_never

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


def shuffled(seed: str, item: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in the order of the SHA-256 of seed, item id and own id, joined by line feeds.

    Ids hold no line feed, so two different triples never become the same text.
    """
    return tuple(sorted(ids, key=lambda own: (sha256(f"{seed}\n{item}\n{own}".encode()).digest(), own)))


def drawn(seed: str, quiz: str, ids: Sequence[str], count: int) -> tuple[str, ...]:
    """Return so many of the ids, drawn from the seed, in the order in which they are given; all where there are fewer.

    `quiz` is the name of the practice quiz. What it is hashed with holds a space, so it's never taken for an item.
    """
    chosen = frozenset(shuffled(seed, f"draw {quiz}", ids)[:count])
    return tuple(one for one in ids if one in chosen)


def shown_order(item: Item, seed: str) -> tuple[str, ...]:
    """Return the ids of options, elements or responses in the order to show; empty where nothing is shuffled.

    An ordering is never shown in its right order: where the draw yields that, its first element goes to the end, so
    that a trainee who touches nothing has not answered by luck.
    """
    match item:
        case SingleChoice() | MultipleResponse():
            ids = tuple(option.id for option in item.options)
            return shuffled(seed, item.id, ids) if item.shuffle else ids
        case Matching():
            return shuffled(seed, item.id, (response.id for response in item.responses))
        case Categorise():
            return shuffled(seed, item.id, (element.id for element in item.elements))
        case Ordering():
            right = tuple(element.id for element in item.elements)
            shown = shuffled(seed, item.id, right)
            return shown if shown != right else (*right[1:], right[0])
        case TrueFalse() | Numeric() | ShortAnswer() | Cloze() | Essay():
            return ()
        case _:
            assert_never(item)
