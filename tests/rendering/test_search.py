import json

import pytest

from kitbag.rendering.search import Entry, index_script, without_markup


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A *b* **c** `d`", "A b c d"),
        ("[link](https://x.example) ![alt](y)", "link alt"),
        ("### Title\n\n- one\n- two\n\n1. three\n\n> four", "Title one two three four"),
        ("5 - 3 and 2*3 &amp; snake_case", "5 - 3 and 2*3 & snake_case"),
        (r"1\. \`kept\`", "1. kept"),
    ],
)
def test_signs_of_markdown_are_not_searched(text: str, words: str) -> None:
    assert without_markup(text) == words


def test_an_index_is_a_script_that_any_engine_reads() -> None:
    script = index_script([Entry("a\u2028", "b", "c", "</script>“é”")]).decode()
    assert "\u2028" not in script
    rows = script.removeprefix("(window.kitbagIndex = window.kitbagIndex || []).push(...").removesuffix(");\n")
    assert json.loads(rows) == [["a\u2028", "b", "c", "</script>“é”"]]
