from datetime import date, timedelta

import pandas as pd
import pytest
from scipy.stats import binom

from lifeboat import monitoring
from lifeboat.monitoring.alarms import ALARM_RATE, WINDOW_DAYS
from lifeboat.scenarios import SCENARIOS

FIRST = date(2026, 11, 1)
LAST = FIRST + timedelta(days=13)


def kinds(world, rows, today):
    return {alarm.kind for alarm in monitoring.alarms(rows, today, world.reference, world.expected)}


@pytest.mark.parametrize("name", [None, *SCENARIOS])
def test_each_scenario_raises_its_alarms_and_no_other(world, name):
    expected = SCENARIOS[name].alarms if name else set()
    assert kinds(world, world.rows(name), LAST) == expected


def test_every_kind_of_alarm_is_raised_by_a_scenario():
    assert set.union(*(set(scenario.alarms) for scenario in SCENARIOS.values())) == set(monitoring.KINDS)


@pytest.mark.parametrize("per_day", [30, 200])
def test_sixty_quiet_days_raise_no_more_alarms_than_the_stated_rate_allows(world, per_day):
    rows = world.rows(days=60, per_day=per_day)
    days = [FIRST + timedelta(days=n) for n in range(60)]
    raised = sum(len(kinds(world, rows, day)) for day in days)
    looks = len(days) * len(monitoring.KINDS)
    assert raised <= binom.ppf(0.99, looks, ALARM_RATE)


def test_a_scenario_opens_an_incident_that_ends_when_the_world_is_as_before(world):
    parts = [world.results(days=7), world.results("silent_sensor", days=3, first=FIRST + timedelta(days=7))]
    parts.append(world.results(days=12, first=FIRST + timedelta(days=10)))
    rows = monitoring.daily_rows(pd.concat(parts, ignore_index=True), world.reference)
    days = [FIRST + timedelta(days=n) for n in range(22)]
    (incident,) = monitoring.incidents(rows, days, world.reference, world.expected)
    assert (incident.alarm.kind, incident.since) == ("data", FIRST + timedelta(days=7))
    assert incident.until == FIRST + timedelta(days=9 + WINDOW_DAYS - 1)
    assert "age is unknown for" in incident.alarm.message


def test_an_incident_is_open_until_a_day_without_the_alarm(world):
    days = [FIRST + timedelta(days=n) for n in range(14)]
    (incident,) = monitoring.incidents(world.rows("older"), days, world.reference, world.expected)
    assert incident.alarm.kind == "drift"
    assert incident.until is None
    assert incident.since < LAST


def test_later_days_are_not_looked_at(world):
    rows = world.rows()
    sick = world.rows("older", first=FIRST + timedelta(days=14))
    assert kinds(world, pd.concat([rows, sick]), LAST) == set()


def test_a_new_version_is_not_measured_by_what_the_old_one_promised(world):
    """The estimate of the version that predicts now is compared with what was expected of it."""
    old = world.results(days=12)
    unsure = 0.5 + (old["probability"] - 0.5) * 0.3
    new = world.results(days=2, first=FIRST + timedelta(days=12)).assign(model_version=2)
    results = pd.concat([old.assign(probability=unsure), new], ignore_index=True)
    rows = monitoring.daily_rows(results, world.reference)
    assert "estimate" not in kinds(world, rows, LAST)
    assert "estimate" in kinds(world, rows, LAST - timedelta(days=2))


def test_without_an_expected_accuracy_there_is_no_alarm_of_the_estimate(world):
    rows = world.rows("third_class_only")
    found = {alarm.kind for alarm in monitoring.alarms(rows, LAST, world.reference)}
    assert found == SCENARIOS["third_class_only"].alarms - {"estimate"}


def test_no_rows_are_silence(world):
    assert kinds(world, world.rows().head(0), LAST) == {"silence"}
