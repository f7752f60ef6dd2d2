"""Drift: how far the features of recent rows (passengers) are from those that the model was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2

from lifeboat.dataset import Dataset
from lifeboat.fields import UNKNOWN
from lifeboat.passengers import TITANIC

Counts = Mapping[str, np.ndarray]
"""For each feature the passengers in each of its bins, the last one for those whose value is missing."""

_FIFTHS = [0.2, 0.4, 0.6, 0.8]


@dataclass(frozen=True)
class Reference:
    """The passengers with whom recent ones are compared, in bins: categories, or fifths of a number.

    Attributes
    ----------
    edges : dict of str to ndarray
        For each feature with a range, where its bins meet.
    counted : dict of str to ndarray
        For each feature, the passengers in each bin.
    dataset : Dataset
        The description of the data.
    """

    edges: Mapping[str, np.ndarray]
    counted: Counts
    dataset: Dataset = TITANIC

    @classmethod
    def of(cls, frame: pd.DataFrame, dataset: Dataset = TITANIC) -> Self:
        """Choose the bins by a table of rows, and count them."""
        edges = {name: np.unique(frame[name].quantile(_FIFTHS).to_numpy()) for name in dataset.numbers}
        return cls(edges, cls(edges, {}, dataset).count(frame), dataset)

    def bins(self, name: str) -> list[str]:
        """Name the bins of a feature."""
        field = self.dataset.fields[name]
        if field.words:
            return [*(field.say(value) for value in field.values), UNKNOWN]
        edges = [f"{edge:g}" for edge in self.edges[name]]
        between = [f"{low} to {high}" for low, high in pairwise(edges)]
        return [f"below {edges[0]}", *between, f"{edges[-1]} or over", UNKNOWN]

    def count(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Count a table of rows; the counts of several tables may be added."""
        return {name: self._count(name, frame[name]) for name in self.dataset.features}

    def _count(self, name: str, values: pd.Series) -> np.ndarray:
        field, last = self.dataset.fields[name], len(self.bins(name)) - 1
        if field.words:
            places = values.map({value: place for place, value in enumerate(field.values)})
        else:
            numbers = values.astype(float)
            places = pd.Series(np.digitize(numbers, self.edges[name]), values.index).where(numbers.notna())
        return np.bincount(places.fillna(last).astype(int), minlength=last + 1)

    def compare(self, recent: Counts, alarm_rate: float = 0.01) -> pd.DataFrame:
        """Compare counted passengers with the reference.

        Without drift, the population stability index of samples of n and m passengers is about ``(1/n + 1/m)`` times
        a chi-squared variable with one degree of freedom fewer than bins (Yurdakul 2018, Statistical Properties of
        Population Stability Index), so the threshold is that distribution's upper quantile: it is crossed by chance
        once in ``1 / alarm_rate`` looks, and less often by a feature that leaves some of its bins empty.

        Parameters
        ----------
        recent : mapping of str to ndarray
            As `count` returns it.
        alarm_rate : float
            Between 0 and 1.

        Returns
        -------
        DataFrame
            One row per feature: ``feature``, ``psi``, ``threshold``, ``drifted``.
        """
        rows = []
        for name, before in self.counted.items():
            now = np.asarray(recent[name])
            psi = stability_index(before, now)
            sizes = 1 / max(before.sum(), 1) + 1 / max(now.sum(), 1)
            threshold = float(chi2.ppf(1 - alarm_rate, len(before) - 1) * sizes)
            rows.append((name, psi, threshold, psi > threshold))
        return pd.DataFrame(rows, columns=["feature", "psi", "threshold", "drifted"])


def stability_index(before: ArrayLike, now: ArrayLike) -> float:
    """Return the population stability index of two sets of counts: the sum of ``(p - q) ln(p / q)`` over their bins.

    Half a passenger is added to each bin, so that none is empty.

    Parameters
    ----------
    before, now : array-like of int, shape (bins,)
        Passengers in each bin.

    Returns
    -------
    float
        0 for equal shares; it has no upper limit.
    """
    p, q = (np.asarray(counts) + 0.5 for counts in (before, now))
    p, q = p / p.sum(), q / q.sum()
    return float(((p - q) * np.log(p / q)).sum())


def drift(
    reference: pd.DataFrame, recent: pd.DataFrame, alarm_rate: float = 0.01, dataset: Dataset = TITANIC
) -> pd.DataFrame:
    """Compare the features of two tables of rows.

    Parameters
    ----------
    reference, recent : DataFrame
        The features; the bins are chosen by `reference`.
    alarm_rate : float
        Between 0 and 1: how often a feature without drift is marked as drifted, at most.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    DataFrame
        As `Reference.compare` returns it.
    """
    bins = Reference.of(reference, dataset)
    return bins.compare(bins.count(recent), alarm_rate)
