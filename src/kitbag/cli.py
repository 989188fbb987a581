"""The command line: arguments in, messages and exit codes out. What a command needs is imported when it runs.

Exit codes: 0 all is well; 1 the course has mistakes, and nothing was written; 2 the command was called wrongly;
3 part of the work could not be done (a full disk, a missing library), and the messages say which part; 130 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from kitbag import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kitbag.course.load import Loaded
    from kitbag.course.model import Course
    from kitbag.findings import Finding

MISTAKES: Final = 1
IN_PART: Final = 3

_FOLDER = click.Path(path_type=Path, file_okay=False)


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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kitbag")
def main() -> None:
    """Turn one folder of YAML into lessons, scored quizzes, handouts, exam papers and course packages.

    Start with "kitbag init my-course", then "kitbag build" inside the new folder.
    """


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
def check(folder: Path, style: str) -> None:
    """Read the course and say everything that is wrong with it, with file, line and column."""
    from kitbag.findings import as_json

    findings = _checked(folder).findings
    if style == "json":
        click.echo(as_json(findings))
    else:
        _print(findings)
        click.echo(_summary(findings))
    sys.exit(_code(findings))


@main.command()
@in_course
@click.option("--only", "wanted", multiple=True, metavar="OUTPUT", help="Build this output only; may be repeated.")
@click.option("--into", type=_FOLDER, metavar="FOLDER", help="Write here instead of into build/ of the course.")
@click.option("--no-templates", is_flag=True, help="Ignore the templates/ of the course folder.")
def build(folder: Path, wanted: Sequence[str], into: Path | None, *, no_templates: bool) -> None:
    """Build the site, the handouts and all other output into build/."""
    from kitbag.build import OUTPUTS, Settings, build_course
    from kitbag.findings import did_you_mean, has_errors, listed

    for name in wanted:
        if name not in OUTPUTS:
            hint = did_you_mean(name, OUTPUTS) or f"There are: {listed(OUTPUTS)}."
            raise click.BadParameter(f'There is no output "{name}". {hint}', param_hint="--only")
    course = _course(folder)
    settings = Settings(
        into=into or folder / "build",
        only=tuple(wanted),
        templates=None if no_templates else folder,
    )
    findings = build_course(course, settings, _say)
    _print(findings, err=True)
    sys.exit(IN_PART if has_errors(findings) else 0)


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
    from dataclasses import replace

    from kitbag.course.itemlint import lint_course
    from kitbag.course.load import load_course
    from kitbag.findings import has_errors, in_order

    loaded = load_course(folder)
    if loaded.course is None:
        return loaded
    findings = in_order([*loaded.findings, *lint_course(loaded.course, loaded.places)])
    return replace(loaded, findings=findings, course=None if has_errors(findings) else loaded.course)


def _course(folder: Path) -> Course:
    """Return the course, or print what is wrong with it and leave."""
    loaded = _checked(folder)
    _print(loaded.findings, err=True)
    if loaded.course is None:
        click.echo(_summary(loaded.findings) + " Nothing was written.", err=True)
        sys.exit(MISTAKES)
    return loaded.course


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


def _say(message: str) -> None:
    """Tell about progress; findings and progress share the error stream, so that output can be piped."""
    click.echo(message, err=True)


def _stop(message: str, code: int = MISTAKES) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
