"""The training pipeline: from the feature view, over a versioned training dataset, to a registered model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import sklearn
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline

from lifeboat import features, monitoring, passengers, provenance, registry, survival
from lifeboat.errors import LifeboatError
from lifeboat.model_card import ModelCard
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.store import quiet
from lifeboat.survival.preprocessing import PREPARATION_VERSION

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
    """

    version: int
    X: pd.DataFrame
    y: pd.Series
    ticket: pd.Series


def training_data(project: Project) -> TrainingData:
    """Read the training dataset of the historical passengers; materialise a new version if their data changed.

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
    """Read a materialised training dataset, sorted: the order of rows in the files may vary."""
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


def code_version(estimator: str) -> str:
    """Return a fingerprint of what determines a fit besides the data: settings, preparation and scikit-learn.

    Other words in a docstring do not change it; other numbers from our transformers do, through `PREPARATION_VERSION`.
    """
    settings = repr(survival.build_estimator(estimator).get_params())
    determined_by = f"{settings}, preparation {PREPARATION_VERSION}, scikit-learn {sklearn.__version__}"
    return hashlib.sha256(determined_by.encode()).hexdigest()[:12]


def fit_and_test(data: TrainingData, estimator: str = survival.DEFAULT_ESTIMATOR) -> tuple[Pipeline, ModelCard]:
    """Fit an estimator to the training part, evaluate it by cross-validation there, and test it once.

    Parameters
    ----------
    data : TrainingData
        The passengers; `hold_out` chooses those who are tested on.
    estimator : str
        A name in `survival.ESTIMATORS`.

    Returns
    -------
    Pipeline, ModelCard
        The fitted pipeline and its evaluation.
    """
    train_rows, test_rows = hold_out(data)
    X, y, ticket = data.X.iloc[train_rows], data.y.iloc[train_rows], data.ticket.iloc[train_rows]
    pipeline = survival.fit(estimator, X, y)
    seen = survival.cross_predict(estimator, X, y, ticket, repeats=1)
    probability = pipeline.predict_proba(data.X.iloc[test_rows])[:, 1]
    card = ModelCard(
        estimator=estimator,
        trained_on=len(train_rows),
        tested_on=len(test_rows),
        test=survival.measure(data.y.iloc[test_rows], probability, data.ticket.iloc[test_rows]),
        held_out=survival.measure(seen["survived"], seen["probability"], ticket.iloc[seen["row"]]),
        slices=survival.slices(seen, X, ticket, ways=1),
        calibration=monitoring.calibration(seen),
        plausibility=survival.plausibility(seen),
        versions=provenance.versions(),
        revision=provenance.revision(),
    )
    return pipeline, card


def train(project: Project, estimator: str = survival.DEFAULT_ESTIMATOR) -> registry.Champion:
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
        The registered model; the existing one if neither the data nor the code has changed.

    Raises
    ------
    LifeboatError
        If there is no such estimator, or the passengers cannot teach a model.
    """
    code = code_version(estimator)
    data = training_data(project)
    mark = f"data {data.version}, code {code}"
    known = registry.find(project, mark)
    if known is not None:
        return known
    pipeline, card = fit_and_test(data, estimator)
    return registry.register(
        project,
        pipeline,
        card=card,
        description=f"{estimator}, trained on {card.trained_on} passengers ({mark})",
        training_dataset_version=data.version,
        input_example=data.X.head(1),
    )


def ensure_champion(project: Project) -> registry.Champion:
    """Return the model that predicts; train and register one if there is none yet."""
    try:
        return registry.champion(project)
    except registry.NoModel:
        return train(project)


def compare(project: Project, version: int, other: int) -> pd.DataFrame:
    """Compare two registered versions on their test set, which neither was trained on.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    version, other : int
        Two registered versions.

    Returns
    -------
    DataFrame
        Indexed by metric: the ``value`` of `version` minus that of `other`, with the 95% interval ``low`` to ``high``.

    Raises
    ------
    NoModel
        If there is no such version.
    LifeboatError
        If the two were trained on different versions of the training dataset.
    """
    pair = [registry.load(project, number) for number in (version, other)]
    datasets = [model.training_dataset_version for model in pair]
    if datasets[0] != datasets[1]:
        raise LifeboatError(
            f"versions {version} and {other} were trained on training datasets {datasets[0]} and {datasets[1]}: they "
            "have no test set in common. Train both estimators again with `lifeboat train` first."
        )
    data = read_version(features.survival_view(project), datasets[0])
    _, rows = hold_out(data)
    probabilities = [model.pipeline.predict_proba(data.X.iloc[rows])[:, 1] for model in pair]
    return survival.measure_difference(data.y.iloc[rows], *probabilities, data.ticket.iloc[rows])
