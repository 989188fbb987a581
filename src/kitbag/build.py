"""The pipeline on one page: a course in, everything it can become out. Nothing else writes under build/.

Each output is made into a new folder beside the one it replaces, and takes its place when it is whole. So a build that
fails or is interrupted leaves the last good one, output by output.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kitbag.course.model import Course
from kitbag.files import Unwritable, locked, new_folder, write_tree
from kitbag.findings import Finding, Place
from kitbag.rendering.faults import TemplateFault, own_templates

Files = Iterable[tuple[str, bytes]]
"""Relative paths with forward slashes, and what each file holds."""


@dataclass(frozen=True)
class Settings:
    """What to build, and where."""

    into: Path
    """The folder that holds one folder an output."""
    only: tuple[str, ...] = ()
    """Outputs to build; all of them where empty."""
    templates: Path | None = None
    """The course folder whose templates/ may change the theme; `None` ignores it."""


def _site(course: Course, settings: Settings) -> Files:
    from kitbag.rendering.pages import render_site

    with own_templates(settings.templates):
        for name, make in render_site(course, templates=settings.templates, digest=course.digest):
            yield name, make()


OUTPUTS: Final[dict[str, Callable[[Course, Settings], Files]]] = {
    "site": _site,
}
"""Every output by the name of its folder under build/, in the order in which they are built."""


def build_course(course: Course, settings: Settings, say: Callable[[str], None]) -> list[Finding]:
    """Build the outputs the settings ask for.

    Args:
        course: the checked course.
        settings: what to build, and where.
        say: told what is being done, in one line at a time.

    Returns:
        What could not be built, each with the reason. An output that fails keeps its last good state.
    """
    with ExitStack() as held:
        try:
            held.enter_context(locked(settings.into))
        except BlockingIOError:
            message = "Another build is writing here."
            return [Finding("locked", Place(str(settings.into)), message, "Wait until it has finished.")]
        except OSError as error:
            return [_unwritable(settings.into, error.strerror or str(error))]
        findings: list[Finding] = []
        for name, make in OUTPUTS.items():
            if not settings.only or name in settings.only:
                findings += _build(settings.into / name, make(course, settings), say)
    return findings


def _build(target: Path, files: Files, say: Callable[[str], None]) -> list[Finding]:
    try:
        with new_folder(target) as folder:
            count = write_tree(folder, files)
    except Unwritable as error:
        return [_unwritable(target, str(error))]
    except TemplateFault as fault:
        message = f"This template cannot be used: {fault}."
        return [Finding("template", fault.place, message, 'Mend it, or build with "--no-templates".')]
    say(f"{target}: {count} files")
    return []


def _unwritable(path: Path, reason: str) -> Finding:
    message = f"This cannot be written: {reason}."
    return Finding("unwritable", Place(str(path)), message, "What was there before is still there.")
