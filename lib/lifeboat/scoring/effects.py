"""A model as tables: log-odds that are a sum of effects, each looked up by where a row's values fall.

It is what `compile` makes of a fitted pipeline. Scoring is looking up and adding, a column at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

Columns = Mapping[str, np.ndarray]
"""The values of some rows: whole numbers for counts, codes and texts (their place among those allowed, the number of
texts if missing), floats with NaN for numbers that may be missing."""

_SLOTS = 1 << 14
_HASH_BITS = 16
_SMALL, _FUSED = 64, 1 << 16


class Axis(Protocol):
    """Where a row falls along one side of a table."""

    size: int

    def positions(self, columns: Columns) -> np.ndarray:
        """Return a whole number from 0 to ``size - 1`` for each row."""


@dataclass(frozen=True, eq=False)
class Codes:
    """The sum of some whole numbers, each with its place.

    Attributes
    ----------
    fields : tuple of str
        The columns that are added up; mostly one.
    places : ndarray of int
        The place of each sum from 0 up.
    """

    fields: tuple[str, ...]
    places: np.ndarray

    @cached_property
    def size(self) -> int:
        """Number of places."""
        return int(self.places.max()) + 1

    def positions(self, columns: Columns) -> np.ndarray:
        """Return the place of each row."""
        first, *others = self.fields
        added = sum((columns[name] for name in others), columns[first])
        return self.places.take(added, mode="clip")  # "clip" needs no buffer


@dataclass(frozen=True, eq=False)
class Bins:
    """The intervals between some cuts; a value equal to a cut belongs below it.

    Attributes
    ----------
    field : str
        A number that may be missing.
    cuts : ndarray
        Ascending.
    missing : int, optional
        The interval of a missing value; by default one of its own, the last.
    narrow : bool
        Whether the value is rounded to 32 bits before it is compared.
    """

    field: str
    cuts: np.ndarray
    missing: int | None = None
    narrow: bool = False

    @property
    def size(self) -> int:
        """Number of intervals, and one for missing values."""
        return len(self.cuts) + 2

    def positions(self, columns: Columns) -> np.ndarray:
        """Return the interval of each row: the number of cuts below its value."""
        values = columns[self.field]
        if self.narrow:
            values = values.astype(np.float32).astype(float)
        place = self._below(values)
        np.copyto(place, self.size - 1 if self.missing is None else self.missing, where=np.isnan(values))
        return place

    def _below(self, values: np.ndarray) -> np.ndarray:
        """Begin with the cuts below the slot in which a value lies, and step over those within the slot."""
        if len(self.cuts) <= 1:
            return (values > self.cuts).astype(np.intp) if len(self.cuts) else np.zeros(len(values), np.intp)
        first, low, scale, steps, cuts = self._slots
        slot = (values - low) * scale
        with np.errstate(invalid="ignore"):  # NaN becomes some number, and gets its place afterwards
            place = first.take(slot.astype(np.intp), mode="clip")
        for _ in range(steps):
            place += values > cuts.take(place, mode="clip")
        return place

    @cached_property
    def _slots(self) -> tuple[np.ndarray, float, float, int, np.ndarray]:
        low, scale = self.cuts[0], (_SLOTS - 1) / (self.cuts[-1] - self.cuts[0])
        slot_of_cut = ((self.cuts - low) * scale).astype(np.intp)
        first = np.searchsorted(slot_of_cut, np.arange(_SLOTS))
        return first, low, scale, int(np.bincount(slot_of_cut).max()), np.append(self.cuts, np.inf)


@dataclass(frozen=True, eq=False)
class Points:
    """Some exact values of a number; all others, and missing ones, share the last place.

    Attributes
    ----------
    field : str
        A number that may be missing.
    values : ndarray
        Ascending.
    """

    field: str
    values: np.ndarray

    @property
    def size(self) -> int:
        """Number of values, and one place for the others."""
        return len(self.values) + 1

    def positions(self, columns: Columns) -> np.ndarray:
        """Return the place of each row's value."""
        values = columns[self.field] + 0.0  # without a minus before zero
        multiplier, places, padded = self._hash
        place = places.take(_slot(values, multiplier), mode="clip")
        np.copyto(place, len(self.values), where=padded.take(place, mode="clip") != values)
        return place

    @cached_property
    def _hash(self) -> tuple[np.uint64, np.ndarray, np.ndarray]:
        """A multiplier that gives each value a slot of its own, the place in each slot, and the value in each place."""
        random = np.random.default_rng(0)
        for _ in range(10_000):
            multiplier = random.integers(1 << 63, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
            slots = _slot(self.values + 0.0, multiplier)
            if len(np.unique(slots)) == len(slots):
                places = np.full(1 << _HASH_BITS, len(self.values))
                places[slots] = np.arange(len(slots))
                return multiplier, places, np.append(self.values, np.nan)
        raise ValueError(f"{len(self.values)} values of {self.field} are too many to be told apart")


def _slot(values: np.ndarray, multiplier: np.uint64) -> np.ndarray:
    return ((values.view(np.uint64) * multiplier) >> np.uint64(64 - _HASH_BITS)).view(np.intp)


@dataclass(frozen=True, eq=False)
class Cells:
    """An effect for each combination of places.

    Attributes
    ----------
    name : str
        What it is the effect of, in words.
    axes : tuple of Axis
        The sides of the table.
    table : ndarray
        The effects; its shape is the sizes of the axes.
    """

    name: str
    axes: tuple[Axis, ...]
    table: np.ndarray

    def of(self, columns: Columns) -> np.ndarray:
        """Look up the effect of each row."""
        place = self.axes[0].positions(columns)
        for axis in self.axes[1:]:
            place *= axis.size
            place += axis.positions(columns)
        return self.table.ravel().take(place, mode="clip")


@dataclass(frozen=True)
class Slope:
    """An effect in proportion to a number.

    Attributes
    ----------
    field : str
        The number.
    per_unit : float
        Effect of one unit.
    missing : float
        The number that stands for a missing one.
    """

    field: str
    per_unit: float
    missing: float = 0.0

    def of(self, columns: Columns) -> np.ndarray:
        """Compute the effect of each row."""
        effect = columns[self.field] * self.per_unit
        np.copyto(effect, self.missing * self.per_unit, where=np.isnan(effect))
        return effect


@dataclass(frozen=True)
class Tables:
    """A model as a sum of effects.

    Attributes
    ----------
    intercept : float
        Where the sum begins.
    effects : tuple of Cells or Slope
        What is added to it.
    log_odds : bool
        Whether the sum is the log-odds of the outcome 1; otherwise it is the probability itself.
    """

    intercept: float
    effects: tuple[Cells | Slope, ...]
    log_odds: bool = True

    def probability(self, columns: Columns) -> np.ndarray:
        """Return the probability of the outcome 1, for each row.

        Parameters
        ----------
        columns : mapping of str to ndarray
            See `Columns`.
        """
        first, *others = self._fused
        total = first.of(columns)
        for effect in others:
            total += effect.of(columns)
        total += self.intercept
        if not self.log_odds:
            return total
        np.negative(total, out=total)
        with np.errstate(over="ignore"):  # of hopeless rows: exp gives infinity, and the probability is 0
            np.exp(total, out=total)
        total += 1
        return np.divide(1, total, out=total)

    @cached_property
    def _fused(self) -> tuple[Cells | Slope, ...]:
        """The same sum with fewer terms: small tables become one, over the axes of all of them."""
        small = [effect for effect in self.effects if isinstance(effect, Cells) and effect.table.size <= _SMALL]
        axes = tuple(dict.fromkeys(axis for effect in small for axis in effect.axes))
        if len(small) < 2 or np.prod([axis.size for axis in axes], dtype=float) > _FUSED:
            return self.effects
        table = np.zeros([axis.size for axis in axes])
        for effect in small:
            order = sorted(range(len(effect.axes)), key=lambda side: axes.index(effect.axes[side]))
            sizes = [axis.size if axis in effect.axes else 1 for axis in axes]
            table += effect.table.transpose(order).reshape(sizes)
        return (Cells("small tables", axes, table), *(effect for effect in self.effects if effect not in small))
