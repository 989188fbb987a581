"""Quotation marks in print."""

import pytest

from kitbag.rendering.paper_quotes import curved


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>He said &quot;it says so&quot;.</p>", "<p>He said “it says so”.</p>"),
        ("<p>It&#39;s the trainees&#39; view</p>", "<p>It\u2019s the trainees\u2019 view</p>"),
        ("<p>(&quot;one&quot;) and &quot;<b>two</b>&quot;</p>", "<p>(“one”) and “<b>two</b>”</p>"),
        ("<p>&quot;&#39;In&#39; it&quot; ends</p>", "<p>“\u2018In\u2019 it” ends</p>"),
        ('<p>says "so"</p><p>"new"</p>', "<p>says “so”</p><p>“new”</p>"),
        ('<p title="a &quot;b&quot;">c</p>', '<p title="a &quot;b&quot;">c</p>'),
        ('<style>p::before { content: "x" }</style>', '<style>p::before { content: "x" }</style>'),
    ],
)
def test_marks_curve_to_the_words_they_enclose(html: str, expected: str) -> None:
    assert curved(html, "en-GB") == expected


def test_other_languages_keep_what_the_author_typed() -> None:
    assert curved("<p>L'&quot;état&quot;</p>", "fr") == "<p>L'&quot;état&quot;</p>"
