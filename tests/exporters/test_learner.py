"""What holds for every format that learners open, and the courses made of chosen modules."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.exporters.deliveries import LEARNER_FORMATS, deliver
from kitbag.exporters.learner import RenderedCourse, choose, part_of
from kitbag.files import Unreadable
from kitbag.rendering.pages import render_site

PROJECT = Path(__file__).parents[1] / "projects" / "every-block"

formats = pytest.mark.parametrize("name", LEARNER_FORMATS)


@pytest.fixture(scope="module")
def course() -> Course:
    loaded = load_course(PROJECT)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@formats
def test_two_exports_are_byte_equal(name: str, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, zone in ((tmp_path / "one", "UTC"), (tmp_path / "two", "Asia/Kolkata")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1720656000")
        list(deliver(name, RenderedCourse(course, PROJECT), folder))
    assert digests(tmp_path / "one") == digests(tmp_path / "two") != {}


@formats
def test_a_picture_that_is_gone_writes_nothing(name: str, course: Course, tmp_path: Path) -> None:
    lost = Course(
        tmp_path, course.info, course.sources, course.glossary, course.modules, course.banks, digest=course.digest
    )
    with pytest.raises(Unreadable, match="There is no file"):
        list(deliver(name, RenderedCourse(lost), tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == []


@formats
def test_a_full_disk_leaves_what_was_there(
    name: str, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = list(deliver(name, RenderedCourse(course), tmp_path))
    before = digests(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        list(deliver(name, RenderedCourse(part_of(course, ["m2"])), tmp_path))
    assert digests(tmp_path) == before
    assert paths


@formats
def test_nothing_of_the_instructors_part_is_in_a_package(name: str, course: Course, tmp_path: Path) -> None:
    assert "SECRET" in (PROJECT / "course/m1.yaml").read_text("utf-8")
    for path in deliver(name, RenderedCourse(course, PROJECT), tmp_path):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts = [archive.read(member) for member in archive.namelist()]
        else:
            texts = [path.read_bytes()]
        assert not any(b"SECRET" in text for text in texts)


def test_the_zip_holds_the_site_at_its_root(course: Course, tmp_path: Path) -> None:
    [path] = deliver("zip", RenderedCourse(course, PROJECT), tmp_path)
    assert path.name == "tides-3.1.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    site = render_site(course, templates=PROJECT, digest=course.digest)
    assert "index.html" in found
    assert found == {name: make() for name, make in site}


def test_a_module_alone_has_no_page_of_another(course: Course) -> None:
    pages = RenderedCourse(part_of(course, ["m2"])).pages()
    assert {path for path in pages if path.startswith(("lessons/", "modules/", "practice/"))} == {
        path for path in RenderedCourse(course).pages() if "m2" in path and not path.startswith("assets/")
    }
    for path, make in pages.items():
        assert b"lessons/m1/" not in make(), path


def test_an_unknown_module_is_one_clear_error(course: Course) -> None:
    _, [finding] = choose(course, ["m3", "m1"])
    assert (str(finding.place), finding.message) == ("course/course.yaml", 'There is no module "m3".')
    assert finding.hint == 'Did you mean "m1"?' or finding.hint.startswith(("Did you mean", "There are"))


def test_one_file_for_the_course_and_one_a_module(course: Course, tmp_path: Path) -> None:
    paths = deliver("html", RenderedCourse(course, PROJECT), tmp_path)
    assert [path.name for path in paths] == ["tides-3.1.html", "tides-3.1-m1.html", "tides-3.1-m2.html"]


def test_the_single_files_are_valid(course: Course, tmp_path: Path, vnu: Callable[[Path], list[str]]) -> None:
    list(deliver("html", RenderedCourse(course, PROJECT), tmp_path))
    # The validator finds no hash of a long script and calls data: blocked; the browser that enforces the policy,
    # and fails its test on any complaint, is the judge of that (tests/browser/test_single.py).
    assert [fault for fault in vnu(tmp_path) if "Content Security Policy" not in fault] == []
