"""Batch inference: score tables of rows, and the rows of given days: the passengers who boarded on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from sklearn.pipeline import Pipeline

from lifeboat import features
from lifeboat.dataset import Dataset
from lifeboat.days import as_days
from lifeboat.passengers import TITANIC
from lifeboat.scoring.scorer import Scorer, score_batches

if TYPE_CHECKING:
    from hopsworks.project import Project

    from lifeboat.registry import Champion

WORTH_COMPILING = 20_000
"""From this many rows on, compiling the model takes less time than it saves."""


def score(pipeline: Pipeline, frame: pd.DataFrame, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Predict the outcome, survival, of each row of a table.

    Parameters
    ----------
    pipeline : Pipeline
        A fitted model.
    frame : DataFrame
        The features; other columns never reach the model.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    DataFrame
        With the index of `frame`: ``probability`` of the outcome 1 (0 to 1) and ``prediction``
        (1 from `SURVIVES_FROM` up, else 0).

    Raises
    ------
    InvalidRows
        If a value is not allowed.
    """
    valid = pa.RecordBatch.from_pandas(dataset.validate(frame), preserve_index=False)
    make = Scorer.compiled if len(frame) >= WORTH_COMPILING else Scorer
    (scored,) = score_batches(make(pipeline, dataset), [valid])
    return scored.to_pandas().astype({"prediction": "int64"}).set_index(frame.index)


def batch_data(project: Project, days: Sequence[date], dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Read the rows of days, passengers who boarded, from the feature view: features and keys, never the outcome.

    The view is asked without a training dataset, whose filter (historical rows only) would apply here as well.

    Returns
    -------
    DataFrame
        Key (``passenger_id``), event time (``boarded_at``) and features.

    Raises
    ------
    LifeboatError
        If `days` are not days.
    """
    days = as_days(days)
    return features.feature_view(project, dataset).get_batch_data(
        start_time=f"{days[0]}",
        end_time=f"{days[-1] + timedelta(days=1)}",
        inference_helper_columns=True,
    )


def score_days(project: Project, champion: Champion, days: Sequence[date]) -> int:
    """Score the rows of days that have no prediction of this model version, and store the predictions.

    A stored prediction is never made again, so that it stays what was said before the outcome was known.

    Returns
    -------
    int
        The number of new predictions.
    """
    batch = batch_data(project, days, champion.dataset)
    return features.write_new(features.predictions_group(project, champion.dataset), predictions(champion, batch))


def predictions(champion: Champion, batch: pd.DataFrame) -> pd.DataFrame:
    """Score a batch and return the rows of the feature group of the predictions.

    Parameters
    ----------
    champion : Champion
        The model.
    batch : DataFrame
        As `batch_data` returns it.

    Returns
    -------
    DataFrame
        One per row of the batch. ``predicted_at`` is the day for which it was scored, so that a backfill equals the
        runs that it stands for.
    """
    dataset = champion.dataset
    scored = score(champion.pipeline, batch[dataset.features], dataset)
    day = batch[dataset.event_time].dt.tz_localize(None).astype("datetime64[us]").dt.floor("D")
    return scored.assign(
        **{dataset.key: batch[dataset.key]},
        model_version=champion.version,
        run_id=day.dt.strftime("%Y-%m-%d") + f"/v{champion.version}",
        predicted_at=day,
    )
