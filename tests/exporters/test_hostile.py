"""Texts of any signs, ids of any shape and banks of any size come back from each format as they were written.

The readers are those of others: lxml, its HTML parser, gift-pegjs, Python's csv.
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from kitbag.exporters.base import Package, Selection, select
from kitbag.exporters.registry import EXPORTERS
from kitbag.rendering.markdown import plain

Unpack = Callable[[Package], dict[str, bytes]]

SIGNS = "~=#{}:\\<>&\"'*_[]()|`$%+-@/!?.,;^\n\t aBé0\u05d0\u0628\u200f\u2028\u2211\u221a\U0001f600"
PIECES = [
    "]]>", "<![CDATA[", "&amp;", "&#8721;", "{1:SHORTANSWER:=x}", "->", "-->", "<!--", "%50%", "####", "</p>", "<b>",
    "\\n", "// [id:x]", "::t::", "$CATEGORY: x", "=SUM(A1)", "[[g]]", "**bold**", "- list\n- of two", "\n\n", "T", "F",
    "$IMS-CC-FILEBASE$", "@@PLUGINFILE@@/x", "<?xml ?>", "http://example.org/?a=1&b=2", "[x](https://example.org)",
]  # fmt: skip
raw = st.lists(st.one_of(st.sampled_from(PIECES), st.text(SIGNS, max_size=6)), min_size=1, max_size=8).map("".join)
# A word first: `plain`, which says what is to come back, reads a single line as running text, and a block may not.
texts = raw.map(lambda text: f"x {text}".strip())
options = raw.map(lambda text: f"x {' '.join(text.split())}".strip())
answers = raw.map(lambda text: " ".join(text.split())).filter(bool)


class Read(NamedTuple):
    """What a reader found of a single choice and of a short answer, without spaces."""

    stem: str
    options: tuple[str, ...]
    told: str
    accepted: str


def spaceless(text: str) -> str:
    return "".join(text.split())


def seen(source: str) -> str:
    """Return what a browser shows of HTML."""
    return spaceless(str(html.fromstring(f"<div>{source}</div>").text_content()))


def written(markdown: str) -> str:
    return spaceless(plain(markdown.strip()))


def qti(files: dict[str, bytes], number: int) -> Read:
    def find(root: Any, *names: str) -> list[Any]:
        return [one for one in root.iter(etree.Element) if etree.QName(one).localname in names]

    choice, typed = (etree.fromstring(files[f"items/{kind}{number}.xml"]) for kind in "st")
    (body,) = find(choice, "itemBody", "qti-item-body")
    options = tuple(spaceless("".join(one.itertext())) for one in find(choice, "simpleChoice", "qti-simple-choice"))
    told = spaceless("".join(find(choice, "modalFeedback", "qti-modal-feedback")[0].itertext()))
    (right,) = find(typed, "correctResponse", "qti-correct-response")
    stem = spaceless("".join(body.itertext())).removesuffix("".join(options))
    return Read(stem, options, told, spaceless("".join(right.itertext())))


def moodle(files: dict[str, bytes], number: int) -> Read:
    root = etree.fromstring(files["questions.xml"])
    choice, typed = (root.xpath(f"question[name/text='{kind}{number}']")[0] for kind in "st")
    answers = choice.findall("answer")
    return Read(
        seen(choice.findtext("questiontext/text")),
        tuple(seen(one.findtext("text")) for one in answers),
        seen(answers[0].findtext("feedback/text")),
        spaceless(typed.findtext("answer/text").replace("\\*", "*")),
    )


def cartridge(files: dict[str, bytes], number: int) -> Read:
    root = etree.fromstring(files["quizzes/m1.xml"])
    ns = {"q": root.nsmap[None]}

    def material(parent: Any) -> str:
        (text,) = parent.xpath(".//q:mattext", namespaces=ns)
        return seen(text.text) if text.get("texttype") == "text/html" else spaceless(text.text)

    choice, typed = (root.xpath(f"//q:item[@ident='{kind}{number}']", namespaces=ns)[0] for kind in "st")
    return Read(
        seen(choice.xpath("q:presentation/q:material/q:mattext/text()", namespaces=ns)[0]),
        tuple(map(material, choice.xpath(".//q:response_label", namespaces=ns))),
        material(choice.xpath("q:itemfeedback[@ident='option_a_fb']", namespaces=ns)[0]),
        spaceless(typed.xpath(".//q:varequal/text()", namespaces=ns)[0]),
    )


READERS = {"qti21": qti, "qti3": qti, "moodle": moodle, "cc": cartridge}


def bank(make_course: Any, examples: Sequence[tuple[str, str, str, str]]) -> Selection:
    items = []
    for number, (stem, option, told, accepted) in enumerate(examples):
        offered = [{"id": "a", "text": option, "feedback": told}, {"id": "b", "text": f"y {option}"}]
        items.append({"id": f"s{number}", "type": "single-choice", "stem": stem, "options": offered, "key": "a"})
        items.append({"id": f"t{number}", "type": "short-answer", "accept": [accepted]})
    chosen, findings = select(make_course(items))
    assert findings == []
    assert chosen is not None
    return chosen


examples = st.lists(st.tuples(texts, options, texts, answers), min_size=1, max_size=6)
fixtures = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


@pytest.mark.parametrize("name", READERS)
@given(examples)
@settings(max_examples=20, suppress_health_check=fixtures)
def test_any_text_comes_back_from_xml(
    make_course: Any, unpack: Unpack, name: str, given_texts: list[tuple[str, str, str, str]]
) -> None:
    files = unpack(EXPORTERS[name].export(bank(make_course, given_texts)))
    for number, (stem, option, told, accepted) in enumerate(given_texts):
        assert READERS[name](files, number) == Read(
            written(stem), (written(option), written(f"y {option}")), written(told), spaceless(accepted)
        )


@given(
    st.lists(st.tuples(texts, options, texts, answers.filter(lambda text: "->" not in text)), min_size=20, max_size=25)
)
@settings(max_examples=2, suppress_health_check=fixtures)
def test_any_text_comes_back_from_gift(
    make_course: Any, unpack: Unpack, read_gift: Any, given_texts: list[tuple[str, str, str, str]]
) -> None:
    data = unpack(EXPORTERS["gift"].export(bank(make_course, given_texts)))["questions.gift"]
    questions = {question["title"]: question for question in read_gift(data)}
    for number, (stem, option, told, accepted) in enumerate(given_texts):
        choice, typed = questions[f"s{number}"], questions[f"t{number}"]
        assert seen(choice["stem"]["text"]) == written(stem)
        assert [seen(one["text"]["text"]) for one in choice["choices"]] == [written(option), written(f"y {option}")]
        assert seen(choice["choices"][0]["feedback"]["text"]) == written(told)
        answer = typed["choices"][0]["text"]["text"].replace("\\*", "*")
        assert spaceless(answer) == spaceless(accepted)


def test_gift_refuses_an_arrow_to_type_by_name(make_course: Any) -> None:
    mistakes = [{"answers": ["a -> b"], "feedback": "No."}]
    items = [
        {"id": "s", "type": "short-answer", "accept": ["x", "->"]},
        {"id": "c", "type": "cloze", "text": "[[g]]", "gaps": [{"id": "g", "accept": ["x"], "mistakes": mistakes}]},
        {"id": "n", "type": "short-answer", "accept": ["- >"]},
    ]
    chosen, _ = select(make_course(items))
    assert chosen is not None
    rows = EXPORTERS["gift"].export(chosen).rows
    assert [row.rung.value for row in rows] == ["refused", "refused", "native"]
    assert rows[1].notes[0].text(chosen.catalogue) == (
        'The answer "a -> b" would be read as a pair, since this format has no other sign for an arrow.'
    )


@given(examples)
@settings(max_examples=20, suppress_health_check=fixtures)
def test_any_text_comes_back_from_csv_and_no_cell_is_a_formula(
    make_course: Any, unpack: Unpack, given_texts: list[tuple[str, str, str, str]]
) -> None:
    chosen = bank(make_course, given_texts)
    package = EXPORTERS["csv"].export(chosen)
    table = io.StringIO(unpack(package)["questions.csv"].decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(table))
    noted = {row.subject for row in package.rows if row.notes}
    quoted = set()

    def text(row: dict[str, str], column: str) -> str:
        cell = row[column]
        if cell.startswith("'") and cell.lstrip("'")[:1] in {"=", "+", "-", "@"}:
            quoted.add(row["item"])
            return cell[1:]
        assert cell[:1] not in {"=", "+", "-", "@"}, cell
        return cell

    held = {(row["item"], row["part"], row["id"]): row for row in rows}
    for number, (stem, option, told, accepted) in enumerate(given_texts):
        assert text(held[f"s{number}", "item", f"s{number}"], "text") == stem.strip()
        assert text(held[f"s{number}", "option", "a"], "text") == option
        assert text(held[f"s{number}", "option", "a"], "feedback") == told.strip()
        assert text(held[f"t{number}", "accepted", ""], "text") == accepted
    assert quoted == noted


# --- Ids and sizes -----------------------------------------------------------------------------------------------


def test_parts_never_take_the_id_of_another_item(make_course: Any, unpack: Unpack, read_gift: Any) -> None:
    gaps = [{"id": "b", "accept": ["x"]}, {"id": "c", "accept": ["y"]}]
    items = [{"id": "a", "type": "cloze", "text": "[[b]] [[c]]", "gaps": gaps}]
    items += [{"id": name, "type": "short-answer", "accept": ["x"]} for name in ("a.b", "a-b", "a_b", "A")]
    chosen, _ = select(make_course(items))
    assert chosen is not None
    expected = ["a:b", "a:c", "a.b", "a-b", "a_b", "A"]
    quiz = etree.fromstring(unpack(EXPORTERS["cc"].export(chosen))["quizzes/m1.xml"])
    assert quiz.xpath("//*[local-name()='item']/@ident") == expected
    questions = read_gift(unpack(EXPORTERS["gift"].export(chosen))["questions.gift"])
    assert [(question["title"], question["id"]) for question in questions] == [(name, name) for name in expected]


def test_ids_that_differ_in_case_alone_have_files_of_their_own(make_course: Any, unpack: Unpack) -> None:
    items = [{"id": name, "type": "short-answer", "accept": ["x"]} for name in ("a", "A", "7", "7.5")]
    chosen, _ = select(make_course(items))
    assert chosen is not None
    for name in ("qti21", "qti3"):
        files = unpack(EXPORTERS[name].export(chosen))
        roots = [etree.fromstring(data) for path, data in files.items() if path.startswith("items/")]
        assert sorted(root.get("identifier") for root in roots) == ["A", "_7", "_7.5", "a"]
        assert len({path.casefold() for path in files}) == len(files)


def test_an_option_may_have_any_name(make_course: Any, unpack: Unpack, faults: Any) -> None:
    names = ["general", "wrong", "solution", "mistake1"]
    options = [{"id": name, "text": name, "feedback": f"For {name}."} for name in names]
    chosen, _ = select(make_course([{"id": "s", "type": "single-choice", "options": options, "key": "general"}]))
    assert chosen is not None
    data = unpack(EXPORTERS["cc"].export(chosen))["quizzes/m1.xml"]
    assert faults("cc", data) == []
    feedback = etree.fromstring(data).xpath("//*[local-name()='itemfeedback']/@ident")
    assert len(set(feedback)) == len(feedback) == 5


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_bank_of_one_item_is_a_bank(name: str, make_course: Any, unpack: Unpack) -> None:
    chosen, _ = select(make_course([{"id": "only", "type": "short-answer", "accept": ["x"]}]))
    assert chosen is not None
    package = EXPORTERS[name].export(chosen)
    assert [row.subject for row in package.rows] == ["only"]
    assert b"only" in b"".join(unpack(package).values())
