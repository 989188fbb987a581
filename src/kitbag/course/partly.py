"""Reads the files of a course that changed, and of the others only the outlines that were kept.

It gives what reading all files would give, or gives up: where a change can be felt in a file that was not read, the
whole course has to be read again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from kitbag.course.audience import trainee_view_of
from kitbag.course.checks import check
from kitbag.course.itemlint import lint_banks
from kitbag.course.load import Reading, course_digest
from kitbag.course.model import Checkpoint, Course, CourseInfo, Glossary, Module, Sources
from kitbag.course.outline import Outline, homes_of, outline_of, stub_of
from kitbag.course.parts import MEDIA, Parts
from kitbag.fields import Model
from kitbag.findings import Finding, has_errors, in_order
from kitbag.questions.lint.sketch import Sketch, concerns_others
from kitbag.questions.model import ItemBank, Use

M = TypeVar("M", bound=Model)

MOST: Final = 20
"""Modules to read at most; with more of them, reading all takes no longer."""


@dataclass(frozen=True)
class Outlines:
    """What is known of a course whose files were all read once, and were without mistakes."""

    modules: Mapping[str, Outline]
    sketches: Mapping[str, Sketch]
    """What lint reads of each bank; both by the module's id."""


@dataclass(frozen=True)
class Changed:
    """What came of reading the changed files."""

    course: Course
    """The course, in which modules that were not read hold no more than their outlines."""
    files: frozenset[str]
    """The files that changed."""
    findings: list[Finding]
    """What there is to tell about these files."""
    modules: frozenset[str]
    """The modules whose pages may have changed."""
    face: bool
    """Whether what other pages show of a module has changed."""
    outlines: Outlines
    """As they are now."""


def read_changed(folder: Path, before: Mapping[str, str], now: Mapping[str, str], outlines: Outlines) -> Changed | None:
    """Read what changed in a course.

    Args:
        folder: the course folder.
        before: the digests of all input files when the outlines were made.
        now: the digests of all input files.
        outlines: what is known of the course.

    Returns:
        The course as far as it was read; `None` where only reading all of it can tell what changed.
    """
    files = frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    touched = {name.rpartition("/")[2].removesuffix(".yaml") for name in files}
    theirs = {f"{part}/{name}.yaml" for name in touched & outlines.modules.keys() for part in ("course", "questions")}
    # Everything rests on course, sources, glossary and templates; a file that comes or goes says how a folder is read.
    if not files <= theirs or not files <= before.keys() & now.keys():
        return None
    try:
        return _Changes(folder, now, outlines, files, frozenset(touched)).read()
    except (_GiveUp, AttributeError):
        return None  # An AttributeError: something asked a module that was not read for more than its outline.


class _GiveUp(Exception):
    """Only reading the whole course can tell what changed."""


@dataclass(frozen=True)
class _Shown:
    """An item of a bank that was not read, as far as other files ask for it."""

    use: Use


@dataclass(frozen=True)
class _PartlyRead(Parts):
    """Parts that know the ids of what was not read."""

    outlines: Mapping[str, Outline]

    @cached_property
    def items(self) -> dict[str, Any]:  # of an item that was not read there is no more
        found: dict[str, Any] = {}
        for outline in self.outlines.values():
            found |= dict.fromkeys(outline["names"]["practice"], _Shown(Use.PRACTICE))
            found |= dict.fromkeys(outline["names"]["test"], _Shown(Use.TEST))
        return found

    @cached_property
    def objectives(self) -> list[str]:
        return [name for outline in self.outlines.values() for name in outline["names"]["objectives"]]


@dataclass
class _Changes:
    """Reads what changed, and what has to be read with it."""

    folder: Path
    now: Mapping[str, str]
    outlines: Outlines
    files: frozenset[str]
    touched: frozenset[str]
    modules: dict[str, Module] = field(default_factory=dict)
    banks: dict[str, ItemBank] = field(default_factory=dict)

    def read(self) -> Changed:
        self.reading = Reading(self.folder)
        info = _sound(self.reading.read("course/course.yaml", CourseInfo))
        sources = _sound(self.reading.read("course/sources.yaml", Sources))
        glossary = _sound(self.reading.read("course/glossary.yaml", Glossary))
        known = self.outlines.modules
        if list(known) != list(info.modules):
            raise _GiveUp
        self.homes = homes_of(
            (name, one["names"]["practice"] + one["names"]["test"], one["names"]["objectives"])
            for name, one in known.items()
        )
        self._take(self.touched)
        outlines = {**known, **{name: self._outline(name) for name in self.touched}}
        if any(outlines[name]["names"] != known[name]["names"] for name in self.touched):
            raise _GiveUp
        face = any(outlines[name]["face"] != known[name]["face"] for name in self.touched)
        affected = self._affected(list(known), outlines, face=face)
        if len(affected) > MOST:
            raise _GiveUp
        self._take(affected)
        parts = _PartlyRead(
            folder=self.folder,
            info=info,
            sources=sources,
            glossary=glossary,
            modules={name: self.modules[name] for name in info.modules if name in self.touched},
            banks={name: self.banks[name] for name in info.modules if name in self.touched},
            outlines=outlines,
        )
        findings = [*self.reading.findings, *check(parts, self.reading.places)]
        sketches: dict[str, Sketch] = {}
        for name in self.touched:
            findings += lint_banks([self.banks[name]], info, glossary, self.reading.places, sketches)
        findings = in_order(finding for finding in findings if finding.place.file in self.files)
        others = {name: one for name, one in self.outlines.sketches.items() if name not in self.touched}
        concerned = (concerns_others(one, self.outlines.sketches[name], others) for name, one in sketches.items())
        if has_errors(findings) or any(concerned):
            raise _GiveUp
        return Changed(
            course=self._course(info, sources, glossary, outlines),
            files=self.files,
            findings=findings,
            modules=frozenset(affected),
            face=face,
            outlines=Outlines(outlines, {**self.outlines.sketches, **sketches}),
        )

    def _take(self, names: Iterable[str]) -> None:
        """Read modules with their banks, and the banks whose items their checkpoints show."""
        for name in names:
            if name not in self.modules:
                self.modules[name] = _sound(self.reading.read(f"course/{name}.yaml", Module))
                shown = (block for lesson in self.modules[name].lessons for block in lesson.blocks)
                asked = [item for block in shown if isinstance(block, Checkpoint) for item in block.items]
                for home in [name, *(self.homes[0].get(item, "") for item in asked)]:
                    if home not in self.banks:
                        self.banks[home] = _sound(self.reading.bank(home) if home else None)

    def _outline(self, name: str) -> Outline:
        items = {item.id: item for bank in self.banks.values() for item in bank.items}
        module = self.modules[name]
        try:
            return outline_of(module, trainee_view_of(module), self.banks[name], items, self.homes)
        except KeyError:
            raise _GiveUp from None  # It names an item or an objective that the course did not have.

    def _affected(self, order: list[str], outlines: Mapping[str, Outline], *, face: bool) -> set[str]:
        """Return the modules whose pages show something of what was touched."""
        affected = set(self.touched) | {name for name, one in outlines.items() if self.touched & set(one["shows"])}
        if face:
            # Each page names those before and after it.
            around = {order.index(name) + step for name in self.touched for step in (-1, 1)}
            affected |= {order[number] for number in around if 0 <= number < len(order)}
        return affected

    def _course(
        self, info: CourseInfo, sources: Sources, glossary: Glossary, outlines: Mapping[str, Outline]
    ) -> Course:
        stubs = {name: stub_of(outlines[name]) for name in info.modules}
        media = {f"{MEDIA}/{name}" for one in outlines.values() for name in one["media"]}
        if not media <= self.now.keys():
            raise _GiveUp
        made_of = {"course/course.yaml", "course/sources.yaml", "course/glossary.yaml", *media}
        made_of |= {f"course/{name}.yaml" for name in info.modules}
        made_of |= {f"questions/{name}.yaml" for name in info.modules}
        return Course(
            folder=self.folder,
            info=info,
            sources=sources,
            glossary=glossary,
            modules=tuple(self.modules.get(name, stubs[name][0]) for name in info.modules),
            banks=tuple(self.banks.get(name, stubs[name][1]) for name in info.modules),
            digest=course_digest({name: digest for name, digest in self.now.items() if name in made_of}),
            media={name.removeprefix(f"{MEDIA}/"): self.now[name] for name in media},
        )


def _sound(read: M | None) -> M:
    if read is None:
        raise _GiveUp
    return read
