"""An installed Kitbag does what a checkout does: from a wheel and from an editable install, in another folder."""

import os
import shutil
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import children
import pytest

pytestmark = pytest.mark.xdist_group("wheel")  # what they share takes long to make

ROOT = Path(__file__).parent.parent
UNWANTED = (".git", ".hypothesis", ".venv", "build", "dist", "node_modules")


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """Run a program without the settings of this run of the tests, and return what it printed."""
    leave = ("PYTHON", "PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(leave)} | more
    return str(children.run(command, cwd=cwd, env=environment, check=True, longest=1200).stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the files of the project alone, so that nothing left lying about gets in."""
    source = tmp_path_factory.mktemp("source") / "kitbag"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*_cache", "__pycache__", *UNWANTED))
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=source)
    (built,) = out.glob("*.whl")
    return built


def scratch(folder: Path) -> Path:
    """Make a virtual environment that sees our dependencies but not our Kitbag; return its folder of programs."""
    venv.create(folder, with_pip=False)
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=paths))
    # A path line makes packages importable, and leaves the .pth of our own editable install unread.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Path(sysconfig.get_path("scripts", vars=paths))


def starts_checks_and_builds(kitbag: Path, elsewhere: Path, *outputs: str) -> None:
    elsewhere.mkdir()
    run(kitbag, "init", "mine", cwd=elsewhere)
    run(kitbag, "check", cwd=elsewhere / "mine")
    run(kitbag, "build", *(f"--only={output}" for output in outputs), cwd=elsewhere / "mine")
    start = (elsewhere / "mine" / "build" / "site" / "index.html").read_text(encoding="utf-8")
    assert "Before You Deploy" in start


def test_the_wheel_carries_the_theme_and_the_shipped_course_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "kitbag").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    course = {
        f"kitbag/shipped/{path.relative_to(ROOT).as_posix()}"
        for part in ("course", "questions", "templates")
        for path in (ROOT / part).rglob("*")
        if path.is_file()
    }
    assert names == package | course


def test_a_wheel_installed_elsewhere_starts_checks_and_builds_the_course(wheel: Path, tmp_path: Path) -> None:
    programs = scratch(tmp_path / "venv")
    python = programs / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    where = run(python, "-c", "import kitbag; print(kitbag.__file__)", cwd=tmp_path)
    assert where.startswith(str(tmp_path / "venv"))
    starts_checks_and_builds(programs / "kitbag", tmp_path / "elsewhere", "site")
    run(programs / "kitbag", "init", "--skeleton", "small", cwd=tmp_path)
    run(programs / "kitbag", "build", "--only=handouts", cwd=tmp_path / "small")
    assert (tmp_path / "small" / "build" / "handouts" / "trainee" / "handout-m1.pdf").read_bytes()[:5] == b"%PDF-"


def test_an_editable_install_starts_checks_and_builds_the_course(tmp_path: Path) -> None:
    programs = scratch(tmp_path / "venv")
    python = programs / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index"),
        *("--no-build-isolation", "--editable", ROOT),
        cwd=tmp_path,
    )
    where = run(python, "-c", "import kitbag; print(kitbag.__file__)", cwd=tmp_path)
    assert where.strip() == str(ROOT / "src" / "kitbag" / "__init__.py")
    starts_checks_and_builds(programs / "kitbag", tmp_path / "elsewhere", "site")


@pytest.mark.slow
@pytest.mark.parametrize("versions", ["pinned", "oldest"])
def test_a_wheel_names_all_that_it_needs(wheel: Path, tmp_path: Path, versions: str) -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = {
        "pinned": ["--constraint", str(ROOT / "constraints.txt")],
        "oldest": [requirement.replace(">=", "==") for requirement in named],
    }
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", wheel, *wanted[versions], cwd=tmp_path)
    starts_checks_and_builds(programs / "kitbag", tmp_path / "elsewhere")


def test_two_wheels_of_the_same_source_are_the_same(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_source_distribution_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(tmp_path, filter="data")
    source = tmp_path / archive.name.removesuffix(".tar.gz")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=source)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()
