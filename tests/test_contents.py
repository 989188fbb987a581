"""The page at the top of the outputs says what is there, for whom, and what to print, after every kind of build."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from lxml import html
from playwright.sync_api import Page

from kitbag.cli import main
from kitbag.rendering import paper_pdf
from kitbag.rendering.paper_pdf import PaperDocument, Printed

PROJECTS = Path(__file__).parent / "projects"


def kitbag(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def build(folder: Path, *only: str) -> str:
    return kitbag("build", "-C", folder, *(word for name in only for word in ("--only", name)))


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECTS / "harbour", tmp_path / "harbour")


@pytest.fixture
def _quick_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print documents of three pages without the time that printing takes."""

    def print_documents(pages: Sequence[tuple[PaperDocument, str]]) -> Iterator[Printed]:
        for document, _ in pages:
            yield Printed(document.path, document.path.encode(), (), 3)

    monkeypatch.setattr(paper_pdf, "print_documents", print_documents)


def page_of(build: Path) -> Any:
    return html.document_fromstring((build / "index.html").read_bytes())


def shelves(build: Path) -> dict[str, dict[str, str]]:
    """Return what the page lists: by heading, the note beside each link or command."""
    return {
        section.findtext("h2"): {
            (item.find("a").get("href") if item.find("a") is not None else item.findtext("code")): item.findtext("span")
            for item in section.iter("li")
        }
        for section in page_of(build).iter("section")
    }


@pytest.mark.usefixtures("_quick_press")
def test_it_says_what_to_open_and_what_to_print(harbour: Path) -> None:
    build(harbour)
    found = shelves(harbour / "build")
    assert list(found) == [
        "Open this first",
        "For trainees",
        "For you",
        "Tests on paper",
        "For a learning platform or a device",
    ]
    assert list(found["Open this first"]) == ["handouts/instructor/course-guide.pdf", "site/index.html"]
    assert found["For trainees"]["handouts/trainee/handout-m1.pdf"] == "3 pages, A4. One for each trainee."
    assert list(found["For you"]) == [
        "handouts/instructor/course-guide.pdf",
        "handouts/instructor/guide-m1.pdf",
        "handouts/instructor/answers-m1.pdf",
        "handouts/instructor/certificate.pdf",
        "tests/for-instructors.html",
        "reports/coverage.html",
    ]
    assert list(found["Tests on paper"].items())[:4] == [
        ("exams/papers/final-A.pdf", "3 pages, A4. One for each trainee with this variant."),
        ("exams/papers/final-A-answer-sheet.pdf", "3 pages, A4. One for each trainee with this variant."),
        ("exams/papers/final-A-answer-sheet-large.pdf", "3 pages, A4. For trainees who need large print."),
        ("exams/papers/final-A-large.pdf", "3 pages, A4. For trainees who need large print."),
    ]
    assert found["Tests on paper"]["exams/keys/final-B-key.pdf"] == "3 pages, A4. One for the marker. Lock it away."
    for links in found.values():
        assert [link for link in links if not (harbour / "build" / unquote(link)).is_file()] == []
    printed = {path.relative_to(harbour / "build").as_posix() for path in (harbour / "build").rglob("*.pdf")}
    assert printed == {link for links in found.values() for link in links if link.endswith(".pdf")}


@pytest.mark.usefixtures("_quick_press")
def test_it_knows_papers_that_an_earlier_command_printed(harbour: Path) -> None:
    build(harbour, "site")
    assert "Tests on paper" not in shelves(harbour / "build")
    assert list(shelves(harbour / "build")["Not here yet"]) == [
        f"kitbag build --only {name}" for name in ("tests", "handouts", "exams", "packages", "reports")
    ]
    kitbag("paper", "final", "-C", harbour, "--paper", "letter", "--seed", "spring")
    [draw] = [heading for heading in shelves(harbour / "build") if heading.startswith("Tests on paper")]
    name = draw.removeprefix("Tests on paper, draw ")
    assert (harbour / "build" / f"exams-{name}").is_dir()
    assert shelves(harbour / "build")[draw][f"exams-{name}/keys/final-A-key.pdf"].startswith("3 pages, US Letter.")
    kitbag("certificate", "-C", harbour)
    assert list(shelves(harbour / "build")["Certificates"]) == ["certificates/certificate.pdf"]
    kitbag("export", "csv", "-C", harbour)
    assert list(shelves(harbour / "build")["For a learning platform or a device"]) == ["packages/index.html"]
    before = (harbour / "build/index.html").read_bytes()
    assert "Nothing has changed." not in build(harbour, "site")  # it looks once more
    assert "Nothing has changed." in build(harbour, "site")
    assert (harbour / "build/index.html").read_bytes() == before


def test_what_is_no_longer_there_is_no_longer_listed(harbour: Path) -> None:
    build(harbour, "site", "reports")
    shutil.rmtree(harbour / "build/reports")
    assert "Nothing has changed." not in build(harbour, "site")
    found = shelves(harbour / "build")
    assert list(found) == ["Open this first", "For trainees", "Not here yet"]
    assert "kitbag build --only reports" in found["Not here yet"]


@pytest.mark.parametrize("spoil", [Path.unlink, lambda page: page.write_bytes(page.read_bytes()), os.utime])
def test_a_page_that_was_touched_is_made_again(spoil: Callable[[Path], object], harbour: Path) -> None:
    build(harbour, "site")
    page = harbour / "build/index.html"
    before = page.read_bytes()
    spoil(page)
    assert "Nothing has changed." not in build(harbour, "site")
    assert page.read_bytes() == before
    assert "Nothing has changed." in build(harbour, "site")


def test_it_follows_the_course_and_nothing_else(harbour: Path) -> None:
    build(harbour, "site")
    page = harbour / "build/index.html"
    before = page.read_bytes()
    module, course = harbour / "course/m1.yaml", harbour / "course/course.yaml"
    module.write_text(module.read_text("utf-8").replace("Coming in", "Coming home"), "utf-8")
    build(harbour, "site")
    assert page.read_bytes() == before
    course.write_text(course.read_text("utf-8").replace("Harbour rules", "Harbour & sea"), "utf-8")
    build(harbour, "site")
    assert page_of(harbour / "build").xpath("//p[@class='brand']/text()") == ["Harbour & sea"]


def test_a_page_of_someone_else_is_left_alone(harbour: Path) -> None:
    page = harbour / "build/index.html"
    page.parent.mkdir()
    page.write_text("<p>My notes")
    lines = build(harbour, "site").splitlines()
    assert lines[-1] == (
        f"{page}: warning: This page isn't Kitbag's, so it was left alone. Move it away, and the next build writes a"
        " page there that lists what was built."
    )
    assert page.read_text() == "<p>My notes"


def test_no_link_leads_the_page_out_of_the_course(harbour: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text("of someone else")
    (harbour / "build").mkdir()
    (harbour / "build/index.html").symlink_to(outside)
    kitbag("build", "-C", harbour, "--only", "site", code=3)
    assert outside.read_text() == "of someone else"


def test_strange_papers_are_not_listed(harbour: Path) -> None:
    build(harbour, "site")
    (harbour / "build/handouts/trainee").mkdir(parents=True)
    (harbour / "build/handouts/trainee/handout-m1.pdf").write_bytes(b"of someone else")
    build(harbour, "reports")
    assert "handouts/trainee/handout-m1.pdf" not in shelves(harbour / "build")["For trainees"]


def test_the_build_ends_with_an_address_that_works_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = shutil.copytree(PROJECTS / "harbour", tmp_path / "my course")
    monkeypatch.chdir(tmp_path)
    address = f"{tmp_path.as_uri()}/my%20course/build/index.html"
    for _ in range(2):
        assert build(Path("my course"), "site").splitlines()[-1] == f"Next: open {address} in a browser"
    (course / "course/m1.yaml").write_text((course / "course/m1.yaml").read_text("utf-8") + "\n# more\n", "utf-8")
    assert build(Path("my course"), "site").splitlines()[-1] == f"Next: open {address} in a browser"


def test_it_speaks_the_language_of_the_course_in_its_looks(harbour: Path) -> None:
    course = harbour / "course/course.yaml"
    text = re.sub(r"(?m)^language: .*\n", "", course.read_text("utf-8"))
    (harbour / "course/media").mkdir(exist_ok=True)
    shutil.copy(PROJECTS / "every-item-type/course/media/pot.svg", harbour / "course/media/pot.svg")
    looks = 'branding:\n  unit: The Harbour Watch\n  accent: "#7a1f4e"\n  logo: {src: pot.svg, alt: A pot}\n'
    course.write_text(f"{text}\nlanguage: ar\n{looks}", "utf-8")
    (harbour / "course/strings.yaml").write_text(
        "schema: strings/1\nstrings:\n  contents:\n    title: ماذا في هذا المجلد\n", "utf-8"
    )
    build(harbour, "site")
    page = page_of(harbour / "build")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert page.findtext(".//h1") == "ماذا في هذا المجلد"
    assert page.xpath("string(//p[@class='meta'])") == "The Harbour Watch · For the instructor"
    assert page.xpath("//img[@class='logo']/@src")[0].startswith("data:image/svg+xml;base64,")
    assert "--accent: #7a1f4e" in page.findtext(".//style")
    assert page.xpath("//code[text()='kitbag build --only tests']/@dir") == ["ltr"]


def test_a_template_of_the_course_may_change_it(harbour: Path) -> None:
    own = harbour / "templates/instructor/index.html"
    own.parent.mkdir(parents=True)
    own.write_text('{% extends "theme/instructor/index.html" %}{% block title %}Ours{% endblock %}')
    build(harbour, "site")
    assert page_of(harbour / "build").findtext(".//title") == "Ours"
    own.write_text('{% extends "theme/instructor/index.html" %}{% block title %}{{ nothing }}{% endblock %}')
    told = kitbag("build", "-C", harbour, "--only", "site", code=3)
    assert (
        "templates/instructor/index.html:1:1: This template can't be used: \"nothing\" isn't among the names that it is"
        " given. " in told
    )
    assert page_of(harbour / "build").findtext(".//title") == "Ours"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_used_with_the_keyboard(width: int, scheme: Any, harbour: Path, page: Page) -> None:
    build(harbour, "site")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((harbour / "build/index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/build/site/index.html")
