"""Item banks and the item types: a closed union, told apart by `type`.

Adding a type: write its class, add it to `Item`, and let mypy list every `match` that has to learn it.
Stems, options, feedback and rationales are Markdown; ids are the author's and never change when the text does.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from kitbag.fields import Cited, FileId, Flag, Identifier, Line, Markdown, Model, Number, Whole


class Level(StrEnum):
    """Cognitive level of an item or objective (the revised Bloom taxonomy)."""

    REMEMBER = "remember"
    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"
    EVALUATE = "evaluate"
    CREATE = "create"


class Use(StrEnum):
    """Where an item may appear: in lessons and practice quizzes, or in tests, never in both."""

    PRACTICE = "practice"
    TEST = "test"


class ScoringRule(StrEnum):
    """How right and wrong choices make a mark; the formulas are in `kitbag.questions.scoring`."""

    PARTIAL = "partial"
    EXACT = "exact"
    WRONG_SHARE = "1/w"
    RIGHT_SHARE = "1/c"
    ANY_WRONG = "any-wrong"
    NO_PENALTY = "no-penalty"


class ItemType(StrEnum):
    """The name of each item type, as authors write it."""

    SINGLE_CHOICE = "single-choice"
    MULTIPLE_RESPONSE = "multiple-response"
    TRUE_FALSE = "true-false"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"
    SHORT_ANSWER = "short-answer"
    CLOZE = "cloze"
    CATEGORISE = "categorise"
    ESSAY = "essay"


class Picture(Model):
    """An image shown with an item or stimulus."""

    src: Line
    """The file's name under course/media."""
    alt: Line
    """What the picture tells, for someone who cannot see it."""


class Waiver(Model):
    """A lint rule set aside for one item, on purpose."""

    rule: Identifier
    """The code of the lint rule."""
    reason: Line
    """Why the item is right as it stands."""


class Option(Model):
    """One choice offered to the trainee."""

    id: Identifier
    """Names the option within its item; keys, responses and exports use it."""
    text: Markdown
    """What the trainee reads."""
    feedback: Markdown | None = None
    """Shown to a trainee who chose this option."""


class Choice(Model):
    """A thing to match, to order, to sort into: an id and what the trainee reads."""

    id: Identifier
    """Names it within its item."""
    text: Markdown
    """What the trainee reads."""


class ExpectedError(Model):
    """A wrong answer that trainees are known to give, and what to tell them."""

    answers: Annotated[tuple[Line, ...], Field(min_length=1)]
    """The wrong answers, compared like the accepted ones."""
    feedback: Markdown
    """Shown to a trainee who gave one of them."""


class ItemBase(Cited):
    """What every item has, whatever its type."""

    id: FileId
    """Names the item in the whole course; it stays the same when the text is edited."""
    stem: Markdown
    """The question or task, complete without its options."""
    rationale: Markdown
    """Why the key is right, shown after the answer."""
    objective: Identifier
    """The learning objective the item gives evidence of."""
    level: Level
    """The cognitive level it asks for."""
    use: Use
    """`practice` (lessons, practice quizzes) or `test`."""
    points: Annotated[Whole, Field(ge=1, le=100)] = 1
    """Marks for a fully right response."""
    scenario: Flag = False
    """True where the stem tells an invented situation; it is then marked as invented for training."""
    stimulus: Identifier | None = None
    """The shared stimulus shown above this item."""
    picture: Picture | None = None
    """An image shown under the stem."""
    enemies: tuple[Identifier, ...] = ()
    """Items that never share a form with this one. One direction is enough."""
    waivers: tuple[Waiver, ...] = ()
    """Lint rules set aside for this item, each with its reason."""


class SingleChoice(ItemBase):
    """One option is right."""

    type: Literal["single-choice"]
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=200)]
    """The options, in any order; they are shuffled unless `shuffle` says otherwise."""
    key: Identifier
    """The id of the right option."""
    shuffle: Flag = True
    """False keeps the options in the author's order (numbers, dates)."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item."""
    floor: Literal["zero", "chance"] = "zero"
    """`chance`: a wrong choice earns -1/(k-1) for k options, which makes guessing worth nothing."""


class MultipleResponse(ItemBase):
    """Any number of options is right."""

    type: Literal["multiple-response"]
    options: Annotated[tuple[Option, ...], Field(min_length=3, max_length=200)]
    """The options, in any order."""
    key: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """The ids of all right options."""
    shuffle: Flag = True
    """False keeps the options in the author's order."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item."""


class TrueFalseFeedback(Model):
    """What to tell a trainee who chose one side."""

    true: Markdown | None = None
    """Shown to a trainee who answered true."""
    false: Markdown | None = None
    """Shown to a trainee who answered false."""


class TrueFalse(ItemBase):
    """A statement to judge."""

    type: Literal["true-false"]
    key: Flag
    """Whether the statement is true."""
    feedback: TrueFalseFeedback = TrueFalseFeedback()
    """Feedback per answer; the wrong side needs one."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item."""
    floor: Literal["zero", "chance"] = "zero"
    """`chance`: a wrong answer earns -1."""


class Premise(Model):
    """The left side of a match."""

    id: Identifier
    """Names it within its item."""
    text: Markdown
    """What the trainee reads."""
    match: Identifier
    """The id of the right response."""
    feedback: Markdown | None = None
    """Shown to a trainee who matched it wrongly."""


class Matching(ItemBase):
    """Each premise goes with one response; a response may serve several premises or none."""

    type: Literal["matching"]
    premises: Annotated[tuple[Premise, ...], Field(min_length=2, max_length=26)]
    """What is to be matched, each with the id of its response."""
    responses: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=26)]
    """What it is matched with; more responses than premises leave no pair to be guessed."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item (`partial` or `exact`)."""


class Ordering(ItemBase):
    """Elements to put in order."""

    type: Literal["ordering"]
    elements: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=26)]
    """The elements **in the right order**; the trainee gets them shuffled."""
    feedback: Markdown | None = None
    """Shown to a trainee whose order was wrong."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item (`partial` or `exact`)."""


class Numeric(ItemBase):
    """A number to give."""

    type: Literal["numeric"]
    key: Number
    """The right value."""
    tolerance: Annotated[Number, Field(ge=0)] = Decimal(0)
    """How far a response may be from the value, either way, and still be right; the ends count."""
    unit: Line | None = None
    """Shown after the box; the trainee types the number only."""
    mistakes: tuple[ExpectedError, ...] = ()
    """Wrong answers that are known, with feedback."""


class ShortAnswer(ItemBase):
    """A few words to write."""

    type: Literal["short-answer"]
    accept: Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]
    """Every answer that is right; the first one is shown as the key."""
    mistakes: tuple[ExpectedError, ...] = ()
    """Wrong answers that are known, with feedback."""


class Gap(Model):
    """One gap of a cloze text."""

    id: Identifier
    """Names it; the text says `[[id]]` where the gap is."""
    accept: Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]
    """Every answer that is right; the first one is shown as the key."""
    mistakes: tuple[ExpectedError, ...] = ()
    """Wrong answers that are known, with feedback."""


class Cloze(ItemBase):
    """A text with gaps to fill."""

    type: Literal["cloze"]
    text: Markdown
    """The text; `[[id]]` stands where a gap is."""
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=50)]
    """The gaps, in the order of the text."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item (`partial` or `exact`)."""


class Sorted(Model):
    """Something to put into a category."""

    id: Identifier
    """Names it within its item."""
    text: Markdown
    """What the trainee reads."""
    category: Identifier
    """The id of the right category."""
    feedback: Markdown | None = None
    """Shown to a trainee who put it elsewhere."""


class Categorise(ItemBase):
    """Things to sort into categories."""

    type: Literal["categorise"]
    categories: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=26)]
    """The categories, shown in this order."""
    elements: Annotated[tuple[Sorted, ...], Field(min_length=2, max_length=50)]
    """What is to be sorted, each with the id of its category."""
    scoring: ScoringRule | None = None
    """Set aside the course's scoring rule for this item (`partial` or `exact`)."""


class Criterion(Model):
    """One line of a rubric."""

    id: Identifier
    """Names it within its item."""
    text: Markdown
    """What a marker looks for."""
    points: Annotated[Whole, Field(ge=1, le=100)]
    """Marks where it is fully met. The criteria's points add up to the item's."""


class Essay(ItemBase):
    """A longer answer, marked by a person with a rubric; it is never scored by machine."""

    type: Literal["essay"]
    rubric: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=20)]
    """What a marker looks for, with the marks for each."""
    model_answer: Markdown | None = None
    """An answer that would earn full marks; for the marker, and for self-marking."""
    words: Annotated[Whole, Field(ge=1, le=5000)] | None = None
    """About how many words are wanted."""


Item: TypeAlias = Annotated[
    SingleChoice
    | MultipleResponse
    | TrueFalse
    | Matching
    | Ordering
    | Numeric
    | ShortAnswer
    | Cloze
    | Categorise
    | Essay,
    Field(discriminator="type"),
]
"""Any item: a closed union."""


class Stimulus(Cited):
    """A text or picture that several items share."""

    id: FileId
    """Names it within its bank."""
    title: Line | None = None
    """A short heading."""
    text: Markdown
    """What the trainee reads before the items."""
    picture: Picture | None = None
    """An image shown under the text."""


class ItemBank(Model):
    """One file under questions/: the items of one module."""

    schema_: Annotated[Literal["questions/1"], Field(alias="schema")]
    """The kind and version of this file."""
    module: FileId
    """The module the items belong to; the file carries the same name."""
    stimuli: tuple[Stimulus, ...] = ()
    """Texts or pictures that several items share."""
    items: tuple[Item, ...] = ()
    """The items."""
