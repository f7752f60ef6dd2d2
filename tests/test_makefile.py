"""What `make` promises."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from lifeboat.store import project_folder


def test_clean_leaves_nothing_that_git_ignores_and_everything_else(tmp_path):
    root = project_folder()
    shutil.copy(root / "Makefile", tmp_path)
    ignored = [line.strip("/") for line in (root / ".gitignore").read_text().splitlines()]
    anywhere = ["__pycache__", ".ipynb_checkpoints"]
    folders = [
        *ignored,
        "lib/lifeboat.egg-info",
        "lib/hopsworks_local/hopsworks_local.egg-info",
        "lib/hopsworks_local/build",
        *(f"{deep}/{name}" for deep in ("lib/a", "notebooks") for name in anywhere),
    ]
    for folder in folders:
        if "*" not in folder:
            (tmp_path / folder).mkdir(parents=True)
            (tmp_path / folder / "file").touch()
    (tmp_path / "lib" / "a" / "kept.py").touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == {
        "Makefile",
        "lib/a/kept.py",
    }


def test_terminals_and_cells_of_the_lab_find_the_command():
    shown = subprocess.run(["make", "-n", "lab"], cwd=project_folder(), capture_output=True, text=True, check=True)
    path = re.search(r'PATH="([^:]+):\$PATH"', shown.stdout)[1]
    assert Path(path) == project_folder() / ".venv" / "bin"


def test_the_lab_opens_for_root_too_as_in_most_containers():
    shown = subprocess.run(["make", "-n", "lab"], cwd=project_folder(), capture_output=True, text=True, check=True)
    assert ("--allow-root" in shown.stdout) == (os.geteuid() == 0)
