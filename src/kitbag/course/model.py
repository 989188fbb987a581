"""The course and its parts, as the author writes them and as every later stage reads them.

`CourseInfo`, `Glossary`, `Module`, `Sources` (in `sources`) and `ItemBank` (in `questions`) are one YAML file each;
`Course` is all of them together, checked. The blocks of a lesson are in `blocks`. Text in `Markdown` is CommonMark
without raw HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from kitbag.course.blocks import Block
from kitbag.course.sources import Passage, Sources
from kitbag.fields import (
    Citation,
    Cited,
    Day,
    FileId,
    Flag,
    HexColour,
    Identifier,
    Line,
    Markdown,
    Minutes,
    Model,
    Whole,
)
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Item, ItemBank, Level, Picture, ScoringRule, Stimulus

# --- Modules -----------------------------------------------------------------------------------------------------


class LearningObjective(Model):
    """What a trainee can do after the module, in one observable verb."""

    id: Identifier
    """Names it in the whole course."""
    verb: Line
    """The observable verb: `state`, `identify`."""
    text: Line
    """The whole objective, beginning with its verb."""
    level: Level
    """The highest level its items reach."""


class Lesson(Model):
    """A sitting of a few minutes."""

    id: FileId
    """Names it within its module; the page is called so."""
    title: Line
    """What it is about."""
    summary: Line
    """One sentence for lists and search."""
    minutes: Minutes
    """Teaching time."""
    objectives: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """The objectives it works towards."""
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]
    """Its content, in order."""


class PlanStep(Model):
    """One line of the instructor's minute plan."""

    minutes: Minutes
    """How long."""
    what: Line
    """What happens."""
    how: Markdown
    """How to lead it, materials and pages included."""
    lesson: Identifier | None = None
    """The lesson it covers."""


class TalkingPoint(Cited):
    """Something the instructor says in their own words."""

    text: Markdown
    """The point."""


class DifficultMoment(Model):
    """Something that happens in the room, and a reply that helps."""

    situation: Line
    """What is said or done."""
    reply: Markdown
    """What the instructor can answer."""


class ExpectedAnswer(Cited):
    """A question asked in the room, with what to expect."""

    question: Markdown
    """The question."""
    expected: Markdown
    """What a good answer holds."""
    wrong: Markdown | None = None
    """Wrong answers that come up, and what to say."""


class InstructorGuide(Model):
    """The instructor's part of a module. None of it reaches a trainee."""

    at_a_glance: Markdown
    """The module in half a page."""
    plan: Annotated[tuple[PlanStep, ...], Field(min_length=1)]
    """The minute plan; its minutes add up to the module's."""
    materials: tuple[Line, ...] = ()
    """What to bring."""
    talking_points: tuple[TalkingPoint, ...] = ()
    """What to say, with what it rests on."""
    expected_answers: tuple[ExpectedAnswer, ...] = ()
    """Questions asked in the room."""
    difficult_moments: tuple[DifficultMoment, ...] = ()
    """What may happen, and replies."""
    sensitivity: Markdown | None = None
    """How to lead a hard subject with care."""
    no_projector: Markdown
    """How to teach it without a screen."""
    shortened: Markdown
    """What to keep when time is short."""


class Module(Model):
    """One file under course/: a unit of teaching with its own bank of items."""

    schema_: Annotated[Literal["module/1"], Field(alias="schema")]
    """The kind and version of this file."""
    id: FileId
    """Names the module; the file carries the same name."""
    title: Line
    """What it is about."""
    summary: Markdown
    """A short paragraph for the module's page."""
    minutes: Minutes
    """Teaching time."""
    objectives: Annotated[tuple[LearningObjective, ...], Field(min_length=1)]
    """What trainees can do afterwards."""
    lessons: Annotated[tuple[Lesson, ...], Field(min_length=1)]
    """The lessons, in order."""
    self_checks: tuple[Identifier, ...] = ()
    """Practice items printed on the trainee handout."""
    practice_draw: Annotated[Whole, Field(ge=1)] | None = None
    """How many practice items its practice quiz asks, drawn anew for each try; all of them where left out."""
    instructor: InstructorGuide | None = None
    """The instructor's part."""


# --- Glossary ----------------------------------------------------------------------------------------------------


class Term(Cited):
    """A glossary entry."""

    id: Identifier
    """Names it."""
    term: Line
    """The word or acronym."""
    expansion: Line | None = None
    """What an acronym stands for."""
    definition: Markdown
    """What it means, in our own words."""
    forms: tuple[Line, ...] = ()
    """Other spellings that mean the same, plurals included."""
    added: Flag = False
    """True where the source does not use the word and the course adds it."""
    undefined_in_source: Flag = False
    """True where the source uses the word without defining it; the entry then asks for a national definition."""
    see: tuple[Identifier, ...] = ()
    """Related entries."""


class Glossary(Model):
    """course/glossary.yaml."""

    schema_: Annotated[Literal["glossary/1"], Field(alias="schema")]
    """The kind and version of this file."""
    terms: tuple[Term, ...] = ()
    """The entries, in any order."""


# --- Interface strings -------------------------------------------------------------------------------------------


class InterfaceStrings(Model):
    """course/strings.yaml: words of the interface in the course's own language, or worded as its authors want them."""

    schema_: Annotated[Literal["strings/1"], Field(alias="schema")]
    """The kind and version of this file."""
    strings: dict[str, Any] = {}
    """The strings by their keys, nested like Kitbag's own: `quiz: {submit: Absenden}`."""


# --- The course file ---------------------------------------------------------------------------------------------


CompletedBy = Literal["lessons-opened", "lessons-finished", "practice", "tests"]
"""Something that completes a unit of a learning platform."""


class PathStep(Model):
    """One part of a path: lessons of a module, a test, or time of another kind."""

    title: Line
    """What happens."""
    minutes: Minutes
    """How long."""
    module: Identifier | None = None
    """The module taught."""
    lessons: tuple[Identifier, ...] = ()
    """The lessons of that module; all of them where none is named."""
    test: Identifier | None = None
    """The test taken."""


class CoursePath(Model):
    """A way through the course."""

    id: FileId
    """Names it: `full`, `refresher`."""
    title: Line
    """What trainees read."""
    summary: Markdown
    """For whom it is, and what it leaves out. Breaks come on top: say so."""
    minutes: Minutes
    """In all; the steps' minutes add up to it."""
    steps: Annotated[tuple[PathStep, ...], Field(min_length=1)]
    """The steps, in order."""


class JobAidPoint(Cited):
    """A line on the job-aid card."""

    text: Markdown
    """The line."""


class JobAidSection(Model):
    """A group of lines on the job-aid card."""

    title: Line
    """Its heading."""
    points: Annotated[tuple[JobAidPoint, ...], Field(min_length=1, max_length=10)]
    """Its lines."""


class JobAid(Model):
    """The card that goes into a pocket."""

    title: Line
    """Its heading."""
    sections: Annotated[tuple[JobAidSection, ...], Field(min_length=1, max_length=8)]
    """What it says."""
    contacts: tuple[Line, ...] = ()
    """Labels of blank lines for local contacts."""


class EvaluationQuestion(Model):
    """A question on the form by which trainees judge the course."""

    text: Line
    """The question."""
    answer: Literal["scale", "text"]
    """A scale of five, or lines to write on."""


class LeftOut(Model):
    """A fact that the course leaves out on purpose."""

    fact: Citation
    """The fact: `P2.7`."""
    reason: Line
    """Why."""


class Tracking(Model):
    """When a learning platform counts a unit (a module, a test, or the whole course) as completed, and when as passed.

    A unit is judged by what it has: a rule about tests says nothing of a module that holds none.
    """

    completed: Annotated[tuple[CompletedBy, ...], Field(min_length=1)] = ("lessons-finished", "practice", "tests")
    """All that must be done: lessons opened, or ticked as finished; practice quizzes, and tests, handed in. A unit that
    has none of it is completed by all that it has."""
    passed: Literal["final", "practice", "nothing"] | None = None
    """What decides: the final test at its cut score, or the points of all practice quizzes together at the course's.
    Where left out, a unit with a final test is decided by it, and any other by its practice."""


class Branding(Model):
    """How a course shows whose it is."""

    unit: Line | None = None
    """The unit or organisation that gives the course; certificates and papers name it as their issuer."""
    logo: Picture | None = None
    """Shown at the top of every page, and on papers."""
    crest: Picture | None = None
    """Shown on certificates; the logo where there is none."""
    accent: HexColour | None = None
    """The colour of links, buttons and headings: `"#1f4e79"`. Its shades for dark screens follow from it."""
    band: HexColour | None = None
    """The ground of the broad band on the start page."""


class CourseInfo(Model):
    """course/course.yaml: what the course is, and what holds for all of it."""

    schema_: Annotated[Literal["course/1"], Field(alias="schema")]
    """The kind and version of this file."""
    id: FileId
    """Names the course; records and saved progress carry it."""
    title: Line
    """The title."""
    subtitle: Line | None = None
    """The rest of the title."""
    edition: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")]
    """The edition, on every page. Change it when the teaching changes."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    """The language of the course (BCP 47): `en`, `fr`."""
    summary: Markdown
    """What the course gives, for the start page."""
    audience: Markdown
    """For whom it is, and what they need beforehand."""
    status: Markdown
    """What the course is not: its standing, and what it does not replace. Shown on every start page."""
    author: Line
    """Who answers for it."""
    licence: Line
    """Under which licence it may be used (an SPDX name where there is one)."""
    review_by: Day
    """When the course must be looked through again."""
    cut_score: Annotated[Whole, Field(ge=0, le=100)] = 80
    """Percentage of the points that passes a test."""
    scoring: ScoringRule = ScoringRule.PARTIAL
    """The rule for items that have none of their own."""
    modules: Annotated[tuple[FileId, ...], Field(min_length=1)]
    """The modules in order: `m1` is the file course/m1.yaml, its items are in questions/m1.yaml."""
    paths: tuple[CoursePath, ...] = ()
    """Ways through the course."""
    tests: tuple[Assessment, ...] = ()
    """The tests drawn from the banks."""
    tracking: Tracking = Tracking()
    """What a learning platform counts."""
    left_out: tuple[LeftOut, ...] = ()
    """Facts the course leaves out on purpose."""
    job_aid: JobAid | None = None
    """The card that goes into a pocket."""
    support: Markdown | None = None
    """What to say about stepping out and about support, with a line to fill in locally."""
    evaluation: tuple[EvaluationQuestion, ...] = ()
    """The form by which trainees judge the course."""
    branding: Branding = Branding()
    """Whose course it is: issuing unit, logo, crest and colours."""


# --- All of it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """Everything in a course folder, read and checked."""

    folder: Path
    """Where it was read from."""
    info: CourseInfo
    sources: Sources
    glossary: Glossary
    modules: tuple[Module, ...]
    """In teaching order."""
    banks: tuple[ItemBank, ...]
    """In the order of the modules; a module without a file of items has an empty bank."""
    digest: str = ""
    """SHA-256 over every input file, in hexadecimal: the content digest of the course."""
    strings: Mapping[str, str] = field(default_factory=dict)
    """Its own interface strings by their whole key (`quiz.submit`)."""
    media: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each picture it uses, in hexadecimal, by the picture's name under course/media."""

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every item by its id, in bank order."""
        return {item.id: item for bank in self.banks for item in bank.items}

    @cached_property
    def stimuli(self) -> dict[str, Stimulus]:
        """Every shared stimulus by its id."""
        return {stimulus.id: stimulus for bank in self.banks for stimulus in bank.stimuli}

    @cached_property
    def bank_of(self) -> dict[str, ItemBank]:
        """The item bank of each module, by the module's id."""
        return {bank.module: bank for bank in self.banks}

    @cached_property
    def objectives(self) -> dict[str, LearningObjective]:
        """Every learning objective by its id, in teaching order."""
        return {objective.id: objective for module in self.modules for objective in module.objectives}

    @cached_property
    def module_of_objective(self) -> dict[str, Module]:
        """The module of each learning objective, by the objective's id."""
        return {objective.id: module for module in self.modules for objective in module.objectives}

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """Every passage by its id, in the order of the documents."""
        return {passage.id: passage for document in self.sources.documents for passage in document.passages}

    @cached_property
    def as_of(self) -> str:
        """The newest source date, as year-month-day; empty where the course has no sources."""
        return max((document.as_of.isoformat() for document in self.sources.documents), default="")
