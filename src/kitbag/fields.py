"""The kinds of value a course file holds, and the base of every model read from one.

A YAML scalar arrives here as text, just as the author typed it: the field decides what it means. So `no`, `on`,
`012` and `3:30` stay text in a text field, and only `true` and `false` are a flag (YAML 1.2 core schema, 10.3.2).
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from kitbag.files import is_safe_name

LONGEST_TEXT: Final = 100_000
"""Characters in one text field; more than this is a mistake or an attack."""


PATTERNS: Final = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "an id (letters, digits, dot, hyphen, underscore)",
    r"^[^\r\n]*$": "text on one line",
    r"^[A-Za-z][A-Za-z0-9_-]*$": "a passage id such as P2",
    r"^[A-Za-z][A-Za-z0-9_-]*(\.[0-9]+)?$": "a passage such as P2 or a fact such as P2.4",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a language tag such as en or fr-CA",
    r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$": "an edition such as 1.0 or 2026-2",
    r"^[0-9a-f]{64}$": "a SHA-256 in hexadecimal",
    r"^[A-Za-z0-9+/=]{4,2000}$": "a sketch in base64",
    r"^#[0-9A-Fa-f]{6}$": 'a colour such as "#1f4e79", in quotation marks',
}
"""What each pattern of the models asks for, in an author's words."""


class Model(BaseModel):
    """A frozen value that knows each of its fields and refuses any other."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        hide_input_in_errors=True,
        # Most models are only ever read as parts of another, so a validator of their own would be made for nothing.
        defer_build=True,
    )


def _whole_number(value: Any) -> Any:
    if isinstance(value, str):
        if re.fullmatch(r"-?[0-9]{1,15}", value) is None:
            raise PydanticCustomError("whole_number", "expected a whole number")
        return int(value)
    return value


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise PydanticCustomError("flag", "expected true or false")
        return value == "true"
    return value


def _decimal(value: Any) -> Any:
    if isinstance(value, str):
        if re.fullmatch(r"-?[0-9]{1,15}([.,][0-9]{1,15})?", value) is None:
            raise PydanticCustomError("decimal_number", "expected a number such as 12 or 0.5")
        if re.fullmatch(r"-?[1-9][0-9]{0,2},[0-9]{3}", value):
            point = value.replace(",", ".")
            raise PydanticCustomError(
                "decimal_number",
                "that can mean two numbers: write {point} or {thousands}",
                {"point": point, "thousands": value.replace(",", "")},
            )
        return Decimal(value.replace(",", "."))
    return value


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("day", "expected a day such as 2024-07-11") from error
    return value


def _file_name(value: str) -> str:
    if not is_safe_name(value):
        raise PydanticCustomError("file_name", "no file can have this name on Windows")
    return value


Identifier: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
"""A name given by the author and never shown as text: letters, digits, dot, hyphen, underscore."""

FileId: TypeAlias = Annotated[Identifier, AfterValidator(_file_name)]
"""An id that files are called by: one of the names that every system allows."""

Line: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\r\n]*$")
]
"""Plain text on one line."""

Markdown: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
"""CommonMark without raw HTML."""

Whole: TypeAlias = Annotated[int, BeforeValidator(_whole_number)]
"""A whole number in decimal digits."""

Minutes: TypeAlias = Annotated[Whole, Field(ge=0, le=6000)]
"""How long something takes."""

Flag: TypeAlias = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false`, nothing else."""

Number: TypeAlias = Annotated[Decimal, BeforeValidator(_decimal)]
"""An exact decimal number."""

Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
"""A day of the calendar, written year-month-day (ISO 8601)."""

Citation: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*(\.[0-9]+)?$", max_length=64)]
"""A passage (`P2`) or one fact of it (`P2.4`)."""


HexColour: TypeAlias = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
"""A colour in hexadecimal."""


class Cited(Model):
    """Something that says what it rests on: passages, or the reason for citing none."""

    cites: tuple[Citation, ...] = ()
    """The passages (`P2`) or facts (`P2.4`) this rests on."""
    uncited: Line | None = None
    """Why nothing is cited, where that is right (an instruction, a question to the group)."""
