"""How easily a lesson reads: long sentences, long words, acronyms that nobody explained. English courses only.

All of it is notes: a figure cannot tell good prose from bad, but it shows where to read again.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kitbag.course.audience import trainee_view
from kitbag.course.model import Course, Lesson, Module
from kitbag.course.parts import Path_, Places, walk
from kitbag.findings import Finding, Severity, in_order, listed
from kitbag.questions.lint.words import ENGLISH_STOP_WORDS, sentences, words_of

LONGEST_SENTENCE: Final = 20
"""Words in a sentence; plain-language guides ask for no more."""
LONG_WORD: Final = 14
"""Letters from which a word counts as long, where the glossary does not explain it."""
EVERYDAY: Final = frozenset(("CD", "DVD", "ID", "OK", "PC", "PDF", "TV", "UK", "URL", "US", "USA", "USB"))
"""Acronyms that everyone reads as words."""

_PROSE: Final = ("text", "discussion", "aim", "steps", "debrief", "prompts", "questions", "paper_only", "on_your_own",
                 "caption", "description", "rows")  # fmt: skip
"""The fields of blocks that hold running text, in reading order."""
_PARAGRAPH_END: Final = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d{1,3}[.)])\s)|\n(?=\s*[#>|])")
_MARKER: Final = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)]|#{1,6}|>)\s+")
_ACRONYM: Final = re.compile(r"[A-Z](?<!\w[A-Z])(?=\w*[A-Z])[A-Z0-9]+(?:[a-z][A-Z]+)*\b")
"""The beginning of a word is asked for last: what begins with a capital is found much faster."""
_ROMAN: Final = re.compile(r"[IVXLC]+")


@dataclass(frozen=True)
class LessonReadability:
    """A lesson in figures."""

    lesson: str
    """`m1/origins`."""
    words: int
    sentences: int
    longest: int
    """Words in its longest sentence."""
    long_words: tuple[str, ...]
    """Its long words that the glossary does not explain, each once, in order."""

    @property
    def words_per_sentence(self) -> float:
        """The mean; 0 where there is no sentence."""
        return self.words / self.sentences if self.sentences else 0.0


def readability(course: Course) -> tuple[LessonReadability, ...]:
    """Return figures for every lesson that a trainee reads; none where the course is not in English."""
    if not _is_english(course):
        return ()
    explained = _explained_words(course)
    view = trainee_view(course)
    return tuple(_figures(module, lesson, explained) for module in view.modules for lesson in module.lessons)


def readability_notes(course: Course, places: Places) -> list[Finding]:
    """Return notes on sentences, words and acronyms, each at the text it is about."""
    if not _is_english(course):
        return []
    explained = _explained_words(course)
    expansions = {term.term: term.expansion for term in course.glossary.terms if term.expansion}
    words = [term for term in course.glossary.terms if not term.expansion]
    in_capitals = {word for term in words for form in (term.term, *term.forms) for word in form.split()}
    found: list[Finding] = []
    for module in course.modules:
        file = f"course/{module.id}.yaml"
        acronyms = _acronyms(module, expansions, in_capitals)
        for code, path, message, hint in (*_lesson_notes(module, explained), *acronyms):
            found.append(Finding(code, places.at(file, *path), message, hint, Severity.NOTE))
    return in_order(found)


_Note = tuple[str, Path_, str, str]


def _lesson_notes(module: Module, explained: frozenset[str]) -> Iterator[_Note]:
    for number, lesson in enumerate(module.lessons):
        long_words: dict[str, None] = {}
        for path, text in _texts_of(lesson, ("lessons", number)):
            for sentence in _sentences(text):
                words = words_of(sentence)
                long_words |= _long(words, explained)
                if len(words) > LONGEST_SENTENCE:
                    start = " ".join(sentence.split()[:6])
                    message = f'{lesson.id}: The sentence "{start} …" has {len(words)} words.'
                    yield "long-sentence", path, message, f"Make two of it: {LONGEST_SENTENCE} words are plenty."
        if long_words:
            message = f"{lesson.id}: Long words: {listed(long_words)}."
            yield "long-word", ("lessons", number), message, "Use shorter ones, or explain them in the glossary."


def _acronyms(module: Module, expansions: dict[str, str], in_capitals: set[str]) -> Iterator[_Note]:
    """Find acronyms whose first use in a module comes before, or without, what they stand for.

    A word that the glossary explains, and that stands for no longer name, is only written in capitals.
    """
    read = ""
    met: set[str] = set()
    for lesson, path, text in _texts(module):
        for match in _ACRONYM.finditer(text):
            name = match[0]
            if name in met or name in EVERYDAY or name in in_capitals:
                continue
            if name.lower() in ENGLISH_STOP_WORDS or _ROMAN.fullmatch(name):
                continue
            met.add(name)
            expansion = expansions.get(name, "")
            if expansion and _folded(expansion) in _folded(read + text):
                continue
            if text[: match.start()].rstrip().endswith("(") or text[match.end() :].lstrip().startswith("("):
                continue  # spelt out on the spot: `Example Body (EB)`, `EB (Example Body)`
            meaning = f'It stands for "{expansion}".' if expansion else "The glossary does not know it."
            message = f"{lesson.id}: {name} is used in this module without being spelt out first. {meaning}"
            yield "acronym", path, message, "Spell it out where the module first uses it."
        read += f"{text}\n"


def _figures(module: Module, lesson: Lesson, explained: frozenset[str]) -> LessonReadability:
    lengths: list[int] = []
    long_words: dict[str, None] = {}
    for _, text in _texts_of(lesson, ()):
        for sentence in _sentences(text):
            words = words_of(sentence)
            lengths.append(len(words))
            long_words |= _long(words, explained)
    return LessonReadability(
        f"{module.id}/{lesson.id}", sum(lengths), len(lengths), max(lengths, default=0), tuple(long_words)
    )


def _long(words: Iterable[str], explained: frozenset[str]) -> dict[str, None]:
    return {word: None for word in words if len(word) >= LONG_WORD and word not in explained}


def _texts(module: Module) -> Iterator[tuple[Lesson, Path_, str]]:
    for number, lesson in enumerate(module.lessons):
        for path, text in _texts_of(lesson, ("lessons", number)):
            yield lesson, path, text


def _texts_of(lesson: Lesson, start: Path_) -> Iterator[tuple[Path_, str]]:
    """Give each text that a trainee reads in a lesson, with its path in the module's file."""
    for number, block in enumerate(lesson.blocks):
        if block.type == "instructor":
            continue
        for path, part in walk(block, (*start, "blocks", number)):
            fields = vars(part)  # asking a model for what it has not is slow
            for name in _PROSE:
                if name in fields:
                    yield from _strings(fields[name], (*path, name))


def _strings(value: object, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from _strings(entry, (*path, number))


def _sentences(text: str) -> Iterator[str]:
    for paragraph in _PARAGRAPH_END.split(text):
        marker = _MARKER.match(paragraph)
        yield from sentences(paragraph[marker.end() :] if marker else paragraph)


def _explained_words(course: Course) -> frozenset[str]:
    texts = (text for term in course.glossary.terms for text in (term.term, term.expansion or "", *term.forms))
    return frozenset(word for text in texts for word in words_of(text))


def _folded(text: str) -> str:
    return " ".join(text.lower().replace("*", "").split())


def _is_english(course: Course) -> bool:
    return course.info.language.partition("-")[0].lower() == "en"
