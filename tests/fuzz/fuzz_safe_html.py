"""Judges with a real HTML parser whether anything on a page could run code, load from elsewhere or send somewhere."""

import re
from collections.abc import Iterator
from typing import Final

import tinyhtml5

_RUNS: Final = {
    "iframe",
    "object",
    "embed",
    "base",
    "applet",
    "frame",
    "frameset",
    "portal",
    "animate",
    "set",
    "foreignobject",
}
_ADDRESSES: Final = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "xlink:href",
    "background",
    "cite",
}
_IDLE: Final = re.compile(r"[\x00-\x20\x7f]")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:")
_LINKS_TO: Final = {"https:", "http:", "mailto:", "tel:"}


def dangers(page: str, *, whole: bool) -> Iterator[str]:
    """Say what on a page could harm. A whole page has scripts, from its own folder only; a fragment has none."""
    for element in tinyhtml5.parse(page).iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.rpartition("}")[2].lower()
        attributes = {str(name).rpartition("}")[2].lower(): value or "" for name, value in element.attrib.items()}
        if tag in _RUNS:
            yield f"<{tag}>"
        if tag == "script" and attributes.get("type") != "application/json":
            source = attributes.get("src", "")
            if not whole or (element.text or "").strip() or not re.fullmatch(r"(?:\.\./)*assets/[\w./-]+\.js", source):
                yield f"<script src={source!r}>{element.text}"
        if tag == "meta" and attributes.get("http-equiv", "").lower() not in ("", "content-security-policy"):
            yield f"<meta http-equiv={attributes['http-equiv']}>"
        for name, value in attributes.items():
            yield from _wrong_attribute(tag, name, value)


def _wrong_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if name.startswith("on") or name == "srcdoc":
        yield f"<{tag} {name}={value!r}>"
    if name == "style" and re.search(r"url\(|expression|@import", value, re.IGNORECASE):
        yield f"<{tag} style={value!r}>"
    if name in _ADDRESSES:
        bare = _IDLE.sub("", value).lower()
        scheme = _SCHEME.match(bare)
        if (scheme and scheme[0] not in _LINKS_TO) or (
            tag not in ("a", "q", "blockquote") and (scheme or bare.startswith("//"))
        ):
            yield f"<{tag} {name}={value!r}>"
