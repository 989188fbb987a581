"""Commands that record the documents a course rests on, and show what to rewrite when one changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kitbag.commands.shared import (
    FILE_OUT,
    MISTAKES,
    bytes_inside,
    checked,
    command_line,
    in_course,
    refusals,
    say,
    say_next,
    sound,
    sound_course,
    stop,
    today,
    write,
    write_inside,
)
from kitbag.commands.usage import DAY, DOCUMENT, Group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kitbag.course.sources import Passage

_SOURCES: Final = "course/sources.yaml"
_OPENING: Final = 12
"""Words of a passage that are shown, so that a person finds it in the document."""
_WIDEST: Final = 90
"""Characters of them: a word can be long."""


@click.group(
    cls=Group,
    examples=("kitbag sources add policy.pdf --as-of 2026-03-01", "kitbag sources check newer-policy.pdf"),
)
def sources() -> None:
    """Record documents, and see what to rewrite when one changes."""


@sources.command("add", examples=("kitbag sources add policy.pdf --as-of 2026-03-01 --title 'Patrol policy'",))
@in_course
@click.argument("file", type=DOCUMENT)
@click.option("--id", "name", help="What to call the document; by default its file's name.")
@click.option("--as-of", type=DAY, help="The state it records; today where not given.")
@click.option("--title", help="Its title.")
@click.option("--publisher", help="Who published it.")
@click.option("--locator", help="Where to find it: an address or a shelf mark.")
@click.option("--language", help="Its language, such as en or fr; by default the course's.")
@click.option("--encoding", help="The character encoding of a text, where it is not UTF-8.")
def sources_add(
    folder: Path, file: Path, name: str | None, as_of: datetime | None, encoding: str | None, **described: str | None
) -> None:
    """Record FILE in sources.yaml, passage by passage.

    FILE is text, HTML or PDF. Ids, places and fingerprints of its passages are recorded, never its text.
    """
    from kitbag.course.documents.read import read_document
    from kitbag.course.sources_file import Described, with_document
    from kitbag.findings import counted
    from kitbag.inside import stands_inside

    with refusals():
        copy = read_document(file, encoding=encoding)
        said = {"language": _language(folder)} | {field: text for field, text in described.items() if text}
        day = as_of.date() if as_of else today()
        before = _sources(folder) if stands_inside(folder, _SOURCES) else _no_sources(folder)
        data, added = with_document(before, copy, Described(name or _id_from(file), day, **said))
        write_inside(folder, {_SOURCES: data})
    click.echo(f'Recorded "{added.id}" with {counted(len(added.passages), "passage")} in {_SOURCES}.')
    _show(added.passages, [passage.text for passage in copy.passages])
    say_next(f'write what is marked "{_to_write()}", then run: {command_line(folder, "check")}')


@sources.command(
    "check", examples=("kitbag sources check newer-policy.pdf", "kitbag sources check page.html --document policy")
)
@in_course
@click.argument("file", type=DOCUMENT)
@click.option("--document", help="The id of the recorded document; by default the one most like it.")
@click.option("--format", "style", type=click.Choice(["text", "html", "json"]), default="text", help="How to show it.")
@click.option("--output", type=FILE_OUT, metavar="FILE", help="Write it into this file.")
@click.option("--encoding", help="The character encoding of a text, where it is not UTF-8.")
@click.option("--anyway", is_flag=True, help="Compare even where the copy hardly resembles the document.")
@click.option("--record/--no-record", default=True, show_default=True, help="Note changes in sources.yaml.")
def sources_check(
    folder: Path,
    file: Path,
    document: str | None,
    style: str,
    output: Path | None,
    encoding: str | None,
    *,
    anyway: bool,
    record: bool,
) -> None:
    """Compare FILE, a newer copy, with what is recorded.

    It lists what rests on each change, worst first. Changes are noted in sources.yaml and stay findings until
    someone pins them. Exit code 1 tells of changes.
    """
    from kitbag.course.documents.read import read_document
    from kitbag.course.drift import compare
    from kitbag.course.drift_report import drift_json, drift_text
    from kitbag.course.provenance import usage
    from kitbag.course.sources_file import with_observations
    from kitbag.rendering.drift import drift_page

    loaded = checked(folder)
    course = sound(loaded)
    with refusals():
        copy = read_document(file, encoding=encoding)
        drift = compare(course, copy, today=today(), uses=usage(course), document=document, anyway=anyway)
        if record:
            before = _sources(folder)
            after = with_observations(before, drift)
            if after != before:
                write_inside(folder, {_SOURCES: after})
                loaded = checked(folder)  # the notes have moved the lines below them
    make = {"text": drift_text, "json": drift_json, "html": lambda *both: drift_page(both[0], course, both[1])}
    shown = make[style](drift, loaded.places)
    if output:
        write({output: shown.encode()})
        click.echo(f"Wrote {output}.")
    else:
        click.echo(shown, nl=False)
    sys.exit(MISTAKES if drift.changed or drift.new else 0)


@sources.command("pin", examples=("kitbag sources pin P7 --reason 'Lesson 1.2 was rewritten.'",))
@in_course
@click.argument("passages", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why the course stands, or what was rewritten; kept as history.")
@click.option("--as-of", type=DAY, help="The state that the document now records.")
def sources_pin(folder: Path, passages: Sequence[str], reason: str, as_of: datetime | None) -> None:
    """Accept noted changes of PASSAGES, such as P7.

    Do so when you have rewritten what rests on them, or found that the course stands as it is.
    """
    from kitbag.course.sources_file import documents_of, with_as_of, with_pin

    with refusals():
        data = _sources(folder)
        for passage in passages:
            data = with_pin(data, passage, reason=reason, today=today())
        pinned = [document.id for document in documents_of(data, passages)]
        for document in pinned if as_of else ():
            data = with_as_of(data, document, as_of.date() if as_of else today())
        write_inside(folder, {_SOURCES: data})
    click.echo(f"Pinned {', '.join(passages)}.")
    _remind_of_days(data, pinned, given=as_of is not None)
    say_next(command_line(folder, "check"))


@sources.command("take", examples=("kitbag sources take newer-policy.pdf",))
@in_course
@click.argument("file", type=DOCUMENT)
@click.option("--document", help="The id of the recorded document; by default the one most like it.")
@click.option("--encoding", help="The character encoding of a text, where it is not UTF-8.")
@click.option("--as-of", type=DAY, help="The state that the document now records.")
def sources_take(folder: Path, file: Path, document: str | None, encoding: str | None, as_of: datetime | None) -> None:
    """Add the passages that FILE, a newer copy, has in addition.

    Each goes into its place in sources.yaml.
    """
    from kitbag.course.documents.read import read_document
    from kitbag.course.drift import compare
    from kitbag.course.provenance import usage
    from kitbag.course.sources_file import with_as_of, with_new_passages

    course = sound_course(folder)
    with refusals():
        copy = read_document(file, encoding=encoding)
        drift = compare(course, copy, today=today(), uses=usage(course), document=document)
        data, added = with_new_passages(_sources(folder), drift)
        if as_of:
            data = with_as_of(data, drift.document.id, as_of.date())
        write_inside(folder, {_SOURCES: data})
    ids = ", ".join(passage.id for passage in added) or "nothing: the copy has no new passages"
    click.echo(f"Added {ids}.")
    _show(added, [new.passage.text for new in drift.new])
    _remind_of_days(data, [drift.document.id] if added else [], given=as_of is not None)


def _sources(folder: Path) -> bytes:
    return bytes_inside(folder, _SOURCES)


def _no_sources(folder: Path) -> bytes:
    """Return what sources.yaml holds before the first document, or leave where there is no course for it."""
    from kitbag.inside import kind_inside

    if kind_inside(folder, "course") != "folder":
        place = folder if folder != Path() else folder.absolute()
        stop(f'There is no course in "{place}". Name its folder with -C, or start a course with: kitbag init')
    return b"schema: sources/1\n"


def _show(passages: Sequence[Passage], texts: Sequence[str]) -> None:
    """Print what is to be labelled: the opening words of each passage, which no file of the course keeps."""
    from kitbag.results.visible import visible

    for passage, text in zip(passages, texts, strict=True):
        words = text.split()
        opening = " ".join(words[:_OPENING])[:_WIDEST]
        more = " ..." if opening != " ".join(words) else ""
        click.echo(visible(f"  {passage.id}  {passage.locator}: {opening}{more}"))


def _remind_of_days(data: bytes, documents: Sequence[str], *, given: bool) -> None:
    """Say which documents still carry their old date, once nothing in them waits for a person any more."""
    from kitbag.course.sources_file import documents_of

    for document in () if given else documents_of(data):
        if document.id in documents and not any(passage.observed for passage in document.passages):
            say(
                f'"{document.id}" still says that it is of {document.as_of}, and so do the pages. '
                f'Write the day of the newer copy into {_SOURCES} as its "as_of". Next time, --as-of does so.'
            )


def _language(folder: Path) -> str:
    from kitbag.course.load import load_course

    course = load_course(folder).course
    return course.info.language if course else "en"


def _to_write() -> str:
    from kitbag.course.sources import TO_WRITE

    return TO_WRITE


def _id_from(file: Path) -> str:
    """Return an id made of a file's name."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in file.stem).strip("-")[:64] or "source"
