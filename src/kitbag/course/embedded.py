"""Pictures inside a style sheet or a drawing, as data: addresses (RFC 2397), of a kind and a size that can be shown."""

import base64
import binascii
import io
import re
import warnings
from collections.abc import Callable, Iterable
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

MOST_PIXELS: Final = 50_000_000
"""Pixels in one picture: a small file can hold more than a phone, or the printing of a handout, has memory for."""
DRAWING: Final = "svg+xml"
_RASTER: Final = ("PNG", "JPEG", "GIF", "WEBP")
_ADDRESS: Final = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)((?:;[^,;]*)*),(.*)", re.IGNORECASE | re.DOTALL)
_BLANK: Final = re.compile(rb"[\t\n\f\r ]+")


class NotAPicture(Exception):
    """What should be a picture can't be read as one."""


def pixel_size(data: bytes, kinds: tuple[str, ...] = _RASTER) -> tuple[int, int]:
    """Return width and height of a picture from its head, without unpacking its pixels.

    Raises:
        NotAPicture: it can't be read; the message says why.
    """
    from PIL import Image  # takes a while to import, and few courses have photographs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=kinds) as picture:
                return picture.size
    except Image.DecompressionBombError:
        raise NotAPicture("has too many pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError):  # among them PIL's own for what it can't identify
        raise NotAPicture("can't be read as a picture") from None


class Embedded:
    """Judges the pictures inside one style sheet or drawing, which are shown together and so count together."""

    def __init__(self, drawing: "Faults | None" = None, *, within: "Embedded | None" = None) -> None:
        """Begin to count.

        Args:
            drawing: finds the faults of a drawing, and judges the pictures inside that; without it, no drawing may be
                inside.
            within: what the pictures count towards, too.
        """
        self._drawing = drawing
        self._within = within
        self._left = MOST_PIXELS

    def fault(self, address: str) -> str | None:
        """Return what is wrong with the picture that an address holds, in a few words, or `None` where nothing is.

        Addresses that hold no picture are a fault, too.
        """
        found = _ADDRESS.fullmatch(address.strip())
        if found is None or (found[1].lower() == DRAWING and self._drawing is None):
            return f'a link to "{address.strip()[:60]}"'
        try:
            data = _content(found[2], found[3])
            if found[1].lower() == DRAWING and self._drawing is not None:
                first = next(iter(self._drawing(data, Embedded(within=self))), None)
                return None if first is None else f"a drawing with {first.what}"
            width, height = pixel_size(data)
        except NotAPicture as error:
            return f"a picture that {error}"
        if self.spend(width * height):
            return None
        most = MOST_PIXELS // 1_000_000
        return f"a picture of {width} by {height} pixels, where {most} million can be shown in all"

    def spend(self, pixels: int) -> bool:
        """Count pixels, and tell whether there is room for them."""
        self._left -= pixels
        return self._left >= 0 and (self._within is None or self._within.spend(pixels))


class Fault(Protocol):
    """A place in a drawing that can't stay."""

    @property
    def what(self) -> str:
        """What is there, in a few words."""


Faults = Callable[[bytes, Embedded], Iterable[Fault]]


def _content(parameters: str, text: str) -> bytes:
    data = unquote_to_bytes(text)
    if parameters.rpartition(";")[2].strip().lower() != "base64":
        return data
    data = _BLANK.sub(b"", data).rstrip(b"=")
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    except binascii.Error:
        raise NotAPicture("can't be read as a picture") from None
