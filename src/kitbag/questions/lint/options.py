"""Rules about the options of an item: length, likeness, number, and what they give away.

H: Haladyna, Downing and Rodriguez 2002. N: the item-writing guide of the NBME. T: Tarrant and others 2009.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from kitbag.findings import listed
from kitbag.questions.lint.numbers import interval_of
from kitbag.questions.lint.subject import Flaw, Subject
from kitbag.questions.lint.words import ENGLISH_STOP_WORDS, Phrase, carries_content, stem_of, word_list
from kitbag.questions.model import MultipleResponse, SingleChoice

LONGER: Final = 1.3
"""A key this many times as long as the longest distractor stands out."""
LONGER_BY: Final = 8
"""And it has to be this many characters longer: one long name among short ones is no cue."""
ALIKE: Final = 0.9
"""Two options with more than this ratio of matching characters are near-duplicates."""
HUB: Final = 1.5
"""Distractors share so many times as many words with a key in which they meet as with each other."""
MOST_MISSPELT: Final = 2
"""Content words, of two options together, that may differ in spelling where the options say the same."""
MOST_DIFFERENT: Final = 12
"""Words, of two options together, that may differ where the options say the same."""
LONG_TEXT: Final = 300
LONG_WORD: Final = 40
MOST_OPTIONS: Final = 4

_ALL_OR_NONE: Final = re.compile(
    r"\b(?:all|none|both|any|neither|each|either)(?: (?:two|three|four))?(?: of)? (?:the )?"
    r"(?:above|preceding|foregoing)\b"
    r"|^(?:all|none|both|any|neither) of (?:these|them|those|the (?:other )?(?:options|answers|choices|others))\b"
    r"|^(?:all|none|no) (?:the |of the )?(?:other )?(?:answers?|options?|choices?)(?: listed| given| here)?"
    r"(?: (?:is|are) (?:correct|right|true|wrong|valid))?\W*$",
    re.IGNORECASE,
)
_ALL_OR_NONE_WORDS: Final = word_list("all none both any neither each either no")
_LABEL: Final = r"(?:(?:options?|answers?) )?(?:\(?[a-h]\)?|\(?[1-8]\)|\(?i{1,3}v?\)?)"
_COMBINED: Final = re.compile(
    rf"^(?:both |only |neither )?{_LABEL}(?:(?:,| and| or| &| nor|, and) {_LABEL})+"
    rf"(?: only| are (?:correct|right|true)| but not {_LABEL})?\W*$",
    re.IGNORECASE,
)
_BARE_NUMBERS: Final = re.compile(r"^(?:both |only )?[1-8](?:, [1-8])*,? and [1-8](?: only)?\W*$", re.IGNORECASE)
_JOINT: Final = re.compile(r", and |, or | and | or |, | & | plus | as well as ")
_JOINTS: Final = frozenset(("and", "or", "nor", "plus", "as"))
_NEGATIONS: Final = frozenset(("no", "nor", "not", "never", "without", "neither", "none", "cannot", "can't", "don't"))
_RELATIONS: Final = word_list(
    """above after all any before behind below between both by down during each either every few first for from he her
    his in into its last least less many more most my neither off on one only our out over she some than their through
    to two under until up we with within without you your"""
)
"""Stop words that change what an option says."""


def longest_key(subject: Subject) -> Iterator[Flaw]:
    """Find a key that is at least 1.3 times as long as the longest distractor (H, N)."""
    if not subject.right or not subject.wrong:
        return
    lengths = [len(option.text) for option in subject.options]
    shortest = min(subject.right, key=lengths.__getitem__)  # of several keys, all must stand out
    longest = subject.longest_wrong
    if lengths[shortest] >= LONGER * longest and lengths[shortest] - longest >= LONGER_BY:
        message = f"The key has {lengths[shortest]} characters and the longest wrong option {longest}."
        yield Flaw(("options", shortest, "text"), message, "Shorten the key, or make a wrong option as full.")


def stem_word_in_key(subject: Subject) -> Iterator[Flaw]:
    """Find a content word of the stem that comes back in the key and in no distractor, glossary terms apart (N)."""
    if not subject.right or not subject.wrong:
        return
    shared = subject.stem.content.intersection(*(subject.options[number].content for number in subject.right))
    for number in subject.wrong:
        shared -= subject.options[number].content
    shared -= subject.terms
    if all(word.isdigit() for word in shared):  # a number may well be part of question and answer
        return
    if not any(_names_all_or_none(subject.options[number]) for number in subject.right):
        key = min(subject.right)
        words = [w for w in dict.fromkeys(subject.options[key].words) if stem_of(w, english=subject.english) in shared]
        message = f"Of all options only the key repeats {_quoted(words)} from the stem."
        yield Flaw(("options", key, "text"), message, "Use another word, or use it in a wrong option too.")


def near_duplicate_options(subject: Subject) -> Iterator[Flaw]:
    """Find two options that say the same: equal when normalised, or nearly so (ratio above 0.9).

    Options that are alike but for a word of content, a number or a word such as `before` are parallel, which is good
    writing, and no finding.
    """
    letters = ["".join(option.words) for option in subject.options]
    for (one, first), (other, second) in combinations(enumerate(subject.options), 2):
        if letters[one] == letters[other]:
            # Punctuation and hyphens apart; options without any word are told apart by what they show.
            same = bool(letters[one]) or first.text == second.text
        else:
            alike = len(first.content ^ second.content) <= MOST_MISSPELT
            same = alike and _nearly_same(first, second, english=subject.english)
        if same:
            message = f'This option says the same as "{first.text}".'
            yield Flaw(("options", other, "text"), message, "Replace one of the two.")


def _nearly_same(one: Phrase, other: Phrase, *, english: bool) -> bool:
    shorter, longer = sorted((len(one.text), len(other.text)))
    if 2 * shorter <= ALIKE * (shorter + longer):
        # Too unlike in length for the ratio, unless only small words were added.
        return english and len(one.words) != len(other.words) and _only_small_words_differ(one, other, english=english)
    if english and _parts(one) == _parts(other) and len(_parts(one)) > 1:
        return True
    if not _only_small_words_differ(one, other, english=english):
        return False
    if one.content == other.content and len(one.content) > 1:
        return one.words != other.words[::-1] and _in_same_order(one, other, english=english)
    if longer > LONG_TEXT:  # where so few words differ, the ratio is above the bar, and costly
        return len(one.words) == len(other.words)
    left, right = " ".join(one.words), " ".join(other.words)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE


def _parts(phrase: Phrase) -> frozenset[str]:
    return frozenset(_JOINT.split(phrase.text.lower().strip(" .")))


def _in_same_order(one: Phrase, other: Phrase, *, english: bool) -> bool:
    return [stem_of(w) for w in one.words if carries_content(w, english=english)] == [
        stem_of(w) for w in other.words if carries_content(w, english=english)
    ]


def _only_small_words_differ(one: Phrase, other: Phrase, *, english: bool) -> bool:
    left, right = Counter(one.words), Counter(other.words)
    gone, new = list((left - right).elements()), list((right - left).elements())
    if len(gone) + len(new) > MOST_DIFFERENT:
        return False
    for word in tuple(gone):
        twin = next((other for other in new if _near_spelling(word, other, english=english)), None)
        if twin is not None:
            gone.remove(word)
            new.remove(twin)
    if not english:
        return not gone and not new
    return all(word in ENGLISH_STOP_WORDS and word not in _RELATIONS and word not in _NEGATIONS for word in gone + new)


def _near_spelling(one: str, other: str, *, english: bool) -> bool:
    """Tell whether two words are the same word inflected or misspelt; `increase` and `decrease` are not."""
    if not (one.isalpha() and other.isalpha()) or not 4 <= min(len(one), len(other)) <= LONG_WORD:
        return False
    if english and stem_of(one) == stem_of(other) and abs(len(one) - len(other)) <= 2:
        return True
    if one[:3] != other[:3] or min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > ALIKE


def overlapping_numbers(subject: Subject) -> Iterator[Flaw]:
    """Find options of a single choice that are ranges with a number in common."""
    if not isinstance(subject.item, SingleChoice):
        return
    found = [(number, interval_of(option.text)) for number, option in enumerate(subject.options)]
    intervals = [(number, interval) for number, interval in found if interval is not None]
    if not any(interval.is_range for _, interval in intervals):
        return
    for (one, first), (other, second) in combinations(intervals, 2):
        if first.unit == second.unit and first.overlaps(second):
            message = f'This option overlaps with "{subject.options[one].text}".'
            yield Flaw(("options", other, "text"), message, "Let each number fall into one option only.")
            return


def few_distractors(subject: Subject) -> Iterator[Flaw]:
    """Find a multiple response with fewer than two wrong options: the partial rule divides by their number."""
    if isinstance(subject.item, MultipleResponse) and len(subject.wrong) < 2:
        number = "only one wrong option" if subject.wrong else "no wrong option"
        yield Flaw(("options",), f"A multiple response needs two wrong options; this one has {number}.", "Write more.")


def all_or_none(subject: Subject) -> Iterator[Flaw]:
    """Find "all of the above" and its kin where the options are shuffled (N)."""
    yield from _all_or_none(subject, shuffled=True)


def all_or_none_in_order(subject: Subject) -> Iterator[Flaw]:
    """Find "all of the above" and its kin where the options keep their order (N)."""
    yield from _all_or_none(subject, shuffled=False)


def _all_or_none(subject: Subject, *, shuffled: bool) -> Iterator[Flaw]:
    if not isinstance(subject.item, (SingleChoice, MultipleResponse)) or subject.item.shuffle is not shuffled:
        return
    for number, option in enumerate(subject.options):
        if len(option.words) <= 8 and _names_all_or_none(option):
            why = "is shuffled to any place" if shuffled else "rewards knowing a part"
            message = f'"{option.text}" {why}.'
            yield Flaw(("options", number, "text"), message, "Make it a multiple response, or write a plain option.")


def _names_all_or_none(option: Phrase) -> bool:
    return not _ALL_OR_NONE_WORDS.isdisjoint(option.words) and _ALL_OR_NONE.search(option.text) is not None


def combined_options(subject: Subject) -> Iterator[Flaw]:
    """Find options that join others: "A and B", or the texts of two others in one (H)."""
    whole: set[str] = set()
    for number, option in enumerate(subject.options):
        if _JOINTS.isdisjoint(option.words) and "," not in option.text and "&" not in option.text:
            continue
        whole = whole or {" ".join(option.words) for option in subject.options}
        parts = [
            part.removeprefix("both ").strip(" .") for part in _JOINT.split(option.text.lower()) if part.strip(" .")
        ]
        joined = len(parts) > 1 and all(part in whole for part in parts)
        if joined or joins_labels(option.text):
            message = f'"{option.text}" joins other options.'
            yield Flaw(
                ("options", number, "text"), message, "Make it a multiple response, or let each option stand alone."
            )


def joins_labels(text: str) -> bool:
    """Tell whether an option names others by their letters or numbers: `A and B only`."""
    return _COMBINED.match(text) is not None or _BARE_NUMBERS.match(text) is not None


def convergence(subject: Subject) -> Iterator[Flaw]:
    """Find a key in which the distractors meet: it shares several words with them, and they few with each other (N)."""
    if subject.key is None or len(subject.wrong) < 3:
        return
    wanted = subject.options[subject.key].content
    others = [subject.options[number].content for number in subject.wrong]
    if sum(map(wanted.isdisjoint, others)) > 1:
        return
    everywhere = wanted.intersection(*others)
    if everywhere:
        wanted, others = wanted - everywhere, [other - everywhere for other in others]
    with_key = [len(other & wanted) for other in others]
    meeting = wanted.intersection(frozenset().union(*others))
    if len(meeting) < 2 or with_key.count(0) > 1:
        return
    pairs = [(i, j, len(others[i] & others[j])) for i, j in combinations(range(len(others)), 2)]
    if _mean(with_key) < HUB * _mean([shared for *_, shared in pairs]):
        return
    # The key is the hub: any two distractors share less with each other than with it,
    nearer = all(shared <= with_key[i] and shared <= with_key[j] for i, j, shared in pairs)
    # and none of them would do as well in its place, as a mirror image of the key does.
    alone = all(
        sum(shared for i, j, shared in pairs if n in {i, j}) < sum(with_key) - with_key[n] for n in range(len(others))
    )
    if nearer and alone:
        words = subject.options[subject.key].words
        told = listed(w for w in dict.fromkeys(words) if stem_of(w, english=subject.english) in meeting)
        message = f"The key shares more words ({told}) with the other options than any of them."
        hint = "Vary the options, so that the commonest words lead nowhere."
        yield Flaw(("options", subject.key, "text"), message, hint)


def _mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / len(numbers)


def many_options(subject: Subject) -> Iterator[Flaw]:
    """Find a single choice with more than four options: the further ones are seldom chosen (T)."""
    if isinstance(subject.item, SingleChoice) and len(subject.options) > MOST_OPTIONS:
        message = f"It has {len(subject.options)} options; three or four do as well."
        yield Flaw(("options",), message, "Delete the weakest.")


def _quoted(words: Sequence[str]) -> str:
    return listed([f'"{word}"' for word in words])
