"""How long a response to a quiz of 500 items takes to be drawn, on a processor slowed down four times, in Chromium."""

import shutil
import statistics
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from synthetic import write_course

from kitbag.course.load import load_course
from kitbag.rendering.pages import render_site

LIMIT = 50.0
"""Milliseconds from an input event to the next frame on the screen."""
SLOWER = 4
RESPONSES = 40

# The message comes after the frame that follows the event is drawn.
_WATCH = """() => {
  globalThis.drawn = [];
  addEventListener("input", (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => drawn.push(performance.now() - event.timeStamp);
    port2.postMessage("");
  }), true);
}"""


def response(scratch: Path) -> float | None:
    """Return the median of many responses in milliseconds; None where Chromium is not installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        return None
    quiz = _quiz(scratch)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(quiz.as_uri())
        times = _times(page)
        browser.close()
    return statistics.median(times)


def _quiz(scratch: Path) -> Path:
    """Write the site of a course whose one module has 500 practice items, and return the page of its quiz."""
    folder = write_course("Q", scratch / "Q")
    bank = folder / "questions/m1.yaml"
    bank.write_text(bank.read_text("utf-8").replace("use: test", "use: practice"), "utf-8")
    loaded = load_course(folder)
    if loaded.course is None:
        raise SystemExit("\n".join(map(str, loaded.findings)))
    for name, make in render_site(loaded.course, templates=None):
        target = scratch / "site" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(make())
    return scratch / "site/practice/m1.html"


def _times(page: Page) -> list[float]:
    items = page.locator(".quiz-item")
    count = items.count()
    page.evaluate(_WATCH)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for number in range(RESPONSES):
        items.nth(number * count // RESPONSES).locator("label").nth(number % 4).click()
        page.wait_for_function("count => drawn.length === count", arg=number + 1)
    times: list[float] = page.evaluate("drawn")
    return times
