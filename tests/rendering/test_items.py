"""The HTML of items before any script runs, and the data their script reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from pydantic import TypeAdapter

import kitbag
from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.model import Item, ItemBank
from kitbag.questions.shuffle import shown_order
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.environment import make_environment
from kitbag.rendering.items import QUIZ_SCRIPTS, LessonLink, QuizContext, render_checkpoint, render_practice_quiz
from kitbag.rendering.markdown import MarkdownRenderer
from kitbag.rendering.quiz_data import quiz_island

TEA = Path(__file__).parents[1] / "projects/every-item-type"
ITEM: TypeAdapter[Item] = TypeAdapter(Item)
ATTACK = (
    "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \" ' & {{ 7 * 7 }} [x](javascript:alert(3))"
)
COMMON = {
    "stem": "?",
    "rationale": "Because.",
    "objective": "T1",
    "level": "apply",
    "use": "practice",
    "cites": ["T1.1"],
}


@pytest.fixture(scope="module")
def course() -> Course:
    loaded = load_course(TEA)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def context_of(course: Course, folder: Path | None = None) -> QuizContext:
    catalogue = catalogue_for("en")
    return QuizContext(
        course=course,
        environment=make_environment(folder=folder, catalogue=catalogue, language="en"),
        markdown=MarkdownRenderer(),
        catalogue=catalogue,
        passage_href=lambda cite: f"../sources.html#{cite}",
        lessons_of=lambda objective: [LessonLink(f"On {objective}", f"{objective}.html")],
        media_href=lambda name: f"../media/{name}",
    )


def render(course: Course, *items: Item) -> Any:
    """Return the checkpoint that shows these items, as a tree."""
    return html.fromstring(render_checkpoint(items, context_of(course), name="b1", quiz="q"))


def island_of(tree: Any) -> dict[str, Any]:
    (script,) = tree.xpath("//script")
    assert script.get("type") == "application/json"
    island: dict[str, Any] = json.loads(script.text)
    return island


def item_of(kind: str, **fields: Any) -> Item:
    return ITEM.validate_python({**COMMON, "id": "i", "type": kind, **fields})


def named(*ids: str) -> list[dict[str, str]]:
    return [{"id": name, "text": f"text of {name}"} for name in ids]


def labels_of(tree: Any) -> list[str]:
    """Return the name of each control, as its own label or those it refers to give it."""
    names = []
    for control in tree.xpath("//input | //select | //textarea"):
        if control.get("aria-label"):
            names.append(control.get("aria-label"))
        elif control.get("aria-labelledby"):
            parts = [tree.get_element_by_id(name) for name in control.get("aria-labelledby").split()]
            names.append(" ".join(" ".join(part.text_content().split()) for part in parts))
        else:
            (label,) = tree.xpath("//label[@for=$id]", id=control.get("id"))
            names.append(" ".join(label.text_content().split()))
    return names


@pytest.mark.parametrize(
    ("kind", "fields", "controls", "names"),
    [
        (
            "single-choice",
            {"options": named("a", "b"), "key": "a", "shuffle": False},
            ["radio a", "radio b"],
            ["text of a", "text of b"],
        ),
        (
            "multiple-response",
            {"options": named("a", "b", "c"), "key": ["a"], "shuffle": False},
            ["checkbox a", "checkbox b", "checkbox c"],
            ["text of a", "text of b", "text of c"],
        ),
        ("true-false", {"key": True}, ["radio true", "radio false"], ["True", "False"]),
        (
            "matching",
            {
                "premises": [{"id": "p", "text": "P", "match": "r"}, {"id": "q", "text": "Q", "match": "r"}],
                "responses": [{"id": "r", "text": "R"}, {"id": "s", "text": "S"}],
            },
            ["select |r|s", "select |r|s"],
            ["P", "Q"],
        ),
        (
            "categorise",
            {
                "categories": [{"id": "x", "text": "X"}, {"id": "y", "text": "Y"}],
                "elements": [{"id": "b", "text": "B", "category": "x"}, {"id": "a", "text": "A", "category": "y"}],
            },
            ["select |x|y", "select |x|y"],
            ["A", "B"],
        ),
        (
            "ordering",
            {"elements": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]},
            ["select |1|2", "select |1|2"],
            ["Position of: A", "Position of: B"],
        ),
        ("numeric", {"key": "1", "unit": "km"}, ["text"], ["Question 1 ? Your number km"]),
        ("short-answer", {"accept": ["x"]}, ["text"], ["Question 1 ? Your answer"]),
        (
            "cloze",
            {"text": "[[a]] and **[[b]]**", "gaps": [{"id": "a", "accept": ["x"]}, {"id": "b", "accept": ["y"]}]},
            ["text", "text"],
            ["Gap 1 of 2", "Gap 2 of 2"],
        ),
        (
            "essay",
            {"rubric": [{"id": "r", "text": "R", "points": 1}], "words": 1},
            ["textarea"],
            ["Question 1 ? Your answer about 1 word"],
        ),
    ],
)
def test_each_type_takes_an_answer_with_named_controls(
    course: Course, kind: str, fields: dict[str, Any], controls: list[str], names: list[str]
) -> None:
    tree = render(course, item_of(kind, **fields))
    found = []
    for control in tree.xpath("//input | //select | //textarea"):
        values = "|".join(sorted(option.get("value", option.text) for option in control.xpath("./option")))
        kind_of = control.get("type") or control.tag
        found.append(f"{kind_of} {values or control.get('value') or ''}".strip())
    assert sorted(found) == sorted(controls)
    assert sorted(labels_of(tree)) == sorted(names)


def test_a_group_is_named_by_number_stem_and_task(course: Course) -> None:
    tree = render(course, item_of("true-false", key=True))
    (fieldset,) = tree.xpath("//fieldset")
    parts = [tree.get_element_by_id(name).text_content().strip() for name in fieldset.get("aria-labelledby").split()]
    assert parts == ["Question 1", "?", "True or false?"]


def test_what_is_shown_first_is_the_shuffle_and_never_the_right_order(course: Course) -> None:
    single, ordering = course.items["single"], course.items["ordering"]
    tree = render(course, single, ordering)
    assert tuple(tree.xpath("//*[@class='quiz-option']/@data-id")) == shown_order(single, "")
    shown = tuple(tree.xpath("//ol[@class='quiz-order']/li/@data-id"))
    assert shown == shown_order(ordering, "")
    assert shown != ("e1", "e2", "e3")


def test_ids_stay_apart_whatever_the_author_called_things(course: Course) -> None:
    items = [
        item_of("single-choice", options=named("b-c", "n", "s", "l"), key="n").model_copy(update={"id": "a"}),
        item_of("single-choice", options=named("c", "n", "t"), key="n").model_copy(update={"id": "a-b"}),
        item_of("short-answer", accept=["x"]).model_copy(update={"id": "a-n"}),
    ]
    tree = render(course, *items)
    ids = tree.xpath("//@id")
    assert len(set(ids)) == len(ids)
    references = {name for value in tree.xpath("//@aria-labelledby") for name in value.split()}
    assert references | set(tree.xpath("//label/@for")) <= set(ids)


def test_long_responses_stand_in_a_lettered_list_above_the_lists(course: Course) -> None:
    long = "a response far too long for a closed drop-down list on a phone"
    premises = [{"id": "p", "text": "P", "match": "r"}, {"id": "q", "text": "Q", "match": "s"}]
    short = render(course, item_of("matching", premises=premises, responses=named("r", "s")))
    assert short.xpath("//*[@class='quiz-letters']") == []
    responses = [{"id": "r", "text": long}, {"id": "s", "text": "*S*"}]
    tree = render(course, item := item_of("matching", premises=premises, responses=responses))
    assert tuple(tree.xpath("//*[@class='quiz-letters']/li/@data-id")) == shown_order(item, "")
    texts = {"r": long, "s": "S"}
    wanted = [
        "Choose…",
        *(f"{letter}. {texts[name]}" for letter, name in zip("AB", shown_order(item, ""), strict=True)),
    ]
    assert [option.text for option in tree.xpath("(//select)[1]/option")] == wanted


def test_a_gap_in_an_attribute_or_without_a_name_stays_text(course: Course) -> None:
    text = 'In [[year]] and [[when]], see [a page](https://example.org "[[year]]").'
    tree = render(course, item_of("cloze", text=text, gaps=[{"id": "year", "accept": ["2000"]}]))
    (cloze,) = tree.xpath("//*[@class='quiz-cloze']")
    assert len(cloze.xpath(".//input")) == 1
    assert cloze.xpath(".//a/@title") == ["[[year]]"]
    assert "and [[when]], see" in cloze.text_content()


def test_items_that_share_a_stimulus_stand_together_under_it(course: Course) -> None:
    tree = render(course, course.items["truth"], course.items["single"], course.items["multiple"])
    shown = tree.xpath("//*[contains(@class, 'quiz-stimulus') or contains(@class, 'quiz-item')]")
    assert [each.get("data-item") or each.get("data-items") for each in shown] == [
        "truth multiple",
        "truth",
        "multiple",
        "single",
    ]
    assert [item["id"] for item in island_of(tree)["items"]] == ["truth", "multiple", "single"]
    assert island_of(tree)["strings"]["state.right"] == "Right"
    assert shown[0].xpath(".//img/@src | .//img/@alt") == ["../media/pot.svg", "A round pot."]


def test_the_island_holds_what_the_script_needs(course: Course) -> None:
    items = [course.items["single"], course.items["cloze"], course.items["essay"]]
    island = quiz_island(items, context_of(course), kind="practice", quiz="m1")
    assert {name: island[name] for name in ("kind", "quiz", "course", "edition", "scoring")} == {
        "kind": "practice",
        "quiz": "m1",
        "course": "tea",
        "edition": "2.1",
        "scoring": "partial",
    }
    single, cloze, essay = island["items"]
    assert single["feedback"] == {
        "b": "<p>It has lost its air.</p>\n",
        "c": "<p>Salt &amp; tea &lt; no tea.</p>\n",
    }
    assert cloze["mistakes"] == [{"gap": "minutes", "answers": ["two"], "feedback": "<p>That is green tea.</p>\n"}]
    assert [criterion["points"] for criterion in essay["rubric"]] == [2, 2]
    assert [objective["id"] for objective in island["objectives"]] == ["T1", "T2"]
    assert island["objectives"][1]["lessons"] == [{"title": "On T2", "href": "T2.html"}]


def test_the_island_holds_the_words_that_its_script_may_say(course: Course) -> None:
    scripts = [(Path(kitbag.__file__).parent / "templates" / name).read_text("utf-8") for name in QUIZ_SCRIPTS]
    said = set(re.findall(r'(?:say\(|[?:] )"((?:state\.)?[a-z_]+)"', "".join(scripts)))
    assert {"question", "announced", "kept", "not_kept", "state.right", "retrying", "model_answer"} <= said
    area = catalogue_for("en").area("quiz")
    said -= {"state", "true"}  # an attribute and its value
    every = {key for key in area if key in said or key.split(".")[0] in said} | {"state.pending"}
    items = list(course.items.values())
    whole = island_of(html.fromstring(render_practice_quiz(course.modules[0], items, context_of(course))))["strings"]
    assert every - set(whole) == {"check"}
    assert not {"without_script", "task.cloze", "show_answer"} & set(whole)
    single = island_of(render(course, course.items["single"]))["strings"]
    assert set(whole) - set(single) == {
        *("hand_in", "by_objective", "read_again", "print"),
        *("missed_choice", "right_answer", "moved", "move_up", "move_down", "right_order", "gap"),
        *("to_mark.one", "to_mark.other", "state.pending"),
        *("rubric", "rubric_help", "your_marks", "model_answer"),
    }
    assert set(single) - set(whole) == {"check"}
    alone = {item.type: set(island_of(render(course, item))["strings"]) - set(single) for item in items}
    shown_beside = {"right_answer"}
    assert alone == {
        "single-choice": set(),
        "true-false": set(),
        "multiple-response": {"missed_choice"},
        "matching": shown_beside,
        "categorise": shown_beside,
        "numeric": shown_beside,
        "short-answer": shown_beside,
        "cloze": {*shown_beside, "gap"},
        "ordering": {"moved", "move_up", "move_down", "right_order"},
        "essay": {"to_mark.one", "to_mark.other", "state.pending"}
        | {"rubric", "rubric_help", "your_marks", "model_answer"},
    }


def test_facts_of_one_passage_in_a_row_are_named_once(course: Course) -> None:
    cited = item_of("true-false", key=True, feedback={"true": "Yes.", "false": "No."}, cites=["T1.1", "T1.2", "T2.1"])
    (sources,) = render(course, cited).find_class("quiz-sources")
    labels = {name: passage.label for name, passage in course.passages.items()}
    assert sources.text_content() == f"Source: T1.1, T1.2 {labels['T1']}; T2.1 {labels['T2']}"
    assert [link.get("href") for link in sources] == [f"../sources.html#{fact}" for fact in ("T1.1", "T1.2", "T2.1")]


def test_a_checkpoint_gives_no_result_by_objective(course: Course) -> None:
    island = quiz_island([course.items["single"]], context_of(course), kind="checkpoint", quiz="q")
    assert island["objectives"] == []


def test_another_text_or_key_is_another_version(course: Course) -> None:
    def version(item: Item) -> str:
        island = quiz_island([item], context_of(course), kind="practice", quiz="m1")
        return str(island["version"])

    single = course.items["single"]
    assert version(single) == version(single.model_copy())
    assert version(single) != version(single.model_copy(update={"key": "b"}))
    assert version(single) != version(single.model_copy(update={"stem": "Another?"}))
    assert version(single) != version(single.model_copy(update={"rationale": "Another."}))


def test_no_text_breaks_out_of_its_place(course: Course) -> None:
    texts = re.compile(r"\b(stem|text|feedback|rationale|model_answer|unit|title|alt|accept|answers)\b")

    def attacked(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: attacked(each, key) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [attacked(each, name) for each in value]
        return ATTACK + str(value) if isinstance(value, str) and texts.fullmatch(name) else value

    (bank,) = [bank for bank in course.banks if bank.module == "m1"]
    hostile = ItemBank.model_validate(attacked(bank.model_dump(mode="json", by_alias=True)))
    attacked_course = Course(
        course.folder, course.info, course.sources, course.glossary, course.modules, (hostile, *course.banks[1:])
    )
    items = [item for item in hostile.items if item.use == "practice"]
    page = render_practice_quiz(course.modules[0], items, context_of(attacked_course))
    tree = html.fromstring(page)
    assert len(tree.xpath("//script")) == 1
    assert tree.xpath("//img[not(contains(@src, 'pot.svg'))]") == []
    assert tree.xpath("//comment()") == []
    assert tree.xpath("//a[starts-with(@href, 'javascript')]") == []
    assert tree.xpath("//@*[starts-with(name(), 'on')]") == []
    assert "49" not in page
    (fragment,) = [item["feedback"]["b"] for item in island_of(tree)["items"] if item["id"] == "single"]
    assert html.fragments_fromstring(fragment)[0].xpath(".//*") == []
    assert tree.xpath("//article[@data-item='single']//*[@data-part='why']/p[1]//*") == []


def test_a_course_may_bring_its_own_markup(course: Course, tmp_path: Path) -> None:
    own = tmp_path / "templates/quiz/quiz.html"
    own.parent.mkdir(parents=True)
    own.write_text("<p>{{ title }}: {{ parts | length }}</p>")
    context = context_of(course, tmp_path)
    assert render_practice_quiz(course.modules[0], [course.items["single"]], context) == "<p>Practice questions: 1</p>"


def test_nothing_needs_an_inline_script_or_style(course: Course) -> None:
    items = [item for item in course.items.values() if item.use == "practice"]
    tree = html.fromstring(render_practice_quiz(course.modules[0], items, context_of(course)))
    assert tree.xpath("//@style | //style | //script[not(@type='application/json')]") == []
