"""The rules of item-writing, each with its code, severity and source."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kitbag.findings import Severity
from kitbag.questions.lint.completeness import forced_last_pair, missing_feedback, uncited
from kitbag.questions.lint.options import (
    all_or_none,
    all_or_none_in_order,
    combined_options,
    convergence,
    few_distractors,
    longest_key,
    many_options,
    near_duplicate_options,
    overlapping_numbers,
    stem_word_in_key,
)
from kitbag.questions.lint.subject import Flaw, Subject
from kitbag.questions.lint.wording import absolute_term, grammar_cue, negative_stem, unfocused_stem, vague_term

HALADYNA: Final = "Haladyna, Downing & Rodriguez 2002"
NBME: Final = "NBME item-writing guide"
TARRANT: Final = "Tarrant et al. 2009"
KITBAG: Final = "Kitbag"

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True)
class Rule:
    """One rule of item-writing, as authors name it in a waiver."""

    code: str
    severity: Severity
    source: str
    """Who found that it matters."""
    english: bool = False
    """Whether it is about English words, and so applies to English courses only."""
    check: Callable[[Subject], Iterator[Flaw]] | None = None
    """Finds its flaws in one item; absent where it looks at a whole bank or form."""


RULES: Final = (
    Rule("longest-key", ERROR, f"{HALADYNA}; {NBME}", check=longest_key),
    Rule("near-duplicate-options", ERROR, HALADYNA, check=near_duplicate_options),
    Rule("overlapping-numbers", ERROR, HALADYNA, check=overlapping_numbers),
    Rule("unfocused-stem", ERROR, f"{HALADYNA}; {NBME}", check=unfocused_stem),
    Rule("few-distractors", ERROR, KITBAG, check=few_distractors),
    Rule("all-or-none-shuffled", ERROR, NBME, english=True, check=all_or_none),
    Rule("missing-feedback", ERROR, KITBAG, check=missing_feedback),
    Rule("uncited", ERROR, KITBAG, check=uncited),
    Rule("all-or-none", WARNING, NBME, english=True, check=all_or_none_in_order),
    Rule("stem-word-in-key", WARNING, NBME, english=True, check=stem_word_in_key),
    Rule("negative-stem", WARNING, NBME, english=True, check=negative_stem),
    Rule("absolute-term", WARNING, NBME, english=True, check=absolute_term),
    Rule("vague-term", WARNING, NBME, english=True, check=vague_term),
    Rule("grammar-cue", WARNING, NBME, english=True, check=grammar_cue),
    Rule("convergence", WARNING, NBME, english=True, check=convergence),
    Rule("combined-options", WARNING, HALADYNA, english=True, check=combined_options),
    Rule("forced-last-pair", WARNING, HALADYNA, check=forced_last_pair),
    Rule("many-options", NOTE, TARRANT, check=many_options),
    Rule("key-in-other-stem", ERROR, HALADYNA),
    Rule("longest-key-often", ERROR, f"{HALADYNA}; {NBME}"),
    Rule("key-position", WARNING, HALADYNA),
    Rule("true-false-balance", WARNING, HALADYNA),
)
"""Every rule; those with a `check` look at one item, the others at a form or a bank."""

BY_CODE: Final = {rule.code: rule for rule in RULES}
ITEM_RULES: Final = tuple((rule.code, rule.severity, rule.english, rule.check) for rule in RULES if rule.check)
"""The rules that look at one item, ready for a loop over many."""
