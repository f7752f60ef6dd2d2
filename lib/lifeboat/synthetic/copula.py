"""A generator for any data set: a Gaussian copula for each outcome. `PassengerGenerator` knows passengers better."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import norm

from lifeboat.dataset import Dataset
from lifeboat.fields import Field
from lifeboat.passengers import TITANIC
from lifeboat.synthetic import checks

UNKNOWN_CODE = -1.0
"""Stands for what is missing, before all that is known."""


class Copula:
    """The rows with one outcome: values of each feature by rank, and how the ranks rise and fall together.

    Parameters
    ----------
    known : DataFrame
        The features of rows with the same outcome.
    dataset : Dataset
        The description of the data.
    random : Generator
        Breaks ties.
    """

    def __init__(self, known: pd.DataFrame, dataset: Dataset, random: np.random.Generator) -> None:
        coded = pd.DataFrame({name: _coded(known[name], field) for name, field in dataset.fields.items()})
        ranks = (coded.rank(method="min") + random.uniform(0, 0.5, coded.shape)).rank()
        self._known = known[dataset.features]
        self._order = np.argsort(coded.to_numpy(), axis=0)
        self._correlation = np.corrcoef(norm.ppf((ranks - 0.5) / len(known)), rowvar=False)

    def draw(self, n: int, random: np.random.Generator) -> pd.DataFrame:
        """Draw `n` rows: correlated ranks, each turned back into the value that has that rank among the known."""
        names = self._known.columns
        drawn = norm.cdf(random.multivariate_normal(np.zeros(len(names)), np.atleast_2d(self._correlation), n))
        place = np.minimum((drawn * len(self._known)).astype(int), len(self._known) - 1)
        values = {name: self._known[name].to_numpy() for name in names}
        return pd.DataFrame({name: values[name][self._order[place[:, i], i]] for i, name in enumerate(names)})


def _coded(values: pd.Series, field: Field) -> np.ndarray:
    numbers = values.map(field.codes) if field.is_text else values
    return numbers.astype(float).fillna(UNKNOWN_CODE).to_numpy()


class CopulaGenerator:
    """Make up rows of a data set with a chosen outcome: first the outcome, then features as rows with it have them.

    Each feature alone has the values and shares that it has among the known rows with that outcome; any two of them
    rise and fall together as there, but only as in a normal distribution. It makes no value that was not known.

    Parameters
    ----------
    dataset : Dataset
        The description of the data.
    """

    def __init__(self, dataset: Dataset = TITANIC) -> None:
        self.dataset = dataset

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from a table that has the features and the outcome; further columns are ignored.

        Raises
        ------
        SyntheticDataError
            If there are fewer than 50 rows, only one outcome, or no known value of a feature.
        InvalidRows
            If a value is not allowed.
        """
        rows = checks.check_rows(rows, self.dataset)
        happened = rows[self.dataset.label]
        self.rate_ = float(happened.mean())
        random = np.random.default_rng(0)
        self._copulas = [Copula(rows[happened == value], self.dataset, random) for value in (0, 1)]
        return self

    def sample(self, n: int, *, outcome: int | None = None, seed: int = 0) -> pd.DataFrame:
        """Return `n` rows: the features and the outcome.

        Parameters
        ----------
        n : int
            How many. A longer sample of the same seed begins with the shorter one.
        outcome : {0, 1}, optional
            The outcome that all rows have. By default each row's outcome is drawn too, as often as among the known.
        seed : int, default 0
            Same seed, same rows.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        SyntheticDataError
            If an argument is out of its range.
        """
        if not hasattr(self, "_copulas"):
            raise checks.NotFittedError("The generator knows no rows yet: call fit(rows) first.")
        n = checks.check_whole("n", n, 0, checks.MOST_ROWS)
        seed = checks.check_whole("seed", seed, 0, 2**128 - 1)
        checks.check_outcome(outcome, "outcome")
        chance, *randoms = (np.random.default_rng([seed, stream]) for stream in range(3))
        label = (chance.random(n) < self.rate_).astype("int64") if outcome is None else np.full(n, outcome)
        # each outcome has its own stream for all rows, so that a longer sample begins with the shorter one
        drawn = [copula.draw(n, random) for copula, random in zip(self._copulas, randoms, strict=True)]
        made = {name: np.where(label == 0, *(part[name] for part in drawn)) for name in self.dataset.features}
        return self.dataset.validate(pd.DataFrame(made | {self.dataset.label: label}), label=True)
