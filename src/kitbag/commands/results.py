"""Commands that bring attempt records together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kitbag.commands.shared import (
    FILE,
    FILE_OUT,
    IN_PART,
    MISTAKES,
    bytes_of,
    in_course,
    in_store,
    opened_store,
    sound_course,
    stop,
    write,
)
from kitbag.commands.usage import Group

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOW_TO_ADD = "Add attempt records first: kitbag results add FILE, a folder or a stick."


@click.group(cls=Group, examples=("kitbag results add /media/stick", "kitbag results report --roster class.csv"))
def results() -> None:
    """Bring attempt records together, and see who passed."""


@results.command("add", examples=("kitbag results add", "kitbag results add /media/stick"))
@in_course
@in_store
@click.option(
    "--twins",
    type=click.Choice(["refuse", "replace", "both"]),
    default="refuse",
    show_default=True,
    help="What to do with another record of the same sitting or answer sheet.",
)
@click.option("--any-time", is_flag=True, help="Take records whose times can't be right, as from a wrong clock.")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1)
def results_add(folder: Path, where: Path | None, files: Sequence[Path], twins: str, *, any_time: bool) -> None:
    """Add the attempt records in FILES, and score each again.

    FILES may be folders or a whole stick. Without FILES it adds the tests taken in this folder's terminal and the
    grids marked here. A record that was added before counts once. One that was altered, is of another course, or
    contradicts a record of the same sitting is refused with the reason, and the exit code is 1.
    """
    from itertools import chain

    from kitbag.results.gather import gather
    from kitbag.results.judging import Judge
    from kitbag.results.place import own_records
    from kitbag.results.store import Twins
    from kitbag.results.store_file import NotAStore
    from kitbag.results.visible import visible

    course = sound_course(folder)
    judge = Judge(course, any_time=any_time)
    added = known = refused = 0
    with opened_store(course, where, judge) as store:
        found = gather(files) if files else own_records(folder)
        try:
            for outcome in chain(
                store.judge_waiting(judge), store.add(found, judge, twins=Twins(twins), on_wait=_wait)
            ):
                added += outcome.kept
                known += outcome.code == "known"
                refused += not outcome.kept and outcome.code != "known"
                if outcome.code not in ("new", "known"):
                    click.echo(f"{visible(outcome.name)}: {outcome.code}: {outcome.message}", err=not outcome.kept)
        except NotAStore as error:
            stop(f"{error} Added {added} before that. Make room, and add the same files again.", IN_PART)
        waiting = len(store.waiting())
    click.echo(f"Added {added}, already there {known}, refused {refused}; waiting for their edition: {waiting}.")
    sys.exit(MISTAKES if refused else 0)


def _wait() -> None:
    click.echo("Another Kitbag is writing into these results; waiting for it.", err=True)


@results.command(
    "report", examples=("kitbag results report --roster class.csv", "kitbag results report --format pdf --output r.pdf")
)
@in_course
@in_store
@click.option("--roster", type=FILE, metavar="CSV", help="Who should have come: a CSV file with a column of names.")
@click.option(
    "--format", "style", type=click.Choice(["text", "html", "csv", "pdf"]), default="text", help="How to show it."
)
@click.option(
    "--table",
    type=click.Choice(["attempts", "objectives", "items", "pairs"]),
    default="attempts",
    show_default=True,
    help="What to write as CSV.",
)
@click.option("--output", type=FILE_OUT, metavar="FILE", help="Write it into this file.")
def results_report(
    folder: Path, where: Path | None, roster: Path | None, style: str, table: str, output: Path | None
) -> None:
    """Report who passed, who failed and who is missing.

    It shows the scores by objective and by question, too.
    """
    from kitbag.console import speaks
    from kitbag.rendering.faults import NoPdf
    from kitbag.rendering.results_report import results_csv, results_page, results_pdf, results_text
    from kitbag.results.report import report
    from kitbag.results.roster import NotARoster, read_roster

    if style == "pdf" and output is None:
        raise click.UsageError("A PDF needs --output FILE.")
    if style == "html" and output is None and sys.stdout.isatty():
        raise click.UsageError("A page of HTML is for a browser. Write it into a file with --output FILE.")
    course = sound_course(folder)
    try:
        names = read_roster(bytes_of(roster)) if roster else None
    except NotARoster as error:
        stop(str(error))
    with opened_store(course, where) as store:
        made = report(course, store, roster=names)
    if style == "pdf":
        try:
            shown = results_pdf(made)
        except NoPdf as error:
            stop(str(error), IN_PART)
    elif style == "text":
        shown = results_text(made, unicode=output is not None or speaks("█·")).encode()
    else:
        shown = (results_csv(made, table) if style == "csv" else results_page(made)).encode()
    if output:
        write({output: shown})
        click.echo(f"Wrote {output}.")
    else:
        # A file is UTF-8 wherever it goes; what a person reads here is in the words of their terminal.
        click.echo(shown.decode() if style == "text" else shown, nl=False)
    if not made.sittings and not made.waiting:
        click.echo(f"There are no results yet. {_HOW_TO_ADD}", err=True)


@results.command("export", examples=("kitbag results export --xapi statements.json",))
@in_course
@in_store
@click.option("--xapi", type=FILE_OUT, required=True, metavar="FILE", help="Write xAPI 1.0.3 statements into FILE.")
@click.option("--home", default="https://kitbag.invalid/", show_default=True, help="The address that names belong to.")
def results_export(folder: Path, where: Path | None, xapi: Path, home: str) -> None:
    """Write the results for a learning record store (xAPI)."""
    import json

    from kitbag.findings import counted
    from kitbag.results.xapi import statements

    if not home.startswith(("https://", "http://")) or not home.endswith("/") or set(home) & set(' "<>\\^`{|}'):
        raise click.BadParameter("expected an address such as https://training.example/.", param_hint="--home")
    course = sound_course(folder)
    with opened_store(course, where) as store:
        made = list(statements(course, store, home=home))
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in made)
    write({xapi: f"[\n{lines}\n]\n".encode()})
    click.echo(f"Wrote {counted(len(made), 'statement')} into {xapi}.")


@results.command("verify", examples=("kitbag results verify 7KQX-3M2R",))
@in_course
@in_store
@click.argument("code")
@click.option("--name", default="", help="The name on the certificate, where the record holds a pseudonym.")
def results_verify(folder: Path, where: Path | None, code: str, name: str) -> None:
    """Find the attempt behind a certificate with this CODE.

    The exit code is 1 where there is none.
    """
    from kitbag.rendering.paper_certificate import certified
    from kitbag.results.visible import visible

    course = sound_course(folder)
    with opened_store(course, where) as store:
        found = certified(course, store.passed(), code, name=name)
    if found is not None:
        said, attempt = found
        who = visible(said.name) or attempt.id
        click.echo(f"{who} passed {attempt.test} on {said.day} with {said.score}, form {attempt.form}.")
        return
    hint = "" if name else " If it was printed with --name, give the same name here."
    stop(f'No certificate of these results has the code "{visible(code)}".{hint}')


@results.command("essays", examples=("kitbag results essays --output essays.csv",))
@in_course
@in_store
@click.option("--output", type=FILE_OUT, required=True, metavar="FILE", help="Write the sheet into this CSV file.")
def results_essays(folder: Path, where: Path | None, output: Path) -> None:
    """Write a sheet of the essays that wait for marks.

    It has a line for each criterion. Fill in "marks", then run "kitbag results mark".
    """
    from kitbag.results.essays import sheet

    course = sound_course(folder)
    with opened_store(course, where) as store:
        text = sheet(course, store)
    # With a byte order mark, spreadsheets take it for UTF-8.
    write({output: text.encode("utf-8-sig")})
    click.echo(f"Wrote {output}.")


@results.command("mark", examples=("kitbag results mark essays.csv",))
@in_course
@in_store
@click.argument("filled", type=FILE)
def results_mark(folder: Path, where: Path | None, filled: Path) -> None:
    """Take over the marks in FILLED, a sheet of essays.

    Each record gets a new digest, and counts anew.
    """
    from kitbag.findings import counted
    from kitbag.results.essays import WrongSheet, marked
    from kitbag.results.gather import Found
    from kitbag.results.judging import Judge
    from kitbag.results.record import write_record

    course = sound_course(folder)
    judge = Judge(course)
    with opened_store(course, where) as store:
        try:
            records = marked(bytes_of(filled), course, store, judge)
        except WrongSheet as error:
            stop(f"{filled}: {error} Nothing was changed.")
        outcomes = list(store.add([Found(one.id, write_record(one)) for one in records], judge))
    for outcome in outcomes:
        click.echo(f"{outcome.name}: {outcome.code}: {outcome.message}", err=not outcome.kept)
    click.echo(f"Marked {counted(sum(outcome.kept for outcome in outcomes), 'record')}.")
    sys.exit(0 if all(outcome.kept for outcome in outcomes) else MISTAKES)
