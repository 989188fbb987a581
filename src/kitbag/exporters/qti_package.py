"""The content package of QTI: a file for each item and each test, and the manifest that lists them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, assert_never

from lxml import etree

from kitbag.exporters.base import PackageFile, Selection, file_names
from kitbag.exporters.draws import Draw
from kitbag.exporters.qti_dialect import Dialect
from kitbag.exporters.qti_items import ItemWriter
from kitbag.exporters.qti_tests import test_document
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import PREFIXES, Element, Sink, declaration
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

LOM: Final = "http://ltsc.ieee.org/xsd/LOM"


def package_files(
    d: Dialect, selection: Selection, items: Sequence[Item], draws: Sequence[tuple[Assessment, Draw]]
) -> tuple[PackageFile, ...]:
    """Return the files of a content package, sorted by path."""
    writer = ItemWriter(d, selection)
    texts = Texts(selection, None)
    paths = dict(zip((item.id for item in items), file_names(f"{item.id}.xml" for item in items), strict=True))
    names = file_names(f"{test.id}.xml" for test, _ in draws)
    hrefs = {name: f"../items/{path}" for name, path in paths.items()}
    files = [PackageFile(f"items/{paths[item.id]}", partial(_once, partial(writer.item, item))) for item in items]
    for (test, draw), name in zip(draws, names, strict=True):
        make: Callable[[], bytes] = partial(test_document, d, test, draw, hrefs, texts)
        files.append(PackageFile(f"tests/{name}", partial(_once, make)))
    tests = [(test, f"tests/{name}", draw) for (test, draw), name in zip(draws, names, strict=True)]
    manifest = PackageFile("imsmanifest.xml", lambda: _manifest(d, selection, items, paths, tests))
    return tuple(sorted([manifest, *files, *selection.media_files(selection.pictures)], key=lambda file: file.path))


def _once(make: Callable[[], bytes]) -> Iterator[bytes]:
    yield make()


def _manifest(
    d: Dialect,
    selection: Selection,
    items: Sequence[Item],
    paths: Mapping[str, str],
    tests: Iterable[tuple[Assessment, str, Draw]],
) -> Iterator[bytes]:
    """Yield the manifest: a resource for each file, an item's with what a platform searches it by."""
    info = selection.course.info
    sink = Sink()
    with etree.xmlfile(sink, encoding="UTF-8") as file:
        file.write_declaration()
        root = {"identifier": "manifest"} | declaration(d.manifest_namespace, d.manifest_schema)
        with file.element("manifest", root, nsmap=PREFIXES):
            metadata = etree.Element("metadata")
            etree.SubElement(metadata, "schema").text = d.package_schema
            etree.SubElement(metadata, "schemaversion").text = d.package_version
            _lom(metadata, f"{info.title} {info.edition}", info.language, [])
            file.write(metadata, etree.Element("organizations"))
            known: dict[tuple[str, ...], Element] = {}
            kind = f"imsqti_item_xml{d.version}"
            with file.element("resources"):
                for item in items:
                    key = (item.type, item.objective, *selection.tags(item))
                    if key not in known:
                        known[key] = _item_metadata(d, selection, item)
                    href = f"items/{paths[item.id]}"
                    with file.element("resource", {"identifier": f"item-{item.id}", "type": kind, "href": href}):
                        file.write(*_item_parts(selection, item, known[key], href))
                    if sink.full():
                        file.flush()
                        yield sink.take()
                for test, href, draw in tests:
                    resource = _resource(f"test-{test.id}", f"imsqti_test_xml{d.version}", href)
                    for pool in draw.pools:
                        for name in pool.items:
                            etree.SubElement(resource, "dependency", identifierref=f"item-{name}")
                    file.write(resource)
                for number, path in enumerate(sorted(selection.pictures.values()), start=1):
                    file.write(_resource(f"media-{number}", "webcontent", path))
    yield sink.take()


def _resource(name: str, kind: str, href: str) -> Element:
    resource = etree.Element("resource", {"identifier": name, "type": kind, "href": href})
    etree.SubElement(resource, "file", href=href)
    return resource


def _item_parts(selection: Selection, item: Item, metadata: Element, href: str) -> list[Element]:
    """Return what stands in the resource of an item."""
    shown = selection.pictures_of(item)
    media = sorted(selection.pictures.values()) if shown else []
    numbers = [media.index(selection.pictures[src]) + 1 for src in shown]
    needed = [etree.Element("dependency", identifierref=f"media-{number}") for number in numbers]
    return [metadata, etree.Element("file", href=href), *needed]


def _item_metadata(d: Dialect, selection: Selection, item: Item) -> Element:
    """Return what a platform searches an item by; items of the same objective, level and passages share it."""
    metadata = etree.Element("metadata")
    qti = etree.SubElement(metadata, "qtiMetadata", xmlns=d.metadata_namespace)
    etree.SubElement(qti, "interactionType").text = _interaction(item)
    etree.SubElement(qti, "feedbackType").text = "nonadaptive"
    etree.SubElement(qti, "solutionAvailable").text = "false" if isinstance(item, Essay) else "true"
    etree.SubElement(qti, "toolName").text = "Kitbag"
    aim = selection.course.objectives[item.objective]
    _lom(metadata, aim.text, selection.course.info.language, selection.tags(item))
    return metadata


def _lom(parent: Element, title: str, language: str, keywords: Sequence[str]) -> None:
    general = etree.SubElement(etree.SubElement(parent, "lom", xmlns=LOM), "general")
    _string(etree.SubElement(general, "title"), title, language)
    etree.SubElement(general, "language").text = language
    for keyword in keywords:
        _string(etree.SubElement(general, "keyword"), keyword, language)


def _string(parent: Element, text: str, language: str) -> None:
    etree.SubElement(parent, "string", language=language).text = text


def _interaction(item: Item) -> str:
    match item:
        case SingleChoice() | MultipleResponse() | TrueFalse():
            return "choiceInteraction"
        case Matching() | Categorise():
            return "matchInteraction"
        case Ordering():
            return "orderInteraction"
        case Numeric() | ShortAnswer() | Cloze():
            return "textEntryInteraction"
        case Essay():
            return "extendedTextInteraction"
        case _:
            assert_never(item)
