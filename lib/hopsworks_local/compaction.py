"""Few large files instead of many small ones, and a short log: by itself, and by the command `compact`.

A client that merges fails if anybody else has changed the table since it looked. So the service tidies a table while it
answers the client that has just written: that one waits, and others who merge at the same time would have failed by its
write already. Those who only append or read are not disturbed at all.

After each write a client reads the whole log, and fails if a part of it goes meanwhile. So the log is shortened when a
service starts where there is no other.
"""

import logging
from pathlib import Path
from typing import TextIO

from hopsworks_local.delta import log_files
from hopsworks_local.errors import StoreError
from hopsworks_local.metadata import Kind
from hopsworks_local.store import Store, is_served

IN_USE_HOURS = 1  # for which files that are no longer part of a table may still be read by somebody
COMMITS = 30  # after which a table is tidied
SMALL_BYTES = 16 * 2**20  # files below it are then joined: at most so much is written again each time

log = logging.getLogger(__name__)


def compact(stores: list[Store], out: TextIO) -> int:
    """Compact all tables of a folder; others may go on reading and writing.

    The rows stay the same, and so does the history of commits with what each has changed. Data that rows had before
    they were changed or deleted go.

    Raises
    ------
    StoreError
        If somebody wrote to a table at the same moment.
    """
    for store in stores:
        for group in store.metadata.all(Kind.FEATURE_GROUP):
            folder = store.table(group.name, group.version)
            if (folder / "_delta_log").is_dir():
                before, after = compact_table(folder, IN_USE_HOURS if is_served(store.folder) else 0)
                out.write(f"{store.project}: {group.name} version {group.version}: {before} files, now {after}\n")
    shorten_logs(stores)
    return 0


def compact_table(folder: Path, kept_hours: int, small_bytes: int | None = None) -> tuple[int, int]:
    """Write a checkpoint of a Delta table, join its small files, and remove what has been replaced.

    Parameters
    ----------
    folder : Path
        Where the table lies.
    kept_hours : int
        For which files stay that are no longer part of it.
    small_bytes : int, optional
        Larger files are left as they are; default: 100 MB.

    Returns
    -------
    tuple of int
        How many files made up the table before and now.

    Raises
    ------
    StoreError
        If somebody wrote to it at the same moment.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        table = DeltaTable(folder)
        before = len(table.file_uris())
        table.create_checkpoint()
        table.optimize.compact(target_size=small_bytes)
        table.vacuum(kept_hours, dry_run=False, enforce_retention_duration=False)
    except DeltaError as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(
            f"the table {folder} was not compacted ({reason}): its rows are as they were; try again"
        ) from error
    return before, len(table.file_uris())


def tidy(folder: Path) -> None:
    """Compact a table if many commits have been made since its last checkpoint."""
    if max(log_files(folder), default=-1) - max(_checkpoints(folder), default=-1) < COMMITS:
        return
    try:
        compact_table(folder, IN_USE_HOURS, SMALL_BYTES)
    except Exception as error:  # the write that is being answered has succeeded, whatever becomes of this
        log.info("the table %s is not compacted yet: %s", folder.name, error)


def _checkpoints(folder: Path) -> dict[int, Path]:
    """Return the checkpoints of a table's log by the version of the table."""
    return {int(file.name[:20]): file for file in (folder / "_delta_log").glob("*.checkpoint.parquet")}


def shorten_logs(stores: list[Store]) -> None:
    """Remove what lies before the last checkpoint of each table's log, oldest first, unless a service is running."""
    if is_served(stores[0].folder):
        return
    for store in stores:
        for folder in store.tables.iterdir():
            last = max(_checkpoints(folder), default=0)
            for file in sorted((folder / "_delta_log").glob("[0-9]*")):
                if int(file.name[:20]) < last:
                    file.unlink(missing_ok=True)
