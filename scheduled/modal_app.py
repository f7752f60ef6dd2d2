"""Lifeboat on Modal: training and the daily run in the cloud, at the times that pipelines.yml gives.

    modal secret create hopsworks HOPSWORKS_API_KEY=...     once: with the key of a Hopsworks project
    modal run scheduled/modal_app.py                        train now, and say what is registered
    modal run scheduled/modal_app.py::daily                 today's passengers now
    modal deploy scheduled/modal_app.py                     leave both running on their schedule
    lifeboat score --engine modal --input in --output out   score the Parquet files of a folder of the app's volume

What runs is the library and the notebooks, as on a laptop; only the store is the cloud's, by the key in the secret.
"""

import os
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any

import modal
import rich

from lifeboat import scoring, store
from lifeboat.bulk import attempt, check_order
from lifeboat.errors import LifeboatError
from lifeboat.operate import pipelines, records, runner

PROJECT = store.project_folder()
HOME = "/lifeboat"
FILES = "/files"
MOST_CONTAINERS = 100
PRIVATE = ["**/__pycache__", "**/.*", "**/*.egg-info", "**/build"]

# The same locked versions and the same layout as in the repository.
image = (
    modal.Image.debian_slim(python_version="3.11")
    .uv_pip_install(requirements=[str(PROJECT / "requirements.txt")], extra_options="--no-deps --require-hashes")
    .env({"PYTHONPATH": f"{HOME}/lib", "LIFEBOAT_FILES": FILES})
    .add_local_file(PROJECT / "pyproject.toml", f"{HOME}/pyproject.toml")
    .add_local_dir(PROJECT / "lib", f"{HOME}/lib", ignore=PRIVATE)
    .add_local_dir(PROJECT / "notebooks", f"{HOME}/notebooks", ignore=PRIVATE)
    .add_local_dir(PROJECT / "scheduled", f"{HOME}/scheduled", ignore=PRIVATE)
)
app = modal.App("lifeboat")
secret = modal.Secret.from_name("hopsworks", required_keys=["HOPSWORKS_API_KEY"])
files = modal.Volume.from_name("lifeboat", create_if_missing=True)
"""Rows and scores as Parquet files: `modal volume put lifeboat FOLDER in`, `modal volume get lifeboat out`."""


def _settings(name: str) -> dict[str, Any]:
    """How Modal is to run a pipeline of pipelines.yml: where, with which key, when, and for how long."""
    pipeline = pipelines.get_pipeline(name)
    return {
        "image": image,
        "secrets": [secret],
        "schedule": modal.Cron(pipeline.cron, timezone=pipeline.timezone),
        "timeout": 60 * pipeline.timeout,
        "retries": modal.Retries(max_retries=pipeline.retries, initial_delay=60),
        "max_containers": 1,  # runs take turns
        "cpu": 2,
        "memory": 2048,
    }


@app.function(**_settings("retrain"))
def train(approve: bool | None = None) -> dict[str, Any]:
    """Train on the feature view and register the model, by the same call as in notebook 03.

    Parameters
    ----------
    approve : bool, optional
        Whether a person must approve before the model predicts; as pipelines.yml says unless given.

    Returns
    -------
    dict
        Name, version, description and test metrics of the registered model, and whether it predicts.
    """
    from lifeboat import registry, training

    if approve is None:
        approve = pipelines.get_pipeline("retrain").parameters["approve"]
    project = store.login()
    model = training.train(project, approve=approve)
    return {
        "name": model.dataset.task,
        "version": model.version,
        "description": model.description,
        "metrics": model.metrics,
        "standing": registry.standing(project, model),
    }


@app.function(**_settings("daily"))
def daily(start: str | None = None, end: str | None = None) -> dict[str, Any]:
    """Run the daily pipeline for today, or for the days from `start` to `end` (YYYY-MM-DD).

    Returns
    -------
    dict
        The record of the run, as ``lifeboat status`` shows it.
    """
    runner.run("daily", start, end)
    return asdict(records.history()[-1])


SCORING = {"image": image, "secrets": [secret], "volumes": {FILES: files}, "cpu": 1, "memory": 1024, "timeout": 3600}


@app.function(**SCORING)
def begin_scores(source: str, out: str, version: int | None, on_invalid: scoring.OnInvalid) -> dict[str, Any]:
    """Begin or take up a folder of scores.

    Parameters
    ----------
    source, out : str
        The folders of the volume.
    version : int, optional
        Of the model; the champion unless given.
    on_invalid : {'fail', 'skip'}
        As in `lifeboat.scoring.score_folder`.

    Returns
    -------
    dict
        The model's version, the names of the files, and how many rows they hold; or the fault.
    """
    try:
        shards = scoring.shards_of(_folder(source), _folder(out))
        model = _model(version)
        check_order(_folder(out), scoring.order_of(_folder(source), scoring.model_name(model), on_invalid))
    except LifeboatError as fault:
        return {"fault": str(fault)}
    _commit()
    return {"version": model.version, "names": list(shards), "rows": scoring.count_rows(_folder(source))}


@app.function(**SCORING, retries=2, max_containers=MOST_CONTAINERS)
def score_file(
    name: str, source: str, out: str, version: int, on_invalid: scoring.OnInvalid
) -> dict[str, str | int | bool]:
    """Score one file of the volume, unless that is done.

    Parameters
    ----------
    name : str
        The file.
    source, out, version, on_invalid
        As in `begin_scores`.

    Returns
    -------
    dict
        The fields of `lifeboat.bulk.Outcome`.
    """
    shard = scoring.Shard(_folder(source) / name, _folder(out) / name)
    outcome = attempt(partial(scoring.score_shard, _scorer(version), on_invalid=on_invalid), name, shard)
    _commit()
    return outcome._asdict()


@app.local_entrypoint()
def main(approve: bool = False) -> None:
    """Train in the cloud, and say what is registered; with --approve it waits for `lifeboat models promote`."""
    rich.print_json(data=train.remote(approve or None))


def _folder(name: str) -> Path:
    """A folder of the volume."""
    return Path(os.environ["LIFEBOAT_FILES"]) / name.strip("/")


def _commit() -> None:
    """Keep what was written before it is called done; by itself Modal does so a little later."""
    if not modal.is_local():
        files.commit()


def _model(version: int | None) -> Any:
    from lifeboat import registry

    project = store.login()
    return registry.load(project, version) if version else registry.champion(project)


@cache
def _scorer(version: int) -> scoring.Scorer:
    """The model, compiled once in each container."""
    model = _model(version)
    return scoring.Scorer.compiled(model.pipeline, model.dataset)
