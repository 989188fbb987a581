"""Commands whose streams, surroundings and clock are not what they should be."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from children import KITBAG, LONGEST, started
from hardening_commands import commands, run


def closed(descriptor: int) -> dict[str, Any]:
    stream = ("stdin", "stdout", "stderr")[descriptor]
    sign = ("<", ">", "2>")[descriptor]
    return {stream: None, "before": ("sh", "-c", f'exec "$@" {sign}&-', "sh")}


def full() -> dict[str, Any]:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    return {"before": ("sh", "-c", 'exec "$@" > /dev/full', "sh")}


SURROUNDINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "no standard output": lambda: closed(1),
    "no standard error": lambda: closed(2),
    "no standard input": lambda: closed(0),
    "a full device for output": full,
    "no home": lambda: {"env": {"HOME": None, "USER": None, "LOGNAME": None}},
    "the C locale": lambda: {"env": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}},
    "an ASCII terminal": lambda: {"env": {"PYTHONIOENCODING": "ascii"}},
    "warnings as errors": lambda: {"env": {"PYTHONWARNINGS": "error"}},
    "a narrow terminal": lambda: {"env": {"COLUMNS": "20"}},
    "no room at all": lambda: {"env": {"COLUMNS": "1"}},
    "no temporary folder": lambda: {"env": {"TMPDIR": "/nonexistent/folder"}},
    "the year 1970": lambda: {"env": {"SOURCE_DATE_EPOCH": "0"}},
}


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_every_command_bears_it(surroundings: str, place: Path) -> None:
    for name, arguments in commands(place).items():
        done = run(arguments, **SURROUNDINGS[surroundings]())
        assert done.returncode in (0, 1, 3), (name, done.stderr)


@pytest.mark.parametrize("name", ["schema", "check", "coverage"])
def test_a_closed_output_is_no_reason_to_fail_loudly(name: str, place: Path) -> None:
    assert run(commands(place)[name], **closed(1)).returncode == 0


@pytest.mark.parametrize("name", ["schema", "check", "coverage"])
def test_a_full_device_is_told_in_one_line(name: str, place: Path) -> None:
    done = run(commands(place)[name], **full())
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "No space left on device."


@pytest.mark.parametrize("name", ["schema", "check-json"])
def test_a_reader_that_reads_no_further(name: str, place: Path) -> None:
    with started([*KITBAG, *commands(place)[name]], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.read(1)
        running.stdout.close()
        assert running.stderr.read() == ""


def test_a_preview_whose_words_nobody_reads_any_more(place: Path) -> None:
    """As in `kitbag preview 2>&1 | head -1`: it ends with the next word that it has to say."""
    with started([*KITBAG, *commands(place)["preview"]], stderr=subprocess.PIPE) as running:
        assert running.stderr
        assert running.stderr.readline().startswith("Preview at http://127.0.0.1:")
        assert running.stderr.readline().startswith("Read in ")
        running.stderr.close()
        glossary = place / "tea/course/glossary.yaml"
        glossary.write_text(f"{glossary.read_text('utf-8')}# A note.\n", "utf-8")
        assert running.wait(timeout=LONGEST) == 1


@pytest.mark.parametrize("epoch", ["", "-1", "٣", "1e9", "9" * 30, "soon"])
def test_a_date_that_is_none(epoch: str, place: Path) -> None:
    done = run(commands(place)["check"], env={"SOURCE_DATE_EPOCH": epoch})
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: SOURCE_DATE_EPOCH must be whole seconds since 1970, such as 1767225600."
    )


def test_the_folder_it_stands_in_is_gone(place: Path) -> None:
    gone = place / "gone"
    script = f"mkdir '{gone}' && cd '{gone}' && rmdir '{gone}' && exec \"$@\""
    for arguments in (["check"], ["schema", "course"], commands(place)["check"], commands(place)["preview"]):
        assert run(arguments, before=("sh", "-c", script, "sh")).returncode in (0, 1, 3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_build_tidies_up(name: str, place: Path) -> None:
    tea = place / "tea"
    assert run(commands(place)["build-site"]).returncode == 0
    before = sorted(path.name for path in (tea / "build").iterdir())
    command = [*KITBAG, "build", "-C", str(tea), "--only", "handouts"]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        while running.poll() is None and not list((tea / "build").glob(".handouts.new-*")):
            time.sleep(0.01)
        running.send_signal(getattr(signal, name))
        told = running.communicate(timeout=LONGEST)[0]
    assert running.returncode == 130, told
    assert told.splitlines()[-1] == "Interrupted."
    assert "Traceback" not in told
    assert sorted(path.name for path in (tea / "build").iterdir()) == before


def test_what_the_caller_ignores_stays_ignored(place: Path) -> None:
    """As under nohup, which lets a command go on when its terminal goes away."""
    script = "trap '' HUP; \"$@\" & sleep 0.5; kill -HUP $!; wait $!"
    assert run(commands(place)["build-site"], before=("sh", "-c", script, "sh")).returncode == 0
    assert (place / "tea/build/site/index.html").exists()


@pytest.mark.slow
def test_two_builds_at_once(place: Path) -> None:
    command = [*KITBAG, *commands(place)["build-site"]]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with started(command, **pipes) as one, started(command, **pipes) as other:
        told = [running.communicate(timeout=LONGEST)[0] for running in (one, other)]
        codes = sorted((one.returncode, other.returncode))
    assert codes in ([0, 0], [0, 3]), told
    if codes == [0, 3]:
        assert "Another build is writing here. Wait until it has finished." in "".join(told)
    site = place / "tea/build/site"
    assert (site / "index.html").read_text("utf-8").endswith("</html>\n")
    assert [path.name for path in site.parent.glob(".site*")] == []


@pytest.mark.slow
def test_text_that_is_no_text(place: Path) -> None:
    """Arguments in another encoding reach Python as lone surrogates, which no file in UTF-8 can hold."""
    tea = os.fsencode(place / "tea")
    for words in (
        [b"paper", b"final", b"-C", tea, b"--seed", b"\xff"],
        [b"sources", b"pin", b"P1", b"-C", tea, b"--reason", b"\xff"],
        [b"sources", b"add", os.fsencode(place / "other.txt"), b"-C", tea, b"--id", b"o", b"--title", b"\xff"],
        [b"quiz", b"final", b"-C", tea, b"--person", b"\xff", b"--responses", os.fsencode(place / "responses.json")],
        [b"quiz", b"final", b"-C", tea, b"--form", b"\xff"],
        [b"results", b"verify", b"\xff", b"-C", tea, b"--name", b"\xff"],
        [b"certificate", b"-C", tea, b"--instructor", b"\xff"],
        [b"export", b"moodle", b"-C", tea, b"--objective", b"\xff"],
        [b"check", b"-C", b"\xff\xfe"],
        [b"preview", b"-C", b"\xff\xfe", *(word.encode() for word in commands(place)["preview"][-2:])],
        [b"build", b"-C", tea, b"--only", b"reports", b"--into", tea + b"/\xff"],
    ):
        run([os.fsdecode(word) for word in words])
