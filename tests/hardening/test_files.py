"""Courses whose files and folders are not what they should be, and disks that refuse."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import children
import pytest
from hardening_commands import QUICK, commands, run

pytestmark = pytest.mark.slow


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- Names ------------------------------------------------------------------------------------------------------

NAMES = {
    "signs": ' it\'s "odd" $(touch pwned) `x` ; é 数 %s {0} {{ 7*7 }} [a] *?',
    "two lines": "one\ntwo",
    "steering": "\x1b[31mred\x1b[0m",
    "no UTF-8": os.fsdecode(b"\xe9t\xe9"),
    "long": "/".join(["x" * 200] * 12),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "signs" else pytest.mark.slow) for name in NAMES]
)
def test_a_folder_of_any_name(name: str, place: Path) -> None:
    there = place.parent / NAMES[name]
    there.parent.mkdir(parents=True, exist_ok=True)
    place.rename(there)
    for command in QUICK:
        done = run(commands(there)[command])
        assert done.returncode == 0, (command, done.stderr)
    assert (there / "tea/build/site/index.html").exists()


# --- What lies in place of a file -------------------------------------------------------------------------------


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_device(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def a_link_to_itself(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_link_out(file: Path) -> None:
    moved = file.parent.parent.parent.parent / f"outside-{file.name}"
    shutil.move(file, moved)
    file.symlink_to(moved)


IN_PLACE: list[Callable[[Path], None]] = [a_pipe, a_device, a_link_to_itself, a_folder, a_link_out]
TOLD = {
    a_pipe: '"{0}" is not a file but a named pipe. Put the file itself there.',
    a_device: '"{0}" leads out of the course folder. Copy the file into the folder.',
    a_link_to_itself: (
        '"{0}" can\'t be read: the links on the way to it lead in a circle, or there are too many. '
        "Delete the links, and put the file itself there."
    ),
    a_folder: '"{0}" is not a file but a folder. Put the file itself there.',
    a_link_out: '"{0}" leads out of the course folder. Copy the file into the folder.',
}


@pytest.mark.parametrize("what", IN_PLACE)
@pytest.mark.parametrize("file", ["course/course.yaml", "questions/m1.yaml"])
def test_something_else_in_place_of_a_file(what: Callable[[Path], None], file: str, place: Path) -> None:
    what(place / "tea" / file)
    assert run(commands(place)["preview"]).returncode == 0
    done = run(commands(place)["check"])
    assert done.returncode == 1
    message = TOLD[what].format(file)
    assert f"{file}: {message}" in done.stdout, done.stdout


def test_a_folder_in_place_of_the_results(place: Path) -> None:
    shutil.rmtree(place / "tea/results")
    (place / "tea/results/results.sqlite").mkdir(parents=True)
    for name in ("results-essays", "results-report"):
        done = run(commands(place)[name])
        assert done.returncode == 3
        assert len(done.stderr.splitlines()[-1:]) == 1


@pytest.mark.parametrize("what", ["a file", "a pipe", "no database"])
def test_something_else_in_place_of_the_results(what: str, place: Path) -> None:
    results = place / "tea/results"
    shutil.rmtree(results)
    if what == "a file":
        results.write_text("x")
    else:
        results.mkdir()
        if what == "a pipe":
            os.mkfifo(results / "results.sqlite")
        else:
            (results / "results.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    for name in ("results-essays", "results-report"):
        assert run(commands(place)[name]).returncode == 3


def test_a_pipe_in_place_of_the_lock(place: Path) -> None:
    (place / "tea/build").mkdir()
    os.mkfifo(place / "tea/build/.lock")
    assert run(commands(place)["build-site"]).returncode in (0, 3)


def test_something_else_in_place_of_the_build(place: Path) -> None:
    build = place / "tea/build"
    build.write_text("mine")
    done = run(commands(place)["build-site"])
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].endswith("What was there before is still there.")
    assert build.read_text() == "mine"


def test_pipes_among_templates_and_records(place: Path) -> None:
    templates = place / "tea/templates"
    templates.mkdir(exist_ok=True)
    for name in ("brand.css", "about.html"):
        (templates / name).unlink(missing_ok=True)
        os.mkfifo(templates / name)
    os.mkfifo(place / "records/pipe.json")
    assert run(commands(place)["build-site"]).returncode == 0
    assert run(commands(place)["preview"]).returncode == 0
    assert "pipe.json: not-a-file: " in run(commands(place)["results-add"]).stderr


# --- Rights -----------------------------------------------------------------------------------------------------


@pytest.fixture
def as_nobody(prepared: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """A copy that belongs to somebody else, and the words that run a command without any rights of root."""
    if os.geteuid() != 0:
        before: tuple[str, ...] = ()
    elif shutil.which("setpriv"):
        before = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        if children.run([*before, "true"]).returncode:
            pytest.skip("root cannot become somebody else here")
    else:
        pytest.skip("setpriv is not installed, and root may write everywhere")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        place = shutil.copytree(prepared, folder / "place")
        place.chmod(0o755)
        yield place, before
        for path in folder.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o700)


def forbid(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_course_that_cannot_be_written(as_nobody: tuple[Path, tuple[str, ...]]) -> None:
    place, before = as_nobody
    forbid(place)
    was = tree(place)
    into = Path(tempfile.mkdtemp())
    into.chmod(0o777)
    try:
        built = run([*commands(place)["build-site"], "--into", str(into / "out")], before=before)
        assert built.returncode == 0, built.stderr
        assert (into / "out/site/index.html").exists()
    finally:
        shutil.rmtree(into)
    for name, arguments in commands(place).items():
        done = run(arguments, before=before, cwd="/")
        if done.returncode == 3:
            told = done.stdout + done.stderr
            assert "Permission denied" in told or "unable to open database file" in told, (name, told)
    assert tree(place) == was


def test_a_preview_asks_for_nothing_but_to_read(as_nobody: tuple[Path, tuple[str, ...]]) -> None:
    place, before = as_nobody
    forbid(place)
    was = tree(place)
    done = run(commands(place)["preview"], before=before, cwd="/", env={"HOME": None, "TMPDIR": str(place)})
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Stopped.")
    assert tree(place) == was


def test_files_that_cannot_be_read(as_nobody: tuple[Path, tuple[str, ...]]) -> None:
    place, before = as_nobody
    (place / "tea/course/m1.yaml").chmod(0)
    (place / "tea/questions/m1.yaml").chmod(0)
    (place / "grid.csv").chmod(0)
    done = run(commands(place)["check"], before=before, cwd="/")
    assert done.returncode == 1
    assert 'course/m1.yaml: "course/m1.yaml" cannot be read: Permission denied.' in done.stdout
    assert 'questions/m1.yaml: "questions/m1.yaml" cannot be read: Permission denied.' in done.stdout
    for name in QUICK:
        run(commands(place)[name], before=before, cwd="/")


# --- Disks ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few hundred kilobytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = children.run(["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", disk])
    if mounted.returncode:
        pytest.skip("a disk cannot be mounted here")
    yield disk
    children.run(["umount", disk], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


def test_a_preview_needs_no_room(small_disk: Path, prepared: Path) -> None:
    place = shutil.copytree(prepared, small_disk / "place")
    fill(small_disk)
    done = run(commands(place)["preview"], env={"TMPDIR": str(small_disk)})
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Stopped.")


@pytest.mark.parametrize(
    "name", ["init", "build-site", "paper", "export", "results-add", "mark", "sources-add", "quiz", "schema-files"]
)
def test_a_disk_that_is_full(name: str, small_disk: Path, prepared: Path) -> None:
    place = shutil.copytree(prepared, small_disk / "place")
    before = tree(place)
    filler = fill(small_disk)
    done = run(commands(place)[name], env={"TMPDIR": str(small_disk)})
    assert done.returncode in (0, 3) if name == "quiz" else done.returncode == 3, done.stderr
    assert "No space left on device" in done.stderr or "disk is full" in done.stderr or name == "quiz", done.stderr
    after = tree(place)
    assert {path: data for path, data in after.items() if path in before} == before
    # With room again, the same command does its work.
    filler.unlink()
    if name not in ("build-site", "paper", "export"):
        assert run(commands(place)[name]).returncode == 0
