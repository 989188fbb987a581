"""A build may be stopped at any moment, by anything: the last good output stands, and the next build is right."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from children import KITBAG, run, started

PROJECTS = Path(__file__).parent / "projects"
LEFT = {".lock", ".built.json", ".outlines.json", ".sketches.json", "index.html", "site", "reports"}
"""What a build leaves; anything else is litter."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def command(folder: Path, *more: object, alone: bool = False) -> list[str]:
    """Return the command that builds the site: alone, from what changed; with the reports, from the whole course."""
    only = ["--only", "site", *([] if alone else ["--only", "reports"])]
    return [*KITBAG, "build", "-C", str(folder), *only, *map(str, more)]


def build(folder: Path, *more: object, alone: bool = False) -> subprocess.CompletedProcess[str]:
    return run(command(folder, *more, alone=alone))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = shutil.copytree(PROJECTS / "every-block", tmp_path / "tides")
    assert build(folder).returncode == 0
    return folder


def edit(folder: Path, number: int) -> None:
    file = folder / "course/m2.yaml"
    first, _, rest = file.read_text("utf-8").partition("title: ")
    file.write_text(f"{first}title: Table {number}\n{rest.partition(chr(10))[2]}", "utf-8")


def stopped(folder: Path, after: float, how: signal.Signals, *, alone: bool) -> int:
    """Start a build, stop it after some seconds, and return its exit code."""
    with started(command(folder, alone=alone), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(after)
        process.send_signal(how)
        return int(process.wait(60))


def campaign(folder: Path, draw: Random, times: int, *, alone: bool) -> None:
    states = {}
    for number in range(2):
        edit(folder, number)
        assert build(folder, "--into", folder / "clean").returncode == 0
        states[number] = contents(folder / "clean/site")
    edit(folder, 0)
    assert build(folder, alone=alone).returncode == 0
    edit(folder, 1)
    start = time.perf_counter()
    assert build(folder, alone=alone).returncode == 0
    takes = time.perf_counter() - start
    interrupted = 0
    for number in range(times):
        edit(folder, number % 2)
        how = draw.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
        interrupted += stopped(folder, draw.uniform(0.1, 1.1) * takes, how, alone=alone) != 0
        stands = contents(folder / "build/site")
        if how is signal.SIGKILL and alone:
            # A few pages take their places one after the other: each is whole, and the next build ends what was begun.
            assert all(data in (states[0][name], states[1][name]) for name, data in stands.items()), number
            assert stands.keys() == states[0].keys()
        else:
            # Whole: what was there before, or what was to come.
            assert stands in states.values(), (number, how)
        if how is not signal.SIGKILL:
            assert {path.name for path in (folder / "build").iterdir()} <= LEFT, (number, how)
        done = build(folder, alone=alone)
        assert done.returncode == 0, done.stderr
        assert contents(folder / "build/site") == states[number % 2], (number, how)
        assert {path.name for path in (folder / "build").iterdir()} == LEFT, (number, how)
        assert "Nothing has changed." in build(folder, alone=alone).stderr.splitlines()
    assert interrupted > times // 4


@pytest.mark.acceptance
@pytest.mark.parametrize("alone", [True, False])
def test_builds_stopped_a_hundred_times(
    course: Path, alone: bool, record_property: Callable[[str, object], None]
) -> None:
    record_property("builds stopped at some moment", 100)
    campaign(course, Random(9), 100, alone=alone)  # noqa: S311 - a test, and no secret


@pytest.mark.parametrize("alone", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_builds_stopped_a_few_times(course: Path, alone: bool) -> None:
    campaign(course, Random(3), 3, alone=alone)  # noqa: S311 - a test, and no secret


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_helper_dies_with_an_interrupted_build(how: signal.Signals, course: Path) -> None:
    script = (
        "import os, sys, time; from kitbag import parallel; from kitbag.cli import main\n"
        "parallel.processors, parallel.FEWEST = (lambda: 2), 1\n"
        "from kitbag import build\n"
        "real = build.share_out\n"
        "def begin(share, do):\n"
        "    do(share[:1])\n"
        "    open(f'{sys.argv[3]}/.pid.{os.getpid()}', 'w').close()\n"
        "    time.sleep(600)\n"
        "build.share_out = lambda things, do: real(things, lambda share: begin(share, do))\n"
        "main()"
    )
    info = course / "course/course.yaml"  # so that all pages are made
    info.write_text(info.read_text("utf-8").replace("title: ", "title: A ", 1), "utf-8")
    before = contents(course / "build/site")
    arguments = [sys.executable, "-c", script, "build", "-C", str(course), "--only", "site"]
    with started(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while len(list(course.glob(".pid.*"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        [helper] = {path.suffix[1:] for path in course.glob(".pid.*")} - {str(process.pid)}
        process.send_signal(how)
        assert process.wait(60) == 130
        assert not Path(f"/proc/{helper}").exists()
    assert contents(course / "build/site") == before
    assert {path.name for path in (course / "build").iterdir()} == LEFT


def test_two_builds_at_once_are_one_build_and_one_clear_line(course: Path) -> None:
    import fcntl

    edit(course, 1)
    before = contents(course / "build")
    with (course / "build/.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = build(course)
    assert done.returncode == 3
    *_, why, after = done.stderr.splitlines()
    assert why == f"{course / 'build'}: Another build is writing here. Wait until it has finished."
    assert after.startswith("Next: open file://"), "what was built before is still there to open"
    assert contents(course / "build") == before


def test_a_read_only_folder_is_one_clear_line_for_each_output(course: Path) -> None:
    # Root may write everywhere, unless that one right is taken from it.
    before = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    edit(course, 1)
    (course / "build").chmod(0o555)
    try:
        done = run([*before, *command(course)])
    finally:
        (course / "build").chmod(0o755)
    assert done.returncode == 3
    told = "This cannot be written: Permission denied. What was there before is still there."
    *_, site, reports, after = done.stderr.splitlines()
    assert [site, reports] == [f"{course / 'build' / name}: {told}" for name in ("site", "reports")]
    assert after.startswith("Next: open file://")


def test_a_clock_that_is_set_back_hides_no_change(course: Path) -> None:
    for file in (*course.rglob("*.yaml"), *course.rglob("*.html")):
        os.utime(file, (1, 1))
    assert "Nothing has changed." not in build(course).stderr  # the pages were touched
    file = course / "course/m2.yaml"
    size = file.stat().st_size
    file.write_bytes(file.read_bytes().replace(b"The table", b"The tabla"))
    os.utime(file, (1, 1))
    assert file.stat().st_size == size
    assert build(course).returncode == 0
    assert "The tabla" in (course / "build/site/modules/m2.html").read_text("utf-8")


@pytest.mark.acceptance
def test_a_full_disk_leaves_the_last_good_output(course: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk])
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        assert build(course, "--into", disk).returncode == 0
        before = contents(disk / "site")
        for rest in (0, 8, 32, 64, 100):
            edit(course, rest)
            (disk / "filler").write_bytes(bytes(max(0, shutil.disk_usage(disk).free - rest * 1024)))
            done = build(course, "--into", disk)
            assert done.returncode in (0, 3), done.stderr
            if done.returncode == 3:
                assert "No space left on device. What was there before is still there." in done.stderr
                assert contents(disk / "site") == before
            (disk / "filler").unlink()
            assert build(course, "--into", disk).returncode == 0
            before = contents(disk / "site")
            assert f"Table {rest}" in before["modules/m2.html"].decode()
    finally:
        run(["umount", disk], check=True)
