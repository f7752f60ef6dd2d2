"""Days: a date names a run, seeds the generator and keys the rows, so that a backfill equals the live runs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd

from lifeboat.errors import LifeboatError


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def days_between(start: str | date, end: str | date) -> list[date]:
    """List the days from `start` to `end`, both included.

    Raises
    ------
    LifeboatError
        If a day is not a date, the range is empty, or it ends in the future.
    """
    first, last = _day("start", start), _day("end", end)
    if first > last:
        raise LifeboatError(f"start is {first}, after end, {last}: give start a day at or before end.")
    if last > today():
        raise LifeboatError(f"end is {last}, in the future: days up to today, {today()} (UTC), are allowed.")
    return [day.date() for day in pd.date_range(first, last)]


def _day(name: str, value: str | date) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        raise LifeboatError(f"{name} is {value!r}; allowed: a date such as 2026-11-24.") from None
