"""The values that an age and a fare can take, and how far each known value vouches for those around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

_MONTHS = np.round(np.arange(1, 12) / 12, 4)
AGES = np.r_[_MONTHS, np.sort(np.r_[np.arange(1.0, 121.0), np.arange(10.5, 120.0)]), np.nan]
"""Ages as the data write them: months of babies, whole years, estimates (half years from ten on), unknown."""

_PENCE = 240  # a pound of 1912 had 20 shillings of 12 pence


def _grain(ages: np.ndarray) -> np.ndarray:
    """Tell months (0), whole years (1), estimates (2) and unknown ages (3) apart."""
    return np.select([np.isnan(ages), ages < 1, ages % 1 == 0], [3, 0, 1], default=2)


def age_codes(ages: np.ndarray) -> np.ndarray:
    """Return the position in `AGES` that is nearest to each age (years, NaN where unknown)."""
    known = AGES[:-1]
    right = np.clip(np.searchsorted(known, ages), 1, len(known) - 1)
    nearest = right - (ages - known[right - 1] <= known[right] - ages)
    return np.where(np.isnan(ages), len(known), nearest)


def age_kernel(ages: np.ndarray, width: float = 3.0, hole: float = 1.5) -> np.ndarray:
    """Spread each known age over ages around it, but not over itself.

    An age vouches for ages written in the same way (months, whole years or halves) by a bell curve with a hole in
    its middle: the passengers around an age make it likely, the one who had it does not, so that nobody's own age is
    handed on together with the rest of their record.

    Parameters
    ----------
    ages : ndarray
        Years, none unknown.
    width, hole : float
        Standard deviations in years of the bell and of its hole, from the age of 20 on; in proportion below, half
        as wide at least; in months for babies.

    Returns
    -------
    ndarray, shape (ages, AGES)
        Each row sums to 1; nothing above the highest age given.
    """
    ages = AGES[age_codes(ages)]
    scale = np.where(ages < 1, 1 / 12, np.clip(ages / 20, 0.5, 1.0))
    distance = (ages[:, None] - np.nan_to_num(AGES)) / scale[:, None]
    bell = np.exp(-0.5 * (distance / width) ** 2) * (1 - np.exp(-0.5 * (distance / hole) ** 2))
    fits = (_grain(ages)[:, None] == _grain(AGES)) & (np.nan_to_num(AGES) <= ages.max())
    kernel = np.where(fits, bell, 0) + 1e-12 * fits  # a lone baby vouches for itself
    return kernel / kernel.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Fares:
    """The prices that a ticket can have: those of the data, and one between each two of them.

    Attributes
    ----------
    values : ndarray
        Pounds, ascending, in whole pence; last NaN, the unknown fare.
    paid : ndarray
        How many passengers of the data paid each price; 0 for those in between.
    novel : float
        Passengers that each price in between counts for.
    """

    values: np.ndarray
    paid: np.ndarray
    novel: float

    @classmethod
    def of(cls, fares: np.ndarray, weight: float = 3.0) -> Self:
        """Build the prices from the fares of a data set, in pounds, NaN where unknown.

        What a next passenger pays is new as often as a price was paid but once (Good 1953); the prices in between
        share that chance, `weight` times the discount of Kneser and Ney (1995) each.
        """
        known, paid = np.unique(fares[~np.isnan(fares)], return_counts=True)
        positive = known[known > 0]
        between = np.round(np.round(np.sqrt(positive[1:] * positive[:-1]) * _PENCE) / _PENCE, 4)
        between = np.setdiff1d(between, known)
        once, twice = np.sum(paid == 1), np.sum(paid == 2)
        values, paid = np.r_[known, between], np.r_[paid, np.zeros(len(between), dtype=int)]
        order = np.argsort(values)
        paid = np.r_[paid[order], np.isnan(fares).sum()]
        return cls(np.r_[values[order], np.nan], paid, weight * once / max(once + 2 * twice, 1))

    def codes(self, fares: np.ndarray) -> np.ndarray:
        """Return the position in `values` of each fare of the data."""
        return np.where(np.isnan(fares), len(self.values) - 1, np.searchsorted(self.values[:-1], fares))

    def kernel(self, fares: np.ndarray, own: float = 0.7, width: float = 0.1) -> np.ndarray:
        """Spread each fare over the prices around it.

        A fare stays itself only as far as others paid it too; the rest goes to prices nearby, the more passengers
        paid them the more. Free tickets and unknown fares stay what they are.

        Parameters
        ----------
        fares : ndarray
            Pounds, NaN where unknown.
        own : float
            Share that a price paid by many keeps.
        width : float
            Standard deviation of the logarithm of the price.

        Returns
        -------
        ndarray, shape (fares, values)
            Each row sums to 1.
        """
        amount = np.nan_to_num(self.values)
        priced = amount > 0
        logs = np.log(np.maximum(amount, 1))
        popularity = np.where(self.paid > 0, self.paid, self.novel) * priced
        near = np.exp(-0.5 * ((logs[:, None] - logs) / width) ** 2) * popularity
        np.fill_diagonal(near, np.maximum(self.paid - 1, 0) * priced)
        total = near.sum(axis=1, keepdims=True)
        alone = (total == 0) | ~priced[:, None]
        near = np.where(alone, np.eye(len(amount)), near / np.where(alone, 1, total))
        kept = np.where(priced, own * (self.paid - 1) / np.maximum(self.paid, 1), 1)[:, None]
        return (kept * np.eye(len(amount)) + (1 - kept) * near)[self.codes(fares)]
