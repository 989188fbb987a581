"""The files of a Common Cartridge: lessons as web content, a quiz for each module, the question bank, the manifest."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from lxml import etree

from kitbag.course.audience import trainee_view
from kitbag.course.blocks import Checkpoint, Figure
from kitbag.course.model import Lesson, Module
from kitbag.exporters.base import PackageFile, Selection, file_names, media_paths
from kitbag.exporters.cc_qti import ROOT_ATTRIBUTES, QuestionWriter, add, add_metadata
from kitbag.exporters.cc_questions import questions_of
from kitbag.exporters.texts import Texts
from kitbag.exporters.xml import PREFIXES, Element, Sink, declaration, document
from kitbag.questions.model import Item, Use

if TYPE_CHECKING:
    from kitbag.exporters.pages import LessonPages

_CP: Final = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_LOM: Final = "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"
_CP_SCHEMA: Final = "http://www.imsglobal.org/profile/cc/ccv1p1/ccv1p1_imscp_v1p2_v1p0.xsd"
_ROOT: Final = "$IMS-CC-FILEBASE$"
_ASSESSMENT: Final = "imsqti_xmlv1p2/imscc_xmlv1p1/assessment"
_BANK: Final = "imsqti_xmlv1p2/imscc_xmlv1p1/question-bank"


class Cartridge:
    """The files of one cartridge."""

    def __init__(self, selection: Selection, refused: set[str]) -> None:
        """Take the items, and the ids of those that the format cannot carry."""
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
            with file.element("questestinterop", ROOT_ATTRIBUTES, nsmap=PREFIXES):  # noqa: SIM117
                with file.element("assessment", ident=f"quiz-{module.id}", title=module.title):
                    holder = etree.Element("assessment")
                    add_metadata(
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
            with file.element("questestinterop", ROOT_ATTRIBUTES, nsmap=PREFIXES):  # noqa: SIM117
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
        metadata = add(root, "metadata")
        add(metadata, "schema").text = "IMS Common Cartridge"
        add(metadata, "schemaversion").text = "1.1.0"
        title = add(add(add(metadata, "lom", xmlns=_LOM), "general"), "title")
        add(title, "string", language=info.language).text = f"{info.title} {info.edition}"
        organizations = add(root, "organizations")
        organization = add(organizations, "organization", identifier="organization", structure="rooted-hierarchy")
        top = add(organization, "item", identifier="root")
        resources = add(root, "resources")
        practice = {module.id: items for module, items in self._practice}
        for module, lessons in self._lessons:
            if lessons or module.id in practice:
                folder = add(top, "item", identifier=f"module-{module.id}")
                add(folder, "title").text = module.title
                for lesson in lessons:
                    self._add_lesson(folder, resources, module, lesson)
                if module.id in practice:
                    self._add_quiz(folder, resources, module, practice[module.id])
        if self._bank:
            resource = add(resources, "resource", identifier="bank", type=_BANK)
            add(resource, "file", href="bank.xml")
            self._depend(resource, self._bank)
        for path, name in self._media_ids.items():
            resource = add(resources, "resource", identifier=name, type="webcontent", href=path)
            add(resource, "file", href=path)
        yield document(root, pretty=True)

    def _add_lesson(self, folder: Element, resources: Element, module: Module, lesson: Lesson) -> None:
        page = self._pages[module.id, lesson.id]
        name, path = f"lesson-{page.removesuffix('.html')}", f"lessons/{page}"
        item = add(folder, "item", identifier=f"item-{name}", identifierref=name)
        add(item, "title").text = lesson.title
        resource = add(resources, "resource", identifier=name, type="webcontent", href=path)
        add(resource, "file", href=path)
        for src in dict.fromkeys(block.src for block in lesson.blocks if isinstance(block, Figure)):
            add(resource, "dependency", identifierref=self._media_ids[self._media[src]])

    def _add_quiz(self, folder: Element, resources: Element, module: Module, items: Sequence[Item]) -> None:
        name, path = f"quiz-{module.id}", f"quizzes/{self._quizzes[module.id]}"
        item = add(folder, "item", identifier=f"item-{name}", identifierref=name)
        add(item, "title").text = self._texts.say("practice", module=module.title)
        resource = add(resources, "resource", identifier=name, type=_ASSESSMENT)
        add(resource, "file", href=path)
        self._depend(resource, items)

    def _depend(self, resource: Element, items: Sequence[Item]) -> None:
        used = dict.fromkeys(src for item in items for src in self._selection.pictures_of(item))
        for src in used:
            add(resource, "dependency", identifierref=self._media_ids[self._media[src]])
