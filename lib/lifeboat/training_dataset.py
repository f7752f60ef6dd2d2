"""The training dataset: versions of the historical passengers, and who of them is set aside for the test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from lifeboat import features, passengers, registry
from lifeboat.model_card import SPLIT_USES
from lifeboat.passengers import FEATURES, LABEL
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
        The seven features, one row per passenger.
    y : Series
        The outcome: 1 survived, 0 died.
    ticket : Series
        The ticket number, which companions share.
    tested : int
        How many registered models were trained and tested on this version already.
    """

    version: int
    X: pd.DataFrame
    y: pd.Series
    ticket: pd.Series
    tested: int = 0

    @property
    def split(self) -> int:
        """Which split into training part and test set: the next one after every `model_card.SPLIT_USES` models."""
        return self.tested // SPLIT_USES


def training_data(project: Project) -> TrainingData:
    """Read the training dataset of the historical passengers; materialise a new version if their data changed.

    Raises
    ------
    LifeboatError
        If the feature group has no historical passengers.
    """
    view = features.survival_view(project)
    data = read_version(view, dataset_version(project, view))
    versions = [model.training_dataset_version for model in registry.registered(project)]
    return replace(data, tested=versions.count(data.version))


def dataset_version(project: Project, view: FeatureView) -> int:
    """Return the version of the training dataset made from the historical passengers as they are now.

    Two versions are the same if the passengers are: the fingerprint of the rows is kept in the description.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    view : FeatureView
        As `features.survival_view` returns it.

    Returns
    -------
    int
        An existing version, or a new one that is materialised now.

    Raises
    ------
    NoPassengers
        If the feature group has no historical passengers.
    """
    mark = fingerprint(features.read_historical(project)[["passenger_id", *FEATURES, LABEL, "ticket"]])
    for dataset in view.get_training_datasets():
        if mark in (dataset.description or ""):
            return dataset.version
    with quiet():
        version, _ = view.create_training_data(
            description=f"Historical passengers, fingerprint {mark}",
            extra_filter=features.titanic_group(project).source == features.HISTORICAL,
        )
    return version


def read_version(view: FeatureView, version: int) -> TrainingData:
    """Read a materialised training dataset, sorted: the order of rows in the files may vary.

    Parameters
    ----------
    view : FeatureView
        As `features.survival_view` returns it.
    version : int
        As `dataset_version` returns it.

    Returns
    -------
    TrainingData
        With ``tested`` left at 0.

    Raises
    ------
    InvalidPassengers
        If a stored value is not allowed.
    """
    X, y = view.get_training_data(version, training_helper_columns=True)
    rows = X.assign(**{LABEL: y[LABEL]}).sort_values([*FEATURES, "ticket", LABEL], ignore_index=True)
    return TrainingData(version, passengers.validate(rows), rows[LABEL].astype("int64"), rows["ticket"])


def fingerprint(frame: pd.DataFrame) -> str:
    """Return twelve hexadecimal digits that stand for the content of a table, in its order."""
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()[:12]


def hold_out(data: TrainingData, split: int | None = None) -> tuple[pd.Index, pd.Index]:
    """Split off a fifth of the passengers as the final test set, keeping companions on one side.

    Parameters
    ----------
    data : TrainingData
        The passengers.
    split : int, optional
        Which split; the one that `data` says is due unless given.

    Returns
    -------
    train, test : Index
        Positions in ``data.X``.
    """
    seed = data.split if split is None else split
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(data.X, data.y, data.ticket)
    train, test = next(folds)
    return pd.Index(train), pd.Index(test)
