"""The self-contained files as a phone's file manager opens them: from disk, with and without scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kitbag.course.load import load_course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse

PROJECTS = Path(__file__).parent.parent / "projects"
PHONE = {"width": 320, "height": 640}

OpenPage = Callable[..., Page]


def written(project: str, folder: Path) -> dict[str, str]:
    course = load_course(PROJECTS / project).course
    assert course is not None
    return {path.stem: path.as_uri() for path in deliver("html", RenderedCourse(course, PROJECTS / project), folder)}


@pytest.fixture(scope="module")
def tides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written("every-block", tmp_path_factory.mktemp("tides"))


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written("every-item-type", tmp_path_factory.mktemp("tea"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("name", ["tides-3.1", "tides-3.1-m1"])
def test_every_link_leads_somewhere_in_the_file(
    tides: dict[str, str], open_page: OpenPage, name: str, *, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts, viewport=PHONE)
    page.goto(tides[name])
    found = page.evaluate("""() => [...document.querySelectorAll('a, img, link, script[src]')].map((one) => (
        one.getAttribute('href') ?? one.getAttribute('src')))""")
    inside = [link for link in found if not link.startswith(("https:", "mailto:", "tel:", "data:"))]
    assert [link for link in inside if not link.startswith("#")] == []
    ids = set(page.evaluate("() => [...document.querySelectorAll('[id]')].map(({ id }) => id)"))
    assert sorted({link[1:] for link in inside} - ids) == []
    assert page.locator("section.page:visible").count() == (1 if scripts else page.locator("section.page").count())


def test_axe_finds_nothing_on_any_section(
    tides: dict[str, str], open_page: OpenPage, axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(viewport=PHONE)
    page.goto(tides["tides-3.1"])
    for section in page.evaluate("() => [...document.querySelectorAll('section.page')].map(({ id }) => id)"):
        page.evaluate("(id) => { location.hash = id }", section)
        expect(page.locator(f'[id="{section}"]')).to_be_visible()
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert axe(page) == [], section
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), section


def test_a_link_into_another_section_shows_its_target(tides: dict[str, str], page: Page) -> None:
    page.goto(tides["tides-3.1"])
    page.get_by_role("link", name="How the sea moves").first.click()
    expect(page).to_have_title("How the sea moves \u2013 Reading a Tide Table")
    page.locator("section.page:visible .cites a").first.click()
    expect(page.locator("#sources")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="How the sea moves")).to_be_visible()


def test_pictures_are_in_the_file(tides: dict[str, str], page: Page) -> None:
    page.goto(tides["tides-3.1-m1"])
    page.evaluate("() => { for (const one of document.querySelectorAll('section.page')) one.hidden = false }")
    sizes: list[Any] = page.evaluate("""async () => Promise.all([...document.images].map(async (image) => {
        await image.decode();
        return image.naturalWidth;
    }))""")
    assert sizes
    assert all(sizes)


def test_the_quiz_is_scored_and_kept(tea: dict[str, str], page: Page) -> None:
    page.goto(tea["tea-2.1-m1"] + "#practice:m1")
    quiz = page.locator("[data-quiz=m1]")
    quiz.locator("[data-item=single] input[value=a]").check()
    page.reload()
    expect(quiz.locator("[data-item=single] input[value=a]")).to_be_checked()
    quiz.locator("[data-part=end] .quiz-foot .quiz-main").click()
    quiz.locator(".quiz-warning button").last.click()
    expect(quiz.locator("[data-item=single] [data-id=a]")).to_have_attribute("data-state", "right")
    link = quiz.locator("[data-part=result] a[href^='#lessons:']").first
    link.click()
    expect(page.locator("section.page:visible")).to_have_class("page lesson")
