"""One response given in four ways: in Chromium, in the terminal, on paper, in a record. All earn the same marks.

Items of every type, forms and responses are drawn by chance. In the browser each attempt goes the trainee's way: the
controls of a kit are set on its page, it is handed in, and the record is the one that the page shows for copying.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_never
from uuid import UUID

import pytest
from playwright.sync_api import Page
from pydantic import TypeAdapter

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.files import write_tree
from kitbag.findings import Severity
from kitbag.questions.assembly import Form
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    ItemBank,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.scoring import passes, score
from kitbag.rendering.kits import draw_kits, render_tests
from kitbag.results.answering import WrongAnswer, read_line, written
from kitbag.results.attempt import Attempt, Response
from kitbag.results.grid import blank_grid, read_grid, variant_of
from kitbag.results.judging import Judge
from kitbag.results.marking import mark_grid
from kitbag.results.record import read_record, write_record
from kitbag.results.session import Quiz, scored
from kitbag.results.sheet import as_written, sheet_entry

TEA = Path(__file__).parents[1] / "projects/every-item-type"
WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ITEM: TypeAdapter[Item] = TypeAdapter(Item)
KINDS = list(ItemType)
EACH = 6
"""Items of each type in the bank."""
TEXTS = ("", " ", "four", "FOUR ", "x" * 50, "2.50", "2,5", "2.51", "\u22122", "Straße", "STRASSE", "ß\u2028", "½", "İ")
RULES: tuple[ScoringRule | None, ...] = (None, *ScoringRule)


# --- By chance ----------------------------------------------------------------------------------------------------


def item(number: int, chance: random.Random) -> Item:
    """Return an item of any type: types take turns, all else is drawn."""
    kind = KINDS[number % len(KINDS)]
    ids = chance.sample(["a", "b", "c", "10", "2", "x.y", "Z_", "last-1"], chance.randint(3, 8))
    options = [{"id": name, "text": f"Choice {name}"} for name in ids]
    fields: dict[str, Any] = {
        "single-choice": {"options": options, "key": ids[0], "floor": chance.choice(["zero", "chance"])},
        "multiple-response": {"options": options, "key": chance.sample(ids, chance.choice([1, 2, len(ids) - 1]))},
        "true-false": {"key": chance.random() < 0.5, "floor": chance.choice(["zero", "chance"])},
        "matching": {
            "premises": [{"id": f"p{n}", "text": f"Line {n}", "match": chance.choice(ids)} for n in range(4)],
            "responses": options,
        },
        "ordering": {"elements": options},
        "numeric": {"key": "2.5", "tolerance": chance.choice(["0", "0.01"])},
        "short-answer": {"accept": chance.sample(["four", "straße", "2.5", "½"], 2)},
        "cloze": {
            "text": " and ".join(f"[[{name}]]" for name in ids),
            "gaps": [{"id": name, "accept": [chance.choice(["four", "straße", "2,5"])]} for name in ids],
        },
        "categorise": {
            "categories": options,
            "elements": [{"id": f"e{n}", "text": f"Thing {n}", "category": chance.choice(ids)} for n in range(4)],
        },
        "essay": {"rubric": [{"id": "r", "text": "It says why.", "points": 3}]},
    }[kind]
    if kind not in ("numeric", "short-answer", "essay"):
        fields["scoring"] = chance.choice(RULES)
    points = 3 if kind == "essay" else chance.randint(1, 5)
    common = {"objective": "T1", "level": "apply", "use": "test", "rationale": "It says so.", "cites": ["T1"]}
    return ITEM.validate_python(
        {"id": f"i{number}", "type": kind, "stem": f"What is {number}?", "points": points, **common, **fields}
    )


def course_by_chance(seed: int) -> Course:
    """Return a course with a bank of random items, and a test for each rule of scoring."""
    chance = random.Random(seed)  # noqa: S311 - items, no secrets
    loaded = load_course(TEA).course
    assert loaded is not None
    items = tuple(item(number, chance) for number in range(EACH * len(KINDS)))
    twice = chance.sample(KINDS, 2)
    tests = [
        Assessment.model_validate(
            {
                "id": f"by-{(rule or 'items').replace('/', '-')}",
                "title": "Test",
                "purpose": "final",
                "instructions": "Answer.",
                "scoring": rule,
                "cut_score": chance.choice([20, 50, 80]),
                "blueprint": {"items": len(KINDS) + 2, "types": {kind: 1 + (kind in twice) for kind in KINDS}},
            }
        )
        for rule in RULES
    ]
    changes = {"edition": f"r{seed}", "scoring": chance.choice(list(ScoringRule)), "tests": tuple(tests)}
    bank = ItemBank(schema_="questions/1", module="m1", items=items)
    return replace(loaded, info=loaded.info.model_copy(update=changes), banks=(bank,))


def response_to(asked: Item, chance: random.Random) -> Response:
    """Return a response that a trainee may give: right, wrong, in part, blank."""

    def some(names: Iterator[str]) -> list[str]:
        return [name for name in names if chance.random() < 0.7]

    if chance.random() < 0.1:
        return None
    match asked:
        case SingleChoice():
            return chance.choice(asked.options).id
        case TrueFalse():
            return chance.choice(["true", "false"])
        case MultipleResponse():
            right = chance.random() < 0.4
            return tuple(one.id for one in asked.options if (one.id in asked.key if right else chance.random() < 0.5))
        case Matching():
            choices = [one.id for one in asked.responses]
            right_pairs = {one.id: one.match for one in asked.premises}
            return {name: chance.choice([right_pairs[name], *choices]) for name in some(iter(right_pairs))}
        case Categorise():
            choices = [one.id for one in asked.categories]
            right_pairs = {one.id: one.category for one in asked.elements}
            return {name: chance.choice([right_pairs[name], *choices]) for name in some(iter(right_pairs))}
        case Ordering():
            ids = [one.id for one in asked.elements]
            first, second = chance.choices(range(len(ids)), k=2)
            ids.insert(second, ids.pop(first))
            return tuple(ids)
        case Cloze():
            return {name: chance.choice(TEXTS) for name in some(gap.id for gap in asked.gaps)}
        case Numeric() | ShortAnswer() | Essay():
            return chance.choice(TEXTS)
        case _:
            assert_never(asked)


# --- The four ways ------------------------------------------------------------------------------------------------

# Takes the test again and again, as a trainee with a mouse would; returns each record and what is told of passing.
TAKE = """async (cases) => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within) => [...within.querySelectorAll(selector)];
  const shown = (name) => !one(`[data-screen=${name}]`).hidden;
  const wait = async (done) => { while (!done()) await new Promise((go) => { setTimeout(go, 0); }); };
  const told = (control) => control.dispatchEvent(new Event("input", { bubbles: true }));
  const set = (control, value) => { control.value = value; told(control); };
  const give = (article, response) => {
    const row = (id) => all("[data-id]", article).find((part) => part.dataset.id === id && part.matches(".quiz-row"));
    switch (article.dataset.type) {
      case "single-choice":
      case "true-false":
      case "multiple-response":
        for (const box of all("input", article)) if (box.checked !== [response].flat().includes(box.value)) box.click();
        break;
      case "matching":
      case "categorise":
        for (const [id, value] of Object.entries(response)) set(one("select", row(id)), value);
        break;
      case "ordering":
        response.forEach((id, at) => set(one("select", row(id)), String(at + 1)));
        break;
      case "cloze":
        for (const box of all("input", article)) if (box.dataset.id in response) set(box, response[box.dataset.id]);
        break;
      default:
        set(one("input[type=text], textarea", article), response);
    }
  };
  const taken = [];
  for (const responses of cases) {
    one("[data-act=begin]").click();
    for (const number of all(".test-number", document)) {
      number.click();
      const article = all("[data-part=questions] .quiz-item", document).find((item) => !item.hidden);
      const response = responses[article.dataset.item];
      if (response !== null) give(article, response);
    }
    one("[data-act=review]").click();
    one("[data-act=hand-in]").click();
    all("[data-part=blank] button", document).pop()?.click();
    taken.push([one("[id$='-text']").value, one(".test-verdict").dataset.state]);
    one("[data-part=clear-result] button").click();
    one("#clear-dialog [value=clear]").click();
    await wait(() => shown("start"));
  }
  return taken;
}"""
VERDICTS = {"right": True, "wrong": False, "pending": None}


def in_terminal(course: Course, form: Form, responses: dict[str, Response], number: int) -> Attempt:
    """Return the record of the same responses typed as lines."""
    typed: dict[str, Response] = {}
    for drawn in form.items:
        entry = sheet_entry(drawn.item, drawn.order)
        line = written(entry, responses[drawn.item.id])
        try:
            typed[drawn.item.id] = read_line(entry, line, None) if line else None
        except WrongAnswer:
            # The terminal asks again where a number's box holds no number; a record may hold it all the same.
            assert isinstance(drawn.item, Numeric)
            typed[drawn.item.id] = line
    quiz = Quiz(course, form.test, form.test.id, form.id, form.attempt, form.items)
    return scored(quiz, typed, name=str(UUID(int=number, version=4)), person="", now=WHEN)


def on_paper(course: Course, form: Form, cases: list[dict[str, Response]]) -> tuple[Attempt, ...]:
    """Return the records of the same responses keyed into the marking grid; an essay has no marks yet."""
    variant = variant_of("A", form)
    head = blank_grid(form.test, [variant], seats=0)
    sheets = io.StringIO(newline="")
    writer = csv.writer(sheets)
    for number, responses in enumerate(cases, 1):
        cells = [
            "" if isinstance(entry.item, Essay) else as_written(entry, responses[entry.item.id])
            for entry in variant.entries
        ]
        writer.writerow([number, form.id, f"seat {number}", *cells])
    marked = mark_grid(course, read_grid((head + sheets.getvalue()).encode(), file="grid.csv"), when=WHEN)
    # A word in a number's cell counts as wrong, as on a screen, and is remarked on besides.
    assert [str(finding) for finding in marked.findings if finding.severity is Severity.ERROR] == []
    assert {finding.code for finding in marked.findings} <= {"no-number"}
    return marked.attempts


def agree(page: Page, folder: Path, seed: int, *, kits: int, each: int) -> int:
    """Give random responses to random forms in all four ways; return how many attempts agreed."""
    course = course_by_chance(seed)
    chance = random.Random(seed)  # noqa: S311 - responses, no secrets
    judge = Judge(course)
    drawn, findings = draw_kits(course, kits=kits)
    assert findings == ()
    write_tree(folder, ((name, make()) for name, make in render_tests(course, drawn, templates=None)))
    count = 0
    for kit in drawn:
        (form,) = kit.forms
        items = [one.item for one in form.items]
        cases = [{one.id: response_to(one, chance) for one in items} for _ in range(each)]
        page.goto((folder / kit.folder / "index.html").as_uri())
        page.wait_for_selector("[data-part=setup]:not([hidden])")
        in_browser = page.evaluate(TAKE, cases)
        papers = on_paper(course, form, [case for case in cases if any(map(as_something, case.values()))])
        paper = iter(papers)
        for responses, (text, verdict) in zip(cases, in_browser, strict=True):
            expected = [
                score(one, responses[one.id], rule=kit.test.scoring, default=course.info.scoring) for one in items
            ]
            records = [read_record(text.encode()), in_terminal(course, form, responses, count)]
            records += [next(paper)] if any(map(as_something, responses.values())) else []
            for record in records:
                essays = {one.id for one in items if isinstance(one, Essay)}
                got = {one.item: one.marks for one in record.items if one.item not in essays}
                assert got == {
                    one.id: str(earned.marks) for one, earned in zip(items, expected, strict=True) if one.id in got
                }
                judged = judge.judge(read_record(write_record(record)))
                total = sum((earned.marks for earned in expected), Fraction(0))
                assert (judged.marks, record.marks) == (total, str(total))
                if judged.pending == sum(earned.pending for earned in expected):
                    assert judged.passed == VERDICTS[verdict]
                if not judged.pending:
                    assert record.passed == passes(total, judged.possible, kit.test.cut_score or 0)
            count += 1
    return count


def as_something(response: Response) -> bool:
    return response not in (None, "", " ", (), {})


@pytest.fixture
def kit_page(open_page: Callable[..., Page]) -> Page:
    # The result looks for a site, which does not lie beside it.
    return open_page(expected_errors=("ERR_FILE_NOT_FOUND",))


def test_browser_terminal_paper_and_record_agree(kit_page: Page, tmp_path: Path) -> None:
    seed = random.randrange(2**32)  # noqa: S311 - pytest-randomly tells it
    assert agree(kit_page, tmp_path, seed, kits=1, each=4) == len(RULES) * 4


@pytest.mark.acceptance
def test_browser_terminal_paper_and_record_agree_on_thousands_of_attempts(kit_page: Page, tmp_path: Path) -> None:
    total = sum(agree(kit_page, tmp_path / str(seed), seed, kits=3, each=40) for seed in range(5))
    assert total == 5 * 3 * len(RULES) * 40
