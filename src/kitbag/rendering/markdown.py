"""Markdown to HTML: CommonMark with tables, no raw HTML, and links that lead only where a person can follow.

What an author writes as a picture, `![words](file)`, shows its words: a picture needs a block of its own, with a text
equivalent. Most texts are plain sentences: those skip the parser, and a property test holds both ways to one output.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

Linker: TypeAlias = Callable[[str], str]
"""Makes HTML of a run of plain text; used to link glossary terms. It never sees headings, links or code."""

FIRST_AUTHOR_HEADING: Final = 3
"""The level at which an author's headings begin: `###`."""

_SAFE_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
# One line that no rule of CommonMark can touch: it begins with a letter and holds nothing that opens a construct.
_BUSY: Final = r"\\`*_\[<&\x00-\x1f\x7f-\xa0\u2000-\u200f\u2028-\u202f"
_PLAIN_LINE: Final = rf"[^\W\d_](?:[^{_BUSY}]*[^\s{_BUSY}])?"
_PLAIN_LINE_ONLY: Final = re.compile(_PLAIN_LINE)
_PLAIN_PARAGRAPHS: Final = re.compile(rf"{_PLAIN_LINE}(?:\n{{1,2}}{_PLAIN_LINE})*")


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return _SAFE_LINK.match(url) is not None


class _Renderer(RendererHTML):
    def render(self, tokens: Sequence[Token], options: Any, env: Any) -> str:
        _fit_headings(tokens, env["top"])
        out = []
        for index, token in enumerate(tokens):
            if token.type == "inline":
                in_heading = index > 0 and tokens[index - 1].type in {"heading_open", "th_open"}
                out.append(self._inline(token.children or [], options, env, None if in_heading else env["terms"]))
            elif token.type in self.rules:
                out.append(self.rules[token.type](tokens, index, options, env))
            else:
                out.append(self.renderToken(tokens, index, options, env))
        return "".join(out)

    def _inline(self, tokens: Sequence[Token], options: Any, env: Any, terms: Linker | None) -> str:
        if terms is None:
            return self.renderInline(tokens, options, env)
        out = []
        links = 0
        for index, token in enumerate(tokens):
            if token.type == "text":
                out.append(escapeHtml(token.content) if links else terms(token.content))
                continue
            links += (token.type == "link_open") - (token.type == "link_close")
            out.append(self.renderInline(tokens[index : index + 1], options, env))
        return "".join(out)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return escapeHtml(self.renderInlineAsText(tokens[idx].children, options, env))

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        table = self.renderToken(tokens, idx, options, env)
        if not env["table_label"]:
            return table
        return f'<div class="scroll" role="group" tabindex="0" aria-label="{escapeHtml(env["table_label"])}">{table}'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self.renderToken(tokens, idx, options, env) + ("</div>\n" if env["table_label"] else "")

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tokens[idx].attrSet("scope", "col")
        return self.renderToken(tokens, idx, options, env)


class MarkdownRenderer:
    """Renders many texts in one way; make it once and keep it."""

    def __init__(self, *, top_heading: int = 3, xhtml: bool = False, table_label: str = "") -> None:
        """Say where the author's first heading level lands on the page, and how empty elements are written.

        With a table label, each table stands in a scrolling region of that name, which keeps a narrow screen whole.
        """
        self._parser = _parser(xhtml=xhtml)
        self._top = top_heading
        self._table_label = table_label

    def block(self, text: str, terms: Linker | None = None) -> Markup:
        """Return paragraphs, lists, tables and the rest. Heading levels begin at the top level and skip none."""
        if _PLAIN_PARAGRAPHS.fullmatch(text):
            escape = terms or escapeHtml
            return Markup("".join([f"<p>{escape(paragraph)}</p>\n" for paragraph in text.split("\n\n")]))
        return Markup(self._parser.render(text, self._env(terms)))

    def inline(self, text: str, terms: Linker | None = None) -> Markup:
        """Return the text without a wrapping paragraph; only inline markup has a meaning."""
        if _PLAIN_LINE_ONLY.fullmatch(text):
            return Markup((terms or escapeHtml)(text))
        return Markup(self._parser.renderInline(text, self._env(terms)))

    def _env(self, terms: Linker | None) -> dict[str, Any]:
        return {"terms": terms, "top": self._top, "table_label": self._table_label}


def plain(text: str) -> str:
    """Return the words alone, one line for each paragraph, item or cell."""
    if _PLAIN_PARAGRAPHS.fullmatch(text):
        return "\n".join(paragraph.replace("\n", " ") for paragraph in text.split("\n\n"))
    lines = []
    for token in _parser(xhtml=False).parse(text):
        if token.type == "inline":
            lines.append(_words(token.children or []))
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content.rstrip("\n"))
    return "\n".join(line for line in lines if line)


@cache
def _parser(*, xhtml: bool) -> MarkdownIt:
    options = {"html": False, "xhtmlOut": xhtml}
    return _Parser("commonmark", options, renderer_cls=_Renderer).enable("table")


def _words(tokens: Sequence[Token]) -> str:
    words = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        elif token.children:
            words.append(_words(token.children))
        else:
            words.append(token.content)
    return "".join(words)


def _fit_headings(tokens: Sequence[Token], top: int) -> None:
    """Move the author's headings to where they fit on the page; a skipped level would break its outline."""
    deepest = top
    for token in tokens:
        if token.type == "heading_open":
            level = min(top + max(int(token.tag[1]) - FIRST_AUTHOR_HEADING, 0), deepest, 6)
            deepest = level + 1
            token.tag = f"h{level}"
        elif token.type == "heading_close":
            token.tag = f"h{deepest - 1}"
