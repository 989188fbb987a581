"""The quiz in the terminal, driven by keyboard alone: through a pipe, and in a real pseudo-terminal."""

import json
import os
import pty
import re
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from children import KITBAG, started
from click.testing import CliRunner, Result

from kitbag import terminal
from kitbag.cli import main
from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.results.allowances import code_for
from kitbag.results.answering import written
from kitbag.results.attempt import Attempt
from kitbag.results.judging import Judge
from kitbag.results.record import read_record
from kitbag.results.sheet import key_response, sheet_entry
from kitbag.results.sittings import form_quiz
from kitbag.terminal.running import commands_meant

PROJECT = Path(__file__).parent / "projects/every-item-type"
ESCAPE = "\x1b"
EXAMPLE = 'It should be like {"form": "7KQX-3M2R", "person": "Ada", "responses": {"item-1": "a"}}.'
SHAPES = 'Write "a" for an id, "15" for a number, ["a", "c"] for several, {"g1": "word"} for gaps or pairs.'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "tea")


@pytest.fixture
def everything(folder: Path) -> Path:
    """A course whose final test asks every item type."""
    questions = folder / "questions/m1.yaml"
    questions.write_text(questions.read_text("utf-8").replace("use: practice", "use: test"), "utf-8")
    course = folder / "course/course.yaml"
    old = "      items: 4\n      objectives: {T1: 3, T2: 1}\n      levels: {remember: 3}\n"
    old += "      types: {single-choice: 2}\n"
    kinds = "single-choice multiple-response true-false matching ordering numeric short-answer cloze categorise essay"
    wanted = ", ".join(f"{kind}: 1" for kind in kinds.split())
    text = course.read_text("utf-8")
    assert old in text
    text = text.replace(old, f"      items: 10\n      types: {{{wanted}}}\n").replace("    attempts: 2\n", "")
    course.write_text(text.replace("    shares_no_item_with: [final]\n", ""), "utf-8")
    for module in (folder / "course").glob("m*.yaml"):
        text = re.sub(r"\n +- type: checkpoint\n(?: +(?:title|items):.*\n)+", "\n", module.read_text("utf-8"))
        module.write_text(re.sub(r"\nself_checks:.*", "", text), "utf-8")
    return folder


def loaded(folder: Path) -> Course:
    found = load_course(folder)
    assert found.course is not None, found.findings
    return found.course


def quiz(folder: Path, *arguments: str, lines: list[str] | None = None) -> Result:
    typed = "".join(f"{line}\n" for line in lines or [])
    return CliRunner().invoke(main, ["quiz", "-C", str(folder), *arguments], input=typed)


def records(folder: Path) -> list[Attempt]:
    found = [read_record(path.read_bytes()) for path in (folder / "results/records").glob("*.json")]
    return sorted(found, key=lambda one: one.attempt)


def form_of(folder: Path) -> str:
    """Return the form of the sitting that lies in the folder."""
    (state,) = folder.glob("results/sittings/*/sitting.json")
    return str(json.loads(state.read_text("utf-8"))["form"])


def right_lines(folder: Path, name: str, form: str | None) -> list[str]:
    """Return what to type for each question in turn."""
    asked = form_quiz(loaded(folder), name, form).questions
    lines = [written(sheet_entry(drawn.item, drawn.order), key_response(drawn.item)) for drawn in asked]
    return [line or "I would cool the water." for line in lines]


# --- Through a pipe ----------------------------------------------------------------------------------------------


def test_a_test_is_taken_to_the_end_and_recorded(folder: Path) -> None:
    assert quiz(folder, "final", "--person", "Zoë", lines=["/q"]).exit_code == 0
    form = form_of(folder)
    typed = [word for line in right_lines(folder, "final", form) for word in (line, "")]
    result = quiz(folder, "final", "--person", "zoë ", lines=[*typed, "/s", "yes"])
    assert result.exit_code == 0
    assert "Result: 4 of 4 marks, 100 %.\nPassed. It takes 80 %.\n" in result.output
    (record,) = records(folder)
    assert (record.person, record.form, record.channel, record.passed, record.attempt) == (
        "Zoë",
        form,
        "terminal",
        True,
        1,
    )
    judged = Judge(loaded(folder)).judge(record)
    assert (judged.passed, judged.marks) == (True, 4)
    assert not list(folder.glob("results/sittings/*/sitting.json"))
    assert CliRunner().invoke(main, ["results", "add", "-C", str(folder)]).output == (
        "Added 1, already there 0, refused 0; waiting for their edition: 0.\n"
    )


def test_a_test_tells_nothing_before_it_is_handed_in(folder: Path) -> None:
    result = quiz(folder, "final", "--person", "x", lines=["A", "", "B", "/r", "/q"])
    told = ("Right", "Not right", "Tea number", "Too long", "takes 4 minutes.\n\n")
    after_first = result.output.partition("Your answer: A")[2]
    assert "Right answer" not in result.output
    assert not any(word in after_first for word in told[:2])
    assert "1: answered\n" in result.output
    assert "Stopped. Your answers are kept" in result.output


@pytest.mark.parametrize("name", ["single", "multiple", "truth", "matching", "ordering", "numeric", "short", "cloze"])
def test_practice_tells_right_from_wrong_and_why(folder: Path, name: str) -> None:
    wrong = {"single": "stale", "multiple": "price", "numeric": "800", "short": "Soup", "cloze": "two | hot"}
    said = {
        "single": "It has lost its air.",
        "multiple": "The label names no price.",
        "truth": "Boiling water makes green tea bitter.",
        "matching": "Black tea needs longer.",
        "ordering": "Nothing can be poured before it boils.",
        "numeric": "No kettle reaches that.",
        "short": "Soup has vegetables.",
        "cloze": "That is green tea.",
    }
    place = list(said).index(name) + 1
    shown = quiz(folder, "m1", lines=[f"/{place}", "/q"]).output.rpartition("Question ")[2]
    line = wrong.get(name, "True")
    if name in ("single", "multiple"):
        line = next(one for one in shown.splitlines() if wrong[name] in one).strip()[0]
    if name == "matching":
        line = next(one for one in shown.splitlines() if "two minutes" in one).strip()[0] + " -"
    if name == "ordering":
        line = "".join(sorted(re.findall(r"^  ([ABC])\. ", shown, re.MULTILINE)))
        right = right_lines(folder, "m1", None)[place - 1].replace(" ", "")
        line = right[::-1] if line == right else line
    output = quiz(folder, "m1", lines=[f"/{place}", line, "/q"]).output
    feedback = output.rpartition("Question ")[2]
    assert said[name] in feedback
    assert "Right answer: " in feedback


def test_practice_with_all_right_is_recorded_nowhere(folder: Path) -> None:
    quiz(folder, "m1", lines=["/q"])
    lines = right_lines(folder, "m1", form_of(folder))
    typed = [word for place, line in enumerate(lines, 1) for word in (f"/{place}", line)]
    result = quiz(folder, "m1", lines=[*typed, "/s", "yes"])
    assert "Result: 15 of 19 marks, 78 %.\n1 answer waits for a person's marks (4 marks).\n" in result.output
    assert "nothing of it is recorded" in result.output
    assert (records(folder), list(folder.glob("results/sittings/*/sitting.json"))) == ([], [])


def test_undo_flag_and_clear(folder: Path) -> None:
    def state() -> list[tuple[object, bool]]:
        (file,) = folder.glob("results/sittings/*/sitting.json")
        return [(one["response"], one["flagged"]) for one in json.loads(file.read_text("utf-8"))["answers"][:2]]

    steps: list[tuple[str, list[tuple[object, bool]]]] = [
        ("80", [("80", False), ("soup", False)]),
        ("/f", [("80", True), ("soup", False)]),
        ("/c", [(None, True), ("soup", False)]),
        ("/u", [("80", True), ("soup", False)]),
        ("/u", [("80", False), ("soup", False)]),
        ("/u", [(None, False), ("soup", False)]),
        ("/u", [(None, False), (None, False)]),
        ("/u", [(None, False), (None, False)]),
    ]
    file = folder / "questions/m1.yaml"
    head, *parts = re.split(r"(?m)^(?=  - id: )", file.read_text("utf-8").partition("items:\n")[2])
    texts = [part for part in parts if part.startswith(("  - id: numeric", "  - id: short"))]
    others = [part for part in parts if part not in texts]
    stimuli = file.read_text("utf-8").partition("items:\n")[0]
    file.write_text("".join([stimuli, "items:\n", head, *texts, *others]), "utf-8")
    quiz(folder, "m1", lines=["/2", "soup", "/1", "/q"])
    for line, expected in steps:
        place = ["/1"] if line != "/u" else []
        quiz(folder, "m1", lines=[*place, line, "/q"])
        assert state() == expected, line


def test_a_second_attempt_is_on_a_form_without_an_item_of_the_first_and_there_is_no_third(folder: Path) -> None:
    hand_in = ["/s", "yes"]
    assert "You may take it once more, on" in quiz(folder, "final", "--person", "Bo", lines=hand_in).output
    assert "once more" not in quiz(folder, "final", "--person", "Bo", lines=hand_in).output
    result = quiz(folder, "final", "--person", "BO", lines=hand_in)
    assert result.stderr == "There is no attempt left: the course allows 2.\n"
    assert result.exit_code == 1
    first, second = records(folder)
    assert (first.attempt, second.attempt) == (1, 2)
    assert not {one.item for one in first.items} & {one.item for one in second.items}
    judge = Judge(loaded(folder))
    assert [judge.judge(one).passed for one in (first, second)] == [False, False]


def test_time_goes_on_while_the_window_is_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [datetime(2026, 11, 23, 9, 0, tzinfo=UTC)]
    monkeypatch.setattr(terminal, "_now", lambda: clock[0])
    assert "20 min left" in quiz(folder, "final", "--person", "Bo", lines=["A", "/q"]).output
    clock[0] -= timedelta(hours=1)
    assert quiz(folder, "final", "--person", "Bo", lines=["/f", "/q"]).output.count("20 min left") == 2
    clock[0] += timedelta(hours=1, minutes=19, seconds=30)
    assert "1 min left" in quiz(folder, "final", "--person", "Bo", lines=["/q"]).output
    clock[0] += timedelta(minutes=5)
    result = quiz(folder, "final", "--person", "Bo", lines=["B", "/q"])
    assert "The time is over. What you had answered is handed in.\n" in result.output
    (record,) = records(folder)
    assert record.submitted - record.started == timedelta(minutes=20)
    assert [one.response is None for one in record.items] == [False, True, True, True]


def test_a_code_gives_more_time(folder: Path) -> None:
    code = code_for("tea", "2.1", "final", "extra-50")
    assert "You have 30 minutes." in quiz(folder, "final", "--person", "a", "--code", code.lower(), lines=["/q"]).output
    code = code_for("tea", "2.1", "final", "no-limit")
    assert "min left" not in quiz(folder, "final", "--person", "b", "--code", code, lines=["/q"]).output
    result = quiz(folder, "final", "--person", "c", "--code", "234-678", lines=["/q"])
    assert (result.stderr, result.exit_code) == ("This code allows nothing in this test.\n", 1)


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        ("quit", ["quit"]),
        ("back", ["previous"]),
        ("b", ["previous"]),
        ("p", ["previous"]),
        ("flag", ["flag"]),
        ("list", ["list"]),
        ("rev", ["list"]),
        ("hand-in", ["submit"]),
        ("hel", ["help"]),
        ("s", ["submit"]),
        ("ha", ["submit"]),
        ("", []),
        ("quitt", []),
    ],
)
def test_a_command_is_a_word_or_how_it_begins(typed: str, commands: list[str]) -> None:
    assert commands_meant(typed) == commands


def test_words_move_and_stop_and_the_prompt_says_what_enter_does(folder: Path) -> None:
    result = quiz(folder, "final", "--person", "x", lines=["/next", "/back", "/fl", "/4", "/quit"])
    assert result.exit_code == 0
    assert "There is no command" not in result.output
    assert result.output.count("Answer, Enter for the next question, or / and a command:") == 4
    assert result.output.count("Answer, Enter to see all questions, or / and a command:") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["final", "--form", "x"], 'A form id has 8 characters, such as 7KQX-222G; "x" has 1.\n'),
    ],
)
def test_what_cannot_be_taken_is_one_sentence(folder: Path, arguments: list[str], message: str) -> None:
    result = quiz(folder, *arguments, "--person", "x")
    assert (result.exit_code, result.stderr) == (1, message)


# --- A file of responses -----------------------------------------------------------------------------------------


def test_a_file_of_responses_is_scored_without_asking(folder: Path, tmp_path: Path) -> None:
    quiz(folder, "final", "--person", "x", lines=["/q"])
    form = form_of(folder)
    asked = form_quiz(loaded(folder), "final", form).questions
    responses = {drawn.item.id: key_response(drawn.item) for drawn in asked[:3]}
    file = tmp_path / "responses.json"
    file.write_text(json.dumps({"form": form.lower(), "person": "Ana", "responses": responses}), "utf-8")
    result = quiz(folder, "final", "--responses", str(file))
    assert result.output.startswith("Result: 3 of 4 marks, 75 %.\nNot passed. It takes 80 %.\n")
    (record,) = records(folder)
    assert (record.person, record.passed) == ("Ana", False)
    assert Judge(loaded(folder)).judge(record).marks == 3


def test_a_closed_pipe_loses_no_record(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiz(folder, "final", "--person", "x", lines=["/q"])
    file = tmp_path / "responses.json"
    file.write_text(json.dumps({"form": form_of(folder), "person": "Ana", "responses": {}}), "utf-8")

    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(terminal, "show_result", closed)
    quiz(folder, "final", "--responses", str(file))
    assert [record.person for record in records(folder)] == ["Ana"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{" + " " * 4 * 1024**2, [": The file is larger than 4 MiB."]),
        ("{", [":1:2: This is not JSON: Expecting property name enclosed in double quotes. " + EXAMPLE]),
        ("[]", [":1:1: This is no file of responses. " + EXAMPLE]),
        (
            '{"form": 7, "who": "Ada"}',
            [
                ':1:2: "form" is not a text. Put it in quotation marks.',
                ':1:13: "who" does not belong here. There are only form, person, responses.',
                ':1:1: "responses" is missing. ' + EXAMPLE,
            ],
        ),
        (
            '{"responses": {\n "number": 60,\n "single": true,\n "number": "1"}}',
            [
                ':2:2: "number" has a value that is no response. Put the number in quotation marks: "60".',
                ':3:2: "single" has a value that is no response. ' + SHAPES,
                ':4:2: "number" stands twice. Delete one of the two responses.',
            ],
        ),
        (
            '{"responses": {"nothing": "a",\n "single": "z"}}',
            [
                ':1:16: The form practice-0 does not ask "nothing". Is this the id of another form?',
                ":2:2: single: an id is unknown. " + SHAPES,
            ],
        ),
    ],
)
def test_each_mistake_in_a_file_of_responses_has_its_line(
    folder: Path, tmp_path: Path, text: str, messages: list[str]
) -> None:
    file = tmp_path / "r.json"
    file.write_text(text, "utf-8")
    result = quiz(folder, "m1", "--responses", str(file))
    assert result.exit_code == 1
    assert result.stderr == "".join(f"{file}{message}\n" for message in messages)


# --- A real terminal ---------------------------------------------------------------------------------------------


class Terminal:
    """`kitbag quiz` in a pseudo-terminal of its own."""

    def __init__(self, opened: ExitStack, folder: Path, *arguments: str, **environment: str) -> None:
        self.master, slave = pty.openpty()
        opened.callback(os.close, self.master)
        command = [*KITBAG, "quiz", "-C", folder, *arguments]
        source = str(Path(terminal.__file__).parents[2])
        known = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": os.environ["PATH"], "PYTHONPATH": source}
        streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        # A session of its own, so that the terminal is its own, too.
        self.process = opened.enter_context(
            started(command, **streams, env=known | environment, start_new_session=True, process_group=None)
        )
        os.close(slave)
        self.seen = ""

    def until(self, text: str, *, seconds: float = 60) -> str:
        """Read until a text is shown; return all that was shown since the last call."""
        end = time.monotonic() + seconds
        shown = ""
        while text not in shown:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} was not shown, but {shown!r}"
            try:
                shown += os.read(self.master, 65536).decode("utf-8", "replace")
            except OSError:
                pytest.fail(f"{text!r} was not shown, but {shown!r}")
        self.seen += shown
        return shown

    def type(self, line: str) -> None:
        os.write(self.master, f"{line}\r".encode())

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)


@pytest.fixture
def at_terminal() -> Iterator[Callable[..., Terminal]]:
    with ExitStack() as opened:
        yield lambda folder, *arguments, **environment: Terminal(opened, folder, *arguments, **environment)


PROMPT = "\r\n> "
SmallDisk = Any


def test_every_item_type_is_answered_by_keyboard_and_recorded(
    everything: Path, at_terminal: Callable[..., Terminal]
) -> None:
    window = at_terminal(everything, "final", "--person", "Kim")
    window.until(PROMPT)
    lines = right_lines(everything, "final", form_of(everything))
    for place, line in enumerate(lines, 1):
        window.type(f"/{place}")
        window.until(PROMPT)
        # One line of several can be answered by itself.
        for part in line.split(" | "):
            window.type(part)
            shown = window.until(PROMPT)
        assert f"[{place}✓]" in shown
    window.type("/s")
    assert "Every question has an answer." in window.until(PROMPT)
    window.type("yes")
    shown = window.until("instructor.")
    assert window.process.wait(20) == 0
    assert "1 answer waits for a person's marks (4 marks)." in shown
    (record,) = records(everything)
    judged = Judge(loaded(everything)).judge(record)
    assert judged.possible - judged.marks == 4
    assert (judged.pending, len(record.items)) == (1, 10)


def test_a_terminal_without_colour_gets_none(folder: Path, at_terminal: Callable[..., Terminal]) -> None:
    coloured = at_terminal(folder, "m1").until(PROMPT)
    assert f"{ESCAPE}[1m" in coloured
    bare = at_terminal(folder, "pretest", "--person", "n", NO_COLOR="1").until(PROMPT)
    assert f"{ESCAPE}[1m" not in bare
    dumb = at_terminal(folder, "final", "--person", "d", TERM="dumb")
    assert ESCAPE not in dumb.until("or / and a command:")


def test_a_terminal_without_unicode_gets_signs_it_has(folder: Path, at_terminal: Callable[..., Terminal]) -> None:
    shown = at_terminal(folder, "m1", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LANG="C", LC_ALL="C").until(PROMPT)
    assert "[1.] 2." in shown
    assert "( ) A." in shown
    assert shown.isascii()


def test_a_second_window_is_refused(folder: Path, at_terminal: Callable[..., Terminal]) -> None:
    at_terminal(folder, "final", "--person", "Bo").until(PROMPT)
    at_terminal(folder, "final", "--person", "bo").until("It is open in another window.")


def test_what_was_shown_as_taken_survives_a_kill(folder: Path, at_terminal: Callable[..., Terminal]) -> None:
    window = at_terminal(folder, "final", "--person", "Bo")
    window.until(PROMPT)
    window.type("B")
    window.until("[1✓]")
    window.kill()
    again = at_terminal(folder, "final", "--person", "Bo")
    assert "[1✓]" in again.until(PROMPT)
    assert "You are back where you stopped. 1 question has an answer." in again.seen


NOT_SAVED = "Not saved: No space left on device."


def test_a_full_disk_is_told_and_what_was_answered_meanwhile_is_saved_once_there_is_room(
    folder: Path, at_terminal: Callable[..., Terminal], small_disk: Callable[..., SmallDisk]
) -> None:
    disk = small_disk(folder / "results")
    window = at_terminal(folder, "final", "--person", "Bo")
    window.until(PROMPT)
    first, second, third, _ = right_lines(folder, "final", form_of(folder))
    window.type(first)
    assert "[1✓]" in window.until(PROMPT)
    disk.fill()
    for line in ("/2", second, "/3", third):
        window.type(line)
        assert NOT_SAVED in window.until(PROMPT)
    (state,) = folder.glob("results/sittings/*/sitting.json")
    assert [answer["response"] is None for answer in json.loads(state.read_bytes())["answers"]] == [False, *[True] * 3]
    disk.free()
    window.type("/4")
    shown = window.until(PROMPT)
    assert "1✓ 2✓ 3✓ [4·]" in shown
    assert NOT_SAVED not in shown
    window.kill()
    assert "1✓ 2✓ 3✓ [4·]" in at_terminal(folder, "final", "--person", "Bo").until(PROMPT)


def test_a_record_that_finds_no_room_goes_where_there_is_some(
    folder: Path, tmp_path: Path, at_terminal: Callable[..., Terminal], small_disk: Callable[..., SmallDisk]
) -> None:
    disk = small_disk(folder / "results")
    stick = tmp_path / "stick"
    stick.mkdir()
    window = at_terminal(folder, "final", "--person", "Bo")
    window.until(PROMPT)
    disk.fill()
    for line in ("A", "/s", "yes"):
        window.type(line)
        shown = window.until(PROMPT)
    assert "The record could not be written: No space left on device." in shown
    window.type(str(stick / "nowhere"))
    assert "The record could not be written: No such file or directory." in window.until(PROMPT)
    window.type("")
    assert "The record could not be written: No space left on device." in window.until(PROMPT)
    window.type(str(stick))
    window.until("instructor.")  # how the words before it are broken depends on the path
    assert window.process.wait(20) == 0
    disk.free()
    (file,) = stick.iterdir()
    assert Judge(loaded(folder)).judge(read_record(file.read_bytes())).attempt.person == "Bo"
    records = folder / "results/records"
    assert not list(records.glob("*"))
    # To go on with the sitting would give a second record of the same attempt, and another one.
    again = quiz(folder, "final", "--person", "Bo", lines=["/q"])
    (kept,) = folder.glob("results/sittings/*/handed-in.json")
    assert again.stderr == (
        "You handed this in when the disk was full, and its record was saved in another place. "
        f"Copy that record into {records}. Then you can begin the next attempt. "
        f"If it is lost, rename {kept} to sitting.json, and go on from what was saved last.\n"
    )
    assert "Question 1 of 4" in quiz(folder, "final", "--person", "Ana", lines=["/q"]).output
    records.mkdir(exist_ok=True)
    shutil.copy(file, records)
    assert "Question 1 of 4" in quiz(folder, "final", "--person", "Bo", lines=["/q"]).output
    (second,) = {path for path in folder.glob("results/sittings/*/sitting.json") if '"Bo"' in path.read_text("utf-8")}
    assert json.loads(second.read_bytes())["id"] != read_record(file.read_bytes()).id
    # The way back, where the record is lost.
    kept.rename(second)
    (records / file.name).unlink()
    assert quiz(folder, "final", "--person", "Bo", lines=["/q"]).exit_code == 0
    assert json.loads(second.read_bytes())["id"] == read_record(file.read_bytes()).id


def test_a_disk_that_stays_full_is_told_at_the_end(
    folder: Path, at_terminal: Callable[..., Terminal], small_disk: Callable[..., SmallDisk]
) -> None:
    disk = small_disk(folder / "results")
    window = at_terminal(folder, "final", "--person", "Bo")
    window.until(PROMPT)
    disk.fill()
    window.type("A")
    window.until(PROMPT)
    window.type("/q")
    window.until("Stopped. Your latest answers could not be saved: No space left on device.")
    assert window.process.wait(20) == terminal.NOT_KEPT
    late = at_terminal(folder, "final", "--person", "Ana")
    late.until("Your answers cannot be kept here: No space left on device.")
    assert late.process.wait(20) == terminal.NOT_KEPT
    assert not list(folder.rglob("*.tmp"))
