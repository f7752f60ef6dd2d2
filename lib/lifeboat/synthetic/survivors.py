"""Who survives: a logistic regression on every pair of things known of a passenger."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from lifeboat.synthetic.backoff import keys

_FACTORS = ("sex", "pclass", "age_band", "company", "embarked", "fare_band")
_TERMS = [*combinations(_FACTORS, 1), *combinations(_FACTORS, 2), ("sex", "pclass", "age_band")]
_STEPS = 25  # Newton's method is at rest long before


def survival(
    rows: pd.DataFrame, survived: np.ndarray, cells: pd.DataFrame, weights: np.ndarray, ridge: float = 3.0
) -> np.ndarray:
    """Return each cell's chance of survival.

    Parameters
    ----------
    rows, cells : DataFrame
        Integer columns `sex`, `pclass`, `age_band`, `company`, `embarked`, `fare_band` of the passengers, and of the
        cells to estimate.
    survived : ndarray
        1 for each passenger who survived, else 0.
    weights : ndarray
        Probability of each cell: for each sex and ticket class, the cells' mean chance is set to the share observed.
    ridge : float
        Penalty on the squared coefficients; the more, the closer is every chance to the mean.

    Returns
    -------
    ndarray
        Between 0 and 1, one a cell.
    """
    design, wanted = _indicators(rows, rows), _indicators(rows, cells)
    level = _logit(survived.mean())
    coefficients = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = _logistic(level + design @ coefficients)
        slope = design.T @ (survived - chance) - ridge * coefficients
        curvature = (design.T * (chance * (1 - chance))) @ design + ridge * np.eye(len(coefficients))
        coefficients = coefficients + np.linalg.solve(curvature, slope)
    return _as_observed(level + wanted @ coefficients, rows, survived, cells, weights)


def _indicators(rows: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    """One column for each combination of values, met among the rows, of each term."""
    columns = [keys(cells, term)[:, None] == np.unique(keys(rows, term)) for term in _TERMS]
    return np.hstack(columns).astype(float)


def _as_observed(
    logits: np.ndarray, rows: pd.DataFrame, survived: np.ndarray, cells: pd.DataFrame, weights: np.ndarray
) -> np.ndarray:
    """Shift the logits of each sex and class until their weighted mean chance is the observed share."""
    group, wanted = (keys(frame, ("sex", "pclass")) for frame in (rows, cells))
    for value in np.unique(wanted):
        seen, here = survived[group == value], wanted == value
        share = (seen.sum() + 0.5) / (len(seen) + 1)
        weight = weights[here] / weights[here].sum()
        for _ in range(_STEPS):
            chance = _logistic(logits[here])
            step = (share - weight @ chance) / (weight @ (chance * (1 - chance)))
            logits[here] += np.clip(step, -1, 1)
    return _logistic(logits)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
