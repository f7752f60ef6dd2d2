"""The table of what runs when, `scheduled/pipelines.yml`: each pipeline with its notebooks, parameters and times."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lifeboat import store
from lifeboat.errors import check_name


@dataclass(frozen=True)
class Pipeline:
    """A line of ``scheduled/pipelines.yml``, which describes the fields; the notebooks of a stage run side by side."""

    name: str
    stages: tuple[tuple[str, ...], ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    per_day: bool = False
    cron: str | None = None
    timezone: str = "UTC"
    timeout: float = 60
    cell_timeout: float = 10
    portion: int | None = None
    retries: int = 0

    @property
    def notebooks(self) -> list[str]:
        """The names of its notebooks."""
        return [name for stage in self.stages for name in stage]

    @property
    def paths(self) -> list[Path]:
        """The files of its notebooks."""
        return [path_of(name) for name in self.notebooks]


def path_of(notebook: str) -> Path:
    """Return the file of a notebook."""
    return store.project_folder() / "notebooks" / f"{notebook}.ipynb"


def table() -> dict[str, Pipeline]:
    """Read the table: each pipeline by its name."""
    rows = yaml.safe_load((store.project_folder() / "scheduled" / "pipelines.yml").read_text(encoding="utf-8"))
    return {name: _pipeline(name, **row) for name, row in rows["pipelines"].items()}


def _pipeline(name: str, notebooks: list[str | list[str]], **row: Any) -> Pipeline:
    stages = (item if isinstance(item, list) else [item] for item in notebooks)
    return Pipeline(name, tuple(map(tuple, stages)), **row)


def get_pipeline(name: str) -> Pipeline:
    """Return a pipeline by name.

    Raises
    ------
    LifeboatError
        If the table has no such pipeline.
    """
    known = table()
    check_name("pipeline", name, known, " (see scheduled/pipelines.yml)")
    return known[name]
