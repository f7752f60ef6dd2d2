"""The charts of the monitor, live: a reader can hover over them, zoom, and hide what does not matter."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lifeboat import monitoring
from lifeboat.pages import words
from lifeboat.pages.monitor.history import History

COLORS = ("#2a87c4", "#de8f05", "#029e73", "#cc78bc", "#ca9161")
"""Of the model versions, newest first: for any colour vision, and for a light or a dark page."""

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
SCORES = {"accuracy": "Accuracy", "log_loss": "Log loss", "brier": "Brier score"}
GREY = "#7a8794"
STEPS = {"day": "D", "week": "W", "month": "M"}
"""What a point may stand for, and how pandas calls it."""

SPAN = {"day": 1, "week": 7, "month": 30}
POOLED = 7
"""Points that the trend takes together."""

MOST_POINTS = 100
"""Points of a version; if there are more days than this, they are pooled into weeks, then into months."""


def _figure(figure: go.Figure, height: int) -> go.Figure:
    """Clear the background, so that the page's light or dark shows through; style.css colours the text."""
    figure.update_layout(
        template="none",
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 52, "r": 12, "t": 60, "b": 36},
        font={"family": "Inter, system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        dragmode=False,
    )
    figure.update_xaxes(zeroline=False, showgrid=False, automargin=True)
    figure.update_yaxes(zeroline=False, gridcolor="#8884", automargin=True)
    return figure


def thinned(rows: pd.DataFrame, most: int = MOST_POINTS) -> tuple[pd.DataFrame, str]:
    """Pool days into weeks or months if there are too many of them to be seen, or to be drawn quickly.

    Parameters
    ----------
    rows : DataFrame
        As `monitoring.read_metrics` returns them.
    most : int
        Days that are left as they are; weeks that are not pooled further.

    Returns
    -------
    rows, step : DataFrame, str
        Such rows, of which ``day`` is the first day; and what they stand for: ``day``, ``week`` or ``month``.
    """
    periods = {step: rows["day"].dt.to_period(code) for step, code in STEPS.items()}
    step = next((step for step in STEPS if periods[step].nunique() <= most), "month")
    if step == "day":
        return rows, step
    parts = rows.groupby([periods[step], "model_version"])
    pooled = [{**monitoring.pool(part), "day": first.start_time, "model_version": v} for (first, v), part in parts]
    return pd.DataFrame(pooled), step


def by_day(history: History, version: str) -> go.Figure:
    """Draw accuracy, log loss and Brier score of each day with 95% intervals, and how many were scored.

    Of a long history, weeks or months are drawn (see `thinned`).

    Parameters
    ----------
    history : History
        Cut to what the chart shows.
    version : str
        The version whose test metrics are drawn as lines.
    """
    tested = history.tested(version)
    titles = [_title(score, tested) for score in SCORES]
    figure = make_subplots(4, 1, shared_xaxes=True, subplot_titles=[*titles, "Predictions"], vertical_spacing=0.07)
    rows, step = thinned(history.rows)
    when = ("" if step == "day" else f"{step} from ") + "%{customdata|%-d %b %Y}"
    versions = sorted(rows["model_version"].unique(), reverse=True)
    for place, number in enumerate(versions):
        part = rows[rows["model_version"] == number]
        # versions that scored the same day stand beside each other
        apart = SPAN[step] * pd.Timedelta(hours=min(5, 16 / len(versions)))
        x = part["day"] + apart * (place - (len(versions) - 1) / 2)
        style = _style(place, f"Version {number}", x, part["day"])
        for row, score in enumerate(SCORES, start=1):
            figure.add_trace(_points(part, score, style, when, row == 1 and len(versions) > 1), row, 1)
        figure.add_trace(_estimates(part, {**style, "showlegend": place == 0}, when), 1, 1)
        figure.add_trace(_volume(part, style, when), 4, 1)
    for row, score in enumerate(SCORES, start=1):
        figure.add_trace(_trend(rows, score, step, row == 1), row, 1)
        figure.update_yaxes(range=_range(rows, score, tested), row=row, col=1)
    for row, score in enumerate(SCORES if tested is not None else [], start=1):
        figure.add_hline(float(tested[score]), row=row, col=1, line={"dash": "dash", "width": 1.5, "color": GREY})
    figure.update_layout(barmode="stack", bargap=0.4)
    figure.update_yaxes(tickformat=".0%", row=1, col=1)
    figure.update_annotations(x=0, xanchor="left", font_size=14)
    return _figure(figure, 820)


def _title(score: str, tested: pd.Series | None) -> str:
    return SCORES[score] + ("" if tested is None else f" (in the test {_number(score, tested[score])})")


def _number(score: str, value: float) -> str:
    return words.share(value) if score == "accuracy" else f"{value:.3f}"


def _style(place: int, name: str, x: pd.Series, day: pd.Series) -> dict:
    again, color = divmod(place, len(COLORS))  # a colour that comes again has another symbol
    marker = {"color": COLORS[color], "symbol": SYMBOLS[(color + again) % len(SYMBOLS)], "size": 8}
    return {"name": name, "legendgroup": name, "marker": marker, "x": x, "customdata": day}


def _points(part: pd.DataFrame, score: str, style: dict, when: str, showlegend: bool) -> go.Scatter:
    value, low, high = part[score], part[f"{score}_low"], part[f"{score}_high"]
    texts = [
        f"{_number(score, v)} ({_number(score, a)} to {_number(score, b)})<br>{n} outcomes"
        for v, a, b, n in zip(value, low, high, part["known"], strict=True)
    ]
    return go.Scatter(
        y=value,
        error_y={"array": high - value, "arrayminus": value - low, "thickness": 1.2, "width": 0},
        mode="markers",
        text=texts,
        hovertemplate=when + "<br>%{text}<extra>" + style["name"] + "</extra>",
        showlegend=showlegend,
        **style,
    )


def _trend(rows: pd.DataFrame, score: str, step: str, showlegend: bool) -> go.Scatter:
    """Each point and the `POOLED` - 1 before it, all versions together: what the points scatter around."""
    known = rows["known"].groupby(rows["day"]).sum().rolling(POOLED, min_periods=1).sum()
    summed = (rows[score].astype(float) * rows["known"]).groupby(rows["day"]).sum().rolling(POOLED, min_periods=1).sum()
    value = summed[known > 0] / known[known > 0]
    return go.Scatter(
        x=value.index,
        y=value,
        mode="lines",
        line={"color": GREY, "width": 2.5},
        name=f"pooled over {POOLED} {step}s",
        showlegend=showlegend,
        hoverinfo="skip",
    )


def _range(rows: pd.DataFrame, score: str, tested: pd.Series | None) -> list[float] | None:
    """From the lowest to the highest end of a whisker or mark, with room around."""
    drawn = [end for name in (f"{score}_low", f"{score}_high", score) for end in rows[name].dropna()]
    drawn += rows["estimated_accuracy"].dropna().tolist() if score == "accuracy" else []
    drawn += [] if tested is None else [float(tested[score])]
    room = 0.08 * (max(drawn) - min(drawn)) if drawn else 0
    return [min(drawn) - room, max(drawn) + room] if room else None


def _estimates(part: pd.DataFrame, style: dict, when: str) -> go.Scatter:
    """What was to be expected before the outcomes came: open marks beside the measured ones."""
    value = part["estimated_accuracy"]
    return go.Scatter(
        **style
        | {
            "name": "estimated before the outcomes",
            "legendgroup": "estimated",
            "marker": {"color": GREY, "symbol": "circle-open", "size": 9},
        },
        y=value,
        mode="markers",
        hovertemplate=when + "<br>%{y:.0%} estimated from the probabilities<extra></extra>",
    )


def _volume(part: pd.DataFrame, style: dict, when: str) -> go.Bar:
    return go.Bar(
        y=part["passengers"],
        hovertemplate=when + "<br>%{y} scored<extra>" + style["name"] + "</extra>",
        showlegend=False,
        **style | {"marker": {"color": style["marker"]["color"]}, "x": part["day"]},
    )


def calibration(history: History) -> go.Figure:
    """Draw predicted against observed survival, with 95% intervals; honest probabilities lie on the diagonal."""
    total = history.total
    table = monitoring.calibration_of(total["bin_passengers"], total["bin_probability"], total["bin_survived"])
    ideal = {"mode": "lines", "name": "perfect", "hoverinfo": "skip", "line": {"dash": "dash", "color": GREY}}
    points = go.Scatter(
        x=table["predicted"],
        y=table["observed"],
        error_y={
            "array": table["high"] - table["observed"],
            "arrayminus": table["observed"] - table["low"],
            "width": 0,
        },
        mode="markers",
        name="predictions, in tenths",
        marker={"size": 10, "color": COLORS[0]},
        customdata=table["passengers"],
        hovertemplate="predicted %{x:.0%}, survived %{y:.0%}<br>%{customdata} passengers<extra></extra>",
    )
    figure = _figure(go.Figure([go.Scatter(x=[0, 1], y=[0, 1], **ideal), points]), 440)
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%", "showgrid": True, "gridcolor": "#8884"}
    figure.update_xaxes(title={"text": "predicted chance of survival", "font": {"size": 13}}, **axis)
    figure.update_yaxes(title={"text": "share that survived", "font": {"size": 13}}, **axis)
    return figure


def nothing() -> go.Figure:
    """Draw an empty chart with the words that there is nothing to draw yet."""
    figure = go.Figure().add_annotation(text="Nothing to draw yet", showarrow=False, font={"size": 16})
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    return _figure(figure, 200)
