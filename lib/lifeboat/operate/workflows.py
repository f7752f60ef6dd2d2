"""GitHub Actions, made from ``scheduled/pipelines.yml``: a workflow per scheduled pipeline, and one for each change."""

from __future__ import annotations

from pathlib import Path
from string import Template

from lifeboat import store
from lifeboat.errors import LifeboatError
from lifeboat.operate import pipelines

CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
PYTHON = "actions/setup-python@0b93645e9fea7318ecaed2b359559ac225c90a2b # v5.3.0"
_CACHE = "1bd1e32a3bdc45362d1e726936510720a7c30a57 # v4.2.0"
RESTORE, SAVE = f"actions/cache/restore@{_CACHE}", f"actions/cache/save@{_CACHE}"
"""Actions are pinned by commit, so that nobody can change them behind our back."""

_HEAD = """\
# Made from scheduled/pipelines.yml by `lifeboat workflows`: change that, and make this again.
"""

_ON_CHANGE = (
    _HEAD
    + """\
name: change

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: $checkout
      - uses: $python
        with:
          python-version: "3.11"
      - name: Lint, test, and both commands twice
        run: bash .ci/run
"""
)

_SCHEDULED = Template(
    _HEAD
    + """\
#
# GitHub does not run schedules in a fork until you enable workflows in its tab "Actions", and switches them off after
# 60 days without a commit: the last step switches this one on again, which starts the 60 days again.
name: $name

on:
  schedule:
    - cron: "$cron" # UTC
  workflow_dispatch:

permissions:
  contents: read
  actions: write # only to keep this schedule switched on

concurrency: lifeboat # runs take turns

jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: $timeout
    env:
      # with this secret the run reads and writes Hopsworks, without it the store that is kept between runs
      HOPSWORKS_API_KEY: $${{ secrets.HOPSWORKS_API_KEY }}
      LIFEBOAT_ALERTS: $${{ secrets.LIFEBOAT_ALERTS }}
    steps:
      - uses: $checkout
      - uses: $python
        with:
          python-version: "3.11"
      - name: The store of the last run
        uses: $restore
        with:
          path: |
            store
            runs
          key: lifeboat-$${{ github.run_id }}-$${{ github.run_attempt }}
          restore-keys: lifeboat-
      - name: Set up
        run: make setup
      - name: Run
        run: .venv/bin/lifeboat run $name
      - name: Keep the store, as far as it has come
        if: always()
        uses: $save
        with:
          path: |
            store
            runs
          key: lifeboat-$${{ github.run_id }}-$${{ github.run_attempt }}
      - name: Publish the pages with what the store holds now, if the variable HF_USER is set
        if: vars.HF_USER != ''
        env:
          HF_USER: $${{ vars.HF_USER }}
          HF_TOKEN: $${{ secrets.HF_TOKEN }}
        run: .venv/bin/lifeboat deploy-spaces "$$HF_USER"
      - name: Say how things are; this fails while something is wrong
        if: always()
        run: .venv/bin/lifeboat status
      - name: Keep the schedule switched on
        if: always() && github.event_name == 'schedule'
        env:
          GH_TOKEN: $${{ github.token }}
        run: gh api --method PUT "repos/$$GITHUB_REPOSITORY/actions/workflows/$name.yml/enable"
"""
)


def workflows() -> dict[str, str]:
    """Return the text of each workflow by the name of its file.

    Raises
    ------
    LifeboatError
        If a pipeline is scheduled in another timezone than UTC, which GitHub does not know.
    """
    actions = {"checkout": CHECKOUT, "python": PYTHON, "restore": RESTORE, "save": SAVE}
    files = {"change.yml": Template(_ON_CHANGE).substitute(actions)}
    for pipeline in pipelines.table().values():
        if pipeline.cron:
            if pipeline.timezone != "UTC":
                raise LifeboatError(
                    f"timezone of {pipeline.name} is {pipeline.timezone!r}; allowed for GitHub's schedules: UTC. "
                    "Change it, and its cron, in scheduled/pipelines.yml."
                )
            files[f"{pipeline.name}.yml"] = _SCHEDULED.substitute(
                actions,
                name=pipeline.name,
                cron=pipeline.cron,
                timeout=pipeline.timeout,
            )
    return files


def write() -> list[Path]:
    """Write the workflows into ``.github/workflows`` of the project; return their paths."""
    folder = store.project_folder() / ".github" / "workflows"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in workflows().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in workflows()]
