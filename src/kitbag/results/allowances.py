"""What an instructor may allow one person: more time, no limit, large text; each by a short code to type or read out.

A code follows from course, edition, test and kind, so that a page without a network can check it. It is no secret:
anyone who reads the page can work it out. It only keeps people from taking by accident what was meant for someone else.
`templates/tests/record.js` is the twin of `code_for` and `allowed`. What was allowed is in no record, since it may tell
of somebody's health.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from kitbag.questions.form_id import ALPHABET, bare

Kind = Literal["extra-25", "extra-50", "extra-100", "no-limit", "large-text"]
"""A quarter, a half, or all of the time once more; no time limit; larger text and controls."""

KINDS: Final[tuple[Kind, ...]] = ("extra-25", "extra-50", "extra-100", "no-limit", "large-text")
LENGTH: Final = 6


@dataclass(frozen=True)
class Allowance:
    """One thing that may be allowed, and its code."""

    kind: Kind
    code: str
    """As it is printed: `7KQ-X3M`. It is read in either case, with or without its hyphen."""


def code_for(course: str, edition: str, test: str, kind: Kind) -> str:
    """Return the code of an allowance. `course` and `test` are ids."""
    number = int.from_bytes(sha256(f"allowance\n{course}\n{edition}\n{test}\n{kind}".encode()).digest()[:8])
    code = ""
    for _ in range(LENGTH):
        number, value = divmod(number, len(ALPHABET))
        code = ALPHABET[value] + code
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def allowances_for(course: str, edition: str, test: str, *, limited: bool) -> tuple[Allowance, ...]:
    """Return what may be allowed in a test; without a time limit (`limited`) only what is not about time."""
    kinds = KINDS if limited else ("large-text",)
    return tuple(Allowance(kind, code_for(course, edition, test, kind)) for kind in kinds)


def allowed(course: str, edition: str, test: str, typed: str, *, limited: bool) -> Kind | None:
    """Return what a code, as somebody types it, allows in a test; `None` where it allows nothing."""
    known = allowances_for(course, edition, test, limited=limited)
    return next((one.kind for one in known if bare(one.code) == bare(typed)), None)
