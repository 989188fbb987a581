"""Consoles of every kind: old code pages, Windows, none at all; what no test machine has is stood in for."""

import io
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from children import KITBAG, run

from kitbag import console, files
from kitbag.console import Console
from kitbag.rendering.catalogue import catalogue_for

PROJECT = Path(__file__).parent / "projects/every-item-type"
ESCAPE = "\x1b"


class Screen(io.TextIOWrapper):
    """A terminal in some encoding, whose bytes can be read."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


@pytest.fixture
def on_screen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Screen]:
    """Let a test have its standard output on a screen of some encoding. pytest takes it away before each test."""

    def on(encoding: str = "utf-8") -> Screen:
        made = Screen(encoding)
        monkeypatch.setattr(sys, "stdout", made)
        monkeypatch.setattr(sys, "stdin", Screen("utf-8"))
        for name in ("NO_COLOR", "WT_SESSION"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        return made

    return on


def at(*, plain: bool = False) -> Console:
    return Console(catalogue_for("en").text, plain=plain)


def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.delenv("TERM")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "“Zoë\u2019s tea” \u2013 80 °C … naïve ½ 名 \u2713"),
        ("cp1252", "“Zoë\u2019s tea” \u2013 80 °C … naïve ½ ? ?"),
        ("cp850", '"Zoë\'s tea" - 80 °C ... naïve ½ ? ?'),
        ("cp437", '"Zoë\'s tea" - 80 °C ... naïve ½ ? ?'),
        ("ascii", '"Zoe\'s tea" - 80 ?C ... naive 1/2 ? ?'),
    ],
)
def test_what_a_code_page_lacks_is_shown_by_what_is_nearest(
    on_screen: Callable[..., Screen], encoding: str, expected: str
) -> None:
    screen = on_screen(encoding)
    shown = at(plain=True)
    shown.wrapped("“Zoë\u2019s tea” \u2013 80 °C … naïve ½ 名 \u2713")
    assert screen.shown() == f"{expected}\n"
    assert shown.unicode is (screen.encoding == "utf-8")


def test_the_old_console_of_windows_gets_signs_that_its_fonts_have(
    on_screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = on_screen()
    on_windows(monkeypatch)
    shown = at()
    assert (shown.plain, shown.unicode) == (False, False)
    shown.say("x", "strong")
    assert screen.shown() == f"{ESCAPE}[1mx{ESCAPE}[0m\n"
    monkeypatch.setenv("WT_SESSION", "1")
    assert at().unicode


def test_a_terminal_that_tells_nothing_of_itself_gets_plain_lines(
    on_screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = on_screen()
    assert not at().plain
    monkeypatch.delenv("TERM")
    shown = at()
    assert shown.plain
    shown.clear()
    shown.say("x", "strong")
    assert screen.shown() == "x\n"


@pytest.mark.parametrize(("value", "expected"), [("1", "x\n"), ("", f"{ESCAPE}[1mx{ESCAPE}[0m\n")])
def test_no_color_counts_where_it_says_something(
    on_screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch, value: str, expected: str
) -> None:
    screen = on_screen()
    monkeypatch.setenv("NO_COLOR", value)
    at().say("x", "strong")
    assert screen.shown() == expected


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (f"{ESCAPE}[A{ESCAPE}[1;5CB", "B"),
        (f"{ESCAPE}OP{ESCAPE}[15~two words{ESCAPE}", "two words"),
        ("\x00\x01\x7fa\tb", "a\tb"),
        ("Zoë [A", "Zoë [A"),
    ],
)
def test_keys_that_type_nothing_are_no_part_of_an_answer(
    on_screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch, typed: str, line: str
) -> None:
    screen = on_screen()
    monkeypatch.setattr("builtins.input", lambda _prompt: typed)
    assert at().ask("?") == line
    assert screen.shown() == "?\n".replace("?", f"{ESCAPE}[2m?{ESCAPE}[0m")


def test_what_a_course_says_cannot_steer_the_terminal(on_screen: Callable[..., Screen]) -> None:
    screen = on_screen()
    at(plain=True).wrapped(f"a{ESCAPE}[2Jb\x9b31m\u202ec\x07\x00")
    assert screen.shown() == "a\ufffd[2Jb\ufffd31m\ufffdc\ufffd\ufffd\n"


class Locks(SimpleNamespace):
    """The part of `msvcrt` that is used: a byte of a file that one process holds."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__(held=set())

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        name = Path(f"/proc/self/fd/{descriptor}").resolve()
        if name in self.held:
            raise PermissionError(13, "Permission denied")
        self.held.add(name)


def test_a_second_window_on_windows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setitem(sys.modules, "msvcrt", Locks())
    with files.locked(tmp_path), pytest.raises(BlockingIOError), files.locked(tmp_path):
        pass


WITHOUT = """
import subprocess  # it takes a system with msvcrt for Windows
import sys
from types import SimpleNamespace

class Missing:
    def find_spec(self, name, *rest):
        if name in {"termios", "tty", "pty", "readline", "curses", "fcntl", "resource", "pwd", "grp"}:
            raise ImportError(f"Windows has no {name}")

for name in ("readline", "fcntl", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Missing())
sys.modules["msvcrt"] = SimpleNamespace(LK_NBLCK=2, locking=lambda *_: None)
from kitbag import files
files.sys = SimpleNamespace(platform="win32")
from kitbag.cli import main
main()
"""


def test_the_quiz_runs_where_there_is_nothing_of_unix(tmp_path: Path) -> None:
    source = Path(console.__file__).parents[1]
    folder = tmp_path / "tea"
    shutil.copytree(PROJECT, folder)
    done = run(
        [sys.executable, "-c", WITHOUT, "quiz", "-C", folder, "final", "--person", "Zo\u00eb"],
        given="A\n/s\nyes\n".encode("cp1252"),
        env={"PYTHONPATH": str(source), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"},
        text=False,
    )
    shown = done.stdout.decode("cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Question 1 of 4" in shown
    assert "Your answer: A" in shown
    assert len(list(folder.glob("results/records/final-Zoe-*.json"))) == 1


def test_a_command_prints_what_it_can_on_an_old_code_page(tmp_path: Path) -> None:
    (tmp_path / "名前.json").write_text("{}", "utf-8")
    source = Path(console.__file__).parents[1]
    store, record = tmp_path / "r.sqlite", tmp_path / "名前.json"
    command = ["results", "add", "-C", str(PROJECT), "--store", str(store), str(record)]
    done = run([*KITBAG, *command], env={"PYTHONPATH": str(source), "PYTHONIOENCODING": "cp437"}, text=False)
    assert done.stderr.decode("cp437") == f"{tmp_path}/??.json: not-a-record: It is no record of an attempt.\n"
    assert done.returncode == 1
