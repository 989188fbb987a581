"""What is kept of a passage so that a change is noticed: a hash and a sketch, never the words.

This is a stored format, version 1. A course on disk depends on every rule here: a change of any of them needs a new
version byte in the sketch and a reader for the old one.

**Normalised text** (`normalise`), what the SHA-256 is of, in this order:

1. Soft hyphens go, with a line break after them; so do all other format and control
   characters (Unicode categories Cf and Cc) that are no white space.
2. Quotation marks, apostrophes and primes of every shape go.
3. Unicode NFKC: ligatures, no-break spaces, full-width forms and the like become plain letters.
4. Bullets become spaces, as does an asterisk that begins a line.
5. A hyphen between two letters goes, with a line break after it: `co-operation` is `cooperation`.
6. A dash or minus sign that touches a digit after it and no word before it is a sign and becomes `-`; every other
   dash becomes a space.
7. White space goes, except one space where it stands between two digits, so that `1, 12` is never `11, 2`, and words
   that a new page setting breaks or joins elsewhere stay what they were.

Letters keep their case and the other punctuation stays: a capital may tell an Ally from an ally, a question mark a
question from a statement. Such a change alters the hash but not the sketch, and is reported as that, a retouch.

**Words** (`words`): the text after rule 6 with case folded. A word is a run of letters and digits, with dots, commas
and colons inside numbers (`08:53`, `1,325`), or one of the signs that carry meaning beside numbers (`%`, `-`, …).

**Sketch**: the distinct three-word runs, each joined by single spaces and hashed to 24 bits (BLAKE2b with a digest of
3 bytes, big-endian); a text of one or two words is one run. The 256 smallest values are kept, in ascending order: a
bottom-k MinHash sketch (Broder, "On the resemblance and containment of documents", 1997). Up to 258 words the sketch
thus holds every run, and comparisons are exact; above, they are estimates with a standard error of about 3 %.
In base64 (RFC 4648, 4): one byte of version (1), three bytes for the number of distinct runs, three bytes a value.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b, sha256
from typing import Final, Self

from kitbag.course.sources import Fingerprint

VERSION: Final = 1
RUN: Final = 3
"""Words in a run."""
KEPT: Final = 256
"""Hash values in a sketch, at most."""
_BYTES: Final = 3
_ALL: Final = 1 << (8 * _BYTES)

_SOFT_HYPHEN = re.compile("\u00ad(?:[ \t]*[\r\n]+[ \t]*)?")
_QUOTES = dict.fromkeys(map(ord, "'\"`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u2034"
                                 "\u2039\u203a\u00ab\u00bb\u02bc\uff02\uff07"))  # fmt: skip
_BULLETS = dict.fromkeys(map(ord, "\u2022\u2023\u25e6\u25aa\u25ab\u25cf\u25cb\u25a0\u25a1\u25c6\u25c7\u2043\u2219"
                                  "\u27a2\u27a4\uf0b7\uf0a7"), " ")  # fmt: skip
_LINE_ASTERISK = re.compile(r"(?m)^[ \t]*\*(?=\s)")
_INNER_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011](?:[ \t]*[\r\n]+[ \t]*)?(?=[^\W\d_])")
_DASHES = "-\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_SIGN = re.compile(rf"(?<![{_DASHES}\w])[{_DASHES}](?=\d)")
_DASH = re.compile(rf"[{_DASHES}]")
_SIGN_HELD = "\x00"
_INVISIBLE = frozenset({"Cf", "Cc"})
_SPACE = re.compile(r"\s+")
_SPACE_NOT_IN_NUMBERS = re.compile(r"(?<!\d) | (?!\d)")
_WORD = re.compile(r"[^\W_]+(?:(?<=\d)[.,:]\d+)*|[-%+<>=$\u00a3\u20ac\u2030]")


def _plain(text: str) -> str:
    text = _SOFT_HYPHEN.sub("", text)
    text = "".join(one for one in text if one.isspace() or unicodedata.category(one) not in _INVISIBLE)
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_BULLETS)
    text = _INNER_HYPHEN.sub("", _LINE_ASTERISK.sub(" ", text))
    return _DASH.sub(" ", _SIGN.sub(_SIGN_HELD, text)).replace(_SIGN_HELD, "-")


def normalise(text: str) -> str:
    """Return the text reduced to what counts as its wording (rules 1 to 7); it is for hashing, not for reading."""
    return _SPACE_NOT_IN_NUMBERS.sub("", _SPACE.sub(" ", _plain(text)).strip())


def words(text: str) -> list[str]:
    """Return the words of a text as runs are made of them, in order."""
    return _WORD.findall(_plain(text).casefold())


def run_values(words: Sequence[str]) -> list[int]:
    """Return the hash value of each run of three words, in order and with repetitions; empty without words."""
    if not words:
        return []
    runs = (words[start : start + RUN] for start in range(max(1, len(words) - RUN + 1)))
    return [int.from_bytes(blake2b(" ".join(run).encode(), digest_size=_BYTES).digest(), "big") for run in runs]


@dataclass(frozen=True)
class Sketch:
    """The three-word runs of a text, or a fair sample of them."""

    runs: int
    """Distinct runs of the text."""
    values: frozenset[int]
    """The smallest hash values of the runs; all of them where the text is short."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Sketch a text."""
        values = sorted(set(run_values(words(text))))
        return cls(len(values), frozenset(values[:KEPT]))

    @classmethod
    def read(cls, encoded: str) -> Self:
        """Read a sketch from base64; raise ValueError where it is damaged or of another version."""
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError("the sketch is not base64") from error
        if not data or data[0] != VERSION:
            raise ValueError("the sketch is not of version 1")
        numbers = [int.from_bytes(data[at : at + _BYTES], "big") for at in range(1, len(data), _BYTES)]
        runs, values = numbers[0] if numbers else -1, numbers[1:]
        if (len(data) - 1) % _BYTES or len(values) != min(runs, KEPT) or values != sorted(set(values)):
            raise ValueError("the sketch is damaged")
        return cls(runs, frozenset(values))

    def __str__(self) -> str:
        """Return the sketch in base64, as it is stored."""
        numbers = [self.runs, *sorted(self.values)]
        data = bytes([VERSION]) + b"".join(number.to_bytes(_BYTES, "big") for number in numbers)
        return base64.b64encode(data).decode()

    @cached_property
    def horizon(self) -> int:
        """Below this value the sketch knows every run; above it, none."""
        return _ALL if self.runs == len(self.values) else max(self.values) + 1

    def holds(self, value: int) -> bool | None:
        """Tell whether the text has the run of this hash value; None where the sketch cannot know."""
        return value in self.values if value < self.horizon else None

    def resemblance(self, other: "Sketch") -> float:
        """Return the share of their runs that two texts have in common (Jaccard), from 0 to 1."""
        mine, theirs = self.comparable(other)
        both = len(mine | theirs)
        return len(mine & theirs) / both if both else 0.0

    def containment(self, other: "Sketch") -> float:
        """Return the share of this text's runs that the other text has too, from 0 to 1."""
        mine, theirs = self.comparable(other)
        return len(mine & theirs) / len(mine) if mine else 0.0

    def comparable(self, other: "Sketch") -> tuple[set[int], set[int]]:
        """Return the values of both below the horizon they share, so that neither looks poorer than it is."""
        horizon = min(self.horizon, other.horizon)
        return {v for v in self.values if v < horizon}, {v for v in other.values if v < horizon}


def fingerprint(text: str) -> Fingerprint:
    """Return what is stored of a passage: the hash of its normalised text and the sketch of its runs."""
    return Fingerprint(sha256=sha256(normalise(text).encode()).hexdigest(), sketch=str(Sketch.of(text)))


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    """Return the share of three-word runs that two passages have in common, from 0 to 1.

    Raises ValueError where a sketch is damaged.
    """
    return Sketch.read(one.sketch).resemblance(Sketch.read(other.sketch))
