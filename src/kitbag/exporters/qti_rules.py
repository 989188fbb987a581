"""Declarations and response processing of QTI: what a response is, and what it earns.

Scores come from response processing alone: options that add up by mapResponse (default 0, an explicit entry for each
option, bounds 0 and 1), all-or-nothing by matching the correct response, ordering by comparing each place.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from lxml import etree

from kitbag.exporters.qti_dialect import Dialect, add_default
from kitbag.exporters.xml import Element
from kitbag.questions.model import Essay, Item

RATIONALE: Final = "RATIONALE"
"""The outcome variable of the feedback that everybody gets."""


def decimal(value: Fraction) -> str:
    """Return the nearest binary fraction, in as few digits as tell it from every other."""
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


class Rules:
    """Makes the rules of items in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        """Keep the dialect."""
        self._d = dialect

    def declaration(
        self, name: str, cardinality: str, kind: str, right: Sequence[str], mapping: Element | None = None
    ) -> Element:
        """Declare a response, with what is right and, where options add up, what each is worth."""
        d = self._d
        declared = d.make("responseDeclaration", identifier=name, cardinality=cardinality, baseType=kind)
        if right:
            correct = etree.SubElement(declared, d.tag("correctResponse"))
            for text in right:
                etree.SubElement(correct, d.tag("value")).text = text
        if mapping is not None:
            declared.append(mapping)
        return declared

    def processing(self, rules: Sequence[Element]) -> Element:
        """Return response processing that also shows the rationale."""
        d = self._d
        return d.make("responseProcessing", *rules, d.set_outcome(RATIONALE, d.value("identifier", "shown")))

    def mapping(self, entries: Mapping[str, Fraction], *, bounded: bool, ignores_case: bool = False) -> Element:
        """Say what each value is worth; any other is worth nothing, and bounds hold the sum between 0 and 1."""
        d = self._d
        bounds = {"lowerBound": "0", "upperBound": "1"} if bounded else {}
        mapping = d.make("mapping", defaultValue="0", **bounds)
        case = {"caseSensitive": "false"} if ignores_case else {}
        for key, worth in entries.items():
            mapping.append(d.make("mapEntry", mapKey=key, mappedValue=decimal(worth), **case))
        return mapping

    def points(self, item: Item, share: Element) -> Element:
        """Set the score to a share of the item's points."""
        d = self._d
        if item.points > 1:
            share = d.make("product", share, d.value("float", str(item.points)))
        return d.set_outcome("SCORE", share)

    def share(self, item: Item, count: int) -> Element:
        """Turn a count of right parts, held in SCORE, into points."""
        d = self._d
        counted = d.variable("SCORE")
        if item.points > 1:
            counted = d.make("product", counted, d.value("float", str(item.points)))
        return d.set_outcome("SCORE", d.make("divide", counted, d.value("float", str(count))))

    def all_or_nothing(self, item: Item, name: str) -> Element:
        """Give all points where a response is the correct one."""
        d = self._d
        right = d.make("match", d.variable(name), d.make("correct", identifier=name))
        return d.when(right, d.set_outcome("SCORE", d.value("float", str(item.points))))

    def counted(self, more: Element) -> Element:
        """Add to SCORE."""
        d = self._d
        return d.set_outcome("SCORE", d.make("sum", d.variable("SCORE"), more))

    def answered(self, name: str, rule: Element) -> Element:
        """Keep a rule for typed text from a box left empty: to some players, comparing nothing is an error."""
        d = self._d
        return d.when(d.make("not", d.make("isNull", d.variable(name))), rule)

    def outcomes(self, item: Item, feedback: Mapping[str, str]) -> Sequence[Element]:
        """Declare the score, the most there is, and the variables that texts wait for, given with their cardinality."""
        d = self._d
        human = {"externalScored": "human"} if isinstance(item, Essay) and d.kebab else {}
        kind = {"cardinality": "single", "baseType": "float"}
        score = d.make("outcomeDeclaration", identifier="SCORE", **kind, normalMaximum=str(item.points), **human)
        add_default(d, score, "0")
        most = d.make("outcomeDeclaration", identifier="MAXSCORE", **kind)
        add_default(d, most, str(item.points))
        told = [
            d.make("outcomeDeclaration", identifier=name, cardinality=cardinality, baseType="identifier")
            for name, cardinality in {**feedback, RATIONALE: "single"}.items()
        ]
        return [score, most, *told]
