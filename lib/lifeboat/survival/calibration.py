"""Whether a probability of 70 % means that 70 of 100 survived."""

import numpy as np


def calibration_error(survived: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Compute the expected calibration error: the mean gap between predicted and observed, weighted by passengers.

    Parameters
    ----------
    survived, probability : ndarray
        Outcomes (0 or 1) and predicted probabilities.
    bins : int
        Number of bins of equal width.
    """
    inside = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = np.bincount(inside, weights=probability - survived, minlength=bins)
    return float(np.abs(gaps).sum() / len(survived))
