"""The coverage page: one accessible file in which number and shade say the same."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Page

from kitbag.course.coverage import coverage
from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.rendering.reports import coverage_page

GAPS = Path(__file__).parents[1] / "projects" / "gaps"


@pytest.fixture(scope="module")
def course() -> Course:
    found = load_course(GAPS).course
    assert found
    return found


@pytest.fixture(scope="module")
def page(course: Course) -> html.HtmlElement:
    return html.document_fromstring(coverage_page(coverage(course), course))


def test_the_page_needs_no_other_file_and_no_script(page: html.HtmlElement) -> None:
    assert page.xpath("//@src | //link | //script | //@href | //@style") == []


def test_each_cell_of_the_heat_map_says_in_numbers_what_its_shade_says(page: html.HtmlElement) -> None:
    rows = page.xpath("//*[@aria-labelledby='map']//tbody/tr")
    cells = [
        [(cell.text_content(), cell.get("class")) for cell in row.xpath("td[contains(@class, ' s')]")] for row in rows
    ]
    assert cells == [
        [("3", "number s4"), ("0", "number s0")],
        [("0", "number s0"), ("1", "number s2")],
        [("0", "number s0"), ("0", "number s0")],
    ]


def test_every_table_has_headers_for_its_columns_and_rows(page: html.HtmlElement) -> None:
    tables = page.xpath("//table")
    assert len(tables) == 5
    for table in tables:
        width = len(table.xpath("thead/tr/th[@scope='col']"))
        for row in table.xpath("tbody/tr"):
            assert len(row.xpath("th[@scope='row'] | td")) == width
            assert len(row.xpath("th[@scope='row']")) == 1


def test_gaps_are_told_in_words(page: html.HtmlElement) -> None:
    gaps = [entry.text_content() for entry in page.xpath("//h2[@id='gaps']/following-sibling::ul[1]/li")]
    assert "T3: No lesson teaches this passage." in gaps
    assert len(gaps) == 7
    states = [cell.text_content() for cell in page.xpath("//td[contains(@class, 'state')]")]
    assert states == ["taught", "left out", "taught", "not taught"]


def test_authors_text_is_escaped(course: Course) -> None:
    hostile = course.info.model_copy(update={"title": "<script>alert(1)</script>"})
    text = coverage_page(coverage(course), replace(course, info=hostile))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_by_day_and_by_night(
    course: Course, tmp_path: Path, open_page: Callable[..., Page], axe: Callable[[Page], list[str]], scheme: str
) -> None:
    (tmp_path / "coverage.html").write_text(coverage_page(coverage(course), course), "utf-8")
    page = open_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.goto((tmp_path / "coverage.html").as_uri())
    assert axe(page) == []
    white = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert white is (scheme == "light")
