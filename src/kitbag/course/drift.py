"""What changed in a source document since it was recorded, and everything in the course that must be looked at."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, cast

from kitbag.course.documents.blocks import DocumentError, ReadDocument, ReadPassage
from kitbag.course.fingerprints import RUN, Sketch, fingerprint, run_values, words
from kitbag.course.matching import Change, Fate, Wording, fates
from kitbag.course.model import Course
from kitbag.course.provenance import PassageUse, UseKind, passage_of
from kitbag.course.sources import Document, Erratum, Observation, Passage
from kitbag.findings import did_you_mean, listed

LEAST_FOUND: Final = 0.2
"""Share of the recorded passages that a newer copy must hold in some wording to be taken for the same document."""
FIRST: Final = "-"
"""In `Observation.moved_after`: no passage comes before this one."""

_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some words of a passage as it reads now."""

    text: str
    is_new: bool
    """These words were not there, or not in this order."""
    cut_before: bool = False
    """Words that stood before this stretch are gone."""


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage of the newer copy that no recorded one became."""

    passage: ReadPassage
    after: str
    """The recorded passage that it follows; empty at the beginning."""


@dataclass(frozen=True, slots=True)
class PassageDrift:
    """What became of one passage."""

    passage: Passage
    fate: Fate
    now: tuple[tuple[Stretch, ...], ...]
    """How the passages read that it became, with what is new in them marked; empty where it is unchanged or gone."""
    locators: tuple[str, ...]
    """Where they are."""
    with_passages: tuple[str, ...]
    """The recorded passages it was merged with."""
    lost_figures: Mapping[int, tuple[str, ...]]
    """By fact: figures that the fact states and the passage does not state any more."""
    mended: tuple[Erratum, ...]
    """Recorded mistakes of the passage that the newer copy has put right, as far as figures tell."""
    uses: tuple[PassageUse, ...]
    """What rests on it: what cites a fact with lost figures first, then by the harm of a mistake."""
    observation: Observation | None
    """What to record until a person pins the passage again; None where there is nothing."""

    @property
    def retouched(self) -> bool:
        """Whether its words are the same and only capitals or punctuation changed."""
        return self.fate.change is Change.REWORDED and self.fate.similarity == 1

    @property
    def weight(self) -> float:
        """How bad it is, from 0 (unchanged) to 1 (gone)."""
        match self.fate.change:
            case Change.UNCHANGED:
                return 0.0
            case Change.MOVED:
                return 0.01
            case Change.GONE:
                return 1.0
            case _ if self.retouched:
                return 0.02
            case _:
                return min(0.99, max(0.05, 1 - self.fate.similarity) + (0.3 if self.lost_figures else 0.0))


@dataclass(frozen=True, slots=True)
class Drift:
    """A recorded document compared with a newer copy of it."""

    document: Document
    copy: ReadDocument
    day: date
    """When it was compared."""
    passages: tuple[PassageDrift, ...]
    """Every recorded passage, in the order of the document."""
    new: tuple[NewPassage, ...]
    """What the newer copy has in addition."""

    @property
    def changed(self) -> tuple[PassageDrift, ...]:
        """The passages that changed, worst first; among equals, what carries more of the course first."""
        changed = [drift for drift in self.passages if drift.fate.change is not Change.UNCHANGED]
        return tuple(sorted(changed, key=lambda drift: (-drift.weight, -len(drift.uses))))

    @property
    def affected(self) -> tuple[tuple[PassageDrift, PassageUse], ...]:
        """Everything in the course that rests on a changed passage, worst first, each with the change."""
        return tuple((drift, use) for drift in self.changed for use in drift.uses)

    def count(self, change: Change) -> int:
        """Return how many recorded passages had this fate."""
        return sum(drift.fate.change is change for drift in self.passages)


def compare(
    course: Course,
    copy: ReadDocument,
    *,
    today: date,
    uses: Mapping[str, Sequence[PassageUse]],
    document: str | None = None,
    anyway: bool = False,
) -> Drift:
    """Compare a newer copy with the recorded document.

    Args:
        course: the course, with the recorded documents.
        copy: the newer copy.
        today: the day of the comparison.
        uses: what rests on each passage, from `kitbag.course.provenance.usage`.
        document: the id of the recorded document; the one that the copy resembles most where absent.
        anyway: compare even where the copy hardly resembles the document.

    Raises:
        DocumentError: there is no such document, or the copy is none of it.
    """
    wanted = _candidates(course, document)
    copy = _resolved(copy, {passage.fingerprint.sha256 for one in wanted for passage in one.passages})
    new = [Wording((found := fingerprint(p.text)).sha256, Sketch.read(found.sketch)) for p in copy.passages]
    compared = [(candidate, *fates(_wordings(candidate), new)) for candidate in wanted]
    best, found_fates, unmatched = max(compared, key=lambda row: _found(row[1]))
    if _found(found_fates) < LEAST_FOUND and not anyway:
        raise DocumentError(
            f'{copy.name} does not look like a copy of "{best.title}": of its {len(best.passages)} passages, '
            f"{sum(fate.similarity > 0 for fate in found_fates)} are found in it. "
            "If it is one all the same, add --anyway."
        )
    return _drift(best, copy, found_fates, unmatched, today, uses)


def _candidates(course: Course, document: str | None) -> list[Document]:
    documents = [one for one in course.sources.documents if one.passages]
    if not documents:
        raise DocumentError('No document is recorded yet. Record one with "kitbag sources add".')
    if document is None:
        return documents
    named = [one for one in documents if one.id == document]
    if not named:
        ids = [one.id for one in documents]
        raise DocumentError(f'No document "{document}" is recorded. {did_you_mean(document, ids) or listed(ids)}')
    return named


def _resolved(copy: ReadDocument, recorded: AbstractSet[str]) -> ReadDocument:
    """Part passages at the ends of pages where the setting leaves it open and a recorded passage ends or begins."""
    passages: list[ReadPassage] = []
    for passage in copy.passages:
        start = 0
        if passage.seams and fingerprint(passage.text).sha256 not in recorded:
            for seam in passage.seams:
                before, after = passage.text[start:seam].strip(), passage.text[seam:]
                if recorded & {fingerprint(before).sha256, fingerprint(after).sha256}:
                    passages.append(ReadPassage(before, passage.locator))
                    start = seam
        passages.append(replace(passage, text=passage.text[start:]))
    return replace(copy, passages=tuple(passages))


def _wordings(document: Document) -> list[Wording]:
    try:
        return [
            Wording(p.fingerprint.sha256, Sketch.read(p.fingerprint.sketch), bool(p.history)) for p in document.passages
        ]
    except ValueError as error:
        raise DocumentError(f'A fingerprint of "{document.id}" in course/sources.yaml is damaged: {error}.') from None


def _found(found: Sequence[Fate]) -> float:
    return sum(fate.similarity > 0 for fate in found) / len(found)


def _drift(
    document: Document,
    copy: ReadDocument,
    found: Sequence[Fate],
    unmatched: Sequence[int],
    today: date,
    uses: Mapping[str, Sequence[PassageUse]],
) -> Drift:
    became: dict[int, list[Passage]] = {}
    for passage, fate in zip(document.passages, found, strict=True):
        for position in fate.became:
            became.setdefault(position, []).append(passage)
    drifts = []
    for passage, fate in zip(document.passages, found, strict=True):
        if fate.change is Change.GONE and passage.withdrawn:
            fate = Fate(Change.UNCHANGED)  # noqa: PLW2901 - a person has decided about it
        now = [copy.passages[position] for position in fate.became]
        lost = _lost_figures(passage, now) if fate.change not in {Change.UNCHANGED, Change.MOVED, Change.GONE} else {}
        drifts.append(
            PassageDrift(
                passage=passage,
                fate=fate,
                now=tuple(_stretches(copy.passages[at].text, became[at]) for at in fate.became)
                if fate.change is not Change.UNCHANGED
                else (),
                locators=tuple(one.locator for one in now),
                with_passages=tuple(other.id for at in fate.became for other in became[at] if other is not passage),
                lost_figures=lost,
                mended=_mended(document, passage, now),
                uses=_worst_first(passage, uses.get(passage.id, ()), lost),
                observation=_observation(passage, fate, now, became, today),
            )
        )
    return Drift(document, copy, today, tuple(drifts), _new(copy, unmatched, became))


def _new(
    copy: ReadDocument, unmatched: Sequence[int], became: Mapping[int, Sequence[Passage]]
) -> tuple[NewPassage, ...]:
    new = []
    for position in unmatched:
        before = [became[at][-1].id for at in range(position - 1, -1, -1) if at in became]
        new.append(NewPassage(copy.passages[position], before[0] if before else ""))
    return tuple(new)


def _observation(
    passage: Passage, fate: Fate, now: Sequence[ReadPassage], became: Mapping[int, Sequence[Passage]], today: date
) -> Observation | None:
    if fate.change is Change.UNCHANGED:
        return None
    before = [became[at][-1].id for at in range(min(fate.became, default=0) - 1, -1, -1) if at in became]
    observation = Observation(
        day=today,
        change=cast('Literal["moved", "reworded", "split", "merged", "gone"]', fate.change.value),
        locator=now[0].locator if now else None,
        fingerprint=fingerprint(now[0].text) if now else None,
        moved_after=(before[0] if before else FIRST) if fate.moved else None,
    )
    earlier = passage.observed
    # The same change seen again keeps the day on which it was seen first.
    same = earlier is not None and earlier == observation.model_copy(update={"day": earlier.day})
    return earlier if same else observation


def _lost_figures(passage: Passage, now: Sequence[ReadPassage]) -> dict[int, tuple[str, ...]]:
    present = {figure for one in now for figure in _NUMBER.findall(one.text)}
    lost = {fact.id: tuple(f for f in _NUMBER.findall(fact.text) if f not in present) for fact in passage.facts}
    return {fact: figures for fact, figures in lost.items() if figures}


def _mended(document: Document, passage: Passage, now: Sequence[ReadPassage]) -> tuple[Erratum, ...]:
    present = {figure for one in now for figure in _NUMBER.findall(one.text)}

    def is_mended(erratum: Erratum) -> bool:
        wrong, right = (set(_NUMBER.findall(text)) for text in (erratum.says, erratum.should_say))
        return bool(wrong - right) and wrong - right <= wrong - present and right <= present

    errata = [erratum for erratum in document.errata if passage_of(erratum.passage) == passage.id]
    return tuple(erratum for erratum in errata if is_mended(erratum))


def _worst_first(
    passage: Passage, uses: Sequence[PassageUse], lost: Mapping[int, tuple[str, ...]]
) -> tuple[PassageUse, ...]:
    wrong = {f"{passage.id}.{fact}" for fact in lost}
    order = {kind: number for number, kind in enumerate(UseKind)}
    return tuple(sorted(uses, key=lambda use: (wrong.isdisjoint(use.citations), order[use.kind])))


# --- How a passage reads now ----------------------------------------------------------------------------------------


def readable(text: str) -> str:
    """Return a passage's text on one line, with words that were broken at the end of a line made whole."""
    text = re.sub(r"[\u2010\u00ad][ \t]*[\r\n]+\s*", "", text)
    return " ".join(re.sub(r"(?<=\w)-[ \t]*[\r\n]+\s*(?=\w)", "-", text).split())


def _stretches(text: str, before: Sequence[Passage]) -> tuple[Stretch, ...]:
    """Mark the words that no run of the earlier wording covers, and the seams where words were taken out."""
    sketches = [Sketch.read(passage.fingerprint.sketch) for passage in before]
    tokens = readable(text).split(" ")
    by_token = [words(token) for token in tokens]
    everything = [word for group in by_token for word in group]
    known = [any(sketch.holds(value) is not False for sketch in sketches) for value in run_values(everything)]
    kept = [any(known[max(0, at - RUN + 1) : at + 1]) for at in range(len(everything))]
    broken = [not known[at] and all(kept[at : at + RUN]) for at in range(len(known))]
    # Runs across a seam begin at the two words before it, so the last of them begins at the word before the seam.
    seams = {at + 1 for at in range(len(broken)) if broken[at] and not any(broken[at + 1 : at + 2])}
    if len(before) > 1:
        seams = set()  # Where two passages were joined, nothing was taken out.
    stretches: list[tuple[list[str], bool, bool]] = []
    at = 0
    for token, group in zip(tokens, by_token, strict=True):
        is_new = bool(group) and not all(kept[at : at + len(group)])
        cut = any(seam in seams for seam in range(at, at + len(group)))
        at += len(group)
        if stretches and not cut and (is_new == stretches[-1][1] or not group):
            stretches[-1][0].append(token)
        else:
            stretches.append(([token], is_new, cut))
    return tuple(Stretch(" ".join(tokens), is_new, cut) for tokens, is_new, cut in stretches)
