"""A course folder from a stranger, with links and pipes in it: nothing beside it is read, written or removed."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag import files
from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.questions.assembly import Assembly
from kitbag.results import gather

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
    return kitbag("build", "-C", folder, "--only", "site", *more)


@pytest.mark.parametrize("target", ["..", "../site", "absolute", "../nowhere", "course/../.."])
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
    assert build(evil)[1][-2:] == [
        "Nothing has changed.",
        f"Next: open {(evil / 'public/out/index.html').as_uri()} in a browser",
    ]


@pytest.mark.parametrize("target", ["../../site", "../course", "site"])
def test_an_output_that_is_a_link_is_refused(target: str, evil: Path) -> None:
    (evil / "build").mkdir()
    (evil / "build/site").symlink_to(target)
    course = snapshot(evil / "course")
    code, lines = build(evil, "--only", "tests")
    assert code == 3
    told = "This cannot be written: it is a link. Delete the link. What was there before is still there."
    assert f"{evil}/build/site: {told}" in lines
    assert snapshot(evil / "course") == course
    assert sorted(path.name for path in (evil / "build").iterdir() if not path.name.startswith(".")) == [
        "index.html",
        "site",
        "tests",
    ]


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
@pytest.mark.parametrize(
    "name", [".site.old", ".site.new-x", ".site.change", ".site.x.tmp", ".built.json", ".made.json"]
)
def test_what_lies_beside_the_outputs_leads_nowhere(what: str, name: str, evil: Path) -> None:
    (evil / "build").mkdir()
    odd = evil / "build" / name
    if what == "pipe":
        os.mkfifo(odd)
    elif what == "folder":
        odd.mkdir()
    else:
        odd.symlink_to("../../about.html" if "tmp" in name else "../../site")
    assert build(evil, *(("--only", "tests") if name == ".made.json" else ()))[0] == 0
    assert (evil / "build/site/index.html").is_file()
    if name == ".built.json":
        # A folder in the place of Kitbag's own notes is the author's to remove.
        assert odd.is_dir() if what == "folder" else odd.is_file() and not odd.is_symlink()
    elif name != ".made.json":
        assert not os.path.lexists(odd)


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
    for code, lines in (kitbag("check", "-C", evil), build(evil)):
        assert code == 1
        assert told in lines
        assert "OUTSIDE" not in "".join(lines)
    assert not (evil / "build").exists()


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
    for name in ("site/index.html", ".built.json", ".outlines.json", ".made.json"):
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


# --- Results -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["../results", "absolute", "../nowhere"])
def test_results_that_lie_elsewhere_are_refused(target: str, evil: Path) -> None:
    (evil / "results").symlink_to(evil.parent / "results" if target == "absolute" else target)
    why = "a link in it leads out of the course folder. Delete that link."
    assert kitbag("results", "report", "-C", evil) == (3, [f"{evil}/results cannot be written: {why}"])
    assert kitbag("results", "add", "-C", evil) == (3, [f"{evil}/results cannot be written: {why}"])
    code, lines = kitbag("mark", "-C", evil)
    assert (code, lines[-1]) == (
        1,
        f"No answers have been keyed into a grid in {evil}/results/grids. Print papers with: kitbag paper TEST",
    )
    code, lines = kitbag("paper", "final", "-C", evil)
    assert code == 3
    assert (
        lines[-1].endswith(
            '"results/grids/final-7JNK-NNNN.csv" leads out of the course folder. What was there before is still there.'
        )
        or "leads out of the course folder" in lines[-1]
    )
    code, lines = kitbag("quiz", "final", "-C", evil, "--person", "Bo", "--plain")
    assert code != 0
    assert "a link in it leads out of the course folder. Delete that link" in " ".join(lines)


@pytest.mark.parametrize("target", ["../../made.sqlite", "../../about.html", "/dev/zero"])
def test_a_store_that_lies_elsewhere_is_refused(target: str, evil: Path) -> None:
    (evil / "results").mkdir()
    (evil / "results/results.sqlite").symlink_to(target)
    why = "a link in it leads out of the course folder. Delete that link."
    assert kitbag("results", "report", "-C", evil) == (3, [f"{evil}/results/results.sqlite cannot be written: {why}"])


def test_a_store_may_be_a_link_that_stays_inside(evil: Path) -> None:
    (evil / "results").mkdir()
    (evil / "results/results.sqlite").symlink_to("../kept.sqlite")
    course = load_course(evil).course
    assert course is not None
    form = Assembly(course.banks, course.info.tests).draw("final", seed="s").id
    (evil / "answers.json").write_text(json.dumps({"form": form, "responses": {}}))
    assert kitbag("quiz", "final", "-C", evil, "--person", "Cy", "--responses", evil / "answers.json")[0] == 0
    assert kitbag("results", "add", "-C", evil)[0] == 0
    assert (evil / "kept.sqlite").is_file()
    assert (evil / "results/results.sqlite").is_symlink()
    assert kitbag("results", "report", "-C", evil)[0] == 0


@pytest.mark.parametrize("name", ["grids", "records", "sittings", "printed.csv"])
def test_parts_of_the_results_that_lie_elsewhere_are_refused(name: str, evil: Path) -> None:
    (evil / "results").mkdir()
    target = "../../results/grids/final.csv" if name == "printed.csv" else "../../results"
    (evil / "results" / name).symlink_to(target)
    assert kitbag("paper", "final", "-C", evil, "--variants", 1)[0] == (3 if name in ("grids", "printed.csv") else 0)
    kitbag("mark", "-C", evil)
    kitbag("quiz", "final", "-C", evil, "--person", "Bo", "--plain")
    kitbag("results", "add", "-C", evil)


@pytest.mark.parametrize("name", ["build", "build/packages"])
def test_packages_are_not_written_elsewhere(name: str, evil: Path) -> None:
    (evil / name).parent.mkdir(exist_ok=True)
    (evil / name).symlink_to(
        os.path.relpath(evil.parent, (evil / name).parent) + ("" if name == "build" else "/packages")
    )
    code, lines = kitbag("export", "gift", "-C", evil)
    why = "a link in it leads out of the course folder" if name == "build" else "it is a link"
    rest = "Delete that link." if name == "build" else "Delete the link."
    assert (code, lines[-1]) == (
        3,
        f"{evil}/build/packages cannot be written: {why}. {rest} What was there before is still there.",
    )


def test_own_records_are_gathered_through_no_link(evil: Path) -> None:
    (evil / "build").mkdir()
    (evil / "build/results").symlink_to("../../results/records")
    (evil / "results").mkdir()
    (evil / "results/records").symlink_to("../../results/records")
    nothing = "Added 0, already there 0, refused 0; waiting for their edition: 0."
    assert kitbag("results", "add", "-C", evil) == (0, [nothing])


def test_own_records_may_lie_behind_a_link_that_stays_inside(evil: Path) -> None:
    (evil / "results").mkdir()
    (evil / "kept").mkdir()
    (evil / "kept/half.json").write_text("{")
    (evil / "results/records").symlink_to("../kept")
    refused = f"{evil}/results/records/half.json: not-a-record: It is cut short, or is no record at all."
    assert refused in kitbag("results", "add", "-C", evil)[1]


def test_own_records_that_are_swapped_for_a_link_meanwhile_are_not_read(
    evil: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (evil / "results/records").mkdir(parents=True)
    (evil / "results/records/a.json").write_text("{")
    read = gather.read_within

    def swapped(root: Path, name: str, **limits: int) -> bytes:
        (evil / "results/records").rename(evil / "results/before")
        (evil / "results/records").symlink_to("../../results/records")
        return read(root, name, **limits)

    monkeypatch.setattr(gather, "read_within", swapped)
    why = 'outside-folder: "results/records/a.json" leads out of the course folder.'
    assert f"{evil}/results/records/a.json: {why}" in kitbag("results", "add", "-C", evil)[1]


def fill_grid(folder: Path) -> None:
    """Print a paper, and fill in the answers of one person."""
    kitbag("paper", "final", "-C", folder)
    [grid] = (folder / "results/grids").glob("*.csv")
    text = grid.read_text("utf-8-sig")
    form = text.partition("form,")[2][:9]
    grid.write_text(text.replace("1,,,,,,", f"1,{form},Ada,A,A,A,A", 1), "utf-8-sig")


def test_marked_records_are_not_written_elsewhere(evil: Path) -> None:
    fill_grid(evil)
    shutil.rmtree(evil / "build")
    (evil / "build").symlink_to("..")
    code, lines = kitbag("mark", "-C", evil)
    assert code == 3
    assert lines[-1].endswith(".json cannot be written: a link in it leads out of the course folder. Delete that link.")
    (evil / "build").unlink()
    # What a killed command left is removed, and never read as a record.
    (evil / "build/results").mkdir(parents=True)
    (evil / "build/results/.final-Ada.json.abc.tmp").write_text('{"half')
    assert kitbag("mark", "-C", evil)[0] in (0, 1)
    assert [path for path in (evil / "build/results").iterdir() if path.name.startswith(".")] == []
    (evil / "build/results/.final-Ada.json.abc.tmp").write_text('{"half')
    assert ".tmp" not in " ".join(kitbag("results", "add", "-C", evil)[1])


def test_sources_are_written_through_a_link_that_stays_inside_alone(evil: Path) -> None:
    text = evil / "new.txt"
    text.write_text("Cups are made of clay.\n\nPots were made of silver in the year 1702.\n")
    file = evil / "course/sources.yaml"
    file.rename(evil / "kept.yaml")
    file.symlink_to("../kept.yaml")
    assert kitbag("sources", "add", text, "-C", evil, "--id", "other")[0] == 0
    assert file.is_symlink()
    assert "other" in (evil / "kept.yaml").read_text("utf-8")
