import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from children import run, started, still_runs

SLEEPS = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)")


@pytest.fixture(params=["SIGINT", "SIGHUP", "SIGTERM", "SIGQUIT"])
def ignored(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal that this process ignores, as in the background or under nohup."""
    name = signal.Signals[request.param]
    before = signal.signal(name, signal.SIG_IGN)
    yield name
    assert signal.getsignal(name) is signal.SIG_IGN, "what the caller ignores stays ignored"
    signal.signal(name, before)


def test_a_signal_that_the_tests_ignore_ends_a_program_all_the_same(ignored: signal.Signals) -> None:
    with started(SLEEPS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout.readline() == "here\n"
        child.send_signal(ignored)
        assert child.wait(20) == -ignored


def test_what_still_runs_is_killed_with_all_that_it_started() -> None:
    script = "sleep 600 & echo $!; wait"
    start = time.monotonic()
    with started(["sh", "-c", script], stdout=subprocess.PIPE) as child:
        grandchild = int(child.stdout.readline())
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - start < 60
    for _ in range(200):
        if not still_runs(grandchild):
            return
        time.sleep(0.01)
    pytest.fail(f"{grandchild} still runs")


def test_a_program_that_does_not_end_fails_the_test_with_what_it_printed() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"still ran after 3 s\.\nhere\n"):
        run(SLEEPS, longest=3)


def test_an_exit_code_is_returned_or_fails_the_test() -> None:
    command = ["sh", "-c", "echo out; echo err >&2; exit 7"]
    done = run(command)
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")
    with pytest.raises(pytest.fail.Exception, match=r"ended with 7\.\nout\n\nerr\n"):
        run(command, check=True)


def test_it_reads_what_it_is_given_and_nothing_else() -> None:
    assert run(["cat"], given="words\n").stdout == "words\n"
    assert run(["cat"], given=b"\xff", text=False).stdout == b"\xff"
    assert run(["cat"]).stdout == ""
