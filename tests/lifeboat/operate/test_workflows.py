import re

import pytest
import yaml

from lifeboat import cli, store
from lifeboat.errors import LifeboatError
from lifeboat.operate import pipelines, workflows

FOLDER = store.project_folder() / ".github" / "workflows"


def test_the_committed_workflows_are_those_of_the_table():
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml")}
    assert committed == workflows.workflows(), "run `lifeboat workflows`"


@pytest.mark.parametrize("name", workflows.workflows())
def test_a_workflow_runs_what_exists(name):
    jobs = yaml.safe_load(workflows.workflows()[name])["jobs"]
    steps = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert steps
    commands = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    targets = set(re.findall(r"^([a-z-]+):", (store.project_folder() / "Makefile").read_text(), flags=re.MULTILINE))
    for step in steps:
        match step.split():
            case [".venv/bin/lifeboat", command, *_]:
                assert command in commands
            case ["make", target]:
                assert target in targets
            case ["bash", script]:
                assert (store.project_folder() / script).exists()
            case [program, *_]:
                assert program == "gh"


def test_every_scheduled_pipeline_has_its_workflow_at_its_time():
    for pipeline in pipelines.table().values():
        if pipeline.cron:
            assert f'cron: "{pipeline.cron}"' in workflows.workflows()[f"{pipeline.name}.yml"]


def test_another_timezone_is_refused(monkeypatch):
    elsewhere = pipelines.Pipeline("daily", (("05_batch_inference",),), cron="15 6 * * *", timezone="Europe/Stockholm")
    monkeypatch.setattr(pipelines, "table", lambda: {"daily": elsewhere})
    with pytest.raises(LifeboatError, match="timezone of daily is 'Europe/Stockholm'; allowed"):
        workflows.workflows()


@pytest.mark.parametrize("name", ["daily", "retrain"])
def test_the_store_is_kept_even_if_the_run_or_the_status_fails(name):
    steps = yaml.safe_load(workflows.workflows()[f"{name}.yml"])["jobs"]["run"]["steps"]
    used = [step.get("uses", step.get("run", "")) for step in steps]
    (keeps,) = [place for place, what in enumerate(used) if what.startswith("actions/cache/save@")]
    assert steps[keeps]["if"] == "always()"
    assert used.index(f".venv/bin/lifeboat run {name}") < keeps < used.index(".venv/bin/lifeboat status")
    assert not [what for what in used if what.startswith("actions/cache@")]  # which keeps it only after a success


@pytest.mark.parametrize("name", ["daily", "retrain"])
def test_the_pages_are_published_again_only_for_those_who_asked(name):
    steps = yaml.safe_load(workflows.workflows()[f"{name}.yml"])["jobs"]["run"]["steps"]
    (publish,) = [step for step in steps if "deploy-spaces" in step.get("run", "")]
    assert publish["if"] == "vars.HF_USER != ''"
    assert set(publish["env"]) == {"HF_USER", "HF_TOKEN"}
    assert publish["run"] == '.venv/bin/lifeboat deploy-spaces "$HF_USER"'
