"""One look for all figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from lifeboat.passengers import DIED, SURVIVED

_COLORBLIND = sns.color_palette("colorblind").as_hex()
NEUTRAL, HIGHLIGHT, ALERT = "#6b7280", _COLORBLIND[2], _COLORBLIND[1]
PALETTE = {DIED: _COLORBLIND[1], SURVIVED: _COLORBLIND[0]}
"""Colours of the outcomes, distinct with any colour vision."""

_SETTINGS = {"axes.titlesize": 11, "axes.titleweight": "bold", "axes.axisbelow": True}


@contextmanager
def canvas(width: float = 8, height: float = 4, columns: int = 1, rows: int = 1, **options: object) -> Iterator[tuple]:
    """Open a figure in the project's style and close it for pyplot, so that a notebook shows it once.

    Parameters
    ----------
    width, height : float
        Inches.
    columns, rows : int
        Grid of axes.
    **options
        Passed to ``matplotlib.pyplot.subplots``.

    Yields
    ------
    Figure, Axes or array of Axes
        As ``matplotlib.pyplot.subplots`` returns them.
    """
    with sns.axes_style("whitegrid"), plt.rc_context(_SETTINGS):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)
        try:
            yield figure, axes
            sns.despine(figure)
        finally:
            plt.close(figure)


def percent_axis(axes: Axes, label: str = SURVIVED, which: str = "y") -> None:
    """Show a share from 0 to 1 as a percentage on an axis, in whole percent.

    Parameters
    ----------
    axes : Axes
        Whose limits, ticks and label are set.
    label : str
        What the axis shows.
    which : {"y", "x"}
        The axis.
    """
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(PercentFormatter(1, decimals=0))
    (axes.set_ylim if which == "y" else axes.set_xlim)(-0.02, 1.02)
    axis.set_label_text(label)


__all__ = [
    "ALERT",
    "HIGHLIGHT",
    "NEUTRAL",
    "PALETTE",
    "Figure",
    "canvas",
    "percent_axis",
]
