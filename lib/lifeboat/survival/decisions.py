"""From probabilities to decisions: what a threshold costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lifeboat.errors import LifeboatError

THRESHOLDS = np.arange(101) / 100


def threshold_for(miss: float, needless: float = 1.0) -> float:
    """Return the probability of survival below which help costs less than none, if the probabilities are calibrated.

    To help a passenger who survives with probability p costs ``p * needless`` on average, not to help costs
    ``(1 - p) * miss``; the two are equal at ``miss / (miss + needless)``.

    Parameters
    ----------
    miss : float
        Cost of a passenger who dies and was not helped.
    needless : float
        Cost of helping a passenger who would have survived.

    Raises
    ------
    LifeboatError
        If a cost is not positive.

    Examples
    --------
    >>> threshold_for(miss=1), threshold_for(miss=3)
    (0.5, 0.75)
    """
    for name, cost in {"miss": miss, "needless": needless}.items():
        if not cost > 0:
            raise LifeboatError(f"{name} is {cost!r}; allowed: a cost above 0.")
    return miss / (miss + needless)


def decision_costs(predictions: pd.DataFrame, miss: float, needless: float = 1.0) -> pd.DataFrame:
    """Count what it would have cost to help everyone whose probability of survival is below a threshold.

    Parameters
    ----------
    predictions : DataFrame
        ``survived`` and ``probability``, as `lifeboat.survival.cross_predict` returns them.
    miss, needless : float
        As in `threshold_for`.

    Returns
    -------
    DataFrame
        Indexed by ``threshold``, 0 to 1 in hundredths: ``missed`` (died without help), ``needless`` (helped, and would
        have survived), and ``cost`` per 100 passengers.
    """
    lived, p = predictions["survived"].to_numpy() == 1, predictions["probability"].to_numpy()
    helped = p < THRESHOLDS[:, None]
    missed, wasted = (~helped & ~lived).sum(axis=1), (helped & lived).sum(axis=1)
    table = pd.DataFrame({"missed": missed, "needless": wasted}, pd.Index(THRESHOLDS, name="threshold"))
    return table.assign(cost=100 * (miss * missed + needless * wasted) / len(p))
