"""The characters that need care wherever a text comes from someone else."""

import re
from typing import Final

DIRECTION_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Everything that acts on the direction of text and can't be seen (Unicode Bidirectional Algorithm, 2)."""

# Embeddings and overrides reach beyond the text they are in when nothing ends them, and Unicode itself advises against
# them. The marks U+200E, U+200F and U+061C turn nothing round, and Arabic and Hebrew texts need them.
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OPEN_ISOLATES: Final = "\u2066\u2067\u2068"
_END_ISOLATE: Final = "\u2069"


def turning_control(text: str) -> str | None:
    """Return the first character that can turn the text round, or what stands after it; `None` where there is none.

    Isolates (U+2066 to U+2069) that are closed in the same line are fine: what is inside them stays inside.
    """
    if _TURNS.search(text) is None:
        return None
    for line in text.splitlines():
        opened: list[str] = []
        for character in _TURNS.findall(line):
            if character in _OPEN_ISOLATES:
                opened.append(character)
            elif character != _END_ISOLATE or not opened:
                return str(character)
            else:
                opened.pop()
        if opened:
            return opened[0]
    return None


_NO_TEXT: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def readable(text: str) -> str:
    """Return a text from a document of unknown origin with a space for each character that is no text.

    These are control characters, those that turn words round, and lone surrogates. None of them may stand in a file of
    the course, which the text's first words get into.
    """
    return _NO_TEXT.sub(" ", text)
