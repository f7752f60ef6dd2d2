"""Everything that has been predicted, read once and cut by period and model version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from lifeboat import days, features, monitoring, passengers, registry
from lifeboat.passengers import LABEL

if TYPE_CHECKING:
    from hopsworks.project import Project

PERIODS = {"All history": None, "Last 30 days": 30, "Last 7 days": 7, "Last day": 1}
"""Days of each period, counted back from the newest prediction."""

ALL_VERSIONS = "All versions"
LONGEST_GAP = 30
"""Missed days further back than this are no longer news."""


@dataclass(frozen=True)
class History:
    """What is stored about predictions and models.

    Attributes
    ----------
    results : DataFrame
        As `monitoring.outcomes` returns it, with features.
    daily : DataFrame
        `monitoring.metrics_by_day` and `monitoring.intervals_by_day`, with ``scored``: all predictions of the day.
    versions : DataFrame
        As `registry.versions` returns it, with the version as a column.
    mark : object
        Equal marks mean that nothing has changed in between.
    """

    results: pd.DataFrame
    daily: pd.DataFrame
    versions: pd.DataFrame
    mark: Any = None

    def cut(self, period: str, version: str) -> History:
        """Keep the predictions of a period and a version; models stay as they are."""
        chosen = [table[_chosen(table, column, self.newest, period, version)] for table, column in self._dated()]
        return History(*chosen, self.versions, (self.mark, period, version))

    def _dated(self) -> list[tuple[pd.DataFrame, str]]:
        return [(self.results, "predicted_at"), (self.daily, "day")]

    @property
    def newest(self) -> date | None:
        """The day of the newest prediction."""
        return None if self.results.empty else self.results["predicted_at"].max().date()

    @property
    def version_names(self) -> list[str]:
        """The choices of a version, newest first."""
        found = sorted(self.results["model_version"].unique(), reverse=True)
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
        seen = set(self.results["predicted_at"].dt.date)
        start = max(min(seen), today - timedelta(days=LONGEST_GAP))
        return [day.date() for day in pd.date_range(start, today - timedelta(days=1)) if day.date() not in seen]


def _chosen(table: pd.DataFrame, column: str, newest: date | None, period: str, version: str) -> pd.Series:
    chosen = pd.Series(True, index=table.index)
    if version != ALL_VERSIONS:
        chosen &= table["model_version"] == int(version.split()[-1])
    if PERIODS[period] and newest:
        chosen &= table[column] >= pd.Timestamp(newest) - pd.Timedelta(days=PERIODS[period] - 1)
    return chosen


def read_history(project: Project, previous: History | None = None) -> History:
    """Read the history from the store, unless it is as it was.

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
    return history(monitoring.outcomes(project, with_features=True), versions, mark)


def history(results: pd.DataFrame, versions: pd.DataFrame, mark: Any = None) -> History:
    """Put a history together.

    Parameters
    ----------
    results : DataFrame
        As `monitoring.outcomes` returns it, with features.
    versions : DataFrame
        As `registry.versions` returns it, with the version as a column.
    mark : object
        See `History`.
    """
    results = results.assign(predicted_at=_plain_time(results["predicted_at"]))
    daily = monitoring.metrics_by_day(results).merge(
        monitoring.intervals_by_day(results), on=["day", "model_version"], validate="one_to_one"
    )
    scored = results.groupby([results["predicted_at"].dt.floor("D"), "model_version"]).size().rename("scored")
    daily = daily.merge(scored, left_on=["day", "model_version"], right_index=True)
    return History(results, daily, versions, mark)


def _plain_time(times: pd.Series) -> pd.Series:
    times = pd.to_datetime(times)
    return times.dt.tz_localize(None) if times.dt.tz is not None else times


def _mark(project: Project, versions: pd.DataFrame) -> Any:
    """The newest commit of each group, and the versions: a few small questions."""
    groups = (features.predictions_group(project), features.titanic_group(project))
    commits = [tuple(group.commit_details(limit=1)) if group.id is not None else () for group in groups]
    return commits, versions[["version", "champion"]].to_numpy().tolist()


@cache
def reference() -> pd.DataFrame:
    """Return the passengers that models are trained on; loaded once, not to be changed."""
    return passengers.load()


def pending(results: pd.DataFrame) -> int:
    """Count the predictions whose outcome is not known yet."""
    return int(results[LABEL].isna().sum())
