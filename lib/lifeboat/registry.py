"""The model registry: models are registered, found, loaded, promoted and rolled back here."""

from __future__ import annotations

import json
import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import features, model_card, provenance, survival
from lifeboat.errors import LifeboatError
from lifeboat.model_card import ModelCard
from lifeboat.store import quiet

if TYPE_CHECKING:
    from hopsworks.hsml.model import Model
    from hopsworks.project import Project

NAME = "titanic_survival"
_FILE = "model.skops"
_PROMOTED = f"Resources/{NAME}_promoted.json"


class NoModel(LifeboatError):
    """The registry holds no such model."""


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
    card : ModelCard, optional
        Its evaluation, with intervals, slices, versions of packages and the revision of the code.
    """

    pipeline: Pipeline
    version: int
    metrics: dict[str, float]
    description: str
    created: datetime
    training_dataset_version: int
    card: ModelCard | None = None


def registered(project: Project) -> list[Model]:
    """List the registered versions, oldest first."""
    return sorted(project.get_model_registry().get_models(NAME), key=lambda model: model.version)


def champion(project: Project) -> Champion:
    """Load the model that predicts: the newest version, unless another was promoted since it was registered.

    Raises
    ------
    NoModel
        If nothing is registered.
    """
    return load(project, _champion_version(project, [model.version for model in registered(project)]))


def load(project: Project, version: int) -> Champion:
    """Load one version.

    Raises
    ------
    NoModel
        If there is no such version.
    """
    models = {model.version: model for model in registered(project)}
    if version not in models:
        raise NoModel(f"model version is {version}; registered: {', '.join(map(str, models)) or 'none'}.")
    return _load(models[version])


def versions(project: Project) -> pd.DataFrame:
    """List the registered versions, newest first.

    Returns
    -------
    DataFrame
        Indexed by ``version``: ``champion`` (whether it predicts), ``description``, ``created`` (UTC) and its metrics
        on the test set.
    """
    models = registered(project)
    if not models:
        return pd.DataFrame(columns=["champion", "description", "created"]).rename_axis("version")
    leader = _champion_version(project, [model.version for model in models])
    rows = [
        {
            "version": m.version,
            "champion": m.version == leader,
            "description": m.description,
            "created": _time(m.created),
        }
        | m.training_metrics
        for m in reversed(models)
    ]
    return pd.DataFrame(rows).set_index("version")


def promote(project: Project, version: int) -> int:
    """Make a version the champion, until a newer one is trained; return the version.

    What is stored is the version and the newest one at that time: a model trained later takes over by itself.

    Raises
    ------
    NoModel
        If there is no such version.
    """
    known = [model.version for model in registered(project)]
    if version not in known:
        raise NoModel(f"model version is {version}; registered: {', '.join(map(str, known)) or 'none'}.")
    with tempfile.TemporaryDirectory() as folder, quiet():
        note = Path(folder) / Path(_PROMOTED).name
        note.write_text(json.dumps({"version": version, "newest": known[-1]}))
        project.get_dataset_api().upload(str(note), str(Path(_PROMOTED).parent), overwrite=True)
    return version


def rollback(project: Project) -> int:
    """Promote the version before the present champion, and return it.

    Raises
    ------
    NoModel
        If there is no earlier version.
    """
    known = [model.version for model in registered(project)]
    leader = _champion_version(project, known)
    earlier = [version for version in known if version < leader]
    if not earlier:
        raise NoModel(f"no version before {leader} to go back to; registered: {', '.join(map(str, known))}.")
    return promote(project, earlier[-1])


def _champion_version(project: Project, known: list[int]) -> int:
    """The promoted version if it still holds, else the newest."""
    if not known:
        raise NoModel("no model is registered yet: run notebook 03 (or `lifeboat train`) first.")
    note = _promoted(project)
    return note["version"] if note.get("newest") == known[-1] and note["version"] in known else known[-1]


def _promoted(project: Project) -> dict[str, int]:
    files = project.get_dataset_api()
    if not files.exists(_PROMOTED):
        return {}
    with tempfile.TemporaryDirectory() as folder, quiet():
        return json.loads(Path(files.download(_PROMOTED, folder)).read_text())


def find(project: Project, mark: str) -> Champion | None:
    """Load the newest version whose description holds `mark`, if there is one."""
    matches = [model for model in registered(project) if mark in (model.description or "")]
    return _load(matches[-1]) if matches else None


def register(
    project: Project,
    pipeline: Pipeline,
    *,
    card: ModelCard,
    description: str,
    training_dataset_version: int,
    input_example: pd.DataFrame,
) -> Champion:
    """Save a fitted pipeline as a new version in the registry, with its model card, figures and provenance.

    The schema of what goes in and comes out is taken from the feature view.
    """
    with tempfile.TemporaryDirectory() as folder, quiet():
        survival.save(pipeline, Path(folder) / _FILE)
        card.save(Path(folder))
        model = project.get_model_registry().sklearn.create_model(
            NAME,
            metrics=card.metrics,
            description=description,
            input_example=input_example,
            feature_view=features.survival_view(project),
            training_dataset_version=training_dataset_version,
        )
        model.save(folder, await_registration=60)
    return _load(project.get_model_registry().get_model(NAME, version=model.version))


_loaded: dict[str, Champion] = {}


def _load(model: Model) -> Champion:
    """Download and open a version, once per process: a version never changes."""
    key = f"{model.project_name}/{model.id}/{model.created}"
    if key not in _loaded:
        pipeline, card = _download(model)
        _warn_of_other_versions(model, card)
        _loaded[key] = Champion(
            pipeline=pipeline,
            version=model.version,
            metrics=model.training_metrics,
            description=model.description,
            created=_time(model.created),
            training_dataset_version=model.training_dataset_version,
            card=card,
        )
    return _loaded[key]


def _download(model: Model) -> tuple[Pipeline, ModelCard | None]:
    with tempfile.TemporaryDirectory(prefix="lifeboat-models-") as parent:
        with quiet():
            folder = Path(model.download(local_path=parent))
        return survival.load(folder / _FILE), model_card.load(folder)


def _warn_of_other_versions(model: Model, card: ModelCard | None) -> None:
    others = provenance.differences(card.versions) if card else []
    if others:
        text = f"model version {model.version} was made with {', '.join(others)}: predictions may differ. "
        warnings.warn(text + "Train it again with `lifeboat train`.", provenance.OtherVersions, stacklevel=4)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
