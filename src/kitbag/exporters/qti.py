"""Items, tests and manifests of Question and Test Interoperability, for any of its versions.

The versions differ in namespaces and in how names are written; `Dialect` holds that. Clauses are those of the QTI 2.1
and 3.0 Assessment, Section and Item information models.

Scores come from response processing alone: options that add up by mapResponse (default 0, an explicit entry for each
option, bounds 0 and 1), all-or-nothing by matching the correct response, ordering by comparing each place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from html import unescape
from typing import Final, assert_never

from lxml import etree
from markupsafe import Markup

from kitbag.exporters.base import Package, PackageFile, Scoring, Selection, file_names
from kitbag.exporters.credits import AnyChoice, Credits, credits_of, option_ids, right_ids
from kitbag.exporters.draws import Draw, draw_of
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.exporters.notes import everywhere, numbers_only
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import PREFIXES, Element, Sink, declaration, document, parse_fragment
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    ExpectedError,
    Gap,
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
from kitbag.questions.scoring import fold_text, read_number

INTERACTIONS: Final = {
    ItemType.SINGLE_CHOICE: Rung.NATIVE,
    ItemType.MULTIPLE_RESPONSE: Rung.NATIVE,
    ItemType.TRUE_FALSE: Rung.EQUIVALENT,
    ItemType.MATCHING: Rung.NATIVE,
    ItemType.ORDERING: Rung.NATIVE,
    ItemType.NUMERIC: Rung.NATIVE,
    ItemType.SHORT_ANSWER: Rung.NATIVE,
    ItemType.CLOZE: Rung.NATIVE,
    ItemType.CATEGORISE: Rung.EQUIVALENT,
    ItemType.ESSAY: Rung.NATIVE,
}
"""How any version of QTI carries each item type."""

LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
RATIONALE: Final = "RATIONALE"
"""The outcome variable of the feedback that everybody gets."""

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_KEPT: Final = 4096
_PARAGRAPH: Final = re.compile(r"<p>([^<]*)</p>")
_ALIGNED: Final = re.compile(r"text-align:(left|right|center)")
# Attributes of HTML that some version of QTI does not know.
_UNKNOWN_ATTRIBUTES: Final = frozenset({"style", "start", "title", "dir"})
_RARE: Final = re.compile(r"^\s*(?!1[.)])[0-9]{1,9}[.)]\s|\]\([^)]*\s[\"'(]|^\s*\[[^\]]+\]:", re.MULTILINE)
_CAPITAL: Final = re.compile("[A-Z]")
_HTML: Final = frozenset({"p", "div"})


@dataclass(frozen=True)
class Dialect:
    """What sets one version of QTI apart."""

    version: str
    """As resource types spell it: `v2p1`."""
    namespace: str
    schema: str
    """The address of its schema, for readers that look for one."""
    manifest_namespace: str
    manifest_schema: str
    metadata_namespace: str
    package_schema: str
    """What a manifest's `schema` says."""
    package_version: str
    kebab: bool
    """True where names are written `qti-map-entry`, not `mapEntry`."""
    wraps_flow: bool
    """True where feedback and rubrics hold their text in a content body."""
    _tags: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _attributes: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def tag(self, name: str) -> str:
        """Return an element's name in this version; the argument is its name in 2.1."""
        found = self._tags.get(name)
        if found is None:
            spelt = f"qti-{_kebab(name)}" if self.kebab and name not in _HTML else name
            found = self._tags[name] = spelt
        return found

    def attribute(self, name: str) -> str:
        """Return an attribute's name in this version."""
        found = self._attributes.get(name)
        if found is None:
            found = self._attributes[name] = _kebab(name) if self.kebab else name
        return found

    def make(self, name: str, *children: Element, **attributes: str) -> Element:
        """Return an element with children."""
        if self.kebab:
            attributes = {self.attribute(name): value for name, value in attributes.items()}
        element = etree.Element(self.tag(name), attributes)
        for child in children:
            element.append(child)
        return element

    def root(self, name: str, **attributes: str) -> Element:
        """Return the root element of a document of this version."""
        root = self.make(name, **attributes)
        for attribute, value in declaration(self.namespace, self.schema).items():
            root.set(attribute, value)
        return root

    def value(self, kind: str, text: str) -> Element:
        """Return a constant."""
        element = self.make("baseValue", baseType=kind)
        element.text = text
        return element

    def variable(self, name: str) -> Element:
        """Return a reference to a variable."""
        return self.make("variable", identifier=name)

    def set_outcome(self, name: str, expression: Element) -> Element:
        """Return an assignment."""
        return self.make("setOutcomeValue", expression, identifier=name)

    def when(self, test: Element, *then: Element, otherwise: Sequence[Element] = ()) -> Element:
        """Return a condition."""
        branches = [self.make("responseIf", test, *then)]
        if otherwise:
            branches.append(self.make("responseElse", *otherwise))
        return self.make("responseCondition", *branches)

    def put(self, parent: Element, html: str) -> None:
        """Put HTML into an element of this version. Most of it is one line or one paragraph, which needs no parser."""
        if "<" not in html:
            parent.text = unescape(html)
            return
        paragraph = _PARAGRAPH.fullmatch(html)
        if paragraph:
            child = etree.SubElement(parent, self.tag("p"))
            child.text = unescape(paragraph[1])
            return
        fragment = parse_fragment(html)
        _simplify(fragment)
        parent.text = fragment.text
        parent.extend(fragment)

    def flow(self, name: str, html: str, **attributes: str) -> Element:
        """Return an element that holds running text."""
        element = self.make(name, **attributes)
        inner = etree.SubElement(element, self.tag("contentBody")) if self.wraps_flow else element
        self.put(inner, html)
        return element


def _kebab(name: str) -> str:
    return _CAPITAL.sub(lambda capital: f"-{capital[0].lower()}", name)


def _simplify(fragment: Element) -> None:
    """Keep the attributes that every version of QTI knows; `losses_of_markup` has told of the others."""
    for element in fragment.iter():
        attributes = element.attrib
        if not attributes:
            continue
        aligned = _ALIGNED.search(element.get("style", ""))
        if aligned:
            element.set("class", f"qti-align-{aligned[1]}")
        for name in _UNKNOWN_ATTRIBUTES & set(attributes):
            del attributes[name]


def identifier(name: str) -> str:
    """Return an id as QTI accepts it: it begins with a letter or an underscore (QTI 2.1, identifier)."""
    return f"_{name}" if name[0].isdigit() else name


# --- What becomes of an item -------------------------------------------------------------------------------------


def weigh(item: Item, selection: Selection) -> Row:
    """Return how QTI carries an item."""
    notes: list[Note] = []
    match item:
        case SingleChoice() | MultipleResponse() | Essay():
            pass
        case TrueFalse():
            notes.append(change("true-false-as-choice"))
        case Matching():
            pass
        case Categorise():
            notes.append(change("categorise-as-matching"))
        case Ordering():
            notes.append(change("order-untouched"))
        case Numeric():
            notes.append(change("number-by-platform"))
            notes += numbers_only(item)
        case ShortAnswer() | Cloze():
            notes.append(change("compared-by-platform"))
        case _:
            assert_never(item)
    notes += everywhere(item)
    if any(_has_rare_markup(text) for text in _texts_of(item, selection)):
        notes.append(loss("markup"))
    return Row(item.id, item.type, INTERACTIONS[ItemType(item.type)], tuple(notes))


def _has_rare_markup(text: str) -> bool:
    """Tell whether a text may hold a list that does not begin at 1, or a link with a title."""
    return ("\n" in text or "](" in text or text[0].isdigit()) and _RARE.search(text) is not None


def _texts_of(item: Item, selection: Selection) -> Iterator[str]:
    """Yield the texts long enough to hold a list or a titled link."""
    yield item.stem
    yield item.rationale
    stimulus = selection.stimulus_of(item)
    if stimulus:
        yield stimulus.text
    if isinstance(item, SingleChoice | MultipleResponse):
        for option in item.options:
            yield option.text
            if option.feedback:
                yield option.feedback


# --- Items -------------------------------------------------------------------------------------------------------


@dataclass
class Feedback:
    """Texts to show after the answer.

    An outcome of several values would need fewer declarations, but players disagree on how such values are joined.
    """

    outcomes: dict[str, str] = field(default_factory=dict)
    """The cardinality of each outcome variable that texts wait for."""
    shown: list[tuple[str, str, str]] = field(default_factory=list)
    """Outcome variable, the identifier it must hold, and HTML."""
    rules: list[Element] = field(default_factory=list)
    """Response rules that set the variables."""


class ItemWriter:
    """Writes items of one selection in one dialect."""

    def __init__(self, dialect: Dialect, selection: Selection) -> None:
        """Keep both; pictures lie beside the folder of the items."""
        self._d = dialect
        self._selection = selection
        self._texts = Texts(selection, lambda src: f"../{selection.pictures[src]}")
        self._attributes = {
            dialect.attribute("adaptive"): "false",
            dialect.attribute("timeDependent"): "false",
            dialect.attribute("toolName"): "Kitbag",
            _LANG: selection.course.info.language,
            **declaration(dialect.namespace, dialect.schema),
        }
        self._kept: dict[tuple[object, ...], Sequence[Element]] = {}

    def _keep(self, key: tuple[object, ...], make: Callable[[], Sequence[Element]]) -> Sequence[Element]:
        """Return elements that many items share word for word; they are written, never put into a tree."""
        found = self._kept.get(key)
        if found is None:
            found = make()
            if len(self._kept) < _MOST_KEPT:
                self._kept[key] = found
        return found

    def item(self, item: Item) -> bytes:
        """Return the document of one item."""
        parts: list[Element] = []
        scoring = self._selection.scoring(item)
        match item:
            case SingleChoice() | MultipleResponse() | TrueFalse():
                self._choice(parts, item, scoring)
            case Matching():
                left = [(premise.id, premise.text, premise.match, premise.feedback) for premise in item.premises]
                right = [(response.id, response.text) for response in item.responses]
                self._match(parts, item, left, right, scoring)
            case Categorise():
                left = [(element.id, element.text, element.category, element.feedback) for element in item.elements]
                right = [(category.id, category.text) for category in item.categories]
                self._match(parts, item, left, right, scoring)
            case Ordering():
                self._order(parts, item, scoring)
            case Numeric():
                self._number(parts, item)
            case ShortAnswer():
                gap = Gap(id="answer", accept=item.accept, mistakes=item.mistakes)
                self._typed(parts, item, {"RESPONSE": gap}, scoring)
            case Cloze():
                self._typed(parts, item, {f"RESPONSE_{gap.id}": gap for gap in item.gaps}, scoring)
            case Essay():
                self._essay(parts, item)
            case _:
                assert_never(item)
        sink = Sink()
        attributes = {"identifier": identifier(item.id), "title": item.id} | self._attributes
        with etree.xmlfile(sink, encoding="UTF-8") as file:
            file.write_declaration()
            with file.element(self._d.tag("assessmentItem"), attributes, nsmap=PREFIXES):
                file.write(*parts)
        return sink.take()

    def _choice(self, parts: list[Element], item: AnyChoice, scoring: Scoring) -> None:
        d = self._d
        credit = credits_of(item, scoring)
        right = right_ids(item)
        several = isinstance(item, MultipleResponse)
        cardinality = "multiple" if several else "single"
        parts += self._keep(
            ("response", cardinality, option_ids(item), right, scoring, credit and credit.floored),
            lambda: [self._choice_declaration(cardinality, right, credit)],
        )
        shuffled = not isinstance(item, TrueFalse) and item.shuffle
        interaction = d.make(
            "choiceInteraction",
            responseIdentifier="RESPONSE",
            shuffle="true" if shuffled else "false",
            maxChoices="0" if several else "1",
        )
        # The chosen options name their own feedback.
        feedback = Feedback({"FEEDBACK": cardinality})
        if isinstance(item, TrueFalse):
            offered = [
                (self._texts.say("true"), item.feedback.true),
                (self._texts.say("false"), item.feedback.false),
            ]
        else:
            offered = [(self._texts.short(option.text), option.feedback) for option in item.options]
        tag = d.tag("simpleChoice")
        for name, (html, told) in zip(option_ids(item), offered, strict=True):
            # Made in its place, which costs lxml a third of making it apart.
            d.put(etree.SubElement(interaction, tag, identifier=identifier(name)), html)
            if told:
                feedback.shown.append(("FEEDBACK", identifier(name), self._texts.block(told)))
        processing = self._keep(
            ("processing", credit is None, item.points),
            lambda: [self._choice_processing(item, exact=credit is None)],
        )
        self._finish(parts, item, [interaction], processing, feedback)

    def _choice_declaration(self, cardinality: str, right: Sequence[str], credit: Credits | None) -> Element:
        mapping = None
        if credit:
            entries = {identifier(name): worth for name, worth in credit.of.items()}
            mapping = self._mapping(entries, bounded=credit.floored)
        return self._declaration("RESPONSE", cardinality, "identifier", list(map(identifier, right)), mapping)

    def _choice_processing(self, item: AnyChoice, *, exact: bool) -> Element:
        d = self._d
        mapped = d.make("mapResponse", identifier="RESPONSE")
        score = self._all_or_nothing(item, "RESPONSE") if exact else self._points(item, mapped)
        return self._processing([score, d.set_outcome("FEEDBACK", d.variable("RESPONSE"))])

    def _match(
        self,
        parts: list[Element],
        item: Matching | Categorise,
        left: Sequence[tuple[str, str, str, str | None]],
        right: Sequence[tuple[str, str]],
        scoring: Scoring,
    ) -> None:
        d = self._d
        pairs = [f"left_{name} right_{match}" for name, _, match, _ in left]
        exact = scoring.rule is ScoringRule.EXACT
        mapping = None if exact else self._mapping(dict.fromkeys(pairs, Fraction(1, len(pairs))), bounded=True)
        parts.append(self._declaration("RESPONSE", "multiple", "directedPair", pairs, mapping))
        sets = (d.make("simpleMatchSet"), d.make("simpleMatchSet"))
        for name, text, _, _ in left:
            self._associable(sets[0], f"left_{name}", text, most=1)
        for name, text in right:
            self._associable(sets[1], f"right_{name}", text, most=len(left))
        interaction = d.make(
            "matchInteraction",
            *sets,
            responseIdentifier="RESPONSE",
            shuffle="true" if isinstance(item, Matching) else "false",
            maxAssociations=str(len(left)),
        )
        feedback = Feedback()
        for name, _, match, told in left:
            if told:
                wrong = [f"left_{name} right_{other}" for other, _ in right if other != match]
                members = [d.make("member", d.value("directedPair", pair), d.variable("RESPONSE")) for pair in wrong]
                self._tell(feedback, f"left_{name}", told, d.make("or", *members))
        score = (
            self._all_or_nothing(item, "RESPONSE")
            if exact
            else self._points(item, d.make("mapResponse", identifier="RESPONSE"))
        )
        self._finish(parts, item, [interaction], [self._processing([score, *feedback.rules])], feedback)

    def _associable(self, group: Element, name: str, text: str, *, most: int) -> None:
        choice = self._d.make("simpleAssociableChoice", identifier=name, matchMax=str(most))
        self._d.put(choice, self._texts.short(text))
        group.append(choice)

    def _order(self, parts: list[Element], item: Ordering, scoring: Scoring) -> None:
        d = self._d
        right = [identifier(element.id) for element in item.elements]
        parts.append(self._declaration("RESPONSE", "ordered", "identifier", right))
        interaction = d.make("orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
        for name, element in zip(right, item.elements, strict=True):
            choice = d.make("simpleChoice", identifier=name)
            d.put(choice, self._texts.short(element.text))
            interaction.append(choice)
        if scoring.rule is ScoringRule.EXACT:
            score = [self._all_or_nothing(item, "RESPONSE")]
        else:
            # Places are counted whole, then divided once, so that no fraction adds up to less than it should.
            score = [
                d.when(
                    d.make(
                        "match",
                        d.make("index", d.variable("RESPONSE"), n=str(place)),
                        d.value("identifier", name),
                    ),
                    self._counted(d.value("float", "1")),
                )
                for place, name in enumerate(right, start=1)
            ]
            score.append(self._share(item, len(right)))
        feedback = Feedback()
        if item.feedback:
            wrong = d.make("not", d.make("match", d.variable("RESPONSE"), d.make("correct", identifier="RESPONSE")))
            self._tell(feedback, "order", item.feedback, wrong)
        self._finish(parts, item, [interaction], [self._processing([*score, *feedback.rules])], feedback)

    def _number(self, parts: list[Element], item: Numeric) -> None:
        d = self._d
        parts.append(self._declaration("RESPONSE", "single", "float", [format(item.key, "f")]))
        entry = d.make("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="15")
        if item.unit:
            entry.tail = f" {item.unit}"
        low, high = item.key - item.tolerance, item.key + item.tolerance
        near = d.make(
            "and",
            d.make("gte", d.variable("RESPONSE"), d.value("float", format(low, "f"))),
            d.make("lte", d.variable("RESPONSE"), d.value("float", format(high, "f"))),
        )
        score = d.when(near, d.set_outcome("SCORE", d.value("float", str(item.points))))
        feedback = Feedback()
        for number, mistake in enumerate(item.mistakes, start=1):
            values = [value for value in map(read_number, mistake.answers) if value is not None]
            tests = [
                d.make("equal", d.variable("RESPONSE"), d.value("float", _number(value)), toleranceMode="exact")
                for value in values
            ]
            if tests:
                self._tell(feedback, f"mistake_{number}", mistake.feedback, d.make("or", *tests))
        self._finish(parts, item, [d.make("p", entry)], [self._processing([score, *feedback.rules])], feedback)

    def _typed(
        self, parts: list[Element], item: ShortAnswer | Cloze, gaps: Mapping[str, Gap], scoring: Scoring
    ) -> None:
        """Write one or more boxes to type into, each with the answers it takes."""
        d = self._d
        feedback = Feedback()
        for name, gap in gaps.items():
            accepted = {fold_text(text): text for text in reversed(gap.accept)}
            entries = dict.fromkeys(reversed(accepted.values()), Fraction(1))
            mapping = self._mapping(entries, bounded=True, ignores_case=True)
            parts.append(self._declaration(name, "single", "string", [gap.accept[0]], mapping))
            self._mistakes(feedback, name, gap.mistakes)
        if isinstance(item, Cloze):
            boxes = {gap.id: self._box(name, gap) for name, gap in gaps.items()}
            html = self._texts.cloze(item, lambda gap: boxes[gap.id])
            body = d.make("div")
            d.put(body, html)
            blocks = [body]
        else:
            blocks = [d.make("p")]
            d.put(blocks[0], self._box("RESPONSE", gaps["RESPONSE"]))
        if len(gaps) == 1:
            score = [self._answered("RESPONSE", self._points(item, d.make("mapResponse", identifier="RESPONSE")))]
        else:
            # Right gaps are counted whole; a share is divided once, at the end.
            score = [self._answered(name, self._counted(d.make("mapResponse", identifier=name))) for name in gaps]
            full = d.make("equal", d.variable("SCORE"), d.value("float", str(len(gaps))), toleranceMode="exact")
            if scoring.rule is ScoringRule.EXACT:
                points, nothing = (d.set_outcome("SCORE", d.value("float", text)) for text in (str(item.points), "0"))
                score.append(d.when(full, points, otherwise=[nothing]))
            else:
                score.append(self._share(item, len(gaps)))
        self._finish(parts, item, blocks, [self._processing([*score, *feedback.rules])], feedback)

    def _box(self, name: str, gap: Gap) -> Markup:
        """Return a box as markup of this version, to stand in running text."""
        d = self._d
        tag = d.tag("textEntryInteraction")
        length = max(map(len, gap.accept)) + 5
        attributes = Markup('{}="{}" {}="{}"').format(
            d.attribute("responseIdentifier"), name, d.attribute("expectedLength"), length
        )
        return Markup("<{} {} />").format(tag, attributes)

    def _mistakes(self, feedback: Feedback, name: str, mistakes: Sequence[ExpectedError]) -> None:
        d = self._d
        for number, mistake in enumerate(mistakes, start=1):
            tests = [
                d.make("stringMatch", d.variable(name), d.value("string", typed), caseSensitive="false")
                for typed in mistake.answers
            ]
            self._tell(feedback, f"{name}_{number}", mistake.feedback, d.make("or", *tests), answered=name)

    def _essay(self, parts: list[Element], item: Essay) -> None:
        d = self._d
        parts.append(self._declaration("RESPONSE", "single", "string", []))
        extent = {"expectedLength": str(item.words * 6)} if item.words else {"expectedLines": "15"}
        interaction = d.make("extendedTextInteraction", responseIdentifier="RESPONSE", **extent)
        use = {"use": "scoring"} if d.wraps_flow else {}
        rubric = d.flow("rubricBlock", self._texts.rubric(item), view="scorer", **use)
        self._finish(parts, item, [rubric, interaction], [self._processing([])], Feedback())

    # -- parts --

    def _declaration(
        self, name: str, cardinality: str, kind: str, right: Sequence[str], mapping: Element | None = None
    ) -> Element:
        d = self._d
        declared = d.make("responseDeclaration", identifier=name, cardinality=cardinality, baseType=kind)
        if right:
            correct = etree.SubElement(declared, d.tag("correctResponse"))
            for text in right:
                etree.SubElement(correct, d.tag("value")).text = text
        if mapping is not None:
            declared.append(mapping)
        return declared

    def _processing(self, rules: Sequence[Element]) -> Element:
        """Return response processing that also shows the rationale."""
        d = self._d
        return d.make("responseProcessing", *rules, d.set_outcome(RATIONALE, d.value("identifier", "shown")))

    def _mapping(self, entries: Mapping[str, Fraction], *, bounded: bool, ignores_case: bool = False) -> Element:
        d = self._d
        bounds = {"lowerBound": "0", "upperBound": "1"} if bounded else {}
        mapping = d.make("mapping", defaultValue="0", **bounds)
        case = {"caseSensitive": "false"} if ignores_case else {}
        for key, worth in entries.items():
            mapping.append(d.make("mapEntry", mapKey=key, mappedValue=_number(worth), **case))
        return mapping

    def _points(self, item: Item, share: Element) -> Element:
        """Set the score to a share of the item's points."""
        d = self._d
        if item.points > 1:
            share = d.make("product", share, d.value("float", str(item.points)))
        return d.set_outcome("SCORE", share)

    def _share(self, item: Item, count: int) -> Element:
        """Turn a count of right parts, held in SCORE, into points."""
        d = self._d
        counted = d.variable("SCORE")
        if item.points > 1:
            counted = d.make("product", counted, d.value("float", str(item.points)))
        return d.set_outcome("SCORE", d.make("divide", counted, d.value("float", str(count))))

    def _all_or_nothing(self, item: Item, name: str) -> Element:
        d = self._d
        right = d.make("match", d.variable(name), d.make("correct", identifier=name))
        return d.when(right, d.set_outcome("SCORE", d.value("float", str(item.points))))

    def _counted(self, more: Element) -> Element:
        """Add to SCORE."""
        d = self._d
        return d.set_outcome("SCORE", d.make("sum", d.variable("SCORE"), more))

    def _answered(self, name: str, rule: Element) -> Element:
        """Keep a rule for typed text from a box left empty: to some players, comparing nothing is an error."""
        d = self._d
        return d.when(d.make("not", d.make("isNull", d.variable(name))), rule)

    def _tell(self, feedback: Feedback, name: str, told: str, test: Element, *, answered: str = "") -> None:
        """Show a text where the test holds; `answered` names a typed response that the test compares."""
        d = self._d
        outcome = f"FEEDBACK_{name}"
        feedback.outcomes[outcome] = "single"
        rule = d.when(test, d.set_outcome(outcome, d.value("identifier", "shown")))
        feedback.rules.append(self._answered(answered, rule) if answered else rule)
        feedback.shown.append((outcome, "shown", self._texts.block(told)))

    def _outcomes(self, item: Item, feedback: Feedback) -> Sequence[Element]:
        d = self._d
        human = {"externalScored": "human"} if isinstance(item, Essay) and d.kebab else {}
        kind = {"cardinality": "single", "baseType": "float"}
        score = d.make("outcomeDeclaration", identifier="SCORE", **kind, normalMaximum=str(item.points), **human)
        _default(d, score, "0")
        most = d.make("outcomeDeclaration", identifier="MAXSCORE", **kind)
        _default(d, most, str(item.points))
        told = [
            d.make("outcomeDeclaration", identifier=name, cardinality=cardinality, baseType="identifier")
            for name, cardinality in (feedback.outcomes | {RATIONALE: "single"}).items()
        ]
        return [score, most, *told]

    def _finish(
        self,
        parts: list[Element],
        item: Item,
        answer: Sequence[Element],
        processing: Sequence[Element],
        feedback: Feedback,
    ) -> None:
        """Add what follows the response declarations, in the order the schema asks for."""
        d = self._d
        parts += self._keep(
            ("outcomes", item.points, isinstance(item, Essay), *feedback.outcomes.items()),
            lambda: self._outcomes(item, feedback),
        )
        body = etree.Element(d.tag("itemBody"))
        d.put(body, self._texts.prompt(item))
        body.extend(answer)
        parts.append(body)
        parts += processing
        for outcome, name, html in [*feedback.shown, (RATIONALE, "shown", self._texts.block(item.rationale))]:
            parts.append(d.flow("modalFeedback", html, outcomeIdentifier=outcome, identifier=name, showHide="show"))


def _default(d: Dialect, declaration: Element, text: str) -> None:
    default = etree.SubElement(declaration, d.tag("defaultValue"))
    etree.SubElement(default, d.tag("value")).text = text


def _number(value: Fraction) -> str:
    """Return the nearest binary fraction, in as few digits as tell it from every other."""
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


# --- Tests -------------------------------------------------------------------------------------------------------


def test_document(d: Dialect, test: Assessment, draw: Draw, hrefs: Mapping[str, str], texts: Texts) -> bytes:
    """Return the document of a test: a section for each part of the draw, from which so many items are selected."""
    root = d.root("assessmentTest", identifier=identifier(test.id), title=test.title)
    for name in ("SCORE", "MAXSCORE"):
        declaration = d.make("outcomeDeclaration", identifier=name, cardinality="single", baseType="float")
        _default(d, declaration, "0")
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


# --- The package -------------------------------------------------------------------------------------------------


def content_package(d: Dialect, selection: Selection) -> Package:
    """Return all items and tests of a selection as a content package of one version of QTI."""
    rows = [weigh(item, selection) for item in selection.items]
    carried = frozenset(row.subject for row in rows)
    draws = [(test, draw_of(test, selection, carried)) for test in selection.tests]
    kept = [(test, draw) for test, draw in draws if draw.row.rung is not Rung.REFUSED]
    return Package(
        suffix=".zip",
        files=package_files(d, selection, selection.items, kept),
        rows=(*rows, *(draw.row for _, draw in draws)),
    )


def package_files(
    d: Dialect, selection: Selection, items: Sequence[Item], draws: Sequence[tuple[Assessment, Draw]]
) -> tuple[PackageFile, ...]:
    """Return the files of a content package, sorted by path."""
    writer = ItemWriter(d, selection)
    texts = Texts(selection, None)
    paths = dict(zip((item.id for item in items), file_names(f"{item.id}.xml" for item in items), strict=True))
    names = file_names(f"{test.id}.xml" for test, _ in draws)
    hrefs = {name: f"../items/{path}" for name, path in paths.items()}
    files = [PackageFile(f"items/{paths[item.id]}", partial(_once, partial(writer.item, item))) for item in items]
    for (test, draw), name in zip(draws, names, strict=True):
        make: Callable[[], bytes] = partial(test_document, d, test, draw, hrefs, texts)
        files.append(PackageFile(f"tests/{name}", partial(_once, make)))
    tests = [(test, f"tests/{name}", draw) for (test, draw), name in zip(draws, names, strict=True)]
    manifest = PackageFile("imsmanifest.xml", lambda: _manifest(d, selection, items, paths, tests))
    return tuple(sorted([manifest, *files, *selection.media_files(selection.pictures)], key=lambda file: file.path))


def _once(make: Callable[[], bytes]) -> Iterator[bytes]:
    yield make()


def _manifest(
    d: Dialect,
    selection: Selection,
    items: Sequence[Item],
    paths: Mapping[str, str],
    tests: Iterable[tuple[Assessment, str, Draw]],
) -> Iterator[bytes]:
    """Yield the manifest: a resource for each file, an item's with what a platform searches it by."""
    info = selection.course.info
    sink = Sink()
    with etree.xmlfile(sink, encoding="UTF-8") as file:
        file.write_declaration()
        root = {"identifier": "manifest"} | declaration(d.manifest_namespace, d.manifest_schema)
        with file.element("manifest", root, nsmap=PREFIXES):
            metadata = etree.Element("metadata")
            etree.SubElement(metadata, "schema").text = d.package_schema
            etree.SubElement(metadata, "schemaversion").text = d.package_version
            _lom(metadata, f"{info.title} {info.edition}", info.language, [])
            file.write(metadata, etree.Element("organizations"))
            known: dict[tuple[str, ...], Element] = {}
            kind = f"imsqti_item_xml{d.version}"
            with file.element("resources"):
                for item in items:
                    key = (item.type, item.objective, *selection.tags(item))
                    if key not in known:
                        known[key] = _item_metadata(d, selection, item)
                    href = f"items/{paths[item.id]}"
                    with file.element("resource", {"identifier": f"item-{item.id}", "type": kind, "href": href}):
                        file.write(*_item_parts(selection, item, known[key], href))
                    if sink.full():
                        file.flush()
                        yield sink.take()
                for test, href, draw in tests:
                    resource = _resource(f"test-{test.id}", f"imsqti_test_xml{d.version}", href)
                    for pool in draw.pools:
                        for name in pool.items:
                            etree.SubElement(resource, "dependency", identifierref=f"item-{name}")
                    file.write(resource)
                for number, path in enumerate(sorted(selection.pictures.values()), start=1):
                    file.write(_resource(f"media-{number}", "webcontent", path))
    yield sink.take()


def _resource(name: str, kind: str, href: str) -> Element:
    resource = etree.Element("resource", {"identifier": name, "type": kind, "href": href})
    etree.SubElement(resource, "file", href=href)
    return resource


def _item_parts(selection: Selection, item: Item, metadata: Element, href: str) -> list[Element]:
    """Return what stands in the resource of an item."""
    shown = selection.pictures_of(item)
    media = sorted(selection.pictures.values()) if shown else []
    numbers = [media.index(selection.pictures[src]) + 1 for src in shown]
    needed = [etree.Element("dependency", identifierref=f"media-{number}") for number in numbers]
    return [metadata, etree.Element("file", href=href), *needed]


def _item_metadata(d: Dialect, selection: Selection, item: Item) -> Element:
    """Return what a platform searches an item by; items of the same objective, level and passages share it."""
    metadata = etree.Element("metadata")
    qti = etree.SubElement(metadata, "qtiMetadata", xmlns=d.metadata_namespace)
    etree.SubElement(qti, "interactionType").text = _interaction(item)
    etree.SubElement(qti, "feedbackType").text = "nonadaptive"
    etree.SubElement(qti, "solutionAvailable").text = "false" if isinstance(item, Essay) else "true"
    etree.SubElement(qti, "toolName").text = "Kitbag"
    aim = selection.course.objectives[item.objective]
    _lom(metadata, aim.text, selection.course.info.language, selection.tags(item))
    return metadata


def _lom(parent: Element, title: str, language: str, keywords: Sequence[str]) -> None:
    general = etree.SubElement(etree.SubElement(parent, "lom", xmlns=LOM), "general")
    _string(etree.SubElement(general, "title"), title, language)
    etree.SubElement(general, "language").text = language
    for keyword in keywords:
        _string(etree.SubElement(general, "keyword"), keyword, language)


def _string(parent: Element, text: str, language: str) -> None:
    etree.SubElement(parent, "string", language=language).text = text


def _interaction(item: Item) -> str:
    match item:
        case SingleChoice() | MultipleResponse() | TrueFalse():
            return "choiceInteraction"
        case Matching() | Categorise():
            return "matchInteraction"
        case Ordering():
            return "orderInteraction"
        case Numeric() | ShortAnswer() | Cloze():
            return "textEntryInteraction"
        case Essay():
            return "extendedTextInteraction"
        case _:
            assert_never(item)
