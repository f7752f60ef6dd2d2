import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nbformat
import psutil
import pytest
import yaml
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_notebook

from lifeboat import registry, store
from lifeboat.days import today
from lifeboat.errors import LifeboatError
from lifeboat.operate import alerts, doctor, kernels, pipelines, records, runner
from lifeboat.operate.execution import RunFailed

PARAMETERS = new_code_cell("start = 'none'\nend = 'none'\nn = 0\nscenario = ''", metadata={"tags": ["parameters"]})
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
NOTEBOOKS = {
    "reports": [PARAMETERS, new_code_cell("print(start, end, n, scenario)")],
    "broken": [new_code_cell("x = 1"), new_code_cell("# the reason\nx / 0")],
    "never": [new_code_cell("raise SystemError('must not run')")],
    "dies": [new_code_cell("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")],
    "sleeps": [
        new_code_cell(
            "import pathlib, tempfile, time; tempfile.mkdtemp()\n"
            "pathlib.Path(tempfile.gettempdir(), '../slow', time.strftime('%F', time.gmtime()), 'started').touch()\n"
            "time.sleep(60)"
        )
    ],
    "rests": [new_code_cell("import time; time.sleep(60)")],
    "left": [new_code_cell("import meeting; meeting.meet('left', 'right')")],
    "right": [new_code_cell("import meeting; meeting.meet('right', 'left')")],
    "hangs": [new_code_cell("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")],
    "dawdles": [new_code_cell("import time; time.sleep(1.5)") for _ in range(4)],
    "hangs_after": [
        new_code_cell(
            "import os, signal\nhandlers = get_ipython().kernel.shell_handlers\n"
            "handlers['kernel_info_request'] = lambda *_: os.kill(os.getpid(), signal.SIGSTOP)"
        )
    ],
    "counts": [
        PARAMETERS,
        new_code_cell(
            "import pathlib\nlog = pathlib.Path('../days')\n"
            "log.write_text((log.read_text() if log.exists() else '') + f'{start} {end}{scenario}\\n')\n"
            "assert not (pathlib.Path('../broken').exists() and start > '2026-11-04')"
        ),
    ],
    "litters": [
        new_code_cell("import os, tomllib\nprint(os.getpid())\nlitter, print, tomllib.litter, In[0] = 1, 2, 3, 'x'"),
        new_code_cell("litter"),
    ],
    "looks": [
        new_code_cell("import os, sys, psutil\nloaded = 'tomllib' in sys.modules\nimport tomllib"),
        new_code_cell("print(psutil.Process(os.getppid()).cmdline()[-1], loaded)"),
        new_code_cell("print(hasattr(tomllib, 'litter'), 'litter' in dir(), len(In), Out)"),
    ],
    "leaves": [
        new_code_cell("import os, tempfile; print(tempfile.mkdtemp(), flush=True)"),
        new_code_cell("os.kill(os.getpid(), 9)"),
    ],
}
TABLE = {
    "daily": {"notebooks": ["reports"], "parameters": {"n": 7, "unknown": 1}, "per_day": True, "cron": "15 6 * * *"},
    "bad": {"notebooks": ["reports", "broken", "never"]},
    "slow": {"notebooks": ["sleeps"]},
    "pair": {"notebooks": [["left", "right"], "reports"]},
    "bad-pair": {"notebooks": [["broken", "dawdles"], "never"]},
    "dead": {"notebooks": ["dies"]},
    "hung": {"notebooks": ["hangs"], "cell_timeout": 0.05},
    "hung-after": {"notebooks": ["hangs_after"], "cell_timeout": 0.2},
    "long": {"notebooks": ["dawdles"], "timeout": 0.1},
    "untidy": {"notebooks": ["leaves"]},
    "hurried": {"notebooks": ["reports"], "timeout": 0.01},
    "after": {"notebooks": ["litters", "looks"]},
    "backfill": {"notebooks": ["counts"], "per_day": True, "portion": 3},
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
    monkeypatch.setattr(alerts, "monitored", dict)
    return tmp_path


MEETING = """
import pathlib, time
def meet(mine, other):
    pathlib.Path('../' + mine).touch()
    while not pathlib.Path('../' + other).exists():
        time.sleep(0.05)
"""


def printed(path):
    return "".join(
        o["text"] for c in nbformat.read(path, 4).cells for o in c.get("outputs", []) if o["output_type"] == "stream"
    )


def test_a_run_keeps_executed_notebooks_and_a_record(workshop):
    before = (workshop / "notebooks" / "reports.ipynb").read_bytes()
    folder = runner.run("daily", "2026-11-01", "2026-11-03")
    assert folder == workshop / "runs" / "daily" / "2026-11-01_2026-11-03"
    assert printed(folder / "reports.ipynb") == "2026-11-01 2026-11-03 7 \n"
    assert (workshop / "notebooks" / "reports.ipynb").read_bytes() == before
    (record,) = records.history()
    assert (record.pipeline, record.start, record.end, record.status) == (
        "daily",
        "2026-11-01",
        "2026-11-03",
        "succeeded",
    )


def test_without_a_terminal_progress_is_a_line_when_a_notebook_begins_and_one_when_it_ends(workshop, capsys):
    with pytest.raises(RunFailed):
        runner.run("bad")
    lines = [r"reports begins", r"reports ended after \d+ s", r"broken begins", r"broken ended after \d+ s"]
    assert re.fullmatch("".join(line + "\n" for line in lines), capsys.readouterr().err)


def test_in_a_terminal_progress_is_a_bar(workshop, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    runner.run("daily")
    shown = capsys.readouterr().err
    assert "\rreports           : 100%" in shown
    assert "begins" not in shown


def test_a_scenario_reaches_the_notebooks_and_the_record(workshop):
    folder = runner.run("daily", scenario="older")
    assert printed(folder / "reports.ipynb").endswith(" 7 older\n")
    (record,) = records.history()
    assert (record.scenario, record.approve, record.options) == ("older", False, "scenario older")


def test_a_day_that_is_run_again_leaves_the_record_of_the_range_that_it_is_in(workshop):
    first, last = today() - timedelta(days=3), today() - timedelta(days=1)
    runner.run("daily", first, last)
    runner.run("daily", last, last)
    assert records.missed_days() == []


def test_the_process_keeps_its_own_temporary_folder(workshop, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)  # as in a process that has not needed one yet
    runner.run("daily")
    assert Path(tempfile.gettempdir()).is_dir()


def test_without_days_a_run_covers_today(workshop):
    folder = runner.run("daily")
    assert printed(folder / "reports.ipynb").startswith(f"{today()} {today()}")


def test_a_failure_names_the_cell_and_the_notebook_and_stops(workshop):
    with pytest.raises(RunFailed) as caught:
        runner.run("bad")
    message = str(caught.value)
    folder = workshop / "runs" / "bad" / str(today())
    for part in (
        "broken failed at In [2]: ZeroDivisionError: division by zero\n",
        "# the reason",
        str(folder / "broken.ipynb"),
    ):
        assert part in message
    assert not (folder / "never.ipynb").exists()
    assert records.history()[0].status == "failed"
    assert "ZeroDivisionError" in records.history()[0].error


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels are not forked")
def test_each_notebook_has_a_new_kernel_in_which_imports_are_made_already(workshop):
    folder = runner.run("after")
    nursery, loaded, *found = printed(folder / "looks.ipynb").split()
    assert (nursery, loaded) == ("lifeboat.operate.nursery", "True")
    assert found == ["False", "False", "4", "{}"]


def test_a_nursery_that_dies_costs_time_but_no_run(workshop, monkeypatch):
    monkeypatch.setattr(kernels, "NURSERY", "json")  # a module that ends at once
    runner.run("daily")
    assert [run.status for run in records.history()] == ["succeeded"]


def test_notebooks_of_a_stage_run_side_by_side_and_the_next_stage_after_them(workshop):
    (workshop / "notebooks" / "meeting.py").write_text(MEETING)
    before = Path.cwd()
    folder = runner.run("pair")
    assert {path.stem for path in folder.glob("*.ipynb")} == {"left", "right", "reports"}
    assert Path.cwd() == before


def test_when_one_of_a_stage_fails_the_other_ends_and_the_next_stage_does_not_begin(workshop):
    with pytest.raises(RunFailed, match="broken failed"):
        runner.run("bad-pair")
    folder = workshop / "runs" / "bad-pair" / f"{today()}"
    assert nbformat.read(folder / "dawdles.ipynb", 4).cells[-1].execution_count == 4
    assert not (folder / "never.ipynb").exists()


def test_a_kernel_that_dies_is_a_failure_too(workshop):
    with pytest.raises(RunFailed, match=r"^dies failed at In \[1\]: Kernel died\n"):
        runner.run("dead")
    assert records.history()[0].status == "failed"


@pytest.mark.parametrize(
    ("pipeline", "days", "message"),
    [
        ("weekly", {}, "pipeline is 'weekly'; allowed: after, backfill, bad, bad-pair, daily, dead, "),
        ("daily", {"end": str(today() + timedelta(days=2))}, "in the future"),
        ("daily", {"start": "2026-11-05", "end": "2026-11-01"}, "after end"),
        ("daily", {"approve": True}, "approve is True; no notebook of daily reads it: leave it out"),
        ("daily", {"scenario": "fog"}, "scenario is 'fog'; allowed: third_class_only, older"),
    ],
)
def test_bad_requests_are_refused_and_leave_nothing(workshop, pipeline, days, message):
    with pytest.raises(LifeboatError, match=message):
        runner.run(pipeline, **days)
    assert records.history() == []


def test_missed_days_are_those_before_today_that_no_successful_run_covers(workshop):
    def record(name, start, end, status):
        folder = records.folder_of(name, [start, end])
        folder.mkdir(parents=True)
        run = records.Run(name, str(start), str(end), started=f"{end}T06:15:00+00:00", status=status)
        (folder / "run.json").write_text(json.dumps(vars(run)))

    day = [today() - timedelta(days=n) for n in range(6)]
    record("all", day[5], day[4], "succeeded")
    record("daily", day[3], day[3], "failed")
    record("daily", day[1], day[1], "succeeded")
    assert records.missed_days() == [day[3], day[2]]


def test_no_run_means_no_missed_day(workshop):
    assert records.missed_days() == []


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        ("hung", r"^hangs failed at In \[1\]: the cell took longer than 0.05 minutes, the `cell_timeout`"),
        ("hung-after", "^hangs_after failed.*: the cell took longer than 0.2 minutes"),
        ("long", "^dawdles failed at In .*: the run took longer than 0.1 minutes, the `timeout`"),
    ],
)
def test_what_hangs_or_takes_too_long_is_ended_and_recorded(workshop, pipeline, message):
    before = psutil.Process().children()  # services that other tests have begun
    with pytest.raises(RunFailed, match=message):
        runner.run(pipeline)
    (record,) = records.history()
    assert (record.status, record.error.splitlines()[0][:5]) == ("failed", message[1:6])
    assert psutil.Process().children() == before


def test_a_kernel_that_does_not_start_is_a_failure_too(workshop, monkeypatch):
    spec = workshop / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    silent = [sys.executable, "-c", "import time; time.sleep(60)"]
    (spec / "kernel.json").write_text(json.dumps({"argv": silent, "display_name": "silent", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(workshop / "jupyter"))
    with pytest.raises(RunFailed, match=r"^reports failed: Kernel didn't respond in 1 seconds"):
        runner.run("hurried")


def test_runs_take_turns(workshop, capsys):
    (workshop / "runs").mkdir()
    lock = FileLock(workshop / "runs" / ".lock")
    lock.acquire()
    thread = threading.Thread(target=runner.run, args=("daily",))
    thread.start()
    time.sleep(0.5)
    assert records.history() == []
    lock.release()
    thread.join()
    assert records.history()[0].status == "succeeded"
    assert "another run is going on" in capsys.readouterr().err


def test_waiting_for_another_run_ends_and_names_it(workshop):
    with FileLock(workshop / "runs" / ".lock"), records.recorded("slow", [today()]):
        with pytest.raises(LifeboatError) as caught:
            runner.run("hurried")
        (record,) = records.history()
    assert f"did not end within 0.01 minutes: slow (pid {os.getpid()}, since {record.started})" in str(caught.value)


def test_a_backfill_goes_by_portions_and_says_how_far_it_is(workshop, capsys):
    runner.run("backfill", "2026-11-01", "2026-11-07")
    assert (workshop / "days").read_text().splitlines() == [
        "2026-11-01 2026-11-03",
        "2026-11-04 2026-11-06",
        "2026-11-07 2026-11-07",
    ]
    assert "3 of 7 days are done; now 2026-11-04 to 2026-11-06" in capsys.readouterr().err


def test_a_backfill_that_was_cut_short_goes_on_where_it_stopped(workshop):
    (workshop / "broken").touch()
    with pytest.raises(RunFailed):
        runner.run("backfill", "2026-11-02", "2026-11-08")
    (failed,) = records.history()
    assert (failed.status, failed.done, len(failed.covered)) == ("failed", "2026-11-04", 3)
    (workshop / "broken").unlink()
    (workshop / "days").unlink()
    runner.run("backfill", "2026-11-02", "2026-11-08")
    assert (workshop / "days").read_text().splitlines() == ["2026-11-05 2026-11-07", "2026-11-08 2026-11-08"]
    (workshop / "days").unlink()
    runner.run("backfill", "2026-11-02", "2026-11-08")  # whoever asks for all of it once more gets it
    assert len((workshop / "days").read_text().splitlines()) == 3


def test_another_scenario_is_another_backfill(workshop):
    (workshop / "broken").touch()
    with pytest.raises(RunFailed):
        runner.run("backfill", "2026-11-02", "2026-11-08")
    (workshop / "broken").unlink()
    (workshop / "days").unlink()
    runner.run("backfill", "2026-11-02", "2026-11-08", scenario="older")
    assert (workshop / "days").read_text().splitlines()[0] == "2026-11-02 2026-11-04older"


@contextmanager
def slow_run(workshop, number):
    """A run in a process of its own that gets a signal while its notebook is at work."""
    code = (
        "import pathlib, sys; from lifeboat import cli, store; root = pathlib.Path(sys.argv[1]); "
        "store.project_folder = lambda: root; sys.argv = ['lifeboat', 'run', 'slow']; cli.main()"
    )
    (workshop / "tmp").mkdir()
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(workshop)],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(workshop / "tmp")},
    )
    try:
        started = workshop / "runs" / "slow" / f"{today()}" / "started"
        deadline = time.monotonic() + 60
        while not started.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        kernels = psutil.Process(child.pid).children(recursive=True)
        assert [run.status for run in records.history()] == ["running"]
        child.send_signal(number)
        child.wait(30)
        psutil.wait_procs(kernels, 10)
        yield kernels
    finally:
        child.kill()
        child.wait()


def test_a_killed_run_shows_and_the_next_one_goes_on_and_tidies_up(workshop):
    with slow_run(workshop, signal.SIGKILL) as kernels:
        assert not [kernel for kernel in kernels if kernel.is_running()]
        assert [run.status for run in records.history()] == ["killed"]
        assert "killed" in records.history()[0].error
        assert list((workshop / "runs" / ".temporary").iterdir())
        runner.run("daily")
    assert {run.pipeline: run.status for run in records.history()} == {"slow": "killed", "daily": "succeeded"}
    assert not (workshop / "runs" / ".temporary").exists()


@pytest.mark.parametrize("notebooks", [["sleeps"], [["sleeps", "rests"]]], ids=["one", "two at once"])
def test_a_stopped_run_ends_its_kernels_says_so_and_leaves_nothing(workshop, notebooks):
    table = {"pipelines": TABLE | {"slow": {"notebooks": notebooks}}}
    (workshop / "scheduled" / "pipelines.yml").write_text(yaml.safe_dump(table))
    with slow_run(workshop, signal.SIGTERM) as kernels:
        (record,) = records.history()
        assert (record.status, record.error) == ("failed", "stopped from outside before it had ended")
        assert not [kernel for kernel in kernels if kernel.is_running()]
    assert not (workshop / "runs" / ".temporary").exists()
    assert list((workshop / "tmp").iterdir()) == []


def test_what_a_killed_kernel_leaves_goes_with_the_failed_run(workshop):
    with pytest.raises(RunFailed):
        runner.run("untidy")
    folder = workshop / "runs" / "untidy" / f"{today()}"
    left = Path(printed(folder / "leaves.ipynb").strip())
    assert left.is_relative_to(workshop)
    assert not left.exists()


def test_doctor_reports_failures_of_the_newest_runs(workshop, project):
    with pytest.raises(RunFailed):
        runner.run("bad")
    runner.run("daily")
    (runs,) = [check for check in doctor.examine() if check.name == "runs"]
    assert not runs.ok
    assert "the newest bad failed: broken failed at In [2]: ZeroDivisionError: division by zero" in runs.found
    assert "daily" not in runs.found
    assert f"lifeboat run bad --start {today()}" in runs.remedy


@pytest.mark.slow
def test_the_daily_pipeline_brings_into_an_empty_store_what_it_needs(empty, tmp_path, monkeypatch):
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "runs"))
    runner.run("daily")
    assert registry.champion(empty).version == 1
    assert [run.status for run in records.history()] == ["succeeded"]


def test_the_real_table_names_notebooks_that_exist():
    folder = store.project_folder() / "notebooks"
    for pipeline in pipelines.table().values():
        for name in pipeline.notebooks:
            assert (folder / f"{name}.ipynb").exists(), name
