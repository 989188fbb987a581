"""Strict YAML: from bytes to plain values, with the place of every one.

The C parser's events make a tree of `dict`, `list`, `str` and, for a value left empty, `None`. No scalar is
interpreted here: the field it lands in decides (see `kitbag.fields`). Beside the values stand their character offsets
(`Marks`), a few bytes each; lines and columns are worked out when a finding needs them.

What YAML offers and a course does not need is refused by name: tags, merge keys, several documents, keys that are not
text, deep nesting, and aliases that swell.
"""

import codecs
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from itertools import accumulate
from typing import Any, Final, NoReturn

import yaml
from yaml._yaml import CParser  # where the C parser is made; `yaml` itself does not hand it on

from kitbag.characters import turning_control
from kitbag.findings import Finding, Place, Severity, did_you_mean

DEEPEST: Final = 32
"""Levels of nesting; the deepest course file needs twelve."""
MOST_ALIASED: Final = 20_000
"""Values that aliases may add to one file."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
# YAML 1.2, 5.1: all but the printable characters. The parser refuses them, apart from a byte order mark inside the
# text (5.2).
_ESCAPE = re.compile(r"\\[0abefvxuU]")
# YAML 1.2, 5.7: the escapes of a double-quoted text that can stand for one of these all the same.


class Marks:
    """Where each value of one file stands: a few bytes a value, since they are kept while a course is built.

    A mark is one number: the offset of a scalar, or for a mapping or a list `~n`, where n is its place in `numbers`.
    There stand its offset and its kind, then for a list (kind `~length`) the mark of each entry, for a mapping (kind:
    the number of its keys in `shapes`) the offset of each key and the mark of each value.
    """

    def __init__(self, file: str, text: str) -> None:
        """Begin with no mark. `file` is the path from the course folder, with forward slashes."""
        self.file = file
        self.text = text
        """The text the values are read from."""
        self.root = 0
        """The mark of the whole file."""
        self.numbers = array("i")
        self.shapes: dict[tuple[str, ...], int] = {}
        """The number of each row of keys, in the order in which they first came."""

    def add_list(self, offset: int, marks: list[int]) -> int:
        """Keep the marks of a list's entries, and return its own."""
        mark = ~len(self.numbers)
        self.numbers.fromlist([offset, ~len(marks), *marks])
        return mark

    def add_mapping(self, offset: int, keys: tuple[str, ...], keys_at: list[int], marks: list[int]) -> int:
        """Keep the offsets of a mapping's keys and the marks of its values, and return its own."""
        mark = ~len(self.numbers)
        self.numbers.fromlist([offset, self.shapes.setdefault(keys, len(self.shapes)), *keys_at, *marks])
        return mark

    @cached_property
    def lines(self) -> Sequence[int]:
        """The offset at which each line begins."""
        # StringIO parts lines where `_LINE_END` does; something behind the last line end begins a line, too.
        *starts, _ = accumulate(map(len, StringIO(f"{self.text}.", newline="")), initial=0)
        return array("I", starts)

    def place(self, offset: int) -> Place:
        """Return the line and column of a character offset."""
        line = bisect_right(self.lines, offset)
        return Place(self.file, line, offset - self.lines[line - 1] + 1)

    def offset(self, mark: int) -> int:
        """Return the character offset of what has this mark."""
        return mark if mark >= 0 else self.numbers[~mark]

    def at(self, *path: str | int) -> Place:
        """Return the place of the value at a path of keys and indexes, or of its nearest parent that is there."""
        return self.place(self.offset(self._walk(path)))

    def key_at(self, *path: str | int) -> Place:
        """Return the place of the key that names the value at a path, or of the nearest thing that is there."""
        above = self._walk(path[:-1])
        keys = self._keys(above)
        return self.place(self.numbers[~above + 2 + keys.index(str(path[-1]))]) if path[-1] in keys else self.at(*path)

    def _keys(self, mark: int) -> tuple[str, ...]:
        """Return the keys of a mapping; of anything else, none."""
        kind = self.numbers[~mark + 1] if mark < 0 else -1
        return list(self.shapes)[kind] if kind >= 0 else ()

    def _walk(self, path: Sequence[str | int]) -> int:
        mark = self.root
        for step in path:
            inside = self.inside(mark, step)
            if inside is None:
                break
            mark = inside
        return mark

    def inside(self, mark: int, step: str | int) -> int | None:
        """Return the mark of the value at a key or an index, or `None` where there is none."""
        if mark >= 0:
            return None
        first, kind = ~mark + 2, self.numbers[~mark + 1]
        if kind < 0:
            return self.numbers[first + step] if isinstance(step, int) and 0 <= step < ~kind else None
        keys = self._keys(mark)
        return self.numbers[first + len(keys) + keys.index(str(step))] if step in keys else None


@dataclass
class Tree:
    """The values of one file, with their places."""

    marks: Marks
    """Where each value stands, by the same paths."""
    value: Any = None
    """`dict`, `list`, `str` or `None`, nested."""


def read_tree(data: bytes, file: str) -> tuple[Tree | None, list[Finding]]:
    """Parse one YAML file.

    Args:
        data: the bytes of the file.
        file: its path from the course folder, for the findings.

    Returns:
        The tree, or `None` where the file cannot be read as YAML, and every finding.
    """
    text, findings = _decode(data, file)
    if text is None:
        return None, findings
    tree = Tree(Marks(file, text))
    reader = _Reader(tree, findings)
    try:
        reader.read(text)
    except _Refused:
        return None, findings
    except yaml.reader.ReaderError:
        findings.append(_unprintable(text, file))
        return None, findings
    except yaml.MarkedYAMLError as error:
        findings.append(_syntax_finding(error, tree.marks))
        return None, findings
    if _ESCAPE.search(text) or turning_control(text):
        findings += _odd_characters(tree.value, tree.marks, ())
    return tree, findings


def _odd_characters(value: Any, marks: Marks, path: tuple[str | int, ...]) -> Iterator[Finding]:
    """Yield a finding for each text with a character that no page can hold, or that turns the text after it round."""
    if isinstance(value, str):
        yield from _odd_in(value, marks.at(*path))
    elif value:
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(step, str):
                yield from _odd_in(step, marks.key_at(*path, step))
            yield from _odd_characters(inner, marks, (*path, step))


def _odd_in(text: str, place: Place) -> Iterator[Finding]:
    if odd := _UNPRINTABLE.search(text):
        message = f"An escape in this text stands for U+{ord(odd.group()):04X}, which cannot be seen or printed."
        yield Finding("control-character", place, message, "Delete it.")
    if turning := turning_control(text):
        message = f"The character U+{ord(turning):04X} in this text can't be seen, and turns the words after it round."
        hint = (
            "Delete it. Right-to-left words need none; U+2066 to U+2068 are fine if U+2069 ends them in the same line."
        )
        yield Finding("direction-control", place, message, hint)


def _decode(data: bytes, file: str) -> tuple[str | None, list[Finding]]:
    findings: list[Finding] = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = "The file is encoded as UTF-16."
        return None, [Finding("encoding", Place(file, 1, 1), message, "Save it again as UTF-8.")]
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        message = "The file begins with a byte order mark, which is passed over."
        hint = 'Save it as "UTF-8 without BOM".'
        findings.append(Finding("byte-order-mark", Place(file, 1, 1), message, hint, Severity.WARNING))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _end_of(data[: error.start].decode("utf-8"), file)
        message = f"Byte 0x{data[error.start]:02X} is not UTF-8."
        return None, [*findings, Finding("encoding", place, message, "Save the file again as UTF-8.")]
    if "\r" in text:
        place = _end_of(text[: text.index("\r")], file)
        message = "Lines end the Windows way (CR LF), which works, but makes Git show every line as changed."
        findings.append(Finding("line-ends", place, message, 'Save the file with "LF" line ends.', Severity.NOTE))
    return (None, [*findings, _unprintable(text, file)]) if "\ufeff" in text else (text, findings)


def _unprintable(text: str, file: str) -> Finding:
    odd = _UNPRINTABLE.search(text)
    offset, char = (odd.start(), odd.group()) if odd else (0, text[:1])
    message = f"The character U+{ord(char):04X} cannot be seen and must not stand in the file."
    return Finding("control-character", _end_of(text[:offset], file), message, "Delete it.")


def _end_of(text: str, file: str) -> Place:
    *_, last = [0, *(end.end() for end in _LINE_END.finditer(text))]
    return Place(file, len(_LINE_END.findall(text)) + 1, len(text) - last + 1)


class _Refused(Exception):
    """The rest of the file cannot be read sensibly; the finding that says why is already in the list."""


class _Reader:
    """Turns the C parser's events into a tree. Recursion goes no deeper than `DEEPEST`."""

    def __init__(self, tree: Tree, findings: list[Finding]) -> None:
        self.tree = tree
        self.marks = tree.marks
        self.findings = findings
        self.anchors: dict[str, tuple[Any, int, int] | None] = {}
        """Value, mark and size by anchor; `None` while the anchored value is still open."""
        self.values = 0
        """Values so far, those that aliases repeat included."""
        self.aliased = 0

    def read(self, text: str) -> None:
        parser = CParser(text)
        self.next_event: Callable[[], Any] = parser.get_event
        self.next_event()  # the stream begins
        if isinstance(self.next_event(), yaml.StreamEndEvent):
            self.refuse("empty-file", 0, "The file is empty.")
        self.tree.value, self.marks.root = self.value(self.next_event(), 0)
        if self.tree.value is None:  # nothing but `---`
            self.refuse("empty-file", 0, "The file is empty.")
        self.next_event()  # the document ends
        event: Any = self.next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            message = 'A second document begins here, after "---".'
            self.refuse("several-documents", event.start_mark.index, message, "Put it into a file of its own.")

    def value(self, event: Any, depth: int) -> tuple[Any, int]:
        """Return the value that begins with `event`, and its mark."""
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.repeated(event.anchor, event.start_mark.index)
        offset = event.start_mark.index
        anchor = event.anchor
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f'The tag "{tag}" is not used in course files.'
            self.add("tag", offset, message, "Delete it: the field decides what a value is.")
        before = self.values
        self.values += 1
        if anchor is not None:
            self.anchors[anchor] = None
        value: Any
        if kind is yaml.ScalarEvent:
            value, mark = event.value, offset
            if value == "" and not event.style:
                value = None
        elif depth == DEEPEST:
            self.refuse("too-deep", offset, f"This is nested more than {DEEPEST} levels deep.", "Make it flatter.")
        elif kind is yaml.MappingStartEvent:
            value, mark = self.mapping(offset, depth + 1)
        else:
            value, mark = self.sequence(offset, depth + 1)
        if anchor is not None:
            self.anchors[anchor] = (value, mark, self.values - before)
        return value, mark

    def sequence(self, offset: int, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        marks: list[int] = []
        next_event, end = self.next_event, yaml.SequenceEndEvent
        while type(event := next_event()) is not end:
            value, mark = self.value(event, depth)
            if value is None:
                self.add("empty-value", mark, "This entry of the list is empty.", "Write it, or delete the line.")
            values.append(value)
            marks.append(mark)
        return values, self.marks.add_list(offset, marks)

    def mapping(self, offset: int, depth: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        keys_at: list[int] = []
        marks: list[int] = []
        keep_key, keep = keys_at.append, marks.append
        next_event = self.next_event
        end: Any = yaml.MappingEndEvent
        scalar: Any = yaml.ScalarEvent
        plain = 0
        event = next_event()
        while type(event) is not end:
            at = event.start_mark.index
            if type(event) is not scalar:
                self.refuse("key-not-text", at, "A key must be text.", "Put quotes around a value such as [ or {.")
            key = event.value
            event = next_event()
            # Most values are plain scalars; taking them here saves a call each.
            if type(event) is scalar and event.value and event.anchor is None and event.tag is None:
                value, mark = event.value, event.start_mark.index
                plain += 1
            else:
                value, mark = self.value(event, depth)
                if value is None and key not in values:
                    message = f'"{key}" is empty.'
                    self.add("empty-value", at, message, "Write a value after it, or delete the line.")
            event = next_event()
            if key in values:
                first = self.marks.place(keys_at[list(values).index(key)]).line
                message = f'The key "{key}" stands twice in one mapping, first in line {first}.'
                self.add("duplicate-key", at, message, "Delete one of them.")
                continue
            values[key] = value
            keep_key(at)
            keep(mark)
        self.values += plain
        return values, self.marks.add_mapping(offset, tuple(values), keys_at, marks)

    def repeated(self, anchor: str, offset: int) -> tuple[Any, int]:
        """Return the value an alias stands for: the very same object, so that repeating it costs no memory."""
        if anchor not in self.anchors:
            hint = did_you_mean(anchor, self.anchors) or f'Put "&{anchor}" before the value it should repeat.'
            self.refuse("unknown-alias", offset, f'There is no anchor "&{anchor}" before this alias.', hint)
        target = self.anchors[anchor]
        if target is None:
            self.refuse("alias-loop", offset, f'The alias "*{anchor}" stands inside the value it repeats.')
        value, mark, size = target
        self.values += size
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            message = f"Aliases repeat more than {MOST_ALIASED} values in this file."
            self.refuse("alias-bomb", offset, message, "Write the values out, or make the file smaller.")
        return value, mark

    def add(self, code: str, mark: int, message: str, hint: str = "") -> None:
        self.findings.append(Finding(code, self.marks.place(self.marks.offset(mark)), message, hint))

    def refuse(self, code: str, offset: int, message: str, hint: str = "") -> NoReturn:
        self.add(code, offset, message, hint)
        raise _Refused


# What libyaml says, in the author's words: the first phrase found decides.
_SYNTAX: Final = (
    ("'\\t' that cannot start", "A tab stands where only spaces may.", "Replace it by spaces."),
    ("tab character that violates", "A tab stands where only spaces may.", "Replace it by spaces."),
    (
        "mapping values are not allowed",
        "A colon begins a value where none may begin.",
        "Put the text in quotes, or indent the line like its neighbours.",
    ),
    ("found character that cannot start", "This character cannot begin a value.", "Put the value in quotes."),
    ("unexpected end of stream", "The text ends inside quotes that are still open.", "Close the quotes."),
    (
        "could not find expected ':'",
        "A line here is neither a key with a colon nor a list entry.",
        'Indent it or add ":".',
    ),
    ("found undefined tag handle", "This value begins with a tag (!).", "Put the value in quotes."),
    (
        "unknown escape character",
        "A backslash in double quotes begins an escape that YAML does not know.",
        "Use single quotes.",
    ),
    ("expected <block end>", "This line does not line up with the lines above it.", "Indent it like its neighbours."),
    (
        "did not find expected key",
        "This line does not line up with the lines above it.",
        "Indent it like its neighbours.",
    ),
    (
        "did not find expected '-'",
        "This line does not line up with the list above it.",
        'Indent it like its neighbours, or begin it with "- ".',
    ),
    ("did not find expected ',' or ']'", "A list in square brackets is not closed.", 'Add "]".'),
    ("did not find expected ',' or '}'", "A mapping in curly brackets is not closed.", 'Add "}".'),
    ("alphabetic or numeric character", "An anchor (&) or alias (*) has no name.", "Put the value in quotes."),
    ("entries are not allowed", 'A list entry ("- ") cannot stand here.', "Put it on a line of its own, indented."),
    ("expected node content", "A value is expected here.", "Look at the line above, too."),
    ("expected <document start>", "Something stands here after the end of the value.", "Put all of it in quotes."),
    ("a comment in a block scalar", "The first line of this text is indented less than it must be.", "Indent it."),
)


def _syntax_finding(error: yaml.MarkedYAMLError, marks: Marks) -> Finding:
    text = marks.text
    problem = f"{error.context or ''} {error.problem or ''}"
    # What is left open is mended where it was opened, not where the file ends.
    left_open = any(phrase in problem for phrase in ("unexpected end of stream", "expected ','", "expected ':'"))
    mark = (error.context_mark if left_open else error.problem_mark) or error.problem_mark
    offset = min(mark.index, len(text)) if mark else 0
    if "cannot start any token" in problem and text[offset : offset + 1] == "\t":
        problem = "'\\t' that cannot start"
    behind = text[marks.lines[marks.place(offset).line - 1] : offset].strip()
    if behind and "did not find expected key" in problem:
        problem = "expected <document start>"
    for phrase, message, hint in _SYNTAX:
        if phrase in problem:
            return Finding("yaml-syntax", marks.place(offset), message, hint)
    return Finding(
        "yaml-syntax", marks.place(offset), f"This is not YAML: {problem.strip()}.", "Look at the line above, too."
    )
