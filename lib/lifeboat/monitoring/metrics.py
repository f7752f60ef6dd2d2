"""Metrics: how well predictions with known outcomes turned out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lifeboat.intervals import wilson
from lifeboat.passengers import DIED, LABEL, SURVIVED
from lifeboat.survival import losses


def confusion_matrix(results: pd.DataFrame) -> pd.DataFrame:
    """Count predictions against outcomes; pending outcomes do not count.

    Parameters
    ----------
    results : DataFrame
        Columns ``prediction`` and ``survived``, as `outcomes` returns them.

    Returns
    -------
    DataFrame
        Always 2 x 2: rows are the outcomes, columns the predictions, both ``died`` then ``survived``.
    """
    return matrix_of(_cells(results).sum())


def matrix_of(cells: Mapping[str, float]) -> pd.DataFrame:
    """Lay out the four cells of a confusion matrix, as `metrics` and `pool` name them, like `confusion_matrix`."""
    counts = [[cells["true_died"], cells["false_survived"]], [cells["false_died"], cells["true_survived"]]]
    return pd.DataFrame(
        np.array(counts, dtype=int),
        index=pd.Index([DIED, SURVIVED], name="outcome"),
        columns=pd.Index([DIED, SURVIVED], name="prediction"),
    )


CELLS = ["true_survived", "false_survived", "true_died", "false_died"]
MEANS = ["accuracy", "log_loss", "brier"]


def _cells(results: pd.DataFrame) -> pd.DataFrame:
    """For each prediction with a known outcome, the cell of the confusion matrix that it falls in."""
    known = results.dropna(subset=[LABEL])
    said, happened = known["prediction"].astype(bool), known[LABEL].astype(bool)
    cells = (said & happened, said & ~happened, ~said & ~happened, ~said & happened)
    return pd.DataFrame(dict(zip(CELLS, cells, strict=True)), dtype=float)


def _marks(results: pd.DataFrame) -> pd.DataFrame:
    """What each prediction with a known outcome adds to the cells and to the means."""
    known, cells = results.dropna(subset=[LABEL]), _cells(results)
    lost = losses(known[LABEL].astype(bool), known["probability"]).set_index(known.index)
    return pd.concat([cells.assign(accuracy=cells["true_survived"] + cells["true_died"]), lost], axis=1)


def metrics(results: pd.DataFrame) -> dict[str, float]:
    """Measure predictions with known outcomes.

    Returns
    -------
    dict
        ``passengers``, the four cells of the confusion matrix by name, ``accuracy``, ``log_loss`` (nats) and ``brier``;
        the last three are NaN where no outcome is known.
    """
    marks = _marks(results)
    cells = {name: int(marks[name].sum()) for name in CELLS}
    return {"passengers": len(marks), **cells, **{name: float(marks[name].mean()) for name in MEANS}}


def calibration(results: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Compare predicted probabilities with what happened, in bins of equal width.

    Parameters
    ----------
    results : DataFrame
        Columns ``probability`` (0 to 1) and ``survived``; pending outcomes do not count.
    bins : int
        Number of bins.

    Returns
    -------
    DataFrame
        One row per bin that holds known outcomes: ``predicted`` (mean), ``observed`` (share of survivors),
        ``passengers``, and the 95% Wilson interval of the share, ``low`` and ``high``.
    """
    known = results.dropna(subset=[LABEL])
    return calibration_of(*bin_sums(known["probability"], known[LABEL], bins))


def bin_sums(probability: ArrayLike, survived: ArrayLike, bins: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up passengers, probabilities and survivors in bins of equal width; sums of several days may be added.

    Parameters
    ----------
    probability, survived : array-like
        Probabilities (0 to 1) and known outcomes (0 or 1), one per passenger.
    bins : int
        Number of bins.

    Returns
    -------
    passengers, probability, survived : ndarray of shape (bins,)
        Counts, sums of the probabilities, and survivors.
    """
    p, lived = np.asarray(probability, dtype=float), np.asarray(survived, dtype=float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    count, *sums = (np.bincount(place, weight, minlength=bins) for weight in (None, p, lived))
    return count, *(total.astype(float) for total in sums)  # of nothing, numpy returns whole numbers


def calibration_of(passengers: np.ndarray, probability: np.ndarray, survived: np.ndarray) -> pd.DataFrame:
    """Compare predicted probabilities with what happened, as `calibration` does, from the sums of the bins.

    Parameters
    ----------
    passengers, probability, survived : ndarray of shape (bins,)
        As `bin_sums` returns them.

    Returns
    -------
    DataFrame
        As `calibration` returns it.
    """
    held = passengers > 0
    n, p, lived = passengers[held], probability[held], survived[held]
    low, high = wilson(lived, n)
    return pd.DataFrame({"predicted": p / n, "observed": lived / n, "passengers": n, "low": low, "high": high})
