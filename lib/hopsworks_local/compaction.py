"""Few large files instead of many small ones: `python -m hopsworks_local compact --store DIR`."""

from pathlib import Path
from typing import TextIO

from hopsworks_local.errors import StoreError
from hopsworks_local.metadata import Kind
from hopsworks_local.store import Store, is_served

IN_USE_HOURS = 1  # for which files that are no longer part of a table may still be read by somebody


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
    return 0


def compact_table(folder: Path, kept_hours: int) -> tuple[int, int]:
    """Compact a Delta table, remove files that have not been part of it for some hours, and write a checkpoint.

    Returns
    -------
    tuple of int
        How many files made up the table before and now.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        table = DeltaTable(folder)
        before = len(table.file_uris())
        table.optimize.compact()
        table.vacuum(kept_hours, dry_run=False, enforce_retention_duration=False)
        table.create_checkpoint()
    except DeltaError as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(
            f"the table {folder} was not compacted ({reason}): its rows are as they were; try again"
        ) from error
    return before, len(table.file_uris())
