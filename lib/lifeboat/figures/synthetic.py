"""Figures of notebook 04: what synthetic passengers share with real ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from lifeboat.figures.intervals import title_of
from lifeboat.figures.style import HIGHLIGHT, NEUTRAL, PALETTE, Picture, canvas, percent_axis
from lifeboat.intervals import wilson
from lifeboat.passengers import DIED, FIELDS, LABEL, OUTCOME, SURVIVED, ticket_class

_COLORS = (NEUTRAL, HIGHLIGHT, *sns.color_palette("colorblind").as_hex()[3:6])
_MARKERS = "os^Dv"
_UNITS = {"age": "age in years", "fare": "fare in pounds"}


def marginals(tables: dict[str, pd.DataFrame]) -> Picture:
    """Draw the ages and fares of several tables of passengers, survivors and victims apart.

    Parameters
    ----------
    tables : dict
        Name to table; the first is drawn in grey, as the reference.
    """
    both = pd.concat((table.assign(passengers=name) for name, table in tables.items()), ignore_index=True)
    colors = dict(zip(tables, _COLORS, strict=False))
    with canvas(9, 5.2, columns=2, rows=2) as (figure, axes):
        for row, (outcome, word) in zip(axes, OUTCOME.words.items(), strict=True):
            part = both[both[LABEL] == outcome]
            for place, (name, label) in zip(row, _UNITS.items(), strict=True):
                sns.ecdfplot(part, x=name, hue="passengers", palette=colors, ax=place, legend=name == "fare")
                count = part.loc[part["passengers"] == next(iter(tables)), name].notna().sum()
                place.set(title=f"{word} ({count} real)", xlabel=label)
                percent_axis(place, "at most this")
            row[1].set_xlim(-3, 150)
            sns.move_legend(row[1], "lower right", frameon=False, title=None)
        title = f"One feature at a time, {' and '.join(list(tables)[1:])} are hard to tell from real passengers"
        figure.suptitle(title, weight="bold", size=11)
        medians = {
            name: ", ".join(f"{feature} {table[feature].median():.0f}" for feature in _UNITS)
            for name, table in tables.items()
        }
        figure.alt = f"{title}. Medians: {'; '.join(f'{name} {words}' for name, words in medians.items())}."
    return figure


def pair(tables: dict[str, pd.DataFrame]) -> Picture:
    """Draw age against fare, a panel for each table, coloured by outcome; a fare of zero is on the axis, too."""
    with canvas(3.2 * len(tables), 3.9, columns=len(tables), sharey=True) as (figure, axes):
        for place, (name, table) in zip(axes, tables.items(), strict=True):
            shown = table.dropna(subset=["age", "fare"])
            colors = shown[LABEL].map(OUTCOME.words).map(PALETTE)
            place.scatter(shown["age"], shown["fare"], c=colors, s=9, alpha=0.6, linewidths=0)
            place.set_yscale("symlog", linthresh=4, linscale=0.4)
            place.set_yticks([0, 5, 10, 30, 100, 500], ["0", "5", "10", "30", "100", "500"])
            place.set(title=f"{name} ({len(shown):,})", xlabel="age in years", ylim=(-1, 700))
        axes[0].set_ylabel("fare in pounds")
        for word in (SURVIVED, DIED):
            axes[0].scatter([], [], color=PALETTE[word], s=20, label=word)
        axes[0].legend(frameon=False, loc="lower right")
        cheap = (f"{name} {len(table.query('age < 8 and fare < 10'))}" for name, table in tables.items())
        title = f"Children below 8 on a ticket below 10 pounds: {', '.join(cheap)}"
        figure.suptitle(title, weight="bold", size=11)
        related = (
            f"{name} {table['age'].corr(table['fare'], method='spearman'):.2f}" for name, table in tables.items()
        )
        figure.alt = f"{title}. Rank correlation of age and fare: {', '.join(related)}. Unknown ages are not drawn."
    return figure


def survival_by_sex_and_class(tables: dict[str, pd.DataFrame]) -> Picture:
    """Compare the survival of women and men of each class in several tables; the first is the reference.

    The reference is a wide mark with its 95% interval as a band, so that no other mark can hide it.
    """
    names = list(tables)
    with canvas(9.5, 4, columns=2, sharey=True) as (figure, axes):
        said = []
        for place, sex in zip(axes, FIELDS["sex"].values, strict=True):
            rates = {name: _by_class(table, sex) for name, table in tables.items()}
            reference = rates[names[0]]
            places = np.arange(len(reference))
            _bands(place, reference, names[0])
            for number, (name, marker, color) in enumerate(zip(names[1:], _MARKERS[1:], _COLORS[1:], strict=False)):
                shift = 0.14 * (number - (len(names) - 2) / 2) + (0.07 if len(names) == 2 else 0)
                style = {"fmt": marker, "color": color, "label": name, "markersize": 7}
                place.errorbar(places + shift, rates[name]["rate"], **style)
            place.set_xticks(places, [f"{ticket_class(c)}\n({n})" for c, n in reference["count"].items()])
            place.set_title(f"{sex} ({reference['count'].sum()} real)")
            percent_axis(place)
            said += [f"{sex}, {name}: {', '.join(f'{r:.0%}' for r in table['rate'])}" for name, table in rates.items()]
        axes[1].legend(frameon=False)
        axes[1].set_ylabel("")
        title = "Methods that forget relations miss the survival of sex and class together"
        figure.suptitle(title, weight="bold", size=11)
        figure.alt = f"{title}. Survival in first, second and third class: {'; '.join(said)}."
    return figure


def _by_class(table: pd.DataFrame, sex: str) -> pd.DataFrame:
    counts = table[table["sex"] == sex].groupby("pclass")[LABEL].agg(["sum", "count"])
    return counts.assign(rate=counts["sum"] / counts["count"])


def _bands(axes: Axes, reference: pd.DataFrame, name: str) -> None:
    """Wide marks with the 95% interval around them."""
    low, high = wilson(reference["sum"], reference["count"])
    places = np.arange(len(reference)) - 0.38
    axes.bar(places, high - low, 0.76, low, align="edge", color=NEUTRAL, alpha=0.25, linewidth=0)
    style = {"fmt": "none", "ecolor": "black", "elinewidth": 2, "label": f"{name}, with 95% interval"}
    axes.errorbar(places + 0.38, reference["rate"], xerr=0.38, **style)


def learned(generator_marginals: Mapping[str, tuple[pd.Series, pd.Series]]) -> Picture:
    """Draw what a generator learned of each feature: the distribution of the victims, and of the survivors.

    Parameters
    ----------
    generator_marginals : mapping of str to pair of Series
        Feature to the shares of its values, of those who died and those who survived, as `marginal` returns them.
    """
    with canvas(9.5, 5.6, columns=4, rows=2) as (figure, axes):
        for place, (name, shares) in zip(axes.flat, generator_marginals.items(), strict=False):
            known = pd.concat(shares, axis=1, keys=PALETTE).fillna(0).loc[lambda table: table.index.notna()]
            running = not (FIELDS[name].words or FIELDS[name].whole)
            if running:
                known.index = known.index.astype(float)
                known = known.sort_index().cumsum()
                known.plot(ax=place, color=PALETTE, legend=False, drawstyle="steps-post")
            else:
                known.plot.bar(ax=place, color=PALETTE, legend=False, width=0.8, rot=0)
            percent_axis(place, "at most this" if running else "of those with the outcome")
            place.set_xlabel(f"{FIELDS[name].label} ({FIELDS[name].unit})" if FIELDS[name].unit else FIELDS[name].label)
        axes.flat[5].set_xlim(0, 150)
        axes.flat[7].axis("off")
        axes.flat[7].legend(*axes.flat[0].get_legend_handles_labels(), frameon=False, loc="center")
        female = [shares.get("female", 0) for shares in generator_marginals["sex"]]
        title = f"Of those who survived, {female[1]:.0%} were female; of those who died, {female[0]:.0%}"
        figure.suptitle(title, weight="bold", size=11)
        figure.alt = f"{title}. Distributions of the seven features as learned, for both outcomes."
    return figure


def tradeoff(scores: pd.DataFrame, limits: Mapping[str, float]) -> Picture:
    """Draw how well each method hides (x) against how far it keeps from copying (y).

    Parameters
    ----------
    scores : DataFrame
        One row per method: ``told apart`` (discriminator AUC, 0.5 is perfect) and ``copies`` (share of exact copies).
    limits : mapping of str to float
        The largest value allowed of each of the two.
    """
    within = [name for name, row in scores.iterrows() if all(row[what] <= most for what, most in limits.items())]
    with canvas(7, 3.8) as (figure, axes):
        for (name, row), color in zip(scores.iterrows(), _COLORS[1:], strict=False):
            axes.plot(row["told apart"], row["copies"], "o", color=color, markersize=11, label=name)
        axes.axhline(limits["copies"], color=NEUTRAL, linestyle="--", linewidth=1)
        axes.axvline(limits["told apart"], color=NEUTRAL, linestyle="--", linewidth=1)
        axes.set(xlabel="told apart from unseen passengers (ROC AUC)", xlim=(0.5, None))
        percent_axis(axes, "exact copies")
        axes.set(ylim=(-0.02, 0.6), title=f"Within both limits: {', '.join(within) or 'no method'}")
        axes.legend(frameon=False, loc="upper right")
        points = (
            f"{name}: told apart {row['told apart']:.2f}, copies {row['copies']:.0%}" for name, row in scores.iterrows()
        )
        figure.alt = f"{title_of(axes)} {'; '.join(points)}."
    return figure
