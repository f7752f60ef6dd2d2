"""The world: which passengers board on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import features, passengers
from lifeboat.errors import LifeboatError
from lifeboat.features import SYNTHETIC, event_time
from lifeboat.synthetic import PassengerGenerator

if TYPE_CHECKING:
    from hopsworks.project import Project

IDS_A_DAY = 100_000
"""Passenger ids of a day: the day as YYYYMMDD, times this, plus a counter."""


def board(project: Project, days: Sequence[date], per_day: int) -> int:
    """Let each day's synthetic passengers board, unless they have boarded already; see `of_days`.

    Returns
    -------
    int
        The number of passengers who were new.
    """
    generator = PassengerGenerator().fit(features.read_historical(project))
    return features.write_new(features.titanic_group(project), of_days(generator, days, per_day))


def of_days(generator: PassengerGenerator, days: Sequence[date], per_day: int) -> pd.DataFrame:
    """Make the synthetic passengers who board on given days; the same days give the same passengers.

    Parameters
    ----------
    generator : PassengerGenerator
        Fitted on the historical passengers.
    days : sequence of date
        Each day seeds the generator and begins the ids of its passengers.
    per_day : int
        Passengers a day, 1 to 99,999.

    Returns
    -------
    DataFrame
        ``len(days) * per_day`` rows of the feature group `titanic`.

    Raises
    ------
    LifeboatError
        If `per_day` is out of range.
    """
    if not 1 <= per_day < IDS_A_DAY:
        raise LifeboatError(f"per_day is {per_day!r}; allowed: a whole number from 1 to {IDS_A_DAY - 1}.")
    return pd.concat([_arrivals_of(generator, day, per_day) for day in days], ignore_index=True)


def _arrivals_of(generator: PassengerGenerator, day: date, n: int) -> pd.DataFrame:
    stamp = int(f"{day:%Y%m%d}")
    ids = stamp * IDS_A_DAY + pd.RangeIndex(n)
    rows = passengers.validate(generator.sample(n, seed=stamp), label=True)
    return rows.assign(
        passenger_id=ids, ticket=[str(i) for i in ids], source=SYNTHETIC, boarded_at=event_time([day] * n)
    )
