"""From a record batch to the columns that a scorer takes.

The rules are those of the fields. What comes as it should is read at once; anything else is left to `Dataset`, which
reads numbers that came as text, and names the rows that it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.fields import Field

MOST_COUNTED = 1_000


def is_counted(field: Field) -> bool:
    """Say whether a field holds few whole numbers, or texts, so that a table can have a place for each."""
    if field.words:
        return field.is_text or all(isinstance(value, int) and 0 <= value <= MOST_COUNTED for value in field.values)
    return field.whole and not field.optional and field.low >= 0 and field.high <= MOST_COUNTED


def read_columns(batch: pa.RecordBatch, dataset: Dataset) -> Mapping[str, np.ndarray]:
    """Read the features of a batch.

    Parameters
    ----------
    batch : RecordBatch
        With a column for each feature; others are ignored. Texts may be dictionary-encoded.
    dataset : Dataset
        The description of the data.

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
    absent = [name for name in dataset.features if name not in batch.schema.names]
    if absent:
        raise LifeboatError(
            f"missing column{'s' * (len(absent) > 1)}: {', '.join(absent)}; found: {', '.join(batch.schema.names)}. "
            f"A table of {dataset.rows} has the columns {', '.join(dataset.features)}."
        )
    try:
        return _read(batch, dataset)
    except _Unusual:
        table = dataset.validate(batch.select(dataset.features).to_pandas())
        return _read(pa.RecordBatch.from_pandas(table, preserve_index=False), dataset)


class _Unusual(Exception):
    """Values that are not allowed, or come as another type."""


def _read(batch: pa.RecordBatch, dataset: Dataset) -> dict[str, np.ndarray]:
    return {name: _reader(field)(batch.column(name), field) for name, field in dataset.fields.items()}


def _reader(field: Field) -> Callable[[pa.Array, Field], np.ndarray]:
    return _codes if field.is_text else _counts if is_counted(field) else _numbers


def _codes(array: pa.Array, field: Field) -> np.ndarray:
    """The place of each text among those allowed; their number if it is missing."""
    if not pa.types.is_dictionary(array.type):
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            raise _Unusual
        array = pc.dictionary_encode(array)
    missing = len(field.values)
    places = np.array([field.codes.get(text, -1) for text in array.dictionary.to_pylist()] + [missing])
    if array.null_count and not field.optional:
        raise _Unusual
    codes = places.take(array.indices.fill_null(len(places) - 1).to_numpy(), mode="clip")
    if (places < 0).any() and (codes < 0).any():  # a dictionary may list what no row uses
        raise _Unusual
    return codes


def _counts(array: pa.Array, field: Field) -> np.ndarray:
    """Whole numbers that are never missing."""
    if array.null_count or not pa.types.is_integer(array.type):
        raise _Unusual
    values = array.to_numpy()
    allowed = field.values or range(int(field.low), int(field.high) + 1)
    if len(values) and not (min(allowed) <= values.min() and values.max() <= max(allowed)):
        raise _Unusual
    if len(allowed) <= max(allowed) - min(allowed) and not np.isin(values, allowed).all():
        raise _Unusual
    return values


def _numbers(array: pa.Array, field: Field) -> np.ndarray:
    """Numbers as floats, NaN where missing."""
    if not (pa.types.is_floating(array.type) or pa.types.is_integer(array.type)):
        raise _Unusual
    values = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if field.words:
        faulty = ~(np.isin(values, field.values) | np.isnan(values)).all()
    else:
        faulty = (values < field.low).any() or (values > field.high).any()
    if field.whole and not faulty:
        faulty = not np.array_equal(values, np.rint(values), equal_nan=True)
    if faulty or (not field.optional and np.isnan(values).any()):
        raise _Unusual
    return values
