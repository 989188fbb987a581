"""What the tests of pages share: a hand on the mouse, a folder that is served, and a trainee who takes a test."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, assert_never

import pytest
from packages import small_course
from playwright.sync_api import Frame, Locator, Page, expect

from kitbag.course.model import Course
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

Json = dict[str, Any]


@pytest.fixture(scope="session")
def answer() -> Callable[[Locator, Any], None]:
    """Answer the question of this article with the mouse; an ordering by the place of each element."""

    def give(shown: Locator, response: Any) -> None:
        match shown.get_attribute("data-type"):
            case "single-choice" | "true-false":
                shown.locator(f'input[value="{response}"]').check()
            case "multiple-response":
                for box in shown.locator("input").all():
                    box.set_checked(box.get_attribute("value") in response)
            case "matching" | "categorise":
                for name, value in response.items():
                    shown.locator(f'.quiz-row[data-id="{name}"] select').select_option(value)
            case "ordering":
                for place, name in enumerate(response, 1):
                    shown.locator(f'.quiz-row[data-id="{name}"] select').select_option(str(place))
            case "cloze":
                for name, text in response.items():
                    shown.locator(f'input[data-id="{name}"]').fill(text)
            case _:
                shown.locator("input[type=text], textarea").fill(response)

    return give


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder over HTTP until the test ends; returns its address without a slash at the end."""
    running = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def tea() -> Course:
    """The small course that has every item type, a pre-test and a final test in two attempts."""
    return small_course()


def right(item: Item) -> Any:
    """Return a response that earns every point."""
    match item:
        case SingleChoice():
            return item.key
        case MultipleResponse():
            return list(item.key)
        case TrueFalse():
            return str(item.key).lower()
        case Matching():
            return {premise.id: premise.match for premise in item.premises}
        case Categorise():
            return {element.id: element.category for element in item.elements}
        case Ordering():
            return [element.id for element in item.elements]
        case Numeric():
            return f"{item.key:f}"
        case ShortAnswer():
            return item.accept[0]
        case Cloze():
            return {gap.id: gap.accept[0] for gap in item.gaps}
        case Essay():
            return "An essay."
        case _:
            assert_never(item)


def wrong(item: Item) -> Any:
    """Return a response that is an answer and earns nothing under `exact`."""
    match item:
        case SingleChoice():
            return next(option.id for option in item.options if option.id != item.key)
        case MultipleResponse():
            return [next(option.id for option in item.options if option.id not in item.key)]
        case TrueFalse():
            return str(not item.key).lower()
        case Matching():
            return {premise.id: item.responses[-1].id for premise in item.premises}
        case Categorise():
            return {item.elements[0].id: item.categories[-1].id}
        case Ordering():
            return [element.id for element in reversed(item.elements)]
        case Numeric():
            return "123456"
        case ShortAnswer():
            return "something else"
        case Cloze():
            return {item.gaps[0].id: "something else"}
        case Essay():
            return "An essay."
        case _:
            assert_never(item)


@pytest.fixture(scope="session")
def focused() -> Callable[[Page], Json]:
    """Tell what a keyboard user is on, and whether they can see it."""

    def look(page: Page) -> Json:
        found = page.evaluate(
            """() => {
              const element = document.activeElement;
              const box = element.getBoundingClientRect();
              const style = getComputedStyle(element);
              return {
                tag: element.localName, type: element.type ?? "", value: element.value ?? "",
                text: element.textContent.trim(), name: element.id,
                move: element.dataset.move ?? "", act: element.dataset.act ?? "",
                id: element.dataset.id ?? element.closest("[data-id]")?.dataset.id ?? "",
                item: element.closest("[data-item]")?.dataset.item ?? "",
                place: [...(element.closest("ol")?.children ?? [])].indexOf(element.closest("li")),
                ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
                inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
              };
            }"""
        )
        return dict(found)

    return look


@pytest.fixture(scope="session")
def tab(focused: Callable[[Page], Json]) -> Callable[[Page], Json]:
    """Go to the next control by keyboard; whoever does must see where they are."""

    def press(page: Page) -> Json:
        page.keyboard.press("Tab")
        at = focused(page)
        assert at["ringed"], at
        assert at["inView"], at
        return at

    return press


@pytest.fixture(scope="session")
def key_in(focused: Callable[[Page], Json]) -> Callable[[Page, Json, Any], None]:
    """Give a control that has the focus its part of a response, by keyboard."""

    def give(page: Page, at: Json, wanted: Any) -> None:
        if at["type"] == "radio":
            page.keyboard.press("Space")
            while focused(page)["value"] != wanted:
                page.keyboard.press("ArrowDown")
        elif at["type"] == "checkbox":
            if at["value"] in wanted:
                page.keyboard.press("Space")
        elif at["tag"] == "button" and at["move"] == "-1":
            for _ in range(at["place"] - wanted.index(at["id"])):
                page.keyboard.press("Enter")
                assert focused(page)["id"] == at["id"], "the focus stays with what is moved"
        elif at["tag"] == "select" and isinstance(wanted, dict):
            while focused(page)["value"] != wanted[at["id"]]:
                page.keyboard.press("ArrowDown")
        elif at["tag"] in ("input", "textarea"):
            page.keyboard.type(wanted[at["id"]] if isinstance(wanted, dict) else wanted)

    return give


class Sitter:
    """A trainee in front of a test."""

    def __init__(self, page: Page | Frame, course: Course, respond: Callable[[Locator, Any], None]) -> None:
        """Take the frame that shows the test, and the hand that answers."""
        self.page = page
        self._items = course.items
        self._respond = respond

    def begin(self) -> None:
        """Begin the attempt on the screen."""
        self.page.locator("[data-act=begin]").click()
        expect(self.page.locator("[data-screen=sitting]")).to_be_visible()

    def items(self) -> list[str]:
        """Return the questions of the form, in its order."""
        return [str(one.get_attribute("data-item")) for one in self.page.locator(".quiz-item").all()]

    def answer(self, *, well: int = 100, most: int = 100) -> None:
        """Answer the questions from the first on, at most so many, and so many of them rightly."""
        for place, name in enumerate(self.items()[:most]):
            self.page.locator(".test-number").nth(place).click()
            item = self._items[name]
            shown = self.page.locator("[data-part=questions] .quiz-item:visible")
            self._respond(shown, right(item) if place < well else wrong(item))

    def hand_in(self) -> None:
        """Hand in, whatever is left blank."""
        self.page.locator("[data-act=review]").click()
        self.page.locator("[data-act=hand-in]").click()
        anyway = self.page.get_by_role("button", name="Hand in as it is")
        if anyway.is_visible():
            anyway.click()
        expect(self.page.locator("[data-screen=result]")).to_be_visible()

    def take(self, *, well: int = 100) -> None:
        """Take an attempt from its beginning to its result."""
        self.begin()
        self.answer(well=well)
        self.hand_in()

    def go_on(self) -> None:
        """Go to the next attempt."""
        self.page.get_by_role("button", name="Go to attempt").click()
        expect(self.page.locator("[data-act=begin]")).to_be_visible()


class Sit(Protocol):
    """Seats a trainee in front of a test of the small course."""

    def __call__(self, page: Page | Frame) -> Sitter: ...


@pytest.fixture
def sit(tea: Course, answer: Callable[[Locator, Any], None]) -> Sit:
    """Seat a trainee in front of a test of the small course."""
    return lambda page: Sitter(page, tea, answer)
