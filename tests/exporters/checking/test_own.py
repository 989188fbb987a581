"""Our own packages: nothing is said about them, and what happens to one on its way breaks nothing."""

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.exporters.base import select
from kitbag.exporters.checking.registry import check_package
from kitbag.exporters.deliveries import LEARNER_FORMATS, deliver
from kitbag.exporters.learner import RenderedCourse
from kitbag.exporters.registry import EXPORTERS, export, write_export

pytestmark = pytest.mark.xdist_group("own-packages")  # what they share takes long to make

ROOT = Path(__file__).parents[3]
PROJECTS = ROOT / "tests" / "projects"
NAMES = [*LEARNER_FORMATS, *EXPORTERS]


def course_in(folder: Path) -> Course:
    loaded = load_course(folder)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def exported(course: Course, folder: Path, templates: Path | None = None) -> dict[str, list[Path]]:
    """Return the packages of a course by their format, each format's in a folder of its own."""
    rendered = RenderedCourse(course, templates)
    selection, findings = select(course)
    assert selection is not None, findings
    return {name: list(deliver(name, rendered, folder / name)) for name in LEARNER_FORMATS} | {
        name: [path for path, kind in write_export(export(name, selection), folder / name) if kind == name]
        for name in EXPORTERS
    }


def said_about(packages: dict[str, list[Path]]) -> dict[str, list[str]]:
    """Return what is said about each package."""
    verdicts = {path.name: check_package(path) for paths in packages.values() for path in paths}
    assert all(verdict.title for verdict in verdicts.values())
    return {name: [str(one) for one in verdict.findings] for name, verdict in verdicts.items() if verdict.findings}


def test_nothing_is_said_about_packages_with_every_item_type(made: dict[str, list[Path]]) -> None:
    assert said_about(made) == {}


def test_nothing_is_said_about_packages_with_every_block(tmp_path: Path) -> None:
    folder = PROJECTS / "every-block"
    assert said_about(exported(course_in(folder), tmp_path, folder)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    # The bank of "gaps" is short on purpose: no form of its test can be drawn, and so no package with tests made.
    [ROOT, *(folder for folder in sorted(PROJECTS.iterdir()) if folder.name != "gaps")],
    ids=lambda folder: folder.name,
)
def test_nothing_is_said_about_any_course_here(folder: Path, tmp_path: Path) -> None:
    assert said_about(exported(course_in(folder), tmp_path, folder)) == {}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The packages of the course with every item type."""
    folder = PROJECTS / "every-item-type"
    return exported(course_in(folder), tmp_path_factory.mktemp("own"), folder)


@pytest.fixture(scope="module")
def packages(made: dict[str, list[Path]]) -> dict[str, Path]:
    """One package in each format."""
    return {name: paths[0] for name, paths in made.items()}


@st.composite
def damage(draw: st.DrawFn) -> list[tuple[float, int, bytes]]:
    """Return where in a file, as a share of it, how many bytes go, and what comes in their place."""
    return draw(
        st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6)
    )


def damaged(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, new in changes:
        at = int(share * len(data))
        data = data[:at] + new + data[at + length :]
    return data


@given(name=st.sampled_from(NAMES), changes=damage())
@settings(max_examples=60)
def test_damaged_bytes_never_break_the_check(
    packages: dict[str, Path], name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    source = packages[name]
    path = source.with_name(f"damaged{source.suffix}")
    path.write_bytes(damaged(source.read_bytes(), changes))
    check_package(path)


@given(
    name=st.sampled_from([name for name in NAMES if name not in {"html", "moodle", "gift", "csv"}]),
    dropped=st.sets(st.floats(0, 1), max_size=3),
    texts=st.lists(st.tuples(st.floats(0, 1), damage()), max_size=3),
)
@settings(max_examples=30)
def test_damaged_files_within_never_break_the_check_and_lost_ones_are_told(
    packages: dict[str, Path],
    name: str,
    dropped: set[float],
    texts: list[tuple[float, list[tuple[float, int, bytes]]]],
) -> None:
    source = packages[name]
    with zipfile.ZipFile(source) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    paths = list(files)
    for share, changes in texts:
        path = paths[int(share * (len(paths) - 1))]
        files[path] = damaged(files[path], changes)
    lost = {paths[int(share * (len(paths) - 1))] for share in dropped}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, data in files.items():
            if path not in lost:
                archive.writestr(path, data)
    copy = source.with_name(f"changed{source.suffix}")
    copy.write_bytes(target.getvalue())
    verdict = check_package(copy)
    if lost and not texts and name != "zip":
        assert not verdict.sound, lost


@pytest.mark.parametrize("name", ["scorm12", "scorm2004", "cmi5"])
def test_a_package_without_its_manifest_is_more_than_a_site(packages: dict[str, Path], name: str) -> None:
    manifest = "cmi5.xml" if name == "cmi5" else "imsmanifest.xml"
    copy = packages[name].with_name("headless.zip")
    with zipfile.ZipFile(packages[name]) as archive, zipfile.ZipFile(copy, "w") as target:
        for entry in archive.namelist():
            if entry != manifest:
                target.writestr(entry, archive.read(entry))
    assert [str(finding) for finding in check_package(copy).findings] == [
        (
            "headless.zip: This is a package for learning platforms without its manifest, so no platform can open it. "
            "Fetch or make the package again."
        )
    ]


@pytest.mark.acceptance
def test_a_long_campaign_of_damage_never_breaks_the_check(packages: dict[str, Path]) -> None:
    draw = random.Random(7)  # noqa: S311 - damage, not secrets
    for _ in range(3000):
        source = packages[draw.choice(NAMES)]
        data = bytearray(source.read_bytes())
        for _ in range(draw.randint(1, 12)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path = source.with_name(f"campaign{source.suffix}")
        path.write_bytes(data[: draw.choice([len(data), draw.randrange(1, len(data))])])
        check_package(path)
