"""Common Cartridge 1.1: lessons as pages, practice items as a quiz for each module, test items as the question bank.

Facts that decide what is written here:
- items are QTI 1.2.1, each with a `cc_profile`: choice, multiple response, true or false, one typed answer, essay;
- a multiple response earns all or nothing, and nothing takes marks off;
- a cartridge holds one question bank at most, and cannot draw from it;
- the rule for the right answer comes first and stops: readers take it for the key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from html import unescape
from typing import TYPE_CHECKING, Final, assert_never

from lxml import etree
from markupsafe import Markup

from kitbag.course.audience import trainee_view
from kitbag.course.model import Checkpoint, Figure, Lesson, Module
from kitbag.exporters.base import Package, PackageFile, Selection, file_names, media_paths, part_id
from kitbag.exporters.fidelity import Note, Row, Rung, change, loss
from kitbag.exporters.notes import everywhere
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import PREFIXES, Element, Sink, declaration, document
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
    Use,
)

if TYPE_CHECKING:
    from kitbag.exporters.pages import LessonPages

_QTI: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_CP: Final = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_LOM: Final = "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"
_QTI_SCHEMA: Final = "http://www.imsglobal.org/profile/cc/ccv1p1/ccv1p1_qtiasiv1p2p1_v1p0.xsd"
_CP_SCHEMA: Final = "http://www.imsglobal.org/profile/cc/ccv1p1/ccv1p1_imscp_v1p2_v1p0.xsd"
_ROOT_ATTRIBUTES: Final = declaration(_QTI, _QTI_SCHEMA)
_MOST_KEPT: Final = 4096
_ROOT: Final = "$IMS-CC-FILEBASE$"
_ASSESSMENT: Final = "imsqti_xmlv1p2/imscc_xmlv1p1/assessment"
_BANK: Final = "imsqti_xmlv1p2/imscc_xmlv1p1/question-bank"


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
        return Package(suffix=".imscc", files=_Cartridge(selection, refused).files(), rows=(*rows, *tests))


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


# --- Items -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the format: an item, or a part of one."""

    ident: str
    profile: str
    prompt: Markup
    options: tuple[tuple[str, Markup, Markup | None], ...] = ()
    """Id, text and feedback of each option."""
    right: tuple[str, ...] = ()
    """Ids of the right options, or accepted answers."""
    wrong: tuple[tuple[str, Markup], ...] = ()
    """Known wrong answers to type, with feedback."""
    told: Markup | None = None
    """Shown to whoever was wrong."""
    shuffle: bool = False
    solution: Markup | None = None
    points: int = 1


def questions_of(item: Item, texts: Texts) -> list[Question]:
    """Return an item as one or more questions of the format."""
    prompt = texts.prompt(item)
    match item:
        case SingleChoice():
            options = _options(item, texts)
            return [
                Question(
                    item.id,
                    "cc.multiple_choice.v0p1",
                    prompt,
                    options,
                    (item.key,),
                    shuffle=item.shuffle,
                    points=item.points,
                )
            ]
        case MultipleResponse():
            options = _options(item, texts)
            return [
                Question(
                    item.id,
                    "cc.multiple_response.v0p1",
                    prompt,
                    options,
                    item.key,
                    shuffle=item.shuffle,
                    points=item.points,
                )
            ]
        case TrueFalse():
            sides = tuple(
                (name, Markup("{}").format(texts.say(name)), texts.block(told) if told else None)
                for name, told in (("true", item.feedback.true), ("false", item.feedback.false))
            )
            right = ("true" if item.key else "false",)
            return [Question(item.id, "cc.true_false.v0p1", prompt, sides, right, points=item.points)]
        case Matching():
            offered = [(response.id, response.text) for response in item.responses]
            parts = [(premise.id, premise.text, premise.match, premise.feedback) for premise in item.premises]
            return list(_parts(item, parts, offered, texts))
        case Categorise():
            offered = [(category.id, category.text) for category in item.categories]
            parts = [(element.id, element.text, element.category, element.feedback) for element in item.elements]
            return list(_parts(item, parts, offered, texts))
        case Ordering():
            offered = sorted((element.id, element.text) for element in item.elements)
            places = [
                (f"place-{place}", texts.say("place", place=place), element.id, item.feedback)
                for place, element in enumerate(item.elements, start=1)
            ]
            return list(_parts(item, places, offered, texts))
        case Numeric():
            task = texts.say("unit", unit=item.unit) if item.unit else None
            prompt = texts.prompt(item, task=task)
            return [
                _typed(item.id, prompt, tuple(ways_to_type(item.key)), _mistakes(item.mistakes, texts), item.points)
            ]
        case ShortAnswer():
            return [_typed(item.id, prompt, item.accept, _mistakes(item.mistakes, texts), item.points)]
        case Cloze():
            several = len(item.gaps) > 1
            return [
                _typed(
                    part_id(item, gap.id) if several else item.id,
                    prompt + texts.cloze(item, partial(_blank, gap)),
                    gap.accept,
                    _mistakes(gap.mistakes, texts),
                    1 if several else item.points,
                )
                for gap in item.gaps
            ]
        case Essay():
            return [Question(item.id, "cc.essay.v0p1", prompt, solution=texts.rubric(item), points=item.points)]
        case _:
            assert_never(item)


def ways_to_type(number: Decimal) -> Iterator[str]:
    """Yield the ways a number is likely to be typed: with a point or a comma, and without closing zeros."""
    text = format(number, "f")
    short = text.rstrip("0").rstrip(".") if "." in text else text
    yield from dict.fromkeys((short, short.replace(".", ","), text, text.replace(".", ",")))


def _options(item: SingleChoice | MultipleResponse, texts: Texts) -> tuple[tuple[str, Markup, Markup | None], ...]:
    return tuple(
        (option.id, texts.short(option.text), texts.block(option.feedback) if option.feedback else None)
        for option in item.options
    )


def _parts(
    item: Item,
    parts: Sequence[tuple[str, str, str, str | None]],
    offered: Sequence[tuple[str, str]],
    texts: Texts,
) -> Iterator[Question]:
    prompt = texts.prompt(item)
    options = tuple((name, texts.short(text), None) for name, text in offered)
    for number, (name, text, right, told) in enumerate(parts, start=1):
        task = Markup("<p>{}</p>").format(texts.say("part_of", part=number, parts=len(parts)))
        asked = Markup("{}{}<p><strong>{}</strong></p>").format(prompt, task, texts.short(text))
        yield Question(
            part_id(item, name),
            "cc.multiple_choice.v0p1",
            asked,
            options,
            (right,),
            told=texts.block(told) if told else None,
        )


def _mistakes(mistakes: Sequence[ExpectedError], texts: Texts) -> tuple[tuple[str, Markup], ...]:
    return tuple((typed, texts.block(mistake.feedback)) for mistake in mistakes for typed in mistake.answers)


def _typed(
    ident: str, prompt: Markup, accept: tuple[str, ...], wrong: tuple[tuple[str, Markup], ...], points: int
) -> Question:
    return Question(ident, "cc.fib.v0p1", prompt, right=accept, wrong=wrong, points=points)


def _blank(asked: Gap, gap: Gap) -> str:
    return "__________" if gap.id == asked.id else "(…)"


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
    _metadata(
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
        response = _add(presentation, "response_lid", ident="response", rcardinality=cardinality)
        choice = _add(response, "render_choice", shuffle="Yes" if question.shuffle else "No")
        for name, text, _ in question.options:
            _material(_add(choice, "response_label", ident=name), text)
    else:
        response = _add(presentation, "response_str", ident="response", rcardinality="Single")
        rows = {"rows": "15", "columns": "80"} if question.solution else {}
        _add(response, "render_fib", prompt="Box", **rows)
    return presentation


def _processing(question: Question, feedback: Mapping[str, Markup]) -> Element:
    processing = etree.Element("resprocessing")
    outcomes = _add(processing, "outcomes")
    _add(outcomes, "decvar", varname="SCORE", vartype="Decimal", minvalue="0", maxvalue="100")
    if question.solution:
        condition = _add(processing, "respcondition", **{"continue": "No"})
        _add(_add(condition, "conditionvar"), "other")
        _show(condition, "general_fb")
        _show(condition, "solution", kind="Solution")
        return processing
    right = _add(processing, "respcondition", **{"continue": "No"})
    test = _add(right, "conditionvar")
    several = question.profile == "cc.multiple_response.v0p1"
    if several:
        test = _add(test, "and")
        for name, _, _ in question.options:
            _equal(test if name in question.right else _add(test, "not"), name)
    else:
        for text in question.right:
            _equal(test, text, typed=not question.options)
    score = _add(right, "setvar", varname="SCORE", action="Set")
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
    other = _add(processing, "respcondition", **{"continue": "Yes"})
    _add(_add(other, "conditionvar"), "other")
    if question.told:
        _show(other, "wrong_fb")
    _show(other, "general_fb")
    return processing


def _option(name: str) -> str:
    """Return the name of an option's feedback, unlike that of any other feedback."""
    return f"option_{name}_fb"


def _condition(processing: Element, value: str, shown: str, *, typed: bool = False) -> None:
    condition = _add(processing, "respcondition", **{"continue": "Yes"})
    _equal(_add(condition, "conditionvar"), value, typed=typed)
    _show(condition, shown)


def _equal(parent: Element, value: str, *, typed: bool = False) -> None:
    case = {"case": "No"} if typed else {}
    _add(parent, "varequal", respident="response", **case).text = value


def _show(condition: Element, name: str, kind: str = "Response") -> None:
    _add(condition, "displayfeedback", feedbacktype=kind, linkrefid=name)


def _told(name: str, html: Markup) -> Element:
    feedback = etree.Element("itemfeedback", ident=name)
    _material(_add(feedback, "flow_mat"), html)
    return feedback


def _solution(html: Markup) -> Element:
    feedback = etree.Element("itemfeedback", ident="solution")
    _material(_add(_add(_add(feedback, "solution"), "solutionmaterial"), "flow_mat"), html)
    return feedback


def _material(parent: Element, html: Markup) -> None:
    """Add a text: as plain words where it has no markup, since readers show what they take for plain as it stands."""
    material = _add(parent, "material")
    if "<" in html:
        _add(material, "mattext", texttype="text/html").text = html
    else:
        _add(material, "mattext", texttype="text/plain").text = unescape(html)


def _metadata(parent: Element, *fields: tuple[str, str]) -> None:
    data = _add(parent, "qtimetadata")
    for label, entry in fields:
        one = _add(data, "qtimetadatafield")
        _add(one, "fieldlabel").text = label
        _add(one, "fieldentry").text = entry


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, tag, attributes)


# --- The cartridge -----------------------------------------------------------------------------------------------


class _Cartridge:
    """The files of one cartridge."""

    def __init__(self, selection: Selection, refused: set[str]) -> None:
        self._selection = selection
        course = trainee_view(selection.course)
        wanted = selection.objectives
        self._lessons = [
            (module, [lesson for lesson in module.lessons if not wanted or wanted & set(lesson.objectives)])
            for module in course.modules
        ]
        kept = [(module, [item for item in items if item.id not in refused]) for module, items in selection.by_module]
        self._practice = [
            (module, practice)
            for module, items in kept
            if (practice := [item for item in items if item.use is Use.PRACTICE])
        ]
        self._bank = [item for _, items in kept for item in items if item.use is Use.TEST]
        figures = [
            block.src
            for _, lessons in self._lessons
            for lesson in lessons
            for block in lesson.blocks
            if isinstance(block, Figure)
        ]
        self._media = media_paths([*selection.pictures, *figures])
        self._media_ids = {path: f"media-{number}" for number, path in enumerate(sorted(self._media.values()), 1)}
        self._texts = Texts(selection, lambda src: f"{_ROOT}/{self._media[src]}")
        self._pages = {
            (module.id, lesson.id): path
            for (module, lesson), path in zip(
                [(module, lesson) for module, lessons in self._lessons for lesson in lessons],
                file_names(f"{module.id}-{lesson.id}.html" for module, lessons in self._lessons for lesson in lessons),
                strict=True,
            )
        }
        self._quizzes = dict(
            zip(
                [module.id for module, _ in self._practice],
                file_names(f"{module.id}.xml" for module, _ in self._practice),
                strict=True,
            )
        )

    def files(self) -> tuple[PackageFile, ...]:
        """Return all files, sorted by path."""
        files = [PackageFile("imsmanifest.xml", self._manifest), *self._selection.media_files(self._media)]
        for module, lessons in self._lessons:
            for lesson in lessons:
                path = f"lessons/{self._pages[module.id, lesson.id]}"
                files.append(PackageFile(path, partial(self._lesson, module, lesson)))
        for module, items in self._practice:
            path = f"quizzes/{self._quizzes[module.id]}"
            files.append(PackageFile(path, partial(self._assessment, module, items)))
        if self._bank:
            files.append(PackageFile("bank.xml", self._question_bank))
        return tuple(sorted(files, key=lambda file: file.path))

    # -- questions --

    def _assessment(self, module: Module, items: Sequence[Item]) -> Iterator[bytes]:
        sink = Sink()
        with etree.xmlfile(sink, encoding="UTF-8") as file:
            file.write_declaration()
            with file.element("questestinterop", _ROOT_ATTRIBUTES, nsmap=PREFIXES):  # noqa: SIM117
                with file.element("assessment", ident=f"quiz-{module.id}", title=module.title):
                    holder = etree.Element("assessment")
                    _metadata(
                        holder,
                        ("cc_profile", "cc.exam.v0p1"),
                        ("qmd_assessmenttype", "Examination"),
                        ("qmd_scoretype", "Percentage"),
                        ("cc_maxattempts", "unlimited"),
                    )
                    file.write(holder[0])
                    with file.element("section", ident="section"):
                        writer = QuestionWriter(file)
                        for item in items:
                            self._write_item(writer, item)
                            if sink.full():
                                file.flush()
                                yield sink.take()
        yield sink.take()

    def _question_bank(self) -> Iterator[bytes]:
        sink = Sink()
        with etree.xmlfile(sink, encoding="UTF-8") as file:
            file.write_declaration()
            with file.element("questestinterop", _ROOT_ATTRIBUTES, nsmap=PREFIXES):  # noqa: SIM117
                with file.element("objectbank", ident=f"bank-{self._selection.course.info.id}"):
                    writer = QuestionWriter(file)
                    for item in self._bank:
                        self._write_item(writer, item)
                        if sink.full():
                            file.flush()
                            yield sink.take()
        yield sink.take()

    def _write_item(self, writer: QuestionWriter, item: Item) -> None:
        category = " ".join(self._selection.tags(item))
        rationale = self._texts.block(item.rationale)
        for question in questions_of(item, self._texts):
            writer.write(question, category, rationale)

    # -- lessons --

    @cached_property
    def _renderer(self) -> "LessonPages":
        # Jinja is slow to import, and only pages need it.
        from kitbag.exporters.pages import LessonPages

        return LessonPages(self._selection, lambda src: f"../{self._media[src]}")

    def _lesson(self, module: Module, lesson: Lesson) -> Iterator[bytes]:
        blocks = [block for block in lesson.blocks if not isinstance(block, Checkpoint)]
        yield self._renderer.page(module, lesson, blocks)

    # -- the manifest --

    def _manifest(self) -> Iterator[bytes]:
        info = self._selection.course.info
        root = etree.Element("manifest", {"identifier": "manifest"} | declaration(_CP, _CP_SCHEMA))
        metadata = _add(root, "metadata")
        _add(metadata, "schema").text = "IMS Common Cartridge"
        _add(metadata, "schemaversion").text = "1.1.0"
        title = _add(_add(_add(metadata, "lom", xmlns=_LOM), "general"), "title")
        _add(title, "string", language=info.language).text = f"{info.title} {info.edition}"
        organizations = _add(root, "organizations")
        organization = _add(organizations, "organization", identifier="organization", structure="rooted-hierarchy")
        top = _add(organization, "item", identifier="root")
        resources = _add(root, "resources")
        practice = {module.id: items for module, items in self._practice}
        for module, lessons in self._lessons:
            if lessons or module.id in practice:
                folder = _add(top, "item", identifier=f"module-{module.id}")
                _add(folder, "title").text = module.title
                for lesson in lessons:
                    self._add_lesson(folder, resources, module, lesson)
                if module.id in practice:
                    self._add_quiz(folder, resources, module, practice[module.id])
        if self._bank:
            resource = _add(resources, "resource", identifier="bank", type=_BANK)
            _add(resource, "file", href="bank.xml")
            self._depend(resource, self._bank)
        for path, name in self._media_ids.items():
            resource = _add(resources, "resource", identifier=name, type="webcontent", href=path)
            _add(resource, "file", href=path)
        yield document(root, pretty=True)

    def _add_lesson(self, folder: Element, resources: Element, module: Module, lesson: Lesson) -> None:
        page = self._pages[module.id, lesson.id]
        name, path = f"lesson-{page.removesuffix('.html')}", f"lessons/{page}"
        item = _add(folder, "item", identifier=f"item-{name}", identifierref=name)
        _add(item, "title").text = lesson.title
        resource = _add(resources, "resource", identifier=name, type="webcontent", href=path)
        _add(resource, "file", href=path)
        for src in dict.fromkeys(block.src for block in lesson.blocks if isinstance(block, Figure)):
            _add(resource, "dependency", identifierref=self._media_ids[self._media[src]])

    def _add_quiz(self, folder: Element, resources: Element, module: Module, items: Sequence[Item]) -> None:
        name, path = f"quiz-{module.id}", f"quizzes/{self._quizzes[module.id]}"
        item = _add(folder, "item", identifier=f"item-{name}", identifierref=name)
        _add(item, "title").text = self._texts.say("practice", module=module.title)
        resource = _add(resources, "resource", identifier=name, type=_ASSESSMENT)
        _add(resource, "file", href=path)
        self._depend(resource, items)

    def _depend(self, resource: Element, items: Sequence[Item]) -> None:
        used = dict.fromkeys(src for item in items for src in self._selection.pictures_of(item))
        for src in used:
            _add(resource, "dependency", identifierref=self._media_ids[self._media[src]])
