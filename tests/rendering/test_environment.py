from pathlib import Path

import pytest
from jinja2 import Environment, TemplateNotFound

from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.course_templates import CourseEnvironment
from kitbag.rendering.environment import make_environment
from kitbag.rendering.template_limits import CourseTemplateError
from kitbag.rendering.theme_code import ThemeEnvironment

SIGNS = "site/signs.html"


def environment(folder: Path | None, language: str = "en") -> Environment:
    return make_environment(folder=folder, catalogue=catalogue_for(language), language=language)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "site").mkdir(parents=True)
    return tmp_path


def put(own: Path, name: str, text: str) -> None:
    (own / "templates" / name).write_text(text, encoding="utf-8")


def test_a_course_overrides_a_template_of_the_theme(own: Path) -> None:
    put(own, SIGNS, "mine")
    assert environment(own).get_template(SIGNS).render() == "mine"
    assert environment(None).get_template(SIGNS).render().strip() == ""


def test_a_course_can_build_on_the_template_it_overrides(own: Path) -> None:
    put(own, SIGNS, '{% from "theme/site/signs.html" import sign %}mine {{ sign("done") }}')
    assert environment(own).get_template(SIGNS).render().startswith("mine <svg")


@pytest.mark.parametrize("name", ["../outside.html", "site/../../outside.html", "link.html", "/etc/passwd", "big.html"])
def test_no_template_comes_from_outside_the_folder(own: Path, name: str) -> None:
    (own / "outside.html").write_text("outside", encoding="utf-8")
    (own / "templates" / "link.html").symlink_to(own / "outside.html")
    put(own, "big.html", "x" * 1_000_001)
    with pytest.raises(TemplateNotFound):
        environment(own).get_template(name)


@pytest.mark.parametrize(
    "code",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ t.__globals__ }}",
        "{% set x = [] %}{{ x.append(1) }}",
        "{{ range(10000000) }}",
    ],
)
def test_templates_of_a_course_run_in_a_sandbox(own: Path, code: str) -> None:
    put(own, "x.html", code)
    with pytest.raises(CourseTemplateError):
        environment(own).get_template("x.html").render()


def test_what_is_not_there_is_an_error(own: Path) -> None:
    put(own, "x.html", "{{ nothing }}")
    with pytest.raises(CourseTemplateError, match="'nothing' is undefined"):
        environment(own).get_template("x.html").render()


def test_text_is_escaped_and_filters_are_there(own: Path) -> None:
    put(
        own,
        "x.html",
        '{{ text }} {{ "**b**" | inline }} {{ t("site.search") }} {{ language }} {{ direction }} {{ 61 | duration }}',
    )
    made = environment(own, "ar").get_template("x.html").render(text="<&>")
    search, hour = ('<span lang="en" dir="ltr">' + text + "</span>" for text in ("Search", "1 h 1 min"))
    assert made == f"&lt;&amp;&gt; <strong>b</strong> {search} ar rtl {hour}"


@pytest.mark.parametrize("brand", [False, True])
def test_without_templates_of_its_own_a_course_has_the_theme_alone(own: Path, brand: bool) -> None:
    (own / "templates" / "site").rmdir()
    if brand:
        put(own, "brand.css", ":root {}")
    assert isinstance(environment(own), ThemeEnvironment)


def in_sandbox(own: Path, name: str) -> bool:
    return isinstance(environment(own).get_template(name).environment, CourseEnvironment)


def test_the_sandbox_is_for_templates_of_a_course_and_those_that_show_one(own: Path) -> None:
    put(own, "about.html", "mine")
    put(own, SIGNS, "mine {% macro sign(name) %}{% endmacro %}")
    assert in_sandbox(own, "about.html")
    assert in_sandbox(own, "site/about.html"), "it shows a template whose name is known only when the page is made"
    assert in_sandbox(own, SIGNS)
    assert in_sandbox(own, "site/page.html"), "it imports the course's signs"
    assert in_sandbox(own, "site/lesson.html"), "it extends a template that does"
    assert in_sandbox(own, "site/blocks/notice.html")
    assert not in_sandbox(own, "quiz/quiz.html")
    assert not in_sandbox(own, "handouts/base.html")


def test_a_template_chosen_from_several_runs_where_it_would_alone(own: Path) -> None:
    put(own, "key.html", "mine")
    choose = environment(own).select_template
    assert choose(["key.html", "handouts/key.html"]).render() == "mine"
    assert isinstance(choose(["exam.html", "handouts/exam.html"]).environment, ThemeEnvironment)
    with pytest.raises(TemplateNotFound):
        choose(["none.html", "handouts/none.html"])


def test_the_theme_beside_a_course_s_templates_can_t_reach_them(own: Path) -> None:
    put(own, SIGNS, "mine")
    put(own, "about.html", "mine")
    beside = environment(own).get_template("quiz/quiz.html").environment
    assert beside.get_template(SIGNS).render().strip() == ""
    with pytest.raises(TemplateNotFound):
        beside.get_template("about.html")


def test_with_templates_of_a_course_those_of_the_theme_keep_its_rules(own: Path) -> None:
    put(own, SIGNS, "mine")
    made = environment(own)
    assert isinstance(made, CourseEnvironment)
    loader = made.loader
    assert loader
    for name in (SIGNS, "theme/site/breadcrumbs.html"):
        source, file, _ = loader.get_source(made, name)
        code = made.compile(source, name, file, raw=True)
        assert "environment.attribute(" not in code
        assert "environment.escaped(" not in code
