"""Reads the files of a course that changed, and of the others only the outlines that were kept.

It gives what reading all files would give, or gives up: where a change can be felt in a file that was not read, the
whole course has to be read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kitbag.course.audience import trainee_view_of
from kitbag.course.blocks import Checkpoint
from kitbag.course.checks import check
from kitbag.course.load import Reading, course_digest
from kitbag.course.model import Course, CourseInfo, Glossary, Module
from kitbag.course.outline import Outline, homes_of, outline_of, stub_of
from kitbag.course.parts import MEDIA, Parts
from kitbag.course.sources import Sources
from kitbag.fields import Model
from kitbag.findings import Finding, has_errors, in_order
from kitbag.questions.model import ItemBank, Use

if TYPE_CHECKING:
    from kitbag.questions.lint.sketch import Sketch

M = TypeVar("M", bound=Model)

MOST: Final = 20
"""Modules to read at most; with more of them, reading all takes no longer."""


@dataclass(frozen=True)
class Outlines:
    """What is known of a course whose files were all read once, and were without mistakes."""

    modules: Mapping[str, Outline]
    """By the module's id."""
    sketches: Callable[[], "Mapping[str, Sketch] | None"]
    """Gives what lint reads of each bank, by the module's id: much, and asked for only where a bank has changed."""


@dataclass(frozen=True)
class Changed:
    """What came of reading the changed files."""

    course: Course
    """The course, in which modules that were not read hold no more than their outlines."""
    files: frozenset[str]
    """The files that changed."""
    findings: list[Finding]
    """What there is to tell about these files."""
    pages: frozenset[str]
    """The pages that may show something of it, by their path in the site."""
    outlines: Mapping[str, Outline]
    """The outlines as they are now."""
    sketches: "Mapping[str, Sketch] | None"
    """The sketches as they are now; `None` where they are as they were."""


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
        sources = _sound(self.reading.sources())
        glossary = _sound(self.reading.glossary())
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
        linted, sketches = self._lint(info, glossary)
        findings = in_order(finding for finding in [*findings, *linted] if finding.place.file in self.files)
        if has_errors(findings):
            raise _GiveUp
        return Changed(
            course=self._course(info, sources, glossary, outlines, face=face),
            files=self.files,
            findings=findings,
            pages=frozenset(self._pages(affected, outlines, face=face)),
            outlines=outlines,
            sketches=sketches,
        )

    def _lint(self, info: CourseInfo, glossary: Glossary) -> "tuple[list[Finding], Mapping[str, Sketch] | None]":
        """Return what is found in the banks that changed, and the sketches of all banks where one changed."""
        banks = [self.banks[name] for name in sorted(self.touched) if f"questions/{name}.yaml" in self.files]
        if not banks:
            return [], None
        from kitbag.course.itemlint import lint_changed  # The rules take a while to import.

        before = self.outlines.sketches()
        linted = lint_changed(banks, info, glossary, self.reading.places, before) if before is not None else None
        if linted is None:
            raise _GiveUp
        return linted

    def _pages(self, affected: set[str], outlines: Mapping[str, Outline], *, face: bool) -> Iterator[str]:
        """Give the pages of the site that may show something of what was touched."""
        yield "about.html"
        if face:
            yield from ("index.html", "sources.html")
        banks = any(name.startswith("questions/") for name in self.files)
        for name in affected:
            before, now = self.outlines.modules[name], outlines[name]
            if name in self.touched:
                yield f"assets/search/{name}.module.js"
            if (banks or face) and now["names"]["practice"]:
                yield f"practice/{name}.html"
            if face:
                yield f"modules/{name}.html"
            for lesson in now["names"]["pages"]:
                same = before["texts"][lesson] == now["texts"][lesson]
                if face or not same or (banks and lesson in now["asking"]):
                    yield f"lessons/{name}/{lesson}.html"

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
        self, info: CourseInfo, sources: Sources, glossary: Glossary, outlines: Mapping[str, Outline], *, face: bool
    ) -> Course:
        stubs = {name: stub_of(outlines[name], cites=face) for name in info.modules if name not in self.modules}
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
            modules=tuple(self.modules.get(name) or stubs[name][0] for name in info.modules),
            banks=tuple(self.banks.get(name) or stubs[name][1] for name in info.modules),
            digest=course_digest({name: digest for name, digest in self.now.items() if name in made_of}),
            media={name.removeprefix(f"{MEDIA}/"): self.now[name] for name in media},
        )


def _sound(read: M | None) -> M:
    if read is None:
        raise _GiveUp
    return read
