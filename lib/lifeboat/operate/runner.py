"""Scheduled runs: papermill executes the notebooks of a pipeline, for a range of days, one run at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from lifeboat import store
from lifeboat.days import days_between, today
from lifeboat.errors import LifeboatError
from lifeboat.operate import alerts
from lifeboat.operate.execution import Clock, RunFailed, execute_stage
from lifeboat.operate.kernels import kernel_class
from lifeboat.operate.pipelines import Pipeline, get_pipeline, path_of
from lifeboat.operate.records import interrupted, note, recorded
from lifeboat.operate.turns import temporary_folder, turn


def run(
    name: str,
    start: str | date | None = None,
    end: str | date | None = None,
    *,
    scenario: str = "",
    approve: bool = False,
) -> Path:
    """Execute the notebooks of a pipeline in order, with progress on the error stream: bars, or lines if it is a file.

    A run takes its turn after one that is going on, for which it waits no longer than it may take itself. Every step
    may be repeated without harm: nothing is retried here, and after a failure or a kill the same call goes on. What has
    gone wrong is told afterwards (see `lifeboat.operate.alerts`).

    Parameters
    ----------
    name : str
        A pipeline of ``scheduled/pipelines.yml``.
    start, end : date or str, optional
        The days to cover, both included; today (UTC) unless given.
    scenario : str
        How the world differs on these days: a name in `lifeboat.scenarios.SCENARIOS`, or nothing.
    approve : bool
        Whether a model that passes the gate waits for a person before it predicts.

    Returns
    -------
    Path
        The folder of the executed notebooks: ``runs/<pipeline>/<day>``, or ``<first day>_<last day>``.

    Raises
    ------
    RunFailed
        If a cell raises, the kernel dies, or the time of the pipeline is up.
    LifeboatError
        If the pipeline is unknown or has no use for what is given, the days are not allowed, or another run does not
        end.
    """
    pipeline = get_pipeline(name)
    days = days_between(start or end or today(), end or today())
    options = {option: value for option, value in (("scenario", scenario), ("approve", approve)) if value}
    _check_options(pipeline, options)
    with turn(pipeline.name, pipeline.timeout), alerts.told_after():
        done = _done(pipeline, days, scenario)
        with (
            recorded(name, days, **options, done=done) as folder,
            _named_end_of_service(),
            store.handed_over(),
            temporary_folder(),
            kernel_class(pipeline.paths) as kernel,
        ):
            for portion in _portions(pipeline, days, done):
                _execute(pipeline, portion, options, folder, kernel)
                note(folder, portion[-1])
    return folder


def _check_options(pipeline: Pipeline, options: dict[str, Any]) -> None:
    """Refuse what no notebook of the pipeline reads, and scenarios that do not exist."""
    if not options:
        return
    import papermill

    from lifeboat import scenarios  # imported here: it brings the generator along

    known = {name for path in pipeline.paths for name in papermill.inspect_notebook(str(path))}
    for option, value in options.items():
        if option not in known:
            raise LifeboatError(f"{option} is {value!r}; no notebook of {pipeline.name} reads it: leave it out.")
    scenarios.sampler(options.get("scenario"))


def _done(pipeline: Pipeline, days: list[date], scenario: str) -> str:
    """The last day that needs not be done again, because a backfill of the same days was cut short after it."""
    if store.is_local() and not store.exists():  # the store is another by now
        return ""
    return interrupted(pipeline.name, days, scenario=scenario)


def _portions(pipeline: Pipeline, days: list[date], done: str) -> Iterator[list[date]]:
    """Divide a backfill into portions, and say on the error stream how far it has come."""
    size = pipeline.portion or len(days)
    left = [day for day in days if f"{day}" > done]
    for begin in range(0, len(left), size):
        portion = left[begin : begin + size]
        if len(days) > size:
            over = len(days) - len(left) + begin
            print(f"{over} of {len(days)} days are done; now {portion[0]} to {portion[-1]}", file=sys.stderr)  # noqa: T201
        yield portion


def _execute(pipeline: Pipeline, days: list[date], options: dict[str, Any], folder: Path, kernel: type) -> None:
    span = {"start": f"{days[0]}", "end": f"{days[-1]}"} if pipeline.per_day else {}
    clock = Clock(60 * pipeline.timeout, 60 * pipeline.cell_timeout)
    parameters = {**pipeline.parameters, **span, **options}
    for stage in pipeline.stages:
        execute_stage([path_of(name) for name in stage], folder, parameters, clock, kernel)


@contextmanager
def _named_end_of_service() -> Iterator[None]:
    """If the local service ended during a run that failed, start it again and say so."""
    home = store.home()
    try:
        yield
    except RunFailed as error:
        if store.home() == home:
            raise
        again = "The local service ended during the run and was started again: the same command goes on."
        raise RunFailed(f"{error}\n{again}") from error
