"""Figures of notebook 07: what could be known on which evening."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lifeboat.figures.intervals import title_of
from lifeboat.figures.style import ALERT, HIGHLIGHT, NEUTRAL, Picture, canvas, percent_axis
from lifeboat.intervals import wilson

_STYLES = ({"color": HIGHLIGHT, "fmt": "o"}, {"color": ALERT, "fmt": "D"})


def evenings(table: pd.DataFrame) -> Picture:
    """Draw what the last seven days of each evening say: an estimate, and the accuracy measured through two joins.

    Parameters
    ----------
    table : DataFrame
        One row per evening and join: ``evening``, ``join`` (two names), ``outcomes`` (how many were known),
        ``accuracy``, ``estimated``, ``low`` and ``high`` (range of the estimate).
    """
    dates = sorted(table["evening"].unique())
    estimate = table.drop_duplicates("evening").sort_values("evening")
    with canvas(9, 3.8) as (figure, axes):
        axes.fill_between(range(len(dates)), estimate["low"], estimate["high"], color=NEUTRAL, alpha=0.2, linewidth=0)
        axes.plot(range(len(dates)), estimate["estimated"], color=NEUTRAL, linestyle="--", label="estimated")
        said = []
        for (join, part), style, shift in zip(table.groupby("join", sort=False), _STYLES, (-0.1, 0.1), strict=True):
            part = _with_interval(part)
            spread = [part["accuracy"] - part["least"], part["most"] - part["accuracy"]]
            label = f"{join}, {'-'.join(map(str, sorted({part['outcomes'].min(), part['outcomes'].max()})))} outcomes"
            axes.errorbar(np.arange(len(part)) + shift, part["accuracy"], yerr=spread, capsize=3, label=label, **style)
            said.append(f"{join}: {', '.join(f'{value:.0%}' for value in part['accuracy'])}")
        axes.set_xticks(range(len(dates)), [f"{day:%d %b}" for day in dates])
        percent_axis(axes, "accuracy, last seven days")
        axes.set(ylim=(0.5, 1), xlabel="evening (bars and band: 95%)", title=_message(table))
        axes.legend(frameon=False, loc="upper right", ncols=3)
        figure.alt = f"{title_of(axes)} Accuracy by evening, {'; '.join(said)}."
    return figure


def _with_interval(part: pd.DataFrame) -> pd.DataFrame:
    """Add the 95% Wilson interval of each measured accuracy."""
    least, most = wilson(part["accuracy"] * part["outcomes"], part["outcomes"])
    return part.assign(least=least, most=most)


def _message(table: pd.DataFrame) -> str:
    """When measured accuracy first lay clearly below the estimate, by each join."""
    parts = []
    for join, part in table.groupby("join", sort=False):
        below = _with_interval(part).query("most < low")["evening"]
        parts.append(f"{f'from {below.min():%d %b}' if len(below) else 'never'} ({join})")
    return f"Below the estimate {', '.join(parts)}"
