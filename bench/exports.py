"""Exports of 10,000 items against the plainest loop that writes the same format, and of 2,000 against R/exams.

    python bench/exports.py                every format
    python bench/exports.py qti21 cc       these
    python bench/exports.py --rounds 7     more rounds (default 5)

Ours and the loop run in turn (A B A B …), each in a process of its own that begins with the course read. Both make
Markdown and XML with the same libraries and write their file to disk, as a zip where the format is one. A loop says
what the format asks for of a single choice: stem, options, key, what each option is worth, feedback, rationale,
category and tags. It checks nothing, reports nothing, and knows no other item type. Times are processor seconds of
the process; medians are compared.
"""

import argparse
import csv
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))
from jinja2 import Environment
from lxml.etree import Element, SubElement, fromstring, tostring
from lxml.etree import _Element as Node
from processes import met
from synthetic import write_course

from kitbag.course.blocks import TextBlock
from kitbag.course.load import load_course
from kitbag.exporters.archive import write_package
from kitbag.exporters.base import Selection, select
from kitbag.exporters.registry import EXPORTERS
from kitbag.questions.model import Item, SingleChoice
from kitbag.rendering.markdown import MarkdownRenderer

MOST: Final = 1.5
"""How many times as long as the plain loop an export may take."""
MOST_MIB: Final = 200
R_EXAMS: Final = {"moodle": 118.0, "qti21": 111.0}
"""Seconds that R/exams 2.4 took for 2,000 items, on a machine with two cores."""
FASTER: Final = 100

_MARKDOWN: Final = MarkdownRenderer(xhtml=True)
_SIGNS: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"} | {"\n": "\\n"})
_PAGE: Final = (
    "<!doctype html><html lang=en><title>{{ title }}</title><body><h1>{{ title }}</h1>"
    "{% for b in blocks %}{{ b|safe }}{% endfor %}</body></html>"
)


def single_choices(selection: Selection) -> Iterator[tuple[SingleChoice, tuple[str, ...]]]:
    """Yield each item with its tags. Synthetic courses have no other type."""
    for item in selection.items:
        assert isinstance(item, SingleChoice)  # noqa: S101 - see above
        yield item, (item.level, item.use, item.objective, *item.cites)


def _put(parent: Node, tag: str, text: str, **attributes: str) -> Node:
    element = SubElement(parent, tag, attributes)
    element.text = text
    return element


def _worth(item: SingleChoice, name: str) -> str:
    return "1" if name == item.key else "0"


# --- The plain loops -----------------------------------------------------------------------------------------------


def moodle(selection: Selection, target: Path) -> None:
    """Write Moodle XML."""

    def text(parent: Node, tag: str, words: str, **attributes: str) -> Node:
        element = SubElement(parent, tag, attributes)
        _put(element, "text", words)
        return element

    objective = ""
    with target.open("wb") as file:
        file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
        for item, tags in single_choices(selection):
            if item.objective != objective:
                objective = item.objective
                category = Element("question", type="category")
                text(category, "category", f"$course$/top/{objective}")
                file.write(tostring(category, encoding="utf-8") + b"\n")
            question = Element("question", type="multichoice")
            text(question, "name", item.id)
            text(question, "questiontext", _MARKDOWN.block(item.stem), format="html")
            text(question, "generalfeedback", _MARKDOWN.block(item.rationale), format="html")
            for tag, words in (
                ("defaultgrade", str(item.points)),
                ("penalty", "0"),
                ("hidden", "0"),
                ("idnumber", item.id),
                ("single", "true"),
                ("shuffleanswers", "true"),
                ("answernumbering", "abc"),
            ):
                _put(question, tag, words)
            for option in item.options:
                fraction = "100" if option.id == item.key else "0"
                answer = text(question, "answer", _MARKDOWN.inline(option.text), fraction=fraction, format="html")
                if option.feedback:
                    text(answer, "feedback", _MARKDOWN.block(option.feedback), format="html")
            holder = SubElement(question, "tags")
            for tag in tags:
                text(holder, "tag", tag)
            file.write(tostring(question, encoding="utf-8") + b"\n")
        file.write(b"</quiz>\n")


def gift(selection: Selection, target: Path) -> None:
    """Write GIFT."""
    objective = ""
    with target.open("w", encoding="utf-8") as file:
        for item, tags in single_choices(selection):
            if item.objective != objective:
                objective = item.objective
                file.write(f"$CATEGORY: $course$/top/{objective}\n\n")
            lines = []
            for option in item.options:
                told = f"#{_MARKDOWN.block(option.feedback).translate(_SIGNS)}" if option.feedback else ""
                sign = "=" if option.id == item.key else "~"
                lines.append(f"\t{sign}{_MARKDOWN.inline(option.text).translate(_SIGNS)}{told}\n")
            tagged = " ".join(f"[tag:{tag}]" for tag in tags)
            stem, rationale = (_MARKDOWN.block(text).translate(_SIGNS) for text in (item.stem, item.rationale))
            file.write(f"// [id:{item.id}] {tagged}\n::{item.id}::[html]{stem}{{\n{''.join(lines)}")
            file.write(f"\t####{rationale}\n}}\n\n")


def qti(selection: Selection, target: Path, *, kebab: bool) -> None:
    """Write a QTI package: 2.1, or 3.0 where names are in kebab case."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        manifest = Element("manifest", identifier="manifest", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1")
        resources = SubElement(manifest, "resources")
        for item, tags in single_choices(selection):
            href = f"items/{item.id}.xml"
            archive.writestr(href, tostring(_qti3_item(item) if kebab else _qti21_item(item), encoding="utf-8"))
            resource = SubElement(resources, "resource", identifier=item.id, type="imsqti_item_xmlv2p1", href=href)
            general = SubElement(SubElement(SubElement(resource, "metadata"), "lom"), "general")
            for tag in tags:
                _put(SubElement(general, "keyword"), "string", tag)
            SubElement(resource, "file", href=href)
        archive.writestr("imsmanifest.xml", tostring(manifest, encoding="utf-8"))


def _qti21_item(item: SingleChoice) -> Node:
    root = Element("assessmentItem", identifier=item.id, title=item.id, adaptive="false", timeDependent="false")
    root.set("xmlns", "http://www.imsglobal.org/xsd/imsqti_v2p1")
    declared = SubElement(
        root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType="identifier"
    )
    _put(SubElement(declared, "correctResponse"), "value", item.key)
    mapping = SubElement(declared, "mapping", defaultValue="0")
    for option in item.options:
        SubElement(mapping, "mapEntry", mapKey=option.id, mappedValue=_worth(item, option.id))
    for name, kind in (("SCORE", "float"), ("FEEDBACK", "identifier"), ("RATIONALE", "identifier")):
        SubElement(root, "outcomeDeclaration", identifier=name, cardinality="single", baseType=kind)
    body = SubElement(root, "itemBody")
    body.append(fromstring(_MARKDOWN.block(item.stem)))
    choice = SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1")
    for option in item.options:
        choice.append(
            fromstring(f'<simpleChoice identifier="{option.id}">{_MARKDOWN.inline(option.text)}</simpleChoice>')
        )
    processing = SubElement(root, "responseProcessing")
    SubElement(SubElement(processing, "setOutcomeValue", identifier="SCORE"), "mapResponse", identifier="RESPONSE")
    SubElement(SubElement(processing, "setOutcomeValue", identifier="FEEDBACK"), "variable", identifier="RESPONSE")
    shown = SubElement(processing, "setOutcomeValue", identifier="RATIONALE")
    _put(shown, "baseValue", "shown", baseType="identifier")
    told = [("FEEDBACK", option.id, option.feedback) for option in item.options if option.feedback]
    for outcome, name, text in [*told, ("RATIONALE", "shown", item.rationale)]:
        modal = SubElement(root, "modalFeedback", outcomeIdentifier=outcome, identifier=name, showHide="show")
        modal.append(fromstring(_MARKDOWN.block(text)))
    return root


def _qti3_item(item: SingleChoice) -> Node:
    root = Element("qti-assessment-item", {"time-dependent": "false"}, identifier=item.id, title=item.id)
    root.set("adaptive", "false")
    root.set("xmlns", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0")
    kind = {"base-type": "identifier"}
    declared = SubElement(root, "qti-response-declaration", kind, identifier="RESPONSE", cardinality="single")
    _put(SubElement(declared, "qti-correct-response"), "qti-value", item.key)
    mapping = SubElement(declared, "qti-mapping", {"default-value": "0"})
    for option in item.options:
        entry = {"map-key": option.id, "mapped-value": _worth(item, option.id)}
        SubElement(mapping, "qti-map-entry", entry)
    for name, base in (("SCORE", "float"), ("FEEDBACK", "identifier"), ("RATIONALE", "identifier")):
        SubElement(root, "qti-outcome-declaration", {"base-type": base}, identifier=name, cardinality="single")
    body = SubElement(root, "qti-item-body")
    body.append(fromstring(_MARKDOWN.block(item.stem)))
    bound = {"response-identifier": "RESPONSE", "max-choices": "1"}
    choice = SubElement(body, "qti-choice-interaction", bound, shuffle="true")
    for option in item.options:
        html = _MARKDOWN.inline(option.text)
        choice.append(fromstring(f'<qti-simple-choice identifier="{option.id}">{html}</qti-simple-choice>'))
    processing = SubElement(root, "qti-response-processing")
    score = SubElement(processing, "qti-set-outcome-value", identifier="SCORE")
    SubElement(score, "qti-map-response", identifier="RESPONSE")
    feedback = SubElement(processing, "qti-set-outcome-value", identifier="FEEDBACK")
    SubElement(feedback, "qti-variable", identifier="RESPONSE")
    shown = SubElement(processing, "qti-set-outcome-value", identifier="RATIONALE")
    _put(shown, "qti-base-value", "shown").set("base-type", "identifier")
    told = [("FEEDBACK", option.id, option.feedback) for option in item.options if option.feedback]
    for outcome, name, text in [*told, ("RATIONALE", "shown", item.rationale)]:
        attributes = {"outcome-identifier": outcome, "show-hide": "show", "identifier": name}
        modal = SubElement(root, "qti-modal-feedback", attributes)
        SubElement(modal, "qti-content-body").append(fromstring(_MARKDOWN.block(text)))
    return root


def cc(selection: Selection, target: Path) -> None:
    """Write a Common Cartridge: lessons as pages, a quiz a module, the other items as the bank."""
    page = Environment(autoescape=True).from_string(_PAGE)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        manifest = Element("manifest", identifier="manifest")
        organization = SubElement(SubElement(manifest, "organizations"), "organization", identifier="o")
        top = SubElement(organization, "item", identifier="root")
        resources = SubElement(manifest, "resources")

        def add(name: str, kind: str, href: str, data: bytes, title: str = "") -> None:
            archive.writestr(href, data)
            if title:
                _put(SubElement(top, "item", identifier=f"i-{name}", identifierref=name), "title", title)
            SubElement(SubElement(resources, "resource", identifier=name, type=kind), "file", href=href)

        for module in selection.course.modules:
            for lesson in module.lessons:
                blocks = [_MARKDOWN.block(block.text) for block in lesson.blocks if isinstance(block, TextBlock)]
                html = page.render(title=lesson.title, blocks=blocks).encode()
                name = f"{module.id}-{lesson.id}"
                add(name, "webcontent", f"lessons/{name}.html", html, lesson.title)
        for module, items in selection.by_module:
            practice = b"".join(_cc_item(item) for item in items if item.use == "practice")
            data = (
                b'<questestinterop><assessment ident="a"><section ident="s">%b</section></assessment></questestinterop>'
            )
            add(f"quiz-{module.id}", "assessment", f"quizzes/{module.id}.xml", data % practice, module.title)
        # One bank of all modules, written as it is made.
        with archive.open("bank.xml", "w") as bank:
            bank.write(b'<questestinterop><objectbank ident="bank">')
            for item in selection.items:
                if item.use == "test":
                    bank.write(_cc_item(item))
            bank.write(b"</objectbank></questestinterop>")
        archive.writestr("imsmanifest.xml", tostring(manifest, encoding="utf-8"))


def _cc_item(item: Item) -> bytes:
    assert isinstance(item, SingleChoice)  # noqa: S101 - see single_choices
    root = Element("item", ident=item.id, title=item.id)
    data = SubElement(SubElement(root, "itemmetadata"), "qtimetadata")
    tags = " ".join((item.level, item.use, item.objective, *item.cites))
    for label, entry in (
        ("cc_profile", "cc.multiple_choice.v0p1"),
        ("cc_question_category", tags),
        ("cc_weighting", str(item.points)),
    ):
        one = SubElement(data, "qtimetadatafield")
        _put(one, "fieldlabel", label)
        _put(one, "fieldentry", entry)

    def material(parent: Node, html: str) -> None:
        _put(SubElement(parent, "material"), "mattext", html, texttype="text/html")

    presentation = SubElement(root, "presentation")
    material(presentation, _MARKDOWN.block(item.stem))
    response = SubElement(presentation, "response_lid", ident="response", rcardinality="Single")
    choice = SubElement(response, "render_choice", shuffle="Yes")
    for option in item.options:
        material(SubElement(choice, "response_label", ident=option.id), _MARKDOWN.inline(option.text))
    processing = SubElement(root, "resprocessing")
    SubElement(SubElement(processing, "outcomes"), "decvar", varname="SCORE", vartype="Decimal")
    right = SubElement(processing, "respcondition", {"continue": "No"})
    _put(SubElement(right, "conditionvar"), "varequal", item.key, respident="response")
    _put(right, "setvar", "100", varname="SCORE", action="Set")
    for option in item.options:
        if option.feedback:
            condition = SubElement(processing, "respcondition", {"continue": "Yes"})
            _put(SubElement(condition, "conditionvar"), "varequal", option.id, respident="response")
            SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"{option.id}_fb")
            feedback = SubElement(root, "itemfeedback", ident=f"{option.id}_fb")
            material(SubElement(feedback, "flow_mat"), _MARKDOWN.block(option.feedback))
    other = SubElement(processing, "respcondition", {"continue": "Yes"})
    SubElement(SubElement(other, "conditionvar"), "other")
    SubElement(other, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
    general = SubElement(root, "itemfeedback", ident="general_fb")
    material(SubElement(general, "flow_mat"), _MARKDOWN.block(item.rationale))
    return tostring(root, encoding="utf-8")


def csv_(selection: Selection, target: Path) -> None:
    """Write CSV: a row an item, and one an option."""
    rule = selection.course.info.scoring
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for item, _ in single_choices(selection):
            writer.writerow(
                (
                    item.id, "item", item.id, item.stem, item.key, "", item.type, item.objective, item.level, item.use,
                    item.points, item.scoring or rule, item.floor, item.shuffle, item.scenario, item.rationale,
                    item.stimulus, item.picture, " ".join(item.cites), " ".join(item.enemies),
                )
            )  # fmt: skip
            for option in item.options:
                worth = _worth(item, option.id)
                writer.writerow((item.id, "option", option.id, option.text, worth, option.feedback))


LOOPS: Final[dict[str, Callable[[Selection, Path], None]]] = {
    "moodle": moodle,
    "gift": gift,
    "qti21": lambda selection, target: qti(selection, target, kebab=False),
    "qti3": lambda selection, target: qti(selection, target, kebab=True),
    "cc": cc,
    "csv": csv_,
}


# --- Measuring -----------------------------------------------------------------------------------------------------


def ours(name: str) -> Callable[[Selection, Path], None]:
    """Return what `kitbag export` does once the course is read, its reports apart."""
    return lambda selection, target: write_package(EXPORTERS[name].export(selection), target)


def measure(work: Callable[[Selection, Path], None], selection: Selection, target: Path) -> tuple[float, float]:
    """Do the work in a child process; return its processor seconds and the most memory it held, in MiB."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        failed = True
        try:
            start = time.process_time()
            work(selection, target)
            seconds = time.process_time() - start
            mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            os.write(writer, f"{seconds} {mib}".encode())
            failed = False
        finally:
            os._exit(failed)
    os.close(writer)
    with os.fdopen(reader) as answer:
        told = answer.read().split()
    if os.waitpid(child, 0)[1]:
        raise SystemExit("The child process failed.")
    return float(told[0]), float(told[1])


def course(size: str, scratch: Path) -> Selection:
    """Return all items of a synthetic course."""
    found = load_course(write_course(size, scratch / size)).course
    chosen = select(found)[0] if found else None
    if chosen is None:
        raise SystemExit("The synthetic course has mistakes.")
    return chosen


def main() -> None:
    """Measure the formats that are asked for."""
    parser = argparse.ArgumentParser(description="Measure exports side by side with plain loops.")
    parser.add_argument("names", nargs="*", help=f"formats: {', '.join(LOOPS)}")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    names = asked.names or list(LOOPS)
    scratch = Path(tempfile.mkdtemp(prefix="kitbag-bench-"))
    try:
        large = course("L", scratch)
        print(f"{len(large.items)} items {'ours':>13} {'the loop':>10} {'ratio':>7} {'MiB':>14}")
        for name in names:
            pairs = [
                (measure(ours(name), large, scratch / "ours"), measure(LOOPS[name], large, scratch / "loop"))
                for _ in range(asked.rounds)
            ]
            mine, its = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
            mib = statistics.median(pair[0][1] for pair in pairs)
            print(
                f"{name:8} {mine:15.2f} s {its:8.2f} s {mine / its:7.2f} ≤ {MOST} {met(mine / its <= MOST):7} "
                f"{mib:4.0f} ≤ {MOST_MIB} {met(mib <= MOST_MIB)}",
                flush=True,
            )
        medium = course("M", scratch)
        for name in names:
            if name in R_EXAMS:
                mine = statistics.median(measure(ours(name), medium, scratch / "ours")[0] for _ in range(asked.rounds))
                times = R_EXAMS[name] / mine
                print(
                    f"{name}: {len(medium.items)} items in {mine:.2f} s; R/exams took {R_EXAMS[name]:.0f} s, "
                    f"{times:.0f} ≥ {FASTER} times as long  {met(times >= FASTER)}"
                )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
