"""Scheduled runs: papermill executes the notebooks of a pipeline, for a range of days, one run at a time."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from lifeboat import store
from lifeboat.days import days_between, today
from lifeboat.errors import LifeboatError
from lifeboat.operate.execution import Clock, execute
from lifeboat.operate.records import history, recorded, runs_folder


@dataclass(frozen=True)
class Pipeline:
    """A line of ``scheduled/pipelines.yml``, which describes the fields."""

    name: str
    notebooks: tuple[str, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    per_day: bool = False
    cron: str | None = None
    timezone: str = "UTC"
    timeout: float = 60
    cell_timeout: float = 10
    retries: int = 0


def pipelines() -> dict[str, Pipeline]:
    """Read the table of pipelines."""
    table = yaml.safe_load((store.project_folder() / "scheduled" / "pipelines.yml").read_text(encoding="utf-8"))
    return {
        name: Pipeline(name, **{**row, "notebooks": tuple(row["notebooks"])})
        for name, row in table["pipelines"].items()
    }


def get_pipeline(name: str) -> Pipeline:
    """Return a pipeline by name.

    Raises
    ------
    LifeboatError
        If the table has no such pipeline.
    """
    table = pipelines()
    if name not in table:
        raise LifeboatError(f"pipeline is {name!r}; allowed: {', '.join(table)} (see scheduled/pipelines.yml).")
    return table[name]


def run(name: str, start: str | date | None = None, end: str | date | None = None) -> Path:
    """Execute the notebooks of a pipeline in order, with progress on the error stream.

    A run takes its turn after one that is going on, for which it waits no longer than it may take itself. Every step
    may be repeated without harm: nothing is retried here, and after a failure or a kill the same call goes on.

    Parameters
    ----------
    name : str
        A pipeline of ``scheduled/pipelines.yml``.
    start, end : date or str, optional
        The days to cover, both included; today (UTC) unless given.

    Returns
    -------
    Path
        The folder of the executed notebooks: ``runs/<pipeline>/<last day>``.

    Raises
    ------
    RunFailed
        If a cell raises, the kernel dies, or the time of the pipeline is up.
    LifeboatError
        If the pipeline is unknown, the days are not allowed, or another run does not end.
    """
    pipeline = get_pipeline(name)
    days = days_between(start or end or today(), end or today())
    with _turn(pipeline), recorded(name, days) as folder, store.handed_over():
        clock = Clock(60 * pipeline.timeout, 60 * pipeline.cell_timeout)
        with _temporary_folder():
            for notebook in pipeline.notebooks:
                source = store.project_folder() / "notebooks" / f"{notebook}.ipynb"
                execute(source, folder / source.name, _parameters(pipeline, days), clock)
    return folder


def _parameters(pipeline: Pipeline, days: list[date]) -> dict[str, Any]:
    span = {"start": f"{days[0]}", "end": f"{days[-1]}"} if pipeline.per_day else {}
    return {**pipeline.parameters, **span}


@contextmanager
def _turn(pipeline: Pipeline) -> Iterator[None]:
    """One run at a time: another process waits, says for whom, and gives up in the end."""
    from filelock import FileLock, Timeout

    runs_folder().mkdir(parents=True, exist_ok=True)
    lock = FileLock(runs_folder() / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        limit = f"{pipeline.timeout:g} minutes"
        print(f"another run is going on: {_at_work()}; waiting for it to end, at most {limit}", file=sys.stderr)  # noqa: T201
        try:
            lock.acquire(timeout=60 * pipeline.timeout)
        except Timeout as error:
            raise LifeboatError(
                f"{pipeline.name} did not begin: another run did not end within {limit}: {_at_work()}. "
                "End that process, then run this again."
            ) from error
    try:
        yield
    finally:
        lock.release()


def _at_work() -> str:
    return ", ".join(str(run) for run in history() if run.status == "running") or "one that has just begun"


@contextmanager
def _temporary_folder() -> Iterator[None]:
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
