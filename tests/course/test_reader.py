"""What is read again after an edit is what reading everything would give, and no more is read than has changed."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kitbag.commands.shared import checked
from kitbag.course import itemlint, load
from kitbag.course.load import Loaded
from kitbag.course.reader import MOST, Reader
from kitbag.findings import in_order
from kitbag.rendering.string_checks import check_strings

PROJECTS = Path(__file__).parent.parent / "projects"


class Author:
    """Edits a course, and after each edit holds what is read again to what is read anew."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.reader = Reader(folder)
        self.files: list[str] = []
        """The files that were read into models since the last look."""
        self.linted: list[list[str]] = []
        """The modules whose banks were looked at together, each time."""
        self._watch(monkeypatch)
        self.judge()

    def _watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read_model, lint = load.read_model, itemlint.lint

        def reading(data: bytes, file: str, model: Any) -> Any:
            self.files.append(file)
            return read_model(data, file, model)

        def linting(banks: Any, *arguments: Any, **more: Any) -> Any:
            self.linted.append([bank.module for bank in banks])
            return lint(banks, *arguments, **more)

        monkeypatch.setattr(load, "read_model", reading)
        monkeypatch.setattr(itemlint, "lint", linting)

    def judge(self) -> Loaded:
        now = self.reader.read()
        files, linted = self.files[:], self.linted[:]
        anew = checked(self.folder)
        strings = check_strings(now.course, now.places) if now.course else ()
        assert in_order([*now.findings, *strings]) == anew.findings
        assert now.course == anew.course
        self.files, self.linted = [], []
        self.did = files, linted
        return now

    def edit(self, name: str, old: str, new: str) -> Loaded:
        file = self.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        return self.judge()


@pytest.fixture
def author(synthetic: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Author:
    return Author(synthetic(), monkeypatch)


def test_nothing_changed_reads_nothing(author: Author) -> None:
    author.judge()
    assert author.did == ([], [])


@pytest.mark.parametrize(
    ("name", "old", "new", "linted"),
    [
        ("course/m2.yaml", "title: ", "title: A ", []),
        ("course/sources.yaml", "label: ", "label: A ", []),
        ("course/course.yaml", "title: ", "title: A ", []),
        ("course/glossary.yaml", "definition: ", "definition: A ", []),
        ("questions/m2.yaml", "rationale: ", "rationale: Clearly ", [["m2"]]),
        # A line more, and all that was found below it stands elsewhere.
        ("questions/m2.yaml", "items:", "# A note.\nitems:", [["m2"]]),
        # What the rules themselves rest on.
        ("course/course.yaml", 'edition: "', 'edition: "2.', [["m1", "m2", "m3"]]),
        ("course/course.yaml", "language: en", "language: fr", [["m1", "m2", "m3"]]),
        ("course/glossary.yaml", "term: ", "term: the ", [["m1", "m2", "m3"]]),
    ],
)
def test_one_file_changed_reads_one_file(
    author: Author, name: str, old: str, new: str, linted: list[list[str]]
) -> None:
    author.edit(name, old, new)
    assert author.did == ([name], linted)


def test_a_mistake_costs_no_more_than_its_file(author: Author) -> None:
    assert author.edit("questions/m2.yaml", "rationale: ", "rationael: ").course is None
    assert author.did == (["questions/m2.yaml"], [])
    assert author.edit("questions/m2.yaml", "rationael: ", "rationale: ").course
    assert author.did == (["questions/m2.yaml"], [["m2"]])


def test_many_banks_at_once_are_looked_at_together(
    synthetic: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(synthetic(modules=MOST + 1), monkeypatch)
    for file in author.folder.glob("questions/*.yaml"):
        file.write_text(file.read_text("utf-8").replace("rationale: ", "rationale: So ", 1), "utf-8")
    author.judge()
    assert author.did[1] == [[f"m{number}" for number in range(1, MOST + 2)]]


def test_two_banks_that_come_to_meet_in_one_save_are_seen(author: Author) -> None:
    """Neither says anything of a bank as it was; what is new in one is told by what is new in the other."""
    banks = author.folder / "questions"
    bank, item, text = (banks / "m1.yaml").read_text("utf-8").partition("- id: m1-12\n")
    key = f"      - id: {text.partition('key: ')[2][0]}\n        text: "
    options, _, rest = text.partition(key)
    rest = rest.partition("\n")[2]
    text = f"{bank}{item}{options}{key}The quartermaster of the seventh zeppelin squadron\n{rest}"
    (banks / "m1.yaml").write_text(text, "utf-8")
    bank, item, text = (banks / "m3.yaml").read_text("utf-8").partition("- id: m3-13\n")
    start, stem, rest = text.partition("stem: ")
    rest = rest.partition("\n")[2]
    text = f"{bank}{item}{start}{stem}What does the quartermaster of the seventh zeppelin squadron do?\n{rest}"
    (banks / "m3.yaml").write_text(text, "utf-8")
    told = [str(finding) for finding in author.judge().findings]
    assert any("m3-13: The stem holds the key of m1-12" in line for line in told)


# --- At random -------------------------------------------------------------------------------------------------------


def _line(draw: Random, file: Path) -> None:
    """Change, double or drop a line of a file."""
    lines = file.read_text("utf-8").split("\n")
    number = draw.randrange(len(lines))
    line = lines[number]
    lines[number : number + 1] = draw.choice(
        [
            [line.replace(": ", ": Every ", 1)],
            [line.replace("m1", "m2")],
            [line.replace("practice", "test")],
            [f"{line} zebra"],
            [f"{line} # a note"],
            [line, line],
            ["# a note", line],
            [],
        ]
    )
    file.write_text("\n".join(lines), "utf-8")


def _other(draw: Random, folder: Path) -> None:
    """Copy, rename or delete a file, a picture or a template as well as YAML."""
    (folder / "course/media").mkdir(exist_ok=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    file, other = draw.choice(files), draw.choice(files)
    match draw.randrange(4):
        case 0:
            file.unlink()
        case 1:
            file.rename(file.with_name(f"other-{file.name}"))
        case 2:
            file.write_bytes(other.read_bytes())
        case _:
            (folder / "course/media/new.svg").write_text(f"<svg>{draw.random()}</svg>")


def walk(author: Author, draw: Random, steps: int) -> None:
    """Edit the course at random; what breaks it is taken back, though not at once."""
    good = author.folder.with_name("good")
    shutil.copytree(author.folder, good)
    for _ in range(steps):
        files = sorted([*author.folder.glob("course/*.yaml"), *author.folder.glob("questions/*.yaml")])
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            file = draw.choice(files)
            if draw.random() < 0.85:
                _line(draw, file)
            else:
                _other(draw, author.folder)
                break
        sound = author.judge().course is not None
        if sound or draw.random() < 0.6:
            here, there = (author.folder, good) if sound else (good, author.folder)
            shutil.rmtree(there)
            shutil.copytree(here, there)


@pytest.mark.parametrize("project", ["every-block", "every-item-type", "harbour"])
def test_edits_at_random(project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(PROJECTS / project, tmp_path / "course")
    walk(Author(folder, monkeypatch), Random(project), 25)  # noqa: S311 - a test, and no secret


def test_edits_of_several_banks_at_random(author: Author) -> None:
    walk(author, Random("synthetic"), 40)  # noqa: S311 - a test, and no secret


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("project", ["every-block", "every-item-type", "harbour", "synthetic"])
def test_many_edits_at_random(
    project: str, seed: int, tmp_path: Path, synthetic: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = synthetic() if project == "synthetic" else shutil.copytree(PROJECTS / project, tmp_path / "course")
    walk(Author(folder, monkeypatch), Random(f"{project} {seed}"), 100)  # noqa: S311 - a test, and no secret
