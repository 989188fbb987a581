"""course/strings.yaml: what it says is used everywhere, and what is wrong with it is reported where it stands."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import kitbag as kitbag_package
from kitbag.cli import main

TEA = Path(__file__).parents[1] / "projects/every-item-type"


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    return shutil.copytree(TEA, tmp_path / "tea")


def kitbag(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return f"{result.exit_code} {' '.join(result.output.split())}"


def speak(tea: Path, language: str, strings: str) -> None:
    file = tea / "course/course.yaml"
    file.write_text(file.read_text("utf-8").replace("language: en", f"language: {language}"), "utf-8")
    (tea / "course/strings.yaml").write_text(f"schema: strings/1\nstrings:\n{strings}", "utf-8")


def test_its_strings_are_on_every_screen(tea: Path) -> None:
    speak(tea, "en", "  site:\n    skip: Jump to the text\n  quiz.check: Look it up\n")
    assert kitbag("build", "-C", tea, "--only", "site", "--only", "tests").startswith("0 ")
    for page in [tea / "build/site/index.html", *sorted((tea / "build/tests").rglob("index.html"))[1:2]]:
        assert "Jump to the text" in page.read_text("utf-8")


def test_what_is_wrong_is_reported_at_its_line(tea: Path) -> None:
    speak(tea, "en", "  site:\n    serch: Find\n    skip: [a]\n  common: {edition: 'Ed. {number}'}\n")
    assert kitbag("check", "-C", tea) == (
        '1 course/strings.yaml:5:11: "site.skip" is a list. Write text, or strings with their keys. 1 error.'
    )
    speak(tea, "en", "  site:\n    serch: Find\n  common: {edition: 'Ed. {number}'}\n")
    assert (
        'course/strings.yaml:4:5: Kitbag has no interface string "site.serch". Did you mean "site.search"? '
        'course/strings.yaml:5:12: "common.edition" asks for {number}, which it is not given. It can hold {edition}. '
        "2 errors, "
    ) in kitbag("check", "-C", tea)


def test_a_language_without_an_interface_is_reported(tea: Path) -> None:
    speak(tea, "uk", "  site: {skip: До тексту}\n")
    printed = kitbag("check", "-C", tea)
    assert 'course/course.yaml:6:11: warning: Kitbag has no interface in "uk"' in printed
    assert "Translate them in course/strings.yaml; the author guide shows how." in printed


def test_no_word_of_a_course_is_kept_beside_the_code(tea: Path) -> None:
    word = "Zqxjverbatim"
    speak(tea, "en", f"  site:\n    skip: {word}\n")
    assert kitbag("build", "-C", tea, "--only", "site").startswith("0 ")
    theme = Path(kitbag_package.__file__).parent / "templates"
    assert [path for path in theme.rglob("*") if path.is_file() and word.encode() in path.read_bytes()] == []
