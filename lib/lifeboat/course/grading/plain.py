"""Answers as plain text: what leaves a learner's process is JSON, so that nothing of it is ever executed by us."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lifeboat.course.stored import Stored, kind_of, read_stored

KIND = "kind"


class Unreadable:
    """Stands for an answer that is no plain data, such as a function or a model."""


def dumps(answer: Any) -> str:
    """Write an answer as JSON; what is neither number, text, list, mapping, table nor stored becomes `Unreadable`."""
    return json.dumps(_encode(answer))


def loads(text: str) -> Any:
    """Read what `dumps` has written.

    Raises
    ------
    ValueError
        If it is something else.
    """
    try:
        return _decode(json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an answer: {error}") from error


def _encode(value: Any) -> Any:
    if value is ...:
        return {KIND: "blank"}
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return {KIND: "time", "value": pd.Timestamp(value).isoformat()}
    if (kind := kind_of(value)) is not None:
        found = read_stored(value, kind, kind)
        return {KIND: "stored", "value": {name: _encode(part) for name, part in vars(found).items()}}
    if isinstance(value, pd.DataFrame):
        columns = [_encode(list(value.iloc[:, place])) for place in range(value.shape[1])]
        return {
            KIND: "table",
            "names": _encode(list(value.columns)),
            "index": _encode(list(value.index)),
            "columns": columns,
        }
    if isinstance(value, pd.Series):
        return {KIND: "column", "index": _encode(list(value.index)), "values": _encode(list(value))}
    if isinstance(value, dict):
        return {KIND: "mapping", "items": [[_encode(key), _encode(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray | pd.Index):
        return [_encode(item) for item in value]
    return {KIND: "other"}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value[KIND]
    if kind == "blank":
        return ...
    if kind == "time":
        return pd.Timestamp(value["value"])
    if kind == "stored":
        parts = {name: _decode(part) for name, part in value["value"].items()}
        return Stored(**parts | {"primary_key": tuple(parts["primary_key"])})
    if kind == "mapping":
        return {_key(key): _decode(item) for key, item in value["items"]}
    if kind == "column":
        return pd.Series(_decode(value["values"]), index=_decode(value["index"]))
    if kind == "table":
        table = pd.DataFrame(dict(enumerate(map(_decode, value["columns"]))), index=_labels(value["index"]))
        return table.set_axis(_labels(value["names"]), axis=1)
    return Unreadable()


def _labels(values: list) -> list:
    return [_key(value) for value in values]


def _key(value: Any) -> Any:
    """A label that may be hashed: lists, as of several levels, become tuples."""
    return tuple(map(_key, value)) if isinstance(value, list) else _decode(value)
