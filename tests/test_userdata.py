"""The folder where Kitbag remembers things for one user."""

import os
import stat
import sys
from pathlib import Path

import pytest

from kitbag.userdata import state_folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KITBAG_STATE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_it_is_created_for_its_owner_alone(home: Path) -> None:
    folder = state_folder()
    assert folder.is_relative_to(home)
    assert folder.name == "kitbag"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these systems have places of their own")
def test_it_lies_where_the_system_keeps_state(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_folder() == home / ".local/state/kitbag"
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    assert state_folder() == home / "state/kitbag"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == home / ".local/state/kitbag"


def test_a_variable_names_another_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITBAG_STATE_HOME", str(home / "elsewhere"))
    assert state_folder() == home / "elsewhere"


def test_rights_that_are_too_wide_are_taken_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "wide"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("KITBAG_STATE_HOME", str(folder))
    assert stat.S_IMODE(state_folder().stat().st_mode) == 0o700


def test_a_link_or_a_file_in_its_place_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "target").mkdir()
    (home / "link").symlink_to("target")
    (home / "file").write_text("")
    for name in ("link", "file"):
        monkeypatch.setenv("KITBAG_STATE_HOME", str(home / name))
        with pytest.raises(NotADirectoryError, match="it isn't a folder"):
            state_folder()


def test_a_folder_of_another_user_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "folder").mkdir()
    monkeypatch.setenv("KITBAG_STATE_HOME", str(home / "folder"))
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(PermissionError, match="it belongs to another user"):
        state_folder()
