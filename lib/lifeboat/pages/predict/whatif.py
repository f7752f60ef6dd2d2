"""What would have changed the verdict: the smallest change of one or two inputs that flips it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from lifeboat.pages.predict.likeness import distances, everyone
from lifeboat.passengers import FEATURES, FIELDS, SURVIVES_FROM
from lifeboat.survival.preprocessing import read_passengers


@dataclass(frozen=True)
class Change:
    """A change that flips the verdict.

    Attributes
    ----------
    values : dict
        The one or two changed features with their new values.
    probability : float
        The probability of survival after the change.
    """

    values: dict[str, Any]
    probability: float


def smallest_changes(model: Any, passenger: Mapping[str, Any], n: int = 3) -> list[Change]:
    """Find the smallest changes that flip the verdict, among values that exist in the data.

    One changed input is sought first; only if no value of any single input flips the verdict, two are. The size of a
    change is the distance of `likeness.distances`.

    Parameters
    ----------
    model : classifier
        Its ``predict_proba`` takes passengers as an (n, 7) matrix, as the pipelines do after their first step.
    passenger : mapping
        The seven features.
    n : int
        How many changes to return at most, each of other features.

    Returns
    -------
    list of Change
        Smallest first; empty if even two changed inputs leave the verdict as it is.
    """
    row = read_passengers(passenger)[0]
    survives = model.predict_proba(row[None])[0, 1] >= SURVIVES_FROM
    for changed in (1, 2):
        columns = list(combinations(range(len(FEATURES)), changed))
        variants = [_variants(row, chosen) for chosen in columns]
        matrix = np.concatenate(variants)
        changed_columns = np.repeat(np.arange(len(columns)), [len(part) for part in variants])
        probability = model.predict_proba(matrix)[:, 1]
        flips = np.flatnonzero((probability >= SURVIVES_FROM) != survives)
        if len(flips):
            order = flips[np.argsort(distances(matrix[flips], row), kind="stable")]
            _, first = np.unique(changed_columns[order], return_index=True)
            best = order[np.sort(first)][:n]
            return [_change(matrix[i], columns[changed_columns[i]], probability[i]) for i in best]
    return []


def _variants(row: np.ndarray, columns: tuple[int, ...]) -> np.ndarray:
    """Every combination of other values in the given columns, the rest as it is."""
    others = [_other_values(column, row[column]) for column in columns]
    grid = np.stack(np.meshgrid(*others, indexing="ij"), axis=-1).reshape(-1, len(columns))
    matrix = np.tile(row, (len(grid), 1))
    matrix[:, columns] = grid
    return matrix


def _other_values(column: int, value: float) -> np.ndarray:
    values = existing_values()[column]
    return values[values != value]


def _change(row: np.ndarray, columns: tuple[int, ...], probability: float) -> Change:
    return Change({FEATURES[i]: _value(FEATURES[i], row[i]) for i in columns}, float(probability))


def _value(name: str, code: float) -> Any:
    values = {number: value for value, number in FIELDS[name].codes.items()}
    return values.get(code, float(code))


@cache
def existing_values() -> list[np.ndarray]:
    """Return, for each feature, the known values that some real passenger has, as numbers of the matrix."""
    _, matrix = everyone()
    return [np.unique(column[~np.isnan(column)]) for column in matrix.T]
