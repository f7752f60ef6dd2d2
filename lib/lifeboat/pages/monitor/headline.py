"""How well has it been doing, in one number: the measured accuracy, beside what the test promised and how it went."""

from __future__ import annotations

from collections.abc import Mapping

from lifeboat.monitoring.metrics import cells
from lifeboat.pages import words
from lifeboat.pages.markup import Raw, facts, large
from lifeboat.pages.monitor import charts
from lifeboat.pages.monitor.history import History

MOST_SPARKS = 40
WIDTH, HEIGHT, MARGIN = 300, 64, 5
"""Of the sparkline, in units of its drawing."""


def headline(history: History, version: str) -> Raw:
    """Show the accuracy of the chosen period and version, with what it should be and what is still open.

    Parameters
    ----------
    history : History
        Cut to that period and version.
    version : str
        One of `History.version_names`: whose test accuracy to show.
    """
    total, tested = history.total, history.tested(version)
    promised = None if tested is None else float(tested["accuracy"])
    figures = [] if promised is None else [("In the test", words.share(promised))]
    pending = int(total["passengers"] - total["known"])
    if pending:
        right = total["pending_true_survived"] + total["pending_true_died"]
        share = words.share(right / sum(total[f"pending_{cell}"] for cell in cells()))
        figures.append((f"Estimate for the {pending:,} pending", share))
    figures.append(("Passengers scored", f"{history.by_day['passengers'].sum():,}"))
    figures.append(("Predictions", f"{total['passengers']:,.0f}"))
    return Raw(f'<div class="headline">{_measured(total)}{sparkline(history, promised)}{facts(figures)}</div>')


def _measured(total: Mapping[str, float]) -> str:
    known = int(total["known"])
    interval = f"<br>95% interval {_range(total)}" if known else ""
    return (
        f'<p class="accuracy">{large(words.share(total["accuracy"]))}'
        f"<span><b>Accuracy</b><br>of {words.count(known, 'known outcome')}{interval}</span></p>"
    )


def with_interval(total: Mapping[str, float]) -> str:
    """Say the measured accuracy with its 95% interval, as in "79% (75% to 82%)"."""
    return f"{words.share(total['accuracy'])} ({_range(total)})"


def _range(total: Mapping[str, float]) -> str:
    return f"{words.share(total['accuracy_low'])} to {words.share(total['accuracy_high'])}"


def sparkline(history: History, promised: float | None) -> Raw:
    """Draw the accuracy by day, of a long history by week or month; nothing if there are fewer than two points.

    Parameters
    ----------
    history : History
        Each day counts once.
    promised : float or None
        The accuracy in the test, as a dashed line.
    """
    points, step = charts.thinned(history.by_day.assign(model_version=0), MOST_SPARKS)
    points = points[points["known"] > 0]
    if len(points) < 2:
        return Raw()
    found = points["accuracy"].astype(float).to_numpy()
    low, high = (end([*found, found[0] if promised is None else promised]) for end in (min, max))
    since = (points["day"] - points["day"].min()).dt.days.to_numpy()
    x = MARGIN + (WIDTH - 2 * MARGIN) * since / since[-1]
    *y, dashed = MARGIN + (HEIGHT - 2 * MARGIN) * (high - [*found, promised or 0]) / ((high - low) or 1)
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    test = "" if promised is None else f'<path d="M0 {dashed:.1f}H{WIDTH}"/>'
    said = f"from {words.share(found.min())} to {words.share(found.max())}, last {words.share(found[-1])}"
    return Raw(
        f'<figure class="spark"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Accuracy by {step}: {said}">'
        f'{test}<polyline points="{line}"/><circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="4"/></svg>'
        f"<figcaption>By {step}{', dashed: in the test' if test else ''}</figcaption></figure>"
    )
