"""The drift list as text for a terminal and as JSON for other programs; as a page it is in `kitbag.rendering.drift`."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kitbag.course.drift import Drift, PassageDrift, Stretch
from kitbag.course.matching import Change
from kitbag.course.parts import Places
from kitbag.course.provenance import PassageUse
from kitbag.findings import listed

_AROUND = 8
"""Words shown before and after what changed."""


def drift_text(drift: Drift, places: Places) -> str:
    """Return the drift list, worst first, ready to print; each thing to look at comes with file, line and column."""
    document = f"{drift.document.title} ({drift.document.id}), recorded as of {drift.document.as_of}"
    lines = [f"{document}, compared with {drift.copy.name} on {drift.day}.", summary(drift)]
    if drift.copy.silent_pages:
        pages = listed([str(page) for page in drift.copy.silent_pages], 12)
        lines.append(f"There is no text to read on page {pages}: pictures, perhaps scans. Compare them by eye.")
    for one in drift.changed:
        lines += ["", f"{one.passage.id}: {what_happened(one)} ({one.passage.label})"]
        lines += [f"    {line}" for line in _details(one, places)]
    for new in drift.new:
        where = f"after {new.after}" if new.after else "at the beginning"
        lines += ["", f"New, {where}: {new.passage.locator}", f"    {_short(new.passage.text)}"]
    if drift.changed:
        pin = f'kitbag sources pin {drift.changed[0].passage.id} --reason "…"'
        lines += ["", f"{_count(len(drift.affected), 'place')} to look at. When one passage is settled: {pin}"]
    return "\n".join(lines) + "\n"


def drift_json(drift: Drift, places: Places) -> str:
    """Return the drift list as a JSON object; passages are worst first, as are the uses of each."""
    made = {
        "document": drift.document.id,
        "as_of": drift.document.as_of.isoformat(),
        "copy": drift.copy.name,
        "day": drift.day.isoformat(),
        "counts": {change.value: drift.count(change) for change in Change} | {"new": len(drift.new)},
        "silent_pages": list(drift.copy.silent_pages),
        "changed": [_as_data(one, places) for one in drift.changed],
        "new": [{"after": new.after, "locator": new.passage.locator, "text": new.passage.text} for new in drift.new],
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def summary(drift: Drift) -> str:
    """Return one sentence of numbers: `20 passages: 18 unchanged, 1 reworded, 1 gone; 1 new.`."""
    counts = [(drift.count(change), change.value) for change in reversed(Change)]
    parts = ", ".join(f"{number} {name}" for number, name in counts if number)
    return f"{_count(len(drift.passages), 'passage')}: {parts}; {len(drift.new)} new."


def what_happened(one: PassageDrift) -> str:
    """Return what became of a passage, in a few words."""
    percent = f"{one.fate.similarity:.0%} of its wording is the same"
    moved = ", and moved" if one.fate.moved and one.fate.change is not Change.MOVED else ""
    match one.fate.change:
        case Change.REWORDED if one.retouched:
            said = "reworded in capitals or punctuation only"
        case Change.REWORDED:
            said = f"reworded, {percent}"
        case Change.SPLIT:
            said = f"split into {len(one.now)}, {percent}"
        case Change.MERGED:
            said = f"merged with {listed(one.with_passages)}, {percent}" if one.with_passages else f"merged, {percent}"
        case other:
            said = other.value
    return said + moved


def _details(one: PassageDrift, places: Places) -> Iterator[str]:
    for fact, figures in one.lost_figures.items():
        yield f"Fact {fact} states {listed(figures)}, which the passage does not state now."
    for erratum in one.mended:
        yield f"The mistake {erratum.id} is mended: take the erratum out, and the remarks about it."
    for locator, stretches in zip(one.locators, one.now, strict=bool(one.now)):
        yield f"now {locator}"
        if one.fate.change is Change.REWORDED:
            yield f"    {_marked(stretches)}"
    if not one.uses:
        yield "Nothing in the course rests on it."
    for use in one.uses:
        through = f", through {listed(use.through)}" if use.through else ""
        place = places.at(use.file, *use.path)
        yield f"{use.kind.value:16}  {use.name}  {place}  cites {listed(use.citations)}{through}"


def _marked(stretches: Iterable[Stretch]) -> str:
    """Return how a passage reads now: new words in [+ +], [-] where words were taken out, the rest cut short."""
    stretches = list(stretches)
    shown = []
    for number, stretch in enumerate(stretches):
        if stretch.cut_before:
            shown.append("[-]")
        if stretch.is_new:
            shown.append(f"[+{stretch.text}+]")
            continue
        words = stretch.text.split(" ")
        head = words[:_AROUND] if number else []
        tail = words[-_AROUND:] if number + 1 < len(stretches) else []
        shown.append(stretch.text if len(words) <= len(head) + len(tail) else " ".join([*head, "…", *tail]))
    return " ".join(shown)


def _as_data(one: PassageDrift, places: Places) -> dict[str, Any]:
    return {
        "passage": one.passage.id,
        "label": one.passage.label,
        "change": one.fate.change.value,
        "similarity": round(one.fate.similarity, 3),
        "retouched": one.retouched,
        "moved": one.fate.moved,
        "weight": round(one.weight, 3),
        "locators": list(one.locators),
        "merged_with": list(one.with_passages),
        "lost_figures": {f"{one.passage.id}.{fact}": list(figures) for fact, figures in one.lost_figures.items()},
        "mended": [erratum.id for erratum in one.mended],
        "now": [
            [{"text": part.text, "new": part.is_new, "cut_before": part.cut_before} for part in stretches]
            for stretches in one.now
        ],
        "uses": [_use_data(use, places) for use in one.uses],
    }


def _use_data(use: PassageUse, places: Places) -> dict[str, Any]:
    place = places.at(use.file, *use.path)
    return {
        "kind": use.kind.value,
        "name": use.name,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "cites": list(use.citations),
        "through": list(use.through),
        "text": use.text,
    }


def _short(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
