"""Commands that record the documents a course rests on, and show what to rewrite when one changes."""

from __future__ import annotations

import sys
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
    say_next,
    sound,
    sound_course,
    today,
    write,
    write_inside,
)
from kitbag.commands.usage import DAY, DOCUMENT, Group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

_SOURCES: Final = "course/sources.yaml"


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

    with refusals():
        copy = read_document(file, encoding=encoding)
        said = {"language": _language(folder)} | {field: text for field, text in described.items() if text}
        day = as_of.date() if as_of else today()
        data, added = with_document(_sources(folder), copy, Described(name or _id_from(file), day, **said))
        write_inside(folder, {_SOURCES: data})
    click.echo(f'Recorded "{added.id}" with {counted(len(added.passages), "passage")} in {_SOURCES}.')
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
def sources_pin(folder: Path, passages: Sequence[str], reason: str) -> None:
    """Accept noted changes of PASSAGES, such as P7.

    Do so when you have rewritten what rests on them, or found that the course stands as it is.
    """
    from kitbag.course.sources_file import with_pin

    with refusals():
        data = _sources(folder)
        for passage in passages:
            data = with_pin(data, passage, reason=reason, today=today())
        write_inside(folder, {_SOURCES: data})
    click.echo(f"Pinned {', '.join(passages)}.")
    say_next(command_line(folder, "check"))


@sources.command("take", examples=("kitbag sources take newer-policy.pdf",))
@in_course
@click.argument("file", type=DOCUMENT)
@click.option("--document", help="The id of the recorded document; by default the one most like it.")
@click.option("--encoding", help="The character encoding of a text, where it is not UTF-8.")
def sources_take(folder: Path, file: Path, document: str | None, encoding: str | None) -> None:
    """Add the passages that FILE, a newer copy, has in addition.

    Each goes into its place in sources.yaml.
    """
    from kitbag.course.documents.read import read_document
    from kitbag.course.drift import compare
    from kitbag.course.provenance import usage
    from kitbag.course.sources_file import with_new_passages

    course = sound_course(folder)
    with refusals():
        copy = read_document(file, encoding=encoding)
        drift = compare(course, copy, today=today(), uses=usage(course), document=document)
        data, added = with_new_passages(_sources(folder), drift)
        write_inside(folder, {_SOURCES: data})
    ids = ", ".join(passage.id for passage in added) or "nothing: the copy has no new passages"
    click.echo(f"Added {ids}.")


def _sources(folder: Path) -> bytes:
    return bytes_inside(folder, _SOURCES)


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
