"""A folder of packages against the list beside them: what was altered, what is missing, what is too much."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kitbag.exporters.manifest import GUIDE, NAME, REPORT, entries
from kitbag.files import Unreadable, read_within
from kitbag.findings import Finding, Place, Severity, in_order

TITLE: Final = "Folder of packages"
_LARGEST: Final = 4 * 1024**2


def check_folder(folder: Path) -> tuple[list[Finding], list[Path]]:
    """Return what is wrong with a folder of packages as a whole, and the packages in it that are whole.

    The digest of each file is compared with the list's; what the packages hold is another question.
    """
    name = folder.resolve().name
    place = Place(f"{name}/{NAME}")
    try:
        manifest = json.loads(read_within(folder, NAME, largest=_LARGEST))
        listed = {entry["name"]: entry for entry in entries(manifest)}
    except Unreadable as error:
        if error.code != "missing-file":
            return [Finding(error.code, place, str(error), error.hint)], []
        hint = f"Name the packages in it. A folder is checked by its {NAME}."
        return [Finding("no-manifest", Place(name), f"There is no {NAME} in this folder.", hint)], []
    except (ValueError, RecursionError) as error:
        why = "it is no JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else error
        return [Finding("manifest", place, f"This is no list of packages: {why}.", "Export the course again.")], []
    findings: list[Finding] = []
    whole: list[Path] = []
    for entry in listed.values():
        faults = list(_file_faults(folder, name, entry))
        findings += faults
        if not faults and entry.get("format") not in (REPORT, GUIDE):
            whole.append(folder / entry["name"])
    findings += _stale(listed, manifest, name)
    findings += _extra(folder, listed, name)
    return in_order(findings), whole


def _file_faults(folder: Path, name: str, entry: dict[str, Any]) -> Iterator[Finding]:
    place = Place(f"{name}/{entry['name']}")
    again = "Export it again, or get it again from the person who gave you the folder."
    try:
        size, digest = _digest(folder / entry["name"])
    except FileNotFoundError:
        yield Finding("missing-file", place, f"{NAME} lists this file, and it is not in the folder.", again)
        return
    except OSError as error:
        yield Finding("unreadable", place, f"This cannot be read: {error.strerror or error}.", again)
        return
    if digest != entry.get("sha256"):
        was = entry.get("size")
        told = f"it has {size:,} bytes, and had {was:,}" if isinstance(was, int) and was != size else "it is as long"
        yield Finding("altered", place, f"This file was altered since it was made: {told}.", again)


def _digest(path: Path) -> tuple[int, str]:
    """Return size and digest of a file. Raises OSError where it is none; a link is not followed."""
    flags = ("O_NONBLOCK", "O_BINARY", "O_NOFOLLOW")
    descriptor = os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in flags))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is not a file")
        return status.st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _stale(listed: dict[str, dict[str, Any]], manifest: dict[str, Any], name: str) -> Iterator[Finding]:
    course = manifest.get("course")
    latest = course.get("digest") if isinstance(course, dict) else None
    for entry in listed.values():
        if entry.get("course_digest") != latest:
            message = "This file was made from another state of the course than the newest ones here."
            place = Place(f"{name}/{entry['name']}")
            yield Finding("stale", place, message, "Export it again.", Severity.WARNING)


def _extra(folder: Path, listed: dict[str, dict[str, Any]], name: str) -> Iterator[Finding]:
    for path in sorted(folder.iterdir()):
        if path.name not in listed and path.name != NAME and not path.name.startswith("."):
            message = f"This file is in the folder, and {NAME} does not list it."
            yield Finding("extra", Place(f"{name}/{path.name}"), message, severity=Severity.WARNING)
