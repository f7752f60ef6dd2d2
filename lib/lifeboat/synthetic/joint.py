"""The joint distribution of passengers that was learned: look at one feature, or change it and let the rest follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from lifeboat.passengers import FEATURES, FIELDS, LABEL, TEXT_FEATURES
from lifeboat.synthetic.checks import SyntheticDataError

CELL_FEATURES = ["pclass", "sex", "sibsp", "parch", "embarked"]
"""Features of a cell: whole numbers as they are, texts as positions in `texts`."""
BANDS = 6
"""Number of bands of ages, and of fares."""
UNKNOWN_BAND = 5
"""Band of an unknown age or fare."""

_TINY = 1e-300  # keeps 0 / 0 at 0


def texts(feature: str) -> np.ndarray:
    """Return the values of a text feature in the order of their codes; last None, if it may be unknown."""
    field = FIELDS[feature]
    return np.array([*field.values, *[None] * field.optional], dtype=object)


@dataclass(frozen=True)
class Numbers:
    """The distribution of a number within each row, and the band that each value belongs to there.

    Attributes
    ----------
    values : ndarray, shape (values,)
        Ascending; last NaN, the unknown value.
    shares : ndarray, shape (rows, values)
        Probabilities; each row sums to 1.
    bands : ndarray of int8, shape (rows, values)
        From 0 to `BANDS` - 1, ascending along each row.
    """

    values: np.ndarray
    shares: np.ndarray
    bands: np.ndarray

    def masses(self) -> np.ndarray:
        """Return the probability of each band, shape (rows, BANDS)."""
        return np.stack([np.where(self.bands == band, self.shares, 0).sum(axis=1) for band in range(BANDS)], axis=1)

    def rescaled(self, factors: np.ndarray) -> np.ndarray:
        """Return the shares, multiplied by the factor of their row and band; `factors` has shape (rows, BANDS)."""
        return self.shares * np.take_along_axis(factors, self.bands, axis=1)

    def within(self, row: int, band: int) -> np.ndarray:
        """Return the shares of a row inside a band; of the whole row if the band is empty (nobody draws from it).

        Parameters
        ----------
        row : int
            Position in `shares`.
        band : int
            From 0 to `BANDS` - 1.

        Returns
        -------
        ndarray, shape (values,)
            Zero outside the band; not scaled to sum to 1.
        """
        inside = np.where(self.bands[row] == band, self.shares[row], 0)
        return inside if inside.sum() > 0 else self.shares[row]


@dataclass(frozen=True)
class Joint:
    """P(cell) P(age | row and band of the cell) P(fare | row and band of the cell).

    Attributes
    ----------
    cells : DataFrame
        Integer columns: `CELL_FEATURES`, survived, and age_row, age_band, fare_row, fare_band; sorted.
    weights : ndarray
        Probability of each cell; all together 1.
    numbers : dict of str to Numbers
        What age_row and age_band, fare_row and fare_band point to: keys age and fare.
    """

    cells: pd.DataFrame
    weights: np.ndarray
    numbers: dict[str, Numbers]

    @property
    def survival_rate(self) -> float:
        """Share of survivors, 0 to 1."""
        return float(self.weights[self.cells[LABEL] == 1].sum())

    def marginal(self, feature: str, survived: int | None) -> pd.Series:
        """Return the share of each value of a feature, for one outcome or both.

        Parameters
        ----------
        feature : str
            One of the seven features, or ``survived``.
        survived : {0, 1} or None
            The outcome; None for both.

        Returns
        -------
        Series
            Indexed by the values that can be drawn: numbers ascending, texts in the order of `texts`, the unknown value
            last; the shares sum to 1.

        Raises
        ------
        SyntheticDataError
            If there is no such feature.
        """
        values, shares = self._values(feature), self._shares(feature, survived)
        possible = shares > 0
        return pd.Series(shares[possible], index=pd.Index(values[possible], name=feature), name="share")

    def with_marginal(self, feature: str, shares: Mapping[Any, float]) -> Self:
        """Return the joint distribution in which a feature has other shares, all else given the feature as before.

        Parameters
        ----------
        feature : str
            One of the seven features.
        shares : mapping
            Value to share, as in `PassengerGenerator.with_marginal`; values left out get none.

        Raises
        ------
        SyntheticDataError
            If there is no such feature, a value cannot be drawn, a share is negative or not finite, or all are 0.
        """
        if feature == LABEL:
            raise SyntheticDataError(f"{LABEL} is the outcome, not a feature: give sample() a survival_rate instead.")
        values, now = self._values(feature), self._shares(feature)
        factor = _wanted(feature, shares, values, now > 0) / np.maximum(now, _TINY)
        if feature in self.numbers:
            return self._with_number(feature, factor)
        return replace(self, weights=self.weights * factor[self.cells[feature]])

    def _with_number(self, feature: str, factor: np.ndarray) -> Self:
        """Multiply the share of each value in each row, and each cell by what that does to its band."""
        numbers, row, band = self._place(feature)
        scaled = replace(numbers, shares=numbers.shares * factor)
        ratio = scaled.masses()[row, band] / np.maximum(numbers.masses()[row, band], _TINY)
        normal = scaled.shares / np.maximum(scaled.shares.sum(axis=1, keepdims=True), _TINY)
        changed = self.numbers | {feature: replace(numbers, shares=normal)}
        return replace(self, weights=self.weights * ratio, numbers=changed)

    def _place(self, feature: str) -> tuple[Numbers, np.ndarray, np.ndarray]:
        """Return a number's distributions, and the row and the band from which each cell draws it."""
        row, band = (self.cells[f"{feature}_{part}"].to_numpy() for part in ("row", "band"))
        return self.numbers[feature], row, band

    def _values(self, feature: str) -> np.ndarray:
        """Return all values of a feature that the distribution can hold."""
        if feature not in [*FEATURES, LABEL]:
            raise SyntheticDataError(f"there is no feature {feature!r}: choose one of {', '.join([*FEATURES, LABEL])}.")
        if feature in self.numbers:
            return self.numbers[feature].values
        return texts(feature) if feature in TEXT_FEATURES else np.arange(self.cells[feature].max() + 1)

    def _shares(self, feature: str, survived: int | None = None) -> np.ndarray:
        """Return the share of each of `_values`, for one outcome or both."""
        inside = True if survived is None else (self.cells[LABEL] == survived).to_numpy()
        weights = np.where(inside, self.weights, 0)
        weights = weights / weights.sum()
        if feature not in self.numbers:
            return np.bincount(self.cells[feature], weights, minlength=len(self._values(feature)))
        # Add up the cells that draw from each row and band, and spread that over the values there.
        numbers, row, band = self._place(feature)
        total = np.bincount(row * BANDS + band, weights, minlength=len(numbers.shares) * BANDS).reshape(-1, BANDS)
        return numbers.rescaled(total / np.maximum(numbers.masses(), _TINY)).sum(axis=0)


def _wanted(feature: str, shares: Mapping[Any, float], values: np.ndarray, possible: np.ndarray) -> np.ndarray:
    """Return the share that each value must have; together 1."""
    wanted = np.zeros(len(values))
    for value, share in shares.items():
        if not np.isfinite(share) or share < 0:
            raise SyntheticDataError(f"the share of {feature} {value!r} is {share!r}: give a number from 0 up.")
        find = _nearest if np.issubdtype(values.dtype, np.floating) and not pd.isna(value) else _same
        wanted[find(feature, value, values, possible)] += share
    if wanted.sum() <= 0:
        raise SyntheticDataError(f"the shares of {feature} add up to 0: give at least one value a share.")
    return wanted / wanted.sum()


def _nearest(feature: str, value: Any, values: np.ndarray, possible: np.ndarray) -> int:
    """Return the position of the possible age or fare nearest to a known one."""
    known = values[possible & ~np.isnan(values)]
    if not len(known):
        return _same(feature, value, values, possible)
    if not isinstance(value, int | float | np.number) or not 0 <= value <= known.max():
        raise SyntheticDataError(f"{feature} {value!r} cannot be drawn: give a number from 0 to {known.max():g}.")
    return int(np.nanargmin(np.where(possible, np.abs(values - value), np.nan)))


def _same(feature: str, value: Any, values: np.ndarray, possible: np.ndarray) -> int:
    """Return the position of a possible value, or of the unknown one."""
    found = np.flatnonzero(possible & (pd.isna(values) if pd.isna(value) else values == value))
    if not len(found):
        allowed = ", ".join(str(known) for known in values[possible])
        raise SyntheticDataError(f"{feature} {value!r} cannot be drawn: choose among {allowed}.")
    return int(found[0])
