"""Markdown to HTML: CommonMark with tables, no raw HTML, and links that lead only where a person can follow.

What an author writes as a picture, `![words](file)`, shows its words: a picture needs a block of its own, with a text
equivalent. Most texts are simple: `kitbag.rendering.prose` renders those without the parser, to the same result.
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

from kitbag.rendering.prose import as_html, quick_blocks, quick_line

Linker: TypeAlias = Callable[[str], str]
"""Makes HTML of a run of plain text; used to link glossary terms. It never sees headings, links or code."""

FIRST_AUTHOR_HEADING: Final = 3
"""The level at which an author's headings begin: `###`."""

_SAFE_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)


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
        quick = quick_blocks(text, terms or as_html, _Headings(self._top).place)
        return Markup(self._parser.render(text, self._env(terms)) if quick is None else quick)

    def inline(self, text: str, terms: Linker | None = None) -> Markup:
        """Return the text without a wrapping paragraph; only inline markup has a meaning."""
        quick = quick_line(text, terms or as_html)
        return Markup(self._parser.renderInline(text, self._env(terms)) if quick is None else quick)

    def _env(self, terms: Linker | None) -> dict[str, Any]:
        return {"terms": terms, "top": self._top, "table_label": self._table_label}


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


class _Headings:
    """Finds the author's headings their place on the page; a skipped level would break its outline."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._deepest = top

    def place(self, level: int) -> int:
        """Return where the next heading lands, from the level its author gave it."""
        placed = min(self._top + max(level - FIRST_AUTHOR_HEADING, 0), self._deepest, 6)
        self._deepest = placed + 1
        return placed


def _fit_headings(tokens: Sequence[Token], top: int) -> None:
    headings = _Headings(top)
    tag = ""
    for token in tokens:
        if token.type == "heading_open":
            tag = f"h{headings.place(int(token.tag[1]))}"
        if token.type in {"heading_open", "heading_close"}:
            token.tag = tag
