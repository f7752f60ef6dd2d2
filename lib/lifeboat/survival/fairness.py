"""How well a model predicts each slice of the passengers: metrics with intervals."""

from collections.abc import Iterator
from itertools import chain, combinations

import pandas as pd

from lifeboat.fields import UNKNOWN
from lifeboat.intervals import wilson
from lifeboat.passengers import FIELDS, age_band, ticket_class
from lifeboat.survival.measurement import measure


def groupings(X: pd.DataFrame) -> pd.DataFrame:
    """Put each passenger into words by sex, ticket class, age band and port."""
    return pd.DataFrame(
        {
            "sex": X["sex"].map(FIELDS["sex"].words),
            "class": X["pclass"].map(ticket_class),
            "age": age_band(X["age"]),
            "port": X["embarked"].map(FIELDS["embarked"].words).fillna(f"port {UNKNOWN}"),
        }
    )


def slices(
    predictions: pd.DataFrame,
    X: pd.DataFrame,
    groups: pd.Series | None = None,
    *,
    ways: int = 2,
    fewest: int = 30,
) -> pd.DataFrame:
    """Measure predictions within every slice of the passengers that has enough of them.

    Parameters
    ----------
    predictions : DataFrame
        ``row`` (position in X), ``survived`` and ``probability``, one row per passenger: one repeat of `cross_predict`.
    X : DataFrame
        The seven features.
    groups : Series, optional
        The ticket of each passenger of X, for intervals that know who travelled together.
    ways : int
        By how many of sex, ticket class, age band and port at once the passengers are sliced, at most.
    fewest : int
        Slices with fewer passengers are left out.

    Returns
    -------
    DataFrame
        Indexed by ``slice`` in words, everyone first: ``passengers``, ``survived`` (share), ``predicted`` (mean), and
        every metric of `measure` with its 95% interval, such as ``gap``, ``gap_low``, ``gap_high``.
    """
    words = groupings(X).iloc[predictions["row"]].reset_index(drop=True)
    table = predictions[["survived", "probability"]].reset_index(drop=True)
    table["party"] = range(len(table)) if groups is None else groups.iloc[predictions["row"]].to_numpy()
    parts = {"everyone": table} | {name: part for name, part in _parts(words, table, ways) if len(part) >= fewest}
    rows = {name: _measure(part) for name, part in parts.items()}
    return pd.DataFrame(rows).T.rename_axis("slice").astype({"passengers": int})


def _parts(words: pd.DataFrame, table: pd.DataFrame, ways: int) -> Iterator[tuple[str, pd.DataFrame]]:
    for columns in chain.from_iterable(combinations(words, count + 1) for count in range(ways)):
        for values, part in table.groupby([words[column] for column in columns], observed=True):
            yield ", ".join(values), part


def _measure(part: pd.DataFrame) -> dict[str, float]:
    metrics = measure(part["survived"], part["probability"], part["party"], resamples=200)
    found = {"passengers": len(part), "survived": part["survived"].mean(), "predicted": part["probability"].mean()}
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
