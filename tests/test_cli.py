"""The command line as its user meets it: what it prints, what it writes, and its exit code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kitbag import __version__
from kitbag.cli import main

PROJECTS = Path(__file__).parent / "projects"


def kitbag(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "minimal", tmp_path / "a course's folder ü")


def test_version() -> None:
    assert kitbag("--version").output == f"kitbag, version {__version__}\n"


def test_version_imports_neither_the_validator_nor_the_templates() -> None:
    late = ["pydantic", "jinja2", "weasyprint", "yaml"]
    script = f"import sys, kitbag.cli; print([name for name in {late} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_misspelled_command_is_guessed() -> None:
    result = kitbag("chek")
    assert result.exit_code == 2
    assert "No such command 'chek'" in result.output
    assert "'check'" in result.output


def test_a_misspelled_output_is_guessed(course: Path) -> None:
    result = kitbag("build", "-C", course, "--only", "siet")
    assert result.exit_code == 2
    assert 'There is no output "siet". Did you mean "site"?' in result.output


def test_check_of_a_sound_course(course: Path) -> None:
    result = kitbag("check", "-C", course)
    assert (result.output, result.exit_code) == ("Nothing to complain about.\n", 0)


def test_check_tells_all_mistakes_and_fails(course: Path) -> None:
    file = course / "questions/m1.yaml"
    file.write_text(
        file.read_text("utf-8").replace("key: b", "key: d").replace("id: w1", "id: w1\n    zebra: 1"), "utf-8"
    )
    result = kitbag("check", "-C", course)
    known = "cites, uncited, id, stem, rationale, objective, level, use, points, scenario, stimulus, picture, enemies"
    assert result.output == (
        'questions/m1.yaml:5:5: w1: There is no key "zebra" here. '
        f"Known here: {known}, waivers, type, options, key, shuffle, scoring, floor.\n"
        "1 error.\n"
    )
    assert result.exit_code == 1


def test_check_as_json(course: Path) -> None:
    file = course / "questions/m1.yaml"
    file.write_text(file.read_text("utf-8").replace("key: b", "key: d"), "utf-8")
    result = kitbag("check", "-C", course, "--format", "json")
    [finding] = [row for row in json.loads(result.output) if row["severity"] == "error"]
    assert finding == {
        "file": "questions/m1.yaml",
        "line": 14,
        "column": 10,
        "code": "unknown-id",
        "message": 'w1: key "d" is not an option (a, b, c).',
        "hint": "",
        "severity": "error",
    }
    assert result.exit_code == 1


def test_a_build_with_mistakes_writes_nothing_and_keeps_the_last_good_one(course: Path) -> None:
    assert kitbag("build", "-C", course, "--only", "site").exit_code == 0
    before = tree(course / "build")
    module = course / "course/m1.yaml"
    module.write_text(module.read_text("utf-8").replace("title: Water", "titel: Water"), "utf-8")
    result = kitbag("build", "-C", course, "--only", "site")
    assert result.exit_code == 1
    assert 'course/m1.yaml:3:1: There is no key "titel" here. Did you mean "title"?' in result.output
    assert "1 error. Nothing was written." in result.output
    assert tree(course / "build") == before


def test_two_builds_are_equal_byte_by_byte(course: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        result = kitbag("build", "-C", course, "--only", "site", "--into", tmp_path / name)
        assert result.exit_code == 0, result.output
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_build_leaves_the_course_alone_and_follows_into(course: Path, tmp_path: Path) -> None:
    before = tree(course)
    assert kitbag("build", "-C", course, "--only", "site", "--into", tmp_path / "out").exit_code == 0
    assert tree(course) == before
    assert (tmp_path / "out/site/index.html").read_text("utf-8").count("Boiling water") > 0


def test_an_unwritable_target_is_one_message(course: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the way")
    result = kitbag("build", "-C", course, "--only", "site", "--into", tmp_path / "out" / "build")
    assert result.exit_code == 3
    assert f"{tmp_path / 'out' / 'build'}: This cannot be written: Not a directory." in result.output


def test_findings_are_plain_without_a_terminal_and_with_no_color(course: Path) -> None:
    (course / "course/glossary.yaml").write_text("schema: glossary/1\nterms: [\n", "utf-8")
    command = [sys.executable, "-c", "from kitbag.cli import main; main()", "check", "-C", str(course)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout.startswith("course/glossary.yaml:3:1: A value is expected here.")


@pytest.mark.parametrize("kind", ["course", "module", "questions", "sources", "glossary"])
def test_schemas_describe_every_field(kind: str) -> None:
    schema = json.loads(kitbag("schema", kind).output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for definition in [schema, *schema["$defs"].values()]:
        for name, field in definition.get("properties", {}).items():
            assert field.get("description") or name == "type", (definition["title"], name)


def test_schemas_are_written_for_an_editor(tmp_path: Path) -> None:
    assert kitbag("schema", "--into", tmp_path).output == f"Wrote 5 schemas into {tmp_path}.\n"
    names = ["course", "glossary", "module", "questions", "sources"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.schema.json" for name in names]


def test_a_schema_needs_a_kind() -> None:
    result = kitbag("schema")
    assert result.exit_code == 2
    assert "Name a kind (course, module, questions, sources, glossary)" in result.output


def test_init_starts_a_course_that_checks(tmp_path: Path) -> None:
    result = kitbag("init", tmp_path / "new", "--skeleton")
    assert result.exit_code == 0, result.output
    assert "Next: cd" in result.output
    checked = kitbag("check", "-C", tmp_path / "new")
    assert checked.exit_code == 0, checked.output


def test_init_refuses_to_write_over_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = kitbag("init", tmp_path)
    assert result.exit_code == 1
    assert tree(tmp_path) == {"mine.txt": b"mine"}
