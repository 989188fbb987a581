"""Common Cartridge 1.1: lessons as pages, practice items as a quiz for each module, test items as the question bank.

Facts that decide what is written here:
- items are QTI 1.2.1, each with a `cc_profile`: choice, multiple response, true or false, one typed answer, essay;
- a multiple response earns all or nothing, and nothing takes marks off;
- a cartridge holds one question bank at most, and cannot draw from it;
- the rule for the right answer comes first and stops: readers take it for the key.
"""

from typing import Final, assert_never

from kitbag.exporters.base import Package, Selection
from kitbag.exporters.cc_cartridge import Cartridge
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.exporters.notes import everywhere
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    ItemType,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)


class CommonCartridge:
    """The exporter."""

    name = "cc"
    title = "Common Cartridge 1.1"
    interactions: Final = {
        ItemType.SINGLE_CHOICE: Rung.NATIVE,
        ItemType.MULTIPLE_RESPONSE: Rung.NATIVE,
        ItemType.TRUE_FALSE: Rung.NATIVE,
        ItemType.MATCHING: Rung.DECOMPOSED,
        ItemType.ORDERING: Rung.DECOMPOSED,
        ItemType.NUMERIC: Rung.EQUIVALENT,
        ItemType.SHORT_ANSWER: Rung.NATIVE,
        ItemType.CLOZE: Rung.EQUIVALENT,
        ItemType.CATEGORISE: Rung.DECOMPOSED,
        ItemType.ESSAY: Rung.NATIVE,
    }

    def export(self, selection: Selection) -> Package:
        """Return a cartridge of the lessons and items."""
        rows = [weigh(item, selection) for item in selection.items]
        refused = {row.subject for row in rows if row.rung is Rung.REFUSED}
        tests = [Row(test.id, "test", Rung.REFUSED, (loss("draw-by-hand"),)) for test in selection.tests]
        return Package(suffix=".imscc", files=Cartridge(selection, refused).files(), rows=(*rows, *tests))


# --- What becomes of an item -------------------------------------------------------------------------------------


def weigh(item: Item, selection: Selection) -> Row:
    """Return how a cartridge carries an item."""
    rule = selection.scoring(item).rule
    rung = CommonCartridge.interactions[ItemType(item.type)]
    notes: list[Note] = []
    match item:
        case SingleChoice() | TrueFalse():
            if item.floor == "chance":
                notes.append(loss("floor"))
        case MultipleResponse():
            if rule is not ScoringRule.EXACT:
                notes.append(loss("partial-as-exact"))
        case Matching() | Categorise() | Ordering():
            parts = item.premises if isinstance(item, Matching) else item.elements
            notes.append(loss("part-by-part", count=len(parts), points=item.points))
        case Numeric():
            if item.tolerance:
                return Row(item.id, item.type, Rung.REFUSED, (loss("tolerance", tolerance=f"{item.tolerance:f}"),))
            notes.append(change("number-as-text"))
            if item.unit:
                notes.append(change("unit-in-stem"))
        case ShortAnswer():
            notes.append(change("compared-by-platform"))
        case Cloze():
            notes.append(change("compared-by-platform"))
            if len(item.gaps) > 1:
                rung = Rung.DECOMPOSED
                notes.append(loss("gap-by-gap", count=len(item.gaps), points=item.points))
            else:
                notes.append(change("gap-as-short-answer"))
        case Essay():
            notes.append(change("rubric-as-solution"))
        case _:
            assert_never(item)
    return Row(item.id, item.type, rung, (*notes, *everywhere(item)))
