"""Descriptive statistics of a table's columns."""

from datetime import UTC, datetime
from typing import Any

from hopsworks_local.delta import Table, quote
from hopsworks_local.engine import Engine
from hopsworks_local.query import Statement

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
REAL = ("FLOAT", "DOUBLE", "DECIMAL")
QUARTILES = {"25%": 0.25, "50%": 0.5, "75%": 0.75}


def describe(engine: Engine, table: Table) -> dict[str, Any]:
    """Return counts of all columns and moments of the numeric ones, as Hopsworks words them.

    Parameters
    ----------
    engine : Engine
        Reads the table.
    table : Table
        What to describe.

    Returns
    -------
    dict
        With computationTime in epoch milliseconds and one entry per column in featureDescriptiveStatistics.
    """
    features = [_describe_column(engine, table, name, type) for name, type in table.columns.items()]
    time = int(datetime.now(UTC).timestamp() * 1000)
    return {"computationTime": time, "rowPercentage": 1.0, "featureDescriptiveStatistics": features}


def _describe_column(engine: Engine, table: Table, name: str, type: str) -> dict[str, Any]:
    column = quote(name)
    select = {
        "count": "count(*)",
        "numNonNullValues": f"count({column})",
        "numNullValues": f"count(*) - count({column})",
        "completeness": f"count({column}) / count(*)",
        "approxNumDistinctValues": f"approx_count_distinct({column})",
        "exactNumDistinctValues": f"count(DISTINCT {column})",
    }
    numeric = type.startswith((*WHOLE, *REAL))
    if numeric:
        number = f"{column}::DOUBLE"
        select |= {
            "min": f"min({number})",
            "max": f"max({number})",
            "sum": f"sum({number})",
            "mean": f"avg({number})",
            "stddev": f"stddev_pop({number})",
            "quartiles": f"quantile_cont({number}, {list(QUARTILES.values())})",
        }
    columns = ", ".join(f"{sql} AS {quote(key)}" for key, sql in select.items())
    found = engine.table(Statement({"t": table.sql}, f"SELECT {columns} FROM t", {}, list(select))).to_pylist()[0]
    quartiles = found.pop("quartiles", None)
    return {
        "featureName": name,
        "featureType": _feature_type(type),
        **found,
        **({"percentiles": dict(zip(QUARTILES, quartiles, strict=True))} if quartiles else {}),
    }


def _feature_type(type: str) -> str:
    if type.startswith(WHOLE):
        return "Integral"
    if type.startswith(REAL):
        return "Fractional"
    return "Boolean" if type == "BOOLEAN" else "String"
