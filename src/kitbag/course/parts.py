"""What is known of a course while it is still being checked: any file may have failed to read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel

from kitbag.course.blocks import Figure
from kitbag.course.model import CourseInfo, Glossary, Module
from kitbag.course.sources import Sources
from kitbag.findings import Place
from kitbag.questions.model import Item, ItemBank, Picture
from kitbag.reading import Marks

MEDIA: Final = "course/media"
"""Where pictures live, from the course folder."""

Path_ = tuple[str | int, ...]


@dataclass
class Places:
    """Where each value of each file stands."""

    marks: dict[str, Marks] = field(default_factory=dict)

    def at(self, file: str, *path: str | int) -> Place:
        """Return the place of a value, or of its nearest parent that is there."""
        marks = self.marks.get(file)
        return marks.at(*path) if marks else Place(file)

    def key_at(self, file: str, *path: str | int) -> Place:
        """Return the place of the key that names a value, or of the nearest thing that is there."""
        marks = self.marks.get(file)
        return marks.key_at(*path) if marks else Place(file)


@dataclass(frozen=True)
class Parts:
    """The files of a course; `None` stands for one that could not be read."""

    folder: Path
    info: CourseInfo | None
    sources: Sources | None
    glossary: Glossary | None
    modules: Mapping[str, Module | None]
    """By the name of their file, in teaching order."""
    banks: Mapping[str, ItemBank | None]
    """By the name of their file."""

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every item that could be read, by id."""
        return {item.id: item for bank in self.banks.values() if bank for item in bank.items}

    @cached_property
    def objectives(self) -> list[str]:
        """The ids of all learning objectives that could be read, in teaching order."""
        return [objective.id for module in self.modules.values() if module for objective in module.objectives]

    @cached_property
    def all_modules_read(self) -> bool:
        """Whether what no module defines can be called unknown."""
        return all(self.modules.values())

    @cached_property
    def all_banks_read(self) -> bool:
        """Whether what no bank defines can be called unknown."""
        return all(self.banks.values())


def walk(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, BaseModel]]:
    """Give every model inside a model, itself included, with its path in the YAML file."""
    if isinstance(value, BaseModel):
        yield path, value
        for name, key in _holders(type(value)):
            inner = getattr(value, name)
            if inner:
                yield from walk(inner, (*path, key))
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from walk(entry, (*path, number))


@cache
def _holders(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return the fields of a model that may hold models: the name of each, and its key in the YAML file."""
    return tuple((name, info.alias or name) for name, info in model.model_fields.items() if _may_hold(info.annotation))


def _may_hold(annotation: Any) -> bool:
    inner = get_args(annotation)
    return any(map(_may_hold, inner)) if inner else isinstance(annotation, type) and issubclass(annotation, BaseModel)


def pictures_in(parts: Parts) -> Iterator[tuple[str, Path_, str]]:
    """Give each picture the course shows: the file that asks for it, the path of its name there, and its name."""
    if parts.info:
        for key, picture in (("logo", parts.info.branding.logo), ("crest", parts.info.branding.crest)):
            if picture:
                yield "course/course.yaml", ("branding", key, "src"), picture.src
    for name, module in parts.modules.items():
        for path, value in walk(module):
            if isinstance(value, Figure):
                yield f"course/{name}.yaml", (*path, "src"), value.src
    for name, bank in parts.banks.items():
        for kind, holders in (("items", bank.items), ("stimuli", bank.stimuli)) if bank else ():
            for number, holder in enumerate(holders):
                if isinstance(holder.picture, Picture):
                    yield f"questions/{name}.yaml", (kind, number, "picture", "src"), holder.picture.src


def media_of(parts: Parts) -> list[str]:
    """Return the media files the course uses, as sorted paths from the course folder."""
    return sorted({f"{MEDIA}/{src}" for _, _, src in pictures_in(parts)})
