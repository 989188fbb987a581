"""Every command as a program, and what holds wherever it runs."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from children import KITBAG, LONGEST, Child, started


def commands(place: Path) -> dict[str, list[str]]:
    """Return every command of the command line, by a name for it, as it is called on the course in a folder."""
    course = ["-C", str(place / "tea")]
    out = str(place / "out")
    return {
        "init": ["init", str(place / "new"), "--skeleton"],
        "check": ["check", *course],
        "check-json": ["check", *course, "--format", "json", "--copied", str(place / "copy.txt")],
        "build-site": ["build", *course, "--only", "site"],
        "preview": ["preview", *course, "--port", str(_free_port())],
        "build-reports": ["build", *course, "--only", "reports", "--into", out],
        "coverage": ["coverage", *course],
        "coverage-file": ["coverage", *course, "--format", "html", "--output", f"{out}.html"],
        "sources-add": ["sources", "add", str(place / "other.txt"), *course, "--id", "other"],
        "sources-check": ["sources", "check", str(place / "copy.txt"), *course, "--document", "recorded"],
        "sources-take": ["sources", "take", str(place / "copy.txt"), *course, "--document", "recorded"],
        "sources-pin": ["sources", "pin", "P1", *course, "--reason", "read"],
        "paper": ["paper", "final", *course, "--variants", "1"],
        "mark": ["mark", str(place / "grid.csv"), *course],
        "quiz": ["quiz", "final", *course, "--person", "Bo", "--plain"],
        "quiz-responses": ["quiz", "final", *course, "--person", "Cy", "--responses", str(place / "responses.json")],
        "results-add": ["results", "add", *course, "--store", f"{out}.sqlite", str(place / "records")],
        "results-report": ["results", "report", *course],
        "results-html": ["results", "report", *course, "--format", "html", "--output", f"{out}.html"],
        "results-export": ["results", "export", *course, "--xapi", f"{out}.json"],
        "results-essays": ["results", "essays", *course, "--output", f"{out}.csv"],
        "results-mark": ["results", "mark", str(place / "grid.csv"), *course],
        "results-verify": ["results", "verify", "7KQX-3M2R", *course],
        "certificate": ["certificate", *course],
        "export": ["export", "moodle", "gift", "qti3", "csv", "zip", "epub", *course],
        "export-check": ["export", "--check", str(place / "grid.csv"), str(place)],
        "schema": ["schema", "course"],
        "schema-files": ["schema", "--into", out],
        "completion": ["completion", "bash"],
    }


QUICK = (
    "init",
    "check",
    "build-site",
    "preview",
    "coverage",
    "sources-add",
    "mark",
    "quiz",
    "results-add",
    "results-report",
    "schema",
)
"""Those that differ most in what they read, write and print; the rest goes the same ways."""


def run(
    arguments: Sequence[str], *, env: Mapping[str, str | None] | None = None, before: Sequence[str] = (), **how: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command and check what holds wherever it runs: it ends, with an exit code of its own and no traceback."""
    environment = {name: value for name, value in {**os.environ, **(env or {})}.items() if value is not None}
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    with started([*before, *KITBAG, *arguments], env=environment, errors="replace", **how) as running:
        if arguments[0] == "preview":
            _look_and_stop(running, int(arguments[-1]))
        out, err = running.communicate(timeout=LONGEST)
    done = subprocess.CompletedProcess(arguments, running.returncode, out, err)
    told = (done.stdout or "") + (done.stderr or "")
    assert "Traceback" not in told, told[-3000:]
    assert "Exception ignored" not in told, told[-3000:]
    assert done.returncode in (0, 1, 2, 3, 130), told[-3000:]
    return done


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _look_and_stop(running: Child, port: int) -> None:
    """Ask a preview for its first page as soon as it answers, and end it as Ctrl-C does; none may be running."""
    until = time.monotonic() + LONGEST
    while running.poll() is None:
        assert time.monotonic() < until, "it does not answer"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
        try:
            connection.request("GET", "/site/index.html")
            answer = connection.getresponse()
            # 500: the course cannot be read, and the page says why.
            assert (answer.status, b"</html>" in answer.read()) in ((200, True), (500, True))
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            running.send_signal(signal.SIGINT)
            return
        finally:
            connection.close()
