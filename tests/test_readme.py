"""The commands that README and CONTRIBUTING show do what those pages say, exactly as written.

A quick test reads each command as Kitbag would; a slow one runs them, in a course where a class sits its final test.
"""

import csv
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from children import KITBAG, run, started
from packages import PROJECT, small_course

from kitbag.cli import main
from kitbag.questions.assembly import Assembly
from kitbag.results.grid import read_grid, variant_of
from kitbag.results.sheet import as_written, key_response

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = (ROOT / "README.md", ROOT / "CONTRIBUTING.md")


def blocks(page: Path) -> list[list[tuple[str, list[str]]]]:
    """Return each block of commands that a page shows: the commands as written, each with the output shown below it."""
    found = []
    for text in re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        shown: list[tuple[str, list[str]]] = []
        for line in text.splitlines():
            if line.startswith("$ "):
                shown.append((line.removeprefix("$ "), []))
            else:
                shown[-1][1].append(line)
        found.append(shown)
    return found


def commands() -> Iterator[str]:
    """Yield every command that stands in a block, and every whole `kitbag` command in running text."""
    for page in PAGES:
        yield from (line for block in blocks(page) for line, _ in block)
        prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        yield from (" ".join(words.split()) for words in re.findall(r"`(kitbag\s[^`]*)`", prose))


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_each_command_can_be_given(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *words = shlex.split(line, comments=True)
    match program:
        case "kitbag":
            for word in words:  # files that the reader has
                if "." in word or word.isupper():
                    (tmp_path / word).touch()
            monkeypatch.chdir(tmp_path)
            read_as_kitbag_does(words)
        case "make":
            targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
            assert set(words) <= set(targets)
        case "cd":
            assert words == ["my-course"], "what the line above it made"
        case _:
            assert [program, *words] in ([*ways, "."] for ways in WAYS_TO_INSTALL)


def read_as_kitbag_does(words: list[str]) -> None:
    """Fail where a command, an option or a value is none of Kitbag's; run nothing."""
    command: click.Command = main
    with click.Context(main) as context:
        while isinstance(command, click.Group):
            _, found, words = command.resolve_command(context, words)
            assert found
            command = found
        command.make_context(command.name, words, parent=context)


WAYS_TO_INSTALL: Final = (("pip", "install"), ("pipx", "install"), ("uv", "tool", "install"))


@pytest.fixture
def at_home(tmp_path: Path) -> dict[str, str]:
    """The environment of someone who has installed Kitbag."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "kitbag").write_text(f'#!/bin/sh\nexec {shlex.join(KITBAG)} "$@"\n', "utf-8")
    (programs / "kitbag").chmod(0o755)
    return os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "BROWSER": "true"}


def follow(block: list[tuple[str, list[str]]], folder: Path, environment: dict[str, str]) -> str:
    """Type the commands of a block one after the other; return what they print. What is served is stopped at once."""
    said = ""
    for line, shown in block:
        words = shlex.split(line, comments=True)
        if words[0] == "cd":
            folder /= words[1]
            continue
        if words[:2] == ["kitbag", "preview"]:
            with started(["bash", "-c", f"exec {line}"], cwd=folder, env=environment, stderr=subprocess.PIPE) as child:
                for told in child.stderr:
                    if "Ctrl-C" in told:
                        child.send_signal(signal.SIGINT)
                assert child.wait(60) == 0
            continue
        done = run(["bash", "-c", line], cwd=folder, env=environment, check=True)
        if shown:
            assert done.stdout.splitlines() == shown, line
        said += done.stdout + done.stderr
    return said


def find(page: Path, beginning: str) -> list[tuple[str, list[str]]]:
    """Return the one block of a page whose first command begins like this."""
    (block,) = (block for block in blocks(page) if block[0][0].startswith(beginning))
    return block


def key_in(file: Path) -> None:
    """Type the answers of a class: of each paper, one sheet with all answers right and one left blank."""
    grid = read_grid(file.read_bytes(), file=file.name)
    sheets = [row for form in grid.forms.values() for row in sheets_of(form.code)]
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    first = 1 + next(number for number, row in enumerate(rows) if row[0] == "no")
    for row, sheet in zip(rows[first:], sheets, strict=False):
        row[1 : len(sheet) + 1] = sheet
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows(rows)


def sheets_of(code: str) -> Iterator[list[str]]:
    course = small_course()
    variant = variant_of("", Assembly(course.banks, course.info.tests).rebuild(code))
    yield [code, f"Ada {code}", *(as_written(entry, key_response(entry.item)) for entry in variant.entries)]
    yield [code, f"Bo {code}"]


@pytest.mark.slow
def test_a_class_is_tested_on_paper_as_the_readme_says(tmp_path: Path, at_home: dict[str, str]) -> None:
    course = shutil.copytree(PROJECT, tmp_path / "a tea course")
    printed = follow(find(ROOT / "README.md", "kitbag paper final"), course, at_home)
    (grid,) = (course / "results/grids").iterdir()
    assert f"{grid.relative_to(course)}: key the answers in here\n" in printed
    assert re.fullmatch(r"final-.+\.csv", grid.name), "the README names it so"
    key_in(grid)
    said = follow(find(ROOT / "README.md", "kitbag mark"), course, at_home)
    codes = [form.code for form in read_grid(grid.read_bytes(), file=grid.name).forms.values()]
    assert "Wrote 4 records" in said
    assert "Added 4, already there 0, refused 0" in said
    assert sorted(path.stem for path in (course / "build/certificates").glob("*.pdf")) == sorted(
        ["all-certificates", *(f"Ada-{code}-{code}" for code in codes)]
    )
    before = {path: path.read_bytes() for path in course.rglob("*.pdf")}
    again = follow(find(ROOT / "README.md", "kitbag mark"), course, at_home)
    assert "Added 0, already there 4, refused 0" in again
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.slow
def test_a_course_is_begun_as_the_readme_says(tmp_path: Path, at_home: dict[str, str]) -> None:
    follow(find(ROOT / "README.md", "kitbag init my-course"), tmp_path, at_home)
    assert (tmp_path / "my-course/build/site/index.html").is_file()


@pytest.mark.acceptance
@pytest.mark.parametrize("way", WAYS_TO_INSTALL, ids=lambda way: way[0])
def test_kitbag_is_installed_as_the_readme_says(way: tuple[str, ...], tmp_path: Path) -> None:
    venv.create(tmp_path / "tools", with_pip=True)
    programs = tmp_path / "tools/bin"
    if way[0] != "pip":
        run([programs / "pip", "install", "--quiet", way[0]], check=True)
    leave = ("PYTHON", "PIP_", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(leave)}
    environment |= {
        "PATH": f"{programs}:{tmp_path / 'bin'}:{environment['PATH']}",
        "HOME": str(tmp_path),
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "UV_TOOL_DIR": str(tmp_path / "uv"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_PYTHON": sys.executable,
    }
    done = run(["bash", "-c", " ".join([*way, "."])], cwd=ROOT, env=environment, check=True, longest=1200)
    assert "warning" not in f"{done.stdout}{done.stderr}".casefold()
    assert run(["kitbag", "--version"], cwd=tmp_path, env=environment, check=True).stdout.startswith("kitbag, version")
