"""The Jinja environment: the built-in theme, and over it what the course folder's `templates/` sets in its place.

Templates of a course folder come from someone we don't know, so with them everything runs in `course_templates`.
"""

import re
from collections.abc import Callable, Iterable, MutableMapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeAlias

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
)

from kitbag.files import Unreadable, read_within
from kitbag.inside import files_inside, folder_inside
from kitbag.rendering import course_templates, theme_code
from kitbag.rendering.catalogue import Catalogue, direction
from kitbag.rendering.course_templates import CourseEnvironment
from kitbag.rendering.foreign import settled
from kitbag.rendering.markdown import MarkdownRenderer, plain
from kitbag.rendering.template_limits import SOURCE
from kitbag.rendering.theme_code import CompiledTemplates, ThemeEnvironment
from kitbag.rendering.theme_list import BRAND
from kitbag.rendering.timescale import when_of

LARGEST_TEMPLATE: Final = 1_000_000
"""Bytes in one file of a course's `templates/`."""

_SHOWN: Final = re.compile(r"""\{%[-+]?\s*(?:extends|include|import|from)\s+("[^"]*"|'[^']*'|)""")
"""What a template names that it shows; empty where the name isn't written out."""

Templates: TypeAlias = ThemeEnvironment | CourseEnvironment


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
        # A path from the root of the disk would be a file of that name below templates/, and be taken for another.
        if template.startswith("/") or ".." in template.split("/"):
            raise TemplateNotFound(template)
        data = course_file(self._root, template)
        if data is None:
            raise TemplateNotFound(template)
        if len(data) > SOURCE:
            raise TemplateSyntaxError(f"it is larger than {SOURCE:,} bytes", 1, template, str(self._root / template))
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
        except (TemplateSyntaxError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
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


def has_templates(folder: Path) -> bool:
    """Tell whether a course folder has templates of its own; `brand.css` alone is none."""
    return any(name != f"templates/{BRAND}" for name, _ in files_inside(folder, "templates"))


class MixedEnvironment(CourseEnvironment):
    """The sandbox for a course's templates, and for those of the theme that show one; the rest of the theme beside it.

    The theme alone has no way to the course's templates: its loader doesn't know them. So a mistake in telling which
    template needs the sandbox could leave a course's template out of a page, and never let it out of the sandbox.
    """

    def __init__(self, alone: ThemeEnvironment, own: CourseTemplates, theme: list[BaseLoader], **options: Any) -> None:
        """Take the environment of the theme alone, the course's templates, and where the theme's are found."""
        self._alone = alone
        self._own = own
        self._theme = ChoiceLoader(theme)
        self._needs_sandbox = cache(self._look)
        super().__init__(loader=ChoiceLoader([own, *theme]), **options)

    def offer_filters(self, **filters: Callable[..., Any]) -> None:
        """Let templates use filters."""
        super().offer_filters(**filters)
        self._alone.offer_filters(**filters)

    def share(self, **values: Any) -> None:
        """Let every template see these values."""
        super().share(**values)
        self._alone.share(**values)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's signature
    ) -> Template:
        """Return a template. One that another asks for, its `parent`, runs where that one does."""
        if parent is None and isinstance(name, str) and not self._needs_sandbox(name):
            self._alone.finish = self.finish
            return self._alone.get_template(name, None, globals)
        return super().get_template(name, parent, globals)

    def select_template(
        self,
        names: Iterable[str | Template],
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's signature
    ) -> Template:
        """Return the first of several templates that is there."""
        asked = list(names)
        for name in asked:
            with suppress(TemplateNotFound):
                return self.get_template(name, parent, globals)
        return super().select_template(asked, parent, globals)

    def _look(self, name: str) -> bool:
        """Tell whether a template is the course's, or shows one, directly or through others."""
        waiting, seen = [name], set()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            try:
                self._own.get_source(self, at)
            except TemplateNotFound:
                pass
            except TemplateSyntaxError:
                return True
            else:
                return True
            try:
                source, *_ = self._theme.get_source(self._alone, at)
            except TemplateNotFound:
                return True
            for literal in _SHOWN.findall(source):
                if not literal:  # a name that is known only when the page is made
                    return True
                waiting.append(literal[1:-1])
        return False


def make_environment(*, folder: Path | None, catalogue: Catalogue, language: str) -> Templates:
    """Return an environment in which templates are named from `templates/`: `site/lesson.html`.

    With a course folder, its `templates/` comes first; `theme/site/lesson.html` always names the built-in one, so that
    a course's own template can extend it. Without one (`--no-templates`), or where it has no templates, only the theme
    is there, and takes the models as they are; otherwise all templates see `template_data`.

    Every template has `t(key, **values)` (the catalogue), `language`, `direction`, and the filters `markdown`,
    `inline`, `plain`, `day`, `duration` and `when`.
    """
    theme = PackageLoader("kitbag", "templates")
    shown = catalogue.for_pages
    loaders: list[BaseLoader] = [PrefixLoader({"theme": theme}), theme]
    options: dict[str, Any] = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "auto_reload": False,
    }
    kept = CompiledTemplates(shown, theme_code.__file__)
    alone = ThemeEnvironment(loader=ChoiceLoader(loaders), bytecode_cache=kept, **options)
    environment: Templates
    if folder is not None and has_templates(folder):
        kept = CompiledTemplates(shown, course_templates.__file__, kind=".course")
        environment = MixedEnvironment(alone, CourseTemplates(folder), loaders, bytecode_cache=kept, **options)
    else:
        environment = alone
    renderer = MarkdownRenderer()
    environment.offer_filters(
        markdown=renderer.block,
        inline=renderer.inline,
        plain=plain,
        day=shown.day,
        duration=shown.duration,
        when=lambda moment: when_of(moment, shown),
    )
    environment.share(t=shown.text, language=language, direction=direction(language))
    if catalogue.foreign:
        environment.finish = partial(settled, language=language, direction=direction(language))
    return environment
