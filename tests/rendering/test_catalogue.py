from datetime import date

import pytest

from kitbag.rendering.catalogue import Catalogue, catalogue_for, direction


def test_a_string_is_filled_in() -> None:
    catalogue = Catalogue("en", {"a.b": "From {first} to {last}"})
    assert catalogue.text("a.b", first=1, last="{first}") == "From 1 to {first}"


def test_a_count_chooses_the_plural() -> None:
    catalogue = catalogue_for("en")
    assert [catalogue.text("common.minutes", count=count) for count in (0, 1, 2)] == [
        "0 minutes",
        "1 minute",
        "2 minutes",
    ]


def test_french_counts_nothing_as_one() -> None:
    strings = {"n.one": "{count} heure", "n.other": "{count} heures"}
    assert [Catalogue("fr-CA", strings).text("n", count=count) for count in (0, 1, 2)] == [
        "0 heure",
        "1 heure",
        "2 heures",
    ]


@pytest.mark.parametrize("missing", ["no.such", "common.edition"])
def test_what_is_missing_is_a_mistake_of_ours(missing: str) -> None:
    with pytest.raises(KeyError):
        catalogue_for("en").text(missing)


def test_an_area_has_keys_of_its_own() -> None:
    area = Catalogue("en", {"quiz.submit": "Submit", "quiz.score.one": "One", "quizzes.x": "No"}).area("quiz")
    assert area == {"submit": "Submit", "score.one": "One"}


def test_a_language_without_strings_speaks_english() -> None:
    assert catalogue_for("xx-YY").text("site.search") == "Search"


def test_a_language_cannot_name_a_file() -> None:
    assert catalogue_for("../strings.en").text("site.search") == "Search"


def test_a_day_is_written_out() -> None:
    assert catalogue_for("en").day(date(2024, 7, 11)) == "11 July 2024"


@pytest.mark.parametrize(("minutes", "text"), [(45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (0, "0 min")])
def test_a_length_of_time_is_short(minutes: int, text: str) -> None:
    assert catalogue_for("en").duration(minutes) == text


@pytest.mark.parametrize(
    ("language", "way"),
    [("en", "ltr"), ("ar", "rtl"), ("fa-AF", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr"), ("he", "rtl")],
)
def test_the_script_decides_the_direction(language: str, way: str) -> None:
    assert direction(language) == way
