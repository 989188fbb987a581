"""Real readers and players, written by others, get the same items and give the same marks."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kitbag.exporters.archive import write_package
from kitbag.exporters.base import Package, Selection, select
from kitbag.exporters.registry import EXPORTERS
from kitbag.questions.model import ScoringRule
from kitbag.questions.scoring import score

ROOT = Path(__file__).parents[2]
PLAYER = ROOT / "node_modules" / "@citolab" / "qti-components" / "cdn" / "index.global.js"

Unpack = Callable[[Package], dict[str, bytes]]

# --- QTI 3: @citolab/qti-components ------------------------------------------------------------------------------

SHOW = """async xml => {
  document.body.replaceChildren();
  const item = document.createElement("qti-item");
  const container = document.createElement("item-container");
  container.itemXML = xml;
  item.append(container);
  document.body.append(item);
  for (let tries = 0; tries < 400; tries++) {
    await new Promise(done => setTimeout(done, 10));
    const shown = container.shadowRoot?.querySelector("qti-assessment-item");
    if (shown?.variables?.some(v => v.identifier === "SCORE")) { await shown.updateComplete; return true; }
  }
  return false;
}"""

ANSWER = """responses => {
  const item = document.querySelector("item-container").shadowRoot.querySelector("qti-assessment-item");
  for (const [name, value] of Object.entries(responses)) item.updateResponseVariable(name, value);
  item.processResponse(true, false);
  return item.getOutcome("SCORE").value;
}"""

POINTS = 100
"""Items are worth this much here: the player shows three decimals of a score."""


@pytest.fixture
def player(page: Page) -> Page:
    """A page on which the player of QTI 3 is loaded."""
    if not PLAYER.exists():
        pytest.skip("npm package @citolab/qti-components is not installed: run make test")
    page.set_content("<!doctype html><html lang=en><title>Player</title><body></body></html>")
    page.add_script_tag(path=PLAYER)
    return page


@pytest.mark.parametrize("rule", [ScoringRule.PARTIAL, ScoringRule.EXACT])
def test_a_player_of_qti_3_scores_every_item_type_as_we_do(
    rule: ScoringRule, selection: Selection, player: Page, unpack: Unpack, spoken: Any, typical_responses: Any
) -> None:
    items = [item.model_copy(update={"points": POINTS}) for item in selection.items if item.id in typical_responses]
    bank = selection.course.banks[0].model_copy(update={"items": tuple(items)})
    info = selection.course.info.model_copy(update={"scoring": rule})
    chosen, findings = select(replace(selection.course, info=info, banks=(bank,)))
    assert findings == []
    assert chosen is not None
    files = unpack(EXPORTERS["qti3"].export(chosen))
    for item in chosen.items:
        xml = files[f"items/{item.id}.xml"].decode()
        for response in typical_responses[item.id]:
            assert player.evaluate(SHOW, xml), item.id
            theirs = Fraction(str(player.evaluate(ANSWER, spoken(item, response))))
            ours = score(item, response, rule=None, default=chosen.scoring(item).rule).marks
            assert abs(theirs - ours) / POINTS < Fraction(1, 10_000), (item.id, response)


def test_a_player_of_qti_3_shows_options_and_tells_feedback(selection: Selection, player: Page, unpack: Unpack) -> None:
    files = unpack(EXPORTERS["qti3"].export(selection))
    assert player.evaluate(SHOW, files["items/single.xml"].decode())
    player.get_by_text("stale water").click()
    player.evaluate(ANSWER, {})
    assert player.get_by_text("It has lost its air.").is_visible()
    assert player.get_by_text("The leaflet asks for fresh water.").is_visible()
    assert not player.get_by_text("Salt & tea < no tea.").is_visible()


# --- GIFT: gift-pegjs --------------------------------------------------------------------------------------------


def test_a_parser_of_gift_gets_the_same_items(selection: Selection, unpack: Unpack, read_gift: Any) -> None:
    package = EXPORTERS["gift"].export(selection)
    questions = {question["title"]: question for question in read_gift(unpack(package)["questions.gift"])}
    expected = [item.id for item in selection.items]
    expected[expected.index("cloze") : expected.index("cloze") + 1] = ["cloze:minutes", "cloze:water"]
    assert list(questions) == expected

    def offered(name: str) -> list[tuple[Any, ...]]:
        return [
            (choice["weight"], choice["text"]["text"], choice["feedback"] and choice["feedback"]["text"])
            for choice in questions[name]["choices"]
        ]

    assert offered("multiple") == [
        (50, "a temperature", None),
        (50, "a time", None),
        (-33.33333, "a price", "<p>The label names no price.</p>"),
        (-33.33333, "a place", "<p>The label names no place.</p>"),
        (-33.33333, "a name", "<p>The label names nobody.</p>"),
    ]
    assert [choice["isCorrect"] for choice in questions["single"]["choices"]] == [True, False, False]
    assert questions["single"]["globalFeedback"]["text"] == "<p>The leaflet asks for fresh water.</p>"
    assert questions["single"]["tags"] == ["level:remember", "use:practice", "objective:T1", "passage:T1"]
    assert questions["single"]["id"] == "single"
    assert questions["truth"]["isTrue"] is False
    # gift-pegjs calls the feedback for a wrong answer `trueFeedback` where the key is false.
    assert questions["truth"]["trueFeedback"]["text"] == "<p>Boiling water makes green tea bitter.</p>"
    pairs = [(pair["subquestion"]["text"], pair["subanswer"]) for pair in questions["matching"]["matchPairs"]]
    assert pairs == [("black tea", "four minutes"), ("green tea", "two minutes"), ("", "an hour")]
    places = [(pair["subquestion"]["text"], pair["subanswer"]) for pair in questions["ordering"]["matchPairs"]]
    assert places == [("Place 1", "Fill the kettle."), ("Place 2", "Boil the water."), ("Place 3", "Pour.")]
    assert questions["numeric"]["choices"][0]["text"] == {"type": "range", "number": 80, "range": 2.5}
    assert offered("short")[-1] == (0, "soup", "<p>Soup has vegetables.</p>")
    assert offered("cloze:minutes")[:2] == [(100, "four", None), (100, "4", None)]
    assert questions["essay"]["type"] == "Essay"


def test_a_parser_of_gift_reads_every_special_sign_back(hostile: Selection, unpack: Unpack, read_gift: Any) -> None:
    package = EXPORTERS["gift"].export(hostile)
    questions = {question["title"]: question for question in read_gift(unpack(package)["questions.gift"])}
    assert len(questions) == len(hostile.items)
    for item in hostile.items:
        if item.type == "short-answer":
            assert questions[item.id]["choices"][0]["text"]["text"].replace("\\*", "*") == item.accept[0]


def test_every_special_sign_survives_in_valid_xml(hostile: Selection, unpack: Unpack, faults: Any) -> None:
    for name in ("qti21", "qti3"):
        for path, data in unpack(EXPORTERS[name].export(hostile)).items():
            if path.startswith("items/"):
                assert faults(name, data) == [], path
    for path, data in unpack(EXPORTERS["cc"].export(hostile)).items():
        if path.startswith("quizzes/"):
            assert faults("cc", data) == []


@pytest.mark.slow
def test_a_player_of_qti_3_shows_every_special_sign(hostile: Selection, unpack: Unpack, player: Page) -> None:
    files = unpack(EXPORTERS["qti3"].export(hostile))
    for item in hostile.items:
        assert player.evaluate(SHOW, files[f"items/{item.id}.xml"].decode()), item.id


# --- The archive -------------------------------------------------------------------------------------------------


def test_any_unzip_reads_the_archive(selection: Selection, tmp_path: Path, unpack: Unpack) -> None:
    package = EXPORTERS["qti21"].export(selection)
    write_package(package, tmp_path / "bank.zip")
    with zipfile.ZipFile(tmp_path / "bank.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == unpack(package)
