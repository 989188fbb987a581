"""Edits of sources.yaml that leave every other character of it as the author wrote it.

Values are cut out and put in as text, by the places that the YAML parser gives. After each edit the file is read again
and must hold just what was wanted; so an unusual way of writing YAML can make an edit fail, but never spoil the file.
All functions take the bytes of the file and return its new bytes.
"""

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import yaml
from pydantic import ValidationError

from kitbag.course.documents.blocks import ReadDocument, ReadPassage
from kitbag.course.drift import FIRST, Drift
from kitbag.course.fingerprints import fingerprint
from kitbag.course.sources import TO_WRITE, Document, Fact, Fingerprint, Observation, Passage, Pin, Sources
from kitbag.findings import did_you_mean, listed
from kitbag.modelling import read_model

FILE: Final = "course/sources.yaml"


class CannotEdit(Exception):
    """The edit cannot be made, and nothing was changed; the message says why, and what to do."""


# --- What is done to the file ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Described:
    """What an author says of a document when it is recorded."""

    id: str
    as_of: date
    """The state of the document that is recorded."""
    language: str
    title: str = TO_WRITE
    publisher: str = TO_WRITE
    locator: str = TO_WRITE


def with_document(data: bytes, copy: ReadDocument, described: Described) -> tuple[bytes, Document]:
    """Add a document with the passages of a copy of it, at the end; ids go on from the highest `P` number.

    Labels and facts are left to the author: each passage has one of both, which reads `TO BE WRITTEN`. Raises
    CannotEdit.
    """
    file = _File(data)
    _refuse_twice(copy, described.id, file.sources)
    try:
        passages = _numbered(copy.passages, file.sources)
        added = Document.model_validate({**asdict(described), "passages": passages})
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise CannotEdit(f'"{wrong["loc"][0]}" of the document cannot be used: {wrong["msg"]}.') from None
    lines = [
        f"- id: {_quoted(added.id)}",
        f"  title: {_quoted(added.title)}",
        f"  publisher: {_quoted(added.publisher)}",
        f"  locator: {_quoted(added.locator)}",
        f"  as_of: {added.as_of}",
        f"  language: {_quoted(added.language)}",
        "  passages:",
        *(line for passage in passages for line in _indented(_passage_lines(passage), 4)),
    ]
    file.append(("documents",), lines)
    wanted = file.sources.model_copy(update={"documents": (*file.sources.documents, added)})
    return file.result(wanted), added


def _refuse_twice(copy: ReadDocument, document: str, sources: Sources) -> None:
    instead = 'To see what changed, use "kitbag sources check".'
    if document in [known.id for known in sources.documents]:
        raise CannotEdit(f'The document "{document}" is recorded already. {instead}')
    hashes = [fingerprint(passage.text).sha256 for passage in copy.passages]
    for known in sources.documents:
        recorded = {passage.fingerprint.sha256 for passage in known.passages}
        same = sum(sha256 in recorded for sha256 in hashes)
        if same * 2 > len(hashes):
            raise CannotEdit(
                f'{copy.name} is recorded already, as "{known.id}": {same} of its {len(hashes)} passages are. {instead}'
            )


def with_new_passages(data: bytes, drift: Drift) -> tuple[bytes, tuple[Passage, ...]]:
    """Add the passages that a newer copy has in addition, each after the one that it follows there.

    Raises CannotEdit.
    """
    file = _File(data)
    number, document = file.document(drift.document.id)
    added = _numbered([new.passage for new in drift.new], file.sources)
    after: dict[str, list[Passage]] = {}
    for passage, new in zip(added, drift.new, strict=True):
        after.setdefault(new.after, []).append(passage)
    passages = [*after.get("", ())]
    for known in document.passages:
        passages += [known, *after.get(known.id, ())]
    ids = [known.id for known in document.passages]
    for before, group in after.items():
        lines = [line for passage in group for line in _passage_lines(passage)]
        file.insert(("documents", number, "passages"), ids.index(before) + 1 if before else 0, lines)
    return file.result(_replaced(file.sources, number, tuple(passages))), added


def with_observations(data: bytes, drift: Drift) -> bytes:
    """Record what was seen of each changed passage, and forget what is no longer so. Raises CannotEdit."""
    file = _File(data)
    number, document = file.document(drift.document.id)
    seen = {one.passage.id: one.observation for one in drift.passages}
    passages = list(document.passages)
    for position, passage in enumerate(passages):
        observation = seen.get(passage.id, passage.observed)
        if passage.observed == observation:
            continue
        here = ("documents", number, "passages", position)
        if passage.observed:
            file.remove((*here, "observed"))
        if observation:
            file.put_after((*here, "fingerprint"), _observation_lines(observation))
        passages[position] = passage.model_copy(update={"observed": observation})
    return file.result(_replaced(file.sources, number, tuple(passages)))


def with_pin(data: bytes, passage_id: str, *, reason: str, today: date) -> bytes:
    """Take what was observed of a passage as what is recorded, and keep the earlier fingerprint with the reason.

    A passage that is gone stays, marked as withdrawn. Raises CannotEdit.
    """
    file = _File(data)
    number, position, passage = file.passage(passage_id)
    observed = passage.observed
    if not observed:
        raise CannotEdit(
            f'{passage_id} has no change to pin. "kitbag sources check" compares a newer copy and records what changed.'
        )
    try:
        pin = Pin(day=today, reason=reason, was=passage.fingerprint)
    except ValidationError:
        raise CannotEdit("The reason must be one line of at most 500 characters.") from None
    here = ("documents", number, "passages", position)
    changes: dict[str, Any] = {"observed": None, "history": (*passage.history, pin)}
    if passage.history:
        file.append((*here, "history"), _pin_lines(pin))
    else:
        file.put_last(here, ["history:", *_indented(_pin_lines(pin), 2)])
    if observed.fingerprint and observed.fingerprint != passage.fingerprint:
        file.replace((*here, "fingerprint", "sha256"), _quoted(observed.fingerprint.sha256))
        file.replace((*here, "fingerprint", "sketch"), _quoted(observed.fingerprint.sketch))
        changes["fingerprint"] = observed.fingerprint
    if observed.locator and observed.locator != passage.locator:
        file.replace((*here, "locator"), _quoted(observed.locator))
        changes["locator"] = observed.locator
    if observed.change == "gone":
        file.put_after((*here, "fingerprint"), [f"withdrawn: {today}"])
        changes["withdrawn"] = today
    file.remove((*here, "observed"))
    data = file.result(file.with_passage(number, position, passage.model_copy(update=changes)))
    return _moved(data, passage_id, observed.moved_after) if observed.moved_after else data


def with_as_of(data: bytes, document_id: str, day: date) -> bytes:
    """Say that a document is recorded in its state of another day. Raises CannotEdit."""
    file = _File(data)
    number, document = file.document(document_id)
    file.replace(("documents", number, "as_of"), str(day))
    documents = list(file.sources.documents)
    documents[number] = document.model_copy(update={"as_of": day})
    return file.result(file.sources.model_copy(update={"documents": tuple(documents)}))


def documents_of(data: bytes, passages: Sequence[str] | None = None) -> tuple[Document, ...]:
    """Return the documents of the file, or those that have one of these passages. Raises CannotEdit."""
    documents = _File(data).sources.documents
    if passages is None:
        return documents
    return tuple(one for one in documents if any(passage.id in passages for passage in one.passages))


def _moved(data: bytes, passage_id: str, after: str) -> bytes:
    file = _File(data)
    number, position, passage = file.passage(passage_id)
    rest = [known for known in file.sources.documents[number].passages if known.id != passage_id]
    ids = [known.id for known in rest]
    if after != FIRST and after not in ids:
        return data  # What it followed was taken out since; the order of the others says nothing about it.
    target = ids.index(after) + 1 if after in ids else 0
    lines = file.cut(("documents", number, "passages"), position)
    without = _File(file.result(_replaced(file.sources, number, tuple(rest))))
    without.insert_text(("documents", number, "passages"), target, lines)
    passages = (*rest[:target], passage, *rest[target:])
    return without.result(_replaced(without.sources, number, passages))


def _numbered(read: Sequence[ReadPassage], sources: Sources) -> tuple[Passage, ...]:
    ids = [passage.id for document in sources.documents for passage in document.passages]
    last = max((int(number[1]) for id_ in ids if (number := re.fullmatch(r"P([0-9]{1,9})", id_))), default=0)
    return tuple(
        Passage(
            id=f"P{last + count}",
            locator=one.locator,
            label=TO_WRITE,
            fingerprint=fingerprint(one.text),
            facts=(Fact(id=1, text=TO_WRITE),),
        )
        for count, one in enumerate(read, 1)
    )


def _replaced(sources: Sources, number: int, passages: tuple[Passage, ...]) -> Sources:
    documents = list(sources.documents)
    documents[number] = documents[number].model_copy(update={"passages": passages})
    return sources.model_copy(update={"documents": tuple(documents)})


# --- How it is written ----------------------------------------------------------------------------------------------


def _passage_lines(passage: Passage) -> list[str]:
    return [
        f"- id: {passage.id}",
        f"  locator: {_quoted(passage.locator)}",
        f"  label: {_quoted(passage.label)}",
        "  fingerprint:",
        *_indented(_fingerprint_lines(passage.fingerprint), 4),
        "  facts:",
        *(line for fact in passage.facts for line in (f"    - id: {fact.id}", f"      text: {_quoted(fact.text)}")),
    ]


def _fingerprint_lines(mark: Fingerprint) -> list[str]:
    # Quoted where digits alone could make another YAML reader take it for a number.
    return [f'sha256: "{mark.sha256}"', f'sketch: "{mark.sketch}"']


def _observation_lines(observation: Observation) -> list[str]:
    lines = ["observed:", f"  day: {observation.day}", f"  change: {observation.change}"]
    if observation.locator:
        lines.append(f"  locator: {_quoted(observation.locator)}")
    if observation.fingerprint:
        lines += ["  fingerprint:", *_indented(_fingerprint_lines(observation.fingerprint), 4)]
    if observation.moved_after:
        lines.append(f"  moved_after: {_quoted(observation.moved_after)}")
    return lines


def _pin_lines(pin: Pin) -> list[str]:
    return [
        f"- day: {pin.day}",
        f"  reason: {_quoted(pin.reason)}",
        "  was:",
        *_indented(_fingerprint_lines(pin.was), 4),
    ]


def _indented(lines: Sequence[str], by: int) -> list[str]:
    return [" " * by + line for line in lines]


def _quoted(text: str) -> str:
    # A JSON string is a double-quoted scalar of YAML 1.2 (1.3, "Relation to JSON").
    return json.dumps(text, ensure_ascii=False)


# --- The file itself ------------------------------------------------------------------------------------------------


class _File:
    """The text of sources.yaml, where its values stand, and the edits that wait to be made."""

    def __init__(self, data: bytes) -> None:
        self._mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        sources, _, findings = read_model(data, FILE, Sources)
        if sources is None:
            first = next(finding for finding in findings if finding.severity == "error")
            raise CannotEdit(f"Mend this first: {first}")
        self.sources = sources
        self._text = data.removeprefix(self._mark).decode("utf-8")
        self._newline = "\r\n" if "\r\n" in self._text else "\n"
        self._root: Any = yaml.compose(self._text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._edits: list[tuple[int, int, str]] = []

    def document(self, document: str) -> tuple[int, Document]:
        """Return a document and its position."""
        for number, known in enumerate(self.sources.documents):
            if known.id == document:
                return number, known
        raise CannotEdit(f'No document "{document}" is recorded.')

    def passage(self, passage: str) -> tuple[int, int, Passage]:
        """Return a passage, its document's position and its own."""
        ids = []
        for number, document in enumerate(self.sources.documents):
            for position, known in enumerate(document.passages):
                if known.id == passage:
                    return number, position, known
                ids.append(known.id)
        raise CannotEdit(f'No passage "{passage}" is recorded. {did_you_mean(passage, ids) or listed(ids)}')

    def with_passage(self, number: int, position: int, passage: Passage) -> Sources:
        """Return the sources with another passage in that position."""
        passages = list(self.sources.documents[number].passages)
        passages[position] = passage
        return _replaced(self.sources, number, tuple(passages))

    def result(self, wanted: Sources) -> bytes:
        """Make the edits and return the new bytes; raise CannotEdit unless they hold just what was wanted."""
        text = self._text
        for start, end, replacement in sorted(self._edits, reverse=True):
            text = text[:start] + replacement + text[end:]
        data = self._mark + text.encode("utf-8")
        got, _, _ = read_model(data, FILE, Sources)
        if got != wanted:
            raise CannotEdit(
                f"{FILE} is written in a way that cannot be edited safely; nothing was changed. "
                "Write its lists and mappings one value a line, without anchors or braces."
            )
        return data

    def replace(self, path: Sequence[str | int], value: str) -> None:
        """Write another value in the place of a scalar."""
        node = self._node(path)
        self._edits.append((node.start_mark.index, node.end_mark.index, value))

    def remove(self, path: Sequence[str | int]) -> None:
        """Take out a key and its value, with the whole lines they stand on."""
        key, value = self._pair(path)
        self._edits.append((self._line_start(key.start_mark.index), self._line_end(value), ""))

    def put_after(self, path: Sequence[str | int], lines: Sequence[str]) -> None:
        """Write another key after one, in the same mapping."""
        key, value = self._pair(path)
        self._add(self._line_end(value), lines, key.start_mark.column)

    def put_last(self, path: Sequence[str | int], lines: Sequence[str]) -> None:
        """Write another key at the end of a mapping."""
        node = self._node(path)
        self._add(self._line_end(node), lines, node.start_mark.column)

    def append(self, path: Sequence[str | int], lines: Sequence[str]) -> None:
        """Write another entry at the end of a list; a list that is missing or empty is begun."""
        key = str(path[-1])
        parent = self._node(path[:-1])
        found = [(name, value) for name, value in parent.value if name.value == key]
        if not found:
            self._add(self._line_end(parent), [f"{key}:", *_indented(lines, 2)], parent.start_mark.column)
        elif found[0][1].value:
            last = found[0][1].value[-1]
            self._add(self._line_end(last), lines, found[0][1].start_mark.column)
        else:
            name, value = found[0]
            block = "".join(f"{self._newline}{' ' * (name.start_mark.column + 2)}{line}" for line in lines)
            self._edits.append((name.end_mark.index, value.end_mark.index, f":{block}"))

    def insert(self, path: Sequence[str | int], position: int, lines: Sequence[str]) -> None:
        """Write another entry into a list, so that it comes to stand at that position."""
        if position:
            entries = self._node(path)
            self._add(self._line_end(entries.value[position - 1]), lines, entries.start_mark.column)
        elif self._pair(path)[1].value:
            self._add(self._entry_start(path, 0), lines, self._node(path).start_mark.column)
        else:
            self.append(path, lines)

    def insert_text(self, path: Sequence[str | int], position: int, text: str) -> None:
        """Write an entry that was cut out back into its list."""
        entries = self._node(path).value
        at = self._line_end(entries[position - 1]) if position else self._entry_start(path, 0)
        self._edits.append((at, at, self._on_new_line(at) + text))

    def cut(self, path: Sequence[str | int], position: int) -> str:
        """Take an entry out of a list, with the comment lines right above it, and return its text."""
        start, end = self._entry_start(path, position), self._line_end(self._node((*path, position)))
        self._edits.append((start, end, ""))
        text = self._text[start:end]
        return text if text.endswith("\n") else text + self._newline

    def _add(self, at: int, lines: Sequence[str], column: int) -> None:
        text = "".join(f"{line}{self._newline}" for line in _indented(lines, column))
        self._edits.append((at, at, self._on_new_line(at) + text))

    def _on_new_line(self, at: int) -> str:
        return self._newline if at and self._text[at - 1] != "\n" else ""

    def _node(self, path: Sequence[str | int]) -> Any:
        return self._pair(path)[1] if path else self._root

    def _pair(self, path: Sequence[str | int]) -> tuple[Any, Any]:
        """Return the nodes of a key and its value; for an entry of a list, the entry twice."""
        key = value = self._root
        for step in path:
            if isinstance(step, int):
                key = value = value.value[step]
            else:
                key, value = next(pair for pair in value.value if pair[0].value == step)
        return key, value

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, at) + 1

    def _line_end(self, node: Any) -> int:
        """Return where the line ends on which a value ends, a comment beside it included, without blank lines after."""
        while isinstance(node.value, list) and node.value and not node.flow_style:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        at = node.end_mark.index
        if at and self._text[at - 1] == "\n":  # A block scalar ends behind its last line and the blank ones after it.
            at = len(self._text[:at].rstrip())
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end + 1

    def _entry_start(self, path: Sequence[str | int], position: int) -> int:
        """Return where the entry begins, with the comment lines right above it."""
        start = self._line_start(self._node((*path, position)).start_mark.index)
        while position:
            above = self._line_start(start - 1)
            if not self._text[above:start].strip().startswith("#"):
                break
            start = above
        return start
