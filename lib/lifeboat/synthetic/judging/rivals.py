"""Simpler ways to make passengers, to compare the generator with: each learns from a table and draws `n` passengers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from lifeboat.passengers import FEATURES, LABEL, TITANIC
from lifeboat.synthetic.copula import UNKNOWN_CODE, Copula
from lifeboat.synthetic.judging.codes import codes


def marginals(passengers: pd.DataFrame, n: int, seed: int = 0) -> pd.DataFrame:
    """Draw every feature on its own, from the values seen with the same outcome.

    Parameters
    ----------
    passengers : DataFrame
        The seven features and `survived`.
    n : int
        How many to draw; outcomes have their observed shares.
    seed : int
        Same seed, same passengers.

    Returns
    -------
    DataFrame
        `n` rows: the seven features and `survived`.
    """
    random = np.random.default_rng(seed)
    return _per_outcome(
        passengers, n, random, lambda known, m: {name: random.choice(known[name].to_numpy(), m) for name in FEATURES}
    )


def gaussian_copula(passengers: pd.DataFrame, n: int, seed: int = 0) -> pd.DataFrame:
    """Draw the features, given the outcome, as ranks that rise and fall together, as in a normal distribution.

    Parameters
    ----------
    passengers, n, seed
        As in `marginals`, and so is what it returns.
    """
    random = np.random.default_rng(seed)
    return _per_outcome(passengers, n, random, lambda known, m: Copula(known, TITANIC, random).draw(m, random))


def sequential_trees(passengers: pd.DataFrame, n: int, seed: int = 0) -> pd.DataFrame:
    """Draw feature after feature, each from a leaf of a tree grown on those before (Nowok, Raab and Dibben 2016).

    Parameters
    ----------
    passengers, n, seed
        As in `marginals`, and so is what it returns.
    """
    random = np.random.default_rng(seed)
    known = codes(passengers)[[LABEL, *FEATURES]].fillna(UNKNOWN_CODE)
    made = pd.DataFrame({LABEL: random.choice(known[LABEL], n)})
    columns = {LABEL: made[LABEL].astype(np.int64)}
    for i, name in enumerate(FEATURES, 1):
        kind = DecisionTreeRegressor if name in ("age", "fare") else DecisionTreeClassifier
        tree = kind(min_samples_leaf=5, random_state=0).fit(known.iloc[:, :i], known[name])
        donors = _donors(tree.apply(known.iloc[:, :i]), tree.apply(made), random)
        made[name] = known[name].to_numpy()[donors]
        columns[name] = passengers[name].to_numpy()[donors]
    return pd.DataFrame(columns)[[*FEATURES, LABEL]]


RIVALS = {"marginals": marginals, "Gaussian copula": gaussian_copula, "sequential trees": sequential_trees}


def _per_outcome(passengers: pd.DataFrame, n: int, random: np.random.Generator, draw: Callable) -> pd.DataFrame:
    """Draw the outcomes, then the passengers with each outcome, and shuffle them."""
    label = random.choice(passengers[LABEL].to_numpy(), n)
    parts = [
        pd.DataFrame(draw(passengers[passengers[LABEL] == value], int(np.sum(label == value)))).assign(**{LABEL: value})
        for value in (0, 1)
    ]
    return pd.concat(parts, ignore_index=True).iloc[random.permutation(n)].reset_index(drop=True)


def _donors(known: np.ndarray, wanted: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Pick a known passenger of the same leaf for each wanted one."""
    order = np.argsort(known, kind="stable")
    first, last = (np.searchsorted(known[order], wanted, side=side) for side in ("left", "right"))
    return order[first + (random.random(len(wanted)) * (last - first)).astype(int)]
