"""`kitbag init` lays down a whole course, and never half of one or over another."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag import shipped
from kitbag.cli import main
from kitbag.course.fingerprints import fingerprint
from kitbag.course.sources import Sources
from kitbag.files import Unwritable, write_tree
from kitbag.modelling import read_model
from kitbag.shipped import CannotStart, shipped_course, start

SKELETON = Path(shipped.__file__).parent / "templates" / "skeleton"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("made", [False, True], ids=["new folder", "empty folder"])
def test_the_skeleton_is_laid_down_whole(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "deep" / "mine"
    if made:
        folder.mkdir(parents=True)
    written = start(folder, skeleton=True)
    assert contents(folder) == contents(SKELETON)
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_shipped_course_is_laid_down_without_what_is_built_from_it(tmp_path: Path) -> None:
    start(tmp_path / "mine", skeleton=False)
    made = contents(tmp_path / "mine")
    assert {name.split("/")[0] for name in made} == {"course", "questions", "templates"}
    assert made["course/course.yaml"] == (shipped_course() / "course" / "course.yaml").read_bytes()


def test_the_folder_a_user_stands_in_stays_the_same_folder(tmp_path: Path) -> None:
    before = tmp_path.stat().st_ino
    (tmp_path / ".git").mkdir()
    start(tmp_path, skeleton=True)
    assert tmp_path.stat().st_ino == before
    assert (tmp_path / ".git").is_dir()


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CannotStart) as refusal:
        start(tmp_path, skeleton=True)
    assert str(refusal.value) == f'{tmp_path} is not empty: it holds "notes.txt". Name a new folder, or an empty one.'
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(CannotStart) as refusal:
        start(tmp_path / "mine", skeleton=True)
    assert str(refusal.value) == f"{tmp_path / 'mine'} is a file. Name a new folder, or an empty one."


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = write_tree
    calls = iter([real, real])

    def full_disk(*arguments: object) -> None:
        write = next(calls, None)
        if write is None:
            raise Unwritable(tmp_path, OSError(28, "No space left on device"))
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(shipped, "write_tree", full_disk)
    with pytest.raises(CannotStart) as refusal:
        start(tmp_path / "mine", skeleton=True)
    assert str(refusal.value) == f"{tmp_path / 'mine'} cannot be written: No space left on device."
    assert list(tmp_path.iterdir()) == []


def test_an_installation_without_its_course_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "lib" / "kitbag")
    with pytest.raises(CannotStart) as refusal:
        shipped_course()
    assert str(refusal.value) == "This installation of Kitbag came without its course. Install Kitbag again."


def test_the_skeleton_knows_its_own_document() -> None:
    text = (SKELETON / "documents" / "house-rules.txt").read_text(encoding="utf-8")
    _, *paragraphs = text.split("\n\n")
    sources, _, findings = read_model((SKELETON / "course" / "sources.yaml").read_bytes(), "sources.yaml", Sources)
    assert findings == []
    assert sources is not None
    (document,) = sources.documents
    assert [passage.fingerprint for passage in document.passages] == [fingerprint(text) for text in paragraphs]


@pytest.mark.parametrize("skeleton", [True, False], ids=["skeleton", "shipped course"])
def test_what_is_laid_down_gives_no_cause_for_complaint(tmp_path: Path, skeleton: bool) -> None:
    start(tmp_path / "mine", skeleton=skeleton)
    result = CliRunner().invoke(main, ["check", "-C", str(tmp_path / "mine"), "--format", "json"])
    assert [finding for finding in json.loads(result.stdout) if finding["severity"] != "note"] == []
