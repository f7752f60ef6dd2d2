"""What may go wrong around a run, and what holds then."""

import json
import re
import subprocess
import sys
from datetime import timedelta

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from lifeboat import store
from lifeboat.days import today
from lifeboat.errors import LifeboatError
from lifeboat.operate import alerts, records, runner

ROOT = store.project_folder()
ENTER = "import lifeboat\nfrom lifeboat import features\nproject = lifeboat.login()"
WRITE = "print(features.write_new(features.feature_group(project), features.historical_passengers()))"
KILL_ONCE = """\
import os, pathlib, psutil
if not pathlib.Path('../killed').exists():
    pathlib.Path('../killed').touch()
    for process in psutil.process_iter(['cmdline']):
        if os.environ['LIFEBOAT_SERVED_STORE'] in (process.info['cmdline'] or []):
            process.kill()
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                pass"""


@pytest.fixture
def workshop(tmp_path, monkeypatch, without_key):
    """Make a project folder with one pipeline, `daily`, of one notebook; its store is a folder beside it."""
    monkeypatch.setattr(store, "project_folder", lambda: tmp_path)
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(alerts, "monitored", dict)

    def make(*cells):
        for folder in ("scheduled", "notebooks"):
            (tmp_path / folder).mkdir()
        table = {"pipelines": {"daily": {"notebooks": ["one"], "cell_timeout": 1}}}
        (tmp_path / "scheduled" / "pipelines.yml").write_text(yaml.safe_dump(table))
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        book = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=kernel)
        nbformat.write(book, tmp_path / "notebooks" / "one.ipynb")
        return tmp_path

    return make


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk of its own at ``store``."""
    folder = tmp_path / "store"
    folder.mkdir()

    def mount(*options):
        done = subprocess.run(["mount", "-t", "tmpfs", *options, "none", str(folder)], capture_output=True)
        if done.returncode:
            pytest.skip("only root may mount a disk")

    yield mount
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True)


def statuses():
    return [run.status for run in records.history()]


@pytest.mark.slow
def test_a_service_that_is_killed_in_a_run_is_named_and_the_same_command_goes_on(workshop):
    workshop(ENTER, KILL_ONCE, WRITE)
    with pytest.raises(LifeboatError, match=r"(?s)In \[3\].*The local service ended during the run and was started"):
        runner.run("daily")
    assert statuses() == ["failed"]
    runner.run("daily")
    assert statuses() == ["succeeded"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_a_full_disk_fails_the_run_and_the_same_command_goes_on(workshop, disk):
    folder = workshop(ENTER, WRITE)
    disk("-o", "size=24m")
    store.login()
    filler = folder / "store" / "filler"
    with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with pytest.raises(LifeboatError, match="one failed at In"):
        runner.run("daily")
    assert statuses() == ["failed"]
    filler.unlink()
    runner.run("daily")
    assert statuses() == ["succeeded"]


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")
def test_a_store_that_is_read_only_is_named_before_anything_runs(workshop, disk):
    folder = workshop("raise SystemError('must not run')")
    disk("-o", "size=1m,ro")
    with pytest.raises(LifeboatError, match=str(folder / "store")):
        runner.run("daily")
    assert statuses() == ["failed"]


def test_a_lock_that_a_killed_run_left_holds_nobody_up(workshop):
    folder = workshop("1")
    (folder / "runs").mkdir()
    code = (
        "import os, sys; from filelock import FileLock; FileLock(sys.argv[1]).acquire(); "
        "print(flush=True); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder / "runs" / ".lock")], check=False)
    assert (folder / "runs" / ".lock").exists()
    runner.run("daily")
    assert statuses() == ["succeeded"]


def test_a_clock_that_jumped_back_breaks_no_record(workshop, monkeypatch):
    folder = workshop("1")
    ahead = today() + timedelta(days=40)
    place = folder / "runs" / "daily" / f"{ahead}"
    place.mkdir(parents=True)
    run = records.Run("daily", f"{ahead}", f"{ahead}", f"{ahead}T06:15:00+00:00", status="succeeded")
    (place / "run.json").write_text(json.dumps(vars(run)))
    before = (place / "run.json").read_bytes()
    assert records.missed_days() == []
    assert alerts.problems() == {}
    runner.run("daily")
    assert statuses() == ["succeeded"] * 2
    assert (place / "run.json").read_bytes() == before


@pytest.mark.slow
def test_runs_that_are_killed_leave_what_undisturbed_ones_leave(trained_store):
    """Two daily runs; the benchmark kills training and backfills as well."""
    command = [sys.executable, "-m", "benchmarks.faults", "--kinds", "daily", "--kills", "2", "--store", trained_store]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all as undisturbed" in done.stdout


def test_each_fault_in_the_operators_table_has_its_test():
    table = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8").partition("## What may go wrong")[2]
    named = set(re.findall(r"`(test_\w+)`", table))
    tests = {name for path in ROOT.glob("tests/**/*.py") for name in re.findall(r"def (test_\w+)", path.read_text())}
    assert len(named) == table.count("\n| ") - 1
    assert named <= tests
