"""Traits made from the seven features: who went to the boats first, and who travelled together."""

from itertools import accumulate
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from lifeboat.passengers import CHILD_BELOW, FEATURES, FIELDS, PEOPLE, ticket_class

TRAITS = ("sex", "boy", "large_family", "port", "age", "fare")
AGE_SCALE = 40.0
"""Years that count as one unit, so that a linear model shrinks age no more than a yes-or-no trait."""
MOST_DENSE = 200_000
"""Up to so many numbers the design matrix is a plain array; beyond them a sparse one is smaller and faster."""

WORDED = {
    name: np.array([*field.codes.values()] or field.values, dtype=float)
    for name, field in FIELDS.items()
    if field.words
}
"""The numbers that stand for the words of a feature in the matrix, ascending."""

Filled = tuple[np.ndarray, np.ndarray, int]
"""For each passenger one column of a trait and the value in it, all others being zero; and how many columns it has."""


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

    def transform(self, X: np.ndarray) -> np.ndarray | sparse.csr_array:
        """Return an (n, number of columns) design matrix without missing values, sparse if it is large."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan", reset=False)
        # of each trait a passenger fills one column at most
        places, values, widths = zip(*(getattr(self, f"_{trait}")(X) for trait in self.traits), strict=True)
        *begins, width = accumulate(widths, initial=0)
        columns = np.stack([begin + place for begin, place in zip(begins, places, strict=True)], axis=1)
        values = np.stack(values, axis=1, dtype=float)
        if len(X) * width > MOST_DENSE:
            ends = np.arange(0, values.size + 1, len(widths))
            return sparse.csr_array((values.ravel(), columns.ravel(), ends), shape=(len(X), width))
        design = np.zeros((len(X), width))
        design[np.arange(len(X))[:, None], columns] = values
        return design

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

    def _sex(self, X: np.ndarray) -> Filled:
        sexes = WORDED["sex"]
        places, known = _find(_column(X, "sex"), sexes)
        return _per_class(X, known, places, len(sexes))

    def _boy(self, X: np.ndarray) -> Filled:
        return _per_class(X, _is(X, "sex", "male") & (self._age_in_years(X) < self.boy_below))

    def _large_family(self, X: np.ndarray) -> Filled:
        # a missing count makes the sum NaN, which does not count as large
        return _per_class(X, 1 + _column(X, "sibsp") + _column(X, "parch") >= self.large_family)

    def _port(self, X: np.ndarray) -> Filled:
        # a missing port has no column: it is the baseline of a linear model
        ports = WORDED["embarked"]
        return *_find(_column(X, "embarked"), ports), len(ports)

    def _age(self, X: np.ndarray) -> Filled:
        return np.zeros(len(X), dtype=int), self._age_in_years(X) / AGE_SCALE, 1

    def _fare(self, X: np.ndarray) -> Filled:
        # only a fare that was paid in training counts, not a new or missing one
        places, paid_before = _find(_column(X, "fare"), self.fares_)
        return places, self.fare_weight * paid_before, len(self.fares_)

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


def _find(values: np.ndarray, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of values among those allowed, which ascend, and whether they are there at all."""
    places = np.minimum(allowed.searchsorted(values), len(allowed) - 1)
    return places, allowed[places] == values


def _per_class(X: np.ndarray, trait: np.ndarray, group: np.ndarray | int = 0, groups: int = 1) -> Filled:
    """Give each group a column per ticket class, which says whether a passenger of that class has the trait."""
    classes = WORDED["pclass"]
    places, known = _find(_column(X, "pclass"), classes)
    return group * len(classes) + places, known & trait, groups * len(classes)
