"""The author guide tells the truth: every example in it is read, and no type or field goes unmentioned."""

import re
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, TypeAdapter

from kitbag.cli import main
from kitbag.course.blocks import Block
from kitbag.course.model import CourseInfo, Glossary, InterfaceStrings, Module
from kitbag.course.sources import Sources
from kitbag.fields import Cited, Model
from kitbag.modelling import read_model
from kitbag.questions.lint import RULES
from kitbag.questions.model import Item, ItemBank, ItemBase
from kitbag.reading import read_tree
from kitbag.shipped import start

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "author-guide.md"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
WHOLE_FILES: dict[str, type[Model]] = {
    "course/1": CourseInfo,
    "sources/1": Sources,
    "glossary/1": Glossary,
    "strings/1": InterfaceStrings,
    "module/1": Module,
    "questions/1": ItemBank,
}


def examples() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def parsed(example: str) -> Any:
    """Return an example with every scalar as text, as course files are read."""
    tree, findings = read_tree(example.encode(), "example.yaml")
    assert tree is not None, findings
    return tree.value


def types_of(union: Any) -> dict[str, type[Model]]:
    """Return the members of a union of blocks or items, by their `type`."""
    members = get_args(get_args(union)[0])
    return {get_args(member.model_fields["type"].annotation)[0]: member for member in members}


BLOCKS, ITEMS = types_of(Block), types_of(Item)


def models_in(annotation: Any) -> set[type[Model]]:
    """Return the models that a field may hold, however deep in tuples and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation} if issubclass(annotation, Model) else set()
    if get_origin(annotation) in (tuple, dict, Annotated, UnionType) or get_args(annotation):
        return {model for part in get_args(annotation) for model in models_in(part)}
    return set()


def used(model: type[Model], value: Any, seen: dict[type[Model], set[str]]) -> None:
    """Note which fields of a model, and of the models inside it, an example fills."""
    for field, info in model.model_fields.items():
        key = info.alias or field
        if isinstance(value, dict) and key in value:
            seen.setdefault(model, set()).add(key)
            inside = value[key] if isinstance(value[key], list) else [value[key]]
            for part in inside:
                for inner in models_in(info.annotation):
                    kind = inner.model_fields.get("type")
                    if kind is None or (isinstance(part, dict) and part.get("type") in get_args(kind.annotation)):
                        used(inner, part, seen)


@pytest.mark.parametrize("example", examples(), ids=lambda text: text.splitlines()[0].strip("- "))
def test_every_example_can_be_read(example: str) -> None:
    value = parsed(example)
    if isinstance(value, dict):
        model, _, findings = read_model(example.encode(), "example.yaml", WHOLE_FILES[value["schema"]])
        assert [str(finding) for finding in findings] == []
        assert model is not None
    else:
        kind = BLOCKS | ITEMS
        for entry in value:
            TypeAdapter(kind[entry["type"]]).validate_python(entry)


def test_every_field_has_an_example() -> None:
    seen: dict[type[Model], set[str]] = {}
    for example in examples():
        value = parsed(example)
        if isinstance(value, dict):
            used(WHOLE_FILES[value["schema"]], value, seen)
        else:
            for entry in value:
                used((BLOCKS | ITEMS)[entry["type"]], entry, seen)
    every = {*BLOCKS.values(), *ITEMS.values(), *WHOLE_FILES.values(), *seen}
    told_once = {
        ItemBase: set().union(*(seen.get(item, set()) for item in ITEMS.values())),
        Cited: {"cites", "uncited"},
    }
    silent = {
        f"{model.__name__}.{info.alias or field}"
        for model in every
        for field, info in model.model_fields.items()
        if (info.alias or field) not in seen.get(model, set())
        and not any(issubclass(model, base) and (info.alias or field) in told for base, told in told_once.items())
    }
    assert silent == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_other_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_map_of_the_house_shows_every_part() -> None:
    page = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    parts = {
        f"`{path.name}/`" if path.is_dir() else f"`{path.name}`"
        for path in (ROOT / "src" / "kitbag").iterdir()
        if not path.name.startswith("__") and (path.is_dir() or path.suffix == ".py")
    }
    assert {part for part in parts if part not in page} == set()


def test_every_command_is_in_the_guide() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    commands = [
        f"kitbag {name} {inner}".rstrip()
        for name, command in main.commands.items()
        for inner in (command.commands if isinstance(command, click.Group) else [""])
    ]
    assert [command for command in commands if f"`{command}" not in guide] == []


def test_the_guide_lists_the_rules_of_item_writing_as_they_are() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (error|warning|note) \| (.*) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = {(code, kind, text.endswith("(English)")) for code, kind, text in rows}
    assert listed == {(rule.code, rule.severity.value, rule.english) for rule in RULES}


def test_the_guide_quotes_a_message_as_it_is(tmp_path: Path) -> None:
    start(tmp_path / "mine", skeleton=True)
    bank = tmp_path / "mine" / "questions" / "m1.yaml"
    bank.write_text(bank.read_text(encoding="utf-8").replace("key: b", "key: d", 1), encoding="utf-8")
    told = CliRunner().invoke(main, ["check", "-C", str(tmp_path / "mine")]).stdout
    assert f"```text\n{told}```" in GUIDE.read_text(encoding="utf-8")
