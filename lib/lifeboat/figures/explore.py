"""Figures of notebook 01: who was on board, what is missing, what survival depends on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lifeboat.figures.style import HIGHLIGHT, NEUTRAL, PALETTE, canvas, percent_axis
from lifeboat.intervals import wilson
from lifeboat.passengers import DIED, LABEL, OUTCOME, SURVIVED, age_band, ticket_class


def aboard(passengers: pd.DataFrame) -> Figure:
    """Count passengers by class and sex, stacked by outcome."""
    counts = passengers.groupby(["pclass", "sex", LABEL]).size().unstack()
    with canvas(8, 3.6) as (figure, axes):
        places = np.arange(len(counts))
        axes.barh(places, counts[1], color=PALETTE[SURVIVED], label=SURVIVED)
        axes.barh(places, counts[0], left=counts[1], color=PALETTE[DIED], label=DIED)
        axes.set_yticks(places, [f"{ticket_class(pclass)}, {sex}" for pclass, sex in counts.index])
        axes.invert_yaxis()
        axes.set(xlabel="passengers", title="Who was on board")
        axes.legend(frameon=False)
    return figure


def missing(passengers: pd.DataFrame) -> Figure:
    """Show the share of missing values of each column that has any."""
    shares = passengers.isna().mean().loc[lambda share: share > 0].sort_values()
    with canvas(8, 3.2) as (figure, axes):
        bars = axes.barh(shares.index, shares, color=NEUTRAL)
        axes.bar_label(bars, [f"{n:,}" for n in passengers[shares.index].isna().sum()], padding=4)
        percent_axis(axes, "missing, with the number of passengers", which="x")
        axes.set_title("What is not known")
    return figure


def _rates(axes: Axes, passengers: pd.DataFrame, by: str | pd.Series, **style: object) -> None:
    """Draw survival rates with 95% Wilson intervals."""
    groups = passengers.groupby(by, observed=True)[LABEL].agg(["sum", "count"])
    rate = groups["sum"] / groups["count"]
    low, high = wilson(groups["sum"], groups["count"])
    style = {"marker": "o", "linestyle": "none", "capsize": 3, **style}
    axes.errorbar(groups.index.astype(str), rate, yerr=[rate - low, high - rate], **style)
    percent_axis(axes)


def survival_by_sex_and_class(passengers: pd.DataFrame) -> Figure:
    """Compare survival rates of women and men in each class, with 95% Wilson intervals."""
    with canvas(8, 3.6) as (figure, axes):
        for (sex, part), color, marker in zip(
            passengers.groupby("sex"), sns.color_palette("colorblind")[3:5], ("o", "s"), strict=True
        ):
            _rates(axes, part, part["pclass"].map(ticket_class), label=sex, color=color, marker=marker, markersize=8)
        axes.set_title("Women first, and the first class before the third")
        axes.legend(frameon=False)
    return figure


def survival_by_age(passengers: pd.DataFrame) -> Figure:
    """Compare survival by age band and sex; the last band holds those whose age is unknown."""
    bands = age_band(passengers["age"])
    with canvas(9, 3.6, columns=2, sharey=True) as (figure, axes):
        for place, (sex, part) in zip(axes, passengers.groupby("sex"), strict=True):
            _rates(place, part, bands[part.index], color=HIGHLIGHT)
            place.set(title=sex, xlabel="age in years")
            place.tick_params(axis="x", rotation=45)
    return figure


def survival_by_family(passengers: pd.DataFrame) -> Figure:
    """Show survival by the size of the family aboard, the passenger included."""
    size = (passengers["sibsp"] + passengers["parch"] + 1).clip(upper=8)
    with canvas(8, 3.4) as (figure, axes):
        _rates(axes, passengers, size.map(lambda n: f"{n}" if n < 8 else "8+"), color=HIGHLIGHT)
        axes.set(xlabel="family members aboard, with oneself", title="Small families fared best")
    return figure


def fares(passengers: pd.DataFrame) -> Figure:
    """Draw the fares of each class on a logarithmic axis, by outcome."""
    paid = passengers[passengers["fare"] > 0].assign(
        outcome=lambda d: d[LABEL].map(OUTCOME.words), kind=lambda d: d["pclass"].map(ticket_class)
    )
    with canvas(8, 3.8) as (figure, axes):
        sns.boxenplot(
            paid.sort_values("pclass"),
            x="fare",
            y="kind",
            hue="outcome",
            palette=PALETTE,
            log_scale=True,
            ax=axes,
            hue_order=list(PALETTE),
        )
        axes.set(xlabel="fare in pounds (logarithmic)", ylabel="", title="The fare says the class first of all")
        axes.legend(title=None, frameon=False)
    return figure


def shared_tickets(passengers: pd.DataFrame) -> Figure:
    """Show how often companions on one ticket shared their fate, by the size of the party, against chance."""
    parties = passengers.groupby("ticket")[LABEL].agg(["mean", "size"])
    parties = parties[parties["size"].between(2, 5)]
    together = parties["mean"].isin([0, 1]).groupby(parties["size"]).mean()
    rate = passengers[LABEL].mean()
    chance = [rate**n + (1 - rate) ** n for n in together.index]
    with canvas(8, 3.4) as (figure, axes):
        axes.bar(together.index.astype(str), together, color=HIGHLIGHT, label="companions on one ticket")
        axes.plot(together.index.astype(str), chance, "k_", markersize=28, label="by chance")
        percent_axis(axes, "all survived or all died")
        axes.set(xlabel="passengers on the ticket", title="Companions shared their fate")
        axes.legend(frameon=False)
    return figure
