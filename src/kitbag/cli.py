"""The command line: arguments in, messages and exit codes out. What a command needs is imported when it runs.

Exit codes: 0 all is well; 1 the course has mistakes, and nothing was written; 2 the command was called wrongly;
3 part of the work could not be done (a full disk, a missing library), and the messages say which part; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import click

from kitbag import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kitbag.course.load import Loaded
    from kitbag.course.model import Course
    from kitbag.course.parts import Places
    from kitbag.findings import Finding, Place
    from kitbag.rendering.paper_certificate import Completion
    from kitbag.results.store import Store

    Size = Literal["a4", "letter"]

MISTAKES: Final = 1
IN_PART: Final = 3

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
_FILE_OUT: Final = click.Path(path_type=Path, dir_okay=False)
_SOURCES: Final = "course/sources.yaml"


def in_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names the course folder."""
    return click.option(
        "-C",
        "--course",
        "folder",
        type=_FOLDER,
        default=Path(),
        show_default="this folder",
        metavar="FOLDER",
        help="The folder that holds course/ and questions/.",
    )(command)


def into_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that says where to write."""
    help_text = "Write here instead of into build/ of the course."
    return click.option("--into", type=_FOLDER, metavar="FOLDER", help=help_text)(command)


def paper_size(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that chooses the paper."""
    sizes = click.Choice(["a4", "letter"])
    return click.option("--paper", "size", type=sizes, default="a4", show_default=True, help="The size of paper.")(
        command
    )


def own_templates(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that leaves the course's own templates aside."""
    help_text = "Ignore the templates/ of the course folder."
    return click.option("--no-templates", is_flag=True, help=help_text)(command)


def in_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names the file in which results come together."""
    help_text = "The file of results, instead of results/results.sqlite of the course folder."
    return click.option("--store", "where", type=_FILE_OUT, metavar="FILE", help=help_text)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kitbag")
def main() -> None:
    """Turn one folder of YAML into lessons, scored quizzes, handouts, exam papers and course packages.

    Start with "kitbag init my-course", then "kitbag build" inside the new folder.
    """
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--skeleton", is_flag=True, help="Lay down a small course to write over, not the whole shipped one.")
def init(folder: Path, *, skeleton: bool) -> None:
    """Start a course in FOLDER, which must be new or empty."""
    from kitbag.shipped import CannotStart, start

    try:
        written = start(folder, skeleton=skeleton)
    except CannotStart as error:
        _stop(str(error))
    click.echo(f"Wrote {len(written)} files into {folder}. Next: cd {folder} && kitbag build")


@main.command()
@in_course
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print findings.")
@click.option("--copied", "source", type=_FILE, metavar="FILE", help="Also find sentences copied from this document.")
def check(folder: Path, style: str, source: Path | None) -> None:
    """Read the course and say everything that is wrong with it, with file, line and column.

    It checks the files, how the items are written, what is not taught or tested, what is out of date, and how hard the
    lessons are to read.
    """
    from kitbag.findings import as_json, in_order

    loaded = _checked(folder)
    findings = loaded.findings
    if loaded.course:
        findings = in_order([*findings, *_looked_over(loaded.course, loaded.places)])
    if source:
        findings = in_order([*findings, *_copied(loaded, source)])
    if style == "json":
        click.echo(as_json(findings))
    else:
        _print(findings)
        click.echo(_summary(findings))
    sys.exit(_code(findings))


@main.command()
@in_course
@click.option("--only", "wanted", multiple=True, metavar="OUTPUT", help="Build this output only; may be repeated.")
@into_folder
@paper_size
@own_templates
def build(folder: Path, wanted: Sequence[str], into: Path | None, size: Size, *, no_templates: bool) -> None:
    """Build the site, the handouts and all other output into build/."""
    from kitbag.build import OUTPUTS, Settings, build_course
    from kitbag.findings import did_you_mean, listed

    for name in wanted:
        if name not in OUTPUTS:
            hint = did_you_mean(name, OUTPUTS) or f"There are: {listed(OUTPUTS)}."
            raise click.BadParameter(f'There is no output "{name}". {hint}', param_hint="--only")
    course = _course(folder)
    settings = Settings(into or folder / "build", tuple(wanted), None if no_templates else folder, size)
    _finish(build_course(course, settings, _say))


@main.command()
@in_course
@click.argument("test")
@click.option("--variants", type=click.IntRange(1, 26), default=2, show_default=True, help="How many forms to draw.")
@click.option("--seed", default="1", show_default=True, help="Any text; the same text draws the same forms.")
@click.option("--attempt", type=click.IntRange(1, 20), default=1, help="Draw the forms of a later attempt.")
@into_folder
@paper_size
@own_templates
def paper(
    folder: Path,
    test: str,
    variants: int,
    seed: str,
    attempt: int,
    into: Path | None,
    size: Size,
    *,
    no_templates: bool,
) -> None:
    """Print TEST in variants: papers, answer sheets, a key for each, and a grid to key the answers into."""
    from kitbag.build import Settings, print_exam
    from kitbag.findings import did_you_mean, listed

    course = _course(folder)
    tests = {one.id: one for one in course.info.tests}
    if test not in tests:
        hint = did_you_mean(test, tests) or f"There are: {listed(tests)}."
        raise click.BadParameter(f'The course has no test "{test}". {hint}', param_hint="TEST")
    if attempt > tests[test].attempts:
        raise click.BadParameter(f"{test} has {tests[test].attempts} attempts.", param_hint="--attempt")
    settings = Settings(into or folder / "build", templates=None if no_templates else folder, paper=size)
    _finish(print_exam(course, settings, _say, test=test, variants=variants, seed=seed, attempt=attempt))


@main.command()
@in_course
@click.argument("grid", type=_FILE)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="When the test was taken; today where not given.")
@into_folder
def mark(folder: Path, grid: Path, day: datetime | None, into: Path | None) -> None:
    """Score the answer sheets keyed into GRID, and write an attempt record for each into build/results/."""
    from kitbag.findings import Severity
    from kitbag.results.grid import NotAGrid, read_grid
    from kitbag.results.marking import mark_grid
    from kitbag.results.record import write_record

    course = _course(folder)
    try:
        when = (day or datetime.now(UTC)).astimezone()
        marked = mark_grid(course, read_grid(_bytes_of(grid), file=grid.name), when=when)
    except NotAGrid as error:
        _print([error.finding], err=True)
        sys.exit(MISTAKES)
    target = (into or folder / "build") / "results"
    files = {f"{one.test}-{one.person or 'sheet'}-{one.id[:8]}.json": one for one in marked.attempts}
    _write({target / _file_name(name): write_record(attempt) for name, attempt in files.items()})
    _print(marked.findings, err=True)
    for attempt in marked.attempts:
        passed = {True: "passed", False: "not passed", None: ""}[attempt.passed]
        click.echo(f"{attempt.person or attempt.id[:8]}: {attempt.marks} of {attempt.possible} {passed}".rstrip())
    click.echo(f"Wrote {len(files)} record{'' if len(files) == 1 else 's'} into {target}.")
    sys.exit(MISTAKES if any(finding.severity is Severity.ERROR for finding in marked.findings) else 0)


@main.command()
@in_course
@click.argument("records", type=_FILE, nargs=-1)
@click.option("--name", default="", help="The name to print, where the record holds a pseudonym.")
@click.option("--instructor", default="", help="Who signs.")
@click.option("--passed", is_flag=True, help="Print one for everybody who passed, from the results brought together.")
@into_folder
@paper_size
@own_templates
def certificate(
    folder: Path,
    records: Sequence[Path],
    name: str,
    instructor: str,
    into: Path | None,
    size: Size,
    *,
    passed: bool,
    no_templates: bool,
) -> None:
    """Print a certificate of completion for each of RECORDS that was passed; without any, one to fill in by hand."""
    from kitbag.build import Settings, print_certificates
    from kitbag.rendering.paper_certificate import completion_of

    course = _course(folder)
    if name and len(records) != 1:
        raise click.UsageError("--name is for one record.")
    if passed and (records or name):
        raise click.UsageError("--passed prints for everybody in the results; name no records and no person.")
    completions = [(record.stem, _completion(course, record, name, instructor)) for record in records]
    if passed:
        with _store(folder, None) as store:
            completions = [(one.id, completion_of(one, instructor=instructor)) for one in store.passed()]
        if not completions:
            _stop("Nobody has passed yet, by these results.")
    settings = Settings(into or folder / "build", templates=None if no_templates else folder, paper=size)
    _finish(print_certificates(course, settings, _say, completions))


@main.command()
@in_course
@click.argument("name", metavar="MODULE|TEST", default="final")
@click.option("--form", help="The id of the form to take; drawn where not given.")
@click.option("--person", metavar="NAME", help="A name or pseudonym for the record; asked for where not given.")
@click.option("--code", default="", help="A code from the instructor: more time, or no limit.")
@click.option("--plain", is_flag=True, help="Line by line, for screen readers: nothing is cleared, coloured or drawn.")
@click.option("--responses", type=_FILE, metavar="FILE", help="Score the responses in this JSON file without asking.")
def quiz(
    folder: Path, name: str, form: str | None, person: str | None, code: str, responses: Path | None, *, plain: bool
) -> None:
    """Take a test, or practise a module, in the terminal.

    Answers are saved as they are given: whatever happens, the same command goes on where you stopped. The record of a
    test goes to results/records/ of the course folder, where "kitbag results add" finds it.
    """
    from kitbag.questions.assembly import NoForm
    from kitbag.questions.form_id import NoFormId
    from kitbag.questions.scoring import BadResponse
    from kitbag.questions.solver import Undecided
    from kitbag.results.sittings import NoQuiz
    from kitbag.terminal import Settings, score_file, take

    course = _course(folder)
    try:
        if responses:
            sys.exit(score_file(course, name, _bytes_of(responses), form=form, person=person))
        sys.exit(take(course, name, Settings(form, person, plain, code)))
    except (NoQuiz, NoForm, NoFormId, Undecided, BadResponse) as error:
        _stop(str(error))


@main.command()
@in_course
@click.option("--format", "style", type=click.Choice(["text", "csv", "html"]), default="text", help="How to show it.")
@click.option("--output", type=_FILE_OUT, metavar="FILE", help="Write it into this file.")
def coverage(folder: Path, style: str, output: Path | None) -> None:
    """Show what of the sources is taught, practised and tested, and where there are gaps."""
    from kitbag.course.coverage import coverage as covered
    from kitbag.rendering.reports import coverage_page

    loaded = _checked(folder)
    course = _sound(loaded)
    found = covered(course)
    if style == "text":
        shown = "".join(_table(table.title, table.header, table.rows) for table in found.tables())
        shown += "".join(f"{finding}\n" for finding in found.findings(loaded.places)) or "No gaps.\n"
    else:
        shown = found.as_csv() if style == "csv" else coverage_page(found, course)
    if output:
        _write({output: shown.encode()})
        click.echo(f"Wrote {output}.")
    else:
        click.echo(shown, nl=False)


@main.command()
@in_course
@click.argument("formats", nargs=-1, required=True)
@click.option("--objective", "objectives", multiple=True, metavar="ID", help="Only items of this objective.")
@click.option("--use", type=click.Choice(["practice", "test"]), help="Only items of this use.")
@click.option("--strict", is_flag=True, help="Call it an error when a format cannot carry something.")
@click.option("--module", "modules", multiple=True, metavar="ID", help="Only this module, in formats for learners.")
@click.option("--units", type=click.Choice(["module", "course"]), default="module", help="What a platform tracks.")
@into_folder
@own_templates
def export(
    folder: Path,
    formats: Sequence[str],
    objectives: Sequence[str],
    use: str | None,
    into: Path | None,
    *,
    strict: bool,
    no_templates: bool,
    **delivery: Any,
) -> None:
    """Write the course or its item bank in FORMATS that others read.

    For learners and their platforms: zip, html, scorm12, scorm2004, epub. The item bank: moodle, gift, qti21,
    qti3, cc, csv; beside each of these lies a report of what the format could not carry.
    """
    from kitbag.exporters.deliveries import LEARNER_FORMATS
    from kitbag.exporters.registry import unknown_formats

    delivered = tuple(name for name in formats if name in LEARNER_FORMATS)
    banks = tuple(name for name in formats if name not in LEARNER_FORMATS)
    if unknown := unknown_formats(banks):
        raise click.BadParameter(" ".join(f"{one.message} {one.hint}" for one in unknown), param_hint="FORMATS")
    loaded = _checked(folder)
    course = _sound(loaded)
    templates = None if no_templates else folder
    target = (into or folder / "build") / "packages"
    if delivered:
        _deliver(course, delivered, target, templates=templates, **delivery)
    if banks:
        _export_banks(
            course,
            loaded.places,
            banks,
            target,
            objectives=objectives,
            use=use,
            strict=strict,
            templates=templates,
        )


def _deliver(
    course: Course,
    formats: Sequence[str],
    target: Path,
    *,
    modules: Sequence[str],
    units: Literal["module", "course"],
    templates: Path | None,
) -> None:
    """Write a course in formats for learners, or say what is in the way and leave."""
    from kitbag.exporters.deliveries import deliver
    from kitbag.exporters.learner import RenderedCourse, choose
    from kitbag.files import Unreadable
    from kitbag.rendering.faults import TemplateFault, own_templates

    chosen, findings = choose(course, modules)
    if findings:
        _print(findings, err=True)
        sys.exit(MISTAKES)
    rendered = RenderedCourse(chosen, templates, units)
    for name in formats:
        try:
            with own_templates(templates):
                for path in deliver(name, rendered, target):
                    _say(str(path))
        except TemplateFault as fault:
            _stop(f'{fault.place}: This template cannot be used: {fault}. Mend it, or use "--no-templates".')
        except Unreadable as error:
            _stop(f"{error} {error.hint}".strip())
        except OSError as error:
            _stop(f"{target} cannot be written: {error.strerror or error}.", IN_PART)


def _export_banks(
    course: Course,
    places: Places,
    formats: Sequence[str],
    target: Path,
    *,
    objectives: Sequence[str],
    use: str | None,
    strict: bool,
    templates: Path | None,
) -> None:
    """Write the item bank in other formats, each with its report, and leave with what they could not carry."""
    from kitbag.exporters.base import select
    from kitbag.exporters.registry import export as exported
    from kitbag.exporters.registry import write_export
    from kitbag.findings import has_errors
    from kitbag.questions.model import Use

    wanted = Use(use) if use else None
    selection, findings = select(course, _place_of(course, places), objectives=objectives, use=wanted)
    if selection is None:
        _print(findings, err=True)
        sys.exit(MISTAKES)
    made = [exported(name, selection, strict=strict, templates=templates) for name in formats]
    findings = [*findings, *(finding for one in made for finding in one.findings)]
    if has_errors(findings):
        _print(findings, err=True)
        click.echo(_summary(findings) + " Nothing was written.", err=True)
        sys.exit(MISTAKES)
    for one in made:
        try:
            for path in write_export(one, target):
                _say(str(path))
        except OSError as error:
            _stop(f"{target} cannot be written: {error.strerror or error}.", IN_PART)
    _finish(findings)


# --- Sources -------------------------------------------------------------------------------------------------------


@main.group()
def sources() -> None:
    """Record the documents a course rests on, and see what to rewrite when one changes."""


@sources.command("add")
@in_course
@click.argument("file", type=_FILE)
@click.option("--id", "name", help="What to call the document; by default its file's name.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The state it records; today where not given.")
@click.option("--title", help="Its title.")
@click.option("--publisher", help="Who published it.")
@click.option("--locator", help="Where to find it: an address or a shelf mark.")
@click.option("--language", help="Its language, such as en or fr; by default the course's.")
@click.option("--encoding", help="The character encoding of a text, where it is not UTF-8.")
def sources_add(
    folder: Path, file: Path, name: str | None, as_of: datetime | None, encoding: str | None, **described: str | None
) -> None:
    """Record FILE (text, HTML or PDF) by passage in sources.yaml: ids, places and fingerprints, never its text."""
    from kitbag.course.documents.read import read_document
    from kitbag.course.sources_file import Described, with_document

    with _refusals():
        copy = read_document(file, encoding=encoding)
        said = {"language": _language(folder)} | {field: text for field, text in described.items() if text}
        day = as_of.date() if as_of else _today()
        data, added = with_document(_sources(folder), copy, Described(name or _id_from(file), day, **said))
        _write({folder / _SOURCES: data})
    click.echo(f'Recorded "{added.id}" with {len(added.passages)} passages in {_SOURCES}.')
    click.echo(f'Write what is marked "{_to_write()}", then run kitbag check.')


@sources.command("check")
@in_course
@click.argument("file", type=_FILE)
@click.option("--document", help="The id of the recorded document; by default the one most like it.")
@click.option("--format", "style", type=click.Choice(["text", "html", "json"]), default="text", help="How to show it.")
@click.option("--output", type=_FILE_OUT, metavar="FILE", help="Write it into this file.")
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
    """Compare FILE, a newer copy, with what is recorded, and list what rests on each change, worst first.

    Changes are noted in sources.yaml and stay findings until somebody pins them. Exit code 1 tells of changes.
    """
    from kitbag.course.documents.read import read_document
    from kitbag.course.drift import compare
    from kitbag.course.drift_report import drift_json, drift_text
    from kitbag.course.provenance import usage
    from kitbag.course.sources_file import with_observations
    from kitbag.rendering.drift import drift_page

    loaded = _checked(folder)
    course = _sound(loaded)
    with _refusals():
        copy = read_document(file, encoding=encoding)
        drift = compare(course, copy, today=_today(), uses=usage(course), document=document, anyway=anyway)
        if record:
            before = _sources(folder)
            after = with_observations(before, drift)
            if after != before:
                _write({folder / _SOURCES: after})
                loaded = _checked(folder)  # the notes have moved the lines below them
    make = {"text": drift_text, "json": drift_json, "html": lambda *both: drift_page(both[0], course, both[1])}
    shown = make[style](drift, loaded.places)
    if output:
        _write({output: shown.encode()})
        click.echo(f"Wrote {output}.")
    else:
        click.echo(shown, nl=False)
    sys.exit(MISTAKES if drift.changed or drift.new else 0)


@sources.command("pin")
@in_course
@click.argument("passages", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why the course stands, or what was rewritten; kept as history.")
def sources_pin(folder: Path, passages: Sequence[str], reason: str) -> None:
    """Accept the noted change of PASSAGES, such as P7: the course stands, or was rewritten."""
    from kitbag.course.sources_file import with_pin

    with _refusals():
        data = _sources(folder)
        for passage in passages:
            data = with_pin(data, passage, reason=reason, today=_today())
        _write({folder / _SOURCES: data})
    click.echo(f"Pinned {', '.join(passages)}.")


@sources.command("take")
@in_course
@click.argument("file", type=_FILE)
@click.option("--document", help="The id of the recorded document; by default the one most like it.")
@click.option("--encoding", help="The character encoding of a text, where it is not UTF-8.")
def sources_take(folder: Path, file: Path, document: str | None, encoding: str | None) -> None:
    """Add to sources.yaml the passages that FILE, a newer copy, has in addition, each in its place."""
    from kitbag.course.documents.read import read_document
    from kitbag.course.drift import compare
    from kitbag.course.provenance import usage
    from kitbag.course.sources_file import with_new_passages

    course = _course(folder)
    with _refusals():
        copy = read_document(file, encoding=encoding)
        drift = compare(course, copy, today=_today(), uses=usage(course), document=document)
        data, added = with_new_passages(_sources(folder), drift)
        _write({folder / _SOURCES: data})
    ids = ", ".join(passage.id for passage in added) or "nothing: the copy has no new passages"
    click.echo(f"Added {ids}.")


# --- Results -------------------------------------------------------------------------------------------------------


@main.group()
def results() -> None:
    """Bring attempt records together, and see who passed."""


@results.command("add")
@in_course
@in_store
@click.argument("files", type=click.Path(path_type=Path), nargs=-1)
def results_add(folder: Path, where: Path | None, files: Sequence[Path]) -> None:
    """Add the attempt records in FILES, which may be folders or a whole stick, and score each again.

    Without FILES it adds the tests taken in this folder's terminal and the grids marked here. A record that was
    altered, is of another course or was added before is refused with the reason, and the exit code is 1.
    """
    from itertools import chain

    from kitbag.results.gather import gather
    from kitbag.results.judging import Judge
    from kitbag.results.place import own_records
    from kitbag.results.visible import visible

    judge = Judge(_course(folder))
    counts = {True: 0, False: 0}
    with _store(folder, where) as store:
        for outcome in chain(store.judge_waiting(judge), store.add(gather(files or own_records(folder)), judge)):
            counts[outcome.kept] += 1
            if outcome.code != "new":
                click.echo(f"{visible(outcome.name)}: {outcome.code}: {outcome.message}", err=not outcome.kept)
        waiting = len(store.waiting())
    click.echo(f"Added {counts[True]}, refused {counts[False]}; waiting for their edition: {waiting}.")
    sys.exit(MISTAKES if counts[False] else 0)


@results.command("report")
@in_course
@in_store
@click.option("--roster", type=_FILE, metavar="CSV", help="Who should have come: a CSV file with a column of names.")
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
@click.option("--output", type=_FILE_OUT, metavar="FILE", help="Write it into this file.")
def results_report(
    folder: Path, where: Path | None, roster: Path | None, style: str, table: str, output: Path | None
) -> None:
    """Tell who passed, who failed and who is missing, with the score by objective and by question."""
    from kitbag.rendering.paper_pdf import NoPdf
    from kitbag.rendering.results_report import results_csv, results_page, results_pdf, results_text
    from kitbag.results.report import report
    from kitbag.results.roster import NotARoster, read_roster

    if style == "pdf" and output is None:
        raise click.UsageError("A PDF needs --output FILE.")
    course = _course(folder)
    try:
        names = read_roster(_bytes_of(roster)) if roster else None
    except NotARoster as error:
        _stop(str(error))
    with _store(folder, where) as store:
        made = report(course, store, roster=names)
    if style == "pdf":
        try:
            shown = results_pdf(made)
        except NoPdf as error:
            _stop(str(error), IN_PART)
    elif style == "text":
        shown = results_text(made, unicode=output is not None or _speaks("█·")).encode()
    else:
        shown = (results_csv(made, table) if style == "csv" else results_page(made)).encode()
    if output:
        _write({output: shown})
        click.echo(f"Wrote {output}.")
    else:
        click.echo(shown.decode(), nl=False)


@results.command("export")
@in_course
@in_store
@click.option("--xapi", type=_FILE_OUT, required=True, metavar="FILE", help="Write xAPI 1.0.3 statements into FILE.")
@click.option("--home", default="https://kitbag.invalid/", show_default=True, help="The address that names belong to.")
def results_export(folder: Path, where: Path | None, xapi: Path, home: str) -> None:
    """Write the results for a learning record store, as a list of statements in JSON."""
    import json

    from kitbag.results.xapi import statements

    if not home.startswith(("https://", "http://")) or not home.endswith("/") or set(home) & set(' "<>\\^`{|}'):
        raise click.BadParameter("expected an address such as https://training.example/.", param_hint="--home")
    course = _course(folder)
    with _store(folder, where) as store:
        made = list(statements(course, store, home=home))
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in made)
    _write({xapi: f"[\n{lines}\n]\n".encode()})
    click.echo(f"Wrote {len(made)} statements into {xapi}.")


@results.command("verify")
@in_course
@in_store
@click.argument("code")
@click.option("--name", default="", help="The name on the certificate, where the record holds a pseudonym.")
def results_verify(folder: Path, where: Path | None, code: str, name: str) -> None:
    """Find the attempt that a certificate with this CODE was printed for; exit code 1 where there is none."""
    from kitbag.rendering.paper_certificate import certificate_code, completion_of
    from kitbag.results.visible import visible

    def bare(text: str) -> str:
        return "".join(text.split()).replace("-", "").upper()

    course = _course(folder)
    with _store(folder, where) as store:
        for attempt in store.passed():
            said = completion_of(attempt, name=name)
            if bare(certificate_code(course, said)) == bare(code):
                who = visible(said.name) or attempt.id
                click.echo(f"{who} passed {attempt.test} on {said.day} with {said.score}, form {attempt.form}.")
                return
    _stop(f'No certificate of these results has the code "{visible(code)}".')


@results.command("essays")
@in_course
@in_store
@click.option("--output", type=_FILE_OUT, required=True, metavar="FILE", help="Write the sheet into this CSV file.")
def results_essays(folder: Path, where: Path | None, output: Path) -> None:
    """Write a sheet of the essays that wait for marks, a line for each criterion; fill in "marks" and see `mark`."""
    from kitbag.results.essays import sheet

    course = _course(folder)
    with _store(folder, where) as store:
        text = sheet(course, store)
    # With a byte order mark, spreadsheets take it for UTF-8.
    _write({output: text.encode("utf-8-sig")})
    click.echo(f"Wrote {output}.")


@results.command("mark")
@in_course
@in_store
@click.argument("filled", type=_FILE)
def results_mark(folder: Path, where: Path | None, filled: Path) -> None:
    """Take over the marks in FILLED, a sheet of essays; each record gets a new digest, and counts anew."""
    from kitbag.results.essays import WrongSheet, marked
    from kitbag.results.gather import Found
    from kitbag.results.judging import Judge
    from kitbag.results.record import write_record

    course = _course(folder)
    judge = Judge(course)
    with _store(folder, where) as store:
        try:
            records = marked(_bytes_of(filled), course, store, judge)
        except WrongSheet as error:
            _stop(f"{filled}: {error} Nothing was changed.")
        outcomes = list(store.add([Found(one.id, write_record(one)) for one in records], judge))
    for outcome in outcomes:
        click.echo(f"{outcome.name}: {outcome.code}: {outcome.message}", err=not outcome.kept)
    click.echo(f"Marked {sum(outcome.kept for outcome in outcomes)} records.")
    sys.exit(0 if all(outcome.kept for outcome in outcomes) else MISTAKES)


# --- For editors and shells ----------------------------------------------------------------------------------------


@main.command()
@click.argument("kind", type=click.Choice(["course", "module", "questions", "sources", "glossary"]), required=False)
@click.option("--into", type=_FOLDER, metavar="FOLDER", help="Write one file a kind into this folder.")
def schema(kind: str | None, into: Path | None) -> None:
    """Print the JSON Schema of one KIND of course file, so that an editor completes and checks it.

    With --into, write all of them: course.schema.json and so on.
    """
    from kitbag.files import write_atomically
    from kitbag.schema import KINDS, schema_of

    if into:
        try:
            for name in KINDS:
                write_atomically(into / f"{name}.schema.json", schema_of(name).encode())
        except OSError as error:
            _stop(f"{into} cannot be written: {error.strerror}.", IN_PART)
        click.echo(f"Wrote {len(KINDS)} schemas into {into}.")
    elif kind:
        click.echo(schema_of(kind), nl=False)
    else:
        raise click.UsageError(f"Name a kind ({', '.join(KINDS)}), or write them all with --into FOLDER.")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes kitbag's commands in a SHELL.

    For bash: eval "$(kitbag completion bash)" in ~/.bashrc.
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        _stop(f"There is no completion for {shell}.")
    click.echo(made(main, {}, "kitbag", "_KITBAG_COMPLETE").source())


# --- What the commands share ---------------------------------------------------------------------------------------


def _checked(folder: Path) -> Loaded:
    """Read the course; where it can be read, judge how its items are written, too."""
    from kitbag.course.itemlint import lint_course
    from kitbag.course.load import load_course
    from kitbag.findings import in_order

    loaded = load_course(folder)
    if loaded.course is None:
        return loaded
    findings = in_order([*loaded.findings, *lint_course(loaded.course, loaded.places)])
    return replace(loaded, findings=findings)


def _looked_over(course: Course, places: Places) -> Iterator[Finding]:
    """Find what a sound course should still be looked at for: gaps, what is out of date, what is hard to read."""
    from kitbag.course.coverage import coverage as covered
    from kitbag.course.currency import currency
    from kitbag.course.readability import readability_notes

    yield from covered(course).findings(places)
    yield from currency(course, places, today=_today())
    yield from readability_notes(course, places)


def _copied(loaded: Loaded, source: Path) -> Iterator[Finding]:
    from kitbag.course.copied import copied
    from kitbag.course.documents.read import read_document

    with _refusals():
        copy = read_document(source)
    documents = loaded.course.sources.documents if loaded.course else ()
    yield from copied(loaded.places, copy, [name for one in documents for name in one.official_names])


def _course(folder: Path) -> Course:
    """Return the course, or print what is wrong with it and leave."""
    return _sound(_checked(folder))


def _sound(loaded: Loaded) -> Course:
    from kitbag.findings import Severity, has_errors

    # Notes are for `kitbag check`; whoever builds wants to see mistakes.
    _print((finding for finding in loaded.findings if finding.severity is not Severity.NOTE), err=True)
    if loaded.course is None or has_errors(loaded.findings):
        click.echo(_summary(loaded.findings) + " Nothing was written.", err=True)
        sys.exit(MISTAKES)
    return loaded.course


def _place_of(course: Course, places: Places) -> Callable[[str], Place]:
    """Return where an item or a test stands, by its id."""
    found = {
        item.id: (f"questions/{bank.module}.yaml", "items", number)
        for bank in course.banks
        for number, item in enumerate(bank.items)
    }
    found |= {test.id: ("course/course.yaml", "tests", number) for number, test in enumerate(course.info.tests)}
    return lambda name: places.at(*found[name]) if name in found else places.at("course/course.yaml")


def _completion(course: Course, file: Path, name: str, instructor: str) -> Completion:
    from kitbag.rendering.paper_certificate import completion_of
    from kitbag.results.record import BadRecord, read_record

    try:
        attempt = read_record(_bytes_of(file))
        if (attempt.course, attempt.edition) != (course.info.id, course.info.edition):
            _stop(f"{file}: It is of {attempt.course}, edition {attempt.edition}; this is another course or edition.")
        return completion_of(attempt, name=name, instructor=instructor)
    except (BadRecord, ValueError) as error:
        _stop(f"{file}: {error}")


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Print why a document or sources.yaml cannot be used, and leave; nothing was changed."""
    from kitbag.course.documents.blocks import DocumentError
    from kitbag.course.sources_file import CannotEdit

    try:
        yield
    except (DocumentError, CannotEdit) as error:
        _stop(str(error))


@contextlib.contextmanager
def _store(folder: Path, where: Path | None) -> Iterator[Store]:
    """Open the results of a course, or say why not and leave."""
    from kitbag.results.place import store_path
    from kitbag.results.store import NotAStore, open_store

    try:
        with open_store(where or store_path(folder)) as store:
            yield store
    except NotAStore as error:
        _stop(str(error), IN_PART)
    except OSError as error:
        _stop(f"{error.filename or folder} cannot be written: {error.strerror or error}.", IN_PART)


def _sources(folder: Path) -> bytes:
    from kitbag.files import Unreadable, read_within

    try:
        return read_within(folder, _SOURCES)
    except Unreadable as error:
        _stop(f"{error} {error.hint}".strip())


def _language(folder: Path) -> str:
    from kitbag.course.load import load_course

    course = load_course(folder).course
    return course.info.language if course else "en"


def _to_write() -> str:
    from kitbag.course.sources_file import TO_WRITE

    return TO_WRITE


def _bytes_of(file: Path) -> bytes:
    from kitbag.files import Unreadable, read_within

    resolved = file.resolve()
    try:
        return read_within(resolved.parent, resolved.name)
    except Unreadable as error:
        _stop(f"{error} {error.hint}".strip())


def _write(files: Mapping[Path, bytes]) -> None:
    from kitbag.files import write_atomically

    for path, data in files.items():
        try:
            write_atomically(path, data)
        except OSError as error:
            _stop(f"{path} cannot be written: {error.strerror or error}.", IN_PART)


def _file_name(text: str) -> str:
    """Return a text as the name of a file on any platform."""
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in text)


def _id_from(file: Path) -> str:
    """Return an id made of a file's name."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in file.stem).strip("-")[:64] or "source"


def _today() -> date:
    """Return the day: SOURCE_DATE_EPOCH's where it is set, so that a build can be repeated."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdecimal() else datetime.now().astimezone().date()


def _speaks(text: str) -> bool:
    """Tell whether standard output can show a text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    wide = None if sys.stdout.isatty() else 200
    text = StringIO()
    Console(file=text, width=wide, force_terminal=False, markup=False).print(table)
    return text.getvalue() + "\n"


def _print(findings: Iterable[Finding], *, err: bool = False) -> None:
    colours = {"error": "red", "warning": "yellow", "note": "cyan"}
    for finding in findings:
        place, message = str(finding.place), str(finding).removeprefix(f"{finding.place}: ")
        click.echo(f"{click.style(place, bold=True)}: {click.style(message, fg=colours[finding.severity])}", err=err)


def _summary(findings: Sequence[Finding]) -> str:
    counts = [(sum(finding.severity == kind for finding in findings), kind) for kind in ("error", "warning", "note")]
    told = [f"{count} {kind}{'' if count == 1 else 's'}" for count, kind in counts if count]
    return f"{', '.join(told)}." if told else "Nothing to complain about."


def _code(findings: Iterable[Finding]) -> int:
    from kitbag.findings import has_errors

    return MISTAKES if has_errors(findings) else 0


def _finish(findings: Sequence[Finding]) -> NoReturn:
    """Print what could not be done, and leave."""
    from kitbag.findings import has_errors

    _print(findings, err=True)
    sys.exit(IN_PART if has_errors(findings) else 0)


def _say(message: str) -> None:
    """Tell about progress; findings and progress share the error stream, so that output can be piped."""
    click.echo(message, err=True)


def _stop(message: str, code: int = MISTAKES) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
