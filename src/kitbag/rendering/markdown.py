"""Markdown to HTML: CommonMark with tables, no raw HTML, and links that lead only where a person can follow.

What an author writes as a picture, `![words](file)`, shows its words: a picture needs a block of its own, with a text
equivalent. Most texts are simple: `kitbag.rendering.prose` renders those without the parser, to the same result.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from markupsafe import Markup

from kitbag.rendering.prose import Headings, as_html, quick_blocks, quick_line
from kitbag.rendering.template_data import show

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Linker: TypeAlias = Callable[[str], str]
"""Makes HTML of a run of plain text; used to link glossary terms. It never sees headings, links or code."""


class MarkdownRenderer:
    """Renders many texts in one way; make it once and keep it."""

    def __init__(self, *, top_heading: int = 3, xhtml: bool = False, table_label: str = "") -> None:
        """Say where the author's first heading level lands on the page, and how empty elements are written.

        With a table label, each table stands in a scrolling region of that name, which keeps a narrow screen whole.
        """
        self._xhtml = xhtml
        self._top = top_heading
        self._table_label = table_label

    def block(self, text: str, terms: Linker | None = None) -> Markup:
        """Return paragraphs, lists, tables and the rest. Heading levels begin at the top level and skip none."""
        quick = quick_blocks(text, terms or as_html, Headings(self._top).place)
        return Markup(_parser(xhtml=self._xhtml).render(text, self._env(terms)) if quick is None else quick)

    def inline(self, text: str, terms: Linker | None = None) -> Markup:
        """Return the text without a wrapping paragraph; only inline markup has a meaning."""
        quick = quick_line(text, terms or as_html)
        return Markup(_parser(xhtml=self._xhtml).renderInline(text, self._env(terms)) if quick is None else quick)

    def _env(self, terms: Linker | None) -> dict[str, Any]:
        return {"terms": terms, "top": self._top, "table_label": self._table_label}


show(MarkdownRenderer, functions=("block", "inline"))


def plain(text: str) -> str:
    """Return the words alone, one line for each paragraph, item or cell."""
    if quick_line(text, str) == text and "*" not in text:
        return text
    lines = []
    for token in _parser(xhtml=False).parse(text):
        if token.type == "inline":
            lines.append(_words(token.children or []))
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content.rstrip("\n"))
    return "\n".join(line for line in lines if line)


@cache
def _parser(*, xhtml: bool) -> "MarkdownIt":
    # Simple texts need no parser, and it takes a while to import.
    from kitbag.rendering.markdown_parser import parser

    return parser(xhtml=xhtml)


def _words(tokens: "Sequence[Token]") -> str:
    words = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        elif token.children:
            words.append(_words(token.children))
        else:
            words.append(token.content)
    return "".join(words)
