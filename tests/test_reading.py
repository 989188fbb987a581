"""Values and their places: whatever the shape of a file, each value and each key is found where it was written."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from kitbag.findings import Place
from kitbag.reading import Marks, read_tree

_WORDS = st.from_regex(r"[a-z]{1,8}( [a-z]{1,8})?", fullmatch=True)
_FILES = st.dictionaries(
    _WORDS,
    st.recursive(_WORDS, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(_WORDS, inside, max_size=4)),
    min_size=1,
    max_size=4,
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, value
    if not isinstance(value, str):
        for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(inside, (*path, key))


def offset_of(place: Place, text: str) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: place.line - 1])) + place.column - 1


@given(st.text("a\n\r\x0b\x85\u2028", max_size=12))
def test_a_line_begins_behind_each_of_the_three_line_ends(text: str) -> None:
    assert list(Marks("file.yaml", text).lines) == [0, *(end.end() for end in re.finditer(r"\r\n|\n|\r", text))]


@given(_FILES, st.booleans())
def test_each_value_and_each_key_is_found_where_it_stands(wanted: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(wanted, default_flow_style=flow, sort_keys=False, default_style='"', width=10_000)
    tree, findings = read_tree(text.encode(), "file.yaml")
    assert tree
    assert (tree.value, findings) == (wanted, [])
    for path, value in paths(wanted):
        here = text[offset_of(tree.marks.at(*path), text) :]
        begins = f'"{value}"' if isinstance(value, str) else ("[", "-") if isinstance(value, list) else ("{", '"')
        assert here.startswith(begins), path
        if path and isinstance(path[-1], str):
            assert text[offset_of(tree.marks.key_at(*path), text) :].startswith(f'"{path[-1]}":')


def marks_of(text: str) -> Marks:
    tree, _ = read_tree(text.encode(), "file.yaml")
    assert tree
    return tree.marks


def test_what_is_not_there_has_the_place_of_its_nearest_parent() -> None:
    marks = marks_of("one:\n  two: [a, b]\n")
    for path, column in (
        (("one", "three"), 3),
        (("one", "two", 2), 8),
        (("one", "two", -1), 8),
        (("one", "two", 0, "x"), 9),
    ):
        assert marks.at(*path) == Place("file.yaml", 2, column)
    assert marks.key_at("one", "three") == Place("file.yaml", 2, 3)
    assert marks.at("two") == marks.key_at("two") == Place("file.yaml", 1, 1)


def test_what_an_alias_repeats_stands_where_its_anchor_does() -> None:
    marks = marks_of("one: &that\n  two: a\nthree: *that\n")
    assert marks.at("three", "two") == marks.at("one", "two") == Place("file.yaml", 2, 8)
    assert marks.key_at("three") == Place("file.yaml", 3, 1)
