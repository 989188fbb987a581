"""Form ids survive being read aloud: every single slip is found."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kitbag.questions.form_id import ALPHABET, LENGTH, MOST, FormId, NoFormId, read_form_id, seed_of

form_ids = st.builds(FormId, st.text(ALPHABET, min_size=4, max_size=4), st.integers(0, MOST - 1))
places = st.integers(0, LENGTH - 1)


def test_the_alphabet_has_no_look_alikes_and_no_vowels() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 23
    assert not set(ALPHABET) & set("01OIL5SBUVZAEY"[:-1])


@given(form_ids)
def test_an_id_is_read_back_in_either_case_with_or_without_hyphen(form_id: FormId) -> None:
    text = str(form_id)
    assert len(text) == LENGTH + 1
    assert read_form_id(text) == read_form_id(text.lower().replace("-", " ")) == form_id


@given(form_ids, places, st.sampled_from(ALPHABET))
def test_every_wrong_character_is_found(form_id: FormId, place: int, character: str) -> None:
    text = str(form_id).replace("-", "")
    assume(text[place] != character)
    with pytest.raises(NoFormId):
        read_form_id(text[:place] + character + text[place + 1 :])


@given(form_ids, places, places)
def test_every_two_characters_that_changed_places_are_found(form_id: FormId, one: int, other: int) -> None:
    letters = list(str(form_id).replace("-", ""))
    assume(letters[one] != letters[other])
    letters[one], letters[other] = letters[other], letters[one]
    with pytest.raises(NoFormId):
        read_form_id("".join(letters))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7KQX", 'A form id has 8 characters, such as 7KQX-222G; "7KQX" has 4.'),
        ("7KQO-2222", 'No form id has the character "O"; they use 2 3 4 6 7 8 9 C D F G H J K M N P Q R T W X Y.'),
        ("7KQX-2223", '"7KQX-2223" is no form id: a character is wrong, or two have changed places.'),
    ],
)
def test_a_slip_is_told_in_words(text: str, message: str) -> None:
    with pytest.raises(NoFormId) as raised:
        read_form_id(text)
    assert str(raised.value) == message


def test_a_seed_is_the_same_four_characters_everywhere() -> None:
    assert seed_of("spring 2025") == "9KW4"
    assert seed_of("spring 2025") != seed_of("spring 2026")
