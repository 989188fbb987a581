"""Measures builds as they are run from the command line, and prints each bar: ours, reference, met or not.

    python bench/builds.py                   every bar
    python bench/builds.py nothing version   those whose name begins so
    python bench/builds.py --rounds 5        more rounds (default 3)

Times are processor seconds of the command and its children, medians, less the start of the interpreter where the bar
says "above". Only how much two processes gain is measured by the clock, beside two processes that do nothing but
count; where those gain less than they do on an idle machine, the measure is taken again, and then says nothing. The
site is measured against MkDocs and Sphinx by peers.py.
"""

import argparse
import math
import os
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from processes import compile_kitbag, met, spend
from synthetic import SIZES, write_course

KITBAG = (sys.executable, "-c", "from kitbag.cli import main; main()")

IDLE, TRIES = 1.7, 4
"""What two processes that only count gain at least on two idle processors, and how often to wait for that."""

BURN = """
import sys, tempfile, time
from pathlib import Path
from kitbag import build, parallel
from kitbag.course.load import load_course
folder = Path(sys.argv[1])
course = load_course(folder).course
def count(number):
    for _ in range(number):
        pass
    return number
def burn(processes):
    parallel.processors = lambda: processes
    parallel.FEWEST = 1
    start = time.perf_counter()
    parallel.share_out([None] * processes, lambda share: count(60_000_000 // processes) and len(share))
    parallel.FEWEST = 150
    return time.perf_counter() - start
"""
TIMES = """
seconds(1)
for _ in range(int(sys.argv[2])):
    print(seconds(1), seconds(2), burn(1), burn(2))
"""
TWO_PROCESSES = f"""{BURN}
def seconds(count):
    parallel.processors = lambda: count
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        build.build_course(course, build.Settings(Path(name), ("site",)), lambda _: None)
        return time.perf_counter() - start
{TIMES}"""
TWO_PRINTERS = f"""{BURN}
from kitbag.rendering.paper import trainee_documents
from kitbag.rendering.paper_pdf import print_documents
documents = [one for one in trainee_documents(course, size="a4", templates=None) if "book" not in one.path]
pages = [(one, one.html()) for one in documents for _ in range(4)]
def seconds(count):
    start = time.perf_counter()
    for printed in print_documents(pages, processes=count):
        assert printed.pdf, printed
    return time.perf_counter() - start
{TIMES}"""

PRINT = """
import sys
from kitbag.cli import main
from kitbag.rendering import paper_pdf
def counted(pages, real=paper_pdf.print_documents, **options):
    print(len(pages), "printed")
    return real(pages, **options)
paper_pdf.print_documents = counted
main(["build", "-C", sys.argv[1], "--only", "handouts"])
"""


def site(course: Path, into: Path | None = None) -> float:
    """Build the site of a course, and return the processor seconds."""
    return spend([*KITBAG, "build", "-C", course, "--only", "site", *(["--into", into] if into else [])])[0]


def edit(file: Path, pattern: str) -> None:
    """Put a word before the first text that a pattern finds."""
    file.write_text(re.sub(pattern, lambda found: f"{found[0]}Again ", file.read_text("utf-8"), count=1), "utf-8")


class Bench:
    """The courses measured with, made when first asked for."""

    def __init__(self, scratch: Path, rounds: int) -> None:
        """Take the folder to work in, and how often to measure."""
        self.scratch = scratch
        self.rounds = rounds

    def course(self, size: str) -> Path:
        """Return the synthetic course of a size, its site built."""
        folder = self.scratch / size
        if not folder.exists():
            site(write_course(size, folder))
        return folder

    def above(self, name: str, limit: float, run: Callable[[], float]) -> str:
        """Return the line of a bar in seconds above the start of the interpreter."""
        starts, ours = [], []
        for _ in range(self.rounds):
            starts.append(spend([sys.executable, "-c", "pass"])[0])
            ours.append(run())
        value = statistics.median(ours) - statistics.median(starts)
        return line(name, value, f"{statistics.median(starts):.3f}s", limit, reached=value <= limit)

    # --- Bars ------------------------------------------------------------------------------------------------------

    def version(self) -> Iterator[str]:
        """Measure `kitbag --version` and `--help`."""
        for word in ("--version", "--help"):
            yield self.above(
                f"version: kitbag {word}, s above start", 0.06, lambda word=word: spend([*KITBAG, word])[0]
            )

    def check(self) -> Iterator[str]:
        """Measure `kitbag check` of the shipped course."""
        shipped = Path(__file__).parent.parent
        yield self.above(
            "check of the shipped course, s above start", 0.5, lambda: spend([*KITBAG, "check", "-C", shipped])[0]
        )

    def nothing(self) -> Iterator[str]:
        """Measure a build of L when nothing has changed."""
        folder = self.course("L")
        yield self.above("nothing changed at L, s above start", 0.3, lambda: site(folder))

    def one(self) -> Iterator[str]:
        """Measure a build of L when a lesson, or an item, has changed."""
        folder = self.course("L")

        def lesson() -> float:
            edit(folder / "course/m7.yaml", r"text: \|\n *#+ .*\n\n +")
            return site(folder)

        def item() -> float:
            edit(folder / "questions/m9.yaml", r"rationale: ")
            return site(folder)

        yield self.above("one lesson changed at L, s above start", 0.5, lesson)
        yield self.above("one item changed at L, s above start", 0.5, item)

    def growth(self) -> Iterator[str]:
        """Measure how the time of a whole build grows with the lessons, from S to L."""
        start = statistics.median(spend([sys.executable, "-c", "import kitbag.rendering.pages"])[0] for _ in range(3))
        spent = {}
        for size in ("S", "L"):
            times = [site(self.course(size), self.scratch / f"{size}-{number}") for number in range(self.rounds)]
            spent[size] = statistics.median(times) - start
        value = math.log(spent["L"] / spent["S"]) / math.log(SIZES["L"].modules / SIZES["S"].modules)
        yield line("growth of a build from S to L, exponent by lessons", value, "", 1.05, reached=value <= 1.05)

    def two(self) -> Iterator[str]:
        """Measure what two processes gain in building the site of L, of what two that only count gain."""
        yield self._gain("two processes: gain of the site of L against a burn's", TWO_PROCESSES, "L")

    def printers(self) -> Iterator[str]:
        """Measure what two processes gain in printing many documents, of what two that only count gain."""
        yield self._gain("printers, two: gain on many PDFs against a burn's", TWO_PRINTERS, "S")

    def kept(self) -> Iterator[str]:
        """Count the PDFs of S that are printed again after a change that only the certificate shows, by its digest."""
        folder = self.course("S")

        def printed() -> int:
            told = re.search(r"(\d+) printed", spend([sys.executable, "-c", PRINT, folder])[1])
            return int(told[1]) if told else 0

        whole = printed()
        for file in (folder / "course").iterdir():
            file.write_text(f"{file.read_text('utf-8')}# A comment.\n", "utf-8")
        again = printed()
        yield line(
            "kept: PDFs printed after a comment in each file", again, f"of {whole}", 1, reached=again <= 1 < whole
        )

    def _gain(self, name: str, program: str, size: str) -> str:
        for _ in range(TRIES):
            command = [sys.executable, "-c", program, self.course(size), self.rounds]
            rows = [map(float, row.split()) for row in spend(command)[1].splitlines()]
            one, two, burn_one, burn_two = map(statistics.median, zip(*rows, strict=True))
            value, reference = one / two, burn_one / burn_two
            if reference >= IDLE:
                break
        else:
            return f"{name:55} {value:8.3f} {reference:9.2f} {'':>7} says nothing: the machine is too busy"
        reached = value >= 0.85 * reference
        return line(name, value, f"{reference:.2f}", 0.85, reached=reached, ratio=value / reference)


def line(name: str, value: float, reference: str, limit: float, *, reached: bool, ratio: float | None = None) -> str:
    """Return a bar as it is printed."""
    shown = "" if ratio is None else f"{ratio:.2f}"
    return f"{name:55} {value:8.3f} {reference:>9} {shown:>7} bar {limit:5.2f}  {met(reached)}"


def main() -> None:
    """Measure the bars that are asked for."""
    bars = ("version", "check", "nothing", "one", "growth", "two", "printers", "kept")
    parser = argparse.ArgumentParser(description="Measure Kitbag's builds.")
    parser.add_argument("names", nargs="*", help=f"beginnings of the bars' names: {', '.join(bars)}")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    compile_kitbag()
    scratch = Path(tempfile.mkdtemp(prefix="kitbag-bench-"))
    bench = Bench(scratch, asked.rounds)
    print(f"{'bar':55} {'ours':>8} {'reference':>9} {'ratio':>7}")
    try:
        for name in bars:
            if not asked.names or name.startswith(tuple(asked.names)):
                for told in getattr(bench, name)():
                    print(told, flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
