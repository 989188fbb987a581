"""Likely names for misspelled ones, as long as they are few: nobody reads the thousandth, and each one takes time."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from kitbag.findings import did_you_mean

MOST_HINTS: Final = 100
"""Misspelled names of one package for which a likely one is looked for; more findings of a kind are not shown."""
_MOST_COMPARED: Final = 50
"""Names that a misspelled one is compared with."""
_LONGEST: Final = 200
"""Characters in a name that is compared: the time grows with the square of it."""


class Hints:
    """What may have been meant, counted."""

    def __init__(self) -> None:
        """Begin with all of them left."""
        self.left = MOST_HINTS

    def near(self, name: str, known: Iterable[str]) -> str:
        """Return `Did you mean "…"?` where one of the first known names is near; nothing after so many questions."""
        if self.left <= 0 or len(name) > _LONGEST:
            return ""
        self.left -= 1
        return did_you_mean(name, (other for other in islice(known, _MOST_COMPARED) if len(other) <= _LONGEST))
