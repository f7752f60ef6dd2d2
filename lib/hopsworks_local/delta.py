"""Delta tables as DuckDB sees them: typed columns and a list of Parquet files.

Only the log is read by delta-rs. The files are read by DuckDB, since a process in which delta-rs itself has read a
table may abort when it ends.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from hopsworks_local.errors import StoreError
from hopsworks_local.feature_types import to_duckdb

TABLE_VERSION_FIELD = "tableVersion"  # of a commit: the version of the table that it left
FILE = "the file of a row"  # no feature can have this name


@dataclass(frozen=True)
class Table:
    """The state of a feature group's table: column names with DuckDB types, and files.

    Attributes
    ----------
    partitions : dict
        By name of a partition key, the value that it has in each file; the files do not hold it.
    """

    columns: dict[str, str]
    files: list[str]
    partitions: dict[str, list[Any]]

    @property
    def sql(self) -> str:
        """A SELECT of the whole table; columns that older files lack are NULL."""
        empty = ", ".join(f"NULL::{type} AS {quote(name)}" for name, type in self.columns.items())
        if not self.files:
            return f"SELECT {empty} WHERE false"
        files = ", ".join(literal(file) for file in self.files)
        rows = f"SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false"
        if not self.partitions:
            return f"SELECT {empty} WHERE false UNION ALL BY NAME {rows})"
        names = ", ".join(quote(name) for name in [FILE, *self.partitions])
        values = [[_value(value, self.columns[name]) for value in self.partitions[name]] for name in self.partitions]
        keys = ", ".join(f"({', '.join(row)})" for row in zip(map(literal, self.files), *values, strict=True))
        return (
            f"SELECT {empty} WHERE false UNION ALL BY NAME SELECT * EXCLUDE ({quote(FILE)}) "
            f"FROM ({rows}, filename = {literal(FILE)})) JOIN (VALUES {keys}) keys ({names}) USING ({quote(FILE)})"
        )


def quote(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _value(value: Any, type: str) -> str:
    return f"{'NULL' if value is None else literal(str(value))}::{type}"


def read_table(folder: Path, group: str, features: list[dict[str, Any]], commits: list[dict[str, Any]]) -> Table:
    """Read the log of a feature group's Delta table.

    Parameters
    ----------
    folder : Path
        Where the table lies.
    group : str
        How to call the group in an error.
    features : list of dict
        The features of the group, which a table without any data has as its columns.
    commits : list of dict
        What has been acknowledged of the table, which must thus be there.

    Raises
    ------
    StoreError
        If the log is damaged or gone, or ends before the last commit.
    """
    if not (folder / "_delta_log").is_dir():
        if commits:
            raise StoreError(f"feature group {group}: its Delta table is gone from the store")
        return Table({feature["name"]: duckdb_type(feature["type"]) for feature in features}, [], {})
    try:
        _check_log(folder, commits)
        return _read_log(folder)
    except Exception as error:  # delta-rs raises many kinds, some of them undocumented
        reason = str(error).partition("\n")[0]  # a stack of Rust may follow
        raise StoreError(
            f"feature group {group}: its Delta log is damaged ({reason}). Restore the folder "
            f"{folder.parent.name}/{folder.name} of the store from a copy, or delete the group and write it again"
        ) from error


def log_files(folder: Path) -> dict[int, int]:
    """Return the sizes of a table's log files by the version of the table that each makes."""
    files = (folder / "_delta_log").glob("*.json")
    return {int(file.stem): file.stat().st_size for file in files if file.stem.isdigit()}


def add_columns(folder: Path, empty: pa.Table) -> None:
    """Give a table the columns of an empty one that it lacks; it is made if there is none."""
    from deltalake import write_deltalake

    write_deltalake(folder, empty, mode="append", schema_mode="merge")


def _check_log(folder: Path, commits: list[dict[str, Any]]) -> None:
    """Refuse a log without what has been acknowledged, of which delta-rs would read an older state."""
    files = log_files(folder)
    lost = {version: "" for version, size in files.items() if size == 0}
    last = max(files, default=-1)
    versions = [(commit.get(TABLE_VERSION_FIELD, -1), commit) for commit in commits]
    lost |= {version: _said(commit) for version, commit in versions if version in lost or version > last}
    if lost:
        what = ", ".join(f"{version:020}.json{details}" for version, details in sorted(lost.items()))
        raise ValueError(f"missing or empty: {what}")


def _said(commit: dict[str, Any]) -> str:
    inserted, updated, deleted = (commit.get(f"rows{what}") for what in ("Inserted", "Updated", "Deleted"))
    when = commit.get("commitDateString")
    return f" (from {when}: {inserted} rows inserted, {updated} updated, {deleted} deleted)"


def _read_log(folder: Path) -> Table:
    from deltalake import DeltaTable  # takes a moment, and the service must start quickly

    table = DeltaTable(folder)
    fields = json.loads(table.schema().to_json())["fields"]
    added = pa.table(table.get_add_actions(flatten=True))
    keys = table.metadata().partition_columns
    return Table(
        columns={field["name"]: duckdb_type(field["type"]) for field in fields},
        files=[str(folder / unquote(path)) for path in added.column("path").to_pylist()],
        partitions={key: added.column(f"partition.{key}").to_pylist() for key in keys},
    )


def duckdb_type(type: str | dict[str, Any]) -> str:
    """Return DuckDB's name of a type of Delta or, for simple ones, of the feature store."""
    if isinstance(type, str):
        return to_duckdb(type)
    if type["type"] == "array":
        return f"{duckdb_type(type['elementType'])}[]"
    if type["type"] == "map":
        return f"MAP({duckdb_type(type['keyType'])}, {duckdb_type(type['valueType'])})"
    fields = (f"{quote(field['name'])} {duckdb_type(field['type'])}" for field in type["fields"])
    return f"STRUCT({', '.join(fields)})"
