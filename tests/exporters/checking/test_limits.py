"""What a hostile package may cost whoever checks it: the work grows as the package does, and has an end."""

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from counting import calls

from kitbag.exporters.checking import archive, hints, pages, registry
from kitbag.exporters.checking.registry import check_package
from kitbag.exporters.csv_ import COLUMNS

Judged = Callable[..., list[str]]
ITEM = "imsqti_item_xmlv2p1"
PAGE = '<!doctype html><html lang="en"><title>A</title>'


def zipped(files: Iterable[tuple[str, str]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files:
            package.writestr(name, text)
    return target.getvalue()


def dangling(size: int) -> bytes:
    """Pages in one folder, each with a link to a page that is nearly there."""
    return zipped((f"p{at}.html", f'{PAGE}<a href="q{at}.html">') for at in range(size))


def fragments(size: int) -> bytes:
    """Pages that all lead to parts of one page, which it does not have."""
    links = "".join(f'<a href="index.html#a{at}">' for at in range(size))
    return zipped([("index.html", PAGE + f"<p id=b{size}>" * size), ("b.html", PAGE + links)])


def packed(resources: str, organizations: str = "", schema: str = "", **files: str) -> bytes:
    """A package with a manifest."""
    metadata = f"<metadata><schema>{schema}</schema></metadata>"
    manifest = f"<manifest>{metadata}{organizations}<resources>{resources}</resources></manifest>"
    return zipped([("imsmanifest.xml", manifest), *((f"{name}.xml", text) for name, text in files.items())])


def manifest(size: int) -> bytes:
    """A manifest whose items open resources that are nearly there."""
    items = "".join(f'<item identifier="i{at}" identifierref="q{at}"><title>A</title></item>' for at in range(size))
    resources = "".join(f'<resource identifier="r{at}" type="webcontent" href="p{at}"/>' for at in range(size))
    return packed(resources, f"<organizations><organization>{items}</organization></organizations>")


def choices(size: int) -> bytes:
    """A question with many choices, and a key that names others."""
    offered = "".join(f'<simpleChoice identifier="c{at}"/>' for at in range(size))
    keys = "".join(f"<value>k{at}</value>" for at in range(size))
    declared = f'<responseDeclaration identifier="R" baseType="identifier">{keys}</responseDeclaration>'
    asked = f'<itemBody><choiceInteraction responseIdentifier="R">{offered}</choiceInteraction></itemBody>'
    resource = f'<resource identifier="r" type="{ITEM}" href="i.xml"><file href="i.xml"/></resource>'
    return packed(resource, schema="QTI", i=f'<assessmentItem identifier="i">{declared}{asked}</assessmentItem>')


def dependencies(size: int) -> bytes:
    """Items that all depend on one resource with many files, and show a file that nobody lists."""
    files = "".join(f'<file href="f{at}"/>' for at in range(size))
    inside = '<dependency identifierref="all"/>'
    items = "".join(
        f'<resource identifier="r{at}" type="{ITEM}" href="i.xml">{inside}</resource>' for at in range(size)
    )
    shown = '<assessmentItem><itemBody><img src="i.xml"/></itemBody></assessmentItem>'
    return packed(f'<resource identifier="all" type="webcontent">{files}</resource>{items}', schema="QTI", i=shown)


def book(size: int) -> bytes:
    """A book that lists one page again and again, and others that are not there."""
    items = "".join(
        f'<item id="i{at}" href="a.xhtml" media-type="application/xhtml+xml"/><item id="j{at}" href="b{at}"/>'
        for at in range(size)
    )
    spine = "".join(f'<itemref idref="k{at}"/>' for at in range(size))
    root = '<rootfile full-path="o.opf" media-type="application/oebps-package+xml"/>'
    package = f'<package version="3.0"><metadata/><manifest>{items}</manifest><spine>{spine}</spine></package>'
    return zipped(
        [
            ("META-INF/container.xml", f"<container><rootfiles>{root}</rootfiles></container>"),
            ("o.opf", package),
            ("a.xhtml", "<html><head/><body>" + "<p>a</p>" * 50 + "</body></html>"),
        ]
    )


def table(size: int) -> bytes:
    """Rows of a kind that is nearly one."""
    return (",".join(COLUMNS) + "\n" + "a,optoin\n" * size).encode()


def page(size: int) -> bytes:
    """A page with links that lead nowhere, each on a line of its own."""
    return (PAGE + "".join(f'\n<a href="#n{at}">' for at in range(size))).encode()


def questions(size: int) -> bytes:
    """Questions of a type that is nearly one."""
    return (
        "<quiz>" + '<question type="multichoise"><name><text>a</text></name></question>' * size + "</quiz>"
    ).encode()


PACKAGES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "dangling links": ("p.zip", dangling),
    "fragments": ("p.zip", fragments),
    "manifest": ("p.zip", manifest),
    "choices": ("p.zip", choices),
    "dependencies": ("p.zip", dependencies),
    "book": ("p.epub", book),
    "table": ("p.csv", table),
    "page": ("p.html", page),
    "questions": ("p.xml", questions),
}


@pytest.mark.parametrize("what", PACKAGES)
def test_four_times_the_package_is_four_times_the_work(what: str, tmp_path: Path) -> None:
    name, made = PACKAGES[what]
    package = tmp_path / name
    counted = []
    # At the smaller size all hints are given already: what comes on top is the work for each further part.
    for size in (200, 400, 800):
        package.write_bytes(made(size))
        counted.append(calls(lambda: check_package(package)))
    first, second = counted[1] - counted[0], counted[2] - counted[1]
    assert second <= 2.5 * first, counted


def test_likely_names_are_looked_for_a_hundred_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(hints, "did_you_mean", lambda name, known: asked.append((name, len(list(known)))) or "")
    package = tmp_path / "p.zip"
    package.write_bytes(dangling(1_000))
    check_package(package)
    assert len(asked) == hints.MOST_HINTS == 100
    assert max(compared for _, compared in asked) <= 50


def test_each_page_is_looked_through_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    html_facts = pages.html_facts
    monkeypatch.setattr(pages, "html_facts", lambda page: looked.append(len(page)) or html_facts(page))
    package = tmp_path / "p.zip"
    package.write_bytes(fragments(300))
    check_package(package)
    assert len(looked) == 2


def test_what_is_too_much_to_read_is_passed_over_and_told(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_READ", 3_000)
    pages_ = [(f"{name}.html", PAGE + "x" * 1_000) for name in ("index", "b", "c", "d", "e", "f")]
    told = judged(zipped(pages_))
    assert told == [
        (
            'p.zip: warning: After 0 MiB of pages and documents, the rest was not looked into: "c.html", "d.html", '
            '"e.html" and 1 more. Check the package in parts.'
        )
    ]


def test_findings_beyond_number_are_counted_not_kept(tmp_path: Path) -> None:
    package = tmp_path / "p.csv"
    package.write_bytes(table(5_000))
    verdict = check_package(package)
    assert len(verdict.findings) == registry.MOST_OF_A_KIND + 2
    assert [str(finding) for finding in verdict.findings if finding.place.line == 0] == [
        "p.csv: There is no item in it. Export some.",
        "p.csv: There are 4960 more findings like the last ones of the kind part. Mend those shown first.",
    ]


def test_a_number_with_a_thousand_million_digits_is_none(judged: Judged) -> None:
    answer = '<answer fraction="100"><text>1e999999999</text></answer>'
    named = "<name><text>a</text></name><questiontext><text>b</text></questiontext>"
    question = f'<question type="numerical">{named}<defaultgrade>1e999999999</defaultgrade>{answer}</question>'
    assert judged(f"<quiz>{question}</quiz>".encode(), "p.xml") == [
        'p.xml:1: The question "a" is worth "1e999999999". Write a number of points.',
        'p.xml:1: The question "a" asks for a number, and an answer is "1e999999999". Write a number.',
    ]


def test_a_page_alone_has_a_size(judged: Judged) -> None:
    assert judged(b"<!doctype html>" + b" " * archive.MOST_READ, "p.html") == [
        "p.html: This is larger than 32 MiB. Split it or make it smaller."
    ]
