"""What a page does with words and numbers that are longer than its designer's."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kitbag.build import Settings, build_course
from kitbag.course.load import load_course

pytestmark = pytest.mark.xdist_group("long-words")  # what they share takes long to make

TEA = Path(__file__).parent.parent / "projects" / "every-item-type"
LONG = "Donaudampfschifffahrtsgesellschaftskapitän"
WIDTHS = (320, 1280)


def built(folder: Path, *outputs: str) -> Path:
    loaded = load_course(folder)
    assert loaded.course, loaded.findings
    said = build_course(loaded.course, Settings(folder / "build", outputs), lambda _: None)
    assert [finding for finding in said if finding.severity == "error"] == []
    return folder / "build"


@pytest.fixture(scope="module")
def long_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tea course, in which every title, term, label and option begins with a word of 42 letters."""
    folder = shutil.copytree(TEA, tmp_path_factory.mktemp("long") / "tea")
    keys = "title|term|subtitle|label|caption|text|summary|author|licence"
    for file in (*folder.glob("course/*.yaml"), *folder.glob("questions/*.yaml")):
        text = re.sub(
            rf"^(\s*(?:- )?(?:{keys}): [\"']?)(?=[A-Za-z])",
            rf"\g<1>{LONG} ",
            file.read_text("utf-8"),
            flags=re.MULTILINE,
        )
        text = re.sub(rf"(\{{(?:id: [^,{{}}]+, )?(?:{keys}): [\"']?)(?=[A-Za-z])", rf"\g<1>{LONG} ", text)
        file.write_text(text, "utf-8")
    return built(folder, "site", "tests", "packages", "reports")


PAGES = (
    *("site/*.html", "site/lessons/m1/*.html", "site/modules/m1.html", "site/practice/m1.html", "reports/*.html"),
    *("tests/*.html", "tests/final/kit-a/index.html", "packages/index.html", "packages/*-m1.html"),
)
BROKEN = r"""() => {
    const broken = [];
    const range = document.createRange();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        if (!node.parentElement.getClientRects().length || node.parentElement.closest("script, .hidden")) continue;
        for (const word of node.data.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]{2,12}(?![\p{L}\p{N}])/gu)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const boxes = [...range.getClientRects()].filter((box) => box.width);
            const lines = new Set(boxes.map((box) => Math.round(box.y)));
            if (lines.size > 1) broken.push(word[0]);
        }
    }
    return broken;
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_long_word_is_broken_and_no_short_one_is(
    long_words: Path, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    names = sorted({file for pattern in PAGES for file in long_words.glob(pattern)})
    assert len(names) > 10
    for file in names:
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        name = file.relative_to(long_words)
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        assert page.evaluate(BROKEN) == [], name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [9, 12, 101])
def test_the_number_of_a_module_stands_beside_its_title(
    synthetic: Callable[..., Path], open_page: Callable[..., Page], count: int, width: int
) -> None:
    # The page is a list of so many modules; making their lessons would take a while.
    page = open_page(viewport={"width": width, "height": 900})
    page.goto((built(synthetic(), "site") / "site/index.html").as_uri())
    page.evaluate(
        """(count) => {
            const list = document.querySelector(".modules");
            while (list.children.length < count) list.append(list.firstElementChild.cloneNode(true));
        }""",
        count,
    )
    room: Any = page.evaluate(
        """() => {
            const head = [...document.querySelectorAll(".module-head")].pop();
            const number = getComputedStyle(head, "::before");
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = `${number.fontWeight} ${number.fontSize} ${number.fontFamily}`;
            const wide = pen.measureText(String(document.querySelector(".modules").children.length)).width;
            return parseFloat(getComputedStyle(head).paddingInlineStart) - wide;
        }"""
    )
    assert room >= 6
