"""How commands present themselves: help with examples, groups by task, arguments that explain themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    _Kind = click.ParamType[Any]
else:
    _Kind = click.ParamType  # older versions of click know no kinds of it


class Command(click.Command):
    """A command whose help ends with examples."""

    def __init__(
        self,
        *args: Any,
        examples: Sequence[str] = (),
        listing: tuple[str, Mapping[str, str]] | None = None,
        **extra: Any,
    ) -> None:
        """Take the examples, whole command lines as someone would type them, and what else to list under a title."""
        super().__init__(*args, **extra)
        self._listing = listing
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what is listed, and the examples as they are typed."""
        super().format_epilog(ctx, formatter)
        if self._listing:
            title, rows = self._listing
            with formatter.section(title):
                formatter.write_dl(list(rows.items()))
        _write_examples(formatter, self.examples)


class Group(click.Group):
    """Commands that can be listed by task."""

    command_class = Command

    def __init__(
        self, *args: Any, examples: Sequence[str] = (), tasks: Mapping[str, Sequence[click.Command]] = {}, **extra: Any
    ) -> None:
        """Take the examples, and the commands by the task they belong to."""
        super().__init__(*args, **extra)
        self.examples = examples
        self._tasks = {task: [str(command.name) for command in commands] for task, commands in tasks.items()}
        for commands in tasks.values():
            for command in commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order in which they are usually needed."""
        in_tasks = [name for names in self._tasks.values() for name in names]
        return in_tasks or super().list_commands(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, a section for each task, with all summaries in one column."""
        longest = max(map(len, self.commands), default=0)
        for task, names in (self._tasks or {"Commands": self.list_commands(ctx)}).items():
            with formatter.section(task):
                formatter.write_dl(
                    [(name.ljust(longest), self.commands[name].get_short_help_str(limit=100)) for name in names]
                )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are typed."""
        super().format_epilog(ctx, formatter)
        _write_examples(formatter, self.examples)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that was asked for, or name the nearest one."""
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            raise click.UsageError(no_such_command(ctx, self, name), ctx)
        return super().resolve_command(ctx, args)


def no_such_command(ctx: click.Context, group: click.Group, name: str) -> str:
    """Return the message for a command that doesn't exist."""
    from kitbag.findings import did_you_mean
    from kitbag.results.visible import visible

    hint = did_you_mean(name, group.commands) or f'See "{ctx.command_path} --help".'
    return f'There is no command "{visible(name)}". {hint}'


def _write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    if examples:
        with formatter.section("Examples"):
            formatter.write("".join(f"{'':>{formatter.current_indent}}{line}\n" for line in examples))


# --- Kinds of argument ---------------------------------------------------------------------------------------------


class Whole(_Kind):
    """A whole number within bounds."""

    name = "number"

    def __init__(self, least: int, most: int) -> None:
        """Take the bounds, both of which are allowed."""
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or say which numbers are allowed."""
        text = str(value)
        # A number with more digits than the greatest one is out of bounds, whatever it is.
        is_number = text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= len(str(self._most))
        if not is_number or not self._least <= int(text) <= self._most:
            self.fail(f'"{_shown(text)}" isn\'t a whole number from {self._least} to {self._most}.', param, ctx)
        return int(text)


class Day(_Kind):
    """A day of the calendar, written as ISO 8601 has it."""

    name = "day"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click calls it so
        """Return how a day is written."""
        return "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the beginning of the day, or say how a day is written."""
        text = str(value)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            example = datetime.now(UTC).date()
            self.fail(f'"{_shown(text)}" isn\'t a day. Write year, month and day: {example}.', param, ctx)
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the local zone is added where it matters


DAY: Final = Day()


class Document(click.Path):
    """A file to read. Addresses are what people try first, so they get an answer of their own."""

    def __init__(self) -> None:
        """Ask for a file that exists."""
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path of the file, or say what to do with an address."""
        if str(value).casefold().startswith(("http://", "https://")):
            message = "Kitbag opens no addresses. Save the page or document as a file first, then name that file."
            self.fail(message, param, ctx)
        return super().convert(value, param, ctx)


DOCUMENT: Final = Document()


def _shown(text: str) -> str:
    from kitbag.results.visible import visible

    return visible(text)


# --- Help on request -----------------------------------------------------------------------------------------------


@click.command("help", cls=Command, examples=("kitbag help", "kitbag help results add"))
@click.argument("command", nargs=-1)
@click.pass_context
def helped(ctx: click.Context, command: Sequence[str]) -> None:
    """Explain Kitbag or one COMMAND, like --help.

    The names of a command within a group follow each other: kitbag help results add.
    """
    outer = ctx.find_root()
    for name in command:
        inner = outer.command.get_command(outer, name) if isinstance(outer.command, click.Group) else None
        if inner is None:
            if isinstance(outer.command, click.Group):
                raise click.UsageError(no_such_command(outer, outer.command, name), ctx)
            raise click.UsageError(f'"{outer.command_path}" has no commands of its own.', ctx)
        outer = click.Context(inner, parent=outer, info_name=name)
    click.echo(outer.get_help())
