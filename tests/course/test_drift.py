"""One policy of twenty passages, copies of it with one change each, and what the drift list says about them."""

# ruff: noqa: RUF001 - look-alike characters are what is tested

import json
import shutil
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kitbag.course.documents.blocks import DocumentError
from kitbag.course.documents.read import read_bytes
from kitbag.course.drift import Drift, compare
from kitbag.course.drift_report import drift_json, drift_text
from kitbag.course.load import Loaded, load_course
from kitbag.course.provenance import usage
from kitbag.rendering.drift import drift_page

TESTS = Path(__file__).parent.parent
POLICY = (TESTS / "cases" / "policy.txt").read_text("utf-8")
TODAY = date(2025, 6, 1)

COMMITTEE = POLICY[POLICY.index("The Committee on Mooring") : POLICY.index("Working with others")]
COUNCIL = POLICY[POLICY.index("The Quay Council") : POLICY.index("The Committee on Mooring")]


@pytest.fixture(scope="module")
def harbour() -> Loaded:
    loaded = load_course(TESTS / "projects" / "harbour")
    assert [str(finding) for finding in loaded.findings] == []
    return loaded


def drift_of(harbour: Loaded, text: str, **options: object) -> Drift:
    course = harbour.course
    assert course is not None
    copy = read_bytes(text.encode(), "newer.txt")
    return compare(course, copy, today=TODAY, uses=usage(course), **options)  # type: ignore[arg-type]


def changed(drift: Drift) -> list[str]:
    return [f"{one.passage.id} {one.fate.change}" for one in drift.changed]


def replaced(old: str, new: str) -> str:
    assert POLICY.count(old) == 1
    return POLICY.replace(old, new)


def test_the_same_policy_has_not_changed(harbour: Loaded) -> None:
    drift = drift_of(harbour, POLICY)
    assert (changed(drift), drift.new, drift.affected) == ([], (), ())


COPIES: dict[str, tuple[str, list[str], int]] = {
    "a year": (replaced("most recently in 2024", "most recently in 2025"), ["P9 reworded"], 0),
    "a date in a short passage": (replaced("3 May 2024 09:15", "14 June 2025 08:02"), ["P1 reworded"], 0),
    "one word": (replaced("dealt mainly with lights", "dealt only with lights"), ["P8 reworded"], 0),
    "a word taken out": (replaced("is on call at all hours", "is on call"), ["P4 reworded"], 0),
    "a capital": (replaced("Contact clerks and lamp clerks", "Contact Clerks and Lamp Clerks"), ["P13 reworded"], 0),
    "half a sentence": (
        replaced(
            "pilots and ferry owners asked for common signals", "everyone who sails here wished for clearer signs"
        ),
        ["P8 reworded"],
        0,
    ),
    "split": (replaced(" The post was created", "\n\nThe post was created"), ["P11 split"], 0),
    "merged": (replaced("first day.\n\nThrough", "first day. Through"), ["P16 merged", "P17 merged"], 0),
    "moved to the end": (POLICY.replace(COMMITTEE, "") + "\n\n" + COMMITTEE, ["P15 moved"], 0),
    "moved to the beginning": (COMMITTEE + POLICY.replace(COMMITTEE, ""), ["P15 moved"], 0),
    "gone": (POLICY.replace(COUNCIL, ""), ["P14 gone"], 0),
    "added": (POLICY + "\n\nA lifeguard now watches the beach beside Quay 31 from May to September.\n", [], 1),
    "moved and reworded": (
        POLICY.replace(COUNCIL, "") + "\n\n" + COUNCIL.replace("obstacles", "setbacks"),
        ["P14 reworded"],
        0,
    ),
}


@pytest.mark.parametrize("name", COPIES)
def test_each_change_is_named_and_nothing_else(harbour: Loaded, name: str) -> None:
    text, expected, new = COPIES[name]
    drift = drift_of(harbour, text)
    assert changed(drift) == expected
    assert len(drift.new) == new
    assert drift.passages[14 if "moved to" in name else 13].fate.moved == (name.startswith("moved"))


def test_all_changes_at_once_come_worst_first(harbour: Loaded) -> None:
    text = replaced("most recently in 2024", "most recently in 2025").replace(COUNCIL, "")
    text = text.replace("Contact clerks and lamp clerks", "Contact Clerks and Lamp Clerks")
    text = text.replace("first day.\n\nThrough", "first day. Through")
    assert changed(drift_of(harbour, text)) == [
        "P14 gone", "P9 reworded", "P16 merged", "P17 merged", "P13 reworded",
    ]  # fmt: skip


RESET: dict[str, Callable[[str], str]] = {
    "wrapped": lambda text: "\n\n".join(_wrapped(block, 40) for block in text.split("\n\n")),
    "windows lines": lambda text: text.replace("\n", "\r\n"),
    "other quotes and dashes": lambda text: text.replace("’", "'").replace("–", "—"),
    "other bullets": lambda text: text.replace("  • ", "- "),
    "soft hyphens": lambda text: text.replace("harbour", "har\u00adbour").replace("collisions", "colli\u00ad\nsions"),
}


def _wrapped(block: str, width: int) -> str:
    lines: list[str] = []
    for line in block.splitlines():
        bullet = "  • " if line.startswith("  •") else ""
        row = bullet
        for word in line.removeprefix(bullet).split():
            if len(row) + len(word) > width:
                lines.append(row)
                row = "    " if bullet else ""
            row += ("" if row in ("", bullet) or row.isspace() else " ") + word
        lines.append(row)
    return "\n".join(lines)


@pytest.mark.parametrize("name", RESET)
def test_another_setting_is_no_change(harbour: Loaded, name: str) -> None:
    drift = drift_of(harbour, RESET[name](POLICY))
    assert (changed(drift), drift.new) == ([], ())


def test_what_rests_on_a_changed_passage_is_listed_worst_first(harbour: Loaded) -> None:
    drift = drift_of(harbour, replaced("most recently in 2024", "most recently in 2025"))
    (one,) = drift.changed
    assert one.lost_figures == {1: ("2024",)}
    assert [(str(use.kind), use.name, use.citations, use.through) for use in one.uses] == [
        ("test-item", "q2", ("P9.1",), ()),
        ("form", "final", ("P9.1",), ("q2",)),
        ("block", "m1/rules#1", ("P9.1",), ()),
        ("instructor-guide", "m1", ("P9.1", "P9"), ()),
        ("block", "m1/rules#3", ("P9",), ()),
    ]


def test_papers_and_checkpoints_rest_on_what_their_items_cite(harbour: Loaded) -> None:
    drift = drift_of(harbour, replaced("Wardens advise the quay foreman.", "Wardens order the quay foreman."))
    assert [(str(use.kind), use.name, use.citations, use.through) for use in drift.changed[0].uses] == [
        ("test-item", "q3", ("P12.2",), ()),
        ("form", "final", ("P12.2",), ("q3",)),
        ("practice-item", "q1", ("P12.1",), ()),
        ("block", "m1/rules#2", ("P12.1",), ()),
        ("block", "m1/rules#2", ("P12.2",), ()),
        ("block", "m1/rules#4", ("P12.1",), ("q1",)),
        ("job-aid", "harbour", ("P12.2",), ()),
        ("trainee-handout", "m1", ("P12.1", "P12.2"), ()),
        ("instructor-guide", "m1", ("P12.1", "P12.2", "P12.3"), ()),
        ("guidance", "m1", ("P12.3",), ()),
    ]


def test_an_item_rests_on_its_stimulus_and_a_form_that_was_drawn_on_its_items(harbour: Loaded) -> None:
    assert harbour.course is not None
    uses = usage(harbour.course, {"7KQX": ["q3"]})
    assert [(str(use.kind), use.name, use.through) for use in uses["P8"]] == [
        ("test-item", "q3", ("fog",)),
        ("form", "7KQX", ("fog",)),
    ]
    assert [use.name for use in uses["P9"] if use.kind == "form"] == []


def test_a_mistake_that_the_document_mended_is_told(harbour: Loaded) -> None:
    drift = drift_of(harbour, replaced("11, 12, 15", "11, 12, 16"))
    assert [erratum.id for erratum in drift.changed[0].mended] == ["quay-16"]
    assert [str(use.kind) for use in drift.changed[0].uses] == ["erratum", "left-out"]


def test_the_list_as_text_is_this(harbour: Loaded) -> None:
    text = replaced("most recently in 2024", "most recently in 2025").replace(COUNCIL, "")
    text = text.replace("is on call at all hours and speaks", "is on call and speaks")
    text += "\n\nA lifeguard now watches the beach beside Quay 31.\n"
    assert (
        drift_text(drift_of(harbour, text), harbour.places)
        == """\
Visiting Vessels (policy), recorded as of 2024-05-03, compared with newer.txt on 2025-06-01.
19 passages: 16 unchanged, 2 reworded, 1 gone; 1 new.

P14: gone (The Quay Council and its panel)
    Nothing in the course rests on it.

P9: reworded, 85% of its wording is the same (Editions of the signal book)
    Fact 1 states 2024, which the passage does not state now.
    now under “How the rules came about”, paragraph 2
        … has been rewritten several times, most recently in [+2025.+] Each new edition takes account of larger ships, …
    test-item         q2  questions/m1.yaml:18:5  cites P9.1
    form              final  course/course.yaml:14:3  cites P9.1, through q2
    block             m1/rules#1  course/m1.yaml:15:9  cites P9.1
    instructor-guide  m1  course/m1.yaml:1:1  cites P9.1, P9
    block             m1/rules#3  course/m1.yaml:22:9  cites P9

P4: reworded, 59% of its wording is the same (The Duty Officer)
    now under “Visiting Vessels and the Northport Harbour Board”, paragraph 4
        A Duty Officer is on call [-] and speaks for the Board on the radio.
    Nothing in the course rests on it.

New, after P19: under “Working with others”, paragraph 5
    A lifeguard now watches the beach beside Quay 31.

5 places to look at. When one passage is settled: kitbag sources pin P14 --reason "…"
"""
    )


def test_the_list_as_json_says_the_same(harbour: Loaded) -> None:
    drift = drift_of(harbour, replaced("most recently in 2024", "most recently in 2025"))
    made = json.loads(drift_json(drift, harbour.places))
    assert made["counts"] == {
        "gone": 0, "reworded": 1, "merged": 0, "split": 0, "moved": 0, "unchanged": 18, "new": 0,
    }  # fmt: skip
    (one,) = made["changed"]
    assert (one["passage"], one["change"], one["lost_figures"]) == ("P9", "reworded", {"P9.1": ["2024"]})
    assert [part["text"] for part in one["now"][0] if part["new"]] == ["2025."]
    assert one["uses"][0] == {
        "kind": "test-item",
        "name": "q2",
        "file": "questions/m1.yaml",
        "line": 18,
        "column": 5,
        "cites": ["P9.1"],
        "through": [],
        "text": "In which year was the signal book last rewritten?",
    }


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.new: list[str] = []
        self.all: list[str] = []
        self._in_new = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's signature
        self._in_new = tag == "ins"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base's signature
        self._in_new = False

    def handle_data(self, data: str) -> None:
        self.all.append(data)
        if self._in_new:
            self.new.append(data)


def test_the_page_marks_new_words_and_quotes_safely(harbour: Loaded) -> None:
    assert harbour.course is not None
    text = replaced("most recently in 2024", "most recently in <script>2025</script>")
    page = drift_page(drift_of(harbour, text), harbour.course, harbour.places)
    words = _Words()
    words.feed(page)
    assert words.new == ["<script>2025</script>."]
    assert "P9.1 states 2024, which the passage does not state now." in words.all
    assert [row for row in words.all if row.startswith("questions/")] == ["questions/m1.yaml:18:5"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_by_day_and_by_night(
    harbour: Loaded, tmp_path: Path, open_page: Callable[..., Page], axe: Callable[[Page], list[str]], scheme: str
) -> None:
    assert harbour.course is not None
    text = replaced("most recently in 2024", "most recently in 2025, and long after that")
    (tmp_path / "drift.html").write_text(drift_page(drift_of(harbour, text), harbour.course, harbour.places), "utf-8")
    page = open_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.goto((tmp_path / "drift.html").as_uri())
    assert page.locator("ins").count() == 1
    assert axe(page) == []
    white = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert white is (scheme == "light")


def test_another_document_is_refused_unless_asked_for(harbour: Loaded) -> None:
    other = "Boil the water.\n\nWarm the pot.\n\nWait for five minutes before you pour."
    with pytest.raises(DocumentError) as refused:
        drift_of(harbour, other)
    assert str(refused.value) == (
        'newer.txt does not look like a copy of "Visiting Vessels": of its 19 passages, 0 are found in it. '
        "If it is one all the same, add --anyway."
    )
    assert len(drift_of(harbour, other, anyway=True).changed) == 19
    with pytest.raises(DocumentError, match=r'No document "polcy" is recorded\. Did you mean "policy"\?'):
        drift_of(harbour, POLICY, document="polcy")


def test_a_damaged_fingerprint_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(TESTS / "projects" / "minimal", tmp_path / "course")
    with pytest.raises(DocumentError) as refused:
        drift_of(load_course(folder), POLICY)
    assert str(refused.value) == (
        'A fingerprint of "card" in course/sources.yaml is damaged: the sketch is not of version 1.'
    )
