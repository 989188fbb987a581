"""The practice quiz in a real browser: every item type, every state, opened from disk under the strictest policy."""

import json
import re
import shutil
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.model import Item, ScoringRule, Use
from kitbag.questions.scoring import score
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import (
    QUIZ_SCRIPTS,
    QUIZ_STYLES,
    LessonLink,
    QuizContext,
    render_checkpoint,
    render_practice_quiz,
)
from kitbag.rendering.markdown import MarkdownRenderer
from kitbag.rendering.scripts import lean
from kitbag.results.attempt import Attempt

TESTS = Path(__file__).parents[1]
TEMPLATES = TESTS.parent / "src/kitbag/templates"
TEA = TESTS / "projects/every-item-type"
Answer = Callable[[Locator, Any], None]

PHONE = {"width": 320, "height": 640}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
FRAME = """<!doctype html>
<html lang="en" dir="{dir}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Practice</title>
{links}
</head>
<body>
<main id="content">
<h1>Practice</h1>
{quiz}
</main>
</body>
</html>
"""

RIGHT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "cases/right.json").read_text("utf-8"))


def context_of(course: Course) -> QuizContext:
    catalogue = catalogue_for("en")
    return QuizContext(
        course=course,
        environment=make_environment(folder=None, catalogue=catalogue, language="en"),
        markdown=MarkdownRenderer(),
        catalogue=catalogue,
        passage_href=lambda cite: f"sources.html#{cite}",
        lessons_of=lambda objective: [
            LessonLink(lesson.title, f"{module.id}/{lesson.id}.html")
            for module in course.modules
            for lesson in module.lessons
            if objective in lesson.objectives
        ],
        media_href=lambda name: f"media/{name}",
    )


def practice_items(course: Course) -> list[Item]:
    return [item for item in course.items.values() if item.use is Use.PRACTICE]


def write_page(folder: Path, name: str, quiz: str, direction: str = "ltr") -> Path:
    links = [f'<link rel="stylesheet" href="{style}">' for style in ("site/static/site.css", *QUIZ_STYLES)]
    links += [f'<script src="{script}" defer></script>' for script in QUIZ_SCRIPTS]
    page = folder / name
    page.write_text(FRAME.format(policy=POLICY, dir=direction, links="\n".join(links), quiz=quiz), encoding="utf-8")
    return page


@pytest.fixture(scope="session")
def course() -> Course:
    loaded = load_course(TEA)
    assert loaded.course is not None, loaded.findings
    return loaded.course


@pytest.fixture(scope="session")
def site(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a practice quiz (also from right to left) and a checkpoint, its scripts as they are shipped."""
    folder = tmp_path_factory.mktemp("quiz")
    shutil.copytree(TEA / "course/media", folder / "media")
    (folder / "quiz").mkdir()
    (folder / "site/static").mkdir(parents=True)
    for name in ("site/static/site.css", *QUIZ_STYLES):
        shutil.copy(TEMPLATES / name, folder / name)
    for name in QUIZ_SCRIPTS:
        (folder / name).write_text(lean((TEMPLATES / name).read_text("utf-8")), "utf-8")
    context = context_of(course)
    quiz = render_practice_quiz(course.modules[0], practice_items(course), context)
    write_page(folder, "practice.html", quiz)
    write_page(folder, "rtl.html", quiz, "rtl")
    items = [course.items["single"], course.items["ordering"]]
    checkpoint = render_checkpoint(items, context, name="b1", quiz="m1.leaves.1")
    write_page(folder, "checkpoint.html", checkpoint)
    again = render_checkpoint([course.items["truth"], course.items["single"]], context, name="b2", quiz="m1.leaves.2")
    write_page(folder, "two.html", checkpoint + again)
    return folder


def open_quiz(page: Page, site: Path, name: str = "practice.html") -> Page:
    page.goto((site / name).as_uri())
    expect(page.locator(".quiz-progress span").first).to_be_visible()
    return page


def asked(page: Page, item: str) -> Locator:
    return page.locator(f'[data-item="{item}"]')


@pytest.fixture
def answer_all(answer: Answer) -> Callable[..., None]:
    """Answer every item rightly, or as told instead; None stays blank."""

    def give(page: Page, **instead: Any) -> None:
        for item, response in {**RIGHT, **instead}.items():
            if response is not None:
                answer(asked(page, item), response)

    return give


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="See my result", exact=True).click()


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# --- Answering ----------------------------------------------------------------------------------------------------


def test_every_item_type_by_keyboard_alone_on_a_phone(
    open_page: Callable[..., Page],
    site: Path,
    focused: Callable[[Page], dict[str, Any]],
    tab: Callable[[Page], dict[str, Any]],
    key_in: Callable[[Page, dict[str, Any], Any], None],
) -> None:
    page = open_quiz(open_page(viewport=PHONE), site)
    assert no_sideways_scrolling(page)
    for _ in range(200):
        at = tab(page)
        if not at["item"]:
            break
        key_in(page, at, RIGHT[at["item"]])
    assert at["text"] == "See my result"
    expect(page.locator(".quiz-progress span")).to_have_text("10 of 10 answered")
    page.keyboard.press("Enter")
    assert focused(page)["text"] == "Your result"
    expect(page.locator("[data-part=status]")).to_have_text("Your result: 15 of 15 marks, 100 %.")
    assert page.locator(".quiz-item[data-state=right]").count() == 9
    assert page.locator(".quiz-item[data-state=pending]").count() == 1
    assert no_sideways_scrolling(page)


def test_a_move_is_announced_and_ends_at_the_edges(page: Page, site: Path) -> None:
    open_quiz(page, site)
    rows = page.locator('[data-item="ordering"] .quiz-row')
    first, second = (rows.nth(place).locator(".quiz-text").inner_text() for place in (0, 1))
    rows.nth(0).locator('[data-move="-1"]').click(force=True)
    expect(page.locator(".quiz-progress span")).to_have_text("0 of 10 answered")
    rows.nth(0).locator('[data-move="1"]').click()
    expect(page.locator("[data-part=status]")).to_have_text(f"{first}: now 2 of 3")
    expect(rows.nth(0).locator(".quiz-text")).to_have_text(second)
    expect(page.locator(".quiz-progress span")).to_have_text("1 of 10 answered")


def test_an_untouched_ordering_is_not_answered(page: Page, site: Path, answer_all: Callable[..., None]) -> None:
    open_quiz(page, site)
    answer_all(page, ordering=None)
    hand_in(page)
    expect(page.locator(".quiz-warning .quiz-list")).to_have_text("Question 5")
    page.get_by_role("button", name="See my result as it is").click()
    expect(page.locator('[data-item="ordering"] .quiz-word')).to_contain_text("Not answered")


def test_what_is_no_number_is_said_when_the_box_is_left(page: Page, site: Path) -> None:
    open_quiz(page, site)
    box = page.locator("[data-item=numeric] input[type=text]")
    hint = page.locator("[data-item=numeric] [data-part=no-number]")
    for typed, says in [
        ("eighty", "This isn't a number. Write digits, such as 12 or 0.5, without a unit."),
        ("1,000", ""),
        ("80 degrees", "This isn't a number. Write digits, such as 12 or 0.5, without a unit."),
        ("", ""),
    ]:
        box.fill(typed)
        box.blur()
        expect(hint).to_have_text(says)
        expect(box).to_have_attribute("aria-invalid", "true" if says else "false")


def test_blank_questions_are_told_before_the_result(
    page: Page, site: Path, answer_all: Callable[..., None], focused: Callable[[Page], dict[str, Any]]
) -> None:
    open_quiz(page, site)
    answer_all(page, single=None, short="  ", sorting=None)
    hand_in(page)
    assert focused(page)["text"] == "3 questions have no answer yet"
    links = page.locator(".quiz-warning a")
    assert links.all_inner_texts() == ["Question 1", "Question 7", "Question 9"]
    links.nth(1).click()
    assert focused(page)["item"] == "short"
    page.keyboard.type("infusion")
    assert links.all_inner_texts() == ["Question 1", "Question 9"]
    expect(page.locator(".quiz-warning h3")).to_have_text("2 questions have no answer yet")
    page.get_by_role("button", name="Answer them first").click()
    assert focused(page)["item"] == "single"
    page.get_by_role("button", name="See my result as it is").click()
    expect(page.locator(".quiz-score strong")).to_have_text("12 of 15 marks")
    assert page.locator(".quiz-warning").count() == 0


# --- Keeping ------------------------------------------------------------------------------------------------------


def read_all(page: Page) -> list[Any]:
    """Return the order and the state of every control."""
    return page.eval_on_selector_all(
        "[data-part=questions] :is(input, select, textarea)",
        "all => all.map((one) => [one.id, one.value, one.checked ?? null])",
    )


def test_a_reload_in_the_middle_goes_on(
    page: Page, site: Path, answer: Answer, answer_all: Callable[..., None]
) -> None:
    open_quiz(page, site)
    answer_all(page, single=None, essay="Half a sent")
    before = read_all(page)
    page.reload()
    expect(page.locator(".quiz-about").last).to_have_text("You are back where you stopped. 9 of 10 answered.")
    assert read_all(page) == before
    answer(asked(page, "single"), "b")
    hand_in(page)
    result = page.locator(".quiz-result").inner_text()
    page.reload()
    assert page.locator(".quiz-result").inner_text() == result
    assert page.locator(".quiz-item[data-state=wrong]").count() == 1
    (key,) = page.evaluate("Object.keys(localStorage)")
    assert key == "kitbag:tea:2.1:quiz:m1"


def test_two_tabs_show_one_sitting(page: Page, site: Path, answer: Answer) -> None:
    open_quiz(page, site)
    other = open_quiz(page.context.new_page(), site)
    answer(asked(page, "numeric"), "79")
    expect(other.locator('[data-item="numeric"] input')).to_have_value("79")
    answer(asked(other, "truth"), "true")
    expect(page.locator(".quiz-progress span")).to_have_text("2 of 10 answered")


NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
)
FULL_STORAGE = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


@pytest.mark.parametrize("trouble", [NO_STORAGE, FULL_STORAGE])
def test_without_storage_it_works_and_says_so(
    page: Page, site: Path, trouble: str, answer_all: Callable[..., None]
) -> None:
    page.add_init_script(trouble)
    open_quiz(page, site)
    answer_all(page)
    expect(page.locator(".quiz-kept")).to_have_text(
        "This browser keeps nothing: your answers are lost when you leave the page."
    )
    hand_in(page)
    expect(page.locator(".quiz-score strong")).to_have_text("15 of 15 marks")


SPOILT = [
    "null",
    "{",
    "[]",
    '"x"',
    '{"version": "another", "seed": "s", "answers": {}}',
    '{"version": "VERSION", "seed": "s", "answers": {"nothing": {}}}',
    '{"version": "VERSION", "seed": "s", "earlier": 1, "answers": {"single": 1, "matching": {"response": [[]]}}}',
]


def test_what_cannot_be_read_back_is_left_alone(page: Page, site: Path, subtests: pytest.Subtests) -> None:
    open_quiz(page, site)
    version = page.evaluate("JSON.parse(document.querySelector('[data-part=island]').textContent).version")
    for saved in SPOILT:
        with subtests.test(saved):
            text = saved.replace("VERSION", version)
            page.evaluate("text => localStorage.setItem('kitbag:tea:2.1:quiz:m1', text)", text)
            page.reload()
            expect(page.locator(".quiz-progress span")).to_contain_text("0 of ")


# --- The result ---------------------------------------------------------------------------------------------------

MIXED: dict[str, Any] = {
    "single": "b",
    "multiple": ["a", "c"],
    "ordering": ["e1", "e3", "e2"],
    "numeric": "800",
    "cloze": {"minutes": "two"},
    "sorting": None,
}
"""Wrong, partly right, and blank; with feedback for what was chosen."""


@pytest.fixture
def finish_mixed(site: Path, answer_all: Callable[..., None]) -> Callable[[Page], None]:
    """Answer so, and see the result."""

    def finish(page: Page) -> None:
        open_quiz(page, site)
        answer_all(page, **MIXED)
        hand_in(page)
        page.get_by_role("button", name="See my result as it is").click()

    return finish


def test_each_answer_is_marked_with_its_reasons(page: Page, finish_mixed: Callable[[Page], None]) -> None:
    finish_mixed(page)
    states = page.eval_on_selector_all(".quiz-item", "all => all.map((one) => [one.dataset.item, one.dataset.state])")
    assert dict(states) == {
        "single": "wrong",
        "multiple": "partly",
        "truth": "right",
        "matching": "right",
        "ordering": "partly",
        "numeric": "wrong",
        "short": "right",
        "cloze": "wrong",
        "sorting": "blank",
        "essay": "pending",
    }

    def verdict(item: str) -> list[str]:
        text = page.locator(f'[data-item="{item}"] .quiz-verdict').inner_text()
        return [line.strip() for line in text.splitlines() if line.strip()]

    assert verdict("single") == [
        "Not right",
        "0 of 1 mark",
        "It has lost its air.",
        "The leaflet asks for fresh water.",
        "Source: T1.1 Water",
        "Read again: Leaves, Time",
    ]
    assert verdict("multiple")[:3] == ["Partly right", "0.33 of 2 marks", "The label names no price."]
    assert verdict("numeric")[2:4] == ["No kettle reaches that.", "Right answer: 80 °C"]
    assert verdict("cloze")[2:5] == [
        "That is green tea.",
        "Gap 1 of 2: Right answer: four",
        "Gap 2 of 2: Right answer: boiling",
    ]
    assert verdict("ordering")[1:6] == [
        "1 of 3 marks",
        "Nothing can be poured before it boils.",
        "The right order",
        "Fill the kettle.",
        "Boil the water.",
    ]
    notes = page.locator('[data-item="multiple"] .quiz-option').all_inner_texts()
    assert sorted(" | ".join(note.split("\n")) for note in notes) == [
        "a name",
        "a place",
        "a price |  | Your answer",
        "a temperature |  | Your answer, and right",
        "a time |  | Right, and not chosen",
    ]
    source = page.locator('[data-item="single"] .quiz-sources a')
    assert source.get_attribute("href") == "sources.html#T1.1"
    assert page.locator("[data-part=questions] :is(input, select:not([data-criterion])):enabled").count() == 0


def test_score_by_objective_links_back_to_lessons(page: Page, finish_mixed: Callable[[Page], None]) -> None:
    finish_mixed(page)
    expect(page.locator(".quiz-score")).to_have_text("5.33 of 15 marks35 %")
    rows = [row.inner_text().split("\n\n") for row in page.locator(".quiz-objectives li").all()]
    assert rows == [
        ["State how water and time make an infusion.", "4.33 of 10 marks", "Read again: Leaves, Time"],
        ["Select the right tea for a guest.", "1 of 5 marks", "Read again: Time"],
    ]
    hrefs = page.locator(".quiz-objectives a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert hrefs == ["m1/leaves.html", "m1/time.html", "m1/time.html"]


def test_only_the_wrong_ones_are_tried_again(
    page: Page, answer: Answer, finish_mixed: Callable[[Page], None], focused: Callable[[Page], dict[str, Any]]
) -> None:
    finish_mixed(page)
    seeds = [page.evaluate("JSON.parse(localStorage.getItem('kitbag:tea:2.1:quiz:m1')).seed")]
    page.get_by_role("button", name="Try the wrong ones again").click()
    seeds.append(page.evaluate("JSON.parse(localStorage.getItem('kitbag:tea:2.1:quiz:m1')).seed"))
    assert seeds[0] != seeds[1]
    shown = page.locator(".quiz-item:visible")
    items = shown.evaluate_all("all => all.map((one) => one.dataset.item)")
    assert items == ["single", "multiple", "ordering", "numeric", "cloze", "sorting"]
    assert shown.locator("h3").all_inner_texts() == [f"Question {number}" for number in range(1, 7)]
    assert page.locator(".quiz-verdict, .quiz-note").count() == 0
    assert focused(page)["item"] == "single"
    expect(page.locator("[data-part=status]")).to_have_text("6 questions to try again.")
    for item in items[1:]:
        answer(asked(page, item), RIGHT[item])
    answer(asked(page, "single"), "c")
    hand_in(page)
    expect(page.locator(".quiz-score strong")).to_have_text("10 of 11 marks")
    expect(page.locator(".quiz-result")).to_contain_text("With those you had right before: 8 of 9 questions are right.")
    page.reload()
    expect(page.locator(".quiz-result")).to_contain_text("8 of 9 questions are right.")
    page.get_by_role("button", name="Start afresh").click()
    assert page.locator(".quiz-item:visible").count() == 10
    expect(page.locator(".quiz-progress span")).to_have_text("0 of 10 answered")


def test_an_essay_is_marked_by_its_writer_and_never_scored(
    page: Page, site: Path, answer_all: Callable[..., None]
) -> None:
    open_quiz(page, site)
    answer_all(page)
    assert page.get_by_text("Names heat or time as the cause.").count() == 0
    hand_in(page)
    essay = page.locator('[data-item="essay"]')
    expect(essay.locator(".quiz-rubric")).to_contain_text("The water was too hot. Use 80 degrees.")
    essay.get_by_label("Names heat or time as the cause.").select_option("2")
    essay.get_by_label("Offers a cure.").select_option("1")
    expect(essay.locator(".quiz-sum")).to_have_text("By your own marking: 3 of 4")
    expect(page.locator(".quiz-score strong")).to_have_text("15 of 15 marks")
    page.reload()
    expect(essay.locator(".quiz-sum")).to_have_text("By your own marking: 3 of 4")


def test_a_checkpoint_gives_feedback_in_place(
    page: Page, site: Path, answer: Answer, focused: Callable[[Page], dict[str, Any]]
) -> None:
    open_quiz(page, site, "checkpoint.html")
    answer(asked(page, "single"), "a")
    answer(asked(page, "ordering"), ["e1", "e3", "e2"])
    page.get_by_role("button", name="Check my answers").click()
    assert focused(page)["text"] == "Your result"
    expect(page.locator(".quiz-score strong")).to_have_text("2 of 4 marks")
    assert page.locator(".quiz-objectives").count() == 0
    page.get_by_role("button", name="Try the wrong ones again").click()
    assert page.locator(".quiz-item:visible").count() == 1


def test_two_checkpoints_of_a_lesson_keep_apart(page: Page, site: Path, axe: Callable[[Page], list[str]]) -> None:
    open_quiz(page, site, "two.html")
    first, second = page.locator("[data-quiz]").all()
    second.locator('[data-item="single"] input[value="a"]').check()
    expect(first.locator(".quiz-progress span")).to_have_text("0 of 2 answered")
    expect(second.locator(".quiz-progress span")).to_have_text("1 of 2 answered")
    page.reload()
    expect(second.locator('[data-item="single"] input[value="a"]')).to_be_checked()
    assert first.locator("input:checked").count() == 0
    assert axe(page) == []


def test_the_printed_report_holds_the_result_and_no_buttons(page: Page, finish_mixed: Callable[[Page], None]) -> None:
    finish_mixed(page)
    page.emulate_media(media="print")
    expect(page.get_by_text("Making tea · Edition 2.1")).to_be_visible()
    expect(page.locator(".quiz-score strong")).to_be_visible()
    assert page.locator("main button:visible").count() == 0


# --- The record ---------------------------------------------------------------------------------------------------

RECORDER = """window.kitbagRecorder = () => ({
  start: () => null,
  save: (sitting) => { window.saved = JSON.parse(JSON.stringify(sitting)); return true; },
  finish: (attempt) => { window.finished = JSON.stringify(attempt); },
});"""


def test_the_attempt_record_scores_the_same_in_python(
    page: Page, course: Course, finish_mixed: Callable[[Page], None]
) -> None:
    page.add_init_script(RECORDER)
    finish_mixed(page)
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: null }))")
    expect(page.locator(".quiz-result")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    written = json.loads(page.evaluate("finished"))
    attempt = Attempt.model_validate(written)
    assert (attempt.course, attempt.edition, attempt.test, attempt.channel) == ("tea", "2.1", "m1", "browser")
    seed = attempt.form.removeprefix("practice-")
    assert [result.item for result in attempt.items] == list(RIGHT)
    total = Fraction(0)
    for result in attempt.items:
        item = course.items[result.item]
        earned = score(item, result.response, rule=None, default=course.info.scoring)
        assert result.marks == (None if earned.pending else str(earned.marks))
        assert result.possible == str(earned.possible)
        assert result.order == shown_order(item, seed)
        total += earned.marks
    assert (attempt.marks, attempt.possible) == (str(total), "19")
    assert attempt.submitted >= attempt.started
    assert attempt.started.tzinfo is not None
    digest = written.pop("digest")
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest == sha256(canonical.encode()).hexdigest()


def test_the_scoring_cases_hold_in_chromium(page: Page, site: Path) -> None:
    open_quiz(page, site)
    groups = json.dumps(json.loads((TESTS / "cases/scoring.json").read_text("utf-8"))["scores"])
    wrong = page.evaluate(
        """text => JSON.parse(text).flatMap(({ item, cases }) => cases.filter((one) => {
          const { response, rule = null, default: standard = "partial", marks = "0", blank, pending, error } = one;
          const given = response && response.times ? response.repeat.repeat(response.times) : response;
          try {
            const score = KitbagScoring.score(item, given, rule, standard);
            return error || KitbagScoring.toText(score.marks) !== marks || score.attempted !== !blank
              || score.pending !== Boolean(pending);
          } catch (raised) {
            return raised.message !== `${item.id}: ${error}`;
          }
        }))""",
        groups,
    )
    assert wrong == []


# --- Everybody ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["practice.html", "checkpoint.html"])
def test_axe_finds_nothing_in_any_state(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], site: Path, name: str, scheme: str, answer: Answer
) -> None:
    page = open_quiz(open_page(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce"), site, name)
    assert axe(page) == []
    given = {**RIGHT, **MIXED} if name == "practice.html" else {"single": "b"}
    for item, response in given.items():
        if response is not None:
            answer(asked(page, item), response)
    assert axe(page) == []
    page.locator(".quiz-foot button").click()
    expect(page.locator(".quiz-warning")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="See my result as it is").click()
    assert axe(page) == []
    page.get_by_role("button", name="Try the wrong ones again").click()
    assert axe(page) == []


def test_it_can_be_read_and_answered_without_scripts(
    open_page: Callable[..., Page], site: Path, answer_all: Callable[..., None]
) -> None:
    page = open_page(java_script_enabled=False, viewport=PHONE)
    page.goto((site / "practice.html").as_uri())
    answer_all(page, ordering=None)
    expect(page.get_by_text("Without scripts this page cannot mark your answers.")).to_be_visible()
    page.locator('[data-item="ordering"] select').first.select_option("3")
    assert page.locator(".quiz-move:visible").count() == 0
    key = page.locator('[data-item="single"] details')
    expect(key.get_by_text("The leaflet asks for fresh water.")).to_be_hidden()
    key.locator("summary").click()
    lines = [line for line in key.inner_text().split("\n") if line]
    assert lines == ["Show the answer", "fresh water", "The leaflet asks for fresh water.", "Source: T1.1 Water"]


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("practice.html", 320),
        ("practice.html", 768),
        ("rtl.html", 320),
        *(pytest.param("practice.html", width, marks=pytest.mark.slow) for width in (1280, 3840)),
        *(pytest.param("rtl.html", width, marks=pytest.mark.slow) for width in (768, 1280, 3840)),
    ],
)
def test_nothing_scrolls_sideways(
    open_page: Callable[..., Page], site: Path, name: str, width: int, answer_all: Callable[..., None]
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto((site / name).as_uri())
    assert no_sideways_scrolling(page)
    if width == 768:  # text at 200 %, on what is then a phone's width
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert no_sideways_scrolling(page)
    answer_all(page, **MIXED)
    hand_in(page)
    page.get_by_role("button", name="See my result as it is").click()
    assert no_sideways_scrolling(page)


def test_judges_of_html_find_nothing(
    site: Path, vnu: Callable[..., list[str]], html_validate: Callable[..., list[str]]
) -> None:
    pages = [site / "free-practice.html", site / "free-two.html"]
    for page in pages:  # vnu takes no file for `'self'`
        text = page.with_name(page.name.removeprefix("free-")).read_text("utf-8")
        page.write_text(re.sub("<meta http-equiv.*>\n", "", text), "utf-8")
    assert vnu(*pages) == []
    assert html_validate(*pages) == []


def test_the_scripts_stay_small(site: Path) -> None:
    assert sum((site / script).stat().st_size for script in QUIZ_SCRIPTS) <= 40_000


def test_a_language_that_no_browser_knows_is_no_trouble(open_page: Callable[..., Page], site: Path) -> None:
    odd = site / "odd.html"
    odd.write_text(
        (site / "practice.html").read_text("utf-8").replace('"language":"en"', '"language":"en-12"'), "utf-8"
    )
    page = open_quiz(open_page(), site, "odd.html")
    expect(page.locator(".quiz-progress span")).to_have_text("0 of 10 answered")


@pytest.mark.parametrize("rule", list(ScoringRule))
def test_the_island_names_the_rule_of_the_course(course: Course, rule: ScoringRule) -> None:
    info = course.info.model_copy(update={"scoring": rule})
    changed = Course(course.folder, info, course.sources, course.glossary, course.modules, course.banks)
    quiz = render_practice_quiz(course.modules[0], practice_items(course), context_of(changed))
    assert f'"scoring":"{rule}"' in quiz
