"""What the tests of exporters share: small courses, unpacked packages, our own marks, the schemas of the formats."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import Any, Protocol

import pytest
from lxml import etree
from packages import small_course

from kitbag.course.model import Course, CourseInfo, Glossary, Module
from kitbag.course.sources import Sources
from kitbag.exporters.base import Package, Selection, select
from kitbag.questions.blueprint import Assessment
from kitbag.questions.model import Item, ItemBank, ScoringRule
from kitbag.questions.scoring import score

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT.parent / "shared" / "schemas"


@pytest.fixture(scope="session")
def every_type() -> Course:
    """The small course that has every item type once."""
    return small_course()


@pytest.fixture(scope="session")
def selection(every_type: Course) -> Selection:
    """All items of that course."""
    chosen, findings = select(every_type)
    assert findings == []
    assert chosen is not None
    return chosen


class MakeCourse(Protocol):
    """Makes a course of given items."""

    def __call__(
        self,
        items: Sequence[Mapping[str, Any]],
        *,
        tests: Sequence[Assessment] = (),
        stimuli: Sequence[Mapping[str, Any]] = (),
        **info: Any,
    ) -> Course: ...


@pytest.fixture
def make_course(tmp_path: Path) -> MakeCourse:
    """Make a course whose only bank holds the items given as an author writes them; the rest is filled in."""

    def make(
        items: Sequence[Mapping[str, Any]],
        *,
        tests: Sequence[Assessment] = (),
        stimuli: Sequence[Mapping[str, Any]] = (),
        **info: Any,
    ) -> Course:
        usual = {"rationale": "Because.", "objective": "o1", "level": "remember", "use": "practice", "stem": "Which?"}
        bank = ItemBank.model_validate(
            {"schema": "questions/1", "module": "m1", "items": [usual | item for item in items], "stimuli": stimuli}
        )
        lesson = {
            "id": "one",
            "title": "One",
            "summary": "One.",
            "minutes": 5,
            "objectives": ["o1"],
            "blocks": [{"type": "text", "text": "Words."}],
        }
        module = Module.model_validate(
            {
                "schema": "module/1",
                "id": "m1",
                "title": "Module/one",
                "summary": "First.",
                "minutes": 5,
                "objectives": [{"id": "o1", "verb": "state", "text": "State it.", "level": "remember"}],
                "lessons": [lesson],
            }
        )
        course = CourseInfo.model_validate(
            {
                "schema": "course/1",
                "id": "c",
                "title": "A course",
                "edition": "1",
                "language": "en",
                "summary": "All.",
                "audience": "Anyone.",
                "status": "None.",
                "author": "Somebody",
                "licence": "CC0-1.0",
                "review_by": date(2099, 1, 1),
                "modules": ["m1"],
                "tests": list(tests),
            }
            | info
        )
        return Course(
            folder=tmp_path,
            info=course,
            sources=Sources.model_validate({"schema": "sources/1"}),
            glossary=Glossary.model_validate({"schema": "glossary/1"}),
            modules=(module,),
            banks=(bank,),
        )

    return make


def _unpack(package: Package) -> dict[str, bytes]:
    return {file.path: b"".join(file.chunks()) for file in package.files}


@pytest.fixture(scope="session")
def unpack() -> Callable[[Package], dict[str, bytes]]:
    """Return the files of a package by path."""
    return _unpack


# --- Choice items and their responses ----------------------------------------------------------------------------

LETTERS = "abcdef"


def choice_items(*, every_key: bool) -> Iterator[dict[str, Any]]:
    """Yield choice items of two to six options, under every rule and floor.

    With every set of options as the key, or with one set of each size.
    """
    for count in range(2, 7):
        options = [{"id": letter, "text": f"Option {letter}"} for letter in LETTERS[:count]]
        for floor, rule in product(("zero", "chance"), ("partial", "exact")):
            for key in LETTERS[:count] if every_key else "b":
                item = {"id": f"single-{count}-{key}-{floor}-{rule}", "type": "single-choice", "key": key}
                yield item | {"options": options, "floor": floor, "scoring": rule}
        if count < 3:
            continue
        for right, rule in product(range(1, count + 1), ScoringRule):
            for key in combinations(LETTERS[:count], right) if every_key else [LETTERS[:right]]:
                name = f"multiple-{count}-{''.join(key)}-{rule.value.replace('/', '-')}"
                item = {"id": name, "type": "multiple-response", "options": options, "key": list(key)}
                yield item | {"scoring": rule.value, "points": 1 + count % 3}
    for floor, true in product(("zero", "chance"), (True, False)):
        yield {"id": f"true-{floor}-{true}", "type": "true-false", "key": true, "floor": floor}


def _chosen(course: Course) -> Selection:
    chosen, findings = select(course)
    assert findings == []
    assert chosen is not None
    return chosen


@pytest.fixture
def choices(make_course: MakeCourse) -> Selection:
    """Choice items of up to six options, with one key of each size, under every rule."""
    return _chosen(make_course(list(choice_items(every_key=False))))


@pytest.fixture
def every_key(make_course: MakeCourse) -> Selection:
    """Choice items of up to six options, with every key there is, under every rule."""
    return _chosen(make_course(list(choice_items(every_key=True))))


def _responses_to(item: Item) -> Iterator[Any]:
    if item.type == "multiple-response":
        ids = [option.id for option in item.options]
        for size in range(len(ids) + 1):
            yield from combinations(ids, size)
    else:
        yield None
        yield from (["true", "false"] if item.type == "true-false" else [option.id for option in item.options])


@pytest.fixture(scope="session")
def responses_to() -> Callable[[Item], Iterator[Any]]:
    """Yield every response to a choice item, the blank one included."""
    return _responses_to


def _ours(selection: Selection, item: Item, response: Any) -> Fraction:
    scoring = selection.scoring(item)
    return score(item, response, rule=scoring.rule if scoring.of_test else None, default=scoring.rule).marks


@pytest.fixture(scope="session")
def ours() -> Callable[[Selection, Item, Any], Fraction]:
    """Return the marks of a response by our own scoring."""
    return _ours


def _spoken(item: Item, response: Any) -> dict[str, Any]:
    """Return a response as QTI names it."""
    match item.type:
        case "matching" | "categorise":
            return {"RESPONSE": [f"left_{left} right_{right}" for left, right in response.items()]}
        case "cloze":
            return {f"RESPONSE_{gap}": text for gap, text in response.items()}
        case _:
            return {"RESPONSE": list(response) if isinstance(response, tuple) else response}


_RESPONSES: dict[str, list[Any]] = {
    "single": ["a", "b", "c"],
    "multiple": [("a",), ("a", "b"), ("a", "b", "c"), ("a", "c"), ("a", "b", "c", "d"), ("a", "b", "c", "d", "e")],
    "truth": ["true", "false"],
    "matching": [{"p1": "r2", "p2": "r1"}, {"p1": "r2", "p2": "r3"}, {"p1": "r1"}],
    "ordering": [("e1", "e2", "e3"), ("e2", "e1", "e3"), ("e2", "e3", "e1")],
    "numeric": ["80", "77.5", "82.5", "82.51", "800"],
    "short": ["infusion", "AN INFUSION", "soup", "broth"],
    "cloze": [{"minutes": "Four"}, {"minutes": "4", "water": "hot"}, {"minutes": "two", "water": "cold"}],
    "sorting": [{"leaves": "pot", "milk": "cup", "water": "pot"}, {"leaves": "pot", "milk": "pot"}],
    "essay": ["It was too hot."],
}


@pytest.fixture(scope="session")
def spoken() -> Callable[[Item, Any], dict[str, Any]]:
    """Return a response as QTI names it."""
    return _spoken


@pytest.fixture(scope="session")
def typical_responses() -> Mapping[str, Sequence[Any]]:
    """Right, partly right and wrong responses to the items of the small course, by id."""
    return _RESPONSES


# --- Readers -----------------------------------------------------------------------------------------------------

GIFT_PARSER = ROOT / "node_modules" / "gift-pegjs" / "pegjs-gift.js"


@pytest.fixture
def read_gift(node: Callable[..., str], tmp_path: Path) -> Callable[[bytes], list[dict[str, Any]]]:
    """Read GIFT with a parser of others: the questions, categories apart."""
    if not GIFT_PARSER.exists():
        pytest.skip("npm package gift-pegjs is not installed: run make test")
    script = tmp_path / "read.cjs"
    script.write_text(
        "let text = ''; process.stdin.setEncoding('utf8').on('data', part => text += part).on('end', () => "
        f"console.log(JSON.stringify(require({json.dumps(str(GIFT_PARSER))}).parse(text))));"
    )

    def read(data: bytes) -> list[dict[str, Any]]:
        questions: list[dict[str, Any]] = json.loads(node(script, stdin=data.decode()))
        return [question for question in questions if question["type"] != "Category"]

    return read


# --- Texts that hold the signs of every format -------------------------------------------------------------------

HOSTILE = [
    "Is ~a = b # c { d } : e \\ f correct?",
    "What of ]]> and <![CDATA[ and &amp; and </p>?",
    "Is **2 < 3 & 4 > 1** true, with \"quotes\" and 'more'?",
    "Is $\\sum_{i=1}^{n} x_i \\to \\infty$ finite?",
    "האם זה נכון? هل هذا صحيح؟",
    "Line one\n\nLine two\n\n- a list\n- of two\n\n| a | b |\n|:--|--:|\n| 1 | 2 |",
    "Code:\n\n```\none\n\n::two:: {T}\n```\n\nIs it right?",
    "=SUM(A1)", "-1 is less?", "+1", "@home", "{1:SHORTANSWER:=x}", "// [id:x] {T}", "::title:: $CATEGORY: x",
]  # fmt: skip


@pytest.fixture
def hostile(make_course: MakeCourse) -> Selection:
    """Items whose texts hold the signs of every format."""
    items = []
    for number, text in enumerate(HOSTILE):
        single = " ".join(text.split())
        options = [{"id": "a", "text": single, "feedback": single}, {"id": "b", "text": f"not {single}"}]
        items.append({"id": f"s{number}", "type": "single-choice", "stem": text, "options": options, "key": "a"})
        gaps = [{"id": "g", "accept": [single, "*"], "mistakes": [{"answers": ["x~#}y"], "feedback": single}]}]
        items.append({"id": f"c{number}", "type": "cloze", "stem": text, "text": f"{single} [[g]] {{", "gaps": gaps})
        pairs = [{"id": "p", "text": single, "match": "r"}, {"id": "q", "text": "->", "match": "r"}]
        responses = [{"id": "r", "text": single}, {"id": "s", "text": "none -> any"}]
        items.append({"id": f"m{number}", "type": "matching", "stem": text, "premises": pairs, "responses": responses})
        items.append({"id": f"t{number}", "type": "short-answer", "stem": text, "accept": [single]})
    return _chosen(make_course(items))


# --- Schemas -----------------------------------------------------------------------------------------------------

# The QTI 2.1 schema refers to one of APIP, of which it needs a single declaration.
_APIP = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="http://www.imsglobal.org/xsd/apip/apipv1p0/imsapip_qtiv1p0"><xs:element name="apipAccessibility"/>
</xs:schema>"""

_MAIN = {
    "qti21": ("qti2", "qti2/qtiv2p1/imsqti_v2p1.xsd"),
    "qti21-manifest": ("qti2", "qti2/imscp_v1p1.xsd"),
    "qti21-metadata": ("qti2", "qti2/qtiv2p1/imsqti_metadata_v2p1.xsd"),
    "lom": ("qti2", "qti2/imsmd_loose_v1p3p2.xsd"),
    "qti3": ("qti3", "qti3/imsqti_asiv3p0_sbacv1p0_v1p0.xsd"),
    "qti3-manifest": ("qti3", "qti3/imsqtiv3p0_imscpv1p2_v1p0.xsd"),
    "cc": ("cc11", "cc11/ccv1p1_qtiasiv1p2p1_v1p0.xsd"),
    "cc-manifest": ("cc11", "cc11/ccv1p1_imscp_v1p2_v1p0.xsd"),
}


class _Offline(etree.Resolver):
    """Finds schemas beside one another, whatever address they are given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, url: str, _public: str, context: Any) -> Any:
        name = url.rpartition("/")[2]
        if name == "xml.xsd":
            return self.resolve_filename(str(SCHEMAS / "qti2" / "w3" / "xml.xsd"), context)
        if name.startswith("apipv1p0"):
            return self.resolve_string(_APIP, context)
        if "://" not in url and Path(url).exists():
            return None
        found = next(self._folder.rglob(name), None)
        return self.resolve_filename(str(found), context) if found else None


@functools.cache
def _schema(name: str) -> etree.XMLSchema:
    folder, path = _MAIN[name]
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Offline(SCHEMAS / folder))
    return etree.XMLSchema(etree.parse(SCHEMAS / path, parser))


@pytest.fixture(scope="session")
def faults() -> Callable[[str, bytes], list[str]]:
    """Return what a schema says against a document; skip where the schemas are not beside the repository."""
    if not SCHEMAS.exists():
        pytest.skip("no package holds the schemas of QTI and Common Cartridge: expected in ../shared/schemas")

    def judge(name: str, data: bytes) -> list[str]:
        schema = _schema(name)
        schema.validate(etree.fromstring(data))
        return [str(error) for error in schema.error_log]

    return judge
