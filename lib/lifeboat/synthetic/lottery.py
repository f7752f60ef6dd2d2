"""Fast draws from a joint distribution: every outcome holds tickets, and a random number picks one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lifeboat.synthetic.joint import BANDS, Joint, Numbers

_CELL_BITS = 20  # a cell's share is rounded to a millionth,
_VALUE_BITS = 11  # a value's, within its cell, to a two-thousandth


class Draws(NamedTuple):
    """What was drawn for some rows: positions of cells, ages and fares."""

    cell: np.ndarray
    age: np.ndarray
    fare: np.ndarray


class Lottery:
    """A joint distribution, compiled into tables of whole tickets: drawing is looking up, the same everywhere.

    Neighbouring tickets go to similar passengers, which keeps balanced random numbers balanced.

    Parameters
    ----------
    joint : Joint
        What to draw from.
    """

    def __init__(self, joint: Joint) -> None:
        self._weights = joint.weights
        self._survived = joint.cells["survived"].to_numpy() == 1
        self._age, self._age_table = _tickets_of_values(joint, joint.age, "age")
        self._fare, self._fare_table = _tickets_of_values(joint, joint.fare, "fare")
        self.tickets = lru_cache(4)(self._tickets)

    def _tickets(self, survival_rate: float) -> np.ndarray:
        """Return the cell of each ticket if that share of the passengers survives."""
        share = np.where(self._survived, survival_rate, 1 - survival_rate)
        total = np.where(self._survived, self._weights[self._survived].sum(), self._weights[~self._survived].sum())
        edges = _edges(self._weights * share / np.maximum(total, 1e-300), _CELL_BITS)
        return np.repeat(np.arange(len(edges), dtype=np.uint16 if len(edges) < 2**16 else np.uint32), edges)

    def fingerprint(self) -> str:
        """Return a digest of all tickets: equal digests, equal passengers."""
        digest = hashlib.sha256()
        for table in (self.tickets(0.0), self.tickets(1.0), self._age, self._age_table, self._fare, self._fare_table):
            digest.update(table.tobytes())
        return digest.hexdigest()

    def draw(self, random: np.ndarray, survival_rate: float) -> Draws:
        """Turn random numbers, uint64 of shape (3, rows), into passengers."""
        cell = self.tickets(survival_rate)[_top(random[0], _CELL_BITS)].astype(np.intp)
        return Draws(
            cell,
            self._age_table[self._age[cell] + _top(random[1], _VALUE_BITS)].astype(np.intp),
            self._fare_table[self._fare[cell] + _top(random[2], _VALUE_BITS)].astype(np.intp),
        )


def _top(random: np.ndarray, bits: int) -> np.ndarray:
    return (random >> np.uint64(64 - bits)).view(np.int64)


def _edges(shares: np.ndarray, bits: int) -> np.ndarray:
    """Share out 2**bits tickets in proportion."""
    cumulative = np.cumsum(shares)
    return np.diff(np.rint(cumulative * (2**bits / cumulative[-1])).astype(np.int64), prepend=0)


def _tickets_of_values(joint: Joint, numbers: Numbers, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where each cell's tickets begin, and the tickets: 2**11 for each row and band in use."""
    key = joint.cells[f"{name}_row"].to_numpy() * BANDS + joint.cells[f"{name}_band"].to_numpy()
    used, position = np.unique(key, return_inverse=True)
    code = np.arange(len(numbers.values), dtype=np.uint8 if len(numbers.values) <= 256 else np.uint16)
    table = [np.repeat(code, _edges(_within(numbers, *divmod(k, BANDS)), _VALUE_BITS)) for k in used]
    return position << _VALUE_BITS, np.concatenate(table)


def _within(numbers: Numbers, row: int, band: int) -> np.ndarray:
    """Return the shares of a row inside a band; of the whole row where the band is empty (nobody draws from it)."""
    inside = np.where(numbers.bands[row] == band, numbers.shares[row], 0)
    return inside if inside.sum() > 0 else numbers.shares[row]
