"""Kill it, again and again, and fill the disk: what was acknowledged is there, once."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from children import LONGEST, Child, started
from click.testing import CliRunner

from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.questions.assembly import Assembly
from kitbag.results.record import write_record
from kitbag.results.session import Quiz, State, scored
from kitbag.results.sheet import key_response
from kitbag.results.store import open_store

PROJECT = Path(__file__).parents[1] / "projects/every-item-type"
SOURCE = str(Path(__file__).parents[2] / "src")
WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KITBAG = [sys.executable, "-c", "from kitbag.cli import main; main()"]
ENVIRONMENT = {"PYTHONPATH": SOURCE, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

# Adds records one to a transaction, and says of each that it is safe.
MERGE = """
import sys
from pathlib import Path
from kitbag.course.load import load_course
from kitbag.results import store
from kitbag.results.gather import gather
from kitbag.results.judging import Judge
store.BATCH = 3
judge = Judge(load_course(Path(sys.argv[1])).course)
print("ready", flush=True)
with store.open_store(Path(sys.argv[2])) as opened:
    for outcome in opened.add(gather([Path(sys.argv[3])]), judge):
        print(outcome.code, Path(outcome.name).stem, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "tea")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    course = load_course(PROJECT).course
    assert course is not None
    form = Assembly(course.banks, course.info.tests).draw("final", seed="s")
    quiz = Quiz(course, form.test, "final", form.id, 1, form.items)
    responses = {drawn.item.id: key_response(drawn.item) for drawn in form.items}
    stick = tmp_path / "stick"
    stick.mkdir()
    for number in range(200):
        name = str(UUID(int=number, version=4))
        record = write_record(scored(quiz, responses, name=name, person=f"p{number}", now=WHEN))
        (stick / f"{name}.json").write_bytes(record)
    return stick


@contextmanager
def merging(folder: Path, store: Path, stick: Path) -> Iterator[Child]:
    command = [sys.executable, "-c", MERGE, folder, store, stick]
    with started(command, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        assert process.stdout.readline() == "ready\n"
        yield process


def kept(store: Path) -> list[str]:
    with open_store(store) as opened:
        return [taken.id for taken in opened.attempts()]


@pytest.mark.acceptance
def test_a_hundred_kills_of_the_merge_lose_nothing_that_was_acknowledged(
    folder: Path, stick: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("merges of results killed", 100)
    chance = random.Random(7)  # noqa: S311 - a campaign, and no secret
    store = folder / "results.sqlite"
    acknowledged: set[str] = set()
    for _ in range(100):
        if chance.random() < 0.1:  # start anew at times, so that the tables are made under fire, too
            store.unlink(missing_ok=True)
            acknowledged.clear()
        with merging(folder, store, stick) as process:
            time.sleep(chance.random() * 0.15)
            process.send_signal(signal.SIGKILL)
            output, _ = process.communicate(timeout=LONGEST)
        words = [line.split() for line in output.splitlines() if line.count(" ") == 1]
        acknowledged |= {name for _, name in words if len(name) == 36}
        there = kept(store)
        assert len(set(there)) == len(there)
        assert acknowledged <= set(there)
    with merging(folder, store, stick) as process:
        process.communicate(timeout=LONGEST)
    assert len(kept(store)) == 200


def test_a_full_disk_stops_the_merge_with_a_sentence_and_loses_nothing(
    folder: Path, stick: Path, small_disk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitbag.results.store.BATCH", 3)
    store = small_disk(folder / "results", "400k").folder / "results.sqlite"
    command = ["results", "add", "-C", str(folder), str(stick)]
    added = CliRunner().invoke(main, command)
    told = re.fullmatch(
        "The results cannot be written: No space left on device. "
        r"Added (\d+) before that. Make room, and add the same files again.\n",
        added.stderr,
    )
    assert told is not None, added.stderr
    assert added.exit_code == 3
    assert 0 < int(told[1]) == len(kept(store)) < 200
    roomy = shutil.copy(store, folder)
    again = CliRunner().invoke(main, [*command, "--store", roomy])
    assert (
        again.stdout
        == f"Added {200 - int(told[1])}, already there {told[1]}, refused 0; waiting for their edition: 0.\n"
    )
    assert len(kept(Path(roomy))) == 200


@pytest.mark.acceptance
def test_a_hundred_kills_of_the_terminal_lose_no_answer_that_was_shown(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("terminal quizzes killed", 100)
    chance = random.Random(7)  # noqa: S311 - a campaign, and no secret
    command = [*KITBAG, "quiz", "-C", str(folder), "m1", "--plain"]
    last = ""
    for number in range(100):
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with started(command, **streams, text=False, env=ENVIRONMENT) as process:
            answers = [f"answer {number} {place}" for place in range(30)]
            process.stdin.write("".join(f"/7\n{answer}\n" for answer in answers).encode())
            process.stdin.flush()
            process.stdout.readline()  # it is there
            time.sleep(chance.random() * 0.3)
            process.kill()
            output, _ = process.communicate(timeout=LONGEST)
        shown = [
            line for line in output.decode("utf-8", "replace").splitlines() if line.startswith("Your answer: answer")
        ]
        last = shown[-1].removeprefix("Your answer: ") if shown else last
        for file in folder.glob("results/sittings/*/sitting.json"):
            saved = State.model_validate_json(file.read_bytes()).answers[6].response
            assert not last or (isinstance(saved, str) and _age(saved) >= _age(last))
    assert last


def _age(answer: str) -> tuple[int, ...]:
    return tuple(map(int, answer.split()[1:]))
