"""What counts as a change of wording and what does not, and that the stored format stays what it is."""

# ruff: noqa: RUF001 - look-alike characters are what is tested

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitbag.course.fingerprints import KEPT, Sketch, fingerprint, normalise, run_values, similarity, words

TEXT = "The Harbour Board’s guide for 2021–2025 asks deputies for co-operation and lights."


@pytest.mark.parametrize(
    "same",
    [
        'The Harbour Board\'s guide for 2021-2025 asks deputies for co-operation and "lights".',
        "The Harbour\nBoard’s guide for\r\n2021–2025 asks   deputies for co-operation and lights.",
        "The Har\u00adbour Board’s guide for 2021–2025 asks depu-\nties for cooperation and «lights».",
        "The Har\u00ad\nbour Board’s guide for 2021—2025 asks depu\u2010\nties for co\u2011operation and ‹lights›.",
        "• The Harbour Board’s guide for 2021–2025 asks deputies for co-operation and lights.",
        "* The\u00a0Harbour Board’s guide for 2021 – 2025 asks deputies for co-\noperation and 'lights'. ",
        "The H arbour Boa rd’s guide for 2021-2025 asks deputies for co-operation and “li\u200bghts”.",
    ],
    ids=["quotes", "reflow", "soft hyphen", "line hyphen", "bullet", "spaces", "spaces inside words"],
)
def test_a_new_setting_of_the_same_words_is_no_change(same: str) -> None:
    assert fingerprint(same).sha256 == fingerprint(TEXT).sha256


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("most recently in 2024", "most recently in 2025"),
        ("numbers 1, 12 and 3", "numbers 11, 2 and 3"),
        ("between 1 12 and 5", "between 11 2 and 5"),
        ("no colder than -5 degrees", "no colder than 5 degrees"),
        ("may grow by 1.5 %", "may grow by 15 %"),
        ("may grow by 3 %", "may grow by 3"),
        ("the Allies agree", "the allies agree"),
        ("Crews may land.", "Crews may land?"),
        ("it is allowed", "it is not allowed"),
    ],
)
def test_what_may_change_the_meaning_is_a_change(before: str, after: str) -> None:
    assert normalise(before) != normalise(after)


def test_ligatures_and_wide_letters_are_plain_letters() -> None:
    assert normalise("oﬃce ＮＡＴＯ") == normalise("office NATO")


def test_capitals_and_punctuation_change_the_hash_and_not_the_sketch() -> None:
    before, after = fingerprint("The Policy, as agreed, holds."), fingerprint("The policy as agreed holds.")
    assert before.sha256 != after.sha256
    assert similarity(before, after) == 1


def test_words_are_what_a_reader_would_count() -> None:
    assert words("Last updated: 11 Jul. 2024 08:53 – co-\noperation, 1,325 & 5 %") == [
        "last", "updated", "11", "jul", "2024", "08:53", "cooperation", "1,325", "5", "%",
    ]  # fmt: skip


def test_a_word_broken_at_the_end_of_a_line_is_one_word() -> None:
    assert words("colli\u00ad\nsions in har\u2010\nbours") == ["collisions", "in", "harbours"]


def test_a_short_passage_is_told_from_another() -> None:
    first, second = fingerprint("Repealed."), fingerprint("Renewed.")
    assert first.sha256 != second.sha256
    assert similarity(first, second) == 0
    assert similarity(first, first) == 1


def test_the_stored_format_is_fixed() -> None:
    """Whoever changes this changes what is stored in every course: it takes a new version."""
    mark = fingerprint("Water boils at 100 °C.")
    assert normalise("Water boils at 100 °C.") == "Waterboilsat100°C."
    assert mark.sha256 == "ccdcba5f793b8b5616002872ed770867456300a4b4d32b683abdb4907b63aeb0"
    assert mark.sketch == "AQAAA03NJ7SxMbxNOA=="


def test_one_changed_word_costs_three_runs_exactly() -> None:
    text = [f"w{number}" for number in range(100)]
    other = [*text[:50], "other", *text[51:]]
    one, two = Sketch.of(" ".join(text)), Sketch.of(" ".join(other))
    assert (one.runs, two.runs) == (98, 98)
    assert one.resemblance(two) == 95 / 101
    assert one.containment(two) == 95 / 98


def test_a_long_passage_is_estimated_closely() -> None:
    text = [f"w{number}" for number in range(4000)]
    one, two = Sketch.of(" ".join(text)), Sketch.of(" ".join(text[:2000]))
    assert len(one.values) == len(two.values) == KEPT
    assert one.resemblance(two) == pytest.approx(0.5, abs=0.1)
    assert two.containment(one) == 1


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_symmetrical_and_between_nothing_and_all(one: str, other: str) -> None:
    first, second = Sketch.of(one), Sketch.of(other)
    assert first.resemblance(second) == second.resemblance(first)
    assert 0 <= first.resemblance(second) <= 1
    assert 0 <= first.containment(second) <= 1


@given(st.text(max_size=2000))
def test_a_sketch_is_read_as_it_was_written(text: str) -> None:
    sketch = Sketch.of(text)
    assert Sketch.read(str(sketch)) == sketch
    assert sketch.runs == len(set(run_values(words(text))))


def test_control_characters_are_no_wording() -> None:
    assert normalise("a\x00b\x1b") == "ab"


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        ("A", "the sketch is not base64"),
        ("AAAA", "the sketch is not of version 1"),
        (base64.b64encode(bytes([1, 0, 0])).decode(), "the sketch is damaged"),
        (base64.b64encode(bytes([1, 0, 0, 2, 0, 0, 9])).decode(), "the sketch is damaged"),
        (base64.b64encode(bytes([1, 0, 0, 2, 0, 0, 9, 0, 0, 8])).decode(), "the sketch is damaged"),
    ],
)
def test_a_damaged_sketch_is_refused(encoded: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sketch.read(encoded)
