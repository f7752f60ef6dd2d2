"""Figures of notebook 04: what synthetic passengers share with real ones."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from lifeboat.figures.style import HIGHLIGHT, NEUTRAL, PALETTE, canvas, percent_axis
from lifeboat.passengers import FIELDS, LABEL, OUTCOME, ticket_class

_COLORS = (NEUTRAL, HIGHLIGHT, *sns.color_palette("colorblind").as_hex()[3:6])
_MARKERS = "os^Dv"


def marginals(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw the ages and fares of several tables of passengers, survivors and victims apart.

    Parameters
    ----------
    tables : dict
        Name to table; the first is drawn in grey, as the reference.
    """
    both = pd.concat((table.assign(passengers=name) for name, table in tables.items()), ignore_index=True)
    colors = dict(zip(tables, _COLORS, strict=False))
    with canvas(9, 5, columns=2, rows=2) as (figure, axes):
        for row, (outcome, word) in zip(axes, OUTCOME.words.items(), strict=True):
            part = both[both[LABEL] == outcome]
            for place, name in zip(row, ("age", "fare"), strict=True):
                sns.ecdfplot(part, x=name, hue="passengers", palette=colors, ax=place, legend=name == "fare")
                place.set(title=f"{name}, {word}", ylabel="share", xlabel="")
            row[1].set_xlim(0, 150)
            sns.move_legend(row[1], "lower right", frameon=False, title=None)
    return figure


def pair(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw age against fare, one panel per table, coloured by outcome."""
    with canvas(3.2 * len(tables), 3.4, columns=len(tables), sharey=True) as (figure, axes):
        for place, (name, table) in zip(axes, tables.items(), strict=True):
            named = table.assign(outcome=table[LABEL].map(OUTCOME.words), fare=table["fare"].clip(lower=1))
            sns.scatterplot(
                named,
                x="age",
                y="fare",
                hue="outcome",
                palette=PALETTE,
                s=9,
                alpha=0.6,
                ax=place,
                legend=name == "real",
            )
            place.set(title=name, yscale="log", xlabel="age in years", ylabel="fare in pounds")
        sns.move_legend(axes[0], "lower right", frameon=False, title=None)
    return figure


def survival_by_sex_and_class(tables: dict[str, pd.DataFrame]) -> Figure:
    """Compare the survival of women and men of each class in several tables of passengers."""
    with canvas(9, 3.6, columns=2, sharey=True) as (figure, axes):
        for place, sex in zip(axes, FIELDS["sex"].values, strict=True):
            for (name, table), marker, color in zip(tables.items(), _MARKERS, _COLORS, strict=False):
                rates = table[table["sex"] == sex].groupby("pclass")[LABEL].mean()
                place.plot(rates.index.map(ticket_class), rates, marker, color=color, label=name, markersize=8)
            percent_axis(place)
            place.set_title(sex)
        axes[1].legend(frameon=False)
    return figure


def learned(generator_marginals: dict[str, tuple[pd.Series, pd.Series]]) -> Figure:
    """Draw what a generator learned of each feature: the distribution of the victims, and of the survivors.

    Parameters
    ----------
    generator_marginals : dict
        Feature to the shares of its values, of those who died and those who survived, as `marginal` returns them.
    """
    with canvas(9, 5.4, columns=4, rows=2) as (figure, axes):
        for place, (name, shares) in zip(axes.flat, generator_marginals.items(), strict=False):
            known = pd.concat(shares, axis=1, keys=PALETTE).fillna(0).loc[lambda table: table.index.notna()]
            if name in ("age", "fare"):
                known.index = known.index.astype(float)
                known.sort_index().cumsum().plot(ax=place, color=PALETTE, legend=False, title=f"{name}, running share")
            else:
                known.plot.bar(ax=place, color=PALETTE, legend=False, title=name, width=0.8, rot=0)
            place.set_xlabel("")
        axes.flat[5].set_xlim(0, 150)
        axes.flat[7].axis("off")
        axes.flat[7].legend(*axes.flat[0].get_legend_handles_labels(), frameon=False, loc="center")
    return figure


def tradeoff(scores: pd.DataFrame) -> Figure:
    """Draw how well each method hides (x) against how far it keeps from copying (y).

    Parameters
    ----------
    scores : DataFrame
        One row per method: ``told apart`` (discriminator AUC, 0.5 is perfect) and ``copies`` (share of exact copies).
    """
    with canvas(7, 3.8) as (figure, axes):
        for (name, row), color in zip(scores.iterrows(), _COLORS[1:], strict=False):
            axes.plot(row["told apart"], row["copies"], "o", color=color, markersize=11, label=name)
        axes.axhline(0.17, color=NEUTRAL, linestyle="--", linewidth=1)
        axes.axvline(0.6, color=NEUTRAL, linestyle="--", linewidth=1)
        axes.set(xlabel="told apart from unseen passengers (ROC AUC)", ylabel="exact copies", xlim=(0.5, None))
        percent_axis(axes, "exact copies")
        axes.set_ylim(-0.02, 0.6)
        axes.legend(frameon=False, loc="upper right")
    return figure
