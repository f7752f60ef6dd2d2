"""The training pipeline: from a version of the training dataset to a registered model, which predicts if it passes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import sklearn
from sklearn.pipeline import Pipeline

from lifeboat import features, gate, monitoring, registry, software, survival
from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.model_card import SPLIT_USES, ModelCard
from lifeboat.monitoring.estimate import certainty
from lifeboat.passengers import TITANIC
from lifeboat.survival.preprocessing import PREPARATION_VERSION
from lifeboat.training_dataset import TrainingData, hold_out, read_version, training_data

if TYPE_CHECKING:
    from hopsworks.project import Project


def code_version(estimator: str, dataset: Dataset = TITANIC) -> str:
    """Return a fingerprint of what determines a fit besides the data: settings, preparation and scikit-learn.

    Other words in a docstring do not change it; other numbers from our transformers do, through `PREPARATION_VERSION`.
    """
    settings = repr(survival.build_estimator(estimator, dataset).get_params())
    determined_by = f"{settings}, preparation {PREPARATION_VERSION}, scikit-learn {sklearn.__version__}"
    return hashlib.sha256(determined_by.encode()).hexdigest()[:12]


def fit_and_test(data: TrainingData, estimator: str | None = None) -> tuple[Pipeline, ModelCard]:
    """Fit an estimator to the training part, evaluate it by cross-validation there, and test it once.

    Parameters
    ----------
    data : TrainingData
        All rows; `hold_out` chooses those that are tested on.
    estimator : str, optional
        A name in `survival.ESTIMATORS`; `survival.default_estimator` unless given.

    Returns
    -------
    Pipeline, ModelCard
        The fitted pipeline and its evaluation.
    """
    dataset, (train_rows, test_rows) = data.dataset, hold_out(data)
    estimator = estimator or survival.default_estimator(dataset)
    unfitted = survival.build_estimator(estimator, dataset)
    X, y, together = data.X.iloc[train_rows], data.y.iloc[train_rows], data.together.iloc[train_rows]
    pipeline = survival.fit(unfitted, X, y)
    seen = survival.cross_predict(unfitted, X, y, together, repeats=1)
    probability = pipeline.predict_proba(data.X.iloc[test_rows])[:, 1]
    card = ModelCard(
        estimator=estimator,
        trained_on=len(train_rows),
        tested_on=len(test_rows),
        test=survival.measure(data.y.iloc[test_rows], probability, data.together.iloc[test_rows]),
        held_out=survival.measure(seen[dataset.label], seen["probability"], together.iloc[seen["row"]]),
        slices=survival.slices(seen, X, together, ways=1, dataset=dataset),
        calibration=monitoring.calibration(seen, dataset=dataset),
        plausibility=survival.plausibility(seen, dataset=dataset),
        versions=software.versions(),
        revision=software.revision(),
        split=data.split,
        uses=data.tested % SPLIT_USES + 1,
        expected_accuracy=float(certainty(seen["probability"]).mean()),
        dataset=dataset,
    )
    return pipeline, card


def judge(project: Project, pipeline: Pipeline, card: ModelCard, data: TrainingData) -> gate.Verdict:
    """Compare a challenger with the champion on the test set; without a champion, with the baselines.

    A champion from other passengers or another split may have seen the test set: a copy of it is then fitted again to
    the training part, for this comparison only.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    pipeline, card : Pipeline, ModelCard
        The challenger, as `fit_and_test` returns it.
    data : TrainingData
        What it was fitted on and tested with.
    """
    train_rows, test_rows = hold_out(data)
    X, y = data.X.iloc[train_rows], data.y.iloc[train_rows]
    held_out = gate.HeldOut(data.X.iloc[test_rows], data.y.iloc[test_rows], data.together.iloc[test_rows])
    try:
        champion = registry.champion(project, data.dataset)
    except registry.NoModel:
        rivals, number = gate.baselines(X, y, held_out, data.dataset), None
    else:
        same = (champion.training_dataset_version, _split(champion)) == (data.version, data.split)
        rival = champion.pipeline if same else survival.fit(champion.pipeline, X, y)
        number = champion.version
        rivals = [gate.Rival(f"version {number}", rival.predict_proba(held_out.X)[:, 1])]
    return gate.judge(pipeline, rivals, held_out, calibration_error=card.calibration_error, champion=number)


def _split(model: registry.Champion) -> int:
    return model.card.split if model.card else 0


def train(
    project: Project, estimator: str | None = None, *, approve: bool = False, dataset: Dataset = TITANIC
) -> registry.Champion:
    """Train a challenger on the feature store's historical rows, once per data and settings; it predicts if it passes.

    It is compared with the champion, registered with the verdict of the gate, and only then promoted. If that was cut
    short, the next call finds the registered version and promotes it.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    estimator : str, optional
        A name in `survival.ESTIMATORS`; `survival.default_estimator` unless given.
    approve : bool
        Whether a person must approve: the model is only registered, and `registry.promote` lets it predict. This is
        kept with the model, so that no later run promotes it.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    Champion
        The registered model; the existing one if neither the data nor the code has changed. `registry.standing` says
        whether it predicts.

    Raises
    ------
    LifeboatError
        If there is no such estimator, or the rows cannot teach a model.
    """
    estimator = estimator or survival.default_estimator(dataset)
    code = code_version(estimator, dataset)
    data = training_data(project, dataset)
    mark = f"data {data.version}, code {code}"
    model = registry.find(project, mark, dataset)
    if model is None or model.verdict is None:  # None: registered before there was a gate
        model = _register(project, estimator, data, mark, by_hand=approve)
    if not approve and _may_be_promoted(project, model):
        registry.promote(project, model.version, by_hand=False, dataset=dataset)
    return model


def _register(project: Project, estimator: str, data: TrainingData, mark: str, *, by_hand: bool) -> registry.Champion:
    """Fit, judge and register a challenger."""
    pipeline, card = fit_and_test(data, estimator)
    return registry.register(
        project,
        pipeline,
        card=replace(card, verdict=judge(project, pipeline, card, data), by_hand=by_hand),
        description=f"{estimator}, trained on {card.trained_on} {data.dataset.rows} ({mark})",
        training_dataset_version=data.version,
        input_example=data.X.head(1),
    )


def _may_be_promoted(project: Project, model: registry.Champion) -> bool:
    """Whether it passed against the version that still predicts, and never predicted before: a rollback holds."""
    verdict = model.verdict
    if model.card.by_hand or not verdict.passed or registry.was_promoted(project, model.version, model.dataset):
        return False
    return registry.champion_version(project, model.dataset) == verdict.champion


def ensure_champion(project: Project, dataset: Dataset = TITANIC) -> registry.Champion:
    """Return the model that predicts; train one if there is none yet.

    Raises
    ------
    NoModel
        If the trained one did not pass the gate, or waits for a person.
    """
    try:
        return registry.champion(project, dataset)
    except registry.NoModel:
        train(project, dataset=dataset)
        return registry.champion(project, dataset)


def compare(project: Project, version: int, other: int, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Compare two registered versions on their test set, which neither was trained on.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    version, other : int
        Two registered versions.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    DataFrame
        Indexed by metric: the ``value`` of `version` minus that of `other`, with the 95% interval ``low`` to ``high``.

    Raises
    ------
    NoModel
        If there is no such version.
    LifeboatError
        If the two were trained on different versions of the training dataset, or on different splits of it.
    """
    pair = [registry.load(project, number, dataset) for number in (version, other)]
    (data_version, split), theirs = [(model.training_dataset_version, _split(model)) for model in pair]
    if (data_version, split) != theirs:
        raise LifeboatError(
            f"versions {version} and {other} were trained on training datasets {data_version} and {theirs[0]} (splits "
            f"{split + 1} and {theirs[1] + 1}): they have no test set in common. Train both estimators again with "
            "`lifeboat train` first."
        )
    data = read_version(features.feature_view(project, dataset), data_version, dataset)
    _, rows = hold_out(data, split)
    probabilities = [model.pipeline.predict_proba(data.X.iloc[rows])[:, 1] for model in pair]
    return survival.measure_difference(data.y.iloc[rows], *probabilities, data.together.iloc[rows])
