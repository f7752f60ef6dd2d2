"""Figures of notebook 01: who was on board, what is missing, what survival depends on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from lifeboat.figures.intervals import title_of
from lifeboat.figures.style import HIGHLIGHT, NEUTRAL, PALETTE, Picture, canvas, percent_axis
from lifeboat.intervals import wilson
from lifeboat.passengers import DIED, FEATURES, LABEL, OUTCOME, SURVIVED, age_band, ticket_class

_SEXES = (("female", "o", -0.06), ("male", "s", 0.06))
_OF_SEX = dict(zip(("female", "male"), sns.color_palette("colorblind").as_hex()[3:5], strict=True))


def aboard(passengers: pd.DataFrame) -> Picture:
    """Count passengers by class and sex; what happened to them is not shown."""
    counts = passengers.groupby(["pclass", "sex"]).size()
    names = [f"{ticket_class(pclass)}, {sex}" for pclass, sex in counts.index]
    with canvas(8, 3.2) as (figure, axes):
        bars = axes.barh(range(len(counts)), counts, color=[_OF_SEX[sex] for _, sex in counts.index])
        axes.bar_label(bars, [f"{n:,}" for n in counts], padding=4)
        axes.set_yticks(range(len(counts)), names)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        third, men = (passengers["pclass"] == 3).sum(), (passengers["sex"] == "male").sum()
        axes.set(
            xlabel="passengers", title=f"Of {len(passengers):,}, {third} travelled in third class; {men} were male"
        )
        parts = (f"{name}: {n:,}" for name, n in zip(names, counts, strict=True))
        figure.alt = f"{title_of(axes)} {'; '.join(parts)}."
    return figure


def missing(passengers: pd.DataFrame) -> Picture:
    """Show the share of missing values of each column that has any; the features stand out, bar, name and number."""
    counts = passengers.isna().sum().loc[lambda count: count > 0].sort_values()
    ours = [name for name in counts.index[::-1] if name in FEATURES]
    with canvas(8, 3.2) as (figure, axes):
        colors = [HIGHLIGHT if name in ours else NEUTRAL for name in counts.index]
        # An edge of two points keeps a bar of one passenger visible.
        bars = axes.barh(counts.index, counts / len(passengers), color=colors, edgecolor=colors, linewidth=2)
        written = axes.bar_label(bars, [f"{n:,} ({n / len(passengers):.1%})" for n in counts], padding=5)
        for name, color, *texts in zip(counts.index, colors, axes.get_yticklabels(), written, strict=True):
            for text in texts:
                text.set(color=color, weight="bold" if name in ours else "normal")
        axes.grid(visible=False, axis="y")
        percent_axis(axes, f"missing, of {len(passengers):,} passengers", which="x")
        gaps = ", ".join(f"{name} {counts[name]:,}" for name in ours)
        axes.set_title(f"Gaps in the features that we use (green): {gaps}")
        figure.alt = f"Missing values: {', '.join(f'{name} {n:,}' for name, n in counts[::-1].items())}."
    return figure


def _rates(axes: Axes, passengers: pd.DataFrame, by: pd.Series, shift: float = 0.0, **style: object) -> str:
    """Draw survival rates with 95% Wilson intervals, named with their numbers, and return them in words."""
    groups = passengers.groupby(by, observed=True)[LABEL].agg(["sum", "count"])
    rate = groups["sum"] / groups["count"]
    low, high = wilson(groups["sum"], groups["count"])
    style = {"fmt": "o", "capsize": 3, "color": HIGHLIGHT, **style}
    axes.errorbar(np.arange(len(groups)) + shift, rate, yerr=[rate - low, high - rate], **style)
    axes.set_xticks(range(len(groups)), [f"{name}\n({n})" for name, n in groups["count"].items()])
    axes.margins(x=0.12)
    percent_axis(axes)
    return ", ".join(f"{name} {rate[name]:.0%} of {n}" for name, n in groups["count"].items())


def survival_by_sex_and_class(passengers: pd.DataFrame) -> Picture:
    """Compare survival rates of women and men in each class, with 95% Wilson intervals."""
    with canvas(8, 3.8) as (figure, axes):
        said = []
        for sex, marker, shift in _SEXES:
            part = passengers[passengers["sex"] == sex]
            look = {"color": _OF_SEX[sex], "fmt": marker, "markersize": 8, "label": f"{sex} ({len(part)})"}
            said.append(f"{sex}: {_rates(axes, part, part['pclass'].map(ticket_class), shift, **look)}")
        numbers = passengers.groupby("pclass").size()
        axes.set_xticks(range(len(numbers)), [f"{ticket_class(c)}\n({n})" for c, n in numbers.items()])
        axes.set_title("Women first, and the first class before the third")
        axes.legend(frameon=False)
        figure.alt = f"{title_of(axes)} Share of survivors, {'; '.join(said)}."
    return figure


def survival_by_age(passengers: pd.DataFrame) -> Picture:
    """Compare survival by age band and sex; the last band holds those whose age is unknown."""
    bands = age_band(passengers["age"])
    with canvas(9, 4, columns=2, sharey=True) as (figure, axes):
        said = []
        for place, (sex, part) in zip(axes, passengers.groupby("sex"), strict=True):
            said.append(f"{sex}: {_rates(place, part, bands[part.index])}")
            place.set(title=f"{sex} ({len(part)})", xlabel="age in years (passengers)")
            place.tick_params(axis="x", rotation=45)
        axes[1].set_ylabel("")
        figure.suptitle("Boys fared far better than men; for women no clear trend shows", weight="bold", size=11)
        figure.alt = f"{figure.get_suptitle()}. Share of survivors, {'; '.join(said)}."
    return figure


def survival_by_family(passengers: pd.DataFrame) -> Picture:
    """Show survival by the size of the family aboard, the passenger included."""
    size = (passengers["sibsp"] + passengers["parch"] + 1).clip(upper=8)
    with canvas(8, 3.6) as (figure, axes):
        said = _rates(axes, passengers, size.map(lambda n: f"{n}" if n < 8 else "8+"))
        axes.set(xlabel="family members aboard, with oneself (passengers)", title="Small families fared best")
        figure.alt = f"{title_of(axes)} Share of survivors by size of the family: {said}."
    return figure


def fares(passengers: pd.DataFrame) -> Picture:
    """Draw the running share of the fares in each class, by outcome; a fare of zero is on the axis, too."""
    paid = passengers.dropna(subset=["fare"]).assign(outcome=lambda d: d[LABEL].map(OUTCOME.words))
    with canvas(9.5, 3.8, columns=3, sharey=True) as (figure, axes):
        said = []
        for place, (pclass, part) in zip(axes, paid.groupby("pclass"), strict=True):
            sns.ecdfplot(part, x="fare", hue="outcome", palette=PALETTE, hue_order=list(PALETTE), ax=place)
            place.set_xscale("symlog", linthresh=4, linscale=0.5)
            place.set_xticks([0, 5, 10, 30, 100, 500], ["0", "5", "10", "30", "100", "500"])
            place.set(title=f"{ticket_class(pclass)} ({len(part)})", xlabel="fare in pounds", xlim=(-0.5, 600))
            percent_axis(place, "paid at most this")
            sns.move_legend(place, "lower right", frameon=False, title=None)
            medians = part.groupby("outcome")["fare"].median()
            said.append(f"{ticket_class(pclass)}: {medians[SURVIVED]:.1f} survived, {medians[DIED]:.1f} died")
        free = (paid["fare"] == 0).sum()
        figure.suptitle(
            f"Within third class, fares hardly differ by outcome ({free} passengers paid nothing)",
            weight="bold",
            size=11,
        )
        figure.alt = f"{figure.get_suptitle()}. Median fares in pounds, {'; '.join(said)}."
    return figure


def shared_tickets(passengers: pd.DataFrame) -> Picture:
    """Show how often companions on one ticket shared their fate, by the size of the party, against chance."""
    parties = passengers.groupby("ticket")[LABEL].agg(["mean", "size"])
    parties = parties[parties["size"].between(2, 5)]
    same = parties["mean"].isin([0, 1]).groupby(parties["size"]).agg(["sum", "count"])
    share = same["sum"] / same["count"]
    low, high = wilson(same["sum"], same["count"])
    rate = passengers[LABEL].mean()
    chance = [rate**n + (1 - rate) ** n for n in same.index]
    with canvas(8, 3.6) as (figure, axes):
        places = np.arange(len(same))
        spread = [share - low, high - share]
        axes.errorbar(places, share, yerr=spread, fmt="o", capsize=3, color=HIGHLIGHT, label="companions on one ticket")
        axes.plot(places, chance, "k_", markersize=28, label="by chance")
        axes.set_xticks(places, [f"{n}\n({count} tickets)" for n, count in same["count"].items()])
        axes.margins(x=0.15)
        percent_axis(axes, "all survived or all died")
        axes.set(xlabel="passengers on the ticket", title="Companions shared their fate more often than by chance")
        axes.legend(frameon=False)
        parts = (f"{n}: {share[n]:.0%}, by chance {luck:.0%}" for n, luck in zip(same.index, chance, strict=True))
        figure.alt = f"{title_of(axes)} Share of tickets with one fate, by passengers: {'; '.join(parts)}."
    return figure
