"""Precision and recall of the drift list: a long invented policy, changed in every way at once, many times over.

The right answer is known, because the changes are made here. A passage counts as listed when its fate is anything but
unchanged; the kinds of change are counted apart.
"""

# ruff: noqa: S311 - a campaign must be the same each time

import random
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
from weasyprint import HTML

from kitbag.course.documents.blocks import ReadDocument, ReadPassage
from kitbag.course.documents.read import read_bytes
from kitbag.course.drift import Drift, compare
from kitbag.course.fingerprints import fingerprint
from kitbag.course.load import load_course
from kitbag.course.matching import Change
from kitbag.course.model import Course
from kitbag.course.sources import Document, Passage, Sources

TODAY = date(2025, 6, 1)


def parts(text: str) -> list[str]:
    """Return phrases that are written on lines, with bars between them."""
    return [part for line in text.strip().splitlines() for part in line.split("|")]


WHO = parts("""
the harbour board|each quay foreman|the committee on mooring|every duty officer|a contact clerk
the works office|the traffic office|the tide fund|any visiting master|the pilots of the northern channel
the rope laboratory|the gatekeepers|the inspection panel|the lamp clerks|member ports|the council of foremen
the deputy harbour master|the ferry owners|the fire watch|the first-aid trainers|the customs shed
two independent auditors|the weather desk|the dry dock crew
""")
DOES = parts("""
keeps a written record of|reviews without delay|is responsible for|reports in full on|publishes a summary of
shares with its neighbours|may set aside in fog|pays half the cost of|must approve in writing
inspects by day and by night|counts and compares|gives advice on|has to repeat every spring
trains new staff in|is asked to comment on|never delegates|decides together with the council on
keeps apart from other duties|draws up a timetable for|announces by radio
""")
WHAT = parts("""
the use of shore lamps|all movements of ferries|the storage of fuel|crane work in high wind
the fees for small craft|the repair of fenders|claims for lost cargo|the care of injured crew|noise after dark
the disposal of bilge water|the passage of timber rafts|lessons from collisions|the mooring of wide ships
access to the north terminal|language courses for pilots|the lists of dangerous goods|signals in thick fog
the rota of the gate|ice in the inner basin|the opening hours of the lock|safety drills for passengers
the lending of life jackets|radio silence during rescue
""")
WHEN = parts("""
before the first of May|within {n} days|at least {n} times a year|since {y}|until the end of {y}
in the {y} season|as agreed in {y}|unless the wind exceeds {n} knots|whenever more than {n} ships wait
after the meeting of {m} {y}|with effect from {n} {m} {y}|on the advice of the pilots|as far as money allows
in every part of the harbour|for ships longer than {n} metres|by {m} at the latest|and on Sundays too
whatever flag the ship flies
""")
LINK = parts("""
In addition,|For the same reason,|Where this fails,|Under the signal book,|By custom,|In a state of alarm,
As a rule,
""")
MONTHS = parts("""
January|February|March|April|May|June|July|August|September|October|November|December
""")
OTHER_WORDS = parts("""
brass|copper|lantern|harvest|quietly|orchard|marble|velvet|saddle|compass|gravel|thunder|willow|bakery|silver
carpet|meadow|puzzle|ribbon|feather|canyon|drummer|glacier|hammock
""")


def sentence(chance: random.Random) -> str:
    when = chance.choice(WHEN).format(n=chance.randint(2, 60), y=chance.randint(1990, 2024), m=chance.choice(MONTHS))
    words = f"{chance.choice(WHO)} {chance.choice(DOES)} {chance.choice(WHAT)} {when}"
    if chance.random() < 0.25:
        words = f"{chance.choice(LINK)} {words}"
    return words[0].upper() + words[1:] + "."


def policy(seed: int, size: int = 300) -> list[str]:
    """Return the passages of an invented policy; one in eight is a single sentence, and stock phrases abound."""
    chance = random.Random(seed)
    return [
        " ".join(sentence(chance) for _ in range(1 if chance.random() < 0.125 else chance.randint(2, 6)))
        for _ in range(size)
    ]


def recorded(passages: list[str]) -> Document:
    return Document(
        id="policy",
        title="Policy",
        publisher="Board",
        locator="shelf 1",
        as_of=date(2024, 1, 1),
        language="en",
        passages=tuple(
            Passage(id=f"P{number}", locator=f"paragraph {number}", label="Something", fingerprint=fingerprint(text))
            for number, text in enumerate(passages, 1)
        ),
    )


def course_with(document: Document) -> Course:
    minimal = load_course(Path(__file__).parent.parent / "projects" / "minimal").course
    assert minimal is not None
    return replace(minimal, sources=Sources(schema_="sources/1", documents=(document,)))


@dataclass
class Copy:
    """A newer copy of a policy, and the truth about it."""

    passages: list[str]
    truth: dict[int, Change] = field(default_factory=dict)
    """By position in the old copy; what is not named is unchanged."""
    new: list[str] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)


def reworded(text: str, share: float, chance: random.Random) -> str:
    words = text.split()
    for at in chance.sample(range(len(words)), max(1, round(share * len(words)))):
        words[at] = chance.choice(OTHER_WORDS)
    return " ".join(words)


def year_changed(text: str) -> str:
    return re.sub(r"\b(19|20)\d\d\b", lambda year: str(int(year[0]) + 1), text, count=1)


def newer(old: list[str], chance: random.Random, share: float = 0.25) -> Copy:
    """Change a share of the passages: reworded from one word to a third of them, split, merged, moved, gone, added."""
    copy = Copy([])
    position = 0
    carried: list[tuple[int, str]] = []
    while position < len(old):
        text = old[position]
        kind = (
            chance.choice(["reword", "year", "split", "merge", "move", "gone", "add"])
            if chance.random() < share
            else ""
        )
        sentences = re.split(r"(?<=\.) ", text)
        match kind:
            case "reword":
                copy.truth[position] = Change.REWORDED
                copy.passages.append(reworded(text, chance.choice([0.02, 0.1, 0.2, 0.33]), chance))
            case "year" if year_changed(text) != text:
                copy.truth[position] = Change.REWORDED
                copy.passages.append(year_changed(text))
            case "split" if len(sentences) > 1:
                at = chance.randint(1, len(sentences) - 1)
                copy.truth[position] = Change.SPLIT
                copy.passages += [" ".join(sentences[:at]), " ".join(sentences[at:])]
            case "merge" if position + 1 < len(old):
                copy.truth |= {position: Change.MERGED, position + 1: Change.MERGED}
                copy.passages.append(f"{text} {old[position + 1]}")
                position += 1
            case "move":
                copy.truth[position] = Change.MOVED
                carried.append((position, text))
            case "gone":
                copy.truth[position] = Change.GONE
            case "add":
                copy.passages.append(text)
                copy.new.append(" ".join(sentence(chance) for _ in range(3)))
                copy.passages.append(copy.new[-1])
            case _:
                copy.passages.append(text)
        position += 1
    for old_position, text in carried:
        # Far from where it was, so that its neighbours cannot be said to have moved instead.
        there = (len(copy.passages) * (old_position + len(old) // 2) // len(old)) % len(copy.passages)
        copy.passages.insert(there, text)
    return copy


def drift_of(old: list[str], passages: list[str]) -> Drift:
    read = ReadDocument(
        "copy.txt", tuple(ReadPassage(text, f"paragraph {n}") for n, text in enumerate(passages, 1)), ()
    )
    return compare(course_with(recorded(old)), read, today=TODAY, uses={})


@dataclass
class Tally:
    """What a campaign found, against the truth."""

    kinds: Counter[tuple[Change, Change]] = field(default_factory=Counter)
    """How often a fate (first) was told as another (second)."""
    new_found: int = 0
    new_missed: int = 0
    new_invented: int = 0

    def add(self, copy: Copy, drift: Drift) -> None:
        for position, one in enumerate(drift.passages):
            self.kinds[copy.truth.get(position, Change.UNCHANGED), one.fate.change] += 1
        told = {new.passage.text for new in drift.new}
        self.new_found += len(told & set(copy.new))
        self.new_missed += len(set(copy.new) - told)
        self.new_invented += len(told - set(copy.new))

    @property
    def precision(self) -> float:
        told = sum(count for (_, found), count in self.kinds.items() if found is not Change.UNCHANGED)
        return self._right / told

    @property
    def recall(self) -> float:
        changed = sum(count for (truth, _), count in self.kinds.items() if truth is not Change.UNCHANGED)
        return self._right / changed

    @property
    def right_kind(self) -> float:
        """Share of the changed passages whose change has its right name."""
        changed = [(pair, count) for pair, count in self.kinds.items() if pair[0] is not Change.UNCHANGED]
        return sum(count for (truth, found), count in changed if truth is found) / sum(count for _, count in changed)

    @property
    def _right(self) -> int:
        return sum(c for (truth, found), c in self.kinds.items() if Change.UNCHANGED not in (truth, found))


def campaign(seeds: range, share: float, size: int = 300) -> Tally:
    tally = Tally()
    for seed in seeds:
        old = policy(seed, size)
        copy = newer(old, random.Random(seed + 1000), share)
        tally.add(copy, drift_of(old, copy.passages))
    return tally


@pytest.mark.parametrize("share", [0.02, 0.25, 0.7])
def test_every_changed_passage_is_listed_and_no_other(share: float) -> None:
    tally = campaign(range(2), share, size=200)
    assert (tally.precision, tally.recall) == (1, 1)
    assert tally.right_kind >= 0.95
    assert tally.new_missed <= 0.1 * (tally.new_found + tally.new_missed)


@pytest.mark.slow
def test_a_long_campaign(capsys: pytest.CaptureFixture[str]) -> None:
    tally = campaign(range(40), 0.25)
    with capsys.disabled():
        print(  # noqa: T201 - the measure is for a person to read
            f"\n{tally.kinds.total()} passages: precision {tally.precision:.4f}, recall {tally.recall:.4f}, "
            f"right kind {tally.right_kind:.4f}; new: {tally.new_found} found, {tally.new_missed} missed, "
            f"{tally.new_invented} told of others"
        )
    assert (tally.precision, tally.recall) == (1, 1)
    assert tally.right_kind >= 0.95


def test_a_year_in_every_passage_changes_and_every_one_is_listed() -> None:
    old = policy(7)
    new = [year_changed(text) for text in old]
    drift = drift_of(old, new)
    truth = [text != other for text, other in zip(old, new, strict=True)]
    assert sum(truth) > 100
    assert [one.fate.change is Change.REWORDED for one in drift.passages] == truth
    assert all(one.fate.change in {Change.REWORDED, Change.UNCHANGED} for one in drift.passages)


def test_a_long_policy_turned_round_has_moved_and_not_changed() -> None:
    old = policy(8)
    drift = drift_of(old, old[::-1])
    assert Counter(one.fate.change for one in drift.passages) == {Change.MOVED: 299, Change.UNCHANGED: 1}


def test_twins_are_told_apart_by_their_place() -> None:
    old = ["Alpha beta gamma.", "The same words.", "Delta epsilon zeta.", "The same words.", "Eta theta iota."]
    changes = [str(one.fate.change) for one in drift_of(old, [old[0], old[2], old[3], old[4]]).passages]
    assert changes == ["unchanged", "gone", "unchanged", "unchanged", "unchanged"]


def test_a_long_policy_is_the_same_as_a_page_and_as_a_pdf() -> None:
    old = policy(9)
    page = "<!doctype html><main>" + "".join(f"<p>{text}</p>" for text in old) + "</main>"
    style = "@page { size: A5; @bottom-right { content: counter(page) } } body { hyphens: auto; font: 10pt serif }"
    pdf = HTML(string=f'<html lang="en"><style>{style}</style>{page.removeprefix("<!doctype html>")}').write_pdf()
    assert isinstance(pdf, bytes)
    for data in (page.encode(), pdf):
        drift = compare(course_with(recorded(old)), read_bytes(data, "copy"), today=TODAY, uses={})
        assert [one.passage.id for one in drift.changed] == []
        assert drift.new == ()
