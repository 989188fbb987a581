"""What the tests of the checks share: packages packed of a few files, and what is said about them."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kitbag.exporters.checking.registry import check_package


def _pack(files: Mapping[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            kind = zipfile.ZIP_STORED if path == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(path, text, kind)
    return target.getvalue()


@pytest.fixture(scope="session")
def pack() -> Callable[[Mapping[str, str]], bytes]:
    """Return a zip of files in their order; mimetype is stored, as a book needs it."""
    return _pack


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[bytes, str], list[str]]:
    """Return what is said about a package of these bytes and this name, a line a finding."""

    def judge(data: bytes, name: str = "p.zip") -> list[str]:
        path = tmp_path / name
        path.write_bytes(data)
        return [str(finding) for finding in check_package(path).findings]

    return judge
