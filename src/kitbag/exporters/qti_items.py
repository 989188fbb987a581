"""Items of QTI: the interaction of each item type, and the texts that follow an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, assert_never

from lxml import etree
from markupsafe import Markup

from kitbag.exporters.base import Scoring, Selection
from kitbag.exporters.credits import AnyChoice, Credits, credits_of, option_ids, right_ids
from kitbag.exporters.qti_dialect import Dialect, identifier
from kitbag.exporters.qti_rules import RATIONALE, Rules, decimal
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import PREFIXES, Element, Sink, declaration
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    ExpectedError,
    Gap,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.questions.scoring import fold_text, read_numbers

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_KEPT: Final = 4096


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
        self._rules = Rules(dialect)
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
            mapping = self._rules.mapping(entries, bounded=credit.floored)
        return self._rules.declaration("RESPONSE", cardinality, "identifier", list(map(identifier, right)), mapping)

    def _choice_processing(self, item: AnyChoice, *, exact: bool) -> Element:
        d = self._d
        mapped = d.make("mapResponse", identifier="RESPONSE")
        score = self._rules.all_or_nothing(item, "RESPONSE") if exact else self._rules.points(item, mapped)
        return self._rules.processing([score, d.set_outcome("FEEDBACK", d.variable("RESPONSE"))])

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
        mapping = None if exact else self._rules.mapping(dict.fromkeys(pairs, Fraction(1, len(pairs))), bounded=True)
        parts.append(self._rules.declaration("RESPONSE", "multiple", "directedPair", pairs, mapping))
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
            self._rules.all_or_nothing(item, "RESPONSE")
            if exact
            else self._rules.points(item, d.make("mapResponse", identifier="RESPONSE"))
        )
        self._finish(parts, item, [interaction], [self._rules.processing([score, *feedback.rules])], feedback)

    def _associable(self, group: Element, name: str, text: str, *, most: int) -> None:
        choice = self._d.make("simpleAssociableChoice", identifier=name, matchMax=str(most))
        self._d.put(choice, self._texts.short(text))
        group.append(choice)

    def _order(self, parts: list[Element], item: Ordering, scoring: Scoring) -> None:
        d = self._d
        right = [identifier(element.id) for element in item.elements]
        parts.append(self._rules.declaration("RESPONSE", "ordered", "identifier", right))
        interaction = d.make("orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
        for name, element in zip(right, item.elements, strict=True):
            choice = d.make("simpleChoice", identifier=name)
            d.put(choice, self._texts.short(element.text))
            interaction.append(choice)
        if scoring.rule is ScoringRule.EXACT:
            score = [self._rules.all_or_nothing(item, "RESPONSE")]
        else:
            # Places are counted whole, then divided once, so that no fraction adds up to less than it should.
            score = [
                d.when(
                    d.make(
                        "match",
                        d.make("index", d.variable("RESPONSE"), n=str(place)),
                        d.value("identifier", name),
                    ),
                    self._rules.counted(d.value("float", "1")),
                )
                for place, name in enumerate(right, start=1)
            ]
            score.append(self._rules.share(item, len(right)))
        feedback = Feedback()
        if item.feedback:
            wrong = d.make("not", d.make("match", d.variable("RESPONSE"), d.make("correct", identifier="RESPONSE")))
            self._tell(feedback, "order", item.feedback, wrong)
        self._finish(parts, item, [interaction], [self._rules.processing([*score, *feedback.rules])], feedback)

    def _number(self, parts: list[Element], item: Numeric) -> None:
        d = self._d
        parts.append(self._rules.declaration("RESPONSE", "single", "float", [format(item.key, "f")]))
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
            values = [value for answer in mistake.answers for value in read_numbers(answer)]
            tests = [
                d.make("equal", d.variable("RESPONSE"), d.value("float", decimal(value)), toleranceMode="exact")
                for value in values
            ]
            if tests:
                self._tell(feedback, f"mistake_{number}", mistake.feedback, d.make("or", *tests))
        self._finish(parts, item, [d.make("p", entry)], [self._rules.processing([score, *feedback.rules])], feedback)

    def _typed(
        self, parts: list[Element], item: ShortAnswer | Cloze, gaps: Mapping[str, Gap], scoring: Scoring
    ) -> None:
        """Write one or more boxes to type into, each with the answers it takes."""
        d = self._d
        feedback = Feedback()
        for name, gap in gaps.items():
            accepted = {fold_text(text): text for text in reversed(gap.accept)}
            entries = dict.fromkeys(reversed(accepted.values()), Fraction(1))
            mapping = self._rules.mapping(entries, bounded=True, ignores_case=True)
            parts.append(self._rules.declaration(name, "single", "string", [gap.accept[0]], mapping))
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
            score = [
                self._rules.answered("RESPONSE", self._rules.points(item, d.make("mapResponse", identifier="RESPONSE")))
            ]
        else:
            # Right gaps are counted whole; a share is divided once, at the end.
            score = [
                self._rules.answered(name, self._rules.counted(d.make("mapResponse", identifier=name))) for name in gaps
            ]
            full = d.make("equal", d.variable("SCORE"), d.value("float", str(len(gaps))), toleranceMode="exact")
            if scoring.rule is ScoringRule.EXACT:
                points, nothing = (d.set_outcome("SCORE", d.value("float", text)) for text in (str(item.points), "0"))
                score.append(d.when(full, points, otherwise=[nothing]))
            else:
                score.append(self._rules.share(item, len(gaps)))
        self._finish(parts, item, blocks, [self._rules.processing([*score, *feedback.rules])], feedback)

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
        parts.append(self._rules.declaration("RESPONSE", "single", "string", []))
        extent = {"expectedLength": str(item.words * 6)} if item.words else {"expectedLines": "15"}
        interaction = d.make("extendedTextInteraction", responseIdentifier="RESPONSE", **extent)
        use = {"use": "scoring"} if d.wraps_flow else {}
        rubric = d.flow("rubricBlock", self._texts.rubric(item), view="scorer", **use)
        self._finish(parts, item, [rubric, interaction], [self._rules.processing([])], Feedback())

    def _tell(self, feedback: Feedback, name: str, told: str, test: Element, *, answered: str = "") -> None:
        """Show a text where the test holds; `answered` names a typed response that the test compares."""
        d = self._d
        outcome = f"FEEDBACK_{name}"
        feedback.outcomes[outcome] = "single"
        rule = d.when(test, d.set_outcome(outcome, d.value("identifier", "shown")))
        feedback.rules.append(self._rules.answered(answered, rule) if answered else rule)
        feedback.shown.append((outcome, "shown", self._texts.block(told)))

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
            lambda: self._rules.outcomes(item, feedback.outcomes),
        )
        body = etree.Element(d.tag("itemBody"))
        d.put(body, self._texts.prompt(item))
        body.extend(answer)
        parts.append(body)
        parts += processing
        for outcome, name, html in [*feedback.shown, (RATIONALE, "shown", self._texts.block(item.rationale))]:
            parts.append(d.flow("modalFeedback", html, outcomeIdentifier=outcome, identifier=name, showHide="show"))
