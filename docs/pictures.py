"""Takes the pictures of README anew from the built site: `make pictures`."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

DOCS = Path(__file__).parent
BUILD = DOCS.parent / "build"
SITE = BUILD / "site"
LARGEST = 200_000
"""Bytes; a reader of README should not wait."""


class Shot(NamedTuple):
    """One picture: which page, in which window, and what is clicked before."""

    name: str
    page: str
    width: int
    height: int
    clicks: tuple[str, ...] = ()
    """Selectors, clicked in order."""
    scroll_to: str = "body"
    """What stands at the top of the picture."""


# A wrong option of the first question, and then the result in spite of what is left unanswered.
WRONG_ANSWER = ("[data-item=m1-44] input[value=a]", ".quiz-main", "text=See my result as it is")

SHOTS = (
    Shot("start", "index.html", 1280, 800),
    Shot("lesson", "lessons/m2/the-well-and-the-wall.html", 1280, 1000),
    Shot("quiz", "practice/m1.html", 1280, 800, clicks=WRONG_ANSWER, scroll_to="[data-item]"),
    Shot("phone", "lessons/m1/what-gender-means.html", 360, 740),
)

SHEETS = {"handout": "handouts/trainee/handout-m2.pdf", "guide": "handouts/instructor/guide-m2.pdf"}
"""Printed documents of which the first page is shown."""


def take(browser: Browser, shot: Shot) -> Path:
    """Take one picture and return its path."""
    context = browser.new_context(viewport={"width": shot.width, "height": shot.height}, reduced_motion="reduce")
    page = context.new_page()
    page.goto((SITE / shot.page).as_uri())
    for selector in shot.clicks:
        page.locator(selector).first.click()
    page.locator(shot.scroll_to).first.evaluate("element => element.scrollIntoView()")
    path = DOCS / "pictures" / f"{shot.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def draw(name: str, pdf: Path) -> Path:
    """Draw the first page of a printed document and return the picture's path."""
    path = DOCS / "pictures" / name
    subprocess.run(["pdftoppm", "-r", "90", "-png", "-singlefile", pdf, path], check=True)
    return path.with_suffix(".png")


def main() -> None:
    """Take all pictures; fail where one is too large."""
    chromium = shutil.which("chromium")
    if chromium is None or not SITE.is_dir():
        sys.exit("This needs Chromium and a built site: run make pictures.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        pictures = [take(browser, shot) for shot in SHOTS]
        browser.close()
    pictures += [draw(name, BUILD / file) for name, file in SHEETS.items()]
    if large := [path.name for path in pictures if path.stat().st_size > LARGEST]:
        sys.exit(f"Larger than {LARGEST} bytes: {', '.join(large)}")


if __name__ == "__main__":
    main()
