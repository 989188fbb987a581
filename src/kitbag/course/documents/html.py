"""HTML pages: the words a reader sees in the main part, in blocks; menus, scripts and other furniture left out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from kitbag.course.documents.blocks import Block, Kind, marked
from kitbag.course.documents.tags import EndTag, StartTag, tokens


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNSEEN: Final = _names(
    "script style template noscript title svg math canvas audio video object iframe select textarea button datalist"
    " dialog map"
)
_FURNITURE: Final = frozenset({"nav", "header", "footer", "aside", "form", "menu"})
_FURNITURE_ROLES: Final = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu"})
_INLINE: Final = _names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span"
    " strike strong sub sup time tt u var wbr img picture source"
)
_VOID: Final = _names("area base br col embed hr img input link meta param source track wbr")
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "legend"})
_POINTS: Final = frozenset({"li", "dd", "dt"})
_CELLS: Final = frozenset({"td", "th"})
_MAIN: Final = frozenset({"main", "article"})
# The end tag of these may be left out (HTML, 13.1.2.4), so nothing can wait for it.
_END_MAY_BE_MISSING: Final = _names("p li dt dd tr td th tbody thead tfoot option rp rt body html head")
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_MOSTLY: Final = 0.5


def declared_charset(data: bytes) -> str | None:
    """Return the character encoding a page declares in its first 1024 bytes (HTML, 13.2.3.2), or None."""
    found = _CHARSET.search(data[:1024])
    return found[1].decode("ascii").lower() if found else None


def html_blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page in order.

    Where `main` or `article` hold most of the words, the rest of the page is furniture; else all of it counts, apart
    from what says itself that it is none of the text: navigation, forms, scripts, hidden parts.
    """
    reading = _Reading()
    for token in tokens(page):
        match token:
            case str():
                reading.words(token)
            case StartTag():
                reading.begin(token)
            case EndTag():
                reading.end(token)
    reading.flush()
    main = [block for block, in_main in reading.blocks if in_main]
    if sum(len(block.text) for block in main) >= _MOSTLY * sum(len(block.text) for block, _ in reading.blocks):
        yield from main
    else:
        yield from (block for block, _ in reading.blocks)


class _Reading:
    """The block that is being read, and what surrounds it."""

    def __init__(self) -> None:
        self.blocks: list[tuple[Block, bool]] = []
        """Each with whether it stands in the main part."""
        self._words: list[str] = []
        self._kind: Kind = "paragraph"
        self._left_out = ""
        """The tag that began a part to leave out, while inside one."""
        self._left_out_depth = 0
        self._main = 0
        self._in_row = False
        """Inside a row of a table: it is one block, for a cell alone says nothing."""

    def words(self, text: str) -> None:
        if not self._left_out:
            self._words.append(text)

    def begin(self, tag: StartTag) -> None:
        if self._left_out:
            self._left_out_depth += tag.name == self._left_out
        elif tag.name in _VOID:
            if tag.name == "br":
                self._words.append("\n")
            elif tag.name == "hr":
                self.flush()
        else:
            self._in_row = tag.name == "tr" or (self._in_row and tag.name != "table")
            if self._in_row and tag.name in _CELLS:
                self._words.append(" ")
            elif tag.name not in _INLINE:
                self.flush()
                self._kind = self._kind_of(tag.name)
            if self._is_left_out(tag.name, tag.attributes):
                self._left_out, self._left_out_depth = tag.name, 1
            elif tag.name in _MAIN:
                self._main += 1

    def end(self, tag: EndTag) -> None:
        if self._left_out:
            self._left_out_depth -= tag.name == self._left_out
            if not self._left_out_depth:
                self._left_out = ""
            return
        if tag.name not in _INLINE and not (self._in_row and tag.name in _CELLS):
            self.flush()
            self._kind = "paragraph"
        if tag.name in {"tr", "table"}:
            self._in_row = False
        if tag.name in _MAIN:
            self._main = max(0, self._main - 1)

    def flush(self) -> None:
        """End the block that is being read."""
        text = "".join(self._words).strip()
        self._words.clear()
        if not text:
            return
        block = Block("heading", text) if self._kind == "heading" else marked(text)
        if self._kind == "point":
            block = replace(block, kind="point")
        self.blocks.append((block, self._main > 0))

    def _kind_of(self, name: str) -> Kind:
        if name in _HEADINGS:
            return "heading"
        # `<li><p>` is still a point.
        return "point" if name in _POINTS or (name in {"p", "div"} and self._kind == "point") else "paragraph"

    def _is_left_out(self, name: str, attributes: Mapping[str, str]) -> bool:
        if name in _UNSEEN:
            return True
        if name in _END_MAY_BE_MISSING:
            return False
        if name in _FURNITURE:
            # The header of the article itself holds its title and date.
            return not (self._main and name == "header")
        return (
            "hidden" in attributes
            or attributes.get("aria-hidden", "").lower() == "true"
            or attributes.get("role", "").lower() in _FURNITURE_ROLES
            or _HIDDEN_STYLE.search(attributes.get("style", "")) is not None
        )
