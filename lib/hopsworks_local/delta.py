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


@dataclass(frozen=True)
class Table:
    """The state of a feature group's table: column names with DuckDB types, and files."""

    columns: dict[str, str]
    files: list[str]
    partitions: list[str]

    @property
    def sql(self) -> str:
        """A SELECT of the whole table; columns that older files lack are NULL."""
        empty = ", ".join(f"NULL::{type} AS {quote(name)}" for name, type in self.columns.items())
        if not self.files:
            return f"SELECT {empty} WHERE false"
        files = ", ".join(literal(file) for file in self.files)
        types = ", ".join(f"{quote(name)}: {self.columns[name]}" for name in self.partitions)
        hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
        return (
            f"SELECT {empty} WHERE false UNION ALL BY NAME "
            f"SELECT * FROM read_parquet([{files}], union_by_name = true, {hive})"
        )


def quote(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def read_table(folder: Path, group: str, features: list[dict[str, Any]], written: bool) -> Table:
    """Read the log of a feature group's Delta table.

    Parameters
    ----------
    folder : Path
        Where the table lies.
    group : str
        How to call the group in an error.
    features : list of dict
        The features of the group, which a table without any data has as its columns.
    written : bool
        Whether there has been a commit, so that a missing table is damage.

    Raises
    ------
    StoreError
        If the log is damaged or gone.
    """
    if not (folder / "_delta_log").is_dir():
        if written:
            raise StoreError(f"No data found for feature group {group}: its Delta table is gone from the store")
        return Table({feature["name"]: duckdb_type(feature["type"]) for feature in features}, [], [])
    try:
        return _read_log(folder)
    except Exception as error:  # delta-rs raises many kinds, some of them undocumented
        reason = str(error).partition("\n")[0]  # a stack of Rust may follow
        raise StoreError(
            f"No data found for feature group {group}: its Delta log is damaged ({reason}). Restore the folder "
            f"featuregroups/{folder.name} of the store from a copy, or delete the group and write it again"
        ) from error


def _read_log(folder: Path) -> Table:
    from deltalake import DeltaTable  # takes a moment, and the service must start quickly

    table = DeltaTable(folder)
    fields = json.loads(table.schema().to_json())["fields"]
    paths = pa.table(table.get_add_actions(flatten=True)).column("path").to_pylist()
    return Table(
        columns={field["name"]: duckdb_type(field["type"]) for field in fields},
        files=[str(folder / unquote(path)) for path in paths],
        partitions=list(table.metadata().partition_columns),
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
