"""Alarms: what the metrics of the last days say is wrong, in words, once per incident.

Each kind of alarm asks for two things at once: a difference that chance would give less than once in a thousand looks,
and one that is large enough to matter. So a quiet system stays quiet, and so does a huge one with a tiny difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import norm

from lifeboat.dataset import Dataset
from lifeboat.fields import UNKNOWN
from lifeboat.intervals import wilson
from lifeboat.monitoring.drift import Reference
from lifeboat.monitoring.metrics_table import pool

WINDOW_DAYS = 7
"""Days that are looked at together."""

ALARM_RATE = 0.001
"""How often a look at one thing raises an alarm by chance, at most."""

LEAST_DRIFT = 0.05
"""A population stability index below this is never an alarm."""

LEAST_SHIFT = 0.01
"""An estimated accuracy that is off by less is never an alarm."""

LEAST_GAP = 0.03
"""Measured accuracy that is off the estimate by less is never an alarm."""

LEAST_MISSING = 0.05
"""A share of missing values that is higher by less is never an alarm."""

KINDS = {
    "silence": "nobody was scored",
    "data": "a feature is missing more often than it should",
    "drift": "the passengers are not those that the model was made for",
    "estimate": "the model is surer, or less sure, than it was on the historical passengers",
    "truth": "outcomes do not come as the model's probabilities say",
}


@dataclass(frozen=True)
class Alarm:
    """Something that is wrong on a day.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    message : str
        What was found, with its figures.
    """

    kind: str
    message: str


@dataclass(frozen=True)
class Incident:
    """An alarm that holds, or held, for consecutive days.

    Attributes
    ----------
    alarm : Alarm
        As on the last day of the incident.
    since : date
        The first day.
    until : date or None
        The last day; None while it is open.
    """

    alarm: Alarm
    since: date
    until: date | None = None


def alarms(rows: pd.DataFrame, today: date, reference: Reference, expected: float | None = None) -> list[Alarm]:
    """Say what is wrong on a day.

    Parameters
    ----------
    rows : DataFrame
        As `lifeboat.monitoring.daily_rows` returns them, of any days and versions.
    today : date
        The day to judge; later rows are not looked at.
    reference : Reference
        The passengers that the model was made for.
    expected : float, optional
        The accuracy that the model's own probabilities promised for passengers like those of its training.

    Returns
    -------
    list of Alarm
        At most one per kind, in the order of `KINDS`.
    """
    last = rows[rows["day"] <= pd.Timestamp(today)].sort_values("model_version").drop_duplicates("day", keep="last")
    recent = last[last["day"] > pd.Timestamp(today - timedelta(days=WINDOW_DAYS))]
    found = [_silence(recent, today)]
    if len(recent):
        dataset = reference.dataset
        whole = pool(recent, dataset)
        known = last[last["known"] == last[dataset.rows]].nlargest(WINDOW_DAYS, "day")
        newest = recent[recent["model_version"] == recent.loc[recent["day"].idxmax(), "model_version"]]
        found += [_data(whole, reference), _drift(whole, reference)]
        found += [_estimate(pool(newest, dataset), expected, dataset.rows), _truth(known, dataset)]
    return [alarm for alarm in found if alarm]


def incidents(rows: pd.DataFrame, days: Iterable[date], reference: Reference, expected: float | None) -> list[Incident]:
    """Join the alarms of consecutive days into incidents, one kind of alarm in each.

    Parameters
    ----------
    rows, reference, expected
        As in `alarms`.
    days : iterable of date
        The days that were run, in any order; an incident ends on the last of them before its alarm is gone.

    Returns
    -------
    list of Incident
        By their first day, oldest first.
    """
    begun: dict[str, Incident] = {}
    ended: list[Incident] = []
    previous = None
    for day in sorted(days):
        now = {alarm.kind: alarm for alarm in alarms(rows, day, reference, expected)}
        ended += [replace(begun.pop(kind), until=previous) for kind in [*begun] if kind not in now]
        begun |= {kind: Incident(alarm, begun[kind].since if kind in begun else day) for kind, alarm in now.items()}
        previous = day
    return sorted([*ended, *begun.values()], key=lambda incident: incident.since)


def _silence(recent: pd.DataFrame, today: date) -> Alarm | None:
    if (recent["day"] == pd.Timestamp(today)).any():
        return None
    return Alarm("silence", f"nobody was scored on {today}")


def _data(whole: pd.Series, reference: Reference) -> Alarm | None:
    """Features of which more values are missing than in the reference."""
    lines, features = [], reference.dataset.features
    for name in features:
        before, now = reference.counted[name], whole[f"aboard_{name}"]
        usual, share = before[-1] / before.sum(), now[-1] / now.sum()
        low, _ = wilson(now[-1], now.sum(), 1 - 2 * ALARM_RATE / len(features))
        if low > usual + LEAST_MISSING:
            lines.append(f"{name} is {UNKNOWN} for {share:.0%} of the {reference.dataset.rows}, not {usual:.0%}")
    return Alarm("data", "; ".join(lines)) if lines else None


def _drift(whole: pd.Series, reference: Reference) -> Alarm | None:
    """Features whose known values have another distribution; missing ones are the business of `_data`."""
    before = {name: counts[:-1] for name, counts in reference.counted.items()}
    now = {name: whole[f"aboard_{name}"][:-1] for name in before}
    table = replace(reference, counted=before).compare(now, ALARM_RATE / len(before))
    table = table[(table["psi"] > table["threshold"]) & (table["psi"] > LEAST_DRIFT)].nlargest(7, "psi")
    words = [f"{row.feature} (index {row.psi:.2f})" for row in table.itertuples()]
    return Alarm("drift", f"changed distribution of {', '.join(words)}") if words else None


def _estimate(whole: pd.Series, expected: float | None, rows: str) -> Alarm | None:
    """An estimated accuracy that has left what the model promised."""
    if expected is None:
        return None
    n, estimate = whole[rows], whole["estimated_accuracy"]
    # the mean of c(1 - c) is known from the estimate's range, so the spread of the certainties c follows
    spread = np.sqrt(max(estimate - n * _error(whole) ** 2 - estimate**2, 0))
    error = spread / np.sqrt(n)
    if abs(estimate - expected) <= LEAST_SHIFT + norm.ppf(1 - ALARM_RATE / 2) * error:
        return None
    return Alarm("estimate", f"the estimated accuracy is {estimate:.0%}, not {expected:.0%} as on historical {rows}")


def _truth(known: pd.DataFrame, dataset: Dataset) -> Alarm | None:
    """Measured accuracy that is not what the probabilities promised for the same passengers."""
    if known.empty:
        return None
    whole = pool(known, dataset)
    gap = whole["accuracy"] - whole["estimated_accuracy"]
    if abs(gap) <= LEAST_GAP + norm.ppf(1 - ALARM_RATE / 2) * _error(whole):
        return None
    return Alarm(
        "truth",
        f"{whole['accuracy']:.0%} of {whole['known']:,.0f} predictions were right, "
        f"where the model's probabilities said {whole['estimated_accuracy']:.0%}",
    )


def _error(whole: pd.Series) -> float:
    """The standard error of a measured accuracy around its estimate."""
    return (whole["estimated_high"] - whole["estimated_low"]) / (2 * norm.ppf(0.975))
