"""What a passenger is: the fields, their values and the words for them; where the data come from and what is valid."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from lifeboat.errors import LifeboatError
from lifeboat.fields import UNKNOWN, Field, NotAllowed, read_column, short

SHA256 = "6bd52219ddc4e7a5c483363ff8aaf407fb37fe8cef9d130ad2459a64f27b5a04"
"""Checksum of ``data/titanic.csv`` (OpenML data set 40945); ``data/README.md`` describes the file."""

LABEL = "survived"


FIELDS = {
    field.name: field
    for field in (
        Field(
            "pclass",
            "Ticket class",
            "ticket class: 1 is the first",
            words={1: "first", 2: "second", 3: "third"},
            whole=True,
        ),
        Field("sex", "Sex", "sex as recorded", words={"female": "female", "male": "male"}),
        Field("age", "Age", "age", low=0, high=120, optional=True, unit="years"),
        Field("sibsp", "Siblings and spouses", "siblings and spouses aboard", low=0, high=15, whole=True),
        Field("parch", "Parents and children", "parents and children aboard", low=0, high=15, whole=True),
        Field(
            "fare",
            "Fare",
            "price of the ticket, which a party may share",
            low=0,
            high=1000,
            optional=True,
            unit="pounds",
        ),
        Field(
            "embarked",
            "Boarded at",
            "port where the passenger came aboard",
            words={"C": "Cherbourg", "Q": "Queenstown", "S": "Southampton"},
            optional=True,
        ),
    )
}
"""The seven features in their order: the one table behind validation, codes, messages, figures and controls."""

FEATURES = list(FIELDS)
TEXT_FEATURES = [name for name, field in FIELDS.items() if field.is_text]

OUTCOME = Field(
    LABEL, "Outcome", "whether the passenger survived", words={0: "died", 1: "survived"}, whole=True, optional=True
)
"""What happened to a passenger, missing while it is not known."""

DIED, SURVIVED = OUTCOME.words.values()

SURVIVES_FROM = 0.5
"""The probability of survival from which survival is what a model predicts."""

CHILD_BELOW = 14
"""Age in years from which a boy counts as a man, a girl as a woman."""

PEOPLE = {"female": ("woman", "girl"), "male": ("man", "boy")}
"""What an adult and a child of each sex are called."""

AGE_BANDS = {0: "under 6", 6: "6 to 13", CHILD_BELOW: "14 to 29", 30: "30 to 49", 50: "50 or over"}
"""The ages by which passengers are grouped: where each band begins, in years, and its name."""


def age_band(ages: pd.Series) -> pd.Series:
    """Group ages into `AGE_BANDS`.

    Returns
    -------
    Series
        Ordered categories, the last one for those whose age is unknown.

    Examples
    --------
    >>> age_band(pd.Series([5.0, 14.0, None])).tolist()
    ['under 6', '14 to 29', 'age unknown']
    """
    bands = pd.cut(ages, [*AGE_BANDS, np.inf], right=False, labels=list(AGE_BANDS.values()))
    return bands.cat.add_categories(f"age {UNKNOWN}").fillna(f"age {UNKNOWN}")


def ticket_class(pclass: float) -> str:
    """Say a ticket class.

    Examples
    --------
    >>> ticket_class(3)
    'third class'
    """
    return f"{FIELDS['pclass'].say(pclass)} class"


class InvalidPassenger(LifeboatError):
    """A passenger who breaks the rules of `FIELDS`; the message has a line for each fault."""


class InvalidPassengers(LifeboatError):
    """Passengers that break the rules of `FIELDS`.

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
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return frame


def _fields(frame: pd.DataFrame, label: bool) -> list[Field]:
    """The fields that a table must have.

    Raises
    ------
    LifeboatError
        If a column is missing.
    """
    fields = [*FIELDS.values(), *([OUTCOME] if label else [])]
    missing = [field.name for field in fields if field.name not in frame.columns]
    if missing:
        raise LifeboatError(
            f"missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}; "
            f"found: {', '.join(map(str, frame.columns))}. "
            f"A table of passengers has the columns {', '.join(field.name for field in fields)}."
        )
    return fields


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
        One row per fault: ``row`` (position, from 0), ``field``, ``value`` as found, ``allowed`` in words; else empty.

    Raises
    ------
    LifeboatError
        If a column is missing.
    """
    return _check(frame, label)[1]


def _check(frame: pd.DataFrame, label: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a table; return it and its faults, by row."""
    columns, faults = {}, []
    for field in _fields(frame, label):
        columns[field.name], bad = read_column(field, frame[field.name].reset_index(drop=True))
        found = frame[field.name]
        faults += [(int(row), field.name, _plain(found.iloc[row]), field.allowed) for row in np.flatnonzero(bad)]
    faults.sort(key=lambda fault: fault[0])
    return pd.DataFrame(columns), pd.DataFrame(faults, columns=["row", "field", "value", "allowed"])


def _plain(value: Any) -> Any:
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
    table, problems = _check(frame, label)
    if len(problems):
        raise InvalidPassengers(problems)
    whole = [name for name, field in FIELDS.items() if field.whole]
    if label and table[LABEL].notna().all():
        whole.append(LABEL)
    return table.astype(dict.fromkeys(whole, "int64"))


def validate_one(passenger: Mapping[str, Any]) -> dict[str, Any]:
    """Check one passenger and return the seven features as plain Python values, None where unknown.

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
    values, faults = {}, []
    for name, field in FIELDS.items():
        try:
            values[name] = field.read(passenger.get(name))
        except NotAllowed as fault:
            faults.append(str(fault))
    if faults:
        raise InvalidPassenger("\n".join(faults))
    return values
