"""An item as it is printed: every type has a form that a pen can answer, and whose look says nothing about the key."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, assert_never

from markupsafe import Markup

from kitbag.questions.model import (
    Categorise,
    Choice,
    Cloze,
    Essay,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    Picture,
    Premise,
    ShortAnswer,
    SingleChoice,
    Sorted,
    Stimulus,
    TrueFalse,
)
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.markdown import MarkdownRenderer
from kitbag.rendering.template_data import show
from kitbag.results.sheet import Answer, SheetEntry, as_written, key_response, letter

WORDS_A_LINE: Final = 9
"""Handwritten words on one line of an essay."""
_GAP: Final = re.compile(r"\[\[([A-Za-z0-9._-]+)\]\]")


class Labelled(NamedTuple):
    """A choice or a place with the letter or number that stands before it."""

    label: str
    text: Markup


@dataclass(frozen=True)
class PrintedItem:
    """What a template needs to print an item."""

    id: str
    number: str
    answer: Answer
    stem: Markup
    instruction: str
    """What to do with the pen."""
    points: int
    choices: tuple[Labelled, ...] = ()
    """What can be chosen: A, B, C."""
    places: tuple[Labelled, ...] = ()
    """What waits for a letter (1, 2, 3), for a rank (A, B, C) or for words (1, 2, 3)."""
    text: Markup | None = None
    """The text of a cloze, with a numbered gap for each place."""
    unit: str = ""
    """Stands after the box for a number."""
    lines: int = 0
    """Lines to write an essay on."""
    words: int | None = None
    """About how many words an essay wants."""
    scenario: bool = False
    picture: Picture | None = None
    stimulus: Stimulus | None = None


show(Labelled, "label", "text")
show(
    PrintedItem,
    *("id", "number", "answer", "stem", "instruction", "points", "choices", "places", "text", "unit", "lines", "words"),
    *("scenario", "picture", "stimulus"),
)


class ItemPrinter:
    """Prints the items of a course in its language."""

    def __init__(self, catalogue: Catalogue, markdown: MarkdownRenderer, stimuli: dict[str, Stimulus]) -> None:
        """Take the strings, the Markdown renderer, and the course's shared stimuli by id."""
        self._catalogue = catalogue
        self._markdown = markdown
        self._stimuli = stimuli

    def question(self, entry: SheetEntry, number: object) -> PrintedItem:
        """Return the item as a question."""
        item = entry.item
        words = item.words if isinstance(item, Essay) else None
        return PrintedItem(
            id=item.id,
            number=str(number),
            answer=entry.answer,
            stem=self._markdown.block(item.stem),
            instruction=self._catalogue.text(f"paper.do.{entry.answer}"),
            points=item.points,
            choices=self._choices(entry),
            places=self._places(entry),
            text=self._gapped(item) if isinstance(item, Cloze) else None,
            unit=(item.unit or "") if isinstance(item, Numeric) else "",
            lines=max(6, -(-(words or 0) // WORDS_A_LINE) + 2) if entry.answer is Answer.ESSAY else 0,
            words=words,
            scenario=item.scenario,
            picture=item.picture,
            stimulus=self._stimuli.get(item.stimulus) if item.stimulus else None,
        )

    def key(self, entry: SheetEntry, *, every: bool) -> tuple[Labelled, ...]:
        """Return the right response: what to see on the answer sheet, each with the words it stands for.

        Of typed answers it gives `every` accepted one, which a marker needs, or only the first.
        """
        last = None if every else 1
        item = entry.item
        match item:
            case SingleChoice():
                return self._right_choices(entry, {item.key})
            case MultipleResponse():
                return self._right_choices(entry, set(item.key))
            case TrueFalse():
                return self._right_choices(entry, {"true" if item.key else "false"})
            case Matching():
                return self._right_pairs(entry, {premise.id: premise.match for premise in item.premises})
            case Categorise():
                return self._right_pairs(entry, {element.id: element.category for element in item.elements})
            case Ordering():
                ranks = as_written(entry, key_response(item)).split()
                places = zip(self._places(entry), ranks, strict=True)
                return tuple(Labelled(f"{place.label} {rank}", place.text) for place, rank in places)
            case Numeric():
                return (Labelled("", self._number(item)),)
            case ShortAnswer():
                return (Labelled("", Markup("{}").format(" · ".join(item.accept[:last]))),)
            case Cloze():
                gaps = enumerate(item.gaps, 1)
                return tuple(
                    Labelled(str(count), Markup("{}").format(" · ".join(gap.accept[:last]))) for count, gap in gaps
                )
            case Essay():
                return ()
            case _:
                assert_never(item)

    def _right_choices(self, entry: SheetEntry, right: set[str]) -> tuple[Labelled, ...]:
        return tuple(text for text, own in zip(self._choices(entry), entry.choices, strict=True) if own in right)

    def _right_pairs(self, entry: SheetEntry, right: dict[str, str]) -> tuple[Labelled, ...]:
        choices = dict(zip(entry.choices, self._choices(entry), strict=True))
        pairs = [(place, choices[right[own]]) for place, own in zip(self._places(entry), entry.places, strict=True)]
        return tuple(
            Labelled(f"{place.label} {choice.label}", Markup("{} → {}").format(place.text, choice.text))
            for place, choice in pairs
        )

    def _choices(self, entry: SheetEntry) -> tuple[Labelled, ...]:
        item = entry.item
        match item:
            case SingleChoice() | MultipleResponse():
                shown: tuple[Option | Choice, ...] = item.options
            case TrueFalse():
                words = (Markup("{}").format(self._catalogue.text(f"paper.{side}")) for side in ("true", "false"))
                return tuple(map(Labelled, entry.letters, words))
            case Matching():
                shown = item.responses
            case Categorise():
                shown = item.categories
            case Ordering() | Numeric() | ShortAnswer() | Cloze() | Essay():
                return ()
            case _:
                assert_never(item)
        texts = {one.id: one.text for one in shown}
        return tuple(
            Labelled(label, self._words(texts[own])) for label, own in zip(entry.letters, entry.choices, strict=True)
        )

    def _places(self, entry: SheetEntry) -> tuple[Labelled, ...]:
        item = entry.item
        match item:
            case Matching():
                shown: tuple[Premise | Sorted | Choice, ...] = item.premises
            case Categorise() | Ordering():
                shown = item.elements
            case Cloze():
                return tuple(Labelled(str(count), Markup()) for count, _ in enumerate(item.gaps, 1))
            case SingleChoice() | MultipleResponse() | TrueFalse() | Numeric() | ShortAnswer() | Essay():
                return ()
            case _:
                assert_never(item)
        texts = {one.id: one.text for one in shown}
        ranked = entry.answer is Answer.ORDER  # a rank is a number, so what is ranked goes by letters
        return tuple(
            Labelled(letter(count) if ranked else str(count + 1), self._words(texts[own]))
            for count, own in enumerate(entry.places)
        )

    def _gapped(self, item: Cloze) -> Markup:
        numbers = {gap.id: count for count, gap in enumerate(item.gaps, 1)}

        def gap(found: re.Match[str]) -> str:
            number = numbers.get(found[1])
            return found[0] if number is None else f'<span class="gap">({number})</span>'

        return Markup(_GAP.sub(gap, self._markdown.block(item.text)))

    def _number(self, item: Numeric) -> Markup:
        text = str(item.key)
        if item.tolerance:
            text = self._catalogue.text("paper.tolerance", value=item.key, tolerance=item.tolerance)
        return Markup("{}").format(f"{text} {item.unit or ''}".rstrip())

    def _words(self, text: str) -> Markup:
        return self._markdown.block(text) if "\n" in text else self._markdown.inline(text)
