"""One run at a time, with a temporary folder that does not outlive it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from lifeboat import store
from lifeboat.errors import LifeboatError
from lifeboat.operate.records import history, runs_folder


@contextmanager
def turn(name: str, minutes: float) -> Iterator[None]:
    """Let one run go on at a time: another process waits, says for whom, and gives up in the end.

    The lock is the system's, which takes it from a process that ends, however it ends.

    Parameters
    ----------
    name : str
        The pipeline that wants to run.
    minutes : float
        How long it waits.

    Raises
    ------
    LifeboatError
        If the other run does not end.
    """
    runs_folder().mkdir(parents=True, exist_ok=True)
    lock = FileLock(runs_folder() / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        limit = f"{minutes:g} minutes"
        print(f"another run is going on: {_at_work()}; waiting for it to end, at most {limit}", file=sys.stderr)  # noqa: T201
        try:
            lock.acquire(timeout=60 * minutes)
        except Timeout as error:
            raise LifeboatError(
                f"{name} did not begin: another run did not end within {limit}: {_at_work()}. "
                "End that process, then run this again."
            ) from error
    try:
        yield
    finally:
        lock.release()


def _at_work() -> str:
    return ", ".join(str(run) for run in history() if run.status == "running") or "one that has just begun"


@contextmanager
def temporary_folder() -> Iterator[None]:
    """Give the kernels a temporary folder that goes with the run, or after a kill with the next one."""
    folder = runs_folder() / ".temporary"
    tempfile.gettempdir()  # remembered when first asked for, and this process outlives the folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with store.in_environment({"TMPDIR": str(folder)}):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
