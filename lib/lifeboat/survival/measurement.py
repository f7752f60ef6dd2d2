"""Metrics of predicted probabilities: per passenger, in all, and with intervals that resample whole parties."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lifeboat.intervals import bootstrap_weights, percentile_bounds
from lifeboat.passengers import SURVIVES_FROM

METRIC_WORDS = {"roc_auc": "ROC AUC", "log_loss": "log loss (nats)", "brier": "Brier score", "accuracy": "accuracy"}
"""What figures and the model card call the metrics."""

LEAST_LIKELIHOOD = 1e-15
"""An outcome that was given no chance at all counts as this probable, so that its log loss is finite."""


def losses(survived: ArrayLike, probability: ArrayLike) -> pd.DataFrame:
    """Compute what each prediction loses: the one place that defines log loss and Brier score.

    Parameters
    ----------
    survived, probability : array-like
        Outcomes (0 or 1) and predicted probabilities of survival, one per passenger.

    Returns
    -------
    DataFrame
        One row per passenger: ``log_loss`` (nats) and ``brier`` (squared error); their means are the metrics.
    """
    happened, p = np.asarray(survived, dtype=float), np.asarray(probability, dtype=float)
    likelihood = np.where(happened == 1, p, 1 - p).clip(LEAST_LIKELIHOOD)
    return pd.DataFrame({"log_loss": -np.log(likelihood), "brier": (p - happened) ** 2})


def score(survived: ArrayLike, probability: ArrayLike) -> pd.Series:
    """Compute the metrics of predicted probabilities; `measure` adds their intervals.

    Parameters
    ----------
    survived, probability : array-like
        Outcomes (0 or 1) and predicted probabilities of survival, one per passenger.

    Returns
    -------
    Series
        ``roc_auc``, ``log_loss``, ``brier``, ``accuracy`` and ``gap``, as `measure` defines them.
    """
    survived, probability = np.asarray(survived), np.asarray(probability)
    return _metrics(survived, probability, np.ones((1, len(survived)))).iloc[0]


def measure(
    survived: ArrayLike,
    probability: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure predicted probabilities against outcomes, with percentile bootstrap intervals.

    Parameters
    ----------
    survived, probability : array-like
        Outcomes (0 or 1) and predicted probabilities.
    groups : array-like, optional
        Passengers of one group (a ticket) are drawn together, because they shared their fate (Davison and Hinkley 1997,
        section 3.8); without it each is drawn alone.
    level : float
        Confidence level.
    resamples, seed : int
        How many samples are drawn with replacement, and from which seed.

    Returns
    -------
    DataFrame
        Indexed by metric: ``roc_auc``, ``log_loss`` (nats), ``brier``, ``accuracy``
        (survival is predicted from `SURVIVES_FROM` up) and ``gap`` (mean
        probability minus share of survivors); columns ``value``, ``low``, ``high``. ``roc_auc`` is NaN if all had the
        same outcome.
    """
    survived, probability = np.asarray(survived), np.asarray(probability)
    resampled = _metrics(survived, probability, bootstrap_weights(len(survived), groups, resamples, seed))
    return _with_interval(score(survived, probability), resampled, level)


def measure_difference(
    survived: ArrayLike,
    probability: ArrayLike,
    other: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how much better or worse one model predicts the same passengers than another.

    Parameters
    ----------
    survived, probability, other : array-like
        Outcomes, and the probabilities of two models.
    groups, level, resamples, seed
        As in `measure`.

    Returns
    -------
    DataFrame
        Indexed by metric: ``value`` (that of `probability` minus that of `other`), ``low``, ``high``. No ``gap``, for
        neither sign of it is better.

    Notes
    -----
    A few large parties decide much of a difference, more than their resampling shows: 95% intervals hold it in about
    92% of samples, that of the log loss in a test set (a fifth of the Titanic's) in 94% (benchmarks/coverage.md).
    """
    survived, ours, theirs = np.asarray(survived), np.asarray(probability), np.asarray(other)
    # both models are measured on the same resamples, so that what is hard for both cancels out of the difference
    weights = bootstrap_weights(len(survived), groups, resamples, seed)
    resampled = _metrics(survived, ours, weights) - _metrics(survived, theirs, weights)
    difference = score(survived, ours) - score(survived, theirs)
    return _with_interval(difference, resampled, level).drop(index="gap")


def _with_interval(value: pd.Series, resampled: pd.DataFrame, level: float) -> pd.DataFrame:
    bounds = resampled.quantile(percentile_bounds(level)).set_axis(["low", "high"]).T
    return pd.concat([value.rename("value"), bounds], axis=1).rename_axis("metric")


def _metrics(survived: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """All metrics of each sample; `weights` has one row per sample and one column per passenger."""
    per_passenger = losses(survived, probability).assign(
        accuracy=(probability >= SURVIVES_FROM) == survived, gap=probability - survived
    )
    drawn = weights.sum(axis=1)  # parties differ in size, so samples do too
    means = {name: weights @ values.to_numpy() / drawn for name, values in per_passenger.items()}
    return pd.DataFrame({"roc_auc": _roc_auc(survived == 1, probability, weights)} | means)


def _roc_auc(lived: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted share of pairs of a survivor and a victim in which the survivor got the higher probability."""
    # victims in order of their probability, with the running sum of their weights in each sample (0 before the first)
    order = np.argsort(probability[~lived])
    victims = probability[~lived][order]
    running = weights[:, ~lived][:, order].cumsum(axis=1)
    victims_up_to = np.concatenate([np.zeros((len(weights), 1)), running], axis=1)
    # a survivor beats all victims strictly below; those with the same probability count half
    strictly_below, up_to = (np.searchsorted(victims, probability[lived], side) for side in ("left", "right"))
    beaten = (victims_up_to[:, strictly_below] + victims_up_to[:, up_to]) / 2
    won = (weights[:, lived] * beaten).sum(axis=1)
    # a sample in which all had the same outcome has no pairs
    pairs = weights[:, lived].sum(axis=1) * victims_up_to[:, -1]
    return np.divide(won, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
