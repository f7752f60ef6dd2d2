"""The panels of an answer, as HTML that a screen reader can read too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from lifeboat.fields import NotAllowed
from lifeboat.pages import words
from lifeboat.pages.markup import Raw, facts, large, table, text
from lifeboat.pages.predict.answer import Answer, Evidence
from lifeboat.pages.predict.whatif import Change
from lifeboat.passengers import DIED, FIELDS, SURVIVED, SURVIVES_FROM
from lifeboat.registry import Champion
from lifeboat.survival import METRIC_WORDS

TICKS = (0.5, 0.1, 0.9, 0.01, 0.99, 0.25, 0.75)
"""Chances on the axis, the most needed first."""

TICK_GAP = 16
"""How close labels may come, in percent of the width: less would run them together on a phone."""


def verdict(answer: Answer) -> Raw:
    """Show the probability and the verdict in words."""
    p = answer.probability
    return Raw(
        f'<section class="verdict {"up" if answer.survives else "down"}" aria-live="polite">'
        f'<p class="who">{text(_capital(words.sentence(answer.passenger)))}</p>'
        f'<p class="said">{large(words.percent(p))} '
        f"<span>chance of survival:<br>{_verdict_words(p)}</span></p>"
        f"{_gauge(p, answer.evidence)}</section>"
    )


def truth(answer: Answer, known: str) -> Raw:
    """Say how sure the verdict is and, of a real passenger, what happened.

    Parameters
    ----------
    answer : Answer
        Of the model.
    known : str
        A sentence on what happened; empty if nothing is known.
    """
    return Raw(f'<p class="lead">{_how_sure(answer.evidence)}</p><p class="truth">{text(known)}</p>')


def fault(name: str, value: Any) -> Raw:
    """Say what is wrong with the value of a feature, and what is allowed; nothing if it is allowed."""
    try:
        FIELDS[name].read(value)
    except NotAllowed as error:
        return Raw(f'<p id="fault-{name}" role="alert">{text(error)}</p>')
    return Raw()


def _verdict_words(p: float) -> str:
    would = SURVIVED if p >= SURVIVES_FROM else DIED
    margin = abs(p - SURVIVES_FROM)
    how = "perhaps" if margin < 0.1 else "probably" if margin <= 0.35 else "very likely"
    return f"would {how} have {would}"


def _capital(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def _gauge(p: float, evidence: Evidence | None) -> str:
    band = ""
    if evidence:
        band = f'<span class="range" style="left:{evidence.low:.1%};width:{evidence.high - evidence.low:.1%}"></span>'
    return (
        f'<div class="gauge" role="img" aria-label="Chance of survival {words.percent(p)}">'
        f'{band}<span class="mark" style="left:{p:.1%}"></span><span class="half"></span></div>'
        '<div class="ends" aria-hidden="true"><span>0%</span><span>50%</span><span>100%</span></div>'
    )


def _how_sure(evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    others = words.count(evidence.passengers, "passenger")
    ruled_out = {DIED: "survival", SURVIVED: "death"}
    if len(evidence.plausible) == 1:
        conclusion = f"{ruled_out[evidence.plausible[0]]} can be ruled out"
    else:
        conclusion = "neither outcome can be ruled out"
    return (
        f"Of {others} with about this chance whom the model had not seen, {words.percent(evidence.observed)} survived "
        f"(95% interval {words.percent(evidence.low)} to {words.percent(evidence.high)}: the band). "
        f"With {words.percent(evidence.level)} confidence, {conclusion}."
    )


def why(answer: Answer) -> Raw:
    """Show each feature's contribution to the log-odds as bars that start where the one before ends."""
    start = answer.explanation.baseline
    contributions = answer.explanation.contributions
    ordered = contributions[contributions.abs().sort_values(ascending=False, kind="stable").index]
    ends = start + ordered.cumsum()
    scale = _Scale(np.concatenate([[start], ends]))
    bars = [
        _bar(scale, FIELDS[name].label, words.value(name, answer.passenger[name]), end - ordered[name], end)
        for name, end in ends.items()
    ]
    first = _bar(scale, "An average passenger", "", None, start)
    last = _bar(scale, "This passenger", "", None, ends.iloc[-1])
    rows = [first, *bars, last]
    return Raw(
        '<h2>Why</h2><p class="lead">Each bar starts where the one before ends: from an average passenger to this one. '
        "The unit is log-odds; the scale shows what they mean as a chance of survival.</p>"
        + table("Contribution of each fact to the log-odds", ["Fact", scale.axis(), "Log-odds"], rows, "why")
    )


class _Scale:
    """Log-odds to a position in percent of the width, with room at both ends."""

    def __init__(self, values: np.ndarray) -> None:
        self.low, self.high = min(values.min(), -1.0) - 0.4, max(values.max(), 1.0) + 0.4

    def at(self, log_odds: float) -> float:
        """Return the position, in percent from the left."""
        return float(100 * (log_odds - self.low) / (self.high - self.low))

    def axis(self) -> Raw:
        """The heading of the bars' own column, so that both have the same width."""
        places: dict[float, float] = {}
        for p in TICKS:
            x = self.at(logit(p))
            if 4 < x < 96 and all(abs(x - other) >= TICK_GAP for other in places.values()):
                places[p] = x
        marks = "".join(f'<span style="left:{x:.2f}%">{p:.0%}</span>' for p, x in places.items())
        return Raw(f'<span class="unseen">Effect</span><div class="axis" aria-hidden="true">{marks}</div>')


def _bar(scale: _Scale, label: str, value: str, start: float | None, end: float) -> list[object]:
    heading = Raw(f'{text(label)} <span class="value">{text(value)}</span>')
    if start is None:
        mark = f'<span class="dot" style="left:{scale.at(end):.2f}%"></span>'
        return [heading, Raw(f'<div class="track">{mark}</div>'), Raw(f"{end:+.2f} = {words.percent(expit(end))}")]
    left, width = scale.at(min(start, end)), abs(scale.at(end) - scale.at(start))
    kind = "up" if end >= start else "down"
    bar = f'<span class="bar {kind}" style="left:{left:.2f}%;width:{max(width, 0.4):.2f}%"></span>'
    return [heading, Raw(f'<div class="track">{bar}</div>'), f"{end - start:+.2f}"]


def what_if(answer: Answer, changes: Sequence[Change]) -> Raw:
    """Say which smallest changes would have flipped the verdict.

    Parameters
    ----------
    answer : Answer
        With the verdict.
    changes : sequence of Change
        As `smallest_changes` returns them; may be empty.
    """
    other = "death" if answer.survives else "survival"
    lead = (
        f'<h2>What would have changed it</h2><p class="lead">The smallest changes that turn the verdict to {other}, '
        "among values that other passengers had.</p>"
    )
    if not changes:
        return Raw(f"{lead}<p>No change of one or two facts would: the model is sure of this one.</p>")
    items = "".join(f"<li>{_change(answer.passenger, change)}</li>" for change in changes)
    return Raw(f'{lead}<ul class="changes">{items}</ul>')


def _change(passenger: Mapping[str, Any], change: Change) -> str:
    parts = [
        f"{text(FIELDS[name].label)} <b>{text(words.value(name, new))}</b>"
        f" instead of {text(words.value(name, passenger[name]))}"
        for name, new in change.values.items()
    ]
    return f'<span>{" and ".join(parts)}</span> <span class="to">{words.percent(change.probability)} chance</span>'


def similar(people: pd.DataFrame) -> Raw:
    """List the most similar real passengers and their fates."""
    survived = int(people["survived"].sum())
    lead = (
        f'<h2>The most similar real passengers</h2><p class="lead">{survived} of these {len(people)} survived. '
        "Nearest over the seven facts, class and sex counting most.</p>"
    )
    rows = [_person(row) for row in people.to_dict("records")]
    return Raw(lead + table("The most similar real passengers", ["Passenger", "Fate"], rows, "people"))


def _person(row: Mapping[str, Any]) -> list[object]:
    return [
        Raw(f'{text(words.full_name(row["name"]))}<span class="who">{text(words.sentence(row))}</span>'),
        Raw(f'<span class="fate {"up" if row["survived"] else "down"}">{text(words.fate(row))}</span>'),
    ]


def model_line(champion: Champion) -> Raw:
    """Name the model, its version, when it was trained, and how it did on passengers that it had never seen."""
    tested = [(name, champion.metrics[name]) for name in METRIC_WORDS if name in champion.metrics]
    return facts(
        [
            ("Model", f"{champion.dataset.task} version {champion.version}"),
            ("Trained", words.day(champion.created)),
            *[(f"{_capital(METRIC_WORDS[name])} in the test", _measured(name, value)) for name, value in tested],
        ]
    )


def _measured(name: str, value: float) -> str:
    return words.share(value) if name == "accuracy" else f"{value:.3f}"
