"""Items and quizzes as accessible HTML that reads and takes answers before any script runs.

A page that shows a quiz calls one of

- `render_checkpoint(items, context, *, name, quiz, title=None) -> Markup`: practice items inside a lesson; the page's
  headings have reached level 1, the checkpoint opens with an `h2`;
- `render_practice_quiz(module, items, context) -> Markup`: a module's whole practice quiz, for a page whose `h1` the
  caller writes; its own headings begin at `h2`;

links every file of `QUIZ_STYLES` in its head and every file of `QUIZ_SCRIPTS`, in that order and with `defer`; a lesson
spares those `NOT_IN_LESSONS`. The paths are relative to `kitbag/templates`; the caller ships the files, scripts by way
of `rendering.scripts.lean`, and decides where they lie. No inline script or style is needed: the quiz's data is a JSON
island, so `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'` suffices.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from markupsafe import Markup

from kitbag.course.model import Module
from kitbag.questions.model import Choice, Cloze, Item, Stimulus
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.markdown import plain
from kitbag.rendering.quiz_data import Json, LessonLink, QuizContext, cites_of, quiz_island
from kitbag.rendering.template_data import show

__all__ = [
    "NOT_IN_LESSONS",
    "QUIZ_SCRIPTS",
    "QUIZ_STYLES",
    "LessonLink",
    "QuizContext",
    "as_script",
    "render_checkpoint",
    "render_practice_quiz",
    "render_questions",
]

QUIZ_SCRIPTS: Final = (
    "quiz/shuffle.js",
    "quiz/scoring.js",
    "quiz/sitting.js",
    "quiz/controls.js",
    "quiz/report.js",
    "quiz/objectives.js",
    "quiz/quiz.js",
)
"""Classic scripts, in loading order."""

QUIZ_STYLES: Final = ("quiz/quiz.css", "quiz/objectives.css")
"""Style sheets, in loading order; they use the site's custom properties."""

NOT_IN_LESSONS: Final = frozenset({"quiz/objectives.js", "quiz/objectives.css"})
"""What checkpoints do without: they give no result by objective."""

# Longer words than these are cut off in a closed drop-down list on a narrow screen; they get a lettered list above it.
_SHORT_RESPONSE: Final = 28
_GAP: Final = Markup(
    '<input type="text" class="quiz-gap" id="{}" data-id="{}" aria-label="{}" size="14" maxlength="500"'
    ' autocomplete="off">'
)
_OPTIONS: Final = frozenset({"single-choice", "true-false", "multiple-response"})
_SAID_IN: Final[Mapping[str, frozenset[str]]] = {
    # The page says these itself, before its script runs.
    **dict.fromkeys(("checkpoint", "questions", "holds_keys", "without_script", "name_and_date", "task"), frozenset()),
    "draws": frozenset(),
    **dict.fromkeys(("true", "false", "choose", "position", "position_of"), frozenset()),
    **dict.fromkeys(("your_answer", "your_number", "about_words", "show_answer", "source"), frozenset()),
    "check": frozenset({"checkpoint"}),
    **dict.fromkeys(("hand_in", "by_objective", "read_again", "print"), frozenset({"practice"})),
    **dict.fromkeys(("your_choice", "right_choice", "right_choice_yours"), _OPTIONS),
    "missed_choice": frozenset({"multiple-response"}),
    "right_answer": frozenset({"matching", "categorise", "numeric", "short-answer", "cloze"}),
    **dict.fromkeys(("moved", "move_up", "move_down", "right_order"), frozenset({"ordering"})),
    "gap": frozenset({"cloze"}),
    **dict.fromkeys(("to_mark", "state.pending"), frozenset({"essay"})),
    **dict.fromkeys(("rubric", "rubric_help", "your_marks", "model_answer"), frozenset({"essay"})),
}
"""Strings that not every quiz's script may say: the kinds of quiz and types of items where it may."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def render_checkpoint(
    items: Sequence[Item], context: QuizContext, *, name: str, quiz: str, title: str | None = None
) -> Markup:
    """Return practice items inside a lesson.

    `name` begins every id on the page (`b3`); `quiz` names the checkpoint within the course (`m1.origins.3`).
    """
    title = title or context.catalogue.text("quiz.checkpoint")
    return _render(items, context, kind="checkpoint", name=name, quiz=quiz, title=title)


def render_practice_quiz(module: Module, items: Sequence[Item], context: QuizContext) -> Markup:
    """Return the practice quiz of a module; `items` are its practice items, in the order to show."""
    title = context.catalogue.text("quiz.questions")
    draw = module.practice_draw if module.practice_draw is not None and module.practice_draw < len(items) else None
    return _render(items, context, kind="practice", name="quiz", quiz=module.id, title=title, draw=draw)


def render_questions(items: Sequence[Item], context: QuizContext, *, name: str, seed: str) -> Markup:
    """Return the questions of a form as they are answered, without a key; `name` begins every id.

    `items` come in the order of the form, and `seed`, its id, draws the order of options.
    """
    template = context.environment.get_template("quiz/questions.html")
    return Markup(template.render(_asked(_parts(items, context), context, name=name, seed=seed), with_keys=False))


@dataclass(frozen=True)
class _Part:
    """Consecutive items, and the stimulus they share."""

    stimulus: Stimulus | None
    items: tuple[Item, ...]


show(_Part, "stimulus", "items")


def _render(
    items: Sequence[Item],
    context: QuizContext,
    *,
    kind: str,
    name: str,
    quiz: str,
    title: str,
    draw: int | None = None,
) -> Markup:
    parts = _parts(items, context)
    shown = [item for part in parts for item in part.items]
    page = context.environment.get_template("quiz/quiz.html").render(
        _asked(parts, context, name=name, seed=""),
        kind=kind,
        quiz=quiz,
        title=title,
        course=context.course.info,
        draw=draw,
        with_keys=True,
        cites={item.id: cites_of(item, context) for item in shown},
        island=_with_strings(
            as_script(quiz_island(shown, context, kind=kind, quiz=quiz, draw=draw)),
            _strings(context.catalogue, frozenset([kind, *(item.type for item in shown)])),
        ),
    )
    return Markup(page)


def _asked(parts: "Sequence[_Part]", context: QuizContext, *, name: str, seed: str) -> Json:
    """Return what `quiz/questions.html` needs to know; `seed` draws the order of options."""
    shown = [item for part in parts for item in part.items]
    return {
        "md": context.markdown,
        "media_href": context.media_href,
        "name": name,
        "parts": parts,
        "number": {item.id: place for place, item in enumerate(shown, 1)},
        "in_order": partial(_in_order, seed),
        "needs_list": _needs_list,
        "letters": _LETTERS,
        "cloze": partial(_cloze, context),
    }


def _parts(items: Sequence[Item], context: QuizContext) -> list[_Part]:
    """Bring items that share a stimulus together, where the first of them stands."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(f"stimulus {item.stimulus}" if item.stimulus else f"item {item.id}", []).append(item)
    stimuli = context.course.stimuli
    return [_Part(stimuli.get(group[0].stimulus or ""), tuple(group)) for group in groups.values()]


def _in_order(seed: str, item: Item, named: Sequence[Any]) -> list[Any]:
    """Return options, elements or responses as they are shown; a sitting of practice draws a seed of its own later."""
    by_id = {each.id: each for each in named}
    return [by_id[name] for name in shown_order(item, seed)]


def _needs_list(choices: Sequence[Choice]) -> bool:
    """Tell whether a drop-down list alone would lose words or markup of these responses."""
    return any(len(choice.text) > _SHORT_RESPONSE or plain(choice.text) != choice.text for choice in choices)


def _cloze(context: QuizContext, item: Cloze, prefix: str) -> Markup:
    """Return the text with a box for each gap. A gap in an attribute (a link's title) stays as the author wrote it."""
    places = {gap.id: place for place, gap in enumerate(item.gaps, 1)}

    def box(found: re.Match[str]) -> str:
        gap = found[1]
        if gap not in places:
            return found[0]
        name = context.catalogue.text("quiz.gap", number=places[gap], count=len(places))
        return str(_GAP.format(f"{prefix}:{gap}", gap, name))

    html = re.split(r"(<[^>]*>)", context.markdown.block(item.text))
    return Markup("".join(part if part.startswith("<") else re.sub(r"\[\[([\w.-]+)\]\]", box, part) for part in html))


def _with_strings(island: Markup, strings: Markup) -> Markup:
    """Add the words of the interface to a quiz's island; as JSON already, since many quizzes say the same."""
    return island[:-1] + Markup(',"strings":') + strings + Markup("}")


@cache
def _strings(catalogue: Catalogue, quizzes: frozenset[str]) -> Markup:
    """Return the strings that the script may say in a quiz of this kind with items of these types."""
    return as_script(
        {
            key: text
            for key, text in catalogue.area("quiz").items()
            if not quizzes.isdisjoint(_SAID_IN.get(key, _SAID_IN.get(key.partition(".")[0], quizzes)))
        }
    )


def as_script(island: Json) -> Markup:
    """Return JSON that no text within can end early or hide: `</script>` and `<!--` are written another way."""
    text = json.dumps(island, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("</", r"<\/").replace("<!", r"\u003c!"))
