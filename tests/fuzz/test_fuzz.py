"""Every reader, fed with what no author meant to write. `KITBAG_FUZZ_SECONDS` says how long the whole campaign lasts.

An input that once broke something is kept in seeds/TARGET/ and tried in every run. A campaign that finds one writes it
to the folder it names; cut it down, mend the reader, and put it there.
"""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from fuzz_mutation import mutated
from fuzz_targets import TARGETS, Target

SEEDS = Path(__file__).parent / "seeds"
FEW = {"project": 3, "document": 10, "package": 12, "links": 8}
"""Inputs a target gets in an everyday run, where they are slow; the others get `EACH`."""
EACH = 25
LONGEST = 30
"""Seconds of processor time that one input of `fuzz_mutation.LARGEST` bytes may take."""
SHARE = "2400"
"""Seconds of all campaigns together: a quarter of what two processors have in the 90 minutes of `make acceptance`."""
MOST_MEMORY = 512 * 1024
"""KiB by which all inputs of a target may grow the process."""


class TooLong(AssertionError):
    """An input takes more time than any input of its size should."""


@contextmanager
def bounded() -> Iterator[None]:
    def too_long(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def feed(target: Target, data: bytes, folder: Path) -> None:
    folder.mkdir()
    with bounded():
        target.run(data, folder)


def kept(name: str) -> list[Path]:
    return sorted((SEEDS / name).glob("*"))


@pytest.mark.parametrize("name", TARGETS)
def test_right_input_is_read(name: str, tmp_path: Path) -> None:
    for number, data in enumerate(TARGETS[name].seeds()[: FEW.get(name)]):
        feed(TARGETS[name], data, tmp_path / str(number))


@pytest.mark.parametrize(
    "seed", [path for name in TARGETS for path in kept(name)], ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_what_once_broke_a_reader_does_so_no_more(seed: Path, tmp_path: Path) -> None:
    feed(TARGETS[seed.parent.name], seed.read_bytes(), tmp_path / "input")


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_wrong_inputs(name: str, tmp_path: Path) -> None:
    target, random = TARGETS[name], Random(name)
    seeds = target.seeds()
    for number in range(FEW.get(name, EACH)):
        feed(target, mutated(random.choice(seeds), random, seeds), tmp_path / str(number))


@pytest.mark.acceptance
@pytest.mark.parametrize("name", TARGETS)
def test_campaign(name: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    target = TARGETS[name]
    seconds = float(os.environ.get("KITBAG_FUZZ_SECONDS", SHARE)) / len(TARGETS)
    seed = int.from_bytes(os.urandom(4))
    random = Random(seed)
    pool = [*target.seeds(), *(path.read_bytes() for path in kept(name))]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    until, tried = time.monotonic() + seconds, 0
    broken: dict[str, Path] = {}
    while time.monotonic() < until:
        data = mutated(random.choice(pool), random, pool)
        tried += 1
        try:
            feed(target, data, tmp_path / str(tried))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is found
            where = place_of(error)
            if where not in broken:
                broken[where] = tmp_path / f"found-{sha256(data).hexdigest()[:8]}"
                broken[where].write_bytes(data)
        else:
            # What is read without complaint is a good start for the next change, now and then.
            if random.random() < 0.02:
                pool.append(data)
    record_property("wrong inputs fed to readers", tried)
    record_property(f"seed of {name}", f"{seed}, {tried} inputs")
    assert broken == {}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


def place_of(error: Exception) -> str:
    """Return what went wrong and where, so that one mistake is told once."""
    trace, where = error.__traceback__, ""
    while trace:
        code = trace.tb_frame.f_code
        where = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} in {where}: {str(error)[:200]}"
