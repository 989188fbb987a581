"""What stands in the files, by meaning: format by format, on the course that has every item type."""

import base64
import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from lxml import etree

from kitbag.exporters.base import Package, Selection, select
from kitbag.exporters.fidelity import Rung
from kitbag.exporters.registry import EXPORTERS

Unpack = Callable[[Package], dict[str, bytes]]


@pytest.fixture
def files(selection: Selection, unpack: Unpack) -> Callable[[str], dict[str, bytes]]:
    """The files of a format, by path."""
    return lambda name: unpack(EXPORTERS[name].export(selection))


# --- Moodle XML --------------------------------------------------------------------------------------------------


@pytest.fixture
def moodle(files: Any) -> Any:
    return etree.fromstring(files("moodle")["questions.xml"])


def asked(moodle: Any, name: str) -> Any:
    return moodle.xpath(f"question[name/text='{name}']")[0]


def test_moodle_has_a_category_for_each_objective(moodle: Any) -> None:
    path = "$course$/top/Making tea/Leaves and water"
    names = {
        one.findtext("category/text"): one.findtext("idnumber") for one in moodle.xpath("question[@type='category']")
    }
    assert names == {
        f"{path}/T1 State how water and time make an infusion.": "T1",
        f"{path}/T2 Select the right tea for a guest.": "T2",
    }
    category = asked(moodle, "ordering").xpath("preceding-sibling::question[@type='category'][1]/idnumber/text()")
    assert category == ["T2"]


def test_a_slash_in_a_title_does_not_begin_a_category(make_course: Any, unpack: Unpack) -> None:
    chosen, _ = select(make_course([{"id": "s", "type": "short-answer", "accept": ["x"]}]))
    assert chosen is not None
    document = etree.fromstring(unpack(EXPORTERS["moodle"].export(chosen))["questions.xml"])
    assert document.findtext("question/category/text") == "$course$/top/A course/Module//one/o1 State it."


def test_moodle_choices_carry_fractions_feedback_and_rationale(moodle: Any) -> None:
    question = asked(moodle, "multiple")
    assert question.xpath("answer/@fraction") == ["50", "50", "-33.33333", "-33.33333", "-33.33333"]
    assert question.xpath("answer[3]/feedback/text/text()") == ["<p>The label names no price.</p>"]
    assert question.findtext("generalfeedback/text") == "<p>It gives 80 degrees and two minutes.</p>"
    assert (question.findtext("single"), question.findtext("defaultgrade")) == ("false", "2")
    assert (question.findtext("shuffleanswers"), question.findtext("idnumber")) == ("true", "multiple")


def test_moodle_tags_tell_level_use_objective_and_passages(moodle: Any) -> None:
    assert asked(moodle, "essay").xpath("tags/tag/text/text()") == [
        "level:evaluate",
        "use:practice",
        "objective:T2",
        "passage:T1",
        "passage:T2",
        "scenario",
    ]


def test_moodle_pictures_travel_inside(moodle: Any, selection: Selection) -> None:
    question = asked(moodle, "multiple")
    (file,) = question.findall("questiontext/file")
    assert file.get("name") == "pot.svg"
    assert base64.b64decode(file.text) == selection.picture("pot.svg")
    assert '<img src="@@PLUGINFILE@@/pot.svg" alt="A round pot." />' in question.findtext("questiontext/text")


def test_moodle_ordering_pairs_numbers_and_essays(moodle: Any) -> None:
    ordering = asked(moodle, "ordering")
    assert ordering.findtext("gradingtype") == "ABSOLUTE_POSITION"
    assert ordering.xpath("answer/@fraction") == ["1", "2", "3"]
    matching = asked(moodle, "matching")
    assert matching.xpath("subquestion/answer/text/text()") == ["four minutes", "two minutes", "an hour"]
    assert [sub.findtext("text") for sub in matching.findall("subquestion")] == ["black tea", "green tea", ""]
    assert "Black tea needs longer." in matching.findtext("incorrectfeedback/text")
    numeric = asked(moodle, "numeric")
    assert numeric.xpath("answer/text/text()") == ["80", "800"]
    assert numeric.xpath("answer/tolerance/text()") == ["2.5", "0"]
    assert "Names heat or time as the cause. (2 points)" in asked(moodle, "essay").findtext("graderinfo/text")
    assert "Invented for training" in asked(moodle, "essay").findtext("questiontext/text")


GAP = re.compile(r"\{(\d+):SHORTANSWER:((?:[^{}]|&#\d+;)+)\}")


def gaps_of(text: str) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """Read Moodle's embedded answers: weight, then fraction, answer and feedback of each."""
    gaps = []
    for weight, inner in GAP.findall(text):
        answers = []
        for part in inner.split("~"):
            fraction, answer, told = re.fullmatch(r"(=|%\d+%)(.+?)(?:(?<!&)#(.*))?", part).groups(default="")  # type: ignore[union-attr]
            answers.append((fraction, unescape(answer), told))
        gaps.append((int(weight), answers))
    return gaps


def test_moodle_gaps_are_embedded_answers(moodle: Any) -> None:
    assert gaps_of(asked(moodle, "cloze").findtext("questiontext/text")) == [
        (1, [("=", "four", ""), ("=", "4", ""), ("%0%", "two", "That is green tea.")]),
        (1, [("=", "boiling", ""), ("=", "hot", "")]),
    ]


def test_moodle_gaps_survive_every_sign_of_their_syntax(make_course: Any, unpack: Unpack) -> None:
    signs = "~ { } # = % \\ * & < > \" '"
    gaps = [{"id": "g", "accept": [signs, "b"], "mistakes": [{"answers": ["x#~}y\\"], "feedback": "Not {1:SA:=z}~"}]}]
    item = {
        "id": "c",
        "type": "cloze",
        "stem": "No {1:SA:=gap} here",
        "text": "Not {2:MC:~a}, but [[g]].",
        "gaps": gaps,
    }
    chosen, _ = select(make_course([item]))
    assert chosen is not None
    document = etree.fromstring(unpack(EXPORTERS["moodle"].export(chosen))["questions.xml"])
    text = document.findtext("question[@type='cloze']/questiontext/text")
    ((weight, answers),) = gaps_of(text)
    assert weight == 1
    assert answers[0][1].replace("\\*", "*") == signs
    assert answers[2][1] == "x#~}y\\"
    assert unescape(answers[2][2]) == "Not {1:SA:=z}~"
    assert text.count("{") == text.count("}") == 1


def test_moodle_takes_an_asterisk_as_itself(make_course: Any, unpack: Unpack) -> None:
    chosen, _ = select(make_course([{"id": "s", "type": "short-answer", "accept": ["*"]}]))
    assert chosen is not None
    document = etree.fromstring(unpack(EXPORTERS["moodle"].export(chosen))["questions.xml"])
    assert document.findtext("question[2]/answer/text") == "\\*"


def test_the_moodle_page_says_what_core_moodle_cannot_score(selection: Selection) -> None:
    steps = selection.catalogue.area("exports.import.moodle")
    assert any(
        "cannot score a multiple response, a matching or a cloze all or nothing" in step for step in steps.values()
    )


# --- QTI ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_a_qti_test_draws_from_pools(name: str, files: Any) -> None:
    root = etree.fromstring(files(name)["tests/final.xml"])

    def found(tag: str) -> list[Any]:
        return [one for one in root.iter(etree.Element) if etree.QName(one).localname in {tag, f"qti-{kebab(tag)}"}]

    pools = {}
    for section in found("assessmentSection"):
        counts = [one.get("select") for one in section if "selection" in etree.QName(one).localname]
        if counts:
            items = [one.get("href") for one in section if "item-ref" in one.tag or "ItemRef" in one.tag]
            pools[section.get("title")] = (int(counts[0]), len(items))
    assert pools == {
        "State how water and time make an infusion.": (3, 12),
        "Select the right tea for a guest.": (1, 2),
    }
    (limits,) = found("timeLimits")
    assert "1200" in limits.attrib.values()
    assert all(href[3:] in files(name) for href in root.xpath("//@href"))


def kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)


def test_the_report_says_what_a_draw_leaves_out(selection: Selection) -> None:
    rows = {row.subject: row for row in EXPORTERS["qti21"].export(selection).rows}
    assert rows["final"].rung is Rung.NATIVE
    texts = [note.text(selection.catalogue) for note in rows["final"].notes]
    assert "The platform draws without regard to: levels, types." in texts
    assert "80 % passes; set it on the platform." in texts
    assert "2 attempts are allowed; set it on the platform." in texts


def test_formats_without_tests_say_so(selection: Selection) -> None:
    for name in ("moodle", "gift", "cc"):
        rows = {row.subject: row for row in EXPORTERS[name].export(selection).rows}
        assert rows["final"].rung is Rung.REFUSED


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_qti_items_tell_the_most_they_are_worth(name: str, files: Any, selection: Selection) -> None:
    for item in selection.items:
        root = etree.fromstring(files(name)[f"items/{item.id}.xml"])
        (most,) = root.xpath("//*[@identifier='MAXSCORE']")
        assert "".join(most.itertext()).strip() == str(item.points), item.id


def test_qti_marks_essays_by_people(files: Any) -> None:
    root = etree.fromstring(files("qti3")["items/essay.xml"])
    assert root.xpath("//*[@external-scored='human']/@identifier") == ["SCORE"]
    assert root.xpath("//*[local-name()='qti-rubric-block']/@view") == ["scorer"]


def test_qti_names_begin_with_a_letter_or_underscore(make_course: Any, unpack: Unpack, faults: Any) -> None:
    options = [{"id": "1", "text": "one", "feedback": "No."}, {"id": "2.b-c", "text": "two"}]
    chosen, _ = select(make_course([{"id": "7", "type": "single-choice", "options": options, "key": "1"}]))
    assert chosen is not None
    for name in ("qti21", "qti3"):
        data = unpack(EXPORTERS[name].export(chosen))["items/7.xml"]
        assert faults(name, data) == []
        assert etree.fromstring(data).xpath("//*[contains(local-name(), 'hoice')]/@identifier") == ["_1", "_2.b-c"]


def test_markup_that_qti_does_not_know_is_told_as_a_loss(make_course: Any, unpack: Unpack, faults: Any) -> None:
    stem = '3. three\n4. four\n\n[x](https://example.org "titled")\n\n| a |\n|--:|\n| 1 |'
    chosen, _ = select(make_course([{"id": "s", "type": "short-answer", "accept": ["x"], "stem": stem}]))
    assert chosen is not None
    for name in ("qti21", "qti3"):
        package = EXPORTERS[name].export(chosen)
        assert [note.code for note in package.rows[0].notes] == ["compared-by-platform", "markup"]
        assert faults(name, unpack(package)["items/s.xml"]) == []


# --- Common Cartridge --------------------------------------------------------------------------------------------


def test_a_cartridge_holds_lessons_a_quiz_and_the_bank(files: Any) -> None:
    assert sorted(files("cc")) == [
        "bank.xml",
        "imsmanifest.xml",
        "lessons/m1-leaves.html",
        "lessons/m1-time.html",
        "lessons/m2-pouring.html",
        "media/pot.svg",
        "quizzes/m1.xml",
    ]
    manifest = etree.fromstring(files("cc")["imsmanifest.xml"])
    titles = manifest.xpath("//*[local-name()='item']/*[local-name()='title']/text()")
    assert titles[0] == "Leaves and water"
    assert "Leaves and water: practice" in titles


def test_no_instructor_word_is_in_a_cartridge(files: Any, every_type: Any) -> None:
    pages = b"".join(data for path, data in files("cc").items() if path.startswith("lessons/")).decode()
    lessons = [lesson for module in every_type.modules for lesson in module.lessons]
    blocks = [block for lesson in lessons for block in lesson.blocks]
    notes = [block.text for block in blocks if block.type == "instructor"]
    notes += [block.guidance for block in blocks if block.type in {"scenario", "activity"} and block.guidance]
    notes += [card.answer for block in blocks if block.type == "activity" for card in block.cards]
    assert len(notes) > 2
    assert all(note not in pages for note in notes)


def test_cartridge_items_have_profiles_and_one_stopping_key(files: Any) -> None:
    quiz = etree.fromstring(files("cc")["quizzes/m1.xml"])
    ns = {"q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"}
    profiles = {
        item.get("ident"): item.xpath("q:itemmetadata//q:fieldentry/text()", namespaces=ns)[0]
        for item in quiz.xpath("//q:item", namespaces=ns)
    }
    assert profiles["single"] == "cc.multiple_choice.v0p1"
    assert profiles["multiple"] == "cc.multiple_response.v0p1"
    assert profiles["truth"] == "cc.true_false.v0p1"
    assert profiles["short"] == profiles["cloze:water"] == "cc.fib.v0p1"
    assert profiles["essay"] == "cc.essay.v0p1"
    assert [name for name in profiles if name.startswith("ordering")] == [f"ordering:place-{n}" for n in (1, 2, 3)]
    assert "numeric" not in profiles  # its tolerance cannot be carried
    (item,) = quiz.xpath("//q:item[@ident='multiple']", namespaces=ns)
    first = item.xpath("q:resprocessing/q:respcondition[1]", namespaces=ns)[0]
    assert first.get("continue") == "No"
    assert first.xpath("q:conditionvar/q:and/q:varequal/text()", namespaces=ns) == ["a", "b"]
    assert first.xpath("q:conditionvar/q:and/q:not/q:varequal/text()", namespaces=ns) == ["c", "d", "e"]
    assert first.xpath("q:setvar/text()", namespaces=ns) == ["100"]


# --- CSV ---------------------------------------------------------------------------------------------------------


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_keeps_everything_of_every_item(selection: Selection, files: Any) -> None:
    rows = table(files("csv")["questions.csv"])
    items = {row["id"]: row for row in rows if row["part"] == "item"}
    for item in selection.items:
        row = items[item.id]
        assert (row["text"], row["rationale"], row["type"]) == (item.stem, item.rationale, item.type)
        assert (row["objective"], row["level"], row["points"]) == (item.objective, item.level, str(item.points))
        assert row["cites"].split() == list(item.cites)
    options = [(row["id"], row["text"], row["value"], row["feedback"]) for row in rows if row["item"] == "single"][1:]
    assert options == [
        ("a", "fresh water", "true", ""),
        ("b", "stale water", "false", "It has lost its air."),
        ("c", "salt water", "false", "Salt & tea < no tea."),
    ]
    parts = {(row["item"], row["part"]) for row in rows}
    assert {("numeric", "tolerance"), ("essay", "criterion"), ("cloze", "mistake"), ("label", "stimulus")} <= parts


def test_csv_does_not_let_a_spreadsheet_run_a_text(make_course: Any, unpack: Unpack) -> None:
    item = {"id": "s", "type": "short-answer", "stem": '=HYPERLINK("x")', "accept": ["-5", "+1,5", "-x", "@a"]}
    chosen, _ = select(make_course([item]))
    assert chosen is not None
    package = EXPORTERS["csv"].export(chosen)
    rows = table(unpack(package)["questions.csv"])
    assert rows[0]["text"] == '\'=HYPERLINK("x")'
    assert [row["text"] for row in rows[1:]] == ["-5", "+1,5", "'-x", "'@a"]
    assert [note.code for note in package.rows[0].notes] == ["quoted-cells"]
