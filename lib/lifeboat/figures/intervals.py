"""Rows of values with intervals: drawn, and said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lifeboat.figures.style import HIGHLIGHT


def draw_intervals(
    axes: Axes,
    table: pd.DataFrame,
    *,
    places: np.ndarray | None = None,
    shift: float = 0.0,
    zero: float | None = None,
    **style: object,
) -> None:
    """Draw values with intervals, one below the other, named by the index.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    table : DataFrame
        Indexed by name: ``value``, ``low``, ``high``.
    places : ndarray, optional
        Rows to draw over what is there already; otherwise the rows are drawn and named in their order.
    shift : float
        How far below its place each value is drawn, in rows.
    zero : float, optional
        Where to draw a line for comparison.
    **style
        Passed to ``errorbar``.
    """
    first = places is None
    places = np.arange(len(table)) if first else places
    value, low, high = (table[name].to_numpy() for name in ("value", "low", "high"))
    axes.errorbar(
        value,
        places + shift,
        xerr=[value - low, high - value],
        **{"fmt": "o", "capsize": 3, "color": HIGHLIGHT} | style,
    )
    if first:
        axes.set_yticks(places, [word(name) for name in table.index])
        axes.set_ylim(len(table) - 0.5, -0.5)
    if zero is not None:
        axes.axvline(zero, color="black", linewidth=1)


def listed(table: pd.DataFrame, form: str = ".3f") -> str:
    """Say name, value and interval of each row, for a text alternative."""
    parts = (f"{word(n)} {r['value']:{form}} ({r['low']:{form}} to {r['high']:{form}})" for n, r in table.iterrows())
    return "; ".join(parts)


def title_of(axes: Axes) -> str:
    """Return the title as a sentence."""
    return f"{axes.get_title()}."


def word(name: object) -> str:
    """Return a name as words."""
    return str(name).replace("_", " ")
