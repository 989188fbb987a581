"""One policy as text, as a page and as a PDF gives the same passages; what cannot be read gives one clear message."""

# ruff: noqa: RUF001 - look-alike characters are what is tested

import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from weasyprint import HTML

from kitbag.course.documents.blocks import MOST_PASSAGES, DocumentError, ReadDocument
from kitbag.course.documents.read import LARGEST_TEXT, read_bytes, read_document
from kitbag.course.drift import compare
from kitbag.course.fingerprints import fingerprint
from kitbag.course.load import load_course

TESTS = Path(__file__).parent.parent.parent
POLICY = (TESTS / "cases" / "policy.txt").read_text("utf-8")
TITLES = ("Visiting Vessels and the Northport Harbour Board", "How the rules came about", "Who does what")


def hashes(document: ReadDocument) -> list[str]:
    return [fingerprint(passage.text).sha256 for passage in document.passages]


def texts(page: str) -> list[str]:
    return [" ".join(passage.text.split()) for passage in read_bytes(page.encode(), "page.html").passages]


def policy_as_html(style: str = "") -> str:
    """Return the policy as a web page with a menu, a banner and a foot."""
    body = []
    for block in re.split(r"\n\s*\n|\n(?=  •)", POLICY):
        text = block.strip().removeprefix("• ")
        if block.strip().startswith("•"):
            body.append(f"<li>{text}</li>")
        elif text.endswith("."):
            body.append(f"<p>{text}</p>")
        else:
            body.append(f"<h2>{text}</h2>")
    content = re.sub(r"((?:<li>.*?</li>\s*)+)", r"<ul>\1</ul>", "\n".join(body))
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Harbour</title>
<style>{style}</style></head>
<body><header><nav><ul><li>Home</li><li>Contact the Board</li></ul></nav></header>
<main><!-- the policy --><article>{content}</article></main>
<aside>Related pages that change every day.</aside><footer>Follow us.</footer><script>var p = "<p>x</p>";</script>
</body></html>"""


def policy_as_pdf(style: str, page: str = policy_as_html()) -> bytes:
    for furniture in ("header", "aside", "footer"):
        page = re.sub(rf"<{furniture}>.*?</{furniture}>", "", page, flags=re.DOTALL)
    made = HTML(string=page.replace("<style></style>", f"<style>{style}</style>")).write_pdf()
    assert isinstance(made, bytes)
    return made


# --- What can be read ----------------------------------------------------------------------------------------------


def test_text_gives_its_passages_with_locators() -> None:
    document = read_bytes(POLICY.encode(), "policy.txt")
    assert len(document.passages) == 19
    assert document.headings == (*TITLES, "Working with others")
    assert document.passages[0].text == "Last revised: 3 May 2024 09:15"
    assert [passage.locator for passage in document.passages[6:9]] == [
        "under “Visiting Vessels and the Northport Harbour Board”, paragraph 7",
        "under “How the rules came about”, paragraph 1",
        "under “How the rules came about”, paragraph 2",
    ]


def test_a_page_gives_the_same_passages() -> None:
    document = read_bytes(policy_as_html().encode(), "policy")
    assert hashes(document) == hashes(read_bytes(POLICY.encode(), "policy.txt"))
    assert document.headings == (*TITLES, "Working with others")


FURNITURE = """@page {
  size: A5; margin: 18mm;
  @top-center { content: "Harbour rules, edition 4" }
  @bottom-center { content: "Page " counter(page) " of " counter(pages) }
}
"""


@pytest.mark.parametrize(
    "style",
    [
        "@page { size: A4 }",
        FURNITURE + "body { font: 11pt serif; hyphens: auto; text-align: justify }",
        FURNITURE + "body { font: 11pt/1.2 serif } p { margin: 0; text-indent: 1.5em }",
        FURNITURE + "body { font: 9pt sans-serif; columns: 2 }",
        "@page { size: A6; margin: 8mm } body { font: 10pt serif } h2 { font-size: 10pt }",
    ],
    ids=["plain", "justified with furniture", "indented", "two columns", "small pages"],
)
def test_a_pdf_gives_the_same_passages(style: str) -> None:
    document = read_bytes(policy_as_pdf(style), "policy.pdf")
    assert document.headings == (*TITLES, "Working with others")
    assert document.passages[0].locator.startswith("page 1, under “Visiting")
    # Where a full line with the end of a sentence ends a page, only what is recorded tells whether a paragraph ended.
    course = load_course(TESTS / "projects" / "harbour").course
    assert course is not None
    drift = compare(course, document, today=date(2025, 6, 1), uses={})
    assert [(one.passage.id, str(one.fate.change)) for one in drift.changed] == []
    assert drift.new == ()


def test_numbers_of_paragraphs_become_locators() -> None:
    text = "1. The first rule of all.\n\n12. The twelfth rule of all.\n\n(a) Its first part.\n\n1.5 million came.\n"
    document = read_bytes(text.encode(), "rules.txt")
    assert [(passage.text, passage.locator) for passage in document.passages] == [
        ("The first rule of all.", "number 1"),
        ("The twelfth rule of all.", "number 12"),
        ("Its first part.", "number a"),
        ("1.5 million came.", "paragraph 4"),
    ]


def test_markdown_headings_and_rules_are_no_passages() -> None:
    text = (
        "Title\n=====\n\n# Part one #\nFirst sentence\nwrapped.\n\n---\n\n- a point that\n  goes on\n- another point\n"
    )
    document = read_bytes(text.encode(), "note.md")
    assert document.headings == ("Title", "Part one")
    assert [passage.text for passage in document.passages] == [
        "First sentence\nwrapped.", "a point that\ngoes on", "another point",
    ]  # fmt: skip


def test_a_long_heading_is_cut_short_in_locators() -> None:
    text = "What each of the boards and panels of this harbour does\n\nIt works."
    assert read_bytes(text.encode(), "a.txt").passages[0].locator == (
        "under “What each of the boards and panels …”, paragraph 1"
    )


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>One<p>Two", ["One", "Two"]),
        ("<p>One <b>bold</b> w<i>or</i>d<br>more", ["One bold word more"]),
        ("<ul><li>One<li><p>Two</p></ul>tail", ["One", "Two", "tail"]),
        ("<table><tr><td>Berth<td>12<tr><td>Depth<td><p>9 m</p></table>after", ["Berth 12", "Depth", "9 m", "after"]),
        ("<p>a &lt; b &amp; c &#8211; d&nbsp;e &#99999999999; f", ["a < b & c – d e \ufffd f"]),
        ("<div hidden>no<div>no</div></div><p style='DISPLAY : none'>kept, for it has no end</p><p>yes", None),
        ("<svg><text>no</text></svg><template>no</template><noscript>no</noscript>yes", ["yes"]),
        ("<p>yes<!-- no --><!no><?no?></no>", ["yes"]),
        ("<p>yes<!-- <p>no", ["yes"]),
        ("<p>yes <a href='x>y' title=\"a>b\">link</a>", ["yes link"]),
        ("<p>1 < 2 and 3 <4", ["1 < 2 and 3 <4"]),
        ("<div role=navigation>no</div><nav>no<nav>no</nav>no</nav>yes", ["yes"]),
        ("<main>Short.</main><div>" + "Most of the words stand outside of it. " * 3 + "</div>", None),
    ],
)
def test_a_page_is_read_as_a_reader_sees_it(page: str, expected: list[str] | None) -> None:
    found = texts("<!doctype html><body>" + page)
    if expected is None:
        assert "no" not in found
        assert len(found) == 2
    else:
        assert found == expected


@pytest.mark.parametrize(
    "data",
    [
        "Žluť a čára.".encode(),
        b"\xef\xbb\xbf" + "Žluť a čára.".encode(),
        b"\xff\xfe" + "Žluť a čára.".encode("utf-16-le"),
        b"\xfe\xff" + "Žluť a čára.".encode("utf-16-be"),
        b"\xff\xfe\x00\x00" + "Žluť a čára.".encode("utf-32-le"),
        b'<html><meta charset="windows-1250">' + "Žluť a čára.".encode("cp1250"),
        b"<html><meta charset='iso-8859-2'>" + "Žluť a čára.".encode(),
    ],
)
def test_encodings_are_recognised(data: bytes) -> None:
    assert [passage.text for passage in read_bytes(data, "a.txt").passages] == ["Žluť a čára."]


def test_an_encoding_can_be_named() -> None:
    data = "Déjà vu à l’écluse.".encode("cp1252")
    assert read_bytes(data, "a.txt", encoding="windows-1252").passages[0].text == "Déjà vu à l’écluse."


# --- What cannot ---------------------------------------------------------------------------------------------------


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(policy_as_pdf(""))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scanned() -> bytes:
    page = (
        "<svg width='300' height='300'><rect width='200' height='200'/></svg><div style='break-before:page'><hr></div>"
    )
    made = HTML(string=page).write_pdf()
    assert isinstance(made, bytes)
    return made


GIVE = "Save the document as PDF, HTML or plain text and give that."
DAMAGED = "a is not a PDF that can be read: it is damaged or cut short."
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "a is empty."),
    "blank": (b" \r\n\t\n", "a is empty."),
    "no words": (b"***\n\n---\n", "a has no text in passages: nothing there can be cited."),
    "headings only": (b"# One\n\n# Two\n", "a has no text in passages: nothing there can be cited."),
    "page of scripts": (b"<html><script>x</script>", "a has no text in passages: nothing there can be cited."),
    "other encoding": (
        b"one\ntwo \x92\n",
        (
            "a is not UTF-8: byte 0x92 in line 2. "
            "Save it as UTF-8, or name its encoding with --encoding; older files from Windows have windows-1252."
        ),
    ),
    "false encoding": (
        b"<html><meta charset=shift_jis>\x92\xff",
        "a is not in shift_jis, which it was said to be in. Save it as UTF-8.",
    ),
    "unknown encoding": (
        b"<html><meta charset=unicode_escape>\x92\xff",
        'a is in "unicode_escape", which is not read here. Save it as UTF-8.',
    ),
    "word": (b"PK\x03\x04....", f"a is a zipped file, such as Word or OpenDocument text. {GIVE}"),
    "picture": (b"\x89PNG....", f"a is a picture. {GIVE}"),
    "binary": (b"a\x00\x01\x02", "a is neither text, HTML nor PDF. Save the document as one of these and give that."),
    "huge": (
        b"a b\n" * (LARGEST_TEXT // 4 + 1),
        "a is larger than 8 MiB. Keep the part that the course rests on in a file of its own.",
    ),
    "too many passages": (
        b"A b c.\n\n" * (MOST_PASSAGES + 1),
        "a has 5001 passages, more than 5000. Keep the part that the course rests on in a file of its own.",
    ),
    "password": (
        encrypted(),
        (
            "a is protected by a password or by an encryption that cannot be undone here. "
            "Save a copy without protection and give that."
        ),
    ),
    "scan": (
        scanned(),
        (
            "a has 2 pages and no text: it is most likely a scan. "
            "Have its text recognised (OCR) and give the result, or look for the publisher's text version."
        ),
    ),
    "cut PDF": (policy_as_pdf("")[:900], DAMAGED),
    "false PDF": (b"%PDF-1.7\nhello", DAMAGED),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_gives_one_message(
    name: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    data, message = REFUSED[name]
    with pytest.raises(DocumentError) as refused:
        read_bytes(data, "a")
    assert str(refused.value) == message
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_a_file_that_is_not_there_gives_one_message(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r'^There is no file "x\.pdf"\.$'):
        read_document(tmp_path / "x.pdf")
    with pytest.raises(DocumentError, match="is not a file"):
        read_document(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DocumentError):
        read_document(tmp_path / "loop")


def test_a_file_may_be_named_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A sentence.")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.txt").symlink_to(tmp_path / "real")
    assert read_document(tmp_path / "elsewhere" / "link.txt").name == "link.txt"


def test_pages_without_text_are_named() -> None:
    picture = "<svg width='99' height='99'><rect width='9' height='9'/></svg>"
    made = HTML(string=f"<p>Some text.</p><div style='break-before:page'>{picture}</div>").write_pdf()
    assert isinstance(made, bytes)
    assert read_bytes(made, "a.pdf").silent_pages == (2,)


BOMBS = {
    "deep": "<div>" * 100_000 + "x",
    "paragraphs never closed": "<b><p>" * 80_000 + "x",
    "tags never closed": "<a " * 150_000,
    "quotes never closed": '<a b="' * 100_000,
    "comments never closed": "<!--" * 400_000,
    "half comments": "<!-- x --" * 150_000,
    "attributes": "x<a " + " ".join(f"b{number}=c" for number in range(60_000)) + ">",
    "references": "x" + "&#" * 500_000 + "&#" + "9" * 500_000,
    "scripts": "<script>" * 200_000,
    "brackets": "x" + "<" * 300_000,
    "declarations": "x" + "<!" * 500_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_pages_end(name: str) -> None:
    """Each takes about a second; a parser that looks twice at anything would take minutes or hours."""
    try:
        read_bytes(("<!doctype html>" + BOMBS[name]).encode(), "bomb.html")
    except DocumentError as refused:
        assert "nothing there can be cited" in str(refused)  # noqa: PT017 - a bomb may hold no text, or some


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.pdf"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    for start in (b"", b"<!doctype html><p>", b"%PDF-1.4\n"):
        try:
            assert read_bytes(start + data, name).passages
        except DocumentError as refused:
            assert str(refused).startswith(name)  # noqa: PT017 - either outcome is right


@given(st.text(alphabet="<>/!-=\"' abpt&#;x1\n", max_size=200))
def test_any_page_is_read_or_refused(page: str) -> None:
    try:
        read_bytes(f"<!doctype html>{page}".encode(), "a.html")
    except DocumentError as refused:
        assert "nothing there can be cited" in str(refused)  # noqa: PT017 - either outcome is right


def test_a_heading_of_one_endless_word_is_cut_in_the_locator() -> None:
    endless = "a" * 600
    document = read_bytes(f"<h1>{endless}</h1><p>The board meets on Monday.</p>".encode(), "a.html")
    assert [passage.locator for passage in document.passages] == [f"under “{'a' * 200} …”, paragraph 1"]
