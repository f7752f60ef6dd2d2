"""Batch inference: score tables of passengers, and the passengers who boarded on given days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import features, passengers
from lifeboat.passengers import FEATURES, SURVIVES_FROM

if TYPE_CHECKING:
    from hopsworks.project import Project

    from lifeboat.registry import Champion


def score(pipeline: Pipeline, frame: pd.DataFrame) -> pd.DataFrame:
    """Predict the survival of each passenger in a table.

    Parameters
    ----------
    pipeline : Pipeline
        A fitted survival model.
    frame : DataFrame
        The seven features; other columns never reach the model.

    Returns
    -------
    DataFrame
        With the index of `frame`: ``probability`` of survival (0 to 1) and ``prediction``
        (1 from `SURVIVES_FROM` up, else 0).

    Raises
    ------
    InvalidPassengers
        If a value is not allowed.
    """
    valid = passengers.validate(frame)
    probability = pipeline.predict_proba(valid)[:, 1] if len(valid) else pd.Series(dtype=float)
    scored = pd.DataFrame({"probability": probability}, index=frame.index, dtype=float)
    return scored.assign(prediction=(scored["probability"] >= SURVIVES_FROM).astype("int64"))


def batch_data(project: Project, days: Sequence[date]) -> pd.DataFrame:
    """Read the passengers who boarded on days from the feature view: features and keys, never the outcome.

    The view is asked without a training dataset, whose filter (historical passengers only) would apply here as well.

    Returns
    -------
    DataFrame
        ``passenger_id``, ``boarded_at`` and the seven features.
    """
    return features.survival_view(project).get_batch_data(
        start_time=f"{days[0]}",
        end_time=f"{days[-1] + timedelta(days=1)}",
        inference_helper_columns=True,
    )


def score_days(project: Project, champion: Champion, days: Sequence[date]) -> int:
    """Score the passengers who boarded on days and have no prediction of this model version; store the predictions.

    A stored prediction is never made again, so that it stays what was said before the outcome was known.

    Returns
    -------
    int
        The number of new predictions.
    """
    batch = batch_data(project, days)
    return features.write_new(features.predictions_group(project), predictions(champion, batch))


def predictions(champion: Champion, batch: pd.DataFrame) -> pd.DataFrame:
    """Score a batch and return the rows of the feature group `titanic_predictions`.

    Parameters
    ----------
    champion : Champion
        The model.
    batch : DataFrame
        As `batch_data` returns it.

    Returns
    -------
    DataFrame
        One row per passenger. ``predicted_at`` is the day for which the passenger was scored, so that a backfill equals
        the runs that it stands for.
    """
    scored = score(champion.pipeline, batch[FEATURES])
    day = batch["boarded_at"].dt.tz_localize(None).astype("datetime64[us]").dt.floor("D")
    return scored.assign(
        passenger_id=batch["passenger_id"],
        model_version=champion.version,
        run_id=day.dt.strftime("%Y-%m-%d") + f"/v{champion.version}",
        predicted_at=day,
    )
