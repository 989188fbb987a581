"""Item-writing lint: tells an author which items give themselves away, mislead, or lack a part.

The rules and their sources are in `rules`; what is measured about their precision and recall, on labelled items, is in
the tests.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, Protocol

from kitbag.findings import Finding, Place, Severity, did_you_mean, in_order
from kitbag.questions.lint.banks import key_position, longest_key_often, true_false_balance
from kitbag.questions.lint.forms import keys_in_stems
from kitbag.questions.lint.rules import BY_CODE, ITEM_RULES, RULES, Rule
from kitbag.questions.lint.sketch import Sketch, sketches_of
from kitbag.questions.lint.subject import Subject, subjects_of
from kitbag.questions.model import ItemBank

__all__ = ["RULES", "Places", "Rule", "lint"]

WHOLE_COURSE: Final = Place("questions")
"""The place of what is said about all banks together."""


class Places(Protocol):
    """Tells where a value of a course file stands."""

    def at(self, file: str, *path: str | int) -> Place:
        """Return the place of the value at a path."""


def lint(
    banks: Sequence[ItemBank],
    places: Places,
    *,
    language: str = "en",
    terms: Collection[str] = (),
    seed: str = "",
    sketches: dict[str, Sketch] | None = None,
) -> list[Finding]:
    """Look at every item, bank and possible form, and return what the rules find, waivers taken into account.

    Args:
        banks: the item banks of the course, each from `questions/{module}.yaml`.
        places: where each value stands.
        language: the language of the course (BCP 47); rules about English words apply to English only.
        terms: words of the glossary, in any form; they may stand in stem and key alike.
        seed: the seed with which options are shuffled where the items are first shown.
        sketches: gets a sketch of each bank by its module.
    """
    subjects = list(subjects_of(banks, language=language, terms=terms, seed=seed))
    waivers = _Waivers(subjects)
    meeting: set[str] = set()
    findings = [
        *_of_items(subjects, places, waivers),
        *_of_forms(subjects, places, waivers, meeting),
        *_of_banks(banks, subjects, places, waivers),
        *(_uncited_stimuli(banks, places)),
    ]
    if sketches is not None:
        sketches |= sketches_of(banks, subjects, meeting)
    return in_order([*findings, *waivers.findings(places)])


class _Waivers:
    """The waivers of all items: which rule is set aside where, and which waiver was needed."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._all = [(subject, n, waiver.rule) for subject in subjects for n, waiver in enumerate(subject.item.waivers)]
        self._waived = {(subject.item.id, rule) for subject, _, rule in self._all}
        self._needed: set[tuple[str, str]] = set()

    def cover(self, subject: Subject, code: str) -> bool:
        """Tell whether the item sets this rule aside, and remember that it had to."""
        if (subject.item.id, code) not in self._waived:
            return False
        self._needed.add((subject.item.id, code))
        return True

    def findings(self, places: Places) -> Iterator[Finding]:
        """Find waivers of rules that do not exist, and waivers that nothing needs."""
        for subject, number, rule in self._all:
            place = places.at(_file(subject), "items", subject.number, "waivers", number, "rule")
            if rule not in BY_CODE:
                message = f'{subject.item.id}: There is no lint rule "{rule}".'
                hint = did_you_mean(rule, BY_CODE) or f"The rules are {', '.join(sorted(BY_CODE))}."
                yield Finding("unknown-rule", place, message, hint)
            elif (subject.item.id, rule) not in self._needed:
                message = f'{subject.item.id}: The waiver of "{rule}" is not needed.'
                yield Finding("unused-waiver", place, message, "Delete it.", Severity.NOTE)


def _of_items(subjects: Sequence[Subject], places: Places, waivers: _Waivers) -> Iterator[Finding]:
    for subject in subjects:
        for code, severity, english, check in ITEM_RULES:
            if english and not subject.english:
                continue
            for flaw in check(subject):
                if not waivers.cover(subject, code):
                    place = places.at(_file(subject), "items", subject.number, *flaw.path)
                    yield Finding(code, place, f"{subject.item.id}: {flaw.message}", flaw.hint, severity)


def _of_forms(subjects: Sequence[Subject], places: Places, waivers: _Waivers, meeting: set[str]) -> Iterator[Finding]:
    rule = BY_CODE["key-in-other-stem"]
    for giver, answered, key in keys_in_stems(subjects, meeting):
        covered = [waivers.cover(subject, rule.code) for subject in (giver, answered)]
        if not any(covered):
            place = places.at(_file(giver), "items", giver.number, "stem")
            message = (
                f'{giver.item.id}: The stem holds the key of {answered.item.id}, "{key}", and both can be on one form.'
            )
            hint = f'Reword one of them, or add "enemies: [{answered.item.id}]".'
            yield Finding(rule.code, place, message, hint, rule.severity)


def _of_banks(
    banks: Sequence[ItemBank], subjects: Sequence[Subject], places: Places, waivers: _Waivers
) -> Iterator[Finding]:
    """Run the rules about banks over each bank, and over all of them where each by itself is well."""
    checks: tuple[tuple[str, Callable[[Sequence[Subject]], Iterator[tuple[str, str]]]], ...] = (
        ("longest-key-often", longest_key_often),
        ("key-position", key_position),
        ("true-false-balance", true_false_balance),
    )
    for code, check in checks:
        # An item that waives the rule is left out of the count.
        counted = [subject for subject in subjects if not waivers.cover(subject, code)]
        of_module: dict[str, list[Subject]] = {}
        for subject in counted:
            of_module.setdefault(subject.bank.module, []).append(subject)
        found = [
            Finding(code, places.at(f"questions/{module}.yaml", "items"), message, hint, BY_CODE[code].severity)
            for module, chosen in of_module.items()
            for message, hint in check(chosen)
        ]
        if not found and len(banks) > 1:
            found = [
                Finding(code, WHOLE_COURSE, f"All banks together: {message}", hint, BY_CODE[code].severity)
                for message, hint in check(counted)
            ]
        yield from found


def _uncited_stimuli(banks: Sequence[ItemBank], places: Places) -> Iterator[Finding]:
    for bank in banks:
        for number, stimulus in enumerate(bank.stimuli):
            if not stimulus.cites and not stimulus.uncited:
                place = places.at(f"questions/{bank.module}.yaml", "stimuli", number)
                message = f"{stimulus.id}: The stimulus does not say what it rests on."
                yield Finding("uncited", place, message, 'Add "cites: [P1]", or "uncited:" with the reason.')


def _file(subject: Subject) -> str:
    return f"questions/{subject.bank.module}.yaml"
