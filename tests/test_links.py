"""A course folder from a stranger, with links and pipes in it: nothing beside it is read, written or removed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag import files
from kitbag.cli import main

PROJECTS = Path(__file__).parent / "projects"


def snapshot(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Return all that is in a folder: kind and content of each name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = "link" if path.is_symlink() else "file" if path.is_file() else "folder"
        data = os.fsencode(path.readlink()) if kind == "link" else path.read_bytes() if kind == "file" else b""
        found[str(path.relative_to(folder))] = (kind, data)
    return found


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[Path]:
    """A course folder beside others, which must stay as they are."""
    for name in ("site", "tests", "results", "packages", "reports", "templates", ".site.old"):
        (tmp_path / "beside" / name).mkdir(parents=True)
        (tmp_path / "beside" / name / "important.html").write_text("mine {{ info.title }}")
    (tmp_path / "beside/about.html").write_text("OUTSIDE")
    (tmp_path / "beside/results/grids").mkdir()
    (tmp_path / "beside/results/grids/final.csv").write_text("form,\n")
    (tmp_path / "beside/results/records").mkdir()
    (tmp_path / "beside/results/records/a.json").write_text('{"schema": "attempt/1"}')
    shutil.copytree(PROJECTS / "every-item-type", tmp_path / "beside/evil")
    before = snapshot(tmp_path / "beside")
    yield tmp_path / "beside/evil"
    after = {name: entry for name, entry in snapshot(tmp_path / "beside").items() if not name.startswith("evil")}
    assert after == {name: entry for name, entry in before.items() if not name.startswith("evil")}


def kitbag(*arguments: object) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return result.exit_code, result.output.splitlines()


def build(folder: Path, *more: object) -> tuple[int, list[str]]:
    return kitbag("build", "-C", folder, "--only", "site", "--only", "tests", *more)


@pytest.mark.parametrize("target", ["..", "../site", "absolute", "../nowhere", "/", "course/../.."])
def test_a_build_folder_that_leads_out_is_refused(target: str, evil: Path) -> None:
    (evil / "build").symlink_to(evil.parent if target == "absolute" else target)
    told = (
        f"{evil}/build: This is a link, or has one above it, that leads out of the course folder. Nothing was written. "
        'Delete the link, or name a folder elsewhere with "--into".'
    )
    assert build(evil) == (3, [told])
    assert build(evil, "--no-templates") == (3, [told])
    assert build(evil, "--only", "reports") == (3, [told])
    code, lines = kitbag("paper", "final", "-C", evil)
    assert (code, lines) == (3, [told])
    assert kitbag("certificate", "-C", evil) == (3, [told])
    # A user may name any folder.
    assert build(evil, "--into", evil.parent.parent / "elsewhere")[0] == 0


def test_a_build_folder_that_leads_in_a_circle_is_refused(evil: Path) -> None:
    (evil / "build").symlink_to("build")
    told = (
        f"{evil}/build: This is a link, or has one above it, that leads in a circle. Nothing was written. "
        'Delete the link, or name a folder elsewhere with "--into".'
    )
    assert build(evil) == (3, [told])


def test_a_build_folder_may_be_a_link_that_stays_inside(evil: Path) -> None:
    (evil / "build").symlink_to("public/out")
    assert build(evil)[0] == 0
    assert (evil / "public/out/site/index.html").is_file()
    assert build(evil)[1][-1] == "Nothing has changed."


@pytest.mark.parametrize("target", ["../../site", "../course", "site"])
def test_an_output_that_is_a_link_is_refused(target: str, evil: Path) -> None:
    (evil / "build").mkdir()
    (evil / "build/site").symlink_to(target)
    course = snapshot(evil / "course")
    code, lines = build(evil)
    assert code == 3
    told = "This cannot be written: it is a link. Delete the link. What was there before is still there."
    assert lines[-1] == f"{evil}/build/site: {told}"
    assert snapshot(evil / "course") == course
    assert sorted(path.name for path in (evil / "build").iterdir() if not path.name.startswith(".")) == [
        "site",
        "tests",
    ]


@pytest.mark.parametrize(
    "name", [".site.old", ".site.new-x", ".site.change", ".site.x.tmp", ".built.json", ".printed.json"]
)
def test_what_lies_beside_the_outputs_leads_nowhere(name: str, evil: Path) -> None:
    (evil / "build").mkdir()
    (evil / "build" / name).symlink_to("../../site" if "tmp" not in name else "../../about.html")
    assert build(evil)[0] in (0, 3)


def test_a_lock_that_is_a_link_is_refused(evil: Path) -> None:
    (evil / "build").mkdir()
    (evil / "build/.lock").symlink_to("../../made")
    assert build(evil) == (
        3,
        [f"{evil}/build: This cannot be written: it is a link. Delete the link. What was there before is still there."],
    )


@pytest.mark.parametrize("target", ["..", "absolute", "../templates"])
def test_templates_that_lie_elsewhere_are_not_read(target: str, evil: Path) -> None:
    shutil.rmtree(evil / "templates", ignore_errors=True)
    (evil / "templates").symlink_to(evil.parent if target == "absolute" else target)
    told = (
        'templates: "templates" is a link that leads out of the course folder, or in a circle. '
        "Put the folder itself there."
    )
    code, lines = kitbag("check", "-C", evil)
    assert (code, lines[-2]) == (1, told)
    code, lines = build(evil)
    assert (code, lines) == (1, [told, "1 error. Nothing was written."])


def test_links_that_stay_inside_keep_working(evil: Path) -> None:
    (evil / "real").mkdir()
    shutil.move(evil / "questions", evil / "real/questions")
    (evil / "questions").symlink_to("real/questions")
    (evil / "real/about.html").write_text("<p>INSIDE</p>")
    (evil / "real/templates").mkdir()
    (evil / "real/templates/about.html").write_text("<p>INSIDE</p>")
    shutil.rmtree(evil / "templates", ignore_errors=True)
    (evil / "templates").symlink_to(evil / "real/templates")
    assert build(evil)[0] == 0
    assert "INSIDE" in (evil / "build/site/about.html").read_text()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("pipe", "This is a named pipe, so it is ignored. Delete it."),
        ("circle", "This is a link that leads out of the course folder, or in a circle, so it is ignored. Delete it."),
        ("zero", "This is a link that leads out of the course folder, or in a circle, so it is ignored. Delete it."),
        ("nowhere", "This is a link that leads nowhere, so it is ignored. Delete it."),
    ],
)
@pytest.mark.parametrize("name", ["course/media/odd.png", "templates/about.html", "questions/odd.csv"])
def test_what_is_no_file_is_reported_at_once(what: str, told: str, name: str, evil: Path) -> None:
    odd = evil / name
    odd.parent.mkdir(exist_ok=True)
    odd.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to({"circle": odd.name, "zero": "/dev/zero", "nowhere": "none"}[what])
    for code, lines in (kitbag("check", "-C", evil), build(evil)):
        assert code == 0
        assert f"{name}: warning: {told}" in lines


@pytest.mark.parametrize("what", ["pipe", "/dev/zero", "../../about.html", "folder", "circle"])
def test_what_stands_in_for_a_file_of_an_output_is_replaced(what: str, evil: Path) -> None:
    build(evil)
    clean = snapshot(evil / "build/site")
    for name in ("site/index.html", ".built.json", ".outlines.json", ".printed.json"):
        odd = evil / "build" / name
        odd.unlink(missing_ok=True)
        if what == "pipe":
            os.mkfifo(odd)
        elif what == "folder":
            odd.mkdir()
        else:
            odd.symlink_to(odd.name if what == "circle" else what)
    assert build(evil)[0] == 0
    assert snapshot(evil / "build/site") == clean


def test_a_build_folder_swapped_while_it_is_written_leads_nowhere(evil: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The swap comes at the worst moment: all is checked and made, and only has to take its place."""
    build(evil)
    clean = snapshot(evil / "build/site")
    page = evil / "course/course.yaml"
    page.write_text(page.read_text("utf-8").replace("title: ", "title: A ", 1), "utf-8")
    real = vars(files)["_take_the_place"]

    def swaps(fresh: Path, target: Path) -> None:
        if not (evil / "aside").exists():
            (evil / "build").rename(evil / "aside")
            (evil / "build").symlink_to("..")
        real(fresh, target)

    monkeypatch.setattr(files, "_take_the_place", swaps)
    build(evil)
    assert (evil / "build").is_symlink()
    assert snapshot(evil / "aside/site") != clean
