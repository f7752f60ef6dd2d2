"""How faithful synthetic passengers are: feature by feature, pair by pair, class by class."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from lifeboat.passengers import FEATURES, LABEL

_QUANTILES = np.linspace(0, 1, 9)[1:-1]


def per_feature(real: pd.DataFrame, synthetic: pd.DataFrame) -> pd.DataFrame:
    """Compare the distribution of each feature in each class.

    Parameters
    ----------
    real, synthetic : DataFrame
        The seven features and `survived`.

    Returns
    -------
    DataFrame
        A row a feature, columns died and survived: the share of passengers on whom the two tables agree (1 minus the
        total variation distance). Ages and fares are cut into eight bands of equally many real passengers; unknown
        values are a band of their own.
    """
    return _agreement(real, synthetic, [(name,) for name in FEATURES])


def per_pair(real: pd.DataFrame, synthetic: pd.DataFrame) -> pd.DataFrame:
    """Compare each two features together in each class: a row a pair, else like `per_feature`."""
    return _agreement(real, synthetic, list(combinations(FEATURES, 2)))


def survival_by_sex_and_class(real: pd.DataFrame, synthetic: pd.DataFrame) -> pd.DataFrame:
    """Compare the share of survivors of each sex and ticket class: columns real, synthetic, difference."""
    keys = ["sex", "pclass"]
    rates = pd.DataFrame({"real": real.groupby(keys)[LABEL].mean(), "synthetic": synthetic.groupby(keys)[LABEL].mean()})
    return rates.assign(difference=rates["synthetic"] - rates["real"])


def _agreement(real: pd.DataFrame, synthetic: pd.DataFrame, groups: list[tuple[str, ...]]) -> pd.DataFrame:
    edges = {name: np.unique(real[name].quantile(_QUANTILES)) for name in ("age", "fare")}
    real, synthetic = _banded(real, edges), _banded(synthetic, edges)
    columns = {}
    for outcome, label in {"died": 0, "survived": 1}.items():
        tables = [table[table[LABEL] == label] for table in (real, synthetic)]
        columns[outcome] = [_overlap(*tables, list(names)) for names in groups]
    return pd.DataFrame(columns, index=pd.Index([" × ".join(names) for names in groups], name="features"))


def _banded(table: pd.DataFrame, edges: dict[str, np.ndarray]) -> pd.DataFrame:
    bands = {name: np.where(table[name].isna(), -1, np.digitize(table[name], edges[name])) for name in edges}
    return table.assign(**bands, embarked=table["embarked"].fillna("unknown"))


def _overlap(real: pd.DataFrame, synthetic: pd.DataFrame, names: list[str]) -> float:
    shares = [table.value_counts(names, normalize=True) for table in (real, synthetic)]
    return 1 - shares[0].sub(shares[1], fill_value=0).abs().sum() / 2
