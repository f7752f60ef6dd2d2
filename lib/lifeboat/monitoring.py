"""How well the predictions turned out: outcomes, the confusion matrix, metrics over time, and drift."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import chi2

from lifeboat import features
from lifeboat.passengers import FEATURES, FIELDS, LABEL

if TYPE_CHECKING:
    from hopsworks.project import Project

DIED, SURVIVED = "died", "survived"


def outcomes(project: Project) -> pd.DataFrame:
    """Read every stored prediction with what became of the passenger; the feature store joins the two.

    Returns
    -------
    DataFrame
        A row a prediction, newest first: ``passenger_id``, ``model_version``, ``probability``, ``prediction``,
        ``predicted_at`` and ``survived`` (NaN while the outcome is pending). Empty before the first prediction.
    """
    predictions = features.predictions_group(project)
    columns = ["passenger_id", "model_version", "probability", "prediction", "predicted_at"]
    if predictions.id is None:
        return pd.DataFrame(columns=[*columns, LABEL])
    titanic = features.titanic_group(project)
    joined = predictions.select(columns).join(titanic.select([LABEL]), on=["passenger_id"], join_type="left").read()
    return joined.sort_values(["predicted_at", "passenger_id", "model_version"], ascending=False, ignore_index=True)


def confusion_matrix(results: pd.DataFrame) -> pd.DataFrame:
    """Count predictions against outcomes; pending outcomes do not count.

    Parameters
    ----------
    results : DataFrame
        Columns ``prediction`` and ``survived``, as `outcomes` returns them.

    Returns
    -------
    DataFrame
        Always 2 x 2: rows are what happened, columns what was predicted, both ``died`` then ``survived``.
    """
    known = results.dropna(subset=[LABEL])
    counts = np.zeros((2, 2), dtype=int)
    np.add.at(counts, (known[LABEL].astype(int), known["prediction"].astype(int)), 1)
    return pd.DataFrame(
        counts,
        index=pd.Index([DIED, SURVIVED], name="outcome"),
        columns=pd.Index([DIED, SURVIVED], name="prediction"),
    )


def metrics(results: pd.DataFrame) -> dict[str, float]:
    """Measure predictions with known outcomes.

    Returns
    -------
    dict
        ``passengers``, the four cells of the confusion matrix by name, ``accuracy``, ``log_loss`` (nats) and ``brier``;
        the last three are NaN where no outcome is known.
    """
    known = results.dropna(subset=[LABEL])
    matrix = confusion_matrix(known)
    cells = {
        "true_survived": matrix.loc[SURVIVED, SURVIVED],
        "false_survived": matrix.loc[DIED, SURVIVED],
        "true_died": matrix.loc[DIED, DIED],
        "false_died": matrix.loc[SURVIVED, DIED],
    }
    label = known[LABEL].astype(float)
    p = known["probability"].astype(float)
    said = np.where(label == 1, p, 1 - p).clip(1e-15)
    return {
        "passengers": len(known),
        **{name: int(count) for name, count in cells.items()},
        "accuracy": float((known["prediction"] == label).mean()),
        "log_loss": float(-np.log(said).mean()) if len(known) else np.nan,
        "brier": float(((p - label) ** 2).mean()),
    }


def metrics_by_day(results: pd.DataFrame) -> pd.DataFrame:
    """Measure each day and model version on its own.

    Returns
    -------
    DataFrame
        A row a day and version: ``day``, ``model_version`` and what `metrics` returns, in order of time.
    """
    days = results.assign(day=pd.to_datetime(results["predicted_at"]).dt.floor("D"))
    rows = [
        {"day": day, "model_version": version, **metrics(part)}
        for (day, version), part in days.groupby(["day", "model_version"])
    ]
    return pd.DataFrame(rows, columns=["day", "model_version", *metrics(results.head(0))])


def _shares(values: pd.Series, edges: np.ndarray | None, levels: list) -> np.ndarray:
    """Share of each bin, the last for missing values; half a count is added to each so that none is zero."""
    codes = values if edges is None else pd.Series(np.digitize(values, edges), values.index).where(values.notna())
    counts = [*codes.value_counts().reindex(levels, fill_value=0), int(values.isna().sum())]
    smoothed = np.array(counts) + 0.5
    return smoothed / smoothed.sum()


def _bins(name: str, reference: pd.Series) -> tuple[np.ndarray | None, list]:
    if FIELDS[name].is_text:
        return None, list(FIELDS[name].values)
    edges = np.unique(reference.quantile([0.2, 0.4, 0.6, 0.8]).to_numpy())
    return edges, list(range(len(edges) + 1))


def drift(reference: pd.DataFrame, recent: pd.DataFrame, alarm_rate: float = 0.01) -> pd.DataFrame:
    """Compare the features of recent passengers with those of the training data.

    The population stability index sums ``(p - q) ln(p / q)`` over bins (fifths of the reference, or categories, and one
    for missing values). Without drift, samples of n and m rows give about ``(1/n + 1/m)`` times a chi-squared variable
    with one degree of freedom less than bins (Yurdakul 2018, Statistical Properties of Population Stability Index), so
    the threshold is that distribution's upper quantile: it is crossed by chance once in ``1 / alarm_rate`` looks.

    Parameters
    ----------
    reference, recent : DataFrame
        The seven features.
    alarm_rate : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        A row a feature: ``feature``, ``psi``, ``threshold``, ``drifted``.
    """
    rows = []
    for name in FEATURES:
        edges, levels = _bins(name, reference[name])
        p, q = (_shares(frame[name], edges, levels) for frame in (reference, recent))
        psi = float(((p - q) * np.log(p / q)).sum())
        limit = chi2.ppf(1 - alarm_rate, len(levels)) * (1 / max(len(reference), 1) + 1 / max(len(recent), 1))
        rows.append((name, psi, float(limit), psi > limit))
    return pd.DataFrame(rows, columns=["feature", "psi", "threshold", "drifted"])


def write_metrics(project: Project, days: Sequence[date]) -> pd.DataFrame:
    """Measure the predictions and the drift of days and store them in the feature group `titanic_metrics`.

    Returns
    -------
    DataFrame
        The rows written: one a day and model version; empty if nothing was predicted on those days.
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
