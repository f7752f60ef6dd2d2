"""Outcomes: stored predictions with what is known of the passengers, now or on an earlier day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import features
from lifeboat.features import OUTCOME_AT
from lifeboat.passengers import FEATURES, LABEL

if TYPE_CHECKING:
    from hopsworks.project import Project

PREDICTION = ["passenger_id", "model_version", "probability", "prediction", "predicted_at"]


def outcomes(
    project: Project,
    with_features: bool = False,
    *,
    start: date | None = None,
    end: date | None = None,
    as_of: date | None = None,
    from_passenger: int | None = None,
) -> pd.DataFrame:
    """Read stored predictions with the outcomes of their passengers; the feature store joins the two.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    with_features : bool
        Whether to read the seven features of each passenger too.
    start, end : date, optional
        Only the predictions of these days, both included.
    from_passenger : int, optional
        Only passengers with this id or a higher one; ids rise from day to day.
    as_of : date, optional
        What was known at the end of this day: later predictions are left out, later outcomes are pending.

    Returns
    -------
    DataFrame
        One row per prediction, newest first: ``passenger_id``, ``model_version``, ``probability``, ``prediction``,
        ``predicted_at``, ``survived`` and ``outcome_at`` (both missing while the outcome is pending). Empty before the
        first prediction.
    """
    predictions = features.predictions_group(project)
    if predictions.id is None:
        return no_outcomes(with_features)
    titanic = features.titanic_group(project)
    query = predictions.select(PREDICTION).join(
        titanic.select(_of_passengers(with_features)), on=["passenger_id"], join_type="left"
    )
    last = min((day for day in (end, as_of) if day), default=None)
    # passengers are scored as of the day on which they board: the same limits for both keep the join small
    if start:
        query = query.filter((predictions.predicted_at >= str(start)) & (titanic.boarded_at >= str(start)))
    if from_passenger is not None:
        query = query.filter((predictions.passenger_id >= from_passenger) & (titanic.passenger_id >= from_passenger))
    if last:
        after = str(last + timedelta(days=1))
        query = query.filter((predictions.predicted_at < after) & (titanic.boarded_at < after))
    found = query.read()
    if as_of:
        later = found[OUTCOME_AT] > pd.Timestamp(as_of)
        found = found.assign(**{name: found[name].mask(later) for name in (LABEL, OUTCOME_AT)})
    return found.sort_values(["predicted_at", "passenger_id", "model_version"], ascending=False, ignore_index=True)


def no_outcomes(with_features: bool = False) -> pd.DataFrame:
    """Return what `outcomes` does before the first prediction."""
    return pd.DataFrame(columns=[*PREDICTION, *_of_passengers(with_features)])


def _of_passengers(with_features: bool) -> list[str]:
    return [*(FEATURES if with_features else []), LABEL, OUTCOME_AT]
