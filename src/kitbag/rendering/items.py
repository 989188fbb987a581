"""Items and quizzes as accessible HTML that reads and takes answers before any script runs.

A page that shows a quiz calls one of

- `render_checkpoint(items, context, *, quiz, title=None) -> Markup`: practice items inside a lesson; the page's
  headings have reached level 1, the checkpoint opens with an `h2`;
- `render_practice_quiz(module, items, context) -> Markup`: a module's whole practice quiz, for a page whose `h1` the
  caller writes; its own headings begin at `h2`;

links every file of `QUIZ_STYLES` in its head and every file of `QUIZ_SCRIPTS`, in that order and with `defer`. The
paths are relative to `kitbag/templates`; the caller ships the files and decides where they lie. No inline script or
style is needed: the quiz's data is a JSON island, so `default-src 'none'; script-src 'self'; style-src 'self'; img-src
'self'` suffices.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple, assert_never

from jinja2 import Environment
from markupsafe import Markup

from kitbag.course.model import Course, Module
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
    Stimulus,
    TrueFalse,
)
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.markdown import MarkdownRenderer, plain

QUIZ_SCRIPTS: Final = (
    "quiz/shuffle.js",
    "quiz/scoring.js",
    "quiz/sitting.js",
    "quiz/controls.js",
    "quiz/report.js",
    "quiz/quiz.js",
)
"""Classic scripts, in loading order."""

QUIZ_STYLES: Final = ("quiz/quiz.css",)
"""Style sheets; they use the site's custom properties."""


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


Json = dict[str, Any]
"""An object of a JSON island."""

# Longer words than these are cut off in a closed drop-down list on a narrow screen; they get a lettered list above it.
_SHORT_RESPONSE: Final = 28
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def render_checkpoint(items: Sequence[Item], context: QuizContext, *, quiz: str, title: str | None = None) -> Markup:
    """Return practice items inside a lesson; `quiz` names the checkpoint within the course (`m1.origins.1`)."""
    return _render(
        items, context, kind="checkpoint", quiz=quiz, title=title or context.catalogue.text("quiz.checkpoint")
    )


def render_practice_quiz(module: Module, items: Sequence[Item], context: QuizContext) -> Markup:
    """Return the practice quiz of a module; `items` are its practice items, in the order to show."""
    return _render(items, context, kind="practice", quiz=module.id, title=context.catalogue.text("quiz.questions"))


def quiz_island(items: Sequence[Item], context: QuizContext, *, kind: str, quiz: str) -> Json:
    """Return what the quiz's script needs to know, keys included, ready to be written as JSON.

    `kind` is `practice` or `checkpoint`; `quiz` names the quiz in saved answers and attempt records.
    """
    info = context.course.info
    entries = [_island_item(item, context) for item in items]
    known = context.course.objectives
    objectives = dict.fromkeys(item.objective for item in items if item.objective in known)
    return {
        "kind": kind,
        "quiz": quiz,
        "course": info.id,
        "edition": info.edition,
        "language": info.language,
        "scoring": info.scoring,
        # Answers saved under other questions are no answers to these.
        "version": sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()[:16],
        "objectives": [
            {
                "id": objective,
                "text": known[objective].text,
                "lessons": [lesson._asdict() for lesson in context.lessons_of(objective)],
            }
            for objective in objectives
        ],
        "items": entries,
        "strings": dict(context.catalogue.area("quiz")),
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
        "rationale": markdown.block(item.rationale),
        "cites": _cites(item, context),
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


def _cites(item: Item, context: QuizContext) -> list[Json]:
    passages = context.course.passages
    cites = []
    for cite in item.cites:
        passage = passages.get(cite.partition(".")[0])
        cites.append({"cite": cite, "label": passage.label if passage else "", "href": context.passage_href(cite)})
    return cites


def _ids(named: Iterable[Option | Choice]) -> list[Json]:
    return [{"id": each.id} for each in named]


# --- The page as it is before its script runs -------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """Consecutive items, and the stimulus they share."""

    stimulus: Stimulus | None
    items: tuple[Item, ...]


def _render(items: Sequence[Item], context: QuizContext, *, kind: str, quiz: str, title: str) -> Markup:
    template = context.environment.get_template("quiz/quiz.html")
    parts = _parts(items, context)
    shown = [item for part in parts for item in part.items]
    island = quiz_island(shown, context, kind=kind, quiz=quiz)
    page = template.render(
        context=context,
        md=context.markdown,
        kind=kind,
        quiz=quiz,
        title=title,
        course=context.course.info,
        parts=parts,
        number={item.id: place for place, item in enumerate(shown, 1)},
        cites={item.id: _cites(item, context) for item in shown},
        in_order=_in_order,
        needs_list=_needs_list,
        letters=_LETTERS,
        cloze=_cloze,
        island=_as_script(island),
    )
    return Markup(page)


def _parts(items: Sequence[Item], context: QuizContext) -> list[_Part]:
    """Bring items that share a stimulus together, where the first of them stands."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(f"stimulus {item.stimulus}" if item.stimulus else f"item {item.id}", []).append(item)
    stimuli = context.course.stimuli
    return [_Part(stimuli.get(group[0].stimulus or ""), tuple(group)) for group in groups.values()]


def _in_order(item: Item, named: Sequence[Any]) -> list[Any]:
    """Return options, elements or responses as they are shown before a sitting has a seed of its own."""
    by_id = {each.id: each for each in named}
    return [by_id[name] for name in shown_order(item, "")]


def _needs_list(choices: Sequence[Choice]) -> bool:
    """Tell whether a drop-down list alone would lose words or markup of these responses."""
    return any(len(choice.text) > _SHORT_RESPONSE or plain(choice.text) != choice.text for choice in choices)


def _cloze(item: Cloze, context: QuizContext, prefix: str) -> Markup:
    """Return the text with a box for each gap. A gap in an attribute (a link's title) stays as the author wrote it."""
    places = {gap.id: place for place, gap in enumerate(item.gaps, 1)}

    def box(found: re.Match[str]) -> str:
        gap = found[1]
        if gap not in places:
            return found[0]
        name = context.catalogue.text("quiz.gap", number=places[gap], count=len(places))
        return str(
            Markup(
                '<input type="text" class="quiz-gap" id="{}" data-id="{}" aria-label="{}" size="14" maxlength="500" autocomplete="off">'
            ).format(f"{prefix}:{gap}", gap, name)
        )

    html = re.split(r"(<[^>]*>)", context.markdown.block(item.text))
    return Markup("".join(part if part.startswith("<") else re.sub(r"\[\[([\w.-]+)\]\]", box, part) for part in html))


def _as_script(island: Json) -> Markup:
    """Return JSON that no text within can end early: `</script>` and `<!--` need the sign that is escaped here."""
    return Markup(json.dumps(island, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))
