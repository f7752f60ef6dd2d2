"""DuckDB, confined to the store's folder."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hopsworks_local.delta import literal
from hopsworks_local.query import Statement

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS = 50_000


class Engine:
    """Runs statements; may be used by several threads at once.

    Parameters
    ----------
    folder : Path
        The only folder that may be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: duckdb.DuckDBPyConnection | None = None

    def warm_up(self) -> None:
        """Load what takes time, so that the service can answer before and the first query need not wait."""
        import deltalake  # noqa: F401

        import hopsworks_local.training  # noqa: F401

        self.table(Statement({"t": "SELECT 1 AS one"}, "SELECT one FROM t", {}, ["one"]))

    def stream(self, statement: Statement) -> pa.RecordBatchReader:
        """Return the rows of a statement in batches."""
        cursor = self._database().cursor()
        return cursor.sql(statement.sql, params=statement.parameters).to_arrow_reader(BATCH_ROWS)

    def table(self, statement: Statement) -> pa.Table:
        """Return the rows of a statement."""
        return self.stream(statement).read_all()

    def _database(self) -> "duckdb.DuckDBPyConnection":
        with self._lock:
            if self._opened is None:
                self._opened = _open(self._folder)
            return self._opened


def _open(folder: Path) -> "duckdb.DuckDBPyConnection":
    import duckdb

    database = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    database.execute(f"SET TimeZone = 'UTC'; SET allowed_directories = [{literal(str(folder))}]")
    database.execute("SET enable_external_access = false; SET lock_configuration = true")
    return database
