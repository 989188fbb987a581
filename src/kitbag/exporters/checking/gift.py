r"""GIFT: a text file of questions, empty lines between them; `\` stands before a sign that means itself."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kitbag.exporters.moodle_grid import GRID
from kitbag.findings import Finding, Place

TITLE: Final = "GIFT"
NOT_CHECKED: Final = "the HTML within the texts"
_TITLED: Final = re.compile(r"::((?:\\.|[^\\:]|:(?!:))*)::", re.DOTALL)
_NUMBER: Final = r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?"
_RANGE: Final = re.compile(rf"\s*{_NUMBER}\s*(?:(?::|\.\.)\s*{_NUMBER}\s*)?")
_WEIGHT: Final = re.compile(r"\s*%(-?[0-9]+(?:\.[0-9]+)?)%")
_TRUTH: Final = re.compile(r"\s*(?:T|TRUE|F|FALSE)\s*", re.IGNORECASE)
_CLOSE: Final = 0.00001
_WORTHS: Final = [float(worth) for worth in GRID]


class Block(NamedTuple):
    """The lines of one question."""

    line: int
    """Where its first line stands."""
    text: str


def check(data: bytes, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with a file of questions."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "The file is not in UTF-8."
        yield Finding("encoding", place._replace(line=line), message, "Save it as UTF-8.")
        return
    count = 0
    for block in _blocks(text):
        count += 1
        at = place._replace(line=block.line)
        fault = _fault(block.text)
        if fault:
            yield Finding("question", at, *fault)
    if not count:
        yield Finding("no-item", place, "There is no question in it.", "Write one, with its answers in { }.")


def _blocks(text: str) -> Iterator[Block]:
    """Yield the questions; comments and lines of categories are none."""
    lines: list[str] = []
    start = 0
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        told = line.strip()
        if told.startswith("//") or (not lines and told.startswith("$CATEGORY:")):
            continue
        if told:
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield Block(start, "\n".join(lines))
            lines = []


def _fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a question, and what helps; None where it is sound."""
    name = "A question"
    if text.lstrip().startswith("::"):
        titled = _TITLED.match(text.lstrip())
        if titled is None:
            return "The title of a question is not closed.", "End it with ::"
        name = f'The question "{titled[1].strip()}"'
        text = text.lstrip()[titled.end() :]
    opened, closed = _unescaped(text, "{"), _unescaped(text, "}")
    if len(opened) != len(closed) or len(opened) > 1 or (opened and opened[0] > closed[0]):
        return (
            f"{name} has no pair of braces around its answers, or more than one.",
            r"Write \{ and \} for braces in a text, and no empty line within a question.",
        )
    if not opened:
        return None  # a description
    return _answers_fault(name, text[opened[0] + 1 : closed[0]])


def _answers_fault(name: str, inside: str) -> tuple[str, str] | None:
    general = _general(inside)
    inside = inside if general < 0 else inside[:general]
    if not inside.strip():
        return None  # an essay
    if inside.lstrip().startswith("#"):
        return _numbers_fault(name, inside.lstrip()[1:])
    hashes = _unescaped(inside, "#")
    if _TRUTH.fullmatch(inside[: hashes[0]] if hashes else inside):
        return None
    answers = _answers(inside)
    if not answers:
        return f"{name} has answers that begin with neither = nor ~.", "Mark the right ones by =, the wrong ones by ~."
    pairs = [answer for mark, answer in answers if mark == "=" and "->" in answer]
    if pairs:
        if len(pairs) != len(answers) or len(pairs) < 2:
            return f"{name} mixes pairs with other answers, or has only one.", "Write two pairs at least: =this -> that"
        return None
    earned = 0.0
    for mark, answer in answers:
        weight = _WEIGHT.match(answer)
        worth = float(weight[1]) if weight else 100.0 if mark == "=" else 0.0
        if min(abs(worth / 100 - known) for known in _WORTHS) > _CLOSE:
            return (
                f"{name} has an answer worth {worth:g} per cent.",
                "Moodle knows 100, 90, 83.33333, 80 … and their negatives only.",
            )
        earned += max(0.0, worth)
    if earned < 99:
        return f"{name} has no right answer.", "Mark it by =, or give weights that come to 100."
    return None


def _numbers_fault(name: str, inside: str) -> tuple[str, str] | None:
    answers = [answer for _, answer in _answers(inside)] or [inside]
    for answer in answers:
        weight = _WEIGHT.match(answer)
        rest = answer[weight.end() :] if weight else answer
        hashes = _unescaped(rest, "#")
        told = rest[: hashes[0]] if hashes else rest
        if not _RANGE.fullmatch(told.replace("\\:", ":")):
            return (
                f'{name} asks for a number, and an answer is "{told.strip()[:40]}".',
                "Write 12, 12:0.5 or 11.5..12.5",
            )
    return None


def _answers(inside: str) -> list[tuple[str, str]]:
    """Return each answer with its mark."""
    marks = sorted([*_unescaped(inside, "="), *_unescaped(inside, "~")])
    ends = [*marks[1:], len(inside)]
    return [(inside[start], inside[start + 1 : end]) for start, end in zip(marks, ends, strict=False)]


def _general(inside: str) -> int:
    """Return where the feedback on the whole question begins, or -1."""
    hashes = _unescaped(inside, "#")
    runs = (at for at in hashes if inside.startswith("####", at))
    return next(runs, -1)


def _unescaped(text: str, sign: str) -> list[int]:
    """Return where a sign stands that means something."""
    found = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == sign:
            found.append(at)
        at += 1
    return found
