"""Days: a date names a run, seeds the generator and keys the rows, so that a backfill equals the live runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from lifeboat.errors import LifeboatError


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def days_between(start: str | date, end: str | date) -> list[date]:
    """List the days from `start` to `end`, both included.

    Parameters
    ----------
    start, end : str or date
        Dates, as `as_day` reads them; today (UTC) at the latest.

    Returns
    -------
    list of date
        At least one day, in order.

    Raises
    ------
    LifeboatError
        If a day is not a date, the range is empty, or it ends in the future.
    """
    first, last = as_day("start", start), as_day("end", end)
    for name, day in (("start", first), ("end", last)):
        if day > today():
            raise LifeboatError(f"{name} is {day}, in the future: days up to today, {today()} (UTC), are allowed.")
    if first > last:
        raise LifeboatError(f"start is {first}, after end, {last}: give start a day at or before end.")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def as_day(name: str, value: str | date) -> date:
    """Read a day.

    Parameters
    ----------
    name : str
        What an error message calls it.
    value : str or date
        A date, returned as it is, or its ISO text, such as ``2026-11-24``.

    Raises
    ------
    LifeboatError
        If a text is not a date.
    """
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise LifeboatError(f"{name} is {value!r}; allowed: a date such as 2026-11-24.") from None


def as_days(days: Sequence[str | date]) -> list[date]:
    """Read several days.

    Parameters
    ----------
    days : sequence of str or date
        At least one, as `as_day` reads them.

    Raises
    ------
    LifeboatError
        If there is none, one of them is not a date, or `days` is a single day.
    """
    if isinstance(days, str | date) or not len(days):
        example = "days_between('2026-11-10', '2026-11-23')"
        raise LifeboatError(f"days is {days!r}; allowed: a list of at least one day, such as {example}.")
    return [as_day("days", day) for day in days]
