"""The attempt record: one type for every channel — browser, terminal, marked paper, platform.

The browser writes it as JSON with exactly these names; `kitbag.results.record` reads it back, checks its digest and
scores it again. It holds no more about a person than they chose to write.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from kitbag.fields import Model

Response: TypeAlias = str | tuple[str, ...] | dict[str, str] | None
"""What a trainee answered, by item type; `None` means not attempted.

| item type | response |
|---|---|
| single choice | option id |
| multiple response | option ids |
| true/false | `"true"` or `"false"` |
| matching, categorise | `{premise or element id: response or category id}`, unanswered ones absent |
| ordering | element ids in the order given |
| numeric, short answer, essay | the text typed |
| cloze | `{gap id: text}`, unanswered ones absent |
"""

Fraction: TypeAlias = Annotated[str, Field(pattern=r"^-?[0-9]{1,40}(/[1-9][0-9]{0,40})?$")]
"""An exact number: `2`, `1/3`, `-1/2`."""


LONGEST_PERSON: Final = 200
"""Characters in a name that is keyed in from paper; a page asks for 60 at most."""

AttemptId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A UUID as text (RFC 9562, section 4)."""


class ItemResult(Model):
    """One item of an attempt."""

    item: str
    """The item's id."""
    order: tuple[str, ...] = ()
    """The ids of options, elements or responses as they were shown."""
    response: Response = None
    """What was answered."""
    marks: Fraction | None = None
    """Marks earned; absent where a person has yet to mark it."""
    possible: Fraction
    """Marks for a fully right response."""
    seconds: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """Time the item was on the screen."""
    flagged: bool = False
    """Whether the trainee flagged it for review."""


class Attempt(Model):
    """One sitting of one quiz or test by one person."""

    schema_: Annotated[Literal["attempt/1"], Field(alias="schema")]
    """The kind and version of this record."""
    id: AttemptId
    """A random UUID (RFC 9562, version 4), made when the attempt starts."""
    course: str
    """The course's id."""
    edition: str
    """The course's edition."""
    test: str
    """The test's id, or the module's id for a practice quiz."""
    form: str
    """The form id; with the edition it rebuilds the form, its order and its key."""
    attempt: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    """1 for the first attempt of this person at this test."""
    channel: Literal["browser", "terminal", "paper", "platform"]
    """Where it was taken."""
    person: str = ""
    """The pseudonym or name the trainee wrote; may be empty."""
    started: AwareDatetime
    """When the first item was shown, with its offset from UTC."""
    submitted: AwareDatetime
    """When it was handed in, with its offset from UTC."""
    scoring: str | None = None
    """The rule that scored every item, where the test sets one."""
    items: tuple[ItemResult, ...]
    """The items in the order shown."""
    marks: Fraction
    """Marks earned in all, as far as marked."""
    possible: Fraction
    """Marks possible in all."""
    cut_score: int | None = None
    """Percentage that passes; absent where nothing is to be passed."""
    passed: bool | None = None
    """Whether it was passed; absent where nothing is to be passed or a person has yet to mark an item."""
    digest: str = ""
    """SHA-256 over the record without this field, as canonical JSON (RFC 8785). It shows accident, not forgery."""
