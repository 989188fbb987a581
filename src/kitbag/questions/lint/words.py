"""Words of items, taken apart once: what the lint rules look at instead of raw text."""

import re
from functools import lru_cache
from sys import intern
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")  # noqa: RUF001 - the typographic apostrophe is meant
_APART: Final = "".join(char.lower() if char.isalnum() or char in "'." else " " for char in map(chr, range(128)))
"""What stands for each ASCII character where words are told apart at spaces."""
_LINK: Final = re.compile(r"!?\[([^\[\]\n]*)\]\([^)\n]{0,999}\)")
_SENTENCE_END: Final = re.compile(
    r"([.?!\n])(?:(?<=[.?!])[\"'”’)*_]*\s+|(?<=\n)\n+)"  # noqa: RUF001 - typographic quotes
)
"""It begins with the mark that ends a sentence, or a line: what begins with few characters is found much faster."""
_PLURALS_IN_ES: Final = ("sses", "shes", "ches", "xes", "zes")
STEM_LENGTH: Final = 7
"""Letters of a word that count: `responsible` and `responsibility` are one word to the rules."""


def word_list(text: str) -> frozenset[str]:
    """Return the words of a text, which part at spaces."""
    return frozenset(text.split())


ENGLISH_STOP_WORDS: Final = word_list(
    """a about after again all also an and any are as at be because been before being between both but by can could did
    do does doing done during each either every for from get gets give given gives go goes had has have having he her
    here hers him his how i if in into is it its just let like made make makes may me might more most much must my
    neither no nor not of off on once one ones only or other our out over own per same shall she should since so some
    such than that the their them then there these they this those through to too two under until up upon us use used
    uses using very was we were what when where whether which while who whom whose why will with within without would
    yes yet you your"""
)
"""Words that carry grammar, not content."""


class Phrase(NamedTuple):
    """A text of an item and its words."""

    raw: str
    """As the author wrote it, in Markdown."""
    text: str
    """Without the marks of Markdown."""
    words: tuple[str, ...]
    """Its words in order, in lower case."""
    content: frozenset[str]
    """The stems of the words that carry content."""


def phrase(raw: str, *, english: bool) -> Phrase:
    """Take a Markdown text apart."""
    text = raw
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    if "*" in text or "`" in text:
        text = text.replace("*", "").replace("`", "")
    words = tuple(map(intern, words_of(text)))  # The same few words again and again: each is kept once.
    content = map(_english_content if english else _other_content, words)
    return Phrase(raw, text, words, frozenset(filter(None, content)))


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, in lower case."""
    if text.isascii():
        # Most texts have no mark inside a word, and splitting them takes a quarter of the time.
        apart = text.translate(_APART).strip(" '.")
        if "." not in apart and "'" not in apart:
            return apart.split()
    return _WORD.findall(text.lower())


def carries_content(word: str, *, english: bool) -> bool:
    """Tell whether a lower-case word carries content; in a language without a list of stop words, length decides."""
    if english:
        return word not in ENGLISH_STOP_WORDS and (len(word) > 2 or word[0].isdigit())
    return len(word) > 3 or word[0].isdigit()


@lru_cache(maxsize=50_000)  # Words come back: 10,000 items hold far fewer different ones.
def stem_of(word: str, *, english: bool = True) -> str:
    """Return what a lower-case word has in common with its inflections and near relatives.

    This is deliberately coarse: it loses the English plural and the ends of verbs, and keeps the first seven letters.
    """
    if english and len(word) > 3 and word.isalpha():
        if word.endswith("ies"):
            word = word[:-3] + "y"
        elif word.endswith(_PLURALS_IN_ES):
            word = word[:-2]
        elif word[-1] == "s" and word[-2] not in "sui":
            word = word[:-1]
        if (len(word) > 5 and word.endswith("ing")) or (len(word) > 7 and word.endswith("ion")):
            word = word[:-3]
        elif len(word) > 4 and word.endswith("ed"):
            word = word[:-2]
        if len(word) > 4 and word[-1] == "e":
            word = word[:-1]
    elif word.endswith(("'s", "’s")):  # noqa: RUF001 - the typographic apostrophe is meant
        word = word[:-2]
    return word[:STEM_LENGTH]


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences and paragraphs."""
    found, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        found.append(text[start : end.start() if end[1] == "\n" else end.end(1)])
        start = end.end()
    return [sentence for sentence in (*found, text[start:]) if sentence.strip()]


def question_of(text: str) -> str:
    """Return the sentence that asks: the last one with a question mark, else the last one."""
    parts = sentences(text) or [text]
    return next((part for part in reversed(parts) if "?" in part), parts[-1])


@lru_cache(maxsize=50_000)
def _english_content(word: str) -> str:
    return stem_of(word, english=True) if carries_content(word, english=True) else ""


@lru_cache(maxsize=50_000)
def _other_content(word: str) -> str:
    return stem_of(word, english=False) if carries_content(word, english=False) else ""
