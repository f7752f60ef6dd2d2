"""The world: who boards on a day, and when it becomes known whether they survived. Rows of other data come likewise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from lifeboat import features
from lifeboat.dataset import OUTCOME_AT, SCENARIO, SOURCE, Dataset
from lifeboat.days import as_days
from lifeboat.errors import LifeboatError
from lifeboat.features import SYNTHETIC, event_time
from lifeboat.passengers import TITANIC
from lifeboat.scenarios import sampler
from lifeboat.synthetic import CopulaGenerator, PassengerGenerator

if TYPE_CHECKING:
    from hopsworks.hsfs.feature_group import FeatureGroup
    from hopsworks.project import Project

Generator = PassengerGenerator | CopulaGenerator
"""What makes the rows of a day; it knows the description of the data."""

IDS_PER_DAY = 100_000
"""Passenger ids of a day: the day as YYYYMMDD, times this, plus a counter."""

OUTCOME_AFTER_DAYS = 3
"""Days after which an outcome becomes known, unless the pipeline says otherwise."""


def of_days(
    generator: Generator,
    days: Sequence[date],
    per_day: int,
    *,
    outcome_after_days: int = OUTCOME_AFTER_DAYS,
    scenario: str | None = None,
) -> pd.DataFrame:
    """Make the synthetic passengers who board on some days, with all that will ever be known of them.

    The day seeds the generator, so the same days give the same passengers, and the first m of n passengers are the m
    passengers of that day.

    Parameters
    ----------
    generator : PassengerGenerator or CopulaGenerator
        Fitted on the historical rows.
    days : sequence of date
        Each day seeds the generator and begins the ids of its passengers.
    per_day : int
        Passengers per day, 1 to 99,999.
    outcome_after_days : int
        Days until an outcome becomes known, 0 to 365.
    scenario : str, optional
        A name in `lifeboat.scenarios.SCENARIOS`, which are about passengers.

    Returns
    -------
    DataFrame
        Rows of the feature group, in the order of their ids.

    Raises
    ------
    LifeboatError
        If `per_day` or `outcome_after_days` is out of range, or there is no such scenario.
    """
    _check("per_day", per_day, 1, IDS_PER_DAY - 1)
    _check("outcome_after_days", outcome_after_days, 0, 365)
    if scenario and generator.dataset is not TITANIC:
        raise LifeboatError(f"scenario is {scenario!r}; allowed for {generator.dataset.rows}: none.")
    parts = [_of_day(generator, day, per_day, outcome_after_days, scenario) for day in as_days(days)]
    return pd.concat(parts, ignore_index=True)


def first_id(day: date) -> int:
    """Return the id of the first passenger who boards on a day; those of the day count on from it.

    Examples
    --------
    >>> first_id(date(2026, 11, 25))
    2026112500000
    """
    return int(f"{day:%Y%m%d}") * IDS_PER_DAY


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise LifeboatError(f"{name} is {value!r}; allowed: a whole number from {low} to {high}.")


def _of_day(generator: Generator, day: date, n: int, after: int, scenario: str | None) -> pd.DataFrame:
    first, dataset = first_id(day), generator.dataset
    rows = dataset.validate(sampler(scenario)(generator, n, first // IDS_PER_DAY), label=True)
    ids = first + pd.RangeIndex(len(rows))
    return rows.assign(
        **{
            dataset.label: rows[dataset.label].astype("Int64"),
            OUTCOME_AT: event_time([day + timedelta(days=after)] * len(rows)),
            dataset.key: ids,
            **{name: ids.astype(str) for name in dataset.helpers},
            SOURCE: SYNTHETIC,
            SCENARIO: pd.Series([scenario] * len(rows), dtype=object),
            dataset.event_time: event_time([day] * len(rows)),
        }
    )


def withhold(rows: pd.DataFrame, today: date, dataset: Dataset = TITANIC) -> pd.DataFrame:
    """Hide the outcomes that are not known on a day: nobody has them yet.

    Parameters
    ----------
    rows : DataFrame
        As `of_days` returns them.
    today : date
        Outcomes that become known on this day are kept, later ones are hidden.
    dataset : Dataset
        The description of the data.

    Returns
    -------
    DataFrame
        The same rows; the outcome and ``outcome_at`` are missing where the outcome is hidden.
    """
    pending, label = rows[OUTCOME_AT] > pd.Timestamp(today), dataset.label
    return rows.assign(
        **{label: rows[label].mask(pending), OUTCOME_AT: rows[OUTCOME_AT].mask(pending).astype("datetime64[us]")}
    )


def board(
    project: Project,
    days: Sequence[date],
    per_day: int,
    *,
    outcome_after_days: int = OUTCOME_AFTER_DAYS,
    scenario: str | None = None,
    generator: Generator | None = None,
) -> int:
    """Let each day's passengers board unless they have boarded already, then write the outcomes that are due.

    What is known depends only on the newest day that has been run, so days may come in any order and more than once.

    Parameters
    ----------
    project : Project
        As `lifeboat.login` returns it.
    days, per_day, outcome_after_days, scenario
        As in `of_days`.
    generator : PassengerGenerator or CopulaGenerator, optional
        Fitted on the historical rows of its data set; one for passengers, unless given.

    Returns
    -------
    int
        The number of passengers who were new.
    """
    generator = generator or PassengerGenerator().fit(features.read_historical(project))
    group = features.feature_group(project, generator.dataset)
    arrived = of_days(generator, days, per_day, outcome_after_days=outcome_after_days, scenario=scenario)
    today = _newest_day(group, max(as_days(days)))
    new = features.write_new(group, withhold(arrived, today, generator.dataset))
    reveal(group, generator, today, outcome_after_days)
    return new


def reveal(group: FeatureGroup, generator: Generator, today: date, outcome_after_days: int) -> int:
    """Write the outcomes that have become known by a day, for passengers who boarded without one.

    Parameters
    ----------
    group : FeatureGroup
        As `features.feature_group` returns it.
    generator : PassengerGenerator or CopulaGenerator
        Fitted on the historical rows.
    today : date
        The day by which an outcome must be known.
    outcome_after_days : int
        Days from boarding until an outcome becomes known.

    Returns
    -------
    int
        How many outcomes became known.

    Raises
    ------
    LifeboatError
        If a passenger boarded in a scenario that no longer exists, or the rows cannot be written.
    """
    due, dataset = str(today - timedelta(days=outcome_after_days)), generator.dataset
    waiting = group.filter((group[dataset.label] == None) & (group[dataset.event_time] <= due)).read()  # noqa: E711
    if waiting.empty:
        return 0
    known = pd.concat(_truths(generator, waiting, outcome_after_days)).set_index(dataset.key)
    found = known.loc[waiting[dataset.key], [dataset.label, OUTCOME_AT]].reset_index(drop=True)
    features.write(group, waiting.assign(**{name: found[name] for name in found}))
    return len(waiting)


def _truths(generator: Generator, waiting: pd.DataFrame, after: int) -> Iterable[pd.DataFrame]:
    """Make the days of the waiting passengers again, this time with their outcomes."""
    key = generator.dataset.key
    for (stamp, scenario), part in waiting.groupby([waiting[key] // IDS_PER_DAY, SCENARIO], dropna=False):
        n = int(part[key].max() % IDS_PER_DAY) + 1
        rows = _of_day(generator, date.fromisoformat(str(stamp)), n, after, None if pd.isna(scenario) else scenario)
        yield rows[rows[key].isin(part[key])]  # others of the day may belong to another scenario


def _newest_day(group: FeatureGroup, day: date) -> date:
    """The newest day for which anything is stored, at least `day`: nobody may have boarded when outcomes came."""
    later = group.select([group.event_time, OUTCOME_AT])
    later = later.filter((group[group.event_time] > str(day)) | (group[OUTCOME_AT] > str(day))).read()
    return day if later.empty else later.max().max().date()
