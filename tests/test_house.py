"""What holds for every file of the project, and a machine can see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from children import run

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "kitbag"
MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file that belongs to the project; skips where the project is not under git (an unpacked sdist)."""
    listing = run(["git", "ls-files", "-z"], cwd=ROOT)
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


# --- Files ---------------------------------------------------------------------------------------------------------

GATE = ("inside.py", "files.py")
"""What looks names up below a folder that a stranger may have filled; everyone else asks these."""
OUTSIDE_THE_GATE = {
    "a folder held open by the gate": {
        "build.py": {"is_dir", "is_symlink", "iterdir", "listdir"},
        "commands/testing.py": {"glob", "unlink"},
        "course/load.py": {"is_file"},
        "exporters/companions.py": {"lstat", "unlink"},
        "ledger.py": {"open", "scandir", "is_symlink", "is_file", "is_dir", "stat", "lstat", "listdir"},
        "preview/watching.py": {"is_symlink", "stat", "lstat"},
        "results/place.py": {"chmod", "stat"},
        "results/sittings.py": {"lexists", "rename", "unlink", "replace"},
    },
    "a new folder that this process made": {
        "exporters/archive.py": {"mkdir", "NamedTemporaryFile", "ZipFile", "open", "chmod", "replace", "unlink"},
        "exporters/manifest.py": {"open", "stat"},
        "results/store_file.py": {"mkdtemp", "write_bytes", "open", "connect", "rmtree", "listdir", "unlink"},
        "rendering/paper_fonts.py": {"TemporaryDirectory", "write_text", "glob"},
    },
    "Kitbag's own files": {
        "exporters/epub.py": {"read_text"},
        "exporters/guides.py": {"read_text"},
        "exporters/single.py": {"read_text"},
        "exporters/units.py": {"read_text"},
        "rendering/catalogue.py": {"read_text", "is_file"},
        "rendering/compiled.py": {"read_bytes", "mkdir"},
        "rendering/contents.py": {"read_text"},
        "rendering/kits.py": {"read_text"},
        "rendering/pages.py": {"read_text"},
        "rendering/panel.py": {"read_bytes"},
        "rendering/theme_code.py": {"read_bytes"},
        "rendering/theme_list.py": {"rglob", "read_text", "is_file"},
    },
    "a path that a user named": {
        "commands/exporting.py": {"is_dir"},
        "commands/lessons.py": {"resolve"},
        "commands/shared.py": {"resolve"},
        "course/documents/read.py": {"resolve"},
        "exporters/checking/folder.py": {"open", "resolve", "iterdir"},
        "exporters/checking/registry.py": {"open"},
        "results/gather.py": {"is_dir", "is_symlink", "resolve"},
        "results/store.py": {"connect", "resolve"},
        "shipped.py": {"is_file", "exists", "is_dir", "iterdir", "rglob", "read_bytes", "rmtree"},
        "terminal/running.py": {"resolve"},
    },
    "bytes in memory": {
        "course/embedded.py": {"open"},
        "exporters/checking/archive.py": {"ZipFile", "open", "is_dir"},
    },
    "the system, or the folder of this user": {
        "cli.py": {"open"},
        "parallel.py": {"listdir"},
        "seals.py": {"open", "replace", "unlink", "realpath"},
        "seen.py": {"mkdir", "touch"},
        "userdata.py": {"mkdir", "lstat", "chmod"},
    },
}
"""Who else calls the file system, and what is behind the path in each case. Think twice before you add a line."""

_FILE_CALLS = {
    *("open", "read_bytes", "read_text", "write_bytes", "write_text", "touch", "copy2", "copyfile", "copytree", "move"),
    *("unlink", "rename", "rmdir", "rmtree", "mkdir", "makedirs", "symlink_to", "hardlink_to", "link", "chmod"),
    *("exists", "lexists", "is_file", "is_dir", "is_symlink", "stat", "lstat", "readlink", "resolve", "realpath"),
    *("iterdir", "glob", "rglob", "walk", "scandir", "listdir", "mkstemp", "mkdtemp", "connect", "ZipFile"),
    *("TemporaryDirectory", "NamedTemporaryFile"),
}


def file_calls(module: Path) -> set[str]:
    """Return the names of calls in a module that reach the file system."""
    found = set()
    for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func).rpartition(".")
        if name[2] == "replace":  # text has a method of this name too, which takes two arguments
            found |= {"replace"} if name[0] and len(call.args) == 1 else set()
        elif name[2] == "walk":  # trees have one as well
            found |= {"walk"} if name[0] == "os" else set()
        elif name[0] or name[2] in ("open", "TemporaryDirectory", "NamedTemporaryFile", "ZipFile"):
            found |= {name[2]} & _FILE_CALLS
    return found


def test_nobody_passes_by_the_gate_to_files() -> None:
    known = {name: calls for modules in OUTSIDE_THE_GATE.values() for name, calls in modules.items()}
    called = {
        name: calls
        for module in MODULES
        if (name := module.relative_to(PACKAGE).as_posix()) not in GATE and (calls := file_calls(module))
    }
    assert called == known


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
