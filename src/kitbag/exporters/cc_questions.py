"""What a Common Cartridge makes of each item: one question of QTI 1.2.1, or one for each part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import assert_never

from markupsafe import Markup

from kitbag.exporters.base import part_id
from kitbag.exporters.texts import Texts
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    ExpectedError,
    Gap,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the format: an item, or a part of one."""

    ident: str
    profile: str
    prompt: Markup
    options: tuple[tuple[str, Markup, Markup | None], ...] = ()
    """Id, text and feedback of each option."""
    right: tuple[str, ...] = ()
    """Ids of the right options, or accepted answers."""
    wrong: tuple[tuple[str, Markup], ...] = ()
    """Known wrong answers to type, with feedback."""
    told: Markup | None = None
    """Shown after a wrong answer."""
    shuffle: bool = False
    solution: Markup | None = None
    points: int = 1


def questions_of(item: Item, texts: Texts) -> list[Question]:
    """Return an item as one or more questions of the format."""
    prompt = texts.prompt(item)
    match item:
        case SingleChoice():
            options = _options(item, texts)
            return [
                Question(
                    item.id,
                    "cc.multiple_choice.v0p1",
                    prompt,
                    options,
                    (item.key,),
                    shuffle=item.shuffle,
                    points=item.points,
                )
            ]
        case MultipleResponse():
            options = _options(item, texts)
            return [
                Question(
                    item.id,
                    "cc.multiple_response.v0p1",
                    prompt,
                    options,
                    item.key,
                    shuffle=item.shuffle,
                    points=item.points,
                )
            ]
        case TrueFalse():
            sides = tuple(
                (name, Markup("{}").format(texts.say(name)), texts.block(told) if told else None)
                for name, told in (("true", item.feedback.true), ("false", item.feedback.false))
            )
            right = ("true" if item.key else "false",)
            return [Question(item.id, "cc.true_false.v0p1", prompt, sides, right, points=item.points)]
        case Matching():
            offered = [(response.id, response.text) for response in item.responses]
            parts = [(premise.id, premise.text, premise.match, premise.feedback) for premise in item.premises]
            return list(_parts(item, parts, offered, texts))
        case Categorise():
            offered = [(category.id, category.text) for category in item.categories]
            parts = [(element.id, element.text, element.category, element.feedback) for element in item.elements]
            return list(_parts(item, parts, offered, texts))
        case Ordering():
            offered = sorted((element.id, element.text) for element in item.elements)
            places = [
                (f"place-{place}", texts.say("place", place=place), element.id, item.feedback)
                for place, element in enumerate(item.elements, start=1)
            ]
            return list(_parts(item, places, offered, texts))
        case Numeric():
            task = texts.say("unit", unit=item.unit) if item.unit else None
            prompt = texts.prompt(item, task=task)
            return [
                _typed(item.id, prompt, tuple(ways_to_type(item.key)), _mistakes(item.mistakes, texts), item.points)
            ]
        case ShortAnswer():
            return [_typed(item.id, prompt, item.accept, _mistakes(item.mistakes, texts), item.points)]
        case Cloze():
            several = len(item.gaps) > 1
            return [
                _typed(
                    part_id(item, gap.id) if several else item.id,
                    prompt + texts.cloze(item, partial(_blank, gap)),
                    gap.accept,
                    _mistakes(gap.mistakes, texts),
                    1 if several else item.points,
                )
                for gap in item.gaps
            ]
        case Essay():
            return [Question(item.id, "cc.essay.v0p1", prompt, solution=texts.rubric(item), points=item.points)]
        case _:
            assert_never(item)


def ways_to_type(number: Decimal) -> Iterator[str]:
    """Yield the ways a number is likely to be typed: with a point or a comma, without closing zeros, in thousands."""
    text = format(number, "f")
    short = text.rstrip("0").rstrip(".") if "." in text else text
    thousands = (f"{Decimal(short):,f}".translate(signs) for signs in _WRITTEN)
    yield from dict.fromkeys((short, short.replace(".", ","), text, text.replace(".", ","), *thousands))


_WRITTEN = [str.maketrans(",.", signs) for signs in (",.", ".,", " .", " ,", "'.")]
"""How thousands and decimals are parted, in several countries."""


def _options(item: SingleChoice | MultipleResponse, texts: Texts) -> tuple[tuple[str, Markup, Markup | None], ...]:
    return tuple(
        (option.id, texts.short(option.text), texts.block(option.feedback) if option.feedback else None)
        for option in item.options
    )


def _parts(
    item: Item,
    parts: Sequence[tuple[str, str, str, str | None]],
    offered: Sequence[tuple[str, str]],
    texts: Texts,
) -> Iterator[Question]:
    prompt = texts.prompt(item)
    options = tuple((name, texts.short(text), None) for name, text in offered)
    for number, (name, text, right, told) in enumerate(parts, start=1):
        task = Markup("<p>{}</p>").format(texts.say("part_of", part=number, parts=len(parts)))
        asked = Markup("{}{}<p><strong>{}</strong></p>").format(prompt, task, texts.short(text))
        yield Question(
            part_id(item, name),
            "cc.multiple_choice.v0p1",
            asked,
            options,
            (right,),
            told=texts.block(told) if told else None,
        )


def _mistakes(mistakes: Sequence[ExpectedError], texts: Texts) -> tuple[tuple[str, Markup], ...]:
    return tuple((typed, texts.block(mistake.feedback)) for mistake in mistakes for typed in mistake.answers)


def _typed(
    ident: str, prompt: Markup, accept: tuple[str, ...], wrong: tuple[tuple[str, Markup], ...], points: int
) -> Question:
    return Question(ident, "cc.fib.v0p1", prompt, right=accept, wrong=wrong, points=points)


def _blank(asked: Gap, gap: Gap) -> str:
    return "__________" if gap.id == asked.id else "(…)"
