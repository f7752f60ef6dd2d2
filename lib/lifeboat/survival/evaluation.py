"""How good an estimator is: cross-validated metrics, with folds drawn at random or along tickets."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedGroupKFold
from sklearn.pipeline import Pipeline

from lifeboat.passengers import LABEL
from lifeboat.survival.calibration import calibration_error
from lifeboat.survival.estimators import build_estimator
from lifeboat.survival.measurement import score

LOWER_IS_BETTER = ("log_loss", "brier", "calibration_error")


def folds(
    y: pd.Series, groups: pd.Series | None = None, splits: int = 5, repeats: int = 5
) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
    """Yield (repeat, fold, training rows, test rows) of repeated stratified cross-validation, always the same.

    Parameters
    ----------
    y : Series
        The outcome that every fold has in equal parts.
    groups : Series, optional
        Rows of one group (a ticket) stay in one fold; without it rows are drawn at random.
    splits, repeats : int
        Folds per repeat, and repeats, each with another shuffle.
    """
    if groups is None:
        scattered = RepeatedStratifiedKFold(n_splits=splits, n_repeats=repeats, random_state=0)
        pairs = list(scattered.split(np.zeros(len(y)), y))
    else:
        outcomes, parties = np.asarray(y, dtype=int), pd.factorize(groups, sort=True)[0]
        together = (_split(outcomes.tobytes(), parties.tobytes(), splits, repeat) for repeat in range(repeats))
        pairs = list(chain.from_iterable(together))
    for number, (train, test) in enumerate(pairs):
        yield *divmod(number, splits), train, test


@lru_cache(maxsize=64)
def _split(outcomes: bytes, parties: bytes, splits: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The folds of one repeat, cached: dealing parties out evenly takes longer than fitting a regression."""
    y, groups = np.frombuffer(outcomes, dtype=int), np.frombuffer(parties, dtype=np.intp)
    splitter = StratifiedGroupKFold(splits, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(y)), y, groups))


def fit(estimator: str | Pipeline, X: pd.DataFrame, y: pd.Series) -> Pipeline:
    """Fit an estimator.

    Parameters
    ----------
    estimator : str or Pipeline
        A name of `ESTIMATORS` (for the Titanic's features), or a pipeline; it is cloned.
    X, y : DataFrame, Series
        The features, and the outcome (0 or 1).
    """
    pipeline = build_estimator(estimator) if isinstance(estimator, str) else clone(estimator)
    return pipeline.fit(X, y)


def cross_predict(
    estimator: str | Pipeline,
    X: pd.DataFrame,
    y: pd.Series,
    groups: pd.Series | None = None,
    *,
    splits: int = 5,
    repeats: int = 5,
) -> pd.DataFrame:
    """Predict every row by models that did not see it, once per repeat.

    Parameters
    ----------
    estimator : str or Pipeline
        A name of `ESTIMATORS` (for the Titanic's features), or an unfitted pipeline; it is cloned.
    X, y, groups : DataFrame, Series, Series
        The features, the outcome (0 or 1), and optionally the ticket, which keeps companions in one fold.
    splits, repeats : int
        As in `folds`.

    Returns
    -------
    DataFrame
        ``repeat``, ``fold``, ``row`` (position in X), the outcome by the name of `y` (``survived``), ``probability``:
        one row per passenger and repeat.
    """
    parts = []
    for repeat, fold, train, test in folds(y, groups, splits, repeats):
        probability = fit(estimator, X.iloc[train], y.iloc[train]).predict_proba(X.iloc[test])[:, 1]
        columns = {"row": test, y.name or LABEL: y.to_numpy()[test], "probability": probability}
        parts.append(pd.DataFrame({"repeat": repeat, "fold": fold} | columns))
    return pd.concat(parts, ignore_index=True)


def evaluate(
    estimator: str | Pipeline,
    X: pd.DataFrame,
    y: pd.Series,
    groups: pd.Series | None = None,
    *,
    splits: int = 5,
    repeats: int = 5,
) -> pd.DataFrame:
    """Measure an estimator by repeated stratified cross-validation.

    Parameters are those of `cross_predict`.

    Returns
    -------
    DataFrame
        One row per (repeat, fold): ``roc_auc``, ``log_loss``, ``brier``, ``accuracy``, and ``calibration_error``,
        which is that of the whole repeat, because ten bins need many passengers.
    """
    predictions = cross_predict(estimator, X, y, groups, splits=splits, repeats=repeats)
    return score_folds(predictions, y.name or LABEL)


def score_folds(predictions: pd.DataFrame, label: str = LABEL) -> pd.DataFrame:
    """Compute the metrics of every fold from the predictions of `cross_predict`; returns the table of `evaluate`.

    Parameters
    ----------
    predictions : DataFrame
        As `cross_predict` returns them.
    label : str
        The name of the outcome.
    """
    parts = predictions.groupby(["repeat", "fold"])
    metrics = {key: score(part[label], part["probability"]).drop("gap") for key, part in parts}
    table = pd.DataFrame(metrics).T.rename_axis(index=["repeat", "fold"])
    pooled = {
        repeat: calibration_error(part[label].to_numpy(), part["probability"].to_numpy())
        for repeat, part in predictions.groupby("repeat")
    }
    return table.assign(calibration_error=table.index.get_level_values("repeat").map(pooled))
