"""A small drawing surface for figures made from data: inline SVG that reads in colour, in grey and in the dark.

Colours and strokes come from classes; the attributes beside them are what is left where no style sheet reaches (paper,
some readers). Text is wrapped by an estimate of its width that is generous, since nobody knows the reader's font.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup

LINE_HEIGHT: Final = 1.4
TEXT_SIZE: Final = 15.0

_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]{}/ -\u2010\u2018\u2019\u201c\u201d\u00b7")
_WIDE: Final = frozenset("mwMW@%\u2014\u2026&")


class Lettering(NamedTuple):
    """How a text is written."""

    style: str = ""
    """Its class; none where the text looks like any other."""
    size: float = TEXT_SIZE
    bold: bool = False
    anchor: str = "start"
    """Where its x lies: `start`, `middle` or `end`."""


class Rect(NamedTuple):
    """A place for a box; x is its side where reading starts."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 6


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a line of text is, never less than common fonts make it."""
    ems = 0.0
    for letter in text:
        if letter in _NARROW:
            ems += 0.40
        elif letter in _WIDE:
            ems += 0.98
        elif letter.isupper():
            ems += 0.74
        elif unicodedata.east_asian_width(letter) in "WF":
            ems += 1.0
        elif not unicodedata.combining(letter):
            ems += 0.60
    return ems * size * (1.12 if bold else 1.0)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the text in lines no wider than this; a word wider than a line is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        rest = word
        while len(rest) > 1 and text_width(rest, size, bold=bold) > width:
            cut = max(n for n in range(1, len(rest)) if n == 1 or text_width(rest[:n], size, bold=bold) <= width)
            lines.append(rest[:cut])
            rest = rest[cut:]
        line = rest
    if line:
        lines.append(line)
    return lines


class Drawing:
    """An SVG in the making. x runs from the side where reading starts, so that a right-to-left page is mirrored."""

    def __init__(self, *, name: str, title: str, description: str, width: float, rtl: bool) -> None:
        """Start a drawing; the name sets its ids apart from others on the page."""
        self.width = width
        self._rtl = rtl
        self._root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "drawing",
                "role": "img",
                "aria-labelledby": f"{name}-title",
                "aria-describedby": f"{name}-desc",
                "font-size": _number(TEXT_SIZE),
                "fill": "currentColor",
            },
        )
        if rtl:
            self._root.set("direction", "rtl")
        ET.SubElement(self._root, "title", {"id": f"{name}-title"}).text = title
        ET.SubElement(self._root, "desc", {"id": f"{name}-desc"}).text = description

    def text(self, x: float, y: float, lines: Sequence[str], look: Lettering) -> float:
        """Write lines whose top is y, and return where they end."""
        attributes = {"class": look.style} if look.style else {}
        if look.size != TEXT_SIZE:
            attributes["font-size"] = _number(look.size)
        if look.bold:
            attributes["font-weight"] = "700"
        if look.anchor != "start":
            attributes["text-anchor"] = look.anchor
        element = ET.SubElement(self._root, "text", attributes)
        for number, line in enumerate(lines):
            baseline = y + (number * LINE_HEIGHT + (LINE_HEIGHT - 1) / 2 + 0.78) * look.size
            # A text of one line needs no part of its own: most are, and a page carries two drawings.
            part = ET.SubElement(element, "tspan") if len(lines) > 1 else element
            part.set("x", self._x(x))
            part.set("y", _number(baseline))
            part.text = line
        return y + len(lines) * look.size * LINE_HEIGHT

    def line(self, points: Iterable[tuple[float, float]], *, style: str) -> None:
        """Draw straight lines from point to point."""
        path = " ".join(f"{self._x(x)},{_number(y)}" for x, y in points)
        attributes = {"class": style, "points": path, "fill": "none", "stroke": "currentColor", "stroke-width": "1.5"}
        ET.SubElement(self._root, "polyline", attributes)

    def area(self, points: Iterable[tuple[float, float]], *, style: str) -> None:
        """Fill the area between points."""
        path = " ".join(f"{self._x(x)},{_number(y)}" for x, y in points)
        ET.SubElement(self._root, "polygon", {"class": style, "points": path})

    def box(self, place: Rect, *, style: str, filled: bool = False) -> None:
        """Draw a box: an outline, or a patch that covers what lies under it."""
        attributes = {
            "class": style,
            "x": self._x(place.x + place.width if self._rtl else place.x),
            "y": _number(place.y),
            "width": _number(place.width),
            "height": _number(place.height),
            "rx": _number(place.radius),
        }
        attributes |= {"fill": "#fff"} if filled else {"fill": "none", "stroke": "currentColor"}
        ET.SubElement(self._root, "rect", attributes)

    def dots(self, places: Iterable[tuple[float, float]], radius: float, *, style: str) -> None:
        """Draw round marks."""
        look = {"class": style, "fill": "#fff", "stroke": "currentColor", "stroke-width": "2"}
        group = ET.SubElement(self._root, "g", look)
        for x, y in places:
            ET.SubElement(group, "circle", {"cx": self._x(x), "cy": _number(y), "r": _number(radius)})

    def finish(self, height: float) -> Markup:
        """Return the drawing, cut off at this height."""
        self._root.set("viewBox", f"0 0 {_number(self.width)} {_number(height)}")
        self._root.set("width", _number(self.width))
        self._root.set("height", _number(height))
        return Markup(ET.tostring(self._root, encoding="unicode"))

    def _x(self, x: float) -> str:
        return _number(self.width - x if self._rtl else x)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
