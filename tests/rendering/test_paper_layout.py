"""Where things stand on paper: pages are filled, nothing is printed over anything else, lines start on their side."""

import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.rendering.paper import documents
from kitbag.rendering.paper_pdf import PaperDocument, print_documents
from kitbag.shipped import start

ROOT = Path(__file__).parents[2]
TEA = ROOT / "tests/projects/every-item-type"
MIDDLE = 595 / 2
"""Points from the left edge of an A4 sheet."""
HANDOUTS = ROOT / "src/kitbag/templates/handouts"


class Words(NamedTuple):
    """A run of text on a page, in points from the lower left corner."""

    page: int
    x: float
    y: float
    text: str


def course_in(folder: Path) -> Course:
    loaded = load_course(folder)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def document(course: Course, name: str) -> PaperDocument:
    return next(one for one in documents(course, size="a4", templates=None) if one.path.endswith(f"{name}.pdf"))


def words_of(one: PaperDocument, html: str | None = None) -> list[Words]:
    (printed,) = print_documents([(one, html or one.html())], processes=1)
    assert printed.pdf is not None, printed.findings
    runs: list[Words] = []

    def visit(page: int, text: str, cm: Any, tm: Any) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            runs.append(Words(page, x, y, text.strip()))

    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(printed.pdf)).pages, 1):
        page.extract_text(visitor_text=lambda text, cm, tm, *_, number=number: visit(number, text, cm, tm))
    return runs


def page_of(runs: list[Words], text: str) -> int:
    return next(run.page for run in reversed(runs) if text in run.text)


# --- The course book ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("above", [8, 9, 9.5, 10])
def test_a_lesson_begins_below_the_opening_of_its_module(tmp_path: Path, above: float) -> None:
    start(tmp_path / "course", skeleton=True)
    book = document(course_in(tmp_path / "course"), "course-book")
    assert ".lesson { margin-top: 9mm }" in book.html()
    runs = words_of(book, book.html().replace(".lesson { margin-top: 9mm }", f".lesson {{ margin-top: {above}mm }}"))
    assert page_of(runs, "You will be able to") == page_of(runs, "The house rules")


TERM_ENDS = ("deckhands", "écho", "locker", "zinc")
LONG_TERM = """
  - {id: zinc, term: zinc, definition: A metal., uncited: For this test.}
  - {id: able, term: able seamen and rated deckhands, definition: Short., uncited: For this test.}
  - {id: echo, term: écho, definition: Sorted between the two., uncited: For this test.}
"""


def test_terms_stand_in_order_and_not_over_one_another(tmp_path: Path) -> None:
    start(tmp_path / "course", skeleton=True)
    with (tmp_path / "course/course/glossary.yaml").open("a", encoding="utf-8") as file:
        file.write(LONG_TERM)
    runs = words_of(document(course_in(tmp_path / "course"), "course-book"))
    able, echo, locker, zinc = (next(run for run in runs if run.text.endswith(end)) for end in TERM_ENDS)
    assert able.page == zinc.page
    assert able.y - 15 > echo.y > locker.y > zinc.y


# --- From right to left ---------------------------------------------------------------------------------------------


def arabic(course: Course) -> Course:
    return replace(course, info=course.info.model_copy(update={"language": "ar"}))


@pytest.mark.parametrize("name", ["handout-m1", "course-book"])
def test_running_heads_change_sides(name: str) -> None:
    sides = []
    for course in (course_in(TEA), arabic(course_in(TEA))):
        runs = [run for run in words_of(document(course, name)) if run.page > 3 or name != "course-book"]
        head = next(run for run in runs if run.y > 790 and run.text == "Making tea")
        foot = next(run for run in runs if run.y < 50 and "Edition" in run.text)
        sides.append((head.x < MIDDLE, foot.x < MIDDLE))
    assert sides == [(True, True), (False, False)]


def test_labels_of_choices_stand_beside_their_own_line() -> None:
    runs = words_of(document(arabic(course_in(TEA)), "course-book"))
    page = next(run.page for run in runs if run.text == "four minutes")
    letters = [run for run in runs if run.page == page and run.x < MIDDLE and run.text in ("A", "B", "C")]
    assert [run.text for run in letters] == ["A", "B", "C"]
    assert all(above.y - below.y > 10 for above, below in pairwise(letters))


def test_an_arabic_chart_is_words_because_its_drawing_cannot_be_read() -> None:
    english, other = (document(course, "course-book").html() for course in (course_in(TEA), arabic(course_in(TEA))))
    assert (english.count('class="chart"'), english.count('class="chart-list"')) == (1, 1)
    assert (other.count('class="chart"'), other.count('class="chart-list"')) == (0, 1)


def test_the_page_number_of_an_arabic_course_is_one_english_run() -> None:
    html = document(arabic(course_in(TEA)), "course-book").html()
    number = '<span lang="en" dir="ltr">Page <span class="page"></span> of <span class="pages"></span></span>'
    assert f'<p class="running foot-end">{number}</p>' in html


def test_no_style_of_print_names_a_side() -> None:
    """A side named `left` is wrong in half of the directions; binding edges of pages are where they are."""
    named = re.compile(r"(?:margin|padding|border)-(?:left|right)|float: (?:left|right)|text-align: (?:left|right)")
    for file in sorted(path for path in HANDOUTS.iterdir() if path.suffix in (".css", ".html")):
        text = re.sub(r"@page[^{]*\{(?:[^{}]|\{\{.*?\}\}|\{[^{}]*\})*\}", "", file.read_text("utf-8"))
        assert named.findall(text) == [], file.name
