"""JSON Schema of each kind of course file (draft 2020-12), for editors that complete and check YAML."""

import json
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from kitbag.course.model import CourseInfo, Glossary, Module, Sources
from kitbag.fields import Model
from kitbag.questions.model import ItemBank

KINDS: Final[dict[str, type[Model]]] = {
    "course": CourseInfo,
    "module": Module,
    "questions": ItemBank,
    "sources": Sources,
    "glossary": Glossary,
}
"""The model of each kind of file, by the word its `schema:` line begins with."""


class _AsAuthorsWrite(GenerateJsonSchema):
    """Takes any scalar where Kitbag reads text: an editor would call `id: 1.1` a number and complain."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        return {**made, "type": ["string", "number", "boolean"]}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's signature
        return {"type": ["number", "string"]}


def schema_of(kind: str) -> str:
    """Return the schema of one kind of file, as JSON text that ends with a line end.

    Raises:
        KeyError: there is no such kind.
    """
    made: dict[str, Any] = KINDS[kind].model_json_schema(schema_generator=_AsAuthorsWrite)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
