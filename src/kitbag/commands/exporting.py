"""Commands that write the course and its item bank for other programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import click

from kitbag.commands.shared import (
    IN_PART,
    MISTAKES,
    checked,
    finish,
    in_course,
    into_folder,
    introduce_templates,
    own_templates,
    place_of,
    print_findings,
    say,
    sound,
    stop,
    summary,
)
from kitbag.commands.usage import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kitbag.course.model import Course
    from kitbag.exporters.learner import RenderedCourse
    from kitbag.exporters.registry import Export
    from kitbag.findings import Finding, Place


@click.command(
    cls=Command,
    examples=(
        "kitbag export scorm12",
        "kitbag export moodle qti21 --use test",
        "kitbag export all",
        "kitbag export --check build/packages",
    ),
)
@in_course
@click.argument("formats", nargs=-1, required=True)
@click.option("--check", "checking", is_flag=True, help="Judge packages instead; write their names for FORMATS.")
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
    checking: bool,
    strict: bool,
    no_templates: bool,
    **delivery: Any,
) -> None:
    """Write the course or its items in FORMATS for platforms.

    For learners and their platforms: zip, html, scorm12, scorm2004, cmi5, epub. The item bank: moodle, gift, qti21,
    qti3, cc, csv; beside each of these lies a report of what the format could not carry. "all" stands for all of them.

    With --check, judge packages that anybody made, or folders of them by the digests in their manifest.json.
    """
    if checking:
        _check(formats)
    from kitbag.exporters.deliveries import LEARNER_FORMATS
    from kitbag.findings import has_errors

    formats = _named(formats)
    delivered = tuple(name for name in formats if name in LEARNER_FORMATS)
    banks = tuple(name for name in formats if name not in LEARNER_FORMATS)
    loaded = checked(folder)
    course = sound(loaded)
    templates = None if no_templates else folder
    if templates:
        introduce_templates(templates)
    places = place_of(course, loaded.places)
    rendered, lost = _rendered(course, delivered, places, strict=strict, templates=templates, **delivery)
    made, told = _exported(course, banks, places, objectives=objectives, use=use, strict=strict, templates=templates)
    findings = [*lost, *told]
    if has_errors(findings):
        print_findings(findings, err=True)
        click.echo(summary(findings) + " Nothing was written.", err=True)
        sys.exit(MISTAKES)
    _write(folder, into, course, delivered, rendered, made, templates)
    index = (into or folder / "build") / "packages" / "index.html"
    finish(findings, f"open {index}, which says what to take where")


def _named(words: Sequence[str]) -> list[str]:
    """Return the formats that were asked for, each once; upper and lower case are the same.

    Raises:
        click.BadParameter: there is no such format.
    """
    from kitbag.exporters.deliveries import LEARNER_FORMATS
    from kitbag.exporters.registry import EXPORTERS
    from kitbag.findings import did_you_mean, listed
    from kitbag.results.visible import visible

    every = [*LEARNER_FORMATS, *EXPORTERS]
    chosen: dict[str, None] = {}
    mistakes = []
    for word in words:
        name = word.casefold()
        if name in every or name == "all":
            chosen |= dict.fromkeys(every if name == "all" else [name])
            continue
        longer = [one for one in every if one.startswith(name)]
        hint = f"Did you mean {' or '.join(longer)}?" if longer else did_you_mean(name, every)
        hint = hint or f"There are: {listed([*every, 'all'], most=len(every) + 1)}."
        mistakes.append(f'There is no format "{visible(word)}". {hint}')
    if mistakes:
        raise click.BadParameter(" ".join(mistakes), param_hint="FORMATS")
    return list(chosen)


def _check(names: Sequence[str]) -> NoReturn:
    """Tell what is wrong with packages and folders of packages, and leave."""
    from pathlib import Path

    from kitbag.exporters.checking.folder import check_folder
    from kitbag.exporters.checking.registry import check_package
    from kitbag.findings import counted, has_errors

    failed = False
    for path in map(Path, names):
        packages = [path]
        if path.is_dir():
            findings, packages = check_folder(path)
            print_findings(findings)
            click.echo(f"{path}: {_verdict(findings)}")
            failed = failed or has_errors(findings)
        for package in packages:
            verdict = check_package(package)
            print_findings(verdict.findings)
            known = f"{verdict.title}, {counted(verdict.files, 'file')}: " if verdict.title else ""
            left = f" Not checked: {verdict.not_checked}." if verdict.not_checked else ""
            click.echo(f"{package}: {known}{_verdict(verdict.findings)}{left}")
            failed = failed or not verdict.sound
    sys.exit(MISTAKES if failed else 0)


def _verdict(findings: Sequence[Finding]) -> str:
    return summary(findings) if findings else "No fault found."


def _rendered(
    course: Course,
    formats: Sequence[str],
    places: Callable[[str], Place],
    *,
    modules: Sequence[str],
    units: Literal["module", "course"],
    strict: bool,
    templates: Path | None,
) -> tuple[RenderedCourse, list[Finding]]:
    """Return the course that formats for learners carry, and what they cannot; or say what is in the way and leave."""
    from kitbag.exporters.deliveries import lost
    from kitbag.exporters.learner import RenderedCourse, Undrawn, choose

    chosen, findings = choose(course, modules)
    rendered = RenderedCourse(chosen, templates, units)
    try:
        if not findings:
            return rendered, [one for name in formats for one in lost(name, rendered, places, strict=strict)]
    except Undrawn as error:
        findings = list(error.findings)
    print_findings(findings, err=True)
    sys.exit(MISTAKES)


def _exported(
    course: Course,
    formats: Sequence[str],
    places: Callable[[str], Place],
    *,
    objectives: Sequence[str],
    use: str | None,
    strict: bool,
    templates: Path | None,
) -> tuple[list[Export], list[Finding]]:
    """Return the item bank in other formats, and what they cannot carry; or say what is in the way and leave."""
    if not formats:
        return [], []
    from kitbag.exporters.base import select
    from kitbag.exporters.registry import export as exported
    from kitbag.questions.model import Use

    wanted = Use(use) if use else None
    selection, findings = select(course, places, objectives=objectives, use=wanted)
    if selection is None:
        print_findings(findings, err=True)
        sys.exit(MISTAKES)
    made = [exported(name, selection, strict=strict, templates=templates) for name in formats]
    return made, [*findings, *(finding for one in made for finding in one.findings)]


def _write(
    folder: Path,
    into: Path | None,
    course: Course,
    delivered: Sequence[str],
    rendered: RenderedCourse,
    made: Sequence[Export],
    templates: Path | None,
) -> None:
    """Write packages, the pages and the list beside them, all or none, or say why not and leave."""
    from kitbag.build import Settings, write_contents
    from kitbag.exporters.companions import describe
    from kitbag.exporters.deliveries import deliver
    from kitbag.exporters.manifest import digests_in
    from kitbag.exporters.registry import write_export
    from kitbag.files import Unreadable, locked, new_files, recover
    from kitbag.inside import folder_inside
    from kitbag.rendering.faults import TemplateFault, own_templates
    from kitbag.seals import made_here, note_made

    target = (into or folder / "build") / "packages"
    place = (into or folder, "." if into else "build")
    written: dict[str, str] = {}
    try:
        with (
            folder_inside(*place, create=True) as outputs,
            locked(outputs),
            own_templates(templates),
        ):
            packages = outputs / target.name
            recover(packages)
            with new_files(packages) as fresh:
                for name in delivered:
                    written |= {path.name: name for path in deliver(name, rendered, fresh)}
                for one in made:
                    written |= {path.name: kind for path, kind in write_export(one, fresh)}
                ours = made_here(*place, target.name)
                described = describe(fresh, course, written, templates, before=packages, ours=ours)
                beside = [path.name for path in described]
            note_made(*place, target.name, digests_in(packages))
            settings = Settings(into or folder / "build", templates=templates, root=place[0])
            findings = write_contents(course, settings, outputs)
    except TemplateFault as fault:
        stop(f"{fault.place}: This template can't be used: {fault}. Fix it, or use --no-templates.")
    except Unreadable as error:
        stop(f"{error} {error.hint}".strip())
    except BlockingIOError:
        stop(f"{target}: Another build is writing here. Wait until it has finished.", IN_PART)
    except OSError as error:
        why = f"{target} cannot be written: {error.strerror or error}."
        stop(f"{why} What was there before is still there.", IN_PART)
    for file in (*written, *beside):
        say(str(target / file))
    print_findings(findings, err=True)
