"""The model registry: models are registered, found and loaded here."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import features, survival
from lifeboat.errors import LifeboatError
from lifeboat.store import quiet

if TYPE_CHECKING:
    from hopsworks.hsml.model import Model
    from hopsworks.project import Project

NAME = "titanic_survival"
_FILE = "model.skops"


class NoModel(LifeboatError):
    """The registry holds no model yet."""


@dataclass(frozen=True)
class Champion:
    """A registered model, loaded: the fitted pipeline and what the registry says of it.

    Attributes
    ----------
    pipeline : Pipeline
        Takes a DataFrame of the seven raw features.
    version : int
        Version in the registry.
    metrics : dict
        Measured on the final test set.
    description : str
        Estimator, data and code.
    created : datetime
        When it was registered, in UTC.
    training_dataset_version : int
        The version of the training dataset that it was fitted on.
    """

    pipeline: Pipeline
    version: int
    metrics: dict[str, float]
    description: str
    created: datetime
    training_dataset_version: int


def registered(project: Project) -> list[Model]:
    """List the registered versions, oldest first."""
    return sorted(project.get_model_registry().get_models(NAME), key=lambda model: model.version)


def champion(project: Project) -> Champion:
    """Load the model that predicts: the newest version.

    Raises
    ------
    NoModel
        If nothing is registered.
    """
    versions = registered(project)
    if not versions:
        raise NoModel("no model is registered yet: run notebook 03 (or `lifeboat run retrain`) first.")
    return _load(versions[-1])


def find(project: Project, mark: str) -> Champion | None:
    """Load the newest version whose description holds `mark`, if there is one."""
    matches = [model for model in registered(project) if mark in (model.description or "")]
    return _load(matches[-1]) if matches else None


def register(
    project: Project,
    pipeline: Pipeline,
    *,
    metrics: Mapping[str, float],
    description: str,
    training_dataset_version: int,
    input_example: pd.DataFrame,
) -> Champion:
    """Save a fitted pipeline as a new version in the registry, with its provenance."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        survival.save(pipeline, Path(folder) / _FILE)
        model = project.get_model_registry().sklearn.create_model(
            NAME,
            metrics=dict(metrics),
            description=description,
            input_example=input_example,
            feature_view=features.survival_view(project),
            training_dataset_version=training_dataset_version,
        )
        model.save(folder, await_registration=5)
    return _load(project.get_model_registry().get_model(NAME, version=model.version))


_loaded: dict[str, Champion] = {}


def _load(model: Model) -> Champion:
    """Download and open a version, once a process: a version never changes, and its id is never used again."""
    key = f"{model.project_name}/{model.id}"
    if key not in _loaded:
        with quiet():
            folder = model.download(local_path=str(_downloads() / str(model.id)))
        _loaded[key] = Champion(
            pipeline=survival.load(Path(folder) / _FILE),
            version=model.version,
            metrics=model.training_metrics,
            description=model.description,
            created=_time(model.created),
            training_dataset_version=model.training_dataset_version,
        )
    return _loaded[key]


@cache
def _downloads() -> Path:
    return Path(tempfile.mkdtemp(prefix="lifeboat-models-"))


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
