"""The Jinja environment: the built-in theme, and over it what the course folder's `templates/` sets in its place.

Templates of a course folder are code of someone we do not know, so every template runs in Jinja's sandbox.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, TemplateNotFound
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kitbag.rendering.catalogue import Catalogue, direction
from kitbag.rendering.markdown import MarkdownRenderer, plain

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
        """Return text, file name and freshness of a template. Raises TemplateNotFound."""
        text = read_course_file(self._root, template)
        if text is None:
            raise TemplateNotFound(template)
        return text, str(self._root.joinpath(*split_template_path(template))), lambda: True


def read_course_file(root: Path, name: str) -> str | None:
    """Return the text of a file under a folder, or None where it is missing, too large, not UTF-8, or outside."""
    file = root.joinpath(*split_template_path(name))
    try:
        if not file.resolve().is_relative_to(root.resolve()) or file.stat().st_size > LARGEST_TEMPLATE:
            return None
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def make_environment(*, folder: Path | None, catalogue: Catalogue, language: str) -> Environment:
    """Return an environment in which templates are named from `templates/`: `site/lesson.html`.

    With a course folder, its `templates/` comes first; `theme/site/lesson.html` always names the built-in one, so that
    a course's own template can extend it. Without one (`--no-templates`), only the theme is there.

    Every template has `t(key, **values)` (the catalogue), `language`, `direction`, and the filters `markdown`,
    `inline`, `plain` and `day`.
    """
    theme = PackageLoader("kitbag", "templates")
    loaders: list[BaseLoader] = [PrefixLoader({"theme": theme}), theme]
    if folder is not None:
        loaders.insert(0, CourseTemplates(folder))
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    renderer = MarkdownRenderer()
    environment.filters |= {
        "markdown": renderer.block,
        "inline": renderer.inline,
        "plain": plain,
        "day": catalogue.day,
    }
    environment.globals |= {"t": catalogue.text, "language": language, "direction": direction(language)}
    return environment
