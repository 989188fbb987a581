"""The Content-Security-Policy of every page that Kitbag makes (CSP Level 3).

No policy names the network or `file:`. On a page opened from a disk, Chromium and Firefox take `'self'` to mean the
files of that disk, so the pictures and style sheets beside a page load, while `file://host/share`, for which Windows
would ask a server, does not.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from markupsafe import Markup

_HEAD_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CHARSET: Final = '<meta charset="utf-8">\n'
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

    It is a hash of all the page shows, so no text on the page can hold it, however it got there.
    """
    return b64encode(sha256(body.encode()).digest()[:18]).decode()


def sealed(html: str) -> str:
    """Return a page without scripts, all of whose styles are in its head, with a policy that allows just those."""
    head = html.partition("</head>")[0]
    styles = [hash_of(style) for style in _HEAD_STYLE.findall(head)]
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(styles=styles)}">\n'
    return html.replace(_CHARSET, _CHARSET + meta, 1)


def hash_of(text: str) -> str:
    """Return the source that allows an inline script or style of just this text (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _island_hashes(body: str) -> list[str]:
    """Return a hash for each JSON island; no browser runs them, but some validators count them as scripts."""
    islands = [rest.partition(">")[2].partition("</script>")[0] for rest in body.split(_ISLAND)[1:]]
    return [hash_of(island) for island in islands]
