"""What a PDF may cost: the work is counted, and a document that asks for too much is refused before it is done."""

import io
import zlib
from typing import Any

import pypdf
import pytest

from kitbag.course.documents.blocks import DocumentError
from kitbag.course.documents.pdf import pdf_blocks
from kitbag.course.documents.pdf_budget import LEAST_WORK, WORK_PER_BYTE, Budget
from kitbag.course.documents.read import read_bytes

REFUSED = (
    "a.pdf takes too much work to read: its pages draw far more than their text needs. "
    "Print it to a new PDF, or keep the part that the course rests on in a file of its own."
)
BEGIN = b"BT /F 12 Tf 10 700 Td (The gate opens at seven.) Tj "
WORD = b"0 -14 Td (word) Tj "
FONT, TABLE, RESOURCES, FIRST = 3, 4, 5, 6
"""Numbers of objects."""


def pdf(*contents: bytes, forms: dict[str, bytes] | None = None, table: bytes = b"") -> bytes:
    """Return a PDF with a page for each of the contents, which all share one font and the forms."""
    streams = list(dict.fromkeys(contents))
    of_form = {name: FIRST + len(streams) + number for number, name in enumerate(forms or {})}
    first_page = FIRST + len(streams) + len(of_form)
    of_page = range(first_page, first_page + len(contents))
    drawn = " ".join(f"/{name} {number} 0 R" for name, number in of_form.items())
    kids = " ".join(f"{number} 0 R" for number in of_page)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(contents)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica" + (b"/ToUnicode 4 0 R" if table else b"") + b">>",
        stream(table),
        f"<</Font<</F {FONT} 0 R>>/XObject<<{drawn}>>>>".encode(),
        *map(stream, streams),
        *(stream(form, f"/Subtype/Form/Resources {RESOURCES} 0 R") for form in (forms or {}).values()),
        *(page(FIRST + streams.index(content)) for content in contents),
    ]
    target = io.BytesIO()
    target.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(target.tell())
        target.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table_at = target.tell()
    target.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    target.writelines(b"%010d 00000 n \n" % place for place in places)
    target.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, table_at))
    return target.getvalue()


def stream(content: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(content)
    head = f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>stream\n"
    return head.encode() + packed + b"\nendstream"


def page(contents: int) -> bytes:
    resources = f"/Resources {RESOURCES} 0 R/Contents {contents} 0 R"
    return f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]{resources}>>".encode()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count the pages and the forms that the PDF library is made to draw."""
    counted = {"pages": 0, "forms": 0}
    draw_page, draw_form = pypdf.PageObject.extract_text, pypdf.PageObject.extract_xform_text

    def page_drawn(self: Any, *args: Any, **options: Any) -> Any:
        counted["pages"] += 1
        return draw_page(self, *args, **options)

    def form_drawn(self: Any, *args: Any, **options: Any) -> Any:
        counted["forms"] += 1
        return draw_form(self, *args, **options)

    monkeypatch.setattr(pypdf.PageObject, "extract_text", page_drawn)
    monkeypatch.setattr(pypdf.PageObject, "extract_xform_text", form_drawn)
    return counted


HEAVY = {
    "one page of 400,000 instructions": pdf(BEGIN + b"1 0 Td (a) Tj " * 200_000 + b"ET"),
    "one page shown 900 times": pdf(*[BEGIN + WORD * 2_000 + b"ET"] * 900),
    "a font with a large table on 300 pages": pdf(
        *[BEGIN + b"ET"] * 300, table=b"1 beginbfchar\n" + b"<0041> <0042>\n" * 20_000 + b"endbfchar"
    ),
}


@pytest.mark.parametrize("what", HEAVY)
def test_a_page_that_draws_too_much_is_refused_before_it_is_drawn(what: str, drawn: dict[str, int]) -> None:
    with pytest.raises(DocumentError) as refused:
        pdf_blocks(HEAVY[what], "a.pdf")
    assert str(refused.value) == REFUSED
    assert drawn == {"pages": 0, "forms": 0}


@pytest.mark.parametrize(
    "forms",
    [
        {"X": BEGIN + WORD * 5_000 + b"ET"},
        {"X": b"/Y Do " * 100, "Y": b"/Z Do " * 100, "Z": BEGIN + WORD * 10 + b"ET"},
    ],
)
def test_a_form_costs_each_time_it_is_drawn(forms: dict[str, bytes], drawn: dict[str, int]) -> None:
    data = pdf(b"/X Do " * 4_000, forms=forms)
    with pytest.raises(DocumentError) as refused:
        pdf_blocks(data, "a.pdf")
    assert str(refused.value) == REFUSED
    assert drawn["forms"] <= (LEAST_WORK + WORK_PER_BYTE * len(data)) // (200 + min(map(len, forms.values())))


def test_a_form_that_draws_itself_ends() -> None:
    blocks, _ = pdf_blocks(pdf(BEGIN + b"ET /X Do", forms={"X": b"/X Do " + BEGIN + b"ET"}), "a.pdf")
    assert "The gate opens at seven." in blocks[0].text


def test_bullets_beside_lines_are_counted(drawn: dict[str, int]) -> None:
    bullets = b"".join(b"BT /F 9 Tf 10 %d Td (-) Tj ET " % (10 * at) for at in range(3_000))
    words = b"".join(b"BT /F 9 Tf 30 %d Td (word) Tj ET " % (10 * at) for at in range(3_000))
    with pytest.raises(DocumentError) as refused:
        pdf_blocks(pdf(bullets + words), "a.pdf")
    assert str(refused.value) == REFUSED
    assert drawn["pages"] == 1


def test_what_a_library_swallows_is_raised_all_the_same() -> None:
    budget = Budget("a.pdf", 0)
    with pytest.raises(DocumentError):
        budget.spend(LEAST_WORK + 1)
    with pytest.raises(DocumentError):
        budget.check()


def test_a_long_honest_document_is_read() -> None:
    """Three hundred pages, each another text."""
    lines = [
        b"".join(b"0 -14 Td (Line %d of page %d.) Tj " % (line, number) for line in range(40)) for number in range(300)
    ]
    blocks, silent = pdf_blocks(pdf(*(BEGIN + line + b"ET" for line in lines)), "a.pdf")
    assert "Line 36 of page 299." in "".join(block.text for block in blocks)
    assert silent == ()


def test_where_every_line_repeats_the_lines_are_the_text() -> None:
    """Nothing can be furniture of a document that is nothing else; `min()` of nothing was once the answer."""
    blocks, silent = pdf_blocks(pdf(*[BEGIN + b"ET"] * 3), "a.pdf")
    assert [block.text.split("\n") for block in blocks] == [["The gate opens at seven."] * 3]
    assert silent == ()


def test_what_is_no_text_becomes_a_space() -> None:
    """A font can map its letters to halves of characters, to controls, and to signs that turn words round."""
    table = (
        b"1 begincodespacerange <00> <FF> endcodespacerange 3 beginbfchar <41> <D800> <42> <202E> <43> <0000> endbfchar"
    )
    (passage,) = read_bytes(pdf(b"BT /F 12 Tf 10 700 Td (The AgateB opens C.) Tj ET", table=table), "a.pdf").passages
    assert passage.text == "The  gate  opens  ."
