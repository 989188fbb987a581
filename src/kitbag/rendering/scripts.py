"""Scripts as they are shipped: without the comments and spaces that only their readers need.

No compiler and no bundler: a script keeps its names, and each line break that may end a statement.
"""

import re
from typing import Final

_TOKENS: Final = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*[\s\S]*?\*/ )
    | (?P<space> \s+ )
    | (?P<text>
        "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*`
        | (?:(?<=[(,=:!&|?;\[{]) | (?<=[(,=:!&|?;\[{]\ )) /(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*
      )
    | (?P<code> [^\s"'`/]+ | / )
    """,
    re.VERBOSE,
)
# Beside one of these a space means nothing; beside `+`, `-` and `/` it may keep two operators apart.
_CLOSED: Final = frozenset(",;:?=<>!&|(){}[]*%\"'`")


# A line break after or before one of these ends no statement.
_GOES_ON: Final = frozenset(",;:?=&|({[")
_CAME_ON: Final = frozenset(",;:?=&|)}].")


def lean(script: str) -> str:
    """Return one of Kitbag's own scripts without comments, margins and idle spaces.

    A template literal must hold no other template literal, and a regular expression must follow a bracket, a comma, an
    operator or `return (`: what our scripts do, and no more.
    """
    out: list[str] = []
    gap = ""
    for token in _TOKENS.finditer(script):
        if token.lastgroup == "comment":
            continue
        if token.lastgroup == "space":
            gap = "\n" if "\n" in token[0] or gap == "\n" else " "
            continue
        last, first = out[-1][-1] if out else " ", token[0][0]
        if gap == "\n" and last not in _GOES_ON and first not in _CAME_ON and out:
            out.append("\n")
        elif gap == " " and last not in _CLOSED and first not in _CLOSED:
            out.append(" ")
        out.append(token[0])
        gap = ""
    return "".join(out) + "\n"
