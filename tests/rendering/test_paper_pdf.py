"""The way from HTML to PDF: the same everywhere, deaf to disk and network, and one failure is nobody else's."""

import io
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Self
from urllib.parse import quote

import page as judge
import pikepdf
import pypdf
import pytest

from kitbag.rendering import paper_limits, paper_pdf
from kitbag.rendering.faults import NoPdf
from kitbag.rendering.paper_fonts import FAMILIES, font_files, printable
from kitbag.rendering.paper_pdf import PaperDocument, Printed, document_digest, print_documents, render_pdf
from kitbag.system import LIBRARIES, Library

PAGE = "<!doctype html><html lang=en><title>T</title><style>body{{font-family:{fonts}}}</style><h1>T</h1>{body}"


def html(body: str) -> str:
    return PAGE.format(fonts=", ".join(f'"{family}"' for family in FAMILIES), body=body)


def document(body: str, path: str = "a.pdf", pages: int | None = None) -> PaperDocument:
    return PaperDocument(path, "T", lambda: html(body), pages)


def print_one(body: str, pages: int | None = None) -> Printed:
    one = document(body, pages=pages)
    (result,) = print_documents([(one, one.html())], processes=1)
    return result


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def fonts_of(pdf: bytes) -> set[str]:
    pages = pikepdf.open(io.BytesIO(pdf)).pages
    return {str(font.BaseFont).split("+")[1] for page in pages for font in page.Resources.Font.values()}


# --- Fonts --------------------------------------------------------------------------------------------------------


def test_each_family_has_its_files() -> None:
    assert len(font_files()) == 6
    assert all(file.is_file() for file in font_files())


@pytest.mark.parametrize(
    ("words", "font"),
    [
        ("Łódź Århus İstanbul Nguyễn", "Source-Sans-3"),
        ("Αθήνα Київ", "Source-Sans-3"),
        ("→ ☐ ☑ ✓", "Source-Sans-3"),
        ("محمد عبد الله", "Noto-Sans-Arabic"),
        ("שרה לוי", "Assistant"),
    ],
)
def test_letters_of_many_scripts_come_from_our_fonts_and_pass_the_judge(words: str, font: str) -> None:
    result = print_one(f"<p>{words}<p><b>{words}</b>")
    assert result.findings == ()
    assert result.pdf is not None
    assert any(name.startswith(font) for name in fonts_of(result.pdf)), fonts_of(result.pdf)
    assert judge.validate_pdf_bytes(result.pdf, profile="ua1").failures == []


def test_a_letter_that_no_font_has_becomes_a_box_and_a_finding() -> None:
    result = print_one("<p>Dr. 😀 山田 ends")
    assert [str(finding) for finding in result.findings] == [
        (
            "a.pdf: warning: No font for print has 山 (U+5C71), 田 (U+7530), 😀 (U+1F600). "
            "An empty box is printed instead. Use letters that the fonts have, or write it by hand."
        )
    ]
    assert result.pdf is not None
    assert "Dr. □ □□ ends" in text_of(result.pdf)
    assert judge.validate_pdf_bytes(result.pdf, profile="ua1").failures == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é Ж", "plain é Ж"),
        ("a👩‍✈️b", "a□b"),  # a joiner makes one picture of several characters
        ("a👍🏽b", "a□b"),  # so does the tone of the skin
        ("a\u200fb\u00adc", "a\u200fb\u00adc"),  # marks without a picture of their own
    ],
)
def test_one_picture_is_one_box(text: str, shown: str) -> None:
    assert printable(text)[0] == shown


# --- The same bytes, and nothing from outside ---------------------------------------------------------------------


def test_another_process_makes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    here = render_pdf(document("<p>One <b>two</b> <i>three</i>"))
    two = [document("<p>One <b>two</b> <i>three</i>", path) for path in ("a.pdf", "b.pdf")]
    there = {result.pdf for result in print_documents([(one, one.html()) for one in two], processes=2)}
    assert there == {here}


def test_the_digest_follows_the_html() -> None:
    assert document_digest(html("a")) == document_digest(html("a")) != document_digest(html("b"))


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/a.png", "picture.png"])
def test_nothing_is_read_from_disk_or_network(address: str) -> None:
    result = print_one(f'<p>Words <img src="{address}" alt="A picture">')
    assert result.pdf is not None
    (finding,) = result.findings
    assert finding.code == "paper-engine"
    assert "Failed to load image" in finding.message or "Relative URI" in finding.message


def test_more_pages_than_there_should_be_is_a_finding() -> None:
    body = '<p style="break-before:page">a' * 2
    assert print_one(body, pages=3).findings == ()
    (finding,) = print_one(body, pages=2).findings
    assert str(finding) == (
        "a.pdf: warning: It fills 3 pages instead of 2. "
        "Shorten what it shows: fewer key points, a smaller figure, fewer self-checks."
    )


# --- Failures -----------------------------------------------------------------------------------------------------


def test_one_failure_is_one_finding_and_the_others_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = paper_pdf._engine()  # noqa: SLF001 - its failure cannot be had otherwise
    works = engine.print

    def fails_on_bad(text: str) -> Any:
        if "bad" in text:
            raise MemoryError("too much")
        return works(text)

    monkeypatch.setattr(engine, "print", fails_on_bad)
    three = [document("<p>good", "a.pdf"), document("<p>bad", "b.pdf"), document("<p>good", "c.pdf")]
    results = {result.path: result for result in print_documents([(one, one.html()) for one in three], processes=1)}

    assert [results[path].pdf is None for path in ("a.pdf", "b.pdf", "c.pdf")] == [False, True, False]
    assert [str(finding) for finding in results["b.pdf"].findings] == [
        "b.pdf: It could not be printed: MemoryError: too much."
    ]


def test_a_process_that_dies_takes_only_its_own_document_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class DyingPool:
        """A pool in which the document `bad` ends the process, and with it all that wait."""

        dead = False

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def submit(self, function: Any, path: str, text: str, pages: int | None) -> "Future[Printed]":
            future: Future[Printed] = Future()
            self.dead |= "bad" in text
            if self.dead:
                future.set_exception(BrokenProcessPool())
            else:
                future.set_result(function(path, text, pages))
            return future

    monkeypatch.setattr(paper_pdf, "_pool", lambda _: DyingPool())
    three = [document("<p>longest of all, so first", "a.pdf"), document("<p>bad", "b.pdf"), document("<p>c", "c.pdf")]
    results = {result.path: result for result in print_documents([(one, one.html()) for one in three], processes=2)}

    assert sorted(results) == ["a.pdf", "b.pdf", "c.pdf"]
    assert [path for path, result in results.items() if result.pdf is None] == ["b.pdf"]
    assert [str(finding) for finding in results["b.pdf"].findings] == [
        "b.pdf: It could not be printed: the process that printed it was ended by the system."
    ]


@pytest.fixture
def fresh_engine() -> Iterator[None]:
    paper_pdf._why_not.cache_clear()  # noqa: SLF001 - what it found out is kept for the process
    yield
    paper_pdf._why_not.cache_clear()  # noqa: SLF001


@pytest.mark.usefixtures("fresh_engine")
@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (
            LIBRARIES,
            "PDFs need system libraries that aren't installed: Pango, PangoFT2, HarfBuzz-subset. To install them: apt",
        ),
        ((), "PDFs can't be made, because a system library can't be loaded: cannot load library 'libpango-1.0-0'."),
    ],
)
def test_without_pango_there_is_one_clear_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: tuple[Library, ...], message: str
) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                print("-----\n\nWeasyPrint could not import some external libraries.")  # noqa: T201 - as it does
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    monkeypatch.setattr(paper_pdf, "missing_libraries", lambda: missing)
    monkeypatch.setattr(paper_pdf, "how_to_install_here", lambda _: "apt")

    with pytest.raises(NoPdf) as caught:
        next(print_documents([(document("a"), html("a"))], processes=1))
    assert str(caught.value) == message
    assert capsys.readouterr().out == ""


def test_what_the_engine_says_of_the_machine_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_pdf, "how_to_install_here", lambda _: "sudo apt install libharfbuzz-subset0")
    said = [f'Using fontTools instead of HarfBuzz-Subset for font "{name}". This will …' for name in ("a", "b")]
    one, two = (
        list(paper_pdf._engine_warnings(path, [*said, "Ignored x"]))  # noqa: SLF001
        for path in ("a.pdf", "b.pdf")
    )
    assert list(map(str, one)) == [
        "a.pdf: warning: Ignored x",
        (
            "PDFs: warning: The system library HarfBuzz-subset isn't installed. Fonts are cut down in an older way. "
            "To install it: sudo apt install libharfbuzz-subset0"
        ),
    ]
    assert one[1] == two[1]


@pytest.mark.usefixtures("fresh_engine")
def test_without_a_font_package_there_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitbag.rendering.paper_fonts.FAMILIES", ("No Such Family",))
    font_files.cache_clear()
    try:
        with pytest.raises(NoPdf, match="PDFs need a Python package that isn't installed"):
            next(print_documents([(document("a"), html("a"))], processes=1))
    finally:
        font_files.cache_clear()


# --- What is too much ---------------------------------------------------------------------------------------------

_GRADIENT = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><linearGradient id='g' x2='0.0000001'"
    " spreadMethod='repeat' gradientUnits='userSpaceOnUse'><stop/><stop offset='1' stop-color='red'/></linearGradient>"
    "<rect width='9' height='9' fill='url(#g)'/></svg>"
)
ENDLESS = {
    "a drawing": f'<img alt="x" src="data:image/svg+xml,{quote(_GRADIENT)}">',
    "columns": '<div style="display: grid; grid-template-columns: repeat(100000000, 1px)">x</div>',
}


# The alarm may go off inside a garbage collector's callback of another library, where it can only be reported.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ENDLESS)
def test_a_document_that_would_never_be_printed_is_given_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    print_one("x")
    monkeypatch.setattr(paper_limits, "LEAST_SECONDS", 2.0)
    [finding] = print_one(ENDLESS[name]).findings
    assert str(finding) == (
        "a.pdf: It could not be printed: it takes more than 2 seconds to print: its pictures or templates ask"
        " for too much."
    )
    assert print_one("x").pdf, "the next one is printed"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as above
def test_a_document_that_needs_too_much_memory_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    print_one("x")
    monkeypatch.setattr(paper_limits, "MOST_MEMORY", -1)
    [finding] = print_one(ENDLESS["columns"]).findings
    assert "of memory to print: its pictures or templates ask for too much." in finding.message
