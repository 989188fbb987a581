"""The table of limits in docs/how-it-works.md says what the code does, and names tests that there are."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = re.findall(
    r"^\| ([^|]*) \| ([^|]*) \| ([^|]*) \|$",
    (ROOT / "docs/how-it-works.md").read_text("utf-8").partition("## How much a reader reads")[2].partition("\n## ")[0],
    re.MULTILINE,
)[1:]
UNITS = {"MiB": 1024**2, "GiB": 1024**3}
LIMITS = [limit for _, limits, _ in ROWS for limit in re.findall(r"`([\w.]+)` ([0-9,]+) ?(\w+)?", limits)]


def test_every_reader_has_a_row() -> None:
    assert len(ROWS) == 12
    assert len(LIMITS) == 31


@pytest.mark.parametrize(("name", "number", "unit"), LIMITS, ids=[name for name, _, _ in LIMITS])
def test_a_limit_is_what_the_table_says(name: str, number: str, unit: str) -> None:
    module, _, constant = name.rpartition(".")
    value = getattr(import_module(f"kitbag.{module}"), constant)
    assert value == int(number.replace(",", "")) * UNITS.get(unit, 1)


@pytest.mark.parametrize("row", ROWS, ids=[what for what, _, _ in ROWS])
def test_a_row_names_tests_that_there_are(row: tuple[str, str, str]) -> None:
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall("`([^`]+)`", row[2])) <= tests
