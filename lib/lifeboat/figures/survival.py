"""Figures of notebook 03 and of the model card: how good and honest the models are, and why."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lifeboat.figures.style import HIGHLIGHT, NEUTRAL, PALETTE, canvas, percent_axis
from lifeboat.passengers import DIED, SURVIVED
from lifeboat.survival import METRIC_WORDS, Explanation


def flattery(apart: pd.Series, together: pd.Series, metric: str = "log_loss") -> Figure:
    """Draw each estimator's metric on folds that separate companions, and on folds that keep them together.

    Parameters
    ----------
    apart, together : Series
        Mean of the metric by estimator.
    metric : str
        Name of the metric, for the label of the axis.
    """
    places = np.arange(len(apart))
    with canvas(8, 3.4) as (figure, axes):
        axes.hlines(places, apart, together, color=NEUTRAL, alpha=0.5, linewidth=3, zorder=1)
        axes.scatter(apart, places, color=PALETTE[DIED], marker="D", s=55, label="random folds")
        axes.scatter(together, places, color=PALETTE[SURVIVED], s=70, label="companions kept together")
        axes.set_yticks(places, _words(apart.index))
        axes.invert_yaxis()
        axes.set(xlabel=METRIC_WORDS.get(metric, metric), title="Random folds flatter models that remember fares")
        axes.legend(frameon=False)
    return figure


def differences(comparison: pd.DataFrame, metric: str = "log_loss") -> Figure:
    """Draw the paired difference of each estimator to the best, with its 95% interval.

    Parameters
    ----------
    comparison : DataFrame
        As `lifeboat.survival.compare` returns it.
    metric : str
        What was compared.
    """
    with canvas(8, 0.5 * len(comparison) + 1.4) as (figure, axes):
        _intervals(axes, comparison.rename(columns={"difference": "value"}))
        axes.axvline(0, color="black", linewidth=1)
        best = str(comparison["difference"].abs().idxmin()).replace("_", " ")
        axes.set(xlabel=f"difference in {METRIC_WORDS.get(metric, metric)} to {best}")
    return figure


def ablation(table: pd.DataFrame) -> Figure:
    """Draw by how much the log loss rises when a trait is left out, with 95% intervals.

    Parameters
    ----------
    table : DataFrame
        Indexed by trait: ``difference``, ``low``, ``high``.
    """
    with canvas(8, 0.5 * len(table) + 1.4) as (figure, axes):
        _intervals(axes, table.rename(columns={"difference": "value"}))
        axes.axvline(0, color="black", linewidth=1)
        axes.set(xlabel="rise in log loss (nats) without it", title="What each trait is worth")
    return figure


def reliability(calibration: pd.DataFrame) -> Figure:
    """Compare predicted probabilities with outcomes, with 95% Wilson intervals.

    Parameters
    ----------
    calibration : DataFrame
        As `lifeboat.monitoring.calibration` returns it.
    """
    with canvas(5, 4.6) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle="--", label="as predicted")
        spread = [calibration["observed"] - calibration["low"], calibration["high"] - calibration["observed"]]
        style = {"fmt": "o", "capsize": 3, "color": HIGHLIGHT, "label": "observed"}
        axes.errorbar(calibration["predicted"], calibration["observed"], yerr=spread, **style)
        percent_axis(axes)
        percent_axis(axes, "predicted probability of survival", which="x")
        axes.legend(frameon=False)
    return figure


def importance(table: pd.DataFrame) -> Figure:
    """Draw the permutation importance of each feature with its interval.

    Parameters
    ----------
    table : DataFrame
        As `lifeboat.survival.importance` returns it.
    """
    with canvas(8, 3.4) as (figure, axes):
        _intervals(axes, table.rename(columns={"increase": "value"}))
        axes.axvline(0, color="black", linewidth=1)
        axes.set(xlabel="rise in log loss (nats) when its values are shuffled")
    return figure


def dependence(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the mean prediction against each feature, and where the middle four fifths of the passengers lie.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        For each feature what `lifeboat.survival.partial_dependence` returns.
    """
    with canvas(2.6 * len(tables), 3.2, columns=len(tables), sharey=True, squeeze=False) as (figure, axes):
        for place, (feature, table) in zip(axes[0], tables.items(), strict=True):
            values = table["value"].astype(str) if len(table) < 6 else table["value"]
            place.fill_between(values, table["low"], table["high"], color=HIGHLIGHT, alpha=0.2, linewidth=0)
            place.plot(values, table["mean"], color=HIGHLIGHT, marker="o" if len(table) < 6 else "")
            percent_axis(place, "probability of survival")
            place.set(xlabel=feature)
        for place in axes[0][1:]:
            place.set_ylabel("")
    return figure


def explanation(explained: Explanation) -> Figure:
    """Draw what each feature adds to the log-odds of one passenger, from the baseline to the prediction."""
    parts = explained.contributions.sort_values(key=np.abs, ascending=False)
    starts = explained.baseline + np.concatenate([[0], parts.cumsum()[:-1]])
    colors = np.where(parts > 0, PALETTE[SURVIVED], PALETTE[DIED])
    with canvas(8, 3.6) as (figure, axes):
        bars = axes.barh(parts.index, parts, left=starts, color=colors)
        axes.bar_label(bars, [f"{value:+.2f}" for value in parts], padding=3)
        axes.axvline(explained.baseline, color=NEUTRAL, linestyle=":")
        axes.axvline(explained.log_odds, color="black")
        axes.invert_yaxis()
        axes.margins(x=0.12)
        title = (
            f"From {explained.baseline:+.2f} to {explained.log_odds:+.2f}: a probability of {explained.probability:.0%}"
        )
        axes.set(xlabel="log-odds of survival", title=title)
    return figure


def slices(table: pd.DataFrame, metric: str = "gap") -> Figure:
    """Draw a metric within each slice of the passengers, with 95% intervals.

    Parameters
    ----------
    table : DataFrame
        As `lifeboat.survival.slices` returns it, cut down to the slices to show.
    metric : str
        One of its metrics.
    """
    shown = table.rename(columns={metric: "value", f"{metric}_low": "low", f"{metric}_high": "high"})
    shown.index = [f"{name}  ({count:,})" for name, count in table["passengers"].items()]
    with canvas(8, 0.28 * len(table) + 1.2) as (figure, axes):
        _intervals(axes, shown)
        axes.axvline(0 if metric == "gap" else shown["value"].iloc[0], color="black", linewidth=1)
        axes.set(xlabel="predicted minus observed" if metric == "gap" else METRIC_WORDS.get(metric, metric))
    return figure


def _intervals(axes: Axes, table: pd.DataFrame) -> None:
    """Values with intervals, one below the other, named by the index."""
    places = np.arange(len(table))
    spread = [table["value"] - table["low"], table["high"] - table["value"]]
    axes.errorbar(table["value"], places, xerr=spread, fmt="o", capsize=3, color=HIGHLIGHT)
    axes.set_yticks(places, _words(table.index))
    axes.set_ylim(len(table) - 0.5, -0.5)


def _words(names: pd.Index) -> list[str]:
    return [str(name).replace("_", " ") for name in names]
