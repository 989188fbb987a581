"""A preview as its author meets it: a real server, a real browser, files that change under both."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from kitbag.findings import Finding
from kitbag.preview.serving import PreviewServer
from kitbag.preview.showing import Showing
from kitbag.preview.watching import changes

PROJECTS = Path(__file__).parent.parent / "projects"
LESSON = "site/lessons/m1/sea.html"
WAIT = 20_000
"""Milliseconds a page may take on a machine that is busy with other tests."""


class Previewed(NamedTuple):
    """A course folder that is being previewed."""

    folder: Path
    address: str
    refreshed: list[Sequence[Finding]]

    def edit(self, name: str, before: str, after: str) -> None:
        """Save a file with a part of it changed."""
        file = self.folder / name
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), "utf-8")


@contextmanager
def previewed(folder: Path) -> Iterator[Previewed]:
    showing = Showing(folder)
    server = PreviewServer(showing, None)
    refreshed: list[Sequence[Finding]] = []

    def watch() -> None:
        for state in changes(folder, server.closing, pause=0.05):
            showing.refresh(state)
            refreshed.append(showing.findings)

    with server.running():
        watcher = threading.Thread(target=watch)
        watcher.start()
        while not refreshed:
            time.sleep(0.01)
        yield Previewed(folder, server.address, refreshed)
    watcher.join()


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Previewed]:
    with previewed(shutil.copytree(PROJECTS / "every-block", tmp_path / "a course ü")) as course:
        yield course


@pytest.fixture
def shown(course: Previewed, open_page: Callable[..., Page]) -> Page:
    page = open_page(origins=(course.address,), viewport={"width": 1280, "height": 700})
    page.set_default_timeout(WAIT)
    page.goto(course.address + LESSON)
    return page


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Kitbag preview")


def tops(page: Page, text: str) -> float:
    box = page.get_by_text(text).first.bounding_box()
    assert box is not None
    return box["y"]


def test_a_save_shows_where_the_reader_stood(course: Previewed, shown: Page) -> None:
    shown.get_by_text("Monday").scroll_into_view_if_needed()
    shown.evaluate("scrollBy(0, 300)")
    shown.locator("details").last.evaluate("element => { element.open = true }")
    before = tops(shown, "Tuesday")
    # What is new stands above the reader, and must not push the page away.
    course.edit(
        "course/m1.yaml", "A spring tide is high.", "A spring tide is high.\n\n" + "          It is new.\n\n" * 9
    )
    expect(shown.get_by_text("It is new.")).to_have_count(9, timeout=WAIT)
    shown.wait_for_load_state()
    for _ in range(100):  # until the pictures have their place
        if tops(shown, "Tuesday") == pytest.approx(before, abs=2):
            break
        shown.wait_for_timeout(100)
    assert tops(shown, "Tuesday") == pytest.approx(before, abs=2)
    assert shown.locator("details").last.evaluate("element => element.open")


def test_an_answered_question_stays_answered(course: Previewed, shown: Page) -> None:
    shown.get_by_role("radio").nth(1).check()
    course.edit("course/m1.yaml", "A spring tide is high.", "A spring tide is very high.")
    expect(shown.get_by_text("A spring tide is very high.")).to_be_visible(timeout=WAIT)
    expect(shown.get_by_role("radio").nth(1)).to_be_checked()


def test_a_page_that_did_not_change_is_left_alone(course: Previewed, shown: Page) -> None:
    shown.evaluate("window.untouched = true")
    course.edit("course/m2.yaml", "title: ", "title: New ")
    while len(course.refreshed) < 2:
        shown.wait_for_timeout(50)
    shown.wait_for_timeout(300)
    assert shown.evaluate("window.untouched")


def test_a_changed_style_sheet_shows(course: Previewed, shown: Page) -> None:
    (course.folder / "templates/brand.css").write_text(":root { --paper: rgb(1, 2, 3); }")
    expect(shown.locator("html")).to_have_css("background-color", "rgb(1, 2, 3)", timeout=WAIT)


def test_a_broken_file_keeps_the_last_page_and_tells_why(course: Previewed, shown: Page) -> None:
    course.edit("course/m1.yaml", "title: The sea", "titel: The sea")
    told = panel(shown)
    expect(told.get_by_text("1 mistake", exact=True)).to_be_visible(timeout=WAIT)
    expect(told.get_by_text("You see the last state that worked.")).to_be_visible()
    expect(told.get_by_role("listitem").first).to_have_text(
        'Mistake course/m1.yaml:3:1There is no key "titel" here. Did you mean "title"?'
    )
    expect(told.get_by_role("status")).to_have_text('1 mistake. course/m1.yaml:3:1: There is no key "titel" here.')
    expect(shown.get_by_role("heading", level=1)).to_have_text("How the sea moves")
    course.edit("course/m1.yaml", "titel: The sea", "title: The sea")
    expect(told.get_by_text("1 mistake", exact=True)).to_be_hidden(timeout=WAIT)
    expect(told.get_by_role("status")).to_have_text("Nothing to complain about")


def test_the_panel_folds_by_keyboard_and_stays_folded_on_the_next_page(course: Previewed, shown: Page) -> None:
    course.edit("course/m1.yaml", "title: The sea", "titel: The sea")
    hide = panel(shown).get_by_role("button", name="Hide")
    expect(hide).to_have_attribute("aria-expanded", "true", timeout=WAIT)
    hide.focus()
    shown.keyboard.press("Escape")
    show = panel(shown).get_by_role("button", name="Show")
    expect(show).to_be_focused()
    expect(panel(shown).get_by_role("listitem")).to_have_count(0)
    shown.goto(course.address + "site/glossary.html")
    expect(panel(shown).get_by_role("button", name="Show")).to_be_visible(timeout=WAIT)
    shown.keyboard.press("Tab")
    panel(shown).get_by_role("button", name="Show").press("Enter")
    expect(panel(shown).get_by_role("listitem")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_is_accessible_and_fits_a_phone(
    course: Previewed, open_page: Callable[..., Page], axe: Callable[[Page], list[str]], scheme: str
) -> None:
    (course.folder / "course/m7.yaml").write_text("schema: module/1\n", "utf-8")
    course.edit("course/m1.yaml", "title: The sea", f"{'titel' * 30}: The sea")
    page = open_page(origins=(course.address,), viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page.goto(course.address + LESSON)
    expect(panel(page).get_by_role("listitem").first).to_be_visible(timeout=WAIT)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # What has the focus is never hidden behind the panel (WCAG 2.2, 2.4.11).
    page.get_by_role("link").last.focus()
    link, bar = page.get_by_role("link").last.bounding_box(), panel(page).locator(".panel").bounding_box()
    assert link
    assert bar
    assert link["y"] + link["height"] <= bar["y"]


def test_a_folder_that_goes_and_comes_back(course: Previewed, shown: Page) -> None:
    moved = course.folder.rename(course.folder.with_name("moved"))
    expect(panel(shown).get_by_role("listitem")).to_have_count(1, timeout=WAIT)
    shown.goto(course.address + "site/glossary.html")  # was never looked at while the folder was there
    expect(shown.get_by_role("heading", level=1)).to_have_text("Glossary")
    moved.rename(course.folder)
    expect(panel(shown).get_by_role("listitem")).to_have_count(0, timeout=WAIT)


def test_a_course_that_never_worked_lists_what_to_mend_and_then_appears(
    tmp_path: Path, open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    with previewed(tmp_path / "course") as course:
        page = open_page(origins=(course.address,), expected_errors=("status of 500",))
        page.goto(course.address)
        expect(page.get_by_role("heading", level=1)).to_have_text("This course cannot be shown yet")
        expect(page.get_by_role("main").get_by_role("listitem").first).to_contain_text(
            f'There is no course in "{course.folder}". Name the folder of your course with "-C", or start a course'
        )
        assert axe(page) == []
        shutil.copytree(PROJECTS / "every-block", course.folder)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Reading a Tide Table", timeout=WAIT)


def test_a_template_with_a_mistake_is_told_on_the_page_it_breaks(
    course: Previewed, open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(origins=(course.address,), expected_errors=("status of 500",))
    (course.folder / "templates/about.html").write_text("{% nonsense %}", "utf-8")
    while len(course.refreshed) < 2:
        page.wait_for_timeout(50)
    page.goto(course.address + "site/about.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("This course cannot be shown yet")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_text(
        "Mistake templates/about.html:1:1 This template can't be used: Encountered unknown tag 'nonsense'. "
        "Fix it, or use --no-templates."
    )
    assert axe(page) == []
    (course.folder / "templates/about.html").write_text("<p>Mended.</p>", "utf-8")
    expect(page.get_by_text("Mended.")).to_be_visible(timeout=WAIT)


def test_the_pages_of_the_tests_and_the_report_are_there(course: Previewed, open_page: Callable[..., Page]) -> None:
    page = open_page(origins=(course.address,))
    page.goto(course.address + "reports/coverage.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Coverage of")
    expect(page.locator("body")).to_have_css("max-width", "1200px")  # its own styles hold under the policy


def test_another_page_of_the_browser_learns_nothing(course: Previewed, open_page: Callable[..., Page]) -> None:
    page = open_page(
        origins=(course.address,),
        expected_errors=("status of 403", "blocked by CORS", "parser-blocking", "ERR_FAILED", "ERR_BLOCKED"),
    )
    page.goto("about:blank")
    page.set_content(
        f"<script src='{course.address}-/panel.js'></script><img src='{course.address}site/assets/icon.svg'>"
    )
    assert page.evaluate("document.querySelector('img').naturalWidth") == 0
    told = page.evaluate(
        """address => new Promise((resolve) => {
            const stream = new EventSource(address);
            stream.onmessage = () => resolve("told");
            stream.onerror = () => { stream.close(); resolve("refused"); };
        })""",
        course.address + "-/events?page=/site/index.html",
    )
    assert told == "refused"
