"""Work shared out among processes comes to the same as without, whatever happens to a helper."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from children import started, still_runs

from kitbag import parallel
from kitbag.parallel import share_out

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "processors", lambda: 2)
    monkeypatch.setattr(parallel, "FEWEST", 5)
    monkeypatch.setattr(parallel, "_can_fork", lambda: True)


def worker(folder: Path, fault: str = "") -> object:
    parent = os.getpid()

    def work(things: Sequence[int]) -> int:
        for thing in things:
            (folder / f"{thing}.{os.getpid()}").touch()
            if thing == 7 and fault and os.getpid() != parent:
                if fault == "killed":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise ValueError(fault)
            if thing == 7 and fault == "everywhere":
                raise ValueError(fault)
        return len(things)

    return work


def helpers_in(folder: Path) -> set[int]:
    return {int(path.suffix[1:]) for path in folder.iterdir()} - {os.getpid()}


@pytest.mark.parametrize("fault", ["", "raised", "killed"])
def test_everything_is_done_also_where_a_helper_fails(fault: str, tmp_path: Path) -> None:
    assert share_out(range(10), worker(tmp_path, fault)) == 10  # type: ignore[arg-type]
    done = {tuple(map(int, path.name.split("."))) for path in tmp_path.iterdir()}
    assert {thing for thing, _ in done} == set(range(10))
    assert len({process for _, process in done}) == 2
    assert ({process for thing, process in done if thing == 7} > {os.getpid()}) == bool(fault)
    assert not any(map(still_runs, helpers_in(tmp_path)))


def test_what_goes_wrong_is_told_here(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="everywhere"):
        share_out(range(10), worker(tmp_path, "everywhere"))  # type: ignore[arg-type]
    assert not any(map(still_runs, helpers_in(tmp_path)))


def test_little_work_starts_no_process(tmp_path: Path) -> None:
    assert share_out(range(9), worker(tmp_path)) == 9  # type: ignore[arg-type]
    assert {path.suffix for path in tmp_path.iterdir()} == {f".{os.getpid()}"}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_helper_outlives_its_parent(how: signal.Signals, tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import os, sys, time
        from pathlib import Path
        from kitbag import parallel
        parallel.processors = lambda: 2
        def work(things):
            (Path(sys.argv[1]) / str(os.getpid())).touch()
            time.sleep(60)
        parallel.share_out(range(1000), work)
    """)
    with started([sys.executable, "-c", script, tmp_path], stderr=subprocess.DEVNULL) as parent:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        parent.send_signal(how)
        parent.wait(60)
        [helper] = [int(path.name) for path in tmp_path.iterdir() if int(path.name) != parent.pid]
        for _ in range(200):
            if not still_runs(helper):
                return
            time.sleep(0.01)
        pytest.fail(f"{helper} still runs")
