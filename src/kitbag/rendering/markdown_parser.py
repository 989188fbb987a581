"""CommonMark with tables as `kitbag.rendering.markdown` has it: no raw HTML, and links where a person can follow."""

import re
from collections.abc import Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from kitbag.rendering.prose import Escape, Headings, as_html

_SAFE_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)


def parser(*, xhtml: bool) -> MarkdownIt:
    """Return a parser that renders, too. What it renders depends on `terms`, `top` and `table_label` of the env."""
    options = {"html": False, "xhtmlOut": xhtml}
    return _Parser("commonmark", options, renderer_cls=_Renderer).enable("table")


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

    def _inline(self, tokens: Sequence[Token], options: Any, env: Any, terms: Escape | None) -> str:
        if terms is None:
            return self.renderInline(tokens, options, env)
        out = []
        links = 0
        for index, token in enumerate(tokens):
            if token.type == "text":
                out.append(as_html(token.content) if links else terms(token.content))
                continue
            links += (token.type == "link_open") - (token.type == "link_close")
            out.append(self.renderInline(tokens[index : index + 1], options, env))
        return "".join(out)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return as_html(self.renderInlineAsText(tokens[idx].children, options, env))

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        table = self.renderToken(tokens, idx, options, env)
        if not env["table_label"]:
            return table
        return f'<div class="scroll" role="group" tabindex="0" aria-label="{as_html(env["table_label"])}">{table}'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self.renderToken(tokens, idx, options, env) + ("</div>\n" if env["table_label"] else "")

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tokens[idx].attrSet("scope", "col")
        return self.renderToken(tokens, idx, options, env)


def _fit_headings(tokens: Sequence[Token], top: int) -> None:
    headings = Headings(top)
    tag = ""
    for token in tokens:
        if token.type == "heading_open":
            tag = f"h{headings.place(int(token.tag[1]))}"
        if token.type in {"heading_open", "heading_close"}:
            token.tag = tag
