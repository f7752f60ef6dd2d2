"""Conditional distributions from few data: where a kind of passenger is rare, borrow from a broader kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_STRENGTHS = [np.inf, 512.0, 256.0, 128.0, 64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25]
_FLOOR = 1e-6  # what a value that nobody else has counts in the likelihood


@dataclass(frozen=True)
class Backoff:
    """A ladder of contexts, from broad to narrow, each leaning on the one before.

    In a context with m passengers the estimate is `(sum of their kernels + a * broader estimate) / (m + a)`: the
    mean of a Dirichlet posterior whose prior is the broader context (MacKay and Peto 1995). The strength `a` of each
    rung makes every passenger as likely as possible given all the others, the rungs above being as they are.

    Parameters
    ----------
    rungs : tuple of tuple of str
        The columns that tell the contexts of each rung apart.
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
        estimate = np.tile(kernel.mean(axis=0), (len(cells), 1))
        for rung, strength in zip(self.rungs, self.strengths(rows, kernel, target), strict=True):
            if np.isfinite(strength):
                met, totals, members = _pool(rows, rung, kernel)
                wanted = keys(cells, rung)
                place = np.clip(np.searchsorted(met, wanted), 0, len(met) - 1)
                known = (met[place] == wanted)[:, None]
                prior = caution * strength
                estimate = (known * totals[place] + prior * estimate) / (known * members[place, None] + prior)
        return estimate

    def strengths(self, rows: pd.DataFrame, kernel: np.ndarray, target: np.ndarray) -> list[float]:
        """Return the likeliest strength of each rung: infinite where the rung says nothing new.

        See `estimate` for the parameters.
        """
        own = kernel[np.arange(len(rows)), target]
        estimate = np.maximum((kernel.sum(axis=0)[target] - own) / (len(rows) - 1), _FLOOR)
        chosen = []
        for rung in self.rungs:
            met, totals, members = _pool(rows, rung, kernel)
            place = np.searchsorted(met, keys(rows, rung))
            said, others = np.maximum(totals[place, target] - own, 0), members[place] - 1
            options = {a: _blend(said, others, estimate, a) for a in _STRENGTHS}
            chosen.append(max(options, key=lambda a: np.log(options[a]).sum()))
            estimate = options[chosen[-1]]
        return chosen


def keys(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Return one number a row that tells apart all values, from 0 to 99, of the columns together."""
    key = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        key = key * 100 + frame[name].to_numpy(dtype=np.int64)
    return key


def _pool(rows: pd.DataFrame, rung: tuple[str, ...], kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up the kernels of the passengers of each context: keys, totals, numbers of passengers."""
    key = keys(rows, rung)
    order = np.argsort(key, kind="stable")
    met, first, members = np.unique(key[order], return_index=True, return_counts=True)
    return met, np.add.reduceat(kernel[order], first), members


def _blend(said: np.ndarray, others: np.ndarray, broader: np.ndarray, strength: float) -> np.ndarray:
    return broader if np.isinf(strength) else (said + strength * broader) / (others + strength)
