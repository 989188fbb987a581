"""The fonts of everything printed: open fonts that come as packages, so that a page looks the same on every machine.

The system's own fonts are never used, not even for a character that ours lack: such a character is printed as an empty
box, and reported.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

FAMILIES: Final = ("Source Sans 3", "Source Serif 4", "Noto Sans Arabic", "Assistant")
"""Text (Latin, Greek, Cyrillic), titles, and Arabic and Hebrew for names."""

MISSING: Final = "\N{WHITE SQUARE}"
"""Printed in place of a character that no font has."""

# Joiners, marks of direction and variation selectors shape their neighbours and have no picture of their own.
_INVISIBLE: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0020-\U000e007f"
_CONTROLS: Final = frozenset("\n\r\t")


@cache
def font_files() -> tuple[Path, ...]:
    """Return the font files, family by family. Raises ImportError where a font package is missing."""
    folders = [Path(str(files(package.replace("-", "_")) / "files")) for package in _packages()]
    return tuple(file for folder in folders for file in sorted(folder.glob("*.ttf")))


def fonts_version() -> str:
    """Return names and versions of the font packages: what a printed page depends on beside its text."""
    return " ".join(f"{package}={version(package)}" for package in _packages())


def _packages() -> list[str]:
    return ["fontpkg-" + family.lower().replace(" ", "-") for family in FAMILIES]


def printable(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text with a box for each character that no font has, and those characters, each once.

    An emoji made of several characters becomes one box.
    """
    lacking = sorted(char for char in set(text) - _covered() if not re.fullmatch(f"[{_INVISIBLE}]", char))
    if not lacking:
        return text, ()
    one = "[" + "".join(map(re.escape, lacking)) + "]"
    # A joiner or selector binds what follows it into the same picture; skin tones simply follow.
    whole = re.compile(f"{one}[\ufe00-\ufe0f\U000e0020-\U000e007f\U0001f3fb-\U0001f3ff]*(?:\u200d.[\ufe0f]?)*")
    return whole.sub(MISSING, text), tuple(lacking)


@cache
def _covered() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    covered = set(_CONTROLS)
    for file in font_files():
        with TTFont(file, lazy=True) as font:
            covered.update(map(chr, font.getBestCmap()))
    return frozenset(covered)


@contextmanager
def only_our_fonts() -> Iterator[None]:
    """Let Fontconfig, while it starts, know the packaged fonts and nothing of this machine."""
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory(prefix="kitbag-fonts-") as folder:
        settings = Path(folder, "fonts.conf")
        settings.write_text(_settings(Path(folder)), "utf-8")
        os.environ["FONTCONFIG_FILE"] = str(settings)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _settings(cache_folder: Path) -> str:
    folders = sorted({str(file.parent) for file in font_files()})
    return "\n".join(
        [
            '<?xml version="1.0"?>',
            '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
            "<fontconfig>",
            *(f"<dir>{escape(folder)}</dir>" for folder in folders),
            f"<cachedir>{escape(str(cache_folder))}</cachedir>",
            "</fontconfig>",
        ]
    )
