"""What holds for every exporter and every item type."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from kitbag.exporters.base import Exporter, Package, Selection, select
from kitbag.exporters.fidelity import Kind, Rung
from kitbag.exporters.registry import EXPORTERS, export
from kitbag.questions.model import ItemType

Unpack = Callable[[Package], dict[str, bytes]]
Faults = Callable[[str, bytes], list[str]]

exporters = pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=list(EXPORTERS))

MANIFESTS = {"qti21": "qti21-manifest", "qti3": "qti3-manifest", "cc": "cc-manifest"}


@exporters
def test_two_builds_are_byte_equal(exporter: Exporter, selection: Selection, unpack: Unpack) -> None:
    package = exporter.export(selection)
    again = exporter.export(selection)
    assert unpack(package) == unpack(again) == unpack(package)


@exporters
def test_every_item_has_one_row_in_bank_order(exporter: Exporter, selection: Selection) -> None:
    rows = [row.subject for row in exporter.export(selection).rows if row.type != "test"]
    assert rows == [item.id for item in selection.items]


@exporters
def test_the_facts_cover_every_type_and_no_item_is_carried_better(exporter: Exporter, selection: Selection) -> None:
    assert set(exporter.interactions) == set(ItemType)
    for row in exporter.export(selection).rows:
        if row.type != "test":
            assert row.rung.depth >= exporter.interactions[ItemType(row.type)].depth


@exporters
def test_what_is_not_native_says_why(exporter: Exporter, selection: Selection) -> None:
    for row in exporter.export(selection).rows:
        if row.rung is not Rung.NATIVE:
            assert row.notes, row.subject
        if row.rung in {Rung.DECOMPOSED, Rung.REFUSED}:
            assert any(note.kind is Kind.LOSS for note in row.notes), row.subject


@exporters
def test_every_note_has_a_text_and_the_report_lists_it(exporter: Exporter, selection: Selection) -> None:
    made = export(exporter.name, selection)
    report = json.loads(made.report_data())
    assert [row["subject"] for row in report["rows"]] == [row.subject for row in made.package.rows]
    texts = [note["text"] for row in report["rows"] for note in row["notes"]]
    assert all(text.endswith(".") for text in texts), texts
    page = made.report().decode()
    for row in made.package.rows:
        assert f'<th scope="row">{row.subject}</th>' in page


@exporters
def test_strict_makes_each_loss_an_error(exporter: Exporter, selection: Selection) -> None:
    made = export(exporter.name, selection, strict=True)
    relaxed = export(exporter.name, selection)
    lossy = [row.subject for row in made.package.rows if row.lossy]
    assert len(made.findings) == len(lossy)
    assert {finding.severity for finding in made.findings} <= {"error"}
    assert {finding.severity for finding in relaxed.findings} <= {"warning"}
    for subject, finding in zip(lossy, made.findings, strict=True):
        assert finding.message.startswith(f"{subject}: {exporter.title} ")


def test_a_loss_that_many_items_share_is_one_warning_but_an_error_each(make_course: Any) -> None:
    items = [{"id": f"s{n}", "type": "short-answer", "accept": ["x"], "points": 2} for n in range(6)]
    chosen, _ = select(make_course([*items, {"id": "e", "type": "short-answer", "accept": ["->"]}]))
    assert chosen is not None
    weight = "All questions weigh the same in this format: 2 points become one. Set the weight on the platform."
    arrow = 'The answer "->" would be read as a pair, since this format has no other sign for an arrow.'
    assert [str(finding) for finding in export("gift", chosen).findings] == [
        f"questions/m1.yaml: warning: GIFT carries 6 items with a loss: s0, s1, s2 and 3 more. {weight}",
        f"questions/m1.yaml: warning: e: GIFT cannot carry it. {arrow}",
    ]
    strict = [str(finding) for finding in export("gift", chosen, strict=True).findings]
    assert len(strict) == 7
    assert strict[0] == f"questions/m1.yaml: s0: GIFT carries it with a loss. {weight}"


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_manifest_lists_each_file_once(name: str, selection: Selection, unpack: Unpack) -> None:
    files = unpack(EXPORTERS[name].export(selection))
    manifest = etree.fromstring(files.pop("imsmanifest.xml"))
    listed = manifest.xpath("//*[local-name()='file']/@href")
    assert sorted(listed) == sorted(files)
    names = manifest.xpath("//@identifier")
    assert len(names) == len(set(names))
    references = set(manifest.xpath("//@identifierref"))
    assert references <= set(manifest.xpath("//*[local-name()='resource']/@identifier"))


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_document_is_valid(name: str, selection: Selection, unpack: Unpack, faults: Faults) -> None:
    files = unpack(EXPORTERS[name].export(selection))
    found = {
        path: problems
        for path, data in files.items()
        if path.endswith(".xml") and (problems := faults(MANIFESTS[name] if path == "imsmanifest.xml" else name, data))
    }
    assert found == {}


def test_the_metadata_inside_a_qti_21_manifest_is_valid(selection: Selection, unpack: Unpack, faults: Faults) -> None:
    # The schema of the manifest leaves foreign elements unchecked.
    manifest = etree.fromstring(unpack(EXPORTERS["qti21"].export(selection))["imsmanifest.xml"])
    for tag, name in (("lom", "lom"), ("qtiMetadata", "qti21-metadata")):
        elements = manifest.xpath(f"//*[local-name()='{tag}']")
        assert len(elements) >= len(selection.items)
        for element in elements:
            assert faults(name, etree.tostring(element, with_tail=False)) == []


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_picture_an_item_shows_is_in_the_package(name: str, selection: Selection, unpack: Unpack) -> None:
    files = unpack(EXPORTERS[name].export(selection))
    assert "media/pot.svg" in files
    assert files["media/pot.svg"] == selection.picture("pot.svg")
