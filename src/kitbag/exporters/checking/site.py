"""Pages to open from a disk: a zip of a site, or one HTML file."""

import re
from collections.abc import Iterator
from typing import Final

from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.checking.documents import resolve
from kitbag.exporters.checking.pages import HTML, Pages, html_facts
from kitbag.findings import Finding, Place, Severity, listed

ZIP_TITLE: Final = "Zip of a site"
FILE_TITLE: Final = "One HTML file"
_QUOTED: Final = re.compile(r'"(?=([^"]*)")')
NOT_CHECKED: Final = "the HTML itself, and what its scripts do"


def check_zip(archive: Archive) -> Iterator[Finding]:
    """Yield what is wrong with a zip of pages."""
    starts = {path for path in archive.files if path.count("/") < 2 and path.rpartition("/")[2] == "index.html"}
    if not starts:
        message = 'There is no "index.html", so nobody knows which page to open.'
        yield Finding("no-start", archive.at(), message, "Give the first page that name.")
    elif "index.html" not in starts:
        message = f'"{min(starts)}" isn\'t at the root of the zip, where learning platforms look for it.'
        yield Finding(
            "deep-start", archive.at(), message, "Zip the content of the folder, not the folder.", Severity.WARNING
        )
    yield from Pages(archive).faults()


def check_file(data: bytes, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with a page that must hold all it needs."""
    text = data.decode("utf-8", "replace")
    facts = html_facts(text)
    if not facts.titled:
        yield Finding("no-title", place, "The page has no title.", "Give it one.")
    if not facts.language:
        message = "The page does not say in which language it is."
        yield Finding("no-language", place, message, 'Write it into <html lang="…">: screen readers need it.')
    for name in dict.fromkeys(facts.repeated):
        message = f'The id "{name[:100]}" stands on more than one element.'
        yield Finding("repeated-id", place, message, "Ids must be unique on a page.")
    outside = [address for address in dict.fromkeys(facts.loads) if not address.startswith(("data:", "#"))]
    if outside:
        quoted = listed((f'"{address[:80]}"' for address in outside), most=5)
        message = f"The page loads what is not in it: {quoted}."
        yield Finding("not-alone", place, message, "Put it into the page: it is to stand alone.")
    lines = _first_lines(text, set(facts.leads))
    for address in dict.fromkeys(facts.leads):
        target = resolve("page.html", address)
        line = lines.get(address, 1)
        if target.outside or target.fragment.lower() == "top":
            continue
        if target.path != "page.html":
            message = f'A link leads to "{address[:100]}", which is not in this page.'
            yield Finding("dangling-link", place._replace(line=line), message, "Mend the link.")
        elif target.fragment and target.fragment not in facts.ids:
            message = f'A link leads to "{address[:100]}", and no element has that id.'
            yield Finding("dangling-link", place._replace(line=line), message, "Mend the link.")


def _first_lines(text: str, addresses: set[str]) -> dict[str, int]:
    """Return the line in which each address stands first in double quotes, in one look through the page."""
    lines: dict[str, int] = {}
    at, line = 0, 1
    for quoted in _QUOTED.finditer(text):
        if quoted[1] in addresses and quoted[1] not in lines:
            line += text.count("\n", at, quoted.start())
            at = quoted.start()
            lines[quoted[1]] = line
    return lines


def has_pages(archive: Archive) -> bool:
    """Tell whether a zip holds any page."""
    return any(path.lower().endswith(HTML) for path in archive.files)
