"""What the rules that look at several banks read of one: enough to tell whether a changed bank concerns the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from kitbag.questions.lint.forms import LONGEST_KEY, telling_keys
from kitbag.questions.lint.subject import Subject
from kitbag.questions.model import ItemBank, SingleChoice, TrueFalse, Use

Sketch = dict[str, Any]
"""A sketch as JSON holds it.

`counted`: what the rules about banks count of each item. `keys`, `stems`: the words of the test items' keys and stems,
which may meet those of any bank. `meets`: whether one of them does.
"""


def sketches_of(banks: Sequence[ItemBank], subjects: Iterable[Subject], meeting: Collection[str]) -> dict[str, Sketch]:
    """Return a sketch of each bank, by its module.

    Args:
        banks: the banks.
        subjects: their items.
        meeting: the modules whose banks have a key or stem that meets another bank's.
    """
    made: dict[str, Sketch] = {
        bank.module: {"counted": [], "keys": [], "stems": [], "meets": bank.module in meeting} for bank in banks
    }
    for subject in subjects:
        sketch = made[subject.bank.module]
        sketch["counted"].append(_counted(subject))
        if subject.item.use is not Use.PRACTICE:
            sketch["stems"].append(_apart(subject.stem.words))
            sketch["keys"] += [_apart(words) for words, _ in telling_keys(subject)]
    return made


def concerns_others(new: Sketch, old: Sketch, others: Mapping[str, Sketch]) -> bool:
    """Tell whether what changed in a bank can change what is found in another bank, or in all of them together."""
    if old["meets"] or new["counted"] != old["counted"]:
        return True
    keys = set(new["keys"]).difference(old["keys"])
    stems = set(new["stems"]).difference(old["stems"])
    if keys and any(key in stem for other in others.values() for stem in other["stems"] for key in keys):
        return True
    known = {key for other in others.values() for key in other["keys"]} if stems else set()
    return any(run in known for stem in stems for run in _runs(stem.split()))


def _apart(words: Iterable[str]) -> str:
    """Return words as text in which whole words are found: with a space on either side."""
    return f" {' '.join(words)} "


def _runs(words: Sequence[str]) -> Iterable[str]:
    return (
        _apart(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + LONGEST_KEY, len(words)) + 1)
    )


def _counted(subject: Subject) -> list[Any]:
    """Return what the rules of `banks` count of an item, and the rules it sets aside."""
    item = subject.item
    counted: list[Any] = [waiver.rule for waiver in item.waivers]
    if isinstance(item, TrueFalse):
        counted.append(item.key)
    if isinstance(item, SingleChoice) and subject.key is not None and subject.wrong:
        stands_out = len(subject.options[subject.key].text) > subject.longest_wrong
        counted += [len(subject.options), stands_out, subject.shown]
    return counted
