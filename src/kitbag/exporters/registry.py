"""The formats there are, and the whole of an export: the package, its report as HTML and JSON, and the findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kitbag.exporters.archive import write_package
from kitbag.exporters.base import Exporter, Package, Selection
from kitbag.exporters.cc import CommonCartridge
from kitbag.exporters.csv_ import Csv
from kitbag.exporters.draws import draws_of_practice
from kitbag.exporters.fidelity import findings_of
from kitbag.exporters.fidelity_report import report_html, report_json
from kitbag.exporters.gift import Gift
from kitbag.exporters.manifest import REPORT
from kitbag.exporters.moodle import MoodleXml
from kitbag.exporters.qti3 import Qti3
from kitbag.exporters.qti21 import Qti21
from kitbag.files import write_atomically
from kitbag.findings import Finding

_ALL: Final[tuple[Exporter, ...]] = (MoodleXml(), Gift(), Qti21(), Qti3(), CommonCartridge(), Csv())

EXPORTERS: Final[Mapping[str, Exporter]] = {exporter.name: exporter for exporter in _ALL}
"""Every item bank format, by the name an author types."""


@dataclass(frozen=True)
class Export:
    """One format of a selection, not yet written."""

    format: str
    """The name of the format: `moodle`."""
    name: str
    """The name its files share: `tea-2.1-moodle`."""
    package: Package
    findings: tuple[Finding, ...]
    """What the format cannot carry: errors under `--strict`, else warnings."""
    report: Callable[[], bytes]
    """Makes the fidelity report as a page, with how to import the package."""
    report_data: Callable[[], bytes]
    """Makes the fidelity report as JSON."""


def export(name: str, selection: Selection, *, strict: bool = False, templates: Path | None = None) -> Export:
    """Return one format of a selection. Nothing is rendered yet but the account of what it carries.

    Args:
        name: a key of `EXPORTERS`.
        selection: from `kitbag.exporters.base.select`.
        strict: whether a loss is an error.
        templates: the course folder whose `templates/` may set the report's page aside.
    """
    exporter = EXPORTERS[name]
    package = exporter.export(selection)
    package = replace(
        package, rows=(*package.rows, *draws_of_practice(selection, asks_all=name == CommonCartridge.name))
    )
    course, catalogue = selection.course, selection.catalogue
    findings = findings_of(package.rows, exporter.title, selection.place_of, catalogue, strict=strict)
    return Export(
        format=name,
        name=f"{course.info.id}-{course.info.edition}-{name}",
        package=package,
        findings=tuple(findings),
        report=lambda: report_html(exporter, course, package.rows, catalogue, templates),
        report_data=lambda: report_json(exporter, course, package.rows, catalogue),
    )


def write_export(made: Export, folder: Path) -> list[tuple[Path, str]]:
    """Write an export and its two reports into a folder, each as a whole or not at all; return paths and formats.

    Raises:
        OSError: a file cannot be written. Those written before it stand.
    """
    target = folder / f"{made.name}{made.package.suffix}"
    write_package(made.package, target)
    page, data = folder / f"{made.name}.fidelity.html", folder / f"{made.name}.fidelity.json"
    write_atomically(page, made.report())
    write_atomically(data, made.report_data())
    return [(target, made.format), (page, REPORT), (data, REPORT)]
