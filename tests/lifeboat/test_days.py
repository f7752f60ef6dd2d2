from datetime import date, timedelta

import pytest

from lifeboat.days import as_days, days_between, today
from lifeboat.errors import LifeboatError


def test_both_ends_are_included():
    assert days_between("2026-02-27", date(2026, 3, 1)) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2026-03-02", "2026-03-01", "start is 2026-03-02, after end"),
        ("yesterday", "2026-03-01", "start is 'yesterday'; allowed: a date"),
        ("2026-03-01", "2026-02-30", "end is '2026-02-30'; allowed: a date"),
        ("2026-03-01", str(today() + timedelta(days=2)), "end is .*, in the future"),
        (str(today() + timedelta(days=2)), str(today()), "start is .*, in the future"),
    ],
)
def test_days_that_are_not_allowed(start, end, message):
    with pytest.raises(LifeboatError, match=message):
        days_between(start, end)


def test_days_may_be_text():
    assert as_days(["2026-03-01", date(2026, 3, 2)]) == days_between("2026-03-01", "2026-03-02")


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ("2026", r"days is '2026'; allowed: a list of at least one day, such as days_between\("),
        (date(2026, 3, 1), r"days is datetime.date\(2026, 3, 1\); allowed: a list"),
        ([], r"days is \[\]; allowed: a list"),
        ([20260301], "days is 20260301; allowed: a date"),
    ],
)
def test_what_are_no_days_is_refused(days, message):
    with pytest.raises(LifeboatError, match=message):
        as_days(days)
