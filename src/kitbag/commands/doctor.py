"""The command that looks at the installation."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from kitbag.commands.shared import IN_PART, in_course, into_folder
from kitbag.commands.usage import Command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLDEST: Final = (3, 11)


class _Checked(NamedTuple):
    """One thing that was looked at."""

    what: str
    ok: bool
    fix: str = ""
    """What to do where it isn't as it should be."""
    needed: bool = True
    """Whether Kitbag can't do all its work without it."""


@click.command(cls=Command, examples=("kitbag doctor", "kitbag doctor -C my-course"))
@in_course
@into_folder
def doctor(folder: Path, into: Path | None) -> None:
    """Report what this machine lacks, and how to install it.

    It looks at Python and its packages, at the libraries that print PDFs, and at whether the folders can be written.
    The exit code is 3 where something is missing that Kitbag needs.
    """
    from kitbag.results.visible import visible

    checked = [*_python(), *_libraries(), *_folders(folder, into or folder / "build"), *_browser()]
    for one in checked:
        status = "ok" if one.ok else "missing" if one.needed else "optional"
        click.echo(f"{status:8}  {visible(one.what)}")
    fixes = [one.fix for one in checked if not one.ok]
    if fixes:
        click.echo("\nWhat to do:")
    for fix in dict.fromkeys(fixes):
        click.echo(f"  {visible(fix)}")
    if any(not one.ok and one.needed for one in checked):
        sys.exit(IN_PART)
    click.echo("\nKitbag has all it needs.")


def _python() -> Iterator[_Checked]:
    version = ".".join(map(str, sys.version_info[:3]))
    fix = f"Install Python {'.'.join(map(str, OLDEST))} or later, and install Kitbag with it."
    yield _Checked(f"Python {version}", sys.version_info[:2] >= OLDEST, fix)
    missing = _missing_packages()
    packages = (
        f"Python packages: {', '.join(missing)}" if missing else "Python packages, the fonts for print among them"
    )
    yield _Checked(packages, not missing, f"Install packages: {sys.executable} -m pip install {' '.join(missing)}")


def _missing_packages() -> list[str]:
    """Return the packages that Kitbag depends on and that aren't installed."""
    import re
    from importlib.metadata import PackageNotFoundError, distribution

    missing = []
    try:
        required = distribution("kitbag").requires or []
    except PackageNotFoundError:  # run from a folder of sources, which says nothing of what it needs
        required = []
    for line in required:
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        try:
            if "extra ==" not in line:
                distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    return missing


def _libraries() -> Iterator[_Checked]:
    from kitbag.system import LIBRARIES, how_to_install_here, missing_libraries

    missing = missing_libraries()
    fix = f"Install libraries: {how_to_install_here(missing)}" if missing else ""
    for library in LIBRARIES:
        yield _Checked(f"{library.name}, which prints PDFs", library not in missing, fix)


def _folders(course: Path, build: Path) -> Iterator[_Checked]:
    from kitbag.userdata import state_folder

    for name, folder in (("The course", course), ("What is built", build)):
        there = next(one for one in (folder.absolute(), *folder.absolute().parents) if os.access(one, os.F_OK))
        writable = os.access(there, os.W_OK | os.X_OK)
        yield _Checked(f"{name} can be written: {folder.absolute()}", writable, f"Get the right to write in {there}.")
    try:
        folder = state_folder()
    except OSError as error:
        where = error.filename or "the folder for what Kitbag remembers"
        yield _Checked(
            f"What Kitbag remembers can be written: {where}",
            ok=False,
            fix=f"{where}: {error.strerror}. Correct that, or name another folder in KITBAG_STATE_HOME.",
        )
    else:
        yield _Checked(f"What Kitbag remembers can be written: {folder}", ok=True)


def _browser() -> Iterator[_Checked]:
    import webbrowser

    try:
        webbrowser.get()
    except webbrowser.Error:
        fix = 'Without a browser here, "kitbag preview" still prints its address, and pages can be opened elsewhere.'
        yield _Checked("A browser, to see pages on this machine", ok=False, fix=fix, needed=False)
    else:
        yield _Checked("A browser, to see pages on this machine", ok=True, needed=False)
