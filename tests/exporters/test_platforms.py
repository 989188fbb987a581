"""Platforms import our files themselves, hold the same items and give the same marks.

They are too large to install for a test. Each test runs where an environment variable says where one is:
KITBAG_MOODLE, an installed Moodle 4.4 or later; KITBAG_CC2OLX, the command cc2olx;
KITBAG_QTI_SDK, the folder src of QTI-SDK.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import children
import pytest
from lxml import etree

from kitbag.course.blocks import TextBlock
from kitbag.exporters.archive import write_package
from kitbag.exporters.base import Selection
from kitbag.exporters.fidelity import Rung
from kitbag.exporters.registry import EXPORTERS
from kitbag.exporters.texts import Texts
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    Use,
)
from kitbag.rendering.markdown import plain

pytestmark = pytest.mark.acceptance

READER = Path(__file__).parent / "moodle_reader.php"
SDK_READER = Path(__file__).parent / "qti_sdk_reader.php"
TOLERANCE = Fraction(1, 10_000)


def installed(variable: str, what: str) -> Path:
    """Return the folder that an environment variable names; skip the test where it names none."""
    folder = os.environ.get(variable)
    if not folder:
        pytest.skip(f"{variable} does not say where {what} is")
    return Path(folder)


def words(html: str) -> str:
    """Return what is read in HTML, without spaces."""
    return "".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def written(markdown: str) -> str:
    """Return what an author's text says, without spaces."""
    return "".join(plain(markdown).split())


# --- Moodle ------------------------------------------------------------------------------------------------------

Moodle = Callable[..., dict[str, Any]]


@pytest.fixture
def moodle(tmp_path: Path) -> Moodle:
    """Let Moodle import a format of a selection, and return the questions it holds by name, with marks of responses."""
    folder = installed("KITBAG_MOODLE", "Moodle")
    php = shutil.which("php") or pytest.skip("php is not installed")

    def run(name: str, selection: Selection, responses: dict[str, list[Any]]) -> dict[str, Any]:
        package = EXPORTERS[name].export(selection)
        file = tmp_path / f"questions{package.suffix}"
        write_package(package, file)
        command = [php, str(READER), str(folder), {"moodle": "xml"}.get(name, name), str(file)]
        done = children.run(command, given=json.dumps(responses))
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def carried(name: str, selection: Selection) -> Iterator[Item]:
    """Yield the items that a format carries as one question each."""
    rungs = {row.subject: row.rung for row in EXPORTERS[name].export(selection).rows}
    return (item for item in selection.items if rungs[item.id] in {Rung.NATIVE, Rung.EQUIVALENT})


def same(held: dict[str, Any], item: Item, selection: Selection) -> None:
    """Assert that a question of Moodle says what the author wrote."""
    assert written(item.stem) in words(held["text"]), item.id
    assert words(held["rationale"]).startswith(written(item.rationale)), item.id
    assert held["category"].startswith(item.objective), item.id
    assert sorted(held["tags"]) == sorted(selection.tags(item)), item.id
    assert held["idnumber"] == item.id
    match item:
        case SingleChoice() | MultipleResponse():
            told = [(words(text), words(feedback)) for text, feedback in held["answers"]]
            assert told == [(written(one.text), written(one.feedback or "")) for one in item.options], item.id
        case _ if item.type == "matching":
            responses = {response.id: written(response.text) for response in item.responses}
            pairs = [(words(stem), words(answer)) for stem, answer in held["pairs"]]
            assert pairs == [(written(one.text), responses[one.match]) for one in item.premises], item.id
            assert sorted(map(words, held["choices"])) == sorted(responses.values()), item.id
        case _ if item.type == "short-answer":
            assert [text.replace("\\*", "*") for text, _ in held["answers"]][: len(item.accept)] == list(item.accept)
        case _ if item.type == "cloze" and held["type"] == "multianswer":
            accepted = [
                [text.replace("\\*", "*") for text, _ in gap][: len(one.accept)]
                for gap, one in zip(held["gaps"], item.gaps, strict=True)
            ]
            assert accepted == [list(one.accept) for one in item.gaps], item.id
        case _ if item.type == "ordering" and held["type"] == "ordering":
            assert [words(text) for text, _ in held["answers"]] == [written(one.text) for one in item.elements]


@pytest.mark.parametrize("name", ["moodle", "gift"])
def test_moodle_holds_the_items_we_wrote(name: str, selection: Selection, moodle: Moodle) -> None:
    held = moodle(name, selection, {})
    for item in carried(name, selection):
        same(held[item.id], item, selection)
        if name == "moodle":
            assert held[item.id]["points"] == item.points
            assert held[item.id]["files"] == sorted(selection.pictures_of(item)), item.id


@pytest.mark.parametrize("name", ["moodle", "gift"])
def test_moodle_holds_every_special_sign(name: str, hostile: Selection, moodle: Moodle) -> None:
    held = moodle(name, hostile, {})
    assert sorted(held) == sorted(item.id for item in hostile.items)
    for item in hostile.items:
        same(held[item.id], item, hostile)


@pytest.mark.parametrize("name", ["moodle", "gift"])
def test_moodle_marks_every_response_to_a_choice_as_we_do(
    name: str, choices: Selection, moodle: Moodle, responses_to: Any, ours: Any
) -> None:
    rows = {row.subject: row for row in EXPORTERS[name].export(choices).rows}
    responses = {item.id: list(responses_to(item)) for item in choices.items}

    def place(item: Item, response: Any) -> list[int]:
        ids = [one.id for one in item.options] if hasattr(item, "options") else ["true", "false"]
        return [ids.index(one) for one in ([response] if isinstance(response, str) else response or ())]

    asked = {item.id: [place(item, response) for response in responses[item.id]] for item in choices.items}
    held = moodle(name, choices, asked)
    compared = 0
    for item in choices.items:
        if rows[item.id].rung is Rung.REFUSED or any("exact" in note.code for note in rows[item.id].notes):
            continue
        for response, fraction in zip(responses[item.id], held[item.id]["marks"], strict=True):
            points = item.points if name == "moodle" else 1
            mine = ours(choices, item, response) * points / item.points
            assert abs(Fraction(fraction) * points - mine) < TOLERANCE, (item.id, response)
            compared += 1
    assert compared > 2000


def test_moodle_marks_other_responses_as_we_do(selection: Selection, moodle: Moodle) -> None:
    expected = {
        "matching": [(["four minutes", "two minutes"], 1), (["four minutes", None], 0.5), (["an hour", None], 0)],
        "ordering": [([0, 1, 2], 1), ([1, 0, 2], 1 / 3), ([1, 2, 0], 0)],
        "numeric": [("80", 1), ("82.5", 1), ("77.5", 1), ("82.51", 0), ("800", 0)],
        "short": [("INFUSION", 1), ("an infusion", 1), ("soup", 0), ("infusio", 0)],
        "cloze": [(["Four", "hot"], 1), (["4", ""], 0.5), (["two", "cold"], 0)],
        "sorting": [(["into the pot", "into the cup", "into the pot"], 1), (["into the pot", None, None], 1 / 3)],
    }
    held = moodle("moodle", selection, {name: [given for given, _ in pairs] for name, pairs in expected.items()})
    for name, pairs in expected.items():
        assert held[name]["marks"] == pytest.approx([mark for _, mark in pairs], abs=0.0001), name


# --- Open edX, by cc2olx -----------------------------------------------------------------------------------------


def asked(item: Item, say: Callable[[str], str]) -> Iterator[Any]:
    """Yield what each question of an item offers, with what is right; the answers it takes; or None for an essay."""
    match item:
        case SingleChoice():
            yield [(written(one.text), one.id == item.key) for one in item.options]
        case MultipleResponse():
            yield [(written(one.text), one.id in item.key) for one in item.options]
        case TrueFalse():
            yield [(say("true"), item.key), (say("false"), not item.key)]
        case Matching():
            for premise in item.premises:
                yield [(written(one.text), one.id == premise.match) for one in item.responses]
        case Categorise():
            for element in item.elements:
                yield [(written(one.text), one.id == element.category) for one in item.categories]
        case Ordering():
            offered = sorted(item.elements, key=lambda element: element.id)
            for element in item.elements:
                yield [(written(one.text), one.id == element.id) for one in offered]
        case ShortAnswer():
            yield list(item.accept)
        case Cloze():
            yield from (list(gap.accept) for gap in item.gaps)
        case Essay():
            yield None


def converted(component: Any) -> Any:
    """Return the same of a component of Open edX."""
    choices = [("".join(one.itertext()), one.get("correct") == "true") for one in component.iter("choice")]
    if choices or component.tag != "problem":
        return choices or None
    (typed,) = component.iter("stringresponse")
    return [typed.get("answer"), *(one.get("answer") for one in typed.iter("additional_answer"))]


def agree(found: Any, expected: Any) -> None:
    """Assert that a component offers what its question does. Options with markup still have it."""
    if not expected or isinstance(expected[0], str):
        assert found == expected
        return
    assert [right for _, right in found] == [right for _, right in expected]
    for (text, _), (wanted, _) in zip(found, expected, strict=True):
        assert wanted in {"".join(text.split()), words(text)}


@pytest.mark.parametrize("bank", ["selection", "hostile"])
def test_cc2olx_converts_every_page_and_item(bank: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    chosen: Selection = request.getfixturevalue(bank)
    command = installed("KITBAG_CC2OLX", "the command cc2olx")
    package = EXPORTERS["cc"].export(chosen)
    write_package(package, tmp_path / "course.imscc")
    arguments = [command, "-i", "course.imscc", "-o", "olx", "-r", "folder"]
    done = children.run(arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    root = etree.parse(tmp_path / "olx" / "course-course.xml").getroot()
    verticals = {one.get("display_name"): one for one in root.iter("vertical")}

    refused = {row.subject for row in package.rows if row.rung is Rung.REFUSED}
    say = Texts(chosen, None).say
    for module, items in chosen.by_module:
        for lesson in module.lessons:
            (page,) = verticals[lesson.title]
            texts = [block.text for block in lesson.blocks if isinstance(block, TextBlock)]
            assert texts or lesson.blocks
            assert all(written(text) in words(page.text) for text in texts), lesson.id
        practice = [item for item in items if item.use is Use.PRACTICE and item.id not in refused]
        # An essay stands as its prompt, then as the box to write into.
        components = [one for one in verticals[say("practice", module=module.title)] if one.tag != "html"]
        expected = [(item, question) for item in practice for question in asked(item, say)]
        assert len(components) == len(expected)
        for component, (item, question) in zip(components, expected, strict=True):
            agree(converted(component), question)
            # It undoes character references in a stem twice, and so takes a sign for the beginning of a tag.
            if question is not None and "<" not in item.stem:
                assert written(item.stem) in "".join("".join(component.itertext()).split()), item.id
    for path in chosen.pictures.values():
        assert (tmp_path / "olx" / "course" / path).is_file()
        assert any(image.get("src") == f"/static/{path}" for image in root.iter("img"))


# --- QTI 2.1, by QTI-SDK -----------------------------------------------------------------------------------------


@pytest.fixture
def qti_sdk() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Let QTI-SDK read documents and score responses: see its script."""
    source = installed("KITBAG_QTI_SDK", "the source of QTI-SDK")
    php = shutil.which("php") or pytest.skip("php is not installed")

    def run(documents: dict[str, Any]) -> dict[str, Any]:
        command = [php, str(SDK_READER), str(source)]
        done = children.run(command, given=json.dumps(documents))
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def test_qti_sdk_scores_every_response_to_a_choice_as_we_do(
    choices: Selection, unpack: Any, qti_sdk: Any, responses_to: Any, ours: Any
) -> None:
    files = unpack(EXPORTERS["qti21"].export(choices))
    responses = {item.id: list(responses_to(item)) for item in choices.items}
    asked = {
        item.id: {
            "xml": files[f"items/{item.id}.xml"].decode(),
            "responses": [{"RESPONSE": given} for given in responses[item.id]],
        }
        for item in choices.items
    }
    scored = qti_sdk(asked)
    for item in choices.items:
        for response, theirs in zip(responses[item.id], scored[item.id]["scores"], strict=True):
            assert abs(Fraction(theirs) - ours(choices, item, response)) < TOLERANCE, (item.id, response)


def test_qti_sdk_scores_every_item_type_and_reads_the_draws(
    selection: Selection, unpack: Any, qti_sdk: Any, ours: Any, spoken: Any, typical_responses: Any
) -> None:
    files = unpack(EXPORTERS["qti21"].export(selection))
    documents = {
        item.id: {
            "xml": files[f"items/{item.id}.xml"].decode(),
            "responses": [spoken(item, response) for response in typical_responses.get(item.id, ())],
        }
        for item in selection.items
    }
    found = qti_sdk(documents | {"final": {"xml": files["tests/final.xml"].decode()}})
    for item in selection.items:
        for response, theirs in zip(typical_responses.get(item.id, ()), found[item.id]["scores"], strict=True):
            assert abs(Fraction(theirs) - ours(selection, item, response)) < TOLERANCE, (item.id, response)
    assert found["final"] == {"draws": [[3, 12], [1, 2]]}


def test_qti_sdk_reads_every_special_sign(hostile: Selection, unpack: Any, qti_sdk: Any) -> None:
    files = unpack(EXPORTERS["qti21"].export(hostile))
    typed = {item.id: item.accept[0] for item in hostile.items if isinstance(item, ShortAnswer)}
    documents = {
        item.id: {
            "xml": files[f"items/{item.id}.xml"].decode(),
            "responses": [{"RESPONSE": typed[item.id]}] if item.id in typed else [],
        }
        for item in hostile.items
    }
    found = qti_sdk(documents)
    assert {name: found[name]["scores"] for name in typed} == {name: [1] for name in typed}
