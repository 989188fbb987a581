"""Tests on paper: a question paper and an answer sheet for each variant, also in large print, and a key for the marker.

What the templates of papers and answer sheets get is the printed form of each item, which knows only what a trainee may
see, and a course without the instructor's part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, assert_never

from kitbag.course.audience import trainee_view
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly, Form
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Item
from kitbag.rendering.paper_items import Labelled, PrintedItem
from kitbag.rendering.paper_pdf import PaperDocument
from kitbag.rendering.paper_press import Press, Size
from kitbag.rendering.template_data import show
from kitbag.results.grid import Variant, variants_of
from kitbag.results.sheet import Answer, as_written, key_response

PAPERS: Final = "exams/papers"
KEYS: Final = "exams/keys"


@dataclass(frozen=True)
class Exam:
    """A test on paper, as drawn and laid out."""

    variants: tuple[Variant, ...]
    """The forms, as variants A, B, C."""
    documents: tuple[PaperDocument, ...]


@dataclass(frozen=True)
class KeyEntry:
    """An item with what the marker needs."""

    item: Item
    question: PrintedItem
    key: tuple[Labelled, ...]
    written: str
    """The key as it stands on an answer sheet; empty for an essay."""


show(KeyEntry, "item", "question", "key", "written")


def draw_forms(course: Course, test: str, *, variants: int, seed: str, attempt: int = 1) -> tuple[Form, ...]:
    """Draw so many forms of a test from a seed; the same seed gives the same forms.

    They use the bank evenly, so that neighbours share as few items as it allows. `attempt` chooses the forms that are
    meant for a second sitting, which share no item with the first.

    Raises:
        NoForm: the bank cannot meet the blueprint.
        Undecided: the search for a form took too long.
        ValueError: the test has no such attempt.
    """
    assembly = Assembly(course.banks, course.info.tests)
    return tuple(assembly.draw(test, seed=seed, draw=draw, attempt=attempt) for draw in range(1, variants + 1))


def exam(course: Course, forms: Sequence[Form], *, size: Size, templates: Path | None) -> Exam:
    """Return a test on paper in as many variants as forms are given, all of one test and attempt.

    `templates` is the course folder whose own templates come first; `None` leaves only the theme.
    """
    test, attempt = forms[0].test, forms[0].attempt
    name = test.id if attempt == 1 else f"{test.id}-{attempt}"
    trainees = Press(trainee_view(course), size=size, templates=templates)
    markers = Press(course, size=size, templates=templates)
    variants = variants_of(forms)
    documents: list[PaperDocument] = []
    for variant in variants:
        shown = _shown(test, variant, trainees)
        documents += _papers(trainees, f"{PAPERS}/{name}-{variant.letter}", shown)
        documents.append(_key(markers, f"{KEYS}/{name}-{variant.letter}-key.pdf", variant, shown))
    return Exam(variants, tuple(documents))


def _shown(test: Assessment, variant: Variant, press: Press) -> dict[str, Any]:
    questions = [press.items.question(entry, number) for number, entry in enumerate(variant.entries, 1)]
    return {
        "test": test,
        "variant": variant.letter,
        "form": variant.form.id,
        "questions": questions,
        "points": sum(question.points for question in questions),
    }


def _papers(press: Press, path: str, shown: dict[str, Any]) -> Iterator[PaperDocument]:
    names = {"test": shown["test"].title, "variant": shown["variant"]}
    for large, end, kind in ((False, "", ""), (True, "-large", "_large")):
        title = press.catalogue.text(f"paper.title.exam{kind}", **names)
        yield press.document(f"{path}{end}.pdf", "exam.html", title, large=large, **shown)
        title = press.catalogue.text(f"paper.title.answer_sheet{kind}", **names)
        leaves = _leaves(shown["questions"], large=large)
        yield press.document(
            f"{path}-answer-sheet{end}.pdf", "answer-sheet.html", title, large=large, leaves=leaves, **shown
        )


def _leaves(questions: Sequence[PrintedItem], *, large: bool) -> list[list[list[PrintedItem]]]:
    """Return the questions of an answer sheet page by page, in two columns each, or in one for large print.

    Columns are as long as the shorter size of paper allows; the first page also has the head.
    """
    columns = 1 if large else 2
    leaves: list[list[list[PrintedItem]]] = []
    room = 0.0
    for question in questions:
        tall = _height(question) * (1.6 if large else 1)
        if room < tall:
            if not leaves or len(leaves[-1]) == columns:
                leaves.append([])
            leaves[-1].append([])
            room = (110 if large else 155) if len(leaves) == 1 else 205
        leaves[-1][-1].append(question)
        room -= tall
    if len(leaves) == 1 and columns == 2 and len(leaves[0]) == 1:
        half = -(-len(questions) // 2)
        return [[list(questions[:half]), list(questions[half:])]]
    return leaves


def _height(question: PrintedItem) -> float:
    """Return about how tall a question is on the answer sheet, in millimetres."""
    match question.answer:
        case Answer.ONE | Answer.SEVERAL:
            return 4 + 7.0 * -(-len(question.choices) // 9)
        case Answer.LETTERS | Answer.ORDER:
            return 4 + 8.5 * -(-len(question.places) // 4)
        case Answer.GAPS:
            return 4 + 8.2 * len(question.places)
        case Answer.NUMBER | Answer.WORDS | Answer.ESSAY:
            return 12
        case _:
            assert_never(question.answer)


def _key(press: Press, path: str, variant: Variant, shown: dict[str, Any]) -> PaperDocument:
    test: Assessment = shown["test"]
    entries = [
        KeyEntry(entry.item, question, press.items.key(entry, every=True), as_written(entry, key_response(entry.item)))
        for entry, question in zip(variant.entries, shown["questions"], strict=True)
    ]
    used = {entry.answer for entry in variant.entries}
    return press.document(
        path,
        "key.html",
        press.catalogue.text("paper.title.key", test=test.title, variant=variant.letter),
        entries=entries,
        keying=[press.catalogue.text(f"paper.keying.{answer}") for answer in Answer if answer in used],
        cut_score=press.course.info.cut_score if test.cut_score is None else test.cut_score,
        **shown,
    )
