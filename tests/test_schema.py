"""The JSON Schemas tell an editor what each field means."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kitbag.schema import KINDS, schema_of


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for model in (schema, *schema.get("$defs", {}).values()):
        for name, field in model.get("properties", {}).items():
            yield model["title"], name, field


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_says_what_it_means(kind: str) -> None:
    silent = [f"{model}.{name}" for model, name, field in fields(json.loads(schema_of(kind))) if not described(field)]
    assert [name for name in silent if not name.endswith(".type")] == []


def described(field: dict[str, Any]) -> bool:
    return field.get("description", "").endswith((".", ")"))


def test_a_field_that_is_inherited_or_renamed_is_described_too() -> None:
    schema = json.loads(schema_of("module"))
    assert schema["$defs"]["ChartLink"]["properties"]["from"]["description"] == "The box that acts."
    assert schema["$defs"]["TextBlock"]["properties"]["uncited"]["description"] == (
        "Why nothing is cited, where that is right (an instruction, a question to the group)."
    )
