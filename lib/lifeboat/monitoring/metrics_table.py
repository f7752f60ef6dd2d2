"""The rows of the daily metrics: what is known of a day's predictions, what is estimated, and who was aboard.

Counts and sums of days may be added, so any period is measured from these rows alone, however many predictions there
were; see `pool`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lifeboat import features
from lifeboat.dataset import Dataset
from lifeboat.days import as_days
from lifeboat.intervals import mean_interval, wilson
from lifeboat.monitoring.drift import Counts, Reference
from lifeboat.monitoring.estimate import expected_accuracy, expected_confusion
from lifeboat.monitoring.metrics import MEANS, bin_sums, cells, metrics
from lifeboat.monitoring.outcomes import outcomes
from lifeboat.passengers import TITANIC
from lifeboat.survival import losses

if TYPE_CHECKING:
    from hopsworks.project import Project

KEYS = ["day", "model_version"]
ESTIMATE = ["estimated_accuracy", "estimated_low", "estimated_high"]


def _cells(dataset: Dataset) -> list[str]:
    """The columns of the confusion matrix, of the known and of the pending."""
    return [f"{which}{cell}" for which in ("", "pending_") for cell in cells(dataset)]


def _lists(dataset: Dataset) -> list[str]:
    """The columns that hold lists: three by bin of probability, then one for each feature."""
    bins = [f"bin_{part}" for part in (dataset.rows, "probability", dataset.said[1])]
    return [*bins, *(f"aboard_{name}" for name in dataset.features)]


def daily_rows(results: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Measure the predictions of each day and model version.

    Parameters
    ----------
    results : DataFrame
        As `lifeboat.monitoring.outcomes` returns it with features.
    reference : Reference
        The passengers with whom those of each day are compared; it knows the description of the data.

    Returns
    -------
    DataFrame
        One row per day and version, in order of time: ``day``, ``model_version``; ``passengers`` (scored) and ``known``
        (with an outcome); the four cells of the confusion matrix, ``accuracy``, ``log_loss`` and ``brier`` of the known
        with their 95% intervals (``..._low``, ``..._high``); the ``pending_...`` cells that are expected of the others;
        the ``estimated_accuracy`` of all, from their probabilities alone, with the range of what will be measured;
        by bin of probability the known passengers, the sum of their probabilities and their survivors; by feature the
        passengers ``aboard`` in each bin, and their ``drift`` (population stability index). Another data set has
        its own words for passengers, survived and died.
    """
    day = pd.to_datetime(results["predicted_at"]).dt.floor("D").astype("datetime64[us]")
    parts = results.groupby([day.rename("day"), results["model_version"].astype("int64")])
    rows = [{"day": day, "model_version": version, **_row(part, reference)} for (day, version), part in parts]
    table = pd.DataFrame(rows, columns=[*KEYS, *_columns(reference.dataset)])
    return table.astype({"day": "datetime64[us]"})  # as the store keeps it


def _columns(dataset: Dataset) -> list[str]:
    scores = [f"{score}{end}" for score in MEANS for end in ("", "_low", "_high")]
    known, pending = _cells(dataset)[:4], _cells(dataset)[4:]
    drift = [f"drift_{name}" for name in dataset.features]
    return [dataset.rows, "known", *known, *scores, *pending, *ESTIMATE, *_lists(dataset), *drift]


def _row(part: pd.DataFrame, reference: Reference) -> dict[str, Any]:
    dataset, pending = reference.dataset, part[reference.dataset.label].isna()
    known, waiting = part[~pending], part.loc[pending, "probability"]
    aboard = reference.count(part)
    drift = reference.compare(aboard).set_index("feature")["psi"]
    return {
        dataset.rows: len(part),
        **_measured(known, dataset),
        **expected_confusion(waiting, dataset).add_prefix("pending_"),
        **dict(zip(ESTIMATE, expected_accuracy(part["probability"]), strict=True)),
        **dict(zip(_lists(dataset), _counted(known, aboard, dataset), strict=True)),
        **drift.add_prefix("drift_"),
    }


def _measured(known: pd.DataFrame, dataset: Dataset) -> dict[str, Any]:
    found = metrics(known, dataset)
    low, high = wilson(_right(found, dataset), len(known))
    lost = losses(known[dataset.label].astype(bool), known["probability"])
    ends = {"accuracy": (float(low), float(high)), **{name: mean_interval(lost[name]) for name in lost}}
    bounds = {
        f"{name}_{end}": value for name, pair in ends.items() for end, value in zip(("low", "high"), pair, strict=True)
    }
    return {"known": found.pop(dataset.rows), **found, **bounds}


def _right(counts: Mapping[str, Any], dataset: Dataset) -> Any:
    """How many predictions were right."""
    true_yes, _, true_no, _ = cells(dataset)
    return counts[true_yes] + counts[true_no]


def _counted(known: pd.DataFrame, aboard: Counts, dataset: Dataset) -> list[list]:
    """What stands in `_lists`."""
    return [part.tolist() for part in (*bin_sums(known["probability"], known[dataset.label]), *aboard.values())]


def pool(rows: pd.DataFrame, dataset: Dataset = TITANIC) -> pd.Series:
    """Measure several days together, from their rows alone.

    Parameters
    ----------
    rows : DataFrame
        Rows of `daily_rows`; of one model version, if each passenger must count once.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    Series
        The columns of such a row, without day and version: sums of the counts, means of the scores weighted by
        outcomes, and intervals of the sums, which hold the truth at least as often as those of the days. Days count as
        independent. Without rows, counts are 0 and lists empty.
    """
    total: dict[str, Any] = rows[[dataset.rows, "known", *_cells(dataset)]].sum().to_dict()
    right = _right(total, dataset)
    total["accuracy"] = right / total["known"] if total["known"] else np.nan
    total["accuracy_low"], total["accuracy_high"] = map(float, wilson(right, total["known"]))
    for score in ("log_loss", "brier"):
        total |= _mean(rows, score, f"{score}_low", f"{score}_high", "known")
    total |= _mean(rows, *ESTIMATE, dataset.rows)
    for name in _lists(dataset):
        total[name] = np.sum([np.asarray(part) for part in rows[name]], axis=0) if len(rows) else np.zeros(0)
    return pd.Series(total, dtype=object)


def _mean(rows: pd.DataFrame, name: str, low: str, high: str, size: str) -> dict[str, float]:
    """The mean over days, weighted by passengers, and its interval from those of the days.

    The mean of many days is hardly skewed. The interval that a day would have without its skewness reaches about as far
    as the harmonic mean of the two distances from the day's mean to its ends; these add up in squares.
    """
    values, lows, highs, sizes = (rows[column].to_numpy(dtype=float) for column in (name, low, high, size))
    used = ~(np.isnan(values) | np.isnan(lows))
    if not used.any():
        return dict.fromkeys((name, low, high), np.nan)
    weight = sizes[used] / sizes[used].sum()
    value = float(weight @ values[used])
    below, above = (values - lows)[used], (highs - values)[used]
    reach = 2 * below * above / np.where(below + above > 0, below + above, 1)
    half = float(np.linalg.norm(weight * reach))
    return {name: value, low: value - half, high: value + half}


def write_metrics(project: Project, days: Sequence[date], dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Measure days, and all other days that still had a pending outcome when they were last measured; store the rows.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    days : sequence of date
        The days that were scored, in any order; days between the earliest and the latest of all are measured too.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    DataFrame
        The rows written, as `daily_rows` returns them; empty if nothing was predicted on those days.

    Raises
    ------
    NoRows
        If there are no historical passengers to compare with.
    LifeboatError
        If the rows cannot be written.
    """
    group = features.metrics_group(project, dataset)
    affected = [*as_days(days), *_waiting_days(group, dataset)]
    results = outcomes(project, with_features=True, start=min(affected), end=max(affected), dataset=dataset)
    rows = daily_rows(results, _reference(project, dataset))
    if len(rows):
        features.write(group, rows)
    return rows


def _reference(project: Project, dataset: Dataset) -> Reference:
    return Reference.of(features.read_historical(project, dataset), dataset)


def _waiting_days(group: Any, dataset: Dataset) -> list[date]:
    """The days that had a pending outcome when they were last measured."""
    if group.id is None:
        return []
    stored = group.select(["day", "known", dataset.rows]).read()
    return sorted(stored.loc[stored["known"] < stored[dataset.rows], "day"].dt.date.unique())


def read_metrics(project: Project, as_of: date | None = None, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Read all rows of the daily metrics, in order of time; empty before the first.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    as_of : date, optional
        The rows as they were at the end of this day: measured again, from all predictions up to then.
    dataset : Dataset
        The description of the data.
    """
    if as_of:
        results = outcomes(project, with_features=True, as_of=as_of, dataset=dataset)
        return daily_rows(results, _reference(project, dataset))
    group = features.metrics_group(project, dataset)
    if group.id is None:
        return pd.DataFrame(columns=[*KEYS, *_columns(dataset)])
    return group.read().sort_values(KEYS, ignore_index=True)
