"""Pictures of a course that carry their own bytes, for pages and papers that need no other file."""

import re
from base64 import b64encode
from pathlib import PurePosixPath
from typing import Final

from markupsafe import Markup

from kitbag.course.model import Course
from kitbag.course.parts import MEDIA
from kitbag.files import read_within
from kitbag.questions.model import Picture

_KINDS: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_OWN_WIDTH: Final = re.compile(rb"<svg\b[^>]*\swidth\s*=\s*[\"'][^\"'%]+[\"']")


def embedded(course: Course, picture: Picture) -> Markup:
    """Return a picture of course/media as an image that carries its own bytes. Raises `Unreadable`."""
    kind, content = _kind_and_content(course, picture)
    # Without a width of its own a drawing fills the line anyway, but WeasyPrint fails on it in right-to-left text.
    fluid = kind == _KINDS[".svg"] and not _OWN_WIDTH.search(content)
    opens = Markup('<img class="fluid" ') if fluid else Markup("<img ")
    return opens + Markup('src="{}" alt="{}">').format(_data(kind, content), picture.alt)


def picture_data(course: Course, picture: Picture) -> str:
    """Return a picture of course/media as a `data:` address. Raises `Unreadable`."""
    return _data(*_kind_and_content(course, picture))


def _kind_and_content(course: Course, picture: Picture) -> tuple[str, bytes]:
    kind = _KINDS[PurePosixPath(picture.src).suffix.lower()]
    return kind, read_within(course.folder, f"{MEDIA}/{picture.src}")


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"
