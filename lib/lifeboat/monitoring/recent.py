"""The most recent predictions, found by the rows of `titanic_metrics`: as quick after ten years as after ten days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lifeboat.arrivals import first_id
from lifeboat.monitoring.outcomes import no_outcomes, outcomes
from lifeboat.passengers import LABEL

if TYPE_CHECKING:
    from hopsworks.project import Project


def most_recent(
    project: Project, rows: pd.DataFrame, passengers: int = 1, *, known: bool = False, with_features: bool = False
) -> pd.DataFrame:
    """Read the predictions of the passengers who were scored last.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    rows : DataFrame
        As `read_metrics` returns them; they say where to look.
    passengers : int
        How many passengers, each with the predictions of all versions.
    known : bool
        Whether to return only predictions with a known outcome, from the days that have any.
    with_features : bool
        Whether to read the seven features of each passenger too.

    Returns
    -------
    DataFrame
        As `outcomes` returns it, newest first. The outcomes of a day come together: where only a part of them is known,
        fewer passengers are found than asked for.
    """
    used = rows[rows["known"] > 0] if known else rows
    if used.empty:
        return no_outcomes(with_features)
    scored = used.groupby("day")["passengers"].max().sort_index(ascending=False)
    days = scored[scored.cumsum() - scored < passengers]
    start, end = days.index[-1].date(), days.index[0].date()
    skipped = max(0, int(days.iloc[-1] - (passengers - days.iloc[:-1].sum())))  # of the earliest day
    found = outcomes(project, with_features, start=start, end=end, from_key=first_id(start) + skipped)
    return found[found[LABEL].notna()].reset_index(drop=True) if known else found
