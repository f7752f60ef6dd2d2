"""Traits made from the seven features: who went to the boats first, and who travelled together."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

TRAITS = ("sex", "boy", "large_family", "port", "age", "fare")
AGE_SCALE = 40.0
"""Years that count as one unit, so that a linear model shrinks age no more than a yes-or-no trait."""


class PassengerTraits(TransformerMixin, BaseEstimator):
    """Describe passengers by a few traits, most of them yes or no, over the matrix of `PassengerMatrix`.

    ``sex``, ``boy`` and ``large_family`` count separately in each ticket class, for being a boy or one of many children
    meant rescue in the first class and next to nothing in the third. ``fare`` has one column for every sum that was
    paid: passengers who paid the same odd sum share a ticket, or bought theirs at one place on one day. A linear model
    with a penalty makes random effects of these columns (Gelman and Hill 2007, chapter 12): a fare that many paid gets
    an effect of its own, a rare one next to none.

    Parameters
    ----------
    traits : tuple of str
        Which of `TRAITS` to make.
    boy_below : float
        Age in years from which a boy counts as a man.
    large_family : int
        Size of a family, the passenger included, that counts as large.
    fare_weight : float
        Value of a fare's column for those who paid it: the smaller, the more its effect is shrunk.

    Attributes
    ----------
    age_ : float
        Median age in training, for those whose age is missing.
    fares_ : ndarray
        Fares paid in training, ascending, in pounds.
    """

    def __init__(
        self,
        traits: tuple[str, ...] = TRAITS,
        boy_below: float = 14.0,
        large_family: int = 5,
        fare_weight: float = 0.2,
    ) -> None:
        self.traits = traits
        self.boy_below = boy_below
        self.large_family = large_family
        self.fare_weight = fare_weight

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the median age and the fares that were paid."""
        self.age_ = float(np.nanmedian(X[:, 2]))
        self.fares_ = np.unique(X[~np.isnan(X[:, 5]), 5])
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return an (n, number of columns) design matrix without missing values."""
        return np.concatenate([getattr(self, f"_{trait}")(X) for trait in self.traits], axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Name the columns of the design matrix in words."""
        names = {
            "sex": [f"{who}, class {k}" for who in ("woman", "man") for k in (1, 2, 3)],
            "boy": [f"boy, class {k}" for k in (1, 2, 3)],
            "large_family": [f"large family, class {k}" for k in (1, 2, 3)],
            "port": ["from Cherbourg", "from Queenstown", "from Southampton"],
            "age": ["age"],
            "fare": [f"fare {fare:g}" for fare in self.fares_],
        }
        return np.array([name for trait in self.traits for name in names[trait]], dtype=object)

    def _sex(self, X: np.ndarray) -> np.ndarray:
        return np.concatenate([_per_class(X, X[:, 1] == 1), _per_class(X, X[:, 1] == 0)], axis=1)

    def _boy(self, X: np.ndarray) -> np.ndarray:
        return _per_class(X, (X[:, 1] == 0) & (self._age_in_years(X) < self.boy_below))

    def _large_family(self, X: np.ndarray) -> np.ndarray:
        return _per_class(X, 1 + X[:, 3] + X[:, 4] >= self.large_family)

    def _port(self, X: np.ndarray) -> np.ndarray:
        return _one_hot(X[:, 6], np.arange(3))

    def _age(self, X: np.ndarray) -> np.ndarray:
        return self._age_in_years(X)[:, None] / AGE_SCALE

    def _fare(self, X: np.ndarray) -> np.ndarray:
        place = np.searchsorted(self.fares_, X[:, 5]).clip(max=len(self.fares_) - 1)
        paid_before = np.flatnonzero(self.fares_[place] == X[:, 5])
        columns = np.zeros((len(X), len(self.fares_)))  # mostly zero: setting the rest beats comparing each with each
        columns[paid_before, place[paid_before]] = self.fare_weight
        return columns

    def _age_in_years(self, X: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(X[:, 2]), self.age_, X[:, 2])


def _one_hot(values: np.ndarray, categories: np.ndarray) -> np.ndarray:
    return (values[:, None] == categories).astype(float)


def _per_class(X: np.ndarray, trait: np.ndarray) -> np.ndarray:
    return _one_hot(X[:, 0], np.arange(1, 4)) * trait[:, None]
