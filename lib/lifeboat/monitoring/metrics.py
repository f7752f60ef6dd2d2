"""Metrics: how well predictions with known outcomes turned out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lifeboat.dataset import Dataset
from lifeboat.intervals import wilson
from lifeboat.passengers import TITANIC
from lifeboat.survival import losses

MEANS = ["accuracy", "log_loss", "brier"]


def cells(dataset: Dataset = TITANIC) -> list[str]:
    """Name the four cells of the confusion matrix, each by whether the prediction was right, and by what it said.

    Examples
    --------
    >>> cells()
    ['true_survived', 'false_survived', 'true_died', 'false_died']
    """
    return [f"{right}_{said}" for said in reversed(dataset.said) for right in ("true", "false")]


def confusion_matrix(results: pd.DataFrame, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Count predictions against outcomes; pending outcomes do not count.

    Parameters
    ----------
    results : DataFrame
        Columns ``prediction`` and outcome (``survived``), as `outcomes` returns them.
    dataset : Dataset
        Its outcome and the words for it.

    Returns
    -------
    DataFrame
        Always 2 x 2: rows are the outcomes, columns the predictions, both ``died`` then ``survived``.
    """
    return matrix_of(_cells(results, dataset).sum(), dataset)


def matrix_of(counts: Mapping[str, float], dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Lay out the four cells of a confusion matrix, as `metrics` and `pool` name them, like `confusion_matrix`."""
    true_yes, false_yes, true_no, false_no = (counts[name] for name in cells(dataset))
    return pd.DataFrame(
        np.array([[true_no, false_yes], [false_no, true_yes]], dtype=int),
        index=pd.Index(dataset.said, name="outcome"),
        columns=pd.Index(dataset.said, name="prediction"),
    )


def _cells(results: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """For each prediction with a known outcome, the cell of the confusion matrix that it falls in."""
    known = results.dropna(subset=[dataset.label])
    said, happened = known["prediction"].astype(bool), known[dataset.label].astype(bool)
    places = (said & happened, said & ~happened, ~said & ~happened, ~said & happened)
    return pd.DataFrame(dict(zip(cells(dataset), places, strict=True)), dtype=float)


def _marks(results: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """What each prediction with a known outcome adds to the cells and to the means."""
    known, places = results.dropna(subset=[dataset.label]), _cells(results, dataset)
    lost = losses(known[dataset.label].astype(bool), known["probability"]).set_index(known.index)
    true_yes, _, true_no, _ = cells(dataset)
    return pd.concat([places.assign(accuracy=places[true_yes] + places[true_no]), lost], axis=1)


def metrics(results: pd.DataFrame, dataset: Dataset = TITANIC) -> dict[str, float]:
    """Measure predictions with known outcomes.

    Returns
    -------
    dict
        ``passengers`` (of another data set, its word for rows), the four `cells` of the confusion matrix, ``accuracy``,
        ``log_loss`` (nats) and ``brier``; the last three are NaN where no outcome is known.
    """
    marks = _marks(results, dataset)
    counts = {name: int(marks[name].sum()) for name in cells(dataset)}
    return {dataset.rows: len(marks), **counts, **{name: float(marks[name].mean()) for name in MEANS}}


def calibration(results: pd.DataFrame, bins: int = 10, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Compare predicted probabilities with what happened, in bins of equal width.

    Parameters
    ----------
    results : DataFrame
        Columns ``probability`` (0 to 1) and outcome; pending outcomes do not count.
    bins : int
        Number of bins.
    dataset : Dataset
        Its outcome, and its word for rows.

    Returns
    -------
    DataFrame
        One row per bin that holds known outcomes: ``predicted`` (mean), ``observed`` (share of survivors), how many
        ``passengers`` (the word for rows), and the 95% Wilson interval of the share, ``low`` and ``high``.
    """
    known = results.dropna(subset=[dataset.label])
    return calibration_of(*bin_sums(known["probability"], known[dataset.label], bins), dataset)


def bin_sums(probability: ArrayLike, outcome: ArrayLike, bins: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up rows, probabilities and outcomes in bins of equal width; sums of several days may be added.

    Parameters
    ----------
    probability, outcome : array-like
        Probabilities (0 to 1) and known outcomes (0 or 1), one per row.
    bins : int
        Number of bins.

    Returns
    -------
    rows, probability, outcome : ndarray of shape (bins,)
        Counts, sums of the probabilities, and how many have the outcome 1.
    """
    p, happened = np.asarray(probability, dtype=float), np.asarray(outcome, dtype=float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    count, *sums = (np.bincount(place, weight, minlength=bins) for weight in (None, p, happened))
    return count, *(total.astype(float) for total in sums)  # of nothing, numpy returns whole numbers


def calibration_of(
    rows: np.ndarray, probability: np.ndarray, outcome: np.ndarray, dataset: Dataset = TITANIC
) -> pd.DataFrame:
    """Compare predicted probabilities with what happened, as `calibration` does, from the sums of the bins.

    Parameters
    ----------
    rows, probability, outcome : ndarray of shape (bins,)
        As `bin_sums` returns them.
    dataset : Dataset
        Its word for rows.

    Returns
    -------
    DataFrame
        As `calibration` returns it.
    """
    held = rows > 0
    n, p, happened = rows[held], probability[held], outcome[held]
    low, high = wilson(happened, n)
    return pd.DataFrame({"predicted": p / n, "observed": happened / n, dataset.rows: n, "low": low, "high": high})
