"""The rows of `titanic_metrics`: what is known of a day's predictions, what is estimated, and who was aboard.

Counts and sums of days may be added, so any period is measured from these rows alone, however many predictions there
were; see `pool`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from lifeboat import features
from lifeboat.intervals import mean_interval, wilson
from lifeboat.monitoring.drift import Reference
from lifeboat.monitoring.estimate import expected_accuracy, expected_confusion
from lifeboat.monitoring.metrics import CELLS, MEANS, bin_sums, metrics
from lifeboat.monitoring.outcomes import outcomes
from lifeboat.passengers import FEATURES, LABEL
from lifeboat.survival import losses

if TYPE_CHECKING:
    from hopsworks.project import Project

Z = norm.ppf(0.975)
KEYS = ["day", "model_version"]
PENDING_CELLS = [f"pending_{cell}" for cell in CELLS]
ESTIMATE = ["estimated_accuracy", "estimated_low", "estimated_high"]
CALIBRATION = ["bin_passengers", "bin_probability", "bin_survived"]
ABOARD = [f"aboard_{name}" for name in FEATURES]
DRIFT = [f"drift_{name}" for name in FEATURES]


def daily_rows(results: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Measure the predictions of each day and model version.

    Parameters
    ----------
    results : DataFrame
        As `lifeboat.monitoring.outcomes` returns it with features.
    reference : Reference
        The passengers with whom those of each day are compared.

    Returns
    -------
    DataFrame
        One row per day and version, in order of time: ``day``, ``model_version``; ``passengers`` (scored) and ``known``
        (with an outcome); the four cells of the confusion matrix, ``accuracy``, ``log_loss`` and ``brier`` of the known
        with their 95% intervals (``..._low``, ``..._high``); the ``pending_...`` cells that are expected of the others;
        the ``estimated_accuracy`` of all, from their probabilities alone, with the range of what will be measured;
        by bin of probability the known passengers, the sum of their probabilities and their survivors; by feature the
        passengers ``aboard`` in each bin, and their ``drift`` (population stability index).
    """
    day = pd.to_datetime(results["predicted_at"]).dt.floor("D").astype("datetime64[us]")
    parts = results.groupby([day.rename("day"), results["model_version"].astype("int64")])
    rows = [{"day": day, "model_version": version, **_row(part, reference)} for (day, version), part in parts]
    table = pd.DataFrame(rows, columns=[*KEYS, *_columns()])
    return table.astype({"day": "datetime64[us]"})  # as the store keeps it


def _columns() -> list[str]:
    scores = [f"{score}{end}" for score in MEANS for end in ("", "_low", "_high")]
    return ["passengers", "known", *CELLS, *scores, *PENDING_CELLS, *ESTIMATE, *CALIBRATION, *ABOARD, *DRIFT]


def _row(part: pd.DataFrame, reference: Reference) -> dict[str, Any]:
    known = part[part[LABEL].notna()]
    waiting = part.loc[part[LABEL].isna(), "probability"]
    aboard = reference.count(part)
    drift = reference.compare(aboard).set_index("feature")["psi"]
    return {
        "passengers": len(part),
        **_measured(known),
        **expected_confusion(waiting).add_prefix("pending_"),
        **dict(zip(ESTIMATE, expected_accuracy(part["probability"]), strict=True)),
        **_calibration(known),
        **{f"aboard_{name}": counts.tolist() for name, counts in aboard.items()},
        **drift.add_prefix("drift_"),
    }


def _measured(known: pd.DataFrame) -> dict[str, Any]:
    found = metrics(known)
    right = found["true_survived"] + found["true_died"]
    low, high = wilson(right, len(known))
    lost = losses(known[LABEL].astype(bool), known["probability"])
    ends = {"accuracy": (float(low), float(high)), **{name: mean_interval(lost[name]) for name in lost}}
    bounds = {
        f"{name}_{end}": value for name, pair in ends.items() for end, value in zip(("low", "high"), pair, strict=True)
    }
    return {"known": found.pop("passengers"), **found, **bounds}


def _calibration(known: pd.DataFrame) -> dict[str, list]:
    sums = bin_sums(known["probability"], known[LABEL])
    return {name: part.tolist() for name, part in zip(CALIBRATION, sums, strict=True)}


def pool(rows: pd.DataFrame) -> pd.Series:
    """Measure several days together, from their rows alone.

    Parameters
    ----------
    rows : DataFrame
        Rows of `daily_rows`; of one model version, if each passenger must count once.

    Returns
    -------
    Series
        The columns of such a row, without day and version: sums of the counts, means of the scores weighted by
        outcomes, and intervals of the sums. Days count as independent. Without rows, counts are 0 and lists empty.
    """
    total: dict[str, Any] = rows[["passengers", "known", *CELLS, *PENDING_CELLS]].sum().to_dict()
    right = total["true_survived"] + total["true_died"]
    total["accuracy"] = right / total["known"] if total["known"] else np.nan
    total["accuracy_low"], total["accuracy_high"] = map(float, wilson(right, total["known"]))
    for score in ("log_loss", "brier"):
        total |= _mean(rows, score, f"{score}_low", f"{score}_high", "known")
    total |= _mean(rows, *ESTIMATE, "passengers")
    for name in [*CALIBRATION, *ABOARD]:
        total[name] = np.sum([np.asarray(part) for part in rows[name]], axis=0) if len(rows) else np.zeros(0)
    return pd.Series(total, dtype=object)


def _mean(rows: pd.DataFrame, name: str, low: str, high: str, size: str) -> dict[str, float]:
    """The mean over days, weighted by passengers, and the interval that follows from those of the days."""
    values, lows, highs, sizes = (rows[column].to_numpy(dtype=float) for column in (name, low, high, size))
    used = ~(np.isnan(values) | np.isnan(lows))
    if not used.any():
        return dict.fromkeys((name, low, high), np.nan)
    weight = sizes[used] / sizes[used].sum()
    value = float(weight @ values[used])
    error = (highs - lows)[used] / (2 * Z)
    half = Z * float(np.sqrt(((weight * error) ** 2).sum()))
    return {name: value, low: value - half, high: value + half}


def write_metrics(project: Project, days: Sequence[date]) -> pd.DataFrame:
    """Measure days, and all other days that still had a pending outcome when they were last measured; store the rows.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    days : sequence of date
        The days that were scored, in any order; days between the earliest and the latest of all are measured too.

    Returns
    -------
    DataFrame
        The rows written, as `daily_rows` returns them; empty if nothing was predicted on those days.

    Raises
    ------
    NoPassengers
        If there are no historical passengers to compare with.
    LifeboatError
        If the rows cannot be written.
    """
    group = features.metrics_group(project)
    affected = [*days, *_waiting_days(group)]
    results = outcomes(project, with_features=True, start=min(affected), end=max(affected))
    rows = daily_rows(results, Reference.of(features.read_historical(project)))
    if len(rows):
        features.write(group, rows)
    return rows


def _waiting_days(group: Any) -> list[date]:
    """The days that had a pending outcome when they were last measured."""
    if group.id is None:
        return []
    stored = group.select(["day", "known", "passengers"]).read()
    return sorted(stored.loc[stored["known"] < stored["passengers"], "day"].dt.date.unique())


def read_metrics(project: Project, as_of: date | None = None) -> pd.DataFrame:
    """Read all rows of `titanic_metrics`, in order of time; empty before the first.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    as_of : date, optional
        The rows as they were at the end of this day: measured again, from all predictions up to then.
    """
    if as_of:
        results = outcomes(project, with_features=True, as_of=as_of)
        return daily_rows(results, Reference.of(features.read_historical(project)))
    group = features.metrics_group(project)
    if group.id is None:
        return pd.DataFrame(columns=[*KEYS, *_columns()])
    return group.read().sort_values(KEYS, ignore_index=True)
