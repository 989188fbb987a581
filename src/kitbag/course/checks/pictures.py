"""Pictures."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kitbag.course.parts import MEDIA, Parts, Places, pictures_in
from kitbag.files import Unreadable, is_safe_name, names_within, read_within
from kitbag.findings import Finding, did_you_mean, listed

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
