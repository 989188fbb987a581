"""From a file on disk to passages: what kind of document it is, which encoding, and what makes it unreadable."""

import codecs
import re
from pathlib import Path
from typing import Final

from kitbag.course.documents.blocks import Block, DocumentError, ReadDocument, passages_of
from kitbag.course.documents.html import declared_charset, html_blocks
from kitbag.course.documents.pdf import pdf_blocks
from kitbag.course.documents.text import text_blocks
from kitbag.files import Unreadable, read_within

LARGEST_TEXT: Final = 8 * 1024 * 1024
"""Bytes of a text or HTML document; the longest treaties have about two million."""

_SPACE = b" \t\r\n\x0c"
_HTML_BEGINS: Final = re.compile(
    rb"(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,1000}-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN_ENCODING: Final = re.compile(
    r"utf-?8|utf-?16(?:-?[lb]e)?|us-ascii|ascii|latin-?1|iso-8859-[0-9]{1,2}|(?:windows-|cp)125[0-8]|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr|macintosh"
)
_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "a zipped file, such as Word or OpenDocument text"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"{\\rtf", "rich text (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
)


def read_document(path: Path, *, encoding: str | None = None) -> ReadDocument:
    """Read a text, HTML or PDF document into passages. What it is, its content says; its name only helps.

    Args:
        path: the file.
        encoding: the character encoding of a text or HTML document, where it is neither UTF-8 nor declared.

    Raises:
        DocumentError: it cannot be read, is no such document, or has no text.
    """
    try:
        resolved = path.resolve()
        data = read_within(resolved.parent, resolved.name)
    except (Unreadable, OSError, RuntimeError, ValueError) as error:
        hint = f" {error.hint}" if isinstance(error, Unreadable) and error.hint else ""
        raise DocumentError(f"{error}{hint}") from None
    return read_bytes(data, path.name, encoding=encoding)


def read_bytes(data: bytes, name: str, *, encoding: str | None = None) -> ReadDocument:
    """Read a document from its bytes; the same as `read_document` otherwise."""
    if not data.strip(_SPACE):
        raise DocumentError(f"{name} is empty.")
    for beginning, kind in _OTHER_KINDS:
        if data.startswith(beginning):
            raise DocumentError(f"{name} is {kind}. Save the document as PDF, HTML or plain text and give that.")
    silent: tuple[int, ...] = ()
    blocks: list[Block]
    if b"%PDF-" in data[:1024]:  # PDF readers allow for so much before it (ISO 32000-1, annex H, note 13)
        blocks, silent = pdf_blocks(data, name)
    else:
        if len(data) > LARGEST_TEXT:
            raise DocumentError(
                f"{name} is larger than {LARGEST_TEXT // 1024 // 1024} MiB. "
                "Keep the part that the course rests on in a file of its own."
            )
        is_html = _HTML_BEGINS.match(data.removeprefix(codecs.BOM_UTF8).lstrip(_SPACE)) is not None
        is_html = is_html or Path(name).suffix.lower() in {".html", ".htm", ".xhtml"}
        text = _decoded(data, name, encoding or (declared_charset(data) if is_html else None))
        blocks = list(html_blocks(text) if is_html else text_blocks(text))
    return passages_of(name, blocks, silent)


def _decoded(data: bytes, name: str, encoding: str | None) -> str:
    for mark, marked_encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _with_encoding(data.removeprefix(mark), name, marked_encoding)
    if b"\x00" in data and (encoding is None or not encoding.lower().startswith("utf")):
        raise DocumentError(f"{name} is neither text, HTML nor PDF. Save the document as one of these and give that.")
    try:
        # Before any declaration: text of another encoding that is valid UTF-8 by chance hardly exists.
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            return _with_encoding(data, name, encoding)
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"{name} is not UTF-8: byte 0x{data[error.start]:02X} in line {line}. "
            "Save it as UTF-8, or name its encoding with --encoding; older files from Windows have windows-1252."
        ) from None


def _with_encoding(data: bytes, name: str, encoding: str) -> str:
    encoding = encoding.lower()
    if not _KNOWN_ENCODING.fullmatch(encoding.removesuffix("-le").removesuffix("-be")) and "utf-32" not in encoding:
        raise DocumentError(f'{name} is in "{encoding}", which is not read here. Save it as UTF-8.')
    # Browsers read Latin-1 as windows-1252 (Encoding Standard, 4.2), and so is it written.
    codec = "cp1252" if encoding in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"} else encoding
    try:
        return data.decode("mac-roman" if codec == "macintosh" else codec)
    except (UnicodeDecodeError, LookupError):
        raise DocumentError(f"{name} is not in {encoding}, which it was said to be in. Save it as UTF-8.") from None
