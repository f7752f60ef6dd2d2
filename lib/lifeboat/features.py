"""The feature groups and the feature view of the system, and the passengers that are written to them."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import passengers
from lifeboat.errors import LifeboatError
from lifeboat.passengers import FEATURES, FIELDS, LABEL
from lifeboat.quiet_client import quiet

if TYPE_CHECKING:
    from hopsworks.hsfs.feature import Feature
    from hopsworks.hsfs.feature_group import FeatureGroup
    from hopsworks.hsfs.feature_view import FeatureView
    from hopsworks.project import Project

TITANIC, PREDICTIONS, METRICS = "titanic", "titanic_predictions", "titanic_metrics"
VIEW = "titanic_survival"
HISTORICAL, SYNTHETIC = "historical", "synthetic"
OUTCOME_AT = "outcome_at"
ATTEMPTS, MAX_PAUSE = 20, 2.0
"""How often rows are offered to a group that others write to, and the longest pause between two attempts in seconds."""

_NO_PASSENGERS = f"there are no historical passengers in '{TITANIC}': run notebook 02 (`lifeboat run features`) first."


class NoPassengers(LifeboatError):
    """The store holds no historical passengers."""


def _feature(name: str, type: str, description: str) -> Feature:
    from hopsworks.hsfs.feature import Feature

    return Feature(name, type=type, description=description)


def _passenger_features() -> list[Feature]:
    types = {
        name: "string" if field.is_text else "bigint" if field.whole else "double" for name, field in FIELDS.items()
    }
    return [_feature(name, types[name], f"{FIELDS[name].meaning}; {FIELDS[name].allowed}") for name in FEATURES]


def titanic_group(project: Project) -> FeatureGroup:
    """Get (or, at the first insert, create) the feature group of the passengers."""
    return project.get_feature_store().get_or_create_feature_group(
        name=TITANIC,
        version=1,
        description="Passengers of the Titanic, historical and synthetic, and whether they survived",
        primary_key=["passenger_id"],
        event_time="boarded_at",
        features=[
            _feature(
                "passenger_id",
                "bigint",
                "1 to 1309 for the historical passengers; day and counter for others",
            ),
            *_passenger_features(),
            _feature(LABEL, "bigint", "1 if the passenger survived, 0 if not, missing while not known"),
            _feature(
                "ticket",
                "string",
                "ticket number, which companions share; used to keep them in one fold, not a feature",
            ),
            _feature(OUTCOME_AT, "timestamp", "the day on which the outcome became known, missing before"),
            _feature("source", "string", "historical or synthetic"),
            _feature("scenario", "string", "how the world differed when a synthetic passenger boarded; else missing"),
            _feature("boarded_at", "timestamp", "event time; the historical days are moved by a hundred years"),
        ],
    )


def predictions_group(project: Project) -> FeatureGroup:
    """Get (or, at the first insert, create) the feature group of the predictions."""
    return project.get_feature_store().get_or_create_feature_group(
        name=PREDICTIONS,
        version=1,
        description="Predictions for each passenger, one per model version",
        primary_key=["passenger_id", "model_version"],
        event_time="predicted_at",
        features=[
            _feature("passenger_id", "bigint", "the passenger, as in titanic"),
            _feature("model_version", "bigint", "version of the model in the registry"),
            _feature("probability", "double", "predicted probability of survival, 0 to 1"),
            _feature("prediction", "bigint", "1 if the probability is at least one half, else 0"),
            _feature("run_id", "string", "the run that made the prediction"),
            _feature("predicted_at", "timestamp", "event time: the day that the run stands for"),
        ],
    )


def metrics_group(project: Project) -> FeatureGroup:
    """Get (or, at the first insert, create) the feature group of the daily metrics."""
    return project.get_feature_store().get_or_create_feature_group(
        name=METRICS,
        version=1,
        description="Metrics of each day and model version: what is known, what is estimated, and drift",
        primary_key=["model_version"],
        event_time="day",
        features=[_feature(name, type, description) for name, (type, description) in _metrics_columns().items()],
    )


def _metrics_columns() -> dict[str, tuple[str, str]]:
    """Type and description of each column of the daily metrics."""
    cells = {
        f"{right}_{said}": f"passengers {adverb} predicted to have {said}"
        for said in ("survived", "died")
        for right, adverb in (("true", "rightly"), ("false", "wrongly"))
    }
    scores = {
        "accuracy": "share of right predictions, 0 to 1",
        "log_loss": "mean negative log-likelihood, in nats",
        "brier": "mean squared error of the probability",
    }
    bounds = {f"{name}_{end}": f"95% interval of {name}, {end} end" for name in scores for end in ("low", "high")}
    whole = {"model_version": "version of the model in the registry", "passengers": "passengers scored"}
    whole |= {"known": "passengers with a known outcome"} | cells
    share = scores | bounds | {f"pending_{name}": f"expected of the pending: {words}" for name, words in cells.items()}
    share |= {
        "estimated_accuracy": "accuracy expected from the probabilities alone",
        "estimated_low": "range of the accuracy that will be measured, low end",
        "estimated_high": "range of the accuracy that will be measured, high end",
    }
    share |= {f"drift_{name}": f"population stability index of {name}" for name in FEATURES}
    lists = {f"aboard_{name}": ("array<bigint>", f"passengers in each bin of {name}") for name in FEATURES}
    lists |= {
        "bin_passengers": ("array<bigint>", "passengers with a known outcome, by bin of probability"),
        "bin_probability": ("array<double>", "sum of their probabilities"),
        "bin_survived": ("array<double>", "survivors among them"),
    }
    return {
        **{name: ("bigint", words) for name, words in whole.items()},
        **{name: ("double", words) for name, words in share.items()},
        **lists,
        "day": ("timestamp", "event time: the day of the predictions"),
    }


def survival_view(project: Project) -> FeatureView:
    """Get or create the feature view that training and batch inference read: features, label, helpers.

    Raises
    ------
    NoPassengers
        If there are no passengers yet.
    """
    store = project.get_feature_store()
    titanic = store.get_feature_group(TITANIC, version=1)
    if titanic is None:
        raise NoPassengers(_NO_PASSENGERS)
    with quiet():
        return store.get_or_create_feature_view(
            name=VIEW,
            version=1,
            description="What a model may know of a passenger, and whether the passenger survived",
            query=titanic.select(["passenger_id", "boarded_at", *FEATURES, LABEL, "ticket"]),
            labels=[LABEL],
            training_helper_columns=["ticket"],
            inference_helper_columns=["passenger_id", "boarded_at"],
        )


def historical_passengers() -> pd.DataFrame:
    """Return the 1,309 historical passengers as rows of the feature group `titanic`.

    They board on their real days moved by a hundred years, because the client's training data begin in 1970: in
    Southampton and Cherbourg (and where the port is unknown) on 10 April, in Queenstown on 11 April. Their outcome is
    known from 15 April on, the day the ship sank.
    """
    raw = passengers.load()
    boarded = raw["embarked"].eq("Q").map({True: "2012-04-11", False: "2012-04-10"})
    return passengers.validate(raw, label=True).assign(
        passenger_id=raw["passenger_id"],
        ticket=raw["ticket"],
        survived=raw[LABEL].astype("Int64"),
        outcome_at=event_time(["2012-04-15"] * len(raw)),
        source=HISTORICAL,
        scenario=pd.Series([None] * len(raw), dtype=object),
        boarded_at=event_time(boarded),
    )


def read_historical(project: Project) -> pd.DataFrame:
    """Read the historical passengers from the feature group, in the order of their ids.

    Raises
    ------
    NoPassengers
        If they are not there yet.
    """
    titanic = titanic_group(project)
    rows = pd.DataFrame() if titanic.id is None else titanic.filter(titanic.source == HISTORICAL).read()
    if rows.empty:
        raise NoPassengers(_NO_PASSENGERS)
    return rows.sort_values("passenger_id", ignore_index=True)


def ensure_historical(project: Project) -> pd.DataFrame:
    """Read the historical passengers; write them first, as notebook 02 does, if they are not there yet."""
    try:
        return read_historical(project)
    except NoPassengers:
        write_new(titanic_group(project), historical_passengers())
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
