"""Every reader of what others wrote, as a function of bytes that either does its work or refuses it in its own words.

A target raises where a promise is broken: another exception than the one that says no, code that would run on a page,
a file outside the folder.
"""

import contextlib
import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache, cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from click.testing import CliRunner
from fuzz_mutation import LARGEST
from fuzz_safe_html import dangers
from jinja2 import TemplateError, TemplateNotFound
from template_crawl import texts

from kitbag.build import Settings, build_course, keep_details, refresh_site, unchanged
from kitbag.cli import main
from kitbag.course.coverage import coverage
from kitbag.course.currency import currency
from kitbag.course.documents.blocks import DocumentError
from kitbag.course.documents.read import read_bytes
from kitbag.course.drift import compare
from kitbag.course.drift_report import drift_text
from kitbag.course.itemlint import lint_course
from kitbag.course.load import load_course
from kitbag.course.model import Course, CourseInfo, Glossary, Module
from kitbag.course.provenance import usage
from kitbag.course.readability import readability_notes
from kitbag.course.sources import Sources
from kitbag.course.sources_file import CannotEdit, Described, with_document, with_observations, with_pin
from kitbag.exporters.base import select
from kitbag.exporters.checking.folder import check_folder
from kitbag.exporters.checking.registry import check_package
from kitbag.exporters.deliveries import LEARNER_FORMATS, deliver
from kitbag.exporters.learner import RenderedCourse
from kitbag.exporters.manifest import NAME, listed_files, write_manifest
from kitbag.exporters.registry import EXPORTERS, export, write_export
from kitbag.fields import Model
from kitbag.findings import has_errors
from kitbag.ledger import LEDGER, OUTLINES, SKETCHES, Ledger
from kitbag.modelling import read_model
from kitbag.preview.serving import _Handler
from kitbag.preview.showing import Showing
from kitbag.preview.watching import snapshot
from kitbag.questions.assembly import Assembly
from kitbag.questions.form_id import NoFormId, read_form_id
from kitbag.questions.model import ItemBank
from kitbag.questions.scoring import BadResponse, score
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.course_templates import ATTRIBUTES, FILTERS, TESTS, CourseEnvironment
from kitbag.rendering.environment import make_environment
from kitbag.rendering.faults import TemplateFault, own_templates
from kitbag.rendering.markdown import MarkdownRenderer, plain
from kitbag.rendering.pages import render_site
from kitbag.rendering.paper import documents
from kitbag.rendering.paper_certificate import (
    Completion,
    certificate,
    certificate_code,
    certified,
    completion_of,
)
from kitbag.rendering.template_data import shown
from kitbag.results.allowances import allowances_for, allowed
from kitbag.results.answering import WrongAnswer, read_line
from kitbag.results.attempt import Attempt, ItemResult
from kitbag.results.essays import WrongSheet, marked
from kitbag.results.gather import Found
from kitbag.results.grid import NotAGrid, blank_grid, read_grid, variants_of
from kitbag.results.judging import Judge
from kitbag.results.marking import mark_grid
from kitbag.results.record import BadRecord, read_record, write_record
from kitbag.results.report import report
from kitbag.results.responses import WrongResponses, read_responses
from kitbag.results.roster import NotARoster, read_roster
from kitbag.results.session import TimeUp, begin, scored
from kitbag.results.sheet import UnclearMark, WrongCell, key_response, read_cell, sheet_entry
from kitbag.results.sittings import Desk, NoQuiz, form_quiz, open_quiz
from kitbag.results.store import open_store
from kitbag.results.store_file import NotAStore
from kitbag.results.visible import visible

PROJECTS: Final = Path(__file__).parent.parent / "projects"
COPY: Final = b"Water boils at a hundred degrees.\n\nTea was brought by ship in 1610, and later by train.\n"
WHEN: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Target:
    """A reader under fire."""

    run: Callable[[bytes, Path], None]
    """Reads the bytes; the folder is new and empty, to write into."""
    seeds: Callable[[], list[bytes]]
    """Right input to begin with."""


# --- Course files -----------------------------------------------------------------------------------------------

_KINDS: Final[Mapping[str, type[Model]]] = {
    "course.yaml": CourseInfo,
    "sources.yaml": Sources,
    "glossary.yaml": Glossary,
}


def _model_of(file: Path) -> type[Model]:
    return _KINDS.get(file.name, ItemBank if file.parent.name == "questions" else Module)


def _course_files() -> list[Path]:
    return sorted(PROJECTS.glob("*/*/*.yaml"))


def _yaml_file(data: bytes, _: Path) -> None:
    for model in (CourseInfo, Sources, Glossary, Module, ItemBank):
        value, _, findings = read_model(data, "course/x.yaml", model)
        assert (value is None) == has_errors(findings)
        for finding in findings:
            assert finding.message
            str(finding)


_NAME: Final = b"\x00file\x00"
"""Parts the name of a file from what it holds, so that one input is a whole project with one file changed."""


def _told(error: object) -> None:
    """Check that a refusal says something; the commands make visible what it quotes."""
    assert str(error).strip(), repr(error)


def _project(data: bytes, folder: Path) -> None:
    """Read a project with one file replaced, and make every page and print of it where nothing stops a build."""
    name, found, text = data.partition(_NAME)
    project, _, file = name.decode("ascii", "replace").partition("/")
    if not found or project not in ("every-block", "every-item-type") or file not in _files_of(project):
        return
    course_folder = shutil.copytree(PROJECTS / project, folder / "course")
    (course_folder / file).write_bytes(text)
    before = _tree(folder)
    loaded = load_course(course_folder)
    if loaded.course is not None:
        lint_course(loaded.course, loaded.places)
        list(coverage(loaded.course).findings(loaded.places))
        list(currency(loaded.course, loaded.places, today=WHEN.date()))
        list(readability_notes(loaded.course, loaded.places))
        for path, make in render_site(loaded.course, templates=None):
            page = make().decode() if path.endswith(".html") else ""
            wrong = list(dangers(page, whole=True)) if page else []
            assert not wrong, (path, wrong)
        for document in documents(loaded.course, size="a4", templates=None):
            # Pictures stand in what is printed; in an <img> no code of theirs runs.
            inside = "<img src='data:image/"
            wrong = [one for one in dangers(document.html(), whole=True) if not one.startswith(inside)]
            assert not wrong, (document.path, wrong)
    assert _tree(folder) == before


def _tree(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@cache
def _files_of(project: str) -> tuple[str, ...]:
    return tuple(
        path.relative_to(PROJECTS / project).as_posix() for path in sorted((PROJECTS / project).glob("*/*.yaml"))
    )


def _projects() -> list[bytes]:
    return [
        f"{project}/{file}".encode() + _NAME + (PROJECTS / project / file).read_bytes()
        for project in ("every-block", "every-item-type")
        for file in _files_of(project)
    ]


# --- Markdown and templates -------------------------------------------------------------------------------------


def _markdown(data: bytes, _: Path) -> None:
    text = data.decode("utf-8", "replace")
    for xhtml in (False, True):
        renderer = MarkdownRenderer(xhtml=xhtml, table_label="Table")
        for made in (renderer.block(text), renderer.inline(text)):
            wrong = list(dangers(f"<!doctype html><title>x</title><body>{made}", whole=False))
            assert not wrong, wrong
            assert "<img" not in made
    plain(text)


MARKDOWN: Final = (
    b'# A *b* **c** `d`\n\ntext [a](https://example.org/ "t") <https://x.example> ![p](x.png)\n\n- a\n  - b\n\n1. c\n',
    b"| a | b |\n|:--|--:|\n| `c|` | d \\| e |\n\n> q\n> > r\n\n```py\nx\n```\n\n---\n\na  \nb\\\nc &amp; &#65;\n",
    b"[a]: <javascript:alert(1)> 'x'\n\n[a] [b][a] [javascript](java&#115;cript:x) <b onclick=x> <!-- c -->\n\n\td\n",
    b"***a** b* _c_ __d__ ~~e~~ \\* \\[x\\](y) http://bare.example Setext\n===\n\nx\n---\n",
)


def _template(data: bytes, folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates" / "about.html").write_bytes(data)
    course = _tea().course
    environment = make_environment(folder=folder, catalogue=catalogue_for("en"), language="en")
    try:
        with own_templates(folder):
            environment.get_template("about.html").render(course=course.info, items=list(range(3)))
    except TemplateFault as fault:
        _told(fault.place)
    except TemplateNotFound as error:  # it is no text, so no template
        _told(error)
    assert [path.name for path in folder.iterdir()] == ["templates"]


TEMPLATES: Final = (
    b"<h1>{{ course.title }}</h1>{% for x in items %}{{ loop.index }}: {{ x | string | upper }}{% else %}-{% endfor %}",
    b'{% extends "theme/site/about.html" %}{% block own %}{{ t("site.skip") }}{{ super() }}{% endblock %}',
    b"{% macro m(a, b=2) %}{{ a ~ b }}{% endmacro %}{{ m(1) }}{% set x = {'a': [1]} %}{{ '%s' | format(x.a) }}",
    b"{{ ''.__class__ }}{{ cycler.__init__.__globals__ }}{% include 'x' ignore missing %}{{ course.model_dump() }}",
)


_ROOTS: Final = (
    "course", "items", "item", "module", "said", "t", "anchor", "namespace(a=item)", "range(3)", '"text"', "1.5",
    "self", '{"a": item}', "[course, 1]", "(item,)", "course.review_by", "loop", "none",
)  # fmt: skip
_STEPS: Final = (
    *(f".{name}" for names in shown().values() for name in names),
    *(f".{name}" for names in ATTRIBUTES.values() for name in sorted(names)),
    *(f".{name}" for name in ("__class__ __init__ __globals__ __dict__ __self__ __func__ __mro__ __call__ _source _call"
      " fields functions format format_map model_copy parse_raw model_fields append pop mro real").split()),
    *(f"|{name}" for name in sorted(FILTERS)),
    *(f'|map("{name}")' for name in sorted(FILTERS)),
    *(f'|map(attribute="{name}")|list' for name in ("id", "title", "__class__", "0", "items.0.id", "_source")),
    *(f" is {name}" for name in sorted(TESTS) if name.isalpha()),
    "()", "(1)", "(item)", '("x")', "(course, item)", "(a=1)", "[0]", "[-1]", "[1:]", '["id"]', '["__class__"]',
    "[item]",
    " + 1", ' + "x"', " * 9", " ** 9", ' ~ "x"', " % 3", " == item", " in [1]", "|join(item)", '|replace("a", "bb")',
    "|batch(3, item)|list", "|slice(2)|list", "|selectattr('id')|list", "|sort(attribute='id')", "|default(item)",
)  # fmt: skip


def _template_data(data: bytes, folder: Path) -> None:
    """Follow any path from what templates are given, one step for two bytes; it leads to plain data, or nowhere."""
    (folder / "templates").mkdir()
    (folder / "templates" / "any.html").write_text("")
    course = _tea().course
    environment = make_environment(folder=folder, catalogue=catalogue_for("en"), language="en")
    assert isinstance(environment, CourseEnvironment)
    environment.share(
        course=course.info, items=course.items, item=next(iter(course.items.values())), module=course.modules[0],
        said=Completion("Ada"), anchor=str,
    )  # fmt: skip
    for path in data.split(b"\n")[:20]:
        root, steps = path[:1], path[1:41]
        words = [_ROOTS[root[0] % len(_ROOTS)] if root else "t"]
        words += [_STEPS[int.from_bytes(steps[at : at + 2]) % len(_STEPS)] for at in range(0, len(steps), 2)]
        try:
            with environment.meter.page():
                found = environment.from_string("{% set found = " + "".join(words) + " %}").make_module().found
        except (TemplateError, KeyError, ValueError, TypeError, ArithmeticError, AttributeError, LookupError) as error:
            _told(error)
        else:
            list(texts(environment, {"".join(words): found}))
    assert [path.name for path in folder.iterdir()] == ["templates"]


def _paths_of_templates() -> list[bytes]:
    names = (".title", ".tests", "[0]", ".blueprint", "|list", "|upper", "|first")
    places = [_STEPS.index(name).to_bytes(2) for name in names]
    return [bytes([root]) + b"".join(places[start:]) for root in range(len(_ROOTS)) for start in (0, 1, 4)]


# --- What comes back from trainees ------------------------------------------------------------------------------


class _Tea:
    """A course of every item type, with what is needed to judge attempts."""

    @cached_property
    def course(self) -> Course:
        course = load_course(PROJECTS / "every-item-type").course
        assert course is not None
        return course

    @cached_property
    def recorded(self) -> Course:
        """The same course, with a document in its sources that was recorded from a copy."""
        file = PROJECTS / "every-item-type/course/sources.yaml"
        described = Described("recorded", date(2026, 1, 2), "en")
        data, _added = with_document(file.read_bytes(), read_bytes(COPY, "copy.txt"), described)
        sources, _, findings = read_model(data, "course/sources.yaml", Sources)
        assert sources is not None, findings
        return replace(self.course, sources=sources)

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.course)

    @cached_property
    def assembly(self) -> Assembly:
        return Assembly(self.course.banks, self.course.info.tests)

    def attempt(self, number: int, right: int) -> Attempt:
        form = self.assembly.draw("final", seed="s")
        items = []
        for place, drawn in enumerate(form.items):
            response = key_response(drawn.item) if place < right else None
            earned = score(drawn.item, response, rule=form.test.scoring, default=self.course.info.scoring)
            items.append(
                ItemResult(
                    item=drawn.item.id,
                    order=drawn.order,
                    response=response,
                    marks=str(earned.marks),
                    possible=str(earned.possible),
                )
            )
        marks = sum((Fraction(item.marks or 0) for item in items), Fraction(0))
        return Attempt(
            schema_="attempt/1",
            id=str(UUID(int=number, version=4)),
            course=self.course.info.id,
            edition=self.course.info.edition,
            test="final",
            form=str(form.id),
            attempt=1,
            channel="browser",
            person=f"Person {number}",
            started=WHEN,
            submitted=WHEN,
            items=tuple(items),
            marks=str(marks),
            possible=str(sum(Fraction(item.possible) for item in items)),
            passed=right > 3,
        )


_tea: Final = cache(_Tea)


def _record(data: bytes, folder: Path) -> None:
    try:
        read_record(data)
    except BadRecord as error:
        _told(error)
    with open_store(folder / "results.sqlite") as store:
        outcomes = list(store.add([Found("a.json", data), Found("b.json", data)], _tea().judge))
        assert len(outcomes) == 2
        assert all(visible(outcome.message) == outcome.message for outcome in outcomes)
        report(_tea().course, store)


def _records() -> list[bytes]:
    return [write_record(_tea().attempt(number, number)) for number in range(1, 5)]


def _grid(data: bytes, _: Path) -> None:
    try:
        grid = read_grid(data, file="grid.csv")
        marked_ = mark_grid(_tea().course, grid, when=WHEN)
    except NotAGrid as error:
        _told(error.finding)
        return
    for attempt in marked_.attempts:
        write_record(attempt)


def _grids() -> list[bytes]:
    test = next(one for one in _tea().course.info.tests if one.id == "final")
    forms = [_tea().assembly.draw("final", seed="s", draw=draw) for draw in (1, 2)]
    blank = blank_grid(test, variants_of(forms), seats=4)
    one, two = (form.id for form in forms)
    filled = blank.replace("1,,,,,,", f"1,{one},Ada,A,B,C,A").replace("2,,,,,,", f"2,{two[-4:]},Bo,A,,AB,2")
    return [
        blank.encode("utf-8-sig"),
        filled.encode(),
        filled.replace(",", ";").encode("utf-16"),
        filled.encode("cp1252"),
    ]


def _roster(data: bytes, _: Path) -> None:
    try:
        names = read_roster(data)
    except NotARoster as error:
        _told(error)
    else:
        assert all(names)


ROSTERS: Final = (
    b"name\nAda\nBo\n",
    b'id;person;unit\r\n1;"O\'Neil, Cy";A\r\n',
    "Name\tX\nÉva\t1\n".encode("utf-8-sig"),
)


def _essays(data: bytes, folder: Path) -> None:
    with open_store(folder / "results.sqlite") as store:
        list(store.add([Found("a", record) for record in _records()], _tea().judge))
        try:
            for one in marked(data, _tea().course, store, _tea().judge):
                write_record(one)
        except WrongSheet as error:
            _told(error)


@cache
def _essay_sheets() -> list[bytes]:
    essay = next(item for item in _tea().course.items.values() if item.type == "essay")
    name = str(UUID(int=1, version=4))
    rows = "".join(f"{name},{essay.id},{one.id},{one.points},{one.points},x,y\n" for one in essay.rubric)
    whole = "record,item,criterion,possible,marks,text,answer\n" + rows
    return [whole.encode("utf-8-sig"), whole.replace(",", ";").encode(), whole.replace("\n", "\r\n").encode()]


def _responses(data: bytes, _: Path) -> None:
    try:
        given = read_responses(data, file="responses.json")
        quiz = form_quiz(_tea().course, "final", given.form)
        given.check(quiz)
        attempt = scored(quiz, given.by_item, name=str(UUID(int=1, version=4)), person=given.person, now=WHEN)
    except WrongResponses as error:
        for finding in error.findings:
            _told(finding)
        return
    except (NoQuiz, NoFormId) as error:
        _told(error)
        return
    read_record(write_record(attempt))


def _response_files() -> list[bytes]:
    form = _tea().assembly.draw("final", seed="s").id
    return [
        f'{{"form": "{form}", "person": "Ada", "responses": {{"q1": "a", "q2": ["a", "b"], "q3": "12,5"}}}}'.encode(),
        b'{"responses": {"q1": null, "q2": {"a": "b"}, "q3": {"left": ["x"]}}}',
        *(write_record(_tea().attempt(9, 4)).replace(b'"items"', b'"responses"'),),
    ]


def _typed(data: bytes, _: Path) -> None:
    """What a person types: a form id, an answer in the terminal, a cell of the grid."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        read_form_id(text)
    except NoFormId as error:
        _told(error)
    for item in _tea().course.items.values():
        entry = sheet_entry(item, shown_order(item, "7KQX-3M2R"))
        for read in (read_cell, partial(read_line, before=None)):
            try:
                response = read(entry, text)
            except (UnclearMark, WrongCell, WrongAnswer):
                continue  # the caller makes what was typed visible
            with contextlib.suppress(BadResponse):
                score(item, response, rule=None, default=_tea().course.info.scoring)


TYPED: Final = (b"7KQX-3M2R", b"A", b"A, C", b"1-B 2-A", b"12,5", b"tea", b"true", b"3/4", "½".encode(), b"B A C")


def _code(data: bytes, _: Path) -> None:
    """What stands on paper: the code of an allowance, and of a certificate, with a name on the lines below it."""
    typed, _, name = data.decode("utf-8", "replace").partition("\n")
    course = _tea().course
    for limited in (True, False):
        kind = allowed(course.info.id, course.info.edition, "final", typed, limited=limited)
        assert kind is None or kind == "large-text" or limited
    attempt = _tea().attempt(4, 4)
    # A name is typed, or stands in a record that came from anywhere.
    for who, person in (("", name), (name, ""), ("", name.join("\ud800\udfff"))):
        found = certified(course, [attempt.model_copy(update={"person": person})], typed, name=who)
        assert found is None or found[0].name == (who or person)
    try:
        said = completion_of(attempt, name=name)
    except ValueError as error:
        _told(error)
    else:
        printed = certificate(course, said, size="a4", templates=None, path="x.pdf").html()
        wrong = list(dangers(printed, whole=True))
        assert not wrong, wrong
        assert certified(course, [attempt], certificate_code(course, said), name=name) is not None


def _codes() -> list[bytes]:
    course, attempt = _tea().course, _tea().attempt(4, 4)
    certificate_of = certificate_code(course, completion_of(attempt))
    codes = [one.code for one in allowances_for(course.info.id, course.info.edition, "final", limited=True)]
    return [f"{code}\nAda".encode() for code in (*codes, certificate_of)]


def _sitting(data: bytes, folder: Path) -> None:
    """What is left of a sitting: `sitting.json`, as it lies in the course folder that somebody handed on."""
    desk = Desk(_tea().course, folder, "final", "Ada")
    desk.save(begin(open_quiz(desk, form=None, seed="s")[0], name=str(UUID(int=1)), person="Ada", limit=9, now=WHEN))
    (file,) = folder.rglob("sitting.json")
    file.write_bytes(data)
    try:
        _quiz, left = open_quiz(desk, form=None, seed="s")
    except (NoQuiz, OSError) as error:
        _told(error)
        return
    # Nothing that was left is thrown away.
    assert left or any(one.read_bytes() == data for one in folder.rglob("aside-1.json"))
    if left:
        for change in (lambda: left.answered(None, WHEN), lambda: left.undone(WHEN), lambda: left.flagged(WHEN)):
            with contextlib.suppress(TimeUp):
                desk.save(change())
        desk.record(left.handed_in(WHEN))
        list(desk.earlier())


@cache
def _sittings() -> list[bytes]:
    with TemporaryDirectory() as name:
        desk = Desk(_tea().course, Path(name), "final", "Ada")
        fresh = begin(open_quiz(desk, form=None, seed="s")[0], name=str(UUID(int=1)), person="Ada", limit=9, now=WHEN)
        later = fresh.at(1, WHEN).flagged(WHEN).at(0, WHEN).flagged(WHEN)
        sittings = (fresh, later, later.handed_in(WHEN))
        return [one.state.model_dump_json(by_alias=True).encode() for one in sittings]


def _store(data: bytes, folder: Path) -> None:
    """A file of results that is damaged, or that somebody made by hand."""
    file = folder / "results.sqlite"
    file.write_bytes(data)
    try:
        with open_store(file) as store:
            if not store.trusted:
                list(store.rescore(_tea().judge))
            list(store.add([Found("a.json", _records()[0])], _tea().judge))
            report(_tea().course, store)
            list(store.passed())
    except NotAStore as error:
        _told(error)


@cache
def _stores() -> list[bytes]:
    with TemporaryDirectory() as name:
        file = Path(name) / "results.sqlite"
        with open_store(file) as store:
            first, *others = [Found(str(number), data) for number, data in enumerate(_records())]
            list(store.add([first], _tea().judge))
            one = file.read_bytes()
            list(store.add(others, _tea().judge))
        return [one, file.read_bytes()]


# --- What lies beside what was built ----------------------------------------------------------------------------


def _beside(data: bytes, folder: Path) -> None:
    """The ledger of a build, and the list beside packages: they come with a folder that somebody handed on."""
    for name in (LEDGER, OUTLINES, SKETCHES, NAME):
        (folder / name).write_bytes(data)
    (folder / "site").mkdir()
    ledger = Ledger(PROJECTS / "minimal", folder, templates=False)
    settings = Settings(folder, ("site",))
    assert unchanged(settings, ledger) is None
    assert ledger.detail_of("site", OUTLINES) is None
    assert refresh_site(PROJECTS / "minimal", settings, str, ledger, tell=print) is None
    for finding in check_folder(folder)[0]:
        _told(finding)
    listed_files(folder)


@cache
def _lists() -> list[bytes]:
    """A ledger of an output that stands nowhere else, and a list of packages."""
    course = _tea().course
    with TemporaryDirectory() as name:
        folder = Path(name)
        loaded = load_course(PROJECTS / "minimal")
        assert loaded.course
        ledger = Ledger(PROJECTS / "minimal", folder, templates=False)
        ledger.read(loaded.findings)
        keep_details(loaded.course, {}, ledger)
        build_course(loaded.course, Settings(folder, ("site",)), str, ledger=ledger)
        (folder / "a.zip").write_bytes(b"x")
        write_manifest(folder, course, {"a.zip": "zip"}, [])
        return [(folder / one).read_bytes() for one in (LEDGER, OUTLINES, NAME)]


# --- Links, pipes and folders in the place of files --------------------------------------------------------------


_LINKED: Final = (
    *("course", "course/course.yaml", "course/m1.yaml", "course/media", "course/media/a.png", "questions"),
    *("questions/m1.yaml", "templates", "templates/about.html", "templates/brand.css", "build", "build/site"),
    *("build/reports", "build/.lock", "build/.built.json", "build/.outlines.json", "build/.made.json"),
    *("build/site/index.html", "build/.site.old", "build/.site.change", "build/.site.new-a", "build/.built.json.a.tmp"),
    *("build/packages", "build/packages/manifest.json", "build/results", "results", "results/results.sqlite"),
    *("results/grids", "results/records", "results/sittings", "results/.gitignore"),
)
_LED_TO: Final = (
    *("..", ".", "../..", "../beside", "../../beside", "../beside/file", "../../beside/file", "../nowhere", "a/b"),
    *(
        "/dev/zero",
        "/dev/tty",
        "/",
        "ABSOLUTE",
        "ABSOLUTE/file",
        "INSIDE",
        "INSIDE/course",
        "course",
        "SELF",
        "x" * 300,
    ),
)


def _links(data: bytes, folder: Path) -> None:
    """Two bytes make one change of a course folder: where, and what stands there now."""
    # Two folders down, so that no link laid here leads further up than the folder that is compared.
    beside, course = folder / "deep/beside", folder / "deep/course"
    for name in ("site", "reports", "packages", "records"):
        (beside / name).mkdir(parents=True)
        (beside / name / "file").write_bytes(b"mine")
    (beside / "file").write_bytes(b"mine")
    shutil.copytree(PROJECTS / "minimal", course)
    before = _standing(folder)
    for where, what in zip(data[:16:2], data[1:16:2], strict=False):
        _swap(course, _LINKED[where % len(_LINKED)], what, beside)
    for words in (
        ("check",),
        ("build", "--only", "site", "--only", "reports"),
        ("build", "--only", "site"),
        ("export", "gift"),
        ("results", "report"),
        ("mark",),
    ):
        result = CliRunner().invoke(main, [*words, "-C", str(course)])
        assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exception)
        assert result.exit_code in (0, 1, 3), (words, result.output)
    showing = Showing(course)
    showing.refresh(snapshot(course))
    showing.page("site/index.html")
    assert _standing(folder) == before


def _swap(course: Path, name: str, what: int, beside: Path) -> None:
    path = course / name
    try:
        if not path.parent.resolve().is_relative_to(course.resolve()):
            return  # A link that was laid before leads out, and this test must not follow it either.
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            path.rename(course / f"aside-{what}-{len(list(course.iterdir()))}")
        else:
            path.unlink(missing_ok=True)
        kind = what % (len(_LED_TO) + 3)
        if kind == len(_LED_TO):
            os.mkfifo(path)
        elif kind == len(_LED_TO) + 1:
            path.mkdir()
        elif kind == len(_LED_TO) + 2:
            path.write_bytes(b"{}")
        else:
            to = (
                _LED_TO[kind].replace("ABSOLUTE", str(beside)).replace("INSIDE", str(course)).replace("SELF", path.name)
            )
            path.symlink_to(to)
    except (OSError, RuntimeError):
        return  # A link that was laid before is in the way, or leads in a circle.


def _standing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return how everything beside the course stands."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in [folder, *folder.rglob("*")]
        if not path.is_relative_to(folder / "deep/course")
    }


# --- Documents and sources.yaml ---------------------------------------------------------------------------------


def _document(data: bytes, _: Path) -> None:
    for name in ("copy.txt", "copy.html"):
        try:
            copy = read_bytes(data, name)
        except DocumentError as error:
            _told(error)
            continue
        assert copy.passages
        try:
            course = _tea().recorded
            drift = compare(course, copy, today=WHEN.date(), uses=usage(course), document="recorded", anyway=True)
        except DocumentError as error:
            _told(error)
        else:
            drift_text(drift, load_course(PROJECTS / "every-item-type").places)


@cache
def _documents() -> list[bytes]:
    text = (PROJECTS.parent / "cases" / "policy.txt").read_bytes()[:4000]
    page = (
        b"<!doctype html><meta charset=utf-8><title>T</title><body><h1>One &amp; two</h1><p>Water boils at 100 degrees."
        b"<ul><li>A<li>B</ul><table><tr><td>x<td>y</table><script>no()</script><!-- c --><p hidden>h<pre>a\n b"
    )
    return [text, page, text.decode().encode("utf-16"), page.replace(b"utf-8", b"latin-1"), _pdf()]


def _pdf() -> bytes:
    """Return a small PDF, written by hand so that a change hits its structure."""
    stream = b"BT /F1 12 Tf 72 720 Td (Water boils at 100 degrees.) Tj 0 -20 Td (The tide rises.) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    )


def _sources_file(data: bytes, _: Path) -> None:
    copy = read_bytes(COPY.replace(b"hundred", b"thousand"), "new.txt")
    drift = compare(_tea().recorded, copy, today=WHEN.date(), uses={}, document="recorded", anyway=True)
    edits: list[Callable[[], Any]] = [
        lambda: with_document(data, copy, Described("new-one", date(2026, 1, 2), "en"))[0],
        lambda: with_pin(data, "P1", reason='It "stands": #1', today=date(2026, 1, 2)),
        lambda: with_pin(data, "H1", reason="x", today=date(2026, 1, 2)),
        lambda: with_observations(data, drift),
    ]
    for edit in edits:
        try:
            after = edit()
        except CannotEdit as error:
            _told(error)
            continue
        value, _, findings = read_model(after, "course/sources.yaml", Sources)
        assert value is not None, findings


def _sources_files() -> list[bytes]:
    return [path.read_bytes() for path in sorted(PROJECTS.glob("*/course/sources.yaml"))]


# --- Packages ---------------------------------------------------------------------------------------------------


@cache
def _packages() -> Mapping[str, bytes]:
    """A package in every format, by its name."""
    course = _tea().course
    selection, _ = select(course)
    assert selection is not None
    with TemporaryDirectory() as name:
        folder = Path(name)
        for learner in LEARNER_FORMATS:
            list(deliver(learner, RenderedCourse(course, None, "course"), folder))
        for bank in EXPORTERS:
            write_export(export(bank, selection, templates=None), folder)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _package(data: bytes, folder: Path) -> None:
    """Judge a package whose bytes, or one of whose files, are not as they were made."""
    name, found, inside = data.partition(_NAME)
    package, _, member = name.decode("utf-8", "replace").partition("/")
    if not found or package not in _packages():
        return
    file = folder / package
    if member:
        with zipfile.ZipFile(io.BytesIO(_packages()[package])) as before, zipfile.ZipFile(file, "w") as after:
            for entry in before.infolist():
                after.writestr(entry, inside if entry.filename == member else before.read(entry))
    else:
        file.write_bytes(inside)
    for finding in check_package(file).findings:
        _told(finding)
    assert list(folder.iterdir()) == [file]


def _package_inputs() -> list[bytes]:
    """Every package whole, and with each of its lists of contents, questions or data in front."""
    inputs = []
    for name, data in _packages().items():
        inputs.append(name.encode() + _NAME + data)
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = [
                    one for one in archive.namelist() if one.endswith((".xml", ".json", ".opf", ".ncx", ".html"))
                ]
                inputs += [f"{name}/{one}".encode() + _NAME + archive.read(one) for one in members[:6]]
    return [one for one in inputs if len(one) <= LARGEST]


# --- The preview ------------------------------------------------------------------------------------------------


class _Server:
    """As much of the preview's server as a request needs."""

    def __init__(self) -> None:
        self.hosts = {"127.0.0.1:8000"}
        self.address = "http://127.0.0.1:8000/"
        self.closing = _Closed()
        self.showing = Showing(PROJECTS / "minimal")
        self.showing.refresh({})


class _Closed:
    def is_set(self) -> bool:
        return True


_server: Final = cache(_Server)


class _Wire:
    """A connection that gives bytes and keeps the answer."""

    def __init__(self, data: bytes) -> None:
        self.data, self.answer = data, bytearray()

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self.data))  # type: ignore[arg-type]

    def sendall(self, data: bytes) -> None:
        self.answer += data

    def settimeout(self, _: float) -> None:
        pass

    def setsockopt(self, *_: object) -> None:
        pass


def _request(data: bytes, _: Path) -> None:
    wire = _Wire(data)
    _Handler(wire, ("127.0.0.1", 1), _server())  # type: ignore[arg-type]
    answer = bytes(wire.answer)
    if not re.search(rb"(?i)\nhost[ \t]*:[ \t]*127\.0\.0\.1:8000[ \t]*(?:[\r\n]|\Z)", data):
        assert not answer.startswith(b"HTTP/1.1 200"), answer[:300]
    if answer.startswith(b"HTTP/"):  # before HTTP/1.0 there were no headers
        assert b"\nevil:" not in answer.partition(b"\r\n\r\n")[0], answer[:300]


REQUESTS: Final = (
    b"GET /site/index.html HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nOrigin: http://127.0.0.1:8000\r\n\r\n",
    b"HEAD /-/events?page=/site/index.html HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nSec-Fetch-Site: same-origin\r\n\r\n",
    b"GET /-/panel.js HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n\r\nGET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n",
    b"POST /x%0d%0aevil:1 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Length: 3\r\n\r\nabc",
)

# --- All of them ------------------------------------------------------------------------------------------------

TARGETS: Final[Mapping[str, Target]] = {
    "yaml-file": Target(_yaml_file, lambda: [path.read_bytes() for path in _course_files()]),
    "project": Target(_project, _projects),
    "markdown": Target(_markdown, lambda: list(MARKDOWN)),
    "template": Target(_template, lambda: list(TEMPLATES)),
    "template-data": Target(_template_data, _paths_of_templates),
    "record": Target(_record, _records),
    "grid": Target(_grid, _grids),
    "roster": Target(_roster, lambda: list(ROSTERS)),
    "essays": Target(_essays, _essay_sheets),
    "responses": Target(_responses, _response_files),
    "typed": Target(_typed, lambda: list(TYPED)),
    "code": Target(_code, _codes),
    "sitting": Target(_sitting, _sittings),
    "store": Target(_store, _stores),
    "links": Target(
        _links, lambda: [bytes([number, number * 7 % 256, number * 5 % 256, 3]) for number in range(0, 250, 9)]
    ),
    "beside": Target(_beside, _lists),
    "document": Target(_document, _documents),
    "sources-file": Target(_sources_file, _sources_files),
    "package": Target(_package, _package_inputs),
    "request": Target(_request, lambda: list(REQUESTS)),
}
