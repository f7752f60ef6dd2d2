"""The gate: a challenger predicts only if it is better than the champion and surely not much worse.

Both are judged on the same passengers, whom neither has seen, companions kept together; the interval of the difference
comes from resampling whole parties (paired bootstrap). A first model has no champion to beat: it must beat the
majority, and not fall behind the plain logistic regression of the lab.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import survival
from lifeboat.passengers import FEATURES

MARGIN = 0.01
"""Log loss (nats) by which a challenger may be worse, at the bad end of the 95% interval."""

CALIBRATION_LIMIT = 0.05
"""Largest expected calibration error, by cross-validation."""

LATENCY_LIMIT_MS = 50.0
"""Longest that one prediction may take, in milliseconds (median)."""

SIZE_LIMIT_MB = 20.0
"""Largest file of a model, in megabytes."""


@dataclass(frozen=True)
class Verdict:
    """What the gate said of a challenger.

    Attributes
    ----------
    passed : bool
        Whether it may predict.
    against : str
        Whom it was compared with, in words.
    difference, low, high : float
        Its log loss minus that of the other on the held-out passengers, with the 95% interval; negative is better.
    calibration_error, latency_ms, size_mb : float
        What else was measured.
    faults : list of str
        Why it did not pass; empty if it did.
    """

    passed: bool
    against: str
    difference: float
    low: float
    high: float
    calibration_error: float
    latency_ms: float
    size_mb: float
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in one line."""
        found = f"log loss {self.difference:+.3f} ({self.low:+.3f} to {self.high:+.3f}) against {self.against}"
        return f"passed: {found}" if self.passed else f"did not pass: {'; '.join(self.faults)}; {found}"


@dataclass(frozen=True)
class HeldOut:
    """Passengers whom neither model has seen.

    Attributes
    ----------
    X : DataFrame
        The seven features.
    y : Series
        The outcomes.
    ticket : Series
        Who travelled together.
    """

    X: pd.DataFrame
    y: pd.Series
    ticket: pd.Series


def judge(
    challenger: Pipeline,
    rivals: dict[str, np.ndarray],
    held_out: HeldOut,
    *,
    calibration_error: float,
    size_mb: float,
    first: bool,
) -> Verdict:
    """Compare a challenger with its rivals on held-out passengers, and check its limits.

    Parameters
    ----------
    challenger : Pipeline
        A fitted model.
    rivals : dict of str to ndarray
        Probabilities of survival of the held-out passengers by whoever is to be beaten, by name; the last is the one
        that the verdict names.
    held_out : HeldOut
        The passengers.
    calibration_error : float
        Of the challenger, by cross-validation.
    size_mb : float
        Of its file.
    first : bool
        Whether there is no champion yet, so that not being worse is enough.

    Returns
    -------
    Verdict
        Whether it passed, and everything that was measured.
    """
    probability = challenger.predict_proba(held_out.X)[:, 1]
    faults = []
    for name, other in rivals.items():
        loss = survival.measure_difference(held_out.y, probability, other, held_out.ticket).loc["log_loss"]
        if loss["high"] > MARGIN:
            faults.append(f"its log loss may be {loss['high']:.3f} above that of {name}, more than {MARGIN}")
        elif loss["value"] >= 0 and not first:
            faults.append(f"its log loss is no lower than that of {name}")
    latency = _latency_ms(challenger, held_out.X)
    limits = {
        "calibration error": (calibration_error, CALIBRATION_LIMIT),
        "milliseconds per prediction": (latency, LATENCY_LIMIT_MS),
        "megabytes": (size_mb, SIZE_LIMIT_MB),
    }
    faults += [f"{name}: {found:.3g}, above {limit:g}" for name, (found, limit) in limits.items() if found > limit]
    return Verdict(
        passed=not faults,
        against=name,
        difference=float(loss["value"]),
        low=float(loss["low"]),
        high=float(loss["high"]),
        calibration_error=calibration_error,
        latency_ms=latency,
        size_mb=size_mb,
        faults=faults,
    )


def _latency_ms(model: Pipeline, X: pd.DataFrame) -> float:
    """Milliseconds of one prediction, the median of twenty after one to warm up."""
    rows = [X[FEATURES].iloc[[place]] for place in range(min(21, len(X)))]
    times = []
    for row in rows:
        begun = time.perf_counter()
        model.predict_proba(row)
        times.append(1000 * (time.perf_counter() - begun))
    return float(np.median(times[1:]))
