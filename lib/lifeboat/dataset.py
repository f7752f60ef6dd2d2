"""The description of a data set: its fields, its outcome and its names. It is all that the system has to know of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from typing import Any

import numpy as np
import pandas as pd

from lifeboat.errors import LifeboatError
from lifeboat.fields import Field, NotAllowed, read_column, short

OUTCOME_AT, SOURCE, SCENARIO = "outcome_at", "source", "scenario"
"""Columns that every feature group has beside those of its description."""


class InvalidDataset(LifeboatError):
    """A description that contradicts itself; the message has a line for each fault."""


class InvalidRow(LifeboatError):
    """A row that breaks the rules of its fields; the message has a line for each fault."""


class InvalidRows(LifeboatError):
    """Rows that break the rules of their fields.

    Attributes
    ----------
    problems : DataFrame
        One row per fault: ``row`` (position in the table, from 0), ``field``, ``value``, ``allowed``.
    """

    def __init__(self, problems: pd.DataFrame) -> None:
        self.problems = problems
        shown = [
            f"row {p.row}: {p.field} is {short(p.value)}; allowed: {p.allowed}" for p in problems.head(5).itertuples()
        ]
        more = len(problems) - len(shown)
        super().__init__("\n".join(shown) + (f"\nand {more} more faults" if more else ""))


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set whose rows have one of two outcomes, as the six parts of the system know it.

    Parameters
    ----------
    name : str
        Of the feature group; those of the predictions and metrics are called ``..._predictions`` and ``..._metrics``.
    task : str
        Of the feature view and the model.
    fields : iterable of Field
        The features in their order; afterwards a dictionary by name.
    outcome : Field
        Its words for 0 and for 1 become names of columns, so each is one word.
    key, event_time : str
        The column that identifies a row, a whole number; and the one that says when the row came about.
    together : str, optional
        A column; rows that share its value stay on one side of a split.
    rows : str
        What a message calls several rows; one word.
    description : str
        What the feature group holds.
    meanings : mapping, optional
        What columns mean that are not features, if there is more to say than for any data set.
    groupings : callable, optional
        Puts rows into words, by which metrics are sliced; by default the words of every category and code.

    Examples
    --------
    >>> width = Field("width", "Width", "width of the leaf", low=0, high=50, unit="mm")
    >>> kind = Field("is_oak", "Oak", "whether it is an oak", words={0: "beech", 1: "oak"})
    >>> leaves = Dataset("leaves", "is_oak", [width], kind, key="leaf_id", event_time="found_at", rows="leaves")
    >>> leaves.find_problems(pd.DataFrame({"width": [12, 900]}))["value"].tolist()
    [900]
    """

    name: str
    task: str
    fields: Mapping[str, Field] | Iterable[Field]
    outcome: Field
    key: str
    event_time: str
    together: str | None = None
    rows: str = "rows"
    description: str = ""
    meanings: Mapping[str, str] = default(default_factory=dict)
    groupings: Callable[[pd.DataFrame], pd.DataFrame] | None = None

    def __post_init__(self) -> None:
        """Check the description."""
        described = list(self.fields.values() if isinstance(self.fields, Mapping) else self.fields)
        object.__setattr__(self, "fields", {field.name: field for field in described})
        object.__setattr__(self, "outcome", replace(self.outcome, whole=True, optional=True))  # missing until known
        faults = [*_faults(self, [field.name for field in described])]
        if faults:
            raise InvalidDataset(f"the description of {self.name!r} does not hold:\n" + "\n".join(faults))

    @property
    def features(self) -> list[str]:
        """The names of the features in their order."""
        return list(self.fields)

    @property
    def numbers(self) -> list[str]:
        """Those among the features that have a range, not words."""
        return [name for name, field in self.fields.items() if not field.words]

    @property
    def label(self) -> str:
        """The name of the outcome."""
        return self.outcome.name

    @property
    def said(self) -> tuple[str, str]:
        """The words for the outcomes 0 and 1."""
        return self.outcome.words[0], self.outcome.words[1]

    @property
    def helpers(self) -> list[str]:
        """The columns that keep rows together in a split; none or one."""
        return [self.together] if self.together else []

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """For each feature its allowed texts, in the order of their codes; empty for numbers."""
        return {name: field.values if field.is_text else () for name, field in self.fields.items()}

    def in_words(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put rows into the words by which metrics are sliced."""
        if self.groupings:
            return self.groupings(table)
        worded = [field for field in self.fields.values() if field.words]
        return pd.DataFrame({field.name: table[field.name].map(field.say) for field in worded}, index=table.index)

    def find_problems(self, frame: pd.DataFrame, label: bool = False) -> pd.DataFrame:
        """List every fault in a table.

        Parameters
        ----------
        frame : DataFrame
            Any number of rows with all features; other columns are ignored.
        label : bool
            Whether to check the outcome as well (0, 1 or missing: not known yet).

        Returns
        -------
        DataFrame
            One row per fault: ``row`` (position, from 0), ``field``, ``value`` as found, ``allowed`` in words.

        Raises
        ------
        LifeboatError
            If a column is missing.
        """
        return self._check(frame, label)[1]

    def validate(self, frame: pd.DataFrame, label: bool = False) -> pd.DataFrame:
        """Check a table and return it with the types that the feature group and the models expect.

        Parameters
        ----------
        frame : DataFrame
            The features (and, with `label`, the outcome); other columns are dropped, the order of rows is kept.
        label : bool
            Whether to keep and check the outcome.

        Returns
        -------
        DataFrame
            The same number of rows: whole numbers as int64, other numbers as float64, categories as text.

        Raises
        ------
        InvalidRows
            If a value is not allowed; it lists row, field, value and what is allowed.
        LifeboatError
            If a column is missing.
        """
        table, problems = self._check(frame, label)
        if len(problems):
            raise InvalidRows(problems)
        whole = [name for name in table if self._field(name).whole and table[name].notna().all()]
        return table.astype(dict.fromkeys(whole, "int64"))

    def check_columns(self, found: Iterable[str], label: bool = False) -> list[str]:
        """Return the columns that a table must have.

        Parameters
        ----------
        found : iterable of str
            The columns that it has.
        label : bool
            Whether the outcome must be among them.

        Raises
        ------
        LifeboatError
            If one is missing.
        """
        names, found = [*self.fields, *([self.label] if label else [])], list(found)
        missing = [name for name in names if name not in found]
        if missing:
            raise LifeboatError(
                f"missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}; "
                f"found: {', '.join(map(str, found))}. "
                f"A table of {self.rows} has the columns {', '.join(names)}."
            )
        return names

    def validate_one(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Check one row and return its features as plain Python values, None where unknown.

        Parameters
        ----------
        row : mapping
            The features by name; optional ones may be None, NaN or absent.

        Raises
        ------
        InvalidRow
            If a value is not allowed, or there is something else than the features.
        """
        unknown = [name for name in row if name not in self.fields]
        if unknown:
            raise InvalidRow(f"unknown feature: {', '.join(unknown)}; the features are {', '.join(self.fields)}.")
        values, faults = {}, []
        for name, field in self.fields.items():
            try:
                values[name] = field.read(row.get(name))
            except NotAllowed as fault:
                faults.append(str(fault))
        if faults:
            raise InvalidRow("\n".join(faults))
        return values

    def _field(self, name: str) -> Field:
        return self.outcome if name == self.label else self.fields[name]

    def _check(self, frame: pd.DataFrame, label: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Read a table; return it and its faults, by row."""
        columns, faults = {}, []
        for name in self.check_columns(frame.columns, label):
            field, found = self._field(name), frame[name]
            columns[name], bad = read_column(field, found.reset_index(drop=True))
            faults += [(int(row), name, _plain(found.iloc[row]), field.allowed) for row in np.flatnonzero(bad)]
        faults.sort(key=lambda fault: fault[0])
        return pd.DataFrame(columns), pd.DataFrame(faults, columns=["row", "field", "value", "allowed"])


def _plain(value: Any) -> Any:
    """A plain Python value, so that messages show 3.0 and not np.float64(3.0)."""
    return value.item() if isinstance(value, np.generic) else value


_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _faults(dataset: Dataset, features: list[str]) -> Iterator[str]:
    """What contradicts itself in a description, a line each."""
    if not features:
        yield "there is no field: describe at least one feature."
    columns = [*features, dataset.label, dataset.key, dataset.event_time, *dataset.helpers]
    for name in [dataset.name, dataset.task, dataset.rows, *columns]:
        if not _NAME.fullmatch(name):
            yield f"the name is {name!r}; allowed: small letters, digits and underscores, beginning with a letter."
    taken = [*columns, OUTCOME_AT, SOURCE, SCENARIO]
    for name in sorted({name for name in taken if taken.count(name) > 1}):
        yield f"{name} names two columns: each needs a name of its own."
    yield from filter(None, map(_fault_of, dataset.fields.values()))
    words = dataset.outcome.words or {}
    if set(words) != {0, 1} or len({*words.values()}) < 2 or not all(map(_NAME.fullmatch, words.values())):
        yield f"{dataset.label} has the words {dict(words)}; allowed: two words, one for 0 and one for 1."


def _fault_of(field: Field) -> str | None:
    """What contradicts itself in a field."""
    if field.words:
        if len({isinstance(value, str) for value in field.values}) > 1:
            return f"{field.name} allows {', '.join(map(repr, field.values))}: give texts only, or numbers only."
    elif field.low is None or field.high is None or not field.low < field.high:
        return f"{field.name} ranges from {field.low} to {field.high}: give low, and a higher high; or give words."
    return None
