"""What an author is told: every broken course file gives its findings in full, at the right place, and no others."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitbag.course.load import LARGEST_COURSE_FILE, Reading, load_course
from kitbag.course.model import CourseInfo, Module
from kitbag.findings import Severity

TESTS = Path(__file__).parent.parent
PROJECTS = TESTS / "projects"
CASES: list[dict[str, Any]] = yaml.safe_load((TESTS / "cases" / "broken.yaml").read_text("utf-8"))


def copy_of(project: str, into: Path) -> Path:
    return shutil.copytree(PROJECTS / project, into / "course folder")


def findings_of(folder: Path) -> list[str]:
    return [str(finding) for finding in load_course(folder).findings]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_broken_file_gives_its_findings_in_full(case: dict[str, Any], tmp_path: Path) -> None:
    folder = copy_of(case.get("project", "minimal"), tmp_path)
    file = folder / case["file"]
    if "bytes" in case:
        file.write_bytes(case["bytes"].encode("latin-1"))
    else:
        text = file.read_text("utf-8")
        assert case["old"] in text
        file.write_text(text.replace(case["old"], case["new"], 1), "utf-8")
    loaded = load_course(folder)
    assert [str(finding) for finding in loaded.findings] == case["expect"]
    assert (loaded.course is None) == any(finding.severity is Severity.ERROR for finding in loaded.findings)


@pytest.mark.parametrize("project", ["minimal", "every-item-type"])
def test_a_sound_course_is_read_without_findings(project: str) -> None:
    loaded = load_course(PROJECTS / project)
    assert loaded.findings == []
    assert loaded.course is not None
    assert loaded.course.info.id == {"minimal": "minimal", "every-item-type": "tea"}[project]


def test_a_folder_that_is_no_course_says_how_to_start_one(tmp_path: Path) -> None:
    assert findings_of(tmp_path / "nowhere") == [
        (
            f'course/course.yaml: There is no course in "{tmp_path / "nowhere"}". '
            'Name the folder of your course with "-C", or start a course with "kitbag init".'
        )
    ]


def test_a_course_needs_no_glossary_and_no_sources(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    (folder / "course/glossary.yaml").unlink()
    assert findings_of(folder) == []
    (folder / "course/sources.yaml").unlink()
    hint = "Record the document it is in: kitbag sources add FILE"
    assert findings_of(folder) == [
        f'course/m1.yaml:17:17: No source has the passage "K1.1". {hint}',
        f'questions/m1.yaml:16:13: No source has the passage "K1.1". {hint}',
    ]
    for file in ("course/m1.yaml", "questions/m1.yaml"):
        text = (folder / file).read_text("utf-8")
        (folder / file).write_text(text.replace("cites: [K1.1]", "uncited: Everybody knows it."), "utf-8")
    loaded = load_course(folder)
    assert loaded.findings == []
    assert loaded.course is not None
    assert (loaded.course.sources.documents, loaded.course.glossary.terms, loaded.course.as_of) == ((), (), "")


def test_scalars_mean_what_their_field_says(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    module = folder / "course" / "m1.yaml"
    module.write_text(module.read_text("utf-8").replace("title: Water", "title: 012"), "utf-8")
    course = load_course(folder).course
    assert course is not None
    assert course.modules[0].title == "012"
    assert course.modules[0].objectives[0].id == "1.1"
    assert course.modules[0].minutes == 10


def test_the_digest_changes_with_any_input_and_with_nothing_else(tmp_path: Path) -> None:
    def digest(folder: Path) -> str:
        course = load_course(folder).course
        assert course is not None
        return course.digest

    folder = copy_of("every-item-type", tmp_path)
    before = digest(folder)
    assert digest(PROJECTS / "every-item-type") == before
    picture = folder / "course" / "media" / "pot.svg"
    picture.write_bytes(picture.read_bytes() + b"\n")
    assert digest(folder) != before


def test_links_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    folder = copy_of("every-item-type", tmp_path)
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "course/media/pot.svg").unlink()
    (folder / "course/media/pot.svg").symlink_to(secret)
    (folder / "course/m2.yaml").unlink()
    (folder / "course/m2.yaml").symlink_to(PROJECTS / "every-item-type/course/m2.yaml")
    assert findings_of(folder) == [
        'course/m1.yaml:50:14: "course/media/pot.svg" leads out of the course folder. Copy the file into the folder.',
        'course/m2.yaml: "course/m2.yaml" leads out of the course folder. Copy the file into the folder.',
    ]


def test_a_link_in_a_circle_is_told(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    glossary = folder / "course/glossary.yaml"
    glossary.unlink()
    glossary.symlink_to(glossary)
    [finding] = findings_of(folder)
    assert finding == (
        'course/glossary.yaml: "course/glossary.yaml" can\'t be read: the links on the way to it lead in a circle, or '
        "there are too many. Delete the links, and put the file itself there."
    )


def test_a_pipe_does_not_hold_the_reader(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    (folder / "questions/m1.yaml").unlink()
    os.mkfifo(folder / "questions/m1.yaml")
    assert findings_of(folder) == [
        'questions/m1.yaml: "questions/m1.yaml" is not a file but a named pipe. Put the file itself there.'
    ]


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    (folder / "course/glossary.yaml").unlink()
    (folder / "course/glossary.yaml").mkdir()
    assert findings_of(folder) == [
        'course/glossary.yaml: "course/glossary.yaml" is not a file but a folder. Put the file itself there.'
    ]


def test_a_huge_scalar_is_one_finding(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    module = folder / "course" / "m1.yaml"
    text = module.read_text("utf-8")
    module.write_text(text.replace("What boiling is.", '"' + "water " * 600_000 + '"'), "utf-8")
    assert findings_of(folder) == [
        'course/m1.yaml:4:10: "summary" has 3,600,000 characters; 100,000 is the most. Split it.'
    ]


# --- Anything at all -------------------------------------------------------------------------------------------------

_ODD = st.text(st.characters(codec="utf-8"), max_size=40)
_WORDS = st.sampled_from(
    [
        "schema",
        "id",
        "m1",
        "type",
        "items",
        "lessons",
        "text",
        "true",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "!!x",
    ]
)
_YAML = st.lists(_ODD | _WORDS | st.sampled_from(["\n", "\n  ", "\n    ", "\t", '"', "'", "|\n"]), max_size=30).map(
    "".join
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200) | _YAML.map(lambda text: text.encode("utf-8", "surrogatepass")), name=st.integers(0, 4)
)
def test_nothing_an_author_can_write_raises(data: bytes, name: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = copy_of("minimal", tmp_path_factory.mktemp("any"))
    files = ["course/course.yaml", "course/sources.yaml", "course/glossary.yaml", "course/m1.yaml", "questions/m1.yaml"]
    (folder / files[name]).write_bytes(data)
    loaded = load_course(folder)
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for finding in loaded.findings:
        assert finding.message
        assert finding.place.file != files[name] or finding.place.line <= lines


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | _ODD,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_ODD | st.sampled_from(["id", "type", "cites"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere_gives_findings_and_no_traceback(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copy_of("every-item-type", tmp_path_factory.mktemp("any"))
    file = folder / data.draw(
        st.sampled_from(["course/course.yaml", "course/sources.yaml", "course/m1.yaml", "questions/m1.yaml"])
    )
    tree = yaml.load(file.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - it makes text only
    spot = tree
    while isinstance(spot, dict | list) and spot:
        steps = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        step = data.draw(st.sampled_from(steps))
        if not isinstance(spot[step], dict | list) or not spot[step] or data.draw(st.integers(0, 3)) == 0:
            spot[step] = data.draw(_VALUES)
            break
        spot = spot[step]
    file.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
    for finding in load_course(folder).findings:
        assert finding.message
        assert "\n" not in str(finding)


def test_a_file_of_mistakes_tells_the_first_thousand(tmp_path: Path) -> None:
    folder = shutil.copytree(PROJECTS / "minimal", tmp_path / "course")
    glossary = folder / "course/glossary.yaml"
    glossary.write_text(glossary.read_text("utf-8") + "".join(f"zebra{n}: x\n" for n in range(1200)), "utf-8")
    findings = load_course(folder).findings
    assert len(findings) == 1001
    assert str(findings[0]) == (
        "course/glossary.yaml: 200 more mistakes in this file are not listed. Mend the listed ones first."
    )


def test_a_course_file_has_a_size(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    (folder / "course/glossary.yaml").write_text("schema: glossary/1\n" + "#" * LARGEST_COURSE_FILE)
    assert findings_of(folder) == [
        'course/glossary.yaml: "course/glossary.yaml" is larger than 4 MiB. Split it or make it smaller.'
    ]


def test_the_files_of_a_course_have_a_size_together(tmp_path: Path) -> None:
    folder = copy_of("minimal", tmp_path)
    reading = Reading(folder, left=(folder / "course/course.yaml").stat().st_size)
    assert reading.read("course/course.yaml", CourseInfo) is not None
    assert reading.read("course/m1.yaml", Module) is None
    assert [str(finding) for finding in reading.findings] == [
        "course/m1.yaml: The files before this one hold 64 MiB already; it was not read. Make two courses of it."
    ]
