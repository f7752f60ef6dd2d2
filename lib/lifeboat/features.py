"""The feature groups and the feature view of the system, and the rows that are written to them."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import columns, passengers
from lifeboat.dataset import OUTCOME_AT, SCENARIO, SOURCE, Dataset
from lifeboat.errors import LifeboatError
from lifeboat.passengers import TITANIC
from lifeboat.quiet_client import quiet

if TYPE_CHECKING:
    from hopsworks.hsfs.feature import Feature
    from hopsworks.hsfs.feature_group import FeatureGroup
    from hopsworks.hsfs.feature_view import FeatureView
    from hopsworks.project import Project

HISTORICAL, SYNTHETIC = "historical", "synthetic"
_BEGINNING = pd.Timestamp("1970-01-02")
"""The client's training data begin here: earlier rows would be left out without a word."""
ATTEMPTS, MAX_PAUSE = 20, 2.0
"""How often rows are offered to a group that others write to, and the longest pause between two attempts in seconds."""


class NoRows(LifeboatError):
    """The store holds no historical rows."""

    def __init__(self, dataset: Dataset) -> None:
        remedy = "run notebook 02 (`lifeboat run features`)" if dataset is TITANIC else "write them"
        super().__init__(f"there are no historical {dataset.rows} in '{dataset.name}': {remedy} first.")


def _features(described: columns.Columns) -> list[Feature]:
    from hopsworks.hsfs.feature import Feature

    return [Feature(name, type=type, description=words) for name, (type, words) in described.items()]


def feature_group(project: Project, dataset: Dataset = TITANIC) -> FeatureGroup:
    """Get (or, at the first insert, create) the feature group of the rows, with features and outcome."""
    return project.get_feature_store().get_or_create_feature_group(
        name=dataset.name,
        version=1,
        description=dataset.description,
        primary_key=[dataset.key],
        event_time=dataset.event_time,
        features=_features(columns.of_rows(dataset)),
    )


def predictions_group(project: Project, dataset: Dataset = TITANIC) -> FeatureGroup:
    """Get (or, at the first insert, create) the feature group of the predictions."""
    return project.get_feature_store().get_or_create_feature_group(
        name=f"{dataset.name}_predictions",
        version=1,
        description=f"Predictions for {dataset.rows}, one per model version",
        primary_key=[dataset.key, "model_version"],
        event_time="predicted_at",
        features=_features(columns.of_predictions(dataset)),
    )


def metrics_group(project: Project, dataset: Dataset = TITANIC) -> FeatureGroup:
    """Get (or, at the first insert, create) the feature group of the daily metrics."""
    return project.get_feature_store().get_or_create_feature_group(
        name=f"{dataset.name}_metrics",
        version=1,
        description="Metrics of each day and model version: what is known, what is estimated, and drift",
        primary_key=["model_version"],
        event_time="day",
        features=_features(columns.of_metrics(dataset)),
    )


def feature_view(project: Project, dataset: Dataset = TITANIC) -> FeatureView:
    """Get or create the feature view that training and batch inference read: features, label, helpers.

    Raises
    ------
    NoRows
        If there are no rows yet.
    """
    store = project.get_feature_store()
    group = store.get_feature_group(dataset.name, version=1)
    if group is None:
        raise NoRows(dataset)
    key, label, helpers = [dataset.key, dataset.event_time], [dataset.label], dataset.helpers
    with quiet():
        return store.get_or_create_feature_view(
            name=dataset.task,
            version=1,
            description=f"What a model may know of {dataset.rows}, and {dataset.outcome.meaning}",
            query=group.select([*key, *dataset.features, *label, *helpers]),
            labels=label,
            training_helper_columns=helpers,
            inference_helper_columns=key,
        )


def historical_rows(table: pd.DataFrame, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Check a table of rows with known outcomes, and return it as rows of the feature group.

    Parameters
    ----------
    table : DataFrame
        Features, outcome, key, event time and, if the data set has one, the column that keeps rows together. Without
        a column ``outcome_at``, an outcome has been known since the event time.
    dataset : Dataset
        Its description.

    Raises
    ------
    InvalidRows
        If a value is not allowed.
    LifeboatError
        If a column is missing.
    """
    table = table.reset_index(drop=True)
    absent = [name for name in (dataset.key, dataset.event_time, *dataset.helpers) if name not in table]
    if absent:
        raise LifeboatError(f"missing column: {', '.join(absent)}; found: {', '.join(map(str, table.columns))}.")
    rows, happened = dataset.validate(table, label=True), event_time(table[dataset.event_time])
    if happened.min() < _BEGINNING:
        raise LifeboatError(
            f"{dataset.event_time} begins at {happened.min()}; allowed: days after {_BEGINNING:%Y-%m-%d}."
        )
    return rows.assign(
        **{dataset.key: table[dataset.key]},
        **{name: table[name].astype(str) for name in dataset.helpers},
        **{dataset.label: rows[dataset.label].astype("Int64")},
        **{OUTCOME_AT: event_time(table.get(OUTCOME_AT, table[dataset.event_time]))},
        **{SOURCE: HISTORICAL, SCENARIO: pd.Series([None] * len(table), dtype=object)},
        **{dataset.event_time: happened},
    )


def historical_passengers() -> pd.DataFrame:
    """Return the 1,309 historical passengers as rows of the feature group `titanic`.

    They board on their real days moved by a hundred years, because the client's training data begin in 1970: in
    Southampton and Cherbourg (and where the port is unknown) on 10 April, in Queenstown on 11 April. Their outcome is
    known from 15 April on, the day the ship sank.
    """
    raw = passengers.load()
    boarded = raw["embarked"].eq("Q").map({True: "2012-04-11", False: "2012-04-10"})
    return historical_rows(raw.assign(boarded_at=boarded, outcome_at="2012-04-15"))


def read_historical(project: Project, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Read the historical rows from the feature group, in the order of their keys.

    Raises
    ------
    NoRows
        If they are not there yet.
    """
    group = feature_group(project, dataset)
    rows = pd.DataFrame() if group.id is None else group.filter(group.source == HISTORICAL).read()
    if rows.empty:
        raise NoRows(dataset)
    return rows.sort_values(dataset.key, ignore_index=True)


def ensure_historical(project: Project) -> pd.DataFrame:
    """Read the historical passengers; write them first, as notebook 02 does, if they are not there yet."""
    try:
        return read_historical(project)
    except NoRows:
        write_new(feature_group(project), historical_passengers())
        return read_historical(project)


def event_time(days: Sequence) -> pd.Series:
    """Microseconds, as Delta keeps them: from nanoseconds the client would cast with a warning."""
    return pd.Series(pd.to_datetime(days)).astype("datetime64[us]")


def write(group: FeatureGroup, frame: pd.DataFrame) -> None:
    """Insert rows into a feature group, updating those that it holds already.

    Parameters
    ----------
    group : FeatureGroup
        Its primary key and event time identify a row.
    frame : DataFrame
        The rows, with all columns of the group.

    Raises
    ------
    LifeboatError
        If two rows have the same key (the client would keep both), the columns or their types do not fit, or other
        writers were quicker every time.
    """
    keys = [*group.primary_key, group.event_time]
    twice = frame[frame.duplicated(keys, keep=False)]
    if len(twice):
        example = ", ".join(f"{key}={twice[key].iloc[0]}" for key in keys)
        raise LifeboatError(f"{len(twice)} rows for '{group.name}' share their key ({example}): keep one row per key.")
    for attempt in range(ATTEMPTS):
        if _insert(group, frame):
            return
        time.sleep(random.uniform(0.5, 1) * min(0.1 * 2**attempt, MAX_PAUSE))
    raise LifeboatError(
        f"nothing was written to '{group.name}': others wrote to it at the same time, {ATTEMPTS} times in a row; "
        "run this again when they have finished."
    )


def _insert(group: FeatureGroup, frame: pd.DataFrame) -> bool:
    """Insert rows, unless another writer was quicker: of two that read the same state, Delta takes the first."""
    from deltalake.exceptions import CommitFailedError, DeltaError
    from hopsworks.client.exceptions import FeatureStoreException

    try:
        with quiet():
            group.insert(frame)
    except (FeatureStoreException, ValueError) as error:
        raise LifeboatError(f"nothing was written to '{group.name}': {error}") from error
    except DeltaError as error:
        if isinstance(error, CommitFailedError) or "already exists" in str(error):  # the latter at the first insert
            return False
        raise
    return True


def write_new(group: FeatureGroup, frame: pd.DataFrame) -> int:
    """Insert the rows whose primary key the group does not hold yet; what is stored stays as it is.

    Only stored rows from the first event time of `frame` on are looked at, so that the cost does not grow with history.

    Parameters
    ----------
    group, frame
        As in `write`; `frame` may be empty.

    Returns
    -------
    int
        The number of rows written.

    Raises
    ------
    LifeboatError
        As in `write`.
    """
    fresh = frame
    if group.id is not None and len(frame):
        keys = group.primary_key
        since = group.get_feature(group.event_time) >= str(frame[group.event_time].min())
        stored = group.select(keys).filter(since).read()
        fresh = frame[~frame.set_index(keys).index.isin(stored.set_index(keys).index)]
    if len(fresh):
        write(group, fresh)
    return len(fresh)
