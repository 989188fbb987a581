"""Commands that give a test and certify who passed it, on paper and in the terminal."""

from __future__ import annotations

import contextlib
import sys
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING

import click

from kitbag.commands.shared import (
    FILE,
    MISTAKES,
    bytes_inside,
    bytes_of,
    command_line,
    finish,
    in_course,
    into_folder,
    introduce_templates,
    opened_store,
    own_templates,
    paper_size,
    print_findings,
    quoted,
    say,
    say_next,
    sound_course,
    stop,
    write_inside,
)
from kitbag.commands.usage import DAY, Command, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kitbag.commands.shared import Size
    from kitbag.course.model import Course
    from kitbag.rendering.paper_certificate import Completion
    from kitbag.results.grid import Grid

_NAME_SHOWN = 40
"""Characters of a person's name in the name of a file: a file's name has 255 bytes, and a letter up to four."""


@click.command(cls=Command, examples=("kitbag paper final", "kitbag paper final --variants 4 --paper letter"))
@in_course
@click.argument("test")
@click.option("--variants", type=Whole(1, 26), default=2, show_default=True, help="How many forms to draw.")
@click.option("--seed", show_default="the edition", help="Any text; the same text draws the same forms.")
@click.option("--attempt", type=Whole(1, 20), default=1, help="Draw the forms of a later attempt.")
@into_folder
@paper_size
@own_templates
def paper(
    folder: Path,
    test: str,
    variants: int,
    seed: str | None,
    attempt: int,
    into: Path | None,
    size: Size,
    *,
    no_templates: bool,
) -> None:
    """Print TEST on paper, in variants, with answer sheets and keys.

    There is also a grid to key the answers into. Each draw has a folder and a grid of its own, results/grids/TEST-
    DRAW.csv. Printing it again keeps its papers and whatever was keyed into the grid. results/printed.csv lists
    every form that was printed.
    """
    from kitbag.build import Settings, print_exam
    from kitbag.findings import counted, did_you_mean, listed

    course = sound_course(folder)
    tests = {one.id: one for one in course.info.tests}
    if test not in tests:
        hint = did_you_mean(test, tests) or f"There are: {listed(tests)}."
        raise click.BadParameter(f'The course has no test "{test}". {hint}', param_hint="TEST")
    if attempt > tests[test].attempts:
        raise click.BadParameter(f"{test} has {counted(tests[test].attempts, 'attempt')}.", param_hint="--attempt")
    if not no_templates:
        introduce_templates(folder)
    settings = Settings(into or folder / "build", (), None if no_templates else folder, size, into or folder)
    finish(
        print_exam(course, settings, say, test=test, variants=variants, seed=seed, attempt=attempt),
        f"give the test, key in the answers, then run: {command_line(folder, 'mark')}",
    )


@click.command(cls=Command, examples=("kitbag mark", "kitbag mark results/grids/final-4MY7.csv --day 2026-03-01"))
@in_course
@click.argument("grids", metavar="[GRID]...", type=FILE, nargs=-1)
@click.option("--day", type=DAY, help="When the test was taken; today where not given.")
@into_folder
def mark(folder: Path, grids: Sequence[Path], day: datetime | None, into: Path | None) -> None:
    """Score the answer sheets keyed into each GRID.

    An attempt record for each sheet goes into build/results/. Without GRID, every grid in results/grids/ that holds
    answers is marked.
    """
    from kitbag.findings import Severity, counted
    from kitbag.questions.scoring import marks_text
    from kitbag.results.marking import mark_grid
    from kitbag.results.record import write_record

    course = sound_course(folder)
    when = (day or datetime.now(UTC)).astimezone()
    marked = [mark_grid(course, grid, when=when) for grid in _keyed_grids(folder, grids)]
    attempts = [attempt for one in marked for attempt in one.attempts]
    findings = [finding for one in marked for finding in one.findings]
    root, name = (into, "results") if into else (folder, "build/results")
    files = {f"{one.test}-{one.person[:_NAME_SHOWN] or 'sheet'}-{one.id[:8]}.json": one for one in attempts}
    names = {_file_name(file): attempt for file, attempt in files.items()}
    _tidy(root, name, set(names))
    write_inside(root, {f"{name}/{file}": write_record(one) for file, one in names.items()}, private=True)
    print_findings(findings, err=True)
    for attempt in attempts:
        passed = {True: "passed", False: "not passed", None: ""}[attempt.passed]
        marks, possible = marks_text(attempt.marks), marks_text(attempt.possible)
        click.echo(f"{attempt.person or attempt.id[:8]}: {marks} of {possible} {passed}".rstrip())
    click.echo(f"Wrote {counted(len(files), 'record')} into {root / name}.")
    if files:
        say_next(command_line(folder, "results add", *([] if into is None else [quoted(root / name)])))
    sys.exit(MISTAKES if any(finding.severity is Severity.ERROR for finding in findings) else 0)


def _tidy(root: Path, folder: str, names: set[str]) -> None:
    """Remove what a killed command left of records, and earlier records of these sheets under a corrected name."""
    from kitbag.inside import folder_inside

    sheets = {name.rpartition("-")[2] for name in names}
    with contextlib.suppress(OSError), folder_inside(root, folder) as here:
        earlier = [path for path in here.glob("*.json") if path.name.rpartition("-")[2] in sheets]
        for leftover in (*here.glob(".*.tmp"), *(path for path in earlier if path.name not in names)):
            with contextlib.suppress(OSError):
                leftover.unlink()


def _keyed_grids(folder: Path, files: Sequence[Path]) -> list[Grid]:
    """Return the grids that were named, or all grids of the course that hold answers; leave where there is none."""
    from kitbag.files import names_within
    from kitbag.results.grid import NotAGrid, read_grid
    from kitbag.results.printed import GRIDS

    kept = [name for name in names_within(folder, GRIDS) if name.endswith(".csv")]
    try:
        if files:
            grids = [read_grid(bytes_of(path), file=path.name) for path in files]
        else:
            grids = [read_grid(bytes_inside(folder, f"{GRIDS}/{name}"), file=name) for name in kept]
    except NotAGrid as error:
        print_findings([error.finding], err=True)
        sys.exit(MISTAKES)
    keyed = list(grids) if files else [grid for grid in grids if grid.is_keyed]
    if not keyed:
        stop(f"No answers have been keyed into a grid in {folder / GRIDS}. Print papers with: kitbag paper TEST")
    return keyed


@click.command(
    cls=Command,
    examples=("kitbag certificate --passed --instructor 'I. Khan'", "kitbag certificate  # one to fill in by hand"),
)
@in_course
@click.argument("records", type=FILE, nargs=-1)
@click.option("--name", default="", help="The name to print, where the record holds a pseudonym.")
@click.option("--instructor", default="", help="Who signs.")
@click.option("--passed", is_flag=True, help="Print one for everyone who passed, from the results brought together.")
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
    """Print certificates of completion for those who passed.

    There is one for each of RECORDS that was passed, or with --passed for everyone who passed by the results that were
    brought together; without either, one to fill in by hand. Each has a file
    named after the person, and where there are several, all-certificates.pdf holds them all.
    """
    from kitbag.build import Settings, print_certificates
    from kitbag.rendering.paper_certificate import completion_of, file_names

    course = sound_course(folder)
    if name and len(records) != 1:
        raise click.UsageError("--name is for one record.")
    if passed and (records or name):
        raise click.UsageError("--passed prints for everyone in the results; name no records and no person.")
    completions, refused = _completions(course, records, name, instructor)
    if passed:
        with opened_store(course, None) as store:
            completions = [completion_of(one, instructor=instructor) for one in store.passed()]
    if not completions and (records or passed):
        stop("No certificate was printed." if records else "Nobody has passed yet, by these results.")
    if not no_templates:
        introduce_templates(folder)
    settings = Settings(into or folder / "build", (), None if no_templates else folder, size, into or folder)
    findings = print_certificates(course, settings, say, list(zip(file_names(completions), completions, strict=True)))
    if name:
        click.echo(f"To check its code, give the name as well: kitbag results verify CODE --name {quote(name)}")
    if refused and not findings:
        sys.exit(MISTAKES)
    finish(findings)


@click.command(cls=Command, examples=("kitbag quiz", "kitbag quiz m1", "kitbag quiz final --person Ada"))
@in_course
@click.argument("name", metavar="[MODULE|TEST]", required=False)
@click.option("--form", help="The id of the form to take; drawn where not given.")
@click.option("--person", metavar="NAME", help="A name or pseudonym for the record; asked for where not given.")
@click.option("--code", default="", help="A code from the instructor: more time, or no limit.")
@click.option("--plain", is_flag=True, help="Line by line, for screen readers: nothing is cleared, coloured or drawn.")
@click.option("--responses", type=FILE, metavar="FILE", help="Score the responses in this JSON file without asking.")
def quiz(
    folder: Path,
    name: str | None,
    form: str | None,
    person: str | None,
    code: str,
    responses: Path | None,
    *,
    plain: bool,
) -> None:
    """Take a test or practise a module in the terminal.

    Without a name, it asks which one.

    Answers are saved as they are given: whatever happens, the same command goes on where you stopped. The record of a
    test goes to results/records/ of the course folder, where "kitbag results add" finds it.
    """
    from kitbag.questions.assembly import NoForm
    from kitbag.questions.form_id import NoFormId
    from kitbag.questions.solver import Undecided
    from kitbag.results.attempt import LONGEST_PERSON
    from kitbag.results.responses import WrongResponses
    from kitbag.results.sittings import NoQuiz
    from kitbag.terminal import Settings, score_file, take

    if person is not None and len(person) > LONGEST_PERSON:
        message = f"A name has at most {LONGEST_PERSON} characters; this one has {len(person)}."
        raise click.BadParameter(message, param_hint="--person")
    course = sound_course(folder)
    name = _quiz_name(_quizzes(course), name, asking=not responses)
    try:
        if responses:
            sys.exit(score_file(course, name, bytes_of(responses), file=str(responses), form=form, person=person))
        sys.exit(take(course, name, Settings(form, person, plain, code)))
    except WrongResponses as error:
        print_findings(error.findings, err=True)
        sys.exit(MISTAKES)
    except (NoQuiz, NoForm, NoFormId, Undecided) as error:
        stop(str(error))


def _quizzes(course: Course) -> dict[str, str]:
    """Return the titles of the tests, and of the modules with questions to practise, by their ids."""
    from kitbag.questions.model import Use

    titles = {module.id: module.title for module in course.modules}
    practice = [bank.module for bank in course.banks if any(item.use is Use.PRACTICE for item in bank.items)]
    return {test.id: test.title for test in course.info.tests} | {
        name: f"{titles[name]} (practice)" for name in titles if name in practice
    }


def _quiz_name(quizzes: Mapping[str, str], name: str | None, *, asking: bool) -> str:
    """Return the quiz that was named, or ask for it where someone can answer.

    Raises:
        click.UsageError: there is no such quiz, or nobody to ask.
    """
    from kitbag.findings import did_you_mean
    from kitbag.results.visible import visible

    if name in quizzes:
        return str(name)
    width = max(map(len, quizzes), default=0)
    rows = [f"  {one:{width}}  {visible(title)}" for one, title in quizzes.items()]
    if name is not None:
        hint = did_you_mean(name, quizzes)
        raise click.UsageError(
            "\n".join([f'There is no test or practice quiz "{visible(name)}". {hint}'.rstrip(), *rows])
        )
    if not (asking and sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("\n".join(["Name a test or a module to practise:", *rows]))
    click.echo("\n".join(["Which one?", *rows]))
    while True:
        answer = str(click.prompt("Name", prompt_suffix=": ")).strip()
        if answer in quizzes:
            return answer
        click.echo(f'There is no "{visible(answer)}" in this list. {did_you_mean(answer, quizzes)}'.rstrip())


def _completions(course: Course, files: Sequence[Path], name: str, instructor: str) -> tuple[list[Completion], bool]:
    """Return what the certificates of these records say, and whether any was refused, as `results add` would.

    A record that was not passed is passed over, with a remark.
    """
    from kitbag.rendering.paper_certificate import completion_of
    from kitbag.results.judging import Judge, Unfit
    from kitbag.results.record import BadRecord, read_record

    judge = Judge(course)
    completions, refused = [], False
    for file in files:
        try:
            judged = judge.judge(read_record(bytes_of(file)))
            if judged.passed:
                attempt = judged.attempt.model_copy(update={"passed": True})
                completions.append(completion_of(attempt, name=name, instructor=instructor))
            else:
                click.echo(f"{file}: not passed, so there is no certificate.", err=True)
        except (BadRecord, Unfit, ValueError) as error:
            click.echo(f"{file}: {error}", err=True)
            refused = True
    return completions, refused


def _file_name(text: str) -> str:
    """Return a text as the name of a file on any platform."""
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in text)
