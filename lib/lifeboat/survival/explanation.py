"""Why a passenger gets this probability: exact Shapley values in log-odds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.pipeline import Pipeline

from lifeboat.errors import LifeboatError
from lifeboat.passengers import FEATURES
from lifeboat.survival.preprocessing import read_passengers

CLOSEST = 1e-6
"""Probabilities are kept this far from 0 and 1, where log-odds are infinite."""


@dataclass(frozen=True)
class Explanation:
    """A prediction as a sum in log-odds.

    Parameters
    ----------
    baseline : float
        Mean log-odds over the background passengers.
    contributions : Series
        What each of `FEATURES` adds to it or takes away.
    """

    baseline: float
    contributions: pd.Series

    @property
    def log_odds(self) -> float:
        """The predicted log-odds: the baseline and all contributions."""
        return self.baseline + float(self.contributions.sum())

    @property
    def probability(self) -> float:
        """The predicted probability of survival."""
        return float(expit(self.log_odds))


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Turn probabilities into log-odds, which are kept finite (within 1e-6 of 0 and 1)."""
    return logit(np.clip(probability, CLOSEST, 1 - CLOSEST))


def explain(pipeline: Pipeline, passenger: pd.DataFrame | Mapping[str, Any]) -> Explanation:
    """Split the predicted log-odds of one passenger into a contribution per feature.

    The contributions are exact Shapley values: for each of the 128 sets of features, the passenger's values replace
    those of the background passengers kept in the pipeline's first step, and the mean prediction is taken (Lundberg
    and Lee 2017). For a model that is additive in the features they are the familiar coefficient x (value - mean).

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, as built by `build_estimator`.
    passenger : mapping or DataFrame of one row
        The seven features.

    Raises
    ------
    LifeboatError
        If the table does not hold exactly one passenger.
    """
    row = read_passengers(passenger)
    if len(row) != 1:
        raise LifeboatError(f"{len(row)} passengers given; explain takes one at a time.")
    known, weights = _coalitions()
    # for each coalition a table of the background passengers, in which the known features are those of this passenger
    tables = np.where(known[:, None, :], row[0], pipeline[0].background_)
    values = _mean_log_odds(pipeline, tables)
    # the empty coalition, the first, knows nothing of the passenger: its mean is the baseline
    return Explanation(float(values[0]), pd.Series(weights @ values, index=FEATURES, name="contribution"))


def _mean_log_odds(pipeline: Pipeline, tables: np.ndarray) -> np.ndarray:
    """Mean prediction of each table in an array of shape (tables, rows, 7)."""
    probability = pipeline[1:].predict_proba(tables.reshape(-1, len(FEATURES)))[:, 1]
    return log_odds(probability).reshape(tables.shape[:2]).mean(axis=1)


@cache
def _coalitions() -> tuple[np.ndarray, np.ndarray]:
    """All sets of features as a (128, 7) mask, and the (7, 128) weights that turn their values into Shapley values."""
    count = len(FEATURES)
    # the binary digits of 0 to 127 list every set of features once
    known = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    size = known.sum(axis=1)
    # a Shapley value averages over all orders what a feature adds when it joins those before it: a coalition that holds
    # it gets the share of orders in which it joined last, one without it the share in which it comes next
    joins = np.array([1 / (count * comb(count - 1, s - 1)) if s else 0.0 for s in size])
    leaves = np.array([1 / (count * comb(count - 1, s)) if s < count else 0.0 for s in size])
    return known, np.where(known, joins[:, None], -leaves[:, None]).T
