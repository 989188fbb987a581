"""A site built from what changed is, byte by byte, the site that a clean build makes, and tells the same findings."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from kitbag import build as building
from kitbag.cli import main
from kitbag.findings import Place
from kitbag.rendering import pages
from kitbag.rendering.faults import TemplateFault

PROJECTS = Path(__file__).parent / "projects"
Contents = dict[str, bytes]


def contents(folder: Path) -> Contents:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def times(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def build(folder: Path, into: Path) -> tuple[int, list[str]]:
    """Build the site, and return the exit code and what was told, apart from progress and new templates."""
    arguments = ["build", "-C", str(folder), "--only", "site", "--into", str(into)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    passing = ("has changed", "are new to this machine", "Next: open ")
    lines = [line for line in result.output.splitlines() if not line.startswith(str(into))]
    return result.exit_code, [line for line in lines if not any(part in line for part in passing)]


class Writer:
    """Edits a course, and after each edit holds the site as refreshed to the one that is built anew."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.site = folder / "build/site"
        self.refreshed = 0
        real = building.refresh_site

        def counted(*arguments: object, **more: object) -> object:
            found = real(*arguments, **more)  # type: ignore[arg-type]
            self.refreshed += found is not None
            return found

        monkeypatch.setattr(building, "refresh_site", counted)
        self.judge()

    def judge(self) -> set[str]:
        """Build both ways, compare, and return the files that were written."""
        before = times(self.site), contents(self.site)
        code, told = build(self.folder, self.folder / "build")
        clean = self.folder / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        assert build(self.folder, clean) == (code, told)
        after = times(self.site), contents(self.site)
        assert after[1] == (contents(clean / "site") if code == 0 else before[1])
        written = {name for name, when in after[0].items() if before[0].get(name) != when}
        assert written == {name for name, data in after[1].items() if before[1].get(name) != data}
        return written

    def edit(self, name: str, old: str, new: str) -> set[str]:
        file = self.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        return self.judge()


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    folder = shutil.copytree(PROJECTS / "every-block", tmp_path / "tides")
    return Writer(folder, monkeypatch)


def test_a_lesson_writes_its_page_and_what_is_found_of_it(writer: Writer) -> None:
    assert writer.edit("course/m2.yaml", "Lines & columns: café", "Lines, and columns: café") == {
        "about.html",
        "lessons/m2/lines.html",
        "assets/search/m2.module.js",
    }
    assert writer.refreshed == 1


def test_a_title_writes_every_page_that_names_it(writer: Writer) -> None:
    written = writer.edit("course/m2.yaml", "title: The table", "title: The whole table")
    assert {"index.html", "modules/m1.html", "modules/m2.html", "lessons/m2/lines.html", "about.html"} <= written
    assert "lessons/m1/sea.html" not in written
    assert writer.refreshed == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("course/course.yaml", "title: ", "title: A "),
        ("course/glossary.yaml", "definition: ", "definition: A "),
        ("course/sources.yaml", "label: ", "label: A "),
        ("course/m2.yaml", "id: lines", "id: rows"),
        ("course/m2.yaml", "cites: [H1.2]", "cites: [H9]"),
        ("templates/about.html", "By", "Made by"),
        ("course/media/wave.svg", "<svg", "<svg "),
    ],
)
def test_what_others_rest_on_is_built_from_the_whole_course(writer: Writer, name: str, old: str, new: str) -> None:
    writer.edit(name, old, new)
    assert writer.refreshed == 0


def test_mistakes_come_and_go(writer: Writer) -> None:
    assert writer.edit("course/m2.yaml", "title: The table", "titel: The table") == set()
    assert writer.edit("course/m2.yaml", "titel: The table", "title: A table")


def test_a_template_that_changes_pages_is_asked_about_everything(writer: Writer) -> None:
    own = writer.folder / "templates/site/lesson.html"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text('{% extends "theme/site/lesson.html" %}{% block kind %}{{ practice | length }}{% endblock %}')
    writer.judge()
    writer.edit("course/m2.yaml", "Lines & columns: café", "Lines, and columns: café")
    assert writer.refreshed == 0


@pytest.mark.parametrize("fault", [TemplateFault(Place("templates/about.html", 1, 1), "It is odd"), KeyError("m9")])
def test_only_what_an_author_can_mend_is_left_to_the_whole_build(
    fault: Exception, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the short way itself is not hidden behind the long one."""
    render_site = pages.render_site
    faults = [fault]

    def render(*arguments: Any, **more: Any) -> Any:
        for one in faults:
            faults.clear()
            raise one
        return render_site(*arguments, **more)

    monkeypatch.setattr(pages, "render_site", render)
    if isinstance(fault, KeyError):
        with pytest.raises(KeyError, match="m9"):
            writer.edit("course/m2.yaml", "Lines & columns: café", "Lines, and columns: café")
    else:
        assert "lessons/m2/lines.html" in writer.edit("course/m2.yaml", "Lines & columns: café", "Lines, and: café")
    assert writer.refreshed == 0


# --- Several banks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three(synthetic: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Writer:
    return Writer(synthetic(), monkeypatch)


def field(writer: Writer, file: str, item: str, name: str) -> str:
    """Return a line of an item: its stem, or the text of the option that is its key."""
    text = (writer.folder / file).read_text("utf-8").partition(f"- id: {item}\n")[2]
    if name == "key":
        option = re.search(r"    key: (\w)", text)
        assert option
        text, name = text.partition(f"- id: {option[1]}\n")[2], "text"
    found = re.search(rf"{name}: (.*)", text)
    assert found
    return found[1]


def test_an_item_is_found_wherever_it_is_shown(three: Writer) -> None:
    three.edit("course/m1.yaml", "items: [m1-1]", "items: [m2-3]")
    assert three.refreshed == 1
    rationale = field(three, "questions/m2.yaml", "m2-3", "rationale")
    assert three.edit("questions/m2.yaml", rationale, f"Clearly {rationale}") == {
        "about.html",
        "practice/m2.html",
        "lessons/m1/lesson-1.html",
        "lessons/m2/lesson-3.html",
    }
    assert three.refreshed == 2


def test_a_stem_that_tells_the_key_of_another_bank_is_found(three: Writer) -> None:
    key = field(three, "questions/m1.yaml", "m1-12", "key")
    stem = field(three, "questions/m3.yaml", "m3-13", "stem")
    three.edit("questions/m3.yaml", stem, f"{stem.rstrip('?')} {key.lower()}?")
    assert any("m3-13: The stem holds the key of m1-12" in line for line in build(three.folder, three.site.parent)[1])
    # Enemies may tell one another's keys, and from then on the two banks concern one another.
    three.edit("questions/m3.yaml", "  - id: m3-13\n", "  - id: m3-13\n    enemies: [m1-12]\n")
    three.edit("questions/m1.yaml", "rationale: ", "rationale: So ")
    assert three.refreshed == 0
    three.edit("questions/m2.yaml", "rationale: ", "rationale: So ")
    assert three.refreshed == 1


def test_a_key_that_another_bank_tells_is_found(three: Writer) -> None:
    words = field(three, "questions/m3.yaml", "m3-13", "stem").split()[3:12]
    three.edit("questions/m1.yaml", field(three, "questions/m1.yaml", "m1-12", "key"), " ".join(words).capitalize())
    assert any("m3-13: The stem holds the key of m1-12" in line for line in build(three.folder, three.site.parent)[1])
    assert three.refreshed == 0


def test_two_banks_that_come_to_meet_in_one_save_are_seen(three: Writer) -> None:
    told = "the quartermaster of the seventh zeppelin squadron"
    key = field(three, "questions/m1.yaml", "m1-12", "key")
    file = three.folder / "questions/m1.yaml"
    file.write_text(file.read_text("utf-8").replace(f"text: {key}\n", f"text: {told.capitalize()}\n"), "utf-8")
    stem = field(three, "questions/m3.yaml", "m3-13", "stem")
    three.edit("questions/m3.yaml", stem, f"What does {told} do?")
    assert any("m3-13: The stem holds the key of m1-12" in line for line in build(three.folder, three.site.parent)[1])


def test_a_lesson_that_is_renamed_is_named_so_by_its_neighbours(three: Writer) -> None:
    module = (three.folder / "course/m2.yaml").read_text("utf-8")
    title = module.partition("  - id: lesson-1\n    title: ")[2].partition("\n")[0]
    written = three.edit("course/m2.yaml", f"    title: {title}", "    title: Renamed")
    assert {"index.html", "modules/m2.html", "lessons/m2/lesson-2.html", "sources.html"} <= written
    assert not [name for name in written if "m3" in name]
    assert three.refreshed == 1


# --- At random -------------------------------------------------------------------------------------------------------

EDITS = (
    (r" a ", " an "),
    (r"$", " zebra"),
    (r": ", ": Zebra "),
    (r": ", ": Every "),
    (r": .*", ": 7"),
    (r": .*", ": [x]"),
    (r".*", ""),
    (r"(.+)", r"\1\n\1"),
    ("practice", "test"),
    ("1", "2"),
    (r"$", " # a note"),
    (r"^", " "),
)
"""What may become of a line: a pattern and what takes its place."""


def walk(writer: Writer, draw: Random, steps: int) -> None:
    """Edit lines of any file at random; what is a mistake is taken back after it was told."""
    for _ in range(steps):
        files = sorted([*writer.folder.glob("course/*.yaml"), *writer.folder.glob("questions/*.yaml")])
        file = draw.choice(files)
        text = file.read_text("utf-8")
        lines = text.split("\n")
        number = draw.randrange(len(lines))
        pattern, new = draw.choice(EDITS)
        lines[number] = re.sub(pattern, new, lines[number], count=1)
        file.write_text("\n".join(lines), "utf-8")
        writer.judge()
        if build(writer.folder, writer.folder / "build")[0]:
            file.write_text(text, "utf-8")


@pytest.mark.parametrize("project", ["every-block", "every-item-type", "harbour"])
def test_a_few_edits_at_random(project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk(Writer(shutil.copytree(PROJECTS / project, tmp_path / "course"), monkeypatch), Random(project), 3)  # noqa: S311 - a test, and no secret


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("project", ["every-block", "every-item-type", "harbour", "synthetic"])
def test_many_edits_at_random(
    project: str, seed: int, tmp_path: Path, synthetic: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = synthetic() if project == "synthetic" else shutil.copytree(PROJECTS / project, tmp_path / "course")
    writer = Writer(folder, monkeypatch)
    walk(writer, Random(f"{project} {seed}"), 40)  # noqa: S311 - a test, and no secret
    assert writer.refreshed
