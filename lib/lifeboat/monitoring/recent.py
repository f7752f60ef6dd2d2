"""The most recent predictions, found by the rows of `titanic_metrics`: as quick after ten years as after ten days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lifeboat.arrivals import IDS_PER_DAY
from lifeboat.features import OUTCOME_AT
from lifeboat.monitoring.outcomes import PREDICTION, outcomes
from lifeboat.passengers import FEATURES, LABEL

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
        Only those whose outcome is known, on days of which any is.
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
        return pd.DataFrame(columns=[*PREDICTION, *(FEATURES if with_features else []), LABEL, OUTCOME_AT])
    scored = used.groupby("day")["passengers"].max().sort_index(ascending=False)
    days = scored[scored.cumsum() - scored < passengers]
    # ids count the passengers of a day from 0
    first = max(0, int(days.iloc[-1] - (passengers - days.iloc[:-1].sum())))
    place = int(f"{days.index[-1]:%Y%m%d}") * IDS_PER_DAY + first
    start, end = days.index[-1].date(), days.index[0].date()
    found = outcomes(project, with_features, start=start, end=end, from_passenger=place)
    return found[found[LABEL].notna()].reset_index(drop=True) if known else found
