"""Files to download: written to the page's own temporary folder, and gone after an hour."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

import pandas as pd

KEPT = 3600
"""Seconds for which a file, uploaded or to be downloaded, is kept."""


@cache
def own_folder() -> Path:
    """Return the temporary folder of this process, made at the first call, removed at the end; Gradio uses it too."""
    folder = tempfile.mkdtemp(prefix="lifeboat-space-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = folder
    return Path(folder)


def save(table: pd.DataFrame, name: str) -> str:
    """Write a table as ``lifeboat-<name>.csv``, to be downloaded, and return its path.

    Parameters
    ----------
    table : DataFrame
        Written without its index.
    name : str
        The part of the file's name that says what is in it.

    Returns
    -------
    str
        In a folder of its own within `own_folder`; those older than `KEPT` are removed.
    """
    sweep(own_folder())
    path = Path(tempfile.mkdtemp(dir=own_folder())) / f"lifeboat-{name}.csv"
    table.to_csv(path, index=False)
    return str(path)


def sweep(folder: Path, older_than: float = KEPT) -> None:
    """Remove the folders in a folder that were last changed longer ago than some seconds.

    Parameters
    ----------
    folder : Path
        It must exist. Files directly in it are left alone.
    older_than : float
        Seconds.
    """
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > older_than:
            shutil.rmtree(path, ignore_errors=True)
