"""Finds sentences that were copied: runs of eight words or more that a course shares with a source document.

A course repeats facts in words of its own; what it may repeat word for word are official names. Words that stand
inside a name on the document's list do not count towards the eight, wherever the name stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from kitbag.course.documents.blocks import ReadDocument
from kitbag.course.fingerprints import words
from kitbag.files import read_within
from kitbag.findings import Finding, Place
from kitbag.reading import Marks, read_tree

COPIED: Final = 8
"""So many words in a row are no chance any more."""
_SHOWN: Final = 12
_FARTHEST: Final = 400
"""Characters of indentation, line ends and escapes that may lie between two words of one value."""


def copied(folder: Path, files: Iterable[str], copy: ReadDocument, official_names: Sequence[str]) -> Iterator[Finding]:
    """Give a finding for every run of copied words, in every text of every file of the course.

    Args:
        folder: the course folder.
        files: the YAML files that were read from it; they are read again, since their values are not kept.
        copy: the source document.
        official_names: what may be repeated word for word.

    Raises:
        kitbag.files.Unreadable: a file is no longer there.
    """
    source = {
        tuple(passage[at : at + COPIED])
        for passage in map(words, [*(passage.text for passage in copy.passages), *copy.headings])
        for at in range(len(passage) - COPIED + 1)
    }
    names = {tuple(words(name)) for name in official_names}
    for file in sorted(files):
        tree, _ = read_tree(read_within(folder, file), file)
        if tree is None:
            continue  # The file has changed since, and the next reading will say how.
        for text, offset in _texts(tree.value, tree.marks.root, tree.marks):
            tokens = text.split()
            spoken = [(word, number) for number, token in enumerate(tokens) for word in words(token)]
            for start, end in _runs([word for word, _ in spoken], source, names):
                first, last = spoken[start][1], spoken[end - 1][1]
                shown = " ".join(tokens[first : min(last + 1, first + _SHOWN)])
                more = " …" if last + 1 > first + _SHOWN else ""
                yield Finding(
                    "copied-text",
                    _place(tree.marks, tokens, first, offset),
                    f'{end - start} words in a row stand in {copy.name} too: "{shown}{more}".',
                    'Say it in your own words; if it is an official name, list it under "official_names".',
                )


def _texts(value: Any, mark: int, marks: Marks) -> Iterator[tuple[str, int]]:
    """Give every text in a value, with the offset at which it begins."""
    if isinstance(value, str):
        yield value, mark
    elif value is not None:
        for key in range(len(value)) if isinstance(value, list) else value:
            inside = marks.inside(mark, key)
            if inside is not None:
                yield from _texts(value[key], inside, marks)


def _runs(text: list[str], source: set[tuple[str, ...]], names: set[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Give the beginning and end of each longest run of copied words in which enough words belong to no name."""
    named = _in_names(text, names)
    end = 0
    for start in range(len(text) - COPIED + 1):
        if start < end or tuple(text[start : start + COPIED]) not in source:
            continue
        end = start + COPIED
        while end < len(text) and tuple(text[end - COPIED + 1 : end + 1]) in source:
            end += 1
        if sum(at not in named for at in range(start, end)) >= COPIED:
            yield start, end


def _in_names(text: list[str], names: set[tuple[str, ...]]) -> set[int]:
    """Return the positions of words that belong to an official name."""
    return {
        at + step
        for name in names
        for at in range(len(text) - len(name) + 1)
        if tuple(text[at : at + len(name)]) == name
        for step in range(len(name))
    }


def _place(marks: Marks, tokens: Sequence[str], wanted: int, offset: int) -> Place:
    """Return where a word of a value stands, by finding the words before it one after the other."""
    at = offset
    found = at
    for token in tokens[: wanted + 1]:
        # A word written with an escape is not found as it reads; the next one is looked for from the same place.
        found = marks.text.find(token, at, at + _FARTHEST + len(token))
        if found >= 0:
            at = found + len(token)
    return marks.place(found if found >= 0 else at)
