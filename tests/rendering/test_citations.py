"""The links that follow a statement."""

from pathlib import Path

from lxml import html

from kitbag.course.load import load_course
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.citations import CitationLinks

TEA = Path(__file__).parents[1] / "projects/every-item-type"


def test_a_link_names_its_passage_unless_the_link_before_it_did() -> None:
    course = load_course(TEA).course
    assert course is not None
    links = CitationLinks(course.passages, catalogue_for("en"), "../")
    first, second = (course.passages[name].label for name in ("T1", "T2"))
    shown = html.fromstring(links(["T1.1", "T1.2", "T2.1", "T1.2"]))
    assert [(link.text, link.get("aria-label"), link.get("href")) for link in shown] == [
        ("T1.1", f"Source T1.1: {first}", "../sources.html#fact-T1.1"),
        ("T1.2", "Source T1.2", "../sources.html#fact-T1.2"),
        ("T2.1", f"Source T2.1: {second}", "../sources.html#fact-T2.1"),
        ("T1.2", f"Source T1.2: {first}", "../sources.html#fact-T1.2"),
    ]
    assert links([]) == ""
