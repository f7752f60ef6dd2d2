"""The training dataset: versions of the historical rows, and which of them are set aside for the test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from lifeboat import features, registry
from lifeboat.dataset import Dataset
from lifeboat.model_card import SPLIT_USES
from lifeboat.passengers import TITANIC
from lifeboat.quiet_client import quiet

if TYPE_CHECKING:
    from hopsworks.hsfs.feature_view import FeatureView
    from hopsworks.project import Project


@dataclass(frozen=True)
class TrainingData:
    """A version of the training dataset, in an order that does not depend on the store.

    Attributes
    ----------
    version : int
        The version of the training dataset of the feature view.
    X : DataFrame
        The features, one row per passenger.
    y : Series
        The outcome: 1 survived, 0 died.
    together : Series
        What companions share, the ticket number: its rows stay on one side of a split.
    tested : int
        How many registered models were trained and tested on this version already.
    dataset : Dataset
        The description of the data.
    """

    version: int
    X: pd.DataFrame
    y: pd.Series
    together: pd.Series
    tested: int = 0
    dataset: Dataset = TITANIC

    @property
    def split(self) -> int:
        """Which split into training part and test set: the next one after every `model_card.SPLIT_USES` models."""
        return self.tested // SPLIT_USES


def training_data(project: Project, dataset: Dataset = TITANIC) -> TrainingData:
    """Read the training dataset of the historical rows; materialise a new version if their data changed.

    Raises
    ------
    LifeboatError
        If the feature group has no historical rows.
    """
    view = features.feature_view(project, dataset)
    data = read_version(view, dataset_version(project, view, dataset), dataset)
    versions = [model.training_dataset_version for model in registry.registered(project, dataset)]
    return replace(data, tested=versions.count(data.version))


def dataset_version(project: Project, view: FeatureView, dataset: Dataset = TITANIC) -> int:
    """Return the version of the training dataset made from the historical rows as they are now.

    Two versions are the same if the rows are: the fingerprint of the rows is kept in the description.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    view : FeatureView
        As `features.feature_view` returns it.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    int
        An existing version, or a new one that is materialised now.

    Raises
    ------
    NoRows
        If the feature group has no historical rows.
    """
    columns = [dataset.key, *dataset.features, dataset.label, *dataset.helpers]
    mark = fingerprint(features.read_historical(project, dataset)[columns])
    for stored in view.get_training_datasets():
        if mark in (stored.description or ""):
            return stored.version
    with quiet():
        version, _ = view.create_training_data(
            description=f"Historical {dataset.rows}, fingerprint {mark}",
            extra_filter=features.feature_group(project, dataset).source == features.HISTORICAL,
        )
    return version


def read_version(view: FeatureView, version: int, dataset: Dataset = TITANIC) -> TrainingData:
    """Read a materialised training dataset, sorted: the order of rows in the files may vary.

    Parameters
    ----------
    view : FeatureView
        As `features.feature_view` returns it.
    version : int
        As `dataset_version` returns it.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    TrainingData
        With ``tested`` left at 0.

    Raises
    ------
    InvalidRows
        If a stored value is not allowed.
    """
    X, y = view.get_training_data(version, training_helper_columns=True)
    label, helpers = dataset.label, dataset.helpers
    rows = X.assign(**{label: y[label]}).sort_values([*dataset.features, *helpers, label], ignore_index=True)
    together = rows[helpers[0]] if helpers else pd.Series(rows.index)  # each row by itself
    return TrainingData(version, dataset.validate(rows), rows[label].astype("int64"), together, dataset=dataset)


def fingerprint(frame: pd.DataFrame) -> str:
    """Return twelve hexadecimal digits that stand for the content of a table, in its order."""
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()[:12]


def hold_out(data: TrainingData, split: int | None = None) -> tuple[pd.Index, pd.Index]:
    """Split off a fifth of the rows as the final test set, keeping companions on one side.

    Parameters
    ----------
    data : TrainingData
        All rows.
    split : int, optional
        Which split; the one that `data` says is due unless given.

    Returns
    -------
    train, test : Index
        Positions in ``data.X``.
    """
    seed = data.split if split is None else split
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(data.X, data.y, data.together)
    train, test = next(folds)
    return pd.Index(train), pd.Index(test)
