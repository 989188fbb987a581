"""Commands for editors and shells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kitbag.commands.shared import (
    FOLDER,
    IN_PART,
    stop,
)
from kitbag.commands.usage import Command

if TYPE_CHECKING:
    from pathlib import Path


_KINDS = ("course", "module", "questions", "sources", "glossary", "strings")


@click.command(cls=Command, examples=("kitbag schema --into schemas", "kitbag schema module"))
@click.argument("kind", type=click.Choice(_KINDS), required=False)
@click.option("--into", type=FOLDER, metavar="FOLDER", help="Write one file per kind into this folder.")
def schema(kind: str | None, into: Path | None) -> None:
    """Print the JSON Schema of one KIND of course file.

    With it an editor completes and checks what you type. With --into, write all of them: course.schema.json and so on.
    """
    from kitbag.files import write_atomically
    from kitbag.schema import KINDS, schema_of

    if into:
        try:
            for name in KINDS:
                write_atomically(into / f"{name}.schema.json", schema_of(name).encode())
        except OSError as error:
            stop(f"{into} cannot be written: {error.strerror}.", IN_PART)
        click.echo(f"Wrote {len(KINDS)} schemas into {into}.")
    elif kind:
        click.echo(schema_of(kind), nl=False)
    else:
        raise click.UsageError(f"Name a kind ({', '.join(KINDS)}), or write them all with --into FOLDER.")


@click.command(cls=Command, examples=('eval "$(kitbag completion bash)"  # in ~/.bashrc', "kitbag completion fish"))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands in a SHELL."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        stop(f"There is no completion for {shell}.")
    click.echo(made(click.get_current_context().find_root().command, {}, "kitbag", "_KITBAG_COMPLETE").source())
