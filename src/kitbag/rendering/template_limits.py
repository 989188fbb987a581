"""How much work templates of a course folder may do: steps, letters and processor time, for a page and for them all.

Steps and letters are counted, so the same course comes to the same end on every machine. Processor time is a second
fence, for steps that take long.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from jinja2 import TemplateRuntimeError

STEPS: Final = 2_000_000
"""Loop turns, calls, comparisons and so on for one page."""
LETTERS: Final = 100_000_000
"""Characters that one page may put together, what it throws away included."""
LONGEST: Final = 20_000_000
"""Characters in one text, a picture's data included."""
MOST: Final = 100_000
"""Values in one list or mapping, those inside its values included."""
DEEPEST: Final = 100
"""How deeply lists and mappings may stand inside one another; Python goes through some of them without a limit."""
SECONDS: Final = 20.0
"""Processor time for one page."""
ALL_SECONDS: Final = 600.0
"""Processor time for all pages that share their templates."""
SOURCE: Final = 250_000
"""Bytes in one template."""
NODES: Final = 30_000
"""Parts (words, operators, tags) of one template."""
ALL_NODES: Final = 300_000
"""Parts of all templates of a course folder."""
LEVELS: Final = 30
"""How deeply statements may stand inside one another."""
OPERATIONS: Final = 40
"""How deeply the parts of an expression may stand inside one another."""
LOOPS: Final = 12
"""How deeply loops, macros and the like may stand inside one another; Python allows 20."""
LARGEST_NUMBER: Final = 256
"""Bits of a whole number."""
WIDEST: Final = 10_000
"""The largest number that a filter takes besides what it filters."""

LETTERS_A_STEP: Final = 1_000
"""Characters that are gone through in one step."""

_LOOK: Final = 64
"""Steps from one look at the clock to the next."""
_HOLDS: Final = (tuple, list, dict, MappingProxyType)


class CourseTemplateError(TemplateRuntimeError):
    """What is wrong with a template of a course folder, found while it ran."""


class OverLimit(CourseTemplateError):
    """A template asks for more than templates of a course folder may have."""


class Meter:
    """Counts the work of one set of templates."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._steps = STEPS
        self._letters = LETTERS
        self._until = time.thread_time() + SECONDS
        self._left = ALL_SECONDS

    @contextmanager
    def page(self) -> Iterator[None]:
        """Count what one page takes."""
        begun = time.thread_time()
        self._steps, self._letters = STEPS, LETTERS
        self._until = begun + min(SECONDS, self._left)
        try:
            yield
        finally:
            self._left -= time.thread_time() - begun

    def steps(self, count: int = 1) -> None:
        """Count steps. Raises OverLimit where there were too many, or where they took too long."""
        before = self._steps
        self._steps = before - count
        if self._steps < 0:
            raise OverLimit(f"it takes more than {STEPS:,} steps to make this page")
        if before // _LOOK != self._steps // _LOOK and time.thread_time() > self._until:
            raise OverLimit(f"it takes more than {SECONDS:.0f} seconds to make this page, or all pages take too long")

    def letters(self, count: int) -> None:
        """Count the characters of a text that is put together. Raises OverLimit."""
        self._letters -= count
        if count > LONGEST or self._letters < 0:
            raise OverLimit(f"it puts together a text longer than {LONGEST:,} characters, or too many texts")

    def go_through(self, value: Any, *, times: int = 1) -> None:
        """Count the steps of going through a text, or the values of a list, before that is done. Raises OverLimit."""
        if isinstance(value, str):
            self.steps(len(value) * times // LETTERS_A_STEP)
        elif isinstance(value, _HOLDS):
            self.steps(len(value) // 8)

    def admit(self, value: Any) -> Any:
        """Return a value that a template made, if it isn't too large. Raises OverLimit."""
        if isinstance(value, str):
            self.letters(len(value))
        elif isinstance(value, int):
            if value.bit_length() > LARGEST_NUMBER:
                raise OverLimit("it calculates with a number that is too large")
        elif isinstance(value, _HOLDS):
            self.weigh(value)
        return value

    def weigh(self, value: Sequence[Any] | Mapping[Any, Any]) -> None:
        """Count all that is in a list or mapping: what holds the same thing many times is as large as it looks.

        Raises:
            OverLimit: it holds too many values, too many letters, or too many lists inside one another.
        """
        waiting: list[tuple[Any, int]] = [(value, 1)]
        count = letters = 0
        while waiting:
            held, level = waiting.pop()
            if level > DEEPEST:
                raise OverLimit(f"it puts more than {DEEPEST} lists inside one another")
            parts = [*held.keys(), *held.values()] if isinstance(held, dict | MappingProxyType) else held
            count += len(parts)
            if count > MOST:
                raise OverLimit(f"it makes a list of more than {MOST:,} values")
            for part in parts:
                if isinstance(part, str):
                    letters += len(part)
                elif isinstance(part, _HOLDS):
                    waiting.append((part, level + 1))
        if letters > LONGEST:
            raise OverLimit(f"it makes a list of texts that have more than {LONGEST:,} characters together")
        self.steps(1 + count // 8 + letters // LETTERS_A_STEP)
