"""The formats for learners and their platforms, and the whole of such an export: its files, named and written."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from kitbag.exporters.archive import write_package
from kitbag.exporters.base import bank_places
from kitbag.exporters.cmi5 import CMI5
from kitbag.exporters.epub import Epub
from kitbag.exporters.fidelity import findings_of
from kitbag.exporters.learner import LearnerFormat, RenderedCourse
from kitbag.exporters.scorm12 import SCORM_12
from kitbag.exporters.scorm2004 import SCORM_2004
from kitbag.exporters.single import SingleFile
from kitbag.exporters.zipped import OfflineZip
from kitbag.findings import Finding, Place

_ALL: Final[tuple[LearnerFormat, ...]] = (OfflineZip(), SingleFile(), SCORM_12, SCORM_2004, CMI5, Epub())

LEARNER_FORMATS: Final[Mapping[str, LearnerFormat]] = {one.name: one for one in _ALL}
"""Every format for learners, by the name an author types."""


def lost(
    name: str, rendered: RenderedCourse, place_of: Callable[[str], Place] | None = None, *, strict: bool = False
) -> list[Finding]:
    """Return a finding for each item of which a format does not carry everything.

    Args:
        name: a key of `LEARNER_FORMATS`.
        rendered: the course.
        place_of: from the id of an item to where it stands; by default, the file of its bank.
        strict: whether a loss is an error.

    Raises:
        kitbag.exporters.learner.Undrawn: the bank has no form of a test.
    """
    one = LEARNER_FORMATS[name]
    rows = [row for part in one.export(rendered) for row in part.package.rows]
    return findings_of(rows, one.title, place_of or bank_places(rendered.course), rendered.catalogue, strict=strict)


def deliver(name: str, rendered: RenderedCourse, folder: Path) -> Iterator[Path]:
    """Write a course in one format into a folder, each file as a whole or not at all, and give the path of each.

    Raises:
        OSError: a file cannot be written. Those written before it stand.
        kitbag.files.Unreadable: a picture cannot be read; its file is not written.
    """
    for part in LEARNER_FORMATS[name].export(rendered):
        # The ending tells most formats apart; several are a zip.
        marks = [rendered.name, part.name, "" if part.package.suffix == f".{name}" else name]
        target = folder / f"{'-'.join(filter(None, marks))}{part.package.suffix}"
        write_package(part.package, target)
        yield target
