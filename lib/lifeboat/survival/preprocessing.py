"""From rows to numbers: the first step of every estimator.

It yields plain numpy arrays, because pandas costs more than the model itself when there is one row to score.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype
from pandas.api.types import is_numeric_dtype
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from lifeboat.errors import LifeboatError
from lifeboat.passengers import TITANIC

Rows = pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]]

PREPARATION_VERSION = 2
"""What `FieldMatrix` and `PassengerTraits` make of a row; raise it when that changes, so that models are
trained again. A test compares their output on all passengers with a checksum."""

BACKGROUND_ROWS = 64


class InvalidTrainingData(LifeboatError, ValueError):
    """Rows that cannot teach a model: too few, one outcome only, or a feature without any value."""


class UnreadableRows(LifeboatError, ValueError):
    """The input does not hold the features as numbers and categories."""


class FieldMatrix(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Turn rows into a float matrix with a column per feature; what is missing becomes NaN.

    Takes a DataFrame, one row as a mapping, or a list of mappings. Categories become their places among those allowed;
    any other category counts as missing. Fitting checks that the rows can teach a model at all and keeps a sample of
    them, the background of later explanations.

    Parameters
    ----------
    columns : dict of str to tuple of str
        For each feature its allowed texts, empty for numbers: `Dataset.columns`.
    fewest_rows : int
        Fewer training rows are refused.

    Attributes
    ----------
    background_ : ndarray of shape (64, n_features)
        Training rows at even steps through the table sorted by the first feature, then the second and so on.
    feature_names_in_ : ndarray of shape (n_features,)
        The names of `columns`.
    preparation_ : int
        The `PREPARATION_VERSION` that the model was fitted with.
    """

    def __init__(self, columns: dict[str, tuple[str, ...]], fewest_rows: int = 30) -> None:
        self.columns = columns
        self.fewest_rows = fewest_rows

    def fit(self, X: Rows, y: Any = None) -> Self:
        """Check the training rows and keep a background sample.

        Parameters
        ----------
        X : DataFrame, mapping, or sequence of mappings
            The features, as in `read_rows`.
        y : array-like, optional
            Outcomes (0 or 1); if given, both must occur.

        Raises
        ------
        InvalidTrainingData
            If there are fewer than `fewest_rows`, one outcome only, or a feature without any value.
        UnreadableRows
            As in `read_rows`.
        """
        matrix = self._read(X)
        _check_teaches(matrix, y, list(self.columns), self.fewest_rows)
        # sorted by the first feature, then the second and so on (lexsort takes the last key first), so that even steps
        # through the table meet every kind of row, whatever order they came in
        ordered = matrix[np.lexsort(matrix.T[::-1])]
        self.background_ = ordered[np.linspace(0, len(ordered) - 1, BACKGROUND_ROWS).round().astype(int)]
        self.feature_names_in_ = np.array(list(self.columns), dtype=object)
        self.n_features_in_ = len(self.columns)
        self.preparation_ = PREPARATION_VERSION
        return self

    def transform(self, X: Rows) -> np.ndarray:
        """Read rows into an (n, n_features) matrix; see `read_rows`."""
        check_is_fitted(self)
        return self._read(X)

    def _read(self, X: Rows) -> np.ndarray:
        return read_rows(X, self.columns)


class PassengerMatrix(FieldMatrix):
    """The `FieldMatrix` of the Titanic's passengers. It always has their seven columns, so its files do not name them.

    Parameters
    ----------
    fewest_rows : int
        Fewer training passengers are refused.
    """

    def __init__(self, fewest_rows: int = 30) -> None:
        self.fewest_rows = fewest_rows

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The features and their texts."""
        return TITANIC.columns


def read_passengers(passengers: Rows) -> np.ndarray:
    """Read a table, one passenger or a list of them into an (n, 7) float matrix in the order of `FEATURES`.

    Parameters
    ----------
    passengers : DataFrame, mapping, or sequence of mappings
        As in `read_rows`, which says what is refused.
    """
    return read_rows(passengers, TITANIC.columns)


def read_rows(rows: Rows, names: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """Read a table, one row or a list of them into a float matrix.

    Parameters
    ----------
    rows : DataFrame, mapping, or sequence of mappings
        The features by name, in any order; other columns are ignored.
    names : mapping of str to tuple of str
        For each feature its allowed texts, empty for numbers.

    Returns
    -------
    ndarray of shape (n, n_features)
        In the order of `names`, with NaN for missing values and unknown categories.

    Raises
    ------
    UnreadableRows
        If a feature is absent, not a number where one is needed, or infinite.
    """
    if isinstance(rows, pd.DataFrame):
        columns = [_of_frame(rows, name, names) for name in names]
    else:
        listed = [rows] if isinstance(rows, Mapping) else rows
        columns = [_of_rows(listed, name, names) for name in names]
    matrix = np.empty((len(columns[0]), len(names)))
    for position, (values, (name, texts)) in enumerate(zip(columns, names.items(), strict=True)):
        matrix[:, position] = _as_codes(values, texts) if texts else _as_numbers(name, values)
    return matrix


def _of_frame(frame: pd.DataFrame, name: str, names: Mapping[str, tuple[str, ...]]) -> pd.Series | np.ndarray:
    if name not in frame.columns:
        raise UnreadableRows(_absent(name, list(frame.columns), names))
    values = frame[name]
    if not isinstance(values.dtype, ExtensionDtype):
        return values.to_numpy()
    if names[name]:
        return values  # as it is: pandas finds its categories faster than it would make Python texts of them
    return values.to_numpy(dtype=float, na_value=np.nan) if is_numeric_dtype(values.dtype) else values.to_numpy()


def _of_rows(rows: Sequence[Mapping[str, Any]], name: str, names: Iterable[str]) -> list[Any]:
    try:
        return [row[name] for row in rows]
    except KeyError:
        found = next(list(row) for row in rows if name not in row)
        raise UnreadableRows(_absent(name, found, names)) from None


def _absent(name: str, found: list[Any], names: Iterable[str]) -> str:
    return f"{name} is absent; found {', '.join(map(str, found))}. The features are {', '.join(names)}."


def _as_codes(values: pd.Series | np.ndarray | list[Any], texts: tuple[str, ...]) -> np.ndarray | list[float]:
    if not isinstance(values, list):
        places, distinct = pd.factorize(values)
        # a column has few texts in many rows; a missing one has the place -1, which is the last
        return np.array([*_as_codes(list(distinct), texts), np.nan])[places]
    codes = {text: code for code, text in enumerate(texts)}
    return [codes.get(value, np.nan) for value in values]


def _as_numbers(name: str, values: Sequence[Any]) -> np.ndarray:
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        odd = next(value for value in values if not _is_number(value))
        raise UnreadableRows(f"{name} is {odd!r}; allowed: a number, or missing.") from None
    if np.isinf(numbers).any():
        raise UnreadableRows(f"{name} is infinite; allowed: a number, or missing.")
    return numbers


def _is_number(value: Any) -> bool:
    try:
        return value is None or isinstance(float(value), float)
    except (TypeError, ValueError):
        return False


def _check_teaches(matrix: np.ndarray, outcomes: Any, names: list[str], fewest_rows: int) -> None:
    if len(matrix) < fewest_rows:
        raise InvalidTrainingData(f"{len(matrix)} rows to learn from; at least {fewest_rows} are needed.")
    for name, values in zip(names, matrix.T, strict=True):
        if np.isnan(values).all():
            raise InvalidTrainingData(f"{name} has no value in any of the {len(matrix)} rows to learn from.")
    found = np.unique(np.asarray(outcomes)) if outcomes is not None else ()
    if len(found) == 1:
        label = getattr(outcomes, "name", None) or "the outcome"
        raise InvalidTrainingData(f"{label} is {found[0]} in every row; both outcomes are needed.")
