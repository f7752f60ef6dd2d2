"""One look for all figures."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


class Picture(Figure):
    """A figure that a notebook shows with a text alternative, for those who do not see it.

    Attributes
    ----------
    alt : str
        What the figure shows, in words; its titles and labels unless set.
    """

    _alt = ""

    @property
    def alt(self) -> str:
        """The text alternative."""
        return self._alt or ". ".join(filter(None, (_caption(axes) for axes in self.axes)))

    @alt.setter
    def alt(self, text: str) -> None:
        self._alt = text

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """The picture, and its alternative both as the text of the output and where nbconvert looks for it."""
        drawn = io.BytesIO()
        self.savefig(drawn, format="png", dpi=80)
        image = base64.b64encode(drawn.getvalue()).decode()
        return {"image/png": image, "text/plain": f"Figure: {self.alt}"}, {"image/png": {"alt": self.alt}}


def _caption(axes: Axes) -> str:
    labels = [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    return ", ".join(label for label in labels if label)


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
    Picture, Axes or array of Axes
        As ``matplotlib.pyplot.subplots`` returns them.
    """
    with sns.axes_style("whitegrid"), plt.rc_context(_SETTINGS):
        figure, axes = plt.subplots(
            rows, columns, figsize=(width, height), layout="constrained", FigureClass=Picture, **options
        )
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
    "Picture",
    "canvas",
    "percent_axis",
]
