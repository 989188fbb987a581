"""What every format shares: the package it returns, the items it is asked for, and the protocol it meets."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from pydantic import BaseModel

from kitbag.course.model import Course, Module
from kitbag.course.parts import MEDIA
from kitbag.exporters.fidelity import Row, Rung
from kitbag.files import Unreadable, is_safe_name, read_within
from kitbag.findings import Finding, Place, did_you_mean, listed
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Essay, Item, ItemType, Numeric, ScoringRule, ShortAnswer, Stimulus, Use
from kitbag.rendering.catalogue import Catalogue, catalogue_of

COMPRESSED_MEDIA: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp3", ".mp4", ".woff2"})
"""Media that are compressed already; an archive stores them as they are."""

# XML 1.0 (production 2) has no way to write these, not even as a reference; JSON writes the low ones as \\u00XX.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROL_IN_JSON: Final = re.compile(r"\\[bfu]|[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package."""

    path: str
    """Relative, with forward slashes."""
    chunks: Callable[[], Iterable[bytes]]
    """Makes its bytes, piece by piece, each time it is called; the bytes are the same each time."""
    stored: bool = False
    """True where compression would not help."""


@dataclass(frozen=True)
class Package:
    """What an exporter returns: nothing is rendered before somebody asks for a file's bytes, so memory stays flat."""

    suffix: str
    """Ends the name of the file to write: `.zip`, `.imscc`, `.xml`."""
    files: tuple[PackageFile, ...]
    """In the order they are written; one file alone where `archived` is false."""
    rows: tuple[Row, ...]
    """What becomes of each item."""
    archived: bool = True
    """True for a zip of the files; false where the only file is the export."""

    def __post_init__(self) -> None:
        """Refuse a path that would leave the package or be lost on another platform."""
        seen: set[str] = set()
        for file in self.files:
            folded = file.path.casefold()
            if not is_safe_name(file.path) or folded in seen:
                raise ValueError(f"unsafe or repeated path in a package: {file.path!r}")
            seen.add(folded)
        if not self.archived and len(self.files) != 1:
            raise ValueError("a package that is no archive holds one file")


class Scoring(NamedTuple):
    """The rule that scores an item."""

    rule: ScoringRule
    of_test: bool = False
    """True where a test sets it for all its items, which also sets aside a floor below zero under `exact`."""


@dataclass(frozen=True)
class Selection:
    """The items to export, with all that is known about them."""

    course: Course
    items: tuple[Item, ...]
    """In the order of the banks."""
    catalogue: Catalogue
    place_of: Callable[[str], Place]
    """Where an item or a test stands in the course folder, for findings."""
    objectives: frozenset[str] = frozenset()
    """Only items of these were asked for; all where empty."""
    use: Use | None = None
    """Only items of this use were asked for; both where None."""

    @cached_property
    def by_module(self) -> tuple[tuple[Module, tuple[Item, ...]], ...]:
        """The items of each module, for modules that have any; the module is that of the item's bank."""
        wanted = {item.id for item in self.items}
        groups = []
        for module in self.course.modules:
            bank = self.course.bank_of.get(module.id)
            items = tuple(item for item in bank.items if item.id in wanted) if bank else ()
            if items:
                groups.append((module, items))
        return tuple(groups)

    @cached_property
    def module_of(self) -> Mapping[str, Module]:
        """The module of each item, by the item's id."""
        return {item.id: module for module, items in self.by_module for item in items}

    @cached_property
    def tests(self) -> tuple[Assessment, ...]:
        """The tests whose pools are here in full."""
        if self.objectives:
            return ()
        return tuple(test for test in self.course.info.tests if self.use in (None, test.blueprint.use))

    @cached_property
    def pictures(self) -> Mapping[str, str]:
        """The path in a package of each picture used, by its name under course/media."""
        return media_paths(src for item in self.items for src in self.pictures_of(item))

    @cached_property
    def _test_rules(self) -> Mapping[Use, ScoringRule]:
        """The rule that the tests drawing from a use agree on; where final tests draw from it, they alone decide."""
        agreed = {}
        for use in Use:
            tests = [test for test in self.course.info.tests if test.blueprint.use is use]
            rules = {test.scoring for test in tests if test.purpose == "final"} or {test.scoring for test in tests}
            if len(rules) == 1 and (only := rules.pop()):
                agreed[use] = only
        return agreed

    def scoring(self, item: Item, test: Assessment | None = None) -> Scoring:
        """Return the rule that scores an item in one test, or wherever a platform shows it.

        The item's own rule, else the course's, counts unless the test sets another. Without a test, it is the one that
        the final tests set for the items they draw.
        """
        of_test = test.scoring if test else self._test_rules.get(item.use) if item.use is Use.TEST else None
        if of_test:
            return Scoring(of_test, of_test=True)
        own = None if isinstance(item, Numeric | ShortAnswer | Essay) else item.scoring
        return Scoring(own or self.course.info.scoring)

    def stimulus_of(self, item: Item) -> Stimulus | None:
        """Return the shared stimulus of an item, if it has one."""
        return self.course.stimuli.get(item.stimulus) if item.stimulus else None

    def pictures_of(self, item: Item) -> tuple[str, ...]:
        """Return the names of the pictures shown with an item, each once."""
        stimulus = self.stimulus_of(item)
        shown = (stimulus.picture if stimulus else None, item.picture)
        return tuple(dict.fromkeys(picture.src for picture in shown if picture))

    def tags(self, item: Item) -> tuple[str, ...]:
        """Return what a platform can search an item by: its level, use, objective and passages."""
        passages = dict.fromkeys(citation.partition(".")[0] for citation in item.cites)
        return (
            f"level:{item.level}",
            f"use:{item.use}",
            f"objective:{item.objective}",
            *(f"passage:{passage}" for passage in passages),
            *(("scenario",) if item.scenario else ()),
        )

    def picture(self, src: str) -> bytes:
        """Return the bytes of a picture. Raises `kitbag.files.Unreadable`."""
        return read_within(self.course.folder, f"{MEDIA}/{src}")

    def media_files(self, paths: Mapping[str, str]) -> list[PackageFile]:
        """Return pictures as files of a package, from their names under course/media to their paths."""
        return [
            PackageFile(path, partial(self._media_chunks, src), stored=Path(path).suffix in COMPRESSED_MEDIA)
            for src, path in paths.items()
        ]

    def _media_chunks(self, src: str) -> Iterator[bytes]:
        yield self.picture(src)


class Exporter(Protocol):
    """A format. Its file opens with these facts."""

    @property
    def name(self) -> str:
        """What an author types: `kitbag export moodle`."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def interactions(self) -> Mapping[ItemType, Rung]:
        """The best rung of the ladder that each item type can reach in this format."""

    def export(self, selection: Selection) -> Package:
        """Return the package for a selection that has been checked. Nothing is written."""


def select(
    course: Course,
    place_of: Callable[[str], Place] | None = None,
    *,
    objectives: Sequence[str] = (),
    use: Use | None = None,
) -> tuple[Selection | None, list[Finding]]:
    """Choose the items to export and check that every format can write them.

    Args:
        course: the course, read and checked.
        place_of: from the id of an item or test to where it stands; by default, the file of its bank.
        objectives: only items of these objectives; all where empty.
        use: only items of this use; both where None.

    Returns:
        The selection, or None where a finding is an error: an unknown objective, nothing to export, a control
        character in a text, a picture that cannot be read.
    """
    catalogue = catalogue_of(course)
    place_of = place_of or bank_places(course)
    findings = [
        Finding(
            code="unknown-objective",
            place=Place("course"),
            message=f'There is no learning objective "{wanted}".',
            hint=did_you_mean(wanted, course.objectives),
        )
        for wanted in objectives
        if wanted not in course.objectives
    ]
    if findings:
        return None, findings
    items = tuple(
        item
        for bank in course.banks
        for item in bank.items
        if (not objectives or item.objective in objectives) and (use is None or item.use is use)
    )
    selection = Selection(course, items, catalogue, place_of, frozenset(objectives), use)
    findings = [*_nothing(selection, objectives, use), *_unwritable_texts(selection), *_missing_pictures(selection)]
    return (None if findings else selection), findings


def bank_places(course: Course) -> Callable[[str], Place]:
    """Return what tells the file of an item or a module by its id, and of all else the course's own."""
    files = {module.id: f"course/{module.id}.yaml" for module in course.modules}
    files |= {item.id: f"questions/{bank.module}.yaml" for bank in course.banks for item in bank.items}
    return lambda subject: Place(files.get(subject, "course/course.yaml"))


def _nothing(selection: Selection, objectives: Sequence[str], use: Use | None) -> list[Finding]:
    if selection.items:
        return []
    wish = [f"of objective {listed(objectives)}"] if objectives else []
    wish += [f"for {use}"] if use else []
    return [
        Finding(
            code="nothing-to-export",
            place=Place("questions"),
            message=f"There is no item {' '.join(wish)} to export." if wish else "There is no item to export.",
            hint="Ask for other objectives or another use." if wish else "Write items into questions/ first.",
        )
    ]


def _unwritable_texts(selection: Selection) -> list[Finding]:
    findings = []
    for item in selection.items:
        character = control_character(item)
        if character:
            findings.append(
                Finding(
                    code="control-character",
                    place=selection.place_of(item.id),
                    message=f"{item.id}: a text holds the control character U+{ord(character):04X}, "
                    "which no format can carry.",
                    hint="Delete it.",
                )
            )
    return findings


def control_character(item: Item) -> str:
    """Return the first character of an item's texts that XML cannot hold, or an empty string."""
    try:
        if not _CONTROL_IN_JSON.search(as_json(item)):
            return ""
    except ValueError:  # a lone surrogate has no UTF-8
        pass
    stack: list[object] = [item.model_dump()]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            found = _CONTROL.search(value)
            if found:
                return found[0]
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
    return ""


def as_json(model: BaseModel) -> str:
    """Return a model as JSON: quick to look through. Raises ValueError for a lone surrogate, which has no UTF-8."""
    return model.__pydantic_serializer__.to_json(model).decode()


def _missing_pictures(selection: Selection) -> list[Finding]:
    findings = []
    broken: dict[str, Unreadable] = {}
    for src in selection.pictures:
        try:
            selection.picture(src)
        except Unreadable as reason:
            broken[src] = reason
    for item in selection.items if broken else ():
        for src in selection.pictures_of(item):
            if src in broken:
                place = selection.place_of(item.id)
                findings.append(Finding(broken[src].code, place, f"{item.id}: {broken[src]}", broken[src].hint))
    return findings


def part_id(item: Item, part: str) -> str:
    """Return the id of a part of an item that is carried as an item of its own. A colon stands in no author's id."""
    return f"{item.id}:{part}"


def media_paths(names: Iterable[str]) -> dict[str, str]:
    """Return the path in a package of each media file, by its name under course/media, each once."""
    once = dict.fromkeys(names)
    return dict(zip(once, (f"media/{name}" for name in file_names(once)), strict=True))


def file_names(names: Iterable[str]) -> list[str]:
    """Return a name for each that every file system keeps apart: plain letters, unlike in any case, never a device."""
    taken: set[str] = set()
    found = []
    for name in names:
        # Windows drops a dot at the end, and hides nothing behind one at the start.
        stem, dot, suffix = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".").rpartition(".")
        stem, ending = (stem, f".{suffix}") if dot else (suffix or "file", "")
        if not is_safe_name(stem):
            stem = f"{stem}-"  # Windows keeps the name for a device.
        number, candidate = 1, f"{stem}{ending}"
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{stem}-{number}{ending}"
        taken.add(candidate.casefold())
        found.append(candidate)
    return found
