"""How a question stands in the terminal: what is shared with others, what to choose from, and how to answer."""

from collections.abc import Callable, Iterator

from kitbag.console import Console
from kitbag.course.model import Course
from kitbag.questions.model import Categorise, Cloze, Essay, Item, Matching, Numeric, Ordering, TrueFalse
from kitbag.questions.text import GAP
from kitbag.rendering.markdown import plain as words_of
from kitbag.results.answering import order_letters
from kitbag.results.attempt import Response
from kitbag.results.sheet import Answer, SheetEntry, letter


def tell_stimulus(item: Item, course: Course, console: Console) -> None:
    """Write the text and picture that the item shares with others, if any."""
    stimulus = course.stimuli.get(item.stimulus or "")
    if stimulus:
        if stimulus.title:
            console.wrapped(stimulus.title, "strong")
        console.wrapped(words_of(stimulus.text))
        if stimulus.picture:
            console.wrapped(console.t("terminal.picture", alt=stimulus.picture.alt))
        console.say()


def choices(entry: SheetEntry, response: Response, console: Console) -> Iterator[str]:
    """Give what there is to choose from, to order or to fill, a line each; the response has its signs."""
    item = entry.item
    chosen = {response} if isinstance(response, str) else set(response or ())
    match item:
        case TrueFalse():
            texts = {"true": console.t("quiz.true"), "false": console.t("quiz.false")}
        case Matching():
            yield from (f"{place}. {words_of(one.text)}" for place, one in enumerate(item.premises, 1))
            yield ""
            texts = {one.id: one.text for one in item.responses}
        case Categorise():
            by_id = {one.id: one.text for one in item.elements}
            yield from (f"{place}. {words_of(by_id[name])}" for place, name in enumerate(entry.places, 1))
            yield ""
            texts = {one.id: one.text for one in item.categories}
        case Ordering():
            by_id = {one.id: one.text for one in item.elements}
            yield from (f"{name}. {words_of(by_id[place])}" for place, name in order_letters(entry).items())
            return
        case Cloze():
            numbers = {gap.id: place for place, gap in enumerate(item.gaps, 1)}
            yield words_of(GAP.sub(lambda gap: f"({numbers[gap[1]]}) ______", item.text))
            return
        case Numeric():
            if item.unit:
                yield item.unit
            return
        case Essay():
            if item.words:
                yield console.t("quiz.about_words", count=item.words)
            return
        case _:
            texts = {one.id: one.text for one in getattr(item, "options", ())}
    signs = ("● ", "○ ") if console.unicode else ("(*) ", "( ) ")
    for name, choice in zip(entry.letters, entry.choices, strict=True):
        sign = "" if console.plain or entry.places else signs[choice not in chosen]
        yield f"{sign}{name}. {words_of(texts[choice])}"


def how(entry: SheetEntry, text: Callable[..., str]) -> str:
    """Tell how this question is answered, with an example."""
    last = entry.letters[-1] if entry.letters else ""
    examples = {
        Answer.ONE: "A",
        Answer.SEVERAL: "A C",
        Answer.LETTERS: " ".join(entry.letters[place % len(entry.letters)] for place in range(len(entry.places)))
        if entry.letters
        else "",
        Answer.ORDER: " ".join(letter(place) for place in reversed(range(len(entry.places)))),
    }
    return text(f"terminal.how.{entry.answer}", example=examples.get(entry.answer, ""), letter=last)
