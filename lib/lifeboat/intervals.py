"""Intervals of proportions and of means."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the Wilson score interval of a proportion (Wilson 1927, JASA 22:209-212).

    Parameters
    ----------
    successes, trials : array-like of int
        Of one shape.
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


BOOTSTRAP_UP_TO = 500
"""Means of more values get a normal interval: it is the same by then, and takes no time."""


def bootstrap_mean(values: ArrayLike, level: float = 0.95, resamples: int = 400, seed: int = 0) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean (Efron 1979, Annals of Statistics 7:1-26).

    Parameters
    ----------
    values : array-like of float
        At least two, or the interval is NaN.
    level : float
        Confidence level between 0 and 1.
    resamples, seed : int
        How many samples are drawn with replacement, and from which seed.
    """
    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return np.nan, np.nan
    if len(x) > BOOTSTRAP_UP_TO:
        half = norm.ppf((1 + level) / 2) * x.std(ddof=1) / np.sqrt(len(x))
        return float(x.mean() - half), float(x.mean() + half)
    drawn = np.random.default_rng(seed).integers(len(x), size=(resamples, len(x)))
    low, high = np.quantile(x[drawn].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
