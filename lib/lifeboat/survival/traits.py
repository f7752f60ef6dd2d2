"""Traits made from the seven features: who went to the boats first, and who travelled together."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from lifeboat.passengers import CHILD_BELOW, FEATURES, FIELDS, PEOPLE, ticket_class

TRAITS = ("sex", "boy", "large_family", "port", "age", "fare")
AGE_SCALE = 40.0
"""Years that count as one unit, so that a linear model shrinks age no more than a yes-or-no trait."""


class PassengerTraits(TransformerMixin, BaseEstimator):
    """Describe passengers by a few traits, most of them yes or no, over the matrix of `PassengerMatrix`.

    ``sex``, ``boy`` and ``large_family`` count separately in each ticket class, because being a boy or one of many
    children meant rescue in first class and next to nothing in third. ``fare`` has one column per price paid:
    passengers who paid the same odd price share a ticket, or bought theirs at one place on one day. A linear model with
    a penalty makes random effects of these columns (Gelman and Hill 2007, chapter 12): a fare that many paid gets its
    own effect, a rare one next to none.

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
        boy_below: float = CHILD_BELOW,
        large_family: int = 5,
        fare_weight: float = 0.2,
    ) -> None:
        self.traits = traits
        self.boy_below = boy_below
        self.large_family = large_family
        self.fare_weight = fare_weight

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Learn the median age and the fares that were paid.

        Parameters
        ----------
        X : ndarray of shape (n, 7)
            As `PassengerMatrix` makes it; NaN is a missing value.
        y : optional
            Not used.

        Raises
        ------
        ValueError
            If `X` has no rows or not seven columns, or holds an infinite number.
        """
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan")
        _check_columns(X)
        self.age_ = float(np.nanmedian(_column(X, "age")))
        fares = _column(X, "fare")
        self.fares_ = np.unique(fares[~np.isnan(fares)])
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return an (n, number of columns) design matrix without missing values."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan", reset=False)
        return np.concatenate([getattr(self, f"_{trait}")(X) for trait in self.traits], axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Name the columns of the design matrix in words."""
        classes, ports = (FIELDS[name].words for name in ("pclass", "embarked"))
        _, boy = PEOPLE["male"]
        names = {
            "sex": [f"{adult}, {ticket_class(k)}" for adult, _ in PEOPLE.values() for k in classes],
            "boy": [f"{boy}, {ticket_class(k)}" for k in classes],
            "large_family": [f"large family, {ticket_class(k)}" for k in classes],
            "port": [f"from {port}" for port in ports.values()],
            "age": ["age"],
            "fare": [f"fare {fare:g}" for fare in self.fares_],
        }
        return np.array([name for trait in self.traits for name in names[trait]], dtype=object)

    def __sklearn_tags__(self) -> Tags:
        """Say that values may be missing."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _sex(self, X: np.ndarray) -> np.ndarray:
        return np.concatenate([_per_class(X, _is(X, "sex", who)) for who in PEOPLE], axis=1)

    def _boy(self, X: np.ndarray) -> np.ndarray:
        return _per_class(X, _is(X, "sex", "male") & (self._age_in_years(X) < self.boy_below))

    def _large_family(self, X: np.ndarray) -> np.ndarray:
        # a missing count makes the sum NaN, which does not count as large
        return _per_class(X, 1 + _column(X, "sibsp") + _column(X, "parch") >= self.large_family)

    def _port(self, X: np.ndarray) -> np.ndarray:
        # a missing port has no column: it is the baseline of a linear model
        return _one_hot(_column(X, "embarked"), FIELDS["embarked"].codes.values())

    def _age(self, X: np.ndarray) -> np.ndarray:
        return self._age_in_years(X)[:, None] / AGE_SCALE

    def _fare(self, X: np.ndarray) -> np.ndarray:
        fare = _column(X, "fare")
        # where each fare would stand among those paid in training: only an equal one counts, not a new or missing one
        place = np.searchsorted(self.fares_, fare).clip(max=len(self.fares_) - 1)
        paid_before = np.flatnonzero(self.fares_[place] == fare)
        # almost all entries are zero, so setting the others is faster than comparing every fare with every column
        design = np.zeros((len(X), len(self.fares_)))
        design[paid_before, place[paid_before]] = self.fare_weight
        return design

    def _age_in_years(self, X: np.ndarray) -> np.ndarray:
        age = _column(X, "age")
        return np.where(np.isnan(age), self.age_, age)


def _check_columns(X: np.ndarray) -> None:
    if X.shape[1] != len(FEATURES):
        raise ValueError(f"the matrix has {X.shape[1]} feature(s); needed are the {len(FEATURES)} of PassengerMatrix.")


def _column(X: np.ndarray, name: str) -> np.ndarray:
    return X[:, FEATURES.index(name)]


def _is(X: np.ndarray, name: str, value: str) -> np.ndarray:
    return _column(X, name) == FIELDS[name].codes[value]


def _one_hot(values: np.ndarray, categories: Iterable[int]) -> np.ndarray:
    return (values[:, None] == list(categories)).astype(float)


def _per_class(X: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """One column per ticket class: the trait among its passengers, zero for all others."""
    return _one_hot(_column(X, "pclass"), FIELDS["pclass"].values) * trait[:, None]
