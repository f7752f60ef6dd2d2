"""Lifeboat on Modal: training and the daily run in the cloud, at the times that pipelines.yml gives.

    modal secret create hopsworks HOPSWORKS_API_KEY=...     once: with the key of a Hopsworks project
    modal run scheduled/modal_app.py                        train now, and say what is registered
    modal run scheduled/modal_app.py::daily                 today's passengers now
    modal deploy scheduled/modal_app.py                     leave both running on their schedule

What runs is the library and the notebooks, as on a laptop; only the store is the cloud's, by the key in the secret.
"""

from dataclasses import asdict
from typing import Any

import modal
import rich

from lifeboat import store
from lifeboat.operate import pipelines, records, runner

PROJECT = store.project_folder()
HOME = "/lifeboat"
PRIVATE = ["**/__pycache__", "**/.*", "**/*.egg-info", "**/build"]

# The same locked versions and the same layout as in the repository.
image = (
    modal.Image.debian_slim(python_version="3.11")
    .uv_pip_install(requirements=[str(PROJECT / "requirements.txt")], extra_options="--no-deps --require-hashes")
    .env({"PYTHONPATH": f"{HOME}/lib"})
    .add_local_file(PROJECT / "pyproject.toml", f"{HOME}/pyproject.toml")
    .add_local_dir(PROJECT / "lib", f"{HOME}/lib", ignore=PRIVATE)
    .add_local_dir(PROJECT / "notebooks", f"{HOME}/notebooks", ignore=PRIVATE)
    .add_local_dir(PROJECT / "scheduled", f"{HOME}/scheduled", ignore=PRIVATE)
)
app = modal.App("lifeboat")


def _settings(name: str) -> dict[str, Any]:
    """How Modal is to run a pipeline of pipelines.yml: where, with which key, when, and for how long."""
    pipeline = pipelines.get_pipeline(name)
    return {
        "image": image,
        "secrets": [modal.Secret.from_name("hopsworks", required_keys=["HOPSWORKS_API_KEY"])],
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


@app.local_entrypoint()
def main(approve: bool = False) -> None:
    """Train in the cloud, and say what is registered; with --approve it waits for `lifeboat models promote`."""
    rich.print_json(data=train.remote(approve or None))
