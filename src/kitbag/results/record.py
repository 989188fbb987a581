"""Attempt records as files: written with a digest, and read back with suspicion.

The digest shows that a record was cut, edited or mangled on its way. It isn't a signature: anyone who can edit a record
can also work out a new digest. So a record is scored again before it counts (`kitbag.results.judging`).
"""

import json
import re
from hashlib import sha256
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from kitbag.results.attempt import Attempt
from kitbag.results.visible import visible

LARGEST_RECORD: Final = 4 * 1024 * 1024
"""Bytes in one record; a test of 500 essays has fewer."""
SCHEMA: Final = "attempt/1"
_LONE: Final = re.compile("[\ud800-\udfff]")


class BadRecord(Exception):
    """A file that is no sound record; the message says why, `code` in a word."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the reason in a word: `not-a-record`, `newer`, `altered`, `too-large`."""
        super().__init__(message)
        self.code = code


def canonical(value: Any) -> bytes:
    """Return JSON of a record in the canonical form of RFC 8785.

    Records hold whole numbers and ASCII names only, for which sorting by code point is the order the RFC asks for.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8", "surrogatepass")


def sealed(attempt: Attempt) -> Attempt:
    """Return the record with its digest in place."""
    return attempt.model_copy(update={"digest": _digest(_plain(attempt))})


def write_record(attempt: Attempt) -> bytes:
    """Return the record as the bytes of a file, sealed."""
    return canonical(_plain(sealed(attempt))) + b"\n"


def read_record(data: bytes) -> Attempt:
    """Return the record that a file holds.

    Raises:
        BadRecord: the file is too large, no record, cut short, of a newer Kitbag, or its digest does not fit.
    """
    if len(data) > LARGEST_RECORD:
        raise BadRecord("too-large", f"It is larger than {LARGEST_RECORD // 1024 // 1024} MiB, so it is no record.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRecord("not-a-record", "It is no text in UTF-8, as every record is.") from None
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadRecord("not-a-record", "It is cut short, or is no record at all.") from None
    schema = value.get("schema") if isinstance(value, dict) else None
    if isinstance(schema, str) and schema.startswith("attempt/") and schema != SCHEMA:
        raise BadRecord("newer", f'A newer Kitbag wrote it ("{visible(schema[:20])}"); this one reads "{SCHEMA}".')
    if schema != SCHEMA:
        raise BadRecord("not-a-record", "It is no record of an attempt.")
    try:
        attempt = Attempt.model_validate(_whole(value))
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise BadRecord("not-a-record", f'It is no sound record: look at "{visible(field)[:80]}".') from None
    if attempt.digest != _digest({name: held for name, held in value.items() if name != "digest"}):
        raise BadRecord("altered", "It was changed after it was saved: its digest does not fit.")
    return attempt


def _plain(attempt: Attempt) -> dict[str, Any]:
    return attempt.model_dump(mode="json", by_alias=True, exclude_none=True)


def _digest(plain: dict[str, Any]) -> str:
    return sha256(canonical({name: held for name, held in plain.items() if name != "digest"})).hexdigest()


def _whole(value: Any) -> Any:
    """Return JSON with U+FFFD for each lone surrogate: half an emoji, where a box was full. No text can hold one."""
    match value:
        case str():
            return _LONE.sub("\ufffd", value)
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {name: _whole(one) for name, one in value.items()}
        case _:
            return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice")
    return made


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
