"""How alike two passengers are, and the real ones who are most like a given one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from lifeboat import passengers
from lifeboat.passengers import FEATURES
from lifeboat.survival.preprocessing import read_passengers

FAR = {"age": 20, "sibsp": 2, "parch": 2, "fare": 1.5}
"""The difference that counts as wholly different: years, relatives, for the fare log(1 + pounds)."""

ANY = 1e-9
"""Two categories are always wholly different."""

WEIGHTS = {"pclass": 2, "sex": 2, "age": 1, "sibsp": 0.5, "parch": 0.5, "fare": 0.5, "embarked": 0.5}
"""What a wholly different value of each feature adds to the distance."""


def distances(others: np.ndarray, passenger: np.ndarray) -> np.ndarray:
    """Measure how far passengers are from a given one.

    A weighted Gower distance: each feature adds between 0 (same) and its weight (wholly different). A known value is
    wholly different from an unknown one; two unknown values are the same.

    Parameters
    ----------
    others : ndarray of shape (n, 7)
        As `read_passengers` makes it.
    passenger : ndarray of shape (7,)
        The one to compare with.

    Returns
    -------
    ndarray of shape (n,)
        0 for passengers who agree in everything, `sum(WEIGHTS.values())` at most.
    """
    gaps = np.abs(_with_log_fare(others) - _with_log_fare(passenger)) / [FAR.get(name, ANY) for name in FEATURES]
    one_unknown = np.isnan(others) != np.isnan(passenger)
    parts = np.where(one_unknown, 1.0, np.minimum(np.nan_to_num(gaps), 1.0))
    return parts @ [WEIGHTS[name] for name in FEATURES]


def _with_log_fare(matrix: np.ndarray) -> np.ndarray:
    matrix = matrix.copy()
    fare = FEATURES.index("fare")
    matrix[..., fare] = np.log1p(matrix[..., fare])
    return matrix


@cache
def everyone() -> tuple[pd.DataFrame, np.ndarray]:
    """Return the 1,309 passengers with every column, and their (1309, 7) matrix; read once, not to be changed."""
    frame = passengers.load()
    return frame, read_passengers(frame[FEATURES])


def most_similar(passenger: Mapping[str, Any], n: int = 8) -> pd.DataFrame:
    """Find the real passengers most like a given one.

    Parameters
    ----------
    passenger : mapping
        The seven features.
    n : int
        How many to find.

    Returns
    -------
    DataFrame
        `n` rows with all columns of the data and ``distance``, nearest first; equal distances in the order of the data.

    Raises
    ------
    UnreadableRows
        If a feature is absent or cannot be read; see `read_passengers`.
    """
    frame, matrix = everyone()
    distance = distances(matrix, read_passengers(passenger)[0])
    nearest = np.argsort(distance, kind="stable")[:n]
    return frame.iloc[nearest].assign(distance=distance[nearest]).reset_index(drop=True)
