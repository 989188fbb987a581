"""What a course's style sheet may hold: rules about looks, and nothing that loads anything.

The sheet is parsed (CSS Syntax 3) and written again from the parse. A rule that could make a page load something, from
a network or from this disk, is left out as a whole; nothing that is written can end the style element it stands in.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import tinycss2

from kitbag.course.embedded import Embedded

AT_RULES: Final = frozenset({"media", "supports", "layer", "container", "keyframes", "page", "property"})
"""At-rules that only say when or how rules apply."""
_MARGINS: Final = frozenset(
    [
        f"{edge}-{place}"
        for edge in ("top", "bottom")
        for place in ("left-corner", "left", "center", "right", "right-corner")
    ]
    + [f"{edge}-{place}" for edge in ("left", "right") for place in ("top", "middle", "bottom")]
)
"""Boxes in the margin of a page (CSS Paged Media 3, 5.3)."""
_LOADING: Final = frozenset(
    {"src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "element"}
)
"""Functions other than `url()` that take an address, whether as text or from a custom property."""
_ACTIVE: Final = frozenset({"expression"})
_ACTIVE_NAMES: Final = frozenset({"behavior", "-moz-binding", "-ms-behavior"})
_TOO_DEEP: Final = "it is nested too deeply"


class Unsafe(NamedTuple):
    """A place in a style sheet that isn't used."""

    line: int
    column: int
    what: str
    """What is there, in a few words."""


def safe_css(text: str, pictures: Embedded | None = None) -> str:
    """Return a style sheet without the rules that hold anything unsafe; arguments as for `unsafe_css`."""
    pictures = pictures or Embedded()
    try:
        rules = [rule for rule in _rules(text) if not _is_charset(rule) and not list(_unsafe_in(rule, pictures))]
        return "".join(f"{rule.serialize()}\n" for rule in rules).replace("</", "<\\/")
    except RecursionError:
        return ""


def unsafe_css(text: str, pictures: Embedded | None = None) -> Iterator[Unsafe]:
    """Give each place of a style sheet that isn't safe.

    Args:
        text: the style sheet.
        pictures: judges the pictures inside the sheet; without it, no drawing may be there.
    """
    pictures = pictures or Embedded()
    try:
        for rule in _rules(text):
            yield from _unsafe_in(rule, pictures)
    except RecursionError:
        yield Unsafe(1, 1, _TOO_DEEP)


def unsafe_declarations(text: str, pictures: Embedded) -> Iterator[Unsafe]:
    """Give each place of a list of declarations, as in a `style` attribute, that isn't safe."""
    try:
        yield from _unsafe_tokens(tinycss2.parse_component_value_list(text, skip_comments=True), pictures)
    except RecursionError:
        yield Unsafe(1, 1, _TOO_DEEP)


def _rules(text: str) -> list[Any]:
    return list(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))


def _is_charset(rule: Any) -> bool:
    return bool(rule.type == "at-rule" and rule.lower_at_keyword == "charset")


def _unsafe_in(rule: Any, pictures: Embedded) -> Iterator[Unsafe]:
    match rule.type:
        case "error":
            yield Unsafe(rule.source_line, rule.source_column, f"it can't be read: {rule.message}")
        case "at-rule" if _is_charset(rule):
            pass  # Many editors write it; `safe_css` leaves it out, since what it writes is UTF-8.
        case "at-rule" if rule.lower_at_keyword not in AT_RULES:
            yield Unsafe(rule.source_line, rule.source_column, f"@{rule.at_keyword}")
        case "qualified-rule" if any(part.type in ("<!--", "-->") or part == "<" for part in rule.prelude):
            yield Unsafe(rule.source_line, rule.source_column, "it isn't a rule")
        case _:
            yield from _unsafe_tokens(rule.prelude, pictures)
            yield from _unsafe_tokens(rule.content or (), pictures)


def _unsafe_tokens(tokens: Iterable[Any], pictures: Embedded) -> Iterator[Unsafe]:
    for token in tokens:
        here = token.source_line, token.source_column
        match token.type:
            case "url":
                yield from _unsafe_address(here, token.value, pictures)
            case "function" if token.lower_name == "url":
                parts = [part for part in token.arguments if part.type != "whitespace"]
                address = "".join(part.value for part in parts if part.type == "string")
                if len(parts) != 1:
                    yield Unsafe(*here, f"url({address[:60]})")
                else:
                    yield from _unsafe_address(here, address, pictures)
            case "function" if token.lower_name in _LOADING | _ACTIVE:
                yield Unsafe(*here, f"{token.name}()")
            case "at-keyword" if token.lower_value not in AT_RULES | _MARGINS:
                yield Unsafe(*here, f"@{token.value}")
            case "ident" if token.lower_value in _ACTIVE_NAMES:
                yield Unsafe(*here, token.value)
            case "error":
                yield Unsafe(*here, f"it can't be read: {token.message}")
            case "function":
                yield from _unsafe_tokens(token.arguments, pictures)
            case "() block" | "[] block" | "{} block":
                yield from _unsafe_tokens(token.content, pictures)
            case _:
                pass


def _unsafe_address(here: tuple[int, int], address: str, pictures: Embedded) -> Iterator[Unsafe]:
    if address.strip().startswith("#"):
        return
    if not address.strip().lower().startswith("data:image/"):
        yield Unsafe(*here, f"url({address[:60]})")
    elif (fault := pictures.fault(address)) is not None:
        yield Unsafe(*here, fault)
