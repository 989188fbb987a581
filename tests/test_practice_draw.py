"""A practice quiz that draws some of its items, in the browser, in the terminal, on pages and in packages."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.exporters.base import select
from kitbag.exporters.registry import EXPORTERS, export
from kitbag.questions.shuffle import drawn
from kitbag.rendering.citations import practice_items

TEA = Path(__file__).parent / "projects/every-item-type"


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    folder = shutil.copytree(TEA, tmp_path / "tea")
    module = folder / "course/m1.yaml"
    module.write_text(module.read_text("utf-8").replace("\nlessons:", "\npractice_draw: 3\nlessons:", 1), "utf-8")
    return folder


def kitbag(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_each_bank_format_says_what_it_does(tea: Path) -> None:
    course = load_course(tea).course
    assert course
    selection, _ = select(course)
    assert selection
    for name in EXPORTERS:
        [row] = [row for row in export(name, selection).package.rows if row.type == "practice"]
        assert (row.subject, [note.code for note in row.notes]) == (
            "m1",
            ["practice-asks-all" if name == "cc" else "practice-by-hand"],
        )
    assert (
        "course/m1.yaml:10:16: warning: m1: GIFT cannot carry it. Each try of the practice quiz draws 3 of its 10"
        " items. The format carries the items and no quiz: set it up on the platform."
        in kitbag("export", "gift", "-C", tea)
    )


def test_a_draw_of_more_than_there_are_is_reported(tea: Path) -> None:
    module = tea / "course/m1.yaml"
    module.write_text(module.read_text("utf-8").replace("practice_draw: 3", "practice_draw: 11"), "utf-8")
    assert (
        "course/m1.yaml:10:16: warning: It draws 11 items, and the module has 10 to practise with. Every try asks all"
        " of them." in kitbag("check", "-C", tea)
    )


def test_the_browser_and_the_terminal_draw_alike(tea: Path, page: Page) -> None:
    kitbag("build", "-C", tea, "--only", "site")
    course = load_course(tea).course
    assert course
    ids = [item.id for item in practice_items(course, course.modules[0])]
    page.goto((tea / "build/site/practice/m1.html").as_uri())
    assert page.get_by_text("Each try asks 3 questions, drawn anew from 10.").is_visible()
    seen = set()
    for _ in range(6):
        shown = [article.get_attribute("data-item") for article in page.locator(".quiz-item:visible").all()]
        page.get_by_role("button", name="See my result").click()
        page.get_by_role("button", name="See my result as it is").click()
        kept = page.evaluate("Object.entries(localStorage).find(([name]) => name.endsWith(':quiz:m1'))[1]")
        assert shown == list(drawn(json.loads(kept)["seed"], "m1", ids, 3))
        seen.add(tuple(shown))
        page.get_by_role("button", name="Start afresh").click()
    assert len(seen) > 1


def test_the_terminal_asks_as_many_as_are_drawn(tea: Path) -> None:
    result = CliRunner().invoke(main, ["quiz", "m1", "-C", str(tea)], input="/quit\n" * 2)
    assert re.search(r"\b1 (of|/) 3\b", result.output), result.output
