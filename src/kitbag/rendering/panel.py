"""What a preview adds to the pages it shows: a panel with what is wrong. Nothing of it is in what is built."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape, unescape
from importlib.resources import files
from typing import Any, Final

from kitbag.findings import Finding, Severity
from kitbag.rendering.catalogue import Catalogue, catalogue_for
from kitbag.rendering.environment import make_environment
from kitbag.rendering.policy import sealed

PANEL: Final = ("panel.js", "panel.css")
"""The panel's own files, under `templates/preview`."""

_POLICY: Final = re.compile(
    rb"""<meta\s+http-equiv="Content-Security-Policy"\s+content="([^"]*)"\s*/?>\n?""", re.IGNORECASE
)
_STRICT: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""For a page that has no policy of its own: the reports, whose styles stand in them, and own templates."""


@cache
def panel_file(name: str) -> bytes:
    """Return one of the files named in `PANEL`."""
    return (files("kitbag") / "templates" / "preview" / name).read_bytes()


def with_panel(page: bytes, *, root: str, mark: str) -> tuple[bytes, str]:
    """Return a page that loads the panel, and the Content-Security-Policy to send with it.

    The page's own policy moves into the header, and lets the panel's files load besides, and nothing else.

    Args:
        page: the page as it would be built.
        root: the address under which the panel's files and its stream of events are.
        mark: the page's state, which the panel tells the stream, so that it knows when there is a newer one.
    """
    policies = [_with_sources(_text(policy), root) for policy in _POLICY.findall(page)] or [
        _with_sources(_STRICT, root)
    ]
    script = f'<script src="{escape(root)}panel.js" data-mark="{escape(mark)}" defer></script>\n'.encode()
    bare = _POLICY.sub(b"", page)
    head, end, rest = bare.partition(b"</head>")
    return (head + script + end + rest if end else bare + script), ", ".join(policies)


def _text(policy: bytes) -> str:
    """Return a policy as one line of a header; what no header can carry is no policy of ours."""
    text = " ".join(unescape(policy.decode("utf-8", "replace")).split())
    return text if text.isascii() and text.isprintable() else _STRICT


def _with_sources(policy: str, root: str) -> str:
    """Let the panel's files load under a policy (CSP 3, 2.3.1: a source with a path allows that file alone)."""
    directives = [directive.split() for directive in policy.split(";") if directive.strip()]
    known: dict[str, list[str]] = {}
    for words in directives:
        known.setdefault(words[0].lower(), words[1:])  # CSP 3, 2.2.1: the first one counts
    otherwise = known.get("default-src", ["*"])
    for name, source in (("script-src", "panel.js"), ("style-src", "panel.css"), ("connect-src", "events")):
        allowed = [word for word in known.get(name, otherwise) if word.lower() != "'none'"]
        known[name] = [*allowed, f"{root}{source}"]
    known["frame-ancestors"] = ["'none'"]
    return "; ".join(" ".join([name, *sources]) for name, sources in known.items())


def panel_data(findings: Sequence[Finding], *, language: str) -> Mapping[str, Any]:
    """Return what the panel shows: a title that counts, and a row a finding, the worst first, all of it text."""
    catalogue = catalogue_for(language)
    ranks = list(Severity)
    return {
        "title": _title(findings, catalogue),
        "errors": any(finding.severity is Severity.ERROR for finding in findings),
        "words": dict(catalogue.area("preview")),
        "findings": [
            {
                "severity": finding.severity,
                "kind": catalogue.text(f"preview.{finding.severity}"),
                "place": str(finding.place),
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in sorted(findings, key=lambda finding: ranks.index(finding.severity))
        ],
    }


def mistakes_page(findings: Sequence[Finding], *, language: str, missing: str = "") -> bytes:
    """Return the page that stands where there is none to show: the findings as a list, or that it is `missing`."""
    environment = make_environment(folder=None, catalogue=catalogue_for(language), language=language)
    data = panel_data(findings, language=language)
    return sealed(environment.get_template("preview/mistakes.html").render(data, missing=missing)).encode()


def _title(findings: Sequence[Finding], catalogue: Catalogue) -> str:
    """Return how many findings there are of each kind."""
    counts = Counter(finding.severity for finding in findings)
    told = [catalogue.text(f"preview.{kind}s", count=counts[kind]) for kind in Severity if counts[kind]]
    return ", ".join(told) or catalogue.text("preview.sound")
