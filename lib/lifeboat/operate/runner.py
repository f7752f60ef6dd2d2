"""Scheduled runs: papermill executes the notebooks of a pipeline, for a range of days, one run at a time."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from lifeboat import store
from lifeboat.days import days_between, today
from lifeboat.errors import LifeboatError, in_short


class RunFailed(LifeboatError):
    """A notebook of a pipeline failed; the message shows the cell, the error and where to read on."""


@dataclass(frozen=True)
class Pipeline:
    """A line of ``scheduled/pipelines.yml``, which describes the fields."""

    name: str
    notebooks: tuple[str, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    per_day: bool = False
    cron: str | None = None
    timezone: str = "UTC"
    timeout: int = 60
    retries: int = 0


@dataclass(frozen=True)
class Run:
    """The record of a run, kept beside its executed notebooks.

    Attributes
    ----------
    pipeline : str
        Its name.
    start, end : str
        The first and the last day that it covers.
    started, finished : str
        When it ran, in UTC.
    status : str
        ``succeeded`` or ``failed``; ``running`` of a run that was killed, or still goes on.
    error : str
        What went wrong, in a few lines.
    """

    pipeline: str
    start: str
    end: str
    started: str
    finished: str = ""
    status: str = "running"
    error: str = ""


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


def runs_folder() -> Path:
    """Return the folder of the executed notebooks: ``LIFEBOAT_RUNS``, or ``runs/`` in the project's folder."""
    return Path(os.environ.get("LIFEBOAT_RUNS") or store.project_folder() / "runs").expanduser().resolve()


def run(name: str, start: str | date | None = None, end: str | date | None = None) -> Path:
    """Execute the notebooks of a pipeline in order, with progress on the error stream.

    A run takes its turn after one that is going on. Every step may be repeated without harm: nothing is retried here,
    and after a failure or a kill the same call goes on.

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
        If a cell raises.
    LifeboatError
        If the pipeline is unknown or the days are not allowed.
    """
    pipeline = get_pipeline(name)
    days = days_between(start or end or today(), end or today())
    folder = runs_folder() / name / f"{days[-1]}"
    with _turn():
        store.serve()
        folder.mkdir(parents=True, exist_ok=True)
        record = Run(name, f"{days[0]}", f"{days[-1]}", _now())
        with _recorded(record, folder):
            for notebook in pipeline.notebooks:
                _execute(notebook, folder, _parameters(pipeline, days))
    return folder


def history() -> list[Run]:
    """List the runs, oldest first."""
    records = [Run(**json.loads(path.read_text(encoding="utf-8"))) for path in runs_folder().glob("*/*/run.json")]
    return sorted(records, key=lambda run: run.started)


def missed_days(name: str = "daily") -> list[date]:
    """List the days since the first that no successful run of a pipeline (or of all notebooks) has covered."""
    good = [run for run in history() if run.status == "succeeded" and run.pipeline in (name, "all")]
    covered = {day for run in good for day in days_between(run.start, run.end)}
    return [day for day in days_between(min(covered), today()) if day not in covered] if covered else []


def _parameters(pipeline: Pipeline, days: list[date]) -> dict[str, Any]:
    span = {"start": f"{days[0]}", "end": f"{days[-1]}"} if pipeline.per_day else {}
    return {**pipeline.parameters, **span}


def _execute(notebook: str, folder: Path, parameters: dict[str, Any]) -> None:
    import papermill
    from nbclient.exceptions import DeadKernelError

    from lifeboat.operate.notebooks import kernel_config

    source = store.project_folder() / "notebooks" / f"{notebook}.ipynb"
    target = folder / source.name
    known = papermill.inspect_notebook(str(source))
    try:
        papermill.execute_notebook(
            str(source),
            str(target),
            {name: value for name, value in parameters.items() if name in known},
            cwd=str(source.parent),
            kernel_name="python3",
            config=kernel_config(),
            progress_bar={"desc": f"{notebook:<18}", "file": sys.stderr, "leave": True},
        )
    except papermill.PapermillExecutionError as error:
        raise RunFailed(
            f"{notebook} failed at In [{error.exec_count}]:\n{_indented(error.source)}\n"
            f"{error.ename}: {in_short(error.evalue)}\nThe notebook as it stopped: {target}"
        ) from error
    except DeadKernelError as error:
        raise RunFailed(f"{notebook} failed: {error}. The notebook as it stopped: {target}") from error


def _indented(source: str) -> str:
    lines = source.splitlines()
    shown = lines if len(lines) <= 6 else [*lines[:5], "..."]
    return "\n".join(f"    {line}" for line in shown)


@contextmanager
def _turn() -> Iterator[None]:
    """One run at a time: another process waits, and says so."""
    from filelock import FileLock, Timeout

    runs_folder().mkdir(parents=True, exist_ok=True)
    lock = FileLock(runs_folder() / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another run is going on; waiting for it to end", file=sys.stderr)  # noqa: T201
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _recorded(run: Run, folder: Path) -> Iterator[None]:
    """Keep the record of a run up to date: running before, succeeded or failed after."""
    _write_record(run, folder)
    outcome = {"status": "succeeded"}
    try:
        yield
    except BaseException as error:
        outcome = {"status": "failed", "error": str(error) if isinstance(error, LifeboatError) else repr(error)}
        raise
    finally:
        _write_record(replace(run, **outcome, finished=_now()), folder)


def _write_record(run: Run, folder: Path) -> None:
    temporary = folder / "run.json.new"
    temporary.write_text(json.dumps(asdict(run), indent=2), encoding="utf-8")
    temporary.replace(folder / "run.json")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
