"""What keeps pages and papers from being made: mistakes in a course's own templates, and a library that is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb

from jinja2 import TemplateError, TemplateSyntaxError

from kitbag.findings import Place
from kitbag.rendering.template_limits import CourseTemplateError


class TemplateFault(Exception):
    """A template of the course folder that cannot be used; the message says why, `place` where."""

    def __init__(self, place: Place, message: str) -> None:
        """Keep the place, with the file as seen from the course folder."""
        super().__init__(message)
        self.place = place


class NoPdf(Exception):
    """PDFs cannot be made on this machine; the message says what to install. Everything else can still be built."""


@contextmanager
def own_templates(folder: Path | None) -> Iterator[None]:
    """Turn what goes wrong in a template of the course folder into a `TemplateFault`.

    A mistake in the built-in theme, or with `None` for the folder, is ours and passes through.

    Raises:
        TemplateFault: a template of the folder is not Jinja, asks for what it may not have, or fails.
    """
    try:
        yield
    except Exception as error:
        if folder is None:
            raise
        place = _place(error, folder)
        if place is None and isinstance(error, CourseTemplateError):
            place = Place("templates")  # A template of the theme met what one of the course left it.
        if place is None:
            raise
        message = error.message if isinstance(error, TemplateError) and error.message else str(error)
        raise TemplateFault(place, message[:300].rstrip(".")) from error


def _place(error: Exception, folder: Path) -> Place | None:
    """Return the innermost line of a template of the folder that the error came through."""
    places = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    if isinstance(error, TemplateSyntaxError) and error.filename:
        places.append((Path(error.filename), error.lineno))
    root = folder / "templates"
    for file, line in reversed(places):
        if file.is_relative_to(root):
            return Place(file.relative_to(folder).as_posix(), line, 1)
    return None
