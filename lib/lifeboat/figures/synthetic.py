"""Figures of notebook 04: what synthetic passengers share with real ones."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from lifeboat.figures.style import CLASS_NAMES, HIGHLIGHT, NEUTRAL, canvas, percent_axis
from lifeboat.passengers import LABEL


def marginals(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw the ages and fares of several tables of passengers, survivors and victims apart.

    Parameters
    ----------
    tables : dict
        Name to table; the first is drawn in grey, as the reference.
    """
    both = pd.concat((table.assign(passengers=name) for name, table in tables.items()), ignore_index=True)
    colors = dict(zip(tables, (NEUTRAL, HIGHLIGHT, "#cc78bc"), strict=False))
    with canvas(9, 5, columns=2, rows=2) as (figure, axes):
        for row, outcome in zip(axes, (0, 1), strict=True):
            part = both[both[LABEL] == outcome]
            for place, name in zip(row, ("age", "fare"), strict=True):
                sns.ecdfplot(part, x=name, hue="passengers", palette=colors, ax=place, legend=name == "fare")
                place.set(title=f"{name}, {'survived' if outcome else 'died'}", ylabel="share", xlabel="")
            row[1].set_xlim(0, 150)
            sns.move_legend(row[1], "lower right", frameon=False, title=None)
    return figure


def survival_by_sex_and_class(tables: dict[str, pd.DataFrame]) -> Figure:
    """Compare the survival of women and men of each class in several tables of passengers."""
    with canvas(9, 3.6, columns=2, sharey=True) as (figure, axes):
        for place, sex in zip(axes, ("female", "male"), strict=True):
            for (name, table), marker, color in zip(
                tables.items(), "os^", (NEUTRAL, HIGHLIGHT, "#cc78bc"), strict=False
            ):
                rates = table[table["sex"] == sex].groupby("pclass")[LABEL].mean()
                place.plot(rates.index.map(CLASS_NAMES), rates, marker, color=color, label=name, markersize=9)
            percent_axis(place)
            place.set_title(sex)
        axes[1].legend(frameon=False)
    return figure
