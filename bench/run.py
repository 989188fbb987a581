"""Measures Kitbag side by side with a reference, in one run, and prints each bar: ours, reference, ratio, met or not.

    python bench/run.py                every bar
    python bench/run.py reading site   those whose name begins so
    python bench/run.py --rounds 5     more rounds (default 3)

Each round runs ours and the reference in turn (A B A B …), each in a fresh process; medians are compared. Times are
processor seconds of the process and its children, less what it takes to start and import, since that is no part of the
work; a busy machine changes them less than the clock. Memory is the largest resident set. A figure counts as a ratio
only; how soon a response is drawn goes by the clock, and Lighthouse judges as it does. Builds as they are run from the
command line are measured by builds.py, the site beside MkDocs and Sphinx by peers.py, exports by exports.py, results by
results.py.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lighthouse import performance
from processes import compile_kitbag, met, spend
from response import LIMIT, response
from synthetic import write_course
from weight import heaviest

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Bar:
    """Something measured against a reference."""

    name: str
    limit: float
    """The largest ratio of ours to the reference, or the most MiB."""
    ours: str
    """Python source that does our work; `folder` is a course of the size."""
    reference: str = ""
    """Python source that does the reference's work; for memory, none."""
    size: str = "L"
    start: str = ""
    """Python source that both begin with; the time it takes is left out."""


START = "from kitbag.course.load import load_course"
"""What every measured process imports first; the time it takes is left out."""

BARE_EVENTS = """
import yaml
from yaml._yaml import CParser
from kitbag.questions.model import ItemBank
def tree(parser):
    event = parser.get_event()
    return value(parser, event)
def value(parser, event):
    kind = type(event)
    if kind is yaml.ScalarEvent:
        return event.value
    if kind is yaml.SequenceStartEvent:
        out = []
        while type(event := parser.get_event()) is not yaml.SequenceEndEvent:
            out.append(value(parser, event))
        return out
    out = {}
    while type(event := parser.get_event()) is not yaml.MappingEndEvent:
        out[event.value] = value(parser, parser.get_event())
    return out
for path in sorted((folder / "questions").glob("*.yaml")):
    parser = CParser(path.read_text("utf-8"))
    parser.get_event(), parser.get_event()
    ItemBank.model_validate(tree(parser))
"""
SAFE_LOADER = """
import yaml
from kitbag.questions.model import ItemBank
for path in sorted((folder / "questions").glob("*.yaml")):
    tree = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    ItemBank.model_validate(tree)
"""
READ = """
from kitbag.modelling import read_model
from kitbag.questions.model import ItemBank
for path in sorted((folder / "questions").glob("*.yaml")):
    bank, _, findings = read_model(path.read_bytes(), path.name, ItemBank)
    assert bank, findings[:3]
"""
LOAD = """
from kitbag.course.load import load_course
loaded = load_course(folder)
assert loaded.course, loaded.findings[:3]
"""
CHECK = """
from kitbag.cli import main
try:
    main(["check", "-C", str(folder)])
except SystemExit as left:
    assert not left.code, left
"""
SITE = (
    LOAD
    + """
from kitbag.rendering.pages import render_site
for name, make in render_site(loaded.course, templates=None):
    make()
"""
)
BARE_SITE = (
    LOAD
    + """
from jinja2 import Environment
from markdown_it import MarkdownIt
page = Environment(autoescape=True).from_string(
    "<!doctype html><html lang=en><title>{{ title }}</title><body><nav>{% for l in lessons %}<a href={{ l.id }}>"
    "{{ l.title }}</a>{% endfor %}</nav><h1>{{ title }}</h1>{% for b in blocks %}{{ b|safe }}{% endfor %}</body></html>"
)
markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
for module in loaded.course.modules:
    for lesson in module.lessons:
        blocks = []
        for block in lesson.blocks:
            if block.type == "text":
                blocks.append(markdown.render(block.text))
            elif block.type == "key-points":
                blocks += [markdown.render(point.text) for point in block.points]
        page.render(title=lesson.title, lessons=module.lessons, blocks=blocks).encode()
"""
)
DELIVERED = (
    LOAD
    + """
import tempfile
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse
with tempfile.TemporaryDirectory() as target:
    assert list(deliver(NAME, RenderedCourse(loaded.course), Path(target)))
"""
)
CHECKED = (
    DELIVERED.replace("NAME", "'scorm12'").partition("    assert")[0]
    + """
    [path] = deliver("scorm12", RenderedCourse(loaded.course), Path(target))
    del loaded
    from kitbag.exporters.checking.registry import check_package
    assert check_package(path).sound
"""
)
ONE_PDF = (
    LOAD
    + """
from kitbag.rendering.paper import trainee_documents
book = next(one for one in trainee_documents(loaded.course, size="a4", templates=None) if "book" in one.path)
html = book.html()
"""
)
OUR_PDF = (
    ONE_PDF
    + """
from kitbag.rendering.paper_pdf import PaperDocument, render_pdf
render_pdf(PaperDocument(book.path, book.title, lambda: html))
"""
)
RAW_PDF = (
    ONE_PDF
    + """
import weasyprint
weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
"""
)

BARS = (
    Bar("reading against the parser's events and validation", 1.3, READ, BARE_EVENTS),
    Bar("reading against CSafeLoader and validation", 0.5, READ, SAFE_LOADER),
    Bar("check, the whole command, against reading", 3.0, CHECK, LOAD),
    Bar("site against a bare loop of Jinja and Markdown", 1.5, SITE, BARE_SITE, start=LOAD),
    Bar("site: memory in MiB", 200, SITE),
    *(
        Bar(f"packages, {name}: memory in MiB", 200, DELIVERED.replace("NAME", repr(name)))
        for name in ("zip", "html", "scorm12", "scorm2004", "cmi5", "epub")
    ),
    Bar("packages, scorm12 made and checked: memory in MiB", 200, CHECKED),
    Bar("a PDF against raw WeasyPrint", 1.05, OUR_PDF, RAW_PDF, size="S", start=ONE_PDF),
)


def measure(source: str, folder: Path) -> tuple[float, float]:
    """Run source in a fresh process; return processor seconds and the largest resident set in MiB."""
    program = f"from pathlib import Path\nfolder = Path({str(folder)!r})\n{START}\n{source}\nimport resource\n"
    program += "print('MiB', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    seconds, told = spend([sys.executable, "-c", program], HERE)
    return seconds, float(told.rpartition("MiB ")[2])


def judge(bar: Bar, course_of: Callable[[str], Path], rounds: int) -> str:
    """Measure one bar and return its line."""
    folder = course_of(bar.size)
    ours, reference, memory = [], [], []
    for _ in range(rounds):
        start = measure(bar.start, folder)[0]
        seconds, mib = measure(bar.ours, folder)
        ours.append(seconds - start)
        memory.append(mib)
        if bar.reference:
            reference.append(measure(bar.reference, folder)[0] - start)
    if not bar.reference:
        value = statistics.median(memory)
        return f"{bar.name:55} {value:8.0f} {'':9} {value:7.0f} ≤ {bar.limit:5.0f}  {met(value <= bar.limit)}"
    one, other = statistics.median(ours), statistics.median(reference)
    ratio = one / other
    return f"{bar.name:55} {one:7.2f}s {other:8.2f}s {ratio:7.2f} ≤ {bar.limit:5.2f}  {met(ratio <= bar.limit)}"


def response_line(scratch: Path) -> str:
    """Measure how soon a response to a long quiz is drawn, by the clock, and return the line of the bar."""
    name = "response to 500 items, slow processor, in ms"
    drawn = response(scratch)
    if drawn is None:
        return f"{name:55} skipped: Chromium is not installed"
    return f"{name:55} {drawn:8.1f} {'':9} {drawn:7.1f} ≤ {LIMIT:5.1f}  {met(drawn <= LIMIT)}"


def main() -> None:
    """Measure the bars that are asked for."""
    parser = argparse.ArgumentParser(description="Measure Kitbag side by side with a reference.")
    parser.add_argument("names", nargs="*", help="beginnings of the bars' names")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    compile_kitbag()
    scratch = Path(tempfile.mkdtemp(prefix="kitbag-bench-"))

    def course_of(size: str) -> Path:
        folder = scratch / size
        return folder if folder.exists() else write_course(size, folder)

    print(f"{'bar':55} {'ours':>8} {'reference':>9} {'ratio':>7}")
    try:
        for bar in BARS:
            if not asked.names or bar.name.startswith(tuple(asked.names)):
                print(judge(bar, course_of, asked.rounds), flush=True)
        if not asked.names or "weight" in asked.names:
            for name, size, limit in heaviest():
                print(f"{name:55} {size:8d} {'':9} {size:7d} ≤ {limit:5d}  {met(size <= limit)}")
        if not asked.names or "response" in asked.names:
            print(response_line(scratch))
        if not asked.names or "lighthouse" in asked.names:
            scores = list(performance(scratch))
            for page, score in scores:
                name = f"lighthouse: performance of {page}"
                print(f"{name:55} {score:8.2f} {'':9} {score:7.2f} ≥ {1:5.2f}  {met(score >= 1)}")
            if not scores:
                print(f"{'lighthouse':55} skipped: Lighthouse or Chromium is not installed")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
