"""The gate: a challenger predicts only if it is better than the champion and surely not much worse.

Both are judged on the same passengers, whom neither has seen, companions kept together; the interval of the difference
comes from resampling whole parties (paired bootstrap). A first model has no champion to beat: it must beat the
majority, and not fall behind the plain logistic regression of the lab.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from lifeboat import survival
from lifeboat.dataset import Dataset
from lifeboat.passengers import TITANIC

MARGIN = 0.01
"""Log loss (nats) by which a challenger may be worse, at the bad end of the 95% interval."""

CALIBRATION_LIMIT = 0.08
"""Largest expected calibration error, by cross-validation. For 1,046 passengers chance alone makes 0.03 (and 0.05
once in a hundred times); the lab's regression has 0.05, and a model whose log-odds are twice too large 0.10."""

LATENCY_LIMIT_MS = 50.0
"""Longest that one prediction may take, in milliseconds."""

SIZE_LIMIT_MB = 20.0
"""Largest file of a model, in megabytes."""


@dataclass(frozen=True)
class Verdict:
    """What the gate said of a challenger.

    Attributes
    ----------
    passed : bool
        Whether it may predict.
    champion : int or None
        The version that predicted when it was judged; None if there was none yet.
    against : str
        Which model the difference is about, in words.
    difference, low, high : float
        Its log loss minus that of the other on the held-out passengers, with the 95% interval; negative is better.
    calibration_error, latency_ms, size_mb : float
        What else was measured.
    faults : list of str
        Why it did not pass; empty if it did.
    """

    passed: bool
    champion: int | None
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
        return f"passed the gate: {found}" if self.passed else f"did not pass the gate: {'; '.join(self.faults)}"


@dataclass(frozen=True)
class HeldOut:
    """Passengers whom neither model has seen.

    Attributes
    ----------
    X : DataFrame
        The seven features.
    y : Series
        The outcomes.
    together : Series
        Who travelled together: the ticket.
    """

    X: pd.DataFrame
    y: pd.Series
    together: pd.Series


@dataclass(frozen=True)
class Rival:
    """A model to compare with.

    Attributes
    ----------
    name : str
        What the verdict calls it.
    probability : ndarray
        What it predicts for the held-out passengers.
    must_be_beaten : bool
        Whether the challenger's log loss must be lower; otherwise it is enough that it is not much higher.
    """

    name: str
    probability: np.ndarray
    must_be_beaten: bool = True


def baselines(X: pd.DataFrame, y: pd.Series, held_out: HeldOut, dataset: Dataset = TITANIC) -> list[Rival]:
    """Return what a first model is compared with: the share of survivors for everyone, and the lab's regression.

    Parameters
    ----------
    X, y : DataFrame, Series
        The training part.
    held_out : HeldOut
        The passengers to predict.
    dataset : Dataset
        The description of the data.
    """
    regression = survival.fit(survival.build_estimator("logistic", dataset), X, y).predict_proba(held_out.X)[:, 1]
    return [
        Rival("the majority", np.full(len(held_out.y), y.mean())),
        Rival("the lab's regression", regression, must_be_beaten=False),  # it may be the challenger itself
    ]


def judge(
    challenger: Pipeline,
    rivals: list[Rival],
    held_out: HeldOut,
    *,
    calibration_error: float,
    champion: int | None = None,
) -> Verdict:
    """Compare a challenger with its rivals on held-out passengers, and check its limits.

    Parameters
    ----------
    challenger : Pipeline
        A fitted model.
    rivals : list of Rival
        At least one; the verdict gives the figures of the last.
    held_out : HeldOut
        The passengers.
    calibration_error : float
        Of the challenger, by cross-validation.
    champion : int, optional
        The version that predicts now.

    Returns
    -------
    Verdict
        Whether it passed, and everything that was measured.
    """
    probability = challenger.predict_proba(held_out.X)[:, 1]
    faults = []
    for rival in rivals:
        against = survival.measure_difference(held_out.y, probability, rival.probability, held_out.together)
        difference, low, high = map(float, against.loc["log_loss", ["value", "low", "high"]])
        if not high <= MARGIN:  # NaN does not pass either
            faults.append(f"its log loss may be {high:.3f} above that of {rival.name}, more than {MARGIN:g}")
        elif rival.must_be_beaten and difference >= 0:
            faults.append(f"its log loss is not below that of {rival.name}")
    latency_ms, size_mb = _latency_ms(challenger, held_out.X), _size_mb(challenger)
    faults += _beyond_limits(
        {
            "expected calibration error": (calibration_error, CALIBRATION_LIMIT),
            "milliseconds per prediction": (latency_ms, LATENCY_LIMIT_MS),
            "megabytes": (size_mb, SIZE_LIMIT_MB),
        }
    )
    measured = (calibration_error, latency_ms, size_mb)
    return Verdict(not faults, champion, rivals[-1].name, difference, low, high, *measured, faults)


def _beyond_limits(measured: Mapping[str, tuple[float, float]]) -> list[str]:
    return [f"{name}: {found:.3g}, above {limit:g}" for name, (found, limit) in measured.items() if not found <= limit]


def _latency_ms(model: Pipeline, X: pd.DataFrame) -> float:
    """Milliseconds of one prediction: the fastest of twenty, for other work on the machine only adds to it."""
    times = []
    for place in range(20):
        passenger = X.iloc[[place % len(X)]]
        begun = time.perf_counter()
        model.predict_proba(passenger)
        times.append(1000 * (time.perf_counter() - begun))
    return min(times)


def _size_mb(model: Pipeline) -> float:
    """Megabytes of its file."""
    with tempfile.TemporaryDirectory() as folder:
        return survival.save(model, Path(folder) / "model.skops").stat().st_size / 1e6
