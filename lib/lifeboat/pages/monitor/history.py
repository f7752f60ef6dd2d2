"""What the page shows of the history: the rows of `titanic_metrics`, and the newest predictions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from lifeboat import days, features, monitoring, passengers, registry
from lifeboat.monitoring import Alarm, Reference
from lifeboat.passengers import LABEL

if TYPE_CHECKING:
    from hopsworks.project import Project

PERIODS = {"All history": None, "Last 30 days": 30, "Last 7 days": 7, "Last day": 1}
"""Days of each period, counted back from the newest prediction."""

ALL_VERSIONS = "All versions"
LONGEST_GAP = 30
"""Missed days further back than this are no longer news."""

MOST_RECENT = 1000
"""Predictions that are read one by one; all others are read as the metrics of their days."""


@dataclass(frozen=True)
class History:
    """What is stored about predictions and models.

    Attributes
    ----------
    rows : DataFrame
        As `monitoring.read_metrics` returns them: one row per day and version.
    recent : DataFrame
        The newest predictions, as `monitoring.outcomes` returns them with features.
    known : DataFrame
        The newest prediction whose outcome is known; empty if there is none.
    versions : DataFrame
        As `registry.versions` returns it, with the version as a column.
    mark : object
        Equal marks mean that nothing has changed in between.
    """

    rows: pd.DataFrame
    recent: pd.DataFrame
    known: pd.DataFrame
    versions: pd.DataFrame
    mark: Any = None

    def cut(self, period: str, version: str) -> History:
        """Keep the predictions of a period and a version; models stay as they are.

        Parameters
        ----------
        period : str
            A key of `PERIODS`.
        version : str
            One of `version_names`.
        """
        return replace(
            self,
            rows=self.rows[self._chosen(self.rows, "day", period, version)],
            recent=self.recent[self._chosen(self.recent, "predicted_at", period, version)],
            known=self.known[self._chosen(self.known, "predicted_at", period, version)],
            mark=(self.mark, period, version),
        )

    def _chosen(self, table: pd.DataFrame, column: str, period: str, version: str) -> pd.Series:
        chosen = pd.Series(True, index=table.index)
        if version != ALL_VERSIONS:
            chosen &= table["model_version"] == int(version.split()[-1])
        if PERIODS[period] and self.newest:
            chosen &= table[column] >= pd.Timestamp(self.newest) - pd.Timedelta(days=PERIODS[period] - 1)
        return chosen

    @property
    def newest(self) -> date | None:
        """The day of the newest prediction."""
        return None if self.rows.empty else self.rows["day"].max().date()

    @cached_property
    def by_day(self) -> pd.DataFrame:
        """One row per day, of the newest version that scored it: each passenger counts once."""
        return self.rows.sort_values("model_version").drop_duplicates("day", keep="last").sort_values("day")

    @cached_property
    def total(self) -> pd.Series:
        """All predictions together, once per model version; see `monitoring.pool`."""
        return monitoring.pool(self.rows)

    @property
    def version_names(self) -> list[str]:
        """The choices of a version, newest first."""
        found = sorted(self.rows["model_version"].unique(), reverse=True)
        return [ALL_VERSIONS, *(f"Version {version}" for version in found)]

    def tested(self, version: str) -> pd.Series | None:
        """Return the test metrics of a version; of the one that predicts now if all are meant."""
        wanted = self.versions["champion"].astype(bool)
        if version != ALL_VERSIONS:
            wanted = self.versions["version"] == int(version.split()[-1])
        found = self.versions[wanted]
        return None if found.empty else found.iloc[0]

    def missed_days(self, today: date | None = None) -> list[date]:
        """List the days up to yesterday without a prediction, among the last thirty since the first one."""
        if self.newest is None:
            return []
        today = today or days.today()
        seen = set(self.rows["day"].dt.date)
        start = max(min(seen), today - timedelta(days=LONGEST_GAP))
        return [day.date() for day in pd.date_range(start, today - timedelta(days=1)) if day.date() not in seen]

    def alarms(self) -> list[Alarm]:
        """Say what is wrong on the newest day."""
        expected = registry.expected_accuracy(self.versions)
        return monitoring.alarms(self.rows, self.newest, reference(), expected) if self.newest else []


def read_history(project: Project, previous: History | None = None) -> History:
    """Read the history from the store, unless it is as it was.

    The cost does not depend on how many predictions there are: the days are read as their metrics, and only the newest
    predictions one by one.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    previous : History, optional
        Returned again if no group and no model has changed since.
    """
    versions = registry.versions(project).reset_index()
    mark = _mark(project, versions)
    if previous is not None and previous.mark == mark:
        return previous
    rows = monitoring.read_metrics(project)
    recent = monitoring.most_recent(project, rows, MOST_RECENT, with_features=True)
    known = monitoring.most_recent(project, rows, known=True, with_features=True)
    return History(rows, recent, known.head(1), versions, mark)


def history(results: pd.DataFrame, versions: pd.DataFrame, mark: Any = None) -> History:
    """Put a history together from predictions, without a store.

    Parameters
    ----------
    results : DataFrame
        As `monitoring.outcomes` returns it with features, newest first.
    versions : DataFrame
        As `registry.versions` returns it, with the version as a column.
    mark : object
        As in `History`.
    """
    rows = monitoring.daily_rows(results, reference())
    known = results[results[LABEL].notna()].head(1)
    return History(rows, results.head(MOST_RECENT), known, versions, mark)


def _mark(project: Project, versions: pd.DataFrame) -> Any:
    """The newest commit of each group, and the versions: a few small questions."""
    groups = [features.predictions_group(project), features.feature_group(project), features.metrics_group(project)]
    commits = [tuple(group.commit_details(limit=1)) if group.id is not None else () for group in groups]
    return commits, versions[["version", "champion"]].to_numpy().tolist()


@cache
def reference() -> Reference:
    """Return the passengers that models are made for, counted once."""
    return Reference.of(passengers.load())
