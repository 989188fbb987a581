"""Processor time and memory of merging and reporting 10,000 attempt records of the course in this folder.

python bench/results.py [COUNT]
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly
from kitbag.questions.model import Item, Matching, MultipleResponse, Ordering, SingleChoice, TrueFalse
from kitbag.rendering.results_report import results_page, results_text
from kitbag.results.attempt import Response
from kitbag.results.gather import gather
from kitbag.results.judging import Judge
from kitbag.results.record import write_record
from kitbag.results.report import report
from kitbag.results.session import Quiz, scored
from kitbag.results.sheet import key_response
from kitbag.results.store import open_store

ROOT = Path(__file__).parent.parent
WHEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BARS = {"merge": 10.0, "report": 5.0, "memory": 200.0}


def course() -> Course:
    """Return the course of this folder."""
    found = load_course(ROOT).course
    if found is None:
        sys.exit("The course of this folder has mistakes.")
    return found


def write_records(count: int, folder: Path) -> None:
    """Write records of a pre-test and a final test for half as many people, on the forms of six draws.

    Everybody answers in their own way: seven of ten questions rightly, one not at all, the others wrongly.
    """
    made = course()
    assembly = Assembly(made.banks, made.info.tests)
    draw = Random(1)  # noqa: S311 - a bench, and no secret
    for test in made.info.tests[:2]:
        forms = [assembly.draw(test.id, seed="bench", draw=number + 1) for number in range(6)]
        for number in range(count // 2):
            form = forms[number % 6]
            responses = {one.item.id: answer(one.item, draw) for one in form.items}
            quiz = Quiz(made, test, test.id, form.id, 1, form.items)
            name = str(UUID(int=draw.getrandbits(128), version=4))
            when = WHEN + timedelta(seconds=number)
            attempt = scored(quiz, responses, name=name, person=f"trainee {number}", now=when)
            (folder / f"{test.id}-{number}.json").write_bytes(write_record(attempt))


def answer(item: Item, draw: Random) -> Response:
    """Return a response: the key, nothing, or another of the item's ids or pairs."""
    right, chance = key_response(item), draw.random()
    if chance < 0.8:
        return right if chance < 0.7 else None
    match item:
        case SingleChoice():
            return draw.choice(item.options).id
        case MultipleResponse():
            return tuple(option.id for option in item.options if draw.random() < 0.5)
        case TrueFalse():
            return draw.choice(["true", "false"])
        case Matching():
            return {premise.id: draw.choice(item.responses).id for premise in item.premises}
        case Ordering():
            return tuple(element.id for element in draw.sample(item.elements, len(item.elements)))
        case _:
            return right


def peak() -> float:
    """Return the most memory this process held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def merge(records: Path, store: Path) -> None:
    """Merge a folder of records, and print how many, the seconds and the memory."""
    judge = Judge(course())
    start = time.process_time()
    with open_store(store) as opened:
        kept = sum(outcome.kept for outcome in opened.add(gather([records]), judge))
    print(f"{kept} {time.process_time() - start:.2f} {peak():.0f}")


def make_report(store: Path) -> None:
    """Report on a store as text and page, and print likewise."""
    made = course()
    start = time.process_time()
    with open_store(store) as opened:
        found = report(made, opened)
    results_text(found)
    results_page(found)
    print(f"{len(found.sittings)} {time.process_time() - start:.2f} {peak():.0f}")


def main() -> None:
    """Measure each part in a process of its own."""
    if sys.argv[1:2] == ["merge"]:
        merge(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["report"]:
        make_report(Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as name:
            folder, store = Path(name, "records"), Path(name, "results.sqlite")
            folder.mkdir()
            write_records(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, folder)
            for part, arguments in (("merge", [folder, store]), ("report", [store])):
                command = [sys.executable, __file__, part, *map(str, arguments)]
                told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
                for what, took, unit in ((part, told[1], "s"), ("memory", told[2], "MiB")):
                    met = "met" if float(took) <= BARS[what] else "not met"
                    print(f"{part} of {told[0]}, {what}: {took} {unit}, bar {BARS[what]:.0f} {unit}, {met}")


if __name__ == "__main__":
    main()
