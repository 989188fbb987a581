"""An item as the lint rules see it: its texts taken apart once, whatever its type."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from kitbag.questions.lint.words import Phrase, phrase
from kitbag.questions.model import Cloze, Item, ItemBank, MultipleResponse, Numeric, ShortAnswer, SingleChoice
from kitbag.questions.shuffle import shown_order

WITHOUT_SPACES: Final = frozenset(("bo", "ja", "km", "lo", "my", "th", "yue", "zh"))
"""Languages that do not part words by spaces."""


class Flaw(NamedTuple):
    """What a rule found in one item."""

    path: tuple[str | int, ...]
    """Where in the item: `("options", 1, "text")`."""
    message: str
    """What is wrong, as a whole sentence."""
    hint: str
    """What to do about it, as a whole sentence."""


@dataclass
class Subject:
    """One item with its words."""

    item: Item
    bank: ItemBank
    number: int
    """Its position in the bank, from 0."""
    english: bool
    """Whether the rules about English words apply."""
    terms: frozenset[str] = frozenset()
    """Stems of the words of the glossary, which may stand in stem and key alike."""
    spaced: bool = True
    """Whether the language parts its words by spaces, so that they can be counted."""
    seed: str = ""
    """The seed with which options are shuffled where the item is first shown."""

    @cached_property
    def stem(self) -> Phrase:
        """The stem."""
        return phrase(self.item.stem, english=self.english)

    @cached_property
    def options(self) -> tuple[Phrase, ...]:
        """The options of a single choice or multiple response, in the author's order; none for other types."""
        match self.item:
            case SingleChoice() | MultipleResponse():
                return tuple(phrase(option.text, english=self.english) for option in self.item.options)
            case _:
                return ()

    @cached_property
    def right(self) -> frozenset[int]:
        """The positions of the right options."""
        match self.item:
            case SingleChoice():
                keys: Collection[str] = (self.item.key,)
            case MultipleResponse():
                keys = self.item.key
            case _:
                return frozenset()
        return frozenset(number for number, option in enumerate(self.item.options) if option.id in keys)

    @cached_property
    def wrong(self) -> tuple[int, ...]:
        """The positions of the wrong options."""
        return tuple(number for number in range(len(self.options)) if number not in self.right)

    @cached_property
    def key(self) -> int | None:
        """The position of the right option of a single choice; none for other types."""
        return next(iter(self.right), None) if isinstance(self.item, SingleChoice) else None

    @cached_property
    def longest_wrong(self) -> int:
        """Characters of the longest wrong option; 0 where there is none."""
        return max((len(self.options[number].text) for number in self.wrong), default=0)

    @cached_property
    def shown(self) -> int | None:
        """The position at which the right option of a single choice is shown; none for other types."""
        if not isinstance(self.item, SingleChoice) or self.key is None:
            return None
        return shown_order(self.item, self.seed).index(self.item.key)

    @cached_property
    def key_phrases(self) -> Sequence[Phrase]:
        """What a trainee has to choose or write: right options, accepted answers, numbers."""
        match self.item:
            case SingleChoice() | MultipleResponse():
                return [self.options[number] for number in sorted(self.right)]
            case ShortAnswer():
                texts: Sequence[str] = self.item.accept
            case Cloze():
                texts = [gap.accept[0] for gap in self.item.gaps]
            case Numeric():
                texts = [str(self.item.key)]
            case _:
                texts = ()
        return [phrase(text, english=self.english) for text in texts]


def subjects_of(
    banks: Sequence[ItemBank], *, language: str, terms: Collection[str], seed: str = ""
) -> Iterator[Subject]:
    """Give a subject for every item of the banks, in order.

    Args:
        banks: the item banks.
        language: the language of the course (BCP 47).
        terms: words of the glossary, in any form.
        seed: the seed with which options are shuffled where the items are first shown.
    """
    primary = language.partition("-")[0].lower()
    english = primary == "en"
    stems = frozenset(stem for term in terms for stem in phrase(term, english=english).content)
    for bank in banks:
        for number, item in enumerate(bank.items):
            yield Subject(item, bank, number, english, stems, primary not in WITHOUT_SPACES, seed)
