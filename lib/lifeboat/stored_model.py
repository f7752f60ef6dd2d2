"""A model as the registry holds it: the fitted pipeline in a file of its own, its model card, and a few numbers."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lifeboat import software
from lifeboat.quiet_client import quiet

if TYPE_CHECKING:
    from hopsworks.hsml.model import Model
    from sklearn.pipeline import Pipeline

    from lifeboat.gate import Verdict
    from lifeboat.model_card import ModelCard

_FILE = "model.skops"
PASSED_GATE = "passed_gate"
EXPECTED_ACCURACY = "expected_accuracy"


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

    @property
    def verdict(self) -> Verdict | None:
        """What the gate said; None if it was registered before there was a gate."""
        return self.card.verdict if self.card else None


def save(folder: Path, pipeline: Pipeline, card: ModelCard) -> None:
    """Write the files of a model into a folder, from which the client uploads them.

    Parameters
    ----------
    folder : Path
        It must exist.
    pipeline : Pipeline
        A fitted survival model, written as a skops file.
    card : ModelCard
        Its evaluation, written as JSON, as a page in Markdown, and as two figures.

    Raises
    ------
    UntrustedModel
        If the pipeline holds a type that `survival.load` would refuse.
    """
    from lifeboat import survival

    survival.save(pipeline, folder / _FILE)
    card.save(folder)


def numbers(card: ModelCard) -> dict[str, float]:
    """Return what the registry keeps as numbers: metrics, expected accuracy, and 1 if the gate was passed, else 0."""
    promises = {EXPECTED_ACCURACY: card.expected_accuracy, PASSED_GATE: card.verdict and card.verdict.passed}
    return card.metrics | {name: float(value) for name, value in promises.items() if value is not None}


def measured(model: Model) -> dict[str, float]:
    """Return the metrics on the test set, without the other numbers that the registry keeps with them."""
    return {
        name: value for name, value in model.training_metrics.items() if name not in (PASSED_GATE, EXPECTED_ACCURACY)
    }


_loaded: dict[str, Champion] = {}


def load(model: Model) -> Champion:
    """Download and open a version, once per process: a version never changes."""
    key = f"{model.project_name}/{model.id}/{model.created}"
    if key not in _loaded:
        pipeline, card = _download(model)
        _warn_of_other_versions(model, card)
        _loaded[key] = Champion(
            pipeline=pipeline,
            version=model.version,
            metrics=measured(model),
            description=model.description,
            created=created(model),
            training_dataset_version=model.training_dataset_version,
            card=card,
        )
    return _loaded[key]


def _download(model: Model) -> tuple[Pipeline, ModelCard | None]:
    from lifeboat import model_card, survival  # imported here: whoever lists the models needs no scikit-learn

    with tempfile.TemporaryDirectory(prefix="lifeboat-models-") as parent:
        with quiet():
            folder = Path(model.download(local_path=parent))
        return survival.load(folder / _FILE), model_card.load(folder)


def _warn_of_other_versions(model: Model, card: ModelCard | None) -> None:
    others = software.differences(card.versions) if card else []
    if others:
        text = f"model version {model.version} was made with {', '.join(others)}: predictions may differ. "
        warnings.warn(text + "Train it again with `lifeboat train`.", software.OtherVersions, stacklevel=4)


def created(model: Model) -> datetime:
    """Return when a version was registered, in UTC."""
    return datetime.fromtimestamp(model.created / 1000, UTC)
