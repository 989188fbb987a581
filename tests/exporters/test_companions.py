"""What lies beside the packages: the list of digests, and the pages that tell how to use them."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kitbag.course.model import Course
from kitbag.exporters.checking.folder import check_folder
from kitbag.exporters.companions import describe
from kitbag.exporters.deliveries import LEARNER_FORMATS
from kitbag.exporters.platforms import PLATFORMS
from kitbag.exporters.registry import EXPORTERS
from kitbag.rendering.catalogue import catalogue_for

PAGES = [
    "index.html",
    "import-moodle.html",
    "import-ilias.html",
    "import-canvas.html",
    "import-blackboard.html",
    "import-openedx.html",
]


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1720656000")


@pytest.fixture
def folder(tmp_path: Path, every_type: Course) -> Path:
    """A folder `out` with two packages, a report, and what lies beside them."""
    target = tmp_path / "out"
    target.mkdir()
    files = {"tea-scorm12.zip": "scorm12", "tea-moodle.xml": "moodle", "tea-moodle.fidelity.html": "report"}
    for name in files:
        (target / name).write_text(f"{name}\n")
    list(describe(target, every_type, files, None))
    return target


def said(folder: Path) -> list[str]:
    return [str(finding) for finding in check_folder(folder)[0]]


def test_the_list_names_course_and_digests(folder: Path, every_type: Course) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = {one.pop("name"): one for one in manifest.pop("files")}
    assert manifest == {
        "schema": "packages/1",
        "course": {
            "id": "tea",
            "title": every_type.info.title,
            "edition": "2.1",
            "language": "en",
            "licence": every_type.info.licence,
            "digest": every_type.digest,
        },
        "source_date": "2024-01-31",
    }
    assert sorted(files) == sorted(
        ["tea-scorm12.zip", "tea-moodle.xml", "tea-moodle.fidelity.html", *(page for page in PAGES)]
    )
    assert files["tea-scorm12.zip"] == {
        "format": "scorm12",
        "edition": "2.1",
        "course_digest": every_type.digest,
        "size": 16,
        "sha256": hashlib.sha256(b"tea-scorm12.zip\n").hexdigest(),
    }


def test_a_second_export_gives_the_same_bytes_and_another_adds_to_the_list(folder: Path, every_type: Course) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    list(describe(folder, every_type, {"tea-scorm12.zip": "scorm12"}, None))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "tea.epub").write_text("book")
    (folder / "tea-moodle.xml").unlink()
    list(describe(folder, every_type, {"tea.epub": "epub"}, None))
    assert said(folder) == []
    names = [one["name"] for one in json.loads((folder / "manifest.json").read_text("utf-8"))["files"]]
    assert "tea.epub" in names
    assert "tea-moodle.xml" not in names
    assert '"tea-moodle.xml"' not in (folder / "import-moodle.html").read_text("utf-8")


def test_a_platform_without_a_package_has_no_page(tmp_path: Path, every_type: Course) -> None:
    (tmp_path / "tea.gift").write_text("?")
    list(describe(tmp_path, every_type, {"tea.gift": "gift"}, None))
    (tmp_path / "tea.gift").unlink()
    (tmp_path / "tea.epub").write_text("?")
    assert {path.name for path in describe(tmp_path, every_type, {"tea.epub": "epub"}, None)} == {
        "index.html",
        "manifest.json",
    }
    assert not (tmp_path / "import-moodle.html").exists()


def test_what_was_altered_lost_or_added_is_named(folder: Path) -> None:
    assert said(folder) == []
    (folder / "tea-scorm12.zip").write_text("tea-scorm13.zip\n")
    (folder / "tea-moodle.xml").write_text("other")
    (folder / "tea-moodle.fidelity.html").unlink()
    (folder / "notes.txt").write_text("mine")
    again = "Export it again, or get it again from the person who gave you the folder."
    assert said(folder) == [
        "out/notes.txt: warning: This file is in the folder, and manifest.json does not list it.",
        f"out/tea-moodle.fidelity.html: manifest.json lists this file, and it is not in the folder. {again}",
        f"out/tea-moodle.xml: This file was altered since it was made: it has 5 bytes, and had 15. {again}",
        f"out/tea-scorm12.zip: This file was altered since it was made: it is as long. {again}",
    ]


def test_a_file_of_another_state_of_the_course_is_named(folder: Path, every_type: Course) -> None:
    later = replace(every_type, digest="f" * 64)
    list(describe(folder, later, {"tea-scorm12.zip": "scorm12"}, None))
    stale = "warning: This file was made from another state of the course than the newest ones here. Export it again."
    assert said(folder) == [f"out/tea-moodle.fidelity.html: {stale}", f"out/tea-moodle.xml: {stale}"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", 'it does not say "schema": "packages/1"'),
        ('{"schema": "packages/1"}', "it lists no files"),
        ('{"schema": "packages/1", "files": [1]}', "an entry has no name"),
        ('{"schema": "packages/1", "files": [{"name": "../x"}]}', "the name '../x' leads out of the folder"),
        ('{"schema": "packages/1", "files": [{"name": "a/b"}]}', "the name 'a/b' leads out of the folder"),
    ],
)
def test_a_list_that_is_none_is_one_error(text: str, why: str, folder: Path) -> None:
    (folder / "manifest.json").write_text(text)
    assert said(folder) == [f"out/manifest.json: This is no list of packages: {why}. Export the course again."]


def test_a_folder_without_a_list_and_a_link_in_one_are_told(folder: Path) -> None:
    (folder / "tea-moodle.xml").unlink()
    (folder / "tea-moodle.xml").symlink_to("/etc/hostname")
    [finding] = said(folder)
    assert finding.startswith("out/tea-moodle.xml: This cannot be read: ")
    (folder / "manifest.json").unlink()
    assert said(folder) == [
        (
            "out: There is no manifest.json in this folder. Name the packages in it. A folder is checked by its "
            "manifest.json."
        )
    ]


def test_every_platform_has_its_words_and_known_formats() -> None:
    strings = catalogue_for("en").area("exports.platforms")
    formats = {*LEARNER_FORMATS, *EXPORTERS, "cmi5"}
    for platform in PLATFORMS:
        assert set(platform.course + platform.items) <= formats
        for part in ("course", "items"):
            assert (f"{platform.id}.{part}.1" in strings) == bool(getattr(platform, part)), (platform.id, part)
        assert all(f"facts.{fact}" in strings for fact in platform.facts)
    used = {fact for platform in PLATFORMS for fact in platform.facts}
    assert {f"facts.{fact}" for fact in used} == {key for key in strings if key.startswith("facts.")}


def test_the_pages_are_valid_and_name_files_that_are_there(
    folder: Path, vnu: Callable[[Path], list[str]], html_validate: Callable[[Path], list[str]]
) -> None:
    pages = [folder / name for name in PAGES]
    alone = folder / "alone"
    alone.mkdir()
    for page in pages:
        shutil.copy(page, alone)
    # The validator takes no hash for a style sheet this long; the browser that enforces the policy does.
    assert [fault for fault in vnu(alone) if "Content Security Policy" not in fault] == []
    assert html_validate(alone) == []
    for page in pages:
        for link in re.findall(r'href="([^"#]+)"', page.read_text("utf-8")):
            assert (folder / link).is_file(), (page.name, link)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_accessible_and_fit(
    width: int, folder: Path, page: Page, axe: Callable[[Page], list[str]]
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for name in PAGES[:2]:
        page.goto((folder / name).as_uri())
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
