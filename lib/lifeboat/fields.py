"""The description of a column: what it means, what it may hold, and how people say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

UNKNOWN = "unknown"


class NotAllowed(ValueError):
    """A value that a field does not allow."""


@dataclass(frozen=True)
class Field:
    """One column of a table: its meaning, the values that it may take, and the words for them.

    Parameters
    ----------
    name, label, meaning : str
        The column's name, what a form calls it, and what it says.
    words : mapping, optional
        The allowed values of a category or code, each with its word for people.
    low, high : float, optional
        The allowed range of a number, both ends included.
    whole : bool
        Whether only whole numbers are allowed.
    optional : bool
        Whether the value may be missing, as it is for some rows.
    unit : str
        The unit of a number.
    """

    name: str
    label: str
    meaning: str
    words: Mapping[Any, str] | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False
    optional: bool = False
    unit: str = ""

    @property
    def values(self) -> tuple[Any, ...]:
        """The allowed values of a category or code; empty for a number with a range."""
        return tuple(self.words or ())

    @property
    def codes(self) -> dict[str, int]:
        """The number that stands for each category in a matrix: its place among `values`; empty for numbers."""
        return {value: place for place, value in enumerate(self.values)} if self.is_text else {}

    @property
    def is_text(self) -> bool:
        """Whether the values are strings."""
        return any(isinstance(value, str) for value in self.values)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.words:
            *first, last = (self._allowed_value(value, word) for value, word in self.words.items())
            words = f"{', '.join(first)} or {last}"
        else:
            kind = "a whole number" if self.whole else "a number"
            words = f"{kind} from {self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")
        return words + (", or missing" if self.optional else "")

    def _allowed_value(self, value: Any, word: str) -> str:
        """A value, and what it stands for if it is an abbreviation."""
        return f"{value} ({word})" if self.is_text and word != value else str(value)

    def say(self, value: Any) -> str:
        """Return the word for a value, ``unknown`` if it is missing.

        Examples
        --------
        >>> port = Field("port", "Boarded at", "the port", words={"C": "Cherbourg", "Q": "Queenstown"}, optional=True)
        >>> port.say("Q"), port.say(None)
        ('Queenstown', 'unknown')
        """
        if pd.isna(value):
            return UNKNOWN
        return self.words[value] if self.words else f"{value:g}"

    def read(self, value: Any) -> Any:
        """Return a value as plain Python: text, int or float, None if it is unknown. This is the one rule of the field.

        Raises
        ------
        NotAllowed
            If the field does not allow it. Numbers may come as text; True and False are not numbers.

        Examples
        --------
        >>> age = Field("age", "Age", "age in years", low=0, high=120, optional=True)
        >>> age.read("22"), age.read(None)
        (22.0, None)
        """
        if isinstance(value, np.generic):
            value = value.item()
        missing = value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)
        plain = None if missing else value if self.is_text else _number(value)
        if plain is None:
            allowed = self.optional
        elif self.words:
            allowed = isinstance(plain, (str, float)) and plain in self.words
        else:
            allowed = self.low <= plain <= self.high and (not self.whole or plain.is_integer())
        if not allowed:
            raise NotAllowed(f"{self.name} is {short(value)}; allowed: {self.allowed}.")
        return int(plain) if self.whole and plain is not None else plain


def _number(value: Any) -> float:
    """The number as a float; NaN, which no range holds, where there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return np.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return np.nan


def read_column(field: Field, column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read a column by the rule of its field, each distinct value once.

    Parameters
    ----------
    field : Field
        What the column may hold.
    column : Series
        Values of any type, also mixed ones.

    Returns
    -------
    values : Series
        Text with None, or floats with NaN, where a value is missing or not allowed.
    faulty : ndarray of bool
        Where it is not allowed.
    """
    # True equals 1 and a list has no hash: objects are distinguished by their printed form
    keys = column.map(_key) if column.dtype == object else column
    codes, distinct = pd.factorize(keys, use_na_sentinel=False)
    examples = column.iloc[np.unique(codes, return_index=True)[1]] if len(distinct) else column[:0]
    values, good = np.empty(len(distinct), dtype=object), np.ones(len(distinct), dtype=bool)
    for place, example in enumerate(examples):
        try:
            values[place] = field.read(example)
        except NotAllowed:
            good[place] = False
    values = values if field.is_text else values.astype(float)
    return pd.Series(values[codes]), ~good[codes]


def _key(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, float)) else repr(value)


def short(value: Any, longest: int = 60) -> str:
    """Show a value as found, cut if it is long.

    Parameters
    ----------
    value : object
        Shown by its ``repr``.
    longest : int
        Most characters to show, the three dots of a cut included.

    Examples
    --------
    >>> short("x" * 99, longest=8)
    "'xxxx..."
    """
    shown = repr(value)
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."
