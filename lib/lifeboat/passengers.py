"""The passengers of the Titanic: what is known of each, where it is loaded from, and what counts as valid."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from lifeboat.errors import LifeboatError

SHA256 = "6bd52219ddc4e7a5c483363ff8aaf407fb37fe8cef9d130ad2459a64f27b5a04"
"""Checksum of ``data/titanic.csv`` (OpenML data set 40945); ``data/README.md`` describes the file."""

LABEL = "survived"


@dataclass(frozen=True)
class Field:
    """One feature of a passenger: its meaning and the values that it may take.

    Parameters
    ----------
    name, meaning : str
        The column's name, and what it says in words.
    values : tuple, optional
        The allowed values of a category or code.
    low, high : float, optional
        The allowed range of a number, both ends included.
    whole : bool
        Whether only whole numbers are allowed.
    optional : bool
        Whether the value may be missing, as it is for some passengers in the data.
    unit : str
        The unit of a number.
    """

    name: str
    meaning: str
    values: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False
    optional: bool = False
    unit: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the values are strings."""
        return self.values is not None and isinstance(self.values[0], str)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.values is not None:
            *first, last = map(str, self.values)
            words = f"{', '.join(first)} or {last}"
        else:
            kind = "a whole number" if self.whole else "a number"
            words = f"{kind} from {self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")
        return words + (", or missing" if self.optional else "")

    def allows(self, value: Any) -> bool:
        """Whether a text, a float, or None for what is unknown, is allowed; anything else is not."""
        if value is None:
            return self.optional
        if self.is_text:
            return isinstance(value, str) and value in self.values
        if not isinstance(value, float):
            return False
        if self.values is not None:
            return value in self.values
        return self.low <= value <= self.high and (not self.whole or value.is_integer())


FIELDS = {
    field.name: field
    for field in (
        Field("pclass", "ticket class: 1 is the first", values=(1, 2, 3), whole=True),
        Field("sex", "sex as recorded", values=("female", "male")),
        Field("age", "age", low=0, high=120, optional=True, unit="years"),
        Field("sibsp", "siblings and spouses aboard", low=0, high=15, whole=True),
        Field("parch", "parents and children aboard", low=0, high=15, whole=True),
        Field(
            "fare",
            "price of the ticket, which a party may share",
            low=0,
            high=1000,
            optional=True,
            unit="pounds",
        ),
        Field("embarked", "port: Cherbourg, Queenstown or Southampton", values=("C", "Q", "S"), optional=True),
    )
}
"""The seven features, in their order: the one table behind validation, messages and the Spaces' controls."""

FEATURES = list(FIELDS)
TEXT_FEATURES = [name for name, field in FIELDS.items() if field.is_text]
NUMBER_FEATURES = [name for name, field in FIELDS.items() if not field.is_text]

_LABEL_FIELD = Field(LABEL, "whether the passenger survived", values=(0, 1), whole=True, optional=True)


class InvalidPassenger(LifeboatError):
    """A passenger who breaks the rules of `FIELDS`; the message has a line for each fault."""


class InvalidPassengers(LifeboatError):
    """Passengers that break the rules of `FIELDS`.

    Attributes
    ----------
    problems : DataFrame
        One line a fault: ``row`` (position in the table, from 0), ``field``, ``value``, ``allowed``.
    """

    def __init__(self, problems: pd.DataFrame) -> None:
        self.problems = problems
        shown = [
            f"row {p.row}: {p.field} is {short(p.value)}; allowed: {p.allowed}" for p in problems.head(5).itertuples()
        ]
        more = len(problems) - len(shown)
        super().__init__("\n".join(shown) + (f"\nand {more} more faults" if more else ""))


@cache
def _checked_csv() -> bytes:
    raw = files("lifeboat").joinpath("data/titanic.csv").read_bytes()
    return check_sum(raw)


def check_sum(raw: bytes) -> bytes:
    """Return the bytes of the data file if they are the ones that this project was built on.

    Raises
    ------
    LifeboatError
        If the SHA-256 of `raw` is not `SHA256`.
    """
    found = hashlib.sha256(raw).hexdigest()
    if found != SHA256:
        raise LifeboatError(
            f"data/titanic.csv has SHA-256 {found[:12]}..., expected {SHA256[:12]}...: the file was changed or cut. "
            "Restore it with `git checkout -- lib/lifeboat/data/titanic.csv`."
        )
    return raw


def load() -> pd.DataFrame:
    """Load all 1,309 passengers with every column of the file.

    Returns
    -------
    DataFrame
        1,309 rows; ``pclass``, ``sibsp``, ``parch``, ``survived`` are int64, ``age`` (years) and ``fare`` (pounds)
        float64 with NaN where unknown, text columns are strings with None where unknown.

    Raises
    ------
    LifeboatError
        If the file's checksum is wrong.
    """
    text = {name: str for name in ("name", "sex", "ticket", "cabin", "embarked", "boat", "home_dest")}
    frame = pd.read_csv(io.BytesIO(_checked_csv()), dtype=text)
    for name in text:
        frame[name] = _none_where_missing(frame[name])
    return frame


def _none_where_missing(text: pd.Series) -> pd.Series:
    return text.astype(object).where(text.notna(), None)


def _checks(field: Field) -> list[pa.Check]:
    if field.values is not None:
        return [pa.Check.isin(field.values)]
    whole = [pa.Check(lambda s: s == np.floor(s), name="whole")] if field.whole else []
    return [pa.Check.in_range(field.low, field.high), *whole]


@cache
def schema(label: bool = False) -> pa.DataFrameSchema:
    """Build the pandera schema of a table of passengers whose numbers are floats.

    Parameters
    ----------
    label : bool
        Whether the table also holds the outcome, ``survived``.
    """
    fields = [*FIELDS.values(), *([_LABEL_FIELD] if label else [])]
    return pa.DataFrameSchema(
        {f.name: pa.Column(object if f.is_text else float, _checks(f), nullable=f.optional) for f in fields}
    )


def _as_number(values: pd.Series) -> pd.Series:
    """Floats; NaN where missing, and infinity, which no field allows, where there is no number to be read."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    flags = values.map(lambda v: isinstance(v, bool | np.bool_)) if values.dtype in (object, bool) else False
    return numbers.mask((numbers.isna() & values.notna()) | flags, np.inf)


def _plain(frame: pd.DataFrame, label: bool) -> pd.DataFrame:
    wanted = FEATURES + [LABEL] * label
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise LifeboatError(
            f"missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}; "
            f"found: {', '.join(map(str, frame.columns))}. "
            f"A table of passengers has the columns {', '.join(wanted)}."
        )
    frame = frame[wanted].reset_index(drop=True)
    texts = {name: _none_where_missing(frame[name]) for name in TEXT_FEATURES}
    return frame.assign(**texts, **{n: _as_number(frame[n]) for n in wanted if n not in TEXT_FEATURES})


def find_problems(frame: pd.DataFrame, label: bool = False) -> pd.DataFrame:
    """List every fault in a table of passengers.

    Parameters
    ----------
    frame : DataFrame
        Any number of rows with the seven features; other columns are ignored.
    label : bool
        Whether to check ``survived`` as well (0, 1 or missing: not known yet).

    Returns
    -------
    DataFrame
        A line a fault: ``row`` (position, from 0), ``field``, ``value`` as found, ``allowed`` in words; else empty.

    Raises
    ------
    LifeboatError
        If a column is missing.
    """
    plain = _plain(frame, label)
    try:
        schema(label).validate(plain, lazy=True)
        cases = pd.DataFrame({"index": [], "column": []})
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.drop_duplicates(["index", "column"])
    fields = FIELDS | {LABEL: _LABEL_FIELD}
    cases = cases.sort_values(["index", "column"], key=lambda s: s.map(list(fields).index) if s.name == "column" else s)
    found = [
        (int(row), name, frame[name].iloc[int(row)]) for row, name in zip(cases["index"], cases["column"], strict=True)
    ]
    return pd.DataFrame(
        [(row, name, _scalar(value), fields[name].allowed) for row, name, value in found],
        columns=["row", "field", "value", "allowed"],
    )


def _scalar(value: Any) -> Any:
    """A plain Python value, so that messages show 3.0 and not np.float64(3.0)."""
    return value.item() if isinstance(value, np.generic) else value


def validate(frame: pd.DataFrame, label: bool = False) -> pd.DataFrame:
    """Check a table of passengers and return it with the types that the feature group and the models expect.

    Parameters
    ----------
    frame : DataFrame
        The seven features (and, with `label`, the outcome); other columns are dropped, the order of rows is kept.
    label : bool
        Whether to keep and check ``survived``.

    Returns
    -------
    DataFrame
        The same number of rows: int64 pclass, sibsp, parch; float64 age, fare; text sex, embarked.

    Raises
    ------
    InvalidPassengers
        If a value is not allowed; it lists row, field, value and what is allowed.
    LifeboatError
        If a column is missing.
    """
    problems = find_problems(frame, label)
    if len(problems):
        raise InvalidPassengers(problems)
    plain = _plain(frame, label)
    whole = [field.name for field in FIELDS.values() if field.whole]
    if label and plain[LABEL].notna().all():
        whole.append(LABEL)
    return plain.astype(dict.fromkeys(whole, "int64"))


def validate_one(passenger: Mapping[str, Any]) -> dict[str, Any]:
    """Check one passenger and return the seven features as plain Python values, None where unknown.

    The rules are those of `validate`; through a table of one row they would cost thirty times a prediction.

    Parameters
    ----------
    passenger : mapping
        The seven features by name; ``age``, ``fare`` and ``embarked`` may be None, NaN or absent.

    Raises
    ------
    InvalidPassenger
        If a value is not allowed, or there is something else than the seven features.
    """
    unknown = [name for name in passenger if name not in FEATURES]
    if unknown:
        raise InvalidPassenger(f"unknown feature: {', '.join(unknown)}; a passenger has {', '.join(FEATURES)}.")
    values = {name: _as_plain(field, passenger.get(name)) for name, field in FIELDS.items()}
    faults = [
        f"{name} is {short(passenger.get(name))}; allowed: {field.allowed}."
        for name, field in FIELDS.items()
        if not field.allows(values[name])
    ]
    if faults:
        raise InvalidPassenger("\n".join(faults))
    return {name: int(v) if FIELDS[name].whole else v for name, v in values.items()}


def _as_plain(field: Field, value: Any) -> Any:
    """The value as text or float; NaN as None; anything else unchanged, to be refused."""
    if value is None or value != value:
        return None
    if field.is_text or isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return value
    try:
        return float(value)
    except OverflowError:
        return value


def short(value: Any, longest: int = 60) -> str:
    """Show a value as found, cut if it is long.

    Examples
    --------
    >>> short("x" * 99, longest=8)
    "'xxxx..."
    """
    shown = repr(value)
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."
