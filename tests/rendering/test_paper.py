"""The handouts of a course: what is on them, what is not, and what the judges of PDF say."""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import page as judge
import pikepdf
import pypdf
import pytest
from template_crawl import given_to_templates, texts

from kitbag.course.blocks import Activity, Block, Card, Figure, InstructorNote, Scenario, Table
from kitbag.course.load import load_course
from kitbag.course.model import Course, JobAid, JobAidPoint, JobAidSection, Lesson, Module
from kitbag.fields import Model
from kitbag.questions.model import Use
from kitbag.rendering.paper import documents, instructor_documents, trainee_documents
from kitbag.rendering.paper_exams import draw_forms, exam
from kitbag.rendering.paper_pdf import PaperDocument, Printed, print_documents
from kitbag.rendering.paper_press import Size

pytestmark = pytest.mark.xdist_group("paper")  # what they share takes long to make

ROOT = Path(__file__).parents[2]
TEA = ROOT / "tests/projects/every-item-type"
SIZES = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
LEAK = "Zqxj"
"""A word that stands in all that trainees must not see."""


def load(folder: Path) -> Course:
    loaded = load_course(folder)
    assert loaded.course is not None, loaded.findings
    return loaded.course


@dataclass(frozen=True)
class Opened:
    """A document as printed."""

    document: PaperDocument
    printed: Printed
    pdf: pikepdf.Pdf
    texts: tuple[str, ...]
    """The words of each page."""

    @property
    def name(self) -> str:
        return self.document.path


def printed(made: list[PaperDocument], processes: int = 2) -> list[Opened]:
    by_path = {document.path: document for document in made}
    opened = []
    for result in print_documents([(document, document.html()) for document in made], processes=processes):
        assert result.pdf is not None, result.findings
        reader = pypdf.PdfReader(io.BytesIO(result.pdf))
        texts = tuple(re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages)
        opened.append(Opened(by_path[result.path], result, pikepdf.open(io.BytesIO(result.pdf)), texts))
    return sorted(opened, key=lambda one: one.name)


@pytest.fixture(scope="session")
def tea() -> list[Opened]:
    """All handouts and one test of the project that holds every kind of block and item, on A4."""
    course = load(TEA)
    forms = draw_forms(course, "final", variants=1, seed="s")
    papers = exam(course, forms, size="a4", templates=TEA).documents
    return printed([*documents(course, size="a4", templates=TEA), *papers])


# --- What the judges say ------------------------------------------------------------------------------------------


def verdicts(opened: list[Opened]) -> list[str]:
    """Return what is wrong with documents, one line a fault."""
    wrong = [str(finding) for one in opened for finding in one.printed.findings]
    for one in opened:
        assert one.printed.pdf is not None
        report = judge.validate_pdf_bytes(one.printed.pdf, profile="ua1")
        wrong += [f"{one.name}: {failure}" for failure in report.failures]
        wrong += [f"{one.name}: qpdf: {problem}" for problem in one.pdf.check_pdf_syntax()]
        wrong += [f"{one.name}: {problem}" for problem in missing_parts(one)]
    return wrong


def missing_parts(one: Opened) -> Iterator[str]:
    root = one.pdf.Root
    if str(root.Lang) != "en":
        yield "no language"
    if str(one.pdf.docinfo.get("/Title", "")) != one.document.title:
        yield "no title"
    with one.pdf.open_outline() as outline:
        if not outline.root:
            yield "no bookmarks"
    fonts = [font for page in one.pdf.pages for font in page.Resources.Font.values()]
    for font in fonts:
        name = str(font.BaseFont).split("+")[1]
        if not name.startswith(("Source-Sans-3", "Source-Serif-4", "Noto-Sans-Arabic", "Assistant")):
            yield f"a font that is not ours: {name}"
        if "/FontFile2" not in font.DescendantFonts[0].FontDescriptor:
            yield f"a font that is not embedded: {name}"
    for element in structure(root.StructTreeRoot):
        if element.get("/S") == "/Figure" and not str(element.get("/Alt", "")):
            yield "a figure without alternative text"


def structure(element: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from structure(kid)


def headings(one: Opened) -> list[int]:
    names = [str(element.S) for element in structure(one.pdf.Root.StructTreeRoot)]
    return [int(name[2]) for name in names if re.fullmatch("/H[1-6]", name)]


def test_no_judge_finds_a_fault(tea: list[Opened]) -> None:
    assert verdicts(tea) == []


def test_headings_begin_at_one_and_skip_no_level(tea: list[Opened]) -> None:
    for one in tea:
        levels = headings(one)
        assert levels[0] == 1, one.name
        assert all(after - before <= 1 for before, after in pairwise(levels)), one.name


def test_every_page_says_which_edition_and_page_it_is(tea: list[Opened]) -> None:
    without = ("job-aid", "certificate")  # one page each, with edition and date in its text
    for one in tea:
        count = len(one.texts)
        # The digest on a document is of what it says; a certificate names the whole course.
        html = one.document.html()
        digests = set(re.findall(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])", re.sub(r"data:[^\"]*", "", html)))
        assert len(digests) == 1, (one.name, digests)
        for number, text in enumerate(one.texts, 1):
            if one.name.endswith("course-book.pdf") and number == 1:
                continue  # the cover says it in its own way
            assert digests & set(text.split()), (one.name, number)
            assert "2.1" in text, (one.name, number)
            if not any(name in one.name for name in without) and not (number == 1 and "slides" in one.name):
                assert re.search(rf"(Page|Slide) {number} of {count}\b", text), (one.name, number)


def test_a_document_changes_with_what_it_says_and_not_before() -> None:
    course = load(TEA)
    first = course.modules[0].model_copy(update={"summary": "Said anew."})
    changed = replace(course, digest="0" * 64, modules=(first, *course.modules[1:]))

    def pages(course: Course) -> dict[str, str]:
        return {one.path: one.html() for one in documents(course, size="a4", templates=None)}

    before, after = pages(course), pages(changed)
    differ = {path for path in before if before[path] != after[path]}
    other = course.modules[1].id
    assert not [path for path in differ if f"-{other}" in path or f"/{other}" in path], differ
    assert [path for path in differ if course.modules[0].id in path], differ


def test_a_handout_is_one_sheet(tea: list[Opened]) -> None:
    sheets = [one for one in tea if "/handout-" in one.name]
    assert len(sheets) == 2
    assert all(len(one.texts) <= 2 for one in sheets)


def test_each_page_has_the_size_that_was_asked_for(tea: list[Opened]) -> None:
    for one in tea:
        for page in one.pdf.pages:
            short, long = sorted(map(float, page.mediabox[2:]))
            wanted = (540.0, 960.0) if "slides" in one.name else SIZES["a4"]
            assert (short, long) == pytest.approx(wanted, abs=0.1), one.name


def test_the_same_course_gives_the_same_bytes(tea: list[Opened]) -> None:
    course = load(TEA)
    again = [one for one in documents(course, size="a4", templates=TEA) if "handout-m1" in one.path]
    before = {one.name: one.printed.pdf for one in tea}
    for result in printed(again, processes=1):
        assert result.printed.pdf == before[result.name], result.name


# --- What is on them ----------------------------------------------------------------------------------------------


def words(opened: list[Opened], end: str) -> str:
    (one,) = [one for one in opened if one.name.endswith(end)]
    return " ".join(one.texts)


def test_a_handout_shows_objectives_key_points_and_self_checks(tea: list[Opened]) -> None:
    module = load(TEA).modules[0]
    text = words(tea, "handout-m1.pdf")
    for objective in module.objectives:
        assert objective.text in text
    assert len(module.self_checks) > 0
    assert "Check yourself" in text


def test_the_contents_of_the_book_give_the_page_of_each_module(tea: list[Opened]) -> None:
    (book,) = [one for one in tea if one.name.endswith("course-book.pdf")]
    course = load(TEA)
    contents = next(text for text in book.texts if text.startswith("Contents"))
    for number, module in enumerate(course.modules, 1):
        opener = f"Module {number} of {len(course.modules)}".upper()
        page = next(n for n, text in enumerate(book.texts, 1) if opener in text.upper())
        assert re.search(rf"{number} {re.escape(module.title)}[ .]+{page}\b", contents), contents


def test_the_guide_holds_what_an_instructor_needs(tea: list[Opened]) -> None:
    module = load(TEA).modules[0]
    assert module.instructor is not None
    text = words(tea, "guide-m1.pdf")
    for heading in ("At a glance", "Minute plan", "Without a projector", "When time is short"):
        assert heading in text
    for step in module.instructor.plan:
        assert step.what in text
    whole = words(tea, "course-guide.pdf")
    for heading in ("Before you teach", "Mistakes in the source", "Attendance and results"):
        assert heading in whole


# --- What is not on them ------------------------------------------------------------------------------------------


def marked(value: object) -> object:
    """Return a model in which each text holds the telling word."""
    if isinstance(value, Model):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        kept = ("id", "type", "lesson", "cites", "minutes", "key", "match", "category", "stimulus", "objective")
        return value.model_copy(update={name: held if name in kept else marked(held) for name, held in fields.items()})
    if isinstance(value, tuple):
        return tuple(marked(one) for one in value)
    if type(value) is str:
        return f"{LEAK} {value}"
    return value


def with_secrets(course: Course) -> Course:
    """Return the course with the telling word in all that belongs to instructors or to tests, and nowhere else."""
    return replace(
        course,
        info=course.info.model_copy(update={"left_out": marked(course.info.left_out)}),
        sources=course.sources.model_copy(
            update={
                "documents": tuple(
                    document.model_copy(update={"errata": marked(document.errata)})
                    for document in course.sources.documents
                )
            }
        ),
        modules=tuple(with_secrets_in(module) for module in course.modules),
        banks=tuple(
            bank.model_copy(
                update={"items": tuple(marked(item) if item.use is Use.TEST else item for item in bank.items)}
            )
            for bank in course.banks
        ),
    )


def with_secrets_in(module: Module) -> Module:
    lessons = tuple(
        lesson.model_copy(update={"blocks": tuple(secret_block(block) for block in lesson.blocks)})
        for lesson in module.lessons
    )
    return module.model_copy(update={"lessons": lessons, "instructor": marked(module.instructor)})


def secret_block(block: Block) -> Block:
    match block:
        case InstructorNote():
            return marked(block)  # type: ignore[return-value]
        case Activity():
            cards = tuple(card.model_copy(update={"answer": LEAK}) for card in block.cards)
            return block.model_copy(update={"guidance": LEAK, "cards": cards})
        case Scenario():
            return block.model_copy(update={"guidance": LEAK})
        case _:
            return block


def everything_in(one: Opened) -> str:
    """Return all words of a document: its pages, bookmarks, alternative texts and whatever else is a string in it."""
    strings = [str(thing) for thing in one.pdf.objects if isinstance(thing, pikepdf.String)]
    strings += [
        str(value)
        for thing in one.pdf.objects
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream)
        for value in dict(
            thing.items() if isinstance(thing, pikepdf.Dictionary) else thing.stream_dict.items()
        ).values()
        if isinstance(value, pikepdf.String)
    ]
    return " ".join([*one.texts, *strings])


def test_not_a_word_for_instructors_reaches_a_trainee() -> None:
    course = with_secrets(load(TEA))
    secret = instructor_documents(course, size="a4", templates=TEA)
    assert {one.path.split("/")[-1] for one in secret if LEAK in one.html()} == {
        "answers-m1.pdf",
        "course-guide.pdf",
        "guide-m1.pdf",
    }, "the telling word does not stand where it should"

    for one in printed(trainee_documents(course, size="a4", templates=TEA)):
        assert LEAK not in everything_in(one), one.name
        assert LEAK not in one.document.html(), one.name


def test_no_template_of_a_course_can_reach_what_is_for_instructors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "unused.html").write_text("")
    course = with_secrets(load(TEA))
    given = given_to_templates(monkeypatch)
    made = trainee_documents(course, size="a4", templates=tmp_path)
    assert len(made) == 7
    for document in made:
        document.html()
    for name, environment, values in given:
        reached = list(texts(environment, values))
        assert course.info.title in reached, name
        assert not [text for text in reached if LEAK in text], name


# --- Hard cases ---------------------------------------------------------------------------------------------------


def lesson_of(course: Course, *blocks: Block) -> Course:
    module = course.modules[0]
    lesson: Lesson = module.lessons[0].model_copy(update={"blocks": blocks})
    return replace(course, modules=(module.model_copy(update={"lessons": (lesson,), "self_checks": ()}),))


def test_a_table_of_many_columns_lies_on_its_side() -> None:
    wide = Table(
        type="table",
        caption="Wide",
        header=tuple(f"Heading {n}" for n in range(12)),
        rows=tuple(tuple(f"Word{n} " + "unbreakable" * 3 for n in range(12)) for _ in range(3)),
        uncited="Made for a test",
    )
    course = lesson_of(load(TEA), wide)
    made = [one for one in trainee_documents(course, size="a4", templates=None) if one.path.endswith("book.pdf")]
    (book,) = printed(made, processes=1)

    page = next(n for n, text in enumerate(book.texts) if "Heading 11" in text)
    box = [float(value) for value in book.pdf.pages[page].mediabox]
    assert box[2] > box[3]
    assert verdicts([book]) == []


def test_a_picture_taller_than_the_page_is_made_to_fit(tmp_path: Path) -> None:
    media = tmp_path / "course/media"
    shutil.copytree(TEA / "course/media", media)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="5000"><rect width="100" height="5000"/></svg>'
    (media / "tall.svg").write_text(svg, "utf-8")
    tall = Figure(type="figure", src="tall.svg", alt="A tall picture", uncited="Made for a test")
    course = replace(lesson_of(load(TEA), tall), folder=tmp_path)
    made = [one for one in trainee_documents(course, size="letter", templates=None) if one.path.endswith("book.pdf")]
    (book,) = printed(made, processes=1)

    figures = [element for element in structure(book.pdf.Root.StructTreeRoot) if element.get("/S") == "/Figure"]
    boxes = {str(figure.Alt): [float(edge) for edge in figure.A.BBox] for figure in figures}
    _, top, _, bottom = boxes["A tall picture"]
    assert bottom - top == pytest.approx(190 / 25.4 * 96, abs=1)
    assert verdicts([book]) == []


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_a_job_aid_loses_no_line_however_long_it_is(size: Size) -> None:
    sections = tuple(
        JobAidSection(
            title=f"Section {section}",
            points=tuple(
                JobAidPoint(
                    text=f"S{section}P{point} and words that run over more than one line", cites=("T1.1", "T1.2")
                )
                for point in range(10)
            ),
        )
        for section in range(8)
    )
    course = load(TEA)
    aid = JobAid(title="Long", sections=sections, contacts=tuple(f"Contact number {number}" for number in range(9)))
    long = replace(course, info=course.info.model_copy(update={"job_aid": aid}))
    made = [one for one in trainee_documents(long, size=size, templates=None) if one.path.endswith("job-aid.pdf")]
    (card,) = printed(made, processes=1)

    text = " ".join(card.texts)
    wanted = [f"S{section}P{point} " for section in range(8) for point in range(10)]
    assert [words for words in wanted if words not in text] == []
    assert [number for number in range(9) if f"Contact number {number}" not in text] == []


def test_a_card_loses_no_word_however_long_it_is() -> None:
    course = load(TEA)
    activity = next(
        block for lesson in course.modules[0].lessons for block in lesson.blocks if block.type == "activity"
    )
    cards = tuple(
        Card(id=f"k{count}", text=f"K{count}first " + "and more words " * count * 4 + f"K{count}last", answer="No.")
        for count in range(12)
    )
    long = lesson_of(course, activity.model_copy(update={"cards": cards}))
    made = [one for one in trainee_documents(long, size="letter", templates=None) if "/cards-" in one.path]
    (sheets,) = printed(made, processes=1)

    text = " ".join(sheets.texts)
    assert [count for count in range(12) if f"K{count}first" not in text or f"K{count}last" not in text] == []


@pytest.mark.acceptance
@pytest.mark.parametrize("size", ["a4", "letter"])
@pytest.mark.parametrize("folder", [ROOT, *sorted((ROOT / "tests/projects").iterdir())], ids=lambda folder: folder.name)
def test_every_document_of_every_course_passes(folder: Path, size: Size) -> None:
    course = load(folder)
    made = list(documents(course, size=size, templates=folder))
    drawable = () if folder.name == "gaps" else course.info.tests  # the bank of gaps is short on purpose
    for test in drawable:
        forms = draw_forms(course, test.id, variants=2, seed="s")
        made += exam(course, forms, size=size, templates=folder).documents
    opened = printed(made)

    assert verdicts(opened) == []
    for one in opened:
        levels = headings(one)
        assert levels[0] == 1, one.name
        for page in one.pdf.pages:
            wanted = (540.0, 960.0) if "slides" in one.name else SIZES[size]
            assert sorted(map(float, page.mediabox[2:])) == pytest.approx(wanted, abs=0.1), one.name
