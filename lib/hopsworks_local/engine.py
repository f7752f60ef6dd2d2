"""DuckDB, confined to the store's folder."""

from pathlib import Path

import duckdb
import pyarrow as pa

from hopsworks_local.delta import literal
from hopsworks_local.query import Statement

BATCH_ROWS = 50_000


class Engine:
    """Runs statements; may be used by several threads at once.

    Parameters
    ----------
    folder : Path
        The only folder that may be read.
    """

    def __init__(self, folder: Path) -> None:
        self._database = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
        self._database.execute(f"SET TimeZone = 'UTC'; SET allowed_directories = [{literal(str(folder))}]")
        self._database.execute("SET enable_external_access = false; SET lock_configuration = true")

    def stream(self, statement: Statement) -> pa.RecordBatchReader:
        """Return the rows of a statement in batches."""
        cursor = self._database.cursor()
        return cursor.execute(statement.sql, statement.parameters).to_arrow_reader(BATCH_ROWS)

    def table(self, statement: Statement) -> pa.Table:
        """Return the rows of a statement."""
        return self.stream(statement).read_all()
