import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from rich.console import Console

from lifeboat import bulk_commands, cli, features, model_commands, passengers
from lifeboat.days import today
from lifeboat.errors import LifeboatError
from lifeboat.operate import alerts, records
from lifeboat.synthetic import PassengerGenerator

LIFEBOAT = Path(sys.executable).with_name("lifeboat")


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def lifeboat(tmp_path, monkeypatch, capsys):
    """Run the command line in this process, with a folder of its own for runs."""
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LIFEBOAT_STORE", str(tmp_path / "none"))
    for module in (bulk_commands, cli, model_commands):
        monkeypatch.setattr(module, "console", Console(width=160))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["lifeboat", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        spoken = capsys.readouterr()
        return Done(end.value.code or 0, spoken.out, spoken.err)

    return run


def test_help_lists_the_verbs():
    shown = subprocess.run([LIFEBOAT, "--help"], capture_output=True, text=True)
    assert shown.returncode == 0
    for verb in ("run", "status", "doctor", "spaces", "schedule", "deploy-spaces"):
        assert verb in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "weekly"], "pipeline is 'weekly'; allowed: all, features, daily, retrain"),
        (["run", "daily", "--end", str(today() + timedelta(days=3))], "in the future"),
        (["run", "daily", "--start", "soon"], "start is 'soon'; allowed: a date"),
        (["run", "daily", "--scenario", "fog"], "scenario is 'fog'; allowed: third_class_only"),
        (["run", "features", "--scenario", "older"], "no notebook of features reads it"),
        (["run", "daily", "--end", "soon", "--days", "3"], "end is 'soon'; allowed: a date"),
        (["deploy-spaces", "not/a/user", "--dry-run"], "the user is 'not/a/user'"),
        (["synthesize", "-n", "3", "--out", "x", "--engine", "modal"], "engine is 'modal'; allowed: threads, ray"),
        (["synthesize", "-n", "3", "--out", "x", "--address", "a:1"], "which only Ray has: add --engine ray"),
        (
            ["synthesize", "-n", "3", "--out", "x", "--engine", "ray", "--address", "a"],
            "the Ray address is 'a'; allowed",
        ),
    ],
)
def test_a_bad_request_ends_with_one_clear_line(lifeboat, arguments, message):
    done = lifeboat(*arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_traceback_of_an_error_is_in_the_log_and_shown_on_demand(lifeboat, tmp_path):
    lifeboat("run", "nothing")
    assert "LifeboatError: pipeline is 'nothing'" in (tmp_path / "runs" / "errors.log").read_text()
    with pytest.raises(LifeboatError, match="pipeline is 'nothing'"):
        lifeboat("--debug", "run", "nothing")


def test_an_unknown_verb_is_a_usage_error(lifeboat):
    assert lifeboat("sink").returncode == 2


def test_status_of_nothing_says_how_to_begin(lifeboat):
    done = lifeboat("status")
    assert "make run" in done.stdout
    assert done.returncode == 0


def record(day, status, **fields):
    folder = records.folder_of("daily", [day, day])
    folder.mkdir(parents=True)
    run = records.Run("daily", str(day), str(day), f"{day}T06:15:00+00:00", status=status, **fields)
    (folder / "run.json").write_text(json.dumps(vars(run)))


def test_status_lists_runs_failures_and_missed_days(lifeboat):
    first = today() - timedelta(days=3)
    record(first, "succeeded", scenario="older")
    record(first + timedelta(days=1), "failed", error="the store[/]\nis full")
    done = lifeboat("status")
    assert "scenario older" in done.stdout
    assert "is full" not in done.stdout
    assert f"wrong: daily of {first + timedelta(days=1)} failed: the store[/]" in done.stdout
    assert f"wrong: no successful daily run for {first + timedelta(days=1)}, {first + timedelta(days=2)}" in done.stdout
    assert f"--start {first + timedelta(days=1)} --end {today() - timedelta(days=1)}" in done.stdout
    assert done.returncode == 1


def test_status_ends_with_0_only_if_nothing_is_wrong(lifeboat, monkeypatch):
    record(today() - timedelta(days=1), "succeeded")
    monkeypatch.setattr(alerts, "monitored", dict)
    assert lifeboat("status").returncode == 0
    monkeypatch.setattr(alerts, "monitored", lambda: {"alarm drift": "drift: other passengers"})
    done = lifeboat("status")
    assert (done.returncode, "wrong: drift: other passengers" in done.stdout) == (1, True)


def test_doctor_names_what_is_missing_and_how_to_get_it(empty, lifeboat):
    done = lifeboat("doctor")
    assert done.returncode == 1
    assert "lifeboat run features" in done.stdout
    assert "notebook 03" in done.stdout


def test_digest_is_the_same_until_something_changes(filled, lifeboat):
    first = lifeboat("digest").stdout
    assert lifeboat("digest").stdout == first
    titanic = features.feature_group(filled)
    one = features.historical_passengers().head(1).assign(passenger_id=7000)
    features.write(titanic, one)
    changed = lifeboat("digest").stdout
    assert changed.splitlines()[0] != first.splitlines()[0]
    assert changed.splitlines()[1:] == first.splitlines()[1:]


def test_a_damaged_store_is_an_error_in_one_line_and_a_pointer_to_the_log(empty, lifeboat, tmp_path):
    features.write_new(features.feature_group(empty), features.historical_passengers())
    for entry in tmp_path.glob("store/featuregroups/titanic_1/_delta_log/*.json"):
        entry.write_text("damaged")
    done = lifeboat("digest")
    assert done.returncode == 1
    assert "feature group titanic version 1: its Delta log is damaged" in done.stderr
    said, pointer = done.stderr.strip().splitlines()
    assert pointer.endswith("errors.log has the traceback.")
    assert "Traceback" not in said


def test_synthesize_writes_the_passengers_of_the_seed(lifeboat, tmp_path):
    done = lifeboat("synthesize", "-n", "1500", "--out", str(tmp_path / "made"), "--seed", "7")
    assert (done.returncode, "1,500 passengers" in done.stdout) == (0, True)
    made = pd.read_parquet(sorted((tmp_path / "made").glob("*.parquet"))[0])
    expected = PassengerGenerator().fit(passengers.load()).sample(1500, seed=7)
    assert made["fare"].tolist() == pytest.approx(expected["fare"].tolist(), nan_ok=True)


@pytest.mark.parametrize("arguments", [("-n", "-1"), ("-n", "5", "--survived", "2")])
def test_an_impossible_order_of_passengers_is_refused(lifeboat, tmp_path, arguments):
    done = lifeboat("synthesize", *arguments, "--out", str(tmp_path / "made"))
    assert done.returncode == 1
    assert not list(tmp_path.glob("made/*.parquet"))


def test_files_are_scored_by_a_registered_model_and_say_what_its_sql_says(trained, lifeboat, tmp_path):
    rows, scores = tmp_path / "rows", tmp_path / "scores"
    lifeboat("synthesize", "-n", "500", "--out", str(rows))
    done = lifeboat("score", "--input", str(rows), "--output", str(scores), "--model", "1")
    assert (done.returncode, "500 rows scored by version 1" in done.stdout) == (0, True), done.stderr
    sql = lifeboat("models", "sql", "1").stdout
    asked = duckdb.sql(f"SELECT {sql} AS probability FROM '{rows}/*.parquet'").df()["probability"]
    assert (pd.read_parquet(scores)["probability"] - asked).abs().max() < 1e-12


def test_what_cannot_be_scored_is_named_in_one_line_each(trained, lifeboat, tmp_path):
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "part.parquet").write_text("not a table")
    done = lifeboat("score", "--input", str(tmp_path / "rows"), "--output", str(tmp_path / "scores"))
    assert done.returncode == 1
    assert "1 of 1 files failed" in done.stderr and "part.parquet: " in done.stderr
    assert "Traceback" not in done.stderr


def test_models_are_listed_and_a_missing_one_is_named(empty, lifeboat):
    assert "lifeboat train" in lifeboat("models", "list").stdout
    done = lifeboat("models", "promote", "4")
    assert done.returncode == 1
    assert "model version is 4; registered: none" in done.stderr


def test_a_model_that_lost_the_gate_predicts_only_by_force(trained, lifeboat):
    said = lifeboat("train", "random_forest").stdout
    assert "does not predict: it did not pass the gate: its log loss may be" in said
    listed = lifeboat("models", "list").stdout
    assert [line.split()[:2] for line in listed.splitlines() if "logistic_companions" in line] == [["2", "*"]]
    assert "did not pass" in next(line for line in listed.splitlines() if "random_forest" in line)
    assert "It did not pass: its log loss may be" in " ".join(lifeboat("models", "show", "3").stdout.split())
    refused = lifeboat("models", "promote", "3")
    assert refused.returncode == 1
    assert "lifeboat models promote 3 --force" in refused.stderr
    assert "version 3 predicts from now on" in lifeboat("models", "promote", "3", "--force").stdout
    assert "predicts (forced)" in lifeboat("train", "random_forest").stdout
    assert "version 2 predicts from now on" in lifeboat("models", "rollback").stdout


def test_a_trained_model_can_wait_for_approval(trained, lifeboat, monkeypatch):
    monkeypatch.setattr("lifeboat.promotion.history", lambda project, dataset: [])
    assert "waits for approval: `lifeboat models promote 1`" in lifeboat("train", "logistic", "--approve").stdout


def test_the_schedule_on_this_machine_is_that_of_the_table():
    from apscheduler.schedulers.blocking import BlockingScheduler

    from lifeboat.operate import schedule

    table = yaml.safe_load((Path(__file__).parents[2] / "scheduled" / "pipelines.yml").read_text())["pipelines"]
    scheduled = {name: row["cron"] for name, row in table.items() if "cron" in row}
    jobs = {job.id: job.trigger for job in schedule.build(BlockingScheduler()).get_jobs()}
    assert set(jobs) == set(scheduled) == {"daily", "retrain"}
    minute, hour, *_ = scheduled["daily"].split()
    fields = {field.name: str(field) for field in jobs["daily"].fields}
    assert (fields["minute"], fields["hour"]) == (minute, hour)


def test_cells_of_the_exercises_find_the_command(lifeboat, monkeypatch, tmp_path):
    monkeypatch.setenv("LIFEBOAT_PROGRESS", str(tmp_path / "progress.json"))
    started = {}
    monkeypatch.setattr(cli.subprocess, "run", lambda *_, **options: started.update(options) or Done(0, "", ""))
    assert lifeboat("learn", "--open").returncode == 0
    assert (Path(started["env"]["PATH"].split(os.pathsep)[0]) / "lifeboat").exists()


SLOW = ["hopsworks", "jupyter_client", "matplotlib", "pandas", "scipy", "sklearn"]


@pytest.mark.parametrize(
    ("imported", "without"),
    [("lifeboat.cli, lifeboat.operate.pipelines", SLOW), ("lifeboat.registry", ["sklearn", "scipy", "matplotlib"])],
)
def test_a_command_does_not_wait_for_what_it_does_not_need(imported, without):
    code = f"import sys, {imported}; print([name for name in {without} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
