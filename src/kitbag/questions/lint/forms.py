"""Rules about items that may stand on one form: one must not answer another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple, TypeAlias

from kitbag.questions.lint.subject import Subject
from kitbag.questions.lint.words import Phrase, carries_content
from kitbag.questions.model import Use

Words: TypeAlias = tuple[str, ...]

MOST_ALIKE: Final = 30
"""A key that so many items share, or so many stems contain, is a common word and gives nothing away."""
LONGEST_KEY: Final = 24
"""Words of the longest key that is looked for in stems."""
TELLING_WORDS: Final = 4
"""A key of so many words of content gives itself away in any context."""
HEAD: Final = 3
"""Words that a key begins with, by which it is looked for."""
COMMON_WORDS: Final = 2
"""Content words that two stems have in common where they are about the same thing."""


class Cue(NamedTuple):
    """The stem of one item holds the key of another."""

    giver: Subject
    """The item whose stem tells."""
    answered: Subject
    """The item whose key is told."""
    key: str


def keys_in_stems(subjects: Sequence[Subject], meeting: set[str] | None = None) -> Iterator[Cue]:
    """Find items whose key stands in the stem of another, where both may come on one form.

    Practice items meet on the quiz of their module, test items on any form of the course; enemies never meet. A short
    key counts only where the two stems are about the same thing.

    Args:
        subjects: all items.
        meeting: gets the modules whose banks share with another bank a key that stands in a stem, told or not.
    """
    for pool in _pools(subjects):
        keyed: defaultdict[Words, list[tuple[Subject, Phrase]]] = defaultdict(list)
        lengths: defaultdict[Words, set[int]] = defaultdict(set)  # of the keys that begin with these words
        for subject in pool:
            for words, key in telling_keys(subject):
                keyed[words].append((subject, key))
                lengths[words[:HEAD]].add(len(words))
        sizes = {len(head) for head in lengths}
        givers: defaultdict[Words, list[Subject]] = defaultdict(list)
        for subject in pool:
            words = subject.stem.words
            runs = {
                words[n : n + length]
                for size in sizes
                for n, head in enumerate(zip(*(words[skip:] for skip in range(size)), strict=False))
                if head in lengths
                for length in lengths[head]
            }
            for run in runs:
                if run in keyed:
                    givers[run].append(subject)
        for told, those in givers.items():
            if meeting is not None:
                banks = {one.bank.module for one in (*those, *(answered for answered, _ in keyed[told]))}
                meeting.update(banks if len(banks) > 1 else ())
            if len(those) <= MOST_ALIKE and len(keyed[told]) <= MOST_ALIKE:
                for (answered, key), giver in product(keyed[told], those):
                    if _gives_away(giver, answered, key):
                        yield Cue(giver, answered, " ".join(told))


def telling_keys(subject: Subject) -> Iterator[tuple[Words, Phrase]]:
    """Give the keys of an item that a stem can tell: with their words, a leading article apart."""
    for key in subject.key_phrases:
        words = _without_article(key.words)
        if key.content and 0 < len(words) <= LONGEST_KEY and any(len(word) > 2 or word.isalpha() for word in words):
            yield words, key


def _pools(subjects: Iterable[Subject]) -> Iterable[list[Subject]]:
    pools: defaultdict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        pools[subject.bank.module if subject.item.use is Use.PRACTICE else ""].append(subject)
    return pools.values()


def _without_article(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if len(words) > 1 and words[0] in {"a", "an", "the"} else words


def _gives_away(giver: Subject, answered: Subject, key: Phrase) -> bool:
    if giver.item.id == answered.item.id:
        return False
    if giver.item.id in answered.item.enemies or answered.item.id in giver.item.enemies:
        return False
    if key.content <= answered.stem.content:
        return False  # The item's own stem holds these words as well: they are its subject.
    if sum(carries_content(word, english=giver.english) for word in key.words) >= TELLING_WORDS:
        return True
    about = answered.stem.content - key.content
    return len(about & giver.stem.content) >= min(COMMON_WORDS, len(about) or 1)
