"""cmi5 packages by meaning and by schema; tests/browser/cmi5 plays them."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from packages import opened

from kitbag.course.model import Tracking
from kitbag.exporters.learner import Units

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "cmi5" / "CourseStructure.xsd"
NAMES = {"c": "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"}
BASE = "https://kitbag.invalid/courses/tea"
HOSTILE = 'Tea "for" <two> & مرحبا \u200f'


def structure(units: Units = "module", **info: Any) -> Any:
    """Return the course structure in a package of the small course."""
    with opened("cmi5", units, **{"title": HOSTILE} | info) as archive:
        assert archive.namelist()[0] == "cmi5.xml"
        root = etree.fromstring(archive.read("cmi5.xml"))
        assert set(root.xpath("//c:url/text()", namespaces=NAMES)) <= set(archive.namelist())
    return root


def rules(root: Any) -> list[tuple[str, str, str | None]]:
    """Return what satisfies each unit."""
    units = root.iterfind("c:au", NAMES)
    return [(au.get("id").removeprefix(f"{BASE}/units/"), au.get("moveOn"), au.get("masteryScore")) for au in units]


@pytest.mark.parametrize("units", ["module", "course"])
def test_the_course_structure_is_valid(units: Units) -> None:
    if not SCHEMA.exists():
        pytest.skip("no package holds the schema of cmi5: CourseStructure.xsd is expected in ../shared/schemas/cmi5")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    schema.assertValid(structure(units))


def test_the_structure_names_the_course_its_objectives_and_what_each_unit_is_about() -> None:
    root = structure()
    assert root.find("c:course", NAMES).get("id") == BASE
    assert root.findtext("c:course/c:title/c:langstring", namespaces=NAMES) == HOSTILE
    about = root.findtext("c:course/c:description/c:langstring", namespaces=NAMES)
    for word in ("Edition 2.1.", "60 minutes.", "Licence: CC0-1.0."):
        assert word in about
    known = root.xpath("c:objectives/c:objective/@id", namespaces=NAMES)
    assert known == [f"{BASE}/objectives/{name}" for name in ("T1", "T2", "T3")]
    of_units = [
        [one.get("idref") for one in au.iterfind(".//c:objective", NAMES)] for au in root.iterfind("c:au", NAMES)
    ]
    assert of_units == [[known[0]], known[:2], known[2:], known[:2]]
    kinds = [kind.rpartition("/")[2] for kind in root.xpath("c:au/@activityType", namespaces=NAMES)]
    assert kinds == ["assessment", "module", "module", "assessment"]


def test_what_satisfies_a_unit_follows_from_what_it_has() -> None:
    assert rules(structure()) == [
        ("test-pretest", "Completed", None),
        ("unit-m1", "CompletedAndPassed", "0.8"),
        ("unit-m2", "Completed", None),
        ("test-final", "CompletedAndPassed", "0.8"),
    ]
    assert rules(structure("course")) == [("course", "CompletedAndPassed", "0.8")]


@pytest.mark.parametrize(
    ("passed", "deciding"),
    [("final", {"test-final"}), ("practice", {"unit-m1"}), ("nothing", set())],
)
def test_what_satisfies_a_unit_follows_from_the_authors_rule(passed: Any, deciding: set[str]) -> None:
    found = rules(structure(tracking=Tracking(passed=passed)))
    assert {name for name, move_on, _ in found if move_on == "CompletedAndPassed"} == deciding
    assert {name for name, _, mastery in found if mastery} == deciding
