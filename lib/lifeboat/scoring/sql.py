"""A model as one SQL expression, which a database can run and a person can read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lifeboat.dataset import Dataset
from lifeboat.fields import Field
from lifeboat.passengers import TITANIC
from lifeboat.scoring.compile import NotCompiled
from lifeboat.scoring.effects import Axis, Bins, Cells, Codes, Slope, Tables

LONGEST = 2_000
"""Effects that are written out; nobody reads more."""


def to_sql(tables: Tables, dataset: Dataset = TITANIC) -> str:
    """Write a model as an expression in DuckDB's SQL, over columns that are called as the features.

    Parameters
    ----------
    tables : Tables
        As `compile_pipeline` makes them.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    str
        The probability of the outcome 1, for rows whose values are allowed.

    Raises
    ------
    NotCompiled
        If there are more than `LONGEST` effects.

    Examples
    --------
    >>> print(to_sql(Tables(0.5, (Slope("age", -0.25, missing=28.0),))))
    1 / (1 + exp(-(
      0.5
      -- age
      + -0.25 * coalesce(age, 28.0)
    )))
    """
    count = sum(effect.table.size for effect in tables.effects if isinstance(effect, Cells))
    if count > LONGEST:
        raise NotCompiled(f"the model has {count:,} effects; {LONGEST:,} at most make SQL that can be read.")
    lines = [line for effect in tables.effects for line in _lines(effect, dataset)]
    total = "\n".join([f"  {float(tables.intercept)!r}", *(f"  {line}" for line in lines)])
    return f"1 / (1 + exp(-(\n{total}\n)))" if tables.log_odds else f"(\n{total}\n)"


def _lines(effect: Cells | Slope, dataset: Dataset) -> Iterator[str]:
    if isinstance(effect, Slope):
        yield f"-- {effect.field}"
        known = f"coalesce({effect.field}, {float(effect.missing)!r})"
        yield f"+ {float(effect.per_unit)!r} * {known if dataset.fields[effect.field].optional else effect.field}"
        return
    yield f"-- {effect.name}"
    yield "+ CASE"
    for place in np.argwhere(effect.table != 0):
        tests = [_test(axis, int(side), dataset) for axis, side in zip(effect.axes, place, strict=True)]
        if None not in tests:
            yield f"    WHEN {' AND '.join(tests)} THEN {float(effect.table[tuple(place)])!r}"
    yield "    ELSE 0 END"


def _test(axis: Axis, side: int, dataset: Dataset) -> str | None:
    """What holds for the values in a place; None if no value is in it."""
    if isinstance(axis, Codes):
        return _test_of_codes(axis, side, dataset)
    name = axis.field
    if not isinstance(axis, Bins):
        return f"{name} = {float(axis.values[side])!r}" if side < len(axis.values) else None
    tests = [f"NOT {_below(name, axis.cuts[side - 1])}"] if 0 < side <= len(axis.cuts) else []
    tests += [_below(name, axis.cuts[side])] if side < len(axis.cuts) else []
    missing = axis.size - 1 if axis.missing is None else axis.missing
    if side == axis.size - 1:
        return f"{name} IS NULL" if side == missing else None
    return f"({' AND '.join(tests)} OR {name} IS NULL)" if side == missing else " AND ".join(tests) or "true"


def _below(name: str, cut: float) -> str:
    """At most a cut, or less than the number after it, whichever is shorter."""
    cut, above = float(cut), float(np.nextafter(cut, np.inf))
    return f"{name} < {above!r}" if len(f"{above!r}") < len(f"{cut!r}") else f"{name} <= {cut!r}"


def _test_of_codes(axis: Codes, side: int, dataset: Dataset) -> str | None:
    codes = np.flatnonzero(axis.places == side)
    if len(axis.fields) > 1:
        said = " + ".join(axis.fields)
        return f"{said} >= {codes[0]}" if side else f"{said} <= {codes[-1]}"
    field = dataset.fields[axis.fields[0]]
    values = [value for value in map(lambda code: _value(field, code), codes) if value is not None]
    if not values:
        return f"{field.name} IS NULL" if field.optional else None
    return f"{field.name} = {values[0]}" if len(values) == 1 else f"{field.name} IN ({', '.join(values)})"


def _value(field: Field, code: int) -> str | None:
    """A code as SQL writes its value; None for the missing one."""
    if not field.is_text:
        return str(code) if not field.words or code in field.words else None
    return f"'{field.values[code]}'" if code < len(field.values) else None
