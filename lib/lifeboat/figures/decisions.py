"""Figures of notebook 06 on decisions: what a threshold costs, and what it means for groups."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lifeboat.figures.intervals import draw_intervals, listed, title_of
from lifeboat.figures.style import ALERT, HIGHLIGHT, NEUTRAL, Picture, canvas, percent_axis


def costs(table: pd.DataFrame, chosen: float) -> Picture:
    """Draw what a decision costs by its threshold, and the threshold that follows from the stated costs.

    Parameters
    ----------
    table : DataFrame
        As `lifeboat.survival.decision_costs` returns it.
    chosen : float
        The threshold to mark.
    """
    usual, ours = (float(np.interp(at, table.index, table["cost"])) for at in (0.5, chosen))
    with canvas(8, 3.4) as (figure, axes):
        axes.plot(table.index, table["cost"], color=NEUTRAL, drawstyle="steps-mid")
        axes.plot([0.5], [usual], "D", color=ALERT, label=f"one half: {usual:.0f}")
        axes.plot(
            [chosen], [ours], "o", color=HIGHLIGHT, markersize=9, label=f"from the costs, {chosen:.2f}: {ours:.0f}"
        )
        axes.set(xlabel="threshold of the probability of survival", ylabel="cost per 100 passengers", ylim=(0, None))
        axes.set_title("The stated costs, not one half, say where to cut")
        axes.legend(frameon=False)
        least, at = table["cost"].min(), table["cost"].idxmin()
        figure.alt = (
            f"{title_of(axes)} Cost per 100 passengers by threshold: {usual:.0f} at one half, "
            f"{ours:.0f} at {chosen:.2f}, least {least:.0f} at {at:.2f}."
        )
    return figure


def shares(tables: Mapping[str, pd.DataFrame], title: str, promised: float | None = None) -> Picture:
    """Draw shares within groups, with 95% intervals: one panel per table.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The words for each share, and the table of `lifeboat.survival.shares`.
    title : str
        The message.
    promised : float, optional
        A share to mark in every panel.
    """
    rows = max(map(len, tables.values()))
    with canvas(8.5, 0.45 * rows + 1.6, columns=len(tables), squeeze=False) as (figure, axes):
        for place, (words, table) in zip(axes[0], tables.items(), strict=True):
            named = table.rename(columns={"share": "value"})
            named.index = [f"{name}  ({count:,})" for name, count in table["passengers"].items()]
            draw_intervals(place, named, zero=promised)
            percent_axis(place, words, which="x")
        figure.suptitle(title, fontsize=11, fontweight="bold")
        said = (
            f"{words}: {listed(table.rename(columns={'share': 'value'}), '.0%')}" for words, table in tables.items()
        )
        figure.alt = f"{title}. {'. '.join(said)}."
    return figure
