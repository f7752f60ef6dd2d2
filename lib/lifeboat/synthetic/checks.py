"""What callers may ask of the generator: the checks, and the errors that say what is wrong and what is allowed."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd

from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.passengers import TITANIC

FEWEST_ROWS = 50
MOST_ROWS = 10**9  # of a table in memory
LONGEST_STREAM = 2**47


class SyntheticDataError(LifeboatError):
    """A request that cannot be served; the message names the argument or field and what is allowed."""


class NotFittedError(SyntheticDataError):
    """The generator has not seen any passengers yet."""


def check_rows(rows: pd.DataFrame, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Return the rows, validated, if a generator can learn from them."""
    words = dataset.rows
    if not isinstance(rows, pd.DataFrame):
        raise SyntheticDataError(f"{words} is a {type(rows).__name__}: give a pandas DataFrame.")
    if len(rows) < FEWEST_ROWS:
        raise SyntheticDataError(f"{len(rows)} {words} are too few to learn from: give at least {FEWEST_ROWS}.")
    rows = dataset.validate(rows, label=True)
    for name in rows:
        if rows[name].isna().all():
            raise SyntheticDataError(f"{name} is missing for all {words}: give some known values.")
    _check_outcomes(rows[dataset.label], words)
    return rows


def _check_outcomes(outcomes: pd.Series, words: str) -> None:
    if outcomes.isna().any():
        raise SyntheticDataError(f"{outcomes.name} is missing for some {words}: leave them out, or fill in 0 or 1.")
    if outcomes.nunique() == 1:
        raise SyntheticDataError(
            f"{outcomes.name} is {outcomes.iloc[0]} for all {words}: fit needs both outcomes, 0 and 1."
        )


def check_whole(name: str, value: int, least: int, most: int) -> int:
    """Return a whole number if it lies in its range.

    Parameters
    ----------
    name : str
        What the message calls it.
    value : int
        Of Python or numpy; True and False are refused.
    least, most : int
        The range, both ends included.

    Raises
    ------
    SyntheticDataError
        If it is not a whole number in this range.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool | np.bool_) or not least <= number <= most:
        raise SyntheticDataError(f"{name} is {value!r}: give a whole number from {least} to {most}.")
    return number


def check_outcome(outcome: int | None, name: str = TITANIC.label) -> None:
    """Accept an outcome, or None for both."""
    if outcome is not None and outcome not in (0, 1):
        raise SyntheticDataError(f"{name} is {outcome!r}: choose 0, 1 or None (both outcomes).")


def check_rate(survived: int | None, survival_rate: float | None, default: float) -> float:
    """Return the share of survivors that the choice of an outcome, or of a rate, means.

    Parameters
    ----------
    survived : {0, 1}, optional
        The outcome of all passengers.
    survival_rate : float, optional
        Share of survivors, 0 to 1; not together with `survived`.
    default : float
        Returned if neither is given.

    Raises
    ------
    SyntheticDataError
        If both are given, or one is not allowed.
    """
    check_outcome(survived)
    if survived is not None and survival_rate is not None:
        raise SyntheticDataError("survived and survival_rate are both given: fix the outcome, or give its rate.")
    if survived is not None:
        return float(survived)
    if survival_rate is None:
        return default
    if not isinstance(survival_rate, float | int | np.floating) or not 0 <= survival_rate <= 1:
        raise SyntheticDataError(f"survival_rate is {survival_rate!r}: give a share from 0 to 1.")
    return float(survival_rate)
