"""Metrics of predicted probabilities with intervals, by resampling whole parties of passengers."""

import numpy as np
import pandas as pd


def measure(
    survived: np.ndarray,
    probability: np.ndarray,
    groups: np.ndarray | None = None,
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
        Indexed by metric: ``roc_auc``, ``log_loss`` (nats), ``brier``, ``accuracy`` (threshold 0.5) and ``gap`` (mean
        probability less share of survivors); columns ``value``, ``low``, ``high``. NaN where all had one outcome.
    """
    survived, probability = np.asarray(survived), np.asarray(probability)
    weights = _resample(len(survived), groups, resamples, seed)
    value = _metrics(survived, probability, np.ones((1, len(survived)))).iloc[0]
    return _with_interval(value, _metrics(survived, probability, weights), level)


def measure_difference(
    survived: np.ndarray,
    probability: np.ndarray,
    other: np.ndarray,
    groups: np.ndarray | None = None,
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
        Indexed by metric: ``value`` (that of `probability` less that of `other`), ``low``, ``high``.
    """
    survived, both = np.asarray(survived), (np.asarray(probability), np.asarray(other))
    weights = _resample(len(survived), groups, resamples, seed)
    ours, theirs = (_metrics(survived, p, np.vstack([np.ones(len(survived)), weights])) for p in both)
    differences = ours - theirs
    return _with_interval(differences.iloc[0], differences.iloc[1:], level)


def _with_interval(value: pd.Series, resampled: pd.DataFrame, level: float) -> pd.DataFrame:
    bounds = resampled.quantile([(1 - level) / 2, (1 + level) / 2]).set_axis(["low", "high"]).T
    return pd.concat([value.rename("value"), bounds], axis=1).rename_axis("metric")


def _resample(rows: int, groups: np.ndarray | None, resamples: int, seed: int) -> np.ndarray:
    """How often each row is drawn, in each sample: an array of shape (resamples, rows)."""
    codes = np.arange(rows) if groups is None else pd.factorize(np.asarray(groups))[0]
    count = codes.max() + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=resamples)
    return drawn[:, codes].astype(float)


def _metrics(survived: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """All metrics for each row of weights."""
    likelihood = np.where(survived == 1, probability, 1 - probability).clip(1e-15)
    losses = {
        "log_loss": -np.log(likelihood),
        "brier": (probability - survived) ** 2,
        "accuracy": (probability >= 0.5) == survived,
        "gap": probability - survived,
    }
    means = {name: weights @ values / weights.sum(axis=1) for name, values in losses.items()}
    return pd.DataFrame({"roc_auc": _roc_auc(survived == 1, probability, weights)} | means)


def _roc_auc(lived: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted share of pairs of a survivor and a victim in which the survivor was given the better chance."""
    order = np.argsort(probability[~lived])
    rank = probability[~lived][order]
    died = np.concatenate([np.zeros((len(weights), 1)), weights[:, ~lived][:, order].cumsum(axis=1)], axis=1)
    below, up_to = (np.searchsorted(rank, probability[lived], side) for side in ("left", "right"))
    won = weights[:, lived] * (died[:, below] + died[:, up_to]) / 2
    pairs = weights[:, lived].sum(axis=1) * died[:, -1]
    return np.divide(won.sum(axis=1), pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
