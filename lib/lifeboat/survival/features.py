"""Features made from the seven: what a party and a cabin class meant on board, spelled out for a linear model."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

AGE_KNOTS = (2.0, 12.0, 22.0, 35.0, 60.0)
"""Years: closer where children become adults."""


class EngineeredFeatures(TransformerMixin, BaseEstimator):
    """Interactions, splines and flags over the matrix of `PassengerMatrix`.

    Attributes
    ----------
    age_, fare_ : float
        Median age (years) and fare a head (pounds) of the training passengers, for those whose own is missing.
    """

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the medians."""
        self.age_ = float(np.nanmedian(X[:, 2]))
        self.fare_ = float(np.nanmedian(_fare_per_head(X)))
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the design matrix of a linear model; no value is missing."""
        pclass, sex, age, sibsp, parch, _, embarked = X.T
        female = np.nan_to_num(sex)
        filled_age = np.where(np.isnan(age), self.age_, age)
        per_head = np.log1p(np.where(np.isnan(X[:, 5]), self.fare_, _fare_per_head(X)))
        classes = (pclass[:, None] == [1, 2, 3]).astype(float)
        family = np.log1p(sibsp + parch)
        child = np.clip(1 - filled_age / 15, 0, 1)
        ages = natural_spline(filled_age, AGE_KNOTS)
        parts = [
            classes, female, female[:, None] * classes, ages, female[:, None] * ages, np.isnan(age), child,
            child * (1 - female), child[:, None] * classes, family, family**2, family * female,
            family[:, None] * classes, sibsp, parch, female * parch, per_head, per_head * female, per_head[:, None] * classes,
            embarked[:, None] == [0, 1, 2], female[:, None] * (embarked[:, None] == [0, 1, 2]),
        ]  # fmt: skip
        return np.column_stack(parts)


def _fare_per_head(X: np.ndarray) -> np.ndarray:
    return X[:, 5] / (1 + X[:, 3] + X[:, 4])


def natural_spline(values: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Expand a number into a natural cubic spline: smooth between the knots, straight beyond them.

    Parameters
    ----------
    values : ndarray of shape (n,)
        No value may be missing.
    knots : sequence of float
        At least three, ascending.

    Returns
    -------
    ndarray of shape (n, knots - 1)
        The value itself and Harrell's restricted cubic terms (Regression Modeling Strategies, section 2.4.5), all
        divided by the range of the knots so that they are of like size.
    """
    knots = np.asarray(knots)
    span = knots[-1] - knots[0]
    cubes = np.maximum(values[:, None] - knots, 0) ** 3 / span**2
    before_last, last = cubes[:, -2:-1], cubes[:, -1:]
    step = knots[-1] - knots[-2]
    bends = cubes[:, :-2] - before_last * (knots[-1] - knots[:-2]) / step + last * (knots[-2] - knots[:-2]) / step
    return np.column_stack([values, bends]) / span
