"""What matters to the predictions: ablation of traits, permutation importance, and partial dependence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.pipeline import Pipeline

from lifeboat.passengers import FEATURES, FIELDS
from lifeboat.survival.comparison import fold_interval, paired_difference
from lifeboat.survival.estimators import build_estimator
from lifeboat.survival.evaluation import evaluate, fit, folds
from lifeboat.survival.preprocessing import read_passengers
from lifeboat.survival.traits import TRAITS


def ablation(
    X: pd.DataFrame, y: pd.Series, groups: pd.Series | None = None, *, splits: int = 5, repeats: int = 5
) -> pd.DataFrame:
    """Measure how much worse `logistic_companions` predicts without each of its traits.

    Parameters
    ----------
    X, y, groups, splits, repeats
        As in `cross_predict`.

    Returns
    -------
    DataFrame
        Indexed by trait, the most valuable first: the rise in log loss (nats) without it, as in `paired_difference`.
    """
    whole = build_estimator("logistic_companions")
    options = {"groups": groups, "splits": splits, "repeats": repeats}
    reference = evaluate(whole, X, y, **options)["log_loss"]
    rows = {}
    for trait in TRAITS:
        rest = tuple(other for other in TRAITS if other != trait)
        without = evaluate(clone(whole).set_params(passengertraits__traits=rest), X, y, **options)["log_loss"]
        rows[trait] = paired_difference(without, reference)
    return pd.DataFrame(rows).T.rename_axis("trait").sort_values("difference", ascending=False)


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
    """Measure how much worse unseen passengers are predicted when one feature is shuffled among them.

    Parameters
    ----------
    estimator, X, y, groups, splits, repeats
        As in `cross_predict`.
    shuffles, seed : int
        How often each feature is shuffled per fold, and from which seed.

    Returns
    -------
    DataFrame
        Indexed by feature, the most important first: the ``increase`` in log loss (nats), and its 95% interval
        ``low`` to ``high`` over the folds.
    """
    increases = {}
    for repeat, fold, train, test in folds(y, groups, splits, repeats):
        fitted = fit(estimator, X.iloc[train], y.iloc[train])
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
        One row per value: ``value``, the ``mean`` probability, and ``low`` and ``high``, between which the middle four
        fifths of the passengers lie.
    """
    matrix, column, codes = read_passengers(X), FEATURES.index(feature), FIELDS[feature].codes
    rows = []
    for value in values:
        matrix[:, column] = codes.get(value, value)
        probability = pipeline[1:].predict_proba(matrix)[:, 1]
        low, high = np.quantile(probability, [0.1, 0.9])
        rows.append({"value": value, "mean": probability.mean(), "low": low, "high": high})
    return pd.DataFrame(rows)
