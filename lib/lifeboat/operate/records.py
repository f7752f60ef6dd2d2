"""The records of runs: which ran, how they ended, and which days are missing."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from lifeboat import store
from lifeboat.days import days_between, today
from lifeboat.errors import LifeboatError


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
        ``running``, ``succeeded``, ``failed``, or ``killed`` if its process ended without a word.
    error : str
        What went wrong: the cause in the first line, then where.
    pid : int
        The process that runs it.
    scenario : str
        How the world differed on its days; empty as a rule.
    approve : bool
        Whether a model that passed the gate waits for a person.
    """

    pipeline: str
    start: str
    end: str
    started: str
    finished: str = ""
    status: str = "running"
    error: str = ""
    pid: int = 0
    scenario: str = ""
    approve: bool = False

    @property
    def days(self) -> list[date]:
        """The days that it covers; they may lie in the future if the clock has jumped back since."""
        first, last = date.fromisoformat(self.start), date.fromisoformat(self.end)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def __str__(self) -> str:
        """Name the run and its process."""
        return f"{self.pipeline} (pid {self.pid}, since {self.started})"


def runs_folder() -> Path:
    """Return the folder of the executed notebooks: ``LIFEBOAT_RUNS``, or ``runs/`` in the project's folder."""
    return Path(os.environ.get("LIFEBOAT_RUNS") or store.project_folder() / "runs").expanduser().resolve()


def history() -> list[Run]:
    """List the runs, oldest first."""
    records = [Run(**json.loads(path.read_text(encoding="utf-8"))) for path in runs_folder().glob("*/*/run.json")]
    return sorted(map(_as_it_is, records), key=lambda run: run.started)


def newest() -> list[Run]:
    """List the newest run of each pipeline."""
    return list({run.pipeline: run for run in history()}.values())


def missed_days(name: str = "daily") -> list[date]:
    """List the days since the first that no successful run of a pipeline (or of all notebooks) has covered."""
    good = [run for run in history() if run.status == "succeeded" and run.pipeline in (name, "all")]
    covered = {day for run in good for day in run.days}
    if not covered or min(covered) > today():  # nothing yet, or the clock has jumped back
        return []
    return [day for day in days_between(min(covered), today()) if day not in covered]


@contextmanager
def recorded(name: str, days: list[date], **options: Any) -> Iterator[Path]:
    """Keep the record of a run up to date: running before, succeeded or failed after.

    Parameters
    ----------
    name : str
        The pipeline.
    days : list of date
        What it covers.
    **options
        Further fields of `Run`.

    Yields
    ------
    Path
        The folder of the record and the executed notebooks: ``runs/<pipeline>/<last day>``.
    """
    folder = runs_folder() / name / f"{days[-1]}"
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(name, f"{days[0]}", f"{days[-1]}", _now(), pid=os.getpid(), **options)
    _write(run, folder)
    outcome = {"status": "succeeded"}
    try:
        yield folder
    except BaseException as error:
        outcome = {"status": "failed", "error": _cause(error)}
        raise
    finally:
        _write(replace(run, **outcome, finished=_now()), folder)


def _cause(error: BaseException) -> str:
    if isinstance(error, LifeboatError):
        return str(error)
    return repr(error) if isinstance(error, Exception) else "stopped from outside before it had ended"


def _as_it_is(run: Run) -> Run:
    if run.status != "running" or _is_alive(run):
        return run
    return replace(run, status="killed", error="its process ended without a word: killed, or the machine went down")


def _is_alive(run: Run) -> bool:
    """Say whether its process goes on: one of that number which is older than the run, not one that came later."""
    import psutil

    with contextlib.suppress(psutil.Error):
        process = psutil.Process(run.pid)
        begun = datetime.fromisoformat(run.started).timestamp()
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() < begun + 2
    return False


def _write(run: Run, folder: Path) -> None:
    temporary = folder / "run.json.new"
    temporary.write_text(json.dumps(asdict(run), indent=2), encoding="utf-8")
    temporary.replace(folder / "run.json")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
