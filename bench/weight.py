"""What a lesson page of the shipped course makes a browser load: its HTML, style sheets and scripts, in bytes."""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath

from kitbag.course.load import load_course
from kitbag.rendering.pages import render_site

COURSE = Path(__file__).parent.parent
PAGE, SCRIPTS = 100_000, 40_000
"""The most bytes of a page in all, pictures apart, and of its scripts."""

_DRAWING = re.compile(rb'<svg [^>]*class="drawing".*?</svg>', re.DOTALL)


def heaviest() -> Iterator[tuple[str, int, int]]:
    """Give the heaviest page by all it loads but drawings, and by its scripts: what, bytes, the most allowed."""
    loaded = load_course(COURSE)
    if loaded.course is None:
        raise SystemExit("\n".join(map(str, loaded.findings)))
    files = {
        name: make() for name, make in render_site(loaded.course, templates=COURSE) if not name.startswith("media/")
    }
    lessons = {name: html for name, html in files.items() if name.startswith("lessons/")}

    def weigh(name: str, pattern: bytes) -> int:
        found = {href.decode() for href in re.findall(pattern, lessons[name])}
        return sum(len(files[normpath(join(name, "..", href))]) for href in found)

    scripts = {name: weigh(name, rb'<script src="([^"]+)"') for name in lessons}
    styles = {name: weigh(name, rb'<link rel="stylesheet" href="([^"]+)"') for name in lessons}
    whole = {name: len(_DRAWING.sub(b"", html)) + scripts[name] + styles[name] for name, html in lessons.items()}
    page, busiest = max(whole, key=whole.__getitem__), max(scripts, key=scripts.__getitem__)
    yield f"weight: {page}, in bytes", whole[page], PAGE
    yield f"weight: scripts of {busiest}, in bytes", scripts[busiest], SCRIPTS
