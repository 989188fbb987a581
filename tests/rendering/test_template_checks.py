"""Templates of a course are checked without running them, and each mistake is reported once by every command."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.preview.showing import Showing
from kitbag.preview.watching import snapshot
from kitbag.rendering.template_checks import check_templates
from kitbag.rendering.theme_list import theme_templates

PROJECTS = Path(__file__).parents[1] / "projects"
WAY = "Fix it, or use --no-templates."


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "harbour", tmp_path / "harbour")


def put(folder: Path, name: str, text: str) -> None:
    (folder / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "templates" / name).write_text(text, "utf-8")


def kitbag(*arguments: object) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return result.exit_code, result.output.splitlines()


LESSON = '{% extends "theme/site/lesson.html" %}\n'


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "site/lesson.html",
            "<p>\n{% if lesson %}\n<p>",
            (
                ":3:1: Unexpected end of template. Jinja was looking"
                " for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is"
                f" 'if'. {WAY}"
            ),
        ),
        (
            "site/lesson.html",
            '{% extends "theme/site/leson.html" %}',
            (f':1:1: there is no template "theme/site/leson.html". Did you mean "theme/site/lesson.html"? {WAY}'),
        ),
        (
            "about.html",
            '<p>\n{% include "xyz.txt" %}',
            f':2:1: there is no template "xyz.txt". {WAY}',
        ),
        (
            "certifcate.html",
            "",
            (
                ": warning: Nothing uses this file: the theme has no template of this name, and"
                ' none of the course includes it. Did you mean "certificate.html"?'
            ),
        ),
        (
            "strings.fr.yaml",
            "",
            (
                ": warning: Nothing uses this file: the theme has no template of this name, and"
                " none of the course includes it. Translate the interface in course/strings.yaml."
            ),
        ),
        (
            "site/lesson.html",
            LESSON + "{% block contnt %}{% endblock %}",
            (
                ':2:1: warning: The block "contnt" changes nothing: "theme/site/lesson.html" has'
                ' no block of this name. Did you mean "content"?'
            ),
        ),
        (
            "site/lesson.html",
            LESSON + "{% block content %}\n{{ leson.title }}{% endblock %}",
            (f':3:1: "leson" isn\'t among the names that it is given. Did you mean "lesson"? {WAY}'),
        ),
        (
            "site/lesson.html",
            LESSON + "{% block content %}\n{{ lesson.titel }}{% endblock %}",
            (f':3:1: a Lesson has no "titel" that templates may see. Did you mean "title"? {WAY}'),
        ),
        (
            "site/module.html",
            "{% for one in module.lessons %}\n{{ one.titel }}{% endfor %}",
            (f':2:1: a Lesson has no "titel" that templates may see. Did you mean "title"? {WAY}'),
        ),
        (
            "certificate.html",
            "{{ course.info.branding.colour }}",
            (f':1:1: a Branding has no "colour" that templates may see. {WAY}'),
        ),
        (
            "site/blocks/text.html",
            "{{ block.txt }}",
            (f':1:1: a TextBlock has no "txt" that templates may see. Did you mean "text"? {WAY}'),
        ),
        (
            "about.html",
            "{{ course.title | titel }}",
            f":1:1: No filter named 'titel'. {WAY}",
        ),
    ],
)
def test_a_mistake_gets_one_message(name: str, text: str, told: str, harbour: Path) -> None:
    put(harbour, name, text)
    found = [str(finding).replace("This template can't be used: ", "") for finding in check_templates(harbour)]
    assert found == [f"templates/{name}{told}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("site/lesson.html", LESSON + "{% block content %}{{ extra | default('') }}{{ super() }}{% endblock %}"),
        (
            "site/lesson.html",
            LESSON + "{% block content %}{% if extra is defined %}{{ extra }}{% endif %}{% endblock %}",
        ),
        ("site/lesson.html", LESSON + "{% block content %}{% block mine %}{{ number }}{% endblock %}{% endblock %}"),
        ("site/lesson.html", "{% set lesson = {'titel': 1} %}{{ lesson.titel }}"),
        ("site/lesson.html", "{% macro show(lesson) %}{{ lesson.titel }}{% endmacro %}{{ t('site.start') }}"),
        ("site/module.html", "{% for lesson in [] %}{{ lesson.titel }}{{ loop.index }}{% endfor %}"),
        ("site/lesson.html", "{% include 'mine.html' ignore missing %}"),
        ("about.html", "{{ course.title }}, {{ practice }}, {{ here }}"),
        ("README.md", "How we made these"),
        (".lesson.html.swp", "{% if"),
        ("brand.css", "p { color: red }"),
    ],
)
def test_what_may_be_so_is_left_alone(name: str, text: str, harbour: Path) -> None:
    put(harbour, name, text)
    assert [str(finding) for finding in check_templates(harbour)] == []


def test_a_template_of_the_course_may_use_another(harbour: Path) -> None:
    put(harbour, "site/lesson.html", '{% include "parts/mine.html" %}')
    put(harbour, "parts/mine.html", "{{ whatever.the.lesson.gives }}")
    assert list(check_templates(harbour)) == []


def test_nothing_is_wrong_with_the_theme(harbour: Path) -> None:
    for name in theme_templates():
        assert kitbag("templates", "copy", name, "-C", harbour)[0] == 0
    assert [str(finding) for finding in check_templates(harbour)] == []


def test_no_course_without_templates_is_looked_into(harbour: Path) -> None:
    assert list(check_templates(harbour)) == []


def test_check_and_build_and_preview_report_the_same_once(harbour: Path) -> None:
    put(harbour, "about.html", "<p>\n{{ course.titel }}")
    put(harbour, "certifcate.html", "")
    fault = (
        'templates/about.html:2:1: This template can\'t be used: a CourseInfo has no "titel" that templates may see.'
        f' Did you mean "title"? {WAY}'
    )
    stray = (
        "templates/certifcate.html: warning: Nothing uses this file: the theme has no template of this name, and none"
        ' of the course includes it. Did you mean "certificate.html"?'
    )

    def told(lines: list[str]) -> list[str]:
        return sorted(line for line in lines if line.startswith("templates/"))

    code, lines = kitbag("check", "-C", harbour)
    assert (code, told(lines)) == (1, [fault, stray])
    for _ in range(2):
        code, lines = kitbag("build", "-C", harbour, "--only", "site")
        assert (code, told(lines)) == (3, [fault, stray])
    assert not (harbour / "build/site").exists()
    code, lines = kitbag("build", "-C", harbour, "--only", "reports")
    assert (code, told(lines)) == (3, [fault, stray])
    code, lines = kitbag("build", "-C", harbour, "--only", "reports", "--no-templates")
    assert (code, told(lines)) == (0, [])

    showing = Showing(harbour)
    showing.refresh(snapshot(harbour))
    page = showing.page("site/about.html")
    assert page is not None
    assert [str(finding) for finding in page.findings if finding.place.file.startswith("templates")] == [fault, stray]
    assert page.stale

    put(harbour, "about.html", "<p>\n{{ course.title }}")
    for _ in range(2):  # made, and then found unchanged
        code, lines = kitbag("build", "-C", harbour, "--only", "site")
        assert (code, told(lines)) == (0, [stray])
    assert "Nothing has changed." in lines


def test_check_reports_templates_of_a_course_that_cannot_be_read(harbour: Path) -> None:
    put(harbour, "about.html", "{% if")
    (harbour / "course/course.yaml").write_text("schema: course/1\n")
    result = CliRunner().invoke(main, ["check", "-C", str(harbour), "--format", "json"])
    files = (
        [one["file"] for one in json.loads(result.stdout)["findings"]]
        if result.stdout.startswith("{")
        else [one["file"] for one in json.loads(result.stdout)]
    )
    assert "templates/about.html" in files
