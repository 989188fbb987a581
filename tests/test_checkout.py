"""`python3 cli.py`: Kitbag from its own folder, with nothing but Python."""

import ast
import importlib.util
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import ModuleType, SimpleNamespace

import pytest
from children import run

from kitbag import __version__

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "cli.py"


@pytest.fixture
def cli() -> ModuleType:
    spec = importlib.util.spec_from_file_location("root_cli", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Machine:
    """Plays Python's venv and pip: notes what they are asked, and does what they do to the disk."""

    def __init__(self, root: Path) -> None:
        self.root, self.did = root, list[str]()
        self.pip_says: list[str] = []

    def run(self, words: list[str], folder: Path, settings: dict[str, str] | None = None) -> SimpleNamespace:
        assert folder == self.root
        if "venv" in words:
            self.did.append("venv")
            shutil.rmtree(self.root / ".venv", ignore_errors=True)
            (self.root / ".venv/bin").mkdir(parents=True)
            (self.root / ".venv/bin/python").touch()
            return SimpleNamespace(returncode=0, stdout="")
        assert settings == {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
        self.did.append("pip")
        said = self.pip_says.pop(0) if self.pip_says else ""
        return SimpleNamespace(returncode=1 if said else 0, stdout=said)

    def asked(self) -> list[str]:
        did, self.did = self.did, []
        return did


@pytest.fixture
def machine(cli: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    root = tmp_path / "a kit ü"
    (root / ".ci").mkdir(parents=True)
    for name in cli.PINS:
        (root / name).write_text(name)
    machine = Machine(root)
    monkeypatch.setattr(cli, "ROOT", root)
    monkeypatch.setattr(cli, "_run", machine.run)
    monkeypatch.setattr(cli, "start", lambda words, **_: len(words))
    return machine


def test_it_needs_the_standard_library_alone_and_old_pythons_can_read_it() -> None:
    parsed = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(parsed)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == set()


@pytest.mark.parametrize(
    ("version", "windows", "message"),
    [
        ((3, 11), False, ""),
        ((3, 14), True, ""),
        (
            (3, 9),
            False,
            "Kitbag needs Python 3.11 or later, and this is Python 3.9. Run it with another one: python3.12 cli.py",
        ),
        (
            (3, 10),
            True,
            "Kitbag needs Python 3.11 or later, and this is Python 3.10. Run it with another one: py -3 cli.py",
        ),
    ],
)
def test_an_old_python_is_one_line(cli: ModuleType, version: tuple[int, int], windows: bool, message: str) -> None:
    assert cli.too_old(version, windows=windows) == message


@pytest.mark.parametrize(("windows", "python"), [(False, ".venv/bin/python"), (True, ".venv/Scripts/python.exe")])
def test_kitbag_is_started_by_its_own_python_and_takes_no_module_from_a_course(
    cli: ModuleType, windows: bool, python: str
) -> None:
    root = PurePosixPath("/srv/a kit ü")
    words = ["check", "-C", "a b", "", '"quoted"']
    assert cli.command(root, words, windows=windows) == [f"{root}/{python}", "-P", "-m", "kitbag", *words]


def test_the_stamps_are_those_of_make() -> None:
    show = "show: ; @echo $(VENV_STAMP); echo $(COURSE_STAMP)"
    made = run(["make", "--no-print-directory", f"--eval={show}", "show"], cwd=ROOT, check=True)
    script = "import cli; print(*(path.relative_to(cli.ROOT) for path in cli.stamps(cli.ROOT)), sep='\\n')"
    ours = run(["python3", "-c", script], cwd=ROOT, check=True)
    assert made.stdout == ours.stdout


def test_what_is_in_place_is_left_alone_and_what_changed_is_made_again(cli: ModuleType, machine: Machine) -> None:
    assert cli.main(["build"]) == 5
    assert machine.asked() == ["venv", "pip"]
    assert cli.main(["build"]) == 5
    assert machine.asked() == []
    (machine.root / "constraints.txt").write_text("newer")
    cli.main([])
    assert machine.asked() == ["pip"]
    assert len(list((machine.root / ".venv").glob("course-*"))) == 1
    (machine.root / ".venv/bin/python").unlink()  # as after an upgrade of the system
    cli.main([])
    assert machine.asked() == ["venv", "pip"]


def test_another_python_gets_an_environment_of_its_own(
    cli: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.main([])
    monkeypatch.setattr(cli.sys, "version_info", (3, 99, 0, "final", 0))
    machine.asked()
    cli.main([])
    assert machine.asked() == ["venv", "pip"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(…)'\nERROR: No matching distribution",
            "Kitbag's packages can't be fetched without a network. Connect this machine, then run this again.\n",
        ),
        (
            "Collecting x\nERROR: Could not build wheels for x\n\n",
            "Kitbag can't be installed: Could not build wheels for x\n{log} holds all that pip said.\n",
        ),
    ],
)
def test_a_failed_installation_is_explained_and_taken_up_again(
    cli: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str], said: str, message: str
) -> None:
    machine.pip_says = [said]
    log = machine.root / ".venv/install.log"
    assert cli.main(["build"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "Making .venv\nInstalling Kitbag into .venv. This happens once and takes a few minutes.\n"
        + message.format(log=log)
    )
    assert log.read_text("utf-8") == said
    machine.asked()
    assert cli.main(["build"]) == 5
    assert machine.asked() == ["pip"]
    assert not log.exists()


def test_debian_without_venv_gets_the_one_command(
    cli: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda _: None)
    assert cli.main([]) == 3
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert capsys.readouterr().err == (
        "This Python can't make virtual environments. Install what is missing, then run this again:\n"
        f"    sudo apt-get install python{version}-venv\n"
    )
    assert machine.asked() == []


def test_an_interruption_and_a_folder_that_cannot_be_written_are_one_line(
    cli: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: BaseException) -> None:
        raise error

    monkeypatch.setattr(cli, "prepare", lambda _: fail(PermissionError(13, "Permission denied", "/srv/kit/.venv")))
    assert cli.main([]) == 3
    assert capsys.readouterr().err == (
        f"/srv/kit/.venv: Permission denied. Kitbag installs itself into {machine.root / '.venv'}.\n"
    )
    monkeypatch.setattr(cli, "prepare", lambda _: fail(KeyboardInterrupt()))
    assert cli.main([]) == 130


@pytest.mark.parametrize("code", [0, 1, 3, 3221225786])
def test_windows_waits_for_kitbag_and_hands_its_exit_code_on(
    cli: ModuleType, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    ignored = []
    monkeypatch.setattr(cli.signal, "signal", lambda number, handler: ignored.append((number, handler)))
    monkeypatch.setattr(cli.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=code))
    assert cli.start(["python.exe"], windows=True) == code
    assert (signal.SIGINT, signal.SIG_IGN) in ignored


def test_settings_that_lead_the_other_python_astray_are_dropped(
    cli: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setenv("PYTHONHOME", "/usr")
    monkeypatch.setenv("__PYVENV_LAUNCHER__", "/usr/bin/python3")
    monkeypatch.setattr(cli.os, "execve", lambda _path, _words, environment: given.append(environment))
    monkeypatch.setattr(cli.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0))
    cli.start(["python"], windows=False)
    assert {"PYTHONHOME", "__PYVENV_LAUNCHER__"} & set(given[0]) == set()
    assert given[0]["PATH"] == os.environ["PATH"]


@pytest.fixture
def bare(tmp_path: Path) -> Callable[[int], tuple[int, str, str]]:
    """Run `.ci/packages course` on a machine that lacks all of it; its `apt-get` notes how it was called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "env"):
        (programs / name).symlink_to(str(shutil.which(name)))
    log = tmp_path / "apt.log"
    stubs = {
        "python3": "exit 1",
        "sudo": "exit 1",
        "id": "echo $USER_ID",
        "apt-get": f'echo "$DEBIAN_FRONTEND $DEBCONF_NOWARNINGS $*" >> {log}; [ "$1" = update ] || echo progress',
    }
    for name, does in stubs.items():
        (programs / name).write_text(f"#!{programs}/bash\n{does}\n", "utf-8")
        (programs / name).chmod(0o755)

    def install(user: int) -> tuple[int, str, str]:
        done = run([ROOT / ".ci/packages", "course"], env={"PATH": str(programs), "USER_ID": str(user)})
        return done.returncode, done.stdout + done.stderr, log.read_text("utf-8") if log.exists() else ""

    return install


NEEDED = "python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def test_missing_packages_are_installed_with_one_line_and_no_word_of_debconf(
    bare: Callable[[int], tuple[int, str, str]],
) -> None:
    quiet = "noninteractive yes"
    assert bare(0) == (
        0,
        f"Installing {NEEDED}\n",
        f"{quiet} update --quiet=2\n{quiet} install --yes --no-install-recommends {NEEDED} --quiet=2\n",
    )


def test_without_root_the_one_command_is_printed(bare: Callable[[int], tuple[int, str, str]]) -> None:
    assert bare(1000) == (
        1,
        (
            "Some system packages are missing. Run this once, then make again:\n"
            f"    sudo apt-get update && sudo apt-get install --yes --no-install-recommends {NEEDED}\n"
        ),
        "",
    )


@pytest.mark.acceptance
def test_a_fresh_checkout_starts_kitbag(tmp_path: Path) -> None:
    listing = run(["git", "ls-files", "-z"], cwd=ROOT, check=True)
    fresh = tmp_path / "a kit ü"
    for name in filter(None, listing.stdout.split("\0")):
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, fresh / name)
    for noise in (True, False):
        done = run(["python3", fresh / "cli.py", "-V"], cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, f"kitbag, version {__version__}\n"), done.stderr
        assert bool(done.stderr) == noise
    wrong = run(["python3", fresh / "cli.py", "chek"], cwd=tmp_path)
    assert wrong.returncode == 2
