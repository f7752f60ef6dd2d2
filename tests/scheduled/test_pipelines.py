"""The table of pipelines fits the notebooks that it names, and its times are times."""

import papermill
import pytest
from apscheduler.triggers.cron import CronTrigger

from lifeboat import store
from lifeboat.operate import pipelines

PIPELINES = list(pipelines.table().values())
SCHEDULED = [pipeline for pipeline in PIPELINES if pipeline.cron]


def _notebooks(pipeline):
    return [store.project_folder() / "notebooks" / f"{name}.ipynb" for name in pipeline.notebooks]


def test_the_daily_run_and_the_retraining_are_scheduled():
    assert {pipeline.name for pipeline in SCHEDULED} == {"daily", "retrain"}


@pytest.mark.parametrize("pipeline", SCHEDULED, ids=lambda pipeline: pipeline.name)
def test_its_time_is_a_crontab_line(pipeline):
    CronTrigger.from_crontab(pipeline.cron, timezone=pipeline.timezone)


@pytest.mark.parametrize("pipeline", SCHEDULED, ids=lambda pipeline: pipeline.name)
def test_the_readme_shows_its_crontab_line(pipeline):
    lines = (store.project_folder() / "README.md").read_text().splitlines()
    assert [line for line in lines if line.startswith(pipeline.cron) and line.endswith(f"lifeboat run {pipeline.name}")]


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda pipeline: pipeline.name)
def test_its_notebooks_exist(pipeline):
    assert [path for path in _notebooks(pipeline) if not path.is_file()] == []


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda pipeline: pipeline.name)
def test_its_parameters_are_known_to_a_notebook(pipeline):
    known = {name for path in _notebooks(pipeline) for name in papermill.inspect_notebook(path)}
    days = {"start", "end"} if pipeline.per_day else set()
    assert (pipeline.parameters.keys() | days) - known == set()
