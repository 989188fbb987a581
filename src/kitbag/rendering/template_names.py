"""The names that each template of the theme is given, and so a template of a course that takes its place.

docs/templates.md has the same list, and tests hold both to what pages are really given. A template that isn't listed,
such as the frame of a page, is given what the one that uses it was given.
"""

from collections.abc import Mapping
from typing import Final

EVERYWHERE: Final = "direction language namespace range t"
"""Names that every template is given."""
OF_A_FOLDER: Final[Mapping[str, str]] = {
    "handouts": "chart picture",
    "site": (
        "anchor as_of brand course digest digest_of nonce_of numbers page_policy practice progress_forms "
        "script_strings scripts search_strings tests_are"
    ),
    "tests": "brand course digest digest_of nonce_of page_policy",
}
"""Names that every template of a folder of the theme is given."""
OF_ITS_OWN: Final[Mapping[str, str]] = {
    "handouts/answer-sheet.html": (
        "as_of brand course digest form info large leaves points questions size test title variant"
    ),
    "handouts/answers.html": "activities as_of brand course digest info module number practised size title",
    "handouts/book.html": "as_of brand course digest info practised size title",
    "handouts/cards.html": "activities as_of brand course digest info module number size title",
    "handouts/certificate.html": "as_of brand code course digest info name name_direction said size title",
    "handouts/course-guide.html": "as_of brand course digest info rechecks seats size title",
    "handouts/exam.html": "as_of brand course digest form info large points questions size test title variant",
    "handouts/guide.html": "activities as_of brand course digest info module number practised scenarios size title",
    "handouts/handout.html": "as_of brand checks course digest early figure info module number points size title",
    "handouts/job-aid.html": "as_of brand course digest info leaves size title",
    "handouts/key.html": (
        "as_of brand course cut_score digest entries form info keying points questions size test title variant"
    ),
    "handouts/slides.html": "as_of brand course digest info module number size title",
    "instructor/index.html": "course digest_of logo missing shelves style",
    "packages/fidelity.html": "counts course format losses note_text rows steps",
    "packages/folder.html": "course digest groups items page_of platforms size style titles",
    "packages/guide.html": "course digest items page_of parts platform platforms size style titles",
    "quiz/questions.html": "cloze in_order letters md media_href name needs_list number parts with_keys",
    "quiz/quiz.html": (
        "cites cloze draw in_order island kind letters md media_href name needs_list number parts quiz title with_keys"
    ),
    "site/about.html": "here own page_scripts root styles",
    "site/blocks/activity.html": "block cites line md name",
    "site/blocks/figure.html": "block cites line md name src",
    "site/blocks/key-points.html": "block cites line md name",
    "site/blocks/notice.html": "block cites line md name support",
    "site/blocks/reflection.html": "block cites line md name",
    "site/blocks/roles-chart.html": "actors block cites drawings line md name",
    "site/blocks/scenario.html": "block cites line md name",
    "site/blocks/table.html": "block cites line md name",
    "site/blocks/text.html": "block cites line md name",
    "site/blocks/timeline.html": "block cites drawings line md name",
    "site/glossary.html": "cites here letters names page_scripts root styles",
    "site/lesson.html": (
        "body definitions here lesson module next number objectives page_scripts previous reading root styles"
    ),
    "site/module.html": "cites here module next page_scripts passages previous root styles",
    "site/practice.html": "here module page_scripts quiz_markup root styles",
    "site/search.html": "here page_scripts root styles",
    "site/sources.html": "cites documents here page_scripts root styles uses",
    "site/start.html": "by_id first here minutes modules page_scripts root styles support",
    "tests/instructors.html": "allowed cut_scores home kits root scripts styles tests",
    "tests/test.html": "count cut_score home island kit md questions root scripts styles test",
}
"""Further names that a template is given."""


def given_to(template: str) -> frozenset[str] | None:
    """Return the names a template of the theme is given; `None` where that depends on the template that uses it."""
    own = OF_ITS_OWN.get(template)
    if own is None:
        return None
    return frozenset(f"{EVERYWHERE} {OF_A_FOLDER.get(template.partition('/')[0], '')} {own}".split())
