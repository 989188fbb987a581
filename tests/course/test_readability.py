"""Notes on sentences, words and acronyms stand at the text they are about, and judge English only."""

from dataclasses import replace
from pathlib import Path

import pytest

from kitbag.course.load import Loaded, load_course
from kitbag.course.readability import readability, readability_notes

GAPS = Path(__file__).parents[1] / "projects" / "gaps"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    found = load_course(GAPS)
    assert found.course, found.findings
    return found


def test_every_note_is_given_and_the_instructors_part_is_left_alone(loaded: Loaded) -> None:
    assert loaded.course
    assert [str(finding) for finding in readability_notes(loaded.course, loaded.places)] == [
        (
            "course/m1.yaml:17:15: note: water: TTC is used in this module without being spelt out first. "
            'It stands for "Tea Tasters\' Circle". Spell it out where the module first uses it.'
        ),
        (
            'course/m1.yaml:17:15: note: water: The sentence "Whoever pours boiling water on green …" has 25 words. '
            "Make two of it: 20 words are plenty."
        ),
        (
            "course/m1.yaml:31:5: note: tasting: Long words: incomprehensibilities. "
            "Use shorter ones, or explain them in the glossary."
        ),
        (
            "course/m1.yaml:38:15: note: tasting: QXZ is used in this module without being spelt out first. "
            "The glossary does not know it. Spell it out where the module first uses it."
        ),
    ]


def test_a_word_the_glossary_explains_is_no_acronym_only_because_of_its_capitals(loaded: Loaded) -> None:
    assert loaded.course
    first = loaded.course.glossary.terms[0]
    named = first.model_copy(update={"term": "the question", "forms": ("QXZ",), "expansion": None})
    glossary = loaded.course.glossary.model_copy(update={"terms": (*loaded.course.glossary.terms, named)})
    notes = readability_notes(replace(loaded.course, glossary=glossary), loaded.places)
    assert not any("QXZ" in str(finding) for finding in notes)


def test_a_lesson_is_told_in_figures(loaded: Loaded) -> None:
    assert loaded.course
    water, tasting = readability(loaded.course)
    assert (water.lesson, water.words, water.sentences, water.longest) == ("m1/water", 51, 6, 25)
    assert round(water.words_per_sentence, 2) == 8.5
    assert tasting.long_words == ("incomprehensibilities",)


def test_no_other_language_is_judged(loaded: Loaded) -> None:
    assert loaded.course
    french = replace(loaded.course, info=loaded.course.info.model_copy(update={"language": "fr"}))
    assert readability_notes(french, loaded.places) == []
    assert readability(french) == ()
