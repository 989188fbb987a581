"""Nothing in build/ counts unless this user's Kitbag wrote it there."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.seals import key, made_here, sealed, unsealed

PROJECTS = Path(__file__).parent / "projects"
FORGED = b"%PDF-1.7 forged"


def kitbag(*arguments: object) -> list[str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def build(folder: Path, *only: str) -> list[str]:
    lines = kitbag("build", "-C", folder, *(word for name in only for word in ("--only", name)))
    return [line for line in lines if not line.startswith("Next: open ")]


def printed(lines: list[str]) -> int:
    return sum(line.endswith((" page)", " pages)")) for line in lines)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITBAG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def course(tmp_path: Path, home: Path) -> Path:  # noqa: ARG001 - for this user
    return shutil.copytree(PROJECTS / "minimal", tmp_path / "water")


def test_a_seal_holds_for_one_user_place_and_name(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sealed(b"data", tmp_path, "name")
    assert whole is not None
    assert unsealed(whole, tmp_path, "name") == b"data"
    assert unsealed(whole, tmp_path / "other", "name") is None
    assert unsealed(whole, tmp_path, "other") is None
    assert unsealed(whole[:-1] + b"b", tmp_path, "name") is None
    assert unsealed(b"", tmp_path, "name") is None
    assert (home / "build.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["build.key"]
    monkeypatch.setenv("KITBAG_STATE_HOME", str(tmp_path / "another"))
    assert unsealed(whole, tmp_path, "name") is None


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 33])
def test_a_key_that_is_none_is_made_anew(broken: bytes, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "build.key").write_bytes(broken)
    assert len(key() or b"") == 32
    assert (home / "build.key").read_bytes() == key()


def test_a_pdf_is_kept_only_as_it_was_printed(course: Path) -> None:
    assert printed(build(course, "handouts")) > 0
    [*_, pdf] = sorted((course / "build/handouts").rglob("*.pdf"))
    was = pdf.read_bytes()
    glossary = course / "course/glossary.yaml"
    glossary.write_text(f"{glossary.read_text('utf-8')}# a note\n", "utf-8")
    assert printed(build(course, "handouts")) == 1  # the certificate shows the digest of all files
    pdf.write_bytes(FORGED)
    assert printed(build(course, "handouts")) == 1
    assert pdf.read_bytes() == was


def test_what_came_with_a_folder_is_made_anew(course: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who knows all that Kitbag does, but not the key, sends a folder with everything forged."""
    clean = {path.name: path.read_bytes() for path in (course / "build/handouts").rglob("*.pdf")}
    assert not clean
    build(course, "handouts", "reports")
    clean = {path.name: path.read_bytes() for path in (course / "build/handouts").rglob("*.pdf")}
    for path in (course / "build/handouts").rglob("*.pdf"):
        path.write_bytes(FORGED)
    made = made_here(course, "build", "handouts")
    forged = {
        "handouts": {name: [digest, sha256(FORGED).hexdigest(), *about] for name, (digest, _, *about) in made.items()}
    }
    assert forged["handouts"]
    monkeypatch.setenv("KITBAG_STATE_HOME", str(home.with_name("another")))  # from now on this is another user
    data = json.dumps(forged).encode()
    for seal in (bytes(32), b""):
        (course / "build/.made.json").write_bytes(seal + data)
        (course / "build/handouts/.printed.json").write_bytes(data)
        lines = build(course, "handouts", "reports")
        assert "Nothing has changed." not in lines
        assert printed(lines) == len(clean)
        assert {path.name: path.read_bytes() for path in (course / "build/handouts").rglob("*.pdf")} == clean
        assert not (course / "build/handouts/.printed.json").exists()
        for path in (course / "build/handouts").rglob("*.pdf"):
            path.write_bytes(FORGED)


def test_a_copied_folder_is_built_anew(course: Path) -> None:
    build(course, "reports")
    assert build(course, "reports")[-1] == "Nothing has changed."
    copy = shutil.copytree(course, course.with_name("copy"))
    assert "Nothing has changed." not in build(copy, "reports")


def test_without_a_key_everything_is_made_anew(course: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write_text("not a folder")
    told = "Kitbag can't keep a key for you on this machine, so it builds everything anew. See KITBAG_STATE_HOME."
    for _ in range(2):
        lines = build(course, "reports")
        assert lines.count(told) == 1
        assert "Nothing has changed." not in lines
    monkeypatch.setenv("KITBAG_STATE_HOME", str(home.with_name("again")))
    build(course, "reports")
    assert build(course, "reports") == ["Nothing has changed."]


def test_an_export_lists_no_package_that_came_with_the_folder(
    course: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitbag("export", "zip", "-C", course)
    kitbag("export", "epub", "-C", course)
    packages = course / "build/packages"

    def listed() -> set[str]:
        names = {one["name"] for one in json.loads((packages / "manifest.json").read_text())["files"]}
        return {name for name in names if not name.endswith(".html")}

    [archive] = packages.glob("*.zip")
    [book] = packages.glob("*.epub")
    assert listed() == {archive.name, book.name}
    archive.write_bytes(b"PK forged")
    kitbag("export", "epub", "-C", course)
    assert listed() == {book.name}
    kitbag("export", "zip", "-C", course)
    assert listed() == {archive.name, book.name}
    monkeypatch.setenv("KITBAG_STATE_HOME", str(home.with_name("another")))  # from now on this is another user
    kitbag("export", "zip", "-C", course)
    assert listed() == {archive.name}
    assert book.name not in (packages / "index.html").read_text("utf-8")
