"""The templates of the theme that a course may replace: their names, what each is for, and their text.

What each is for stands in its first line, as a comment.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kitbag.files import is_safe_name

PARTS: Final = ("site", "quiz", "tests", "handouts", "instructor", "packages")
"""The folders of the theme that hold templates a course may replace."""
ABOUT: Final = "about.html"
"""A template that only a course has: it adds to the page "About"."""
BRAND: Final = "brand.css"
"""The style sheet in a course's `templates/`; it isn't a template, and the theme has none of this name."""
HANDOUTS: Final = "handouts/"

_KITBAGS: Final = frozenset({"packages/launch.html", "packages/lesson.html", "packages/single.html"})
"""Templates of pages that have to fit a platform; a course's own are never asked for."""
_PURPOSE: Final = re.compile(r"\{#\s*(.*?)\s*#\}", re.DOTALL)


@cache
def theme_templates() -> Mapping[str, str]:
    """Return what each template of the theme is for, by its name from `templates/`, sorted."""
    theme = Path(str(files("kitbag"))) / "templates"
    names = (path.relative_to(theme).as_posix() for part in PARTS for path in (theme / part).rglob("*.html"))
    return MappingProxyType({name: _purpose(theme_source(name)) for name in sorted(names) if name not in _KITBAGS})


def theme_source(name: str) -> str:
    """Return the text of a template of the theme."""
    return (Path(str(files("kitbag"))) / "templates" / name).read_text("utf-8")


def is_in_theme(name: str) -> bool:
    """Tell whether a template may ask for the theme's file of this name: a template, or a style sheet of one."""
    return is_safe_name(name) and (Path(str(files("kitbag"))) / "templates" / name).is_file()


def theme_name(name: str) -> str | None:
    """Return which template of the theme a file of a course's `templates/` replaces; `None` where it replaces none.

    Those of `handouts/` may also lie at the top.
    """
    known = theme_templates()
    return next((one for one in (f"{HANDOUTS}{name}", name) if one in known), None)


def _purpose(source: str) -> str:
    comment = _PURPOSE.match(source)
    return " ".join(comment[1].split()) if comment else ""
