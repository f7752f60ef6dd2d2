"""DuckDB, confined to the store's folder."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hopsworks_local.delta import literal
from hopsworks_local.errors import BadRequest, StoreError
from hopsworks_local.query import Statement

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS = 20_000
MEMORY = "400MB"  # for sorting, above all; the whole service stays below 1 GB


class Engine:
    """Runs statements; may be used by several threads at once.

    Parameters
    ----------
    folder : Path
        The only folder that may be read.
    spill : Path
        Where goes what a query needs beyond `MEMORY`; in that folder, and of this engine alone.
    """

    def __init__(self, folder: Path, spill: Path) -> None:
        self._folder = folder
        self._spill = spill
        self._lock = threading.Lock()
        self._opened: duckdb.DuckDBPyConnection | None = None

    def warm_up(self) -> None:
        """Load what takes time, so that the first query need not wait."""
        self.table(Statement({"t": "SELECT 1 AS one"}, "SELECT one FROM t"))

    def check(self, statement: Statement) -> None:
        """Find out what can be wrong with a statement without running it.

        Raises
        ------
        BadRequest
            If it compares what cannot be compared.
        StoreError
            If files of a table are missing or damaged.
        """
        self._prepare(statement)

    def stream(self, statement: Statement) -> pa.RecordBatchReader:
        """Return the rows of a statement in batches; errors are those of `check`."""
        return self._prepare(statement).to_arrow_reader(BATCH_ROWS)

    def table(self, statement: Statement) -> pa.Table:
        """Return the rows of a statement."""
        return self.stream(statement).read_all()

    def _prepare(self, statement: Statement) -> "duckdb.DuckDBPyRelation":
        import duckdb

        try:
            return self._database().cursor().sql(statement.sql, params=statement.parameters)
        except duckdb.Error as error:
            asked = isinstance(error, (duckdb.ProgrammingError, duckdb.DataError))
            if asked and not isinstance(error, duckdb.InvalidInputException):  # which is what a broken file raises
                raise BadRequest(f"the query cannot be run: {_first_line(error)}") from error
            raise StoreError(f"a table of the query is damaged: {_first_line(error)}") from error

    def _database(self) -> "duckdb.DuckDBPyConnection":
        with self._lock:
            if self._opened is None:
                self._opened = _open(self._folder, self._spill)
            return self._opened


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _open(folder: Path, spill: Path) -> "duckdb.DuckDBPyConnection":
    import duckdb

    database = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    database.execute(f"SET TimeZone = 'UTC'; SET allowed_directories = [{literal(str(folder))}]")
    database.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = {literal(str(spill))}")
    database.execute("SET enable_external_access = false; SET lock_configuration = true")
    return database
