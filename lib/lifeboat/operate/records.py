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
from lifeboat.days import today
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
    done : str
        The last day of a backfill that is done, if it is one.
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
    done: str = ""

    @property
    def covered(self) -> list[date]:
        """The days that are done; in the future if the clock has jumped back since."""
        last = self.end if self.status == "succeeded" else self.done
        if not last:
            return []
        first = date.fromisoformat(self.start)
        return [first + timedelta(days=n) for n in range((date.fromisoformat(last) - first).days + 1)]

    @property
    def options(self) -> str:
        """How it differed from a run as pipelines.yml has it, in words."""
        return ", ".join([f"scenario {self.scenario}"] * bool(self.scenario) + ["approve"] * self.approve)

    @property
    def ended_badly(self) -> bool:
        """Whether it failed or was killed."""
        return self.status in ("failed", "killed")

    @property
    def cause(self) -> str:
        """What went wrong, in a line."""
        return self.error.split("\n")[0]

    def __str__(self) -> str:
        """Name the run and its process."""
        return f"{self.pipeline} (pid {self.pid}, since {self.started})"


def runs_folder() -> Path:
    """Return the folder of the executed notebooks: ``LIFEBOAT_RUNS``, or ``runs/`` in the project's folder."""
    return Path(os.environ.get("LIFEBOAT_RUNS") or store.project_folder() / "runs").expanduser().resolve()


def history() -> list[Run]:
    """List the runs, oldest first."""
    return sorted(map(_read, runs_folder().glob("*/*/run.json")), key=lambda run: run.started)


def newest() -> list[Run]:
    """List the newest run of each pipeline."""
    return list({run.pipeline: run for run in history()}.values())


def missed_days(name: str = "daily") -> list[date]:
    """List the days from the first up to yesterday that no run of a pipeline (or of all notebooks) has covered.

    The run of today may still come.
    """
    covered = {day for run in history() if run.pipeline in (name, "all") for day in run.covered}
    if not covered:
        return []
    first = min(covered)
    days = [first + timedelta(days=n) for n in range((today() - first).days)]
    return [day for day in days if day not in covered]


@contextmanager
def recorded(name: str, days: list[date], **fields: Any) -> Iterator[Path]:
    """Keep the record of a run up to date: running before, succeeded or failed after.

    Parameters
    ----------
    name : str
        The pipeline.
    days : list of date
        What it is to cover.
    **fields
        Further fields of `Run`.

    Yields
    ------
    Path
        The folder of the record and the executed notebooks, as `folder_of` gives it.
    """
    folder = folder_of(name, days)
    folder.mkdir(parents=True, exist_ok=True)
    _write(Run(name, f"{days[0]}", f"{days[-1]}", _now(), pid=os.getpid(), **fields), folder)
    outcome = {"status": "succeeded"}
    try:
        yield folder
    except BaseException as error:
        outcome = {"status": "failed", "error": _cause(error)}
        raise
    finally:
        _update(folder, **outcome, finished=_now())


def folder_of(name: str, days: list[date]) -> Path:
    """Return the folder of a run: ``runs/<pipeline>/<day>``, or ``<first day>_<last day>``."""
    return runs_folder() / name / "_".join(dict.fromkeys([f"{days[0]}", f"{days[-1]}"]))


def note(folder: Path, done: date) -> None:
    """Record that a backfill has come as far as a day."""
    _update(folder, done=f"{done}")


def interrupted(name: str, days: list[date], **fields: Any) -> str:
    """Return the last day that is done of a backfill which was cut short; nothing if there is none like this.

    Parameters
    ----------
    name, days, **fields
        As `recorded` takes them: it is the same backfill only if all are the same.
    """
    file = folder_of(name, days) / "run.json"
    run = _read(file) if file.exists() else None
    same = run is not None and all(getattr(run, field) == value for field, value in fields.items())
    return run.done if same and run.ended_badly else ""


def _cause(error: BaseException) -> str:
    if isinstance(error, LifeboatError):
        return str(error)
    return repr(error) if isinstance(error, Exception) else "stopped from outside before it had ended"


def _read(file: Path) -> Run:
    """Read a record; a run that says it is running may have ended without a word."""
    run = Run(**json.loads(file.read_text(encoding="utf-8")))
    if run.status != "running" or _is_alive(run):
        return run
    return replace(run, status="killed", error="its process ended without a word: killed, or the machine went down")


def _update(folder: Path, **fields: Any) -> None:
    _write(replace(_read(folder / "run.json"), **fields), folder)


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
