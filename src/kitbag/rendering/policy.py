"""The Content-Security-Policy of every page that Kitbag makes (CSP Level 3).

No policy names the network or `file:`. On a page opened from a disk, Chromium takes `'self'` to mean every `file:`
address, `file://host/share` included, for which Windows would ask a server; Firefox puts loads from `file:` under no
policy. So there a policy keeps the network out, and what keeps such addresses out of pages is that text is escaped and
that style sheets and drawings are read before they are shown (`kitbag.course.safe_css`, `kitbag.course.safe_svg`).
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from markupsafe import Markup

_HEAD_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
# A policy holds for what follows it, and so comes first; and nothing may hide it in a comment or an attribute.
_OPENING: Final = re.compile(
    r"\s*<!doctype html>\s*<html(?:\s+[a-z-]+(?:=\"[^\"<>]*\")?)*\s*>\s*<head>\s*(?:<meta charset=\"utf-8\">\s*)?",
    re.IGNORECASE,
)
_OURS: Final = re.compile(
    r"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
    r"(?: (?:script|style|img)-src(?: (?:'self'|data:|'nonce-[\w+/]+'|'sha256-[\w+/=]+'))+;)*"
    r" base-uri 'none'; form-action 'none'\">"
)
_ISLAND: Final = '<script type="application/json"'


def policy(
    *, scripts: Iterable[str] = (), styles: Iterable[str] = (), images: str = "'self' data:", more: str = ""
) -> Markup:
    """Return a policy that allows these sources and nothing else.

    Args:
        scripts: sources of scripts, such as `'self'`, a nonce or a hash.
        styles: sources of style sheets.
        images: sources of images, in one string.
        more: further directives.
    """
    directives = ["default-src 'none'"]
    directives += [f"script-src {' '.join(scripts)}"] if scripts else []
    directives += [f"style-src {' '.join(styles)}"] if styles else []
    directives += [f"img-src {images}", *([more] if more else []), "base-uri 'none'", "form-action 'none'"]
    # Its quotation marks may stay as they are inside an attribute.
    return Markup("; ".join(directives))


def page_policy(nonce: str, body: str) -> Markup:
    """Return the policy of a page whose head loads its scripts and styles with a nonce."""
    allowed = f"'nonce-{nonce}'"
    return policy(scripts=[allowed, *_island_hashes(body)], styles=[allowed])


def nonce_of(body: str) -> str:
    """Return the word that lets the head's own scripts and styles load (CSP 3, 2.3.1).

    It is a hash of all the page shows, so no text on the page can hold it, wherever it came from.
    """
    return b64encode(sha256(body.encode()).digest()[:18]).decode()


def sealed(html: str) -> str:
    """Return a page without scripts, all of whose styles are in its head, with a policy that allows just those."""
    head = html.partition("</head>")[0]
    styles = [hash_of(style) for style in _HEAD_STYLE.findall(head)]
    return _with(policy(styles=styles), html)


def guarded(html: str) -> str:
    """Return a page that a course's own template may have made; one without a policy like ours gets a strict one."""
    opening = _OPENING.match(html)
    if opening and _OURS.match(html, opening.end()):
        return html
    return _with(policy(scripts=["'self'"], styles=["'self'", "'unsafe-inline'"]), html)


def _with(said: str, html: str) -> str:
    opening = _OPENING.match(html)
    start = html[: opening.end()] if opening else "<!doctype html>\n"
    rest = html[opening.end() :] if opening else html
    return f'{start}<meta http-equiv="Content-Security-Policy" content="{said}">\n{rest}'


def hash_of(text: str) -> str:
    """Return the source that allows an inline script or style of just this text (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _island_hashes(body: str) -> list[str]:
    """Return a hash for each JSON island; no browser runs them, but some validators count them as scripts."""
    islands = [rest.partition(">")[2].partition("</script>")[0] for rest in body.split(_ISLAND)[1:]]
    return [hash_of(island) for island in islands]
