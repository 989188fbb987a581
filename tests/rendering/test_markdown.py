import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.common.utils import escapeHtml

from kitbag.rendering.markdown import MarkdownRenderer, plain
from kitbag.rendering.prose import quick_blocks

RENDERER = MarkdownRenderer(top_heading=2)

FRAGMENTS = [
    *(
        "a",
        "Zé",
        "two words",
        "x.",
        "5",
        "(b)",
        '"c"',
        "\u201cd\u201d",
        "e\u2019s",
        "\u2013",
        "!",
        "#",
        "+",
        "1. ",
        ">",
        "|",
        "~",
        "=",
        "---",
    ),
    *(" ", " ", "  ", "\n", "\n\n", "\n\n", "\n- ", "\n\n- ", "- ", "### ", "\n\n#### ", "\n\n###### "),
    *("*", "**", "***", "**b c**", "*d*", "_", "`", "[", "]", "<", "&", "\\", "\u00a0", "\u2003", "\u0130", "\t"),
]
TEXT = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=14).map("".join)


@given(TEXT)
@example("a **b** c")
@example("(**b**), *c*! **d e**.")
@example("a**b**c *d**e* **f*")
@example("**a** **b**\n*c*")
@example("- a\n- **b**\n\nc\n\n- d")
@example("- a\n\n- b")
@example("### a\n\n##### b\n\nc\nd")
@example("a\n---")
@example("a | b\n- | -")
@example('- "a\n  b')
@settings(max_examples=200)
def test_what_skips_the_parser_comes_out_as_from_it(text: str) -> None:
    assert_both_agree(text)


@pytest.mark.acceptance
@given(TEXT)
@settings(max_examples=6000)
def test_a_campaign_of_texts_comes_out_as_from_the_parser(text: str) -> None:
    assert_both_agree(text)


def assert_both_agree(text: str) -> None:
    def terms(words: str) -> str:
        return f"{{{escapeHtml(words)}}}"

    def made() -> list[str]:
        inline = text.replace("\n", " ")
        return [
            RENDERER.block(text),
            RENDERER.inline(inline),
            RENDERER.block(text, terms),
            RENDERER.inline(inline, terms),
        ]

    quick = made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kitbag.rendering.markdown.quick_blocks", lambda *_: None)
        patch.setattr("kitbag.rendering.markdown.quick_line", lambda *_: None)
        slow = made()
    assert list(map(settled, quick)) == list(map(settled, slow))


def settled(html: str) -> str:
    """Take line breaks out of what is asked about: the parser asks about the text before and after them."""
    return html.replace("\n}", "}\n").replace("{\n", "\n{").replace("{}", "").replace("}\n{", "\n")


@pytest.mark.parametrize("text", ["A **b** c.\nD (*e*)!\n\n### F\n\n- g\n- h **i**", "“J” k: l; m?"])
def test_what_authors_write_most_skips_the_parser(text: str) -> None:
    assert quick_blocks(text, escapeHtml, lambda level: level) is not None


@given(st.text(min_size=1).map(str.strip).filter(bool))
@settings(max_examples=100)
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
