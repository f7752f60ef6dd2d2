"""Checks of what callers ask of the generator; each message names the argument, the value and what is allowed."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd

from lifeboat.passengers import FEATURES, LABEL, validate
from lifeboat.synthetic.errors import SyntheticDataError

FEWEST_PASSENGERS = 50
MOST_ROWS = 10**9  # of a table in memory
LONGEST_STREAM = 2**47


def check_passengers(passengers: pd.DataFrame) -> pd.DataFrame:
    """Return the passengers, validated, if a generator can learn from them."""
    if not isinstance(passengers, pd.DataFrame):
        raise SyntheticDataError(f"passengers is a {type(passengers).__name__}: give a pandas DataFrame.")
    if len(passengers) < FEWEST_PASSENGERS:
        raise SyntheticDataError(
            f"{len(passengers)} passengers are too few to learn from: give at least {FEWEST_PASSENGERS}."
        )
    passengers = validate(passengers, label=True)
    for name in [*FEATURES, LABEL]:
        if passengers[name].isna().all():
            raise SyntheticDataError(f"{name} is missing for every passenger: give some known values.")
    _check_label(passengers[LABEL])
    return passengers


def _check_label(label: pd.Series) -> None:
    if label.isna().any():
        raise SyntheticDataError(f"{LABEL} is missing for some passengers: leave them out, or fill in 0 or 1.")
    if label.nunique() == 1:
        raise SyntheticDataError(f"{LABEL} is {label.iloc[0]} for every passenger: fit needs both classes, 0 and 1.")


def check_whole(name: str, value: int, least: int, most: int) -> int:
    """Return a whole number if it lies in its range."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool | np.bool_) or not least <= number <= most:
        raise SyntheticDataError(f"{name} is {value!r}: give a whole number from {least} to {most}.")
    return number


def check_shard(shard: tuple[int, int]) -> tuple[int, int]:
    """Return `(i, k)` if it names the i-th of k parts."""
    try:
        part, parts = map(operator.index, shard)
    except (TypeError, ValueError):
        part, parts = 0, 0
    if not 0 <= part < parts:
        raise SyntheticDataError(f"shard is {shard!r}: give (i, k), whole numbers with 0 <= i < k.")
    return part, parts


def check_class(survived: int | None) -> None:
    """Accept a class, or None for both."""
    if survived is not None and survived not in (0, 1):
        raise SyntheticDataError(f"survived is {survived!r}: choose 0, 1 or None (both classes).")


def check_rate(survived: int | None, survival_rate: float | None, default: float) -> float:
    """Return the share of survivors that a choice of class, or of a rate, comes to."""
    check_class(survived)
    if survived is not None and survival_rate is not None:
        raise SyntheticDataError("survived and survival_rate are both given: choose the class, or draw it at a rate.")
    if survived is not None:
        return float(survived)
    if survival_rate is None:
        return default
    if not isinstance(survival_rate, float | int | np.floating) or not 0 <= survival_rate <= 1:
        raise SyntheticDataError(f"survival_rate is {survival_rate!r}: give a share from 0 to 1.")
    return float(survival_rate)
