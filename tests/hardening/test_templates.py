"""Templates of a course folder from a stranger: they run no code, read no file, and come to an end."""

import importlib
import pkgutil
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jinja2.runtime import LoopContext
from template_crawl import Given, given_to_templates, texts

import kitbag.exporters
import kitbag.rendering
from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.preview.showing import Showing
from kitbag.preview.watching import snapshot
from kitbag.rendering import template_limits
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.course_templates import ATTRIBUTES, FILTERS, TESTS, CourseEnvironment
from kitbag.rendering.environment import make_environment
from kitbag.rendering.template_data import NotForTemplates, plain, shown
from kitbag.rendering.template_limits import CourseTemplateError

PROJECTS = Path(__file__).parent.parent / "projects"
PICKLE = "cos\\nsystem\\n(S'touch {}'\\ntR."


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "every-item-type", tmp_path / "course")


@pytest.fixture
def put(course: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = course / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return course

    return write


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def about(put: Callable[[str, str], Path], text: str) -> Result:
    return run("build", "-C", put("about.html", text), "--only", "site")


# --- What once ran code ------------------------------------------------------------------------------------------

ESCAPES = {
    "a method of a model": (
        "about.html",
        "site/about.html",
        '{{ course.parse_raw("' + PICKLE + '", content_type="x/pickle", allow_pickle=true) }}',
    ),
    "the environment": (
        "quiz/questions.html",
        "site/practice/m1.html",
        (
            "{{ context.environment.template_class(\"{{ cycler.__init__.__globals__.os.popen('touch {}').read() }}\")"
            ".render() }}"
        ),
    ),
    "a path in a page": ("site/page.html", "site/index.html", '{{ course.folder.joinpath("{}").write_text("x") }}'),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_what_once_ran_code_does_nothing_in_a_build(name: str, put: Callable[[str, str], Path], tmp_path: Path) -> None:
    file, _, text = ESCAPES[name]
    folder = put(file, text.replace("{}", str(tmp_path / "harm")))
    done = run("build", "-C", folder, "--only", "site")
    assert done.exit_code == 3, done.output
    assert f"templates/{file}:1:1: This template can't be used: " in done.output
    assert not (tmp_path / "harm").exists()
    assert not (folder / "build" / "site").exists()
    assert run("build", "-C", folder, "--only", "site", "--no-templates").exit_code == 0


@pytest.mark.parametrize("name", ESCAPES)
def test_what_once_ran_code_does_nothing_in_a_preview(
    name: str, put: Callable[[str, str], Path], tmp_path: Path
) -> None:
    file, page, text = ESCAPES[name]
    folder = put(file, text.replace("{}", str(tmp_path / "harm")))
    showing = Showing(folder)
    showing.refresh(snapshot(folder))
    shown = showing.page(page)
    assert shown is not None
    assert [(one.code, one.place.file) for one in shown.findings if one.code == "template"] == [
        ("template", f"templates/{file}")
    ]
    assert not (tmp_path / "harm").exists()
    put(file, "<p>Fine.</p>")
    showing.refresh(snapshot(folder))
    shown = showing.page("site/about.html")
    assert shown is not None
    assert shown.data is not None


def test_a_handout_reads_no_file(put: Callable[[str, str], Path]) -> None:
    folder = put("certificate.html", '{{ course.folder.joinpath("/etc/passwd").read_text() }}')
    done = run("certificate", "-C", folder)
    assert done.exit_code == 3
    assert (
        'templates/certificate.html:1:1: This template can\'t be used: a Course has no "folder" that templates may'
        " see. Fix it, or use --no-templates." in done.output
    )


# --- What there is ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> CourseEnvironment:
    folder = tmp_path_factory.mktemp("course")
    (folder / "templates").mkdir()
    (folder / "templates" / "any.html").write_text("")
    made = make_environment(folder=folder, catalogue=catalogue_for("en"), language="en")
    assert isinstance(made, CourseEnvironment)
    course = load_course(PROJECTS / "every-item-type").course
    assert course
    made.share(course=course.info, item=next(iter(course.items.values())), anchor=str)
    return made


VALUES = ("course", "item", "course.tests", "anchor", "t", '"x"', "1", "1.5", "[1]", "(1,)", '{"a": 1}', "none", "true",
          "course.review_by", "range", "namespace", "namespace(a=1)", "range(3)", '"x".upper', "''|safe")  # fmt: skip
NAMES = (
    "__class__ __init__ __globals__ __dict__ __mro__ __self__ __func__ __call__ __code__ _source _call format"
    " format_map mro model_fields parse_raw model_copy fields called functions gi_frame append update real"
    " encode strftime _Namespace__attrs".split()
)


@pytest.mark.parametrize("value", VALUES)
def test_no_attribute_leads_into_the_program(value: str, environment: CourseEnvironment) -> None:
    for name in NAMES:
        for code in (f"({value}).{name}", f"({value})['{name}']", f"[{value}]|map(attribute='{name}')|first"):
            with pytest.raises(CourseTemplateError):
                environment.from_string("{{ " + code + " }}").render()


@pytest.mark.parametrize(
    "code",
    [
        "{{ 'x'|attr('upper') }}",
        "{{ ['x']|map('attr', '__class__')|list }}",
        "{{ course|pprint }}",
        "{{ [1]|random }}",
        "{{ '%s'|format(course) }}",
        "{{ '%s' % course }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__ }}",
        "{{ joiner() }}",
        "{{ dict(a=1) }}",
        "{{ self.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ loop }}",
        "{{ course }}",
        "{{ course|string }}",
        "{{ [course]|join }}",
        "{{ '' ~ course }}",
        "{{ course|tojson }}",
        "{{ {'a': course}|tojson }}",
        "{{ anchor(namespace(a=1)) }}",
        "{{ anchor(anchor) }}",
        "{% for x in course %}{% endfor %}",
        "{% for x in [1] %}{{ loop.__init__ }}{% endfor %}",
        "{% for x in [1] %}{{ loop._iterable }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{% macro m() %}{{ caller._environment }}{% endmacro %}{% call m() %}{% endcall %}",
        "{% import 'site/signs.html' as signs %}{{ signs._body_stream }}",
        "{% import 'site/signs.html' as signs %}{{ signs.sign.name }}",
        "{% set ns = namespace() %}{% set ns.__class__ = 1 %}{{ ns._x }}",
        "{{ ()|sum(start=course) }}",
        "{% include course %}",
        "{% call anchor %}{% endcall %}",
        "{{ 'x' is attribute }}",
        "{{ 'x'.upper }}",
        "{{ {}.items }}",
        "{{ [1, 2] }}",
        "{% set course.id = 1 %}",
    ],
)
def test_what_is_not_listed_is_not_there(code: str, environment: CourseEnvironment) -> None:
    with pytest.raises((CourseTemplateError, Exception)) as refused:
        environment.from_string(code).render()
    assert refused.type.__module__.startswith(("kitbag.rendering", "jinja2")), refused


def test_no_name_with_an_underscore_can_be_imported(environment: CourseEnvironment) -> None:
    with pytest.raises(Exception, match="names starting with an underline can not be imported"):
        environment.from_string("{% from 'site/signs.html' import __init__ %}")


@pytest.mark.parametrize("value", [Path(), object(), open, {1, 2}, load_course, b"bytes", iter(())])
def test_nothing_but_data_passes_the_gate(value: object) -> None:
    for name in ("x", "course"):
        with pytest.raises(NotForTemplates):
            plain(value, name)
    with pytest.raises(NotForTemplates):
        plain([value])
    with pytest.raises(NotForTemplates):
        plain({"a": value})


def test_views_cannot_be_changed(environment: CourseEnvironment) -> None:
    view = environment.globals["course"]
    for change in (lambda: setattr(view, "title", "x"), lambda: delattr(view, "title")):
        with pytest.raises(AttributeError):
            change()


# --- Limits -------------------------------------------------------------------------------------------------------

LONG = "{% set n = namespace(t='a') %}{% for i in range(21) %}{% set n.t = n.t ~ n.t %}{% endfor %}"
TWICE = "{% for i in range(16) %}{% set n.l = n.l + n.l %}{% endfor %}"
ENDLESS = {
    "loops": ("{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}", "takes more than"),
    "empty loops": ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "steps"),
    "a long count": ("{{ range(10 ** 12) }}", "counts through more than"),
    "macros": (
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "takes more than",
    ),
    "a macro in itself": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "without end"),
    "a template in itself": ('{% include "about.html" %}', "without end"),
    "a doubled text": (
        '{% set n = namespace(t="x") %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}',
        "text",
    ),
    "an added text": (
        '{% set n = namespace(t="x") %}{% for i in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}',
        "text",
    ),
    "a replaced text": (
        '{% set n = namespace(t="xx") %}{% for i in range(99) %}{% set n.t = n.t|replace("x", "xxxx") %}{% endfor %}',
        "text",
    ),
    "a text times a number": ('{{ "x" * 10 ** 10 }}', "can't be used with"),
    "a padded text": ('{{ "x"|center(10 ** 10) }}', "center"),
    "a setting": ('{% autoescape "x" * 10 ** 10 %}{% endautoescape %}', "can't be used with"),
    "a joined text": ('{{ range(99999)|join("x" * 3) }}', "can't be used with"),
    "a long join": ('{% set d = range(9999)|join("-") %}{{ range(99999)|join(d) }}', "text"),
    "a list in itself": (
        "{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}",
        "list of more than",
    ),
    "a doubled list": (
        "{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}",
        "list of more than",
    ),
    "a power": ("{{ 9 ** 9 ** 9 }}", "number that is too large"),
    "squares": (
        "{% set n = namespace(i=3) %}{% for i in range(99) %}{% set n.i = n.i * n.i %}{% endfor %}",
        "number that is too large",
    ),
    "a fill": ("{{ [1]|batch(10 ** 9, 0)|list }}", "takes numbers up to"),
    "slices": ("{{ [1]|slice(10 ** 9)|list }}", "takes numbers up to"),
    "an exact number": ('{{ 1.5|round(10 ** 9, "ceil") }}', "takes numbers up to"),
    "a page": ("{% for a in range(99999) %}" + "x" * 9999 + "{% endfor %}", "text"),
    "a set text": ("{% set t %}{% for a in range(99999) %}" + "x" * 9999 + "{% endfor %}{% endset %}", "text"),
    "a block": ("{% block b %}{% for a in range(99999) %}" + "x" * 9999 + "{% endfor %}{% endblock %}", "text"),
    "a wide margin": ('{{ "x"|center(10 ** 9) }}', "No filter named"),
    "a wide wrap": ('{{ "x y"|wordwrap(1) }}', "No filter named"),
    "filler": ("{{ lipsum(n=10 ** 7) }}", "is undefined"),
    "comparisons": (
        (
            "{% set l = range(99999)|list %}{% set k = range(99999)|list %}"
            "{% for a in range(99999) %}{% if l == k %}{% endif %}{% endfor %}"
        ),
        "takes more than",
    ),
    "searches": (
        '{% set t = range(99999)|join %}{% for a in range(99999) %}{% if "99x" in t %}{% endif %}{% endfor %}',
        "takes more than",
    ),
    "a list of one long text": (
        LONG + "{% set n.l = [n.t] %}" + TWICE + "{{ n.l|sort|length }}",
        "texts that have more than",
    ),
    "a long text as JSON": (
        LONG + "{% set n.l = [n.t] %}" + TWICE + "{{ n.l|tojson|length }}",
        "texts that have more than",
    ),
    "what a macro was given": (
        (
            "{% set n = namespace(x=()) %}{% macro m() %}{% set n.x = varargs %}{% endmacro %}"
            "{% for i in range(99999) %}{{ m(n.x) }}{% endfor %}{{ n.x in {} }}"
        ),
        "lists inside one another",
    ),
    "copies that a macro keeps": (
        (
            "{% set n = namespace(x=()) %}{% macro m() %}{% set n.x = varargs %}{% endmacro %}"
            "{% set l = range(99999) %}{% for i in range(99999) %}{{ m(n.x, *l) }}{% endfor %}"
        ),
        "list of more than",
    ),
    "a namespace of copies": (
        (
            "{% set n = namespace(x=()) %}{% set l = range(60000) %}"
            "{% for i in range(99999) %}{% set n.x = namespace(a=n.x, b=l) %}{% endfor %}"
        ),
        "takes more than",
    ),
    "a search from the end": (LONG + "{% set k = 'b' ~ n.t[:999999] %}{{ n.t.rfind(k) }}", "steps"),
    "letters to strip": (LONG + "{% set k = n.t|replace('a', 'c') ~ 'a' %}{{ n.t.lstrip(k) }}", "steps"),
    "letters to trim": (LONG + "{% set k = n.t[:99999] %}{{ n.t|trim(k) }}", "steps"),
    "words to count": (LONG + "{{ n.t|wordcount }}", '"wordcount" is for texts of up to'),
    "a text cut up": (LONG + '{{ n.t.split("a") }}', '"split" is for texts of up to'),
    "a list of attributes": (LONG + "{{ [1]|sort(attribute=n.t|replace('a', ',')) }}", "besides what it filters"),
    "a filled in text": ("{{ '%999999999d' is even }}", '"even" is a test of a number, and this is a text'),
    "another filled in text": ("{{ '%999999999d' is divisibleby(3) }}", '"divisibleby" is a test of a number'),
    "signs beside markup": (LONG + "{% set k = n.t|replace('a', '&&&&') %}{{ (''|safe) ~ k }}", "text longer than"),
    "a long text for a function": (LONG + '{{ t("site.start", title=n.t) }}', "a function takes texts of up to"),
    "a recursive loop": ("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", '"recursive" loops are not'),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_work_without_end_is_one_clear_error(
    name: str, put: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_limits, "SECONDS", 3.0)
    text, message = ENDLESS[name]
    folder = put("about.html", text)
    showing = Showing(folder)
    showing.refresh(snapshot(folder))
    begun = time.process_time()
    shown = showing.page("site/about.html")
    assert time.process_time() - begun < 15
    assert shown is not None
    [wrong] = [one for one in shown.findings if one.code == "template"]
    assert wrong.place[:2] == ("templates/about.html", 1)
    assert message in wrong.message


NESTED = {
    "for": "{% for a in [1] %}\n" * 30 + "{% endfor %}" * 30,
    "if": "{% if true %}\n" * 120 + "{% endif %}" * 120,
    "macro": "".join(f"{{% macro m{number}() %}}\n" for number in range(30)) + "{% endmacro %}" * 30,
    "with": "{% with a = 1 %}\n" * 120 + "{% endwith %}" * 120,
    "brackets": "\n{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
    "lists": "\n{{ " + "[" * 300 + "1" + "]" * 300 + " }}",
    "sums": "\n{{ " + "1 + " * 3000 + "1 }}",
    "filters": "\n{{ 1" + "|abs" * 3000 + " }}",
    "many brackets": "\n{{ " + "(" * 30_000 + "1" + ")" * 30_000 + " }}",
}


@pytest.mark.parametrize("name", sorted(NESTED.keys() - {"brackets"}))
def test_deep_nesting_is_one_clear_error(name: str, put: Callable[[str, str], Path]) -> None:
    done = about(put, NESTED[name])
    assert done.exit_code == 3
    [line] = [line for line in done.output.splitlines() if "This template can't be used" in line]
    assert line.startswith("templates/about.html:")
    assert "nested too deeply" in line
    if name in ("for", "if"):
        assert not line.startswith("templates/about.html:1:"), "the line where it is too deep"


def test_as_deep_as_is_allowed_works(environment: CourseEnvironment) -> None:
    loops = (
        "{% for a in [1] %}{% if a %}" * 12
        + "{% include 'site/signs.html' ignore missing %}"
        + "{% endif %}{% endfor %}" * 12
    )
    assert environment.from_string(loops).render().strip() == ""
    for left, right in (("[", "]"), ("(", ",)"), ("anchor(", ")"), ("(1 + ", ")"), ("(1 if (", ") else 0)")):
        environment.from_string("{% set x = " + left * 30 + "1" + right * 30 + " %}").render()


@pytest.mark.parametrize("name", ["/x.html", "//x.html", "../templates/x.html", "a/../x.html"])
def test_a_template_is_named_from_templates(name: str, put: Callable[[str, str], Path]) -> None:
    put("x.html", "{% if %}")
    put("a/y.html", "")
    done = about(put, '{% include "' + name + '" %}')
    assert done.exit_code == 3
    assert f'templates/about.html:1:1: This template can\'t be used: there is no template "{name}".' in done.output


def test_a_lone_surrogate_names_the_template(put: Callable[[str, str], Path]) -> None:
    done = about(put, '<p>\n{{ "\\ud800" }}</p>')
    assert done.exit_code == 3
    assert (
        "templates/about.html:2:1: This template can't be used: it holds half a character (a lone surrogate), which no"
        " file can hold. Fix it, or use --no-templates." in done.output
    )


def test_a_large_template_is_refused(put: Callable[[str, str], Path]) -> None:
    done = about(put, "x" * 250_001)
    assert "templates/about.html:1:1: This template can't be used: it is larger than 250,000 bytes." in done.output
    done = about(put, "{{a}}" * 40_000)
    assert "it has more than 30,000 parts" in done.output


# --- What works as ever -------------------------------------------------------------------------------------------


def test_a_course_still_sets_its_own_pages(put: Callable[[str, str], Path]) -> None:
    folder = put("about.html", "<p>{{ course.title }}, reviewed by {{ course.review_by | day }}.</p>")
    put(
        "site/start.html",
        '{% extends "theme/site/start.html" %}{% block content %}<p id="mine">{% for module in modules %}'
        "{{ loop.index }}. {{ module.title | upper }} ({{ module.lessons | length }})"
        "{{ ', ' if not loop.last }}{% endfor %}</p>{{ super() }}{% endblock %}",
    )
    put("brand.css", ":root { --accent: #123456; }")
    done = run("build", "-C", folder, "--only", "site")
    assert done.exit_code == 0, done.output
    info = load_course(folder).course
    assert info
    assert f"<p>{info.info.title}, reviewed by " in (folder / "build/site/about.html").read_text()
    start = (folder / "build/site/index.html").read_text()
    assert '<p id="mine">1. ' in start
    assert 'id="modules-title"' in start, "the built-in block is there, too"


# --- The crawl ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    """What every template of the theme is given, where a course has templates of its own."""
    from kitbag.build import Settings, build_course
    from kitbag.rendering.paper import documents
    from kitbag.rendering.paper_certificate import certificate
    from kitbag.rendering.paper_exams import draw_forms, exam

    with pytest.MonkeyPatch.context() as patch:
        found = given_to_templates(patch)
        for project in ("every-block", "every-item-type"):
            here = tmp_path_factory.mktemp(project)
            folder = shutil.copytree(PROJECTS / project, here / "course")
            (folder / "templates").mkdir(exist_ok=True)
            (folder / "templates" / "any.html").write_text("")
            course = load_course(folder).course
            assert course
            settings = Settings(here / "build", ("site", "tests", "packages"), folder)
            assert [one for one in build_course(course, settings, lambda _: None) if one.code == "template"] == []
            papers = documents(course, size="a4", templates=folder)
            for test in course.info.tests:
                papers += exam(
                    course, draw_forms(course, test.id, variants=1, seed="1"), size="a4", templates=folder
                ).documents
            papers.append(certificate(course, None, size="a4", templates=folder, path="x.pdf"))
            for paper in papers:
                paper.html()
        yield found


def test_every_template_sees_plain_data_and_nothing_else(given: Given) -> None:
    crawled = set()
    for name, environment, values in given:
        # One of each name and shape: a page of a kind is given the same things as the next.
        if (name, len(values)) in crawled:
            continue
        crawled.add((name, len(values)))
        assert list(texts(environment, values)), name
    rendered = {name.removeprefix("theme/") for name, _ in crawled}
    theme = Path(__file__).parents[2] / "src/kitbag/templates"
    pages = {
        path.relative_to(theme).as_posix()
        for part in ("site", "quiz", "tests", "handouts", "instructor", "packages")
        for path in (theme / part).rglob("*.html")
    }
    partial = {"site/page.html", "site/signs.html", "site/breadcrumbs.html", "site/contents.html", "quiz/items.html",
               "tests/page.html", "handouts/base.html", "handouts/parts.html", "handouts/blocks.html",
               "packages/beside.html"}  # fmt: skip
    theme_alone = {"packages/launch.html", "packages/lesson.html", "packages/single.html"}
    assert pages - rendered == partial | theme_alone


# --- The reference ------------------------------------------------------------------------------------------------


def rows(heading: str) -> dict[str, list[str]]:
    """Return a table of docs/templates.md: the names in the second column by what is in the first."""
    page = (Path(__file__).parents[2] / "docs/templates.md").read_text("utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return {first.strip("`"): re.findall("`([^`]+)`", second) for first, second in lines}


def test_the_reference_has_every_name_of_every_template(given: Given) -> None:
    table = {name: set(names) for name, names in rows("Names").items()}
    always = table.pop("every template")
    for part in ("site", "tests", "handouts"):
        shared = table.pop(f"every template of `{part}/")
        found = {name for template, made, _ in given if template.startswith(part) for name in made.globals}
        assert found == shared | always
    own: dict[str, set[str]] = {}
    for template, environment, values in given:
        if template not in (None, "None"):  # another test of this run rendered a text without a name
            own.setdefault(template, set()).update(values.keys() - environment.globals.keys())
    assert own == table


def test_the_reference_has_every_field() -> None:
    # Models are listed where they are defined, so all of them have to be imported.
    for package in (kitbag.rendering, kitbag.exporters):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    assert rows("Fields") == {model.__name__.lstrip("_"): list(fields) for model, fields in shown().items()}


def test_the_reference_has_every_filter_test_and_method() -> None:
    page = (Path(__file__).parents[2] / "docs/templates.md").read_text("utf-8")
    for heading, names in (("Filters", FILTERS), ("Tests", TESTS)):
        listed = page.partition(f"\n## {heading}\n\n")[2].partition(".\n")[0]
        assert set(re.findall("`([^`]+)`", listed)) == names
    methods = page.partition("A text has these methods:\n\n")[2].partition(".\n")[0]
    assert set(re.findall("`([^`]+)`", methods)) == ATTRIBUTES[str]
    loop = page.partition("\nA loop has ")[2].partition(".\n")[0]
    assert set(re.findall("`([^`]+)`", loop)) == ATTRIBUTES[LoopContext]


# --- The first time -----------------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITBAG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def told(done: Result) -> list[str]:
    return [line for line in done.output.splitlines() if "new to this machine" in line]


@pytest.mark.usefixtures("state")
def test_templates_are_introduced_once(put: Callable[[str, str], Path]) -> None:
    folder = put("about.html", "<p>One.</p>")
    [line] = told(run("build", "-C", folder, "--only", "site"))
    assert line.startswith(f"The templates in {folder / 'templates'} are new to this machine (digest ")
    assert line.endswith(
        "They shape the pages; they can't run programs or read files. Use --no-templates to leave them out."
    )
    shutil.rmtree(folder / "build")
    assert told(run("build", "-C", folder, "--only", "site")) == []
    assert told(run("certificate", "-C", folder)) == []
    put("about.html", "<p>Two.</p>")
    assert told(run("certificate", "-C", folder, "--no-templates")) == []
    assert len(told(run("certificate", "-C", folder))) == 1
    assert not list(folder.rglob("*seen*"))


def test_where_nothing_can_be_kept_they_are_introduced_each_time(put: Callable[[str, str], Path], state: Path) -> None:
    state.write_text("no folder")
    folder = put("about.html", "<p>One.</p>")
    for _ in range(2):
        shutil.rmtree(folder / "build", ignore_errors=True)
        assert len(told(run("build", "-C", folder, "--only", "site"))) == 1


@pytest.mark.usefixtures("state")
def test_a_style_sheet_alone_is_no_template(put: Callable[[str, str], Path]) -> None:
    assert told(run("build", "-C", put("brand.css", ":root {}"), "--only", "site")) == []


def test_a_preview_can_leave_templates_out(put: Callable[[str, str], Path]) -> None:
    folder = put("about.html", '<p id="mine"></p>')
    for templates in (True, False):
        showing = Showing(folder, templates=templates)
        showing.refresh(snapshot(folder))
        shown = showing.page("site/about.html")
        assert shown is not None
        assert shown.data is not None
        assert (b'<p id="mine">' in shown.data) is templates
    assert "--no-templates" in run("preview", "--help").output
