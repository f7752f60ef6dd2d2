"""The schedule on this machine, for those without cron: the pipelines of ``scheduled/pipelines.yml`` at their times."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from lifeboat.errors import LifeboatError
from lifeboat.operate import pipelines, runner

_log = logging.getLogger(__name__)


def describe() -> Iterator[str]:
    """Say when each scheduled pipeline runs, as a crontab line."""
    for pipeline in _scheduled():
        yield f"{pipeline.cron}  lifeboat run {pipeline.name}  ({pipeline.timezone})"


def run_forever() -> None:
    """Run the pipelines at their times; a failed run is logged and recorded, and the next one comes at its time.

    When it is stopped (Ctrl-C, SIGTERM), a run that is going on ends first.
    """
    scheduler = build(BlockingScheduler())
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        scheduler.shutdown(wait=False)


def build(scheduler: BlockingScheduler) -> BlockingScheduler:
    """Give a scheduler a job for each scheduled pipeline; a run that the machine slept through is made up for once."""
    for pipeline in _scheduled():
        trigger = CronTrigger.from_crontab(pipeline.cron, timezone=pipeline.timezone)
        scheduler.add_job(
            run,
            trigger,
            args=[pipeline.name],
            id=pipeline.name,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
    return scheduler


def run(name: str) -> None:
    """Run a pipeline for today; a failure is logged, not raised."""
    try:
        runner.run(name)
    except LifeboatError as error:
        _log.error("%s", error)


def _scheduled() -> list[pipelines.Pipeline]:
    return [pipeline for pipeline in pipelines.table().values() if pipeline.cron]
