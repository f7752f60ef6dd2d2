import json
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import nbformat
import pytest
import yaml
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_notebook

from lifeboat import store
from lifeboat.days import today
from lifeboat.errors import LifeboatError
from lifeboat.operate import runner

PARAMETERS = new_code_cell("start = 'none'\nend = 'none'\nn = 0", metadata={"tags": ["parameters"]})
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
NOTEBOOKS = {
    "reports": [PARAMETERS, new_code_cell("print(start, end, n)")],
    "broken": [new_code_cell("x = 1"), new_code_cell("# the reason\nx / 0")],
    "never": [new_code_cell("raise SystemError('must not run')")],
    "dies": [new_code_cell("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")],
    "sleeps": [new_code_cell("import time; time.sleep(60)")],
}
TABLE = {
    "daily": {"notebooks": ["reports"], "parameters": {"n": 7, "unknown": 1}, "per_day": True, "cron": "15 6 * * *"},
    "bad": {"notebooks": ["reports", "broken", "never"]},
    "slow": {"notebooks": ["sleeps"]},
    "dead": {"notebooks": ["dies"]},
}


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A project folder with tiny notebooks, and no store behind it."""
    (tmp_path / "scheduled").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "scheduled" / "pipelines.yml").write_text(yaml.safe_dump({"pipelines": TABLE}))
    for name, cells in NOTEBOOKS.items():
        nbformat.write(new_notebook(cells=cells, metadata=KERNEL), tmp_path / "notebooks" / f"{name}.ipynb")
    monkeypatch.setattr(store, "project_folder", lambda: tmp_path)
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("HOPSWORKS_API_KEY", "not used by these notebooks")
    return tmp_path


def printed(path):
    return "".join(
        o["text"] for c in nbformat.read(path, 4).cells for o in c.get("outputs", []) if o["output_type"] == "stream"
    )


def test_a_run_keeps_executed_notebooks_and_a_record(workshop):
    before = (workshop / "notebooks" / "reports.ipynb").read_bytes()
    folder = runner.run("daily", "2026-11-01", "2026-11-03")
    assert folder == workshop / "runs" / "daily" / "2026-11-03"
    assert printed(folder / "reports.ipynb") == "2026-11-01 2026-11-03 7\n"
    assert (workshop / "notebooks" / "reports.ipynb").read_bytes() == before
    (record,) = runner.history()
    assert (record.pipeline, record.start, record.end, record.status) == (
        "daily",
        "2026-11-01",
        "2026-11-03",
        "succeeded",
    )


def test_without_days_a_run_covers_today(workshop):
    folder = runner.run("daily")
    assert printed(folder / "reports.ipynb").startswith(f"{today()} {today()}")


def test_a_failure_names_the_cell_and_the_notebook_and_stops(workshop):
    with pytest.raises(runner.RunFailed) as caught:
        runner.run("bad")
    message = str(caught.value)
    folder = workshop / "runs" / "bad" / str(today())
    for part in (
        "broken failed at In [2]",
        "# the reason",
        "ZeroDivisionError: division by zero",
        str(folder / "broken.ipynb"),
    ):
        assert part in message
    assert not (folder / "never.ipynb").exists()
    assert runner.history()[0].status == "failed"
    assert "ZeroDivisionError" in runner.history()[0].error


def test_a_kernel_that_dies_is_a_failure_too(workshop):
    with pytest.raises(runner.RunFailed, match=r"dies failed: .*[Kk]ernel died"):
        runner.run("dead")
    assert runner.history()[0].status == "failed"


@pytest.mark.parametrize(
    ("pipeline", "days", "message"),
    [
        ("weekly", {}, "pipeline is 'weekly'; allowed: bad, daily, dead, slow"),
        ("daily", {"end": str(today() + timedelta(days=2))}, "in the future"),
        ("daily", {"start": "2026-11-05", "end": "2026-11-01"}, "after end"),
    ],
)
def test_bad_requests_are_refused_and_leave_nothing(workshop, pipeline, days, message):
    with pytest.raises(LifeboatError, match=message):
        runner.run(pipeline, **days)
    assert runner.history() == []


def test_missed_days_are_those_that_no_successful_run_covers(workshop):
    def record(name, start, end, status):
        folder = workshop / "runs" / name / str(end)
        folder.mkdir(parents=True)
        run = runner.Run(name, str(start), str(end), started=f"{end}T06:15:00+00:00", status=status)
        (folder / "run.json").write_text(json.dumps(vars(run)))

    day = [today() - timedelta(days=n) for n in range(6)]
    record("all", day[5], day[4], "succeeded")
    record("daily", day[3], day[3], "failed")
    record("daily", day[1], day[1], "succeeded")
    assert runner.missed_days() == [day[3], day[2], day[0]]


def test_no_run_means_no_missed_day(workshop):
    assert runner.missed_days() == []


def test_runs_take_turns(workshop, capsys):
    (workshop / "runs").mkdir()
    lock = FileLock(workshop / "runs" / ".lock")
    lock.acquire()
    thread = threading.Thread(target=runner.run, args=("daily",))
    thread.start()
    time.sleep(0.5)
    assert runner.history() == []
    lock.release()
    thread.join()
    assert runner.history()[0].status == "succeeded"
    assert "another run is going on" in capsys.readouterr().err


def test_a_killed_run_shows_and_the_next_one_goes_on(workshop):
    code = (
        "import pathlib, sys; from lifeboat import runner, store; root = pathlib.Path(sys.argv[1]); "
        "store.project_folder = lambda: root; runner.run('slow')"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(workshop)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not runner.history() and time.monotonic() < deadline:
        time.sleep(0.1)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert [run.status for run in runner.history()] == ["running"]
    runner.run("daily")
    assert {run.pipeline: run.status for run in runner.history()} == {"slow": "running", "daily": "succeeded"}


def test_the_real_table_names_notebooks_that_exist():
    folder = store.project_folder() / "notebooks"
    for pipeline in runner.pipelines().values():
        for name in pipeline.notebooks:
            assert (folder / f"{name}.ipynb").exists(), name
