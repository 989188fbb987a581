"""Colours of a course's branding: their contrast (WCAG 2.2, 1.4.3), and the shades a page needs of them."""

from typing import Final, NamedTuple

LEAST_CONTRAST: Final = 4.5
"""Contrast of text with its ground (WCAG 2.2, 1.4.3)."""


class Colour(NamedTuple):
    """A colour in sRGB; each part is from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        """Return the colour as CSS writes it: `#1f4e79`."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE: Final = Colour(255, 255, 255)
BLACK: Final = Colour(0, 0, 0)
PAGE: Final = Colour(0xFD, 0xFC, 0xF9)
"""The ground of a page, in the theme's `site.css` (`--paper`)."""
DARK_PAGE: Final = Colour(0x14, 0x18, 0x16)
"""The ground of a page in dark mode, likewise."""


def colour(text: str) -> Colour:
    """Read a colour such as `#1f4e79`."""
    return Colour(*(int(text[start : start + 2], 16) for start in (1, 3, 5)))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(of: Colour) -> float:
    """Return the relative luminance (WCAG 2.2, "relative luminance")."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in of
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return so large a share of one colour with the rest of another."""
    return Colour(*(round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True)))


def readable(wanted: Colour, ground: Colour) -> Colour:
    """Return the nearest shade of a colour that can be read on a ground: darker on light, lighter on dark."""
    towards = BLACK if _luminance(ground) > 0.18 else WHITE
    shades = (mix(towards, wanted, step / 20) for step in range(21))
    return next(shade for shade in shades if contrast(shade, ground) >= LEAST_CONTRAST)


def ink_on(ground: Colour) -> Colour:
    """Return black or white, whichever is easier to read on a ground."""
    return max(WHITE, BLACK, key=lambda ink: contrast(ink, ground))
