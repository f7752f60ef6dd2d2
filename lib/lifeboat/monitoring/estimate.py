"""How good are predictions whose outcome nobody knows yet? What a calibrated model's own probabilities say of it.

If a model says 0.9 and means it, nine of ten such predictions are right. So the expected confusion counts and accuracy
follow from the probabilities alone (confidence-based performance estimation: Garg et al. 2022, Leveraging Unlabeled
Data to Predict Out-of-Distribution Performance, ICLR; NannyML's documentation describes the estimator). It holds while
only the passengers change. It is blind to a change of the outcome given the passenger: that shows when outcomes come,
and the measured accuracy departs from the estimate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

from lifeboat.dataset import Dataset
from lifeboat.monitoring.metrics import cells
from lifeboat.passengers import SURVIVES_FROM, TITANIC


def certainty(probability: ArrayLike) -> np.ndarray:
    """Return the probability that each prediction is right, 0.5 to 1.

    Parameters
    ----------
    probability : array-like of float
        Predicted probability of survival.

    Examples
    --------
    >>> certainty([0.9, 0.2]).tolist()
    [0.9, 0.8]
    """
    p = np.asarray(probability, dtype=float)
    return np.where(p >= SURVIVES_FROM, p, 1 - p)


def expected_accuracy(probability: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Estimate the accuracy of predictions from their probabilities alone.

    Parameters
    ----------
    probability : array-like of float
        Predicted probability of survival.
    level : float
        Share of batches like this one whose true accuracy falls between `low` and `high`, if the model is calibrated.

    Returns
    -------
    estimate, low, high : float
        The expected accuracy, and the range of the accuracy that will be measured (normal approximation of a sum of
        independent, differently certain predictions); NaN without predictions.
    """
    right = certainty(probability)
    if not len(right):
        return np.nan, np.nan, np.nan
    half = norm.ppf((1 + level) / 2) * np.sqrt((right * (1 - right)).sum()) / len(right)
    return float(right.mean()), float(max(right.mean() - half, 0)), float(min(right.mean() + half, 1))


def expected_confusion(probability: ArrayLike, dataset: Dataset = TITANIC) -> pd.Series:
    """Estimate the four counts of the confusion matrix; together they are the number of predictions."""
    p = np.asarray(probability, dtype=float)
    yes = p >= SURVIVES_FROM
    counts = [p[yes].sum(), (1 - p[yes]).sum(), (1 - p[~yes]).sum(), p[~yes].sum()]
    return pd.Series(dict(zip(cells(dataset), counts, strict=True)))
