"""The EPUB as a reading system lays it out: each chapter in columns of one screen, set on its body."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kitbag.course.load import load_course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse

PROJECTS = Path(__file__).parent.parent / "projects"

# What is set on the body of a chapter by epub.js, which many readers and platforms are built on.
COLUMNS = """([width, height]) => {
  const style = document.body.style;
  document.documentElement.style.overflow = "hidden";
  for (const one of document.querySelectorAll("details")) one.open = true;
  const set = {
    width: `${width}px`, height: `${height}px`, "box-sizing": "border-box", margin: 0, padding: "20px 10px",
    "overflow-y": "hidden", "column-fill": "auto", "column-gap": "20px", "column-width": `${width - 20}px`,
  };
  for (const [name, value] of Object.entries(set)) style.setProperty(name, String(value), "important");
}"""

# Lines that lie below the end of a page can't be seen: readers turn pages sideways.
CUT = """(height) => {
  const cut = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.trim() || !node.parentElement.checkVisibility()) continue;
    range.selectNodeContents(node);
    const below = [...range.getClientRects()].some(({ bottom }) => bottom > height + 1);
    if (below) cut.push(node.textContent.trim().slice(0, 40));
  }
  return cut;
}"""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The chapters of two courses, unpacked."""
    chapters = []
    for project in ("every-block", "every-item-type"):
        course = load_course(PROJECTS / project).course
        assert course is not None
        folder = tmp_path_factory.mktemp(project)
        [book] = deliver("epub", RenderedCourse(course, PROJECTS / project), folder)
        with zipfile.ZipFile(book) as archive:
            archive.extractall(folder)
        chapters += sorted((folder / "EPUB").rglob("*.xhtml"))
    return chapters


@pytest.mark.parametrize(("width", "height"), [(1000, 700), (320, 568)])
def test_every_line_of_every_chapter_is_on_some_page(
    width: int, height: int, books: list[Path], open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport={"width": width, "height": height})
    found: dict[str, Any] = {}
    for chapter in books:
        page.goto(chapter.as_uri())
        page.evaluate(COLUMNS, [width, height])
        if cut := page.evaluate(CUT, height):
            found[chapter.stem] = cut
        pages = page.evaluate("(width) => document.body.scrollWidth / width", width)
        assert pages < 60, f"{chapter.stem}: a short chapter takes {pages} pages"
    assert len(books) > 12
    assert found == {}
