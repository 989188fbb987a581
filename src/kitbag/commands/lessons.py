"""Commands that start, judge and build a course."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from kitbag.collector import no_collector
from kitbag.commands.shared import (
    FILE,
    FILE_OUT,
    FOLDER,
    IN_PART,
    MISTAKES,
    checked,
    command_line,
    in_course,
    into_folder,
    introduce_templates,
    lines_of,
    own_templates,
    paper_size,
    print_findings,
    print_lines,
    quoted,
    refusals,
    say,
    say_next,
    sound,
    stop,
    summary,
    table,
    today,
    without_notes,
    write,
)
from kitbag.commands.usage import Command, Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from kitbag.build import Settings
    from kitbag.commands.shared import Size
    from kitbag.course.load import Loaded
    from kitbag.course.model import Course
    from kitbag.course.parts import Places
    from kitbag.findings import Finding
    from kitbag.ledger import Lines


@click.command(cls=Command, examples=("kitbag init my-course --skeleton", "kitbag init my-course"))
@click.argument("folder", type=FOLDER)
@click.option("--skeleton", is_flag=True, help="Lay down a small course to write over, not the whole shipped one.")
def init(folder: Path, *, skeleton: bool) -> None:
    """Start a course in FOLDER, a new or empty one.

    It gets the course that comes with Kitbag, to adapt, or with --skeleton a small one to write over.
    """
    from pathlib import Path

    from kitbag.files import Unwritable
    from kitbag.findings import counted
    from kitbag.results.visible import visible
    from kitbag.shipped import CannotStart, start

    try:
        written = start(folder, skeleton=skeleton)
    except CannotStart as error:
        stop(str(error), IN_PART if isinstance(error.__cause__, OSError | Unwritable) else MISTAKES)
    here = folder.absolute() == Path.cwd()
    click.echo(f"Wrote {counted(len(written), 'file')} into {'this folder' if here else visible(str(folder))}.")
    say_next("kitbag build" if here else f"cd {quoted(folder)} && kitbag build")


@click.command(
    cls=Command,
    examples=("kitbag check", "kitbag check -C my-course --format json", "kitbag check --copied policy.pdf"),
)
@in_course
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print findings.")
@click.option("--copied", "source", type=FILE, metavar="FILE", help="Also find sentences copied from this document.")
def check(folder: Path, style: str, source: Path | None) -> None:
    """Say everything that is wrong with the course.

    Each finding has its file, line and column. The command checks the files, how the items are written, what is not
    taught or tested, what is out of date, and how hard the lessons are to read.
    """
    from kitbag.findings import as_json, in_order
    from kitbag.rendering.template_checks import check_templates

    loaded = checked(folder)
    findings = in_order([*loaded.findings, *check_templates(folder)])
    if loaded.course:
        with no_collector():
            findings = in_order([*findings, *_looked_over(loaded.course, loaded.places)])
    if source:
        findings = in_order([*findings, *_copied(folder, loaded, source)])
    if style == "json":
        click.echo(as_json(findings))
    else:
        print_findings(findings)
        click.echo(summary(findings))
        if not _code(findings):
            say_next(command_line(folder, "build"))
    sys.exit(_code(findings))


_OUTPUTS: Final = {
    "site": "lessons and practice quizzes, for any browser or a USB stick",
    "tests": "each test as a folder to hand out, for screens without a network",
    "handouts": "a sheet per module for trainees, a guide for the instructor",
    "exams": "each test on paper, with answer sheets and keys",
    "packages": "the course and its items, for learning platforms",
    "reports": "what is taught, practised and tested, and the gaps",
}


@click.command(
    cls=Command,
    listing=("Outputs for --only", _OUTPUTS),
    examples=(
        "kitbag build",
        "kitbag build --only site --only handouts",
        "kitbag build -C my-course --into /tmp/preview",
    ),
)
@in_course
@click.option("--only", "wanted", multiple=True, metavar="OUTPUT", help="Build this output only; may be repeated.")
@into_folder
@paper_size
@own_templates
def build(folder: Path, wanted: Sequence[str], into: Path | None, size: Size, *, no_templates: bool) -> None:
    """Build pages, handouts, papers and packages into build/.

    What is already there and would come out the same is left alone.
    """
    from kitbag.build import OUTPUTS, Settings, build_course, keep_details, refresh_site, unchanged
    from kitbag.findings import Severity, did_you_mean, in_order, listed
    from kitbag.ledger import Ledger
    from kitbag.seals import key

    for name in wanted:
        if name not in OUTPUTS:
            hint = did_you_mean(name, OUTPUTS) or f"There are: {listed(OUTPUTS)}."
            raise click.BadParameter(f'There is no output "{name}". {hint}', param_hint="--only")
    settings = Settings(into or folder / "build", tuple(wanted), None if no_templates else folder, size, into or folder)
    if key() is None:
        say("Kitbag can't keep a key for you on this machine, so it builds everything anew. See KITBAG_STATE_HOME.")
    with no_collector():
        ledger = Ledger(folder, settings.into, templates=not no_templates, settings=size, root=settings.root)
        told = unchanged(settings, ledger)
        if told is not None:
            print_lines(told[0], err=True)
            print_findings(told[1], err=True)
            say("Nothing has changed.")
            _say_what_to_open(settings)
            return
        if not no_templates:
            introduce_templates(folder, ledger.inputs)
        said = refresh_site(folder, settings, say, ledger, tell=_told)
    if said is not None:
        _finish_build(said, settings)
    from kitbag.rendering.template_checks import check_templates, without_repeats

    sketches: dict[str, Any] = {}
    loaded = checked(folder, sketches)
    found = [] if no_templates else list(check_templates(folder))
    faults = [finding for finding in found if finding.severity is Severity.ERROR]
    loaded = replace(loaded, findings=in_order([*loaded.findings, *(one for one in found if one not in faults)]))
    course = sound(loaded)
    if (
        not faults
    ):  # A template that can't be used keeps some outputs from being made, and is reported until it's fixed.
        ledger.read(lines_of(without_notes(loaded.findings)))
    keep_details(course, sketches, ledger)
    failed = build_course(course, settings, say, ledger=ledger)
    _finish_build([*faults, *without_repeats(failed, faults)], settings)


def _finish_build(findings: Sequence[Finding], settings: Settings) -> NoReturn:
    """Print what could not be built and what to open, and leave."""
    from kitbag.findings import has_errors

    print_findings(findings, err=True)
    if all(finding.code != "not-ours" for finding in findings):
        _say_what_to_open(settings)
    sys.exit(IN_PART if has_errors(findings) else 0)


def _say_what_to_open(settings: Settings) -> None:
    """Name the page of contents, if there is one, by an address that works from any folder."""
    from kitbag.inside import kind_inside
    from kitbag.ledger import CONTENTS

    root, name = settings.inside
    if kind_inside(root, f"{name}/{CONTENTS}") == "file":
        say_next(f"open {(settings.into.resolve() / CONTENTS).as_uri()} in a browser")


def _told(others: Lines, found: Sequence[Finding]) -> Lines:
    """Print what there is to tell of a course in the order of its files, and return it."""
    lines = dict(sorted({**others, **lines_of(found)}.items()))
    print_lines(lines, err=True)
    return lines


@click.command(cls=Command, examples=("kitbag preview --open", "kitbag preview -C my-course --port 8000"))
@in_course
@click.option("--port", type=Whole(1, 65535), metavar="N", help="Serve at this port; by default a free one.")
@click.option("--open", "opened", is_flag=True, help="Open it in the browser.")
@own_templates
def preview(folder: Path, port: int | None, *, opened: bool, no_templates: bool) -> None:
    """Show the course in your browser while you write it.

    A save shows at once, where you stood on the page, and so does what is wrong, with file and line. End it with
    Ctrl-C.
    """
    from kitbag.preview import PortTaken
    from kitbag.preview import preview as show

    def started(address: str) -> None:
        say(f"Preview at {address} - stop it with Ctrl-C.")
        if opened:
            click.launch(address)

    def changed() -> None:
        if not no_templates:
            introduce_templates(folder)

    def refreshed(findings: Sequence[Finding], seconds: float) -> None:
        say(f"Read in {seconds:.2f} s. {summary(findings)}")

    try:
        show(folder, port=port, templates=not no_templates, changed=changed, started=started, refreshed=refreshed)
    except PortTaken as error:
        stop(str(error), IN_PART)
    except KeyboardInterrupt:
        say("Stopped.")


@click.command(cls=Command, examples=("kitbag coverage", "kitbag coverage --format html --output coverage.html"))
@in_course
@click.option("--format", "style", type=click.Choice(["text", "csv", "html"]), default="text", help="How to show it.")
@click.option("--output", type=FILE_OUT, metavar="FILE", help="Write it into this file.")
def coverage(folder: Path, style: str, output: Path | None) -> None:
    """Show which facts are taught and tested, and the gaps."""
    from kitbag.course.coverage import coverage as covered
    from kitbag.rendering.reports import coverage_page

    loaded = checked(folder)
    course = sound(loaded)
    found = covered(course)
    if style == "text":
        shown = "".join(table(one.title, one.header, one.rows) for one in found.tables())
        shown += "".join(f"{finding}\n" for finding in found.findings(loaded.places)) or "No gaps.\n"
    else:
        shown = found.as_csv() if style == "csv" else coverage_page(found, course)
    if output:
        write({output: shown.encode()})
        click.echo(f"Wrote {output}.")
    else:
        click.echo(shown, nl=False)


def _looked_over(course: Course, places: Places) -> Iterator[Finding]:
    """Find what a sound course should still be looked at for: gaps, what is out of date, what is hard to read."""
    from kitbag.course.coverage import coverage as covered
    from kitbag.course.currency import currency
    from kitbag.course.readability import readability_notes

    yield from covered(course).findings(places)
    yield from currency(course, places, today=today())
    yield from readability_notes(course, places)


def _copied(folder: Path, loaded: Loaded, source: Path) -> list[Finding]:
    from kitbag.course.copied import copied
    from kitbag.course.documents.read import read_document

    documents = loaded.course.sources.documents if loaded.course else ()
    names = [name for one in documents for name in one.official_names]
    with refusals():
        return list(copied(folder, loaded.places.marks, read_document(source), names))


def _code(findings: Iterable[Finding]) -> int:
    from kitbag.findings import has_errors

    return MISTAKES if has_errors(findings) else 0
