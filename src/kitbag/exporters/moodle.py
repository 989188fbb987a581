"""Moodle XML: one file for Moodle's question bank.

Facts that decide what is written here:
- fractions come from a fixed grid; one that is off the grid is refused by the importer, or worse, moved to the nearest;
- a multiple choice with several answers earns the sum of its fractions, held between 0 and 1; matching earns the share
  of right pairs. Neither can be all or nothing;
- ordering is a core type from Moodle 4.4;
- pictures travel inside the question, in base64.
"""

import base64
from collections.abc import Iterator, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Final, assert_never

from lxml import etree
from lxml.etree import SubElement
from markupsafe import Markup

from kitbag.exporters.base import Package, Scoring, Selection
from kitbag.exporters.credits import AnyChoice, credits_floored, option_ids
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.exporters.moodle_grid import percentages, shown_words, weigh_choice
from kitbag.exporters.notes import everywhere, has_part_feedback, numbers_only, shares_only
from kitbag.exporters.one_file import one_file
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import Element, stream
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
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.scoring import read_numbers

LONGEST_CATEGORY: Final = 255
"""Characters in the name of a category (a column of Moodle's database)."""

_TYPED: Final = "moodle_auto_format"
"""The format of an answer that is plain text."""

_GAP_SIGNS: Final = {ord(sign): f"&#{ord(sign)};" for sign in "{}~\\"}
_ANSWER_SIGNS: Final = {ord(sign): f"&#{ord(sign)};" for sign in "{}~\\#&<>\"'"}


class MoodleXml:
    """The exporter."""

    name = "moodle"
    title = "Moodle XML"
    interactions: Final = {
        ItemType.SINGLE_CHOICE: Rung.NATIVE,
        ItemType.MULTIPLE_RESPONSE: Rung.NATIVE,
        ItemType.TRUE_FALSE: Rung.NATIVE,
        ItemType.MATCHING: Rung.NATIVE,
        ItemType.ORDERING: Rung.NATIVE,
        ItemType.NUMERIC: Rung.NATIVE,
        ItemType.SHORT_ANSWER: Rung.NATIVE,
        ItemType.CLOZE: Rung.NATIVE,
        ItemType.CATEGORISE: Rung.EQUIVALENT,
        ItemType.ESSAY: Rung.NATIVE,
    }

    def export(self, selection: Selection) -> Package:
        """Return one XML file with a category for each learning objective."""
        return one_file(selection, weigh, ".xml", lambda kept: stream("quiz", _questions(kept, selection)))


# --- What becomes of an item -------------------------------------------------------------------------------------


def weigh(item: Item, selection: Selection) -> Row:
    """Return how Moodle carries an item."""
    scoring = selection.scoring(item)
    rung = MoodleXml.interactions[ItemType(item.type)]
    notes: list[Note] = []
    match item:
        case SingleChoice() | MultipleResponse() | TrueFalse():
            rung, notes = weigh_choice(item, scoring, rung)
            if rung is Rung.REFUSED:
                return Row(item.id, item.type, rung, tuple(notes))
        case Matching() | Categorise():
            if isinstance(item, Categorise):
                notes.append(change("categorise-as-matching"))
            notes += shares_only(scoring)
            if has_part_feedback(item):
                notes.append(change("feedback-together"))
        case Ordering():
            notes.append(change("moodle-ordering"))
        case Numeric():
            if item.unit:
                notes.append(change("unit-in-stem"))
            notes += numbers_only(item)
        case ShortAnswer():
            notes.append(change("compared-by-platform"))
        case Cloze():
            notes.append(change("compared-by-platform"))
            notes += shares_only(scoring) if len(item.gaps) > 1 else ()
            if item.points % len(item.gaps):
                notes.append(loss("points-by-gap", points=item.points, gaps=len(item.gaps)))
        case Essay():
            notes.append(change("rubric-for-markers"))
        case _:
            assert_never(item)
    return Row(item.id, item.type, rung, (*notes, *everywhere(item)))


# --- What is written ---------------------------------------------------------------------------------------------


def _questions(items: Sequence[Item], selection: Selection) -> Iterator[Element]:
    texts = Texts(selection, lambda src: f"@@PLUGINFILE@@/{selection.pictures[src].rpartition('/')[2]}")
    objective = None
    # Written more than once: an element is not used up by being written.
    categories: dict[str, Element] = {}
    tags: dict[tuple[str, ...], Element] = {}
    for item in items:
        if item.objective != objective:
            objective = item.objective
            if objective not in categories:
                categories[objective] = _category(objective, selection, texts)
            yield categories[objective]
        question = _question(item, selection, texts)
        names = selection.tags(item)
        if names not in tags:
            tags[names] = _tags(names)
        question.append(deepcopy(tags[names]))  # half the time of making them again
        yield question


def _category(objective: str, selection: Selection, texts: Texts) -> Element:
    course = selection.course
    aim = course.objectives[objective]
    path = ["$course$", "top", course.info.title, course.module_of_objective[objective].title, f"{aim.id} {aim.text}"]
    question = etree.Element("question", type="category")
    # A slash inside a name is doubled, or it would begin another level. What is cut off stands in the description.
    _text(question, "category", "/".join(part[:LONGEST_CATEGORY].replace("/", "//") for part in path))
    _html(question, "info", texts.block(aim.text))
    SubElement(question, "idnumber").text = aim.id
    return question


def _question(item: Item, selection: Selection, texts: Texts) -> Element:
    scoring = selection.scoring(item)
    match item:
        case SingleChoice() | MultipleResponse():
            question = _head(item, "multichoice", texts.prompt(item), selection, texts)
            _choices(question, item, scoring, texts)
        case TrueFalse() if not credits_floored(item, scoring):
            question = _head(item, "multichoice", texts.prompt(item), selection, texts)
            _choices(question, item, scoring, texts)
        case TrueFalse():
            question = _head(item, "truefalse", texts.prompt(item), selection, texts)
            for side, told in ((True, item.feedback.true), (False, item.feedback.false)):
                fraction = 100 if side == item.key else 0
                _feedback(_answer(question, fraction, "true" if side else "false", _TYPED), told, texts)
        case Matching():
            question = _head(item, "matching", texts.prompt(item), selection, texts)
            pairs = [(premise.text, premise.match) for premise in item.premises]
            hints = [(premise.text, premise.feedback) for premise in item.premises if premise.feedback]
            _pairs(question, pairs, {response.id: response.text for response in item.responses}, hints, texts)
        case Categorise():
            question = _head(item, "matching", texts.prompt(item), selection, texts)
            pairs = [(element.text, element.category) for element in item.elements]
            hints = [(element.text, element.feedback) for element in item.elements if element.feedback]
            _pairs(question, pairs, {category.id: category.text for category in item.categories}, hints, texts)
        case Ordering():
            question = _head(item, "ordering", texts.prompt(item), selection, texts)
            _ordering(question, item, scoring, texts)
        case Numeric():
            task = texts.say("unit", unit=item.unit) if item.unit else None
            question = _head(item, "numerical", texts.prompt(item, task=task), selection, texts)
            _numeric(question, item, texts)
        case ShortAnswer():
            question = _head(item, "shortanswer", texts.prompt(item), selection, texts)
            SubElement(question, "usecase").text = "0"
            _typed(question, item.accept, item.mistakes, texts)
        case Cloze():
            weight = item.points // len(item.gaps) if item.points % len(item.gaps) == 0 else 1
            prompt = _unembedded(texts.prompt(item))
            text = texts.cloze(item, lambda gap: _embedded(gap, weight, texts), between=_unembedded)
            question = _head(item, "cloze", Markup("{}\n{}").format(prompt, text), selection, texts)
        case Essay():
            question = _head(item, "essay", texts.prompt(item), selection, texts)
            SubElement(question, "responseformat").text = "editor"
            SubElement(question, "responserequired").text = "1"
            SubElement(question, "responsefieldlines").text = "15"
            SubElement(question, "attachments").text = "0"
            _html(question, "graderinfo", texts.rubric(item))
        case _:
            assert_never(item)
    return question


def _tags(names: Sequence[str]) -> Element:
    tags = etree.Element("tags")
    for name in names:
        _text(tags, "tag", name)
    return tags


def _head(item: Item, kind: str, prompt: Markup, selection: Selection, texts: Texts) -> Element:
    question = etree.Element("question", type=kind)
    _text(question, "name", item.id)
    asked = _html(question, "questiontext", prompt)
    stimulus = selection.stimulus_of(item)
    shown = {picture.src for picture in (stimulus.picture if stimulus else None, item.picture) if picture}
    for src in sorted(shown):
        name = selection.pictures[src].rpartition("/")[2]
        file = SubElement(asked, "file", name=name, path="/", encoding="base64")
        file.text = base64.b64encode(selection.picture(src)).decode()
    _html(question, "generalfeedback", texts.block(item.rationale))
    if kind != "cloze":  # its grade is the sum of its gaps' weights
        SubElement(question, "defaultgrade").text = str(item.points)
    SubElement(question, "penalty").text = "0"
    SubElement(question, "hidden").text = "0"
    SubElement(question, "idnumber").text = item.id
    return question


def _choices(question: Element, item: AnyChoice, scoring: Scoring, texts: Texts) -> None:
    several = isinstance(item, MultipleResponse)
    SubElement(question, "single").text = "false" if several else "true"
    fixed = isinstance(item, TrueFalse) or not item.shuffle
    SubElement(question, "shuffleanswers").text = "false" if fixed else "true"
    SubElement(question, "answernumbering").text = "none" if isinstance(item, TrueFalse) else "abc"
    worth = percentages(item, scoring)
    if isinstance(item, TrueFalse):
        shown = [(texts.say("true"), item.feedback.true), (texts.say("false"), item.feedback.false)]
    else:
        shown = [(option.text, option.feedback) for option in item.options]
    for name, (text, told) in zip(option_ids(item), shown, strict=True):
        _feedback(_answer(question, worth[name], texts.short(text), "html"), told, texts)


def _pairs(
    question: Element,
    pairs: Sequence[tuple[str, str]],
    responses: dict[str, str],
    told: Sequence[tuple[str, str]],
    texts: Texts,
) -> None:
    SubElement(question, "shuffleanswers").text = "true"
    used = {match for _, match in pairs}
    for text, match in pairs:
        _subquestion(question, texts.short(text), shown_words(responses[match]))
    for name, text in responses.items():
        if name not in used:  # a pair without a question is offered as an answer that fits nowhere
            _subquestion(question, Markup(""), shown_words(text))
    if told:
        hints = texts.listed(told)
        _html(question, "partiallycorrectfeedback", hints)
        _html(question, "incorrectfeedback", hints)


def _subquestion(question: Element, text: Markup, answer: str) -> None:
    sub = SubElement(question, "subquestion", format="html")
    SubElement(sub, "text").text = text
    _text(sub, "answer", answer)


def _ordering(question: Element, item: Ordering, scoring: Scoring, texts: Texts) -> None:
    grading = "ALL_OR_NOTHING" if scoring.rule is ScoringRule.EXACT else "ABSOLUTE_POSITION"
    for tag, value in (
        ("layouttype", "VERTICAL"),
        ("selecttype", "ALL"),
        ("selectcount", "0"),
        ("gradingtype", grading),
        ("showgrading", "SHOW"),
        ("numberingstyle", "none"),
    ):
        SubElement(question, tag).text = value
    if item.feedback:
        _html(question, "partiallycorrectfeedback", texts.block(item.feedback))
        _html(question, "incorrectfeedback", texts.block(item.feedback))
    # Without it, Moodle 4.4 and 4.5 make up hints that their own database refuses.
    SubElement(question, "shownumcorrect")
    for place, element in enumerate(item.elements, start=1):
        _answer(question, place, texts.short(element.text), "html")


def _numeric(question: Element, item: Numeric, texts: Texts) -> None:
    answer = _answer(question, 100, format(item.key, "f"), _TYPED)
    SubElement(answer, "tolerance").text = format(item.tolerance, "f")
    for mistake in item.mistakes:
        for typed in mistake.answers:
            for number in read_numbers(typed):
                value = Decimal(number.numerator) / Decimal(number.denominator)
                answer = _answer(question, 0, format(value, "f"), _TYPED)
                _feedback(answer, mistake.feedback, texts)
                SubElement(answer, "tolerance").text = "0"
    SubElement(question, "unitgradingtype").text = "0"
    SubElement(question, "showunits").text = "3"


def _typed(question: Element, accept: Sequence[str], mistakes: Sequence[ExpectedError], texts: Texts) -> None:
    for right in accept:
        _answer(question, 100, _literal(right), _TYPED)
    for mistake in mistakes:
        for wrong in mistake.answers:
            _feedback(_answer(question, 0, _literal(wrong), _TYPED), mistake.feedback, texts)


def _embedded(gap: Gap, weight: int, texts: Texts) -> Markup:
    """Return a gap in the syntax of Moodle's embedded answers."""
    alternatives = [f"={_quoted(right)}" for right in gap.accept]
    for mistake in gap.mistakes:
        told = _unembedded(texts.short(mistake.feedback)).replace("\n", " ")
        alternatives += [f"%0%{_quoted(wrong)}#{told}" for wrong in mistake.answers]
    return Markup(f"{{{weight}:SHORTANSWER:{'~'.join(alternatives)}}}")  # noqa: S704 - quoted above


def _quoted(answer: str) -> str:
    """Return an answer for a gap: signs of HTML and of the syntax as character references, which Moodle undoes."""
    return _literal(answer).translate(_ANSWER_SIGNS)


def _unembedded(html: str) -> Markup:
    """Return HTML in which nothing looks like the beginning or the end of a gap."""
    return Markup(html.translate(_GAP_SIGNS))  # noqa: S704 - it was HTML before


def _literal(answer: str) -> str:
    # An asterisk alone would match anything.
    return answer.replace("*", "\\*")


def _answer(question: Element, fraction: int | str, text: str, form: str) -> Element:
    answer = SubElement(question, "answer", fraction=str(fraction), format=form)
    SubElement(answer, "text").text = text
    return answer


def _feedback(answer: Element, told: str | None, texts: Texts) -> None:
    if told:
        _html(answer, "feedback", texts.block(told))


def _text(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    SubElement(element, "text").text = text
    return element


def _html(parent: Element, tag: str, html: str) -> Element:
    element = SubElement(parent, tag, format="html")
    SubElement(element, "text").text = html
    return element
