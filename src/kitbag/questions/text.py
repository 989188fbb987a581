"""What the text of an item holds besides words."""

import re
from typing import Final

GAP: Final = re.compile(r"\[\[([A-Za-z0-9][A-Za-z0-9._-]*)\]\]")
"""A gap of a cloze text: `[[id]]`."""


def gaps_in(text: str) -> list[str]:
    """Return the ids of the gaps of a cloze text, in the order of the text."""
    return GAP.findall(text)
