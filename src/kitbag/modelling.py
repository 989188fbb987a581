"""From a YAML tree to a model, and from the validator's errors to findings an author understands."""

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kitbag.fields import LONGEST_TEXT, PATTERNS, Model
from kitbag.findings import Finding, Place, did_you_mean, in_order, listed
from kitbag.reading import Tree, read_tree

M = TypeVar("M", bound=Model)


def read_model(data: bytes, file: str, model: type[M]) -> tuple[M | None, Tree | None, list[Finding]]:
    """Read one YAML file into its model.

    Args:
        data: the bytes of the file.
        file: its path from the course folder, for the findings.
        model: what the file holds.

    Returns:
        The model, or `None` where anything in the file is wrong; the tree, for findings of later checks; all findings.
    """
    tree, findings = read_tree(data, file)
    if tree is None:
        return None, None, findings
    broken = len(findings)
    try:
        value = model.model_validate(tree.value)
    except ValidationError as error:
        return None, tree, in_order([*findings, *_explained(error, model, tree)])
    if any(finding.severity == "error" for finding in findings[:broken]):
        return None, tree, findings
    return value, tree, findings


def _explained(error: ValidationError, model: type[Model], tree: Tree) -> Iterator[Finding]:
    for detail in error.errors(include_url=False, include_input=False):
        path, value = _path_in(tree.value, detail["loc"])
        if value is None and detail["type"] not in ("missing", "union_tag_not_found"):
            continue  # An empty value has its finding from the reader.
        yield _finding(detail["type"], detail.get("ctx", {}), detail["msg"], path, value, model, tree)


def _path_in(data: Any, loc: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], Any]:
    """Return the path in the data that the validator's location means, and the value there.

    The validator adds steps of its own: the tag of a union, `[key]` for a key of a mapping.
    """
    path: list[int | str] = []
    for number, step in enumerate(loc):
        last = number == len(loc) - 1
        if (isinstance(data, dict) and step in data) or (
            isinstance(step, int) and isinstance(data, list) and step < len(data)
        ):
            data = data[step]
            path.append(step)
        elif last and step != "[key]" and not (isinstance(data, dict) and data.get("type") == step):
            path.append(step)  # A key that is missing.
    return tuple(path), data


def _finding(
    kind: str,
    context: Mapping[str, Any],
    message: str,
    path: tuple[int | str, ...],
    value: Any,
    model: type[Model],
    tree: Tree,
) -> Finding:
    who = _subject(tree.value, path)
    name = str(path[-1]) if path else tree.file
    quoted = f'"{name}"' if path and isinstance(path[-1], str) else "this entry"
    at = tree.at(*path)

    def finding(code: str, place: Place, text: str, hint: str = "") -> Finding:
        return Finding(code, place, who + text, hint)

    match kind:
        case "missing":
            return finding("missing-key", at, f'"{name}" is missing.', f'Add a line "{name}: …".')
        case "extra_forbidden":
            known = _keys_at(model, tree.value, path[:-1])
            hint = did_you_mean(name, known) or (f"Known here: {listed(known, 20)}." if known else "")
            return finding("unknown-key", tree.key_at(*path), f'There is no key "{name}" here.', hint)
        case "union_tag_invalid":
            tags = [tag.strip(" '") for tag in str(context["expected_tags"]).split(",")]
            tag = value.get("type") if isinstance(value, dict) else value
            hint = did_you_mean(str(tag), tags) or f"Known: {listed(tags, 20)}."
            return finding("unknown-type", tree.at(*path, "type"), f'There is no type "{tag}".', hint)
        case "union_tag_not_found":
            return finding("missing-key", at, '"type" is missing.', 'Add a line "type: …".')
        case "enum" | "literal_error":
            allowed = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
            hint = did_you_mean(str(value), allowed) or f"Known: {listed(allowed, 20)}."
            place = tree.key_at(*path) if isinstance(value, (dict, list)) else at
            shown = f'cannot be "{_short(value)}"' if isinstance(value, str) else f"must be text, not {_shape(value)}"
            return finding("unknown-value", place, f"{_capital(quoted)} {shown}.", hint)
        case "string_pattern_mismatch":
            wanted = PATTERNS[str(context["pattern"])]
            text = f'{_capital(quoted)} is "{_short(value)}", which is not {wanted}.'
            return finding("wrong-form", at, text)
        case "string_too_short" | "string_too_long":
            if value.strip() == "":
                return finding("empty-value", at, f"{_capital(quoted)} is empty.", "Write a value, or delete the line.")
            limit = context["max_length"]
            hint = "Split it." if limit == LONGEST_TEXT else "Shorten it."
            return finding(
                "too-long", at, f"{_capital(quoted)} has {len(value):,} characters; {limit:,} is the most.", hint
            )
        case "too_short" | "too_long":
            wanted = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
            return finding("wrong-count", at, f"{_capital(quoted)} has {len(value)} entries and needs {wanted}.")
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            return finding("out-of-range", at, f"{_capital(quoted)} is {_short(value)} and must be {bound}.")
        case "whole_number" | "flag" | "decimal_number" | "day":
            wanted = message.removeprefix("expected ")
            return finding("wrong-type", at, f'{_capital(quoted)} is "{_short(value)}"; expected {wanted}.')
        case _:
            wanted = _WANTED.get(kind, message)
            return finding(
                "wrong-type", at, f"{_capital(quoted)} must be {wanted}, not {_shape(value)}.", _MENDS.get(kind, "")
            )


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


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _subject(data: Any, path: tuple[int | str, ...]) -> str:
    """Return the id of the innermost thing on the path that has one, as the beginning of a message."""
    found = ""
    for step in path:
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            found = data["id"]
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
    else:
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            found = data["id"]
    return f"{_short(found)}: " if found else ""


def _keys_at(model: type[BaseModel], data: Any, path: tuple[int | str, ...]) -> list[str]:
    """Return the keys the model knows at a path of the data, in the order in which it documents them."""
    shape: Any = model
    for step in path:
        shape = _one_of(shape, data)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return []
        if isinstance(step, int):
            shape = (get_args(shape) or (None,))[0]
        elif isinstance(shape, type) and issubclass(shape, BaseModel):
            field = next((f for name, f in shape.model_fields.items() if step in (name, f.alias)), None)
            shape = field.annotation if field else None
        else:
            shape = (get_args(shape) or (None,))[-1]
    shape = _one_of(shape, data)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return [field.alias or name for name, field in shape.model_fields.items()]
    return []


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
