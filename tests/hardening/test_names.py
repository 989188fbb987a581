"""Names that no file can have, in every field that becomes the name of one: reported there, or safely changed."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.files import is_safe_name
from kitbag.questions.assembly import Assembly
from kitbag.rendering.paper_certificate import Completion, file_names
from kitbag.results.grid import blank_grid, variant_of

PROJECT = Path(__file__).parent.parent / "projects" / "every-item-type"

FIELDS = {
    "course": ("course/course.yaml", "id: tea", "id: {}"),
    "module in the list": ("course/course.yaml", "modules: [m1, m2]", "modules: [m1, {}]"),
    "module": ("course/m2.yaml", "id: m2", "id: {}"),
    "lesson": ("course/m1.yaml", "- id: leaves", "- id: {}"),
    "module of a bank": ("questions/m1.yaml", "module: m1", "module: {}"),
    "stimulus": ("questions/m1.yaml", "- id: label", "- id: {}"),
    "item": ("questions/m1.yaml", "- id: single", "- id: {}"),
    "test": ("course/course.yaml", "- id: pretest", "- id: {}"),
    "media file": ("questions/m1.yaml", "{src: pot.svg,", "{src: {},"),
}
"""Where each name stands that a file is called by: the file, what is written there, and what takes its place."""

ON_WINDOWS = ("CON", "con", "aux.txt", "NUL", "nul.tar.gz", "com1", "Lpt9.x", "PRN")
NAMES = {
    **{name: name for name in ON_WINDOWS},
    "a dot at the end": "tea.",
    "a space at the end": '"tea "',
    "300 letters": "x" * 300,
    "a lone surrogate": r'"tea\ud800"',
    "half a file": ".tea.x7k.tmp",
    "out of the folder": "../tea",
    "two folders": "tea/pot",
    "a backslash": r"'tea\pot'",
    "a colon": '"tea:pot"',
    "a line break": r'"tea\npot"',
    "right to left": r'"tea\u202epot"',
    "nothing": '""',
}


def kitbag(*words: object, stdin: str | None = None) -> Result:
    """Run a command. What it raises is raised here: no traceback passes for an answer."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin, catch_exceptions=False)


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "tea")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", FIELDS)
def test_a_name_that_no_file_can_have_is_reported_at_its_field(field: str, name: str, tea: Path) -> None:
    file, before, after = FIELDS[field]
    written = (tea / file).read_text("utf-8").replace(before, after.replace("{}", NAMES[name]), 1)
    (tea / file).write_text(written, "utf-8")
    line = written[: written.index(after.replace("{}", NAMES[name]))].count("\n") + 1
    done = kitbag("check", "-C", tea)
    assert done.exit_code == 1
    at_field = [said for said in done.output.splitlines() if re.match(rf"{re.escape(file)}:{line}:\d+: ", said)]
    assert at_field, done.output
    assert done.output.count("\ud800") == 0


# --- Names of people ------------------------------------------------------------------------------------------------

PEOPLE = (
    *ON_WINDOWS,
    *("Ada.", "Ada ", "..", ".", "/etc/passwd", "../../Ada", "C:\\Ada", "a/b:c*d?", ".ada.json.x7k.tmp", "-rf"),
    *("Ada\u202egnp", "=1+1", "\u540d" * 150, "x" * 200, "Zo\u00eb \U0001f602", "\ufffe"),
)
"""Anyone may write any of them on a paper or into a box."""


def names_below(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*"))]


def test_a_name_of_a_person_becomes_a_file_that_every_system_can_keep(tea: Path, tmp_path: Path) -> None:
    course = load_course(tea).course
    assert course is not None
    drawn = Assembly(course.banks, course.info.tests).draw("final", seed="s")
    form = drawn.id
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"form": form, "responses": {}}))
    for person in PEOPLE:
        done = kitbag("quiz", "final", "-C", tea, f"--person={person}", "--responses", answers)
        assert done.exit_code == 0, (person, done.output)
    grid = blank_grid(drawn.test, [variant_of("A", drawn)], seats=len(PEOPLE))
    for number, person in enumerate(PEOPLE, 1):
        grid = grid.replace(f"\n{number},,,", f'\n{number},{form},"{person}",', 1)
    (tmp_path / "grid.csv").write_text(grid, "utf-8", newline="")
    marked = kitbag("mark", tmp_path / "grid.csv", "-C", tea)
    assert marked.output.count(": 0 of 4 not passed") == len(PEOPLE), marked.output
    kept = [*names_below(tea / "results/records"), *names_below(tea / "build/results")]
    assert len(kept) == 2 * len(PEOPLE)
    assert [name for name in kept if not is_safe_name(name) or "/" in name] == []
    assert len({name.casefold() for name in kept}) == len(kept)
    added = kitbag("results", "add", "-C", tea, "--twins", "both")
    assert f"Added {2 * len(PEOPLE)}, already there 0, refused 0" in added.output
    for style in ("text", "csv", "html"):
        report = kitbag("results", "report", "-C", tea, "--format", style, "--output", tmp_path / style)
        assert report.exit_code == 0
        assert "\u202e" not in (tmp_path / style).read_text("utf-8")


def test_a_name_longer_than_any_is_reported_at_its_place(tea: Path, tmp_path: Path) -> None:
    long = "x" * 300
    done = kitbag("quiz", "final", "-C", tea, "--person", long, "--plain")
    reason = "A name has at most 200 characters; this one has 300."
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"Error: Invalid value for --person: {reason}")
    course = load_course(tea).course
    assert course is not None
    form = Assembly(course.banks, course.info.tests).draw("final", seed="s")
    grid = blank_grid(form.test, [variant_of("A", form)], seats=1).replace("\n1,,,", f"\n1,{form.id},{long},")
    (tmp_path / "grid.csv").write_text(grid, "utf-8", newline="")
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"form": form.id, "responses": {}, "person": long}))
    scored = kitbag("quiz", "final", "-C", tea, "--responses", answers)
    reason = "This name has 300 characters; 200 is the most. Shorten it."
    assert (scored.exit_code, scored.stderr) == (1, f"{answers}:1:40: {reason}\n")
    marked = kitbag("mark", tmp_path / "grid.csv", "-C", tea)
    assert marked.exit_code == 1
    assert "grid.csv:5:3: Row 1 has a name of 300 characters; 200 is the most." in marked.stderr


def test_a_certificate_is_called_after_a_person_as_far_as_a_file_can_be() -> None:
    completions = [Completion(name=person, score="4 / 4") for person in PEOPLE]
    names = file_names(completions)
    assert [name for name in names if not is_safe_name(name) or "/" in name] == []
    assert len({name.casefold() for name in names}) == len(PEOPLE)
