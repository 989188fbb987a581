from datetime import date

import pytest

from kitbag.rendering.catalogue import Catalogue, catalogue_for, direction, plural_category, wrong_strings


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


# --- Strings of a course -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("ar", "zero one two few many other"),
        ("uk", "many one few few many many"),
        ("fr", "one one other other other other"),
        ("en", "other one other other other other"),
        ("xx", "other one other other other other"),
    ],
)
def test_each_language_has_its_own_plural_forms(language: str, forms: str) -> None:
    assert " ".join(plural_category(language, count) for count in (0, 1, 2, 3, 11, 100)) == forms


def test_a_course_says_a_string_in_its_own_words_and_counts_in_its_own_language() -> None:
    own = (("site.search", "بحث"), ("common.minutes.few", "{count} دقائق"), ("common.minutes.other", "{count} دقيقة"))
    catalogue = catalogue_for("ar", own)
    assert catalogue.text("site.search") == "بحث"
    assert [catalogue.text("common.minutes", count=count) for count in (3, 100)] == ["3 دقائق", "100 دقيقة"]
    assert catalogue.text("common.minutes", count=1) == "1 minute", "what has no translation stays English"


def test_a_string_that_asks_for_an_unknown_value_is_reported_and_never_used() -> None:
    own = {
        "common.edition": "Fassung {number}",
        "site.serch": "Suche",
        "common.minutes.few": "{count} min",
        "common.minutes.other": "{count}" * 11,
    }
    assert list(wrong_strings(own)) == [
        ("common.edition", '"common.edition" asks for {number}, which it is not given.', "It can hold {edition}."),
        ("site.serch", 'Kitbag has no interface string "site.serch".', 'Did you mean "site.search"?'),
        ("common.minutes.other", '"common.minutes.other" has {count} more than 10 times.', "Say it once or twice."),
    ]
    assert catalogue_for("de", tuple(own.items())).text("common.edition", edition=2) == "Edition 2"
