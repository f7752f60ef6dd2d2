"""What the store holds, at a glance: shown at the end of every run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from lifeboat import features, monitoring, registry, store
from lifeboat.passengers import LABEL, OUTCOME, TITANIC
from lifeboat.survival import METRIC_WORDS

if TYPE_CHECKING:
    from hopsworks.project import Project

NEXT_STEPS = {
    "make spaces": "the two web pages: ask about a passenger, watch the predictions",
    "make lab": "the notebooks, to read and to change: begin with 00_start_here",
    ". .venv/bin/activate": "for the command lifeboat; then",
    "lifeboat learn": "the exercises: what you have done, and what comes next",
    "lifeboat run daily": "today's passengers alone, as a schedule would",
    "lifeboat status": "runs, failures and missed days",
}


@dataclass(frozen=True)
class Summary:
    """The state of the store.

    Attributes
    ----------
    passengers : dict
        Count by source: ``historical`` and ``synthetic``.
    champion : Series or None
        The row of `registry.versions` of the model that predicts.
    latest, latest_known : dict or None
        The most recent prediction, and the most recent one whose outcome is known, as `lifeboat.monitoring.outcomes`
        has them.
    confusion : DataFrame
        The 2 x 2 confusion matrix of all history: known outcomes.
    pending : int
        How many predictions wait for their outcome.
    """

    passengers: dict[str, int]
    champion: pd.Series | None
    latest: dict[str, Any] | None
    latest_known: dict[str, Any] | None
    confusion: pd.DataFrame
    pending: int


def summarize() -> Summary:
    """Read the state of the store."""
    project = store.login()
    versions = registry.versions(project)
    champions = versions[versions["champion"].astype(bool)]
    rows = monitoring.read_metrics(project)
    total = monitoring.pool(rows)
    return Summary(
        passengers=count_passengers(project),
        champion=None if champions.empty else champions.iloc[0],
        latest=_first(monitoring.most_recent(project, rows)),
        latest_known=_first(monitoring.most_recent(project, rows, known=True)),
        confusion=monitoring.matrix_of(total),
        pending=int(total["passengers"] - total["known"]),
    )


def _first(predictions: pd.DataFrame) -> dict[str, Any] | None:
    return None if predictions.empty else predictions.iloc[0].to_dict()


def count_passengers(project: Project) -> dict[str, int]:
    """Count the stored passengers by source: historical and synthetic."""
    titanic = features.feature_group(project)
    counts = {} if titanic.id is None else titanic.select(["source"]).read()["source"].value_counts()
    return {source: int(counts.get(source, 0)) for source in (features.HISTORICAL, features.SYNTHETIC)}


def checksums() -> dict[str, str]:
    """Return a checksum of the content of each table, whatever the order of its rows, and of the registry's versions.

    They are equal before and after a run that changed nothing.
    """
    project = store.login()
    sums = {}
    for group in (features.feature_group, features.predictions_group, features.metrics_group):
        table = group(project)
        rows = table.read() if table.id is not None else pd.DataFrame()
        lines = sorted(rows.sort_index(axis=1).to_csv(index=False, header=False).splitlines())
        sums[table.name] = f"{len(lines):,} rows {hashlib.sha256(repr(lines).encode()).hexdigest()[:16]}"
    sums[TITANIC.task] = f"versions {[model.version for model in registry.registered(project)]}"
    return sums


def render(summary: Summary, folder: Path) -> Group:
    """Lay the summary out for a terminal.

    Parameters
    ----------
    summary : Summary
        What to show.
    folder : Path
        Where the executed notebooks lie.
    """
    table = Table(show_header=False, box=None, padding=(0, 2))
    counts = (f"{count:,} {source}" for source, count in summary.passengers.items())
    table.add_row("passengers", ", ".join(counts))
    table.add_row("model", _model(summary.champion))
    table.add_row("latest prediction", _latest(summary.latest, "none yet: lifeboat run daily"))
    table.add_row("latest outcome", _latest(summary.latest_known, "none yet: it comes days after boarding"))
    table.add_row("confusion matrix", Group(_confusion(summary.confusion), _counted(summary)))
    table.add_row("executed notebooks", Text(str(folder), overflow="fold"))
    table.add_row("next", _next_steps())
    return Group("", table)


def _next_steps() -> Table:
    table = Table.grid(padding=(0, 2))
    for command, meaning in NEXT_STEPS.items():
        table.add_row(Text(command, no_wrap=True), meaning)
    return table


def _model(champion: pd.Series | None) -> str:
    if champion is None:
        return "none yet: lifeboat run retrain"
    measured = ", ".join(f"{name} {champion[name]:.3f}" for name in sorted(METRIC_WORDS))
    return f"{TITANIC.task} version {champion.name}\n{measured}"


def _latest(latest: dict[str, Any] | None, otherwise: str) -> str:
    if latest is None:
        return otherwise
    said = OUTCOME.say(latest["prediction"])
    happened = "pending" if pd.isna(latest[LABEL]) else OUTCOME.say(latest[LABEL])
    return (
        f"passenger {latest['passenger_id']} on {latest['predicted_at']:%Y-%m-%d}: predicted {said} "
        f"(probability of survival {latest['probability']:.2f}), outcome {happened}"
    )


def _counted(summary: Summary) -> str:
    return f"{summary.confusion.to_numpy().sum():,} outcomes known, {summary.pending:,} pending"


def _confusion(matrix: pd.DataFrame) -> Table:
    table = Table("outcome", *(f"predicted {name}" for name in matrix.columns), box=None)
    for outcome, row in matrix.iterrows():
        table.add_row(str(outcome), *(f"{count:,}" for count in row))
    return table
