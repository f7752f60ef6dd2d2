"""Whether a probability of 70% means that 70 of 100 survived."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from lifeboat.survival.measurement import losses


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


def decompose_brier(survived: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Split the Brier score into miscalibration, discrimination and uncertainty.

    ``brier = miscalibration - discrimination + uncertainty``, exactly: the first is what the best monotone
    recalibration (isotonic regression) would save, the second what knowing the passengers saves against predicting the
    overall rate, the third the score of that rate (Dimitriadis, Gneiting and Jordan 2021, PNAS 118:e2016191118).

    Parameters
    ----------
    survived, probability : ndarray
        Outcomes (0 or 1) and predicted probabilities.
    """
    recalibrated = IsotonicRegression(y_min=0, y_max=1).fit_transform(probability, survived)
    brier = losses(survived, probability)["brier"].mean()
    uncertainty = survived.mean() * (1 - survived.mean())
    best = losses(survived, recalibrated)["brier"].mean()
    return {
        "brier": float(brier),
        "miscalibration": float(brier - best),
        "discrimination": float(uncertainty - best),
        "uncertainty": float(uncertainty),
    }
