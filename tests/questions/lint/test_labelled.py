"""Precision and recall of the lint, rule by rule, on items that were written and labelled by hand.

tests/cases/lint holds a file of flawed items for each rule, `clean.yaml` with items that have no flaw, and
`mixed.yaml`, written when the rules were done and never used to tune them. An item's labels are the rule its file is
called after, and what it lists under `also`. Every item of every file counts for every rule: as a hit or a miss where
it has the label, as right or as a false alarm where it has not.

`python tests/questions/lint/test_labelled.py` prints the figures; with `mixed` behind it, those of that file alone.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kitbag.findings import Place
from kitbag.questions.lint import lint
from kitbag.questions.lint.rules import RULES
from kitbag.questions.model import ItemBank

CASES = Path(__file__).parents[2] / "cases" / "lint"
OF_BANKS = {"longest-key-often", "key-position", "true-false-balance"}
LABELLED = sorted(rule.code for rule in RULES if rule.code not in OF_BANKS)
FLOORS = {"precision": 0.9, "recall": 0.9}


class Places:
    def at(self, file: str, *path: str | int) -> Place:
        return Place(file, int(path[1]) + 1) if len(path) > 1 else Place(file)


@dataclass
class Score:
    hits: int = 0
    misses: int = 0
    false_alarms: int = 0

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)


def item_of(case: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the whole item that a case abbreviates, complete but for what the case says is missing."""
    item: dict[str, Any] = {
        "id": f"item-{number}",
        "stem": case["stem"],
        "rationale": "As the passage says.",
        "objective": "1.1",
        "level": "remember",
        "use": "practice",
        **({} if case.get("bare") else {"cites": ["P1"]}),
    }
    feedback = None if case.get("silent") else "Look at the passage again."
    if "wrong" in case:
        right = [{"id": f"r{n}", "text": text} for n, text in enumerate(case.get("keys", [case.get("key")]))]
        wrong = [{"id": f"w{n}", "text": text, "feedback": feedback} for n, text in enumerate(case["wrong"])]
        many = "keys" in case
        item |= {"type": "multiple-response" if many else "single-choice", "options": right + wrong}
        item |= {"key": [option["id"] for option in right] if many else "r0", "shuffle": not case.get("keep")}
    elif "says" in case:
        item |= {"type": "true-false", "key": case["says"], "feedback": {"true": feedback, "false": feedback}}
    elif "pairs" in case:
        texts = [*dict.fromkeys(case["pairs"].values()), *case.get("extra", [])]
        pairs = [
            {"id": f"p{n}", "text": text, "match": f"r{texts.index(other)}"}
            for n, (text, other) in enumerate(case["pairs"].items())
        ]
        item |= {
            "type": "matching",
            "premises": pairs,
            "responses": [{"id": f"r{n}", "text": text} for n, text in enumerate(texts)],
        }
    elif "order" in case:
        item |= {
            "type": "ordering",
            "elements": [{"id": f"e{n}", "text": text} for n, text in enumerate(case["order"])],
        }
    elif "number" in case:
        item |= {"type": "numeric", "key": case["number"]}
    elif "accept" in case:
        item |= {"type": "short-answer", "accept": case["accept"]}
    elif "sorts" in case:
        names = list(dict.fromkeys(case["sorts"].values()))
        elements = [
            {"id": f"e{n}", "text": text, "category": f"c{names.index(name)}"}
            for n, (text, name) in enumerate(case["sorts"].items())
        ]
        item |= {
            "type": "categorise",
            "categories": [{"id": f"c{n}", "text": name} for n, name in enumerate(names)],
            "elements": elements,
        }
    else:
        assert case["essay"], case
        item |= {"type": "essay", "rubric": [{"id": "a", "text": "Says what matters.", "points": 1}]}
    return item


def bank_of(name: str, cases: list[dict[str, Any]]) -> ItemBank:
    items = [item_of(case, number) for number, case in enumerate(cases, start=1)]
    return ItemBank.model_validate({"schema": "questions/1", "module": name, "items": items})


@cache
def files() -> dict[str, list[Any]]:
    return {
        path.stem: yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it builds text only
        for path in sorted(CASES.glob("*.yaml"))
    }


def banks() -> list[tuple[str, list[dict[str, Any]], list[set[str]]]]:
    """Give a name, the cases and their labels for each bank: one item alone, the clean items and each pair together."""
    found = []
    for name, cases in files().items():
        own = {name} & set(LABELLED)
        if name == "clean":
            found.append((name, cases, [set(case.get("also", ())) for case in cases]))
        elif name == "key-in-other-stem":
            # The finding stands with the first item of a pair, whose stem tells.
            found += [
                (f"{name}-{n}", pair, [own | set(pair[0].get("also", ())), set(pair[1].get("also", ()))])
                for n, pair in enumerate(cases)
            ]
        else:
            found += [(f"{name}-{n}", [case], [own | set(case.get("also", ()))]) for n, case in enumerate(cases)]
    return found


@cache
def measured(only: str = "") -> tuple[dict[str, Score], list[str]]:
    """Return the score of each rule, and every miss and false alarm in words."""
    scores: dict[str, Score] = defaultdict(Score)
    told = []
    for name, cases, labels in banks():
        if not name.startswith(only):
            continue
        found = defaultdict(set)
        for finding in lint([bank_of(name, cases)], Places()):
            found[finding.place.line].add(finding.code)
        for number, (case, label) in enumerate(zip(cases, labels, strict=True), start=1):
            for code in LABELLED:
                if code in label and code in found[number]:
                    scores[code].hits += 1
                elif code in label:
                    scores[code].misses += 1
                    told.append(f"miss {code}: {case}")
                elif code in found[number]:
                    scores[code].false_alarms += 1
                    told.append(f"false alarm {code}: {case}")
    return scores, told


@pytest.mark.parametrize("code", LABELLED)
def test_each_rule_finds_flawed_items_and_spares_the_others(code: str) -> None:
    scores, told = measured()
    score = scores[code]
    assert score.hits + score.misses >= 20, "a rule is measured on at least 20 flawed items"
    wrong = "\n".join(line for line in told if f" {code}:" in line)
    assert score.precision >= FLOORS["precision"], wrong
    assert score.recall >= FLOORS["recall"], wrong


def test_a_hundred_clean_items_are_nearly_all_left_alone() -> None:
    cases = files()["clean"]
    assert len(cases) >= 100
    alarmed = {finding.place.line for finding in lint([bank_of("clean", cases)], Places()) if finding.place.line}
    assert len(alarmed) <= 2, sorted(alarmed)


if __name__ == "__main__":
    scores, told = measured(*sys.argv[1:])
    print("\n".join(told))  # noqa: T201
    total = sum(len(cases) for _, cases, _ in banks())
    print(f"{total} items, of which {len(files()['clean'])} clean\n{'rule':24}flawed  precision  recall")  # noqa: T201
    for code in LABELLED:
        score = scores[code]
        print(f"{code:24}{score.hits + score.misses:6}{score.precision:11.3f}{score.recall:8.3f}")  # noqa: T201
