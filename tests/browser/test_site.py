"""The site as a reader meets it: opened from disk in a real browser, with and without scripts, by pointer and key."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kitbag.course.load import load_course
from kitbag.rendering.pages import render_site

PROJECT = Path(__file__).parent.parent / "projects" / "every-block"
PHONE = {"width": 320, "height": 640}
LAPTOP = {"width": 1280, "height": 800}
STORED = "() => Object.keys(localStorage).sort()"

OpenPage = Callable[..., Page]


def write_site(folder: Path, *, language: str = "en", edition: str = "3.1") -> Path:
    course = load_course(PROJECT).course
    assert course is not None
    course = replace(course, info=course.info.model_copy(update={"language": language, "edition": edition}))
    for path, make in render_site(course, templates=PROJECT, digest="d1g3st"):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(make())
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("site"))


def go(page: Page, site: Path, path: str) -> None:
    page.goto((site / path).as_uri())


# --- Everywhere --------------------------------------------------------------------------------------------------


# Colours and layout go wrong apart: every day each of both is seen once, and every pair of them in acceptance.
@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("light", PHONE, id="light-phone"),
        pytest.param("dark", LAPTOP, id="dark-laptop"),
        pytest.param("light", LAPTOP, id="light-laptop", marks=pytest.mark.slow),
        pytest.param("dark", PHONE, id="dark-phone", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_on_any_page(
    site: Path, open_page: OpenPage, axe: Callable[[Page], list[str]], viewport: dict[str, int], scheme: str
) -> None:
    page = open_page(viewport=viewport, color_scheme=scheme)
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        # Everything that opens is open, so that nothing hides from the judge.
        page.evaluate(
            "for (const d of document.querySelectorAll('details')) { d.removeAttribute('name'); d.open = true }"
        )
        assert axe(page) == [], file.name


def test_the_judges_of_html_find_nothing(
    site: Path, tmp_path: Path, vnu: Callable[[Path], list[str]], html_validate: Callable[[Path], list[str]]
) -> None:
    pages = tmp_path / "pages"
    for file in site.rglob("*.html"):
        copy = pages / file.relative_to(site)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    # vnu resolves no address of a page on disk, so it takes every picture for a stranger.
    assert [found for found in vnu(pages) if "blocked by “img-src”" not in found] == []
    assert html_validate(pages) == []


def test_no_page_is_wider_than_its_screen(site: Path, page: Page, subtests: pytest.Subtests) -> None:
    for width in (320, 768, 1280, 3840):
        page.set_viewport_size({"width": width, "height": 800})
        for file in sorted(site.rglob("*.html")):
            with subtests.test(f"{file.name} at {width}"):
                page.goto(file.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_of_twice_the_size_fits_too(site: Path, open_page: OpenPage) -> None:
    page = open_page(viewport=LAPTOP)
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= LAPTOP["width"], file.name


@pytest.mark.parametrize("path", ["index.html", "lessons/m1/sea.html", "sources.html", "about.html"])
def test_a_page_reads_well_without_its_scripts(site: Path, open_page: OpenPage, path: str) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    go(page, site, path)
    expect(page.locator("h1")).to_be_visible()
    for hidden in (".finish", ".progress", ".device", ".definition", "dialog"):
        assert all(not part.is_visible() for part in page.locator(hidden).all())
    if path.startswith("lessons"):
        page.locator("a.term").first.click()
        assert page.url.endswith("glossary.html#term-tide")


def test_a_page_from_the_right_is_mirrored(tmp_path: Path, open_page: OpenPage) -> None:
    site = write_site(tmp_path, language="ar")
    page = open_page(viewport=LAPTOP)
    go(page, site, "lessons/m1/people.html")
    contents, main = (page.locator(part).bounding_box() for part in (".contents", "main"))
    assert contents is not None
    assert main is not None
    assert contents["x"] > main["x"] + main["width"]


def test_every_page_can_be_walked_by_key(site: Path, page: Page) -> None:
    go(page, site, "lessons/m1/people.html")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('.breadcrumbs') !== null")
    assert focused
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


# --- Drawings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("viewport", "shown"), [(PHONE, "narrow"), (LAPTOP, "wide")])
def test_a_drawing_is_made_for_its_screen(
    site: Path, open_page: OpenPage, viewport: dict[str, int], shown: str
) -> None:
    page = open_page(viewport=viewport)
    go(page, site, "lessons/m1/people.html")
    for drawing in page.locator("svg.drawing").all():
        name = drawing.evaluate("drawing => drawing.parentElement.className")
        assert drawing.is_visible() == (name == f"drawing-{shown}")
    letters = page.locator(f".drawing-{shown} text").first
    scale = letters.evaluate("text => text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)")
    assert scale >= 12


def test_words_stay_inside_their_boxes(site: Path, open_page: OpenPage) -> None:
    for viewport in (PHONE, LAPTOP):
        page = open_page(viewport=viewport)
        go(page, site, "lessons/m1/people.html")
        outside = page.evaluate(
            """() => [...document.querySelectorAll('svg.drawing')].filter((svg) => svg.checkVisibility()).flatMap(
                (svg) => [...svg.querySelectorAll('text')].filter((text) => {
                  const [word, all] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
                  return word.left < all.left - 1 || word.right > all.right + 1 || word.bottom > all.bottom + 1;
                }).map((text) => text.textContent))"""
        )
        assert outside == []


# --- Glossary terms (WCAG 1.4.13) --------------------------------------------------------------------------------


def test_a_definition_opens_under_the_pointer_and_can_be_pointed_at(site: Path, page: Page) -> None:
    go(page, site, "lessons/m1/sea.html")
    term, card = page.locator("a.term").first, page.locator("#def-tide")
    expect(card).to_be_hidden()
    term.hover()
    expect(card).to_be_visible()
    card.hover()
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_a_definition_opens_by_focus_and_closes_by_escape(site: Path, page: Page) -> None:
    go(page, site, "lessons/m1/sea.html")
    card = page.locator("#def-tide")
    page.locator("a.term").first.focus()
    expect(card).to_be_visible()
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator("a.term").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#def-hm")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-hm")


def test_a_tap_opens_a_definition_and_a_second_one_follows_the_link(site: Path, open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE, has_touch=True)
    go(page, site, "lessons/m1/sea.html")
    term, card = page.locator("a.term").nth(1), page.locator("#def-hm")
    term.tap()
    expect(card).to_be_visible()
    assert page.url.endswith("sea.html")
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    term.tap()
    page.wait_for_url("**/glossary.html#term-hm")


# --- Progress ----------------------------------------------------------------------------------------------------


def test_progress_is_kept_and_shown(site: Path, page: Page) -> None:
    go(page, site, "lessons/m1/sea.html")
    page.get_by_label("I have finished this lesson").check()
    page.reload()
    expect(page.get_by_label("I have finished this lesson")).to_be_checked()
    go(page, site, "lessons/m1/people.html")
    page.locator(".around .next").click()
    page.wait_for_url("**/practice/m1.html")
    go(page, site, "index.html")
    expect(page.locator(".progress p")).to_have_text("2 of 3 lessons finished")
    expect(page.locator("#start")).to_have_text("Go on: Who writes it down")
    expect(page.locator(".modules .done a")).to_have_text(["How the sea moves", "Who writes it down"])
    page.locator("#start").click()
    page.wait_for_url("**/lessons/m1/people.html")
    page.get_by_label("I have finished this lesson").uncheck()
    go(page, site, "modules/m1.html")
    expect(page.locator(".progress p")).to_have_text("1 of 2 lessons finished")


def test_another_edition_begins_anew(site: Path, tmp_path: Path, page: Page) -> None:
    go(page, site, "lessons/m1/sea.html")
    page.get_by_label("I have finished this lesson").check()
    go(page, write_site(tmp_path, edition="4"), "lessons/m1/sea.html")
    expect(page.get_by_label("I have finished this lesson")).not_to_be_checked()


def test_a_device_that_keeps_nothing_still_shows_the_course(site: Path, open_page: OpenPage) -> None:
    page = open_page(viewport=LAPTOP)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })")
    for path in ("index.html", "lessons/m1/sea.html", "about.html"):
        go(page, site, path)
        expect(page.locator("h1")).to_be_visible()
    go(page, site, "lessons/m1/sea.html")
    expect(page.locator(".finish")).to_be_hidden()


def test_spoilt_progress_is_no_progress(site: Path, page: Page, subtests: pytest.Subtests) -> None:
    for saved in ("[]", "null", "{", '{"done": 3, "last": "x"}', '{"last": {"page": "<b>"}}'):
        with subtests.test(saved):
            go(page, site, "index.html")
            page.evaluate("saved => localStorage.setItem('kitbag:tides:3.1:progress', saved)", saved)
            page.reload()
            expect(page.locator("#start")).to_have_text("Start the course")
            go(page, site, "lessons/m1/sea.html")
            expect(page.get_by_label("I have finished this lesson")).not_to_be_checked()
            page.get_by_label("I have finished this lesson").check()
            page.reload()
            expect(page.get_by_label("I have finished this lesson")).to_be_checked()


def test_the_chosen_way_stays_open(site: Path, page: Page) -> None:
    go(page, site, "index.html")
    page.get_by_text("Short course").click()
    expect(page.locator("[data-way=full]")).not_to_have_attribute("open", "")
    page.wait_for_function("() => Object.values(localStorage).some((kept) => kept.includes('short'))")
    page.reload()
    expect(page.locator("[data-way=short]")).to_have_attribute("open", "")


# --- The device --------------------------------------------------------------------------------------------------


def test_the_device_can_be_cleared_after_a_question(site: Path, page: Page) -> None:
    go(page, site, "lessons/m1/sea.html")
    page.get_by_label("I have finished this lesson").check()
    page.evaluate("localStorage.setItem('kitbag:tides:2.0:progress', '{}'); localStorage.setItem('other', 'kept')")
    go(page, site, "about.html")
    page.get_by_role("button", name="Clear this device").click()
    page.get_by_role("button", name="Keep it").click()
    assert "kitbag:tides:3.1:progress" in page.evaluate(STORED)
    page.get_by_role("button", name="Clear this device").click()
    page.keyboard.press("Escape")
    assert "kitbag:tides:3.1:progress" in page.evaluate(STORED)
    page.get_by_role("button", name="Clear this device").click()
    page.get_by_role("button", name="Clear it").click()
    expect(page.get_by_role("status")).to_have_text("This device is clear.")
    assert page.evaluate(STORED) == ["other"]


def test_a_chosen_appearance_stays(site: Path, open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    go(page, site, "about.html")
    light = page.evaluate(paper)
    page.get_by_role("combobox", name="Appearance").select_option("dark")
    dark = page.evaluate(paper)
    assert dark != light
    go(page, site, "index.html")
    assert page.evaluate(paper) == dark
    go(page, site, "about.html")
    page.get_by_role("combobox", name="Appearance").select_option("As the device")
    assert page.evaluate(paper) == light


# --- Search ------------------------------------------------------------------------------------------------------


FOUND_FIRST = {
    "cafe": "Line by line",
    "CAFÉ": "Line by line",
    "ebb": "Ébb",
    "tide": "tide",
    "nothing cit": "H3: A passage that nothing cites",
    "late walker": "Who writes it down",
    "h2": "H2: Who keeps the table",
}


def test_a_search_folds_case_and_accents_and_wants_every_word(
    site: Path, page: Page, subtests: pytest.Subtests
) -> None:
    for query, first in FOUND_FIRST.items():
        with subtests.test(query):
            go(page, site, "search.html")
            expect(page.get_by_label("Search this course")).to_be_focused()
            page.keyboard.type(query)
            expect(page.locator("#results a").first).to_have_text(first)


def test_a_search_says_what_it_found_and_leads_there(site: Path, page: Page) -> None:
    go(page, site, "search.html")
    page.keyboard.type("zebra")
    expect(page.get_by_role("status")).to_have_text("Nothing found for “zebra”.")
    page.get_by_label("Search this course").fill("mirrored <b> sand")
    expect(page.get_by_role("status")).to_contain_text("Nothing found")
    page.get_by_label("Search this course").fill("crests")
    expect(page.get_by_role("status")).to_have_text("1 place found.")
    expect(page.locator("#results mark")).to_have_text(["crests"])
    page.locator("#results a").click()
    page.wait_for_url("**/lessons/m1/sea.html")
    page.go_back()
    expect(page.locator("#results a")).to_have_text(["How the sea moves"])


def test_answers_and_notes_of_the_instructor_cannot_be_found(site: Path, page: Page) -> None:
    go(page, site, "search.html")
    for word in ("ANSWERPILOT", "SECRET", "TESTITEM"):
        page.get_by_label("Search this course").fill(word)
        expect(page.get_by_role("status")).to_have_text(f"Nothing found for “{word}”.")


# --- Paper -------------------------------------------------------------------------------------------------------


def test_a_printed_page_leaves_out_what_only_a_screen_needs(site: Path, page: Page) -> None:
    go(page, site, "lessons/m1/people.html")
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".masthead nav", ".contents", ".breadcrumbs", ".around", ".finish"):
        assert not page.locator(hidden).first.is_visible(), hidden
    colours: dict[str, Any] = page.evaluate(
        "() => { const { color } = getComputedStyle(document.querySelector('h1')); return { color } }"
    )
    assert colours == {"color": "rgb(0, 0, 0)"}
