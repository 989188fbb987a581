"""What goes wrong around an export: hostile titles, media that are not what they should be, and a disk that is full."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.exporters.checking.registry import check_package
from kitbag.exporters.deliveries import LEARNER_FORMATS, deliver
from kitbag.exporters.learner import RenderedCourse

PROJECT = Path(__file__).parents[1] / "projects" / "every-item-type"
TITLES = [
    "Tea \"for\" <two> & 'three' ]]>",
    "\u0634\u0627\u064a \u202e\u200f",
    "</script><b>",
    "\u2603 \U0001f375 \u0301",
    "  x  ",
]


def export(course: Path, into: Path, *formats: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, ["export", *formats, "-C", str(course), "--into", str(into)])
    return result.exit_code, result.output.splitlines()


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    """A copy of the course that has every item type."""
    return Path(shutil.copytree(PROJECT, tmp_path / "tea"))


@pytest.mark.parametrize("title", TITLES)
def test_a_hostile_title_makes_sound_packages(title: str, tmp_path: Path) -> None:
    loaded = load_course(PROJECT)
    assert loaded.course is not None
    course = loaded.course
    first, *others = course.modules
    lesson, *rest = first.lessons
    lessons = (lesson.model_copy(update={"title": title, "summary": title}), *rest)
    info = course.info.model_copy(update={"title": title, "author": title, "licence": title, "summary": title})
    module = first.model_copy(update={"title": title, "lessons": lessons})
    hostile = replace(course, info=info, modules=(module, *others))
    for name in LEARNER_FORMATS:
        for path in deliver(name, RenderedCourse(hostile), tmp_path):
            assert [str(finding) for finding in check_package(path).findings] == [], path.name


def _gone(media: Path) -> None:
    (media / "pot.svg").unlink()


def _renamed(media: Path) -> None:
    (media / "pot.svg").rename(media / "Pot.svg")


def _huge(media: Path) -> None:
    os.truncate(media / "pot.svg", 70 * 1024**2)


def _linked(media: Path) -> None:
    (media / "pot.svg").unlink()
    (media / "pot.svg").symlink_to("/etc/hostname")


def _pipe(media: Path) -> None:
    (media / "pot.svg").unlink()
    os.mkfifo(media / "pot.svg")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_gone, 'There is no file "course/media/pot.svg".'),
        (_renamed, 'There is no file "course/media/pot.svg". Did you mean "Pot.svg"?'),
        (_huge, '"course/media/pot.svg" is larger than 16 MiB. Split it or make it smaller.'),
        (_linked, '"course/media/pot.svg" leads out of the course folder. Copy the file into the folder.'),
        (_pipe, '"course/media/pot.svg" is not a file. Did you mean "pot.svg"?'),
    ],
)
def test_spoiled_media_are_one_error_and_nothing_is_written(
    spoil: Callable[[Path], None], said: str, tea: Path, tmp_path: Path
) -> None:
    spoil(tea / "course/media")
    code, lines = export(tea, tmp_path / "out", "epub", "scorm12", "cmi5", "html", "zip", "moodle")
    assert (code, lines) == (1, [f"course/m1.yaml:50:14: {said}", "1 error. Nothing was written."])
    assert not (tmp_path / "out").exists()


def test_a_character_behind_an_escape_is_one_error(tea: Path, tmp_path: Path) -> None:
    course = tea / "course/course.yaml"
    course.write_text(course.read_text("utf-8").replace("title: Making tea", 'title: "Making \\a tea"', 1), "utf-8")
    code, lines = export(tea, tmp_path / "out", "epub", "scorm12")
    assert (code, lines[0]) == (
        1,
        "course/course.yaml:3:8: An escape in this text stands for U+0007, which cannot be seen or printed. Delete it.",
    )
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that holds 100 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "kitbag", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no small file system can be mounted here: there is no mount")
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full_leaves_whole_files_only(tea: Path, small_disk: Path) -> None:
    packages = small_disk / "packages"
    assert export(tea, small_disk, "epub")[0] in {0, 3}
    before = {path.name: path.read_bytes() for path in packages.iterdir()}
    code, lines = export(tea, small_disk, "zip", "scorm12")
    assert code == 3
    assert lines[-1] == f"{packages} cannot be written: No space left on device."
    after = {path.name: path.read_bytes() for path in packages.iterdir()}
    assert {name: data for name, data in after.items() if name in before} == before
    assert not [name for name in after if name.endswith(".tmp")]
    for name in after:
        if name.endswith((".zip", ".epub")):
            assert check_package(packages / name).sound, name
