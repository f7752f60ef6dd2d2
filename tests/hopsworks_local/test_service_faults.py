"""A few of the kills and of the programs at work together of `python -m benchmarks.store_faults`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def measure(*arguments):
    """Run the benchmark as its docstring says, in a process of its own."""
    paths = [str(CHECKOUT / "lib"), str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.store_faults", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing is lost, doubled or torn" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_nothing_is_lost_or_doubled_by_kills():
    measure("--kills", "18")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="programs are forked")
def test_programs_at_work_together_lose_nothing_and_read_nothing_torn():
    measure("--programs", "2", "--seconds", "5")
