"""Figures of notebooks 03 and 06 and of the model card: how good and honest the models are, why, and for whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lifeboat.dataset import Dataset
from lifeboat.figures.intervals import draw_intervals, listed, title_of, word
from lifeboat.figures.style import ALERT, HIGHLIGHT, NEUTRAL, PALETTE, Picture, canvas, percent_axis
from lifeboat.passengers import DIED, FIELDS, SURVIVED, TITANIC
from lifeboat.survival import METRIC_WORDS, Explanation
from lifeboat.survival.comparison import fold_interval


def flattery(
    apart: Mapping[str, pd.DataFrame], together: Mapping[str, pd.DataFrame], metric: str = "log_loss"
) -> Picture:
    """Draw each estimator's metric on folds that separate companions, and on folds that keep them together.

    Parameters
    ----------
    apart, together : mapping of str to DataFrame
        For each estimator the table of `lifeboat.survival.evaluate`.
    metric : str
        A column of these tables.
    """
    kinds = {
        "random folds": (apart, PALETTE[DIED], "D", -0.13),
        "companions together": (together, HIGHLIGHT, "o", 0.13),
    }
    folds = len(next(iter(apart.values())))
    with canvas(8, 3.6) as (figure, axes):
        said = []
        for kind, (scores, color, fmt, shift) in kinds.items():
            table = _over_folds(scores, metric)
            draw_intervals(axes, table, shift=shift, color=color, fmt=fmt, label=kind)
            said.append(f"{kind.capitalize()}: {listed(table)}")
        axes.set(xlabel=f"{METRIC_WORDS.get(metric, metric)}, mean over {folds} folds with 95% interval")
        axes.set_title("Random folds flatter the models that can remember fares")
        axes.legend(frameon=False)
        figure.alt = f"{title_of(axes)} {'. '.join(said)}."
    return figure


def _over_folds(scores: Mapping[str, pd.DataFrame], metric: str) -> pd.DataFrame:
    rows = {name: (table[metric].mean(), *fold_interval(table[metric])) for name, table in scores.items()}
    return pd.DataFrame(rows, index=["value", "low", "high"]).T


def differences(comparison: pd.DataFrame, metric: str = "log_loss") -> Picture:
    """Draw the paired difference of each estimator to the best, with its 95% interval.

    Parameters
    ----------
    comparison : DataFrame
        As `lifeboat.survival.compare` returns it.
    metric : str
        What was compared.
    """
    table = comparison.rename(columns={"difference": "value"})
    best = word(comparison["difference"].abs().idxmin())
    behind = [word(name) for name, row in table.iterrows() if row["low"] > 0 or row["high"] < 0]
    with canvas(8, 0.5 * len(comparison) + 1.4) as (figure, axes):
        draw_intervals(axes, table, zero=0)
        axes.set(xlabel=f"difference in {METRIC_WORDS.get(metric, metric)} to {best}")
        axes.set_title(f"Distinguishable from the best: {', '.join(behind) or 'none'}")
        figure.alt = f"{title_of(axes)} Differences to {best}: {listed(table)}."
    return figure


def ablation(table: pd.DataFrame) -> Picture:
    """Draw by how much the log loss rises when a trait is left out, with 95% intervals.

    Parameters
    ----------
    table : DataFrame
        Indexed by trait: ``difference``, ``low``, ``high``.
    """
    return _rises(table.rename(columns={"difference": "value"}), "without it", "Left out, {} would be missed")


def importance(table: pd.DataFrame) -> Picture:
    """Draw the permutation importance of each feature with its interval.

    Parameters
    ----------
    table : DataFrame
        As `lifeboat.survival.importance` returns it.
    """
    return _rises(table.rename(columns={"increase": "value"}), "when its values are shuffled", "The model relies on {}")


def _rises(table: pd.DataFrame, when: str, message: str) -> Picture:
    """Rises in log loss; the message names those whose interval lies above zero."""
    clear = [word(name) for name, row in table.iterrows() if row["low"] > 0]
    with canvas(8, 0.4 * len(table) + 1.4) as (figure, axes):
        draw_intervals(axes, table, zero=0)
        title = message.format(", ".join(clear)) if clear else "No interval lies above zero"
        axes.set(xlabel=f"rise in log loss (nats) {when}, with 95% interval", title=title)
        figure.alt = f"{title_of(axes)} Rise in log loss {when}: {listed(table)}."
    return figure


def reliability(calibration: pd.DataFrame, dataset: Dataset = TITANIC) -> Picture:
    """Compare predicted probabilities with outcomes, with 95% Wilson intervals.

    Parameters
    ----------
    calibration : DataFrame
        As `lifeboat.monitoring.calibration` returns it.
    dataset : Dataset
        Its words for outcome and rows.
    """
    (_, yes), sizes = dataset.said, calibration[dataset.rows]
    observed, predicted = calibration["observed"], calibration["predicted"]
    inside = int(predicted.between(calibration["low"], calibration["high"]).sum())
    with canvas(5.4, 4.8) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle="--", label="as predicted")
        spread = [(observed - calibration["low"]).clip(lower=0), (calibration["high"] - observed).clip(lower=0)]
        style = {"fmt": "o", "capsize": 3, "color": HIGHLIGHT, "label": "observed, with 95% interval"}
        axes.errorbar(predicted, observed, yerr=spread, **style)
        percent_axis(axes, yes)
        percent_axis(axes, f"predicted probability ({sizes.sum():,.0f} {dataset.rows})", which="x")
        axes.set_title(f"{inside} of {len(calibration)} intervals contain what was predicted")
        axes.legend(frameon=False)
        pairs = (f"predicted {row.predicted:.0%}, {yes} {row.observed:.0%}" for row in calibration.itertuples())
        figure.alt = f"{title_of(axes)} {'; '.join(pairs)}."
    return figure


def dependence(tables: Mapping[str, pd.DataFrame]) -> Picture:
    """Draw the mean prediction against each feature, and where the middle four fifths of the passengers lie.

    Categories and counts are points; a number is drawn in steps, so that a jump of the model stays a jump.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        For each feature what `lifeboat.survival.partial_dependence` returns.
    """
    with canvas(2.6 * len(tables), 3.4, columns=len(tables), sharey=True, squeeze=False) as (figure, axes):
        said = []
        for place, (feature, table) in zip(axes[0], tables.items(), strict=True):
            field = FIELDS[feature]
            (_points if field.words or field.whole else _steps)(place, table)
            if field.words:
                place.set_xticks(range(len(table)), [field.say(value) for value in table["value"]])
                place.margins(x=0.3)
            percent_axis(place, "probability of survival")
            place.set(xlabel=f"{field.label} ({field.unit})" if field.unit else field.label)
            ends = [f"{field.say(row.value)} {row.mean:.0%}" for row in table.iloc[[0, -1]].itertuples(index=False)]
            said.append(f"{field.label}: from {' to '.join(ends)}")
        for place in axes[0][1:]:
            place.set_ylabel("")
        figure.suptitle("What the model makes of one feature, all else as it is", fontsize=11, fontweight="bold")
        figure.alt = f"Mean predicted probability of survival by feature. {'. '.join(said)}."
    return figure


def _points(axes: Axes, table: pd.DataFrame) -> None:
    spread = [table["mean"] - table["low"], table["high"] - table["mean"]]
    axes.errorbar(range(len(table)), table["mean"], yerr=spread, fmt="o", capsize=3, color=HIGHLIGHT)


def _steps(axes: Axes, table: pd.DataFrame) -> None:
    axes.fill_between(table["value"], table["low"], table["high"], step="post", color=HIGHLIGHT, alpha=0.2, linewidth=0)
    axes.plot(table["value"], table["mean"], drawstyle="steps-post", color=HIGHLIGHT)


def explanation(explained: Explanation) -> Picture:
    """Draw what each feature adds to the log-odds of one passenger, from the baseline to the prediction."""
    parts = explained.contributions.sort_values(key=np.abs, ascending=False)
    starts = explained.baseline + np.concatenate([[0], parts.cumsum()[:-1]])
    colors = np.where(parts > 0, PALETTE[SURVIVED], PALETTE[DIED])
    names = [f"{FIELDS[name].label}  {value:+.2f}" for name, value in parts.items()]
    with canvas(8, 3.6) as (figure, axes):
        axes.barh(range(len(parts)), parts, left=starts, color=colors)
        axes.axvline(explained.baseline, color=NEUTRAL, linestyle=":", label="baseline", zorder=0)
        axes.axvline(explained.log_odds, color="black", linewidth=1, label="prediction", zorder=0)
        axes.set_yticks(range(len(parts)), names)
        axes.invert_yaxis()
        axes.margins(x=0.05)
        title = (
            f"From {explained.baseline:+.2f} to {explained.log_odds:+.2f}: a probability of {explained.probability:.0%}"
        )
        axes.set(xlabel="log-odds of survival", title=title)
        figure.legend(frameon=False, loc="outside right center")
        figure.alt = f"{title_of(axes)} Contributions in log-odds: {', '.join(names)}."
    return figure


def slices(table: pd.DataFrame, metric: str = "gap", most: int | None = None, dataset: Dataset = TITANIC) -> Picture:
    """Draw a metric within slices of the passengers, with 95% intervals.

    Parameters
    ----------
    table : DataFrame
        As `lifeboat.survival.slices` returns it.
    metric : str
        One of its metrics.
    most : int, optional
        Draw only so many slices: everyone, and those that are furthest from everyone. The title counts all of them.
    dataset : Dataset
        Its word for rows.
    """
    shown = table.rename(columns={metric: "value", f"{metric}_low": "low", f"{metric}_high": "high"})
    middle = 0.0 if metric == "gap" else float(shown["value"].iloc[0])
    off = (shown["low"] > middle) | (shown["high"] < middle)
    shown["off"] = off
    if most is not None:
        furthest = (shown["value"] - middle).abs().iloc[1:].nlargest(most - 1).index
        shown = shown.loc[[shown.index[0], *furthest]]
    shown.index = [f"{name}  ({count:,})" for name, count in shown[dataset.rows].items()]
    with canvas(8, 0.28 * len(shown) + 1.4) as (figure, axes):
        draw_intervals(axes, shown, zero=middle)
        draw_intervals(axes, shown[shown["off"]], places=np.flatnonzero(shown["off"]), color=ALERT)
        axes.set(xlabel="predicted minus observed" if metric == "gap" else METRIC_WORDS.get(metric, metric))
        axes.set_title(f"{off.sum()} of {len(table)} slices stand out; by chance about {0.05 * len(table):.0f} would")
        figure.alt = f"{title_of(axes)} {listed(shown)}."
    return figure
