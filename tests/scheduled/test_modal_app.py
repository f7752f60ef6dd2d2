"""The Modal app: what it asks of Modal, its functions on the local service, and the real command on loopback."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from loopback_modal import LoopbackModal
from nbformat.v4 import new_code_cell, new_notebook

import hopsworks_local
import lifeboat
from lifeboat import features, registry, scoring, store, training
from lifeboat.days import today
from lifeboat.operate import alerts, pipelines
from lifeboat.synthetic import synthesize

APP = store.project_folder() / "scheduled" / "modal_app.py"
PIPELINES = {"train": "retrain", "daily": "daily"}


@pytest.fixture(scope="module")
def app():
    spec = importlib.util.spec_from_file_location("modal_app", APP)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A store that only the tests of this file use: they share the model that the first of them trains."""
    with hopsworks_local.start(tmp_path_factory.mktemp("store"), project="titanic") as running:
        yield running


@pytest.fixture
def project(service, monkeypatch):
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    project = lifeboat.login()
    features.write_new(features.feature_group(project), features.historical_passengers())
    return project


@pytest.fixture(scope="module")
def modal(service, tmp_path_factory):
    with LoopbackModal(tmp_path_factory.mktemp("modal"), {"hopsworks": service.environment}) as running:
        yield running


@pytest.fixture(scope="module")
def deployed(modal):
    """What the app asked for when it was deployed, by function."""
    deploy = command(modal, "deploy", str(APP))
    assert deploy.returncode == 0, deploy.stdout + deploy.stderr
    return {name: modal.functions[name] for name in modal.deployed}


def command(modal: LoopbackModal, *arguments: str) -> subprocess.CompletedProcess:
    return in_account(modal, "modal", *arguments)


def score(modal: LoopbackModal, *arguments: str) -> subprocess.CompletedProcess:
    return in_account(modal, "lifeboat", "score", "--engine", "modal", *arguments)


def in_account(modal: LoopbackModal, name: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOPSWORKS_")}
    return subprocess.run(
        [Path(sys.executable).with_name(name), *arguments],
        env=environment | modal.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(("function", "pipeline"), PIPELINES.items())
def test_functions_run_as_the_table_says(app, function, pipeline):
    info, expected = getattr(app, function).info(), pipelines.get_pipeline(pipeline)
    assert info.schedule == f"Cron({expected.cron!r}, {expected.timezone})"
    assert info.timeout == 60 * expected.timeout
    assert info.max_retries == expected.retries


@pytest.mark.parametrize("function", PIPELINES)
def test_functions_get_the_key(app, function):
    assert getattr(app, function).info().secrets == ["modal.Secret.from_name('hopsworks')"]


def test_modal_run_trains_a_model_into_the_registry(modal, project):
    run = command(modal, "run", str(APP))
    assert run.returncode == 0, run.stdout + run.stderr
    (model,) = registry.registered(project)
    said = json.loads(re.search(r"^{.*^}", run.stdout, re.DOTALL | re.MULTILINE)[0])
    assert (said["version"], said["metrics"]) == (model.version, registry.champion(project).metrics)
    assert modal.unknown == []


def test_training_again_registers_no_second_model(app, project):
    said = app.train.local()
    assert said["version"] == registry.champion(project).version == 1
    assert json.loads(json.dumps(said)) == said


def test_the_daily_run_runs_the_pipeline_for_today(app, project, tmp_path, monkeypatch):
    """The notebooks of the real pipeline are executed in the tests of the runner; here is one that counts its days."""
    (tmp_path / "scheduled").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "scheduled" / "pipelines.yml").write_text("pipelines: {daily: {notebooks: [one], per_day: true}}")
    parameters = new_code_cell("start = 'none'\nend = 'none'", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(
        new_notebook(cells=[parameters, new_code_cell("print(start, end)")], metadata=kernel),
        tmp_path / "notebooks" / "one.ipynb",
    )
    monkeypatch.setattr(store, "project_folder", lambda: tmp_path)
    monkeypatch.setenv("LIFEBOAT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(alerts, "monitored", dict)
    record = app.daily.local()
    assert (record["pipeline"], record["status"]) == ("daily", "succeeded")
    assert record["start"] == record["end"] == f"{today()}"
    executed = (tmp_path / "runs" / "daily" / f"{today()}" / "one.ipynb").read_text()
    assert f"{today()} {today()}" in executed


def test_modal_deploy_schedules_the_pipelines_and_nothing_else(deployed):
    times = {name: each.schedule.cron.cron_string for name, each in deployed.items() if each.HasField("schedule")}
    assert times == {name: pipelines.get_pipeline(pipeline).cron for name, pipeline in PIPELINES.items()}


def test_the_runs_of_a_function_take_turns(deployed):
    assert {deployed[name].autoscaler_settings.max_containers for name in PIPELINES} == {1}


def test_the_image_installs_exactly_the_locked_versions(modal, deployed):
    layers = modal.layers(deployed["train"].image_id)
    install = "\n".join(line for layer in layers for line in layer.dockerfile_commands)
    assert "--no-deps --require-hashes" in install
    locked = (store.project_folder() / "requirements.txt").read_bytes()
    assert locked in [file.data for layer in layers for file in layer.context_files]


def test_only_the_code_is_uploaded(modal, deployed):
    files = {Path(name) for name in modal.uploaded(deployed["daily"])}
    assert {file.parts[1:3] for file in files} == {
        ("root", "modal_app.py"),
        ("lifeboat", "pyproject.toml"),
        ("lifeboat", "lib"),
        ("lifeboat", "notebooks"),
        ("lifeboat", "scheduled"),
    }
    assert {file.suffix or file.name for file in files} <= {
        ".py",
        ".ipynb",
        ".yml",
        ".toml",
        ".csv",
        ".md",
        ".css",
        ".js",
        ".svg",
        ".woff2",
        ".txt",
        "LICENSE",
    }


def test_a_secret_without_the_key_is_refused(tmp_path):
    with LoopbackModal(tmp_path, {"hopsworks": {"OTHER": "1"}}) as modal:
        run = command(modal, "run", str(APP))
    assert run.returncode != 0
    assert "HOPSWORKS_API_KEY" in run.stdout + run.stderr


@pytest.fixture
def volume(modal, project):
    """The folder that stands for the app's volume, with passengers in it; and a registered model."""
    if not registry.registered(project):
        training.train(project)
    folder = modal.volume("vo-lifeboat")
    synthesize(5_000, folder / "in", rows_per_file=3_000)
    return folder


@pytest.fixture
def here(volume, monkeypatch):
    monkeypatch.setenv("LIFEBOAT_FILES", str(volume))


def read(folder):
    return pd.concat(pd.read_parquet(path) for path in sorted(folder.glob("*.parquet")))


def test_modal_scores_what_it_can_names_the_rest_and_goes_on_as_this_machine_would(modal, project, volume, tmp_path):
    part = volume / "in" / "part-00001.parquet"
    whole = part.read_bytes()
    part.write_bytes(whole[:100])
    run = score(modal, "--input", "in", "--output", "out", "--model", "1")
    part.write_bytes(whole)
    assert run.returncode != 0
    assert "1 of 2 files failed, 1 are finished:\npart-00001.parquet: Parquet" in run.stdout + run.stderr
    first = (volume / "out" / "part-00000.parquet").stat().st_mtime_ns
    run = score(modal, "--input", "in", "--output", "out", "--model", "1")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "5,000 rows scored by version 1 in out" in run.stdout
    assert (volume / "out" / "part-00000.parquet").stat().st_mtime_ns == first
    assert modal.unknown == []
    model = registry.load(project, 1)
    scoring.score_folder(scoring.Scorer.compiled(model.pipeline), volume / "in", tmp_path, model="version 1")
    pd.testing.assert_frame_equal(read(volume / "out"), read(tmp_path))


def test_what_cannot_be_begun_is_said(modal, app, here):
    run = score(modal, "--input", "nowhere", "--output", "out")
    assert run.returncode != 0
    assert "nowhere is no folder" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    nowhere = app.begin_scores.local("nowhere", "out", None, "fail")
    assert "nowhere is no folder; name the folder that holds the Parquet files" in nowhere["fault"]


def test_a_folder_is_taken_up_with_the_same_model_only(app, here, volume, project):
    begun = app.begin_scores.local("in", "taken-up", None, "fail")
    assert begun == {"version": 1, "names": ["part-00000.parquet", "part-00001.parquet"], "rows": 5_000}
    other = app.begin_scores.local("in", "taken-up", 1, "skip")
    assert "was begun with on_invalid = 'fail', not 'skip'" in other["fault"]


def test_one_file_is_scored_by_its_name(app, here, volume):
    app.begin_scores.local("in", "one", None, "fail")
    said = app.score_file.local("part-00001.parquet", "in", "one", 1, "fail")
    assert (said["rows"], said["left_out"], said["fault"]) == (2_000, 0, "")
    assert len(read(volume / "one")) == 2_000
