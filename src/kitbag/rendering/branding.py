"""The colours of a course's branding as a style sheet; its own `templates/brand.css` comes after them."""

from pathlib import Path

from kitbag.course.colours import BLACK, DARK_PAGE, PAGE, WHITE, Colour, colour, ink_on, mix, readable
from kitbag.course.embedded import Embedded
from kitbag.course.model import Branding
from kitbag.course.safe_css import safe_css
from kitbag.course.safe_svg import unsafe_svg
from kitbag.rendering.environment import course_file
from kitbag.rendering.theme_list import BRAND


def brand_css(branding: Branding, templates: Path | None) -> bytes | None:
    """Return the style sheet of a course's looks: its colours in light and dark, then its own rules; None without any.

    `templates` is the course folder whose `templates/brand.css` counts; `None` ignores it.
    """
    own = own_css(templates)
    light, dark = _shades(branding, dark=False), _shades(branding, dark=True)
    if not light:
        return own
    sheet = f"""\
:root {{
{light}}}
@media (prefers-color-scheme: dark) {{
:root:not([data-theme="light"]) {{
{dark}}}
}}
:root[data-theme="dark"] {{
{dark}}}
"""
    return sheet.encode() + (own or b"")


def own_css(templates: Path | None) -> bytes | None:
    """Return what is safe of the course's own `templates/brand.css`, or None where it has none."""
    sheet = course_file(templates / "templates", BRAND) if templates else None
    return None if sheet is None else safe_css(sheet.decode("utf-8", "replace"), Embedded(unsafe_svg)).encode()


def _shades(branding: Branding, *, dark: bool) -> str:
    """Return the custom properties that follow from the branding's colours."""
    page = DARK_PAGE if dark else PAGE
    values: dict[str, Colour] = {}
    if branding.accent:
        given = colour(branding.accent)
        accent = readable(mix(given, WHITE, 0.7), page) if dark else readable(given, page)
        values["accent"] = accent
        values["accent-ink"] = ink_on(accent)
        values["accent-wash"] = mix(given, page, 0.25 if dark else 0.1)
    if branding.band:
        band = mix(colour(branding.band), BLACK, 0.8) if dark else colour(branding.band)
        values["band"] = band
        values["band-ink"] = ink_on(band)
        values["band-soft"] = readable(mix(ink_on(band), band, 0.8), band)
    return "".join(f"  --{name}: {value};\n" for name, value in values.items())
