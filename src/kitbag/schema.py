"""JSON Schema of each kind of course file (draft 2020-12), for editors that complete and check YAML."""

import ast
import inspect
import json
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from kitbag.course.model import CourseInfo, Glossary, InterfaceStrings, Module
from kitbag.course.sources import Sources
from kitbag.fields import Model
from kitbag.questions.model import ItemBank

KINDS: Final[dict[str, type[Model]]] = {
    "course": CourseInfo,
    "module": Module,
    "questions": ItemBank,
    "sources": Sources,
    "glossary": Glossary,
    "strings": InterfaceStrings,
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
    for model in {KINDS[kind], *_models(Model)}:
        _describe(model, made if model is KINDS[kind] else made.get("$defs", {}).get(model.__name__, {}))
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _models(base: type[Model]) -> set[type[Model]]:
    return {base}.union(*map(_models, base.__subclasses__()))


def _describe(model: type[Model], schema: dict[str, Any]) -> None:
    """Add to a model's schema what the docstring under each field says.

    The validator's library could do that, but it does it whenever a model is imported, and that takes a third of the
    time.
    """
    fields = schema.get("properties", {})
    for owner in reversed(model.__mro__):
        if issubclass(owner, Model):
            for name, text in _docstrings(owner).items():
                field = fields.get(model.model_fields[name].alias or name)
                if field is not None:
                    field["description"] = text


@cache
def _docstrings(model: type[Model]) -> dict[str, str]:
    """Return the docstring under each field that a class defines itself; to find its source takes long."""
    docstrings = {}
    [definition] = ast.parse(dedent(inspect.getsource(model))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, after in pairwise(body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docstrings[name] = inspect.cleandoc(text)
            case _:
                pass  # No field, or one without a docstring.
    return docstrings
