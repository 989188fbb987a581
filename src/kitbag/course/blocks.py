"""Blocks: what a lesson is made of. Text fields named in `Markdown` are CommonMark without raw HTML."""

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from kitbag.course.instants import Instant, read_instant
from kitbag.fields import Cited, Flag, Identifier, Line, Markdown, Minutes, Model, Whole


class TextBlock(Cited):
    """Running text."""

    type: Literal["text"]
    text: Markdown
    """The text. Headings start at level 3."""


class KeyPoint(Cited):
    """One sentence worth remembering."""

    text: Markdown
    """The sentence."""


class KeyPoints(Model):
    """What to take away; also printed on the handout and shown on a slide."""

    type: Literal["key-points"]
    title: Line | None = None
    """Instead of the standard heading."""
    points: Annotated[tuple[KeyPoint, ...], Field(min_length=1, max_length=12)]
    """The points, each with its own citation."""


class Notice(Cited):
    """Something set apart: a note, a caution, or a sensitivity notice before a hard subject."""

    type: Literal["notice"]
    kind: Literal["note", "caution", "sensitivity"]
    """What sort of notice it is; shown by word and sign, never by colour alone."""
    title: Line | None = None
    """Instead of the standard heading."""
    text: Markdown
    """The notice."""


class Figure(Cited):
    """A picture from course/media."""

    type: Literal["figure"]
    src: Line
    """The file's name under course/media."""
    alt: Line
    """What the picture tells, for someone who cannot see it."""
    caption: Markdown | None = None
    """Printed under the picture."""
    description: Markdown | None = None
    """A full text equivalent, where `alt` is too short for what the picture holds."""
    credit: Line | None = None
    """Who made it, and its licence."""


class Table(Cited):
    """Rows and columns with headers."""

    type: Literal["table"]
    caption: Line
    """What the table shows."""
    header: Annotated[tuple[Markdown, ...], Field(min_length=1, max_length=12)]
    """A heading for each column."""
    rows: Annotated[tuple[tuple[Markdown, ...], ...], Field(min_length=1, max_length=500)]
    """The rows, each as long as the header."""
    row_headers: Flag = True
    """True where the first cell of a row names the row."""


def _instant(value: Any) -> Any:
    try:
        if isinstance(value, str):
            read_instant(value)
    except ValueError as error:
        message = "expected a day or a time such as 2024-07-11, 10:05 or 2024-07-11 10:05"
        raise PydanticCustomError("day", message) from error
    return value


At: TypeAlias = Annotated[str, BeforeValidator(_instant)]
"""A year, a month, a day, a time of day, or a day and a time."""


class TimelineEvent(Cited):
    """Something that happened."""

    text: Markdown
    """What happened."""


class Moment(Model):
    """A point on a timeline. Events within one moment have no order among them."""

    when: Line | None = None
    """The date as people read it, where that is not the exact one: `early 2022`, `at first light`."""
    year: Annotated[Whole, Field(ge=1, le=9999)] | None = None
    """The year in which the moment stands on the scale; or else `at`."""
    at: At | None = None
    """The day, the time of day or both, to scale: `2000-10-31`, `10:05`, `2000-10-31 10:05`."""
    events: Annotated[tuple[TimelineEvent, ...], Field(min_length=1, max_length=12)]
    """What happened then."""

    @property
    def instant(self) -> Instant:
        """Where it stands on the scale. Checked when the course is read: there is a year or another time, not both."""
        return Instant("year", date(self.year, 1, 1)) if self.year else read_instant(self.at or "")


class Timeline(Model):
    """Dated events, drawn from data as a picture with a text equivalent."""

    type: Literal["timeline"]
    title: Line
    """What the timeline shows."""
    moments: Annotated[tuple[Moment, ...], Field(min_length=2, max_length=60)]
    """The moments, earliest first."""


class ChartBox(Cited):
    """An actor on a who-does-what chart."""

    id: Identifier
    """Names the box; links use it."""
    title: Line
    """Who."""
    text: Markdown | None = None
    """Does what."""


class ChartGroup(Model):
    """Boxes that belong together; nearness says no more than that."""

    title: Line
    """What they have in common."""
    boxes: Annotated[tuple[ChartBox, ...], Field(min_length=1, max_length=12)]
    """The actors."""


class ChartLink(Cited):
    """A relation that a source states. What no source states has no line."""

    source: Annotated[Identifier, Field(alias="from")]
    """The box that acts."""
    target: Annotated[Identifier, Field(alias="to")]
    """The box it acts on."""
    label: Line
    """The relation, in a word or two: `supports`."""


class RolesChart(Model):
    """Who does what, drawn from data as grouped boxes with a text equivalent."""

    type: Literal["roles-chart"]
    title: Line
    """What the chart shows."""
    groups: Annotated[tuple[ChartGroup, ...], Field(min_length=1, max_length=12)]
    """The groups, in reading order."""
    links: tuple[ChartLink, ...] = ()
    """The relations that are supported by a source."""


class Scenario(Cited):
    """A situation invented for training, with questions to work on. It is always marked as invented."""

    type: Literal["scenario"]
    title: Line
    """A short name."""
    text: Markdown
    """The situation, told by roles."""
    questions: Annotated[tuple[Markdown, ...], Field(min_length=1, max_length=8)]
    """What to work out."""
    discussion: Markdown
    """What the source supports, opened by the trainee after thinking."""
    guidance: Markdown | None = None
    """For the instructor only: expected and wrong answers."""


class Card(Cited):
    """A card to cut out and hand round."""

    id: Identifier
    """Printed on the card."""
    text: Markdown
    """What the card says."""
    answer: Markdown
    """For the instructor only: where the card belongs, and why."""


class Activity(Cited):
    """Something a group does together."""

    type: Literal["activity"]
    title: Line
    """A short name."""
    aim: Markdown
    """What the group can do afterwards."""
    minutes: Minutes
    """How long it takes, debrief included."""
    group_size: Line
    """How many people work together: `3 to 4`."""
    materials: tuple[Line, ...] = ()
    """What to have ready."""
    steps: Annotated[tuple[Markdown, ...], Field(min_length=1, max_length=20)]
    """What the group does, in order."""
    cards: tuple[Card, ...] = ()
    """Cards for the activity."""
    debrief: Annotated[tuple[Markdown, ...], Field(min_length=1, max_length=12)]
    """Questions that close the activity."""
    paper_only: Markdown
    """How to run it without any screen."""
    on_your_own: Markdown | None = None
    """How to do it alone, for a trainee without a group."""
    guidance: Markdown | None = None
    """For the instructor only: expected and wrong answers."""


class Reflection(Cited):
    """A moment to think, with room to write on paper. Nothing is saved or scored."""

    type: Literal["reflection"]
    prompts: Annotated[tuple[Markdown, ...], Field(min_length=1, max_length=6)]
    """What to think about."""
    lines: Annotated[Whole, Field(ge=1, le=20)] = 3
    """Lines to write on, per prompt, on paper."""


class Checkpoint(Model):
    """Practice items inside a lesson."""

    type: Literal["checkpoint"]
    title: Line | None = None
    """Instead of the standard heading."""
    items: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=10)]
    """The ids of practice items."""


class InstructorNote(Cited):
    """For the instructor only; no trainee's output holds a word of it."""

    type: Literal["instructor"]
    title: Line | None = None
    """What the note is about."""
    text: Markdown
    """The note: talking points, expected and wrong answers."""


Block: TypeAlias = Annotated[
    TextBlock
    | KeyPoints
    | Notice
    | Figure
    | Table
    | Timeline
    | RolesChart
    | Scenario
    | Activity
    | Reflection
    | Checkpoint
    | InstructorNote,
    Field(discriminator="type"),
]
"""Any block: a closed union."""
