"""Distributions from few data: similar passengers stand in for rare ones, nearby ages and fares for rare numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from lifeboat.passengers import FIELDS

_STRENGTHS = [np.inf, 512.0, 256.0, 128.0, 64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25]
_FLOOR = 1e-6  # likelihood of a value that nobody else has

_MONTHS = np.round(np.arange(1, 12) / 12, 4)
_OLDEST = FIELDS["age"].high
AGES = np.r_[_MONTHS, np.sort(np.r_[np.arange(1.0, _OLDEST + 1), np.arange(10.5, _OLDEST)]), np.nan]
"""Ages as the data write them: months of babies, whole years, estimates (half years from ten on), unknown."""

_PENCE = 240  # a pound of 1912 had 20 shillings of 12 pence


@dataclass(frozen=True)
class Backoff:
    """A ladder of contexts, from broad to narrow; each borrows from the one before.

    In a context with m passengers the estimate is `(sum of their kernels + a * broader estimate) / (m + a)`: the
    mean of a Dirichlet posterior whose prior is the broader context (MacKay and Peto 1995). The strength `a` of each
    rung makes every passenger as likely as possible given all the others, with the rungs above kept as they are.

    Parameters
    ----------
    rungs : tuple of tuple of str
        The columns that define the contexts of each rung.
    """

    rungs: tuple[tuple[str, ...], ...]

    def estimate(
        self, rows: pd.DataFrame, kernel: np.ndarray, target: np.ndarray, cells: pd.DataFrame, caution: float
    ) -> np.ndarray:
        """Return a distribution over the targets for each cell.

        Parameters
        ----------
        rows, cells : DataFrame
            Integer columns from 0 to 99: the contexts of the passengers, and of the cells to estimate.
        kernel : ndarray, shape (rows, targets)
            What each passenger says about the target; each row sums to 1.
        target : ndarray of int
            Each passenger's own target.
        caution : float
            Factor on the strengths: above 1, borrow more than the likelihood asks for.

        Returns
        -------
        ndarray, shape (cells, targets)
            Each row sums to 1.
        """
        estimate = np.tile(kernel.mean(axis=0), (len(cells), 1))  # the broadest context: all passengers
        for rung, strength in zip(self.rungs, self.strengths(rows, kernel, target), strict=True):
            if np.isfinite(strength):
                contexts, totals, members = _pool(rows, rung, kernel)
                wanted = keys(cells, rung)
                # Find each cell's context; one that no passenger has keeps the broader estimate.
                place = np.clip(np.searchsorted(contexts, wanted), 0, len(contexts) - 1)
                known = (contexts[place] == wanted)[:, None]
                prior = caution * strength
                estimate = (known * totals[place] + prior * estimate) / (known * members[place, None] + prior)
        return estimate

    def strengths(self, rows: pd.DataFrame, kernel: np.ndarray, target: np.ndarray) -> list[float]:
        """Return the likeliest strength of each rung: infinite where the rung adds nothing.

        Parameters
        ----------
        rows, kernel, target
            As in `estimate`.

        Returns
        -------
        list of float
            In passengers, one per rung, from the broadest to the narrowest.
        """
        own = kernel[np.arange(len(rows)), target]
        # Leave one out: how likely is each passenger's target, given all the others?
        estimate = np.maximum((kernel.sum(axis=0)[target] - own) / (len(rows) - 1), _FLOOR)
        chosen = []
        for rung in self.rungs:
            contexts, totals, members = _pool(rows, rung, kernel)
            place = np.searchsorted(contexts, keys(rows, rung))
            said, others = np.maximum(totals[place, target] - own, 0), members[place] - 1
            options = {a: _blend(said, others, estimate, a) for a in _STRENGTHS}
            chosen.append(max(options, key=lambda a: np.log(options[a]).sum()))
            estimate = options[chosen[-1]]
        return chosen


def keys(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Return one number per row that stands for its values in some columns.

    Parameters
    ----------
    frame : DataFrame
        Integer columns from 0 to 99.
    columns : tuple of str
        The columns that count, at most nine.

    Returns
    -------
    ndarray of int64, shape (rows,)
        Equal for rows that agree in all these columns, and only for them.
    """
    key = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        key = key * 100 + frame[name].to_numpy(dtype=np.int64)
    return key


def _pool(rows: pd.DataFrame, rung: tuple[str, ...], kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up the kernels of the passengers of each context: keys, totals, numbers of passengers."""
    key = keys(rows, rung)
    order = np.argsort(key, kind="stable")
    contexts, first, members = np.unique(key[order], return_index=True, return_counts=True)
    return contexts, np.add.reduceat(kernel[order], first), members


def _blend(said: np.ndarray, others: np.ndarray, broader: np.ndarray, strength: float) -> np.ndarray:
    return broader if np.isinf(strength) else (said + strength * broader) / (others + strength)


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
    """Spread each known age over the ages around it, but not over itself.

    An age vouches for ages written in the same way (months, whole years or halves) by a bell curve with a hole in
    its middle: an age is likely because of the passengers around it, not because of the one who had it, so that
    nobody's own age is handed on together with the rest of their record.

    Parameters
    ----------
    ages : ndarray
        Years, none unknown.
    width, hole : float
        Standard deviations of the bell and of its hole: in years from the age of 20 on; in proportion to the age
        below 20, but at least half as wide; in months for babies.

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
    """The prices that a ticket can have: those of the data, and one between each two neighbours.

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
        """Build the prices from the fares of a data set.

        The next passenger pays a new price about as often as the data hold a price that was paid only once (Good
        1953). The prices in between share that chance: each counts as `weight` times the discount of Kneser and Ney
        (1995), which is ``once / (once + 2 * twice)`` from the numbers of prices paid once and twice.

        Parameters
        ----------
        fares : ndarray
            Pounds, NaN where unknown.
        weight : float
            Factor on the discount.
        """
        known, paid = np.unique(fares[~np.isnan(fares)], return_counts=True)
        # The price in between is the geometric mean of its neighbours, in whole pence.
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

        A fare stays itself only as far as others paid it too. The rest goes to nearby prices, in proportion to how
        many passengers paid them. Free tickets and unknown fares stay what they are.

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
        # Every price to every price: a bell curve of the logarithm, times how many others paid that price.
        popularity = np.where(self.paid > 0, self.paid, self.novel) * priced
        near = np.exp(-0.5 * ((logs[:, None] - logs) / width) ** 2) * popularity
        np.fill_diagonal(near, np.maximum(self.paid - 1, 0) * priced)
        # Make each row a distribution; a price without neighbours stays itself.
        total = near.sum(axis=1, keepdims=True)
        alone = (total == 0) | ~priced[:, None]
        near = np.where(alone, np.eye(len(amount)), near / np.where(alone, 1, total))
        # Keep a share for the price itself, none if only one passenger paid it.
        kept = np.where(priced, own * (self.paid - 1) / np.maximum(self.paid, 1), 1)[:, None]
        return (kept * np.eye(len(amount)) + (1 - kept) * near)[self.codes(fares)]
