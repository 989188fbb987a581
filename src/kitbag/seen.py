"""Which templates of course folders this user's machine has met before, by the digest of all files beside them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from kitbag.userdata import state_folder

_FOLDER: Final = "templates-seen"
_STYLES: Final = "templates/brand.css"


def templates_digest(inputs: Mapping[str, str]) -> str:
    """Return the digest of a course's `templates/`, or nothing where no template is in there to run.

    `inputs` are the digests of its files by their path from the course folder, as `ledger.look` returns them.
    """
    files = sorted((name, digest) for name, digest in inputs.items() if name.startswith("templates/"))
    if not any(name != _STYLES for name, _ in files):
        return ""
    return sha256(
        "".join(f"{name}\0{digest}\n" for name, digest in files).encode("utf-8", "surrogateescape")
    ).hexdigest()


def meet(digest: str) -> bool:
    """Remember templates by their digest, and tell whether they are new. Where nothing can be kept, they always are."""
    try:
        folder = state_folder() / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / digest).touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    except OSError:
        pass
    return True
