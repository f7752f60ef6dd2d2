"""Outcomes: stored predictions with what is known of their rows (the passengers), now or on an earlier day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import features
from lifeboat.dataset import OUTCOME_AT, Dataset
from lifeboat.passengers import TITANIC

if TYPE_CHECKING:
    from hopsworks.project import Project

PREDICTION = [TITANIC.key, "model_version", "probability", "prediction", "predicted_at"]
"""The columns of a prediction that are read; those of another data set begin with its own key."""


def outcomes(
    project: Project,
    with_features: bool = False,
    *,
    start: date | None = None,
    end: date | None = None,
    as_of: date | None = None,
    from_key: int | None = None,
    dataset: Dataset = TITANIC,
) -> pd.DataFrame:
    """Read stored predictions with the outcomes of their rows; the feature store joins the two.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    with_features : bool
        Whether to read the features too.
    start, end : date, optional
        Only the predictions of these days, both included.
    as_of : date, optional
        What was known at the end of this day: later predictions are left out, later outcomes are pending.
    from_key : int, optional
        Only rows with this key or a higher one; keys rise from day to day.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    DataFrame
        One row per prediction, newest first: key (``passenger_id``), ``model_version``, ``probability``,
        ``prediction``, ``predicted_at``, outcome (``survived``) and ``outcome_at`` (both missing while it is pending).
        Empty before the first prediction.
    """
    predictions, key = features.predictions_group(project, dataset), dataset.key
    if predictions.id is None:
        return no_outcomes(with_features, dataset)
    group = features.feature_group(project, dataset)
    query = predictions.select([key, *PREDICTION[1:]]).join(
        group.select(_known(with_features, dataset)), on=[key], join_type="left"
    )
    last = min((day for day in (end, as_of) if day), default=None)
    # a row is scored as of the day of its event time: the same limits for both keep the join small
    if start:
        query = query.filter((predictions.predicted_at >= str(start)) & (group[dataset.event_time] >= str(start)))
    if from_key is not None:
        query = query.filter((predictions[key] >= from_key) & (group[key] >= from_key))
    if last:
        after = str(last + timedelta(days=1))
        query = query.filter((predictions.predicted_at < after) & (group[dataset.event_time] < after))
    found = query.read()
    if as_of:
        later = found[OUTCOME_AT] > pd.Timestamp(as_of)
        found = found.assign(**{name: found[name].mask(later) for name in (dataset.label, OUTCOME_AT)})
    return found.sort_values(["predicted_at", key, "model_version"], ascending=False, ignore_index=True)


def no_outcomes(with_features: bool = False, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Return what `outcomes` does before the first prediction."""
    return pd.DataFrame(columns=[dataset.key, *PREDICTION[1:], *_known(with_features, dataset)])


def _known(with_features: bool, dataset: Dataset) -> list[str]:
    return [*(dataset.features if with_features else []), dataset.label, OUTCOME_AT]
