"""What `kitbag doctor` reports, and the commands it gives on each system."""

import ctypes
import importlib.metadata
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kitbag import system
from kitbag.cli import main
from kitbag.system import HARFBUZZ_SUBSET, LIBRARIES, PANGO, SYSTEMS, how_to_install, which_system

ROOT = Path(__file__).parent.parent


@pytest.fixture
def no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    monkeypatch.setattr(system, "missing_libraries", system.missing_libraries.__wrapped__)
    release = {"ID": "ubuntu", "ID_LIKE": "debian"}
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    monkeypatch.setattr("sys.platform", "linux")


def test_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.get", lambda: None)
    result = CliRunner().invoke(main, ["doctor", "-C", str(tmp_path)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line[:10].strip() for line in lines[:-2]] == ["ok"] * 9
    assert lines[-1] == "Kitbag has all it needs."


@pytest.mark.usefixtures("no_libraries")
def test_missing_libraries_are_named_with_one_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "-C", str(tmp_path)])
    assert result.exit_code == 3
    assert "missing   Pango, which prints PDFs\nmissing   PangoFT2, which prints PDFs\n" in result.output
    command = "  Install libraries: sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n"
    assert result.output.partition("\nWhat to do:\n")[2].count(command) == 1
    assert "all it needs" not in result.output


def test_a_browser_is_optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import webbrowser

    def none() -> None:
        raise webbrowser.Error("none")

    monkeypatch.setattr(webbrowser, "get", none)
    result = CliRunner().invoke(main, ["doctor", "-C", str(tmp_path)])
    assert result.exit_code == 0
    assert "optional  A browser, to see pages on this machine\n" in result.output


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = importlib.metadata.distribution

    def lacking(name: str) -> Any:
        if name == "fontpkg-assistant":
            raise importlib.metadata.PackageNotFoundError(name)
        return whole(name)

    monkeypatch.setattr(importlib.metadata, "distribution", lacking)
    result = CliRunner().invoke(main, ["doctor", "-C", str(tmp_path)])
    assert result.exit_code == 3
    assert "missing   Python packages: fontpkg-assistant\n" in result.output
    assert " -m pip install fontpkg-assistant\n" in result.output


def test_folders_that_cannot_be_written_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access
    course = tmp_path / "course"
    course.mkdir()
    (tmp_path / "file").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: access(path, mode) and (mode == os.F_OK or path != course))
    monkeypatch.setenv("KITBAG_STATE_HOME", str(tmp_path / "file"))
    result = CliRunner().invoke(main, ["doctor", "-C", str(course)])
    assert result.exit_code == 3
    assert f"missing   The course can be written: {course}\n" in result.output
    assert f"missing   What is built can be written: {course / 'build'}\n" in result.output
    assert result.output.count(f"  Get the right to write in {course}.\n") == 1
    assert f"  {tmp_path / 'file'}: it isn't a folder. " in result.output


# --- Systems --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "release", "programs", "expected"),
    [
        ("linux", {"ID": "debian"}, "", "debian"),
        ("linux", {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "", "debian"),
        ("linux", {"ID": "fedora"}, "", "fedora"),
        ("linux", {"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "", "fedora"),
        ("linux", {"ID": "manjaro", "ID_LIKE": "arch"}, "", "arch"),
        ("linux", {"ID": "alpine"}, "", "alpine"),
        ("linux", {"ID": "nixos"}, "", None),
        ("freebsd14", {}, "", None),
        ("darwin", {}, "brew port", "homebrew"),
        ("darwin", {}, "port", "macports"),
        ("darwin", {}, "", "homebrew"),
        ("win32", {}, "", "windows"),
    ],
)
def test_systems_are_known(kind: str, release: dict[str, str], programs: str, expected: str | None) -> None:
    assert which_system(kind, release, lambda name: name in programs.split()) == expected


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("debian", "sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
        ("fedora", "sudo dnf install pango harfbuzz"),
        ("arch", "sudo pacman -S pango harfbuzz"),
        ("alpine", "sudo apk add so:libpango-1.0.so.0 so:libpangoft2-1.0.so.0 so:libharfbuzz-subset.so.0"),
        ("homebrew", "brew install pango harfbuzz"),
        ("macports", "sudo port install pango harfbuzz"),
        (
            "windows",
            "in a shell of MSYS2 (msys2.org), pacman -S mingw-w64-ucrt-x86_64-pango mingw-w64-ucrt-x86_64-harfbuzz",
        ),
        (None, "ask this system's package manager for Pango, PangoFT2, HarfBuzz-subset"),
    ],
)
def test_each_system_gets_its_own_command(name: str | None, command: str) -> None:
    assert how_to_install(LIBRARIES, name) == command


def test_only_what_is_missing_is_installed() -> None:
    assert how_to_install([HARFBUZZ_SUBSET], "debian") == "sudo apt install libharfbuzz-subset0"
    assert how_to_install([PANGO], "fedora") == "sudo dnf install pango"


def test_make_installs_the_same_packages() -> None:
    script = (ROOT / ".ci" / "packages").read_text("utf-8")
    for library in LIBRARIES:
        assert f"library_in {library.files[0]} {SYSTEMS['debian'].names[library]}\n" in script
