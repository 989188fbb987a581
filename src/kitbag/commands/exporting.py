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
    own_templates,
    place_of,
    print_findings,
    say,
    sound,
    stop,
    summary,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kitbag.course.model import Course
    from kitbag.course.parts import Places
    from kitbag.findings import Finding


@click.command()
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
    """Write the course or its item bank in FORMATS that others read.

    For learners and their platforms: zip, html, scorm12, scorm2004, cmi5, epub. The item bank: moodle, gift, qti21,
    qti3, cc, csv; beside each of these lies a report of what the format could not carry.

    With --check, judge packages that anybody made, or folders of them by the digests in their manifest.json.
    """
    if checking:
        _check(formats)
    from kitbag.exporters.deliveries import LEARNER_FORMATS
    from kitbag.exporters.registry import unknown_formats

    delivered = tuple(name for name in formats if name in LEARNER_FORMATS)
    banks = tuple(name for name in formats if name not in LEARNER_FORMATS)
    if unknown := unknown_formats(banks):
        raise click.BadParameter(" ".join(f"{one.message} {one.hint}" for one in unknown), param_hint="FORMATS")
    loaded = checked(folder)
    course = sound(loaded)
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


def _describe(target: Path, course: Course, written: dict[str, str], templates: Path | None) -> None:
    """Write the pages and the list beside the packages."""
    from kitbag.exporters.companions import describe
    from kitbag.rendering.faults import TemplateFault, own_templates

    try:
        with own_templates(templates):
            for path in describe(target, course, written, templates):
                say(str(path))
    except TemplateFault as fault:
        stop(f'{fault.place}: This template cannot be used: {fault}. Mend it, or use "--no-templates".')
    except OSError as error:
        stop(f"{target} cannot be written: {error.strerror or error}.", IN_PART)


def _check(names: Sequence[str]) -> NoReturn:
    """Tell what is wrong with packages and folders of packages, and leave."""
    from pathlib import Path

    from kitbag.exporters.checking.folder import check_folder
    from kitbag.exporters.checking.registry import check_package
    from kitbag.findings import has_errors

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
            known = (
                f"{verdict.title}, {verdict.files} file{'' if verdict.files == 1 else 's'}: " if verdict.title else ""
            )
            left = f" Not checked: {verdict.not_checked}." if verdict.not_checked else ""
            click.echo(f"{package}: {known}{_verdict(verdict.findings)}{left}")
            failed = failed or not verdict.sound
    sys.exit(MISTAKES if failed else 0)


def _verdict(findings: Sequence[Finding]) -> str:
    return summary(findings) if findings else "No fault found."


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
    from kitbag.exporters.learner import RenderedCourse, Undrawn, choose
    from kitbag.files import Unreadable
    from kitbag.rendering.faults import TemplateFault, own_templates

    chosen, findings = choose(course, modules)
    if findings:
        print_findings(findings, err=True)
        sys.exit(MISTAKES)
    rendered = RenderedCourse(chosen, templates, units)
    written: dict[str, str] = {}
    for name in formats:
        try:
            with own_templates(templates):
                for path in deliver(name, rendered, target):
                    written[path.name] = name
                    say(str(path))
        except Undrawn as error:
            print_findings(error.findings, err=True)
            sys.exit(MISTAKES)
        except TemplateFault as fault:
            stop(f'{fault.place}: This template cannot be used: {fault}. Mend it, or use "--no-templates".')
        except Unreadable as error:
            stop(f"{error} {error.hint}".strip())
        except OSError as error:
            stop(f"{target} cannot be written: {error.strerror or error}.", IN_PART)
    _describe(target, course, written, templates)


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
    selection, findings = select(course, place_of(course, places), objectives=objectives, use=wanted)
    if selection is None:
        print_findings(findings, err=True)
        sys.exit(MISTAKES)
    made = [exported(name, selection, strict=strict, templates=templates) for name in formats]
    findings = [*findings, *(finding for one in made for finding in one.findings)]
    if has_errors(findings):
        print_findings(findings, err=True)
        click.echo(summary(findings) + " Nothing was written.", err=True)
        sys.exit(MISTAKES)
    written: dict[str, str] = {}
    for one in made:
        try:
            for path, kind in write_export(one, target):
                written[path.name] = kind
                say(str(path))
        except OSError as error:
            stop(f"{target} cannot be written: {error.strerror or error}.", IN_PART)
    _describe(target, course, written, templates)
    finish(findings)
