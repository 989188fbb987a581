"""Words and sentences come out as their definitions say, whichever short way a text takes."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from kitbag.questions.lint.words import sentences, words_of

_TEXTS = st.text("aBé1_.?!\"')’- \t\r\n\x1c\u2028", max_size=20)  # noqa: RUF001 - the typographic apostrophe is meant


@given(_TEXTS)
@example("The 3.5 m rope isn't here.")
@example("'Tis the U.S. map.'")
def test_words_are_letters_and_digits_joined_by_single_points_or_apostrophes(text: str) -> None:
    assert words_of(text) == re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", text.lower())  # noqa: RUF001


@given(_TEXTS)
@example('He said "Go!" Then\n\n\nhe went.\nOn.')
def test_sentences_end_after_a_mark_and_a_blank_or_at_an_empty_line(text: str) -> None:
    parts = re.split(r"(?<=[.?!])[\"'”’)*_]*\s+|\n{2,}", text)  # noqa: RUF001
    assert sentences(text) == [part for part in parts if part.strip()]
