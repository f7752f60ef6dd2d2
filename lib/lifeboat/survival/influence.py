"""Which features matter: permutation importance on held-out passengers, and partial dependence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.pipeline import Pipeline

from lifeboat.passengers import FEATURES
from lifeboat.survival.comparison import fold_interval
from lifeboat.survival.estimators import build_estimator
from lifeboat.survival.evaluation import folds
from lifeboat.survival.preprocessing import CODES, read_passengers


def importance(
    estimator: str | Pipeline,
    X: pd.DataFrame,
    y: pd.Series,
    groups: pd.Series | None = None,
    *,
    splits: int = 5,
    repeats: int = 1,
    shuffles: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how much worse predictions of unseen passengers get when one feature is shuffled among them.

    Parameters
    ----------
    estimator, X, y, groups, splits, repeats
        As in `cross_predict`.
    shuffles, seed : int
        How often each feature is shuffled in a fold, and from which seed.

    Returns
    -------
    DataFrame
        Indexed by feature, the most important first: the ``increase`` in log loss (nats), and its 95 % interval
        ``low`` to ``high`` over the folds.
    """
    pipeline = build_estimator(estimator) if isinstance(estimator, str) else estimator
    increases = {}
    for repeat, fold, train, test in folds(y, groups, splits, repeats):
        fitted = clone(pipeline).fit(X.iloc[train], y.iloc[train])
        found = permutation_importance(
            fitted, X.iloc[test], y.iloc[test], scoring="neg_log_loss", n_repeats=shuffles, random_state=seed
        )
        increases[repeat, fold] = found.importances_mean
    table = pd.DataFrame(increases, index=X.columns).T.rename_axis(["repeat", "fold"])
    bounds = pd.DataFrame({name: fold_interval(table[name]) for name in table}, index=["low", "high"]).T
    return bounds.assign(increase=table.mean()).sort_values("increase", ascending=False)[["increase", "low", "high"]]


def partial_dependence(pipeline: Pipeline, X: pd.DataFrame, feature: str, values: Sequence) -> pd.DataFrame:
    """Predict everyone as if they shared one value of a feature, for each of several values (Friedman 2001).

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.
    X : DataFrame
        The seven features.
    feature : str
        One of them.
    values : sequence
        The values to try, in the feature's own terms.

    Returns
    -------
    DataFrame
        A row a value: ``value``, the ``mean`` probability, and ``low`` and ``high``, between which the middle four
        fifths of the passengers lie.
    """
    matrix, column = read_passengers(X), FEATURES.index(feature)
    rows = []
    for value in values:
        matrix[:, column] = CODES[feature][value] if feature in CODES else value
        probability = pipeline[1:].predict_proba(matrix)[:, 1]
        low, high = np.quantile(probability, [0.1, 0.9])
        rows.append({"value": value, "mean": probability.mean(), "low": low, "high": high})
    return pd.DataFrame(rows)
