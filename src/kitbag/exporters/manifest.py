"""The list beside the packages: of which course and edition they are, and the digest of each file.

Someone who receives a folder of packages can tell by it that nothing was altered or lost on the way. It is made of the
course and the files alone, so the same course gives the same list.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kitbag.course.model import Course
from kitbag.files import Unreadable, is_safe_name, read_within, write_atomically
from kitbag.inside import open_inside

NAME: Final = "manifest.json"
SCHEMA: Final = "packages/1"
REPORT: Final = "report"
"""The format of a report on what a package could not carry."""
GUIDE: Final = "guide"
"""The format of a page that tells how to import the packages."""
_LARGEST: Final = 4 * 1024**2


def write_manifest(folder: Path, course: Course, written: Mapping[str, str], kept: Iterable[dict[str, Any]]) -> Path:
    """Write the list of a folder's packages, and return its path.

    Args:
        folder: where the files written now are, and the list goes.
        course: the course they were made of.
        written: the format of each file written now, by its name.
        kept: entries of an earlier list, whose files stay.

    Raises:
        OSError: a file cannot be read, or the list cannot be written.
    """
    fresh = [_entry(folder / name, kind, course) for name, kind in written.items()]
    manifest = {
        "schema": SCHEMA,
        "course": {
            "id": course.info.id,
            "title": course.info.title,
            "edition": course.info.edition,
            "language": course.info.language,
            "licence": course.info.licence,
            "digest": course.digest,
        },
        "source_date": course.as_of,
        "files": sorted([*kept, *fresh], key=lambda one: str(one["name"])),
    }
    path = folder / NAME
    write_atomically(path, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    return path


def listed_files(folder: Path) -> list[dict[str, Any]]:
    """Return the files that a folder's list names, each with its facts; none where there is no list to be read."""
    try:
        return list(entries(json.loads(read_within(folder, NAME, largest=_LARGEST))))
    except (Unreadable, ValueError, RecursionError):
        return []


def digests_in(folder: Path) -> dict[str, tuple[str, str]]:
    """Return the digests of the files that a folder's list names, by name, as `kitbag.seals` notes them."""
    return {one["name"]: ("", str(one.get("sha256", ""))) for one in listed_files(folder)}


def is_as_listed(folder: Path, entry: dict[str, Any]) -> bool:
    """Tell whether a file in a folder still holds what its entry in the list says."""
    try:
        with os.fdopen(open_inside(folder, entry["name"]), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == entry.get("sha256")
    except OSError:
        return False


def entries(manifest: Any) -> Iterable[dict[str, Any]]:
    """Yield the entries of a list that somebody hands in.

    Raises:
        ValueError: it is no such list. The message says why, as part of a sentence.
    """
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise ValueError(f'it does not say "schema": "{SCHEMA}"')
    files = manifest.get("files")
    if not isinstance(files, list):
        raise ValueError("it lists no files")  # noqa: TRY004 - a value in somebody's JSON
    for one in files:
        if not isinstance(one, dict) or not isinstance(name := one.get("name"), str):
            raise ValueError("an entry has no name")  # noqa: TRY004 - likewise
        if not is_safe_name(name) or "/" in name:
            raise ValueError(f"the name {name!r} leads out of the folder")
        yield one


def _entry(path: Path, kind: str, course: Course) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": path.name,
        "format": kind,
        "edition": course.info.edition,
        "course_digest": course.digest,
        "size": path.stat().st_size,
        "sha256": digest,
    }
