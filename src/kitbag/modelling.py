"""From a YAML tree to a model, and from the validator's errors to findings an author understands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from kitbag.collector import no_collector
from kitbag.fields import LONGEST_TEXT, PATTERNS, Model
from kitbag.findings import Finding, Place, Severity, did_you_mean, has_errors, in_order, listed
from kitbag.reading import Marks, Tree, read_tree

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

M = TypeVar("M", bound=Model)


MOST_TOLD: Final = 1_000
"""Mistakes of one file that are explained; with more, the wrong file is probably there."""


def read_model(data: bytes, file: str, model: type[M]) -> tuple[M | None, Marks | None, list[Finding]]:
    """Read one YAML file into its model.

    Args:
        data: the bytes of the file.
        file: its path from the course folder, for the findings.
        model: what the file holds.

    Returns:
        The model, or `None` where anything in the file is wrong; the places of its values, for findings of later
        checks; all findings.
    """
    with no_collector():
        tree, findings = read_tree(data, file)
    if tree is None:
        return None, None, [_with_schema(finding, model) for finding in findings]
    if any(finding.code == "empty-value" for finding in findings):
        findings = _with_empty_lists(findings, model, tree)
    try:
        value = model.model_validate(tree.value)
    except ValidationError as error:
        # What follows from a mistake that is told already is not told, too.
        told = {finding.place for finding in findings if finding.severity is Severity.ERROR}
        explained = (finding for finding in _explained(error, model, tree) if finding.place not in told)
        return None, tree.marks, in_order([*findings, *explained])
    return (None if has_errors(findings) else value), tree.marks, findings


def _with_schema(finding: Finding, model: type[Model]) -> Finding:
    """Tell the author of an empty file how to begin it."""
    hint = f'Begin it with the line "schema: {_schema_of(model)}".'
    return replace(finding, hint=hint) if finding.code == "empty-file" else finding


def _with_empty_lists(findings: list[Finding], model: type[Model], tree: Tree) -> list[Finding]:
    """Tell the author how to write a list without entries where a list was left empty and may be."""
    empty = {
        tree.marks.key_at(*path): str(path[-1])
        for path in _empty_values(tree.value)
        if _may_be_empty(_shape_at(model, tree.value, path[:-1]), str(path[-1]))
    }
    return [
        replace(finding, hint=f'Write its entries, or "{empty[finding.place]}: []" while there are none.')
        if finding.code == "empty-value" and finding.place in empty
        else finding
        for finding in findings
    ]


def _empty_values(value: Any, path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """Give the path of each key whose value was left empty."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if inner is None and isinstance(step, str):
                yield (*path, step)
            else:
                yield from _empty_values(inner, (*path, step))


def _may_be_empty(shape: Any, name: str) -> bool:
    """Tell whether a field of a model is a list that may have no entries."""
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):
        return False
    field = next((field for key, field in shape.model_fields.items() if name in (key, field.alias)), None)
    return field is not None and get_origin(field.annotation) is tuple and not field.is_required()


def _schema_of(model: type[Model]) -> str:
    return str(get_args(model.model_fields["schema_"].annotation)[0])


def _explained(error: ValidationError, model: type[Model], tree: Tree) -> Iterator[Finding]:
    every = error.errors(include_url=False, include_input=False)
    details = every[:MOST_TOLD]
    if len(every) > MOST_TOLD:
        message = f"{len(every) - MOST_TOLD} more mistakes in this file are not listed."
        yield Finding("more-mistakes", Place(tree.marks.file), message, "Mend the listed ones first.")
    misspelled = _misspelled(details, model, tree)
    for detail in details:
        path, value = _path_in(tree.value, detail["loc"])
        if detail["loc"][-1:] == ("[key]",):
            yield _odd_key(str(path[-1]), detail.get("ctx", {}), path, tree)
            continue
        if value is None and detail["type"] not in ("missing", "union_tag_not_found"):
            continue  # An empty value has its finding from the reader.
        if detail["type"] == "missing" and path in misspelled:
            continue  # The unknown key beside it is the one finding of that mistake.
        if detail["type"] == "too_short" and len(value) >= detail["ctx"]["min_length"]:
            continue  # The validator counts sound entries only; the unsound ones have findings of their own.
        wrong = _Wrong(detail["type"], detail.get("ctx", {}), detail["msg"], path, value)
        yield _finding(wrong, model, tree)


def _misspelled(details: Sequence[Any], model: type[Model], tree: Tree) -> set[tuple[int | str, ...]]:
    """Return the paths of keys that are missing because a key beside them is a misspelling of theirs."""
    missing = {_path_in(tree.value, detail["loc"])[0] for detail in details if detail["type"] == "missing"}
    found = set()
    for detail in details:
        if detail["type"] == "extra_forbidden":
            *above, name = _path_in(tree.value, detail["loc"])[0]
            near = get_close_matches(str(name), _keys_at(model, tree.value, tuple(above)), n=1)
            found |= {(*above, meant) for meant in near if (*above, meant) in missing}
    return found


def _path_in(data: Any, loc: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], Any]:
    """Return the path in the data that the validator's location means, and the value there.

    The validator adds steps of its own: the tag of a union, `[key]` for a key of a mapping.
    """
    path: list[int | str] = []
    for number, step in enumerate(loc):
        last = number == len(loc) - 1
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and step in range(len(data))):
            data = data[step]  # type: ignore[index]
            path.append(step)
        elif last and step != "[key]" and not (isinstance(data, dict) and data.get("type") == step):
            path.append(step)  # A key that is missing.
    return tuple(path), data


@dataclass(frozen=True)
class _Wrong:
    """One error of the validator, with what the author wrote there."""

    kind: str
    context: Mapping[str, Any]
    message: str
    path: tuple[int | str, ...]
    value: Any

    @property
    def name(self) -> str:
        """The key, or what to call an entry of a list."""
        if not self.path:
            return "The file"
        return f'"{_short(self.path[-1])}"' if isinstance(self.path[-1], str) else "This entry"


def _finding(wrong: _Wrong, model: type[Model], tree: Tree) -> Finding:
    value, name, context = wrong.value, wrong.name, wrong.context
    place, hint = tree.marks.at(*wrong.path), ""
    match wrong.kind:
        case "literal_error" if wrong.path == ("schema",):
            wanted = _schema_of(model)
            code, text = "wrong-schema", f'The file says "schema: {_short(value)}", and Kitbag expects "{wanted}" here.'
            newer = str(value).partition("/")[0] == wanted.partition("/")[0]
            hint = "Update Kitbag, if a newer one wrote it." if newer else "Correct the line, or the file's name."
        case "missing" if wrong.path == ("schema",):
            code, text = "missing-key", '"schema" is missing.'
            hint = f'Begin the file with the line "schema: {_schema_of(model)}".'
        case "missing":
            code, text, hint = "missing-key", f"{name} is missing.", f'Add a line {name[:-1]}: …".'
        case "extra_forbidden":
            known = _keys_at(model, tree.value, wrong.path[:-1])
            place = tree.marks.key_at(*wrong.path)
            code, text = "unknown-key", f"There is no key {name} here."
            hint = did_you_mean(str(wrong.path[-1]), known) or (f"Known here: {listed(known, 20)}." if known else "")
        case "union_tag_invalid" if not isinstance(value["type"], str):
            place = tree.marks.at(*wrong.path, "type")
            code, text = "wrong-type", f'"type" must be text, not {_shape(value["type"])}.'
        case "union_tag_invalid":
            tags = _words(context["expected_tags"])
            tag = value["type"]
            place = tree.marks.at(*wrong.path, "type")
            code, text, hint = "unknown-type", f'There is no type "{_short(tag)}".', _one_of_these(tag, tags)
        case "union_tag_not_found":
            code, text, hint = "missing-key", '"type" is missing.', 'Add a line "type: …".'
        case "enum" | "literal_error" if isinstance(value, str):
            code, text = "unknown-value", f'{name} cannot be "{_short(value)}".'
            hint = _one_of_these(value, _words(context["expected"]))
        case "string_pattern_mismatch":
            wanted = PATTERNS[str(context["pattern"])]
            code, text = "wrong-form", f'{name} is "{_short(value)}", which is not {wanted}.'
        case "string_too_short":
            code, text, hint = "empty-value", f"{name} is empty.", "Write a value, or delete the line."
        case "string_too_long":
            limit = context["max_length"]
            code, text = "too-long", f"{name} has {len(value):,} characters; {limit:,} is the most."
            hint = "Split it." if limit == LONGEST_TEXT else "Shorten it."
        case "too_short" | "too_long":
            bound = (
                f"at least {context['min_length']}" if wrong.kind == "too_short" else f"at most {context['max_length']}"
            )
            code, text = "wrong-count", f"{name} has {len(value)} entries and needs {bound}."
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            code, text = "out-of-range", f"{name} is {_short(value)} and must be {bound}."
        case "file_name":
            code, text = "reserved-name", f'{name} is "{_short(value)}", and no file can have this name on Windows.'
            hint = "Choose another one: files are called by it."
        case "whole_number" | "flag" | "decimal_number" | "day":
            code, text = "wrong-type", f'{name} is "{_short(value)}"; {wrong.message}.'
        case kind:
            code, text = "wrong-type", f"{name} must be {_WANTED.get(kind, wrong.message)}, not {_shape(value)}."
            hint = _MENDS.get(kind, "")
    return Finding(code, place, _subject(tree.value, wrong.path) + text, hint)


def _odd_key(key: str, context: Mapping[str, Any], path: tuple[int | str, ...], tree: Tree) -> Finding:
    """Return the finding for a key that the mapping cannot have: a level that is none, an id that is none."""
    known = _words(context["expected"]) if "expected" in context else []
    hint = _one_of_these(key, known) if known else ""
    message = f'{_subject(tree.value, path)}There is no key "{_short(key)}" here.'
    return Finding("unknown-key", tree.marks.key_at(*path), message, hint)


def _words(expected: object) -> list[str]:
    """Return the words of the validator's list: `'a', 'b' or 'c'`."""
    return [word.strip(" '") for word in str(expected).replace(" or ", ", ").split(",")]


def _one_of_these(word: str, known: list[str]) -> str:
    return did_you_mean(word, known) or f"Known: {listed(known, 20)}."


_WANTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": 'a mapping of "key: value" lines',
    "model_attributes_type": 'a mapping of "key: value" lines',
    "dict_type": 'a mapping of "key: value" lines',
    "int_type": "a whole number",
    "bool_type": "true or false",
    "date_type": "a day such as 2024-07-11",
    "is_instance_of": "a number",
    "decimal_type": "a number",
}
_MENDS = {
    "string_type": "Put the text in quotes if it holds a colon or begins with a bracket.",
    "tuple_type": 'Begin each entry with "- ".',
}


def _shape(value: Any) -> str:
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f'the text "{_short(value)}"'


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"


def _subject(data: Any, path: tuple[int | str, ...]) -> str:
    """Return the ids on the way to a value, as the beginning of a message: `m1-03/b: `. The file's own is left out."""
    names = []
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            names.append(_short(data["id"]))
    return f"{'/'.join(names)}: " if names else ""


def _keys_at(model: type[BaseModel], data: Any, path: tuple[int | str, ...]) -> list[str]:
    """Return the keys the model knows at a path of the data, in the order in which it documents them."""
    shape = _shape_at(model, data, path)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return [field.alias or name for name, field in shape.model_fields.items()]
    return []


def _shape_at(model: type[BaseModel], data: Any, path: tuple[int | str, ...]) -> Any:
    """Return the type the model expects at a path of the data; `None` where it knows none."""
    shape: Any = model
    for step in path:
        shape = _one_of(shape, data)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
        if isinstance(step, int):
            shape = (get_args(shape) or (None,))[0]
        elif isinstance(shape, type) and issubclass(shape, BaseModel):
            field = next((f for name, f in shape.model_fields.items() if step in (name, f.alias)), None)
            shape = field.annotation if field else None
        else:
            shape = (get_args(shape) or (None,))[-1]
    return _one_of(shape, data)


def _one_of(shape: Any, data: Any) -> Any:
    """Strip annotations and optionality, and choose the member of a union that the data's `type` names."""
    while get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    if get_origin(shape) in (Union, UnionType):
        members = [member for member in get_args(shape) if member is not NoneType]
        if len(members) == 1:
            return _one_of(members[0], data)
        tag = data.get("type") if isinstance(data, dict) else None
        return next((member for member in members if tag in _tags(member)), None)
    return shape


def _tags(member: Any) -> tuple[Any, ...]:
    field: FieldInfo | None = getattr(member, "model_fields", {}).get("type")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
