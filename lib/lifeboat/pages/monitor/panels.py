"""The panels of the monitor, as HTML that a screen reader can read too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lifeboat import days, monitoring
from lifeboat.pages import words
from lifeboat.pages.markup import Raw, large, notice, table, text
from lifeboat.pages.monitor.charts import POOLED
from lifeboat.pages.monitor.headline import with_interval
from lifeboat.pages.monitor.history import ALL_VERSIONS, History, reference
from lifeboat.passengers import DIED, FEATURES, FIELDS, LABEL, OUTCOME, SURVIVED, TITANIC

CELLS = {
    (DIED, DIED): ("Death foreseen", "true died"),
    (DIED, SURVIVED): ("Death missed", "false survived"),
    (SURVIVED, DIED): ("Rescue missed", "false died"),
    (SURVIVED, SURVIVED): ("Rescue foreseen", "true survived"),
}
"""Name and term of each cell of the confusion matrix, by what happened and what was predicted."""

WITHOUT_OTHERS = 5
"""Columns of the only version: the headline of the page has the others."""


def freshness(history: History, today: date | None = None) -> Raw:
    """Warn if the daily run has missed a day, and say how old the newest prediction is.

    Parameters
    ----------
    history : History
        Not cut.
    today : date, optional
        The day up to which runs are expected, itself not included; by default today (UTC).

    Returns
    -------
    Raw
        Empty if no day was missed.
    """
    today = today or days.today()
    missed = history.missed_days(today)
    if not missed:
        return Raw()
    shown = ", ".join(map(words.day, missed[-3:]))
    earlier = f" and {len(missed) - 3} before" if len(missed) > 3 else ""
    return notice(
        f"The daily run has missed {words.count(len(missed), 'day')}",
        f"Nothing was predicted for {shown}{earlier}. The newest prediction is {_age(history.newest, today)}. "
        f"Make up for it with `lifeboat run daily --start {missed[0]} --end {missed[-1]}`, and see `lifeboat status`.",
        "warning",
    )


def _age(day: date, today: date) -> str:
    days = (today - day).days
    return {0: "of today", 1: "of yesterday"}.get(days, f"{days} days old")


def alarms(history: History) -> Raw:
    """Say which alarms are open on the newest day; nothing if none is."""
    found = history.alarms()
    if not found:
        return Raw()
    lines = [f"{monitoring.KINDS[alarm.kind]}: {alarm.message}" for alarm in found]
    said = "; ".join(lines)
    return notice(
        f"{words.count(len(found), 'alarm')} on {words.day(history.newest)}", f"{said[0].upper()}{said[1:]}.", "warning"
    )


def latest(history: History) -> Raw:
    """Show the most recent prediction, and the most recent one whose outcome is known."""
    if history.recent.empty:
        return Raw("<h2>Most recent prediction</h2><p>None in this period.</p>")
    shown = _prediction("Most recent prediction", history.recent.iloc[0])
    if history.known.empty:
        return Raw(shown + '<h2>Most recent outcome</h2><p class="truth">No outcome is known yet in this period.</p>')
    newest = history.known.iloc[0]
    same = newest["passenger_id"] == history.recent.iloc[0]["passenger_id"]
    return Raw(shown if same else shown + _prediction("Most recent outcome", newest))


def _prediction(title: str, row: Mapping[str, Any]) -> str:
    return (
        f'<section><h2>{title}</h2><p class="who">{text(_described(row))}</p>'
        f'<p class="said {_kind(row["prediction"])}">{large(words.percent(row["probability"]))} '
        f"<span>chance of survival:<br>predicted to have {OUTCOME.say(row['prediction'])}</span></p>"
        f'<p class="truth">Outcome: {outcome(row)}</p>'
        f'<p class="lead">{words.day(row["predicted_at"])}, model version {row["model_version"]}, '
        f"passenger {row['passenger_id']}</p></section>"
    )


def _described(row: Mapping[str, Any]) -> str:
    if pd.isna(row["pclass"]):
        return "A passenger who is no longer in the feature group"
    phrase = words.sentence(row)
    return phrase[:1].upper() + phrase[1:]


def _kind(survived: float) -> str:
    return "up" if survived else "down"


def outcome(row: Mapping[str, Any]) -> Raw:
    """Say whether a predicted passenger survived, and whether the prediction was right."""
    if pd.isna(row[LABEL]):
        return Raw('<span class="pending">pending</span>')
    right = "as predicted" if row[LABEL] == row["prediction"] else "not as predicted"
    return Raw(f'<span class="fate {_kind(row[LABEL])}">{OUTCOME.say(row[LABEL])}</span>, {right}')


def confusion(history: History) -> Raw:
    """Show the confusion matrix with named cells, counts and rates."""
    total = history.total
    matrix = monitoring.matrix_of(total)
    rows = [
        [
            Raw(f"<b>{happened.capitalize()}</b><br>{matrix.loc[happened].sum():,}"),
            *(_cell(matrix, happened, said) for said in matrix),
        ]
        for happened in matrix.index
    ]
    headers = ["What happened", *(f"Predicted {said}" for said in matrix)]
    lead = "Every scored passenger whose outcome is known, once per model version."
    return Raw(
        f'<h2>Confusion matrix</h2><p class="lead">{lead}</p>'
        + table("Confusion matrix: outcomes by predictions", headers, [*rows, _rates(matrix)], "confusion")
    )


def _cell(matrix: pd.DataFrame, happened: str, said: str) -> Raw:
    name, term = CELLS[happened, said]
    count, total = matrix.loc[happened, said], matrix.loc[happened].sum()
    rate = f"{words.share(count / total)} of those who {happened}" if total else "nobody yet"
    kind = "right" if happened == said else "wrong"
    return Raw(
        f'<div class="cell {kind} {happened}"><span class="name">{name}</span><span class="count">{count:,}</span>'
        f'<span class="rate">{rate}</span><span class="term">{term}</span></div>'
    )


def _rates(matrix: pd.DataFrame) -> list[object]:
    """The last row of the matrix: how often each prediction was right."""

    def right(said: str) -> Raw:
        """Of those of whom it was said; a dash if there are none."""
        whole = matrix[said].sum()
        return Raw(f"<b>{words.share(matrix.loc[said, said] / whole if whole else np.nan)}</b> right")

    return [Raw("<b>Together</b>"), *map(right, matrix)]


def drift(history: History) -> Raw:
    """Show how far each feature has moved from the historical passengers, against its threshold."""
    if history.rows.empty:
        return Raw("<h2>Drift</h2><p>Nobody was scored in this period.</p>")
    aboard = monitoring.pool(history.by_day)
    drifted = reference().compare({name: aboard[f"aboard_{name}"] for name in FEATURES})
    passengers = aboard["passengers"]
    lead = (
        "The population stability index compares the passengers of this period with the historical ones: 0 means the "
        "same distribution. A feature is marked when its index passes the threshold, which chance alone crosses once "
        f"in a hundred looks; with {passengers:,.0f} passengers the thresholds are as shown. Drift does not say that "
        "predictions are wrong: it says that the model now meets other people than it learned from."
    )
    widest = max(1.25, (drifted["psi"] / drifted["threshold"]).max() * 1.1)
    rows = [_drift_row(row, widest) for row in drifted.to_dict("records")]
    headers = ["Feature", "Index as a multiple of the threshold", "Index", "Threshold", "Verdict"]
    return Raw(f'<h2>Drift</h2><p class="lead">{lead}</p>' + table("Drift of each feature", headers, rows, "drift"))


def _drift_row(row: Mapping[str, Any], widest: float) -> list[object]:
    width, limit = 100 * row["psi"] / row["threshold"] / widest, 100 / widest
    kind = "down" if row["drifted"] else "calm"
    bar = f'<span class="bar {kind}" style="left:0;width:{width:.1f}%"></span>'
    bar += f'<span class="limit" style="left:{limit:.1f}%"></span>'
    verdict = Raw("<b>drifted</b>") if row["drifted"] else "as before"
    return [
        FIELDS[row["feature"]].label,
        Raw(f'<div class="track">{bar}</div>'),
        f"{row['psi']:.3f}",
        f"{row['threshold']:.3f}",
        verdict,
    ]


def versions(history: History) -> Raw:
    """List the registered versions: which one predicts, what each measured in its test and has scored since."""
    if history.versions.empty:
        return notice("No model is registered yet", "Train one with `lifeboat run retrain`.")
    shown = slice(WITHOUT_OTHERS if len(history.versions) == 1 else None)
    rows = [_version(history, row)[shown] for row in history.versions.to_dict("records")]
    headers = [
        "Version",
        "Role",
        "Registered",
        "What it is",
        "Test log loss",
        "Test accuracy",
        "Predictions",
        "Live accuracy",
    ]
    lead = (
        f"The champion of {TITANIC.task} predicts for new passengers; what another version predicted stays as it was."
    )
    return Raw(
        f'<h2>Champion and challengers</h2><p class="lead">{lead}</p>'
        + table("Registered model versions", headers[shown], rows, "versions")
    )


def _version(history: History, row: Mapping[str, Any]) -> list[object]:
    total = monitoring.pool(history.rows[history.rows["model_version"] == row["version"]])
    return [
        row["version"],
        "champion" if row["champion"] else "challenger",
        words.day(row["created"]),
        row["description"] or "",
        f"{row.get('log_loss', np.nan):.3f}",
        words.share(row.get("accuracy")),
        f"{total['passengers']:,.0f}",
        with_interval(total) if total["known"] else "no outcome yet",
    ]


def days_lead(version: str) -> Raw:
    """Explain what the dashed lines are and why live numbers differ from them."""
    whose = "the champion's" if version == ALL_VERSIONS else f"{version.lower()}'s"
    return Raw(
        '<h2>Day by day</h2><p class="lead">Points are days, of a long history weeks or months, with 95% intervals '
        "(Wilson for the accuracy; for the others bootstrap, of weeks and months combined from their days); "
        f"the line pools each with the {POOLED - 1} before it; dashed lines are {whose} result on the test set: real "
        "passengers that it had never seen. "
        "Live and test differ for a reason: the outcomes of synthetic passengers are drawn from the same distribution "
        "as their features, not observed.</p>"
    )


def calibration_lead() -> Raw:
    """Explain the calibration plot."""
    return Raw(
        '<h2>Calibration</h2><p class="lead">Of passengers given a 30% chance, about 30 of 100 should survive. Points '
        "above the diagonal: the model was too gloomy; below: too hopeful. Bars are 95% Wilson intervals.</p>"
    )
