"""Rules about what an item has to bring along, and what its form gives away."""

from collections.abc import Iterator
from typing import assert_never

from kitbag.questions.lint.subject import Flaw, Subject
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)


def missing_feedback(subject: Subject) -> Iterator[Flaw]:
    """Find a wrong option that tells a trainee nothing who chose it."""
    match subject.item:
        case SingleChoice() | MultipleResponse():
            missing = [number for number in subject.wrong if not subject.item.options[number].feedback]
            if missing:
                names = ", ".join(f'"{subject.item.options[number].id}"' for number in missing)
                message = f"The wrong option {names} has" if len(missing) == 1 else f"The wrong options {names} have"
                hint = "Tell a trainee who chose it why it is wrong."
                yield Flaw(("options", missing[0]), f"{message} no feedback.", hint)
        case TrueFalse():
            side = "false" if subject.item.key else "true"
            if not getattr(subject.item.feedback, side):
                message = f'The wrong answer "{side}" has no feedback.'
                yield Flaw(("feedback",), message, "Tell a trainee who chose it why it is wrong.")
        case Matching() | Ordering() | Numeric() | ShortAnswer() | Cloze() | Categorise() | Essay():
            pass  # No list of wrong options to choose from.
        case _:
            assert_never(subject.item)


def uncited(subject: Subject) -> Iterator[Flaw]:
    """Find an item that neither cites a passage nor says why it cites none."""
    if not subject.item.cites and not subject.item.uncited:
        message = "The item does not say what it rests on."
        yield Flaw((), message, 'Add "cites: [P1]", or "uncited:" with the reason.')


def forced_last_pair(subject: Subject) -> Iterator[Flaw]:
    """Find a matching whose last pair is forced: as many responses as premises, each used once."""
    if isinstance(subject.item, Matching):
        used = {premise.match for premise in subject.item.premises}
        if len(used) == len(subject.item.premises) == len(subject.item.responses):
            message = "Each response is used once and none is left over, so the last pair needs no knowledge."
            yield Flaw(("responses",), message, "Add a response that fits nothing, or let one serve twice.")
