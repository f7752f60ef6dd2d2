"""Metrics: how well the predictions turned out, in all and by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifeboat import features
from lifeboat.intervals import mean_interval, wilson
from lifeboat.monitoring.drift import drift
from lifeboat.monitoring.outcomes import outcomes
from lifeboat.passengers import DIED, LABEL, SURVIVED
from lifeboat.survival import losses

if TYPE_CHECKING:
    from hopsworks.project import Project


def confusion_matrix(results: pd.DataFrame) -> pd.DataFrame:
    """Count predictions against outcomes; pending outcomes do not count.

    Parameters
    ----------
    results : DataFrame
        Columns ``prediction`` and ``survived``, as `outcomes` returns them.

    Returns
    -------
    DataFrame
        Always 2 x 2: rows are the outcomes, columns the predictions, both ``died`` then ``survived``.
    """
    known = results.dropna(subset=[LABEL])
    counts = np.zeros((2, 2), dtype=int)
    np.add.at(counts, (known[LABEL].astype(int), known["prediction"].astype(int)), 1)
    return pd.DataFrame(
        counts,
        index=pd.Index([DIED, SURVIVED], name="outcome"),
        columns=pd.Index([DIED, SURVIVED], name="prediction"),
    )


CELLS = ["true_survived", "false_survived", "true_died", "false_died"]
MEANS = ["accuracy", "log_loss", "brier"]


def _marks(results: pd.DataFrame) -> pd.DataFrame:
    """What each prediction with a known outcome adds to the cells and to the means."""
    known = results.dropna(subset=[LABEL])
    said, happened = known["prediction"].astype(bool), known[LABEL].astype(bool)
    counts = {
        "true_survived": said & happened,
        "false_survived": said & ~happened,
        "true_died": ~said & ~happened,
        "false_died": ~said & happened,
        "accuracy": said == happened,
    }
    per_prediction = losses(happened, known["probability"]).set_index(known.index)
    return pd.concat([pd.DataFrame(counts, dtype=float), per_prediction], axis=1)


def metrics(results: pd.DataFrame) -> dict[str, float]:
    """Measure predictions with known outcomes.

    Returns
    -------
    dict
        ``passengers``, the four cells of the confusion matrix by name, ``accuracy``, ``log_loss`` (nats) and ``brier``;
        the last three are NaN where no outcome is known.
    """
    marks = _marks(results)
    cells = {name: int(marks[name].sum()) for name in CELLS}
    return {"passengers": len(marks), **cells, **{name: float(marks[name].mean()) for name in MEANS}}


def metrics_by_day(results: pd.DataFrame) -> pd.DataFrame:
    """Measure each day and model version separately.

    Returns
    -------
    DataFrame
        One row per day and version: ``day``, ``model_version`` and what `metrics` returns, in order of time.
    """
    marks, keys = _marks(results), _day_and_version(results)
    grouped = marks.groupby([keys[name].loc[marks.index] for name in keys])
    table = pd.concat([grouped.size().rename("passengers"), grouped[CELLS].sum(), grouped[MEANS].mean()], axis=1)
    table = table.reindex(pd.MultiIndex.from_frame(keys.drop_duplicates().sort_values(list(keys))))
    counts = ["passengers", *CELLS]
    return table.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "int64")).reset_index()


def intervals_by_day(results: pd.DataFrame) -> pd.DataFrame:
    """Say how sure the metrics of each day and version are, with 95% confidence.

    Returns
    -------
    DataFrame
        One row per day and version: ``day``, ``model_version``; ``accuracy_low`` and ``accuracy_high`` (Wilson); the
        same for ``log_loss`` and ``brier`` (bootstrap; NaN with fewer than two outcomes).
    """
    marks, keys = _marks(results), _day_and_version(results)
    daily = metrics_by_day(results)
    table = daily[["day", "model_version"]].copy()
    right = daily["true_survived"] + daily["true_died"]
    table["accuracy_low"], table["accuracy_high"] = wilson(right, daily["passengers"])
    parts = {key: part for key, part in marks.groupby([keys[name].loc[marks.index] for name in keys])}
    for score in ("log_loss", "brier"):
        bounds = [
            mean_interval(parts[key][score]) if key in parts else (np.nan, np.nan)
            for key in table[["day", "model_version"]].itertuples(index=False, name=None)
        ]
        columns = [f"{score}_low", f"{score}_high"]
        table = table.join(pd.DataFrame(bounds, table.index, columns, dtype=float))
    return table


def _day_and_version(results: pd.DataFrame) -> pd.DataFrame:
    day = pd.to_datetime(results["predicted_at"]).dt.floor("D")
    return pd.DataFrame({"day": day, "model_version": results["model_version"].astype("int64")})


def calibration(results: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Compare predicted probabilities with what happened, in bins of equal width.

    Returns
    -------
    DataFrame
        One row per bin that holds known outcomes: ``predicted`` (mean), ``observed`` (share of survivors),
        ``passengers``, and the 95% Wilson interval of the share, ``low`` and ``high``.
    """
    known = results.dropna(subset=[LABEL])
    probability = known["probability"].astype(float)
    inside = np.minimum((probability * bins).astype(int), bins - 1)
    grouped = pd.DataFrame({"predicted": probability, "observed": known[LABEL].astype(float)}).groupby(inside)
    table = grouped.mean().assign(passengers=grouped.size()).reset_index(drop=True)
    table["low"], table["high"] = wilson(table["observed"] * table["passengers"], table["passengers"])
    return table


def write_metrics(project: Project, days: Sequence[date]) -> pd.DataFrame:
    """Measure the predictions and the drift of days and store them in the feature group `titanic_metrics`.

    Returns
    -------
    DataFrame
        The rows written: one per day and model version; empty if nothing was predicted on those days.
    """
    titanic = features.titanic_group(project)
    boarded = titanic.read(start_time=str(days[0]), end_time=str(days[-1] + timedelta(days=1)))
    reference = features.read_historical(project)
    results = outcomes(project)
    rows = metrics_by_day(results[results["passenger_id"].isin(boarded["passenger_id"])])
    if len(rows):
        rows = rows.merge(_drift_by_day(reference, boarded), on="day")
        features.write(features.metrics_group(project), rows)
    return rows


def _drift_by_day(reference: pd.DataFrame, boarded: pd.DataFrame) -> pd.DataFrame:
    days = boarded.groupby(pd.to_datetime(boarded["boarded_at"]).dt.floor("D"))
    index = {day: drift(reference, part).set_index("feature")["psi"] for day, part in days}
    return pd.DataFrame(index).T.add_prefix("drift_").rename_axis("day").reset_index()
