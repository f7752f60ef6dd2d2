"""Drift: how far the features of recent passengers are from those of the historical ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2

from lifeboat.passengers import FEATURES, FIELDS


def _shares(values: pd.Series, edges: np.ndarray | None, levels: list) -> np.ndarray:
    """Share of each bin, the last for missing values; half a count is added to each so that none is zero."""
    codes = values if edges is None else pd.Series(np.digitize(values, edges), values.index).where(values.notna())
    counts = [*codes.value_counts().reindex(levels, fill_value=0), int(values.isna().sum())]
    smoothed = np.array(counts) + 0.5
    return smoothed / smoothed.sum()


def _bins(name: str, reference: pd.Series) -> tuple[np.ndarray | None, list]:
    if FIELDS[name].is_text:
        return None, list(FIELDS[name].values)
    edges = np.unique(reference.quantile([0.2, 0.4, 0.6, 0.8]).to_numpy())
    return edges, list(range(len(edges) + 1))


def drift(reference: pd.DataFrame, recent: pd.DataFrame, alarm_rate: float = 0.01) -> pd.DataFrame:
    """Compare the features of recent passengers with those of the training data.

    The population stability index sums ``(p - q) ln(p / q)`` over bins (fifths of the reference, or categories, and one
    for missing values). Without drift, samples of n and m rows give about ``(1/n + 1/m)`` times a chi-squared variable
    with one degree of freedom fewer than bins (Yurdakul 2018, Statistical Properties of Population Stability Index), so
    the threshold is that distribution's upper quantile: without drift it is crossed once in ``1 / alarm_rate`` looks.

    Parameters
    ----------
    reference, recent : DataFrame
        The seven features.
    alarm_rate : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        One row per feature: ``feature``, ``psi``, ``threshold``, ``drifted``.
    """
    rows = []
    for name in FEATURES:
        edges, levels = _bins(name, reference[name])
        p, q = (_shares(frame[name], edges, levels) for frame in (reference, recent))
        psi = float(((p - q) * np.log(p / q)).sum())
        limit = chi2.ppf(1 - alarm_rate, len(levels)) * (1 / max(len(reference), 1) + 1 / max(len(recent), 1))
        rows.append((name, psi, float(limit), psi > limit))
    return pd.DataFrame(rows, columns=["feature", "psi", "threshold", "drifted"])
