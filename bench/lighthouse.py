"""What Lighthouse gives a lesson and a practice quiz of the shipped course for performance: 1.0 is the most."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from processes import spend

from kitbag.course.load import load_course
from kitbag.rendering.pages import render_site

ROOT = Path(__file__).parent.parent
LIGHTHOUSE = ROOT / "node_modules/lighthouse/cli/index.js"
PAGES = ("lessons/*/*.html", "practice/*.html")
"""The heaviest page of each kind is judged."""
OPTIONS = (
    "--quiet", "--output=json", "--only-categories=performance",
    "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
)  # fmt: skip
TRIES = 4
"""What else runs on the machine can only lower a score, so the best of a few counts."""


def performance(scratch: Path) -> Iterator[tuple[str, float]]:
    """Give each page with its score; nothing where Lighthouse, Node or Chromium is not installed."""
    node, chromium = shutil.which("node", path=ROOT / ".venv/bin") or shutil.which("node"), shutil.which("chromium")
    if not LIGHTHOUSE.exists() or node is None or chromium is None:
        return
    site = _site(scratch / "shipped")
    os.environ["CHROME_PATH"] = chromium
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        for kind in PAGES:
            page = max(site.glob(kind), key=lambda path: path.stat().st_size).relative_to(site).as_posix()
            address = f"http://127.0.0.1:{server.server_port}/{page}"
            scores = [_score([node, LIGHTHOUSE, address, *OPTIONS])]
            while scores[-1] < 1 and len(scores) < TRIES:
                scores.append(_score([node, LIGHTHOUSE, address, *OPTIONS]))
            yield page, max(scores)
    finally:
        server.shutdown()


def _score(command: Sequence[object]) -> float:
    score: float = json.loads(spend(command)[1])["categories"]["performance"]["score"]
    return score


def _site(folder: Path) -> Path:
    loaded = load_course(ROOT)
    if loaded.course is None:
        raise SystemExit("\n".join(map(str, loaded.findings)))
    for name, make in render_site(loaded.course, templates=ROOT):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(make())
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        """Say nothing of a request."""
