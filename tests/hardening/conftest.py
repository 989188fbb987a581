"""The commands as programs, run where something is against them: no command may end in a traceback or hang."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag.cli import main

PROJECT = Path(__file__).parent.parent / "projects" / "every-item-type"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a course, a result brought in, and what every command needs."""
    here = tmp_path_factory.mktemp("prepared")
    tea = shutil.copytree(PROJECT, here / "tea")
    (here / "copy.txt").write_text("Water boils at a hundred degrees.\n\nTea was brought by ship in 1610.\n")
    (here / "other.txt").write_text("Cups are made of clay.\n\nPots were made of silver in the year 1702.\n")
    done = [
        ("sources", "add", here / "copy.txt", "-C", tea, "--id", "recorded", "--as-of", "2026-01-02"),
        ("paper", "final", "-C", tea, "--variants", "1"),
    ]
    for command in done:
        assert CliRunner().invoke(main, [str(word) for word in command]).exit_code == 0
    (printed,) = (tea / "results/grids").glob("final-*.csv")
    grid = printed.read_text("utf-8-sig")
    form = grid.partition("form,")[2][:9]
    (here / "grid.csv").write_text(grid.replace("1,,,,,,", f"1,{form},Ada,A,A,A,A", 1), "utf-8-sig")
    (here / "responses.json").write_text(json.dumps({"form": form, "responses": {}}))
    for command in (("mark", here / "grid.csv", "-C", tea), ("results", "add", tea / "build/results", "-C", tea)):
        assert CliRunner().invoke(main, [str(word) for word in command]).exit_code == 0
    (tea / "build/results").rename(here / "records")
    shutil.rmtree(tea / "build")
    return here


@pytest.fixture
def place(prepared: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to do harm in."""
    return shutil.copytree(prepared, tmp_path / "place")
