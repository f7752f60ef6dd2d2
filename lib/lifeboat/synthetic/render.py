"""Turn draws into tables: a pandas DataFrame, or an Arrow record batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from lifeboat.passengers import FEATURES, LABEL
from lifeboat.synthetic.joint import TEXTS, Joint
from lifeboat.synthetic.lottery import Draws

SCHEMA = pa.schema(
    [
        ("pclass", pa.int64()),
        ("sex", pa.string()),
        ("age", pa.float64()),
        ("sibsp", pa.int64()),
        ("parch", pa.int64()),
        ("fare", pa.float64()),
        ("embarked", pa.string()),
        (LABEL, pa.int64()),
    ]
)
"""Arrow types of a batch; an unknown value is null."""


def frame(joint: Joint, draws: Iterator[Draws], n: int) -> pd.DataFrame:
    """Return `n` drawn passengers: int64, float64 (NaN if unknown) and text (None if unknown)."""
    texts = {name: values[joint.cells[name]] for name, values in TEXTS.items()}
    return pd.DataFrame(_columns(joint, draws, n, texts), copy=False)


def batch(joint: Joint, draws: Iterator[Draws], n: int) -> pa.RecordBatch:
    """Return `n` drawn passengers as a record batch of `SCHEMA`."""
    codes = {name: joint.cells[name].to_numpy(dtype=np.int8) for name in TEXTS}
    columns = _columns(joint, draws, n, codes)
    arrays = [_arrow(name, values) for name, values in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _columns(joint: Joint, draws: Iterator[Draws], n: int, texts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Look up every column, block by block; `texts` has what each cell shows for sex and embarked."""
    tables = {name: joint.cells[name].to_numpy() for name in ("pclass", "sibsp", "parch", LABEL)} | texts
    tables |= {"age": joint.age.values, "fare": joint.fare.values}
    columns = {name: np.empty(n, tables[name].dtype) for name in [*FEATURES, LABEL]}
    start = 0
    for draw in draws:
        stop = start + len(draw.cell)
        for name, table in tables.items():
            position = getattr(draw, name, draw.cell)
            np.take(table, position, out=columns[name][start:stop], mode="clip")  # "clip" needs no buffer
        start = stop
    return columns


def _arrow(name: str, values: np.ndarray) -> pa.Array:
    if name not in TEXTS:
        return pa.array(values, from_pandas=True)
    return pa.DictionaryArray.from_arrays(values, pa.array(TEXTS[name], pa.string())).cast(pa.string())
