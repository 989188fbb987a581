"""What goes wrong around an export: hostile titles, media that are not what they should be, and a disk that is full."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from children import run
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.exporters.checking.folder import check_folder
from kitbag.exporters.checking.registry import check_package
from kitbag.exporters.deliveries import LEARNER_FORMATS, deliver
from kitbag.exporters.learner import RenderedCourse
from kitbag.files import locked

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


@pytest.mark.parametrize(
    "title",
    [pytest.param(" ".join(TITLES), id="all"), *(pytest.param(title, marks=pytest.mark.slow) for title in TITLES)],
)
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
    rendered = RenderedCourse(hostile)
    for name in LEARNER_FORMATS:
        for path in deliver(name, rendered, tmp_path):
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
        (_pipe, '"course/media/pot.svg" is not a file but a named pipe. Put the file itself there.'),
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
        done = run(mount)
    except FileNotFoundError:
        pytest.skip("no small file system can be mounted here: there is no mount")
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield disk
    run(["umount", disk], check=True)


def test_a_disk_that_is_really_full_leaves_everything_as_it_was(tea: Path, small_disk: Path) -> None:
    packages = small_disk / "packages"
    code, lines = export(tea, small_disk, "gift")
    assert code == 0, lines
    before = {path.name: path.read_bytes() for path in packages.iterdir()}
    glossary = tea / "course/glossary.yaml"
    glossary.write_text(glossary.read_text("utf-8").replace("term: ", "term: New ", 1), "utf-8")
    # The first of them finds room, and yet does not stand beside a list that does not name it.
    code, lines = export(tea, small_disk, "csv", "zip", "scorm12")
    assert code == 3
    assert lines[-1] == (
        f"{packages} cannot be written: No space left on device. What was there before is still there."
    )
    assert {path.name: path.read_bytes() for path in packages.iterdir()} == before
    assert sorted(path.name for path in small_disk.iterdir()) == [".lock", ".made.json", "index.html", "packages"]
    assert check_folder(packages)[0] == []


def test_an_export_waits_for_no_build_that_writes_in_the_same_place(tea: Path, tmp_path: Path) -> None:
    with locked(tmp_path):
        code, lines = export(tea, tmp_path, "gift")
    message = f"{tmp_path / 'packages'}: Another build is writing here. Wait until it has finished."
    assert (code, lines[-1]) == (3, message)


def test_a_test_that_cannot_be_drawn_keeps_only_its_formats_from_being_built(tea: Path) -> None:
    course = tea / "course/course.yaml"
    course.write_text(course.read_text("utf-8").replace("{items: 2, modules", "{items: 200, modules", 1), "utf-8")
    course.write_text(course.read_text("utf-8").replace("{m1: 2}", "{m1: 200}", 1), "utf-8")
    result = CliRunner().invoke(main, ["build", "-C", str(tea), "--only", "packages"])
    assert result.exit_code == 3
    wanted = "pretest: No form can be drawn: pretest: 200 items in all (the pool has 14)."
    assert f"course/course.yaml: {wanted}" in result.output.splitlines()
    built = {path.suffix for path in (tea / "build/packages").glob("tea-*")}
    assert {".epub", ".gift", ".imscc"} <= built
    assert check_folder(tea / "build/packages")[0] == []


def test_more_choices_than_have_a_letter_are_told(tea: Path, tmp_path: Path) -> None:
    bank = tea / "questions/m1.yaml"
    text = bank.read_text("utf-8")
    many = "".join(f"      - {{id: x{number}, text: Choice {number}, feedback: No.}}\n" for number in range(37))
    start, options, rest = text.partition("    options:\n")
    bank.write_text(f"{start}{options}{many}{rest}", "utf-8")
    name = start.rpartition("- id: ")[2].partition("\n")[0]
    count = load_course(tea).course.items[name].options  # type: ignore[union-attr]
    message = (
        f"{name}: SCORM 1.2 carries it with a loss. A response names each choice by one letter or digit, of which "
        f"there are 36; this item has {len(count)} choices, so a platform learns its marks and not the response."
    )
    code, lines = export(tea, tmp_path / "out", "scorm12", "scorm2004")
    assert code == 0
    told = [line for line in lines if "carries it" in line]
    assert len(told) == 1
    assert told[0].startswith("questions/m1.yaml:")
    assert told[0].endswith(f": warning: {message}")
    code, lines = export(tea, tmp_path / "strict", "scorm12", "--strict")
    assert (code, lines[-1].endswith("Nothing was written.")) == (1, True)
    assert not (tmp_path / "strict").exists()
