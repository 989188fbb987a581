"""A build makes again what its inputs changed, keeps the rest, and never says more than it knows."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from children import run
from click.testing import CliRunner

from kitbag import build as building
from kitbag import ledger as ledgers
from kitbag import parallel
from kitbag.cli import main
from kitbag.ledger import LEDGER
from kitbag.seals import sealed, unsealed

PROJECTS = Path(__file__).parent / "projects"
QUICK = ("site", "reports")
"""Outputs that take no time."""

Standing = dict[str, tuple[int, int]]


def kitbag(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def build(folder: Path, *more: object, only: tuple[str, ...] = QUICK) -> str:
    told = kitbag("build", "-C", folder, *(word for name in only for word in ("--only", name)), *more)
    return "".join(line for line in told.splitlines(keepends=True) if not line.startswith("Next: open "))


def standing(folder: Path) -> Standing:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {LEDGER, ledgers.OUTLINES, ledgers.SKETCHES, ".lock"}
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in standing(folder)}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = shutil.copytree(PROJECTS / "every-block", tmp_path / "tides")
    build(folder)
    return folder


def written(before: Standing, after: Standing) -> set[str]:
    return {name for name in after if before.get(name) != after[name]}


# --- Nothing changed ---------------------------------------------------------------------------------------------


def test_nothing_changed_reads_and_writes_nothing_and_tells_the_same(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = build(course, "--into", course / "other")
    warnings = [line for line in told.splitlines() if "warning" in line]
    before = standing(course), (course / "other" / LEDGER).stat()
    for file in course.rglob("*.yaml"):
        os.utime(file)  # what a copy, a checkout or an editor does without a change
    monkeypatch.setattr("kitbag.course.load.load_course", None)
    monkeypatch.setattr(building, "_make", None)
    assert build(course, "--into", course / "other").splitlines() == [*warnings, "Nothing has changed."]
    after = standing(course), (course / "other" / LEDGER).stat()
    assert {name: at for name, at in after[0].items() if name.startswith(("build", "other"))} == {
        name: at for name, at in before[0].items() if name.startswith(("build", "other"))
    }
    assert after[1].st_mtime_ns == before[1].st_mtime_ns


def test_nothing_changed_imports_no_model_and_no_template_engine(course: Path) -> None:
    script = (
        "import sys; from kitbag.cli import main\n"
        "try: main()\nfinally: print(*(n for n in ('pydantic', 'jinja2', 'yaml') if n in sys.modules), file=sys.stderr)"
    )
    only = [word for name in QUICK for word in ("--only", name)]
    done = run([sys.executable, "-c", script, "build", "-C", course, *only], check=True)
    told, following, imported = done.stderr.splitlines()[-3:]
    assert (told, following.partition(" file:")[0], imported) == ("Nothing has changed.", "Next: open", "")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: (site / "index.html").unlink(),
        lambda site: (site / "index.html").write_bytes((site / "index.html").read_bytes()),
        lambda site: (site / "assets" / "own.js").write_text("of someone else"),
        lambda site: shutil.rmtree(site / "lessons"),
        shutil.rmtree,
        lambda site: (site / "sources.html").rename(site / "glossary.html"),
        lambda site: shutil.move(shutil.copytree(site, site.with_name("copy")), shutil.rmtree(site) or site),
        lambda site: ((site / "index.html").unlink(), (site / "index.html").symlink_to("about.html")),
        lambda site: (site.parent / LEDGER).unlink(),
        lambda site: (site.parent / LEDGER).write_text("[" * 100_000),
        lambda site: (site.parent / LEDGER).write_text('{"format": 1, "read": {}, "outputs": []}'),
        lambda site: (site.parent / LEDGER).write_text("null"),
    ],
)
def test_an_output_that_was_touched_is_built_anew(spoil: Callable[[Path], object], course: Path) -> None:
    before = contents(course / "build")
    spoil(course / "build" / "site")
    assert "Nothing has changed." not in build(course)
    assert contents(course / "build") == before
    assert build(course).splitlines()[-1] == "Nothing has changed."


def test_an_output_without_a_file_must_be_there(tmp_path: Path) -> None:
    folder = shutil.copytree(PROJECTS / "minimal", tmp_path / "water")
    build(folder, only=("tests",))
    assert contents(folder / "build/tests") == {}
    assert build(folder, only=("tests",)).splitlines()[-1] == "Nothing has changed."
    (folder / "build/tests").rmdir()
    assert "Nothing has changed." not in build(folder, only=("tests",))
    assert (folder / "build/tests").is_dir()


def test_a_ledger_that_tells_findings_that_are_none_is_not_believed(course: Path) -> None:
    file = course / "build" / LEDGER
    for odd in ([1], [["code", ["file", 1, 1], "message", "hint", "no severity"]], {"a": 1}, [["code", 1, "", "", ""]]):
        kept = json.loads(unsealed(file.read_bytes(), file.parent, LEDGER) or b"")
        kept["read"]["said"] = odd
        file.write_bytes(sealed(json.dumps(kept).encode(), file.parent, LEDGER) or b"")
        assert "Nothing has changed." not in build(course)
        assert build(course).splitlines()[-1] == "Nothing has changed."


def test_what_a_killed_build_left_is_tidied(course: Path) -> None:
    for name in (".site.new-abc123", ".reports.old"):
        (course / "build" / name).mkdir()
        (course / "build" / name / "half.html").touch()
    (course / "build" / f".{LEDGER}.abc.tmp").touch()
    (course / "build" / ".index.html.abc.tmp").touch()
    (course / "build" / ".mine.old").mkdir()
    build(course)
    assert {path.name for path in (course / "build").iterdir()} == {
        *(*QUICK, "index.html", LEDGER, ledgers.OUTLINES, ledgers.SKETCHES, ".lock", ".mine.old")
    }


# --- Something changed -------------------------------------------------------------------------------------------


def test_one_lesson_changed_writes_what_shows_it(course: Path) -> None:
    before = standing(course / "build/site")
    edit(course / "course/m2.yaml", "lessons:", "lessons: # nothing")
    assert "Nothing" not in build(course, only=("site",))
    assert written(before, standing(course / "build/site")) == {"about.html"}  # with the digest of all files
    before = standing(course / "build/site")
    edit(course / "course/m2.yaml", "Lines & columns: café", "Lines, and columns: café")
    build(course, only=("site",))
    assert written(before, standing(course / "build/site")) == {
        "about.html",
        "lessons/m2/lines.html",
        "assets/search/m2.module.js",
    }


def test_several_processes_write_the_same_site(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "processors", lambda: 3)
    monkeypatch.setattr(parallel, "FEWEST", 2)
    monkeypatch.setattr(parallel, "_can_fork", lambda: True)
    forked = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(1) or fork())
    build(course, "--into", course / "other", only=("site",))
    assert contents(course / "other/site") == contents(course / "build/site")
    assert len(forked) == 2


def test_each_output_is_made_when_it_is_asked_for(course: Path) -> None:
    edit(course / "course/m1.yaml", "title: ", "title: The ")
    build(course, only=("site",))
    again = build(course)
    assert f"{course / 'build/site'}: nothing has changed" in again
    assert f"{course / 'build/reports'}: 2 files" in again


@pytest.mark.parametrize("setting", ["--no-templates", "--paper=letter"])
def test_other_settings_build_anew(setting: str, course: Path) -> None:
    assert "Nothing has changed." not in build(course, setting)
    assert "Nothing has changed." in build(course, setting)


def test_another_kitbag_or_another_day_builds_anew(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1720656000")
    assert "Nothing has changed." not in build(course)
    monkeypatch.setattr(ledgers, "__version__", "99")
    assert "Nothing has changed." not in build(course)
    assert "Nothing has changed." in build(course)


def test_inputs_that_change_during_a_build_are_not_taken_as_built(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = building.OUTPUTS["reports"]

    def meanwhile(work: building.Work) -> int:
        edit(course / "course/course.yaml", "title: ", "title: Late ")
        return real(work)

    edit(course / "course/course.yaml", "title: ", "title: Early ")
    with monkeypatch.context() as patched:
        patched.setattr(building, "OUTPUTS", {"reports": meanwhile})
        build(course, only=("reports",))
    assert "Nothing has changed." not in build(course, only=("reports",))
    assert "Late" in (course / "build/reports/coverage.html").read_text("utf-8")


def test_a_link_out_of_the_course_is_no_input(course: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.html").write_text("x")
    (course / "templates" / "out").symlink_to(tmp_path / "secret")
    (course / "templates" / "loop").symlink_to(course / "templates")
    assert not [name for name in ledgers.look(course) if "/out/" in name or "loop/loop" in name]


def test_a_folder_that_cannot_be_written_still_tells_that_nothing_changed(course: Path) -> None:
    (course / "build" / ".lock").unlink()
    (course / "build" / ".lock").mkdir()
    assert build(course).splitlines()[-1] == "Nothing has changed."


def test_packages_that_come_out_the_same_are_kept(tmp_path: Path) -> None:
    folder = shutil.copytree(PROJECTS / "every-item-type", tmp_path / "tea")
    build(folder, only=("packages",))
    before = standing(folder / "build/packages"), contents(folder / "build/packages")
    edit(folder / "course/m2.yaml", "summary: ", "summary: Briefly. ")
    build(folder, only=("packages",))
    after = standing(folder / "build/packages"), contents(folder / "build/packages")
    changed = {name for name in after[1] if before[1].get(name) != after[1][name]}
    assert written(before[0], after[0]) == changed
    assert 0 < len(changed) < len(after[1])
