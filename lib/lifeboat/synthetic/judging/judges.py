"""Judges of synthetic passengers: do they differ from real ones, can a model learn from them, do they copy anyone?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score

from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic.judging.codes import COLUMNS, NUMBERS, codes


def discriminator_auc(synthetic: pd.DataFrame, unseen: pd.DataFrame, seed: int = 0) -> float:
    """Return how well gradient boosting distinguishes synthetic passengers from real ones; 0.5 is perfect.

    Parameters
    ----------
    synthetic, unseen : DataFrame
        The seven features and `survived`; `unseen` are real passengers that the generator did not learn from.
    seed : int
        Seed of the folds.

    Returns
    -------
    float
        Mean area under the ROC curve over five folds.
    """
    table = pd.concat([codes(synthetic), codes(unseen)], ignore_index=True)
    real = np.repeat([0, 1], [len(synthetic), len(unseen)])
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return float(cross_val_score(_judge(), table, real, cv=folds, scoring="roc_auc").mean())


def transfer_auc(synthetic: pd.DataFrame, unseen: pd.DataFrame) -> float:
    """Train gradient boosting on synthetic passengers; return its area under the ROC curve on unseen real ones.

    Parameters
    ----------
    synthetic, unseen : DataFrame
        As in `discriminator_auc`; both outcomes must occur in each.
    """
    train, test = codes(synthetic), codes(unseen)
    chance = _judge().fit(train[FEATURES], train[LABEL]).predict_proba(test[FEATURES])[:, 1]
    return float(roc_auc_score(test[LABEL], chance))


def copied(synthetic: pd.DataFrame, training: pd.DataFrame) -> float:
    """Return the share of synthetic passengers who equal a training passenger in all eight columns.

    Parameters
    ----------
    synthetic, training : DataFrame
        The seven features and `survived`; two unknown values are equal.
    """
    known, made = (pd.MultiIndex.from_frame(codes(table).fillna(-1).round(4)) for table in (training, synthetic))
    return float(made.isin(known).mean())


def nearer_to_training(synthetic: pd.DataFrame, training: pd.DataFrame, unseen: pd.DataFrame) -> float:
    """Return the share of synthetic passengers nearer to a training passenger than to any unseen one; 0.5 is perfect.

    The distance follows Gower (1971). It is the sum over the eight columns: 0 or 1 for a category; for a number, the
    difference divided by the range of the middle 95%, at most 1; 1 between an unknown and a known value. Ties count
    half.

    Parameters
    ----------
    synthetic, training, unseen : DataFrame
        The seven features and `survived`; there should be as many unseen as training passengers.
    """
    tables = [codes(table) for table in (synthetic, training, unseen)]
    real = pd.concat(tables[1:])
    spans = (real[NUMBERS].quantile(0.975) - real[NUMBERS].quantile(0.025)).clip(lower=1e-9)
    to_training, to_unseen = (_nearest(tables[0], table, spans) for table in tables[1:])
    tie = np.isclose(to_training, to_unseen, rtol=0, atol=1e-9)
    return float(np.where(tie, 0.5, to_training < to_unseen).mean())


def _judge() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        learning_rate=0.03, max_iter=150, max_leaf_nodes=8, min_samples_leaf=10, l2_regularization=1, random_state=0
    )


def _nearest(made: pd.DataFrame, known: pd.DataFrame, spans: pd.Series) -> np.ndarray:
    """Return the distance from each made passenger to the nearest known one."""
    total = np.zeros((len(made), len(known)))
    for name in COLUMNS:
        a, b = made[name].to_numpy()[:, None], known[name].to_numpy()  # every made one against every known one
        gap = np.minimum(abs(a - b) / spans[name], 1) if name in spans else (a != b) * 1.0
        total += np.where(np.isnan(a) | np.isnan(b), np.isnan(a) != np.isnan(b), gap)
    return total.min(axis=1)
