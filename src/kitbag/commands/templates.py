"""Commands about the templates that a course may replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kitbag.commands.shared import command_line, in_course, say_next, stop, table, write_inside
from kitbag.commands.usage import Command, Group

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@click.group(cls=Group, examples=("kitbag templates list", "kitbag templates copy site/lesson.html"))
def templates() -> None:
    """List the templates that shape pages and papers, and copy one to change it."""


@templates.command("list", cls=Command, examples=("kitbag templates list", "kitbag templates list -C my-course"))
@in_course
def list_(folder: Path) -> None:
    """List every template that a course may replace.

    Each comes with what it is for, and whether this course has its own.
    """
    from kitbag.rendering.theme_list import ABOUT, BRAND, HANDOUTS, theme_templates

    own = _own(folder)
    rows = [
        (BRAND, "Colours, on screen and on paper, after those of branding.", BRAND in own),
        (ABOUT, 'A few paragraphs of HTML for the page "About".', ABOUT in own),
    ]
    for name, purpose in theme_templates().items():
        short = name.removeprefix(HANDOUTS)
        rows.append((name, purpose, name in own or (short != name and short in own)))
    shown = [(name, purpose, "yes" if here else "") for name, purpose, here in rows]
    click.echo(table("Templates", ("Name", "What it is for", "In this course"), shown), nl=False)
    say_next(command_line(folder, "templates copy NAME"))


@templates.command(
    cls=Command,
    examples=("kitbag templates copy site/lesson.html", "kitbag templates copy handouts/certificate.html"),
)
@click.argument("name")
@in_course
def copy(name: str, folder: Path) -> None:
    """Copy the theme's template NAME into the course, to change it there.

    It goes into templates/ of the course folder. One that is there already is left as it is.
    """
    from kitbag.findings import did_you_mean
    from kitbag.inside import stands_inside
    from kitbag.rendering.theme_list import BRAND, HANDOUTS, theme_name, theme_source, theme_templates
    from kitbag.results.visible import visible

    asked = name.removeprefix("templates/")
    known = BRAND if asked == BRAND else theme_name(asked)
    if known is None:
        hint = did_you_mean(asked, [BRAND, *theme_templates()]) or f"See: {command_line(folder, 'templates list')}"
        message = f'The theme has no template "{visible(asked)}". {hint}'
        raise click.BadParameter(message, param_hint="NAME")
    if not stands_inside(folder, "course/course.yaml"):
        stop(f'There is no course in {folder.absolute()}: it has no file "course/course.yaml".')
    for there in (known, known.removeprefix(HANDOUTS)):
        if stands_inside(folder, f"templates/{there}"):
            stop(f"{folder / 'templates' / there} is there already, and was left as it is.")
    source = theme_source(f"skeleton/templates/{BRAND}" if known == BRAND else known)
    write_inside(folder, {f"templates/{known}": source.encode()})
    target = folder / "templates" / known
    click.echo(f"Wrote {target}.")
    if known != BRAND:
        _explain(known, source)
    say_next(f"edit {target}, then run: {command_line(folder, 'check')} && {command_line(folder, 'preview')}")


def _explain(name: str, source: str) -> None:
    """Explain how to replace only part of a template: the rest then follows new versions of Kitbag."""
    import re

    click.echo(
        "This page no longer follows the theme when Kitbag is updated. To change only a part of it, write"
        f' {{% extends "theme/{name}" %}} and the blocks you change, and nothing else.'
    )
    blocks: Iterable[str] = dict.fromkeys(re.findall(r"\{%-?\s*block\s+(\w+)", source))
    if blocks:
        click.echo(f"Its blocks: {', '.join(blocks)}.")


def _own(folder: Path) -> set[str]:
    from kitbag.inside import files_inside

    return {name.removeprefix("templates/") for name, _ in files_inside(folder, "templates")}
