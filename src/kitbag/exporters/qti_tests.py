"""Tests of QTI: sections that draw their items from pools."""

from collections.abc import Mapping

from kitbag.exporters.draws import Draw
from kitbag.exporters.qti_dialect import Dialect, add_default, identifier
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import document
from kitbag.questions.blueprint import Assessment


def test_document(d: Dialect, test: Assessment, draw: Draw, hrefs: Mapping[str, str], texts: Texts) -> bytes:
    """Return the document of a test: a section for each part of the draw, from which so many items are selected."""
    root = d.root("assessmentTest", identifier=identifier(test.id), title=test.title)
    for name in ("SCORE", "MAXSCORE"):
        declaration = d.make("outcomeDeclaration", identifier=name, cardinality="single", baseType="float")
        add_default(d, declaration, "0")
        root.append(declaration)
    if test.minutes:
        root.append(d.make("timeLimits", maxTime=str(test.minutes * 60)))
    part = d.make("testPart", identifier="part", navigationMode="nonlinear", submissionMode="simultaneous")
    feedback = "true" if test.purpose == "pretest" else "false"
    part.append(d.make("itemSessionControl", maxAttempts="1", showFeedback=feedback))
    whole = d.make("assessmentSection", identifier="all", title=test.title, visible="true")
    whole.append(d.make("ordering", shuffle="true"))
    use = {"use": "instructions"} if d.wraps_flow else {}
    whole.append(d.flow("rubricBlock", texts.block(test.instructions), view="candidate", **use))
    for number, pool in enumerate(draw.pools, start=1):
        section = d.make(
            "assessmentSection", identifier=f"pool_{number}", title=pool.name, visible="false", keepTogether="false"
        )
        section.append(d.make("selection", select=str(pool.count)))
        section.append(d.make("ordering", shuffle="true"))
        for name in pool.items:
            section.append(d.make("assessmentItemRef", identifier=identifier(name), href=hrefs[name]))
        whole.append(section)
    part.append(whole)
    root.append(part)
    sums = [
        d.set_outcome(name, d.make("sum", d.make("testVariables", variableIdentifier=name)))
        for name in ("SCORE", "MAXSCORE")
    ]
    root.append(d.make("outcomeProcessing", *sums))
    return document(root)
