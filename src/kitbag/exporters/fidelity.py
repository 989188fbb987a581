"""What a format carries of each item, and what it cannot: the ladder native, equivalent, decomposed, refused.

Nothing is lost in silence: every change and every loss is a `Note` on the item's `Row`, which the report beside the
export lists (see `fidelity_report`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kitbag.findings import Finding, Place, Severity
from kitbag.rendering.catalogue import Catalogue

_FEW: Final = 5
"""More items than these are told of a loss together."""
_NAMED: Final = 3
"""So many of them by name."""


class Rung(StrEnum):
    """How an item is carried, best first."""

    NATIVE = "native"
    """The format has this type."""
    EQUIVALENT = "equivalent"
    """Carried as another type that takes the same responses and gives the same marks."""
    DECOMPOSED = "decomposed"
    """Carried as several items, one for each part."""
    REFUSED = "refused"
    """Not carried: the format would ask something else or mark it wrongly."""

    @property
    def depth(self) -> int:
        """How far down the ladder it is: 0 for native."""
        return list(Rung).index(self)


class Kind(StrEnum):
    """How much a note matters."""

    CHANGE = "change"
    """Told in another way; nothing is missing."""
    LOSS = "loss"
    """Something of the item does not arrive; an error under `--strict`."""


@dataclass(frozen=True, slots=True)
class Note:
    """One difference between an item and what the format makes of it."""

    code: str
    """Names the text in the catalogue, under `exports.notes`."""
    kind: Kind
    values: tuple[tuple[str, str], ...] = ()
    """What fills the gaps of that text."""

    def text(self, catalogue: Catalogue) -> str:
        """Return the note as a whole sentence."""
        return catalogue.text(f"exports.notes.{self.code}", **dict(self.values))


def change(code: str, **values: object) -> Note:
    """Return a note on something that is told in another way."""
    return Note(code, Kind.CHANGE, tuple((name, str(value)) for name, value in values.items()))


def loss(code: str, **values: object) -> Note:
    """Return a note on something that does not arrive."""
    return Note(code, Kind.LOSS, tuple((name, str(value)) for name, value in values.items()))


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one item, or of one test drawn from the bank."""

    subject: str
    """The id of the item or test."""
    type: str
    """The item type, or `test`."""
    rung: Rung
    notes: tuple[Note, ...] = ()

    @property
    def lossy(self) -> bool:
        """Whether anything of it does not arrive."""
        return self.rung is Rung.REFUSED or any(note.kind is Kind.LOSS for note in self.notes)


def findings_of(
    rows: Sequence[Row], title: str, place_of: Callable[[str], Place], catalogue: Catalogue, *, strict: bool
) -> list[Finding]:
    """Return a finding for each row that loses something: errors under `--strict`, else warnings.

    A warning that more than a few rows would repeat is given once, with the first of them; the report lists them all.
    """
    severity = Severity.ERROR if strict else Severity.WARNING
    findings = []
    alike = {} if strict else _alike(rows)
    for note, sharers in alike.items():
        shown = ", ".join(row.subject for row in sharers[:_NAMED])
        message = f"{title} carries {len(sharers)} items with a loss: {shown} and {len(sharers) - _NAMED} more."
        place = place_of(sharers[0].subject)
        findings.append(Finding("export-loss", place, f"{message} {note.text(catalogue)}", severity=severity))
    for row in rows:
        refused = row.rung is Rung.REFUSED
        losses = [note for note in row.notes if note.kind is Kind.LOSS and (refused or note not in alike)]
        if losses or refused:
            reasons = " ".join(note.text(catalogue) for note in losses)
            verdict = "cannot carry it." if refused else "carries it with a loss."
            findings.append(
                Finding(
                    code="export-refused" if refused else "export-loss",
                    place=place_of(row.subject),
                    message=f"{row.subject}: {title} {verdict} {reasons}",
                    severity=severity,
                )
            )
    return findings


def _alike(rows: Sequence[Row]) -> dict[Note, list[Row]]:
    """Return the losses that many items share, with the items."""
    sharers: dict[Note, list[Row]] = {}
    for row in rows:
        if row.rung is not Rung.REFUSED and row.type != "test":
            for note in row.notes:
                if note.kind is Kind.LOSS:
                    sharers.setdefault(note, []).append(row)
    return {note: found for note, found in sharers.items() if len(found) > _FEW}
