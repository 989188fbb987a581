"""What the script of a quiz needs to know of its items: ids, keys, feedback and the words of the interface, as JSON."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any, NamedTuple, assert_never

from jinja2 import Environment

from kitbag.course.model import Course
from kitbag.questions.model import (
    Categorise,
    Choice,
    Cloze,
    Essay,
    ExpectedError,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.citations import passage_of
from kitbag.rendering.markdown import MarkdownRenderer

Json = dict[str, Any]
"""An object of a JSON island."""


class LessonLink(NamedTuple):
    """A lesson, as a link from the page that is being rendered."""

    title: str
    href: str


@dataclass(frozen=True)
class QuizContext:
    """What the page around a quiz knows. Every href is relative to that page."""

    course: Course
    environment: Environment
    """Made by `make_environment`; it finds `quiz/items.html`."""
    markdown: MarkdownRenderer
    catalogue: Catalogue
    passage_href: Callable[[str], str]
    """From a citation (`P2` or `P2.4`) to its place on the sources page."""
    lessons_of: Callable[[str], Sequence[LessonLink]]
    """From an objective's id to the lessons that work towards it."""
    media_href: Callable[[str], str]
    """From the name of a file under course/media."""


def quiz_island(items: Sequence[Item], context: QuizContext, *, kind: str, quiz: str, draw: int | None = None) -> Json:
    """Return what the quiz's script needs to know, keys included, ready to be written as JSON; but for its strings.

    `kind` is `practice` or `checkpoint`; `quiz` names the quiz in saved answers and attempt records; `draw` is how many
    of the items each try asks, where not all.
    """
    info = context.course.info
    entries = [_island_item(item, context) for item in items]
    texts = [(item.stem, item.rationale) for item in items]
    known = context.course.objectives
    # A checkpoint gives no result by objective, and stands in the lesson to read again.
    reported = items if kind == "practice" else ()
    objectives = dict.fromkeys(item.objective for item in reported if item.objective in known)
    return {
        "kind": kind,
        "quiz": quiz,
        "course": info.id,
        "edition": info.edition,
        "language": info.language,
        "scoring": info.scoring,
        # Answers saved under other questions are no answers to these.
        "version": sha256(json.dumps([entries, texts], sort_keys=True).encode()).hexdigest()[:16],
        "objectives": [
            {
                "id": objective,
                "text": known[objective].text,
                "lessons": [lesson._asdict() for lesson in context.lessons_of(objective)],
            }
            for objective in objectives
        ],
        "items": entries,
        **({} if draw is None else {"draw": draw}),
    }


def scoring_data(item: Item) -> Json:
    """Return what `templates/quiz/scoring.js` and `shuffle.js` need to know of an item, under the model's own names."""
    data: Json = {"id": item.id, "type": item.type, "points": item.points}
    if not isinstance(item, Numeric | ShortAnswer | Essay):
        data["scoring"] = item.scoring
    match item:
        case SingleChoice():
            data |= {"options": _ids(item.options), "key": item.key, "shuffle": item.shuffle, "floor": item.floor}
        case MultipleResponse():
            data |= {"options": _ids(item.options), "key": list(item.key), "shuffle": item.shuffle}
        case TrueFalse():
            data |= {"key": item.key, "floor": item.floor}
        case Matching():
            data["premises"] = [{"id": premise.id, "match": premise.match} for premise in item.premises]
            data["responses"] = _ids(item.responses)
        case Ordering():
            data["elements"] = _ids(item.elements)
        case Numeric():
            data |= {"key": f"{item.key:f}", "tolerance": f"{item.tolerance:f}"}
        case ShortAnswer():
            data["accept"] = list(item.accept)
        case Cloze():
            data["gaps"] = [{"id": gap.id, "accept": list(gap.accept)} for gap in item.gaps]
        case Categorise():
            data["categories"] = _ids(item.categories)
            data["elements"] = [{"id": element.id, "category": element.category} for element in item.elements]
        case Essay():
            pass
        case _:
            assert_never(item)
    return data


def _island_item(item: Item, context: QuizContext) -> Json:
    markdown = context.markdown
    return scoring_data(item) | {
        "objective": item.objective,
        "feedback": _feedback(item, markdown),
        "mistakes": _mistakes(item, markdown),
        **(_rubric(item, markdown) if isinstance(item, Essay) else {}),
    }


def _feedback(item: Item, markdown: MarkdownRenderer) -> dict[str, str]:
    """Return feedback as HTML by the id of what was chosen, or of what was matched or sorted wrongly."""
    texts: Iterable[tuple[str, str | None]]
    match item:
        case SingleChoice() | MultipleResponse():
            texts = ((option.id, option.feedback) for option in item.options)
        case TrueFalse():
            texts = (("true", item.feedback.true), ("false", item.feedback.false))
        case Matching():
            texts = ((premise.id, premise.feedback) for premise in item.premises)
        case Categorise():
            texts = ((element.id, element.feedback) for element in item.elements)
        case Ordering():
            texts = (("wrong", item.feedback),)
        case Numeric() | ShortAnswer() | Cloze() | Essay():
            texts = ()
        case _:
            assert_never(item)
    return {name: markdown.block(text) for name, text in texts if text}


def _mistakes(item: Item, markdown: MarkdownRenderer) -> list[Json]:
    """Return the wrong answers that are known, with feedback as HTML; `gap` is empty but in a cloze."""

    def known(mistakes: Sequence[ExpectedError], gap: str = "") -> list[Json]:
        return [{"gap": gap, "answers": list(m.answers), "feedback": markdown.block(m.feedback)} for m in mistakes]

    if isinstance(item, Cloze):
        return [mistake for gap in item.gaps for mistake in known(gap.mistakes, gap.id)]
    return known(item.mistakes) if isinstance(item, Numeric | ShortAnswer) else []


def _rubric(item: Essay, markdown: MarkdownRenderer) -> Json:
    return {
        "rubric": [{"id": c.id, "text": markdown.inline(c.text), "points": c.points} for c in item.rubric],
        "model_answer": markdown.block(item.model_answer) if item.model_answer else "",
    }


def cites_of(item: Item, context: QuizContext) -> list[Json]:
    """Return what the item rests on: each citation with its place on the sources page, and the label of its passage.

    Of several facts of one passage in a row only the last has the label: it names the passage for them all.
    """
    passages = context.course.passages
    cites = []
    for cite, after in zip_longest(item.cites, item.cites[1:]):
        goes_on = after is not None and passage_of(after) == passage_of(cite)
        passage = None if goes_on else passages.get(passage_of(cite))
        cites.append({"cite": cite, "label": passage.label if passage else "", "href": context.passage_href(cite)})
    return cites


def _ids(named: Iterable[Option | Choice]) -> list[Json]:
    return [{"id": each.id} for each in named]
