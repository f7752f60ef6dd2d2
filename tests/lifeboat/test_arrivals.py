import random
from datetime import date, timedelta

import pandas as pd
import pytest

import hopsworks_local
import lifeboat
from lifeboat import arrivals, features, passengers
from lifeboat.days import days_between
from lifeboat.errors import LifeboatError
from lifeboat.scenarios import SCENARIOS
from lifeboat.synthetic import PassengerGenerator

DAYS = days_between("2026-11-10", "2026-11-12")


@pytest.fixture(scope="module")
def generator():
    return PassengerGenerator().fit(passengers.load())


def rows(project, source):
    titanic = features.feature_group(project)
    found = titanic.filter(titanic.source == source).read()
    return found.sort_values("passenger_id", ignore_index=True)


def test_a_day_made_twice_is_the_same_day(generator):
    whole = arrivals.of_days(generator, DAYS, 5)
    alone = arrivals.of_days(generator, DAYS[1:2], 5)
    pd.testing.assert_frame_equal(whole[5:10].reset_index(drop=True), alone)


def test_arrivals_are_valid_unique_and_of_their_day(generator):
    arrived = arrivals.of_days(generator, DAYS, 40)
    assert passengers.find_problems(arrived, label=True).empty
    assert arrived["passenger_id"].is_unique
    assert arrived["ticket"].is_unique
    assert arrived.groupby("boarded_at").size().tolist() == [40, 40, 40]
    assert arrived["passenger_id"].iloc[0] == 2026111000000


@pytest.mark.parametrize("per_day", [0, -1, 100_000])
def test_passengers_a_day_are_limited(generator, per_day):
    with pytest.raises(LifeboatError, match=f"per_day is {per_day}; allowed"):
        arrivals.of_days(generator, DAYS, per_day)


def test_passengers_board_once(filled):
    first = arrivals.board(filled, DAYS, 4)
    stored = rows(filled, features.SYNTHETIC)
    assert (first, arrivals.board(filled, DAYS, 4)) == (12, 0)
    pd.testing.assert_frame_equal(rows(filled, features.SYNTHETIC), stored)


def test_more_passengers_a_day_add_to_those_who_came(filled):
    day = [date(2026, 11, 20)]
    assert arrivals.board(filled, day, 3) == 3
    assert arrivals.board(filled, day, 5) == 2


WEEK = days_between("2026-11-01", "2026-11-06")


def synthetic(project):
    """The synthetic passengers of a store, in the order of their ids, without those of other tests."""
    found = rows(project, features.SYNTHETIC)
    return found.assign(scenario=found["scenario"].astype(object).where(found["scenario"].notna(), None))


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    """What a store holds after six days that were run as one range."""
    with (
        pytest.MonkeyPatch.context() as patch,
        hopsworks_local.start(tmp_path_factory.mktemp("at_once"), project="titanic") as service,
    ):
        for name, value in service.environment.items():
            patch.setenv(name, value)
        project = lifeboat.login()
        features.write_new(features.feature_group(project), features.historical_passengers())
        arrivals.board(project, WEEK, 5)
        yield synthetic(project)


@pytest.fixture
def fresh(empty):
    """An empty store with the historical passengers."""
    features.write_new(features.feature_group(empty), features.historical_passengers())
    return empty


def test_outcomes_come_days_after_boarding(at_once):
    known = at_once["survived"].notna()
    last = pd.Timestamp(WEEK[-1])
    assert (known == (at_once["boarded_at"] <= last - timedelta(days=arrivals.OUTCOME_AFTER_DAYS))).all()
    waited = at_once["outcome_at"][known] - at_once["boarded_at"][known]
    assert set(waited) == {pd.Timedelta(days=arrivals.OUTCOME_AFTER_DAYS)}
    assert at_once["outcome_at"][~known].isna().all()


@pytest.mark.parametrize("order", ["one by one", "shuffled", "twice"])
def test_a_range_at_once_is_its_days_in_any_order(at_once, fresh, order):
    days = [*WEEK] * (2 if order == "twice" else 1)
    if order != "one by one":
        random.Random(1912).shuffle(days)
    for day in days:
        arrivals.board(fresh, [day], 5)
    pd.testing.assert_frame_equal(synthetic(fresh), at_once)


def test_killed_between_boarding_and_revealing(at_once, fresh, monkeypatch):
    arrivals.board(fresh, WEEK[:-1], 5)
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "reveal", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            arrivals.board(fresh, WEEK[-1:], 5)
    assert len(synthetic(fresh)) == len(at_once)
    assert synthetic(fresh)["survived"].notna().sum() < at_once["survived"].notna().sum()
    arrivals.board(fresh, WEEK[-1:], 5)
    pd.testing.assert_frame_equal(synthetic(fresh), at_once)


def test_the_last_day_of_an_unsorted_range_is_its_newest(at_once, fresh):
    arrivals.board(fresh, WEEK[::-1], 5)
    pd.testing.assert_frame_equal(synthetic(fresh), at_once)


def test_passengers_of_two_scenarios_on_one_day_get_their_own_outcomes(fresh, generator):
    """The passengers who come later on a day belong to the world as it is then."""
    day = WEEK[0]
    arrivals.board(fresh, [day], 6)
    arrivals.board(fresh, [day], 12, scenario="survival_rate_70")
    arrivals.board(fresh, [day + timedelta(days=3)], 1)
    found = synthetic(fresh).set_index("passenger_id")["survived"].iloc[:12]
    usual = arrivals.of_days(generator, [day], 6).set_index("passenger_id")["survived"]
    other = arrivals.of_days(generator, [day], 12, scenario="survival_rate_70").set_index("passenger_id")["survived"]
    assert found.tolist() == [*usual, *other.iloc[6:]]


def test_a_day_on_which_nobody_boards_brings_the_outcomes_that_are_due(fresh):
    arrivals.board(fresh, WEEK[:1], 4)
    assert arrivals.board(fresh, [WEEK[3]], 4, scenario="no_passengers") == 0
    arrivals.board(fresh, [WEEK[0]], 6)
    assert synthetic(fresh)["survived"].notna().all()


@pytest.mark.parametrize("after", [-1, 366])
def test_the_days_until_an_outcome_are_limited(generator, after):
    with pytest.raises(LifeboatError, match=f"outcome_after_days is {after}; allowed"):
        arrivals.of_days(generator, DAYS, 3, outcome_after_days=after)


def test_an_unknown_scenario_is_named_with_those_there_are(generator):
    with pytest.raises(LifeboatError, match=r"scenario is 'flood'; allowed: third_class_only, .* or none"):
        arrivals.of_days(generator, DAYS, 3, scenario="flood")


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "no_passengers"])
def test_the_first_passengers_of_a_scenario_are_those_of_a_smaller_day(generator, name):
    small, large = (arrivals.of_days(generator, DAYS[:1], n, scenario=name) for n in (5, 40))
    pd.testing.assert_frame_equal(large.head(5), small)
    assert set(large["scenario"]) == {name}
