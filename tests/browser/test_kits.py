"""Tests in a real browser: whole attempts, every way to be interrupted, and records that Python scores alike."""

import json
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from children import started as start_program
from playwright.sync_api import Browser, BrowserType, Locator, Page, expect

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.files import write_tree
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import (
    ItemBank,
)
from kitbag.rendering.kits import INSTRUCTORS, draw_kits, render_tests
from kitbag.rendering.pages import render_site
from kitbag.results.allowances import allowances_for
from kitbag.results.judging import Judge
from kitbag.results.record import read_record

TEA = Path(__file__).parents[1] / "projects/every-item-type"
PHONE = {"width": 320, "height": 640}
NO_SITE = ("ERR_FILE_NOT_FOUND",)
"""What the console says when the result looks for a site that does not lie beside it."""
Answer = Callable[[Locator, Any], None]

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")

RIGHT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "cases/right.json").read_text("utf-8"))

# The clock of the device stands where the test puts it; time itself goes on.
CLOCK = """(() => {
  const now = Date.now;
  Date.now = () => now() + Number(localStorage.getItem("device-clock") || 0);
})();"""


def the_test(name: str, **fields: Any) -> Assessment:
    given = {"id": name, "title": f"Test {name}", "purpose": "final", "instructions": "Answer.", **fields}
    return Assessment.model_validate(given)


def numbered(number: int) -> dict[str, Any]:
    return {
        "id": f"n{number}",
        "type": "single-choice",
        "objective": "T1",
        "level": "remember",
        "use": "test",
        "stem": f"Which cup is number {number}?",
        "options": [
            {"id": "a", "text": f"Cup {number}"},
            {"id": "b", "text": f"Pot {number}", "feedback": "A pot."},
            {"id": "c", "text": f"Jug {number}", "feedback": "A jug."},
        ],
        "key": "a",
        "rationale": "It says so.",
        "cites": ["T1"],
    }


@pytest.fixture(scope="session")
def course() -> Course:
    """The course with every item type; test `all` asks each type once, `cut` has 25 single choices."""
    loaded = load_course(TEA).course
    assert loaded is not None
    many = ItemBank.model_validate({"schema": "questions/1", "module": "m2", "items": [numbered(n) for n in range(60)]})
    tests = (
        *loaded.info.tests,
        the_test("all", minutes=20, blueprint={"items": 10, "use": "practice"}),
        the_test("cut", attempts=2, blueprint={"items": 25, "modules": {"m2": 25}}),
    )
    return replace(loaded, info=loaded.info.model_copy(update={"tests": tests}), banks=(*loaded.banks[:1], many))


@pytest.fixture(scope="session")
def build(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tests, and no site beside it."""
    folder = tmp_path_factory.mktemp("build") / "build" / "tests"
    folder.mkdir(parents=True)
    kits, findings = draw_kits(course, kits=2)
    assert findings == ()
    write_tree(folder, ((name, make()) for name, make in render_tests(course, kits, templates=None, digest="d" * 64)))
    return folder


@pytest.fixture
def judge(course: Course) -> Judge:
    return Judge(course)


@pytest.fixture
def open_test(open_page: Callable[..., Page], build: Path) -> Callable[..., Page]:
    """Open a kit at its start."""

    def open_kit(test: str, kit: str = "a", **options: Any) -> Page:
        page = open_page(expected_errors=NO_SITE, accept_downloads=True, **options)
        page.context.add_init_script(CLOCK)
        return visit(page, build, test, kit)

    return open_kit


def visit(page: Page, build: Path, test: str, kit: str = "a") -> Page:
    page.goto((build / test / f"kit-{kit}" / "index.html").as_uri())
    return settled(page)


def settled(page: Page) -> Page:
    page.wait_for_selector("[data-part=setup]:not([hidden]), [data-screen]:not([data-screen=start]):not([hidden])")
    return page


def again(page: Page) -> None:
    page.reload()
    settled(page)


def begin(page: Page) -> None:
    page.locator("[data-act=begin]").click()
    expect(page.locator("[data-screen=sitting]")).to_be_visible()


def question(page: Page) -> Locator:
    return page.locator("[data-part=questions] .quiz-item:visible")


def current(page: Page) -> str:
    return str(question(page).get_attribute("data-item"))


def turn_to(page: Page, item: str) -> None:
    page.locator(".test-number").first.click()
    while current(page) != item:
        page.locator("[data-act=next]").click()


@pytest.fixture
def answer_all(answer: Answer) -> Callable[..., None]:
    """Answer every question from the first on; what is not named, or None, stays blank."""

    def give(page: Page, responses: dict[str, Any]) -> None:
        for number in page.locator(".test-number").all():
            number.click()
            response = responses.get(current(page))
            if response is not None:
                answer(question(page), response)

    return give


def hand_in(page: Page) -> None:
    page.locator("[data-act=review]").click()
    page.locator("[data-act=hand-in]").click()
    anyway = page.get_by_role("button", name="Hand in as it is")
    if anyway.is_visible():
        anyway.click()
    expect(page.locator("[data-screen=result]")).to_be_visible()


def saved_record(page: Page, number: int = 0) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the record").nth(number).click()
    return Path(download.value.path()).read_bytes()


def kept(page: Page) -> dict[str, Any]:
    key = page.evaluate("Object.keys(localStorage).find((key) => /:test:[^:]+$/.test(key))")
    return dict(json.loads(page.evaluate("key => localStorage.getItem(key)", key)))


ON_DISK = """() => {
  const key = Object.keys(localStorage).find((name) => /:test:[^:]+$/.test(name));
  return document.querySelector("[data-part=test]").dataset.kept === `${JSON.parse(localStorage.getItem(key)).rev}`;
}"""


@pytest.fixture
def tab_to(tab: Callable[[Page], dict[str, Any]]) -> Callable[..., None]:
    def go(page: Page, **wanted: str) -> None:
        for _ in range(80):
            at = tab(page)
            if all(at[name] == value for name, value in wanted.items()):
                return
        raise AssertionError(f"the Tab key never comes to {wanted}")

    return go


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# --- A whole attempt ----------------------------------------------------------------------------------------------


@pytest.fixture
def answer_by_keyboard(
    tab: Callable[[Page], dict[str, Any]], key_in: Callable[[Page, dict[str, Any], Any], None]
) -> Callable[[Page, str], None]:
    """Answer the question that has the focus, and go on to what follows it."""

    def answer(page: Page, item: str) -> None:
        while (at := tab(page))["item"] == item:
            key_in(page, at, RIGHT[item])
        assert at["name"] == "flag"

    return answer


def test_every_item_type_by_keyboard_alone_on_a_phone(
    open_test: Callable[..., Page],
    judge: Judge,
    focused: Callable[[Page], dict[str, Any]],
    tab_to: Callable[..., None],
    answer_by_keyboard: Callable[[Page, str], None],
) -> None:
    page = open_test("all", viewport=PHONE)
    assert no_sideways_scrolling(page)
    tab_to(page, name="person")
    page.keyboard.type("falcon 7")
    tab_to(page, act="begin")
    page.keyboard.press("Enter")
    for number in range(10):
        item = focused(page)["item"]
        assert item == current(page), "a new question has the focus"
        assert page.locator("[data-part=place]").inner_text() == f"Question {number + 1} of 10"
        assert no_sideways_scrolling(page)
        answer_by_keyboard(page, item)
        if item == "numeric":
            page.keyboard.press("Space")
        tab_to(page, act="next" if number < 9 else "review")
        page.keyboard.press("Enter")
    assert focused(page)["text"] == "Look through"
    expect(page.locator("[data-part=standing]")).to_have_text(
        "Every question is answered. 10 of 10 answered · 1 question is flagged"
    )
    assert no_sideways_scrolling(page)
    tab_to(page, act="hand-in")
    page.keyboard.press("Enter")
    assert focused(page)["text"] == "Your result"
    assert no_sideways_scrolling(page)
    record = read_record(saved_record(page))
    judged = judge.judge(record)
    assert record.person == "falcon 7"
    # 15 of 19 are 78 %: the four marks of the essay decide.
    assert (judged.marks, judged.possible, judged.passed, judged.pending) == (15, 19, None, 1)
    assert record.passed is None
    assert [result.item for result in record.items if result.flagged] == ["numeric"]
    expect(page.locator(".test-verdict")).to_have_text("Not decided yet")
    expect(page.locator("[data-part=result]")).to_contain_text("4 marks wait for a person")
    expect(page.locator("[data-part=status]")).to_have_text("Your result: 15 of 19 marks, 78 %. Not decided yet")


def test_an_attempt_is_scored_in_python_to_the_last_digit(
    open_test: Callable[..., Page], judge: Judge, answer_all: Callable[..., None]
) -> None:
    page = open_test("all")
    begin(page)
    wrong = {"multiple": ["a", "c"], "ordering": ["e1", "e3", "e2"], "cloze": {"minutes": "two"}, "sorting": None}
    answer_all(page, RIGHT | wrong | {"short": "Ünïcode \u2028 ß", "essay": None})
    hand_in(page)
    record = read_record(saved_record(page))
    judged = judge.judge(record)
    expect(page.locator(".quiz-score")).to_have_text("6.33 of 19 marks33 %")
    assert judged.marks == Fraction(19, 3)
    assert (judged.passed, judged.pending) == (False, 0)
    assert (record.channel, record.test, record.attempt, record.person) == ("browser", "all", 1, "")
    assert record.submitted >= record.started
    assert record.started.tzinfo is not None
    responses = {result.item: result.response for result in record.items}
    assert responses["multiple"] == ("a", "c")
    assert responses["short"] == "Ünïcode \u2028 ß"


def test_seconds_are_those_on_the_screen(open_test: Callable[..., Page]) -> None:
    page = open_test("cut")
    start = time.monotonic()
    begin(page)
    page.wait_for_timeout(2200)
    page.locator("[data-act=review]").click()
    page.wait_for_timeout(3000)
    page.locator("[data-act=back]").click()
    hand_in(page)
    most = time.monotonic() - start - 3
    record = read_record(saved_record(page))
    shown, *others = (result.seconds for result in record.items)
    assert 2 <= shown <= most  # however slow the machine is
    assert others == [0] * 24


def test_nothing_is_told_before_the_test_is_handed_in(
    open_test: Callable[..., Page], answer_all: Callable[..., None]
) -> None:
    page = open_test("all")
    begin(page)
    answer_all(page, RIGHT | {"single": "b"})
    assert page.locator(".quiz-verdict, .quiz-note, [data-state]").count() == 0
    source = page.content()
    assert "It has lost its air." not in source
    assert "The leaflet asks for fresh water." not in source


def test_blank_questions_are_told_before_handing_in(
    open_test: Callable[..., Page],
    answer: Answer,
    answer_all: Callable[..., None],
    focused: Callable[[Page], dict[str, Any]],
) -> None:
    page = open_test("all")
    begin(page)
    answer_all(page, RIGHT | {"single": None, "short": "  "})
    page.locator("[data-act=review]").click()
    assert page.locator(".test-review [data-blank]").count() == 2
    page.locator("[data-act=hand-in]").click()
    assert focused(page)["text"] == "2 questions have no answer yet"
    page.get_by_role("button", name="Answer them first").click()
    assert current(page) in ("single", "short")
    assert focused(page)["item"] == current(page)
    answer(question(page), RIGHT[current(page)])
    page.locator("[data-act=review]").click()
    page.locator("[data-act=hand-in]").click()
    assert focused(page)["text"] == "1 question has no answer yet"
    page.get_by_role("button", name="Hand in as it is").click()
    expect(page.locator("[data-part=result]")).to_contain_text("1 question was left without an answer.")


def test_an_untouched_ordering_is_not_answered(open_test: Callable[..., Page], answer_all: Callable[..., None]) -> None:
    page = open_test("all")
    begin(page)
    answer_all(page, RIGHT | {"ordering": None})
    hand_in(page)
    results = {result.item: result for result in read_record(saved_record(page)).items}
    assert (results["ordering"].response, results["ordering"].marks) == (None, "0")


@pytest.mark.parametrize(("right", "verdict"), [(19, "Not passed"), (20, "Passed")])
def test_the_cut_is_exact(
    open_test: Callable[..., Page], judge: Judge, right: int, verdict: str, answer: Answer
) -> None:
    page = open_test("cut")
    begin(page)
    for place, number in enumerate(page.locator(".test-number").all()):
        number.click()
        answer(question(page), "a" if place < right else "b")
    hand_in(page)
    expect(page.locator(".test-verdict")).to_have_text(verdict)
    expect(page.locator(".quiz-score strong")).to_have_text(f"{right} of 25 marks")
    record = read_record(saved_record(page))
    assert record.passed is (right == 20)
    assert judge.judge(record).passed is (right == 20)
    assert page.get_by_role("button", name="Go to attempt 2").is_visible() is (right == 19), "who passed is done"


def test_a_pretest_has_nothing_to_pass(open_test: Callable[..., Page], judge: Judge) -> None:
    page = open_test("pretest")
    begin(page)
    hand_in(page)
    assert page.locator(".test-verdict").count() == 0
    expect(page.locator("[data-part=result]")).to_contain_text("Nobody passes or fails.")
    record = read_record(saved_record(page))
    assert (record.passed, record.cut_score) == (None, None)
    assert judge.judge(record).passed is None


# --- A second attempt ---------------------------------------------------------------------------------------------


def test_a_second_attempt_has_another_form_and_there_is_no_third(
    open_test: Callable[..., Page], judge: Judge, focused: Callable[[Page], dict[str, Any]]
) -> None:
    page = open_test("cut")
    begin(page)
    first = current(page)
    hand_in(page)
    one = read_record(saved_record(page))
    page.get_by_role("button", name="Go to attempt 2").click()
    assert focused(page)["text"] == "Attempt 2 of 2"
    begin(page)
    assert current(page) != first
    again(page)
    hand_in(page)
    expect(page.locator(".test-record h4").first).to_have_text("Attempt 2")
    assert page.get_by_role("button", name="Go to attempt").count() == 0
    two = read_record(saved_record(page))
    assert (one.attempt, two.attempt) == (1, 2)
    assert {result.item for result in one.items}.isdisjoint(result.item for result in two.items)
    assert judge.judge(two).passed is False
    assert read_record(saved_record(page, 1)) == one
    again(page)
    assert page.get_by_role("button", name="Go to attempt").count() == 0, "closing gains no attempt"


def test_another_kit_gains_no_attempt(open_test: Callable[..., Page], build: Path) -> None:
    page = open_test("cut")
    begin(page)
    visit(page, build, "cut", "b")
    expect(page.locator("[data-screen=foreign]")).to_contain_text("open the page of kit A")
    visit(page, build, "cut", "a")
    hand_in(page)
    visit(page, build, "cut", "b")
    expect(page.locator("[data-screen=result]")).to_contain_text("with another kit")
    assert page.get_by_role("button", name="Go to attempt").count() == 0
    assert read_record(saved_record(page)).attempt == 1


# --- Interrupted ---------------------------------------------------------------------------------------------------


def controls(page: Page) -> list[Any]:
    """Return the order and the state of every control."""
    found = page.eval_on_selector_all(
        "[data-part=questions] :is(input, select, textarea)",
        "all => all.map((one) => [one.id, one.value, one.checked ?? null])",
    )
    return list(found)


def test_a_reload_in_the_middle_goes_on(open_test: Callable[..., Page], answer_all: Callable[..., None]) -> None:
    page = open_test("all")
    begin(page)
    answer_all(page, RIGHT | {"essay": None})
    page.locator(".test-number").nth(3).click()
    page.locator("#flag").check()
    before = controls(page)
    again(page)
    expect(page.locator("[data-part=back]")).to_have_text("You are back where you stopped. 9 of 10 answered.")
    expect(page.locator("[data-part=place]")).to_have_text("Question 4 of 10")
    expect(page.locator("#flag")).to_be_checked()
    assert controls(page) == before


class OwnChromium:
    """A browser with a profile that outlives it, to be killed without warning."""

    def __init__(self, kind: BrowserType, chromium: str, profile: Path, opened: ExitStack) -> None:
        said = profile / "DevToolsActivePort"
        said.unlink(missing_ok=True)
        options = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}")
        self._process = opened.enter_context(
            start_program(
                [chromium, *QUIET, *options, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        end = time.monotonic() + 30
        while not said.exists() or len(said.read_text("utf-8").splitlines()) < 2:
            assert time.monotonic() < end, "Chromium does not start"
            time.sleep(0.05)
        port = said.read_text("utf-8").split()[0]
        self.page = kind.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0].new_page()

    def kill(self) -> None:
        """End it as a power cut would; what it has not written is lost."""
        self._process.kill()
        self._process.wait(60)


@pytest.fixture
def own_chromium(browser: Browser, tmp_path: Path) -> Iterator[Callable[[], OwnChromium]]:
    chromium = next(path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path)
    with ExitStack() as opened:
        yield lambda: OwnChromium(browser.browser_type, chromium, tmp_path, opened)


def test_a_browser_that_is_killed_loses_nothing_that_was_kept(
    own_chromium: Callable[[], OwnChromium], build: Path
) -> None:
    first = own_chromium()
    page = visit(first.page, build, "all")
    begin(page)
    turn_to(page, "essay")
    page.keyboard.press("Tab")
    page.keyboard.type("The water was")
    page.wait_for_function(ON_DISK)
    first.kill()
    page = visit(own_chromium().page, build, "all")
    expect(page.locator("[data-part=back]")).to_have_text("You are back where you stopped. 1 of 10 answered.")
    assert current(page) == "essay"
    expect(question(page).locator("textarea")).to_have_value("The water was")


@pytest.mark.acceptance
def test_killed_a_hundred_times_it_loses_nothing_that_was_kept(
    own_chromium: Callable[[], OwnChromium], build: Path
) -> None:
    chance = random.Random(20261123)  # noqa: S311 - keystrokes, no secrets
    running = own_chromium()
    page = visit(running.page, build, "all")
    begin(page)
    typed = ""
    finished = 0
    for _ in range(100):
        turn_to(page, "essay")
        page.wait_for_function(ON_DISK)
        sure = typed
        question(page).locator("textarea").focus()
        page.keyboard.press("Control+End")
        for letter in chance.choices("abcdefgh", k=chance.randrange(1, 12)):
            page.keyboard.type(letter)
            typed += letter
            page.wait_for_timeout(chance.uniform(30, 80))  # faster than anybody types
            if page.evaluate(ON_DISK):
                sure = typed
        over = False
        if chance.random() < 0.25:
            hand_in(page)
            page.wait_for_timeout(chance.uniform(0, 30))
            over = page.evaluate(ON_DISK)
        running.kill()
        running = own_chromium()
        page = visit(running.page, build, "all")
        if page.locator("[data-screen=result]").is_visible():
            record = json.loads(page.locator(".test-record textarea").input_value())
            (back,) = [one["response"] for one in record["items"] if one["item"] == "essay"]
            finished += 1
        else:
            assert not over, "what was handed in is handed in"
            turn_to(page, "essay")
            back = question(page).locator("textarea").input_value()
        assert typed.startswith(back)
        assert back.startswith(sure)
        assert len(back) >= len(typed) - 1, "more than the last keystroke was lost"
        typed = back
        if page.locator("[data-screen=result]").is_visible():
            page.get_by_role("button", name="Clear this device").click()
            page.get_by_role("button", name="Clear it").click()
            expect(page.locator("[data-screen=start]")).to_be_visible()
            begin(page)
            typed = ""
    assert finished > 5


# --- Time ---------------------------------------------------------------------------------------------------------


def set_clock(page: Page, minutes: float) -> None:
    """Set the device's clock so many minutes off, and open the page again."""
    page.evaluate("minutes => localStorage.setItem('device-clock', minutes * 60000)", minutes)
    again(page)


def left(page: Page) -> str:
    return page.locator("[data-screen=sitting] [data-part=left]").inner_text()


def started(page: Page) -> float:
    return float(kept(page)["sitting"]["started"])


def test_time_runs_on_while_the_page_is_closed(open_test: Callable[..., Page], judge: Judge, answer: Answer) -> None:
    page = open_test("all")
    begin(page)
    assert left(page) == "20 minutes"
    answer(question(page), RIGHT[current(page)])
    set_clock(page, 5)
    assert left(page) == "15 minutes"
    set_clock(page, 25)
    expect(page.locator("[data-part=result]")).to_contain_text("The time is up.")
    record = read_record(saved_record(page))
    assert sum(result.response is not None for result in record.items) == 1
    assert (record.submitted - record.started).total_seconds() == 20 * 60, "handed in at its last moment"
    judge.judge(record)


def test_a_clock_that_is_set_back_gains_nothing(open_test: Callable[..., Page]) -> None:
    page = open_test("all")
    begin(page)
    set_clock(page, 8)
    assert left(page) == "12 minutes"
    set_clock(page, -600)
    assert left(page) == "12 minutes"
    page.locator("[data-act=next]").click()
    assert kept(page)["sitting"]["seen"] > started(page) + 8 * 60_000


def test_what_is_typed_after_the_last_moment_does_not_count(open_test: Callable[..., Page], answer: Answer) -> None:
    page = open_test("all")
    begin(page)
    turn_to(page, "short")
    answer(question(page), "inf")
    # No tick of the page comes first.
    question(page).locator("input").evaluate(
        """(box) => {
          const late = Date.now() + 1200000;
          Date.now = () => late;
          box.value = "infusion";
          box.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    expect(page.locator("[data-screen=result]")).to_be_visible()
    results = {result.item: result.response for result in read_record(saved_record(page)).items}
    assert results["short"] == "inf"


def test_a_listener_is_told_how_much_time_is_left(
    open_test: Callable[..., Page], focused: Callable[[Page], dict[str, Any]]
) -> None:
    page = open_test("all")
    begin(page)
    start = started(page)
    for minutes, words in ((10.5, "10 minutes left."), (15.5, "5 minutes left."), (19.5, "1 minute left.")):
        page.evaluate("now => { Date.now = () => now }", start + minutes * 60_000)
        expect(page.locator("[data-part=status]")).to_have_text(words)
    assert "seconds" in left(page)
    page.evaluate("now => { Date.now = () => now }", start + 20 * 60_000)
    expect(page.locator("[data-part=status]")).to_contain_text("The time is up. Your answers were handed in")
    assert focused(page)["text"] == "Your result"


def code(test: str, kind: str) -> str:
    return next(one.code for one in allowances_for("tea", "2.1", test, limited=True) if one.kind == kind)


def use_code(page: Page, screen: str, text: str) -> None:
    box = page.locator(f"[data-part=code-{screen}]")
    if not box.locator("input").is_visible():
        box.locator("summary").click()
    box.locator("input").fill(text)
    box.locator("input").press("Enter")


def test_codes_give_more_time_no_limit_and_large_text(open_test: Callable[..., Page]) -> None:
    page = open_test("all")
    use_code(page, "start", code("cut", "extra-25"))
    expect(page.locator("#code-start-said")).to_have_text("This is no code of this test.")
    use_code(page, "start", code("all", "extra-25").lower().replace("-", " "))
    expect(page.locator("#code-start-said")).to_have_text("The code counts: A quarter more time.")
    expect(page.locator("[data-act=begin]")).to_have_text("Begin: 25 minutes")
    begin(page)
    assert left(page) == "25 minutes"
    use_code(page, "sitting", code("all", "extra-50"))
    assert left(page) == "30 minutes", "the larger counts, they do not add up"
    again(page)
    assert left(page) == "30 minutes"
    use_code(page, "sitting", code("all", "large-text"))
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22px"
    use_code(page, "sitting", code("all", "no-limit"))
    expect(page.locator("[data-screen=sitting] [data-part=time]")).to_be_hidden()
    set_clock(page, 600)
    expect(page.locator("[data-screen=sitting]")).to_be_visible()
    hand_in(page)
    assert b"extra" not in saved_record(page), "no record tells of it"


# --- Two tabs -----------------------------------------------------------------------------------------------------


def test_one_tab_has_the_test_and_the_other_may_take_it(
    open_test: Callable[..., Page], build: Path, answer: Answer
) -> None:
    page = open_test("all")
    begin(page)
    turn_to(page, "numeric")
    answer(question(page), "79")
    other = visit(page.context.new_page(), build, "all")
    expect(other.locator("[data-screen=elsewhere]")).to_be_visible()
    answer(question(page), "80")
    other.get_by_role("button", name="Go on here").click()
    expect(other.locator("[data-screen=sitting]")).to_be_visible()
    expect(page.locator("[data-screen=elsewhere]")).to_be_visible()
    assert current(other) == "numeric"
    expect(question(other).locator("input")).to_have_value("80")
    answer(question(other), "81")
    page.get_by_role("button", name="Go on here").click()
    expect(question(page).locator("input")).to_have_value("81")
    expect(other.locator("[data-screen=elsewhere]")).to_be_visible()
    page.close()
    expect(question(other).locator("input")).to_have_value("81")
    hand_in(other)
    assert [done["record"]["attempt"] for done in kept(other)["done"]] == [1]


def test_a_tab_that_missed_the_news_overwrites_nothing(open_test: Callable[..., Page]) -> None:
    page = open_test("all")
    begin(page)
    page.evaluate("localStorage.setItem('kitbag:tea:2.1:test:all:owner', 'another')")
    before = kept(page)
    page.locator("#flag").check()
    expect(page.locator("[data-screen=elsewhere]")).to_be_visible()
    assert kept(page) == before


# --- The device ---------------------------------------------------------------------------------------------------


def test_clearing_the_device_leaves_nothing(open_test: Callable[..., Page], answer: Answer) -> None:
    page = open_test("cut", viewport=PHONE)
    begin(page)
    answer(question(page), "a")
    hand_in(page)
    page.get_by_role("button", name="Clear this device").click()
    expect(page.get_by_text("A record has not been saved yet")).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    saved_record(page)
    page.get_by_role("button", name="Clear this device").click()
    expect(page.get_by_text("A record has not been saved yet")).to_be_hidden()
    page.get_by_role("button", name="Clear it").click()
    expect(page.locator("[data-part=attempt]")).to_have_text("Attempt 1 of 2")
    expect(page.locator("[data-part=status]")).to_have_text("This device is clear.")
    assert page.evaluate("Object.keys(localStorage).filter((key) => !key.endsWith(':owner'))") == []
    again(page)
    expect(page.locator("[data-screen=start]")).to_be_visible()


def test_what_was_cleared_does_not_come_back_with_a_power_cut(open_test: Callable[..., Page]) -> None:
    page = open_test("all")
    begin(page)
    hand_in(page)
    old = page.evaluate("localStorage.getItem('kitbag:tea:2.1:test:all')")
    # A browser that was killed has not yet written down what it forgot.
    cut = f"""() => {{
      localStorage.setItem("kitbag:tea:2.1:test:all", {json.dumps(old)});
      localStorage.setItem("kitbag:tea:2.1:test:all:owner", "gone");
    }}"""
    page.get_by_role("button", name="Clear this device").click()
    page.get_by_role("button", name="Clear it").click()
    expect(page.locator("[data-screen=start]")).to_be_visible()
    page.evaluate(cut)
    again(page)
    expect(page.locator("[data-screen=start]")).to_be_visible()
    begin(page)
    turn_to(page, "short")
    question(page).locator("input").fill("infusion")
    page.wait_for_function(ON_DISK)
    page.evaluate(cut)
    again(page)
    expect(question(page).locator("input")).to_have_value("infusion")


def test_the_site_clears_tests_too(
    open_test: Callable[..., Page], course: Course, tmp_path: Path, answer: Answer
) -> None:
    page = open_test("all")
    begin(page)
    turn_to(page, "short")
    answer(question(page), "infusion")
    page.wait_for_function(ON_DISK)
    here = page.url
    old = page.evaluate("localStorage.getItem('kitbag:tea:2.1:test:all')")
    site = tmp_path / "site"
    site.mkdir()
    write_tree(site, ((name, make()) for name, make in render_site(course, templates=None)))
    page.goto((site / "about.html").as_uri())
    page.get_by_role("button", name="Clear this device").click()
    page.get_by_role("button", name="Clear it").click()
    expect(page.get_by_role("status")).to_have_text("This device is clear.")
    # A browser that was killed has not yet written down what it forgot.
    page.evaluate(f"localStorage.setItem('kitbag:tea:2.1:test:all', {json.dumps(old)})")
    page.goto(here)
    settled(page)
    expect(page.locator("[data-screen=start]")).to_be_visible()
    begin(page)


def test_the_record_can_be_copied_as_text(open_test: Callable[..., Page], judge: Judge) -> None:
    page = open_test("cut")
    begin(page)
    hand_in(page)
    page.get_by_label("Code name in the record").fill("Zoë 9/\\")
    page.get_by_text("Nothing was saved?").click()
    expect(page.locator(".test-record code")).to_contain_text("cut-Zoe-9-")
    record = read_record(page.get_by_label("The record as text").input_value().encode())
    assert record.person == "Zoë 9/\\"
    judge.judge(record)


NO_STORAGE = """for (const name of ["localStorage", "indexedDB"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
}"""


def test_without_storage_it_says_so_before_it_begins(
    open_page: Callable[..., Page], build: Path, answer_all: Callable[..., None]
) -> None:
    page = open_page(expected_errors=NO_SITE)
    page.add_init_script(NO_STORAGE)
    visit(page, build, "all")
    expect(page.locator("[data-part=keeps-nothing]")).to_contain_text("Tell your instructor before you begin.")
    begin(page)
    answer_all(page, RIGHT)
    expect(page.locator("[data-part=lost]")).to_contain_text("no longer keeps your answers")
    hand_in(page)
    expect(page.locator(".quiz-score strong")).to_have_text("15 of 19 marks")


NOT_KEPT = "This browser no longer keeps your answers: it may have no room left. Do not close this page."
FILL = """() => {
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (let at = 0; at < 64; at += 1) localStorage.setItem(`fill-${size}-${at}`, "x".repeat(size));
    } catch { /* full: fill what is left with less */ }
  }
}"""


def test_a_full_store_falls_back_on_the_disk(
    open_page: Callable[..., Page], build: Path, answer_all: Callable[..., None]
) -> None:
    page = open_page(expected_errors=NO_SITE)
    visit(page, build, "all")
    page.evaluate(FILL)
    begin(page)
    answer_all(page, RIGHT | {"essay": "x" * 4000})
    expect(page.locator("[data-part=lost]")).to_have_text("")
    page.wait_for_timeout(300)
    again(page)
    expect(page.locator("[data-part=back]")).to_have_text("You are back where you stopped. 10 of 10 answered.")


def test_a_full_disk_is_told_on_every_screen_and_takes_nothing_that_was_kept(
    small_disk: Callable[..., Any], own_chromium: Callable[[], OwnChromium], build: Path, tmp_path: Path, judge: Judge
) -> None:
    disk = small_disk(tmp_path, "96m")
    chromium = own_chromium()
    page = visit(chromium.page, build, "all")
    lost = page.locator("[data-part=lost]")
    begin(page)
    turn_to(page, "essay")
    page.keyboard.press("Tab")
    page.keyboard.type("Hot")
    page.wait_for_function(ON_DISK)
    disk.fill()
    sure = typed = "Hot"
    while not lost.inner_text():  # what was set aside for the file takes some letters more
        assert len(typed) < 200
        page.keyboard.type("x")
        typed += "x"
        page.wait_for_timeout(100)
        sure = typed if page.evaluate(ON_DISK) else sure
    expect(lost).to_contain_text(NOT_KEPT)
    for act in ("review", "hand-in"):
        page.locator(f"[data-act={act}]").click()
        expect(lost).to_contain_text(NOT_KEPT)
    page.get_by_role("button", name="Hand in as it is").click()
    expect(page.locator("[data-screen=result]")).to_be_visible()
    expect(lost).to_contain_text("save your record at the end")
    page.get_by_text("Nothing was saved?").click()
    text = page.get_by_label("The record as text").input_value()
    judged = judge.judge(read_record(text.encode()))
    assert [result.response for result in judged.attempt.items if result.item == "essay"] == [typed]
    chromium.kill()
    disk.free()
    page = visit(own_chromium().page, build, "all")
    turn_to(page, "essay")
    back = question(page).locator("textarea").input_value()
    assert typed.startswith(back)
    assert back.startswith(sure)
    page.locator("#flag").check()
    page.wait_for_function(ON_DISK)


def test_it_says_so_once_there_is_room_again(open_test: Callable[..., Page]) -> None:
    page = open_test("all")
    begin(page)
    put = "const put = IDBObjectStore.prototype.put;"
    page.evaluate(
        f"() => {{ {put} IDBObjectStore.prototype.put = () => {{ throw new DOMException('full'); }};"
        " globalThis.room = () => { IDBObjectStore.prototype.put = put; }; }"
    )
    page.locator("#flag").check()
    expect(page.locator("[data-part=lost]")).to_contain_text(NOT_KEPT)
    page.evaluate("room()")
    page.locator("#flag").uncheck()
    expect(page.locator("[data-part=lost]")).to_have_text("")


def test_a_text_that_could_not_be_copied_is_not_taken_for_saved(open_test: Callable[..., Page]) -> None:
    page = open_test("cut")
    begin(page)
    hand_in(page)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.get_by_text("Nothing was saved?").click()
    page.get_by_role("button", name="Copy the text").click()
    expect(page.get_by_text("The text is selected. Copy it with the keyboard.")).to_be_visible()
    page.get_by_role("button", name="Clear this device").click()
    expect(page.get_by_text("A record has not been saved yet")).to_be_visible()


@pytest.mark.parametrize(
    "saved",
    [
        "{",
        pytest.param("[]", marks=pytest.mark.slow),
        pytest.param('"x"', marks=pytest.mark.slow),
        pytest.param('{"rev": 1}', marks=pytest.mark.slow),
        '{"rev": 1, "schema": "kitbag-test/1", "done": [null, {}, {"record": {"items": [], "marks": "x"}}]}',
        '{"rev": 1, "schema": "kitbag-test/1", "done": [], "sitting": {"version": 1}, "allowed": ["constructor", "x"]}',
        '{"rev": 1, "schema": "kitbag-test/1", "done": [{"record": {"id": "x", "items": [null], "marks": "1"}}]}',
        pytest.param(
            '{"rev": 1, "schema": "kitbag-test/1", "done": 7, "sitting": {"version": 1}}', marks=pytest.mark.slow
        ),
    ],
)
def test_what_cannot_be_read_back_is_left_alone(open_test: Callable[..., Page], saved: str) -> None:
    page = open_test("all")
    page.evaluate("text => localStorage.setItem('kitbag:tea:2.1:test:all', text)", saved)
    again(page)
    begin(page)
    expect(page.locator("[data-part=done]")).to_have_text("0 of 10 answered")


def test_a_sitting_with_answers_that_cannot_be_is_mended(open_test: Callable[..., Page]) -> None:
    page = open_test("all")
    begin(page)
    page.evaluate(
        """() => {
          const key = "kitbag:tea:2.1:test:all";
          const state = JSON.parse(localStorage.getItem(key));
          state.rev += 100;
          state.sitting.at = 99;
          state.sitting.answers.single = { response: "zzz", ms: "x", flagged: "yes" };
          state.sitting.answers.matching = { response: [[]] };
          delete state.sitting.answers.essay;
          localStorage.setItem(key, JSON.stringify(state));
          localStorage.setItem(`${key}:owner`, "gone"); // so that this page does not save over it when it closes
        }"""
    )
    again(page)
    expect(page.locator("[data-part=place]")).to_have_text("Question 10 of 10")
    expect(page.locator("[data-part=done]")).to_have_text("0 of 10 answered")


def test_lessons_are_links_where_the_site_lies_beside(open_test: Callable[..., Page], build: Path) -> None:
    page = open_test("pretest")
    begin(page)
    hand_in(page)
    page.wait_for_timeout(300)
    assert page.locator(".quiz-again a").count() == 0
    assert page.locator(".quiz-again").first.inner_text().startswith("Read again: ")
    site = build.parent / "site"
    (site / "assets").mkdir(parents=True)
    try:
        shutil.copy(build / "assets/icon.svg", site / "assets/icon.svg")
        page.reload()
        link = page.locator(".quiz-again a").first
        expect(link).to_have_attribute("href", "../../../site/lessons/m1/leaves.html")
    finally:
        shutil.rmtree(site)


# --- Everybody ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    open_test: Callable[..., Page], axe: Callable[[Page], list[str]], build: Path, scheme: str, answer: Answer
) -> None:
    page = open_test("all", viewport=PHONE, color_scheme=scheme, reduced_motion="reduce")
    assert axe(page) == []
    use_code(page, "start", code("all", "extra-50"))
    assert axe(page) == []
    begin(page)
    for place, number in enumerate(page.locator(".test-number").all()):
        number.click()
        if place % 3:
            answer(question(page), RIGHT[current(page)])
        else:
            page.locator("#flag").check()
        assert axe(page) == [], current(page)
    page.locator("[data-act=review]").click()
    assert axe(page) == []
    page.locator("[data-act=hand-in]").click()
    assert axe(page) == []
    other = visit(page.context.new_page(), build, "all")
    assert axe(other) == []
    other.close()
    page.get_by_role("button", name="Hand in as it is").click()
    page.get_by_text("Nothing was saved?").click()
    assert axe(page) == []
    page.get_by_role("button", name="Clear this device").click()
    assert axe(page) == []


def test_the_page_for_instructors(page: Page, build: Path, axe: Callable[[Page], list[str]]) -> None:
    page.goto((build / INSTRUCTORS).as_uri())
    assert axe(page) == []
    for allowance in allowances_for("tea", "2.1", "all", limited=True):
        expect(page.get_by_text(allowance.code)).to_be_visible()
    page.get_by_role("link", name="cut/kit-b").click()
    settled(page)
    expect(page.locator("h1")).to_have_text("Test cut")


@pytest.mark.parametrize("width", [320, 768, *(pytest.param(width, marks=pytest.mark.slow) for width in (1280, 3840))])
def test_nothing_scrolls_sideways(open_test: Callable[..., Page], width: int) -> None:
    page = open_test("all", viewport={"width": width, "height": 800})
    if width == 768:  # text at 200 %
        page.evaluate("document.documentElement.style.fontSize = '200%'")
    if width == 320:
        page.locator("#large").check()
    assert no_sideways_scrolling(page)
    begin(page)
    for number in page.locator(".test-number").all():
        number.click()
        assert no_sideways_scrolling(page), current(page)
    page.locator("[data-act=review]").click()
    assert no_sideways_scrolling(page)
    page.locator("[data-act=hand-in]").click()
    assert no_sideways_scrolling(page)
    page.get_by_role("button", name="Hand in as it is").click()
    page.get_by_text("Nothing was saved?").click()
    assert no_sideways_scrolling(page)


def test_it_says_that_it_needs_scripts(open_page: Callable[..., Page], build: Path) -> None:
    page = open_page(java_script_enabled=False)
    page.goto((build / "all/kit-a/index.html").as_uri())
    expect(page.get_by_text("Where there is none, ask your instructor for the paper.")).to_be_visible()
    assert page.get_by_role("button", name="Begin").count() == 0


def test_judges_of_html_find_nothing(
    build: Path, vnu: Callable[..., list[str]], html_validate: Callable[..., list[str]]
) -> None:
    pages = [build / name for name in ("all/kit-a/index.html", "pretest/kit-a/index.html", INSTRUCTORS)]
    # vnu resolves no address of a page on disk, so it takes every picture for a stranger.
    assert [found for found in vnu(*pages) if "blocked by “img-src”" not in found] == []
    assert html_validate(*pages) == []
