"""A Hopsworks query document -> DuckDB SQL over the files of Delta tables.

A query document names a left feature group with the features wanted of it, joins to other groups, and a filter over
all of them. Nothing in it is trusted but ids and names: feature groups are looked up, names are quoted, values are
bound as parameters.

If all groups of a query have an event time, joins are point-in-time: each left row meets the latest right row whose
event time is not after its own. Rows come in the order of the keys, so that a seeded split of them is reproducible.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hopsworks_local import filters
from hopsworks_local.delta import Table, quote
from hopsworks_local.errors import BadRequest, NotSupported
from hopsworks_local.metadata import Document

JOINS = {"INNER": "INNER JOIN", "LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN", "OUTER": "FULL JOIN"}
KNOWN = {
    "leftFeatureGroup", "leftFeatures", "joins", "filter", "limit", "featureStoreName", "featureStoreId",
    "hiveEngine", "href", "type",
}  # fmt: skip
NO_EVENT_TIME = 270172
NO_JOIN_KEYS = 270122
UNKNOWN_FEATURE = 270083


@dataclass
class Source:
    """One feature group in a query, under an alias."""

    alias: str
    group: Document
    table: Table
    features: list[dict[str, Any]]
    filter: dict[str, Any] | None
    join: dict[str, Any] = field(default_factory=dict)
    project: str = ""

    @cached_property
    def keys(self) -> list[str]:
        """The primary key of the group."""
        return [feature["name"] for feature in self.group.body["features"] if feature.get("primary")]

    @property
    def event_time(self) -> str | None:
        """The event time of the group, if it has one."""
        return self.group.body.get("eventTime")

    def column(self, name: str) -> str:
        """Return a column as SQL."""
        if name not in self.table.columns:
            raise BadRequest(
                f"the feature group {self.group.name} version {self.group.version} has no feature {name!r}, "
                f"only {', '.join(self.table.columns)}",
                UNKNOWN_FEATURE,
            )
        return f"{self.alias}.{quote(name)}"

    def qualified(self, name: str) -> str:
        """Return the name that tells a feature from those of all other groups."""
        return f"{self.project}_{self.group.name}_{self.group.version}_{name}"


@dataclass(frozen=True)
class Statement:
    """SQL with parameters, the columns that it selects, and which of them is the left group's event time."""

    tables: dict[str, str]
    body: str
    parameters: dict[str, Any]
    columns: list[str]
    event_time: str | None = None

    @property
    def sql(self) -> str:
        """The SQL that DuckDB runs."""
        return f"WITH {', '.join(f'{alias} AS ({sql})' for alias, sql in self.tables.items())} {self.body}"


def compile_query(document: dict[str, Any], look_up: Callable[[int], tuple[Document, Table]], project: str) -> Statement:
    """Translate a query document.

    Parameters
    ----------
    document : dict
        As the client sends it (`Query.to_dict`).
    look_up : callable
        From the id of a feature group to its document and table.
    project : str
        The project's name, a part of fully qualified feature names.

    Returns
    -------
    Statement

    Raises
    ------
    BadRequest
        If it names features that do not exist or values that do not fit.
    NotSupported
        If it asks for what is beyond this service.
    """
    sources = _sources(document, look_up, project)
    timed = len(sources) > 1 and all(source.event_time for source in sources)
    joins = [_join(sources[0], source, timed) for source in sources[1:]]
    conditions = filters.Conditions(sources)
    where = [conditions.sql(source.filter) for source in sources if source.filter]
    columns = _columns(sources, timed)
    body = [
        "SELECT " + ", ".join(f"{source.column(name)} AS {quote(output)}" for source, name, output in columns),
        f"FROM {sources[0].alias}",
        *(sql for sql, _ in joins),
        *(["WHERE " + " AND ".join(where)] if where else []),
        *_order(sources),
        *([f"LIMIT {int(document['limit'])}"] if document.get("limit") is not None else []),
    ]
    tables = {source.alias: _table(source, timed) for source in sources}
    left_time = (output for source, name, output in columns if source is sources[0] and name == source.event_time)
    outputs = [output for *_, output in columns]
    return Statement(tables, " ".join(body), conditions.parameters, outputs, next(left_time, None))


def _sources(document: dict[str, Any], look_up: Callable, project: str) -> list[Source]:
    left = _source(document, look_up, project, 0, {})
    joins = document.get("joins") or []
    return [left, *(_source(join["query"], look_up, project, i + 1, join) for i, join in enumerate(joins))]


def _source(document: dict[str, Any], look_up: Callable, project: str, index: int, join: dict[str, Any]) -> Source:
    _check_known(document, nested=index > 0)
    group, table = look_up(document["leftFeatureGroup"]["id"])
    return Source(f"fg{index}", group, table, document["leftFeatures"], document.get("filter"), join, project)


def _check_known(document: dict[str, Any], nested: bool) -> None:
    if document.get("leftFeatureGroupStartTime") or document.get("leftFeatureGroupEndTime"):
        raise NotSupported(
            "as_of and wallclock_time, reading a feature group as it was at an earlier time",
            "the Hopsworks cloud does not offer it to the Python engine either; filter by the event time instead",
        )
    unknown = {name for name, value in document.items() if value not in (None, [], {}, False)} - KNOWN
    if unknown:
        raise NotSupported(f"{', '.join(sorted(unknown))} in a query")
    if nested and document.get("joins"):
        raise NotSupported("a join within a joined query", "join all feature groups to the first one")


def _join(left: Source, right: Source, timed: bool) -> tuple[str, list[str]]:
    kind = right.join.get("type") or "LEFT"
    if kind not in JOINS or (timed and kind not in ("INNER", "LEFT")):
        groups = " of feature groups with event times" if timed else ""
        raise NotSupported(f"join_type {kind.lower()!r}{groups}", "join by 'inner' or 'left'")
    pairs = _join_keys(left, right)
    conditions = [f"{left.column(a)} = {right.column(b)}" for a, b in pairs]
    if timed:
        conditions.append(f"{left.column(left.event_time)} >= {right.column(right.event_time)}")
    asof = "ASOF " if timed else ""
    return f"{asof}{JOINS[kind]} {right.alias} ON {' AND '.join(conditions)}", [b for _, b in pairs]


def _join_keys(left: Source, right: Source) -> list[tuple[str, str]]:
    names = {side: [feature["name"] for feature in right.join.get(side) or []] for side in ("on", "leftOn", "rightOn")}
    lefts, rights = names["on"] or names["leftOn"], names["on"] or names["rightOn"]
    if len(lefts) != len(rights):
        raise BadRequest(f"left_on {lefts} and right_on {rights} must have the same length")
    shared = [key for key in left.keys if key in right.keys]
    pairs = list(zip(lefts, rights, strict=True)) or [(key, key) for key in shared]
    if not pairs:
        raise BadRequest(
            f"no join keys: the primary keys {left.keys} of {left.group.name} and {right.keys} of {right.group.name} "
            "have no name in common; say which by on=, or left_on= and right_on=",
            NO_JOIN_KEYS,
        )
    return pairs


def _columns(sources: list[Source], timed: bool) -> list[tuple[Source, str, str]]:
    """Each selected column: of which source, its name there, its name in the result."""
    columns: list[tuple[Source, str, str]] = []
    for source in sources:
        for feature in source.features:
            name = feature["name"]
            output = (source.join.get("prefix") or "") + name
            taken = {taken for *_, taken in columns}
            if source.join and _is_repeated(sources[0], source, name, output in taken, timed):
                continue
            if feature.get("useFullyQualifiedName") or output in taken:
                output = source.qualified(name)
            columns.append((source, name, output))
    return columns


def _is_repeated(left: Source, right: Source, name: str, taken: bool, timed: bool) -> bool:
    """Whether a right feature says again what the left one of the same name says, or is a mere means of the join."""
    joined = name in [a for a, _ in _join_keys(left, right)]
    return (joined and taken) or (timed and name == right.event_time)


def _table(source: Source, timed: bool) -> str:
    """The rows of a source; of a right one in a point-in-time join, only those that may be met."""
    if not (timed and source.join and source.filter):
        return source.table.sql
    return source.table.sql


def _order(sources: list[Source]) -> list[str]:
    names = [(s, name) for s in sources for name in [*s.keys, *([s.event_time] if s.event_time else [])]]
    order = [source.column(name) for source, name in names if name in source.table.columns]
    return [f"ORDER BY {', '.join(order)}"] if order else []
