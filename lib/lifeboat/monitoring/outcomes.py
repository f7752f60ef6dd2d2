"""Outcomes: stored predictions beside what is known of the passengers, now or on an earlier day."""

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
    wanted = [*(FEATURES if with_features else []), LABEL, OUTCOME_AT]
    if predictions.id is None:
        return pd.DataFrame(columns=[*PREDICTION, *wanted])
    titanic = features.titanic_group(project).select(wanted)
    query = predictions.select(PREDICTION).join(titanic, on=["passenger_id"], join_type="left")
    last = min((day for day in (end, as_of) if day), default=None)
    if start:
        query = query.filter(predictions.predicted_at >= str(start))
    if from_passenger is not None:
        query = query.filter(predictions.passenger_id >= from_passenger)
    if last:
        query = query.filter(predictions.predicted_at < str(last + timedelta(days=1)))
    found = query.read()
    if as_of:
        found = found.mask(found[OUTCOME_AT] > pd.Timestamp(as_of), {LABEL: None, OUTCOME_AT: None})
    return found.sort_values(["predicted_at", "passenger_id", "model_version"], ascending=False, ignore_index=True)
