"""Synthetic courses to measure with: the same bytes for the same size, in words that mean nothing.

python bench/synthetic.py L somewhere/
"""

import random
import sys
from pathlib import Path
from typing import NamedTuple


class Size(NamedTuple):
    """How large a course is. Each module has five lessons of about 600 words."""

    modules: int
    banks: int
    items_a_bank: int


SIZES = {
    "S": Size(6, 6, 17),
    "M": Size(50, 50, 40),
    "L": Size(200, 100, 100),
    "lessons of L": Size(200, 0, 0),
    "Q": Size(1, 1, 500),
}
"""S holds about 100 items, M 2,000, L 10,000 in 100 banks (some 11 MB of YAML); Q is one bank of 500."""

LESSONS = 5

_WORDS = """water valve station shift team check table reading value morning report ladder pump river bridge signal
engine harbour map compass crew convoy supply bread winter road village market lamp window paper letter office desk
record line number answer question reason result member person worker leader driver doctor cook guard visitor partner
takes gives shows holds opens closes brings keeps writes reads checks carries follows helps meets joins leaves begins
early late small large clear open quiet heavy light near common local second third later before after under""".split()


def write_course(size: str, folder: Path) -> Path:
    """Write the synthetic course of a size into a new folder, and return the folder."""
    shape = SIZES[size]
    (folder / "course").mkdir(parents=True)
    (folder / "questions").mkdir()
    course = folder / "course"
    (course / "course.yaml").write_text(_course(size, shape), "utf-8")
    (course / "sources.yaml").write_text(_sources(shape), "utf-8")
    (course / "glossary.yaml").write_text(_glossary(), "utf-8")
    for number in range(1, shape.modules + 1):
        # Each file has a random stream of its own, so that changing one leaves the others as they are.
        draw = random.Random(f"{size} module {number}")  # noqa: S311 - words, not secrets
        (course / f"m{number}.yaml").write_text(_module(number, shape, draw), "utf-8")
    for number in range(1, shape.banks + 1):
        draw = random.Random(f"{size} bank {number}")  # noqa: S311 - words, not secrets
        (folder / "questions" / f"m{number}.yaml").write_text(_bank(number, shape, draw), "utf-8")
    return folder


def _words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choices(_WORDS, k=count))


def _sentence(draw: random.Random, count: int) -> str:
    return _words(draw, count).capitalize() + "."


def _paragraphs(draw: random.Random) -> str:
    """About 120 words of Markdown, with a heading, emphasis and a list."""
    lines = [f"### {_words(draw, 3).capitalize()}", ""]
    for _ in range(3):
        lines += [f"{_sentence(draw, 12)} A **{_words(draw, 2)}** {_words(draw, 8)}. {_sentence(draw, 12)}", ""]
    lines += [f"- {_sentence(draw, 6)}" for _ in range(3)]
    return "\n".join(f"          {line}" if line else "" for line in lines)


def _course(size: str, shape: Size) -> str:
    modules = ", ".join(f"m{number}" for number in range(1, shape.modules + 1))
    return f"""schema: course/1
id: synthetic-{size.replace(" ", "-")}
title: Synthetic course {size}
edition: "1"
language: en
summary: Words that mean nothing, to measure with.
audience: Nobody.
status: It teaches nothing.
author: The Kitbag authors
licence: CC0-1.0
review_by: 2099-01-01
modules: [{modules}]
"""


def _sources(shape: Size) -> str:
    passages = "".join(
        f"""      - id: P{number}
        locator: page {number}
        label: Page {number}
        fingerprint: {{sha256: {"0" * 64}, sketch: AAAA}}
        facts:
          - {{id: 1, text: The first thing on page {number}.}}
          - {{id: 2, text: The second thing on page {number}.}}
"""
        for number in range(1, shape.modules + 1)
    )
    return f"""schema: sources/1
documents:
  - id: book
    title: A book
    publisher: The Kitbag authors
    locator: on the shelf
    as_of: 2024-01-31
    language: en
    passages:
{passages}"""


def _glossary() -> str:
    terms = "".join(
        f"  - {{id: {word}, term: {word}, definition: What a {word} is., uncited: Made up.}}\n" for word in _WORDS[:30]
    )
    return f"schema: glossary/1\nterms:\n{terms}"


def _module(number: int, shape: Size, draw: random.Random) -> str:
    lessons = "".join(_lesson(number, place, shape, draw) for place in range(1, LESSONS + 1))
    return f"""schema: module/1
id: m{number}
title: {_words(draw, 3).capitalize()}
summary: {_sentence(draw, 14)}
minutes: 45
objectives:
  - {{id: t{number}.1, verb: state, text: State {_words(draw, 6)}., level: remember}}
  - {{id: t{number}.2, verb: use, text: Use {_words(draw, 6)}., level: apply}}
lessons:
{lessons}"""


def _lesson(number: int, place: int, shape: Size, draw: random.Random) -> str:
    texts = "".join(
        f"      - type: text\n        cites: [P{number}.1]\n        text: |\n{_paragraphs(draw)}\n" for _ in range(4)
    )
    points = "".join(f"          - {{text: {_sentence(draw, 8)}, cites: [P{number}.2]}}\n" for _ in range(3))
    checkpoint = f"      - type: checkpoint\n        items: [m{number}-{place}]\n" if number <= shape.banks else ""
    return f"""  - id: lesson-{place}
    title: {_words(draw, 4).capitalize()}
    summary: {_sentence(draw, 10)}
    minutes: 9
    objectives: [t{number}.1, t{number}.2]
    blocks:
{texts}      - type: key-points
        points:
{points}{checkpoint}"""


def _bank(number: int, shape: Size, draw: random.Random) -> str:
    items = "".join(_item(number, place, draw) for place in range(1, shape.items_a_bank + 1))
    return f"schema: questions/1\nmodule: m{number}\nitems:\n{items}"


def _item(number: int, place: int, draw: random.Random) -> str:
    key = draw.choice("abcd")
    options = "".join(
        f"      - id: {name}\n        text: {_words(draw, 10).capitalize()}\n        feedback: {_sentence(draw, 16)}\n"
        for name in "abcd"
    )
    return f"""  - id: m{number}-{place}
    type: single-choice
    objective: t{number}.{1 + place % 2}
    level: {"apply" if place % 2 else "remember"}
    use: {"practice" if place <= 10 else "test"}
    cites: [P{number}.1]
    stem: {_words(draw, 42).capitalize()}?
    options:
{options}    key: {key}
    rationale: {_sentence(draw, 40)}
"""


if __name__ == "__main__":
    write_course(sys.argv[1], Path(sys.argv[2]))
