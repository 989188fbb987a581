"""Eight words in a row from the source are told, with their place; official names are not."""

import shutil
from pathlib import Path

import pytest

from kitbag.course.copied import copied
from kitbag.course.documents.read import read_bytes
from kitbag.course.load import load_course

TESTS = Path(__file__).parent.parent
COPY = read_bytes(
    b"# The Great Charter of the Seven Northern Harbours and Isles\n\n"
    b"A Duty Officer of the Northport Harbour Board is on call at all hours, and speaks for the Board on the radio.\n",
    "policy.txt",
)
COURSE, BANK = "course/m1.yaml", "questions/m1.yaml"
ASIDE = 'Say it in your own words; if it is an official name, list it under "official_names".'


def found(tmp_path: Path, file: str, old: str, new: str, names: tuple[str, ...] = ()) -> list[str]:
    folder = shutil.copytree(TESTS / "projects" / "minimal", tmp_path / "course", dirs_exist_ok=True)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    loaded = load_course(folder)
    assert loaded.course is not None, [str(finding) for finding in loaded.findings]
    return [str(finding) for finding in copied(folder, loaded.places.marks, COPY, names)]


def test_seven_words_are_chance_and_eight_are_not(tmp_path: Path) -> None:
    old = "text: Water boils at 100 degrees Celsius at sea level."
    seven, eight = "on call at all hours, and speaks", "is on call at all hours, and speaks"
    assert found(tmp_path, COURSE, old, f"text: Here someone {seven}.") == []
    assert found(tmp_path, COURSE, old, f"text: Here someone {eight}.") == [
        f'course/m1.yaml:16:28: 8 words in a row stand in policy.txt too: "{eight}.". {ASIDE}'
    ]


@pytest.mark.parametrize(
    ("new", "place"),
    [
        (
            "text: >-\n          Look:\n          the duty is\n          on call at all hours and\n          speaks",
            "18:20",
        ),
        ("text: |\n          Look:\n          is on **call** at all hours - and speaks", "18:11"),
        ('text: "Look \\u2014 is\\n on call at all\n          hours and speaks"', "16:28"),
        ("text: 'It''s said: is on call at all hours\n          and speaks'", "16:28"),
    ],
    ids=["folded", "literal", "escapes", "quotes"],
)
def test_the_place_is_that_of_the_first_word(tmp_path: Path, new: str, place: str) -> None:
    (finding,) = found(tmp_path, COURSE, "text: Water boils at 100 degrees Celsius at sea level.", new)
    assert finding.startswith(f"course/m1.yaml:{place}: 8 words in a row")


def test_every_text_is_looked_at(tmp_path: Path) -> None:
    words = "and speaks for the board on the radio"
    assert len(found(tmp_path, BANK, "Water only simmers at this temperature.", words)) == 1
    shutil.rmtree(tmp_path / "course")
    assert len(found(tmp_path, "course/course.yaml", "Anyone with a kettle.", words)) == 1


def test_a_run_does_not_go_on_from_one_value_to_the_next(tmp_path: Path) -> None:
    halves = "{id: a, text: is on call at, feedback: all hours and speaks for}"
    assert (
        found(tmp_path, BANK, "{id: a, text: 90 °C, feedback: Water only simmers at this temperature.}", halves) == []
    )


def test_a_long_run_is_told_once_and_shown_short(tmp_path: Path) -> None:
    sentence = "A duty officer of the Northport Harbour Board is on call at all hours and speaks for the Board"
    (finding,) = found(tmp_path, COURSE, "Water boils at 100 degrees Celsius at sea level.", sentence)
    assert (
        '19 words in a row stand in policy.txt too: "A duty officer of the Northport Harbour Board is on call at …".'
        in finding
    )


def test_words_of_official_names_do_not_count(tmp_path: Path) -> None:
    old = "Water boils at 100 degrees Celsius at sea level."
    names = ("Duty Officer", "Northport Harbour Board")
    text = "A Duty Officer of the Northport Harbour Board is on call."
    assert len(found(tmp_path, COURSE, old, text)) == 1
    assert found(tmp_path, COURSE, old, text, names) == []
    # The name counts as a name where the run begins or ends inside it, too.
    text = "The Harbour Board is on call at all hours, and speaks."
    assert len(found(tmp_path / "2", COURSE, old, text, ("The Harbour Board",))) == 1
    text = "The Harbour Board is on call at all hours, and."
    assert found(tmp_path / "3", COURSE, old, text, ("The Harbour Board",)) == []


def test_a_title_is_copied_unless_it_is_listed(tmp_path: Path) -> None:
    title = "The Great Charter of the Seven Northern Harbours and Isles"
    old = "Water boils at 100 degrees Celsius at sea level."
    assert len(found(tmp_path, COURSE, old, f"Read the {title}.")) == 1
    assert found(tmp_path / "2", COURSE, old, f"Read the {title}.", (title,)) == []
