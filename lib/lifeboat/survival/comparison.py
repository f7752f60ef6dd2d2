"""Which of two estimators is better, if the data can tell: paired differences over the same folds."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import t

from lifeboat.survival.evaluation import LOWER_IS_BETTER


def fold_error(values: pd.Series) -> float:
    """Estimate the standard error of a mean over the folds of repeated cross-validation.

    Folds share most of their training passengers, so their spread says too little; Nadeau and Bengio (2003, Machine
    Learning 52:239-281) add the ratio of test to training passengers: ``variance * (1 / folds + test / train)``.

    Parameters
    ----------
    values : Series
        One value per (repeat, fold), as the columns of `evaluate`.
    """
    return float(np.sqrt(values.var(ddof=1) * (1 / len(values) + 1 / (_splits(values) - 1))))


def _splits(values: pd.Series) -> int:
    """Folds of one repeat."""
    return values.index.get_level_values("fold").nunique()


def fold_interval(values: pd.Series, level: float = 0.95, freedom: int | None = None) -> tuple[float, float]:
    """Return the interval of a mean over folds, by Student's t with `fold_error`.

    Parameters
    ----------
    values : Series
        At least two, one per (repeat, fold), as in `fold_error`.
    level : float
        Confidence level between 0 and 1.
    freedom : int, optional
        Degrees of freedom; by default one fewer than there are values.

    Returns
    -------
    low, high : float
        In the unit of the values, the same distance from their mean.
    """
    reach = t.ppf((1 + level) / 2, freedom or len(values) - 1) * fold_error(values)
    return float(values.mean() - reach), float(values.mean() + reach)


def compare(scores: Mapping[str, pd.DataFrame], metric: str = "log_loss", level: float = 0.95) -> pd.DataFrame:
    """Compare each estimator with the best one, fold by fold.

    Parameters
    ----------
    scores : mapping of str to DataFrame
        For each estimator the table of `evaluate`, all over the same folds, from the simplest estimator to the most
        complex.
    metric : str
        A column of these tables.
    level : float
        Confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per estimator in the order given: ``mean``; its paired ``difference`` to the best (0 for the best
        itself), the ``standard_error`` and interval ``low`` to ``high`` of the difference; ``p_value``.
    """
    values = pd.DataFrame({name: table[metric] for name, table in scores.items()})
    best = values.mean().idxmin() if metric in LOWER_IS_BETTER else values.mean().idxmax()
    rows = {name: paired_difference(values[name], values[best], level) for name in values}
    table = pd.DataFrame(rows).T.rename_axis("estimator")
    table.insert(0, "mean", values.mean())
    return table


def paired_difference(values: pd.Series, reference: pd.Series, level: float = 0.95) -> dict[str, float]:
    """Return the mean difference of a metric over the same folds, with error, interval and p-value.

    Differences vary more from sample to sample than their folds show, and repeating the folds does not help: with the
    degrees of freedom of all folds, the 95% interval held the difference of two regressions in 90% of samples. It
    has those of the folds of one repeat, and holds it in 95% (benchmarks/coverage.md).

    Parameters
    ----------
    values, reference : Series
        The metric of two estimators, one value per (repeat, fold).
    level : float
        Confidence level of the interval.

    Returns
    -------
    dict
        ``difference`` (values minus reference), ``standard_error``, ``low``, ``high``, ``p_value``.
    """
    differences = values - reference
    error = fold_error(differences)
    freedom = _splits(differences) - 1
    low, high = fold_interval(differences, level, freedom)
    mean = differences.mean()
    p_value = 2 * t.sf(abs(mean) / error, freedom) if error else 1.0
    return {"difference": mean, "standard_error": error, "low": low, "high": high, "p_value": p_value}


def simplest_within_one_error(*comparisons: pd.DataFrame) -> str:
    """Choose the first estimator that is never further from the best than one standard error of their difference.

    Parameters
    ----------
    *comparisons : DataFrame
        As `compare` returns them, the simplest estimator first: one per kind of folds that matters (Breiman et
        al. 1984, section 3.4.3, in its paired form).
    """
    close = [table["difference"].abs() <= table["standard_error"] for table in comparisons]
    return str(pd.concat(close, axis=1).all(axis=1).idxmax())
