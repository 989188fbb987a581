"""`kitbag templates` shows which templates a course may replace, and copies one without losing anything."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.rendering.theme_list import theme_templates

PROJECTS = Path(__file__).parent / "projects"
THEME = Path(__file__).parents[1] / "src/kitbag/templates"


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "harbour", tmp_path / "harbour")


def kitbag(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return result.exit_code, result.output


def rows(folder: Path) -> dict[str, tuple[str, str]]:
    code, output = kitbag("templates", "list", "-C", folder)
    assert code == 0
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if "│" in line]
    return {name: (purpose, own) for name, purpose, own in cells}


def test_every_template_says_what_it_is_for() -> None:
    assert [name for name, purpose in theme_templates().items() if not purpose.endswith(".")] == []
    assert {"site/lesson.html", "handouts/exam.html", "instructor/index.html"} <= theme_templates().keys()
    assert "packages/launch.html" not in theme_templates()
    assert "reports/coverage.html" not in theme_templates()


def test_the_list_says_which_the_course_has(harbour: Path) -> None:
    (harbour / "templates/site").mkdir(parents=True)
    for name in ("brand.css", "site/lesson.html", "certificate.html"):
        (harbour / "templates" / name).write_text("")
    found = rows(harbour)
    assert found.keys() == {"brand.css", "about.html", *theme_templates()}
    assert found["site/lesson.html"] == ("A lesson.", "yes")
    assert found["site/module.html"][1] == ""
    assert {name for name, (_, own) in found.items() if own} == {
        "brand.css",
        "site/lesson.html",
        "handouts/certificate.html",
    }


@pytest.mark.parametrize("name", ["handouts/certificate.html", "certificate.html", "templates/certificate.html"])
def test_a_copy_is_the_template_of_the_theme(name: str, harbour: Path) -> None:
    code, output = kitbag("templates", "copy", name, "-C", harbour)
    copied = harbour / "templates/handouts/certificate.html"
    assert (code, copied.read_bytes()) == (0, (THEME / "handouts/certificate.html").read_bytes())
    assert output.splitlines() == [
        f"Wrote {copied}.",
        (
            "This page no longer follows the theme when Kitbag is updated. To change only a part of it, write"
            ' {% extends "theme/handouts/certificate.html" %} and the blocks you change, and nothing else.'
        ),
        "Its blocks: sheet, css, running, body.",
        f"Next: edit {copied}, then run: kitbag check -C {harbour} && kitbag preview -C {harbour}",
    ]


def test_every_copy_gives_the_pages_of_the_theme(harbour: Path) -> None:
    command = ("build", "-C", harbour, "--only", "site", "--only", "tests")
    kitbag(*command)
    before = {path: path.read_bytes() for path in (harbour / "build").rglob("*.html")}
    for name in theme_templates():
        assert kitbag("templates", "copy", name, "-C", harbour)[0] == 0
    assert kitbag(*command)[0] == 0
    assert {path: path.read_bytes() for path in (harbour / "build").rglob("*.html")} == before


@pytest.mark.parametrize("there", ["handouts/exam.html", "exam.html"])
def test_what_is_there_is_left_alone(there: str, harbour: Path) -> None:
    own = harbour / "templates" / there
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    message = f"{own} is there already, and was left as it is.\n"
    assert kitbag("templates", "copy", "exam.html", "-C", harbour) == (1, message)
    assert own.read_text() == "mine"
    assert [path for path in (harbour / "templates").rglob("*.html") if path != own] == []


def test_colours_begin_with_those_of_a_small_course(harbour: Path) -> None:
    code, output = kitbag("templates", "copy", "brand.css", "-C", harbour)
    assert code == 0
    assert (harbour / "templates/brand.css").read_bytes() == (THEME / "skeleton/templates/brand.css").read_bytes()
    assert [line.partition(" ")[0] for line in output.splitlines()] == ["Wrote", "Next:"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("site/leson.html", 'The theme has no template "site/leson.html". Did you mean "site/lesson.html"?'),
        ("../course/course.yaml", 'The theme has no template "../course/course.yaml". See: kitbag templates list'),
        ("packages/launch.html", 'The theme has no template "packages/launch.html".'),
    ],
)
def test_a_name_that_is_not_known(name: str, hint: str, harbour: Path) -> None:
    code, output = kitbag("templates", "copy", name, "-C", harbour)
    assert code == 2
    assert hint in re.sub(r"\s+", " ", output)
    assert not (harbour / "templates").exists()


def test_a_folder_without_a_course_gets_nothing(tmp_path: Path) -> None:
    assert kitbag("templates", "copy", "site/lesson.html", "-C", tmp_path) == (
        1,
        f'There is no course in {tmp_path}: it has no file "course/course.yaml".\n',
    )
    assert list(tmp_path.iterdir()) == []
