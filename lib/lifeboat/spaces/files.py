"""Files to download: written to the page's own temporary folder, and gone after an hour."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from pathlib import Path

import pandas as pd

KEPT = 3600
"""Seconds for which a file, uploaded or to be downloaded, is kept."""


def use_own_folder() -> None:
    """Give the page a new temporary folder for all its files; it is removed when the process ends."""
    folder = tempfile.mkdtemp(prefix="lifeboat-space-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = folder


def save(table: pd.DataFrame, name: str) -> str:
    """Write a table as ``lifeboat-<name>.csv``, to be downloaded, and return its path."""
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    sweep(folder)
    path = Path(tempfile.mkdtemp(dir=folder)) / f"lifeboat-{name}.csv"
    table.to_csv(path, index=False)
    return str(path)


def sweep(folder: Path, older_than: float = KEPT) -> None:
    """Remove what lies in a folder for longer than some seconds."""
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > older_than:
            shutil.rmtree(path, ignore_errors=True)
