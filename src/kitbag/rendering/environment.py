"""The Jinja environment: the built-in theme, and over it what the course folder's `templates/` sets in its place.

Templates of a course folder are code of someone we do not know, so they run in Jinja's sandbox.
"""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
)

from kitbag.files import Unreadable, read_within
from kitbag.inside import folder_inside
from kitbag.rendering.catalogue import Catalogue, direction
from kitbag.rendering.markdown import MarkdownRenderer, plain
from kitbag.rendering.theme_code import CompiledTemplates, ThemeEnvironment

LARGEST_TEMPLATE: Final = 1_000_000
"""Bytes in one template or style sheet of a course folder."""


class CourseTemplates(BaseLoader):
    """The templates of a course folder; a name or a link that leads out of it finds nothing."""

    def __init__(self, folder: Path) -> None:
        """Take the course folder; its `templates/` may be missing."""
        self._root = folder / "templates"

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - Jinja's signature
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return text, file name and freshness of a template. Raises TemplateNotFound, or TemplateSyntaxError."""
        data = course_file(self._root, template)
        if data is None:
            raise TemplateNotFound(template)
        try:
            return data.decode(), str(self._root / template), lambda: True
        except UnicodeDecodeError:
            raise TemplateSyntaxError("it is no text in UTF-8", 1, template, str(self._root / template)) from None

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """Return a template; whatever keeps it from being one is a TemplateSyntaxError that names its file."""
        try:
            return super().load(environment, name, globals)
        except TemplateNotFound:
            raise
        except (TemplateSyntaxError, ValueError, RecursionError) as error:
            # What the lexer finds names no file, and what nests too deep or counts too far is no syntax error to it.
            too_much = "it is nested too deeply, or holds a number that is too long"
            message = str(error.message) if isinstance(error, TemplateSyntaxError) else too_much
            line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
            raise TemplateSyntaxError(message, line, name, str(self._root / name)) from None


def course_file(templates: Path, name: str) -> bytes | None:
    """Return a file of a course's `templates/`, or None where there is none that may be read."""
    try:
        with folder_inside(templates.parent, templates.name) as held:
            return read_within(held, name, largest=LARGEST_TEMPLATE)
    except (Unreadable, OSError):
        return None


def make_environment(*, folder: Path | None, catalogue: Catalogue, language: str) -> Environment:
    """Return an environment in which templates are named from `templates/`: `site/lesson.html`.

    With a course folder, its `templates/` comes first; `theme/site/lesson.html` always names the built-in one, so that
    a course's own template can extend it. Without one (`--no-templates`), only the theme is there.

    Every template has `t(key, **values)` (the catalogue), `language`, `direction`, and the filters `markdown`,
    `inline`, `plain`, `day` and `duration`.
    """
    theme = PackageLoader("kitbag", "templates")
    loaders: list[BaseLoader] = [PrefixLoader({"theme": theme}), theme]
    if folder is not None:
        loaders.insert(0, CourseTemplates(folder))
    environment = ThemeEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=CompiledTemplates(catalogue),
    )
    renderer = MarkdownRenderer()
    environment.filters |= {
        "markdown": renderer.block,
        "inline": renderer.inline,
        "plain": plain,
        "day": catalogue.day,
        "duration": catalogue.duration,
    }
    environment.globals |= {"t": catalogue.text, "language": language, "direction": direction(language)}
    return environment
