"""Figures of notebook 05: how the predictions turned out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from lifeboat.figures.intervals import title_of
from lifeboat.figures.style import ALERT, HIGHLIGHT, NEUTRAL, PALETTE, Picture, canvas, percent_axis
from lifeboat.passengers import LABEL, OUTCOME

PENDING = "pending"


def confusion(matrix: pd.DataFrame) -> Picture:
    """Draw a 2 x 2 confusion matrix with its counts."""
    with canvas(4.6, 3.6) as (figure, axes):
        sns.heatmap(matrix, annot=True, fmt=",d", cmap="Blues", cbar=False, square=True, ax=axes, linewidths=2)
        right, all_known = matrix.to_numpy().trace(), matrix.to_numpy().sum()
        axes.set_title(f"{right:,} of {all_known:,} predictions were right")
        cells = (f"{n:,} who {o} were predicted: {p}" for o, row in matrix.iterrows() for p, n in row.items())
        figure.alt = f"Confusion matrix. {title_of(axes)} {'; '.join(cells)}."
    return figure


def accuracy_by_day(metrics: pd.DataFrame, reference: float) -> Picture:
    """Draw each day's accuracy with its 95% interval, the estimates of pending days, and the test set as a line.

    Parameters
    ----------
    metrics : DataFrame
        As `lifeboat.monitoring.daily_rows` returns it.
    reference : float
        Accuracy on the test set.
    """
    known, pending = metrics[metrics["known"] > 0], metrics[metrics["known"] == 0]
    with canvas(9, 3.6) as (figure, axes):
        _points(axes, known, "accuracy", color=HIGHLIGHT, label="measured")
        if len(pending):
            _points(axes, pending, "estimated", color=HIGHLIGHT, mfc="white", alpha=0.6, label="estimated, pending")
        axes.axhline(reference, color=NEUTRAL, linestyle="--", label=f"test set, {reference:.1%}")
        locator = AutoDateLocator()
        axes.xaxis.set(major_locator=locator, major_formatter=ConciseDateFormatter(locator))
        percent_axis(axes, "accuracy")
        axes.legend(frameon=False, loc="lower left")
        inside = known["accuracy_low"].le(reference) & known["accuracy_high"].ge(reference)
        axes.set_title(f"On {inside.sum()} of {len(known)} days the 95% interval contains the test set's accuracy")
        figure.alt = title_of(axes) + "".join(
            f" {row.day:%d %B}: {row.accuracy:.0%} ({row.accuracy_low:.0%} to {row.accuracy_high:.0%})."
            for row in known.itertuples()
        )
    return figure


def _points(axes: Axes, rows: pd.DataFrame, name: str, **style: Any) -> None:
    value = rows["estimated_accuracy" if name == "estimated" else name].to_numpy()
    spread = [value - rows[f"{name}_low"].to_numpy(), rows[f"{name}_high"].to_numpy() - value]
    axes.errorbar(rows["day"].to_numpy(), value, yerr=spread, fmt="o", capsize=3, **style)


def probabilities(results: pd.DataFrame) -> Picture:
    """Draw the distribution of the predicted probabilities by outcome; pending ones are grey."""
    colors = {**PALETTE, PENDING: NEUTRAL}
    named = results.assign(outcome=results[LABEL].map(OUTCOME.words).fillna(PENDING))
    with canvas(8, 3.4) as (figure, axes):
        if len(named):
            order = [name for name in colors if named["outcome"].eq(name).any()]
            style = {"hue_order": order, "palette": colors, "bins": 20, "multiple": "stack"}
            sns.histplot(named, x="probability", hue="outcome", ax=axes, **style)
            sns.move_legend(axes, "upper right", frameon=False, title=None)
        axes.set(xlabel="predicted probability of survival", ylabel="passengers", xlim=(0, 1))
        sure, survivors = _confident(named)
        axes.set_title(f"Of {sure} passengers given 80% or more, {survivors} survived (outcomes known so far)")
        counts = (f"{count} {name}" for name, count in named["outcome"].value_counts().items())
        figure.alt = f"Histogram of predicted probabilities: {', '.join(counts)}. {title_of(axes)}"
    return figure


def _confident(results: pd.DataFrame) -> tuple[int, int]:
    """How many with a known outcome were given 80% or more, and how many of them survived."""
    sure = results.loc[results["probability"] >= 0.8, LABEL].dropna()
    return len(sure), int(sure.sum())


def drift(table: pd.DataFrame) -> Picture:
    """Draw the drift of each feature as a multiple of its threshold.

    Parameters
    ----------
    table : DataFrame
        As `lifeboat.monitoring.drift` returns it.
    """
    ratio, beyond = table["psi"] / table["threshold"], table.loc[table["drifted"], "feature"]
    with canvas(8, 3.2) as (figure, axes):
        colors = [ALERT if drifted else NEUTRAL for drifted in table["drifted"]]
        axes.barh(table["feature"], ratio, color=colors)
        axes.axvline(1, color="black", linestyle="--")
        axes.invert_yaxis()
        axes.set(
            xlabel="population stability index, as a multiple of the threshold", xlim=(0, max(1.2, ratio.max() * 1.1))
        )
        axes.set_title(f"Beyond the threshold: {', '.join(beyond) or 'no feature'}")
        parts = (f"{name} {value:.2f}" for name, value in zip(table["feature"], ratio, strict=True))
        figure.alt = f"{title_of(axes)} Index as a multiple of the threshold: {', '.join(parts)}."
    return figure
