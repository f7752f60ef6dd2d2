"""From a record batch to the columns that a scorer takes.

The rules are those of the fields. What comes as it should is read at once; anything else is left to `Dataset`, which
reads numbers that came as text, and names the rows that it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifeboat.dataset import Dataset
from lifeboat.fields import Field

MOST_COUNTED = 1_000


def is_counted(field: Field) -> bool:
    """Say whether a field holds few whole numbers, or texts, so that a table can have a place for each."""
    if field.words:
        return field.is_text or all(isinstance(value, int) and 0 <= value <= MOST_COUNTED for value in field.values)
    return field.whole and not field.optional and field.low >= 0 and field.high <= MOST_COUNTED


class Reader:
    """Reads the features of record batches, and of single rows.

    Parameters
    ----------
    dataset : Dataset
        The description of the data.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._ways = {name: _way(field) for name, field in dataset.fields.items()}
        self._one = {
            name: (
                field.codes | ({None: len(field.values)} if field.is_text else {}),
                np.intp if is_counted(field) else float,
            )
            for name, field in dataset.fields.items()
        }

    def read(self, batch: pa.RecordBatch) -> Mapping[str, np.ndarray]:
        """Read the features of a batch.

        Parameters
        ----------
        batch : RecordBatch
            With a column for each feature; others are ignored. Texts may be dictionary-encoded.

        Returns
        -------
        mapping of str to ndarray
            As `lifeboat.scoring.effects.Columns`.

        Raises
        ------
        LifeboatError
            If a feature is absent.
        InvalidRows
            If a value is not allowed.
        """
        self.dataset.check_columns(batch.schema.names)
        try:
            return self._read(batch)
        except _Unusual:
            table = self.dataset.validate(batch.select(self.dataset.features).to_pandas())
            return self._read(pa.RecordBatch.from_pandas(table, preserve_index=False))

    def read_one(self, row: Mapping[str, Any]) -> Mapping[str, np.ndarray]:
        """Read one row.

        Parameters
        ----------
        row : mapping
            The features by name, as `Dataset.validate_one` returns them.
        """
        return {name: np.array([codes.get(row[name], row[name])], kind) for name, (codes, kind) in self._one.items()}

    def _read(self, batch: pa.RecordBatch) -> dict[str, np.ndarray]:
        return {name: way(batch.column(name)) for name, way in self._ways.items()}


class _Unusual(Exception):
    """Values that are not allowed, or come as another type."""


def _way(field: Field) -> Callable[[pa.Array], np.ndarray]:
    """How a column of a field is read."""
    if field.is_text:
        return partial(_texts, codes=field.codes, missing=len(field.values), optional=field.optional)
    low, high = (min(field.values), max(field.values)) if field.words else (field.low, field.high)
    some = np.array(field.values) if field.words and len(field.values) <= high - low else None
    if is_counted(field):
        return partial(_counts, low=low, high=high, some=some)
    return partial(_numbers, low=low, high=high, some=some, whole=field.whole, optional=field.optional)


def _texts(array: pa.Array, codes: dict[str, int], missing: int, optional: bool) -> np.ndarray:
    """The place of each text among those allowed; their number if it is missing."""
    if not isinstance(array, pa.DictionaryArray):
        if array.type not in (pa.string(), pa.large_string()):
            raise _Unusual
        array = pc.dictionary_encode(array)
    places = np.array([codes.get(text, -1) for text in array.dictionary.to_pylist()] + [missing])
    indices = array.indices
    if indices.null_count:
        if not optional:
            raise _Unusual
        indices = indices.fill_null(len(places) - 1)
    found = places.take(indices.to_numpy(), mode="clip")
    if places.min() < 0 and found.min(initial=0) < 0:  # a dictionary may list what no row uses
        raise _Unusual
    return found


def _counts(array: pa.Array, low: int, high: int, some: np.ndarray | None) -> np.ndarray:
    """Whole numbers that are never missing."""
    if array.null_count or array.type not in _INTEGERS:
        raise _Unusual
    values = array.to_numpy()
    if values.min(initial=low) < low or values.max(initial=low) > high:
        raise _Unusual
    if some is not None and not np.isin(values, some).all():
        raise _Unusual
    return values


def _numbers(
    array: pa.Array, low: float, high: float, some: np.ndarray | None, whole: bool, optional: bool
) -> np.ndarray:
    """Numbers as floats, NaN where missing."""
    if array.type != _FLOAT:
        if array.type not in _NUMBERS:
            raise _Unusual
        array = array.cast(_FLOAT)
    values = array.to_numpy(zero_copy_only=False)
    if (values < low).any() or (values > high).any() or (not optional and np.isnan(values).any()):
        raise _Unusual
    if whole and not np.array_equal(values, np.rint(values), equal_nan=True):
        raise _Unusual
    if some is not None and not (np.isin(values, some) | np.isnan(values)).all():
        raise _Unusual
    return values


_FLOAT = pa.float64()
_INTEGERS = {pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32()}
_NUMBERS = _INTEGERS | {pa.float32(), _FLOAT}
