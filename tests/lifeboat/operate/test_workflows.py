"""The GitHub Actions: they are current, and their shell steps run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lifeboat import store
from lifeboat.errors import LifeboatError
from lifeboat.operate import runner, workflows

ROOT = store.project_folder()
FOLDER = ROOT / ".github" / "workflows"
TEXTS = workflows.workflows()
STEPS = [
    (name, step["run"]) for name, text in TEXTS.items() for job in yaml.safe_load(text)["jobs"].values()
    for step in job["steps"] if "run" in step
]  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_workflow_is_what_the_table_of_pipelines_gives(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == TEXTS[name], "run `lifeboat workflows`"


def test_each_scheduled_pipeline_has_a_workflow_at_its_time():
    scheduled = {pipeline.name: pipeline.cron for pipeline in runner.pipelines().values() if pipeline.cron}
    assert {f"{name}.yml" for name in scheduled} == set(TEXTS) - {"change.yml"}
    for name, cron in scheduled.items():
        events = yaml.safe_load(TEXTS[f"{name}.yml"])[True]  # YAML reads the key `on` as a truth value
        assert events["schedule"] == [{"cron": cron}]


@pytest.mark.parametrize("name", TEXTS)
def test_actions_are_pinned_and_nothing_may_write_to_the_repository(name):
    parsed = yaml.safe_load(TEXTS[name])
    assert parsed["permissions"]["contents"] == "read"
    for job in parsed["jobs"].values():
        assert job["timeout-minutes"] > 0
        for step in job["steps"]:
            assert "uses" not in step or len(step["uses"].split("@")[1]) == 40


def test_another_timezone_is_refused(monkeypatch):
    elsewhere = runner.Pipeline("daily", (), cron="15 6 * * *", timezone="Europe/Stockholm")
    monkeypatch.setattr(runner, "pipelines", lambda: {"daily": elsewhere})
    with pytest.raises(LifeboatError, match="timezone of daily is 'Europe/Stockholm'; allowed"):
        workflows.workflows()


@pytest.fixture
def checkout(tmp_path):
    """A checkout that is set up; its `lifeboat` explains a command, its `gh` notes what it is told."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".ci").symlink_to(ROOT / ".ci")
    programs = {
        ".venv/bin/lifeboat": f'exec "{Path(sys.executable).with_name("lifeboat")}" "$@" --help',
        "bin/gh": f'echo "$@" > "{tmp_path}/gh"',
    }
    for name, line in programs.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/bash\n{line}\n")
        path.chmod(0o755)
    (tmp_path / ".venv" / "ready").touch()
    return tmp_path


@pytest.mark.parametrize(("workflow", "step"), STEPS)
def test_a_shell_step_runs(checkout, workflow, step):
    check = ["-n"] if ".ci/run" in step else []  # that one is everything; here only its syntax
    command = ["bash", *check, *step.split()[1:]] if check else ["bash", "-e", "-c", step]
    environment = {"PATH": f"{checkout / 'bin'}:{os.environ['PATH']}", "GITHUB_REPOSITORY": "somebody/lifeboat"}
    done = subprocess.run(command, cwd=checkout, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if step.startswith("gh "):
        said = (checkout / "gh").read_text().strip()
        assert said == f"api --method PUT repos/somebody/lifeboat/actions/workflows/{workflow}/enable"
