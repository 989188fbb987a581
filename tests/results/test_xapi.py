"""Statements of results: valid by a library that knows xAPI 1.0.3; a record store takes and gives them back."""

import base64
import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from children import run, started

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.questions.assembly import Assembly
from kitbag.questions.blueprint import Assessment, Blueprint
from kitbag.questions.model import Use
from kitbag.results.gather import Found
from kitbag.results.judging import Judge
from kitbag.results.record import write_record
from kitbag.results.session import Quiz, scored
from kitbag.results.sheet import key_response
from kitbag.results.store import open_store
from kitbag.results.xapi import statements

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests/projects/every-item-type"
WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PEOPLE = ("Ana", "Bo", "", "Zoë \N{FACE WITH TEARS OF JOY} <script>", 'a"b\\c', "=1+1", "名前", "x" * 200)


@pytest.fixture(scope="module")
def course() -> Course:
    """A pre-test and a final test; the final asks every item type, and a wrong single choice costs marks."""
    loaded = load_course(PROJECT).course
    assert loaded is not None
    banks = tuple(
        bank.model_copy(
            update={
                "items": tuple(
                    item.model_copy(update={"use": Use.TEST} | ({"floor": "chance"} if hasattr(item, "floor") else {}))
                    for item in bank.items
                )
            }
        )
        for bank in loaded.banks
    )
    count = sum(len(bank.items) for bank in banks)
    tests = (
        Assessment(id="before", title="Before", purpose="pretest", instructions="Go.", blueprint=Blueprint(items=5)),
        Assessment(id="all", title="All", purpose="final", instructions="Go.", blueprint=Blueprint(items=count)),
    )
    return replace(loaded, info=loaded.info.model_copy(update={"tests": tests}), banks=banks)


@pytest.fixture(scope="module")
def made(course: Course, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The statements of everybody: right, wrong, blank, with an essay that waits and one that was marked."""
    judge, draw = Judge(course), Random(1)  # noqa: S311 - responses, no secrets
    assembly = Assembly(course.banks, course.info.tests)
    files = []
    for test in course.info.tests:
        form = assembly.draw(test.id, seed="s")
        quiz = Quiz(course, form.test, test.id, form.id, 1, form.items)
        for number, person in enumerate(PEOPLE):
            responses = {drawn.item.id: key_response(drawn.item) for drawn in form.items}
            if test.id == "all":
                responses |= {"essay": "Too hot,\nand too long. " * 300, "short": "\u2028[,]", "single": "b"}
            for name in draw.sample(sorted(responses), min(number, len(responses))):
                del responses[name]
            name = str(UUID(int=draw.getrandbits(128), version=4))
            attempt = scored(quiz, responses, name=name, person=person, now=WHEN)
            later = WHEN + timedelta(minutes=number, seconds=7)
            attempt = attempt.model_copy(update={"submitted": later})
            if number % 2 and any(one.marks is None for one in attempt.items):
                attempt = judge.with_marks(attempt, {"essay": 3})
            files.append(Found(name, write_record(attempt)))
    with open_store(tmp_path_factory.mktemp("xapi") / "results.sqlite") as store:
        assert [outcome.message for outcome in store.add(files, judge) if not outcome.kept] == []
        return list(statements(course, store, home="https://training.example/"))


@pytest.fixture
def validator(node: Callable[..., str], npm: Callable[..., Path]) -> Callable[[list[dict[str, Any]]], list[str]]:
    """Return what a library says against statements, a line each."""
    modules = npm("@learninglocker", "xapi-validation").parents[1]
    script = Path(__file__).with_name("statements.js")
    return lambda made: node(script, str(modules), stdin=json.dumps(made)).splitlines()


def test_every_statement_is_valid(
    made: list[dict[str, Any]], course: Course, validator: Callable[[list[dict[str, Any]]], list[str]]
) -> None:
    assert validator(made) == []
    kinds = {one["object"]["definition"].get("interactionType") for one in made}
    assert kinds == {
        *(None, "choice", "true-false", "matching", "sequencing", "numeric", "fill-in", "long-fill-in", "other")
    }
    assert {one["verb"]["display"]["en"] for one in made} == {"passed", "failed", "completed", "answered"}
    assert min(one["result"]["score"]["scaled"] for one in made if "score" in one["result"]) < 0
    assert len({one["id"] for one in made}) == len(made)
    answered = {one["object"]["id"].rpartition("/")[2] for one in made if one["verb"]["display"]["en"] == "answered"}
    assert answered == set(course.items)


def test_a_statement_that_is_not_valid_is_found(
    made: list[dict[str, Any]], validator: Callable[[list[dict[str, Any]]], list[str]]
) -> None:
    wrong = [made[0] | {"timestamp": "yesterday"}, made[1], made[2] | {"verb": {"id": "passed"}}]
    assert [line.split(" ")[:3] for line in validator(wrong)] == [
        ["0:", "TypeWarning:", "statement.timestamp"],
        ["2:", "TypeWarning:", "statement.verb.id"],
    ]


# --- A learning record store --------------------------------------------------------------------------------------

# Its file backend writes a new file at each request unless told to go on with the one it has.
SERVER = """
import sys, uvicorn
from ralph.backends.data.base import BaseOperationType
from ralph.backends.data.fs import FSDataBackend
FSDataBackend.default_operation_type = BaseOperationType.APPEND
from ralph.api import app
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def record_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return a function that asks a learning record store on this machine, in an environment of its own."""
    home = ROOT / ".venv/record-store"
    python = home / "bin/python"
    if not (home / "ready").exists():
        run([sys.executable, "-m", "venv", "--clear", home], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "ralph-malph[full]>=5.1,<6"]
        done = run(command, longest=1200)
        if done.returncode:
            pytest.skip(f"no record store can be installed: {done.stderr.strip().splitlines()[-1]}")
        (home / "ready").touch()
    folder = tmp_path_factory.mktemp("record-store")
    (folder / "kept").mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "RALPH_APP_DIR": str(folder),
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(folder / "kept"),
        "RALPH_BACKENDS__LRS__FS__DEFAULT_LRS_FILE": "statements.jsonl",
    }
    login = ["-u", "kitbag", "-p", "kitbag", "-s", "all", "-M", "mailto:tests@example.org", "-w"]
    run([home / "bin/ralph", "auth", *login], env=environment, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/xAPI/statements"
    headers = {
        "Authorization": "Basic " + base64.b64encode(b"kitbag:kitbag").decode(),
        "X-Experience-API-Version": "1.0.3",
        "Content-Type": "application/json",
    }

    def ask(query: str = "", *, post: object = None) -> Any:
        data = None if post is None else json.dumps(post).encode()
        request = urllib.request.Request(address + query, data, headers)  # noqa: S310 - it is on this machine
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    with started([python, "-c", SERVER, str(port)], env=environment) as server:
        end = time.monotonic() + 120
        while True:
            assert server.poll() is None, "the record store ended"
            try:
                ask()
                break
            except OSError:
                assert time.monotonic() < end, "the record store does not answer"
                time.sleep(0.2)
        yield ask


@pytest.mark.acceptance
def test_a_record_store_takes_the_statements_and_gives_them_back(made: list[dict[str, Any]], record_store: Ask) -> None:
    assert record_store(post=made) == [one["id"] for one in made]
    assert record_store(post=made) is None, "sent twice, they are kept once"
    for one in made:
        back = record_store(f"?statementId={one['id']}")["statements"][0]
        assert {name: back[name] for name in one if name != "timestamp"} == {
            name: value for name, value in one.items() if name != "timestamp"
        }
        assert datetime.fromisoformat(back["timestamp"]) == datetime.fromisoformat(one["timestamp"])
    kept = []
    page = record_store("?limit=100")
    while page["statements"]:
        kept += [one["id"] for one in page["statements"]]
        page = record_store(page["more"].partition("statements")[2]) if page.get("more") else {"statements": []}
    assert sorted(kept) == sorted(one["id"] for one in made)
