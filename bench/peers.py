"""Measures `kitbag build --only site` of L against MkDocs and Sphinx, and prints each ratio beside its bar.

    python bench/peers.py                 both peers, both ways
    python bench/peers.py MkDocs          one of them
    python bench/peers.py --rounds 5      more rounds (default 3; Sphinx, which takes minutes, has one)

The peers get what Kitbag gets, as Markdown, in two ways:

- lessons: the lessons of L in a course without items;
- lessons and items: L as it is. A page for each bank shows its 100 items to the peers' readers: stem, options, key and
  rationale. Kitbag checks all 10,000 items by its rules of item writing; on its pages are the 1,000 for practice, as
  questions that take an answer, the others being kept for tests.

MkDocs has its default theme and plugins, Sphinx has alabaster and myst-parser. Times are processor seconds of whole
commands, ours and theirs in turn (A B A B …), medians; each builds from nothing. The peers are installed into a virtual
environment of their own; where that cannot be, a line says so.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from processes import compile_kitbag, met, spend
from synthetic import write_course

from kitbag.course.blocks import KeyPoints, TextBlock
from kitbag.course.load import load_course
from kitbag.course.model import Lesson
from kitbag.questions.model import ItemBank, SingleChoice


class Peer(NamedTuple):
    """A builder of documentation."""

    command: tuple[str, ...]
    """What builds the site, in the folder that `write_documents` wrote; its first word lies in the tools' `bin`."""
    limit: float
    """How many times as long as ours it must take."""
    packages: tuple[str, ...]
    slow: bool = False


PEERS = {
    "MkDocs": Peer(("mkdocs", "build", "--quiet", "--clean"), 5, ("mkdocs",)),
    "Sphinx": Peer(("sphinx-build", "-q", "-E", "-a", "docs", "html"), 20, ("sphinx", "myst-parser"), slow=True),
}
WAYS = {"lessons": "lessons of L", "lessons and items": "L"}
"""What is built, and the size of the course that holds it."""


def write_documents(course: Path, folder: Path) -> Path:
    """Write the lessons of a course and the items of its banks as Markdown for MkDocs and Sphinx; return the folder."""
    found = load_course(course).course
    if found is None:
        raise SystemExit("The synthetic course has mistakes.")
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text("site_name: L\n", "utf-8")
    (docs / "conf.py").write_text('extensions = ["myst_parser"]\nproject = "L"\n', "utf-8")
    pages = {
        f"{module.id}-{number}": _lesson(lesson)
        for module in found.modules
        for number, lesson in enumerate(module.lessons, 1)
    }
    pages |= {f"items-{bank.module}": _bank(bank) for bank in found.banks if bank.items}
    pages["index"] = "\n".join(["# L", "", "```{toctree}", *pages, "```", ""])
    for name, text in pages.items():
        (docs / f"{name}.md").write_text(text, "utf-8")
    return folder


def _lesson(lesson: Lesson) -> str:
    lines = [f"# {lesson.title}", ""]
    for block in lesson.blocks:
        if isinstance(block, TextBlock):
            lines += [block.text.replace("### ", "## "), ""]  # Sphinx warns of a level that is left out
        elif isinstance(block, KeyPoints):
            lines += [*(f"- {point.text}" for point in block.points), ""]
    return "\n".join(lines)


def _bank(bank: ItemBank) -> str:
    lines = [f"# Items of {bank.module}", ""]
    for item in bank.items:
        if not isinstance(item, SingleChoice):
            raise SystemExit("The synthetic course holds items of another type.")
        options = [f"- {option.text}: {option.feedback}" for option in item.options]
        lines += [f"## {item.id}", "", item.stem, "", *options, "", f"**{item.key}** {item.rationale}", ""]
    return "\n".join(lines)


def compare(peer: Peer, course: Path, documents: Path, tools: Path, rounds: int) -> tuple[float, float]:
    """Build both sites in turn, each from nothing; return the medians of ours and theirs in processor seconds."""
    ours, theirs = [], []
    kitbag = (sys.executable, "-c", "from kitbag.cli import main; main()", "build", "--only", "site", "-C", course)
    for _ in range(rounds):
        shutil.rmtree(course / "build", ignore_errors=True)
        ours.append(spend(kitbag)[0])
        theirs.append(spend((tools / "bin" / peer.command[0], *peer.command[1:]), documents)[0])
    return statistics.median(ours), statistics.median(theirs)


def lines(names: list[str], rounds: int, scratch: Path) -> Iterator[str]:
    """Give the line of each bar."""
    tools = scratch / "tools"
    packages = [package for name in names for package in PEERS[name].packages]
    try:
        subprocess.run([sys.executable, "-m", "venv", tools], check=True, capture_output=True)
        subprocess.run([tools / "bin/pip", "install", "--quiet", *packages], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        yield f"skipped: {', '.join(names)} cannot be installed here ({error})"
        return
    for way, size in WAYS.items():
        course = write_course(size, scratch / size)
        documents = write_documents(course, scratch / f"{size} as Markdown")
        for name in names:
            peer = PEERS[name]
            ours, theirs = compare(peer, course, documents, tools, 1 if peer.slow else rounds)
            ratio = theirs / ours
            title = f"{name}, {way}: times as long as ours"
            yield f"{title:55} {ours:7.2f}s {theirs:8.2f}s {ratio:7.2f} ≥ {peer.limit:5.2f}  {met(ratio >= peer.limit)}"


def main() -> None:
    """Measure against the peers that are asked for."""
    parser = argparse.ArgumentParser(description="Measure the site of L against MkDocs and Sphinx.")
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(PEERS)}")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    compile_kitbag()
    scratch = Path(tempfile.mkdtemp(prefix="kitbag-bench-"))
    print(f"{'bar':55} {'ours':>8} {'theirs':>9} {'ratio':>7}")
    try:
        for line in lines([name for name in PEERS if not asked.names or name in asked.names], asked.rounds, scratch):
            print(line, flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
