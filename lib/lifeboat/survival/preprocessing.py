"""From passengers to numbers: the first step of every estimator.

It yields plain numpy arrays, because pandas costs more than the model itself when there is one passenger to score.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from lifeboat.errors import LifeboatError
from lifeboat.passengers import FEATURES, FIELDS, LABEL

Passengers = pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]]

PREPARATION_VERSION = 2
"""What `PassengerMatrix` and `PassengerTraits` make of a passenger; raise it when that changes, so that models are
trained again. A test compares their output on all passengers with a checksum."""

BACKGROUND_ROWS = 64


class InvalidTrainingData(LifeboatError, ValueError):
    """The passengers cannot teach a model: too few, one outcome only, or a feature without any value."""


class UnreadablePassengers(LifeboatError, ValueError):
    """The input does not hold the seven features as numbers and categories."""


class PassengerMatrix(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Turn passengers into a float matrix with the columns of `FEATURES`; what is missing becomes NaN.

    Takes a DataFrame, one passenger as a mapping, or a list of mappings. `sex` and `embarked` become the codes of their
    fields; any other category counts as missing. Fitting checks that the passengers can teach a model at all and keeps
    a sample of them, the background of later explanations.

    Parameters
    ----------
    fewest_rows : int
        Fewer training passengers are refused.

    Attributes
    ----------
    background_ : ndarray of shape (64, 7)
        Training passengers at even steps through the table sorted by class, sex, age and so on.
    feature_names_in_ : ndarray of shape (7,)
        `FEATURES`.
    preparation_ : int
        The `PREPARATION_VERSION` that the model was fitted with.
    """

    def __init__(self, fewest_rows: int = 30) -> None:
        self.fewest_rows = fewest_rows

    def fit(self, X: Passengers, y: Any = None) -> Self:
        """Check the training passengers and keep a background sample.

        Parameters
        ----------
        X : DataFrame, mapping, or sequence of mappings
            The seven features, as in `read_passengers`.
        y : array-like, optional
            Outcomes (0 or 1); if given, both must occur.

        Raises
        ------
        InvalidTrainingData
            If there are fewer than `fewest_rows`, one outcome only, or a feature without any value.
        UnreadablePassengers
            As in `read_passengers`.
        """
        matrix = read_passengers(X)
        _check_teaches(matrix, y, self.fewest_rows)
        # sorted by the first feature, then the second and so on (lexsort takes the last key first), so that even steps
        # through the table meet every kind of passenger, whatever order the rows came in
        ordered = matrix[np.lexsort(matrix.T[::-1])]
        self.background_ = ordered[np.linspace(0, len(ordered) - 1, BACKGROUND_ROWS).round().astype(int)]
        self.feature_names_in_ = np.array(FEATURES, dtype=object)
        self.n_features_in_ = len(FEATURES)
        self.preparation_ = PREPARATION_VERSION
        return self

    def transform(self, X: Passengers) -> np.ndarray:
        """Read passengers into an (n, 7) matrix; see `read_passengers`."""
        check_is_fitted(self)
        return read_passengers(X)


def read_passengers(passengers: Passengers) -> np.ndarray:
    """Read a table, one passenger or a list of them into an (n, 7) float matrix.

    Parameters
    ----------
    passengers : DataFrame, mapping, or sequence of mappings
        The seven features by name, in any order; other columns are ignored.

    Returns
    -------
    ndarray of shape (n, 7)
        In the order of `FEATURES`, with NaN for missing values and unknown categories.

    Raises
    ------
    UnreadablePassengers
        If a feature is absent, not a number where one is needed, or infinite.
    """
    if isinstance(passengers, pd.DataFrame):
        columns = [_of_frame(passengers, name) for name in FEATURES]
    else:
        rows = [passengers] if isinstance(passengers, Mapping) else passengers
        columns = [_of_rows(rows, name) for name in FEATURES]
    matrix = np.empty((len(columns[0]), len(FEATURES)))
    for position, (name, values) in enumerate(zip(FEATURES, columns, strict=True)):
        matrix[:, position] = _as_codes(name, values) if FIELDS[name].is_text else _as_numbers(name, values)
    return matrix


def _of_frame(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        raise UnreadablePassengers(_absent(name, list(frame.columns)))
    values = frame[name]
    return values.to_numpy(dtype=float, na_value=np.nan) if _is_nullable_number(values) else values.to_numpy()


def _of_rows(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    try:
        return [row[name] for row in rows]
    except KeyError:
        found = next(list(row) for row in rows if name not in row)
        raise UnreadablePassengers(_absent(name, found)) from None


def _is_nullable_number(values: pd.Series) -> bool:
    return pd.api.types.is_extension_array_dtype(values.dtype) and pd.api.types.is_numeric_dtype(values.dtype)


def _absent(name: str, found: list[Any]) -> str:
    return f"{name} is absent; found {', '.join(map(str, found))}. A passenger has {', '.join(FEATURES)}."


def _as_codes(name: str, values: Sequence[Any]) -> list[float]:
    codes = FIELDS[name].codes
    return [codes.get(value, np.nan) for value in values]


def _as_numbers(name: str, values: Sequence[Any]) -> np.ndarray:
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        odd = next(value for value in values if not _is_number(value))
        raise UnreadablePassengers(f"{name} is {odd!r}; allowed: {FIELDS[name].allowed}.") from None
    if np.isinf(numbers).any():
        raise UnreadablePassengers(f"{name} is infinite; allowed: {FIELDS[name].allowed}.")
    return numbers


def _is_number(value: Any) -> bool:
    try:
        return value is None or isinstance(float(value), float)
    except (TypeError, ValueError):
        return False


def _check_teaches(matrix: np.ndarray, outcomes: Any, fewest_rows: int) -> None:
    if len(matrix) < fewest_rows:
        raise InvalidTrainingData(f"{len(matrix)} passengers to learn from; at least {fewest_rows} are needed.")
    for name, values in zip(FEATURES, matrix.T, strict=True):
        if np.isnan(values).all():
            raise InvalidTrainingData(f"{name} has no value in any of the {len(matrix)} passengers to learn from.")
    found = np.unique(np.asarray(outcomes)) if outcomes is not None else ()
    if len(found) == 1:
        raise InvalidTrainingData(f"{LABEL} is {found[0]} for every passenger; both outcomes are needed.")
