"""What the commands share: their options, how a course is read for them, and how they tell what happened."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import click

from kitbag.collector import no_collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kitbag.course.load import Loaded
    from kitbag.course.model import Course
    from kitbag.course.parts import Places
    from kitbag.findings import Finding, Place
    from kitbag.ledger import Lines
    from kitbag.results.judging import Judge
    from kitbag.results.store import Store

Size = Literal["a4", "letter"]

MISTAKES: Final = 1
IN_PART: Final = 3

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
FILE_OUT: Final = click.Path(path_type=Path, dir_okay=False)


def in_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names the course folder."""
    return click.option(
        "-C",
        "--course",
        "folder",
        type=FOLDER,
        default=Path(),
        show_default="this folder",
        metavar="FOLDER",
        help="The folder that holds course/ and questions/.",
    )(command)


def into_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that says where to write."""
    help_text = "Write here instead of into build/ of the course."
    return click.option("--into", type=FOLDER, metavar="FOLDER", help=help_text)(command)


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


def introduce_templates(folder: Path, inputs: Mapping[str, str] | None = None) -> None:
    """Say that templates will run which this machine has not met before; once for each state of `templates/`.

    `inputs` are the digests of the course's files, where they are known.
    """
    from kitbag.ledger import look
    from kitbag.seen import meet, templates_digest

    digest = templates_digest(look(folder) if inputs is None else inputs)
    if digest and meet(digest):
        say(
            f"The templates in {folder / 'templates'} are new to this machine (digest {digest[:16]}). They shape the"
            " pages; they can't run programs or read files. Use --no-templates to leave them out."
        )


def in_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names the file in which results come together."""
    help_text = "The file of results, instead of results/results.sqlite of the course folder."
    return click.option("--store", "where", type=FILE_OUT, metavar="FILE", help=help_text)(command)


def checked(folder: Path, sketches: dict[str, Any] | None = None) -> Loaded:
    """Read the course; where it can be read, judge how its items are written, too.

    `sketches` gets a sketch of each bank by its module (see `kitbag.questions.lint`).
    """
    from kitbag.course.itemlint import lint_course
    from kitbag.course.load import load_course
    from kitbag.findings import in_order
    from kitbag.rendering.string_checks import check_strings

    with no_collector():
        loaded = load_course(folder)
        if loaded.course is None:
            return loaded
        findings = in_order(
            [
                *loaded.findings,
                *lint_course(loaded.course, loaded.places, sketches),
                *check_strings(loaded.course, loaded.places),
            ]
        )
    return replace(loaded, findings=findings)


def sound_course(folder: Path) -> Course:
    """Return the course, or print what is wrong with it and leave."""
    return sound(checked(folder))


def sound(loaded: Loaded) -> Course:
    """Return the course that was read, or print what is wrong with it and leave."""
    from kitbag.findings import has_errors

    print_findings(without_notes(loaded.findings), err=True)
    if loaded.course is None or has_errors(loaded.findings):
        click.echo(summary(loaded.findings) + " Nothing was written.", err=True)
        sys.exit(MISTAKES)
    return loaded.course


def without_notes(findings: Iterable[Finding]) -> list[Finding]:
    """Return what someone who builds wants to see: mistakes. Notes are for `kitbag check`."""
    from kitbag.findings import Severity

    return [finding for finding in findings if finding.severity is not Severity.NOTE]


def place_of(course: Course, places: Places) -> Callable[[str], Place]:
    """Return where an item or a test stands, or the draw of a module's practice quiz, by its id."""
    found = {
        item.id: (f"questions/{bank.module}.yaml", "items", number)
        for bank in course.banks
        for number, item in enumerate(bank.items)
    }
    found |= {test.id: ("course/course.yaml", "tests", number) for number, test in enumerate(course.info.tests)}
    modules = {module.id for module in course.modules}

    def place(name: str) -> Place:
        if name in found:
            return places.at(*found[name])
        return places.at(f"course/{name}.yaml", "practice_draw") if name in modules else places.at("course/course.yaml")

    return place


@contextlib.contextmanager
def opened_store(course: Course, where: Path | None, judge: Judge | None = None) -> Iterator[Store]:
    """Open the results of a course, or say why not and leave.

    Results that came from elsewhere are scored again first, by `judge` or by one made for the purpose.
    """
    from kitbag.findings import counted
    from kitbag.results.judging import Judge
    from kitbag.results.place import store_path
    from kitbag.results.store import open_store
    from kitbag.results.store_file import NotAStore
    from kitbag.results.visible import visible

    try:
        path = where or store_path(course.folder)
        with open_store(path, within=None if where else course.folder) as store:
            if not store.trusted and store.size:
                records = counted(store.size, "record")
                click.echo(f"These results were last written elsewhere, so {records} will be scored again.", err=True)
                for outcome in store.rescore(judge or Judge(course)):
                    click.echo(f"{visible(outcome.name)}: {outcome.code}: {outcome.message}", err=True)
            store.trusted = True
            yield store
    except NotAStore as error:
        stop(str(error), IN_PART)
    except OSError as error:
        stop(f"{error.filename or course.folder} cannot be written: {error.strerror or error}.", IN_PART)


def bytes_of(file: Path) -> bytes:
    """Return what a file holds, or say why it cannot be read and leave."""
    from kitbag.files import Unreadable, read_within

    resolved = file.resolve()
    try:
        return read_within(resolved.parent, resolved.name)
    except Unreadable as error:
        stop(f"{error} {error.hint}".strip())


def bytes_inside(folder: Path, name: str) -> bytes:
    """Return what a file below a course folder holds, or say why it can't be read and leave."""
    from kitbag.files import Unreadable, read_within

    try:
        return read_within(folder, name)
    except Unreadable as error:
        stop(f"{error} {error.hint}".strip())


def write_inside(folder: Path, files: Mapping[str, bytes], *, private: bool = False) -> None:
    """Write files below a course folder, each whole or not at all, or say which can't be written and leave.

    `private` files can be read by their owner only, where the system knows owners.
    """
    from kitbag.files import write_within

    for name, data in files.items():
        try:
            write_within(folder, name, data, private=private)
        except OSError as error:
            stop(f"{folder / name} cannot be written: {error.strerror or error}.", IN_PART)


def write(files: Mapping[Path, bytes]) -> None:
    """Write files, each whole or not at all, or say which cannot be written and leave."""
    from kitbag.files import write_atomically

    for path, data in files.items():
        try:
            write_atomically(path, data)
        except OSError as error:
            stop(f"{path} cannot be written: {error.strerror or error}.", IN_PART)


def today() -> date:
    """Return the day: SOURCE_DATE_EPOCH's where it is set, so that a build can be repeated."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdecimal() else datetime.now().astimezone().date()


def print_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Print findings, a line each, in colour where a person looks."""
    _print([(finding.place.file, _line(finding)) for finding in findings], err=err)


def lines_of(findings: Iterable[Finding]) -> dict[str, str]:
    """Return findings as `print_lines` prints them, by their files; those of a file come one after the other."""
    grouped = groupby(findings, lambda finding: finding.place.file)
    return {file: "".join(map(_line, found)) for file, found in grouped}


def print_lines(lines: Lines, *, err: bool = False) -> None:
    """Print lines of findings, in colour where a person looks."""
    from kitbag.results.visible import visible

    # They may come from a file beside the outputs, and so from anybody.
    _print([(file, visible(text, lines=True)) for file, text in lines.items()], err=err)


def _line(finding: Finding) -> str:
    from kitbag.questions.lint.rules import BY_CODE
    from kitbag.results.visible import visible

    # A waiver names the rule it sets aside.
    rule = f" [{finding.code}]" if finding.code in BY_CODE else ""
    # A message may quote what a stranger wrote.
    return f"{visible(str(finding))}{rule}\n"


def _print(lines: Iterable[tuple[str, str]], *, err: bool) -> None:
    """Print lines that begin with the name of a file. All at once: a large course may have thousands."""
    if (sys.stderr if err else sys.stdout).isatty():
        lines = ((file, _coloured(file, text)) for file, text in lines)
    click.echo("".join(text for _, text in lines), nl=False, err=err)


def _coloured(file: str, lines: str) -> str:
    """Set off the place that each line begins with, and show by a colour how much the rest of it matters."""
    from kitbag.results.visible import visible

    colours = {None: "red", "warning": "yellow", "note": "cyan"}
    return re.sub(
        rf"^({re.escape(visible(file))}(?::\d+){{0,2}}): ((?:(warning|note): )?.*)$",
        lambda line: f"{click.style(line[1], bold=True)}: {click.style(line[2], fg=colours[line[3]])}",
        lines,
        flags=re.MULTILINE,
    )


def summary(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each severity."""
    counts = [(sum(finding.severity == kind for finding in findings), kind) for kind in ("error", "warning", "note")]
    told = [f"{count} {kind}{'' if count == 1 else 's'}" for count, kind in counts if count]
    return f"{', '.join(told)}." if told else "Nothing to complain about."


def finish(findings: Sequence[Finding], following: str = "") -> NoReturn:
    """Print what could not be done, or what comes next where all was done, and leave."""
    from kitbag.findings import has_errors

    print_findings(findings, err=True)
    if following and not has_errors(findings):
        say_next(following)
    sys.exit(IN_PART if has_errors(findings) else 0)


def say(message: str) -> None:
    """Tell about progress; findings and progress share the error stream, so that output can be piped."""
    click.echo(message, err=True)


def say_next(step: str) -> None:
    """Suggest what to do next."""
    from kitbag.results.visible import visible

    say(f"Next: {visible(step)}")


def command_line(folder: Path, *words: str) -> str:
    """Return a command of Kitbag for a course folder as someone would type it."""
    course = ["-C", quoted(folder)] if folder != Path() else []
    return " ".join(["kitbag", *words, *course])


def quoted(path: Path, *, windows: bool = os.name == "nt") -> str:
    """Return a path as a shell takes it for one word, and never for an option."""
    text = f".{os.sep}{path}" if str(path).startswith("-") else str(path)
    if not windows:
        return shlex.quote(text)
    return text if re.fullmatch(r"[\w.:/\\-]+", text) else f'"{text}"'


def stop(message: str, code: int = MISTAKES) -> NoReturn:
    """Say why the command cannot go on, and leave."""
    from kitbag.results.visible import visible

    click.echo(visible(message, lines=True), err=True)
    sys.exit(code)


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as text, as wide as the terminal."""
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


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Print why a document or sources.yaml cannot be used, and leave; nothing was changed."""
    from kitbag.course.documents.blocks import DocumentError
    from kitbag.course.sources_file import CannotEdit
    from kitbag.files import Unreadable

    try:
        yield
    except (DocumentError, CannotEdit, Unreadable) as error:
        stop(str(error))
