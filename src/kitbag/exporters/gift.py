r"""GIFT: one text file of questions, read by Moodle and by many small tools.

Facts that decide what is written here:
- `~ = # { } :` and the backslash are escaped by a backslash, a line break is `\n`;
- an empty line ends a question;
- texts are HTML here, marked `[html]`; what is to be typed is plain, and no sign stands for an arrow there;
- the category and the tags stand in lines of their own; `[id:…] [tag:…]` in a comment is read by Moodle;
- it has no pictures, no ordering, no place for a marker's rubric, and one gap at most.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Final, assert_never

from markupsafe import escape

from kitbag.exporters.base import Package, Scoring, Selection, part_id
from kitbag.exporters.credits import AnyChoice, credits_floored, option_ids
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.exporters.moodle_grid import percentages, shown_words, weigh_choice
from kitbag.exporters.notes import everywhere, has_part_feedback, numbers_only, shares_only
from kitbag.exporters.one_file import one_file
from kitbag.exporters.texts import Texts
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    ExpectedError,
    Gap,
    Item,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.scoring import read_numbers

_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"} | {"\n": "\\n", "\r": ""})
_HAS_SIGN: Final = re.compile(r"[\\~=#{}:\n\r]")
_PIECE: Final = 64


class Gift:
    """The exporter."""

    name = "gift"
    title = "GIFT"
    interactions: Final = {
        ItemType.SINGLE_CHOICE: Rung.NATIVE,
        ItemType.MULTIPLE_RESPONSE: Rung.NATIVE,
        ItemType.TRUE_FALSE: Rung.NATIVE,
        ItemType.MATCHING: Rung.NATIVE,
        ItemType.ORDERING: Rung.EQUIVALENT,
        ItemType.NUMERIC: Rung.NATIVE,
        ItemType.SHORT_ANSWER: Rung.NATIVE,
        ItemType.CLOZE: Rung.EQUIVALENT,
        ItemType.CATEGORISE: Rung.EQUIVALENT,
        ItemType.ESSAY: Rung.NATIVE,
    }

    def export(self, selection: Selection) -> Package:
        """Return one text file with a category for each learning objective."""
        return one_file(selection, weigh, ".gift", lambda kept: _pieces(kept, selection))


def weigh(item: Item, selection: Selection) -> Row:
    """Return how GIFT carries an item."""
    scoring = selection.scoring(item)
    rung = Gift.interactions[ItemType(item.type)]
    notes: list[Note] = []
    match item:
        case SingleChoice() | MultipleResponse() | TrueFalse():
            rung, notes = weigh_choice(item, scoring, rung)
            if rung is Rung.REFUSED:
                return Row(item.id, item.type, rung, tuple(notes))
            if isinstance(item, SingleChoice | MultipleResponse) and not item.shuffle:
                notes.append(loss("order-not-kept"))
        case Matching() | Categorise() | Ordering():
            if not isinstance(item, Matching):
                notes.append(change("ordering-as-matching" if isinstance(item, Ordering) else "categorise-as-matching"))
            notes += shares_only(scoring)
            if has_part_feedback(item):
                notes.append(change("feedback-with-rationale"))
        case Numeric():
            if item.unit:
                notes.append(change("unit-in-stem"))
            notes += numbers_only(item)
        case ShortAnswer() | Cloze() if arrow := _arrow(item):
            return Row(item.id, item.type, Rung.REFUSED, (loss("arrow", answer=arrow),))
        case ShortAnswer():
            notes.append(change("compared-by-platform"))
        case Cloze():
            notes.append(change("compared-by-platform"))
            several = len(item.gaps) > 1
            rung = Rung.DECOMPOSED if several else rung
            parts = loss("gap-by-gap", count=len(item.gaps), points=item.points)
            notes.append(parts if several else change("gap-as-short-answer"))
        case Essay():
            notes.append(loss("rubric"))
        case _:
            assert_never(item)
    if item.points > 1 and rung is not Rung.DECOMPOSED:
        notes.append(loss("points", points=item.points))
    if selection.pictures_of(item):
        notes.append(loss("picture"))
    return Row(item.id, item.type, rung, (*notes, *everywhere(item)))


def _arrow(item: ShortAnswer | Cloze) -> str:
    """Return an answer to type that readers would take for a pair, or an empty string: an arrow cannot be escaped."""
    boxes = item.gaps if isinstance(item, Cloze) else (item,)
    answers = [
        answer for box in boxes for answer in (*box.accept, *(w for wrong in box.mistakes for w in wrong.answers))
    ]
    return next((answer for answer in answers if "->" in answer), "")


def _pieces(items: Sequence[Item], selection: Selection) -> Iterator[bytes]:
    texts = Texts(selection, None)
    objective = None
    lines: list[str] = []
    for number, item in enumerate(items, start=1):
        if item.objective != objective:
            objective = item.objective
            lines += [f"$CATEGORY: {_category(objective, selection)}", ""]
        for question in _questions(item, selection, texts):
            lines += [question, ""]
        if number % _PIECE == 0:
            yield "\n".join(lines).encode() + b"\n"
            lines.clear()
    yield "\n".join(lines).encode() + b"\n"


def _category(objective: str, selection: Selection) -> str:
    aim = selection.course.objectives[objective]
    module = selection.course.module_of_objective[objective]
    path = ("$course$", "top", selection.course.info.title, module.title, f"{aim.id} {aim.text}")
    return "/".join(part.replace("/", "//") for part in path)


def _questions(item: Item, selection: Selection, texts: Texts) -> Iterator[str]:
    """Yield the question, or one for each gap of a cloze."""
    scoring = selection.scoring(item)
    after = texts.block(item.rationale)
    match item:
        case SingleChoice():
            shown = [(texts.short(option.text), option.feedback) for option in item.options]
            yield _question(item, texts.prompt(item), _choices(item, scoring, shown, texts), after, selection)
        case MultipleResponse():
            shown = [(texts.short(option.text), option.feedback) for option in item.options]
            yield _question(item, texts.prompt(item), _choices(item, scoring, shown, texts), after, selection)
        case TrueFalse() if not credits_floored(item, scoring):
            sides = {"true": item.feedback.true, "false": item.feedback.false}
            shown = [(escape(texts.say(name)), told) for name, told in sides.items()]
            yield _question(item, texts.prompt(item), _choices(item, scoring, shown, texts), after, selection)
        case TrueFalse():
            # What follows the key is told to who was wrong, then to who was right.
            right, wrong = (
                (item.feedback.true, item.feedback.false) if item.key else (item.feedback.false, item.feedback.true)
            )
            told = "".join(f"#{_text(texts.block(told)) if told else ''}" for told in (wrong, right))
            key = "TRUE" if item.key else "FALSE"
            yield _question(item, texts.prompt(item), [key + told.rstrip("#")], after, selection)
        case Matching():
            responses = {response.id: response.text for response in item.responses}
            pairs = [(premise.text, premise.match) for premise in item.premises]
            told_of = [(premise.text, premise.feedback) for premise in item.premises if premise.feedback]
            after = after + texts.listed(told_of)
            yield _question(item, texts.prompt(item), _pairs(pairs, responses, texts), after, selection)
        case Categorise():
            categories = {category.id: category.text for category in item.categories}
            pairs = [(element.text, element.category) for element in item.elements]
            told_of = [(element.text, element.feedback) for element in item.elements if element.feedback]
            after = after + texts.listed(told_of)
            yield _question(item, texts.prompt(item), _pairs(pairs, categories, texts), after, selection)
        case Ordering():
            places = [(texts.say("place", place=place), element.id) for place, element in enumerate(item.elements, 1)]
            elements = {element.id: element.text for element in item.elements}
            after = after + (texts.block(item.feedback) if item.feedback else "")
            yield _question(item, texts.prompt(item), _pairs(places, elements, texts), after, selection)
        case Numeric():
            task = texts.say("unit", unit=item.unit) if item.unit else None
            yield _question(item, texts.prompt(item, task=task), _numbers(item, texts), after, selection)
        case ShortAnswer():
            answers = _typed(item.accept, item.mistakes, texts)
            yield _question(item, texts.prompt(item), answers, after, selection)
        case Cloze():
            for gap in item.gaps:
                shown_text = texts.cloze(item, partial(_blank, gap))
                part = part_id(item, gap.id) if len(item.gaps) > 1 else item.id
                prompt = texts.prompt(item) + shown_text
                yield _question(item, prompt, _typed(gap.accept, gap.mistakes, texts), after, selection, name=part)
        case Essay():
            yield _question(item, texts.prompt(item), [], after, selection)
        case _:
            assert_never(item)


def _question(
    item: Item, prompt: str, answers: Sequence[str], after: str, selection: Selection, *, name: str = ""
) -> str:
    name = name or item.id
    tags = " ".join(f"[tag:{tag}]" for tag in selection.tags(item))
    general = f"####{_text(after)}"
    body = "\n".join(f"\t{answer}" for answer in answers)
    sign = "#" if isinstance(item, Numeric) else ""
    inside = f"{{{sign}\n{body}\n\t{general}\n}}" if body else f"{{{general}}}"
    return f"// [id:{name}] {tags}\n::{_text(name)}::[html]{_text(prompt)}{inside}"


def _choices(
    item: AnyChoice,
    scoring: Scoring,
    shown: Sequence[tuple[str, str | None]],
    texts: Texts,
) -> list[str]:
    worth = percentages(item, scoring)
    lines = []
    for name, (text, told) in zip(option_ids(item), shown, strict=True):
        if worth[name] == "100" and not isinstance(item, MultipleResponse):
            mark = "="
        else:
            mark = "~" if worth[name] == "0" else f"~%{worth[name]}%"
        lines.append(f"{mark}{_text(text)}{_told(told, texts)}")
    return lines


def _pairs(pairs: Sequence[tuple[str, str]], responses: dict[str, str], texts: Texts) -> list[str]:
    used = {match for _, match in pairs}
    lines = [f"={_text(texts.short(text))} -> {_text(shown_words(responses[match]))}" for text, match in pairs]
    return lines + [f"= -> {_text(shown_words(text))}" for name, text in responses.items() if name not in used]


def _numbers(item: Numeric, texts: Texts) -> list[str]:
    lines = [f"={item.key:f}:{item.tolerance:f}"]
    for mistake in item.mistakes:
        for typed in mistake.answers:
            for number in read_numbers(typed):
                value = Decimal(number.numerator) / Decimal(number.denominator)
                lines.append(f"=%0%{value:f}:0{_told(mistake.feedback, texts)}")
    return lines


def _typed(accept: Sequence[str], mistakes: Sequence[ExpectedError], texts: Texts) -> list[str]:
    lines = [f"=%100%{_text(_literal(right))}" for right in accept]
    for mistake in mistakes:
        lines += [f"=%0%{_text(_literal(wrong))}{_told(mistake.feedback, texts)}" for wrong in mistake.answers]
    return lines


def _blank(asked: Gap, gap: Gap) -> str:
    """Return a gap as it looks in print: the one that is asked for is the longer."""
    return "__________" if gap.id == asked.id else "(…)"


def _told(feedback: str | None, texts: Texts) -> str:
    return f"#{_text(texts.block(feedback))}" if feedback else ""


def _literal(answer: str) -> str:
    # An asterisk alone would match anything.
    return answer.replace("*", "\\*")


def _text(text: str) -> str:
    # Most texts have none, and looking costs a fifth of translating.
    return str(text).translate(_SIGNS) if _HAS_SIGN.search(text) else text
