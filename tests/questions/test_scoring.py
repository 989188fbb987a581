"""Marks, in Python and in JavaScript, from one file of cases and from thousands of random items and responses."""

import json
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from children import started
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kitbag.questions.model import Item, ItemType, Ordering, ScoringRule
from kitbag.questions.scoring import BadResponse, fold_text, marks_text, passes, read_numbers, score
from kitbag.questions.shuffle import drawn, shown_order, shuffled
from kitbag.rendering.quiz_data import scoring_data

HERE = Path(__file__).parent
QUIZ = HERE.parents[1] / "src/kitbag/templates/quiz"
CASES = json.loads((HERE.parent / "cases/scoring.json").read_text("utf-8"))
ITEM: TypeAdapter[Item] = TypeAdapter(Item)
GROUPS = [pytest.param(group, id=group["about"]) for group in CASES["scores"]]
RULES = list(ScoringRule)
LETTERS = "aeoiI\u0391\u03a3\u03c3\u0130"
TEXTS = [
    "Straße",
    "STRASSE",
    "strasse ",
    "\u039f\u0394\u039f\u03a3",
    "\u03bf\u03b4\u03bf\u03c2",
    "İ",
    "i\u0307",
    "\u0131",
]
TEXTS += ["\ufeffx", "x\u0085", " ", "", "12", "1,50", "\u22121.5", "½"]
TEXTS += [
    "1,000",
    "1.000",
    "1\u202f000",
    "1.000,5",
    "\u0661\u0662",
    "\u06f1\u066b\u06f5",
    "\uff11\uff12",
    "\u0967",
    "\u20135",
]
TEXTS += ["\u0130stanbul", "istanbul", "-", "|", "\x1c", "\x1f12", "\u202e12"]
COMMON = {"stem": "?", "rationale": ".", "objective": "1", "level": "apply", "use": "test"}
ODD = [
    None,
    "",
    " ",
    "zz",
    1,
    1.5,
    True,
    [],
    {},
    ["a", "a"],
    {"p0": 3},
    {"zz": "a"},
    [["a"]],
    [None],
    "\ud800",
    "12\udfff",
]

Twin = Callable[..., Any]


@pytest.fixture(scope="session")
def twin() -> Iterator[Twin]:
    """Return a function that asks the JavaScript twins."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        pytest.skip("no node to run the JavaScript twin with")
    command = [node, str(HERE / "twin.js"), str(QUIZ / "shuffle.js"), str(QUIZ / "scoring.js")]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:

        def ask(do: str, **question: object) -> Any:
            process.stdin.write(json.dumps({"do": do, **question}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask


def response_of(case: dict[str, Any]) -> Any:
    """Return the response of a case; `{"repeat": …, "times": …}` spares the file a long text."""
    response = case["response"]
    if isinstance(response, dict) and "repeat" in response:
        return response["repeat"] * response["times"]
    return response


def expected_of(case: dict[str, Any], item: Item) -> dict[str, Any]:
    if "error" in case:
        return {"error": f"{item.id}: {case['error']}"}
    return {
        "marks": case.get("marks", "0"),
        "possible": str(item.points),
        "attempted": "blank" not in case,
        "pending": case.get("pending", False),
    }


def score_in_python(item: Item, response: object, rule: str | None, default: str) -> dict[str, Any]:
    try:
        got = score(item, response, rule=ScoringRule(rule) if rule else None, default=ScoringRule(default))
    except BadResponse as error:
        return {"error": str(error)}
    return {
        "marks": str(got.marks),
        "possible": str(got.possible),
        "attempted": got.attempted,
        "pending": got.pending,
    }


@pytest.mark.parametrize("group", GROUPS)
def test_cases_in_python(group: dict[str, Any]) -> None:
    item = ITEM.validate_python(group["item"])
    for case in group["cases"]:
        got = score_in_python(item, response_of(case), case.get("rule"), case.get("default", "partial"))
        assert got == expected_of(case, item), case


@pytest.mark.parametrize("group", GROUPS)
def test_cases_in_javascript(group: dict[str, Any], twin: Twin) -> None:
    item = ITEM.validate_python(group["item"])
    for case in group["cases"]:
        rule, default = case.get("rule"), case.get("default", "partial")
        got = twin("score", item=scoring_data(item), response=response_of(case), rule=rule, default=default)
        assert got == expected_of(case, item), case


@pytest.mark.parametrize(("text", "folded"), CASES["folded"])
def test_folded_texts(text: str, folded: str, twin: Twin) -> None:
    assert fold_text(text) == folded
    assert twin("fold", text=text) == folded


@pytest.mark.parametrize(("text", "numbers"), CASES["numbers"])
def test_numbers(text: str, numbers: list[str], twin: Twin) -> None:
    assert [str(number) for number in read_numbers(text)] == numbers
    assert twin("numbers", all=[text]) == [numbers]


def test_every_digit_of_every_system_is_read_alike(twin: Twin) -> None:
    digits = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Nd"]
    ours = [[str(number) for number in read_numbers(digit)] for digit in digits]
    assert twin("numbers", all=digits) == ours
    # Those of the Basic Multilingual Plane and the mathematical ones; a text never holds the others by chance.
    read = [digit for digit, numbers in zip(digits, ours, strict=True) if numbers]
    assert {digit for digit in digits if ord(digit) < 0x10000} <= {*read}
    assert all(read_numbers(digit) == (Fraction(unicodedata.decimal(digit)),) for digit in read)


NUMERALS = (
    "0123456789" * 3
    + "\u0660\u0661\u0669\u06f5\u0966\u096f\uff10\uff19"
    + ".,\u066b\u066c '\u2019\u00a0\u202f+-\u2212\u2013\u200f\u061c"
)


@given(st.lists(st.text(alphabet=NUMERALS, max_size=14), min_size=500, max_size=500))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_numeral_is_read_alike(twin: Twin, texts: list[str]) -> None:
    ours = [[str(number) for number in read_numbers(text)] for text in texts]
    assert twin("numbers", all=texts) == ours


@given(st.fractions(min_value=-(10**9), max_value=10**9).map(lambda value: round(value, 3)))
def test_a_number_written_in_any_country_is_read(value: Fraction) -> None:
    """In English, German, French, Swiss, Arabic and Persian; where a sign is doubtful, it is among the readings."""
    text = f"{float(value):,.3f}"
    for thousands, decimal in [(",", "."), (".", ","), ("\u202f", ","), ("\u2019", "."), ("\u066c", "\u066b")]:
        written = text.translate({ord(","): thousands, ord("."): decimal})
        arabic = written.translate({ord("0") + digit: chr(0x0660 + digit) for digit in range(10)})
        assert value in read_numbers(written)
        assert value in read_numbers(arabic)


def test_a_doubtful_number_is_right_if_either_reading_is(twin: Twin) -> None:
    for key, right in [("1000", True), ("1", True), ("1.0", True), ("100", False)]:
        item = ITEM.validate_python({**COMMON, "id": "n", "type": "numeric", "key": key})
        for response in ("1,000", "1.000", "\u0661,\u0660\u0660\u0660"):
            expected = {"marks": "1" if right else "0", "possible": "1", "attempted": True, "pending": False}
            assert score_in_python(item, response, None, "partial") == expected
            assert twin("score", item=scoring_data(item), response=response, rule=None, default="partial") == expected


@pytest.mark.parametrize(("marks", "possible", "cut", "passed"), CASES["passes"])
def test_passing(marks: str, possible: str, cut: int, *, passed: bool, twin: Twin) -> None:
    assert passes(Fraction(marks), Fraction(possible), cut) is passed
    assert twin("passes", marks=marks, possible=possible, cut=cut) is passed


@pytest.mark.parametrize(("seed", "item", "ids", "shown"), CASES["shuffles"])
def test_shuffles(seed: str, item: str, ids: list[str], shown: list[str], twin: Twin) -> None:
    assert list(shuffled(seed, item, ids)) == shown
    assert twin("shuffled", seed=seed, item=item, ids=ids) == shown


@pytest.mark.parametrize("count", [1, 3, 7, 9])
def test_a_practice_quiz_draws_alike(count: int, twin: Twin) -> None:
    ids = ["zoë", "a", "b", "item-10", "item-2", "ü", "Z"]
    seeds = ("0badcafe", "12345678", "ffffffff", "00000000")
    tries = {seed: drawn(seed, "m1", ids, count) for seed in seeds}
    for seed, asked in tries.items():
        assert twin("drawn", seed=seed, quiz="m1", ids=ids, count=count) == list(asked)
        assert asked == tuple(one for one in ids if one in asked)  # in the order of the bank
        assert len(asked) == min(count, len(ids))
    assert (len(set(tries.values())) > 1) is (count < len(ids))


def test_every_character_folds_alike(twin: Twin) -> None:
    """Node's Unicode is younger than Python's; what differs between them is compared as typed in both."""
    for start in range(0, 0x110000, 0x8000):
        texts = twin("folds", **{"from": start, "to": start + 0x8000})
        for code, text in enumerate(texts, start):
            # A letter can begin a word or stand alone; a space alone would be trimmed away in both.
            assert fold_text(chr(code)) == text, f"U+{code:04X}"


@given(st.text(max_size=12))
@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_folds_alike(twin: Twin, text: str) -> None:
    assert twin("fold", text=text) == fold_text(text)


def test_combining_marks_fold_alike(twin: Twin) -> None:
    marks = [chr(code) for code in range(0x10000) if unicodedata.combining(chr(code))]
    chance = Chance(1325)
    for _ in range(2000):
        text = "".join(chance.choice(LETTERS) + "".join(chance.choices(marks, k=3)) for _ in range(3))
        assert twin("fold", text=text) == fold_text(text), text.encode("unicode_escape")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_digests_agree(twin: Twin, text: str) -> None:
    assert twin("sha256", text=text) == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("length", [55, 56, 63, 64, 119, 120, 1000])
def test_digests_agree_at_the_edges_of_a_block(length: int, twin: Twin) -> None:
    assert twin("sha256", text="x" * length) == sha256(b"x" * length).hexdigest()


# --- Random items and responses ---------------------------------------------------------------------------------


class Chance(Random):
    """Draws items, and responses that are right, wrong, blank or hostile."""

    def some(self, values: list[Any]) -> list[Any]:
        return self.sample(values, self.randint(0, len(values)))

    def item(self) -> Item:
        ids = self.sample(["a", "b", "c", "10", "2", "x.y", "Z_", "last-1"], self.randint(3, 8))
        options = [{"id": name, "text": name} for name in ids]
        kind = self.choice(list(ItemType))
        fields: dict[str, Any] = {
            "single-choice": {"options": options, "key": ids[0], "floor": self.choice(["zero", "chance"])},
            "multiple-response": {"options": options, "key": self.sample(ids, self.randint(1, len(ids)))},
            "true-false": {"key": self.choice([True, False]), "floor": self.choice(["zero", "chance"])},
            "matching": {
                "premises": [{"id": f"p{n}", "text": "p", "match": self.choice(ids)} for n in range(4)],
                "responses": options,
            },
            "ordering": {"elements": options},
            "numeric": {
                "key": f"{self.randint(-20, 20)}.{self.randint(0, 999)}",
                "tolerance": f"0.{self.randint(0, 99):02}",
            },
            "short-answer": {"accept": [text for text in self.sample(TEXTS, 4) if text.strip()] or ["x"]},
            "cloze": {"text": "…", "gaps": [{"id": name, "accept": ["Straße", "12"]} for name in ids]},
            "categorise": {
                "categories": options,
                "elements": [{"id": f"e{n}", "text": "e", "category": self.choice(ids)} for n in range(4)],
            },
            "essay": {"rubric": [{"id": "r", "text": "r", "points": 1}]},
        }[kind]
        if kind not in {"numeric", "short-answer", "essay"} and self.random() < 0.5:
            fields["scoring"] = self.choice(RULES)
        name, points = f"item-{self.randint(0, 99)}", self.randint(1, 5)
        return ITEM.validate_python({**COMMON, "id": name, "points": points, "type": kind, **fields})

    def response(self, item: Item) -> Any:
        if self.random() < 0.1:
            return self.choice(ODD)
        match item.type:
            case "single-choice":
                return self.choice([option.id for option in item.options])
            case "multiple-response":
                return self.some([option.id for option in item.options])
            case "true-false":
                return self.choice(["true", "false"])
            case "matching":
                chosen = {premise.id: self.choice(item.responses).id for premise in item.premises}
                right = {premise.id: premise.match for premise in item.premises}
                return {name: self.choice([chosen, right])[name] for name in self.some(list(right))}
            case "ordering":
                ids = [element.id for element in item.elements]
                at, to = self.choices(range(len(ids)), k=2)
                ids.insert(to, ids.pop(at))
                return ids
            case "numeric":
                near = item.key + self.choice([0, 1, -1]) * item.tolerance
                return self.choice(
                    [f"{near:f}", f"{near:f}".replace(".", ","), f"{near:f}1", f" {near:f}", f"{near:,.3f}", *TEXTS]
                )
            case "cloze":
                return {gap.id: self.choice([*TEXTS, *gap.accept]) for gap in self.some(list(item.gaps))}
            case "categorise":
                ids = [category.id for category in item.categories]
                elements = self.some(list(item.elements))
                return {element.id: self.choice([element.category, *ids]) for element in elements}
            case _:
                return self.choice(TEXTS)


@given(st.integers(min_value=0, max_value=2**64))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_twins_give_any_response_the_same_mark(twin: Twin, seed: int) -> None:
    chance = Chance(seed)
    asked = []
    for _ in range(100):
        item = chance.item()
        rule, default = chance.choice([None, *RULES]), chance.choice(RULES)
        asked.append((item, chance.response(item), rule, default))
    got = twin(
        "scores",
        all=[
            {"item": scoring_data(item), "response": response, "rule": rule, "default": default}
            for item, response, rule, default in asked
        ],
    )
    for (item, response, rule, default), theirs in zip(asked, got, strict=True):
        ours = score_in_python(item, response, rule, default)
        assert theirs == ours, (item, response, rule, default)
        if "marks" in ours:
            lowest = -item.points if getattr(item, "floor", "zero") == "chance" and rule != "exact" else 0
            assert lowest <= Fraction(ours["marks"]) <= item.points


@given(st.integers(min_value=0, max_value=2**64))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_twins_show_the_same_order(twin: Twin, seed: int) -> None:
    item = Chance(seed).item()
    shown = list(shown_order(item, str(seed)))
    assert twin("order", item=scoring_data(item), seed=str(seed)) == shown
    if isinstance(item, Ordering):
        assert shown != [element.id for element in item.elements]


def test_an_ordering_drawn_in_its_right_order_is_turned_by_one(twin: Twin) -> None:
    for seed in map(str, range(100)):
        right = shuffled(seed, "o", ["a", "b", "c"])
        elements = [{"id": name, "text": name} for name in right]
        item = ITEM.validate_python({**COMMON, "id": "o", "type": "ordering", "elements": elements})
        assert shown_order(item, seed) == (*right[1:], right[0])
        assert twin("order", item=scoring_data(item), seed=seed) == [*right[1:], right[0]]


@pytest.mark.parametrize(
    ("marks", "text"),
    [
        ("8", "8"),
        ("17/2", "8.5"),
        ("25/3", "8.33"),
        ("26/3", "8.67"),
        ("1/8", "0.13"),
        ("1/1000", "0"),
        ("-1/1000", "0"),
        ("-5/4", "\u22121.25"),
        ("199/200", "1"),
        ("100", "100"),
    ],
)
def test_marks_are_written_one_way_everywhere(twin: Twin, marks: str, text: str) -> None:
    assert marks_text(marks) == text
    assert twin("marks", all=[marks]) == [text]


@given(st.lists(st.fractions(max_denominator=1000), max_size=50))
def test_both_twins_write_all_marks_alike(twin: Twin, marks: list[Fraction]) -> None:
    assert twin("marks", all=[str(one) for one in marks]) == [marks_text(one) for one in marks]
