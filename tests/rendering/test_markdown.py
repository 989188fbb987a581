import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kitbag.rendering.markdown import MarkdownRenderer, plain

RENDERER = MarkdownRenderer(top_heading=2)
REFERENCE = MarkdownIt("commonmark", {"html": False}).enable("table")

PLAIN = st.text(alphabet="abZé ,.;:!?'\"()-=+#>|1~\n\u00a0\u2003\u0130", min_size=1).map(str.strip).filter(bool)


@given(PLAIN)
@example("a\nb\n\nc")
@example("a\n---")
@example("a | b\n- | -")
@example("a\u00a0\nb")
@example('He said "a > b".')
@settings(max_examples=500, deadline=None)
def test_plain_sentences_come_out_as_from_the_parser(text: str) -> None:
    expected = REFERENCE.render(text)
    if "<h" not in expected:  # headings are moved
        assert RENDERER.block(text).replace(' scope="col"', "") == expected
    assert RENDERER.inline(text) == REFERENCE.renderInline(text)


@given(st.text(min_size=1).map(str.strip).filter(bool))
@settings(max_examples=300, deadline=None)
def test_no_text_becomes_an_element_that_markdown_does_not_know(text: str) -> None:
    assert "<script" not in RENDERER.block(f"{text}<script>x</script>{text}").lower()


def test_raw_html_is_shown() -> None:
    assert RENDERER.block("<b>x</b>\n\n<script>\n") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n<p>&lt;script&gt;</p>\n"


def test_headings_fit_under_the_page_and_skip_none() -> None:
    text = "##### deep\n\n### one\n\n##### two\n\n#### three\n\n# four"
    html = RENDERER.block(text)
    assert [html[at - 1 : at + 1] for at in range(1, len(html)) if html[at - 2 : at + 1] in {"<h2", "<h3", "<h4"}] == [
        "h2",
        "h2",
        "h3",
        "h3",
        "h2",
    ]
    assert html.count("<h") == html.count("</h") == 5


@pytest.mark.parametrize("url", ["https://a.example/", "http://a.example", "mailto:a@b.example", "tel:+123"])
def test_links_lead_where_a_person_can_follow(url: str) -> None:
    assert RENDERER.inline(f"[a]({url})") == f'<a href="{url}">a</a>'


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc", "//host/x", "m2.html", "#x"])
def test_other_links_stay_text(url: str) -> None:
    assert "<a" not in RENDERER.block(f"[a]({url})")


def test_a_picture_in_a_text_shows_its_words() -> None:
    assert RENDERER.inline("![two *waves*](https://a.example/x.png)") == "two waves"


def test_a_table_has_column_headers_and_can_scroll() -> None:
    table = "|a|b|\n|-|-|\n|1|2|"
    assert '<th scope="col">a</th>' in RENDERER.block(table)
    assert "scroll" not in RENDERER.block(table)
    scrolling = MarkdownRenderer(table_label='"T"').block(table)
    assert scrolling.startswith('<div class="scroll" role="group" tabindex="0" aria-label="&quot;T&quot;"><table>')
    assert scrolling.endswith("</table>\n</div>\n")


def test_empty_elements_can_be_closed() -> None:
    assert MarkdownRenderer(xhtml=True).block("a  \nb\n\n---") == "<p>a<br />\nb</p>\n<hr />\n"


def test_terms_are_asked_about_plain_text_only() -> None:
    asked = []

    def terms(text: str) -> str:
        asked.append(text)
        return text

    RENDERER.block("one **two** `three` [four](https://x.example)\n\n### five\n\n|six|\n|-|\n|seven|", terms)
    assert asked == ["one ", "two", " ", " ", "seven"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One\ntwo.\n\nThree.", "One two.\nThree."),
        ("### A *b*\n\n- c\n- [d](https://x.example) `e`\n\n```\nf &amp; g\n```", "A b\nc\nd e\nf &amp; g"),
        ("a  \n![b](https://x.example/y)&copy;", "a b©"),
    ],
)
def test_the_words_alone(text: str, words: str) -> None:
    assert plain(text) == words
