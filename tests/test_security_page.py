"""SECURITY.md promises nothing that no test holds."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
PROMISED = PAGE.partition("## What is promised")[2].partition("## What isn't promised")[0]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tests/[\w./]+)`", PROMISED))))
def test_each_promise_names_tests_that_are_there(name: str) -> None:
    place = ROOT / name
    assert place.exists(), name
    assert any("def test_" in path.read_text("utf-8") for path in ([place] if place.is_file() else place.rglob("*.py")))


def test_no_promise_goes_without() -> None:
    promises = re.split(r"\n(?=- |\*\*To )", PROMISED)
    bare = [
        one
        for one in promises
        if one.startswith(("- ", "**To everyone", "**To someone who checks")) and "`tests/" not in one
    ]
    assert bare == []
