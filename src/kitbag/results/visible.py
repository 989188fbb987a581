"""Text of unknown origin as one may print it: nothing in it moves the cursor, sets a colour or turns the line round."""

import unicodedata
from typing import Final

from kitbag.characters import DIRECTION_CONTROLS

_INSTEAD: Final = "\ufffd"


def visible(text: str, *, lines: bool = False) -> str:
    """Return a text with U+FFFD for every control character, lone surrogate and sign that turns the direction.

    A tab becomes a space. With `lines` a line feed stays, otherwise it becomes a space, too.
    """
    if (text.replace("\n", "") if lines else text).isprintable():
        return text
    return "".join(_shown(character, lines=lines) for character in text)


def _shown(character: str, *, lines: bool) -> str:
    if character == "\n" and lines:
        return character
    if character in "\t\n\r\u2028\u2029":
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cs") or character in DIRECTION_CONTROLS
    return _INSTEAD if hidden else character
