"""Style sheets as they are shipped: without the comments, margins and idle spaces that only their readers need."""

import re
from typing import Final

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACES: Final = re.compile(r"\s+")
# Not before a colon, nor around a plus but in a selector: `a :hover` and `1px + 2px` mean something else without.
_IDLE: Final = re.compile(r" ?([{};,>]) ?|(: )|(?:;(?=\}))| (\+) (?=[^{};()]*\{)")
_ZERO: Final = re.compile(r"(?<![\w.])0(?=\.[0-9])")


def lean_style(style: str) -> str:
    """Return one of Kitbag's own style sheets in fewer bytes; no string in them holds a run of spaces or a comment."""
    joined = _SPACES.sub(" ", _COMMENT.sub("", style)).strip()
    closed = _IDLE.sub(lambda idle: idle[1] or idle[3] or (":" if idle[2] else ""), joined)
    return _ZERO.sub("", closed.replace(";}", "}")) + "\n"
