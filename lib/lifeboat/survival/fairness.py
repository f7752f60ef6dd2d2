"""How well a model serves each part of the ship: metrics by slice, with intervals."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from lifeboat.intervals import wilson

FEWEST_ROWS = 30


def groupings(X: pd.DataFrame) -> pd.DataFrame:
    """Put each passenger into words by sex, class, age band and port."""
    bands = pd.cut(
        X["age"], [0, 14, 30, 50, 121], right=False, labels=["under 14", "14 to 29", "30 to 49", "50 or over"]
    )
    return pd.DataFrame(
        {
            "sex": X["sex"],
            "class": X["pclass"].map(lambda k: f"class {k:.0f}"),
            "age": bands.astype(object).where(X["age"].notna(), "age unknown"),
            "port": X["embarked"].map({"C": "Cherbourg", "Q": "Queenstown", "S": "Southampton"}).fillna("port unknown"),
        }
    )


def slices(predictions: pd.DataFrame, X: pd.DataFrame, fewest: int = FEWEST_ROWS) -> pd.DataFrame:
    """Measure predictions within every slice, one-way and two-way, that has enough passengers.

    Parameters
    ----------
    predictions : DataFrame
        ``row`` (position in X), ``survived`` and ``probability``, one row a passenger: one repeat of `cross_predict`.
    X : DataFrame
        The seven features.
    fewest : int
        Slices with fewer passengers are left out; at least 2, or there is no interval.

    Returns
    -------
    DataFrame
        Indexed by ``slice`` in words: ``passengers``, ``survived`` (share), ``predicted`` (mean), and with 95 %
        intervals (``_low``, ``_high``) ``gap`` (predicted less observed), ``accuracy``, ``brier``, ``log_loss`` and
        ``roc_auc``, which is NaN where all had one outcome.
    """
    words = groupings(X).iloc[predictions["row"]].reset_index(drop=True)
    table = predictions[["survived", "probability"]].reset_index(drop=True)
    rows = {"everyone": _measure(table)}
    for name, part in _parts(words, table):
        if len(part) >= fewest:
            rows[name] = _measure(part)
    return pd.DataFrame(rows).T.rename_axis("slice").astype({"passengers": int})


def _parts(words: pd.DataFrame, table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for count in (1, 2):
        for columns in combinations(words, count):
            for values, part in table.groupby([words[column] for column in columns]):
                yield ", ".join(values), part


def _measure(part: pd.DataFrame) -> dict[str, float]:
    survived, p = part["survived"].to_numpy(), part["probability"].to_numpy()
    right = ((p >= 0.5) == survived).sum()
    low, high = wilson(right, len(part))
    likelihood = np.where(survived == 1, p, 1 - p).clip(1e-15)
    return {
        "passengers": len(part),
        "survived": survived.mean(),
        "predicted": p.mean(),
        **_mean("gap", p - survived),
        "accuracy": right / len(part),
        "accuracy_low": float(low),
        "accuracy_high": float(high),
        **_mean("brier", (p - survived) ** 2),
        **_mean("log_loss", -np.log(likelihood)),
        **_roc_auc(survived, p),
    }


def _mean(name: str, values: np.ndarray) -> dict[str, float]:
    mean, reach = values.mean(), norm.ppf(0.975) * values.std(ddof=1) / np.sqrt(len(values))
    return {name: mean, f"{name}_low": mean - reach, f"{name}_high": mean + reach}


def _roc_auc(survived: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """ROC AUC with the interval of Hanley and McNeil (1982, Radiology 143:29-36)."""
    lived = int(survived.sum())
    died = len(survived) - lived
    if not lived or not died:
        return dict.fromkeys(("roc_auc", "roc_auc_low", "roc_auc_high"), np.nan)
    area = roc_auc_score(survived, probability)
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (lived - 1) * (one - area**2) + (died - 1) * (two - area**2)
    reach = norm.ppf(0.975) * np.sqrt(spread / (lived * died))
    return {"roc_auc": area, "roc_auc_low": max(0.0, area - reach), "roc_auc_high": min(1.0, area + reach)}
