"""The same responses earn the same marks: QTI response processing and Moodle fractions against our own scoring.

The evaluator below knows the QTI expressions that exports use, by their definitions in the QTI 2.1 information model;
it shares no code with the exporter.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from lxml import etree

from kitbag.exporters.base import Package, Selection, select
from kitbag.exporters.fidelity import Rung
from kitbag.exporters.registry import EXPORTERS
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Item

TOLERANCE = Fraction(1, 10_000)
LETTERS = "abcdef"

Unpack = Callable[[Package], dict[str, bytes]]


# --- Response processing by hand ---------------------------------------------------------------------------------


class Engine:
    """Runs the response processing of one item of QTI 2.1 or 3.0."""

    def __init__(self, data: bytes) -> None:
        self._root = etree.fromstring(data)
        self._declared = {one.get("identifier"): one for one in self._find("responsedeclaration", self._root)}

    def run(self, responses: dict[str, Any]) -> dict[str, Any]:
        """Return the outcomes; a container is a list, a single value a string, and no answer None."""
        values: dict[str, Any] = dict.fromkeys(self._declared) | responses
        for one in self._find("outcomedeclaration", self._root):
            default = [value.text for value in one.iter() if self._name(value) == "value"]
            values[one.get("identifier")] = float(default[0]) if default else None
        for rule in self._find("responseprocessing", self._root)[0]:
            self._rule(rule, values)
        return values

    def correct(self, name: str = "RESPONSE") -> list[str]:
        return [v.text for v in self._find("correctresponse", self._declared[name])[0]]

    def _rule(self, rule: Any, values: dict[str, Any]) -> None:
        name = self._name(rule)
        if name == "setoutcomevalue":
            values[rule.get("identifier")] = self._value(rule[0], values)
            return
        assert name == "responsecondition", name
        for branch in rule:
            if self._name(branch) == "responseelse" or self._value(branch[0], values):
                for inner in branch[self._name(branch) != "responseelse" :]:
                    self._rule(inner, values)
                return

    def _value(self, node: Any, values: dict[str, Any]) -> Any:
        name = self._name(node)
        if name == "basevalue":
            kind = self._attribute(node, "baseType")
            return float(node.text) if kind in {"float", "integer"} else node.text
        if name == "variable":
            return values[node.get("identifier")]
        if name == "correct":
            return self.correct(node.get("identifier"))
        if name == "mapresponse":
            return self._mapped(self._declared[node.get("identifier")], values[node.get("identifier")])
        operands = [self._value(child, values) for child in node]
        return self._operator(name, node, operands)

    def _operator(self, name: str, node: Any, operands: list[Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - a table
        first = operands[0] if operands else None
        missing = any(operand is None for operand in operands)
        match name:
            case "multiple":
                flat = (o if isinstance(o, list) else [o] for o in operands if o is not None)
                return [value for part in flat for value in part] or None
            case "and":
                return all(operands)
            case "or":
                return any(operands)
            case "isnull":
                return missing
            case "sum":
                return None if missing else sum(operands)
            case "product":
                result = 1.0
                for operand in operands:
                    result *= operand
                return result
        if missing:
            return None
        match name:
            case "not":
                return not first
            case "match":
                return self._matches(first, operands[1])
            case "index":
                place = int(node.get("n"))
                return first[place - 1] if place <= len(first) else None
            case "member":
                return first in operands[1]
            case "divide":
                return first / operands[1]
            case "gte":
                return float(first) >= operands[1]
            case "lte":
                return float(first) <= operands[1]
            case "equal":
                return float(first) == operands[1]
            case "stringmatch":
                return first.lower() == operands[1].lower()
        raise AssertionError(name)

    def _matches(self, one: Any, other: Any) -> bool:
        if isinstance(one, list) or isinstance(other, list):
            one, other = ([value] if isinstance(value, str) else value for value in (one, other))
            ordered = self._attribute(self._declared["RESPONSE"], "cardinality") == "ordered"
            return one == other if ordered else sorted(one) == sorted(other)
        return one == other

    def _mapped(self, declaration: Any, response: Any) -> float:
        mapping = self._find("mapping", declaration)[0]
        entries = {}
        for entry in mapping:
            insensitive = self._attribute(entry, "caseSensitive") == "false"
            key = self._attribute(entry, "mapKey")
            entries[key.lower() if insensitive else key] = float(self._attribute(entry, "mappedValue"))
        insensitive = any(self._attribute(entry, "caseSensitive") == "false" for entry in mapping)
        default = float(self._attribute(mapping, "defaultValue"))
        chosen = {response} if isinstance(response, str) else set(response or ())
        chosen = {value.lower() if insensitive else value for value in chosen}
        total = sum(entries.get(value, default) for value in chosen)
        low, high = self._attribute(mapping, "lowerBound"), self._attribute(mapping, "upperBound")
        total = total if low is None else max(float(low), total)
        return total if high is None else min(float(high), total)

    @staticmethod
    def _name(node: Any) -> str:
        name = etree.QName(node).localname
        return name.removeprefix("qti-").replace("-", "").lower()

    @staticmethod
    def _attribute(node: Any, name: str) -> str | None:
        return next((v for k, v in node.attrib.items() if k.replace("-", "").lower() == name.lower()), None)

    def _find(self, name: str, below: Any) -> list[Any]:
        return [node for node in below.iter(etree.Element) if self._name(node) == name]


# --- QTI ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_response_processing_gives_our_marks_for_every_response(
    name: str, choices: Selection, unpack: Unpack, responses_to: Any, ours: Any
) -> None:
    assert compared(name, choices, unpack, responses_to, ours) == 3904


@pytest.mark.slow
@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_response_processing_gives_our_marks_for_every_key(
    name: str, every_key: Selection, unpack: Unpack, responses_to: Any, ours: Any
) -> None:
    assert compared(name, every_key, unpack, responses_to, ours) == 32_372


def compared(name: str, choices: Selection, unpack: Unpack, responses_to: Any, ours: Any) -> int:
    """Hold response processing to our scoring, and return for how many responses."""
    files = unpack(EXPORTERS[name].export(choices))
    count = 0
    for item in choices.items:
        engine = Engine(files[f"items/{item.id}.xml"])
        for response in responses_to(item):
            given = list(response) or None if isinstance(response, tuple) else response
            theirs = engine.run({"RESPONSE": given})["SCORE"]
            assert abs(Fraction(theirs) - ours(choices, item, response)) < TOLERANCE, (item.id, response)
            count += 1
    return count


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_partial_is_the_canonical_mapping(name: str, choices: Selection, unpack: Unpack) -> None:
    files = unpack(EXPORTERS[name].export(choices))
    mapping = etree.fromstring(files["items/multiple-5-ab-partial.xml"]).xpath(
        "//*[local-name()='mapping' or local-name()='qti-mapping']"
    )[0]
    assert {value for key, value in mapping.attrib.items() if "ound" in key} == {"0", "1"}
    assert next(value for key, value in mapping.attrib.items() if key.lower().startswith("default")) == "0"
    entries = {one.attrib.values()[0]: one.attrib.values()[1] for one in mapping}
    third = "-0.3333333333333333"
    assert entries == {"a": "0.5", "b": "0.5", "c": third, "d": third, "e": third}


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_exact_matches_the_correct_response(name: str, choices: Selection, unpack: Unpack) -> None:
    root = etree.fromstring(unpack(EXPORTERS[name].export(choices))["items/multiple-5-ab-exact.xml"])
    names = {etree.QName(node).localname.removeprefix("qti-") for node in root.iter(etree.Element)}
    assert "match" in names
    assert not names & {"mapping", "map-response", "mapResponse"}


@pytest.mark.parametrize("name", ["qti21", "qti3"])
@pytest.mark.parametrize("rule", ["partial", "exact"])
def test_pairs_orders_and_gaps_score_alike(name: str, rule: str, make_course: Any, unpack: Unpack, ours: Any) -> None:
    places = [{"id": letter, "text": letter} for letter in "abcd"]
    premises = [{"id": f"p{n}", "text": f"p{n}", "match": f"r{n}"} for n in range(3)]
    responses = [{"id": f"r{n}", "text": f"r{n}"} for n in range(4)]
    gaps = [{"id": "x", "accept": ["One", "1"]}, {"id": "y", "accept": ["two"]}, {"id": "z", "accept": ["three"]}]
    course = make_course(
        [
            {"id": "match", "type": "matching", "premises": premises, "responses": responses, "points": 2},
            {"id": "order", "type": "ordering", "elements": places, "points": 3},
            {"id": "gaps", "type": "cloze", "text": "[[x]] [[y]] [[z]]", "gaps": gaps, "points": 2},
        ],
        scoring=rule,
    )
    chosen, _ = select(course)
    assert chosen is not None
    files = unpack(EXPORTERS[name].export(chosen))
    match, order, cloze = chosen.items
    engine = Engine(files["items/match.xml"])
    for given in permutations(["r0", "r1", "r2", "r3"], 3):
        pairs = {f"p{n}": response for n, response in enumerate(given)}
        theirs = engine.run({"RESPONSE": [f"left_{p} right_{r}" for p, r in pairs.items()]})["SCORE"]
        assert abs(Fraction(theirs) - ours(chosen, match, pairs)) < TOLERANCE, pairs
    engine = Engine(files["items/order.xml"])
    for given in permutations("abcd"):
        theirs = engine.run({"RESPONSE": list(given)})["SCORE"]
        assert abs(Fraction(theirs) - ours(chosen, order, given)) < TOLERANCE, given
    engine = Engine(files["items/gaps.xml"])
    for typed in ({}, {"x": "one"}, {"x": "1", "y": "TWO"}, {"x": "ONE", "y": "two", "z": "three"}, {"z": "four"}):
        theirs = engine.run({f"RESPONSE_{gap}": text for gap, text in typed.items()})["SCORE"]
        assert abs(Fraction(theirs) - ours(chosen, cloze, typed)) < TOLERANCE, typed


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_a_number_counts_up_to_its_tolerance_and_no_further(
    name: str, make_course: Any, unpack: Unpack, ours: Any
) -> None:
    course = make_course([{"id": "n", "type": "numeric", "key": "0.3", "tolerance": "0.1"}])
    chosen, _ = select(course)
    assert chosen is not None
    engine = Engine(unpack(EXPORTERS[name].export(chosen))["items/n.xml"])
    for typed in ("0.2", "0.3", "0.4", "0.19999", "0.40001", "-0.3"):
        theirs = engine.run({"RESPONSE": typed})["SCORE"]
        assert Fraction(theirs) == ours(chosen, chosen.items[0], typed), typed


@pytest.mark.parametrize("name", ["qti21", "qti3"])
def test_feedback_follows_the_choice(name: str, selection: Selection, unpack: Unpack) -> None:
    files = unpack(EXPORTERS[name].export(selection))

    def told(item: str, **responses: Any) -> set[str]:
        """Return the texts shown, the rationale apart."""
        data = files[f"items/{item}.xml"]
        values = Engine(data).run(responses)
        assert values["RATIONALE"] == "shown"
        shown = set()
        for modal in etree.fromstring(data).xpath("//*[contains(local-name(), 'odal')]"):
            given = {key.replace("-", "").lower(): value for key, value in modal.attrib.items()}
            held = values[given["outcomeidentifier"]]
            if given["outcomeidentifier"] != "RATIONALE" and given["identifier"] in (
                held if isinstance(held, list) else [held]
            ):
                shown.add("".join(modal.itertext()).strip())
        return shown

    assert told("single", RESPONSE="b") == {"It has lost its air."}
    assert told("single", RESPONSE="a") == set()
    assert told("multiple", RESPONSE=["a", "d"]) == {"The label names no place."}
    assert told("matching", RESPONSE=["left_p1 right_r3", "left_p2 right_r1"]) == {"Black tea needs longer."}
    assert told("matching", RESPONSE=None) == set()
    assert told("ordering", RESPONSE=["e1", "e2", "e3"]) == set()
    assert told("ordering", RESPONSE=["e2", "e1", "e3"]) == {"Nothing can be poured before it boils."}
    assert told("numeric", RESPONSE="800") == {"No kettle reaches that."}
    assert told("short", RESPONSE="SOUP") == {"Soup has vegetables."}
    assert told("cloze", RESPONSE_minutes="two") == {"That is green tea."}
    assert told("cloze") == set()
    assert told("sorting", RESPONSE=["left_milk right_pot"]) == {"Milk in the pot curdles."}


# --- Moodle ------------------------------------------------------------------------------------------------------


def moodle_mark(question: Any, item: Item, response: Any) -> Fraction:
    """Return what Moodle gives: the sum of the fractions, of several answers held between 0 and 1, times the grade."""
    fractions = [Fraction(answer.get("fraction")) / 100 for answer in question.iter("answer")]
    ids = ["true", "false"] if item.type == "true-false" else [option.id for option in item.options]
    chosen = [response] if isinstance(response, str) else list(response or ())
    total = sum((fraction for name, fraction in zip(ids, fractions, strict=True) if name in chosen), Fraction(0))
    if question.findtext("single") == "false":
        total = min(max(total, Fraction(0)), Fraction(1))
    return total * int(question.findtext("defaultgrade"))


def test_moodle_fractions_give_our_marks_for_every_response_or_the_report_says_so(
    every_key: Selection, unpack: Unpack, responses_to: Any, ours: Any
) -> None:
    choices = every_key
    package = EXPORTERS["moodle"].export(choices)
    document = etree.fromstring(unpack(package)["questions.xml"])
    questions = {q.findtext("name/text"): q for q in document.findall("question") if q.get("type") != "category"}
    rows = {row.subject: row for row in package.rows}
    compared = 0
    for item in choices.items:
        row = rows[item.id]
        if row.rung is Rung.REFUSED:
            assert item.id not in questions
            continue
        alike = all(
            abs(moodle_mark(questions[item.id], item, response) - ours(choices, item, response)) < TOLERANCE
            for response in responses_to(item)
        )
        assert alike is not row.lossy, item.id
        compared += alike
    lossy = {name for name, row in rows.items() if row.lossy}
    exact = {item.id for item in choices.items if item.type == "multiple-response" and item.scoring == "exact"}
    assert lossy == {item.id for item in choices.items if item.id in exact and len(item.key) > 1}
    assert compared == len(choices.items) - len(lossy)


def test_a_fraction_off_the_grid_is_refused_by_name(make_course: Any) -> None:
    options = [{"id": f"o{n}", "text": f"Option {n}"} for n in range(16)]
    course = make_course(
        [
            {"id": "thirteen", "type": "multiple-response", "options": options, "key": [f"o{n}" for n in range(13)]},
            {"id": "ten", "type": "multiple-response", "options": options, "key": [f"o{n}" for n in range(10)]},
            {"id": "chance", "type": "single-choice", "options": options[:13], "key": "o1", "floor": "chance"},
        ]
    )
    chosen, _ = select(course)
    assert chosen is not None
    for name in ("moodle", "gift"):
        rows = {row.subject: row for row in EXPORTERS[name].export(chosen).rows}
        assert [rows[key].rung for key in ("thirteen", "ten", "chance")] == [Rung.REFUSED, Rung.NATIVE, Rung.REFUSED]
        assert rows["thirteen"].notes[0].text(chosen.catalogue) == (
            "An option is worth 1/13 of the points, which is not on the list of fractions that the format knows, and "
            "it is never rounded. Change the number of options or the scoring rule."
        )
        assert dict(rows["chance"].notes[0].values) == {"credit": "-1/12"}


def test_a_rule_of_the_final_test_scores_the_items_it_draws(make_course: Any, unpack: Unpack) -> None:
    options = [{"id": letter, "text": letter} for letter in "abcde"]
    item = {"id": "m", "type": "multiple-response", "options": options, "key": ["a", "b"], "use": "test"}
    usual = {"instructions": "Go.", "blueprint": {"items": 1}}
    final = Assessment.model_validate(usual | {"id": "final", "title": "Final", "purpose": "final", "scoring": "exact"})
    pretest = Assessment.model_validate(
        {"id": "pre", "title": "Before", "purpose": "pretest", "instructions": "Go.", "blueprint": {"items": 1}}
    )
    chosen, _ = select(make_course([item], tests=[pretest, final]))
    assert chosen is not None
    engine = Engine(unpack(EXPORTERS["qti21"].export(chosen))["items/m.xml"])
    assert engine.run({"RESPONSE": ["a"]})["SCORE"] == 0
    assert engine.run({"RESPONSE": ["b", "a"]})["SCORE"] == 1
    rows = {row.subject: row for row in EXPORTERS["qti21"].export(chosen).rows}
    assert "draw-scoring" in {note.code for note in rows["pre"].notes}
    assert "draw-scoring" not in {note.code for note in rows["final"].notes}
