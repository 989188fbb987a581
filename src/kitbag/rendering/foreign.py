"""English strings of the interface inside a course in another language: they say so, to screen readers and to bidi.

While a page is made, such a string stands between two private-use letters, which no font has; `settled` makes elements
of them where elements can stand. Inside attributes, titles, options, scripts and drawings there can be none: there
isolates (UAX #9) keep the order of words in a page that is read from right to left.
"""

import re
from typing import Final

FOREIGN: Final = "\ue010"
"""Begins an English string."""
OWN: Final = "\ue011"
"""Begins a value in the language of the course, inside an English string."""
END: Final = "\ue012"
"""Ends what began last."""

_LEFT_TO_RIGHT: Final = "\u2066"
_RIGHT_TO_LEFT: Final = "\u2067"
_POP: Final = "\u2069"
_MARKS: Final = re.compile(f"([{FOREIGN}{OWN}{END}])")
_TEXT_ONLY: Final = "title|option|textarea|script|style|svg"
_PIECES: Final = re.compile(rf"(<({_TEXT_ONLY})\b.*?</\2\s*>|<[^>]*>)", re.DOTALL | re.IGNORECASE)


def isolated(text: str, direction: str) -> str:
    """Return an English string that keeps its own order of words in text of a direction."""
    return f"{_LEFT_TO_RIGHT}{text}{_POP}" if direction == "rtl" else text


def marked(text: str) -> str:
    """Return an English string with marks that `settled` understands."""
    return f"{FOREIGN}{text}{END}"


def marked_value(value: object) -> object:
    """Return a value of an English string; words of the course among them are marked as such."""
    if not isinstance(value, str) or value.startswith(FOREIGN) or not any(map(str.isalpha, value)):
        return value
    return f"{OWN}{value}{END}"


def settled(html: str, language: str, direction: str) -> str:
    """Return a page with elements or isolates in the place of all marks."""
    if FOREIGN not in html:
        return html
    turns = direction == "rtl"
    elements, isolates = _elements(language, turns=turns), _isolates(turns=turns)
    pieces = _PIECES.split(html)
    # Marks that an author typed may be left open: then each run of text closes its own, and no element is torn.
    balanced = html.count(FOREIGN) + html.count(OWN) == html.count(END)
    open_marks: list[tuple[str, str]] = []
    made = []
    # Text, then a tag or a whole element, then the name of that element.
    for text, whole in zip(pieces[::3], [*pieces[1::3], ""], strict=True):
        made.append(_settled_text(text, elements, open_marks))
        if not balanced:
            made += [closes for _, closes in reversed(open_marks)]
            open_marks.clear()
        made.append(_settled_text(whole, isolates, []))
    return "".join(made)


def _elements(language: str, *, turns: bool) -> dict[str, tuple[str, str]]:
    left, right = (' dir="ltr"', ' dir="rtl"') if turns else ("", "")
    return {FOREIGN: (f'<span lang="en"{left}>', "</span>"), OWN: (f'<span lang="{language}"{right}>', "</span>")}


def _isolates(*, turns: bool) -> dict[str, tuple[str, str]]:
    if not turns:
        return {FOREIGN: ("", ""), OWN: ("", "")}
    return {FOREIGN: (_LEFT_TO_RIGHT, _POP), OWN: (_RIGHT_TO_LEFT, _POP)}


def _settled_text(text: str, ways: dict[str, tuple[str, str]], open_marks: list[tuple[str, str]]) -> str:
    """Return a text with what its marks stand for. `open_marks` are those still open, with what closes each."""
    made = []
    for part in _MARKS.split(text):
        if part in ways:
            # A string inside a string of the same language needs no second element.
            around = open_marks[-1][0] if open_marks else OWN
            opens, closes = ways[part] if part != around else ("", "")
            made.append(opens)
            open_marks.append((part, closes))
        elif part == END:
            made.append(open_marks.pop()[1] if open_marks else "")
        else:
            made.append(part)
    return "".join(made)
