"""The training pipeline: from the feature view, over a versioned training dataset, to a registered model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import sklearn
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from lifeboat import features, models, passengers, survival
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.store import quiet

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
        The seven features, a row a passenger.
    y : Series
        The outcome: 1 survived, 0 died.
    ticket : Series
        The ticket number, which companions share.
    """

    version: int
    X: pd.DataFrame
    y: pd.Series
    ticket: pd.Series


def training_data(project: Project) -> TrainingData:
    """Read the training dataset of the historical passengers; materialise a version if their data are new.

    Raises
    ------
    LifeboatError
        If the feature group has no historical passengers.
    """
    view = features.survival_view(project)
    return read_version(view, dataset_version(project, view))


def dataset_version(project: Project, view: FeatureView) -> int:
    """Return the version of the training dataset made from the historical passengers as they are now.

    Two versions are the same if the passengers are: the fingerprint of the rows is kept in the description.
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
    """Read a materialised training dataset; its rows come sorted, for files have no order to rely on."""
    X, y = view.get_training_data(version, training_helper_columns=True)
    rows = X.assign(**{LABEL: y[LABEL]}).sort_values([*FEATURES, "ticket", LABEL], ignore_index=True)
    return TrainingData(version, passengers.validate(rows), rows[LABEL].astype("int64"), rows["ticket"])


def fingerprint(frame: pd.DataFrame) -> str:
    """Return twelve hexadecimal digits that stand for the content of a table, in its order."""
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()[:12]


def hold_out(data: TrainingData, seed: int = 0) -> tuple[pd.Index, pd.Index]:
    """Split off a fifth of the passengers as the final test set, keeping companions on one side.

    Returns
    -------
    train, test : Index
        Positions in ``data.X``.
    """
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(data.X, data.y, data.ticket)
    train, test = next(folds)
    return pd.Index(train), pd.Index(test)


def test_metrics(label: pd.Series, probability: pd.Series) -> dict[str, float]:
    """Measure predicted probabilities against outcomes: ROC AUC, log loss (nats), Brier score, accuracy."""
    return {
        "roc_auc": float(roc_auc_score(label, probability)),
        "log_loss": float(log_loss(label, probability)),
        "brier": float(brier_score_loss(label, probability)),
        "accuracy": float(accuracy_score(label, probability >= 0.5)),
    }


def code_version(estimator: str) -> str:
    """Return a fingerprint of what determines a fit besides the data: the estimator's settings and scikit-learn."""
    settings = repr(survival.build_estimator(estimator).get_params()) + sklearn.__version__
    return hashlib.sha256(settings.encode()).hexdigest()[:12]


def train(project: Project, estimator: str = survival.DEFAULT_ESTIMATOR) -> models.Champion:
    """Train on the feature store's passengers and register the model, once for the same data and code.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    estimator : str
        A name in `survival.ESTIMATORS`.

    Returns
    -------
    Champion
        The registered model; the one from before if neither data nor code have changed.
    """
    data = training_data(project)
    mark = f"data {data.version}, code {code_version(estimator)}"
    known = models.find(project, mark)
    if known is not None:
        return known
    train_rows, test_rows = hold_out(data)
    pipeline = survival.build_estimator(estimator).fit(data.X.iloc[train_rows], data.y.iloc[train_rows])
    probability = pipeline.predict_proba(data.X.iloc[test_rows])[:, 1]
    metrics: Mapping[str, float] = test_metrics(data.y.iloc[test_rows], probability)
    return models.register(
        project,
        pipeline,
        metrics=metrics,
        description=f"{estimator}, trained on {len(train_rows)} passengers ({mark})",
        training_dataset_version=data.version,
        input_example=data.X.head(1),
    )


def ensure_champion(project: Project) -> models.Champion:
    """Return the model that predicts; train and register one if there is none yet."""
    try:
        return models.champion(project)
    except models.NoModel:
        return train(project)
