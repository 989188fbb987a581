"""The report beside an export: what became of each item, for programs and for people."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kitbag.course.model import Course
from kitbag.exporters.base import Exporter
from kitbag.exporters.fidelity import Note, Row, Rung
from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.policy import sealed
from kitbag.rendering.template_data import show

show(Row, "subject", "type", "rung", "notes", "lossy")
show(Note, "code", "kind")


def report_json(exporter: Exporter, course: Course, rows: Sequence[Row], catalogue: Catalogue) -> bytes:
    """Return the fidelity report for programs: counts by rung, and each row with its notes."""
    counts = Counter(row.rung for row in rows)
    report = {
        "format": exporter.name,
        "title": exporter.title,
        "course": course.info.id,
        "edition": course.info.edition,
        "as_of": course.as_of,
        "counts": {rung.value: counts[rung] for rung in Rung},
        "with_losses": sum(row.lossy for row in rows),
        "interactions": {kind.value: rung.value for kind, rung in exporter.interactions.items()},
        "rows": [
            {
                "subject": row.subject,
                "type": row.type,
                "rung": row.rung.value,
                "lossy": row.lossy,
                "notes": [
                    {"code": note.code, "kind": note.kind.value, "text": note.text(catalogue)} for note in row.notes
                ],
            }
            for row in rows
        ],
    }
    return (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode()


def report_html(
    exporter: Exporter, course: Course, rows: Sequence[Row], catalogue: Catalogue, folder: Path | None
) -> bytes:
    """Return the fidelity report as a page for people, with how to import the file on the platforms that read it.

    `folder` is the course folder whose `templates/` may set the page aside, or None for the built-in one.
    """
    # Jinja is slow to import, and no other part of an item export needs it.
    from kitbag.rendering.environment import make_environment

    environment = make_environment(folder=folder, catalogue=catalogue, language=course.info.language)
    counts = Counter(row.rung for row in rows)
    steps = catalogue.area(f"exports.import.{exporter.name}")
    page = environment.get_template("packages/fidelity.html").render(
        format=exporter.title,
        course=course,
        rows=rows,
        counts=[(rung, counts[rung]) for rung in Rung],
        losses=sum(row.lossy for row in rows),
        steps=[steps[key] for key in sorted(steps)],
        note_text=lambda note: note.text(catalogue),
    )
    return sealed(page).encode()
