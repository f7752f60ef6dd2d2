"""A folder that one process fills file by file, and another may continue after a kill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from lifeboat.errors import LifeboatError

ORDER = "_order.json"
"""File in the folder that says what was asked for."""
_LOCK, _PARTIAL = ".lock", ".partial"


@contextmanager
def begun(folder: Path, order: dict[str, Any], error: type[LifeboatError] = LifeboatError) -> Iterator[None]:
    """Hold a folder alone, which is new or was begun with the same order.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    order : dict
        What is asked for, in JSON's types.
    error : type
        What is raised.

    Raises
    ------
    LifeboatError
        If the folder was begun with another order, holds something else, cannot be written, or is being written to by
        another process.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=0):
            check_order(folder, order, error)
            for left_behind in folder.glob(f"*{_PARTIAL}"):  # by a process that was killed
                left_behind.unlink()
            yield
    except Timeout:
        raise error(f"another process is writing to {folder}: wait until it ends, or name another folder.") from None
    except OSError as problem:
        raise error(
            f"{folder} cannot be written ({problem}): name a folder that you may write to, with room."
        ) from problem


def check_order(folder: Path, order: dict[str, Any], error: type[LifeboatError] = LifeboatError) -> None:
    """Write what is asked for into an empty folder, or compare it with what the folder was begun with.

    Parameters
    ----------
    folder, order, error
        As in `begun`, which calls this.

    Raises
    ------
    LifeboatError
        If the folder was begun with another order, or holds something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if fault := _fault(folder, order):
        raise error(fault)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Write a file that appears under its name when it is complete, and leaves nothing after a fault.

    Several processes may do so for one name, as when a cluster takes one for dead: the last one counts.

    Parameters
    ----------
    path : Path
        The name.

    Yields
    ------
    Path
        Where to write.
    """
    partial = path.with_name(f"{path.name}.{uuid4().hex}{_PARTIAL}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _fault(folder: Path, order: dict[str, Any]) -> str | None:
    """Write the order, or compare it with the one that the folder was begun with; say what is wrong."""
    path = folder / ORDER
    if not path.exists():
        if strange := sorted(each.name for each in folder.iterdir() if not each.name.startswith(".")):
            return f"{folder} holds something else ({strange[0]}): name a new folder."
        with appearing(path) as partial:
            partial.write_text(json.dumps(order, indent=2), encoding="utf-8")
        return None
    try:
        before = dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError:
        return f"{path} is damaged: delete the folder and start again."
    for name in order:
        if before.get(name) != order[name]:
            asked = f"{name} = {before.get(name)!r}, not {order[name]!r}"
            return f"{folder} was begun with {asked}: ask for the same again, or name a new folder."
    return None
