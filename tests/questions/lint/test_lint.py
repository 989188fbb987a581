"""Findings of the lint: where they stand, what they say, what waivers do, and what holds for whole banks."""

from typing import Any

import pytest

from kitbag.findings import Finding, Place, Severity
from kitbag.questions.lint import RULES, lint
from kitbag.questions.lint.chance import at_least, chi_square_of, chi_square_tail, uneven
from kitbag.questions.model import ItemBank


class Places:
    def at(self, file: str, *path: str | int) -> Place:
        return Place("/".join(map(str, (file, *path))))


def choice(
    name: str = "q",
    *,
    stem: str = "Which of these is right?",
    wrong: tuple[str, ...] = ("Two", "Ten", "Four"),
    **more: Any,
) -> dict[str, Any]:
    options = [{"id": "a", "text": more.pop("right", "Six")}]
    options += [{"id": f"w{n}", "text": text, "feedback": "No."} for n, text in enumerate(wrong)]
    return base(name, stem) | {"type": "single-choice", "key": "a", "options": options} | more


def statement(name: str, *, key: bool) -> dict[str, Any]:
    feedback = {"true": "No.", "false": "No."}
    return base(name, f"Statement {name} holds.") | {"type": "true-false", "key": key, "feedback": feedback}


def base(name: str, stem: str) -> dict[str, Any]:
    fixed = {"rationale": "So it is.", "objective": "1.1", "level": "remember", "use": "practice", "cites": ["P1"]}
    return {"id": name, "stem": stem} | fixed


def bank(*items: dict[str, Any], module: str = "m1", **more: Any) -> ItemBank:
    return ItemBank.model_validate({"schema": "questions/1", "module": module, "items": items} | more)


def found(*items: dict[str, Any], **settings: Any) -> list[Finding]:
    return lint([bank(*items)], Places(), **settings)


def codes(*items: dict[str, Any], **settings: Any) -> list[str]:
    return [finding.code for finding in found(*items, **settings)]


# --- What a finding says --------------------------------------------------------------------------------------------


def test_a_good_item_has_no_finding() -> None:
    assert found(choice()) == []


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (
            choice(right="Six, as the second annex says"),
            (
                "questions/m1.yaml/items/0/options/0/text: q: "
                "The key has 29 characters and the longest wrong option 4. "
                "Shorten the key, or make a wrong option as full."
            ),
        ),
        (
            choice(wrong=("Two", "Ten", "two.")),
            'questions/m1.yaml/items/0/options/3/text: q: This option says the same as "Two". Replace one of the two.',
        ),
        (
            choice(right="10-20", wrong=("20-30", "40")),
            (
                'questions/m1.yaml/items/0/options/1/text: q: This option overlaps with "10-20". '
                "Let each number fall into one option only."
            ),
        ),
        (
            choice(stem="Numbers."),
            (
                "questions/m1.yaml/items/0/stem: q: The stem has 1 word, too few to pose a problem. "
                "Write a whole question."
            ),
        ),
        (
            choice(stem="These are some numbers of the annex."),
            (
                "questions/m1.yaml/items/0/stem: q: The stem neither asks a question nor leads into the options. "
                "End it with a question, or say what to do."
            ),
        ),
        (
            choice(wrong=("Two", "None of the above")),
            (
                'questions/m1.yaml/items/0/options/2/text: q: "None of the above" is shuffled to any place. '
                "Make it a multiple response, or write a plain option."
            ),
        ),
        (
            choice(cites=[]),
            (
                "questions/m1.yaml/items/0: q: The item does not say what it rests on. "
                'Add "cites: [P1]", or "uncited:" with the reason.'
            ),
        ),
        (
            choice(options=[{"id": "a", "text": "Six"}, {"id": "b", "text": "Two"}]),
            (
                'questions/m1.yaml/items/0/options/1: q: The wrong option "b" has no feedback. '
                "Tell a trainee who chose it why it is wrong."
            ),
        ),
        (
            choice(stem="Which of these is not right?"),
            (
                'questions/m1.yaml/items/0/stem: warning: q: The question is negative ("not") without emphasis. '
                "Ask positively, or set the word in bold."
            ),
        ),
        (
            choice(wrong=("Always two", "Ten", "Four")),
            (
                'questions/m1.yaml/items/0/options/1/text: warning: q: The option has the absolute term "Always". '
                "Say when it holds, or leave the word out."
            ),
        ),
        (
            choice(wrong=("Two", "Ten", "Four", "Nine")),
            (
                "questions/m1.yaml/items/0/options: note: q: It has 5 options; three or four do as well. "
                "Delete the weakest."
            ),
        ),
    ],
)
def test_a_finding_tells_where_what_and_what_next(item: dict[str, Any], text: str) -> None:
    assert [str(finding) for finding in found(item)] == [text]


def test_every_rule_names_its_source_and_no_code_comes_twice() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)


# --- Languages and terms --------------------------------------------------------------------------------------------


def test_rules_about_english_words_apply_to_english_only() -> None:
    item = choice(stem="Which rule does not always hold?", right="Never", wrong=("All of the above", "Often"))
    assert set(codes(item, language="en-GB")) == {
        "negative-stem",
        "absolute-term",
        "vague-term",
        "all-or-none-shuffled",
    }
    assert codes(item, language="fr") == []


def test_rules_about_form_apply_to_every_language() -> None:
    assert codes(
        choice(right="Quatre, dit la seconde annexe", stem="Quelle est la bonne réponse ?"), language="fr"
    ) == ["longest-key"]
    assert codes(choice(stem="哪一个是对的"), language="zh") == []


@pytest.mark.parametrize(
    ("language", "stem"),
    [
        ("en", "Where gather visitors?"),
        ("uk", "Де збираються відвідувачі?"),
        ("ar", "أين يتجمع الزوار؟"),
        ("el", "Πού μαζεύονται;"),
        ("tr", "Neredesiniz?"),
        ("fr", "Pourquoi ?"),
    ],
)
def test_a_short_question_is_a_question_in_any_language(language: str, stem: str) -> None:
    written = base("s", stem) | {"type": "short-answer", "accept": ["x"]}
    ordered = base("o", stem) | {"type": "ordering", "elements": [{"id": n, "text": n} for n in "abc"]}
    ordered["feedback"] = "No."
    for item in (choice(stem=stem), written, ordered):
        assert codes(item, language=language) == []


@pytest.mark.parametrize(
    ("language", "stem", "flawed"),
    [
        ("en", "Which one?", ["unfocused-stem"]),
        ("en", "The visitors.", ["unfocused-stem"]),
        ("en", "The gathering of visitors.", ["unfocused-stem"]),
        ("uk", "Відвідувачі.", ["unfocused-stem"]),
        ("uk", "Місце збору відвідувачів.", ["unfocused-stem"]),
    ],
)
def test_a_heading_above_options_is_no_question(language: str, stem: str, flawed: list[str]) -> None:
    assert codes(choice(stem=stem), language=language) == flawed


def test_what_has_no_options_says_what_to_do_by_its_kind() -> None:
    for language, stem, flawed in [
        ("en", "Define *keel*.", []),
        ("en", "The capital of France.", []),
        ("en", "The keel.", ["unfocused-stem"]),
        ("uk", "Столиця Франції.", []),
    ]:
        assert codes(base("s", stem) | {"type": "short-answer", "accept": ["x"]}, language=language) == flawed


def test_glossary_terms_may_stand_in_stem_and_key() -> None:
    item = choice(
        stem="Who commands the flagship at sea?",
        right="The flagship's captain",
        wrong=("The oldest sailor aboard", "The harbour pilot"),
    )
    assert codes(item) == ["stem-word-in-key"]
    assert codes(item, terms=["Flagship"]) == []


# --- Waivers ----------------------------------------------------------------------------------------------------------


def test_a_waiver_sets_one_rule_aside_on_one_item() -> None:
    waiver = [{"rule": "longest-key", "reason": "The official name is long."}]
    long = {"right": "Six, as the second annex says", "stem": "Which of these is not right?"}
    assert codes(choice("a", **long, waivers=waiver), choice("b", **long)) == [
        "negative-stem",
        "longest-key",
        "negative-stem",
    ]


def test_a_waiver_that_is_not_needed_is_noted() -> None:
    (finding,) = found(choice(waivers=[{"rule": "longest-key", "reason": "Once it was long."}]))
    assert str(finding) == (
        'questions/m1.yaml/items/0/waivers/0/rule: note: q: The waiver of "longest-key" is not needed. Delete it.'
    )


def test_a_waiver_of_no_rule_is_an_error_with_a_proposal() -> None:
    (finding,) = found(choice(waivers=[{"rule": "longest-keys", "reason": "It is right."}]))
    assert finding.severity is Severity.ERROR
    assert finding.message == 'q: There is no lint rule "longest-keys".'
    assert finding.hint == 'Did you mean "longest-key"?'


# --- Forms ------------------------------------------------------------------------------------------------------------

TELLER = {
    "stem": "In which hall does the council at Lisbon meet in spring?",
    "right": "The north hall",
    "wrong": ("The south hall", "The west hall"),
}
ASKER = {"stem": "In which city does the council meet?", "right": "Lisbon", "wrong": ("Madrid", "Athens")}


def test_an_item_that_answers_another_on_the_same_form_is_found() -> None:
    (finding,) = found(choice("teller", **TELLER), choice("asker", **ASKER))
    assert str(finding) == (
        "questions/m1.yaml/items/0/stem: teller: "
        'The stem holds the key of asker, "lisbon", and both can be on one form. '
        'Reword one of them, or add "enemies: [asker]".'
    )


def test_items_that_never_meet_may_answer_one_another() -> None:
    assert codes(choice("teller", **TELLER, enemies=["asker"]), choice("asker", **ASKER)) == []
    assert codes(choice("teller", **TELLER), choice("asker", **ASKER, enemies=["teller"])) == []
    assert codes(choice("teller", **TELLER, use="test"), choice("asker", **ASKER)) == []
    apart = [bank(choice("teller", **TELLER)), bank(choice("asker", **ASKER), module="m2")]
    assert lint(apart, Places()) == []
    tests = [bank(choice("teller", **TELLER, use="test")), bank(choice("asker", **ASKER, use="test"), module="m2")]
    assert [finding.code for finding in lint(tests, Places())] == ["key-in-other-stem"]


def test_either_item_may_waive_the_rule_about_its_neighbour() -> None:
    waiver = [{"rule": "key-in-other-stem", "reason": "The city is no secret."}]
    assert codes(choice("teller", **TELLER), choice("asker", **ASKER, waivers=waiver)) == []


# --- Banks ------------------------------------------------------------------------------------------------------------


def test_keys_that_are_longest_too_often_are_found() -> None:
    items = [choice(f"q{n}", right=f"Fourteen {n}", wrong=("Eleven", "Twelve", "Thirty")) for n in range(12)]
    (finding,) = found(*items[:4])
    assert str(finding) == (
        "questions/m1.yaml/items: The key is the longest option in 4 of 4 items; chance would make it 1. "
        "Shorten keys, or make wrong options as full."
    )
    level = [choice(f"p{n}", right=f"Ten {n}", wrong=("Eleven", "Twelve", "Thirty")) for n in range(12)]
    assert found(*items[:4], *level) == []


def test_an_item_that_waives_a_rule_about_banks_is_not_counted() -> None:
    waiver = [{"rule": "longest-key-often", "reason": "Names are as long as they are."}]
    items = [
        choice(f"q{n}", right=f"Fourteen {n}", wrong=("Eleven", "Twelve", "Thirty"), waivers=waiver) for n in range(4)
    ]
    assert found(*items) == []


def test_keys_that_stand_first_in_unshuffled_items_are_found() -> None:
    items = [choice(f"q{n}", shuffle=False) for n in range(20)]
    (finding,) = found(*items)
    assert finding.message == "As shown, the keys prefer a position: 20 0 0 0 in 4 options."
    assert found(*(item | {"shuffle": True} for item in items)) == []


def test_statements_that_are_mostly_true_are_found() -> None:
    (finding,) = found(*(statement(f"s{n}", key=n > 0) for n in range(12)))
    assert finding.message == "Of 12 true/false items 11 are true."
    assert found(*(statement(f"s{n}", key=n % 3 > 0) for n in range(12))) == []


def test_what_no_bank_shows_alone_is_told_of_all_together() -> None:
    banks = [bank(*(statement(f"{m}{n}", key=True) for n in range(4)), module=m) for m in ("m1", "m2", "m3")]
    (finding,) = lint(banks, Places())
    assert str(finding) == (
        "questions: warning: All banks together: Of 12 true/false items 12 are true. Turn some statements round."
    )


def test_a_stimulus_that_cites_nothing_is_found() -> None:
    (finding,) = lint([bank(stimuli=[{"id": "map", "text": "A map."}])], Places())
    assert finding.message == "map: The stimulus does not say what it rests on."


# --- Chance: against figures from tables ------------------------------------------------------------------------------


def test_binomial_tails() -> None:
    assert at_least(8, [0.25] * 10) == pytest.approx(0.000416, abs=1e-6)
    assert at_least(0, [0.5, 0.2]) == 1
    assert at_least(2, [0.5, 0.2]) == pytest.approx(0.1)
    assert at_least(290, [0.25] * 1000) == pytest.approx(0.0021, abs=2e-4)
    assert uneven(2, 12) == pytest.approx(0.0386, abs=1e-4)
    assert uneven(6, 12) == 1
    assert uneven(0, 0) == 1


@pytest.mark.parametrize(
    ("value", "freedom", "tail"), [(3.84146, 1, 0.05), (9.210, 2, 0.01), (11.345, 3, 0.01), (18.475, 7, 0.01)]
)
def test_chi_square_tails(value: float, freedom: int, tail: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(tail, abs=1e-5)


def test_chi_square_of_counts() -> None:
    assert chi_square_of([10, 20, 30]) == (10, 2)


def test_a_mirror_image_of_the_key_is_no_cue() -> None:
    wrong = (
        "The Advisor holds overall command, the Commander helps",
        "Both hold half of overall command",
        "The Commander plans",
    )
    key = "The Commander holds overall command, the Advisor helps"
    assert codes(choice(right=key, wrong=wrong, stem="How does the page part the roles?")) == []
