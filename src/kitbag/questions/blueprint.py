"""What a form must hold: the blueprint of a pre-test, a final test or any other assessment."""

from typing import Annotated, Literal

from pydantic import Field

from kitbag.fields import FileId, Identifier, Line, Markdown, Model, Whole
from kitbag.questions.model import ItemType, Level, ScoringRule, Use

Count = Annotated[Whole, Field(ge=0, le=10_000)]


class Blueprint(Model):
    """How many items of each kind a form holds. What is not named is free."""

    items: Annotated[Whole, Field(ge=1, le=10_000)]
    """Items on one form."""
    use: Use = Use.TEST
    """The pool they are drawn from."""
    modules: dict[Identifier, Count] = {}
    """Items per module."""
    objectives: dict[Identifier, Count] = {}
    """Items per learning objective."""
    levels: dict[Level, Count] = {}
    """Items per cognitive level."""
    types: dict[ItemType, Count] = {}
    """Items per item type."""
    scenarios: Count = 0
    """At least so many items tell a scenario."""


class Assessment(Model):
    """A test of the course: what it draws, how often it may be taken, and when it is passed."""

    id: FileId
    """Names the test: `kitbag quiz final`."""
    title: Line
    """What trainees read."""
    purpose: Literal["pretest", "final"]
    """A pre-test shows where the group stands and has no pass mark; a final test decides."""
    instructions: Markdown
    """Read by the trainee before the first item."""
    minutes: Annotated[Whole, Field(ge=1, le=1440)] | None = None
    """Time limit for one attempt; none where absent."""
    attempts: Annotated[Whole, Field(ge=1, le=20)] = 1
    """How often a trainee may take it, each time on another form that shares no item with the last."""
    cut_score: Annotated[Whole, Field(ge=0, le=100)] | None = None
    """Percentage of the points that passes, instead of the course's."""
    scoring: ScoringRule | None = None
    """The rule for every item of the test, instead of each item's own."""
    blueprint: Blueprint
    """What each form holds."""
    shares_no_item_with: tuple[Identifier, ...] = ()
    """Other tests whose forms share no item with this one's."""
