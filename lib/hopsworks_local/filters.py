"""Filters of a query document -> SQL conditions with bound values."""

from typing import Any

from hopsworks_local import request_bodies
from hopsworks_local.errors import BadRequest, NotSupported
from hopsworks_local.parsing import parse
from hopsworks_local.source import UNKNOWN_FEATURE, Source
from hopsworks_local.values import convert

COMPARISONS = {
    "EQUALS": "=",
    "NOT_EQUALS": "<>",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUAL": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUAL": "<=",
}
NULLS = {"EQUALS": "IS NULL", "IS": "IS NULL", "NOT_EQUALS": "IS NOT NULL"}
LOGIC = {"AND": " AND ", "SINGLE": " AND ", "OR": " OR "}
PARTS = ("leftFilter", "leftLogic", "rightFilter", "rightLogic")


def conjuncts(logic: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the parts of a filter that must all hold."""
    if not logic:
        return []
    if "condition" in logic or logic.get("type") == "OR":
        return [logic]
    return [part for child in _children(logic) for part in conjuncts(child)]


def _children(logic: dict[str, Any]) -> list[dict[str, Any]]:
    if logic.get("type") not in LOGIC:
        raise NotSupported(f"the filter logic {logic.get('type')!r}", "use & and |")
    return [logic[name] for name in PARTS if logic.get(name)]


class Conditions:
    """Turns filters over some sources into SQL and collects the values.

    Parameters
    ----------
    sources : list of Source
        The feature groups of the query.
    """

    def __init__(self, sources: list[Source]) -> None:
        self.parameters: dict[str, Any] = {}
        self._sources = sources

    def aliases(self, logic: dict[str, Any], own: Source) -> set[str]:
        """Return the sources that a filter in the query of a source is about."""
        if "condition" not in logic:
            return {alias for child in _children(logic) for alias in self.aliases(child, own)}
        other = _as_feature(logic.get("value"))
        return {self._resolve(feature, own)[0].alias for feature in (logic["feature"], other) if feature}

    def sql(self, logic: dict[str, Any], own: Source) -> str:
        """Return the condition of a filter in the query of a source: a single one, or two joined by AND or OR.

        Raises
        ------
        BadRequest
            If a feature is unknown or a value does not fit its type.
        NotSupported
            If the filter is of another kind.
        """
        if "condition" in logic:
            return self._comparison(logic, own)
        parts = [self.sql(child, own) for child in _children(logic)]
        if not parts:
            raise BadRequest("an empty filter: leave it out")
        return f"({LOGIC[logic['type']].join(parts)})"

    def _comparison(self, filter: dict[str, Any], own: Source) -> str:
        source, name = self._resolve(filter["feature"], own)
        column, type = source.column(name), source.table.columns[name]
        condition, value = filter["condition"], filter.get("value")
        if value is None and condition in NULLS:
            return f"{column} {NULLS[condition]}"
        if condition == "IN":
            return f"{column} IN ({', '.join(self._bind(item, name, type) for item in _as_list(value))})"
        if condition == "LIKE":
            return f"{column}::VARCHAR LIKE {self._bind(value, name, 'VARCHAR')}"
        if condition not in COMPARISONS:
            raise NotSupported(f"the filter condition {condition!r}", f"use one of {', '.join(COMPARISONS)}, IN, LIKE")
        other = _as_feature(value)
        operand = self._column(other, own) if other else self._bind(value, name, type)
        return f"{column} {COMPARISONS[condition]} {operand}"

    def _column(self, feature: dict[str, Any], own: Source) -> str:
        source, name = self._resolve(feature, own)
        return source.column(name)

    def _resolve(self, feature: dict[str, Any], own: Source) -> tuple[Source, str]:
        """Which source a filter means: the client gives the group's id only sometimes.

        If a feature group is joined with itself, a filter is about the one whose query it is in.
        """
        id, name = feature.get("featureGroupId"), feature["name"]
        sources = [source for source in self._sources if id in (None, source.group.id)]
        found = [source for source in sources if name in source.table.columns]
        if not found:
            known = sorted({column for source in sources for column in source.table.columns})
            raise BadRequest(f"the filter names a feature {name!r}; known are {', '.join(known)}", UNKNOWN_FEATURE)
        if own in found and id == own.group.id:
            found = [own]
        if len(found) > 1:
            groups = ", ".join(source.group.name for source in found)
            raise BadRequest(f"the filter names a feature {name!r} of {groups}: say which, as in group[{name!r}] > 1")
        return found[0], name

    def _bind(self, value: Any, name: str, type: str) -> str:
        key = f"v{len(self.parameters)}"
        try:
            self.parameters[key] = convert(value, type)
        except ValueError as error:
            raise BadRequest(f"the filter value {value!r} does not fit the feature {name!r} of type {type}") from error
        return f"${key}"


def _as_list(value: str) -> list[Any]:
    """The values of an IN; none at all matches nothing, as NULL does."""
    values = parse(value, list[str | int | float | bool | None] | str | int | float | bool | None)
    return (values if isinstance(values, list) else [values]) or [None]


def _as_feature(value: Any) -> dict[str, Any] | None:
    """The feature that a value stands for, if a feature was compared with a feature."""
    if not (isinstance(value, str) and value.startswith("{") and '"useFullyQualifiedName"' in value):
        return None
    return parse(value, request_bodies.Named)
