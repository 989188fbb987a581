"""Pictures."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from kitbag.course.embedded import MOST_PIXELS, NotAPicture, pixel_size
from kitbag.course.parts import MEDIA, Parts, Places, pictures_in
from kitbag.course.safe_svg import unsafe_svg
from kitbag.files import Unreadable, is_safe_name, names_within, read_within
from kitbag.findings import Finding, Place, did_you_mean, listed

PICTURE_KINDS: Final = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".gif": b"GIF8",
    ".webp": b"RIFF",
    ".svg": b"<",
}
"""Kinds of picture a course may show, with the first bytes of each."""
LARGEST_PICTURE: Final = 16 * 1024 * 1024
MOST_REPORTED: Final = 20
"""Faults of one drawing to report."""


def pictures(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that pictures are there, inside the folder, and what their names say."""
    seen: Counter[str] = Counter()
    for file, path, src in pictures_in(parts):
        place = places.at(file, *path)
        if not is_safe_name(src):
            message = f'"{src}" can\'t be the name of a file under {MEDIA} on every system.'
            hint = (
                'Write a plain name such as picture.png: no "..", no leading "/", no name that Windows reserves (con).'
            )
            yield Finding("unsafe-name", place, message, hint)
            continue
        kind = PICTURE_KINDS.get("." + src.rpartition(".")[2].lower())
        if kind is None:
            message = f'"{src}" is of a kind that browsers and paper do not share.'
            yield Finding("picture-kind", place, message, f"Use {listed(sorted({end[1:] for end in PICTURE_KINDS}))}.")
            continue
        seen[src] += 1
        if seen[src] > 1:
            continue
        try:
            data = read_within(parts.folder, f"{MEDIA}/{src}", largest=LARGEST_PICTURE)
        except Unreadable as error:
            hint = error.hint or did_you_mean(src, names_within(parts.folder, MEDIA))
            yield Finding(error.code, place, str(error), hint)
            continue
        if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(kind):
            message = f'"{src}" does not hold what its name says.'
            yield Finding("picture-kind", place, message, "Save the picture again in the right format.")
        elif kind == PICTURE_KINDS[".svg"]:
            yield from _drawing(src, data)
        else:
            yield from _photograph(src, data, place)


def _drawing(src: str, data: bytes) -> Iterator[Finding]:
    for line, what in islice(unsafe_svg(data), MOST_REPORTED):
        yield Finding(
            "unsafe-drawing",
            Place(f"{MEDIA}/{src}", line),
            f"A drawing can't hold this: {what}.",
            "Save it as plain SVG, without scripts, links and outside files, or as PNG.",
        )


def _photograph(src: str, data: bytes, place: Place) -> Iterator[Finding]:
    try:
        width, height = pixel_size(data)
    except NotAPicture as error:
        message = f'"{src}" {error}.'
        yield Finding("picture-kind", place, message, "Save the picture again, not wider than a screen.")
        return
    if width * height > MOST_PIXELS:
        message = f'"{src}" has {width} by {height} pixels; at most {MOST_PIXELS // 1_000_000} million can be shown.'
        yield Finding("picture-size", place, message, "Save it smaller: 2000 pixels are as wide as any page needs.")
