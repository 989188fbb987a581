"""Moodle XML: each question as Moodle's importer takes it. There is no schema; these are the importer's own rules."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from math import isfinite
from typing import Final
from urllib.parse import unquote

from lxml import etree

from kitbag.exporters.checking.archive import MOST_READ
from kitbag.exporters.checking.documents import NotXml, children, line_of, local, text_in
from kitbag.exporters.checking.hints import Hints
from kitbag.exporters.checking.pages import html_facts
from kitbag.exporters.moodle_grid import GRID
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Place, Severity

TITLE: Final = "Moodle XML"
NOT_CHECKED: Final = "plugins of your Moodle, and the text of embedded questions"
_TYPES: Final = (
    "multichoice", "truefalse", "shortanswer", "numerical", "matching", "essay", "cloze", "description", "ordering",
    "gapselect", "ddwtos", "ddimageortext", "ddmarker", "calculated", "calculatedsimple", "calculatedmulti",
    "randomsamatch", "multianswer", "category",
)  # fmt: skip
_ANSWERED: Final = ("multichoice", "truefalse", "shortanswer", "numerical")
_FILES: Final = "@@PLUGINFILE@@/"
_CLOSE: Final = 0.00001
"""How far a fraction may be from one that Moodle knows."""
_KNOWN: Final = [float(worth) for worth in GRID]


def check(data: bytes, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with a file of questions."""
    if b"<!ENTITY" in data.replace(b"\0", b""):
        message = "This document declares entities of its own, which platforms refuse."
        yield Finding("not-xml", place, message, "Take the DOCTYPE out.")
        return
    seen: dict[tuple[str, str], int] = {}
    hints = Hints()
    left = MOST_READ
    category, count = "", 0
    # A picture is one long text. No entity is left that could grow, and the file's size has a bound.
    questions = etree.iterparse(
        BytesIO(data), tag="question", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        for _, question in questions:
            if question.get("type") == "category":
                category = text_in(question, "category", "text")
            else:
                count += 1
            yield from _question_faults(question, place, seen, category, hints)
            left -= sum(len(text.text or "") for text in question.iter("text"))
            if left >= 0 and question.get("type") in _TYPES[:-1]:
                yield from _file_faults(question, place)
            question.clear(keep_tail=False)
    except etree.XMLSyntaxError as error:
        broken = NotXml(str(error).partition(", line ")[0], "", error.lineno or 0)
        message = f"This is not well-formed XML: {broken}."
        yield Finding("not-xml", place._replace(line=broken.line), message, "Write it again, or mend it there.")
        return
    if left < 0:
        message = f"After {MOST_READ // 1024**2} MiB of texts, no more files and addresses in them were looked for."
        yield Finding("not-looked", place, message, "Split the file, and check each part.", Severity.WARNING)
    root = questions.root
    if local(root) != "quiz":
        message = f'The root of the document is "{local(root)}".'
        yield Finding("wrong-root", place, message, "Moodle reads questions within <quiz>.")
    elif not count:
        yield Finding("no-item", place, "There is no question in it.", "Export some.")


def _question_faults(
    question: Element, place: Place, seen: dict[tuple[str, str], int], category: str, hints: Hints
) -> Iterator[Finding]:
    kind, where = question.get("type", ""), place._replace(line=line_of(question))
    if kind not in _TYPES:
        message = f'A question is of the type "{kind}", which core Moodle does not have.'
        hint = hints.near(kind, _TYPES) or "It needs a plugin there, or another type here."
        yield Finding("type", where, message, hint)
        return
    if kind == "category":
        if not text_in(question, "category", "text"):
            yield Finding("category", where, "A category has no name.", "Name it.")
        return
    name = text_in(question, "name", "text")
    if not name:
        yield Finding("no-title", where, "A question has no name.", "Name it.")
    if not text_in(question, "questiontext", "text"):
        yield Finding("no-text", where, f'The question "{name}" has no text.', "Write one.")
    number = text_in(question, "idnumber")
    if number:
        if (category, number) in seen:
            message = f'The idnumber "{number}" is used twice in its category; the first is in line '
            message += f"{seen[category, number]}."
            yield Finding("repeated-identifier", where, message, "Moodle drops the second one. Give it another.")
        seen.setdefault((category, number), where.line)
    grade = text_in(question, "defaultgrade")
    if grade and _number(grade) is None:
        message = f'The question "{name}" is worth "{grade}".'
        yield Finding("grade", where, message, "Write a number of points.")
    yield from _answer_faults(question, kind, name, where)


def _answer_faults(question: Element, kind: str, name: str, where: Place) -> Iterator[Finding]:
    if kind == "matching":
        pairs = [text_in(one, "answer", "text") for one in children(question, "subquestion")]
        if len(pairs) < 2 or not all(pairs):
            message = f'The question "{name}" needs two pairs at least, each with an answer.'
            yield Finding("pairs", where, message, "Complete it.")
    if kind not in _ANSWERED:
        return
    answers = children(question, "answer")
    worth = [_number(one.get("fraction", "")) for one in answers]
    for answer, value in zip(answers, worth, strict=True):
        at = where._replace(line=line_of(answer))
        if value is None or min(abs(value / 100 - known) for known in _KNOWN) > _CLOSE:
            message = f'An answer of the question "{name}" is worth {answer.get("fraction", "nothing")} per cent.'
            yield Finding("fraction", at, message, "Moodle knows 100, 90, 83.33333, 80 … and their negatives only.")
        text = text_in(answer, "text")
        if kind == "numerical" and text != "*" and _number(text) is None:
            message = f'The question "{name}" asks for a number, and an answer is "{text}".'
            yield Finding("number", at, message, "Write a number.")
        if kind == "truefalse" and text not in ("true", "false"):
            message = f'An answer of the question "{name}" is "{text}".'
            yield Finding("true-false", at, message, 'It must be "true" or "false", in any language.')
    earned = [value for value in worth if value is not None and value > 0]
    several = kind == "multichoice" and text_in(question, "single") in ("false", "0")
    if (several and abs(sum(earned) - 100) > 1) or (not several and 100 not in earned):
        message = f'No response to the question "{name}" earns all its points.'
        hint = "The right answers together must be worth 100." if several else "One answer must be worth 100."
        yield Finding("no-key", where, message, hint)


def _file_faults(question: Element, place: Place) -> Iterator[Finding]:
    name, where = text_in(question, "name", "text"), place._replace(line=line_of(question))
    external: set[str] = set()
    for text in question.iter("text"):
        holder = text.getparent()
        held = {file.get("name", "") for file in (children(holder, "file") if holder is not None else [])}
        for address in html_facts(text.text or "").loads:
            wanted = unquote(address)
            if wanted.startswith(_FILES) and wanted.removeprefix(_FILES) not in held:
                message = f'The question "{name}" shows the file "{wanted.removeprefix(_FILES)}", which is not in it.'
                yield Finding("missing-file", where, message, "Add it as a <file> beside that text.")
            elif address.startswith(("http:", "https:", "//")):
                external.add(address)
    for file in question.iter("file"):
        try:
            b64decode("".join((file.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            message = f'The file "{file.get("name", "")}" of the question "{name}" is damaged.'
            at = where._replace(line=line_of(file))
            yield Finding("damaged", at, message, "Add it again, in base64.")
    for address in sorted(external):
        message = f'The question "{name}" loads "{address[:100]}" from the web.'
        yield Finding("remote", where, message, "Put the file into the question.", Severity.WARNING)


def _number(text: str) -> float | None:
    # Read as a float: the exact value of 1e999999999 has a thousand million digits.
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
