"""After any save a preview shows what one that has just begun would show, and what worked last where nothing does."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kitbag.preview.showing import Page, Showing
from kitbag.preview.watching import snapshot
from kitbag.rendering.pages import render_site

PROJECTS = Path(__file__).parent.parent / "projects"
LESSON = "site/lessons/m1/sea.html"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "every-block", tmp_path / "course")


@pytest.fixture
def showing(folder: Path) -> Showing:
    showing = Showing(folder)
    showing.refresh(snapshot(folder))
    return showing


def pages(showing: Showing) -> dict[str, Page | None]:
    course = showing.course
    assert course
    site = [f"site/{name}" for name, _ in render_site(course, templates=course.folder)]
    return {path: showing.page(path) for path in [*site, "tests/for-instructors.html", "reports/coverage.html"]}


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return edit


def template(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "templates" / name).write_text(text, "utf-8")

    return write


def another_picture(folder: Path) -> None:
    (folder / "course/media/wave.svg").rename(folder / "course/media/swell.svg")
    change("course/m1.yaml", "wave.svg", "swell.svg")(folder)


def a_new_module(folder: Path) -> None:
    text = (folder / "course/m2.yaml").read_text("utf-8").replace("m2", "m3").replace("2.1", "3.1")
    (folder / "course/m3.yaml").write_text(text, "utf-8")
    change("course/course.yaml", "modules: [m1, m2]", "modules: [m1, m2, m3]")(folder)


SAVES: dict[str, Callable[[Path], None]] = {
    "a lesson": change("course/m1.yaml", "A spring tide is high.", "A spring tide is very high."),
    "a title that neighbours show": change("course/m2.yaml", "title: ", "title: New "),
    "an item": change("questions/m1.yaml", "rationale: ", "rationale: Clearly "),
    "a line more above the items": change("questions/m1.yaml", "items:", "# A note.\nitems:"),
    "a passage": change("course/sources.yaml", "label: ", "label: New "),
    "a term": change("course/glossary.yaml", "term: ", "term: New "),
    "the course": change("course/course.yaml", "title: ", "title: New "),
    "a module more": a_new_module,
    "modules in another order": change("course/course.yaml", "modules: [m1, m2]", "modules: [m2, m1]"),
    "a template": template(
        "site/lesson.html", '{% extends "theme/site/lesson.html" %}{% block kind %}Own{% endblock %}'
    ),
    "a style sheet": template("brand.css", ":root { --paper: red; }"),
    "a picture": change("course/media/wave.svg", "<svg", "<svg class='new'"),
    "a picture of another name": another_picture,
}


@pytest.mark.parametrize("save", SAVES)
def test_a_save_shows_what_a_preview_that_begins_shows(save: str, folder: Path, showing: Showing) -> None:
    before = pages(showing)
    SAVES[save](folder)
    showing.refresh(snapshot(folder))
    now = pages(showing)
    assert now != before
    anew = Showing(folder)
    anew.refresh(snapshot(folder))
    assert now == pages(anew)
    assert showing.findings == anew.findings
    if save not in ("a template", "a style sheet", "a picture", "a picture of another name"):
        # Where it is the same, whoever reads it is left in peace.
        for path, page in now.items():
            old = before.get(path)
            assert page is None or old is None or (page.mark == old.mark) == (page.data == old.data), path


def test_a_page_that_is_asked_for_before_the_course_is_read_waits(folder: Path) -> None:
    showing = Showing(folder)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(showing.page, LESSON)
        with pytest.raises(TimeoutError):
            asked.result(timeout=0.2)
        showing.refresh(snapshot(folder))
        page = asked.result(timeout=20)
    assert page
    assert page.data


MISTAKES: dict[str, Callable[[Path], object]] = {
    "a key that is none": change("course/m1.yaml", "title: The sea", "titel: The sea"),
    "a file that is gone": lambda folder: (folder / "questions/m1.yaml").unlink(),
    "a picture that is gone": lambda folder: (folder / "course/media/wave.svg").unlink(),
    "no folder": shutil.rmtree,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_keeps_what_worked_and_says_what_is_wrong(mistake: str, folder: Path, showing: Showing) -> None:
    kept = shutil.copytree(folder, folder.with_name("kept"))
    before = showing.page(LESSON)
    assert before
    MISTAKES[mistake](folder)
    showing.refresh(snapshot(folder))
    anew = Showing(folder)
    anew.refresh(snapshot(folder))
    assert anew.course is None
    assert showing.findings == anew.findings
    now = showing.page(LESSON)
    assert now
    assert (now.data, now.stale, now.findings) == (before.data, True, anew.findings)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)
    showing.refresh(snapshot(folder))
    mended = showing.page(LESSON)
    assert mended
    assert (mended.data, mended.stale, mended.findings) == (before.data, False, before.findings)
