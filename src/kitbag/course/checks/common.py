"""What several checks share."""

from collections.abc import Collection, Iterator
from typing import Final

from kitbag.findings import Finding, Place, did_you_mean, listed

RESERVED: Final = ("course", "sources", "glossary", "strings")
"""Names of files under course/ that no module can have."""

COURSE, SOURCES, GLOSSARY, STRINGS = (f"course/{name}.yaml" for name in RESERVED)


def unknown(
    name: str, known: Collection[str], place: Place, what: str, who: str = "", hint: str = "", where: str = ""
) -> Iterator[Finding]:
    """Complain about a name that nothing has; `where` says in which part of the course, such as " in this module"."""
    if name not in known:
        hint = did_you_mean(name, known) or hint or (f"Known: {listed(known)}." if known else "")
        yield Finding("unknown-id", place, f'{who}There is no {what} "{name}"{where}.', hint)
