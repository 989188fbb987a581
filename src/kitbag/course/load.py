"""Reads a course folder: files to models, models to one `Course`, and everything that is wrong with them at once."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from kitbag.course.checks import check
from kitbag.course.checks.common import GLOSSARY, RESERVED, SOURCES, STRINGS
from kitbag.course.model import Course, CourseInfo, Glossary, InterfaceStrings, Module
from kitbag.course.parts import MEDIA, Parts, Places, media_of
from kitbag.course.sources import Sources
from kitbag.fields import Model
from kitbag.files import Unreadable, names_within, read_within
from kitbag.findings import Finding, Place, Severity, did_you_mean, has_errors, in_order
from kitbag.inside import Kind, files_inside, kind_inside, stands_inside
from kitbag.modelling import read_model
from kitbag.questions.model import ItemBank
from kitbag.reading import Marks

M = TypeVar("M", bound=Model)

LARGEST_COURSE_FILE: Final = 4 * 1024**2
"""Bytes of one YAML file; a bank of 500 items has half a million."""
MOST_OF_A_COURSE: Final = 64 * 1024**2
"""Bytes of all YAML files of a course; a course of forty modules has some five million."""

Known = dict[str, tuple[str, type[Model], tuple[Any, Marks | None, list[Finding]]]]
"""What files held when they were last read, by their path from the course folder: the digest of each, the model it was
read into, and what came of it."""


@dataclass(frozen=True)
class Loaded:
    """What came of reading a course folder."""

    course: Course | None
    """The course; `None` where a finding is an error."""
    findings: list[Finding]
    """Everything the author should know, by file and line."""
    places: Places
    """Where each value stands, for later findings."""


def load_course(folder: Path, known: Known | None = None) -> Loaded:
    """Read the course in `folder` and check it.

    It reads course/course.yaml and a file a module, the module's item bank of the same name under questions/, and where
    they are there, sources.yaml and glossary.yaml. Pictures are looked at for their presence and kind only. Nothing
    raises: a folder that is no course gives a finding too.

    Args:
        folder: the course folder.
        known: what its files held the last time. It is brought up to date, and what has not changed is the same object
            again.
    """
    if kind_inside(folder, "course") is None:
        hint = 'Name the folder of your course with "-C", or start a course with "kitbag init".'
        message = f'There is no course in "{folder if folder != Path() else folder.absolute()}".'
        return Loaded(None, [Finding("no-course", Place("course/course.yaml"), message, hint)], Places())
    reading = Reading(folder, known={} if known is None else known)
    info = reading.read("course/course.yaml", CourseInfo)
    sources = reading.sources()
    glossary = reading.glossary()
    strings = reading.own_strings()
    names = [name for name in info.modules if name not in RESERVED] if info else _stems(folder, "course", RESERVED)
    modules = {name: reading.read(f"course/{name}.yaml", Module) for name in names}
    banks = {name: reading.bank(name) for name in names}
    parts = Parts(folder, info, sources, glossary, modules, banks)
    findings = reading.findings + list(check(parts, reading.places))
    if info and not any(finding.code == "missing-file" for finding in findings):
        findings += _left_lying(folder, info)
    findings += _odd(folder, {*reading.asked, *media_of(parts)})
    media = {name.removeprefix(f"{MEDIA}/"): reading.hash_media(name) for name in media_of(parts)}
    findings = in_order(findings)
    course = None
    if info and sources and glossary and not has_errors(findings):
        course = Course(
            folder=folder,
            info=info,
            sources=sources,
            glossary=glossary,
            modules=tuple(module for module in modules.values() if module),
            banks=tuple(bank for bank in banks.values() if bank),
            digest=course_digest(reading.digests),
            strings=strings,
            media=media,
        )
    return Loaded(course, findings, reading.places)


def course_digest(files: Mapping[str, str]) -> str:
    """Return the digest of a course from those of the files it is made of, in the order of their names."""
    return hashlib.sha256("".join(f"{digest} {name}\n" for name, digest in sorted(files.items())).encode()).hexdigest()


@dataclass
class Reading:
    """Gathers findings, places and digests while files are read."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file that was read, in hexadecimal, by its path from the course folder."""
    known: Known = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Files that were to be read."""
    left: int = MOST_OF_A_COURSE
    """Bytes that may yet be read."""

    def read(self, file: str, model: type[M]) -> M | None:
        """Return what a file holds; `None` where anything in it is wrong, and a finding says what."""
        self.asked.append(file)
        if self.left <= 0:
            message = f"The files before this one hold {MOST_OF_A_COURSE // 1024**2} MiB already; it was not read."
            self.findings.append(Finding("too-large", Place(file), message, "Make two courses of it."))
            return None
        try:
            data = read_within(self.folder, file, largest=LARGEST_COURSE_FILE)
            self.left -= len(data)
        except Unreadable as error:
            hint = error.hint or (_near(self.folder, file) if error.code == "missing-file" else "")
            self.findings.append(Finding(error.code, Place(file), str(error), hint))
            return None
        digest = self.digests[file] = hashlib.sha256(data).hexdigest()
        if file not in self.known or self.known[file][:2] != (digest, model):
            self.known[file] = (digest, model, read_model(data, file, model))
        value: M | None
        value, marks, findings = self.known[file][2]
        self.findings += findings
        if marks:
            self.places.marks[file] = marks
        return value

    def sources(self) -> Sources | None:
        """Read the sources; a course that cites nothing needs no file of them."""
        return self.read(SOURCES, Sources) if stands_inside(self.folder, SOURCES) else _empty(Sources, "sources/1")

    def glossary(self) -> Glossary | None:
        """Read the glossary; a course needs none."""
        return self.read(GLOSSARY, Glossary) if stands_inside(self.folder, GLOSSARY) else _empty(Glossary, "glossary/1")

    def bank(self, name: str) -> ItemBank | None:
        """Read a module's item bank; a module without a file of items has none, which is no mistake."""
        file = f"questions/{name}.yaml"
        if not stands_inside(self.folder, file):
            return _empty_bank(name)
        return self.read(file, ItemBank)

    def own_strings(self) -> dict[str, str]:
        """Read the course's own interface strings, by their whole keys; a course needs none."""
        if not stands_inside(self.folder, STRINGS):
            return {}
        own = self.read(STRINGS, InterfaceStrings)
        return dict(self._flat((), own.strings)) if own else {}

    def _flat(self, above: tuple[str, ...], tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, value in tree.items():
            path = (*above, name)
            if isinstance(value, dict):
                yield from self._flat(path, value)
            elif isinstance(value, str):
                yield ".".join(path), value
            else:
                place = self.places.at(STRINGS, "strings", *path)
                message = f'"{".".join(path)}" is a list.'
                self.findings.append(Finding("wrong-type", place, message, "Write text, or strings with their keys."))

    def hash_media(self, name: str) -> str:
        """Return the digest of a picture; nothing where it cannot be read, which the checks tell."""
        try:
            self.digests[name] = hashlib.sha256(read_within(self.folder, name)).hexdigest()
        except Unreadable:
            return ""
        return self.digests[name]


def _empty(model: type[M], schema: str) -> M:
    return model.model_validate({"schema": schema})


@cache
def _empty_bank(module: str) -> ItemBank:
    return ItemBank.model_validate({"schema": "questions/1", "module": module})


def _stems(folder: Path, part: str, leave_out: Iterable[str] = ()) -> list[str]:
    names = (name.removesuffix(".yaml") for name in names_within(folder, part) if name.endswith(".yaml"))
    return [name for name in names if name not in set(leave_out)]


def _near(folder: Path, file: str) -> str:
    above, _, name = file.rpartition("/")
    others = names_within(folder, above)
    return did_you_mean(name, others) or "Write it, or take its name out of course.yaml."


def _left_lying(folder: Path, info: CourseInfo) -> Iterable[Finding]:
    """Find YAML files that look like part of the course and are not."""
    known = {*info.modules, *RESERVED}
    for name in _stems(folder, "course"):
        if name not in known:
            hint = 'Add it to "modules" in course.yaml, or move it away.'
            yield Finding(
                "unused-file", Place(f"course/{name}.yaml"), "No module list names this file.", hint, Severity.WARNING
            )
    for name in _stems(folder, "questions"):
        if name not in info.modules:
            hint = did_you_mean(name, info.modules) or "Name it like the module its items belong to."
            message = "There is no module of this name, so its items are not used."
            yield Finding("unused-file", Place(f"questions/{name}.yaml"), message, hint, Severity.WARNING)
    for part in ("course", "questions"):
        for name in names_within(folder, part):
            if name.endswith(".yml"):
                hint = f'Rename it to "{name.removesuffix(".yml")}.yaml".'
                message = "Files that end in .yml are not read."
                yield Finding("unused-file", Place(f"{part}/{name}"), message, hint, Severity.WARNING)


PARTS: Final = {"course": False, "questions": False, "course/media": True, "templates": True}
"""The folders that an author fills, and whether folders in them count."""


def _odd(folder: Path, known: Collection[str]) -> Iterable[Finding]:
    """Find what is neither a file nor a folder, and links that lead out or nowhere; apart from what is read anyway."""
    for part, deep in PARTS.items():
        kind = kind_inside(folder, part)
        if kind not in ("folder", None):
            what = "is a link that leads out of the course folder, or in a circle" if kind == "link" else "is no folder"
            yield Finding("not-a-folder", Place(part), f'"{part}" {what}.', "Put the folder itself there.")
        for name, entry in files_inside(folder, part, deep=deep):
            if entry.is_file(follow_symlinks=False) or name in known:
                continue
            if problem := _problem(kind_inside(folder, name)):
                yield Finding("not-a-file", Place(name), problem, "Delete it.", Severity.WARNING)


def _problem(kind: Kind | None) -> str:
    return {
        None: "This is a link that leads nowhere, so it is ignored.",
        "link": "This is a link that leads out of the course folder, or in a circle, so it is ignored.",
        "pipe": "This is a named pipe, so it is ignored.",
        "socket": "This is a socket, so it is ignored.",
        "device": "This is a device, so it is ignored.",
    }.get(kind, "")
