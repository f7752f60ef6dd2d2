"""What a passenger is: the description of the Titanic's data, the words for it, and where the data come from."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from lifeboat.dataset import Dataset
from lifeboat.errors import LifeboatError
from lifeboat.fields import UNKNOWN, Field

SHA256 = "6bd52219ddc4e7a5c483363ff8aaf407fb37fe8cef9d130ad2459a64f27b5a04"
"""Checksum of ``data/titanic.csv`` (OpenML data set 40945); ``data/README.md`` describes the file."""

LABEL = "survived"

_FIELDS = (
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


def groupings(X: pd.DataFrame) -> pd.DataFrame:
    """Put each passenger into words by sex, ticket class, age band and port."""
    return pd.DataFrame(
        {
            "sex": X["sex"].map(FIELDS["sex"].words),
            "class": X["pclass"].map(ticket_class),
            "age": age_band(X["age"]),
            "port": X["embarked"].map(FIELDS["embarked"].words).fillna(f"port {UNKNOWN}"),
        }
    )


TITANIC = Dataset(
    name="titanic",
    task="titanic_survival",
    fields=_FIELDS,
    outcome=OUTCOME,
    key="passenger_id",
    event_time="boarded_at",
    together="ticket",
    rows="passengers",
    description="Passengers of the Titanic, historical and synthetic, and whether they survived",
    meanings={
        "passenger_id": "1 to 1309 for the historical passengers; day and counter for others",
        "survived": "1 if the passenger survived, 0 if not, missing while not known",
        "ticket": "ticket number, which companions share; used to keep them in one fold, not a feature",
        "scenario": "how the world differed when a synthetic passenger boarded; else missing",
        "boarded_at": "event time; the historical days are moved by a hundred years",
    },
    groupings=groupings,
)
"""The passengers of the Titanic, as the six parts of the system know them."""

FIELDS = TITANIC.fields
"""The seven features in their order: the one table behind validation, codes, messages, figures and controls."""

FEATURES = TITANIC.features
TEXT_FEATURES = [name for name, field in FIELDS.items() if field.is_text]

find_problems, validate, validate_one = TITANIC.find_problems, TITANIC.validate, TITANIC.validate_one


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
