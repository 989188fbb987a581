"""English strings in a course of another language say so where they can, and keep the order of their words."""

import pytest

from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.environment import make_environment
from kitbag.rendering.foreign import marked, marked_value, settled

OWN = (("site.next", "التالي"),)


def page(source: str, language: str = "ar") -> str:
    environment = make_environment(folder=None, catalogue=catalogue_for(language, OWN), language=language)
    return environment.from_string(source).render(title="ماء")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('{{ t("site.search") }}', '<span lang="en" dir="ltr">Search</span>'),
        ('{{ t("site.next") }}', "التالي"),
        (
            '{{ t("site.practice_of", title=title) }}',
            '<span lang="en" dir="ltr">Practice quiz: <span lang="ar" dir="rtl">ماء</span></span>',
        ),
        ('{{ t("quiz.marks", count=2) }}', '<span lang="en" dir="ltr">2 marks</span>'),
        ('<a title="{{ t("site.search") }}">x</a>', '<a title="\u2066Search\u2069">x</a>'),
        ('<title>{{ t("site.search") }}</title>', "<title>\u2066Search\u2069</title>"),
        ('<svg><desc>{{ t("site.search") }}</desc></svg>', "<svg><desc>\u2066Search\u2069</desc></svg>"),
    ],
)
def test_english_strings_in_an_arabic_page(source: str, shown: str) -> None:
    assert page(source) == shown


def test_no_isolates_are_needed_from_left_to_right() -> None:
    source = '<a title="{{ t("site.search") }}">{{ t("site.search") }}</a>'
    assert page(source, "uk") == '<a title="Search"><span lang="en">Search</span></a>'


def test_an_english_course_has_no_marks() -> None:
    assert page('{{ t("site.search") }}', "en-GB") == "Search"


def test_scripts_get_strings_that_keep_their_order() -> None:
    area = catalogue_for("ar", OWN).area("site")
    assert (area["search"], area["next"]) == ("\u2066Search\u2069", "التالي")


def test_a_day_inside_a_string_is_one_string() -> None:
    day = marked("15 January")
    assert settled(marked(f"Correct as of {marked_value(day)}"), "ar", "rtl") == (
        '<span lang="en" dir="ltr">Correct as of 15 January</span>'
    )


def test_a_text_that_holds_a_mark_breaks_nothing() -> None:
    assert settled("<p>\ue010a</p><p>b\ue012\ue012</p>", "uk", "ltr") == '<p><span lang="en">a</span></p><p>b</p>'
