"""How well a model predicts each slice of the passengers: metrics with intervals."""

from collections.abc import Iterator
from itertools import chain, combinations

import pandas as pd

from lifeboat.dataset import Dataset
from lifeboat.intervals import wilson
from lifeboat.passengers import TITANIC
from lifeboat.survival.measurement import measure


def slices(
    predictions: pd.DataFrame,
    X: pd.DataFrame,
    groups: pd.Series | None = None,
    *,
    ways: int = 2,
    fewest: int = 30,
    dataset: Dataset = TITANIC,
) -> pd.DataFrame:
    """Measure predictions within every slice of the rows that has enough of them.

    Parameters
    ----------
    predictions : DataFrame
        ``row`` (position in X), the outcome and ``probability``, one row per row of X: one repeat of `cross_predict`.
    X : DataFrame
        The features.
    groups : Series, optional
        The ticket of each passenger of X, for intervals that know who travelled together.
    ways : int
        By how many groupings (sex, ticket class, age band and port) at once the rows are sliced, at most.
    fewest : int
        Slices with fewer rows are left out.
    dataset : Dataset
        Its groupings, and its words for outcome and rows.

    Returns
    -------
    DataFrame
        Indexed by ``slice`` in words, everyone first: ``passengers``, ``survived`` (share), ``predicted`` (mean), and
        every metric of `measure` with its 95% interval, such as ``gap``, ``gap_low``, ``gap_high``. Another data set
        has its own words for the first two.
    """
    words = dataset.in_words(X).iloc[predictions["row"]].reset_index(drop=True)
    table = predictions[[dataset.label, "probability"]].reset_index(drop=True)
    table["party"] = range(len(table)) if groups is None else groups.iloc[predictions["row"]].to_numpy()
    parts = {"everyone": table} | {name: part for name, part in _parts(words, table, ways) if len(part) >= fewest}
    rows = {name: _measure(part, dataset) for name, part in parts.items()}
    return pd.DataFrame(rows).T.rename_axis("slice").astype({dataset.rows: int})


def _parts(words: pd.DataFrame, table: pd.DataFrame, ways: int) -> Iterator[tuple[str, pd.DataFrame]]:
    for columns in chain.from_iterable(combinations(words, count + 1) for count in range(ways)):
        for values, part in table.groupby([words[column] for column in columns], observed=True):
            yield ", ".join(values), part


def _measure(part: pd.DataFrame, dataset: Dataset) -> dict[str, float]:
    happened, p = part[dataset.label], part["probability"]
    metrics = measure(happened, p, part["party"], resamples=200)
    found = {dataset.rows: len(part), dataset.label: happened.mean(), "predicted": p.mean()}
    for name, value, low, high in metrics.itertuples():
        found |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return found


def shares(happened: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Compute how often something happened within each group.

    Parameters
    ----------
    happened : Series of bool
        One value per passenger, such as whether a prediction was wrong.
    groups : Series
        The group of each passenger, with the same index.

    Returns
    -------
    DataFrame
        Indexed by group: ``passengers``, the ``share`` of them, and its 95% Wilson interval ``low`` to ``high``.
    """
    counts = happened.astype(bool).groupby(groups, observed=True).agg(["sum", "size"])
    low, high = wilson(counts["sum"], counts["size"])
    share = counts["sum"] / counts["size"]
    return pd.DataFrame({"passengers": counts["size"], "share": share, "low": low, "high": high})
