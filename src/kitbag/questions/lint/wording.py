"""Rules about how stem and options are worded. All but one are about English words.

H: Haladyna, Downing and Rodriguez 2002. N: the item-writing guide of the NBME.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from kitbag.questions.lint.options import joins_labels
from kitbag.questions.lint.subject import Flaw, Subject
from kitbag.questions.lint.words import question_of, sentences, word_list
from kitbag.questions.model import (
    Categorise,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

FEWEST_WORDS: Final = 3
"""Words that pose a problem in English: "What is KFOR?" does, "Which one?" does not. A question in a language that says
more in one word may have one."""

_QUESTION_MARKS: Final = ("?", "\uff1f", "\u061f", "\u2e2e", "\u037e", "\u055e", "\u1367")
"""Those of Latin, full-width, Arabic, mirrored, Greek, Armenian and Ethiopic writing."""
_TASKS: Final = word_list(
    """add answer apply arrange assign calculate categorise categorize check choose classify combine compare complete
    compute connect convert decide define describe determine discuss draft drag draw enter estimate evaluate expand
    explain fill find give group identify indicate judge justify label link list mark match name number order outline
    pair pick place plan point propose put rank read rearrange say select sequence show sort spell state suggest tell
    tick translate type use work write"""
)
"""Verbs that tell a trainee what to do."""

_CONTINUES: Final = word_list(
    """a about after an and are as at be because been before being by called can could did do does during for from had
    has have if in into involves is known like may means might must named needs of on onto or requires says shall should
    shows than that the through to under until using was were when where which while who will with would"""
)
"""Words that no sentence ends with: the options go on from here."""

_VERBS: Final = word_list(
    """am are be become becomes been begins belongs calls can causes comes consists contains could did do does ends
    follows gives goes had has have helps holds includes involves is keeps leads lies makes may means might must needs
    occurs requires says serves shall should shows stands starts supports takes tells uses was were will works
    would"""
)
_RELATIVES: Final = frozenset(("that", "which", "who", "whose", "where", "when"))

_EMPHASIS: Final = re.compile(r"\*\*?[^*]+\*\*?|__?[^_]+__?|\b[A-Z]{2,}\b")
_NEGATIVE: Final = r"(?:not|except|least|never|cannot|incorrect|incorrectly|untrue|false|wrong|wrongly|\w+n['’]t)"  # noqa: RUF001
_NEGATIVE_WORDS: Final = word_list("not except least never cannot incorrect incorrectly untrue false wrong wrongly")
_ENDS_IN_NOT: Final = re.compile(r"\w+n['’]t$").match  # noqa: RUF001
_NEGATION: Final = re.compile(rf"\b{_NEGATIVE}\b", re.IGNORECASE)
_CLAUSE: Final = re.compile(
    r"\b(?:if|when|because|although|though|unless|since|whether|so that|why)\b|\bthat\b|\bwho\b(?<!^who)", re.IGNORECASE
)
_ASKS: Final = re.compile(r"\b(?:which|what|who|whom|whose|where|when|how)\b", re.IGNORECASE)
_NOT_NEGATIVE: Final = re.compile(
    r"\bnot (?:only|just|merely)\b|\bor not\b|\bat least\b|\bwhat (?:is|was|went|goes|has gone) wrong\b|\bwrong with\b"
    r"|\blast but not least\b|\btrue or false\b|\b(?:is|are) not (?:in|on|at|working|there)\b"
    r"|\bfalse (?:alarm|teeth|start|echo)\w*\b",
    re.IGNORECASE,
)

_ABSOLUTE: Final = re.compile(
    r"\b(?:always|(?<!was )(?<!were )(?<!had )never|only|invariably|solely|exclusively|absolutely|entirely|"
    r"completely|totally|under no circumstances|in (?:all|every) (?:case|circumstance|situation)s?|"
    r"without exception|at all times|every single)\b",
    re.IGNORECASE,
)
_VAGUE: Final = re.compile(
    r"\b(?:usually|often|sometimes|frequently|generally|occasionally|rarely|seldom|typically|normally|mostly|commonly|"
    r"as a rule|in (?:most|many|some) cases|most of the time|from time to time|now and then|in general|hardly ever|"
    r"almost (?:always|never)|quite often|once in a while|more often than not|tends? to|for the most part)\b",
    re.IGNORECASE,
)
_ABSOLUTE_WORDS: Final = word_list(
    """always never only invariably solely exclusively absolutely entirely completely totally circumstances case cases
    circumstance situation situations exception times single"""
)
_VAGUE_WORDS: Final = word_list(
    """usually often sometimes frequently generally occasionally rarely seldom typically normally mostly commonly rule
    cases time now general ever almost once not tend tends part"""
)
"""A text without any of these words needs no closer look."""
_VOWEL_SOUND: Final = re.compile(
    r"(?:hour|honest|honou?r|heir|[aeiou](?<!u)|u(?!n[aeiou]|s[aeu]|ti|ter|ro|k|b[io]))", re.IGNORECASE
)
_CONSONANT_SOUND: Final = re.compile(r"(?:eu|ewe|one\b|once\b|ouija|uni(?!n|m)|use|usu|uti|ute)", re.IGNORECASE)
_SINGULAR_START: Final = re.compile(r"^(?:an?|one|this|that|each|every|another)\b", re.IGNORECASE)
_PLURAL_START: Final = re.compile(r"^(?:two|three|four|five|six|several|many|these|those|both|few)\b", re.IGNORECASE)
_ENDS_IN_S: Final = re.compile(r"[a-z]{2,}(?<![su'’i])s$", re.IGNORECASE)  # noqa: RUF001 - typographic apostrophe
_PREPOSITION: Final = re.compile(
    r"\s(?:of|in|on|at|for|with|from|by|to|under|over|between|that|which|who|about)\s.*", re.IGNORECASE
)


def unfocused_stem(subject: Subject) -> Iterator[Flaw]:
    """Find a stem without a question mark and without a lead-in, or of too few words to mean anything (H, N)."""
    if not isinstance(
        subject.item, (SingleChoice, MultipleResponse, Matching, Ordering, Categorise, Numeric, ShortAnswer)
    ):
        return
    if _is_too_short(subject):
        words = len(subject.stem.words)
        message = f"The stem has {words} word{'s' * (words != 1)}, too few to pose a problem."
        yield Flaw(("stem",), message, "Write a whole question.")
    elif subject.options and not _asks_something(subject):
        message = "The stem neither asks a question nor leads into the options."
        yield Flaw(("stem",), message, "End it with a question, or say what to do.")


def _is_too_short(subject: Subject) -> bool:
    if len(subject.stem.words) >= FEWEST_WORDS or not subject.spaced:
        return False
    if subject.options and not _has_question_mark(subject):
        return True
    # Elsewhere a question can be one word, and what is to be done follows from the kind of item.
    return subject.english and not _gives_a_task(subject.stem.text)


def _has_question_mark(subject: Subject) -> bool:
    text = subject.stem.text
    # Greek keyboards type a semicolon for the question mark.
    return any(mark in text for mark in _QUESTION_MARKS) or (not subject.english and text.endswith(";"))


def _asks_something(subject: Subject) -> bool:
    text = subject.stem.text
    if _has_question_mark(subject) or "__" in text:
        return True
    if not subject.english:
        return not text.endswith((".", "。"))
    last = sentences(text)[-1].rstrip()
    unfinished = not last.endswith((".", "!")) or last.endswith(("...", "…"))
    return _gives_a_task(text) or (unfinished and _leads_in(last))


def _gives_a_task(text: str) -> bool:
    """Tell whether a clause of an English text begins with a verb that tells a trainee what to do."""
    clauses = (clause for sentence in sentences(text) for clause in re.split(r"[,:;]\s+|\bthen ", sentence))
    first = (re.match(r"\W*(?:now |please |also |next,? |and )?(\w+)", clause, re.IGNORECASE) for clause in clauses)
    return any(found is not None and found[1].lower() in _TASKS for found in first)


def _leads_in(text: str) -> bool:
    """Tell whether an unfinished sentence is one that the options finish: it has a verb of its own."""
    words = [word.lower() for word in re.findall(r"\w+", text)]
    if not words:
        return False
    if words[-1] in _CONTINUES:
        return True
    verbs = sum(1 for word in words if word in _VERBS)
    in_clauses = sum(1 for before, word in pairwise(words) if before in _RELATIVES and word in _VERBS)
    return verbs > in_clauses


def negative_stem(subject: Subject) -> Iterator[Flaw]:
    """Find a question turned round by `not`, `except` or the like, without emphasis on that word (N)."""
    match subject.item:
        case SingleChoice() | MultipleResponse() | TrueFalse():
            pass
        case _:
            return
    if _NEGATIVE_WORDS.isdisjoint(subject.stem.words) and "n't" not in subject.stem.text.replace(
        "\N{RIGHT SINGLE QUOTATION MARK}", "'"
    ):
        return
    question = _EMPHASIS.sub("", question_of(subject.item.stem))
    question = _NOT_NEGATIVE.sub("", question)
    found = _NEGATION.search(question)
    if found is None:
        return
    if isinstance(subject.item, TrueFalse):
        if found[0].lower() in {"false", "wrong", "incorrect", "least"}:
            return
        message = f'The statement is negative ("{found[0]}"), which makes "false" hard to read.'
        yield Flaw(("stem",), message, "Say it positively, or set the word in bold.")
        return
    # "What do you do if the light does not work?" asks positively: the negation belongs to a clause of its own.
    clause = _CLAUSE.search(question)
    if (
        clause is None
        or found.start() < clause.start()
        or ((asks := _ASKS.search(question, clause.end())) and asks.start() < found.start())
    ):
        yield Flaw(
            ("stem",),
            f'The question is negative ("{found[0]}") without emphasis.',
            "Ask positively, or set the word in bold.",
        )


def absolute_term(subject: Subject) -> Iterator[Flaw]:
    """Find `always`, `never`, `only` in options and statements: test-wise readers take them for wrong (N)."""
    yield from _terms(subject, _ABSOLUTE, _ABSOLUTE_WORDS, "absolute", "Say when it holds, or leave the word out.")


def vague_term(subject: Subject) -> Iterator[Flaw]:
    """Find `usually`, `often` and the like in options and statements: everyone reads them differently (N)."""
    yield from _terms(subject, _VAGUE, _VAGUE_WORDS, "vague", "Give a number or a condition.")


def _terms(subject: Subject, pattern: re.Pattern[str], words: frozenset[str], kind: str, hint: str) -> Iterator[Flaw]:
    if isinstance(subject.item, TrueFalse):
        if match := pattern.search(subject.stem.text):
            yield Flaw(("stem",), f'The statement has the {kind} term "{match[0]}".', hint)
        return
    found = [
        (number, match)
        for number, option in enumerate(subject.options)
        if not words.isdisjoint(option.words)
        and (match := pattern.search(option.text))
        and not joins_labels(option.text)
    ]
    if found and not _in_every_option(subject, found):
        number, match = found[0]
        yield Flaw(("options", number, "text"), f'The option has the {kind} term "{match[0]}".', hint)


def _in_every_option(subject: Subject, found: list[tuple[int, re.Match[str]]]) -> bool:
    return len(found) == len(subject.options) and len({match[0].lower() for _, match in found}) == 1


def grammar_cue(subject: Subject) -> Iterator[Flaw]:
    """Find options that do not fit the end of the stem: `a` or `an`, `is` or `are` (N)."""
    if not subject.options or "?" in subject.stem.text or not subject.stem.words:
        return
    last = subject.stem.words[-1]
    if last in {"a", "an"}:
        misfits = [n for n, option in enumerate(subject.options) if _sound(option.text) not in {None, last}]
    elif last in {"is", "was", "are", "were"}:
        number = "one" if last in {"is", "was"} else "many"
        misfits = [n for n, option in enumerate(subject.options) if _number(option.text) not in {None, number}]
    else:
        return
    if misfits and len(misfits) < len(subject.options):
        message = f'After "{last}" this option is wrong English, which gives it away.'
        yield Flaw(("options", misfits[0], "text"), message, "Make every option fit the stem.")


def _sound(text: str) -> str | None:
    """Return the article the text asks for; None where it cannot be known."""
    word = re.match(r"\w+", text)
    if word is None or (word[0].isupper() and len(word[0]) > 1) or not word[0][0].isalpha():
        return None  # acronyms are read as letters or as words
    return "an" if _VOWEL_SOUND.match(word[0]) and not _CONSONANT_SOUND.match(word[0]) else "a"


def _number(text: str) -> str | None:
    """Return `one` or `many` for a noun phrase; None where it cannot be known."""
    text = text.strip(" .")
    if _SINGULAR_START.match(text):
        return "one"
    if _PLURAL_START.match(text):
        return "many"
    if re.search(r",| and ", text) or not text[:1].isalpha() or len(text.split()) > 6:
        return None
    head = _PREPOSITION.sub("", f"{text} ").strip()
    if len(head.split()) > 3 or head.split()[0].lower() in {
        "to",
        "in",
        "on",
        "at",
        "by",
        "not",
        "when",
        "because",
        "for",
    }:
        return None
    if _ENDS_IN_S.search(head) and not head[0].isupper():
        return "many"
    return None
