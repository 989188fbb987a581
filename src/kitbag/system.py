"""What Kitbag needs of the system it runs on, whether it is there, and the command that installs what isn't."""

import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True)
class Library:
    """A library of the system that prints PDFs."""

    name: str
    """What people call it."""
    files: tuple[str, ...]
    """Its file on Linux, macOS and Windows."""


PANGO: Final = Library("Pango", ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"))
PANGO_FT2: Final = Library("PangoFT2", ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"))
HARFBUZZ_SUBSET: Final = Library(
    "HarfBuzz-subset", ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll")
)
LIBRARIES: Final = (PANGO, PANGO_FT2, HARFBUZZ_SUBSET)
"""What PDFs need; these bring the others with them."""


@dataclass(frozen=True)
class Packages:
    """How a system installs libraries."""

    command: str
    """What comes before the names of the packages."""
    names: Mapping[Library, str]
    """The package that holds each library."""


_DEBIAN: Final = Packages(
    "sudo apt install",
    {PANGO: "libpango-1.0-0", PANGO_FT2: "libpangoft2-1.0-0", HARFBUZZ_SUBSET: "libharfbuzz-subset0"},
)
_WITH_PANGO: Final = {PANGO: "pango", PANGO_FT2: "pango", HARFBUZZ_SUBSET: "harfbuzz"}
_MSYS2: Final = "mingw-w64-ucrt-x86_64"

SYSTEMS: Final[Mapping[str, Packages]] = {
    "debian": _DEBIAN,
    "fedora": Packages("sudo dnf install", _WITH_PANGO),
    "arch": Packages("sudo pacman -S", _WITH_PANGO),
    "alpine": Packages("sudo apk add", {library: f"so:{library.files[0]}" for library in LIBRARIES}),
    "homebrew": Packages("brew install", _WITH_PANGO),
    "macports": Packages("sudo port install", _WITH_PANGO),
    "windows": Packages(
        "in a shell of MSYS2 (msys2.org), pacman -S",
        {library: f"{_MSYS2}-{name}" for library, name in _WITH_PANGO.items()},
    ),
}
"""Where WeasyPrint's installation guide says to take the libraries from, by system."""


def which_system(
    kind: str, release: Mapping[str, str], installed: Callable[[str], object] = shutil.which
) -> str | None:
    """Return the key in `SYSTEMS` for this system; `None` where it is none of them.

    Args:
        kind: as `sys.platform`.
        release: as `platform.freedesktop_os_release`; empty where there is none.
        installed: whether there is a program of this name.
    """
    if kind == "win32":
        return "windows"
    if kind == "darwin":
        return "macports" if installed("port") and not installed("brew") else "homebrew"
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((name for name in names if name in SYSTEMS), None)


def how_to_install(missing: Iterable[Library], system: str | None) -> str:
    """Return the command that installs libraries; where the system isn't known, what to look for."""
    missing = list(missing)
    if system is None:
        return f"ask this system's package manager for {', '.join(one.name for one in missing)}"
    packages = SYSTEMS[system]
    return " ".join([packages.command, *dict.fromkeys(packages.names[one] for one in missing)])


def how_to_install_here(missing: Iterable[Library]) -> str:
    """Return the command that installs libraries on this system."""
    release: Mapping[str, str] = {}
    with suppress(OSError, AttributeError):
        release = platform.freedesktop_os_release()
    return how_to_install(missing, which_system(sys.platform, release))


@cache
def missing_libraries() -> Sequence[Library]:
    """Return the libraries that can't be loaded here."""
    if sys.platform == "win32":
        # WeasyPrint looks in these places, too; its own setting replaces them.
        usual = "C:\\msys64\\ucrt64\\bin;C:\\msys64\\mingw64\\bin;C:\\Program Files\\GTK3-Runtime Win64\\bin"
        for folder in os.environ.get("WEASYPRINT_DLL_DIRECTORIES", usual).split(";"):
            with suppress(OSError):
                os.add_dll_directory(folder)
    return tuple(library for library in LIBRARIES if not _loads(library))


def _loads(library: Library) -> bool:
    for file in library.files:
        with suppress(OSError):
            ctypes.CDLL(file)
            return True
    return False
