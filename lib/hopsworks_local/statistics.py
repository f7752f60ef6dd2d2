"""Descriptive statistics of a table's columns, in Hopsworks' words."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from hopsworks_local.delta import Table, quote
from hopsworks_local.engine import Engine
from hopsworks_local.query import Statement

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
REAL = ("FLOAT", "DOUBLE", "DECIMAL")
BINS = 20
PERCENTILES = [percent / 100 for percent in range(1, 101)]


def describe(engine: Engine, table: Table, config: dict[str, Any]) -> dict[str, Any]:
    """Return counts of all columns and moments of the numeric ones.

    Parameters
    ----------
    engine : Engine
        Reads the table.
    table : Table
        What to describe.
    config : dict
        Hopsworks' statistics settings: `columns` (none: all), `exactUniqueness`, `histograms`, `histogramBins` and
        `correlations`.

    Returns
    -------
    dict
        With computationTime in epoch milliseconds and one entry per column in featureDescriptiveStatistics.
    """
    names = [name for name in table.columns if name in (config.get("columns") or table.columns)]
    features = [_Column(engine, table, name).describe(config) for name in names]
    time = int(datetime.now(UTC).timestamp() * 1000)
    return {"computationTime": time, "rowPercentage": 1.0, "featureDescriptiveStatistics": features}


class _Column:
    """Asks for the statistics of one column."""

    def __init__(self, engine: Engine, table: Table, name: str) -> None:
        self._engine, self._table, self._name = engine, table, name
        self._type = table.columns[name]
        self._sql = quote(name)
        self._number = f"{self._sql}::DOUBLE"

    def describe(self, config: dict[str, Any]) -> dict[str, Any]:
        found = self._counts()
        if self._is_numeric:
            found |= self._moments()
        if config.get("exactUniqueness"):
            found |= self._uniqueness()
        extended = {}
        if config.get("histograms"):
            extended["histogram"] = self._histogram(config.get("histogramBins") or BINS, found)
        if config.get("correlations") and self._is_numeric:
            extended["correlations"] = self._correlations()
        if extended:
            found["extendedStatistics"] = json.dumps(extended)
        return {"featureName": self._name, "featureType": self._feature_type, **found}

    @property
    def _is_numeric(self) -> bool:
        return _is_numeric(self._type)

    @property
    def _feature_type(self) -> str:
        if self._is_numeric:
            return "Integral" if self._type.startswith(WHOLE) else "Fractional"
        return "Boolean" if self._type == "BOOLEAN" else "String"

    def _rows(self, select: str) -> list[dict[str, Any]]:
        rows = self._engine.table(Statement({"t": self._table.sql}, select)).to_pylist()
        return [{name: _finite(value) for name, value in row.items()} for row in rows]

    def _row(self, columns: dict[str, str]) -> dict[str, Any]:
        return self._rows(f"SELECT {', '.join(f'{sql} AS {quote(name)}' for name, sql in columns.items())} FROM t")[0]

    def _counts(self) -> dict[str, Any]:
        return self._row(
            {
                "count": "count(*)",
                "numNonNullValues": f"count({self._sql})",
                "numNullValues": f"count(*) - count({self._sql})",
                "completeness": f"count({self._sql}) / nullif(count(*), 0)",
                "approxNumDistinctValues": f"approx_count_distinct({self._sql})",
            }
        )

    def _moments(self) -> dict[str, Any]:
        number = self._number
        return self._row(
            {
                "min": f"min({number})",
                "max": f"max({number})",
                "sum": f"sum({number})",
                "mean": f"avg({number})",
                "stdDev": f"stddev_pop({number})",
                "percentiles": f"quantile_cont({number}, {PERCENTILES})",
            }
        )

    def _uniqueness(self) -> dict[str, Any]:
        return self._rows(f"""
            SELECT count(*) AS "exactNumDistinctValues",
                   count(*) / sum(n) AS distinctness,
                   count(*) FILTER (n = 1) / sum(n) AS uniqueness,
                   -sum(n / total * ln(n / total)) AS entropy
            FROM (SELECT count(*) AS n, sum(count(*)) OVER () AS total
                  FROM t WHERE {self._sql} IS NOT NULL GROUP BY {self._sql})
        """)[0]

    def _histogram(self, bins: int, found: dict[str, Any]) -> list[dict[str, Any]]:
        """Equal bins of the range of a numeric column, or the most frequent values of another."""
        value = f"{self._sql}::VARCHAR"
        width = (found.get("max") or 0) - (found.get("min") or 0)
        if self._is_numeric and width:
            number = f"least(floor(({self._number} - {found['min']!r}) / {width!r} * {bins}), {bins - 1})"
            value = f"({found['min']!r} + {number} * {width / bins!r})"
        order = "value" if self._is_numeric else "count DESC, value"
        return self._rows(f"""
            SELECT {value} AS value, count(*) AS count, count(*) / sum(count(*)) OVER () AS ratio
            FROM t WHERE {self._sql} IS NOT NULL GROUP BY 1 ORDER BY {order} LIMIT {bins}
        """)

    def _correlations(self) -> list[dict[str, Any]]:
        """Pearson's coefficient with each other numeric column."""
        others = [name for name, type in self._table.columns.items() if _is_numeric(type)]
        columns = {name: f"corr({self._number}, {quote(name)}::DOUBLE)" for name in others if name != self._name}
        found = self._row(columns) if columns else {}
        return [{"column": name, "correlation": value} for name, value in found.items()]


def _is_numeric(type: str) -> bool:
    return type.startswith((*WHOLE, *REAL)) and not type.endswith("]")  # which is a list of numbers


def _finite(value: Any) -> Any:
    """NaN and infinity have no place in JSON."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
