"""From HTML to an accessible PDF (PDF/UA-1, ISO 14289-1), the same bytes every time; many documents side by side.

WeasyPrint is imported late: it takes half a second, and without the system library Pango it cannot be imported at all.
A document reads nothing from disk or network: pictures come as `data:` addresses, fonts from packages.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from io import StringIO
from multiprocessing import get_context
from typing import Any, Final

from kitbag.findings import Finding, Place, Severity, listed
from kitbag.rendering.faults import NoPdf
from kitbag.rendering.paper_fonts import fonts_version, only_our_fonts, printable
from kitbag.rendering.paper_limits import TooMuchToPrint, bounded
from kitbag.system import HARFBUZZ_SUBSET, how_to_install_here, missing_libraries

VARIANT: Final = "pdf/ua-1"
OLD_FONTS: Final = "old-font-subsetting"
"""The code of the one finding that is about the machine, and so the same for all documents."""
ENGINE: Final = "1"
"""Raise it when the way from HTML to PDF changes, so that everything is printed anew."""

_DATA: Final = re.compile(r"data:[^\"']*")
# What an archive without dates says too: 1980-01-01, the first day a ZIP file can name.
_NO_DATE: Final = "315532800"


@dataclass(frozen=True)
class PaperDocument:
    """One document to print."""

    path: str
    """Where it goes, from build/: `handouts/trainee/m1.pdf`."""
    title: str
    """What people call it."""
    html: Callable[[], str]
    """Gives the whole page, styles and pictures included."""
    pages: int | None = None
    """How many pages it should have, where that matters (a handout is one sheet); more of them is a finding."""


@dataclass(frozen=True)
class Printed:
    """What came of one document."""

    path: str
    pdf: bytes | None
    """The PDF; `None` where it failed, and a finding says why."""
    findings: tuple[Finding, ...] = ()
    pages: int = 0


def document_digest(html: str) -> str:
    """Return what a document's PDF depends on as SHA-256 in hexadecimal: its HTML, the fonts, and the engine."""
    made_by = f"{ENGINE}\n{version('weasyprint')} {version('pydyf')}\n{fonts_version()}\n"
    return sha256((made_by + html).encode()).hexdigest()


def render_pdf(document: PaperDocument) -> bytes:
    """Return the PDF of one document, without asking what may be wrong with it. Raises NoPdf."""
    return _engine().print(printable(document.html())[0]).pdf


def print_documents(pages: Sequence[tuple[PaperDocument, str]], *, processes: int | None = None) -> Iterator[Printed]:
    """Print documents, each given with its HTML, and give each as soon as it is ready.

    With more than one process they are printed side by side. A document that fails, or takes its process down with it,
    becomes a `Printed` without a PDF; all the others are printed all the same. Raises NoPdf before the first of them.
    """
    _engine_or_reason()
    processes = min(processes or os.cpu_count() or 1, len(pages))
    if processes < 2:
        for document, html in pages:
            yield _print(document.path, html, document.pages)
        return
    unlucky: list[tuple[PaperDocument, str]] = []
    with _pool(processes) as pool:
        # The longest first, so that no process ends up with the course book when the others are done.
        jobs = {
            pool.submit(_print, document.path, html, document.pages): (document, html)
            for document, html in sorted(pages, key=lambda page: -len(page[1]))
        }
        for job in as_completed(jobs):
            try:
                yield job.result()
            except BrokenProcessPool:
                unlucky.append(jobs[job])
    # A process died, and took with it every document that was waiting: each gets a process of its own.
    for document, html in unlucky:
        with _pool(1) as pool:
            try:
                yield pool.submit(_print, document.path, html, document.pages).result()
            except BrokenProcessPool:
                yield _failed(document.path, "the process that printed it was ended by the system")


def _pool(processes: int) -> ProcessPoolExecutor:
    # Fresh processes: Pango is not made to be forked, nor is a process with threads.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _print(path: str, html: str, expected: int | None) -> Printed:
    """Print one document, whatever happens: any error is this document's alone."""
    try:
        html, lacking = printable(html)
        result = _engine().print(html)
    except TooMuchToPrint as error:
        return _failed(path, str(error))
    except Exception as error:  # noqa: BLE001 - one document's failure never loses the others
        return _failed(path, f"{type(error).__name__}: {error}")
    findings = list(_engine_warnings(path, result.warnings))
    if lacking:
        shown = listed(f"{char} (U+{ord(char):04X})" for char in lacking)
        findings.append(
            _warning(
                path,
                "no-glyph",
                f"No font for print has {shown}.",
                "An empty box is printed instead. Use letters that the fonts have, or write it by hand.",
            )
        )
    if expected is not None and result.pages > expected:
        findings.append(
            _warning(
                path,
                "too-many-pages",
                f"It fills {result.pages} pages instead of {expected}.",
                "Shorten what it shows: fewer key points, a smaller figure, fewer self-checks.",
            )
        )
    return Printed(path, result.pdf, tuple(findings), result.pages)


def _engine_warnings(path: str, messages: Sequence[str]) -> Iterator[Finding]:
    """Give what the engine warns of: of a document, except where it is the same for all of them."""
    of_the_machine = [one for one in messages if one.startswith("Using fontTools instead of HarfBuzz-Subset")]
    for message in messages:
        if message not in of_the_machine:
            yield _warning(path, "paper-engine", message)
    if of_the_machine:
        yield _warning(
            "PDFs",
            OLD_FONTS,
            "The system library HarfBuzz-subset isn't installed. Fonts are cut down in an older way.",
            f"To install it: {how_to_install_here([HARFBUZZ_SUBSET])}",
        )


def _failed(path: str, why: str) -> Printed:
    return Printed(path, None, (Finding("not-printed", Place(path), f"It could not be printed: {why}."),))


def _warning(path: str, code: str, message: str, hint: str = "") -> Finding:
    return Finding(code, Place(path), message, hint, Severity.WARNING)


# --- The engine, one a process -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Result:
    pdf: bytes
    pages: int
    warnings: tuple[str, ...]


class _Engine:
    """WeasyPrint with our fonts and our habits."""

    def __init__(self) -> None:
        with only_our_fonts():
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration

            # One configuration for all documents of the process: reading the fonts takes longer than a short page.
            self._fonts = FontConfiguration()
        self._html = weasyprint.HTML
        self._fetcher = weasyprint.URLFetcher(allowed_protocols=["data"])
        _remember_page_references()

    def print(self, html: str) -> _Result:
        digest = document_digest(html)
        with bounded(len(_DATA.sub("", html))), _heard() as warnings, _dated():
            document = self._html(string=html, url_fetcher=self._fetcher).render(
                font_config=self._fonts, pdf_variant=VARIANT
            )
            pdf = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=digest[:32].encode(), finisher=_mend)
        return _Result(pdf, len(document.pages), tuple(dict.fromkeys(warnings)))


@cache
def _engine() -> _Engine:
    _engine_or_reason()
    return _Engine()


def _engine_or_reason() -> None:
    """Raise NoPdf with the reason where WeasyPrint or a font package cannot be loaded."""
    reason = _why_not()
    if reason:
        raise NoPdf(reason)


@cache
def _why_not() -> str:
    try:
        # WeasyPrint prints a block of its own where a library is missing.
        with only_our_fonts(), redirect_stdout(StringIO()):
            import weasyprint  # noqa: F401
    except OSError as error:
        missing = missing_libraries()
        if not missing:
            return f"PDFs can't be made, because a system library can't be loaded: {error}."
        names = listed(library.name for library in missing)
        command = how_to_install_here(missing)
        return f"PDFs need system libraries that aren't installed: {names}. To install them: {command}"
    except ImportError as error:
        return f"PDFs need a Python package that isn't installed: {error}."
    return ""


def _mend(document: Any, pdf: Any) -> None:  # noqa: ARG001 - WeasyPrint calls it so
    """Give every glyph a character, as ISO 14289-1, 7.21.7 asks.

    Arabic dots are glyphs of their own that belong to the letter before them, and WeasyPrint maps them to nothing. A
    zero-width joiner is what they are: a part of a shape.
    """
    for thing in pdf.objects:
        stream = getattr(thing, "stream", None)
        if stream and stream[0] == b"/CIDInit /ProcSet findresource begin":
            stream[:] = [line[:-2] + b"<200d>" if line.endswith(b" <>") else line for line in stream]


def _remember_page_references() -> None:
    """Keep pydyf from making the list of all pages anew for every tag, which makes long documents quadratic."""
    import pydyf

    original = pydyf.PDF.page_references.fget

    def page_references(pdf: Any) -> Any:
        count = len(pdf.pages["Kids"])
        known = vars(pdf).get("_known_page_references")
        if known is None or known[0] != count:
            known = (count, original(pdf))
            vars(pdf)["_known_page_references"] = known
        return known[1]

    pydyf.PDF.page_references = property(page_references)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect what WeasyPrint warns of, instead of letting it write to the terminal."""
    logger = logging.getLogger("weasyprint")
    messages: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    listener = Listener(logging.WARNING)
    handlers, logger.handlers = logger.handlers, [listener]
    try:
        yield messages
    finally:
        logger.handlers = handlers


@contextmanager
def _dated() -> Iterator[None]:
    """Let the embedded fonts say the build's date instead of now; fontTools reads it from SOURCE_DATE_EPOCH."""
    set_here = "SOURCE_DATE_EPOCH" not in os.environ
    os.environ.setdefault("SOURCE_DATE_EPOCH", _NO_DATE)
    try:
        yield
    finally:
        if set_here:
            del os.environ["SOURCE_DATE_EPOCH"]
