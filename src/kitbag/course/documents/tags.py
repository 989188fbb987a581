"""HTML as a stream of tags and text, in one pass whose time grows with the length of the page and nothing else.

The tokens are those of the HTML standard (13.2.5), without a tree. The parsers at hand build one, or look for the end
of what never ends again and again: forty kilobytes of `<a ` then take one of them eighteen seconds. Here every
construct is read to its end or, as the standard has it, to the end of the page.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

_NAME: Final = re.compile(r"</?([A-Za-z][^\s/>]*)")
_GAP: Final = re.compile(r"[\s/]*")
_ATTRIBUTE: Final = re.compile(r"(=?[^\s/>=]*)(\s*=\s*)?")
_UNQUOTED: Final = re.compile(r"[^\s>]*")
_HUGE_REFERENCE: Final = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{8,});?")
_TEXT_ONLY: Final = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements that hold text and no tags (13.2.6.4)."""


@dataclass(frozen=True, slots=True)
class StartTag:
    """An element begins."""

    name: str
    """In lower case."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; the first of several counts."""


@dataclass(frozen=True, slots=True)
class EndTag:
    """An element ends."""

    name: str


Token: TypeAlias = StartTag | EndTag | str
"""A tag, or a stretch of text with its character references resolved."""


def tokens(page: str) -> Iterator[Token]:
    """Yield the tags and the text of a page in order; comments, declarations and instructions are passed over."""
    at, size = 0, len(page)
    while at < size:
        opening = page.find("<", at)
        if opening < 0:
            opening = size
        if opening > at:
            yield _resolved(page[at:opening])
        if page.startswith("<!--", opening):
            at = _after(page, "-->", opening + 2)  # `<!-->` is a whole comment
        elif page.startswith(("<!", "<?", "</"), opening) and not _NAME.match(page, opening):
            at = _after(page, ">", opening)
        elif name := _NAME.match(page, opening):
            attributes, at = _attributes(page, name.end())
            if at > size:
                return
            tag = name[1].lower()
            if page[opening + 1] == "/":
                yield EndTag(tag)
                continue
            yield StartTag(tag, attributes)
            if tag in _TEXT_ONLY:
                end = re.compile(f"</{re.escape(tag)}(?=[\\s/>])", re.IGNORECASE).search(page, at)
                text, at = page[at : end.start() if end else size], end.start() if end else size
                yield _resolved(text) if tag in {"textarea", "title"} else text
        elif opening < size:
            yield "<"
            at = opening + 1
        else:
            return


def _after(page: str, end: str, start: int) -> int:
    found = page.find(end, start)
    return len(page) if found < 0 else found + len(end)


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes of the tag whose name ends at `at`, and where it ends: past the page if it never does."""
    attributes: dict[str, str] = {}
    size = len(page)
    while True:
        at = _matched(_GAP, page, at).end()
        if at >= size:
            return attributes, size + 1
        if page[at] == ">":
            return attributes, at + 1
        attribute = _matched(_ATTRIBUTE, page, at)
        at, value = attribute.end(), ""
        if attribute[2]:
            quote = page[at : at + 1]
            if quote in {'"', "'"}:
                end = page.find(quote, at + 1)
                if end < 0:
                    return attributes, size + 1
                value, at = page[at + 1 : end], end + 1
            else:
                unquoted = _matched(_UNQUOTED, page, at)
                value, at = unquoted[0], unquoted.end()
        attributes.setdefault(attribute[1].lower(), _resolved(value))


def _matched(pattern: re.Pattern[str], page: str, at: int) -> re.Match[str]:
    found = pattern.match(page, at)
    assert found is not None  # noqa: S101 - each of these patterns matches the empty string
    return found


def _resolved(text: str) -> str:
    """Resolve character references; one with more digits than any character has stands for no character (13.2.5.80)."""
    return html.unescape(_HUGE_REFERENCE.sub("\ufffd", text)) if "&" in text else text
