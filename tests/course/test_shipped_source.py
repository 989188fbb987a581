"""The shipped course and its real source document, which is no part of this repository.

The document is looked for beside the repository; without it these tests are skipped, and the same is tested on
documents of our own in `test_drift.py`.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from weasyprint import HTML

from kitbag.course.copied import copied
from kitbag.course.documents.read import read_bytes
from kitbag.course.drift import Drift, compare
from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.course.provenance import usage

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT.parent / "shared" / "sources" / "000_94ab6f90ded57f31.txt"


@pytest.fixture(scope="module")
def text() -> str:
    if not SOURCE.is_file():
        pytest.skip(
            "the shipped course's source is another's document, in no package: it is expected in ../shared/sources"
        )
    return SOURCE.read_text("utf-8")


@pytest.fixture(scope="module")
def course() -> Course:
    loaded = load_course(ROOT)
    assert loaded.course is not None, [str(finding) for finding in loaded.findings]
    return loaded.course


def drift_of(course: Course, data: str | bytes) -> Drift:
    copy = read_bytes(data.encode() if isinstance(data, str) else data, "newer")
    return compare(course, copy, today=date(2025, 6, 1), uses=usage(course))


def changed(course: Course, data: str | bytes) -> list[str]:
    drift = drift_of(course, data)
    return [f"{one.passage.id} {one.fate.change}" for one in drift.changed] + ["new" for _ in drift.new]


def block(text: str, beginning: str) -> str:
    """Return a paragraph with the blank lines after it."""
    found = re.search(rf"{re.escape(beginning)}.*?\n\n+", text, re.DOTALL)
    assert found is not None
    return found[0]


def test_the_recorded_passages_are_those_of_the_document(course: Course, text: str) -> None:
    assert changed(course, text) == []
    of_the_page = [passage.id for passage in course.sources.documents[0].passages]
    assert of_the_page == [f"P{number}" for number in range(1, 21)]


def test_each_change_is_named_and_nothing_else(course: Course, text: str) -> None:
    committee = block(text, "The NATO Committee")
    copies = {
        "mended slip": (text.replace("2422", "2242"), ["P2 reworded"]),
        "year": (text.replace("recently in 2024", "recently in 2025"), ["P10 reworded"]),
        "other year": (text.replace("In 2024,", "In 2025,"), ["P7 reworded"]),
        "date": (text.replace("11 Jul. 2024 08:53", "9 Jan. 2025 10:15"), ["P1 reworded"]),
        "reworded": (text.replace("The resolve of Allies and partners", "The wish of many states"), ["P9 reworded"]),
        "moved": (text.replace(committee, "") + "\n\n" + committee, ["P16 moved"]),
        "split": (text.replace(" The position was", "\n\nThe position was"), ["P12 split"]),
        "merged": (text.replace("start.\n\nThrough", "start. Through"), ["P17 merged", "P18 merged"]),
        "deleted": (text.replace(committee, ""), ["P16 gone"]),
        "added": (text + "\n\nA fleet of bicycles was bought for the use of visitors.\n", ["new"]),
    }
    for name, (copy, expected) in copies.items():
        assert copy != text, name
        assert sorted(changed(course, copy)) == expected, name  # how much rests on each is for the course to say


def test_the_mended_slip_settles_the_erratum(course: Course, text: str) -> None:
    (one,) = drift_of(course, text.replace("2422", "2242")).changed
    assert [erratum.id for erratum in one.mended] == [erratum.id for erratum in course.sources.documents[0].errata]


def test_everything_on_a_changed_passage_is_listed(course: Course, text: str) -> None:
    drift = drift_of(course, text.replace("recently in 2024", "recently in 2025"))
    listed = {use.name for _, use in drift.affected}
    for bank in course.banks:
        for item in bank.items:
            cites = any(citation.partition(".")[0] == "P10" for citation in item.cites)
            assert (item.id in listed) == cites, item.id


def test_a_page_and_a_pdf_say_the_same(course: Course, text: str) -> None:
    blocks = [part.strip() for part in re.split(r"\n\s*\n|\n(?=\s+•)", text) if part.strip()]
    content = "".join(
        f"<li>{part[1:]}</li>" if part.startswith("•") else f"<h2>{part}</h2>" if len(part) < 40 else f"<p>{part}</p>"
        for part in blocks
    )
    assert changed(course, f"<!doctype html><nav>Home</nav><main>{content}</main>") == []
    style = "@page { size: A5; @top-left { content: 'Reader' } @bottom-right { content: counter(page) } }"
    style += "body { font: 11pt serif; hyphens: auto; text-align: justify }"
    pdf = HTML(string=f'<html lang="en"><style>{style}</style>{content}').write_pdf()
    assert isinstance(pdf, bytes)
    assert changed(course, pdf) == []


def test_the_course_copies_no_sentence(text: str) -> None:
    loaded = load_course(ROOT)
    assert loaded.course is not None
    names = loaded.course.sources.documents[0].official_names
    copy = read_bytes(text.encode(), SOURCE.name)
    assert [str(finding) for finding in copied(ROOT, loaded.places.marks, copy, names)] == []
