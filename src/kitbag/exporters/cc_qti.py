"""Questions of a Common Cartridge as QTI 1.2.1.

The rule for the right answer comes first and stops: readers take it for the key.
"""

from collections.abc import Callable, Mapping
from html import unescape
from typing import Final

from lxml import etree
from markupsafe import Markup

from kitbag.exporters.cc_questions import Question
from kitbag.exporters.xml import Element, declaration

_QTI: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_QTI_SCHEMA: Final = "http://www.imsglobal.org/profile/cc/ccv1p1/ccv1p1_qtiasiv1p2p1_v1p0.xsd"
ROOT_ATTRIBUTES: Final = declaration(_QTI, _QTI_SCHEMA)
"""Of the root element of a quiz or a bank."""

_MOST_KEPT: Final = 4096


def add(parent: Element, tag: str, **attributes: str) -> Element:
    """Return a new element at the end of another."""
    return etree.SubElement(parent, tag, attributes)


def add_metadata(parent: Element, *fields: tuple[str, str]) -> None:
    """Add fields of metadata, each with its entry."""
    data = add(parent, "qtimetadata")
    for label, entry in fields:
        one = add(data, "qtimetadatafield")
        add(one, "fieldlabel").text = label
        add(one, "fieldentry").text = entry


class QuestionWriter:
    """Writes questions into an open document; what many of them share word for word is made once."""

    def __init__(self, file: "etree._IncrementalFileWriter") -> None:
        """Take the document."""
        self._file = file
        self._kept: dict[tuple[object, ...], Element] = {}

    def write(self, question: Question, category: str, rationale: Markup) -> None:
        """Write a question as an `item` of QTI 1.2.1."""
        feedback = {name: told for name, _, told in question.options if told}
        told = [_told(_option(name), html) for name, html in feedback.items()]
        told += [_told(f"mistake{number}_fb", html) for number, (_, html) in enumerate(question.wrong, start=1)]
        told += [_told("wrong_fb", question.told)] if question.told else []
        told.append(_told("general_fb", rationale))
        if question.solution:
            told.append(_solution(question.solution))
        ids = tuple(name for name, _, _ in question.options)
        typed = tuple(text for text, _ in question.wrong)
        metadata = self._keep(
            ("metadata", question.profile, category, question.points), lambda: _item_metadata(question, category)
        )
        processing = self._keep(
            (question.profile, ids, question.right, typed, tuple(feedback), question.told is None),
            lambda: _processing(question, feedback),
        )
        with self._file.element("item", {"ident": question.ident, "title": question.ident}):
            self._file.write(metadata, _presentation(question), processing, *told, pretty_print=True)

    def _keep(self, key: tuple[object, ...], make: Callable[[], Element]) -> Element:
        found = self._kept.get(key)
        if found is None:
            found = make()
            if len(self._kept) < _MOST_KEPT:
                self._kept[key] = found
        return found


def _item_metadata(question: Question, category: str) -> Element:
    metadata = etree.Element("itemmetadata")
    add_metadata(
        metadata,
        ("cc_profile", question.profile),
        ("cc_question_category", category),
        ("cc_weighting", str(question.points)),
    )
    return metadata


def _presentation(question: Question) -> Element:
    presentation = etree.Element("presentation")
    _material(presentation, question.prompt)
    if question.options:
        cardinality = "Multiple" if question.profile == "cc.multiple_response.v0p1" else "Single"
        response = add(presentation, "response_lid", ident="response", rcardinality=cardinality)
        choice = add(response, "render_choice", shuffle="Yes" if question.shuffle else "No")
        for name, text, _ in question.options:
            _material(add(choice, "response_label", ident=name), text)
    else:
        response = add(presentation, "response_str", ident="response", rcardinality="Single")
        rows = {"rows": "15", "columns": "80"} if question.solution else {}
        add(response, "render_fib", prompt="Box", **rows)
    return presentation


def _processing(question: Question, feedback: Mapping[str, Markup]) -> Element:
    processing = etree.Element("resprocessing")
    outcomes = add(processing, "outcomes")
    add(outcomes, "decvar", varname="SCORE", vartype="Decimal", minvalue="0", maxvalue="100")
    if question.solution:
        condition = add(processing, "respcondition", **{"continue": "No"})
        add(add(condition, "conditionvar"), "other")
        _show(condition, "general_fb")
        _show(condition, "solution", kind="Solution")
        return processing
    right = add(processing, "respcondition", **{"continue": "No"})
    test = add(right, "conditionvar")
    several = question.profile == "cc.multiple_response.v0p1"
    if several:
        test = add(test, "and")
        for name, _, _ in question.options:
            _equal(test if name in question.right else add(test, "not"), name)
    else:
        for text in question.right:
            _equal(test, text, typed=not question.options)
    score = add(right, "setvar", varname="SCORE", action="Set")
    score.text = "100"
    for name in question.right:
        if name in feedback:
            _show(right, _option(name))
    _show(right, "general_fb")
    for name in feedback:
        if several or name not in question.right:
            _condition(processing, name, _option(name))
    for number, (typed, _) in enumerate(question.wrong, start=1):
        _condition(processing, typed, f"mistake{number}_fb", typed=True)
    other = add(processing, "respcondition", **{"continue": "Yes"})
    add(add(other, "conditionvar"), "other")
    if question.told:
        _show(other, "wrong_fb")
    _show(other, "general_fb")
    return processing


def _option(name: str) -> str:
    """Return the name of an option's feedback, unlike that of any other feedback."""
    return f"option_{name}_fb"


def _condition(processing: Element, value: str, shown: str, *, typed: bool = False) -> None:
    condition = add(processing, "respcondition", **{"continue": "Yes"})
    _equal(add(condition, "conditionvar"), value, typed=typed)
    _show(condition, shown)


def _equal(parent: Element, value: str, *, typed: bool = False) -> None:
    case = {"case": "No"} if typed else {}
    add(parent, "varequal", respident="response", **case).text = value


def _show(condition: Element, name: str, kind: str = "Response") -> None:
    add(condition, "displayfeedback", feedbacktype=kind, linkrefid=name)


def _told(name: str, html: Markup) -> Element:
    feedback = etree.Element("itemfeedback", ident=name)
    _material(add(feedback, "flow_mat"), html)
    return feedback


def _solution(html: Markup) -> Element:
    feedback = etree.Element("itemfeedback", ident="solution")
    _material(add(add(add(feedback, "solution"), "solutionmaterial"), "flow_mat"), html)
    return feedback


def _material(parent: Element, html: Markup) -> None:
    """Add a text: as plain words where it has no markup, since readers show what they take for plain as it stands."""
    material = add(parent, "material")
    if "<" in html:
        add(material, "mattext", texttype="text/html").text = html
    else:
        add(material, "mattext", texttype="text/plain").text = unescape(html)
