"""What Codespaces and Binder are told can be done with the files that are here."""

import json
import os
import re
import subprocess

from lifeboat.store import project_folder

ROOT = project_folder()


def test_a_dev_container_runs_a_target_of_the_makefile():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    make, target = container["postCreateCommand"].split()
    assert make == "make"
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_binder_installs_the_locked_requirements():
    script = ROOT / ".binder" / "postBuild"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    for file in re.findall(r"-r (\S+)", script.read_text()):
        assert (ROOT / file).is_file()
    assert "--no-deps -e lib/hopsworks_local -e ." in script.read_text()


def test_they_ask_for_a_python_that_the_project_allows():
    lowest = re.search(r'requires-python = ">=(3\.\d+)', (ROOT / "pyproject.toml").read_text())[1]
    assert (ROOT / ".binder" / "runtime.txt").read_text().strip() == f"python-{lowest}"
    assert f'"python:{lowest}"' in (ROOT / ".devcontainer" / "devcontainer.json").read_text()
