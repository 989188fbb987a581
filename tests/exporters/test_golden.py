"""Unpacked packages as they were last looked at. XML is compared in canonical form, a tag a line.

After a change on purpose, look at the difference, then write the files anew: `KITBAG_UPDATE_GOLDEN=1 pytest
tests/exporters/test_golden.py`.
"""

import difflib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from kitbag.course.model import Course
from kitbag.exporters.base import Package, select
from kitbag.exporters.registry import EXPORTERS, export
from kitbag.questions.model import Use

GOLDEN = Path(__file__).parents[1] / "golden"
UPDATE = os.environ.get("KITBAG_UPDATE_GOLDEN") == "1"


def readable(path: str, data: bytes) -> str:
    """Return a file as text to compare."""
    if not path.endswith(".xml"):
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    canonical = etree.tostring(etree.fromstring(data), method="c14n2", strip_text=False).decode()
    return canonical.replace("><", ">\n<") + "\n"


@pytest.mark.parametrize("name", EXPORTERS)
def test_packages_are_as_they_were(
    name: str, every_type: Course, unpack: Callable[[Package], dict[str, bytes]]
) -> None:
    chosen, _ = select(every_type, use=Use.PRACTICE)
    assert chosen is not None
    made = export(name, chosen)
    # Lessons look as the site's theme makes them, which has tests of its own.
    files = {
        path: readable(path, data)
        for path, data in unpack(made.package).items()
        if not path.startswith(("media/", "lessons/"))
    }
    files["fidelity.json"] = made.report_data().decode()
    folder = GOLDEN / name
    if UPDATE:
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    kept = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}
    assert sorted(files) == sorted(kept)
    for path, text in files.items():
        difference = difflib.unified_diff(
            kept[path].splitlines(), text.splitlines(), f"golden/{name}/{path}", "now", lineterm="", n=2
        )
        assert not (shown := "\n".join(difference)), shown
