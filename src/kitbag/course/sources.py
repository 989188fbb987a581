"""The documents a course rests on, by passage: what course/sources.yaml holds."""

from typing import Annotated, Final, Literal

from pydantic import Field

from kitbag.fields import Citation, Day, Identifier, Line, Markdown, Model, Whole

TO_WRITE: Final = "TO BE WRITTEN"
"""Stands for what an author has to write; it is a finding until then."""


class Fact(Model):
    """One thing a passage states, in our own words."""

    id: Annotated[Whole, Field(ge=1, le=999)]
    """Numbers it within its passage: fact 4 of P2 is cited as `P2.4`."""
    text: Line
    """The fact."""
    recheck: Line | None = None
    """Why it must be checked again before teaching; absent where it will not change."""
    recheck_by: Day | None = None
    """When at the latest; the course's review day where absent."""


class Fingerprint(Model):
    """Tells whether a passage changed, without keeping its text (see `kitbag.course.fingerprints`)."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the normalised text, in hexadecimal."""
    sketch: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/=]{4,2000}$")]
    """MinHash sketch of the three-word runs of the normalised text, in base64."""


class Pin(Model):
    """A person confirmed that the course stands after a passage changed."""

    day: Day
    """When."""
    reason: Line
    """Why it stands, or what was rewritten."""
    was: Fingerprint
    """The fingerprint before."""


class Observation(Model):
    """A newer copy of the document differs here. It stands until a person pins the passage again."""

    day: Day
    """When the newer copy was compared."""
    change: Literal["moved", "reworded", "split", "merged", "gone"]
    """What happened to the passage."""
    locator: Line | None = None
    """Where it is now; absent where it is gone."""
    fingerprint: Fingerprint | None = None
    """What it is now: of its larger part where it was split; absent where it is gone."""
    moved_after: Line | None = None
    """The passage it follows now, or `-` where it comes first; absent where it kept its place among the others."""


class Passage(Model):
    """A part of a document small enough to be cited."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64)]
    """Names it in the whole course: `P2`."""
    locator: Line
    """Where it is in the document, so that a person finds it."""
    label: Line
    """What it is about, in our own words."""
    fingerprint: Fingerprint
    """Tells when it changes."""
    observed: Observation | None = None
    """A change that nobody has looked at yet; written by `kitbag sources check`."""
    withdrawn: Day | None = None
    """Since when the document no longer has the passage, and a person decided that the course may still rest on it."""
    facts: tuple[Fact, ...] = ()
    """What it states, in our own words."""
    history: tuple[Pin, ...] = ()
    """Earlier fingerprints, each with the reason the change was accepted."""


class Erratum(Model):
    """Something the document has wrong, and how we know."""

    id: Identifier
    """Names it."""
    passage: Citation
    """Where the mistake stands."""
    says: Line
    """What the document says."""
    should_say: Line
    """What is right."""
    evidence: Markdown
    """How we know; this comes from outside the document, and is marked so."""


class Document(Model):
    """A source document, by passage."""

    id: Identifier
    """Names it."""
    title: Line
    """Its title."""
    publisher: Line
    """Who published it."""
    locator: Line
    """Where to find it: an address or a shelf mark. It is printed, never opened."""
    as_of: Day
    """The state of the document that the course rests on."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    """Its language (BCP 47)."""
    official_names: tuple[Line, ...] = ()
    """Names and titles that may be repeated word for word."""
    passages: tuple[Passage, ...] = ()
    """Its passages, in order."""
    errata: tuple[Erratum, ...] = ()
    """Its known mistakes."""


class Sources(Model):
    """course/sources.yaml: the documents the course rests on."""

    schema_: Annotated[Literal["sources/1"], Field(alias="schema")]
    """The kind and version of this file."""
    documents: tuple[Document, ...] = ()
    """The documents."""
