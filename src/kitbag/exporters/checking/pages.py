"""The pages and style sheets of a package: what they refer to is there, and nothing has to be fetched to show them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kitbag.course.documents.tags import StartTag, tokens
from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.checking.documents import Target, document, local, missing, resolve
from kitbag.findings import Finding, Severity

HTML: Final = (".html", ".htm")
XHTML: Final = (".xhtml",)
_WEB: Final = ("http:", "https:", "//", "ftp:")

# What each element loads with its page, and what leads to another page.
_LOADS: Final[Mapping[str, tuple[str, ...]]] = {
    "img": ("src",),
    "script": ("src",),
    "iframe": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src",),
    "track": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "image": ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href"),
    "input": ("src",),
}
_LEADS: Final = frozenset({"a", "area"})
_LINK_LOADS: Final = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest"})
_IN_STYLE: Final = re.compile(r"""url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^()"'\s]*))\s*\)|@import\s+["']([^"'\n]*)""")


@dataclass
class PageFacts:
    """What a page says that can be right or wrong."""

    loads: list[str] = field(default_factory=list)
    """Addresses of what is shown or run with it."""
    leads: list[str] = field(default_factory=list)
    """Addresses a reader can go to."""
    ids: set[str] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)
    """Ids that stand on more than one element."""
    elements: set[str] = field(default_factory=set)
    """Names of its elements."""
    language: str = ""
    titled: bool = False
    handlers: bool = False
    """Whether an element has a script as an attribute."""

    def add(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take one element into account."""
        self.elements.add(name)
        self.titled = self.titled or name == "title"
        if name == "html":
            self.language = attributes.get("lang", "").strip()
        for attribute in _LOADS.get(name, ()):
            if address := attributes.get(attribute, ""):
                self.loads.append(address)
        if name == "link" and _LINK_LOADS & set(attributes.get("rel", "").lower().split()):
            self.loads.append(attributes.get("href", ""))
        if name in _LEADS and attributes.get("href"):
            self.leads.append(attributes["href"])
        self.handlers = self.handlers or any(key.startswith("on") for key in attributes)
        for found in filter(None, (attributes.get("id"), attributes.get("name") if name == "a" else None)):
            if found in self.ids and attributes.get("id") == found:
                self.repeated.append(found)
            self.ids.add(found)


def html_facts(page: str) -> PageFacts:
    """Return what a page in HTML says."""
    facts = PageFacts()
    for token in tokens(page):
        if isinstance(token, StartTag):
            facts.add(token.name, token.attributes)
    return facts


def _xhtml_facts(archive: Archive, path: str) -> tuple[PageFacts | None, list[Finding]]:
    """Return what a page in XHTML says, or why it cannot be read."""
    root, findings = document(archive, path)
    if root is None:
        return None, findings
    facts = PageFacts()
    for element in root.iter():
        if name := local(element):
            facts.add(name, {str(key): str(value) for key, value in element.attrib.items()})
    return facts, findings


def style_addresses(style: str) -> list[str]:
    """Return the addresses a style sheet loads."""
    return [next(filter(None, found), "") for found in _IN_STYLE.findall(_without_comments(style))]


def _without_comments(style: str) -> str:
    """Return a style sheet without its comments (CSS Syntax 3, 4.3.2); one that nothing closes stays."""
    head, close, tail = style.rpartition("*/")
    first, *comments = (head + close).split("/*")
    return first + "".join(comment.partition("*/")[2] for comment in comments) + tail


class Pages:
    """The pages and style sheets of a package; each is looked through once, however often it is asked for."""

    def __init__(self, archive: Archive) -> None:
        """Take the package; nothing is read yet."""
        self._archive = archive
        self._looked: dict[str, tuple[PageFacts | None, list[Finding]]] = {}

    def facts(self, path: str) -> PageFacts | None:
        """Return what a page or style sheet says; None where it is not there or can't be read."""
        return self._look(path)[0]

    def faults(self, *, web_is: Severity = Severity.WARNING) -> Iterator[Finding]:
        """Yield what is wrong with the pages: dangling links, files that are not there, repeated ids.

        `web_is` says how bad it is to load something from the web.
        """
        wanted: dict[str, dict[str, str]] = {}
        for path in self._archive.files:
            if path.lower().endswith((*HTML, *XHTML, ".css")):
                facts, findings = self._look(path)
                yield from findings
                if facts:
                    yield from _addresses(self._archive, path, facts, wanted, web_is)
        for path, fragments in wanted.items():
            if facts := self.facts(path):
                for fragment in fragments.keys() - facts.ids:
                    message = f'A link leads to "{path}#{fragment}", and no element there has that id.'
                    place = self._archive.at(fragments[fragment])
                    yield Finding("dangling-link", place, message, "Mend the link, or give the element its id.")

    def _look(self, path: str) -> tuple[PageFacts | None, list[Finding]]:
        if path not in self._looked:
            self._looked[path] = _facts(self._archive, path)
        return self._looked[path]


def _facts(archive: Archive, path: str) -> tuple[PageFacts | None, list[Finding]]:
    if path.lower().endswith(XHTML):
        return _xhtml_facts(archive, path)
    data = archive.read(path)
    if data is None:
        return None, []
    text = data.decode("utf-8", "replace")
    if path.lower().endswith(".css"):
        return PageFacts(loads=style_addresses(text)), []
    return html_facts(text), []


def _addresses(
    archive: Archive, path: str, facts: PageFacts, wanted: dict[str, dict[str, str]], web_is: Severity
) -> Iterator[Finding]:
    for name in dict.fromkeys(facts.repeated):
        message = f'The id "{_cut(name)}" stands on more than one element.'
        yield Finding("repeated-id", archive.at(path), message, "Ids must be unique on a page.", Severity.WARNING)
    for address in dict.fromkeys(facts.loads):
        target = resolve(path, address)
        if target.outside:
            if address.strip().lower().startswith(_WEB):
                message = f'This page loads "{_cut(address)}" from the web.'
                hint = "Put the file into the package: learners may have no network, and platforms may forbid it."
                yield Finding("remote", archive.at(path), message, hint, web_is)
            continue
        yield from _there(archive, path, address, target, "This page loads")
    for address in dict.fromkeys(facts.leads):
        target = resolve(path, address)
        if target.outside:
            continue
        yield from _there(archive, path, address, target, "A link leads to")
        if target.fragment and target.path.lower().endswith((*HTML, *XHTML)) and not _is_top(target.fragment):
            wanted.setdefault(target.path, {}).setdefault(target.fragment, path)


def _there(archive: Archive, page: str, address: str, target: Target, says: str) -> Iterable[Finding]:
    if target.wrong:
        message = f'The address "{_cut(address)}" {target.wrong}.'
        return [Finding("bad-address", archive.at(page), message, "Write a relative address within the package.")]
    path = f"{target.path}/index.html" if f"{target.path}/index.html" in archive.files else target.path
    return missing(archive, "missing-target", archive.at(page), path, says)


def _is_top(fragment: str) -> bool:
    # HTML, 7.4.6.4: these lead to the top of a page or to some text on it.
    return fragment.lower() == "top" or ":~:" in fragment


def _cut(address: str) -> str:
    return address if len(address) <= 100 else address[:97] + "..."
