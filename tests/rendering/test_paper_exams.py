"""Tests on paper: each type of item has a form for a pen, and none of it tells the key."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import DrawnItem, Form
from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Item, ItemType, Use
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.paper_exams import Exam, draw_forms, exam
from kitbag.rendering.paper_pdf import PaperDocument, render_pdf
from kitbag.results.grid import blank_grid, read_grid
from kitbag.results.marking import mark_grid

TEA = Path(__file__).parents[1] / "projects/every-item-type"


@pytest.fixture(scope="module")
def course() -> Course:
    course = load_course(TEA).course
    assert course is not None
    return course


@pytest.fixture(scope="module")
def items(course: Course) -> list[Item]:
    """One item of each type."""
    return list({item.type: item for item in course.items.values()}.values())


def one_of_each(items: list[Item], **test: Any) -> Form:
    fields = {"id": "all", "title": "All of it", "purpose": "final", "instructions": "Go.", **test}
    drawn = tuple(DrawnItem(item, shown_order(item, "seed")) for item in items)
    return Form("7KQX-3M2R", Assessment(blueprint=Blueprint(items=len(items)), **fields), 1, 1, drawn)


def papers(course: Course, form: Form) -> dict[str, PaperDocument]:
    made: Exam = exam(course, [form], size="a4", templates=None)
    return {document.path: document for document in made.documents}


def test_the_project_has_every_type(items: list[Item]) -> None:
    assert {item.type for item in items} == {str(kind) for kind in ItemType}


def test_a_test_has_papers_answer_sheets_large_print_and_a_key(course: Course, items: list[Item]) -> None:
    assert list(papers(course, one_of_each(items))) == [
        "exams/papers/all-A.pdf",
        "exams/papers/all-A-answer-sheet.pdf",
        "exams/papers/all-A-large.pdf",
        "exams/papers/all-A-answer-sheet-large.pdf",
        "exams/keys/all-A-key.pdf",
    ]


# --- The key stays with the marker --------------------------------------------------------------------------------


def another(item: Any) -> dict[str, Any]:
    """Return the fields of an item that hold its key, with another key in them."""
    match item.type:
        case "single-choice":
            return {"key": next(option.id for option in item.options if option.id != item.key)}
        case "multiple-response":
            return {"key": tuple(option.id for option in item.options if option.id not in item.key)}
        case "true-false":
            return {"key": not item.key}
        case "matching":
            first = {"match": item.responses[0].id}
            return {"premises": tuple(premise.model_copy(update=first) for premise in item.premises)}
        case "ordering":
            return {"elements": tuple(reversed(item.elements))}
        case "numeric":
            return {"key": item.key + 1000, "tolerance": item.tolerance + 7}
        case "short-answer":
            return {"accept": ("a much longer answer than before",)}
        case "cloze":
            longer = {"accept": ("antidisestablishmentarianism",)}
            return {"gaps": tuple(gap.model_copy(update=longer) for gap in item.gaps)}
        case "categorise":
            last = {"category": item.categories[-1].id}
            return {"elements": tuple(element.model_copy(update=last) for element in item.elements)}
        case "essay":
            return {"model_answer": "Another.", "rubric": item.rubric[:1]}
    raise AssertionError(item.type)


def with_other_key(item: Item) -> Item:
    told = {"rationale": "Other.", "cites": (), "level": "remember"}
    return item.model_copy(update=another(item) | told)


def test_no_key_can_be_read_off_paper_or_sheet(course: Course, items: list[Item]) -> None:
    """With another key for every item, each paper stays the same to the letter; only the marker's key changes."""
    form = one_of_each(items)
    others = tuple(DrawnItem(with_other_key(item), order) for item, order in form.items)
    before, after = papers(course, form), papers(course, replace(form, items=others))

    for path in before:
        same = before[path].html() == after[path].html()
        assert same is ("/papers/" in path), path


def test_the_key_gives_answer_rationale_and_passages(course: Course, items: list[Item]) -> None:
    html = papers(course, one_of_each(items))["exams/keys/all-A-key.pdf"].html()
    for item in items:
        assert item.id in html
        assert f"[{', '.join(item.cites)}]" in html


# --- The pen ------------------------------------------------------------------------------------------------------


def test_every_type_has_its_own_place_to_answer(course: Course, items: list[Item]) -> None:
    form = one_of_each(items)
    sheet = papers(course, form)["exams/papers/all-A-answer-sheet.pdf"].html()
    body = sheet[sheet.index('<div class="leaf">') :]
    rows = dict(enumerate(re.split(r'<p class="no">\d+</p>', body)[1:]))

    def count(kind: str, pattern: str) -> int:
        number = next(n for n, item in enumerate(items) if item.type == kind)
        return len(re.findall(pattern, rows[number].split("</li>")[0]))

    by_type: dict[str, Any] = {item.type: item for item in items}
    assert count("single-choice", 'class="bubble"') == len(by_type["single-choice"].options)
    assert count("multiple-response", 'class="bubble"') == len(by_type["multiple-response"].options)
    assert count("true-false", 'class="bubble"') == 2
    assert count("matching", 'class="cell"') == len(by_type["matching"].premises)
    assert count("ordering", 'class="cell"') == len(by_type["ordering"].elements)
    assert count("categorise", 'class="cell"') == len(by_type["categorise"].elements)
    assert count("cloze", 'class="write"') == len(by_type["cloze"].gaps)
    assert count("short-answer", 'class="write"') == 1
    assert count("numeric", 'class="wide"') == 1
    assert sheet.count('class="essay"') == 1


def many(course: Course) -> Form:
    """A long test: items with four options each, whose last one is unlike all others."""
    item = next(item for item in course.items.values() if item.type == "single-choice")
    drawn = []
    for number in range(40):
        options = tuple(
            item.options[0].model_copy(update={"id": f"o{n}", "text": f"choice {number} {n} end"}) for n in range(4)
        )
        fields = {
            "id": f"x{number}",
            "stem": f"stem {number} begins",
            "options": options,
            "key": "o1",
            "stimulus": None,
        }
        drawn.append(DrawnItem(item.model_copy(update=fields), tuple(option.id for option in options)))
    return Form("7KQX-3M2R", one_of_each([item]).test, 1, 1, tuple(drawn))


def pages(document: PaperDocument) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(io.BytesIO(render_pdf(document))).pages)


def test_no_item_is_broken_across_pages(course: Course) -> None:
    texts = [
        re.sub(r"\s+", " ", page.extract_text())
        for page in pages(papers(course, many(course))["exams/papers/all-A.pdf"])
    ]
    assert len(texts) > 3
    for number in range(40):
        first = [page for page, text in enumerate(texts) if f"stem {number} begins" in text]
        last = [page for page, text in enumerate(texts) if f"choice {number} 3 end" in text]
        assert first == last != []


def test_a_long_answer_sheet_has_a_place_for_every_question(course: Course) -> None:
    html = papers(course, many(course))["exams/papers/all-A-answer-sheet.pdf"].html()
    assert re.findall(r'<p class="no">(\d+)</p>', html) == [str(number) for number in range(1, 41)]


def test_no_question_is_lost_where_a_sheet_goes_on(course: Course, items: list[Item]) -> None:
    again = [item.model_copy(update={"id": f"{item.id}-{turn}"}) for turn in range(6) for item in items]
    made = papers(course, one_of_each(again))
    for path in ("exams/papers/all-A-answer-sheet.pdf", "exams/papers/all-A-answer-sheet-large.pdf"):
        numbers = set(re.findall(r"\b[0-9]+\b", " ".join(page.extract_text() for page in pages(made[path]))))
        assert {str(number) for number in range(1, len(again) + 1)} <= numbers, path


def test_nothing_in_large_print_is_smaller_than_18_points(course: Course, items: list[Item]) -> None:
    made = papers(course, one_of_each(items))
    for path in ("exams/papers/all-A-large.pdf", "exams/papers/all-A-answer-sheet-large.pdf"):
        sizes: dict[float, str] = {}
        for page in pages(made[path]):

            def note(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
                if text.strip():
                    sizes[round(size * abs(tm[3] * cm[3]), 1)] = text  # noqa: B023 - read before the next page

            page.extract_text(visitor_text=note)
        assert min(sizes) >= 18, sizes[min(sizes)]


def test_items_under_one_stimulus_show_it_once(course: Course, items: list[Item]) -> None:
    stimulus = next(iter(course.stimuli.values()))
    together = [item.model_copy(update={"stimulus": stimulus.id}) for item in items[:3]]
    html = papers(course, one_of_each(together))["exams/papers/all-A.pdf"].html()
    assert html.count('class="stimulus"') == 1


# --- From the draw to the mark ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_papers(course: Course) -> None:
    first = draw_forms(course, "final", variants=2, seed="2026")
    assert [form.id for form in first] == [form.id for form in draw_forms(course, "final", variants=2, seed="2026")]
    assert len({form.id for form in first}) == 2


def test_the_second_attempt_goes_by_another_name(course: Course) -> None:
    forms = draw_forms(course, "final", variants=1, seed="2026", attempt=2)
    made = exam(course, forms, size="letter", templates=None)
    assert made.documents[0].path == "exams/papers/final-2-A.pdf"


def test_the_grid_that_comes_with_the_papers_can_be_marked(course: Course) -> None:
    from datetime import UTC, datetime

    made = exam(course, draw_forms(course, "final", variants=2, seed="2026"), size="a4", templates=None)
    second = made.variants[1].form.id
    blank = blank_grid(made.variants[0].form.test, made.variants, seats=2)
    keyed = blank.replace("\r\n1,", f"\r\n1,{second},Doe,", 1)
    marked = mark_grid(course, read_grid(keyed.encode(), file="grid.csv"), when=datetime(2026, 11, 23, tzinfo=UTC))

    assert marked.findings == ()
    assert [attempt.form for attempt in marked.attempts] == [second]


def test_papers_know_nothing_of_the_instructors_part(course: Course) -> None:
    secret = "Zqxj"  # noqa: S105 - a word to look for
    hidden = {"rationale": secret, "enemies": (), "use": Use.TEST}
    items = [item.model_copy(update=hidden) for item in {item.type: item for item in course.items.values()}.values()]
    for path, document in papers(course, one_of_each(items)).items():
        assert (secret in document.html()) is ("/keys/" in path), path
