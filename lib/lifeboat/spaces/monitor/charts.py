"""The charts of the monitor, live: a reader can hover over them, zoom, and hide what does not matter."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lifeboat import monitoring
from lifeboat.spaces.monitor.history import History

COLORS = ("#0173b2", "#de8f05", "#029e73", "#cc78bc", "#ca9161")
"""Of the model versions, newest first: seaborn's palette for any colour vision. Text and grid are coloured by the page."""

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
SCORES = {"accuracy": "Accuracy", "log_loss": "Log loss", "brier": "Brier score"}


def _figure(figure: go.Figure, height: int) -> go.Figure:
    """Clear the background and the colours of text and grid, so that the page's light or dark shows through."""
    figure.update_layout(
        template="none",
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 52, "r": 12, "t": 34, "b": 36},
        font={"family": "system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hoverlabel={"font": {"size": 13}},
        dragmode=False,
    )
    figure.update_xaxes(zeroline=False, showgrid=False, automargin=True)
    figure.update_yaxes(zeroline=False, gridcolor="#8884", automargin=True)
    return figure


def by_day(history: History, version: str) -> go.Figure:
    """Draw accuracy, log loss and Brier score of each day with 95 % intervals, and how many were scored.

    Parameters
    ----------
    history : History
        Cut to what is to be seen.
    version : str
        The version whose test metrics are drawn as lines.
    """
    titles = [*SCORES.values(), "Passengers scored"]
    figure = make_subplots(rows=4, cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.07)
    versions = sorted(history.daily["model_version"].unique(), reverse=True)
    for place, number in enumerate(versions):
        part = history.daily[history.daily["model_version"] == number]
        style = _style(place, f"Version {number}")
        for row, score in enumerate(SCORES, start=1):
            figure.add_trace(_points(part, score, style, showlegend=row == 1 and len(versions) > 1), row=row, col=1)
        figure.add_trace(_volume(part, style), row=4, col=1)
    tested = history.tested(version)
    for row, score in enumerate(SCORES, start=1):
        if tested is not None and score in tested:
            _reference(figure, float(tested[score]), row, f"test set {_number(score, tested[score])}")
    figure.update_layout(barmode="stack", hovermode="closest")
    figure.update_yaxes(tickformat=".0%", row=1, col=1)
    figure.update_yaxes(rangemode="tozero", row=4, col=1)
    figure.update_annotations(x=0, xanchor="left", font_size=14, selector={"xanchor": "center"})
    return _figure(figure, 820)


def _style(place: int, name: str) -> dict:
    color, symbol = COLORS[place % len(COLORS)], SYMBOLS[place % len(SYMBOLS)]
    return {"name": name, "legendgroup": name, "marker": {"color": color, "symbol": symbol, "size": 8}}


def _number(score: str, value: float) -> str:
    return f"{value:.1%}" if score == "accuracy" else f"{value:.3f}"


def _points(part: pd.DataFrame, score: str, style: dict, showlegend: bool) -> go.Scatter:
    value, low, high = part[score], part[f"{score}_low"], part[f"{score}_high"]
    texts = [
        f"{_number(score, v)} ({_number(score, a)} to {_number(score, b)})<br>{n} outcomes"
        for v, a, b, n in zip(value, low, high, part["passengers"], strict=True)
    ]
    spread = {"type": "data", "array": high - value, "arrayminus": value - low, "thickness": 1.2, "width": 0}
    return go.Scatter(
        x=part["day"],
        y=value,
        error_y=spread,
        mode="markers",
        text=texts,
        hovertemplate="%{x|%-d %b %Y}<br>%{text}<extra>" + style["name"] + "</extra>",
        showlegend=showlegend,
        **style,
    )


def _volume(part: pd.DataFrame, style: dict) -> go.Bar:
    return go.Bar(
        x=part["day"],
        y=part["scored"],
        hovertemplate="%{x|%-d %b %Y}<br>%{y} scored<extra>" + style["name"] + "</extra>",
        showlegend=False,
        name=style["name"],
        legendgroup=style["legendgroup"],
        marker={"color": style["marker"]["color"]},
    )


def _reference(figure: go.Figure, level: float, row: int, text: str) -> None:
    figure.add_hline(
        level, row=row, col=1, line={"dash": "dash", "width": 1.5, "color": "#7a8794"},
        annotation={"text": text, "xanchor": "right", "font": {"size": 12}},
    )  # fmt: skip


def calibration(history: History) -> go.Figure:
    """Draw predicted against observed survival, with 95 % intervals; honest probabilities lie on the diagonal."""
    table = monitoring.calibration(history.results)
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", name="perfect", hoverinfo="skip", line={"dash": "dash", "color": "#7a8794"}
        )
    )
    spread = {"type": "data", "array": table["high"] - table["observed"], "arrayminus": table["observed"] - table["low"], "width": 0}
    figure.add_trace(
        go.Scatter(
            x=table["predicted"],
            y=table["observed"],
            error_y=spread,
            mode="markers",
            name="predictions, in tenths",
            marker={"size": 10, "color": COLORS[0]},
            customdata=table["passengers"],
            hovertemplate="predicted %{x:.0%}, survived %{y:.0%}<br>%{customdata} passengers<extra></extra>",
        )
    )
    figure.update_xaxes(title="predicted chance of survival", range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(title="share that survived", range=[-0.02, 1.02], tickformat=".0%")
    figure = _figure(figure, 440)
    figure.update_xaxes(showgrid=True, gridcolor="#8884")
    return figure
