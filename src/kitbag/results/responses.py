"""A file of responses that were given elsewhere: JSON by item id, each mistake in it with its line.

{"form": "7KQX-3M2R", "person": "Ada", "responses": {"item-1": "a", "item-2": ["a", "c"], "item-3": "15"}}
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from kitbag.findings import Finding, Place
from kitbag.questions.scoring import BadResponse
from kitbag.results.attempt import LONGEST_PERSON, Response
from kitbag.results.record import LARGEST_RECORD
from kitbag.results.session import Quiz
from kitbag.results.visible import visible

MOST_SHOWN: Final = 100
"""Mistakes that are shown of one file."""

_RESPONSE: Final = TypeAdapter(Response)
_FIELDS: Final = ("form", "person", "responses")
_BETWEEN: Final = re.compile(r"[ \t\r\n]*[:,]?[ \t\r\n]*")
_EXAMPLE: Final = 'It should be like {"form": "7KQX-3M2R", "person": "Ada", "responses": {"item-1": "a"}}.'
_SHAPES: Final = 'Write "a" for an id, "15" for a number, ["a", "c"] for several, {"g1": "word"} for gaps or pairs.'


class WrongResponses(Exception):
    """The file can't be scored; `findings` has each mistake in it."""

    def __init__(self, *findings: Finding) -> None:
        """Keep the findings."""
        more = len(findings) - MOST_SHOWN
        if more > 0:
            rest = Finding(
                "more", Place(findings[0].place.file), f"There are {more} more mistakes.", "Fix these first."
            )
            findings = (*findings[:MOST_SHOWN], rest)
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


@dataclass(frozen=True)
class Responses:
    """What a file of responses holds."""

    file: str
    form: str | None
    """The form id; absent in practice."""
    person: str
    by_item: dict[str, Response]
    places: dict[str, Place]
    """Where the response to each item stands."""

    def check(self, quiz: Quiz) -> None:
        """Raise WrongResponses with each item that isn't asked, and each response that its item can't have."""
        items = {drawn.item.id: drawn.item for drawn in quiz.questions}
        findings = []
        for name, response in self.by_item.items():
            if name not in items:
                message = f'The form {quiz.form} does not ask "{visible(name)[:60]}".'
                findings.append(Finding("not-asked", self.places[name], message, "Is this the id of another form?"))
                continue
            try:
                quiz.score(items[name], response)
            except BadResponse as error:
                findings.append(Finding("wrong-response", self.places[name], f"{visible(str(error))}.", _SHAPES))
        if findings:
            raise WrongResponses(*findings)


def read_responses(data: bytes, *, file: str) -> Responses:
    """Return what a file of responses holds. Raises WrongResponses with all that is wrong in it."""
    text, value = _parsed(data, file)
    if not isinstance(value, dict):
        raise WrongResponses(Finding("not-responses", Place(file, 1, 1), "This is no file of responses.", _EXAMPLE))
    where = _Text(file, text)
    findings: list[Finding] = []
    form: str | None = None
    person = ""
    by_item: dict[str, Response] = {}
    places: dict[str, Place] = {}
    seen: set[str] = set()
    for name, member, start, at in _members(text, text.index("{")):
        place = where.place(at)
        if name in seen:
            findings.append(Finding("twice", place, f'"{visible(name)[:60]}" stands twice.', "Delete one of the two."))
        seen.add(name)
        match name, member:
            case "form", str() | None:
                form = member
            case "person", str() if len(member) > LONGEST_PERSON:
                message = f"This name has {len(member)} characters; {LONGEST_PERSON} is the most."
                findings.append(Finding("too-long", place, message, "Shorten it."))
            case "person", str():
                person = member
            case "responses", dict():
                by_item, places = _by_item(text, start, where, findings)
            case (("form" | "person"), _):
                findings.append(Finding("not-text", place, f'"{name}" is not a text.', "Put it in quotation marks."))
            case "responses", _:
                findings.append(Finding("not-responses", place, '"responses" holds no responses by item.', _EXAMPLE))
            case _:
                unknown = f'"{visible(name)[:60]}" does not belong here.'
                findings.append(Finding("unknown-key", place, unknown, f"There are only {', '.join(_FIELDS)}."))
    if "responses" not in seen:
        findings.append(Finding("not-responses", Place(file, 1, 1), '"responses" is missing.', _EXAMPLE))
    if findings:
        raise WrongResponses(*findings)
    return Responses(file, form, person, by_item, places)


def _parsed(data: bytes, file: str) -> tuple[str, Any]:
    if len(data) > LARGEST_RECORD:
        message = f"The file is larger than {LARGEST_RECORD // 1024**2} MiB."
        raise WrongResponses(Finding("too-large", Place(file), message))
    try:
        text = data.decode("utf-8-sig")
        return text, json.loads(text)
    except UnicodeDecodeError:
        problem = Finding("not-text", Place(file), "The file is not text in UTF-8.", "Save it as UTF-8.")
    except json.JSONDecodeError as error:
        message = f"This is not JSON: {error.msg}."
        problem = Finding("not-json", Place(file, error.lineno, error.colno), message, _EXAMPLE)
    except (ValueError, RecursionError):
        problem = Finding("not-json", Place(file), "The file nests too deeply, or has too long a number.", _EXAMPLE)
    raise WrongResponses(problem)


def _by_item(
    text: str, start: int, where: "_Text", findings: list[Finding]
) -> tuple[dict[str, Response], dict[str, Place]]:
    """Return the response to each item and its place; add a finding for each value that is no response."""
    by_item: dict[str, Response] = {}
    places: dict[str, Place] = {}
    for name, value, _, at in _members(text, start):
        place = where.place(at)
        shown = visible(name)[:60]
        if name in places:
            findings.append(Finding("twice", place, f'"{shown}" stands twice.', "Delete one of the two responses."))
        places[name] = place
        try:
            by_item[name] = _RESPONSE.validate_python(value)
        except ValidationError:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            hint = f'Put the number in quotation marks: "{str(value)[:20]}".' if number else _SHAPES
            findings.append(Finding("no-response", place, f'"{shown}" has a value that is no response.', hint))
    return by_item, places


def _members(text: str, start: int) -> Iterator[tuple[str, Any, int, int]]:
    """Give name, value, and where value and name start, of each member of a JSON object known to be sound."""
    decoder = json.JSONDecoder()
    at = _after(text, start + 1)
    while text[at] != "}":
        name, end = decoder.raw_decode(text, at)
        begins = _after(text, end)
        value, end = decoder.raw_decode(text, begins)
        yield name, value, begins, at
        at = _after(text, end)


def _after(text: str, start: int) -> int:
    found = _BETWEEN.match(text, start)
    return found.end() if found else start


class _Text:
    """A text that tells line and column of its characters."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def place(self, at: int) -> Place:
        line = bisect_left(self._ends, at)
        return Place(self._file, line + 1, at - (self._ends[line - 1] if line else -1))
