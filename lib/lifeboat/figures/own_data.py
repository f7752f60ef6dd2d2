"""A figure of notebook 08: where a generator puts rows that never occur."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.patches import Rectangle

from lifeboat.dataset import Dataset
from lifeboat.figures.style import ALERT, HIGHLIGHT, NEUTRAL, Picture, canvas


def corner(
    tables: Mapping[str, pd.DataFrame], dataset: Dataset, across: str, up: str, beyond: tuple[float, float]
) -> Picture:
    """Draw one feature against another, a panel for each table, and count the rows in the upper right corner.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Rows with the outcome 0 of the data set, by name.
    dataset : Dataset
        The description of the data.
    across, up : str
        Two features: the axis across, and the one upwards.
    beyond : tuple of float
        Where the corner begins, in both features.
    """
    x, y = dataset.fields[across], dataset.fields[up]
    with canvas(8, 3.8, columns=len(tables), sharex=True, sharey=True) as (figure, axes):
        counts = []
        for place, (name, table) in zip(axes, tables.items(), strict=True):
            inside = (table[across] > beyond[0]) & (table[up] > beyond[1])
            style = {"s": 14, "alpha": 0.6, "linewidths": 0}
            place.scatter(table.loc[~inside, across], table.loc[~inside, up], color=HIGHLIGHT, **style)
            place.scatter(table.loc[inside, across], table.loc[inside, up], color=ALERT, marker="D", **style)
            place.set(title=f"{name} ({len(table):,})", xlabel=x.label, ylabel=y.label)
            counts.append(f"{name} {inside.sum()}")
        for place in axes:
            (_, right), (_, top) = place.get_xlim(), place.get_ylim()
            width, height = right - beyond[0], top - beyond[1]
            place.add_patch(Rectangle(beyond, width, height, fill=False, edgecolor=NEUTRAL, linestyle="--"))
        title = f"In the corner that is empty in the data: {', '.join(counts)}"
        figure.suptitle(title, weight="bold", size=11)
        figure.alt = f"{x.label} against {y.label}, {dataset.rows} with the outcome {dataset.said[0]}. {title}."
    return figure
