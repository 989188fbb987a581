"""Plain text and Markdown: blank lines, bullets and headings make the blocks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kitbag.course.documents.blocks import Block, looks_like_heading, marked

UNWRAPPED: Final = 160
"""A line longer than this was not wrapped by hand: it is a paragraph of its own."""

_HASHES = re.compile(r"#{1,6}[ \t]+(?P<text>.*?)[ \t#]*$")
_RULE = re.compile(r"[ \t]*([-=_*~])(?:[ \t]*\1){2,}[ \t]*$")


def text_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of plain text or Markdown in order."""
    lines: list[str] = []
    for line in [*re.split(r"\r\n?|\n|\f", text), ""]:
        begins = not line.strip() or marked(line).kind == "point" or _HASHES.match(line) or _RULE.match(line)
        if lines and (begins or len(lines[-1]) > UNWRAPPED):
            underlined = len(lines) == 1 and _RULE.match(line) is not None
            yield _block(lines, heading=underlined)
            lines = []
        if title := _HASHES.match(line):
            yield Block("heading", title["text"])
        elif line.strip() and not _RULE.match(line):
            lines.append(line)


def _block(lines: list[str], *, heading: bool) -> Block:
    first = marked(lines[0])
    block = replace(first, text="\n".join([first.text, *(line.strip() for line in lines[1:])]))
    bare = block.kind == "paragraph" or bool(block.number)
    if heading or (bare and looks_like_heading(" ".join(block.text.split()))):
        return replace(block, kind="heading")
    return block
