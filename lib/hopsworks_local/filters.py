"""Filters of a query document -> SQL conditions with bound values."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from hopsworks_local.errors import BadRequest, NotSupported

if TYPE_CHECKING:
    from hopsworks_local.query import Source

COMPARISONS = {
    "EQUALS": "=",
    "NOT_EQUALS": "<>",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUAL": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUAL": "<=",
}
NULLS = {"EQUALS": "IS NULL", "IS": "IS NULL", "NOT_EQUALS": "IS NOT NULL", "IS_NOT": "IS NOT NULL"}
UNKNOWN_FEATURE = 270083


class Conditions:
    """Turns filters over some sources into SQL and collects the values.

    Parameters
    ----------
    sources : list of Source
        The feature groups of the query.
    """

    def __init__(self, sources: "list[Source]") -> None:
        self.parameters: dict[str, Any] = {}
        self._sources = sources

    def sql(self, logic: dict[str, Any]) -> str:
        """Return the condition of a filter: a single one, or two joined by AND or OR.

        Raises
        ------
        BadRequest
            If a feature is unknown or a value does not fit its type.
        NotSupported
            If the filter is of another kind.
        """
        if "condition" in logic:
            return self._comparison(logic)
        names = ("leftFilter", "leftLogic", "rightFilter", "rightLogic")
        parts = [self.sql(logic[name]) for name in names if logic.get(name)]
        if not parts:
            raise BadRequest("an empty filter")
        if logic.get("type") not in ("AND", "OR", "SINGLE"):
            raise NotSupported(f"the filter logic {logic.get('type')!r}", "use & and |")
        return "(" + f" {'OR' if logic['type'] == 'OR' else 'AND'} ".join(parts) + ")"

    def _comparison(self, filter: dict[str, Any]) -> str:
        source, name = self._resolve(filter["feature"])
        column, type = source.column(name), source.table.columns[name]
        condition, value = filter["condition"], filter.get("value")
        if value is None and condition in NULLS:
            return f"{column} {NULLS[condition]}"
        if condition == "IN":
            values = json.loads(value)
            values = values if isinstance(values, list) else [values]
            return f"{column} IN ({', '.join(self._bind(v, name, type) for v in values)})" if values else "false"
        if condition == "LIKE":
            return f"{column}::VARCHAR LIKE {self._bind(value, name, 'VARCHAR')}"
        if condition in COMPARISONS:
            other = self._other_feature(value) or self._bind(value, name, type)
            return f"{column} {COMPARISONS[condition]} {other}"
        raise NotSupported(f"the filter condition {condition!r}", f"use one of {', '.join(COMPARISONS)}, IN, LIKE")

    def _resolve(self, feature: dict[str, Any]) -> "tuple[Source, str]":
        id, name = feature.get("featureGroupId"), feature["name"]
        named = [source for source in self._sources if id is not None and source.group.id == id]
        for source in named or self._sources:
            if name in source.table.columns:
                return source, name
        known = sorted({column for source in self._sources for column in source.table.columns})
        raise BadRequest(f"the filter names a feature {name!r}; known are {', '.join(known)}", UNKNOWN_FEATURE)

    def _other_feature(self, value: str | None) -> str | None:
        """The column that a value stands for, if a feature was compared with a feature."""
        if not (isinstance(value, str) and value.startswith("{") and '"featureGroupId"' in value):
            return None
        source, name = self._resolve(json.loads(value))
        return source.column(name)

    def _bind(self, value: Any, name: str, type: str) -> str:
        converter = CONVERTERS.get(type.split("(")[0], str)
        try:
            bound = None if value is None else converter(value)
        except ValueError as error:
            raise BadRequest(f"the filter value {value!r} does not fit the feature {name!r} of type {type}") from error
        key = f"v{len(self.parameters)}"
        self.parameters[key] = bound
        return f"${key}"


def _boolean(value: Any) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]


def _number(value: Any) -> int | float:
    text = str(value)
    if text in ("True", "False"):
        return int(text == "True")
    try:
        return int(text)
    except ValueError:
        return float(text)


def _instant(value: Any) -> datetime:
    """An instant in UTC without a zone, from ISO text or epoch milliseconds."""
    text = str(value)
    moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _zoned(value: Any) -> datetime:
    return _instant(value).replace(tzinfo=UTC)


def _date(value: Any) -> date:
    return _instant(value).date()


def _fallible(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make every failure of a conversion a ValueError."""

    def checked(value: Any) -> Any:
        try:
            return convert(value)
        except (KeyError, OverflowError, OSError, TypeError) as error:
            raise ValueError(str(error)) from error

    return checked


NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
CONVERTERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(NUMBERS, _fallible(_number)),
    "BOOLEAN": _fallible(_boolean),
    "TIMESTAMP": _fallible(_instant),
    "TIMESTAMP WITH TIME ZONE": _fallible(_zoned),
    "DATE": _fallible(_date),
}
