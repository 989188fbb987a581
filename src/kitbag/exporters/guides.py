"""The pages beside the packages: what is in the folder, and for each platform which file to take and what to do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from kitbag.course.model import Course
from kitbag.exporters.deliveries import LEARNER_FORMATS
from kitbag.exporters.manifest import REPORT
from kitbag.exporters.platforms import PLATFORMS, Platform
from kitbag.exporters.registry import EXPORTERS
from kitbag.rendering.branding import brand_css
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.environment import make_environment
from kitbag.rendering.policy import sealed
from kitbag.rendering.styles import lean_style
from kitbag.rendering.template_data import show

INDEX: Final = "index.html"
_STYLES: Final = ("site/static/site.css", "packages/guide.css")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the folder as its pages show it."""

    name: str
    format: str
    size: int
    """In bytes."""


show(Listed, "name", "format", "size")
show(Platform, "id", "title", "facts")


def guide_pages(course: Course, listed: Sequence[Listed], templates: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield the pages for a folder that holds these packages and reports, each with its name.

    `templates` is the course folder whose `templates/` may change them, or None for the built-in ones.
    """
    pages = _Pages(course, listed, templates)
    platforms = [platform for platform in PLATFORMS if pages.taken(platform.course + platform.items)]
    yield INDEX, pages.index(platforms)
    for platform in platforms:
        yield _page_of(platform), pages.guide(platform, platforms)


def _page_of(platform: Platform) -> str:
    return f"import-{platform.id}.html"


class _Pages:
    """The pages while they are made."""

    def __init__(self, course: Course, listed: Sequence[Listed], templates: Path | None) -> None:
        language = course.info.language
        self._course = course
        self._listed = listed
        self._catalogue = catalogue_of(course)
        self._environment = make_environment(folder=templates, catalogue=self._catalogue, language=language)
        self._brand = brand_css(course.info.branding, templates)

    @cached_property
    def _style(self) -> Markup:
        theme = files("kitbag") / "templates"
        styles = [lean_style(theme.joinpath(*name.split("/")).read_text("utf-8")) for name in _STYLES]
        brand = self._brand.decode() if self._brand else ""
        return Markup("\n".join([*styles, brand]))  # noqa: S704 - style sheets, which cannot end their element

    def taken(self, formats: Sequence[str]) -> list[Listed]:
        """Return the files of these formats, the best format first."""
        return [one for name in formats for one in self._listed if one.format == name]

    def index(self, platforms: Sequence[Platform]) -> bytes:
        """Return the page that says what is in the folder."""
        reports = [one for one in self._listed if one.name.endswith(".fidelity.html")]
        groups = (
            ("learners", self._by_format(LEARNER_FORMATS)),
            ("bank", self._by_format(EXPORTERS)),
            ("reports", [(REPORT, reports)] if reports else []),
        )
        return self._page("packages/folder.html", groups=groups, platforms=platforms)

    def _by_format(self, formats: Iterable[str]) -> list[tuple[str, list[Listed]]]:
        return [(name, taken) for name in formats if (taken := self.taken([name]))]

    def guide(self, platform: Platform, platforms: Sequence[Platform]) -> bytes:
        """Return the page of one platform."""
        area = self._catalogue.area(f"exports.platforms.{platform.id}")
        parts = []
        for part, formats in (("course", platform.course), ("items", platform.items)):
            taken = self.taken(formats)
            if taken:
                parts.append((part, taken, _numbered(area, part)))
        return self._page("packages/guide.html", platform=platform, platforms=platforms, parts=parts)

    def _page(self, template: str, **values: Any) -> bytes:
        titles = {name: one.title for name, one in LEARNER_FORMATS.items()}
        titles |= {name: one.title for name, one in EXPORTERS.items()}
        page = self._environment.get_template(template).render(
            course=self._course.info,
            digest=self._course.digest,
            items=len(self._course.items),
            style=self._style,
            titles=titles,
            page_of=_page_of,
            size=self._size,
            **values,
        )
        return sealed(page).encode()

    def _size(self, size: int) -> str:
        return self._catalogue.text("exports.folder.size", size=f"{max(1, round(size / 1000)):,}")


def _numbered(area: Mapping[str, str], part: str) -> list[str]:
    """Return the steps of a part in order: the catalogue numbers them."""
    found = {key.removeprefix(f"{part}."): text for key, text in area.items() if key.startswith(f"{part}.")}
    return [found[key] for key in sorted(found, key=int)]
