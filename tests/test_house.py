"""What holds for every file of the project, and a machine can see."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "kitbag"
MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file that belongs to the project; skips where the project is not under git (an unpacked sdist)."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts(paths: list[Path]) -> list[tuple[str, str]]:
    """Return the name and text of every text file, this one apart: it names what it looks for."""
    found = []
    for path in paths:
        if path == Path(__file__):
            continue
        data = path.read_bytes()
        if b"\0" not in data:
            found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8")))
    return found


FORBIDDEN = {
    "a folder of one machine": r"(?<![\w.-])/(?:root|home/\w+|Users/\w+|work)/",
    "the address of a registry": r"""index-url\s*=|"resolved"\s*:|https?://(?:registry|mirror|pypi|files)\.""",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_knows_the_machine_it_was_written_on(what: str, tracked: list[Path]) -> None:
    pattern = re.compile(FORBIDDEN[what])
    hits = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts(tracked)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert hits == []


def test_text_files_end_with_one_line_break_and_have_no_carriage_returns(tracked: list[Path]) -> None:
    wrong = [
        name
        for name, text in texts(tracked)
        if not name.startswith(
            ("tests/cases/", "tests/projects/", "tests/golden/", "tests/fuzz/seeds/")
        )  # broken on purpose, some of them
        and text
        and ("\r" in text or not text.endswith("\n") or text.endswith("\n\n"))
    ]
    assert wrong == []


def test_no_tracked_file_is_large(tracked: list[Path]) -> None:
    assert [path.name for path in tracked if path.stat().st_size > 300_000] == []


def test_templates_are_data() -> None:
    assert list((PACKAGE / "templates").rglob("*.py")) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_keep_their_private_names_to_themselves(module: Path) -> None:
    taken = [
        f"from {node.module} import {alias.name}"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kitbag")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert taken == []


def test_every_string_that_is_asked_for_is_in_the_catalogue() -> None:
    file = PACKAGE / "templates" / "strings.en.yaml"
    tree = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text
    known = set(keys_of(tree))
    asked = re.compile(r"""\b(?:t|text)\(\s*["']([a-z_]+(?:\.[\w-]+)+)["']\s*[,)]""")
    missing = [
        f"{path.relative_to(PACKAGE)}: {key}"
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in {".py", ".html"}
        for key in asked.findall(path.read_text(encoding="utf-8"))
        if key not in known and f"{key}.other" not in known
    ]
    assert missing == []


def keys_of(tree: object, above: str = "") -> Iterator[str]:
    """Return the whole key of every string: `quiz.submit`."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from keys_of(value, f"{above}.{key}" if above else key)
    else:
        yield above
