"""The committed outputs are what the cells give: nbval, in a process of its own beside the other tests."""

import subprocess
import sys

import pytest

from lifeboat.store import project_folder


@pytest.mark.slow
@pytest.mark.timeout(900)  # eight notebooks, beside the other tests
def test_running_the_notebooks_again_gives_the_committed_outputs():
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "notebooks"]
    run = subprocess.run(command, cwd=project_folder(), capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
