import re

import pytest

from kitbag.course.model import Glossary
from kitbag.rendering.markdown import MarkdownRenderer
from kitbag.rendering.terms import TermIndex


def index(*terms: tuple[str, ...]) -> TermIndex:
    entries = [
        {"id": f"t{number}", "term": term, "forms": forms, "definition": "x", "uncited": "x"}
        for number, (term, *forms) in enumerate(terms)
    ]
    glossary = Glossary.model_validate({"schema": "glossary/1", "terms": entries})
    return TermIndex(glossary, lambda term: f"g#{term}")


def linked(text: str, *terms: tuple[str, ...]) -> str:
    html = index(*terms).page()(text)
    return html.replace('<a class="term" href="g#', "[").replace("</a>", "]")


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("IS is here", [("IS",)], '[t0" aria-describedby="def-t0">IS] is here'),
        ("is IS", [("IS",)], 'is [t0" aria-describedby="def-t0">IS]'),
        ("Tide and tide", [("tide",)], '[t0" aria-describedby="def-t0">Tide] and tide'),
        ("TIDE", [("tide",)], "TIDE"),
        ("tides", [("tide",)], "tides"),
        ("tides", [("tide", "tides")], '[t0" aria-describedby="def-t0">tides]'),
        ("pre-NATO NATO-led NATO", [("NATO",)], 'pre-NATO NATO-led [t0" aria-describedby="def-t0">NATO]'),
        ("a spring\ntide <", [("tide",), ("spring tide",)], 'a [t1" aria-describedby="def-t1">spring\ntide] &lt;'),
        ("spring tide", [("spring tide", "spring")], '[t0" aria-describedby="def-t0">spring tide]'),
        ("C++ (x)", [("C++",)], '[t0" aria-describedby="def-t0">C++] (x)'),
    ],
)
def test_terms_in_a_text(text: str, terms: list[tuple[str, ...]], expected: str) -> None:
    assert linked(text, *terms) == expected


def test_each_term_is_linked_once_a_page() -> None:
    terms = index(("tide",), ("ebb",))
    page = terms.page()
    assert [page(text).count("<a ") for text in ("tide", "the tide, the ebb", "ebb")] == [1, 1, 0]
    assert re.findall(r"id=\"def-(\w+)\"", page.definitions) == ["t0", "t1"]
    assert terms.page()("tide").count("<a ") == 1


def test_terms_of_one_first_word_are_linked_once_each() -> None:
    page = index(("spring tide",), ("spring",)).page()
    html = [page(text).count("<a ") for text in ("spring tide", "spring tide", "a spring", "spring")]
    assert html == [1, 0, 1, 0]


@pytest.mark.parametrize(
    "after",
    [
        "nothing",
        "- nothing",
        "1. nothing",
        "1) nothing",
        "> nothing",
        "| a | b |\n|---|---|\n| c | d |",
        "```\nnothing\n```",
        "a [link](x.html)",
        "### heading *",
        "- one\n\n- two",
    ],
)
def test_a_term_is_linked_before_whatever_follows(after: str) -> None:
    page = index(("tide",), ("ebb",)).page()
    html = MarkdownRenderer().block(f"The **tide** is here.\n\nNo **ebb**.\n\n{after}\n\nAn ebb tide.", page)
    assert re.findall(r'href="g#(\w+)"', html) == ["t0", "t1"]
    assert html.startswith('<p>The <strong><a class="term" href="g#t0"')
