"""Confidence intervals: of a proportion in closed form, of anything else by the bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the Wilson score interval of a proportion (Wilson 1927, JASA 22:209-212).

    Parameters
    ----------
    successes, trials : array-like of int
        Arrays of the same shape.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    low, high : ndarray
        Between 0 and 1; from 0 to 1 where there were no trials.

    Examples
    --------
    >>> low, high = wilson(5, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.237 to 0.763'
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    z = norm.ppf((1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        center = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return np.where(n > 0, center - half, 0.0).clip(0, 1), np.where(n > 0, center + half, 1.0).clip(0, 1)


def bootstrap_weights(rows: int, groups: ArrayLike | None = None, resamples: int = 500, seed: int = 0) -> np.ndarray:
    """Draw bootstrap samples of rows (Efron 1979, Annals of Statistics 7:1-26) and return them as weights.

    Parameters
    ----------
    rows : int
        Number of rows to draw from.
    groups : array-like, optional
        The group of each row: a group is drawn as a whole. Without it each row is drawn alone.
    resamples, seed : int
        How many samples are drawn with replacement, and from which seed.

    Returns
    -------
    ndarray of shape (resamples, rows)
        How often each row is in each sample.
    """
    group_of_row = np.arange(rows) if groups is None else pd.factorize(np.asarray(groups))[0]
    count = group_of_row.max() + 1
    times_drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=resamples)
    return times_drawn[:, group_of_row].astype(float)


def percentile_bounds(level: float = 0.95) -> list[float]:
    """Return the two quantiles of the resampled values that bound the percentile bootstrap interval."""
    return [(1 - level) / 2, (1 + level) / 2]


BOOTSTRAP_UP_TO = 500
"""Means of more values get a normal interval: by then the two agree, and it takes no time."""


def mean_interval(values: ArrayLike, level: float = 0.95, resamples: int = 400, seed: int = 0) -> tuple[float, float]:
    """Return the interval of a mean: percentile bootstrap for few values, normal for many.

    Parameters
    ----------
    values : array-like of float
        At least two, or the interval is NaN.
    level : float
        Confidence level between 0 and 1.
    resamples, seed : int
        As in `bootstrap_weights`.
    """
    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return np.nan, np.nan
    if len(x) > BOOTSTRAP_UP_TO:
        half = norm.ppf((1 + level) / 2) * x.std(ddof=1) / np.sqrt(len(x))
        return float(x.mean() - half), float(x.mean() + half)
    means = bootstrap_weights(len(x), resamples=resamples, seed=seed) @ x / len(x)
    low, high = np.quantile(means, percentile_bounds(level))
    return float(low), float(high)
