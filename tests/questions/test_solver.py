"""The solver itself; what is asked of it is tested with those who ask."""

import subprocess
import sys

AHEAD = """
import sys
from kitbag.questions.solver import load_ahead
print("highspy" in sys.modules)
load_ahead().join()
print("highspy" in sys.modules)
"""


def test_it_is_loaded_when_somebody_says_so_and_no_earlier() -> None:
    done = subprocess.run([sys.executable, "-c", AHEAD], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("False\nTrue\n", "")
