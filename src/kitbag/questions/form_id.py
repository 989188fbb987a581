"""Form ids: short, read aloud without mistakes, and enough to draw the form again.

An id such as `7KQX-3M2R` holds the seed of the draw (four characters), which form of which draw it is (three), and a
check character. Its 23 characters leave out every look-alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) on one side, and all
vowels, so that no id is a word. 23 is a prime: the check finds every wrong character and every two that changed places.
"""

from hashlib import sha256
from typing import Final, NamedTuple

ALPHABET: Final = "2346789CDFGHJKMNPQRTWXY"
SEED_LENGTH: Final = 4
NUMBER_LENGTH: Final = 3
LENGTH: Final = SEED_LENGTH + NUMBER_LENGTH + 1
MOST: Final = len(ALPHABET) ** NUMBER_LENGTH
"""Forms that one seed can number."""

_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}


class NoFormId(ValueError):
    """The text is no form id; the message tells a person why."""


class FormId(NamedTuple):
    """What a form id says."""

    seed: str
    """Four characters from which the form is drawn."""
    number: int
    """Which of the seed's forms it is, from 0."""

    def __str__(self) -> str:
        """Return the id as it is printed: `7KQX-3M2R`."""
        if not 0 <= self.number < MOST:
            raise ValueError(f"no form id numbers form {self.number}")
        body = self.seed + _digits(self.number, NUMBER_LENGTH)
        text = body + ALPHABET[-_weighed(body) % len(ALPHABET)]
        return f"{text[:SEED_LENGTH]}-{text[SEED_LENGTH:]}"


def seed_of(text: str) -> str:
    """Return the four characters that stand for any text used as a seed."""
    return _digits(int.from_bytes(sha256(text.encode()).digest()[:8]), SEED_LENGTH)


def read_form_id(text: str) -> FormId:
    """Read an id as a person types it: in either case, with or without its hyphen. Raises NoFormId."""
    bare = "".join(text.split()).replace("-", "").upper()
    if len(bare) != LENGTH:
        raise NoFormId(f'A form id has {LENGTH} characters, such as {FormId("7KQX", 0)}; "{text}" has {len(bare)}.')
    strange = next((character for character in bare if character not in _VALUE), None)
    if strange is not None:
        raise NoFormId(f'No form id has the character "{strange}"; they use {" ".join(ALPHABET)}.')
    if (_weighed(bare[:-1]) + _VALUE[bare[-1]]) % len(ALPHABET):
        raise NoFormId(f'"{text}" is no form id: a character is wrong, or two have changed places.')
    number = 0
    for character in bare[SEED_LENGTH:-1]:
        number = number * len(ALPHABET) + _VALUE[character]
    return FormId(bare[:SEED_LENGTH], number)


def bare(typed: str) -> str:
    """Return a code as codes are compared, whatever stands between its characters and in either case."""
    return "".join(character for character in typed.upper() if character.isascii() and character.isalnum())


def _digits(number: int, length: int) -> str:
    text = ""
    for _ in range(length):
        number, value = divmod(number, len(ALPHABET))
        text = ALPHABET[value] + text
    return text


def _weighed(body: str) -> int:
    # Each place has a weight of its own, and the check character the weight 1.
    return sum(weight * _VALUE[character] for weight, character in enumerate(body, start=2))
