"""Printers' quotation marks: authors type straight ones, and print sets curved ones, by language."""

import re
from typing import Final

_MARKS: Final = {"en": ("\u201c", "\u201d", "\u2018", "\u2019")}
"""Opening and closing double, opening and closing single mark, for the languages whose rule is the plain one."""

_PARTS: Final = re.compile(r"(<style>.*?</style>|<[^>]*>)", re.DOTALL)
_STRAIGHT: Final = re.compile("&quot;|&#34;|\"|&#39;|&#x27;|'")
_BEFORE_OPENING: Final = " \t\n\u00a0(\u2014\u2013[/"


def curved(html: str, language: str) -> str:
    """Return HTML with curved quotation marks and apostrophes in its text; other languages stay as they are."""
    marks = _MARKS.get(language.split("-", maxsplit=1)[0])
    if marks is None:
        return html
    parts = _PARTS.split(html)
    last = " "
    for index, part in enumerate(parts):
        if index % 2:
            # A new block or a new cell begins a new text; a mark such as <em> does not.
            last = last if re.match(r"</?(?:b|strong|em|i|a|span|code)\b", part) else " "
        elif part:
            parts[index] = _curve(part, last, marks)
            last = parts[index][-1]
    return "".join(parts)


def _curve(text: str, last: str, marks: tuple[str, str, str, str]) -> str:
    made = ""
    end = 0
    for found in _STRAIGHT.finditer(text):
        made += text[end : found.start()]
        end = found.end()
        single = found[0] in ("&#39;", "&#x27;", "'")
        opens = (made or last)[-1] in _BEFORE_OPENING + marks[0] + marks[2]
        made += marks[2 * single + (not opens)]
    return made + text[end:]
