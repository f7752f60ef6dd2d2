"""A Hopsworks query document -> DuckDB SQL over the files of Delta tables.

A query document names a left feature group with the features wanted of it, joins to other groups, and a filter over
all of them; what is joined may have joins of its own. Nothing in it is trusted but ids and names: feature groups are
looked up, names are quoted, values are bound as parameters.

If all groups of a query have an event time, joins are point-in-time: each left row meets the latest right row whose
event time is not after its own. Rows come in the order of the keys, so that a seeded split of them is reproducible.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hopsworks_local.delta import Table, quote
from hopsworks_local.errors import BadRequest, NotSupported
from hopsworks_local.filters import Conditions, conjuncts
from hopsworks_local.metadata import Document
from hopsworks_local.source import Source

JOINS = {"INNER": "INNER JOIN", "LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN", "OUTER": "FULL JOIN"}
TIMED_JOINS = ("INNER", "LEFT")
KNOWN = {
    "leftFeatureGroup", "leftFeatures", "joins", "filter", "limit", "featureStoreName", "featureStoreId",
    "hiveEngine", "href", "type",
}  # fmt: skip
NO_JOIN_KEYS = 270122

LookUp = Callable[[int], tuple[Document, Table]]
Wanted = tuple[dict[str, Any], Source]  # a condition, and the source whose query has it


class Column(NamedTuple):
    """A column of a result: of which source, its name there, its name in the result."""

    source: Source
    name: str
    output: str


@dataclass(frozen=True)
class Statement:
    """SQL with parameters, and the columns that it selects."""

    tables: dict[str, str]
    body: str
    parameters: dict[str, Any] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)

    @property
    def sql(self) -> str:
        """The SQL that DuckDB runs."""
        return f"WITH {', '.join(f'{alias} AS ({sql})' for alias, sql in self.tables.items())} {self.body}"

    @property
    def event_time(self) -> str | None:
        """The column with the event time of the left group, if it is among them."""
        firsts = [column for column in self.columns if column.source.left is None]
        return next((column.output for column in firsts if column.name == column.source.event_time), None)


def compile_query(document: dict[str, Any], look_up: LookUp, project: str) -> Statement:
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
    conditions = Conditions(sources)
    wanted = [(part, source) for source in sources for part in conjuncts(source.filter)]
    columns = _columns(sources, timed)
    body = [
        "SELECT " + ", ".join(f"{c.source.column(c.name)} AS {quote(c.output)}" for c in columns),
        f"FROM {_timed_joins(sources) if timed else _joined(sources[0], sources)}",
        *_where(conditions, wanted),
        *_order(sources),
        *_limit(document),
    ]
    tables = {source.alias: _table(source, conditions, wanted if timed else []) for source in sources}
    return Statement(tables, " ".join(body), conditions.parameters, columns)


def _sources(document: dict[str, Any], look_up: LookUp, project: str) -> list[Source]:
    """All feature groups of a query; each comes after the one that it is joined to."""
    sources: list[Source] = []

    def add(document: dict[str, Any], join: dict[str, Any], left: Source | None) -> None:
        _check_known(document)
        alias, (group, table) = f"fg{len(sources)}", look_up(document["leftFeatureGroup"]["id"])
        source = Source(alias, group, table, project, document["leftFeatures"], document.get("filter"), join, left)
        sources.append(source)
        for inner in document.get("joins") or []:
            add(inner["query"], inner, source)

    add(document, {}, None)
    return sources


def _check_known(document: dict[str, Any]) -> None:
    if document.get("leftFeatureGroupStartTime") or document.get("leftFeatureGroupEndTime"):
        raise NotSupported(
            "as_of and wallclock_time, reading a feature group as it was at an earlier time",
            "the Hopsworks cloud does not offer it to the Python engine either; filter by the event time instead",
        )
    unknown = {name for name, value in document.items() if value not in (None, [], {}, False)} - KNOWN
    if unknown:
        raise NotSupported(f"{', '.join(sorted(unknown))} in a query")


def _joined(source: Source, sources: list[Source]) -> str:
    """A source with all that is joined to it, which for a joined query comes first, in brackets."""
    joins = []
    for right in (other for other in sources if other.left is source):
        whole = _joined(right, sources)
        joins.append(f"{JOINS[_kind(right, JOINS)]} {whole if whole == right.alias else f'({whole})'} ON {_on(right)}")
    return " ".join([source.alias, *joins])


def _timed_joins(sources: list[Source]) -> str:
    """The first source, joined with what was known of the others at its event time."""
    first, joins = sources[0], [sources[0].alias]
    for right in sources[1:]:
        kind = _kind(right, TIMED_JOINS, " of feature groups with event times")
        if kind == "INNER" and right.left.join and _kind(right.left, TIMED_JOINS) == "LEFT":
            raise NotSupported("an inner join within a left join of feature groups with event times", "use one kind")
        time = f"{first.column(first.event_time)} >= {right.column(right.event_time)}"
        joins.append(f"ASOF {JOINS[kind]} {right.alias} ON {_on(right)} AND {time}")
    return " ".join(joins)


def _kind(right: Source, known: Collection[str], groups: str = "") -> str:
    kind = right.join.get("type") or "LEFT"
    if kind not in known:
        raise NotSupported(f"join_type {kind.lower()!r}{groups}", "join by 'inner' or 'left'")
    return kind


def _on(right: Source) -> str:
    return " AND ".join(f"{right.left.column(a)} = {right.column(b)}" for a, b in _join_keys(right))


def _join_keys(right: Source) -> list[tuple[str, str]]:
    left = right.left
    names = {side: [feature["name"] for feature in right.join.get(side) or []] for side in ("on", "leftOn", "rightOn")}
    lefts, rights = names["on"] or names["leftOn"], names["on"] or names["rightOn"]
    if len(lefts) != len(rights):
        raise BadRequest(f"left_on {lefts} and right_on {rights} must have the same length")
    shared = [(key, key) for key in left.keys if key in right.keys]
    pairs = list(zip(lefts, rights, strict=True)) or shared
    if not pairs:
        raise BadRequest(
            f"no join keys: the primary keys {left.keys} of {left.group.name} and {right.keys} of {right.group.name} "
            "have no name in common; say which by on=, or left_on= and right_on=",
            NO_JOIN_KEYS,
        )
    return pairs


def _columns(sources: list[Source], timed: bool) -> list[Column]:
    columns: dict[str, Column] = {}
    for source in sources:
        for feature in source.features:
            name, output = feature["name"], source.prefix + feature["name"]
            qualified = feature.get("useFullyQualifiedName")
            if source.join and not qualified and _is_repeated(source, name, output in columns, timed):
                continue
            if qualified or output in columns:
                output = source.qualified(name)
            if output in columns:
                raise BadRequest(f"the query has two features {output!r}: give the second join a prefix")
            columns[output] = Column(source, name, output)
    if not columns:
        raise BadRequest("the query selects no features: select at least one")
    return list(columns.values())


def _is_repeated(right: Source, name: str, taken: bool, timed: bool) -> bool:
    """Whether a right feature repeats the left one that it was joined by: a key, or the event time of one name."""
    return taken and (name in [a for a, _ in _join_keys(right)] or (timed and name == right.event_time))


def _table(source: Source, conditions: Conditions, wanted: list[Wanted]) -> str:
    """The rows of a source; a point-in-time join must not meet a right row that the filter will drop."""
    own = [part for part in wanted if source.join and conditions.aliases(*part) == {source.alias}]
    table = source.table.sql
    return f"SELECT * FROM ({table}) {source.alias} {' '.join(_where(conditions, own))}" if own else table


def _where(conditions: Conditions, wanted: list[Wanted]) -> list[str]:
    return ["WHERE " + " AND ".join(conditions.sql(*part) for part in wanted)] if wanted else []


def _order(sources: list[Source]) -> list[str]:
    names = [(source, name) for source in sources for name in [*source.keys, source.event_time]]
    order = [source.column(name) for source, name in names if name in source.table.columns]
    return [f"ORDER BY {', '.join(order)}"] if order else []


def _limit(document: dict[str, Any]) -> list[str]:
    return [] if document.get("limit") is None else [f"LIMIT {int(document['limit'])}"]
