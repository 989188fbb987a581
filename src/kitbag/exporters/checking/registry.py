"""From a file to its format by what it holds, and from there to everything that is wrong with it."""

import os
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Final, NamedTuple

from kitbag.exporters.checking import cartridge, cmi5, epub, gift, moodle, qti, scorm, site, spreadsheet
from kitbag.exporters.checking.archive import AGAIN, MOST_READ, Archive, Refused, open_archive
from kitbag.exporters.checking.content import MANIFEST, Content
from kitbag.exporters.checking.documents import NotXml, document, local, parse
from kitbag.files import LARGEST_FILE
from kitbag.findings import Finding, Place, Severity, has_errors, in_order

MOST_OF_A_KIND: Final = 40
"""Findings of one kind that are shown; of a damaged package there can be thousands."""
_MOST_KEPT: Final = 1_000
"""Findings of one kind that are put in order before the first are shown."""
_ZIP_SIGNS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIPPED: Final = (".zip", ".epub", ".imscc")
_FOR_PLATFORMS: Final = re.compile(
    r"(?:^|/)(?:assets/packages/|(?:adlcp|imscp|imsmd|imsss|cmi5)[^/]*\.xsd$)", re.IGNORECASE
)
"""Files that only packages for learning platforms have: Kitbag's scripts for them, and schemas of the standards."""
_KNOWN: Final = "SCORM, cmi5, EPUB, QTI, Common Cartridge, Moodle XML, GIFT, Kitbag's CSV, a zip of pages, an HTML file"


@dataclass(frozen=True)
class Verdict:
    """What was found out about a package."""

    title: str
    """The format: `SCORM 1.2`; empty where it is none that is known."""
    files: int
    """How many files it holds."""
    findings: tuple[Finding, ...]
    """What is wrong, in order."""
    not_checked: str = ""
    """What this check leaves to others."""

    @property
    def sound(self) -> bool:
        """Whether a platform or reader should take it."""
        return not has_errors(self.findings)


def check_package(path: Path) -> Verdict:
    """Return what is wrong with a package, no matter who made it. Nothing is unpacked to disk, run or fetched."""
    name = path.name or str(path)
    try:
        # Opened without blocking, so that a named pipe cannot hold the check.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return _no(name, "not-a-file", "This is not a file.", "Name a package.")
            return _check_file(file, name, status.st_size)
    except Refused as refused:
        return Verdict("", 0, tuple(refused.findings))
    except OSError as error:
        return _no(name, "unreadable", f"This cannot be read: {error.strerror or error}.", "Check the name and rights.")


def _no(name: str, code: str, message: str, hint: str) -> Verdict:
    return Verdict("", 0, (Finding(code, Place(name), message, hint),))


def _check_file(file: IO[bytes], name: str, size: int) -> Verdict:
    begin = file.read(4)
    suffix = Path(name).suffix.lower()
    if begin in _ZIP_SIGNS:
        return _check_archive(open_archive(file, name))
    if not begin:
        return _no(name, "empty", "The file is empty.", "Fetch or make the package again.")
    if suffix in _ZIPPED:
        return _no(name, "not-a-zip", "This is no zip, though it is named as one.", "Fetch or make the package again.")
    if size > LARGEST_FILE:
        limit = f"{LARGEST_FILE // 1024**2} MiB"
        return _no(name, "too-large", f"This is larger than {limit}.", "Split it or make it smaller.")
    file.seek(0)
    return _check_text(file.read(), name, suffix)


# --- Zips ------------------------------------------------------------------------------------------------------------


def _check_archive(archive: Archive) -> Verdict:
    title, find, not_checked = _recognised(archive)
    findings = _told(chain(archive.damage(), find, archive.passed_over()))
    return Verdict(title, len(archive.files), findings, not_checked)


def _recognised(archive: Archive) -> tuple[str, Iterable[Finding], str]:
    """Return a zip's format, what is wrong with it, and what is not checked."""
    if not archive.files:
        return "", [Finding("empty", archive.at(), "There is nothing in this package.", "Make it again.")], ""
    if "mimetype" in archive.files or "META-INF/container.xml" in archive.files or archive.name.endswith(".epub"):
        return epub.TITLE, epub.check(archive), epub.NOT_CHECKED
    if cmi5.STRUCTURE in archive.files:
        root, findings = document(archive, cmi5.STRUCTURE)
        found = findings if root is None else cmi5.check(archive, root, archive.at(cmi5.STRUCTURE))
        return cmi5.TITLE, found, cmi5.NOT_CHECKED
    if MANIFEST in archive.files:
        root, findings = document(archive, MANIFEST)
        return ("Content package", findings, "") if root is None else _content(Content(archive, root))
    if strayed := _strayed(archive):
        return "", strayed, ""
    if any(map(_FOR_PLATFORMS.search, archive.files)):
        message = "This is a package for learning platforms without its manifest, so no platform can open it."
        return "", [Finding("no-manifest", archive.at(), message, AGAIN)], ""
    if site.has_pages(archive):
        return site.ZIP_TITLE, site.check_zip(archive), site.NOT_CHECKED
    message = "This zip is no package that is known: it has no manifest and no page."
    return "", [Finding("unknown", archive.at(), message, f"Known are: {_KNOWN}.")], ""


def _strayed(archive: Archive) -> list[Finding]:
    """Return a finding where the manifest lies in a folder, or its name is in another case."""
    for path in archive.files:
        folder, _, last = path.rpartition("/")
        if last.casefold() in (MANIFEST, cmi5.STRUCTURE):
            if last not in (MANIFEST, cmi5.STRUCTURE):
                message, hint = f'The manifest is called "{last}".', f'Its name must be "{last.casefold()}".'
            else:
                message = f'The manifest lies in the folder "{folder}", and platforms look for it at the top.'
                hint = "Pack what is in the folder, not the folder."
            return [Finding("strayed-manifest", archive.at(path), message, hint)]
    return []


def _content(content: Content) -> tuple[str, Iterable[Finding], str]:
    """Return which kind of content package this is, by what it says of itself, and what is wrong with it."""
    if local(content.root) != "manifest":
        message = f'The root of the manifest is "{local(content.root)}".'
        return "Content package", [Finding("wrong-root", content.at(), message, "It must be manifest.")], ""
    said = f"{content.schema} {content.root.nsmap.get(None, '')}".casefold()
    types = {resource.type for resource in content.resources}
    if "cartridge" in said or "imscc" in said:
        return cartridge.title(content), cartridge.check(content), cartridge.NOT_CHECKED
    if "qti" in said or any(kind.startswith("imsqti_") for kind in types):
        return qti.title(content), qti.check(content), qti.NOT_CHECKED
    return scorm.title(content), scorm.check(content), scorm.NOT_CHECKED


# --- Single files ----------------------------------------------------------------------------------------------------


def _check_text(data: bytes, name: str, suffix: str) -> Verdict:
    format_ = _text_format(data, suffix)
    if format_ is None:
        return _no(name, "unknown", "This is no package that is known.", f"Known are: {_KNOWN}.")
    # Only Moodle's files hold their pictures, and are much larger than their texts.
    if len(data) > MOST_READ and format_.title != moodle.TITLE:
        limit = f"{MOST_READ // 1024**2} MiB"
        return _no(name, "too-large", f"This is larger than {limit}.", "Split it or make it smaller.")
    return Verdict(format_.title, 1, _told(format_.check(data, Place(name))), format_.not_checked)


class _TextFormat(NamedTuple):
    """A format of a single file, and how it is checked."""

    title: str
    check: Callable[[bytes, Place], Iterator[Finding]]
    not_checked: str


def _text_format(data: bytes, suffix: str) -> _TextFormat | None:
    """Return the format of a single file by what it holds, or None where that is none that is known."""
    begin = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()[:15].lower()
    if suffix in (".html", ".htm", ".xhtml") or begin.startswith((b"<!doctype html", b"<html")):
        return _TextFormat(site.FILE_TITLE, site.check_file, site.NOT_CHECKED)
    if suffix == ".csv":
        return _TextFormat(spreadsheet.TITLE, spreadsheet.check, spreadsheet.NOT_CHECKED)
    if suffix == ".gift" or (suffix == ".txt" and b"{" in data):
        return _TextFormat(gift.TITLE, gift.check, gift.NOT_CHECKED)
    if begin.startswith(b"<") or suffix == ".xml":
        if b"<courseStructure" in data[:65536]:
            return _TextFormat(cmi5.TITLE, _structure, cmi5.NOT_CHECKED)
        return _TextFormat(moodle.TITLE, moodle.check, moodle.NOT_CHECKED)
    return None


def _structure(data: bytes, place: Place) -> Iterator[Finding]:
    try:
        root = parse(data)
    except NotXml as error:
        yield Finding("not-xml", place._replace(line=error.line), str(error), error.hint)
        return
    yield from cmi5.check(None, root, place)


def _told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the first findings of each kind in order, and after them how many there are beyond.

    No more than a share is ever kept: of a hostile file there can be millions.
    """
    counts: Counter[tuple[str, Severity]] = Counter()
    kept = []
    for finding in findings:
        key = finding.code, finding.severity
        counts[key] += 1
        if counts[key] <= _MOST_KEPT:
            kept.append(finding)
    shown: dict[tuple[str, Severity], list[Finding]] = defaultdict(list)
    for finding in in_order(kept):
        shown[finding.code, finding.severity].append(finding)
    beyond = []
    for (code, severity), first in shown.items():
        # What is said twice at one place is one finding; of those not kept, nobody knows.
        count = len(first) + max(0, counts[code, severity] - _MOST_KEPT)
        if count > MOST_OF_A_KIND:
            place = Place(first[0].place.file.partition("/")[0])
            message = f"There are {count - MOST_OF_A_KIND} more findings like the last ones of the kind {code}."
            beyond.append(Finding(code, place, message, "Mend those shown first.", severity))
    return (*in_order(one for first in shown.values() for one in first[:MOST_OF_A_KIND]), *beyond)
