"""A copy of a store that others may be writing to."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hopsworks_local.errors import StoreError

_HIDDEN = shutil.ignore_patterns(".*")


def is_store(folder: Path) -> bool:
    """Say whether a service has ever kept its store in a folder."""
    return (folder / "metadata.sqlite").exists()


def snapshot(store: Path, folder: Path) -> Path:
    """Copy what a store holds, without its keys and logs, while others may go on writing to it.

    Parameters
    ----------
    store : Path
        The folder of the store.
    folder : Path
        Where the copy goes; it must not exist.

    Returns
    -------
    Path
        `folder`, which a service can serve.

    Raises
    ------
    StoreError
        If the store's metadata cannot be read.
    """
    folder.mkdir()
    _copy_metadata(store, folder)
    # The logs of the Delta tables come first: whatever file they name is there by then.
    _copy_folders(store, folder, "featuregroups*/*/_delta_log", _HIDDEN)
    _copy_folders(store, folder, "featuregroups*", shutil.ignore_patterns("_delta_log", ".*"))
    for content in ("Models", "Resources", "*_Training_Datasets"):
        _copy_folders(store, folder, f"files/Projects/*/{content}", _HIDDEN)
    return folder


def _copy_metadata(store: Path, folder: Path) -> None:
    source, copy = (sqlite3.connect(place / "metadata.sqlite") for place in (store, folder))
    try:
        with closing(source), closing(copy):
            source.backup(copy)
    except sqlite3.Error as error:
        raise StoreError(f"the store in {store} cannot be copied: its metadata.sqlite says {error}") from error


def _copy_folders(store: Path, folder: Path, pattern: str, ignore: Callable[..., set[str]]) -> None:
    for path in store.glob(pattern):
        target = folder / path.relative_to(store)
        shutil.copytree(path, target, ignore=ignore, copy_function=_copy, dirs_exist_ok=True)


def _copy(source: str, target: str) -> None:
    """Copy a file, unless a compaction has removed it since the folder was listed: nothing in the copy needs it."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)
